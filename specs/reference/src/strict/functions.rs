//! The functions of one and of two numbers that are not exact, each with the bound on its error that the page promises, and the function it stands for.

use super::{arithmetic, circular, exact, exponential, inverse_circular, logarithm, power};

/// f(-x) = f(x), -f(x), or neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symmetry {
    /// f(-x) = f(x).
    Even,
    /// f(-x) = -f(x).
    Odd,
    /// Neither.
    Neither,
}

/// A function of one number.
pub struct Unary {
    /// Its name in WGSL.
    pub name: &'static str,
    /// What it computes.
    pub compute: fn(f32) -> f32,
    /// The function that it stands for, at least 20 bits better.
    pub exact: fn(f64) -> f64,
    /// Bound on the error, in units in the last place of the exact value.
    pub ulps_max: f64,
    /// Holds bit for bit.
    pub symmetry: Symmetry,
    /// Magnitudes of the arguments where something happens: elsewhere the result is a constant, the argument itself, an infinity or NaN.
    pub active: [f32; 2],
}

/// A function of two numbers.
pub struct Binary {
    /// Its name in WGSL.
    pub name: &'static str,
    /// What it computes.
    pub compute: fn(f32, f32) -> f32,
    /// The function that it stands for; NaN where the page says so.
    pub exact: fn(f64, f64) -> f64,
    /// Bound on the error over the samples of [`super::error::pairs`], in units in the last place of the exact value.
    pub ulps_max: f64,
}

const fn unary(name: &'static str, compute: fn(f32) -> f32, exact: fn(f64) -> f64, rest: (f64, Symmetry, [f32; 2])) -> Unary {
    let (ulps_max, symmetry, active) = rest;
    Unary { name, compute, exact, ulps_max, symmetry, active }
}

use Symmetry::{Even, Neither, Odd};

/// Below 2^-13 the functions with f(x) = x + c x^3 + … differ from x, and those with f(x) = 1 + c x^2 + … from 1, by less than half an ulp.
const SMALL: f32 = 1.0 / 8192.0;

/// All of one number.
pub const UNARY: [Unary; 17] = [
    unary("exp", exponential::exp, exact::exp, (1.1, Neither, [1e-8, 105.0])),
    unary("exp2", exponential::exp2, exact::exp2, (1.4, Neither, [1e-8, 151.0])),
    unary("log", logarithm::log, libm::log, (1.4, Neither, [0.0, f32::MAX])),
    unary("log2", logarithm::log2, libm::log2, (1.8, Neither, [0.0, f32::MAX])),
    unary("sin", circular::sin, exact::sin, (2.4, Odd, [SMALL, f32::MAX])),
    unary("cos", circular::cos, exact::cos, (2.4, Even, [SMALL, f32::MAX])),
    unary("tan", circular::tan, exact::tan, (2.1, Odd, [SMALL, f32::MAX])),
    unary("asin", inverse_circular::asin, exact::asin, (2.1, Odd, [SMALL, 1.0])),
    unary("acos", inverse_circular::acos, exact::acos, (1.3, Neither, [1e-8, 1.0])),
    unary("atan", inverse_circular::atan, exact::atan, (2.3, Odd, [SMALL, 1e9])),
    unary("sinh", exponential::sinh, exact::sinh, (1.7, Odd, [SMALL, 91.0])),
    unary("cosh", exponential::cosh, exact::cosh, (1.6, Even, [SMALL, 91.0])),
    unary("tanh", exponential::tanh, exact::tanh, (2.7, Odd, [SMALL, 11.0])),
    unary("asinh", logarithm::asinh, exact::asinh, (2.3, Odd, [SMALL, f32::MAX])),
    unary("acosh", logarithm::acosh, exact::acosh, (2.9, Neither, [1.0, f32::MAX])),
    unary("atanh", logarithm::atanh, exact::atanh, (2.5, Odd, [SMALL, 1.0])),
    unary("inverseSqrt", arithmetic::inverse_sqrt, |x| 1.0 / x.sqrt(), (1.5, Neither, [0.0, f32::MAX])),
];

/// All of two numbers.
pub const BINARY: [Binary; 2] = [
    Binary {
        name: "pow",
        compute: power::pow,
        exact: |x, y| if x < 0.0 || x.is_nan() || y.is_nan() { f64::NAN } else { libm::pow(x.abs(), y) },
        ulps_max: 1.6,
    },
    Binary { name: "atan2", compute: inverse_circular::atan2, exact: libm::atan2, ulps_max: 2.4 },
];
