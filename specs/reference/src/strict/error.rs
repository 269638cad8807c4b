//! How far a function is from the exact value, over all of its inputs.
//!
//! The unit is the distance of two neighbouring f32 around the exact value (ulp): 2^(e - 23) for 2^e <= |exact| < 2^(e + 1), and 2^-149 below 2^-126.
//! Infinity counts as 2^128. A NaN where none belongs, or none where one belongs, and a zero of the wrong sign, count as infinitely far.
//!
//! The exact value is taken from f64, whose own error is below 2^-28 of such a unit.

use super::bits::{bits, power_of_two_wide};
use super::functions::{Binary, Symmetry, Unary};

/// The distance of neighbouring f32 around an exact value.
fn ulp(exact: f64) -> f64 {
    let exponent = ((exact.to_bits() >> 52) & 0x7ff) as i32 - 1023;
    power_of_two_wide(exponent.clamp(-126, 127) - 23)
}

/// The error in ulp.
pub fn ulps(computed: f32, exact: f64) -> f64 {
    if computed.is_nan() || exact.is_nan() {
        return if computed.is_nan() && exact.is_nan() { 0.0 } else { f64::INFINITY };
    }
    if computed == 0.0 && exact == 0.0 {
        return if computed.is_sign_negative() == exact.is_sign_negative() { 0.0 } else { f64::INFINITY };
    }
    let limit = power_of_two_wide(128);
    let (computed, exact) = (f64::from(computed).clamp(-limit, limit), exact.clamp(-limit, limit));
    (computed - exact).abs() / ulp(exact)
}

/// The worst of many inputs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Worst {
    /// The largest error, in ulp.
    pub ulps: f64,
    /// Bits of the input, or of the two inputs, where it is.
    pub at: [u32; 2],
    /// Results that are not the f32 nearest to the exact value.
    pub wrong: u64,
    /// How many inputs there were.
    pub count: u64,
    /// f(-x) was not what the symmetry says.
    pub asymmetric: u64,
}

impl Worst {
    fn take(&mut self, at: [u32; 2], computed: f32, exact: f64) {
        self.count += 1;
        if bits(computed) == bits(exact as f32) {
            // the nearest one: at most half an ulp, and no new maximum but where nothing is worse
            if self.ulps >= 0.5 {
                return;
            }
        } else {
            self.wrong += 1;
        }
        let error = ulps(computed, exact);
        if error > self.ulps {
            (self.ulps, self.at) = (error, at);
        }
    }

    /// Both together.
    #[must_use]
    pub fn join(self, other: Worst) -> Worst {
        let worse = if other.ulps > self.ulps { other } else { self };
        Worst { wrong: self.wrong + other.wrong, count: self.count + other.count, asymmetric: self.asymmetric + other.asymmetric, ..worse }
    }
}

/// Measures a function at inputs given by their bits. Where it is even or odd, the inputs must be positive, and each counts for two.
pub fn measure(function: &Unary, inputs: impl Iterator<Item = u32>) -> Worst {
    let mut worst = Worst::default();
    for input in inputs {
        let x = f32::from_bits(input);
        let computed = (function.compute)(x);
        worst.take([input, 0], computed, (function.exact)(f64::from(x)));
        let mirrored = match function.symmetry {
            Symmetry::Neither => continue,
            Symmetry::Even => computed,
            Symmetry::Odd => -computed,
        };
        worst.asymmetric += u64::from(bits((function.compute)(-x)) != bits(mirrored));
    }
    worst
}

/// Measures a function of two numbers at pairs of inputs.
pub fn measure_pairs(function: &Binary, inputs: impl Iterator<Item = [u32; 2]>) -> Worst {
    let mut worst = Worst::default();
    for [first, second] in inputs {
        let (x, y) = (f32::from_bits(first), f32::from_bits(second));
        worst.take([first, second], (function.compute)(x, y), (function.exact)(f64::from(x), f64::from(y)));
    }
    worst
}

/// How many inputs, by their bits from 0 on, `measure` has to see to have seen all.
pub fn inputs(function: &Unary) -> u64 {
    if function.symmetry == Symmetry::Neither { 1 << 32 } else { 1 << 31 }
}

/// Inputs that break functions: zeros, subnormals, the ends of every range, neighbours of 1 and 2, infinities, NaN.
pub const SPECIAL: [u32; 28] = [
    0x0000_0000,
    0x8000_0000,
    0x0000_0001,
    0x8000_0001,
    0x007f_ffff,
    0x807f_ffff,
    0x0080_0000,
    0x8080_0000,
    0x3effffff,
    0x3f00_0000,
    0x3f7f_ffff,
    0x3f80_0000,
    0x3f80_0001,
    0xbf7f_ffff,
    0xbf80_0000,
    0xbf80_0001,
    0x4000_0000,
    0xc000_0000,
    0x4040_0000,
    0x42b1_7218,
    0xc2cf_f1b5,
    0x4b80_0000,
    0x7f7f_ffff,
    0xff7f_ffff,
    0x7f80_0000,
    0xff80_0000,
    0x7fc0_0000,
    0xffbf_ffff,
];

/// Pairs for a function of two numbers: all special ones; then, by turns, any bits; magnitudes near each other; a base and an exponent whose power is
/// finite; a base near 1.
pub fn pairs(count: u32) -> impl Iterator<Item = [u32; 2]> {
    let special = SPECIAL.into_iter().flat_map(|first| SPECIAL.into_iter().map(move |second| [first, second]));
    special.chain((0..count).map(|index| {
        let [first, second] = [mixed(2 * index), mixed(2 * index + 1)];
        let exponent = |base: u32| {
            let power = f64::from(second) / 4_294_967_296.0 * 300.0 - 150.0;
            [base, ((power / libm::log2(f64::from(f32::from_bits(base)))) as f32).to_bits()]
        };
        match index % 4 {
            0 => [first, second],
            1 => [
                first,
                ((first & 0x7fff_ffff).wrapping_add((second & 0x3ff_ffff).wrapping_sub(0x200_0000)) & 0x7fff_ffff) | (second & 0x8000_0000),
            ],
            2 => exponent(first & 0x7fff_ffff),
            _ => exponent(0x3f00_0000 + (first & 0x00ff_ffff)),
        }
    }))
}

/// A permutation of the 32-bit numbers without visible order (the finalizer of MurmurHash3).
pub fn mixed(index: u32) -> u32 {
    let mut x = index;
    x = (x ^ (x >> 16)).wrapping_mul(0x85eb_ca6b);
    x = (x ^ (x >> 13)).wrapping_mul(0xc2b2_ae35);
    x ^ (x >> 16)
}
