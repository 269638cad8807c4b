//! Operations on values that do not vary within a pack. On affine values they work on lane 0; the analysis has seen to it that the rest follows.

use super::super::ir::{Binary, Kind, Op, Unary, Value};
use super::{Arg, Emitter};

impl Emitter<'_> {
    /// Leaves the result of `op` on the stack.
    pub(super) fn scalar_op(&mut self, op: &Op, value: Value) {
        match *op {
            Op::Unary(op, a) => self.scalar_unary(op, a),
            Op::Binary(op, a, b) => self.scalar_binary(op, a, b),
            Op::Fma(a, b, c) => {
                let mut args = [Arg::Local(0); 3];
                for (arg, operand) in args.iter_mut().zip([a, b, c]) {
                    self.push_scalar(operand);
                    self.w().f32x4_splat();
                    *arg = self.hold();
                }
                self.vector_fma(args[0], args[1], args[2]);
                self.w().f32x4_extract_lane(0);
            }
            Op::Select(condition, a, b) => {
                self.push_scalar(a);
                self.push_scalar(b);
                self.push_scalar(condition);
                self.w().select();
            }
            Op::Copy(a) => self.push_scalar(a),
            Op::Const(_) | Op::Input(_) | Op::Param(_) | Op::Get(_) | Op::Result => self.push_scalar(value),
        }
    }

    /// Keeps the vector on the stack.
    fn hold(&mut self) -> Arg {
        let local = self.local(wasm_encoder::ValType::V128);
        self.set(local);
        Arg::Local(local)
    }

    fn scalar_unary(&mut self, op: Unary, a: Value) {
        // What wasm has for vectors only, or the other way round.
        match op {
            Unary::ReverseBits => {
                self.push_scalar(a);
                self.w().i32x4_splat();
                let arg = self.hold();
                self.vector_unary(op, arg);
                self.w().i32x4_extract_lane(0);
                return;
            }
            Unary::CanonicalBits | Unary::Canonical => {
                self.i32(0x7fc0_0000);
                self.push_scalar(a);
                self.w().i32_reinterpret_f32();
                self.push_scalar(a);
                self.push_scalar(a);
                self.w().f32_ne().select();
                if op == Unary::Canonical {
                    self.w().f32_reinterpret_i32();
                }
                return;
            }
            Unary::IntNegate => {
                self.i32(0);
                self.push_scalar(a);
                self.w().i32_sub();
                return;
            }
            Unary::IntAbs => {
                self.i32(0);
                self.push_scalar(a);
                self.w().i32_sub();
                self.push_scalar(a);
                self.push_scalar(a);
                self.w().i32_const(0).i32_lt_s().select();
                return;
            }
            _ => {}
        }
        self.push_scalar(a);
        let mut w = self.w();
        match op {
            Unary::FloatNegate => w.f32_neg(),
            Unary::FloatAbs => w.f32_abs(),
            Unary::Sqrt => w.f32_sqrt(),
            Unary::Floor => w.f32_floor(),
            Unary::Ceil => w.f32_ceil(),
            Unary::Trunc => w.f32_trunc(),
            Unary::Round => w.f32_nearest(),
            Unary::BitNot => w.i32_const(-1).i32_xor(),
            Unary::PopCount => w.i32_popcnt(),
            Unary::LeadingZeros => w.i32_clz(),
            Unary::TrailingZeros => w.i32_ctz(),
            Unary::BoolNot => w.i32_eqz(),
            Unary::BoolToInt => &mut w,
            Unary::BoolToFloat => w.f32_convert_i32_u(),
            Unary::IntToBool => w.i32_const(0).i32_ne(),
            Unary::FloatToBool => w.f32_const(wasm_encoder::Ieee32::new(0)).f32_ne(),
            Unary::SignedToFloat => w.f32_convert_i32_s(),
            Unary::UnsignedToFloat => w.f32_convert_i32_u(),
            Unary::FloatToSigned => w.i32_trunc_sat_f32_s(),
            Unary::FloatToUnsigned => w.i32_trunc_sat_f32_u(),
            Unary::IntToFloatBits => w.f32_reinterpret_i32(),
            Unary::FloatToIntBits => w.i32_reinterpret_f32(),
            Unary::CanonicalBits | Unary::Canonical | Unary::IntNegate | Unary::IntAbs | Unary::ReverseBits => &mut w,
        };
    }

    fn scalar_binary(&mut self, op: Binary, a: Value, b: Value) {
        match op {
            Binary::FloatMin | Binary::FloatMax => {
                // b < a ? b : (a is NaN ? b : a)
                self.push_scalar(b);
                self.push_scalar(a);
                let (first, second) = if op == Binary::FloatMin { (b, a) } else { (a, b) };
                self.push_scalar(first);
                self.push_scalar(second);
                self.w().f32_lt();
                self.push_scalar(a);
                self.push_scalar(a);
                self.w().f32_ne().i32_or().select();
                return;
            }
            Binary::MinSigned | Binary::MaxSigned | Binary::MinUnsigned | Binary::MaxUnsigned => {
                self.push_scalar(a);
                self.push_scalar(b);
                self.push_scalar(a);
                self.push_scalar(b);
                let mut w = self.w();
                match op {
                    Binary::MinSigned => w.i32_lt_s(),
                    Binary::MaxSigned => w.i32_gt_s(),
                    Binary::MinUnsigned => w.i32_lt_u(),
                    _ => w.i32_gt_u(),
                };
                w.select();
                return;
            }
            Binary::DotSigned8 | Binary::DotUnsigned8 => {
                self.push_scalar(a);
                self.w().i32x4_splat();
                let a = self.hold();
                self.push_scalar(b);
                self.w().i32x4_splat();
                let b = self.hold();
                self.vector_dot(op == Binary::DotSigned8, a, b);
                self.w().i32x4_extract_lane(0);
                return;
            }
            _ => {}
        }
        self.push_scalar(a);
        self.push_scalar(b);
        let mut w = self.w();
        match op {
            Binary::FloatAdd => w.f32_add(),
            Binary::FloatSub => w.f32_sub(),
            Binary::FloatMul => w.f32_mul(),
            Binary::FloatDiv => w.f32_div(),
            Binary::FloatEq => w.f32_eq(),
            Binary::FloatNe => w.f32_ne(),
            Binary::FloatLt => w.f32_lt(),
            Binary::FloatLe => w.f32_le(),
            Binary::IntAdd => w.i32_add(),
            Binary::IntSub => w.i32_sub(),
            Binary::IntMul => w.i32_mul(),
            Binary::DivSigned => w.i32_div_s(),
            Binary::DivUnsigned => w.i32_div_u(),
            Binary::RemSigned => w.i32_rem_s(),
            Binary::RemUnsigned => w.i32_rem_u(),
            Binary::And | Binary::BoolAnd => w.i32_and(),
            Binary::Or | Binary::BoolOr => w.i32_or(),
            Binary::Xor => w.i32_xor(),
            Binary::Shl => w.i32_shl(),
            Binary::ShrSigned => w.i32_shr_s(),
            Binary::ShrUnsigned => w.i32_shr_u(),
            Binary::IntEq | Binary::BoolEq => w.i32_eq(),
            Binary::IntNe | Binary::BoolNe => w.i32_ne(),
            Binary::LtSigned => w.i32_lt_s(),
            Binary::LeSigned => w.i32_le_s(),
            Binary::LtUnsigned => w.i32_lt_u(),
            Binary::LeUnsigned => w.i32_le_u(),
            Binary::FloatMin
            | Binary::FloatMax
            | Binary::MinSigned
            | Binary::MaxSigned
            | Binary::MinUnsigned
            | Binary::MaxUnsigned
            | Binary::DotSigned8
            | Binary::DotUnsigned8 => &mut w,
        };
    }

    /// A scalar local of a value's kind, with what is on the stack.
    pub(super) fn hold_scalar(&mut self, kind: Kind) -> u32 {
        let local = self.scalar_local(kind);
        self.set(local);
        local
    }
}
