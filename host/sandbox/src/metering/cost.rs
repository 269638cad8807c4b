//! What instructions cost (`specs/metering.md`, section 1).

use wasmparser::Operator;

/// What executing an instruction costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cost {
    /// Always the same.
    Fixed(u8),
    /// [`LENGTH_BASE`], and more by the length n that is its last operand.
    Length(Length),
}

/// What every instruction of [`Cost::Length`] costs besides its length.
pub(super) const LENGTH_BASE: i64 = 8;

/// How a length counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    /// n bytes cost n / 16, rounded down.
    Bytes,
    /// n elements cost n.
    Elements,
    /// n pages cost 4,096 n: as much as to fill them.
    Pages,
}

impl Length {
    /// By how many bits n is shifted: to the left if positive.
    pub(super) const fn shift(self) -> i64 {
        match self {
            Self::Bytes => -4,
            Self::Elements => 0,
            Self::Pages => 12,
        }
    }
}

/// The cost of `operator`.
#[inline(always)]
pub(super) const fn of(operator: &Operator<'_>) -> Cost {
    use Operator as O;
    match operator {
        O::Nop
        | O::Block { .. }
        | O::Loop { .. }
        | O::Else
        | O::End
        | O::Return
        | O::Unreachable
        | O::Drop
        | O::LocalGet { .. }
        | O::LocalSet { .. }
        | O::LocalTee { .. }
        | O::I32Const { .. }
        | O::I64Const { .. }
        | O::F32Const { .. }
        | O::F64Const { .. }
        | O::V128Const { .. }
        | O::RefNull { .. }
        | O::RefFunc { .. } => Cost::Fixed(0),
        O::Call { .. } | O::BrTable { .. } => Cost::Fixed(2),
        O::CallIndirect { .. } => Cost::Fixed(4),
        O::I32DivS
        | O::I32DivU
        | O::I32RemS
        | O::I32RemU
        | O::I64DivS
        | O::I64DivU
        | O::I64RemS
        | O::I64RemU
        | O::F32Div
        | O::F64Div
        | O::F32Sqrt
        | O::F64Sqrt
        | O::F32x4Div
        | O::F64x2Div
        | O::F32x4Sqrt
        | O::F64x2Sqrt => Cost::Fixed(8),
        O::MemoryFill { .. } | O::MemoryCopy { .. } | O::MemoryInit { .. } => Cost::Length(Length::Bytes),
        O::MemoryGrow { .. } => Cost::Length(Length::Pages),
        O::TableFill { .. } | O::TableCopy { .. } | O::TableInit { .. } | O::TableGrow { .. } => Cost::Length(Length::Elements),
        _ => Cost::Fixed(1),
    }
}
