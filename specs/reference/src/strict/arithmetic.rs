//! Functions of numbers that need no approximation: order, rounding to integers, interpolation, exponents, remainder, fused multiplication and addition.
//!
//! `+ - * /` and the square root are Rust's own: IEEE binary32, nearest even, nothing contracted.

use super::bits::{power_of_two, power_of_two_wide};

/// The smaller; of two equal ones the first; the other one of a NaN.
pub fn min(a: f32, b: f32) -> f32 {
    if b < a || a.is_nan() { b } else { a }
}

/// The larger; of two equal ones the first; the other one of a NaN.
pub fn max(a: f32, b: f32) -> f32 {
    if a < b || a.is_nan() { b } else { a }
}

/// min(max(x, low), high), also where low > high.
pub fn clamp(x: f32, low: f32, high: f32) -> f32 {
    min(max(x, low), high)
}

/// clamp(x, 0, 1).
pub fn saturate(x: f32) -> f32 {
    clamp(x, 0.0, 1.0)
}

/// 1, -1, or +0 for zeros and NaN.
pub fn sign(x: f32) -> f32 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else {
        0.0
    }
}

/// The sign bit cleared.
pub fn abs(x: f32) -> f32 {
    f32::from_bits(x.to_bits() & 0x7fff_ffff)
}

/// Toward zero; the sign stays.
pub fn trunc(x: f32) -> f32 {
    if x.is_nan() || abs(x) >= 8_388_608.0 {
        return x; // no bits below the point
    }
    let whole = abs(x) as u32 as f32;
    if x.is_sign_negative() { -whole } else { whole }
}

/// The largest integer not above x; floor(-0) = -0.
pub fn floor(x: f32) -> f32 {
    let whole = trunc(x);
    if whole > x { whole - 1.0 } else { whole }
}

/// The smallest integer not below x; the sign stays.
pub fn ceil(x: f32) -> f32 {
    -floor(-x)
}

/// The nearest integer, the even one of two; the sign stays.
pub fn round(x: f32) -> f32 {
    let whole = trunc(x);
    let rest = abs(x - whole);
    let away = rest > 0.5 || (rest == 0.5 && whole % 2.0 != 0.0);
    match (away, x.is_sign_negative()) {
        (true, false) => whole + 1.0,
        (true, true) => whole - 1.0,
        (false, _) => whole,
    }
}

/// x - floor(x).
pub fn fract(x: f32) -> f32 {
    x - floor(x)
}

/// (fraction, whole) = (x - trunc(x), trunc(x)).
pub fn modf(x: f32) -> (f32, f32) {
    (x - trunc(x), trunc(x))
}

/// 1 where edge <= x, else 0.
pub fn step(edge: f32, x: f32) -> f32 {
    if edge <= x { 1.0 } else { 0.0 }
}

/// x * (1 - a) + y * a.
pub fn mix(x: f32, y: f32, a: f32) -> f32 {
    x * (1.0 - a) + y * a
}

/// t * t * (3 - 2 t) with t = clamp((x - low) / (high - low), 0, 1).
pub fn smoothstep(low: f32, high: f32, x: f32) -> f32 {
    let t = clamp((x - low) / (high - low), 0.0, 1.0);
    (t * t) * (3.0 - 2.0 * t)
}

/// x * (pi / 180, rounded).
pub fn radians(x: f32) -> f32 {
    x * f32::from_bits(0x3c8e_fa35)
}

/// x * (180 / pi, rounded).
pub fn degrees(x: f32) -> f32 {
    x * f32::from_bits(0x4265_2ee1)
}

/// 1 / sqrt(x), each rounded.
pub fn inverse_sqrt(x: f32) -> f32 {
    1.0 / x.sqrt()
}

/// (fraction, exponent): x = fraction * 2^exponent with 0.5 <= |fraction| < 1; (x, 0) for zeros, infinities and NaN.
pub fn frexp(x: f32) -> (f32, i32) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let subnormal = abs(x) < power_of_two(-126);
    let normal = if subnormal { x * power_of_two(24) } else { x };
    let exponent = ((normal.to_bits() >> 23) & 0xff) as i32 - 126;
    let fraction = f32::from_bits((normal.to_bits() & 0x807f_ffff) | 0x3f00_0000);
    (fraction, if subnormal { exponent - 24 } else { exponent })
}

/// x * 2^n, rounded once.
pub fn ldexp(x: f32, n: i32) -> f32 {
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    // in f64 the product is exact, and beyond -400 or 400 the result is 0 or infinity whatever x is
    (f64::from(x) * power_of_two_wide(n.clamp(-400, 400))) as f32
}

/// The exact remainder x - y trunc(x / y), with the sign of x. NaN for an infinite x or y = 0; x for an infinite y.
pub fn rem(x: f32, y: f32) -> f32 {
    if x.is_nan() || y.is_nan() || x.is_infinite() || y == 0.0 {
        return f32::from_bits(super::bits::NAN);
    }
    if y.is_infinite() {
        return x;
    }
    // both in units of 2^-149, divided bit by bit
    let units = |x: f32| {
        let bits = x.to_bits() & 0x7fff_ffff;
        let exponent = bits >> 23;
        if exponent == 0 { (bits, 0) } else { ((bits & 0x007f_ffff) | 0x0080_0000, exponent - 1) }
    };
    let ((significand, shift), (divisor, divisor_shift)) = (units(x), units(y));
    let magnitude = if shift < divisor_shift {
        abs(x)
    } else {
        let mut rest = significand % divisor;
        for _ in 0..shift - divisor_shift {
            rest = (rest * 2) % divisor;
        }
        (f64::from(rest) * power_of_two_wide(divisor_shift as i32 - 149)) as f32
    };
    if x.is_sign_negative() { -magnitude } else { magnitude }
}

/// a * b + c, rounded once.
///
/// The product of two f32 is exact in f64. Its sum with c is rounded to odd, which keeps every bit of information that the rounding to f32 needs.
pub fn fma(a: f32, b: f32, c: f32) -> f32 {
    let product = f64::from(a) * f64::from(b);
    let c = f64::from(c);
    let sum = product + c;
    if !sum.is_finite() || sum == 0.0 {
        return sum as f32;
    }
    // the error of the sum, exactly (Knuth)
    let part = sum - product;
    let error = (product - (sum - part)) + (c - part);
    if error == 0.0 || sum.to_bits() & 1 == 1 {
        return sum as f32;
    }
    // to odd: one unit towards where the exact sum is
    let up = (error > 0.0) == (sum > 0.0);
    f64::from_bits(if up { sum.to_bits() + 1 } else { sum.to_bits() - 1 }) as f32
}
