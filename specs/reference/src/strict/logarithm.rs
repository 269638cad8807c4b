//! log, log2, and the inverse hyperbolic functions, which are logarithms of a sum.

use super::bits::{INFINITY, NAN, even_odd, power_of_two, unit};
use super::exponential::LN_2;

const SMALLEST_NORMAL: f32 = f32::MIN_POSITIVE;
/// Bits of the least significand, sqrt(1/2) rounded down.
const LEAST: u32 = 0x3f35_04f3;

/// x = 2^k m of a positive finite x, with sqrt(1/2) <= m < sqrt(2): the pair (k, m). A subnormal is scaled by 2^23 first, exactly.
pub fn decompose(x: f32) -> (i32, f32) {
    let (normal, offset) = if x < SMALLEST_NORMAL { (x * 8_388_608.0, -23) } else { (x, 0) };
    let k = normal.to_bits().wrapping_sub(LEAST) as i32 >> 23;
    let m = f32::from_bits(normal.to_bits().wrapping_sub((k as u32) << 23));
    (k + offset, m)
}

/// r^2 P(r), where ln(1 + r) = r + r^2 P(r).
fn log_tail(r: f32) -> f32 {
    let r2 = r * r;
    r2 * even_odd(r, r2, &[-0.4999999, -0.25001794, -0.16569698, -0.14312772], &[0.3333395, 0.19962054, 0.14917457, 0.087424025])
}

/// The answers outside 0 < x < infinity.
fn outside_domain(x: f32) -> Option<f32> {
    if x == 0.0 {
        Some(-f32::from_bits(INFINITY))
    } else if x > 0.0 {
        (x == f32::from_bits(INFINITY)).then_some(x)
    } else {
        Some(f32::from_bits(NAN))
    }
}

/// Natural logarithm.
pub fn log(x: f32) -> f32 {
    if let Some(answer) = outside_domain(x) {
        return answer;
    }
    let (k, m) = decompose(x);
    let r = m - 1.0;
    let n = k as f32;
    n * LN_2[0] + (r + (log_tail(r) + n * LN_2[1]))
}

/// Logarithm to base 2.
pub fn log2(x: f32) -> f32 {
    if let Some(answer) = outside_domain(x) {
        return answer;
    }
    let (k, m) = decompose(x);
    let r = m - 1.0;
    let even = [0.442695, 0.48091167, 0.2878939, 0.21585171, 0.12589283];
    let odd = [-0.72134733, -0.36070526, -0.23890279, -0.20758082];
    k as f32 + (r + r * even_odd(r, r * r, &even, &odd))
}

/// ln(high + low) for a finite high >= 1 and a low below its last place.
fn log_sum(high: f32, low: f32) -> f32 {
    let (k, m) = decompose(high);
    let r = m - 1.0;
    let l = low * power_of_two(-k);
    let n = k as f32;
    n * LN_2[0] + (r + ((log_tail(r) + (l - l * r)) + n * LN_2[1]))
}

/// ln(1 + t) for a finite t >= 0; what 1 + t loses goes along.
fn log_one_plus(t: f32) -> f32 {
    let u = 1.0 + t;
    let low = if t > 1.0 { 1.0 - (u - t) } else { t - (u - 1.0) };
    log_sum(u, low)
}

/// asinh: ln(1 + (a + a^2 / (1 + sqrt(a^2 + 1)))) with the sign of x; beyond 4096, ln a + ln 2.
pub fn asinh(x: f32) -> f32 {
    let a = x.abs();
    if a <= 4096.0 {
        let a2 = a * a;
        return log_one_plus(a + a2 / (1.0 + (a2 + 1.0).sqrt())) * unit(x);
    }
    (log(a) + std::f32::consts::LN_2) * unit(x)
}

/// acosh: ln(1 + (d + sqrt(d (d + 2)))) with d = x - 1; beyond 4096, ln x + ln 2; below 1, NaN.
pub fn acosh(x: f32) -> f32 {
    if x > 4096.0 {
        return log(x) + std::f32::consts::LN_2;
    }
    if x >= 1.0 {
        let d = x - 1.0;
        return log_one_plus(d + (d * (d + 2.0)).sqrt());
    }
    f32::from_bits(NAN)
}

/// atanh: ln(1 + 2a / (1 - a)) / 2 with the sign of x; infinity at 1, beyond it NaN.
pub fn atanh(x: f32) -> f32 {
    let a = x.abs();
    if a < 1.0 {
        0.5 * log_one_plus((2.0 * a) / (1.0 - a)) * unit(x)
    } else if a == 1.0 {
        f32::from_bits(INFINITY) * unit(x)
    } else {
        f32::from_bits(NAN)
    }
}
