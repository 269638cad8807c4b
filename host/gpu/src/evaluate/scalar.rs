//! The primitives of strict IR on scalars. `None`: not a primitive, or not defined for these operands.
//!
//! Rust's `+ - * /`, `sqrt`, `mul_add`, `floor`, `ceil`, `trunc`, `round_ties_even` on f32 are exact or correctly rounded on every target; no other function of
//! f32 may be used here.

use naga::{BinaryOperator as Op, Literal as L, MathFunction as Mf, ScalarKind, UnaryOperator};

/// `a op b`.
pub fn binary(op: Op, a: L, b: L) -> Option<L> {
    match (a, b) {
        (L::F32(a), L::F32(b)) => float(op, a, b),
        (L::U32(a), L::U32(b)) => unsigned(op, a, b),
        (L::I32(a), L::I32(b)) => signed(op, a, b),
        (L::I32(a), L::U32(b)) => match op {
            Op::ShiftLeft => Some(L::I32(a.wrapping_shl(b))),
            Op::ShiftRight => Some(L::I32(a.wrapping_shr(b))),
            _ => None,
        },
        (L::Bool(a), L::Bool(b)) => Some(L::Bool(match op {
            Op::And | Op::LogicalAnd => a & b,
            Op::InclusiveOr | Op::LogicalOr => a | b,
            Op::ExclusiveOr | Op::NotEqual => a ^ b,
            Op::Equal => a == b,
            _ => return None,
        })),
        _ => None,
    }
}

fn float(op: Op, a: f32, b: f32) -> Option<L> {
    Some(match op {
        Op::Add => L::F32(a + b),
        Op::Subtract => L::F32(a - b),
        Op::Multiply => L::F32(a * b),
        Op::Divide => L::F32(a / b),
        Op::Equal => L::Bool(a == b),
        Op::NotEqual => L::Bool(a != b),
        Op::Less => L::Bool(a < b),
        Op::LessEqual => L::Bool(a <= b),
        Op::Greater => L::Bool(a > b),
        Op::GreaterEqual => L::Bool(a >= b),
        _ => return None,
    })
}

fn unsigned(op: Op, a: u32, b: u32) -> Option<L> {
    Some(match op {
        Op::Add => L::U32(a.wrapping_add(b)),
        Op::Subtract => L::U32(a.wrapping_sub(b)),
        Op::Multiply => L::U32(a.wrapping_mul(b)),
        Op::Divide => L::U32(a.checked_div(b)?),
        Op::Modulo => L::U32(a.checked_rem(b)?),
        Op::And => L::U32(a & b),
        Op::InclusiveOr => L::U32(a | b),
        Op::ExclusiveOr => L::U32(a ^ b),
        Op::ShiftLeft => L::U32(a.wrapping_shl(b)),
        Op::ShiftRight => L::U32(a.wrapping_shr(b)),
        _ => return order(op, &a, &b),
    })
}

fn signed(op: Op, a: i32, b: i32) -> Option<L> {
    Some(match op {
        Op::Add => L::I32(a.wrapping_add(b)),
        Op::Subtract => L::I32(a.wrapping_sub(b)),
        Op::Multiply => L::I32(a.wrapping_mul(b)),
        Op::Divide => L::I32(a.checked_div(b)?),
        Op::Modulo => L::I32(a.checked_rem(b)?),
        Op::And => L::I32(a & b),
        Op::InclusiveOr => L::I32(a | b),
        Op::ExclusiveOr => L::I32(a ^ b),
        _ => return order(op, &a, &b),
    })
}

fn order<T: Ord>(op: Op, a: &T, b: &T) -> Option<L> {
    Some(L::Bool(match op {
        Op::Equal => a == b,
        Op::NotEqual => a != b,
        Op::Less => a < b,
        Op::LessEqual => a <= b,
        Op::Greater => a > b,
        Op::GreaterEqual => a >= b,
        _ => return None,
    }))
}

/// `op a`.
pub fn unary(op: UnaryOperator, a: L) -> Option<L> {
    Some(match (op, a) {
        (UnaryOperator::Negate, L::F32(a)) => L::F32(-a),
        (UnaryOperator::Negate, L::I32(a)) => L::I32(a.wrapping_neg()),
        (UnaryOperator::LogicalNot, L::Bool(a)) => L::Bool(!a),
        (UnaryOperator::BitwiseNot, L::I32(a)) => L::I32(!a),
        (UnaryOperator::BitwiseNot, L::U32(a)) => L::U32(!a),
        _ => return None,
    })
}

/// A built-in that is a primitive.
pub fn math(fun: Mf, arguments: &[L]) -> Option<L> {
    Some(match (fun, arguments) {
        (Mf::Abs, &[L::F32(a)]) => L::F32(a.abs()),
        (Mf::Sqrt, &[L::F32(a)]) => L::F32(a.sqrt()),
        (Mf::Fma, &[L::F32(a), L::F32(b), L::F32(c)]) => L::F32(a.mul_add(b, c)),
        (Mf::Floor, &[L::F32(a)]) => L::F32(a.floor()),
        (Mf::Ceil, &[L::F32(a)]) => L::F32(a.ceil()),
        (Mf::Trunc, &[L::F32(a)]) => L::F32(a.trunc()),
        (Mf::Round, &[L::F32(a)]) => L::F32(a.round_ties_even()),
        (Mf::Abs, &[L::I32(a)]) => L::I32(a.wrapping_abs()),
        (Mf::Min, &[L::I32(a), L::I32(b)]) => L::I32(a.min(b)),
        (Mf::Max, &[L::I32(a), L::I32(b)]) => L::I32(a.max(b)),
        (Mf::Min, &[L::U32(a), L::U32(b)]) => L::U32(a.min(b)),
        (Mf::Max, &[L::U32(a), L::U32(b)]) => L::U32(a.max(b)),
        (Mf::CountOneBits, &[L::U32(a)]) => L::U32(a.count_ones()),
        (Mf::CountLeadingZeros, &[L::U32(a)]) => L::U32(a.leading_zeros()),
        (Mf::CountTrailingZeros, &[L::U32(a)]) => L::U32(a.trailing_zeros()),
        (Mf::ReverseBits, &[L::U32(a)]) => L::U32(a.reverse_bits()),
        (Mf::CountOneBits | Mf::CountLeadingZeros | Mf::CountTrailingZeros | Mf::ReverseBits, &[L::I32(a)]) => {
            match math(fun, &[L::U32(a.cast_unsigned())])? {
                L::U32(bits) => L::I32(bits.cast_signed()),
                _ => return None,
            }
        }
        (Mf::Dot4U8Packed, &[L::U32(a), L::U32(b)]) => {
            L::U32(a.to_le_bytes().iter().zip(b.to_le_bytes()).map(|(&a, b)| u32::from(a) * u32::from(b)).sum())
        }
        (Mf::Dot4I8Packed, &[L::U32(a), L::U32(b)]) => {
            L::I32(a.to_le_bytes().iter().zip(b.to_le_bytes()).map(|(&a, b)| i32::from(a.cast_signed()) * i32::from(b.cast_signed())).sum())
        }
        _ => return None,
    })
}

/// A conversion, or with `convert` false a reinterpretation. Floats go to integers only where the value is in range, which the prelude sees to.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "values are in range, and Rust saturates where they are not")]
pub fn cast(a: L, kind: ScalarKind, convert: bool) -> Option<L> {
    use ScalarKind as K;
    Some(match (a, kind, convert) {
        (L::F32(a), K::Float, _) => L::F32(a),
        (L::U32(a), K::Uint, _) => L::U32(a),
        (L::I32(a), K::Sint, _) => L::I32(a),
        (L::Bool(a), K::Bool, _) => L::Bool(a),
        (L::U32(a), K::Sint, _) => L::I32(a.cast_signed()),
        (L::I32(a), K::Uint, _) => L::U32(a.cast_unsigned()),
        (L::U32(a), K::Float, true) => L::F32(exact_u32(a)),
        (L::I32(a), K::Float, true) => L::F32(exact_i32(a)),
        (L::F32(a), K::Sint, true) => L::I32(a as i32),
        (L::F32(a), K::Uint, true) => L::U32(a as u32),
        (L::U32(a), K::Float, false) => L::F32(f32::from_bits(a)),
        (L::I32(a), K::Float, false) => L::F32(f32::from_bits(a.cast_unsigned())),
        (L::F32(a), K::Uint, false) => L::U32(if a.is_nan() { 0x7fc0_0000 } else { a.to_bits() }),
        (L::F32(a), K::Sint, false) => L::I32(if a.is_nan() { 0x7fc0_0000 } else { a.to_bits().cast_signed() }),
        (L::Bool(a), K::Uint, true) => L::U32(u32::from(a)),
        (L::Bool(a), K::Sint, true) => L::I32(i32::from(a)),
        (L::Bool(a), K::Float, true) => L::F32(if a { 1.0 } else { 0.0 }),
        (L::U32(a), K::Bool, true) => L::Bool(a != 0),
        (L::I32(a), K::Bool, true) => L::Bool(a != 0),
        (L::F32(a), K::Bool, true) => L::Bool(a != 0.0),
        _ => return None,
    })
}

#[expect(clippy::cast_precision_loss, reason = "rounding to nearest, ties to even, is what is meant")]
fn exact_u32(a: u32) -> f32 {
    a as f32
}

#[expect(clippy::cast_precision_loss, reason = "rounding to nearest, ties to even, is what is meant")]
fn exact_i32(a: i32) -> f32 {
    a as f32
}
