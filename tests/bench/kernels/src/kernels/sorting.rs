//! Sorting and searching, by the standard library.

use crate::{Generator, fold};

/// `n` binary searches in a sorted table of a million.
#[inline(never)]
pub(crate) fn search(n: u32) -> u64 {
    let table: Vec<u32> = (0..1_000_000).map(|i| i * 3).collect();
    let mut generator = Generator::new(13);
    let mut sum = 0;
    for _ in 0..n {
        let wanted = generator.below(3_000_000) as u32;
        sum = match table.binary_search(&wanted) {
            Ok(place) => fold(sum, place as u64),
            Err(place) => sum.wrapping_add(place as u64),
        };
    }
    sum
}

/// `n` numbers, sorted.
#[inline(never)]
pub(crate) fn unstable(n: u32) -> u64 {
    let mut generator = Generator::new(17);
    let mut numbers: Vec<u64> = (0..n).map(|_| generator.next()).collect();
    numbers.sort_unstable();
    numbers.iter().step_by(7).fold(0, |sum, x| fold(sum, *x))
}

/// `n` records, sorted by name and then by number, stably.
#[inline(never)]
pub(crate) fn stable(n: u32) -> u64 {
    #[derive(Clone)]
    struct Record {
        name: [u8; 12],
        number: f64,
    }
    let mut generator = Generator::new(19);
    let mut records: Vec<Record> = (0..n)
        .map(|_| {
            let mut name = [b'a'; 12];
            name[..3].copy_from_slice(&generator.next().to_le_bytes()[..3]);
            Record { name, number: generator.below(1000) as f64 }
        })
        .collect();
    records.sort_by(|a, b| a.number.total_cmp(&b.number));
    records.sort_by_key(|record| record.name);
    records.iter().fold(0, |sum, record| fold(sum, record.number.to_bits() ^ u64::from(record.name[0])))
}
