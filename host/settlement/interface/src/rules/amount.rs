//! Arithmetic on amounts: what does not fit is refused, never wrapped.

use crate::error::Refusal;

/// a + b.
pub fn add(a: u64, b: u64) -> Result<u64, Refusal> {
    a.checked_add(b).ok_or(Refusal::Overflow)
}

/// a − b.
pub fn sub(a: u64, b: u64) -> Result<u64, Refusal> {
    a.checked_sub(b).ok_or(Refusal::Overflow)
}

/// ⌊amount · numerator / denominator⌋.
pub fn part_down(amount: u64, numerator: u64, denominator: u64) -> Result<u64, Refusal> {
    let product = u128::from(amount) * u128::from(numerator);
    u64::try_from(product.checked_div(u128::from(denominator)).ok_or(Refusal::Overflow)?).map_err(|_| Refusal::Overflow)
}

/// ⌈amount · numerator / denominator⌉.
pub fn part_up(amount: u64, numerator: u64, denominator: u64) -> Result<u64, Refusal> {
    if denominator == 0 {
        return Err(Refusal::Overflow);
    }
    let product = u128::from(amount) * u128::from(numerator);
    u64::try_from(product.div_ceil(u128::from(denominator))).map_err(|_| Refusal::Overflow)
}
