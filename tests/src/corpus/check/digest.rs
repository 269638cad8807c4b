//! Hash functions and checksums, exactly.

use super::{same, sizes};
use crate::corpus::run::Buffers;

/// FIPS 180-4, of bytes.
fn sha256_of(message: &[u8]) -> [u8; 32] {
    let primes: Vec<u64> = (2..312).filter(|n| (2..*n).all(|d| n % d != 0)).collect();
    // The first 32 bits of the fractional part of the root: exact in f64 up to the bits that are used.
    let bits = |root: f64| ((root - root.floor()) * 4_294_967_296.0) as u32;
    let mut state: [u32; 8] = std::array::from_fn(|i| bits((primes[i] as f64).sqrt()));
    let k: Vec<u32> = primes.iter().take(64).map(|p| bits((*p as f64).cbrt())).collect();
    let mut padded = message.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(64) + if padded.len() % 64 > 56 { 64 } else { 0 } - 8, 0);
    padded.extend((message.len() as u64 * 8).to_be_bytes());
    for block in padded.chunks_exact(64) {
        let mut w: Vec<u32> = block.chunks_exact(4).map(|four| u32::from_be_bytes([four[0], four[1], four[2], four[3]])).collect();
        for i in 16..64 {
            let s0 = w[i - 15].rotate_right(7) ^ w[i - 15].rotate_right(18) ^ w[i - 15] >> 3;
            let s1 = w[i - 2].rotate_right(17) ^ w[i - 2].rotate_right(19) ^ w[i - 2] >> 10;
            w.push(w[i - 16].wrapping_add(s0).wrapping_add(w[i - 7]).wrapping_add(s1));
        }
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
        for i in 0..64 {
            let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
            let t1 = h.wrapping_add(s1).wrapping_add(e & f ^ !e & g).wrapping_add(k[i]).wrapping_add(w[i]);
            let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
            let t2 = s0.wrapping_add(a & b ^ a & c ^ b & c);
            (h, g, f, e, d, c, b, a) = (g, f, e, d.wrapping_add(t1), c, b, a, t1.wrapping_add(t2));
        }
        for (word, add) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
            *word = word.wrapping_add(add);
        }
    }
    let mut digest = [0; 32];
    digest.chunks_exact_mut(4).zip(state).for_each(|(four, word)| four.copy_from_slice(&word.to_be_bytes()));
    digest
}

pub fn sha256(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [messages, words] = sizes(before, "params");
    let big_endian = |words: &[u32]| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<u8>>();
    let (input, digests) = (before.u32("input"), after.u32("digests"));
    for number in 0..messages {
        let digest = sha256_of(&big_endian(&input[number * words..][..words]));
        same("digest", &big_endian(&digests[number * 8..][..8]), &digest)?;
    }
    Ok(())
}

pub fn blake3(before: &Buffers, after: &Buffers) -> Result<(), String> {
    same("root", &after.bytes("b")[..32], blake3::hash(before.bytes("input")).as_bytes())
}

pub fn crc32(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let crc = |bytes: &[u8]| {
        let step = |crc: u32| crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
        !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
    };
    let sums: Vec<u32> = before.bytes("data").chunks_exact(240).map(crc).collect();
    same("sums", &after.u32("sums"), &sums)
}

/// FIPS 202 on u64, its constants by their definitions.
fn keccak_f(state: &mut [u64; 25]) {
    let mut lfsr = 1u8;
    for _ in 0..24 {
        let parity: [u64; 5] = std::array::from_fn(|x| (0..5).fold(0, |sum, y| sum ^ state[x + 5 * y]));
        for (at, lane) in state.iter_mut().enumerate() {
            *lane ^= parity[(at + 4) % 5] ^ parity[(at + 1) % 5].rotate_left(1);
        }
        let (mut x, mut y, mut carried) = (1, 0, state[1]);
        for t in 0..24 {
            (x, y) = (y, (2 * x + 3 * y) % 5);
            let next = state[x + 5 * y];
            state[x + 5 * y] = carried.rotate_left((t + 1) * (t + 2) / 2 % 64);
            carried = next;
        }
        for row in state.chunks_exact_mut(5) {
            let old: [u64; 5] = std::array::from_fn(|x| row[x]);
            row.iter_mut().enumerate().for_each(|(x, lane)| *lane ^= !old[(x + 1) % 5] & old[(x + 2) % 5]);
        }
        for j in 0..7 {
            state[0] ^= u64::from(lfsr & 1) << ((1 << j) - 1);
            lfsr = lfsr << 1 ^ if lfsr & 0x80 == 0 { 0 } else { 0x71 };
        }
    }
}

pub fn keccak(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [_, words] = sizes(before, "params");
    let mut digests = Vec::new();
    for message in before.bytes("input").chunks_exact(4 * words) {
        let mut block = [0; 136];
        block[..message.len()].copy_from_slice(message);
        block[message.len()] ^= 0x06;
        block[135] ^= 0x80;
        let mut state = [0; 25];
        for (lane, eight) in state.iter_mut().zip(block.chunks_exact(8)) {
            *lane = u64::from_le_bytes(std::array::from_fn(|i| eight[i]));
        }
        keccak_f(&mut state);
        digests.extend(state[..4].iter().flat_map(|lane| lane.to_le_bytes()));
    }
    same("digests", after.bytes("digests"), &digests)
}

#[cfg(test)]
mod tests {
    use super::{keccak_f, sha256_of};

    #[test]
    fn the_plain_ones_are_right() {
        assert_eq!(hex::encode(sha256_of(b"abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let two_blocks = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        assert_eq!(hex::encode(sha256_of(two_blocks)), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
        let mut state = [0; 25];
        (state[0], state[16]) = (0x06, 1 << 63);
        keccak_f(&mut state);
        // SHA3-256 of nothing begins a7ffc6f8bf1ed766.
        assert_eq!(state[0].to_le_bytes(), [0xa7, 0xff, 0xc6, 0xf8, 0xbf, 0x1e, 0xd7, 0x66]);
    }
}
