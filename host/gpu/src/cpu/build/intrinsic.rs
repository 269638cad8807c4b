//! Functions of the prelude that the executor computes by code of its own with the same meaning, and constants folded while building.

use naga::Handle;

use super::super::failure::{Failure, unsupported};
use super::super::ir::{Binary, Kind, Stmt, Unary, Value};
use super::Builder;

pub(super) fn unary_kind(op: Unary) -> Kind {
    use Unary::*;
    match op {
        FloatNegate | FloatAbs | Sqrt | Floor | Ceil | Trunc | Round | Canonical | BoolToFloat | SignedToFloat | UnsignedToFloat
        | IntToFloatBits => Kind::Float,
        CanonicalBits | IntNegate | IntAbs | BitNot | PopCount | ReverseBits | LeadingZeros | TrailingZeros | BoolToInt | FloatToSigned
        | FloatToUnsigned | FloatToIntBits => Kind::Int,
        BoolNot | IntToBool | FloatToBool => Kind::Bool,
    }
}

pub(super) fn binary_kind(op: Binary) -> Kind {
    use Binary::*;
    match op {
        FloatAdd | FloatSub | FloatMul | FloatDiv | FloatMin | FloatMax => Kind::Float,
        IntAdd | IntSub | IntMul | DivSigned | DivUnsigned | RemSigned | RemUnsigned | And | Or | Xor | Shl | ShrSigned | ShrUnsigned
        | MinSigned | MaxSigned | MinUnsigned | MaxUnsigned | DotSigned8 | DotUnsigned8 => Kind::Int,
        FloatEq | FloatNe | FloatLt | FloatLe | IntEq | IntNe | LtSigned | LeSigned | LtUnsigned | LeUnsigned | BoolAnd | BoolOr
        | BoolEq | BoolNe => Kind::Bool,
    }
}

/// Integer operations on constants. Floats are left to the code: what it computes is what counts.
pub(super) fn fold_unary(op: Unary, a: u32) -> Option<(u32, Kind)> {
    Some(match op {
        Unary::BoolNot => (u32::from(a == 0), Kind::Bool),
        Unary::BoolToInt => (a, Kind::Int),
        Unary::IntToBool => (u32::from(a != 0), Kind::Bool),
        Unary::IntToFloatBits => (a, Kind::Float),
        Unary::FloatToIntBits => (a, Kind::Int),
        Unary::IntNegate => (a.wrapping_neg(), Kind::Int),
        Unary::BitNot => (!a, Kind::Int),
        _ => return None,
    })
}

/// As [`fold_unary`].
pub(super) fn fold_binary(op: Binary, a: u32, b: u32) -> Option<(u32, Kind)> {
    let bool = |value: bool| (u32::from(value), Kind::Bool);
    Some(match op {
        Binary::IntAdd => (a.wrapping_add(b), Kind::Int),
        Binary::IntSub => (a.wrapping_sub(b), Kind::Int),
        Binary::IntMul => (a.wrapping_mul(b), Kind::Int),
        Binary::MinUnsigned => (a.min(b), Kind::Int),
        Binary::MaxUnsigned => (a.max(b), Kind::Int),
        Binary::MinSigned => ((a as i32).min(b as i32) as u32, Kind::Int),
        Binary::MaxSigned => ((a as i32).max(b as i32) as u32, Kind::Int),
        Binary::And => (a & b, Kind::Int),
        Binary::Or => (a | b, Kind::Int),
        Binary::Xor => (a ^ b, Kind::Int),
        Binary::Shl if b < 32 => (a << b, Kind::Int),
        Binary::ShrUnsigned if b < 32 => (a >> b, Kind::Int),
        Binary::ShrSigned if b < 32 => (((a as i32) >> b) as u32, Kind::Int),
        Binary::DivUnsigned if b != 0 => (a / b, Kind::Int),
        Binary::RemUnsigned if b != 0 => (a % b, Kind::Int),
        Binary::IntEq | Binary::BoolEq => bool(a == b),
        Binary::IntNe | Binary::BoolNe => bool(a != b),
        Binary::LtUnsigned => bool(a < b),
        Binary::LeUnsigned => bool(a <= b),
        Binary::LtSigned => bool((a as i32) < b as i32),
        Binary::LeSigned => bool(a as i32 <= b as i32),
        Binary::BoolAnd => bool(a != 0 && b != 0),
        Binary::BoolOr => bool(a != 0 || b != 0),
        _ => return None,
    })
}

/// A prelude function that becomes an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Intrinsic {
    Unary(Unary),
    Binary(Binary),
    /// Clamped at the largest value below 2^31 or 2^32, then truncated.
    FloatToSigned,
    FloatToUnsigned,
    Tick {
        uniform: bool,
    },
    Charge,
    /// Whether the dispatch has been ended: not where anybody can ask.
    Stopped,
    /// `min(max(x, low), high)`
    Clamp,
}

/// The intrinsic by this name.
pub(super) fn intrinsic(name: Option<&String>) -> Option<Intrinsic> {
    Some(match name?.as_str() {
        "assay_bits" => Intrinsic::Unary(Unary::CanonicalBits),
        "assay_canonical" => Intrinsic::Unary(Unary::Canonical),
        "assay_min" => Intrinsic::Binary(Binary::FloatMin),
        "assay_max" => Intrinsic::Binary(Binary::FloatMax),
        "assay_f32_to_i32" => Intrinsic::FloatToSigned,
        "assay_f32_to_u32" => Intrinsic::FloatToUnsigned,
        "assay_tick" => Intrinsic::Tick { uniform: false },
        "assay_tick_uniform" => Intrinsic::Tick { uniform: true },
        "assay_charge" => Intrinsic::Charge,
        "assay_stopped" => Intrinsic::Stopped,
        "assay_clamp" => Intrinsic::Clamp,
        _ => return None,
    })
}

pub(super) fn intrinsic_of(module: &naga::Module, function: Handle<naga::Function>) -> Option<Intrinsic> {
    intrinsic(module.functions[function].name.as_ref())
}

impl Builder<'_> {
    /// Computes a call of a known prelude function.
    pub(super) fn call_intrinsic(&mut self, intrinsic: Intrinsic, arguments: &[std::rc::Rc<[Value]>]) -> Result<Vec<Value>, Failure> {
        match (intrinsic, arguments) {
            (Intrinsic::Unary(op), [values]) => values.iter().map(|value| self.unary(op, *value)).collect(),
            (Intrinsic::Binary(op), [left, right]) => Ok(self.pairwise(op, left, right)?.to_vec()),
            (Intrinsic::FloatToSigned, [values]) => {
                values.iter().map(|value| self.truncate(*value, 2_147_483_520.0, Unary::FloatToSigned)).collect()
            }
            (Intrinsic::FloatToUnsigned, [values]) => {
                values.iter().map(|value| self.truncate(*value, 4_294_967_040.0, Unary::FloatToUnsigned)).collect()
            }
            (Intrinsic::Tick { uniform }, []) => {
                let counter = self.counter(uniform);
                let amount = self.constant(Kind::Int, 1);
                self.push(Stmt::Charge { counter, amount, blend: true })?;
                Ok(vec![self.constant(Kind::Bool, 0)])
            }
            (Intrinsic::Charge, [amount]) if amount.len() == 1 => {
                let counter = self.counter(false);
                self.push(Stmt::Charge { counter, amount: amount[0], blend: true })?;
                Ok(vec![self.constant(Kind::Bool, 0)])
            }
            (Intrinsic::Stopped, []) => Ok(vec![self.constant(Kind::Bool, 0)]),
            (Intrinsic::Clamp, [values, low, high]) => {
                let above = self.pairwise(Binary::FloatMax, values, low)?;
                Ok(self.pairwise(Binary::FloatMin, &above, high)?.to_vec())
            }
            _ => unsupported("a call of a prelude function with other arguments than it has"),
        }
    }

    /// `max < x ? max : x` keeps NaN, which the saturating truncation makes 0; it also saturates at the lower end, where the bound is exact.
    fn truncate(&mut self, value: Value, max: f32, op: Unary) -> Result<Value, Failure> {
        let max = self.constant(Kind::Float, max.to_bits());
        let above = self.binary(Binary::FloatLt, max, value)?;
        let clamped = self.select(above, max, value)?;
        self.unary(op, clamped)
    }
}
