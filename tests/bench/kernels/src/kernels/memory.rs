//! What waits for memory.

use crate::{Generator, fold};

/// The triad of STREAM over three arrays of 16 MiB, `n` times.
#[inline(never)]
pub(crate) fn stream(n: u32) -> u64 {
    const LENGTH: usize = 2 * 1024 * 1024;
    let mut a = vec![0.0_f64; LENGTH];
    let mut b: Vec<f64> = (0..LENGTH).map(|i| (i % 1000) as f64).collect();
    let c: Vec<f64> = (0..LENGTH).map(|i| (i % 777) as f64).collect();
    for round in 0..n {
        let factor = f64::from(round % 3) * 0.25;
        for ((a, b), c) in a.iter_mut().zip(&b).zip(&c) {
            *a = b + factor * c;
        }
        std::mem::swap(&mut a, &mut b);
    }
    b.iter().step_by(64).fold(u64::from(n), |sum, x| fold(sum, x.to_bits()))
}

/// Primes below `n`, a byte for each number.
#[inline(never)]
pub(crate) fn sieve(n: u32) -> u64 {
    let n = n as usize;
    let mut composite = vec![0_u8; n];
    let mut sum = n as u64;
    for i in 2..n {
        if composite[i] == 0 {
            sum = fold(sum, i as u64);
            let mut multiple = i * i;
            // Past 46340 the square leaves 32 bits, and with it the sieve.
            while i <= 46_340 && multiple < n {
                composite[multiple] = 1;
                multiple += i;
            }
        }
    }
    sum
}

/// `n` dependent loads from a random cycle through 1 MiB: a core's own cache. (In memory shared with other machines, the neighbours would be measured.)
#[inline(never)]
pub(crate) fn chase(n: u32) -> u64 {
    const LENGTH: usize = 256 * 1024;
    let mut next: Vec<u32> = (0..LENGTH as u32).collect();
    let mut generator = Generator::new(11);
    // Sattolo's shuffle: one cycle through all elements.
    for i in (1..LENGTH).rev() {
        next.swap(i, generator.below(i as u64) as usize);
    }
    let (mut at, mut sum) = (0_u32, 0_u64);
    for _ in 0..n {
        at = next[at as usize];
        sum = sum.wrapping_add(u64::from(at));
    }
    fold(sum, u64::from(at))
}
