//! Atomics: read, modify, write, whose results nobody sees. A workgroup's own memory is one thread's, so plain loads and stores do there; storage is shared by
//! threads and takes the engine's atomic instructions.

use wasm_encoder::{BlockType, ValType};

use super::super::ir::{AtomicOp, Kind, Place, Space, Value};
use super::super::race::AccessKind;
use super::memory::{Pattern, word};
use super::vector::words as shuffle_words;
use super::{Emitter, Mask};

impl Emitter<'_> {
    pub(super) fn atomic(&mut self, op: AtomicOp, place: &Place, value: Value, line: u32) {
        self.record(place, AccessKind::of(op), 1, line);
        if matches!(self.pattern(place), Pattern::Uniform) && op != AtomicOp::Store {
            return self.atomic_uniform(op, place, value);
        }
        let shared = place.space != Space::Workgroup;
        for group in 0..self.groups {
            let addresses = self.lane_addresses(place, group, false);
            let bits = self.push_bits(group);
            let vector = self.vector_of(value, group);
            // What only the branches below use would be computed in each of them.
            self.pin(vector);
            self.pin(addresses);
            for lane in 0..4_u8 {
                self.open_if_lane(bits, lane);
                self.w().local_get(vector).i32x4_extract_lane(lane);
                let operand = self.hold_scalar(Kind::Int);
                self.w().local_get(addresses).i32x4_extract_lane(lane);
                let address = self.hold_scalar(Kind::Int);
                self.read_modify_write(op, address, 0, operand, shared);
                if bits.is_some() {
                    self.end();
                }
            }
        }
    }

    /// All lanes on one word: what they do is put together first. These operations commute, so nobody can tell.
    fn atomic_uniform(&mut self, op: AtomicOp, place: &Place, value: Value) {
        let guarded = self.open_if_any();
        let address = self.address(place);
        let (_, offset) = self.base(place);
        let identity = match op {
            AtomicOp::And | AtomicOp::MinUnsigned => u32::MAX,
            AtomicOp::MinSigned => i32::MAX as u32,
            AtomicOp::MaxSigned => i32::MIN as u32,
            _ => 0,
        };
        let all = self.local(ValType::V128);
        for group in 0..self.groups {
            if group > 0 {
                self.get(all);
            }
            self.push_vector(value, group);
            if let Mask::Some(mask) = self.mask {
                self.splat_const(identity);
                self.get(mask[group]);
                self.w().v128_bitselect();
            }
            if group > 0 {
                self.combine(op);
            }
            self.set(all);
        }
        for lanes in [[2, 3, 0, 1], [1, 0, 3, 2]] {
            self.w().local_get(all).local_get(all).local_get(all).i8x16_shuffle(shuffle_words(lanes));
            self.combine(op);
            self.set(all);
        }
        self.w().local_get(all).i32x4_extract_lane(0);
        let operand = self.hold_scalar(Kind::Int);
        self.read_modify_write(op, address, offset, operand, place.space != Space::Workgroup);
        if guarded {
            self.end();
        }
    }

    fn combine(&mut self, op: AtomicOp) {
        let mut w = self.w();
        match op {
            AtomicOp::Add | AtomicOp::Sub => w.i32x4_add(),
            AtomicOp::And => w.v128_and(),
            AtomicOp::Or => w.v128_or(),
            AtomicOp::Xor => w.v128_xor(),
            AtomicOp::MinSigned => w.i32x4_min_s(),
            AtomicOp::MaxSigned => w.i32x4_max_s(),
            AtomicOp::MinUnsigned => w.i32x4_min_u(),
            AtomicOp::MaxUnsigned => w.i32x4_max_u(),
            AtomicOp::Store => &mut w,
        };
    }

    fn read_modify_write(&mut self, op: AtomicOp, address: u32, offset: u32, operand: u32, shared: bool) {
        let at = word(offset);
        if !shared {
            self.get(address);
            if op == AtomicOp::Store {
                self.get(operand);
            } else {
                self.w().local_get(address).i32_load(at);
                self.modify(op, operand);
            }
            self.w().i32_store(at);
            return;
        }
        match op {
            AtomicOp::Store => {
                self.w().local_get(address).local_get(operand).i32_atomic_store(at);
            }
            AtomicOp::Add | AtomicOp::Sub | AtomicOp::And | AtomicOp::Or | AtomicOp::Xor => {
                let mut w = self.w();
                w.local_get(address).local_get(operand);
                match op {
                    AtomicOp::Add => w.i32_atomic_rmw_add(at),
                    AtomicOp::Sub => w.i32_atomic_rmw_sub(at),
                    AtomicOp::And => w.i32_atomic_rmw_and(at),
                    AtomicOp::Or => w.i32_atomic_rmw_or(at),
                    _ => w.i32_atomic_rmw_xor(at),
                };
                w.drop();
            }
            _ => {
                // No such instruction: compare and exchange until nobody was faster.
                let old = self.local(ValType::I32);
                let new = self.local(ValType::I32);
                self.w().loop_(BlockType::Empty);
                self.depth += 1;
                self.w().local_get(address).i32_atomic_load(at).local_set(old);
                self.get(old);
                self.modify(op, operand);
                self.w().local_tee(new).local_get(old).i32_ne();
                self.if_();
                self.w().local_get(address).local_get(old).local_get(new).i32_atomic_rmw_cmpxchg(at).local_get(old).i32_ne().br_if(1);
                self.end();
                self.end();
            }
        }
    }

    /// The word on the stack, changed by `operand`.
    fn modify(&mut self, op: AtomicOp, operand: u32) {
        match op {
            AtomicOp::Add => _ = self.w().local_get(operand).i32_add(),
            AtomicOp::Sub => _ = self.w().local_get(operand).i32_sub(),
            AtomicOp::And => _ = self.w().local_get(operand).i32_and(),
            AtomicOp::Or => _ = self.w().local_get(operand).i32_or(),
            AtomicOp::Xor => _ = self.w().local_get(operand).i32_xor(),
            AtomicOp::Store => {}
            AtomicOp::MinSigned | AtomicOp::MaxSigned | AtomicOp::MinUnsigned | AtomicOp::MaxUnsigned => {
                let old = self.hold_scalar(Kind::Int);
                let mut w = self.w();
                w.local_get(old).local_get(operand).local_get(old).local_get(operand);
                match op {
                    AtomicOp::MinSigned => w.i32_lt_s(),
                    AtomicOp::MaxSigned => w.i32_gt_s(),
                    AtomicOp::MinUnsigned => w.i32_lt_u(),
                    _ => w.i32_gt_u(),
                };
                w.select();
            }
        }
    }
}
