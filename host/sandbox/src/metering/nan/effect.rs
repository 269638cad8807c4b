//! What each instruction does to open values.

use wasmparser::Operator;

use super::class;

/// The width of the numbers that an instruction works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    F32,
    F64,
}

impl Width {
    /// An open NaN of this width.
    pub(super) const fn open(self) -> u8 {
        match self {
            Self::F32 => class::F32,
            Self::F64 => class::F64,
        }
    }

    /// What every vector with lanes of this width may be besides: lanes of f64 read as f32 are anything.
    pub(super) const fn besides(self) -> u8 {
        match self {
            Self::F32 => 0,
            Self::F64 => class::FIXED_F32,
        }
    }

    /// All open NaNs of this width.
    pub(super) const fn all(self) -> u8 {
        match self {
            Self::F32 => class::F32 | class::F32_NEGATED,
            Self::F64 => class::F64 | class::F64_NEGATED,
        }
    }
}

/// What an instruction does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Takes its operands as numbers of the first width; its result may be an open NaN of the second.
    Arithmetic(Width, Width),
    /// Takes its operands as numbers, and gives bits: a comparison, a conversion to integers.
    Number(Width),
    /// Clears the sign.
    Abs(Width),
    /// Changes the sign.
    Neg(Width),
    /// Gives one of its operands, or is made of them lane by lane: all but the last `besides` ones.
    Choice {
        /// The width of the lanes, if they have one.
        width: Option<Width>,
        /// Operands on top that are not chosen from.
        besides: u8,
    },
    /// Takes bits, and gives numbers that are no NaNs.
    Clean(Width),
    /// A constant that may be NaNs, as the class says.
    Constant(u8),
    /// Does nothing with its operand.
    Drop,
    /// Looks at bits; its result means itself.
    Bits,
}

/// What `operator` does; control instructions, calls, locals apart. A result that is a vector is so marked.
#[inline(always)]
pub(super) fn of(operator: &Operator<'_>) -> (Effect, u8) {
    use Effect::{Abs, Arithmetic, Bits, Choice, Clean, Constant, Drop, Neg, Number};
    use Operator as O;
    use Width::{F32, F64};
    const SCALAR: u8 = 0;
    const VECTOR: u8 = class::VECTOR;
    match operator {
        O::F32Add
        | O::F32Sub
        | O::F32Mul
        | O::F32Div
        | O::F32Sqrt
        | O::F32Min
        | O::F32Max
        | O::F32Ceil
        | O::F32Floor
        | O::F32Trunc
        | O::F32Nearest => (Arithmetic(F32, F32), SCALAR),
        O::F64Add
        | O::F64Sub
        | O::F64Mul
        | O::F64Div
        | O::F64Sqrt
        | O::F64Min
        | O::F64Max
        | O::F64Ceil
        | O::F64Floor
        | O::F64Trunc
        | O::F64Nearest => (Arithmetic(F64, F64), SCALAR),
        O::F32DemoteF64 => (Arithmetic(F64, F32), SCALAR),
        O::F64PromoteF32 => (Arithmetic(F32, F64), SCALAR),
        O::F32x4Add
        | O::F32x4Sub
        | O::F32x4Mul
        | O::F32x4Div
        | O::F32x4Sqrt
        | O::F32x4Min
        | O::F32x4Max
        | O::F32x4Ceil
        | O::F32x4Floor
        | O::F32x4Trunc
        | O::F32x4Nearest => (Arithmetic(F32, F32), VECTOR),
        O::F64x2Add
        | O::F64x2Sub
        | O::F64x2Mul
        | O::F64x2Div
        | O::F64x2Sqrt
        | O::F64x2Min
        | O::F64x2Max
        | O::F64x2Ceil
        | O::F64x2Floor
        | O::F64x2Trunc
        | O::F64x2Nearest => (Arithmetic(F64, F64), VECTOR),
        O::F32x4DemoteF64x2Zero => (Arithmetic(F64, F32), VECTOR),
        O::F64x2PromoteLowF32x4 => (Arithmetic(F32, F64), VECTOR),
        O::F32Eq | O::F32Ne | O::F32Lt | O::F32Gt | O::F32Le | O::F32Ge => (Number(F32), SCALAR),
        O::F64Eq | O::F64Ne | O::F64Lt | O::F64Gt | O::F64Le | O::F64Ge => (Number(F64), SCALAR),
        O::I32TruncF32S
        | O::I32TruncF32U
        | O::I64TruncF32S
        | O::I64TruncF32U
        | O::I32TruncSatF32S
        | O::I32TruncSatF32U
        | O::I64TruncSatF32S
        | O::I64TruncSatF32U => (Number(F32), SCALAR),
        O::I32TruncF64S
        | O::I32TruncF64U
        | O::I64TruncF64S
        | O::I64TruncF64U
        | O::I32TruncSatF64S
        | O::I32TruncSatF64U
        | O::I64TruncSatF64S
        | O::I64TruncSatF64U => (Number(F64), SCALAR),
        O::F32x4Eq | O::F32x4Ne | O::F32x4Lt | O::F32x4Gt | O::F32x4Le | O::F32x4Ge | O::I32x4TruncSatF32x4S | O::I32x4TruncSatF32x4U => {
            (Number(F32), VECTOR)
        }
        O::F64x2Eq
        | O::F64x2Ne
        | O::F64x2Lt
        | O::F64x2Gt
        | O::F64x2Le
        | O::F64x2Ge
        | O::I32x4TruncSatF64x2SZero
        | O::I32x4TruncSatF64x2UZero => (Number(F64), VECTOR),
        O::F32Abs => (Abs(F32), SCALAR),
        O::F64Abs => (Abs(F64), SCALAR),
        O::F32x4Abs => (Abs(F32), VECTOR),
        O::F64x2Abs => (Abs(F64), VECTOR),
        O::F32Neg => (Neg(F32), SCALAR),
        O::F64Neg => (Neg(F64), SCALAR),
        O::F32x4Neg => (Neg(F32), VECTOR),
        O::F64x2Neg => (Neg(F64), VECTOR),
        O::Select | O::TypedSelect { .. } => (Choice { width: None, besides: 1 }, SCALAR),
        O::F32x4Splat | O::F32x4PMin | O::F32x4PMax | O::F32x4ReplaceLane { .. } => (Choice { width: Some(F32), besides: 0 }, VECTOR),
        O::F64x2Splat | O::F64x2PMin | O::F64x2PMax | O::F64x2ReplaceLane { .. } => (Choice { width: Some(F64), besides: 0 }, VECTOR),
        O::F32x4ExtractLane { .. } => (Choice { width: Some(F32), besides: 0 }, SCALAR),
        O::F64x2ExtractLane { .. } => (Choice { width: Some(F64), besides: 0 }, SCALAR),
        O::F32ConvertI32S | O::F32ConvertI32U | O::F32ConvertI64S | O::F32ConvertI64U => (Clean(F32), SCALAR),
        O::F64ConvertI32S | O::F64ConvertI32U | O::F64ConvertI64S | O::F64ConvertI64U => (Clean(F64), SCALAR),
        O::F32x4ConvertI32x4S | O::F32x4ConvertI32x4U => (Clean(F32), VECTOR),
        O::F64x2ConvertLowI32x4S | O::F64x2ConvertLowI32x4U => (Clean(F64), VECTOR),
        O::F32Const { value } => (Constant(if f32::from_bits(value.bits()).is_nan() { class::FIXED_F32 } else { 0 }), SCALAR),
        O::F64Const { value } => (Constant(if f64::from_bits(value.bits()).is_nan() { class::FIXED_F64 } else { 0 }), SCALAR),
        O::V128Const { value } => (Constant(lanes(value.bytes())), VECTOR),
        O::Drop => (Drop, SCALAR),
        O::V128Load { .. } => (Bits, VECTOR),
        _ => (Bits, SCALAR),
    }
}

/// The class of a constant vector. A NaN in it means its bits, canonical ones too: that is rare, and what means itself is never repaired.
fn lanes(bytes: &[u8; 16]) -> u8 {
    let (singles, _) = bytes.as_chunks::<4>();
    let (doubles, _) = bytes.as_chunks::<8>();
    let single = singles.iter().any(|lane| f32::from_le_bytes(*lane).is_nan());
    let double = doubles.iter().any(|lane| f64::from_le_bytes(*lane).is_nan());
    (u8::from(single) * class::FIXED_F32) | (u8::from(double) * class::FIXED_F64)
}

/// How many operands an instruction takes and how many results it gives; `None` if that depends on types.
pub(super) const fn arity(operator: &Operator<'_>) -> Option<(u32, u32)> {
    macro_rules! one {
        (arity $takes:tt -> $gives:tt) => {
            Some(($takes, $gives))
        };
        (arity custom) => {
            None
        };
    }
    macro_rules! all {
        ($(@$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident ($($arity:tt)*))*) => {
            match operator {
                $(Operator::$op { .. } => one!($($arity)*),)*
                _ => None,
            }
        };
    }
    wasmparser::for_each_operator!(all)
}
