//! The instructions that repair the value on top of the stack.

use wasm_encoder::{Ieee32, Ieee64, MemArg, ValType};

use super::class;
use crate::metering::write::Writer;

const F32: u32 = 0x7fc0_0000;
const F64: u64 = 0x7ff8_0000_0000_0000;
const F32_SIGN: u32 = 0x8000_0000;
const F64_SIGN: u64 = 0x8000_0000_0000_0000;

/// Locals that hold the value while it is looked at.
#[derive(Default)]
pub(in crate::metering) struct Scratch {
    f32: Option<u32>,
    f64: Option<u32>,
    v128: Option<u32>,
}

impl Writer<'_, '_> {
    /// Repairs the value on top of the stack, an open NaN of exactly one kind.
    pub(in crate::metering) fn repair(&mut self, class: u8) {
        let bits32 = if class & class::F32_NEGATED != 0 { F32 | F32_SIGN } else { F32 };
        let bits64 = if class & class::F64_NEGATED != 0 { F64 | F64_SIGN } else { F64 };
        let single = class & (class::F32 | class::F32_NEGATED) != 0;
        if class & class::VECTOR != 0 {
            let lanes = if single {
                [bits32; 4].map(u128::from).iter().fold(0, |all, lane| all << 32 | lane)
            } else {
                u128::from(bits64) << 64 | u128::from(bits64)
            };
            self.repair_vector(single, lanes);
        } else if single {
            let value = self.value(|scratch| &mut scratch.f32, ValType::F32);
            // Equal to itself is what a NaN is not; `le` is one instruction and one branch, `eq` two.
            self.emit().local_tee(value).local_get(value).f32_le();
            self.if_usually(true);
            self.emit().else_().f32_const(Ieee32::new(bits32)).local_set(value).end().local_get(value);
        } else {
            let value = self.value(|scratch| &mut scratch.f64, ValType::F64);
            self.emit().local_tee(value).local_get(value).f64_le();
            self.if_usually(true);
            self.emit().else_().f64_const(Ieee64::new(bits64)).local_set(value).end().local_get(value);
        }
    }

    /// After a store whose address is kept: looks at the upper half of what was stored, and stores the canonical NaN over another.
    ///
    /// An open NaN is quiet, so its upper half tells it. **Why in memory?** A comparison of floats and its branch want the units that do the arithmetic; loads and integers have room beside it
    /// (`nbody`: 1.15 instead of 1.44 times the time without metering).
    pub(in crate::metering) fn repair_stored(&mut self, class: u8, memarg: wasmparser::MemArg, address: u32) {
        let single = class & (class::F32 | class::F32_NEGATED) != 0;
        let negative = class & (class::F32_NEGATED | class::F64_NEGATED) != 0;
        let at = |offset: u64, align: u32| MemArg { offset: memarg.offset + offset, align, memory_index: 0 };
        let align = u32::from(memarg.align).min(2);
        let (upper, infinity) = if single { (0, 0xff00_0000_u32) } else { (4, 0xffe0_0000_u32) };
        self.emit().local_get(address).i32_load(at(upper, align)).i32_const(1).i32_shl().i32_const(infinity.cast_signed()).i32_gt_u();
        self.if_usually(false);
        self.emit().local_get(address);
        if single {
            self.emit().i32_const((if negative { F32 | F32_SIGN } else { F32 }).cast_signed()).i32_store(at(0, align)).end();
        } else {
            self.emit().i64_const((if negative { F64 | F64_SIGN } else { F64 }).cast_signed()).i64_store(at(0, align)).end();
        }
    }

    fn repair_vector(&mut self, single: bool, lanes: u128) {
        let value = self.value(|scratch| &mut scratch.v128, ValType::V128);
        let mut emit = self.emit();
        emit.local_tee(value).v128_const(lanes.cast_signed()).local_get(value).local_get(value);
        if single {
            emit.f32x4_eq();
        } else {
            emit.f64x2_eq();
        }
        emit.v128_bitselect();
    }

    fn value(&mut self, place: fn(&mut Scratch) -> &mut Option<u32>, ty: ValType) -> u32 {
        if let Some(local) = *place(&mut self.repair_scratch) {
            return local;
        }
        let local = self.add_local(ty);
        *place(&mut self.repair_scratch).insert(local)
    }
}
