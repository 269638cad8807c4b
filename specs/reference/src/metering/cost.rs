//! Section 1: what an instruction costs.

use wasmparser::Operator;

/// What an instruction costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cost {
    /// Always the same.
    Fixed(u64),
    /// It depends on n, the operand on top of the stack.
    Length(Length),
}

/// How a cost depends on n.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    /// Bytes filled or copied.
    Bytes,
    /// Pages that a memory grows by.
    Pages,
    /// Elements of a table.
    Elements,
}

impl Length {
    /// The cost for n.
    pub(super) fn cost(self, n: u32) -> u64 {
        let n = u64::from(n);
        match self {
            Length::Bytes => 8 + n / 16,
            Length::Pages => 8 + 4_096 * n,
            Length::Elements => 8 + n,
        }
    }
}

/// The cost of an instruction, row by row of the table.
pub(super) fn of(operator: &Operator<'_>) -> Cost {
    use Operator::*;
    match operator {
        Nop | Block { .. } | Loop { .. } | Else | End | Return | Unreachable | Drop => Cost::Fixed(0),
        LocalGet { .. } | LocalSet { .. } | LocalTee { .. } => Cost::Fixed(0),
        I32Const { .. } | I64Const { .. } | F32Const { .. } | F64Const { .. } | V128Const { .. } => Cost::Fixed(0),
        RefNull { .. } | RefFunc { .. } => Cost::Fixed(0),
        I32DivS | I32DivU | I32RemS | I32RemU | I64DivS | I64DivU | I64RemS | I64RemU => Cost::Fixed(8),
        F32Div | F64Div | F32x4Div | F64x2Div | F32Sqrt | F64Sqrt | F32x4Sqrt | F64x2Sqrt => Cost::Fixed(8),
        Call { .. } => Cost::Fixed(2),
        CallIndirect { .. } => Cost::Fixed(4),
        BrTable { .. } => Cost::Fixed(2),
        MemoryFill { .. } | MemoryCopy { .. } | MemoryInit { .. } => Cost::Length(Length::Bytes),
        MemoryGrow { .. } => Cost::Length(Length::Pages),
        TableFill { .. } | TableCopy { .. } | TableInit { .. } | TableGrow { .. } => Cost::Length(Length::Elements),
        _ => Cost::Fixed(1),
    }
}

/// Whether an instruction is one of the two that make a function one that calls.
pub(super) fn calls(operator: &Operator<'_>) -> bool {
    matches!(operator, Operator::Call { .. } | Operator::CallIndirect { .. })
}
