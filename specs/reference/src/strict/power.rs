//! pow: 2^(y log2 x), the logarithm and its product with y each kept in two words.

use super::bits::{INFINITY, NAN, leading, nearest_integer, scale};
use super::exponential::exp2_fraction;
use super::logarithm::decompose;

/// 2 / (3 ln 2), rounded, and split into 12 bits and the rest.
const FACTOR: f32 = 0.9617967;
const FACTOR_WORDS: [f32; 2] = [f32::from_bits(0x3f76_3000), f32::from_bits(0x3904_ee1d)];

/// log2 x of a positive finite x as high + low, where high has 12 significant bits.
///
/// With s = (m - 1) / (m + 1), ln m = (2/3) s (3 + s^2 + s^4 R(s^2)).
fn log2_words(x: f32) -> (f32, f32) {
    let (k, m) = decompose(x);
    let n = k as f32;
    // s = s_high + s_low, though f and d are divided in single precision
    let f = m - 1.0;
    let d = m + 1.0;
    let v = 1.0 / d;
    let s = f * v;
    let s_high = leading(s);
    let d_high = leading(d);
    let d_low = f - (d_high - 2.0);
    let s_low = v * ((f - s_high * d_high) - s_high * d_low);
    // 3 + s^2 + s^4 R = t_high + t_low
    let s2 = s * s;
    let series = (s2 * s2) * (0.6000002 + s2 * (0.42843658 + s2 * 0.3456435));
    let tail = series + s_low * (s_high + s);
    let square = s_high * s_high;
    let t_high = leading((3.0 + square) + tail);
    let t_low = tail - ((t_high - 3.0) - square);
    // their product = p_high + p_low
    let u = s_high * t_high;
    let w = s_low * t_high + t_low * s;
    let p_high = leading(u + w);
    let p_low = w - (p_high - u);
    // times 2 / (3 ln 2), plus the exponent
    let z_high = FACTOR_WORDS[0] * p_high;
    let z_low = FACTOR_WORDS[1] * p_high + p_low * FACTOR;
    let high = leading((z_high + z_low) + n);
    (high, z_low - ((high - n) - z_high))
}

/// x^y for x >= 0; NaN for a negative x, whatever y is.
pub fn pow(x: f32, y: f32) -> f32 {
    if x.is_nan() || x < 0.0 || y.is_nan() {
        return f32::from_bits(NAN);
    }
    if y == 0.0 {
        return 1.0;
    }
    let infinity = f32::from_bits(INFINITY);
    if x == 0.0 {
        return if y < 0.0 { infinity } else { 0.0 };
    }
    if x == infinity {
        return if y < 0.0 { 0.0 } else { infinity };
    }
    let (high, low) = log2_words(x);
    let b = y.clamp(-4_294_967_296.0, 4_294_967_296.0);
    let b_high = leading(b);
    let e_low = (b - b_high) * high + b * low;
    let e_high = b_high * high;
    let e = e_low + e_high;
    let bounded = e.clamp(-160.0, 160.0);
    let n = nearest_integer(bounded);
    // out of bounds, only the power of two matters
    let r = if bounded == e { (e_high - n) + e_low } else { 0.0 };
    scale(exp2_fraction(r), n as i32)
}
