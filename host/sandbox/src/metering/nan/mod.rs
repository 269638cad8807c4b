//! Canonical NaNs, made only where bits become visible (`specs/metering.md`, section 6).
//!
//! What arithmetic leaves open of a NaN matters to nobody as long as it meets arithmetic, comparisons and conversions. So a value that may hold such a NaN is called *open* and left alone until it is
//! stored, reinterpreted, passed to a function, taken apart as a vector of another kind, …: there it is repaired first.
//!
//! - [`effect`]: what each instruction does to open values.
//! - [`flow`]: which values are open, by following the stack and the locals through the body.
//! - [`repair`]: the instructions that repair a value.

mod effect;
mod flow;
mod repair;

pub(super) use self::flow::{Mark, Repairs};
pub(super) use self::repair::Scratch;

/// Whether `operator` may make a NaN.
#[inline(always)]
pub(super) fn is_arithmetic(operator: &wasmparser::Operator<'_>) -> bool {
    matches!(effect::of(operator).0, effect::Effect::Arithmetic(..))
}

/// What is known of the NaN that a value may be: any number of these together.
pub(super) mod class {
    /// Open NaN of f32: stands for the canonical one with sign 0.
    pub(in crate::metering) const F32: u8 = 1;
    /// Open NaN of f32 whose sign was changed: stands for the canonical one with sign 1.
    pub(in crate::metering) const F32_NEGATED: u8 = 2;
    /// Open NaN of f64.
    pub(in crate::metering) const F64: u8 = 4;
    /// Open NaN of f64 whose sign was changed.
    pub(in crate::metering) const F64_NEGATED: u8 = 8;
    /// Bits that mean themselves, and may hold a NaN of f32 that is not the canonical one with sign 0.
    pub(in crate::metering) const FIXED_F32: u8 = 16;
    /// The same of f64. A vector has both readings; one whose f32 lanes are clean is clean as f64, whose NaNs have one of f32 in their upper half, but not the other way round.
    pub(in crate::metering) const FIXED_F64: u8 = 32;
    /// Bits of which nothing is known.
    pub(in crate::metering) const FIXED: u8 = FIXED_F32 | FIXED_F64;
    /// Any of the open ones.
    pub(in crate::metering) const OPEN: u8 = F32 | F32_NEGATED | F64 | F64_NEGATED;
    /// Not a class: the value is a vector.
    pub(in crate::metering) const VECTOR: u8 = 64;

    /// Whether a value may be an open NaN.
    pub(in crate::metering) const fn is_open(class: u8) -> bool {
        class & OPEN != 0
    }

    /// Whether no one repair is right for every value that it may be.
    pub(in crate::metering) const fn is_mixed(class: u8) -> bool {
        let open = class & OPEN;
        let fixed = if open & (F32 | F32_NEGATED) != 0 { FIXED_F32 } else { FIXED_F64 };
        open != 0 && (class & fixed != 0 || !open.is_power_of_two())
    }

    /// With the other sign.
    pub(in crate::metering) const fn negated(class: u8) -> u8 {
        let (positive, negative) = (class & (F32 | F64), class & (F32_NEGATED | F64_NEGATED));
        class & !OPEN | positive << 1 | negative >> 1
    }

    /// With sign 0.
    pub(in crate::metering) const fn positive(class: u8) -> u8 {
        let negative = class & (F32_NEGATED | F64_NEGATED);
        class & !(F32_NEGATED | F64_NEGATED) | negative >> 1
    }
}
