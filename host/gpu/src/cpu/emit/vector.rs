//! Operations on varying values, four lanes at a time.
//!
//! **Fused multiply-add.** `f32x4.relaxed_madd` under wasmtime's `relaxed_simd_deterministic` is the deterministic profile of the relaxed SIMD proposal: fused, rounded once,
//! by a hardware instruction where there is one and by Rust's `mul_add` where there is none. Emulating it from f64 (product exact, sum rounded to odd, demoted) was
//! the alternative, at twenty instructions each. No other relaxed instruction is used, so no result depends on the machine.
//!
//! **Division.** A quotient of 32-bit integers is exact enough in f64 to be truncated: it differs from the integer above it by at least 1/divisor, which is more than
//! 2^-53 of it. What cannot be divided (a divisor of 0, in a lane that is off) saturates and is never looked at.

use super::super::ir::{Binary, Op, Unary, Value};
use super::{Arg, Emitter};

impl Emitter<'_> {
    /// Leaves vector `group` of the result of `op` on the stack.
    pub(super) fn vector_op(&mut self, op: &Op, group: usize) {
        match *op {
            Op::Unary(op, a) => self.vector_unary(op, Arg::Value(a, group)),
            Op::Binary(op, a, b) => self.vector_binary(op, a, b, group),
            Op::Fma(a, b, c) => self.vector_fma(Arg::Value(a, group), Arg::Value(b, group), Arg::Value(c, group)),
            Op::Select(condition, a, b) => {
                self.push_vector(a, group);
                self.push_vector(b, group);
                if self.is_uniform(condition) {
                    self.push_scalar(condition);
                    self.w().select();
                } else {
                    self.push_vector(condition, group);
                    self.w().v128_bitselect();
                }
            }
            Op::Copy(a) => self.push_vector(a, group),
            Op::Const(_) | Op::Input(_) | Op::Param(_) | Op::Get(_) | Op::Result => {
                self.failure = Some(super::super::failure::Failure::Unsupported("a value that is no operation".to_owned()));
                self.w().unreachable();
            }
        }
    }

    pub(super) fn vector_fma(&mut self, a: Arg, b: Arg, c: Arg) {
        self.push(a);
        self.push(b);
        self.push(c);
        self.w().f32x4_relaxed_madd();
    }

    pub(super) fn vector_unary(&mut self, op: Unary, a: Arg) {
        match op {
            Unary::Canonical | Unary::CanonicalBits => {
                self.splat_const(0x7fc0_0000);
                self.push(a);
                self.push(a);
                self.push(a);
                self.w().f32x4_ne().v128_bitselect();
            }
            Unary::PopCount => {
                self.push(a);
                self.pop_count();
            }
            Unary::TrailingZeros => {
                // The ones below the lowest one.
                self.push(a);
                self.splat_const(1);
                self.w().i32x4_sub();
                self.push(a);
                self.w().v128_andnot();
                self.pop_count();
            }
            Unary::LeadingZeros => self.leading_zeros(a),
            Unary::ReverseBits => self.reverse_bits(a),
            _ => {
                self.push(a);
                self.simple_unary(op);
            }
        }
    }

    fn simple_unary(&mut self, op: Unary) {
        match op {
            Unary::BoolToInt => self.splat_const(1),
            Unary::BoolToFloat => self.splat_const(1.0_f32.to_bits()),
            Unary::IntToBool | Unary::FloatToBool => self.splat_const(0),
            _ => {}
        }
        let mut w = self.w();
        match op {
            Unary::FloatNegate => w.f32x4_neg(),
            Unary::FloatAbs => w.f32x4_abs(),
            Unary::Sqrt => w.f32x4_sqrt(),
            Unary::Floor => w.f32x4_floor(),
            Unary::Ceil => w.f32x4_ceil(),
            Unary::Trunc => w.f32x4_trunc(),
            Unary::Round => w.f32x4_nearest(),
            Unary::IntNegate => w.i32x4_neg(),
            Unary::IntAbs => w.i32x4_abs(),
            Unary::BitNot | Unary::BoolNot => w.v128_not(),
            Unary::BoolToInt | Unary::BoolToFloat => w.v128_and(),
            Unary::IntToBool => w.i32x4_ne(),
            Unary::FloatToBool => w.f32x4_ne(),
            Unary::SignedToFloat => w.f32x4_convert_i32x4_s(),
            Unary::UnsignedToFloat => w.f32x4_convert_i32x4_u(),
            Unary::FloatToSigned => w.i32x4_trunc_sat_f32x4_s(),
            Unary::FloatToUnsigned => w.i32x4_trunc_sat_f32x4_u(),
            Unary::IntToFloatBits
            | Unary::FloatToIntBits
            | Unary::Canonical
            | Unary::CanonicalBits
            | Unary::PopCount
            | Unary::TrailingZeros
            | Unary::LeadingZeros
            | Unary::ReverseBits => &mut w,
        };
    }

    fn pop_count(&mut self) {
        self.w().i8x16_popcnt().i16x8_extadd_pairwise_i8x16_u().i32x4_extadd_pairwise_i16x8_u();
    }

    /// Spreads the highest one to the right; what stays zero lies before it.
    fn leading_zeros(&mut self, a: Arg) {
        let spread = self.local(wasm_encoder::ValType::V128);
        self.push(a);
        self.set(spread);
        for bits in [1, 2, 4, 8, 16] {
            self.w().local_get(spread).local_get(spread).i32_const(bits).i32x4_shr_u().v128_or().local_set(spread);
        }
        self.w().local_get(spread).v128_not();
        self.pop_count();
    }

    /// Bytes by a shuffle, the bits of a byte by a table for each half.
    fn reverse_bits(&mut self, a: Arg) {
        let mut low = [0_u8; 16];
        let mut high = [0_u8; 16];
        for (nibble, (low, high)) in low.iter_mut().zip(&mut high).enumerate() {
            *low = (nibble as u8).reverse_bits() >> 4;
            *high = (nibble as u8).reverse_bits();
        }
        let bytes = self.local(wasm_encoder::ValType::V128);
        self.push(a);
        self.push(a);
        self.w().i8x16_shuffle([3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12]).local_set(bytes);
        self.w().v128_const(i128::from_le_bytes(high)).local_get(bytes);
        self.splat_const(0x0f0f_0f0f);
        self.w().v128_and().i8x16_swizzle();
        self.w().v128_const(i128::from_le_bytes(low)).local_get(bytes).i32_const(4).i8x16_shr_u().i8x16_swizzle().v128_or();
    }

    fn vector_binary(&mut self, op: Binary, a_value: Value, b_value: Value, group: usize) {
        let (a, b) = (Arg::Value(a_value, group), Arg::Value(b_value, group));
        match op {
            Binary::FloatMin | Binary::FloatMax => {
                // pmin is b < a ? b : a, pmax is a < b ? b : a; where a is NaN both give a, and b is wanted.
                self.push(b);
                self.push(a);
                self.push(b);
                if op == Binary::FloatMin {
                    self.w().f32x4_pmin();
                } else {
                    self.w().f32x4_pmax();
                }
                let is_number = |bits: u32| !f32::from_bits(bits).is_nan();
                if self.body.constant(a_value).is_some_and(is_number) {
                    let kept = self.local(wasm_encoder::ValType::V128);
                    self.w().local_set(kept).drop().local_get(kept);
                    return;
                }
                self.push(a);
                self.push(a);
                self.w().f32x4_ne().v128_bitselect();
            }
            Binary::Shl | Binary::ShrSigned | Binary::ShrUnsigned => self.shift(op, a_value, b_value, group),
            Binary::DivSigned | Binary::DivUnsigned | Binary::RemSigned | Binary::RemUnsigned => self.divide(op, a_value, b_value, group),
            Binary::DotSigned8 | Binary::DotUnsigned8 => self.vector_dot(op == Binary::DotSigned8, a, b),
            _ => {
                self.push(a);
                self.push(b);
                self.simple_binary(op);
            }
        }
    }

    fn simple_binary(&mut self, op: Binary) {
        let mut w = self.w();
        match op {
            Binary::FloatAdd => w.f32x4_add(),
            Binary::FloatSub => w.f32x4_sub(),
            Binary::FloatMul => w.f32x4_mul(),
            Binary::FloatDiv => w.f32x4_div(),
            Binary::FloatEq => w.f32x4_eq(),
            Binary::FloatNe => w.f32x4_ne(),
            Binary::FloatLt => w.f32x4_lt(),
            Binary::FloatLe => w.f32x4_le(),
            Binary::IntAdd => w.i32x4_add(),
            Binary::IntSub => w.i32x4_sub(),
            Binary::IntMul => w.i32x4_mul(),
            Binary::And | Binary::BoolAnd => w.v128_and(),
            Binary::Or | Binary::BoolOr => w.v128_or(),
            Binary::Xor | Binary::BoolNe => w.v128_xor(),
            Binary::BoolEq => w.v128_xor().v128_not(),
            Binary::IntEq => w.i32x4_eq(),
            Binary::IntNe => w.i32x4_ne(),
            Binary::LtSigned => w.i32x4_lt_s(),
            Binary::LeSigned => w.i32x4_le_s(),
            Binary::LtUnsigned => w.i32x4_lt_u(),
            Binary::LeUnsigned => w.i32x4_le_u(),
            Binary::MinSigned => w.i32x4_min_s(),
            Binary::MaxSigned => w.i32x4_max_s(),
            Binary::MinUnsigned => w.i32x4_min_u(),
            Binary::MaxUnsigned => w.i32x4_max_u(),
            Binary::FloatMin
            | Binary::FloatMax
            | Binary::Shl
            | Binary::ShrSigned
            | Binary::ShrUnsigned
            | Binary::DivSigned
            | Binary::DivUnsigned
            | Binary::RemSigned
            | Binary::RemUnsigned
            | Binary::DotSigned8
            | Binary::DotUnsigned8 => &mut w,
        };
    }

    fn shift(&mut self, op: Binary, a: Value, b: Value, group: usize) {
        if self.is_uniform(b) {
            self.push_vector(a, group);
            self.push_scalar(b);
            let mut w = self.w();
            match op {
                Binary::Shl => w.i32x4_shl(),
                Binary::ShrSigned => w.i32x4_shr_s(),
                _ => w.i32x4_shr_u(),
            };
            return;
        }
        let (left, right) = (self.vector_of(a, group), self.vector_of(b, group));
        self.push_vector(a, group);
        for lane in 0..4 {
            let mut w = self.w();
            w.local_get(left).i32x4_extract_lane(lane).local_get(right).i32x4_extract_lane(lane);
            match op {
                Binary::Shl => w.i32_shl(),
                Binary::ShrSigned => w.i32_shr_s(),
                _ => w.i32_shr_u(),
            };
            w.i32x4_replace_lane(lane);
        }
    }

    /// A local that holds a vector of a value.
    pub(super) fn vector_of(&mut self, value: Value, group: usize) -> u32 {
        if let super::Loc::Vector(locals) = self.loc(value) {
            return locals[group];
        }
        self.push_vector(value, group);
        let local = self.local(wasm_encoder::ValType::V128);
        self.set(local);
        local
    }

    fn divide(&mut self, op: Binary, a: Value, b: Value, group: usize) {
        let signed = matches!(op, Binary::DivSigned | Binary::RemSigned);
        let remainder = matches!(op, Binary::RemSigned | Binary::RemUnsigned);
        if let Some(by) = self.body.constant(b).filter(|by| !signed && by.is_power_of_two()) {
            self.push_vector(a, group);
            if remainder {
                self.splat_const(by - 1);
                self.w().v128_and();
            } else {
                self.w().i32_const(by.trailing_zeros() as i32).i32x4_shr_u();
            }
            return;
        }
        let (left, right) = (self.vector_of(a, group), self.vector_of(b, group));
        if remainder {
            self.get(left);
            self.get(right);
        }
        for high in [false, true] {
            for local in [left, right] {
                self.get(local);
                if high {
                    self.get(local);
                    self.w().i8x16_shuffle([8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);
                }
                if signed {
                    self.w().f64x2_convert_low_i32x4_s();
                } else {
                    self.w().f64x2_convert_low_i32x4_u();
                }
            }
            self.w().f64x2_div();
            if signed {
                self.w().i32x4_trunc_sat_f64x2_s_zero();
            } else {
                self.w().i32x4_trunc_sat_f64x2_u_zero();
            }
        }
        self.w().i8x16_shuffle([0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
        if remainder {
            self.w().i32x4_mul().i32x4_sub();
        }
    }

    /// Products of bytes to halves, sums of neighbours twice.
    pub(super) fn vector_dot(&mut self, signed: bool, a: Arg, b: Arg) {
        let low = self.local(wasm_encoder::ValType::V128);
        let high = self.local(wasm_encoder::ValType::V128);
        for (half, local) in [low, high].into_iter().enumerate() {
            self.push(a);
            self.push(b);
            let mut w = self.w();
            match (half, signed) {
                (0, true) => w.i16x8_extmul_low_i8x16_s().i32x4_extadd_pairwise_i16x8_s(),
                (0, false) => w.i16x8_extmul_low_i8x16_u().i32x4_extadd_pairwise_i16x8_u(),
                (_, true) => w.i16x8_extmul_high_i8x16_s().i32x4_extadd_pairwise_i16x8_s(),
                (_, false) => w.i16x8_extmul_high_i8x16_u().i32x4_extadd_pairwise_i16x8_u(),
            };
            w.local_set(local);
        }
        let mut w = self.w();
        w.local_get(low).local_get(high).i8x16_shuffle(words([0, 2, 4, 6]));
        w.local_get(low).local_get(high).i8x16_shuffle(words([1, 3, 5, 7])).i32x4_add();
    }

    /// Sets variable locals, keeping the lanes that are off if `blend`.
    pub(super) fn blend(&mut self, old: u32, group: usize, blend: bool) {
        if let (true, super::Mask::Some(mask)) = (blend, self.mask) {
            self.get(old);
            self.get(mask[group]);
            self.w().v128_bitselect();
        }
        self.set(old);
    }
}

/// A shuffle of bytes from one of words: 0 to 3 of the first operand, 4 to 7 of the second.
pub(super) fn words(lanes: [u8; 4]) -> [u8; 16] {
    let mut bytes = [0; 16];
    for (index, lane) in lanes.into_iter().enumerate() {
        for byte in 0..4 {
            bytes[4 * index + byte] = lane * 4 + byte as u8;
        }
    }
    bytes
}
