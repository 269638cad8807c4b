//! A compressor of the LZ77 family, and its inverse.

use crate::{Generator, fold};

const HASH_BITS: u32 = 14;
const SHORTEST: usize = 4;
const LONGEST: usize = SHORTEST + 254;

/// Compresses and expands a text of two megabytes, `n` times.
#[inline(never)]
pub(crate) fn lz(n: u32) -> u64 {
    let mut generator = Generator::new(37);
    let mut text = Vec::new();
    while text.len() < 2_000_000 {
        // Half of it repeats what was there before.
        if text.len() > 10_000 && generator.below(2) == 0 {
            let start = text.len() - 1 - generator.below(10_000) as usize;
            let length = (5 + generator.below(60) as usize).min(text.len() - start);
            text.extend_from_within(start..start + length);
        } else {
            text.extend((0..20).map(|_| b'a' + generator.below(20) as u8));
        }
    }
    let mut sum = u64::from(n);
    for _ in 0..n {
        let packed = compress(std::hint::black_box(&text));
        if expand(std::hint::black_box(&packed)) != text {
            return 0;
        }
        sum = fold(sum, packed.len() as u64);
    }
    sum
}

/// Literal: 0, byte. Match: length − 3, distance as u16.
fn compress(text: &[u8]) -> Vec<u8> {
    let mut latest = vec![u32::MAX; 1 << HASH_BITS];
    let mut packed = Vec::with_capacity(text.len());
    let mut at = 0;
    while at + SHORTEST <= text.len() {
        let word = u32::from_le_bytes([text[at], text[at + 1], text[at + 2], text[at + 3]]);
        let slot = (word.wrapping_mul(2_654_435_761) >> (32 - HASH_BITS)) as usize;
        let candidate = latest[slot] as usize;
        latest[slot] = at as u32;
        let length = if candidate < at && at - candidate <= 65_535 { common_prefix(&text[candidate..], &text[at..]) } else { 0 };
        if length >= SHORTEST {
            packed.push((length - SHORTEST + 1) as u8);
            packed.extend_from_slice(&((at - candidate) as u16).to_le_bytes());
            at += length;
        } else {
            packed.extend_from_slice(&[0, text[at]]);
            at += 1;
        }
    }
    for byte in &text[at..] {
        packed.extend_from_slice(&[0, *byte]);
    }
    packed
}

fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take(LONGEST).take_while(|(a, b)| a == b).count()
}

fn expand(packed: &[u8]) -> Vec<u8> {
    let mut text: Vec<u8> = Vec::with_capacity(packed.len());
    let mut rest = packed;
    loop {
        match rest {
            [0, byte, tail @ ..] => {
                text.push(*byte);
                rest = tail;
            }
            [length, low, high, tail @ ..] => {
                let start = text.len() - usize::from(u16::from_le_bytes([*low, *high]));
                for i in start..start + usize::from(*length) + SHORTEST - 1 {
                    text.push(text[i]);
                }
                rest = tail;
            }
            _ => return text,
        }
    }
}
