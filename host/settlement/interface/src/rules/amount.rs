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
    let (quotient, _) = divide(u128::from(amount) * u128::from(numerator), denominator)?;
    u64::try_from(quotient).map_err(|_| Refusal::Overflow)
}

/// ⌈amount · numerator / denominator⌉.
pub fn part_up(amount: u64, numerator: u64, denominator: u64) -> Result<u64, Refusal> {
    let (quotient, rest) = divide(u128::from(amount) * u128::from(numerator), denominator)?;
    add(u64::try_from(quotient).map_err(|_| Refusal::Overflow)?, u64::from(rest != 0))
}

/// ⌊dividend / divisor⌋ and what is left. Refused if the divisor is 0.
///
/// The compiler's own division of 128 bits by 128 takes 6 KB on chain: more than any instruction.
#[inline(never)]
pub fn divide(dividend: u128, divisor: u64) -> Result<(u128, u64), Refusal> {
    let (upper, lower) = ((dividend >> 64) as u64, dividend as u64);
    let (above, mut rest) = match upper.checked_div(divisor) {
        Some(above) => (above, upper % divisor),
        None => return Err(Refusal::Overflow),
    };
    let mut below = 0_u64;
    let mut bit = 1_u64 << 63;
    while bit != 0 {
        // `rest` is less than the divisor: twice that, and a bit more, is less than twice the divisor, in 65 bits.
        let carry = rest >> 63;
        rest = rest << 1 | u64::from(lower & bit != 0);
        if carry != 0 || rest >= divisor {
            rest = rest.wrapping_sub(divisor);
            below |= bit;
        }
        bit >>= 1;
    }
    Ok((u128::from(above) << 64 | u128::from(below), rest))
}
