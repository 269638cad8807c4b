//! Bits of f32: the one NaN, powers of two, rounding to integers, splitting a significand.

/// The one NaN that can be seen.
pub const NAN: u32 = 0x7fc0_0000;
/// Bits of positive infinity.
pub const INFINITY: u32 = 0x7f80_0000;

/// The bits of a number, or [`NAN`].
pub fn bits(x: f32) -> u32 {
    if x.is_nan() { NAN } else { x.to_bits() }
}

/// Bits that were read from memory, as a number: nothing is changed, a NaN of any bits is a NaN.
pub fn number(bits: u32) -> f32 {
    f32::from_bits(bits)
}

/// 2^n for -126 <= n <= 127.
pub fn power_of_two(n: i32) -> f32 {
    assert!((-126..=127).contains(&n), "2^{n} is not a normal number");
    f32::from_bits(((n + 127) as u32) << 23)
}

/// 2^n for -1022 <= n <= 1023, as an f64: for products that must not round yet.
pub fn power_of_two_wide(n: i32) -> f64 {
    assert!((-1022..=1023).contains(&n), "2^{n} is not a normal number");
    f64::from_bits(((n + 1023) as u64) << 52)
}

/// 1 or -1, by the sign bit of x.
pub fn unit(x: f32) -> f32 {
    if x.is_sign_negative() { -1.0 } else { 1.0 }
}

/// x with its 12 leading significant bits only, so that a product of two of them is exact.
pub fn leading(x: f32) -> f32 {
    f32::from_bits(x.to_bits() & 0xffff_f000)
}

/// The nearest integer, the even one of two: for |x| < 2^22.
pub fn nearest_integer(x: f32) -> f32 {
    let shifted = x + 12_582_912.0; // 1.5 * 2^23: the sum has no bits below the point
    shifted - 12_582_912.0
}

/// p * 2^n for |n| <= 200 and 0.5 <= |p| <= 2, rounded once: the first product is exact.
pub fn scale(p: f32, n: i32) -> f32 {
    let half = n.div_euclid(2);
    (p * power_of_two(half)) * power_of_two(n - half)
}

/// c0 + x (c1 + x (c2 + …)), innermost first.
pub fn horner(x: f32, coefficients: &[f32]) -> f32 {
    let mut all = coefficients.iter().rev();
    let mut sum = *all.next().expect("a polynomial has a coefficient");
    for coefficient in all {
        sum = coefficient + x * sum;
    }
    sum
}

/// A polynomial in x as even + x odd, each by [`horner`] in x2: the coefficients alternate between the two.
/// x2 is x * x, and given because its rounding is part of the result.
pub fn even_odd(x: f32, x2: f32, even: &[f32], odd: &[f32]) -> f32 {
    horner(x2, even) + x * horner(x2, odd)
}
