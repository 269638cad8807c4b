//! exp, exp2: an integer power of two and a polynomial.

use super::bits::{even_odd, nearest_integer, scale};

/// 1 / ln 2.
const LOG2_E: f32 = f32::from_bits(0x3fb8_aa3b);
/// ln 2 in two words; the first has 15 bits, so that its product with an exponent is exact.
pub const LN_2: [f32; 2] = [f32::from_bits(0x3f31_7200), f32::from_bits(0x35bf_be8e)];

/// e^r - 1 for |r| <= 0.3466.
fn exp_fraction(r: f32) -> f32 {
    let r2 = r * r;
    r + r2 * even_odd(r, r2, &[0.4999998, 0.041671455, 0.0013657043], &[0.16666518, 0.008368954])
}

/// x = n ln 2 + r: the pair (n, r).
fn reduce(x: f32) -> (f32, f32) {
    let n = nearest_integer(x * LOG2_E);
    (n, (x - n * LN_2[0]) - n * LN_2[1])
}

/// e^x * 2^shift, with x first brought into -104 ..= 90: beyond, the result is 0 or infinity.
pub fn exp_shifted(x: f32, shift: i32) -> f32 {
    if x.is_nan() {
        return x;
    }
    let bounded = x.clamp(-104.0, 90.0);
    let (n, r) = reduce(bounded);
    scale(1.0 + exp_fraction(r), n as i32 + shift)
}

/// e^x.
pub fn exp(x: f32) -> f32 {
    exp_shifted(x, 0)
}

/// 2^r for |r| <= 0.5.
pub fn exp2_fraction(r: f32) -> f32 {
    let r2 = r * r;
    let q = even_odd(r, r2, &[std::f32::consts::LN_2, 0.05550358, 0.0013391643], &[0.2402265, 0.009618076, 0.00015457191]);
    1.0 + r * q
}

/// 2^x, with x first brought into -160 ..= 129.
pub fn exp2(x: f32) -> f32 {
    if x.is_nan() {
        return x;
    }
    let bounded = x.clamp(-160.0, 129.0);
    let n = nearest_integer(bounded);
    scale(exp2_fraction(bounded - n), n as i32)
}

/// tanh: E / (2 - E) with E = 1 - e^(-2|x|); |x| beyond 10 counts as 10.
pub fn tanh(x: f32) -> f32 {
    if x.is_nan() {
        return x;
    }
    let magnitude = if x.abs() > 10.0 { 10.0 } else { x.abs() };
    let (n, r) = reduce(magnitude * -2.0);
    let power = scale(1.0, n as i32);
    let e = (1.0 - power) - power * exp_fraction(r);
    (e / (2.0 - e)) * super::bits::unit(x)
}

/// sinh: a polynomial for |x| < 1, else e^|x|/2 - 1/(4 (e^|x|/2)).
pub fn sinh(x: f32) -> f32 {
    if x.abs() < 1.0 {
        let x2 = x * x;
        let (a, b, c) = (0.16666716, 0.008330274, 0.00020372833);
        return x + (x * x2) * (a + x2 * (b + x2 * c));
    }
    let half = exp_shifted(x.abs(), -1);
    (half - 0.25 / half) * super::bits::unit(x)
}

/// cosh: e^|x|/2 + 1/(4 (e^|x|/2)).
pub fn cosh(x: f32) -> f32 {
    let half = exp_shifted(x.abs(), -1);
    half + 0.25 / half
}
