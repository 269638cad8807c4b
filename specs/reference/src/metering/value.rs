//! Values that go into a function and come out of it, bit for bit.

use wasmi::{F32, F64, Nullable, V128, Val};

/// A value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// `i32`.
    I32(u32),
    /// `i64`.
    I64(u64),
    /// `f32`, as its bits.
    F32(u32),
    /// `f64`, as its bits.
    F64(u64),
    /// `v128`, lane 0 in the lowest bits.
    V128(u128),
    /// `funcref`: all that is said of it is whether it is null. As an argument only null can be given.
    FuncRef {
        /// Whether it refers to nothing.
        null: bool,
    },
}

impl Value {
    /// The bits in hexadecimal, the highest first: 8, 16 or 32 digits; a reference is `null` or `function`.
    pub fn to_hex(self) -> String {
        match self {
            Value::I32(bits) | Value::F32(bits) => format!("{bits:08x}"),
            Value::I64(bits) | Value::F64(bits) => format!("{bits:016x}"),
            Value::V128(bits) => format!("{bits:032x}"),
            Value::FuncRef { null } => if null { "null" } else { "function" }.into(),
        }
    }

    /// As the interpreter takes it.
    pub(super) fn to_val(self) -> Result<Val, String> {
        Ok(match self {
            Value::I32(bits) => Val::I32(bits.cast_signed()),
            Value::I64(bits) => Val::I64(bits.cast_signed()),
            Value::F32(bits) => Val::F32(F32::from_bits(bits)),
            Value::F64(bits) => Val::F64(F64::from_bits(bits)),
            Value::V128(bits) => Val::V128(V128::from(bits)),
            Value::FuncRef { null: true } => Val::FuncRef(Nullable::Null),
            Value::FuncRef { null: false } => return Err("a function cannot be given as an argument".into()),
        })
    }

    /// As the interpreter gives it.
    pub(super) fn from_val(val: &Val) -> Result<Value, String> {
        Ok(match val {
            Val::I32(value) => Value::I32(value.cast_unsigned()),
            Val::I64(value) => Value::I64(value.cast_unsigned()),
            Val::F32(value) => Value::F32(value.to_bits()),
            Val::F64(value) => Value::F64(value.to_bits()),
            Val::V128(value) => Value::V128(value.as_u128()),
            Val::FuncRef(function) => Value::FuncRef { null: function.is_null() },
            Val::ExternRef(_) => return Err("a reference to something of a host's".into()),
        })
    }
}
