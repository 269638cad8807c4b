//! sin, cos, tan. |x| <= 6400 is reduced by four words of pi or pi/2 whose first three have 12 bits, so that their products with the multiple are exact;
//! more is reduced by an exact product with enough bits of 1/(2 pi).

use super::bits::{NAN, leading, nearest_integer, unit};

/// Where the first reduction ends.
const LARGE: f32 = 6400.0;
/// pi and pi/2 in four words.
const PI: [f32; 4] = [3.140625, f32::from_bits(0x3a7d_a000), f32::from_bits(0x3422_2000), f32::from_bits(0x2cb4_611a)];
const HALF_PI: [f32; 4] = [1.5703125, f32::from_bits(0x39fd_a000), f32::from_bits(0x33a2_2000), f32::from_bits(0x2c34_611a)];
/// 1/pi and 2/pi.
const PER_PI: f32 = f32::from_bits(0x3ea2_f983);
const PER_HALF_PI: f32 = f32::from_bits(0x3f22_f983);
/// 1/(2 pi): 224 bits after the point.
const PER_TURN: [u32; 7] = [0x28be_60db, 0x9391_054a, 0x7f09_d5f4, 0x7d4d_3770, 0x36d8_a566, 0x4f10_e410, 0x7f94_58ea];

/// |x| / (2 pi) without its integer part, in units of 2^-64, from 96 bits of 1/(2 pi) behind those that only add whole turns. For |x| >= 2^-9.
fn turns(x: f32) -> u64 {
    let bits = x.to_bits() & 0x7fff_ffff;
    let significand = u128::from((bits & 0x007f_ffff) | 0x0080_0000);
    let exponent = (bits >> 23) as i32 - 150; // |x| = significand * 2^exponent
    // the 96 bits of 2^exponent / (2 pi) after the point
    let bit = |place: i32| match usize::try_from(place) {
        Ok(place) if place < 224 => (PER_TURN[place / 32] >> (31 - place % 32)) & 1,
        _ => 0,
    };
    let fraction = (0..96).fold(0_u128, |sum, place| (sum << 1) | u128::from(bit(exponent + place)));
    let middle = (significand * (fraction & 0xffff_ffff)) >> 32; // only its high word is kept
    let product = significand * (fraction >> 32) + middle;
    product as u64
}

/// 2 pi times a signed fraction of a turn (units of 2^-64, within a quarter) as a sum of two words.
fn radians(fraction: i64) -> (f32, f32) {
    let sign = if fraction < 0 { -1.0 } else { 1.0 };
    let magnitude = if fraction < 0 { !(fraction as u64) } else { fraction as u64 };
    let (high, low) = ((magnitude >> 32) as u32, magnitude as u32);
    let a = leading(high as f32);
    let rest = (i64::from(high) - a as i64) as f32 + low as f32 * 2.3283064e-10; // 2^-32
    let first = a * 1.4624675e-9; // 2 pi * 2^-32, 12 bits of it
    let second = a * 4.5059881e-13 + rest * 1.4629181e-9;
    let r = first + second;
    (r * sign, (second - (r - first)) * sign)
}

/// sin r for |r| <= pi/2, negated for an odd number of half turns.
fn sin_reduced(r: f32, half_turns: i64) -> f32 {
    let r2 = r * r;
    let p = -0.1666666 + r2 * (0.008333069 + r2 * (-0.00019809778 + r2 * 2.606103e-6));
    let sine = r + (r * r2) * p;
    if half_turns % 2 == 0 { sine } else { -sine }
}

/// ((x - n c0) - n c1) - n c2) - n c3.
fn less(x: f32, n: f32, c: [f32; 4]) -> f32 {
    (((x - n * c[0]) - n * c[1]) - n * c[2]) - n * c[3]
}

/// sin; sin(-0) = -0.
pub fn sin(x: f32) -> f32 {
    if x == 0.0 {
        return x;
    }
    if !x.is_finite() {
        return f32::from_bits(NAN);
    }
    if x.abs() <= LARGE {
        let n = nearest_integer(x * PER_PI);
        return sin_reduced(less(x, n, PI), n as i64);
    }
    let phase = turns(x);
    let half_turns = phase.wrapping_add(1 << 62) >> 63;
    let (r, _) = radians(phase.wrapping_sub(half_turns << 63) as i64);
    sin_reduced(r * unit(x), half_turns as i64)
}

/// cos: minus or plus the sine of what is left of abs(x) after an odd multiple of pi/2.
pub fn cos(x: f32) -> f32 {
    if !x.is_finite() {
        return f32::from_bits(NAN);
    }
    let a = x.abs();
    if a <= LARGE {
        let n = nearest_integer(a * PER_PI - 0.5);
        return sin_reduced(less(a, n * 2.0 + 1.0, HALF_PI), n as i64 + 1);
    }
    let phase = turns(a).wrapping_add(1 << 62);
    let half_turns = phase.wrapping_add(1 << 62) >> 63;
    let (r, _) = radians(phase.wrapping_sub(half_turns << 63) as i64);
    sin_reduced(r, half_turns as i64)
}

/// tan: of what is left of x after a multiple of pi/2, or minus one over it; tan(-0) = -0.
pub fn tan(x: f32) -> f32 {
    if x == 0.0 {
        return x;
    }
    if !x.is_finite() {
        return f32::from_bits(NAN);
    }
    let (quarters, r, low) = if x.abs() <= LARGE {
        let n = nearest_integer(x * PER_HALF_PI);
        let first = (x - n * HALF_PI[0]) - n * HALF_PI[1];
        let second = n * HALF_PI[2];
        let r = first - second;
        (n as i64, r, ((first - r) - second) - n * HALF_PI[3])
    } else {
        let phase = turns(x);
        let quarters = phase.wrapping_add(1 << 61) >> 62;
        let (r, low) = radians(phase.wrapping_sub(quarters << 62) as i64);
        (quarters as i64, r * unit(x), low * unit(x))
    };
    let r2 = r * r;
    let r4 = r2 * r2;
    let even = 0.33333156 + r4 * (0.05340762 + r4 * 0.003096775);
    let odd = 0.1333884 + r4 * (0.024443964 + r4 * 0.00939958);
    let tangent = r + ((r * r2) * (even + r2 * odd) + (low + low * r2));
    if quarters % 2 == 0 { tangent } else { -1.0 / tangent }
}
