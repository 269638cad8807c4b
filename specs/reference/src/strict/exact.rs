//! The exact functions, near enough: f64, at least 24 bits better than an ulp of f32. Only [`super::error`] uses them; no result of strict WGSL depends on them.
//!
//! Mostly `libm`, in its own words. What is added is speed, without which nobody would measure 2^32 inputs: where an argument is so small that two terms of
//! the series say it all, or so large that the result is infinite or zero, or so large that `libm` needs many words of pi for it.

/// Below this in magnitude, what follows the second term of a series is beyond 2^-52 of the first.
const SMALL: f64 = 1.0 / 8192.0;

/// f, or the first two terms x (1 + c x^2) of its series.
fn odd(x: f64, c: f64, f: impl Fn(f64) -> f64) -> f64 {
    if x.abs() < SMALL { x * (1.0 + c * x * x) } else { f(x) }
}

/// e^x.
pub fn exp(x: f64) -> f64 {
    match x {
        _ if x > 90.0 => f64::INFINITY,
        _ if x < -110.0 => 0.0,
        _ if x.abs() < 1e-10 => 1.0 + x,
        _ => libm::exp(x),
    }
}

/// 2^x.
pub fn exp2(x: f64) -> f64 {
    match x {
        _ if x > 130.0 => f64::INFINITY,
        _ if x < -160.0 => 0.0,
        _ if x.abs() < 1e-10 => 1.0 + x * std::f64::consts::LN_2,
        _ => libm::exp2(x),
    }
}

/// sinh.
pub fn sinh(x: f64) -> f64 {
    if x.abs() > 100.0 { f64::INFINITY.copysign(x) } else { odd(x, 1.0 / 6.0, libm::sinh) }
}

/// cosh.
pub fn cosh(x: f64) -> f64 {
    match x.abs() {
        a if a > 100.0 => f64::INFINITY,
        a if a < SMALL => 1.0 + x * x / 2.0,
        _ => libm::cosh(x),
    }
}

/// tanh.
pub fn tanh(x: f64) -> f64 {
    if x.abs() > 30.0 { 1_f64.copysign(x) } else { odd(x, -1.0 / 3.0, libm::tanh) }
}

/// asinh.
pub fn asinh(x: f64) -> f64 {
    odd(x, -1.0 / 6.0, libm::asinh)
}

/// acosh. (`libm` has numbers for arguments far below -1, where there is none.)
pub fn acosh(x: f64) -> f64 {
    if x < 1.0 { f64::NAN } else { libm::acosh(x) }
}

/// atanh.
pub fn atanh(x: f64) -> f64 {
    if x.abs() > 1.0 { f64::NAN } else { odd(x, 1.0 / 3.0, libm::atanh) }
}

/// asin.
pub fn asin(x: f64) -> f64 {
    if x.abs() > 1.0 { f64::NAN } else { odd(x, 1.0 / 6.0, libm::asin) }
}

/// acos.
pub fn acos(x: f64) -> f64 {
    if x.abs() > 1.0 { f64::NAN } else { libm::acos(x) }
}

/// atan.
pub fn atan(x: f64) -> f64 {
    odd(x, -1.0 / 3.0, libm::atan)
}

/// 1/(2 pi): 320 bits after the point.
const PER_TURN: [u32; 10] =
    [0x28be_60db, 0x9391_054a, 0x7f09_d5f4, 0x7d4d_3770, 0x36d8_a566, 0x4f10_e410, 0x7f94_58ea, 0xf7ae_f158, 0x6dc9_1b8e, 0x9093_74b8];

/// From here on an f32 is an even integer.
const LARGE: f64 = 16_777_216.0 * 2.0;

/// |x| / (2 pi) modulo 1 in units of 2^-128, for an f32 of at least [`LARGE`]: off by less than 2^24 units.
fn turns(x: f64) -> u128 {
    let bits = (x as f32).to_bits();
    let significand = u128::from((bits & 0x007f_ffff) | 0x0080_0000);
    let place = ((bits >> 23) & 0xff) as usize - 150;
    let word = |index: usize| u128::from(PER_TURN[place / 32 + index]);
    let window = (word(0) << 96) | (word(1) << 64) | (word(2) << 32) | word(3);
    let window = (window << (place % 32)) | (word(4) >> (32 - place % 32));
    significand.wrapping_mul(window)
}

/// The angle, within pi/4, that is left of a phase after whole quarters of a turn, and the number of those.
fn quarters(phase: u128) -> (f64, u128) {
    let count = phase.wrapping_add(1 << 125) >> 126;
    let rest = phase.wrapping_sub(count << 126).cast_signed();
    (rest as f64 * (std::f64::consts::TAU * super::bits::power_of_two_wide(-128)), count % 4)
}

/// The sine of a phase.
fn sin_phase(phase: u128) -> f64 {
    match quarters(phase) {
        (angle, 0) => libm::sin(angle),
        (angle, 1) => libm::cos(angle),
        (angle, 2) => -libm::sin(angle),
        (angle, _) => -libm::cos(angle),
    }
}

/// sin of an f32.
pub fn sin(x: f64) -> f64 {
    match x.abs() {
        a if a >= LARGE && a.is_finite() => sin_phase(turns(x)) * 1_f64.copysign(x),
        _ => odd(x, -1.0 / 6.0, libm::sin),
    }
}

/// cos of an f32.
pub fn cos(x: f64) -> f64 {
    match x.abs() {
        a if a >= LARGE && a.is_finite() => sin_phase(turns(x).wrapping_add(1 << 126)),
        a if a < SMALL => 1.0 - x * x / 2.0,
        _ => libm::cos(x),
    }
}

/// tan of an f32.
pub fn tan(x: f64) -> f64 {
    match x.abs() {
        a if a >= LARGE && a.is_finite() => {
            let (angle, count) = quarters(turns(x));
            let tangent = libm::tan(angle);
            (if count % 2 == 0 { tangent } else { -1.0 / tangent }) * 1_f64.copysign(x)
        }
        _ => odd(x, 1.0 / 3.0, libm::tan),
    }
}

#[cfg(test)]
mod tests {
    use super::super::error::mixed;

    type Function = fn(f64) -> f64;

    #[test]
    fn shortcuts_say_what_libm_says() {
        let pairs: [(Function, Function); 13] = [
            (super::exp, libm::exp),
            (super::exp2, libm::exp2),
            (super::sinh, libm::sinh),
            (super::cosh, libm::cosh),
            (super::tanh, libm::tanh),
            (super::asinh, libm::asinh),
            (super::atanh, libm::atanh),
            (super::asin, libm::asin),
            (super::acos, libm::acos),
            (super::atan, libm::atan),
            (super::sin, libm::sin),
            (super::cos, libm::cos),
            (super::tan, libm::tan),
        ];
        for (ours, libms) in pairs {
            for index in 0..200_000 {
                let x = f64::from(f32::from_bits(mixed(index)));
                let (one, other) = (ours(x), libms(x));
                let both_beyond = one.abs().min(other.abs()) > 1e39 || one.abs().max(other.abs()) < 1e-46;
                let near = (one - other).abs() <= other.abs() * 1e-14 || one == other || (one.is_nan() && other.is_nan());
                assert!(near || both_beyond, "{x:e}: {one:e} against {other:e}");
            }
        }
    }
}
