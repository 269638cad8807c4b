//! Instructions by what they take and give.

use wasm_encoder::{Instruction, ValType};

/// Instructions that take one value and give one: those that give a `to`.
pub(super) fn unary(to: ValType) -> Vec<(ValType, Instruction<'static>)> {
    use Instruction as I;
    use ValType::{F32, F64, I32, I64, V128};
    let list = |from: ValType, all: &[Instruction<'static>]| all.iter().map(|one| (from, one.clone())).collect::<Vec<_>>();
    match to {
        I32 => [
            list(I32, &[I::I32Eqz, I::I32Clz, I::I32Ctz, I::I32Popcnt, I::I32Extend8S, I::I32Extend16S]),
            list(I64, &[I::I32WrapI64, I::I64Eqz]),
            list(F32, &[I::I32ReinterpretF32, I::I32TruncSatF32S, I::I32TruncSatF32U, I::I32ReinterpretF32]),
            list(F64, &[I::I32TruncSatF64S, I::I32TruncSatF64U]),
            list(V128, &[I::I32x4ExtractLane(0), I::I32x4ExtractLane(3), I::I32x4Bitmask, I::V128AnyTrue, I::I8x16ExtractLaneU(2)]),
        ]
        .concat(),
        I64 => [
            list(I64, &[I::I64Clz, I::I64Popcnt, I::I64Extend32S]),
            list(I32, &[I::I64ExtendI32S, I::I64ExtendI32U]),
            list(F64, &[I::I64ReinterpretF64, I::I64TruncSatF64S, I::I64TruncSatF64U, I::I64ReinterpretF64]),
            list(F32, &[I::I64TruncSatF32S, I::I64TruncSatF32U]),
            list(V128, &[I::I64x2ExtractLane(0), I::I64x2ExtractLane(1)]),
        ]
        .concat(),
        F32 => [
            list(F32, &[I::F32Sqrt, I::F32Neg, I::F32Abs, I::F32Ceil, I::F32Floor, I::F32Trunc, I::F32Nearest, I::F32Neg, I::F32Sqrt]),
            list(F64, &[I::F32DemoteF64]),
            list(I32, &[I::F32ReinterpretI32, I::F32ConvertI32S, I::F32ConvertI32U]),
            list(I64, &[I::F32ConvertI64S, I::F32ConvertI64U]),
            list(V128, &[I::F32x4ExtractLane(0), I::F32x4ExtractLane(1), I::F32x4ExtractLane(3)]),
        ]
        .concat(),
        F64 => [
            list(F64, &[I::F64Sqrt, I::F64Neg, I::F64Abs, I::F64Ceil, I::F64Floor, I::F64Trunc, I::F64Nearest, I::F64Neg, I::F64Sqrt]),
            list(F32, &[I::F64PromoteF32]),
            list(I64, &[I::F64ReinterpretI64, I::F64ConvertI64S, I::F64ConvertI64U]),
            list(I32, &[I::F64ConvertI32S, I::F64ConvertI32U]),
            list(V128, &[I::F64x2ExtractLane(0), I::F64x2ExtractLane(1)]),
        ]
        .concat(),
        _ => [
            list(V128, &[I::F32x4Sqrt, I::F64x2Sqrt, I::F32x4Neg, I::F64x2Neg, I::F32x4Abs, I::F64x2Abs, I::V128Not]),
            list(V128, &[I::F32x4Ceil, I::F32x4Floor, I::F32x4Trunc, I::F32x4Nearest, I::F64x2Ceil, I::F64x2Floor]),
            list(V128, &[I::F64x2Trunc, I::F64x2Nearest, I::F32x4DemoteF64x2Zero, I::F64x2PromoteLowF32x4]),
            list(V128, &[I::F32x4ConvertI32x4S, I::F32x4ConvertI32x4U, I::F64x2ConvertLowI32x4S, I::F64x2ConvertLowI32x4U]),
            list(V128, &[I::I32x4TruncSatF32x4S, I::I32x4TruncSatF64x2UZero, I::I32x4Neg, I::I64x2Abs, I::I16x8ExtAddPairwiseI8x16S]),
            list(F32, &[I::F32x4Splat, I::F32x4Splat]),
            list(F64, &[I::F64x2Splat, I::F64x2Splat]),
            list(I32, &[I::I32x4Splat, I::I8x16Splat]),
            list(I64, &[I::I64x2Splat]),
        ]
        .concat(),
    }
}

/// Instructions that take two values and give one: those that give a `to`.
pub(super) fn binary(to: ValType) -> Vec<(ValType, ValType, Instruction<'static>)> {
    use Instruction as I;
    use ValType::{F32, F64, I32, I64, V128};
    let list = |first: ValType, second: ValType, all: &[Instruction<'static>]| {
        all.iter().map(|one| (first, second, one.clone())).collect::<Vec<_>>()
    };
    match to {
        I32 => [
            list(I32, I32, &[I::I32Add, I::I32Sub, I::I32Mul, I::I32And, I::I32Or, I::I32Xor, I::I32Shl, I::I32ShrU, I::I32Rotl]),
            list(I32, I32, &[I::I32Eq, I::I32Ne, I::I32LtS, I::I32GtU, I::I32LeU, I::I32GeS]),
            list(I64, I64, &[I::I64Eq, I::I64LtU]),
            list(F32, F32, &[I::F32Eq, I::F32Ne, I::F32Lt, I::F32Ge]),
            list(F64, F64, &[I::F64Eq, I::F64Ne, I::F64Gt, I::F64Le]),
        ]
        .concat(),
        I64 => list(I64, I64, &[I::I64Add, I::I64Sub, I::I64Mul, I::I64And, I::I64Or, I::I64Xor, I::I64Shl, I::I64ShrS, I::I64Rotr]),
        F32 => [
            list(F32, F32, &[I::F32Div, I::F32Add, I::F32Sub, I::F32Mul, I::F32Min, I::F32Max]),
            list(F32, F32, &[I::F32Copysign, I::F32Copysign]),
        ]
        .concat(),
        F64 => [
            list(F64, F64, &[I::F64Div, I::F64Add, I::F64Sub, I::F64Mul, I::F64Min, I::F64Max]),
            list(F64, F64, &[I::F64Copysign, I::F64Copysign]),
        ]
        .concat(),
        _ => [
            list(V128, V128, &[I::F32x4Div, I::F32x4Add, I::F32x4Sub, I::F32x4Mul, I::F32x4Min, I::F32x4Max]),
            list(V128, V128, &[I::F64x2Div, I::F64x2Add, I::F64x2Sub, I::F64x2Mul, I::F64x2Min, I::F64x2Max]),
            list(V128, V128, &[I::F32x4PMin, I::F32x4PMax, I::F64x2PMin, I::F64x2PMax, I::F32x4PMin, I::F64x2PMax]),
            list(V128, V128, &[I::F32x4Eq, I::F32x4Lt, I::F64x2Ne, I::F64x2Ge, I::V128And, I::V128AndNot, I::V128Or, I::V128Xor]),
            list(
                V128,
                V128,
                &[I::I32x4Add, I::I64x2Mul, I::I8x16Swizzle, I::I8x16Shuffle([0, 1, 2, 3, 20, 21, 22, 23, 8, 9, 10, 11, 28, 29, 30, 31])],
            ),
            list(V128, F32, &[I::F32x4ReplaceLane(0), I::F32x4ReplaceLane(1), I::F32x4ReplaceLane(2)]),
            list(V128, F64, &[I::F64x2ReplaceLane(0), I::F64x2ReplaceLane(1)]),
            list(V128, I32, &[I::I32x4ReplaceLane(1), I::I32x4Shl, I::I16x8ReplaceLane(5)]),
            list(V128, I64, &[I::I64x2ReplaceLane(1)]),
        ]
        .concat(),
    }
}

/// Instructions that divide integers, and may trap.
pub(super) fn division(ty: ValType) -> Vec<Instruction<'static>> {
    use Instruction as I;
    match ty {
        ValType::I32 => vec![I::I32DivS, I::I32DivU, I::I32RemS, I::I32RemU],
        ValType::I64 => vec![I::I64DivS, I::I64DivU, I::I64RemS, I::I64RemU],
        _ => Vec::new(),
    }
}

/// Conversions that trap at a NaN.
pub(super) fn trapping(to: ValType) -> Vec<(ValType, Instruction<'static>)> {
    use Instruction as I;
    match to {
        ValType::I32 => vec![(ValType::F32, I::I32TruncF32S), (ValType::F64, I::I32TruncF64U)],
        ValType::I64 => vec![(ValType::F32, I::I64TruncF32U), (ValType::F64, I::I64TruncF64S)],
        _ => Vec::new(),
    }
}
