//! Ciphers, exactly.

use super::same;
use crate::corpus::data::aes_sbox;
use crate::corpus::run::Buffers;

/// FIPS 197, byte by byte.
fn aes128(sbox: &[u8; 256], key: &[u8], block: [u8; 16]) -> [u8; 16] {
    let twice = |b: u8| b << 1 ^ if b & 0x80 == 0 { 0 } else { 0x1b };
    let substitute = |b: u8| sbox[usize::from(b)];
    let mut keys = key.to_vec();
    let mut constant = 1;
    while keys.len() < 176 {
        let at = keys.len();
        let mut word = [keys[at - 4], keys[at - 3], keys[at - 2], keys[at - 1]];
        if at.is_multiple_of(16) {
            word = [word[1], word[2], word[3], word[0]].map(substitute);
            word[0] ^= constant;
            constant = twice(constant);
        }
        word.iter().enumerate().for_each(|(i, byte)| keys.push(byte ^ keys[at - 16 + i]));
    }
    let mut state: [u8; 16] = std::array::from_fn(|i| block[i] ^ keys[i]);
    for round in 1..=10 {
        let s: [u8; 16] = std::array::from_fn(|i| substitute(state[(i + 4 * (i % 4)) % 16]));
        let mixed = |i: usize| {
            let column = &s[i / 4 * 4..][..4];
            let [a, b, c, d]: [u8; 4] = std::array::from_fn(|j| column[(i + j) % 4]);
            twice(a) ^ twice(b) ^ b ^ c ^ d
        };
        state = std::array::from_fn(|i| keys[16 * round + i] ^ if round == 10 { s[i] } else { mixed(i) });
    }
    state
}

pub fn aes(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let (sbox, key, nonce) = (aes_sbox(), before.bytes("key"), before.bytes("nonce"));
    let counter = u32::from_le_bytes([nonce[12], nonce[13], nonce[14], nonce[15]]);
    let mut expected = Vec::new();
    for (number, block) in (0u32..).zip(before.bytes("plaintext").chunks_exact(16)) {
        let mut input: [u8; 16] = std::array::from_fn(|i| nonce[i]);
        input[12..].copy_from_slice(&counter.wrapping_add(number).to_be_bytes());
        expected.extend(aes128(&sbox, key, input).iter().zip(block).map(|(a, b)| a ^ b));
    }
    same("ciphertext", after.bytes("ciphertext"), &expected)
}

/// RFC 8439.
fn chacha20_block(state: [u32; 16]) -> [u32; 16] {
    let mut x = state;
    let mut quarter = |a: usize, b: usize, c: usize, d: usize| {
        for (to, from, target, by) in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)] {
            x[to] = x[to].wrapping_add(x[from]);
            x[target] = (x[target] ^ x[to]).rotate_left(by);
        }
    };
    for _ in 0..10 {
        for i in 0..4 {
            quarter(i, 4 + i, 8 + i, 12 + i);
        }
        for i in 0..4 {
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
        }
    }
    std::array::from_fn(|i| x[i].wrapping_add(state[i]))
}

pub fn chacha20(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let params = before.u32("params");
    let mut state = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    state[4..].copy_from_slice(&params);
    let mut expected = Vec::new();
    for block in before.u32("text").chunks_exact(16) {
        expected.extend(chacha20_block(state).iter().zip(block).map(|(a, b)| a ^ b));
        state[12] = state[12].wrapping_add(1);
    }
    same("text", &after.u32("text"), &expected)
}

#[cfg(test)]
mod tests {
    use super::{aes_sbox, aes128, chacha20_block};

    #[test]
    fn the_plain_ones_are_right() {
        let key: Vec<u8> = (0..16).collect();
        let block = std::array::from_fn(|i| i as u8 * 0x11);
        assert_eq!(hex::encode(aes128(&aes_sbox(), &key, block)), "69c4e0d86a7b0430d8cdb78070b4c55a");
        let mut state = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x0900_0000, 0x4a00_0000, 0];
        (0..8u32).for_each(|i| state[4 + i as usize] = 0x0302_0100 + i * 0x0404_0404);
        assert_eq!(chacha20_block(state)[..2], [0xe4e7_f110, 0x1559_3bd1]);
    }
}
