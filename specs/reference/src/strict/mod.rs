//! # The functions of strict WGSL
//!
//! What `specs/strict-wgsl.md` calls a function is one here: WGSL's scalar built-ins and operators, and those of vectors and matrices whose order of evaluation
//! matters. Where the page says "the algorithm is the function of that name", it is this one, operation by operation: each `+ - * /` and square root is
//! an f32 operation of IEEE 754, rounded to nearest even, and is done in the order in which it is written.
//!
//! **Why not the host's mathematics?** `f32::sin` calls a library that is different on each system. Here stand only operations that are defined to the
//! last bit. f64 is used where it is exact, never where it would round first.
//!
//! | file | functions |
//! |---|---|
//! | [`bits`] | what an f32 looks like, powers of two, splitting |
//! | [`arithmetic`] | order, rounding to integers, interpolation, exponents, remainder, fma |
//! | [`exponential`] | exp, exp2, sinh, cosh, tanh |
//! | [`logarithm`] | log, log2, asinh, acosh, atanh |
//! | [`power`] | pow |
//! | [`circular`], [`inverse_circular`] | sin, cos, tan; asin, acos, atan, atan2 |
//! | [`geometry`] | dot, length, cross, matrices, … |
//! | [`integers`], [`conversions`], [`packing`] | integers, casts, small numbers in a word |
//! | [`functions`] | the table of functions of one and of two numbers, with their bounds |
//! | [`expressions`] | every operator and built-in as a WGSL expression, beside its answer |
//! | [`error`] | how far they are from the exact value, in units in the last place |

pub mod arithmetic;
pub mod bits;
pub mod circular;
pub mod conversions;
pub mod error;
mod exact;
pub mod exponential;
pub mod expressions;
pub mod functions;
pub mod geometry;
pub mod integers;
pub mod inverse_circular;
pub mod logarithm;
pub mod packing;
pub mod power;
