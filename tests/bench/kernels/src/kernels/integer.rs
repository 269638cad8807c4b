//! Integer arithmetic, branches and calls.

use crate::fold;

/// The end of SplitMix64: multiplications, shifts and exclusive or on 64 bits.
pub(crate) fn finish(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A chain of `n` mixing steps, each waiting for the last.
#[inline(never)]
pub(crate) fn mix(n: u32) -> u64 {
    let mut state = 1_u64;
    for i in 0..u64::from(n) {
        state = finish(state.wrapping_add(i)) ^ state.rotate_left(23);
    }
    state
}

/// The lengths of the Collatz sequences below `n`: a branch that no predictor learns, and a division by shifting.
#[inline(never)]
pub(crate) fn collatz(n: u32) -> u64 {
    let mut sum = 0;
    for start in 1..u64::from(n) {
        let (mut value, mut steps) = (start, 0_u64);
        while value != 1 {
            value = if value % 2 == 0 { value / 2 } else { 3 * value + 1 };
            steps += 1;
        }
        sum = fold(sum, steps);
    }
    sum
}

/// Fibonacci numbers by recursion: nothing but calls.
#[inline(never)]
pub(crate) fn fib(n: u32) -> u64 {
    if n < 2 { u64::from(n) } else { fib(n - 1) + fib(n - 2) }
}
