//! Strings, allocation and the standard hash map.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};

use crate::{Generator, fold};

/// Counts the words of a text of about a megabyte, `n` times, and formats the most frequent.
#[inline(never)]
pub(crate) fn count(n: u32) -> u64 {
    let mut generator = Generator::new(31);
    let mut text = String::new();
    for _ in 0..150_000 {
        // The product of two draws: some words are frequent, most are rare.
        let rank = generator.below(1 + generator.clone().below(20_000));
        for digit in format!("{rank:x}").chars() {
            text.push(if digit.is_ascii_digit() { (digit as u8 - b'0' + b'q') as char } else { digit.to_ascii_uppercase() });
        }
        text.push(if rank.is_multiple_of(11) { '\n' } else { ' ' });
    }
    let mut sum = u64::from(n);
    for _ in 0..n {
        // SipHash with fixed keys: the random keys of `HashMap::new` would need entropy.
        let mut counts: HashMap<String, u32, BuildHasherDefault<DefaultHasher>> = HashMap::default();
        for word in std::hint::black_box(&text).split_whitespace() {
            *counts.entry(word.to_lowercase()).or_insert(0) += 1;
        }
        let mut ranked: Vec<(&String, &u32)> = counts.iter().collect();
        ranked.sort_unstable_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let line = ranked.iter().take(1000).map(|(word, count)| format!("{word}={count}")).collect::<Vec<_>>().join(",");
        sum = line.bytes().fold(sum, |sum, byte| fold(sum, u64::from(byte)));
    }
    sum
}
