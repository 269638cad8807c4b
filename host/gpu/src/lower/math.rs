//! Built-in functions, by the table in section 3 of `specs/strict-wgsl.md`.

use naga::{
    BinaryOperator as Op, Expression, Handle, Literal, MathFunction as Mf, Scalar, SwizzleComponent, TypeInner, UnaryOperator, VectorSize,
};

use super::Lowering;
use super::matrix::dot;
use super::rewrite::{Copier, Finding, Step};
use super::shape::{self, Shape, component};

type Value = Handle<Expression>;

/// Prelude functions of one or two f32 arguments, applied component by component.
fn scalar_function(fun: Mf) -> Option<&'static str> {
    Some(match fun {
        Mf::Exp => "assay_exp",
        Mf::Exp2 => "assay_exp2",
        Mf::Log => "assay_log",
        Mf::Log2 => "assay_log2",
        Mf::Pow => "assay_pow",
        Mf::Sin => "assay_sin",
        Mf::Cos => "assay_cos",
        Mf::Tan => "assay_tan",
        Mf::Asin => "assay_asin",
        Mf::Acos => "assay_acos",
        Mf::Atan => "assay_atan",
        Mf::Atan2 => "assay_atan2",
        Mf::Sinh => "assay_sinh",
        Mf::Cosh => "assay_cosh",
        Mf::Tanh => "assay_tanh",
        Mf::Asinh => "assay_asinh",
        Mf::Acosh => "assay_acosh",
        Mf::Atanh => "assay_atanh",
        Mf::InverseSqrt => "assay_inverse_sqrt",
        Mf::Min => "assay_min",
        Mf::Max => "assay_max",
        Mf::Clamp => "assay_clamp",
        Mf::Sign => "assay_sign",
        Mf::QuantizeToF16 => "assay_quantize_to_half",
        _ => return None,
    })
}

impl Lowering<'_, '_> {
    /// The strict form of a built-in; `None` where it is strict as it is.
    pub fn math(&mut self, copier: &mut Copier<'_, '_>, old: Value, fun: Mf, arguments: [Option<Value>; 4]) -> Step<Option<Value>> {
        let first = arguments[0].ok_or_else(|| Finding::internal("a built-in without arguments"))?;
        if let TypeInner::Matrix { columns, rows, .. } = *self.old_type(copier, first) {
            let matrix = copier.value(self, first)?;
            return match fun {
                Mf::Transpose => self.transpose(copier, matrix, columns, rows).map(Some),
                Mf::Determinant => Ok(Some(self.determinant(copier, matrix, columns))),
                _ => Err(refused(copier, old, fun)),
            };
        }
        if fun == Mf::QuantizeToF16 && self.markers.contains(copier.from.expressions.get_span(old)) {
            return copier.value(self, first).map(Some);
        }
        let shape = self.old_shape(copier, first)?;
        if shape.is_f32() {
            if matches!(fun, Mf::Abs | Mf::Sqrt | Mf::Fma | Mf::Floor | Mf::Ceil | Mf::Trunc | Mf::Round) {
                return Ok(None);
            }
            let values = self.values(copier, arguments)?;
            return match scalar_function(fun) {
                Some(name) => self.each(copier, name, shape, &values, Scalar::F32).map(Some),
                None => self.float(copier, old, fun, shape, &values).map(Some),
            };
        }
        match fun {
            Mf::Min
            | Mf::Max
            | Mf::CountOneBits
            | Mf::ReverseBits
            | Mf::CountLeadingZeros
            | Mf::CountTrailingZeros
            | Mf::Dot4I8Packed
            | Mf::Dot4U8Packed => Ok(None),
            Mf::Abs if shape.is_signed() => Ok(None),
            _ => {
                let values = self.values(copier, arguments)?;
                self.integer(copier, old, fun, shape, &values).map(Some)
            }
        }
    }

    fn values(&mut self, copier: &mut Copier<'_, '_>, arguments: [Option<Value>; 4]) -> Step<Vec<Value>> {
        arguments.into_iter().flatten().map(|argument| copier.value(self, argument)).collect()
    }

    fn float(&mut self, copier: &mut Copier<'_, '_>, old: Value, fun: Mf, shape: Shape, values: &[Value]) -> Step<Value> {
        let b = |copier: &mut Copier<'_, '_>, op, left, right| copier.build.binary(op, left, right);
        Ok(match (fun, values) {
            (Mf::Saturate, &[x]) => {
                let (zero, one) = (constant(copier, shape, 0.0), constant(copier, shape, 1.0));
                self.each(copier, "assay_clamp", shape, &[x, zero, one], Scalar::F32)?
            }
            (Mf::Radians, &[x]) => {
                let factor = constant(copier, shape, f32::from_bits(0x3c8e_fa35));
                b(copier, Op::Multiply, x, factor)
            }
            (Mf::Degrees, &[x]) => {
                let factor = constant(copier, shape, f32::from_bits(0x4265_2ee1));
                b(copier, Op::Multiply, x, factor)
            }
            (Mf::Fract, &[x]) => {
                let floor = copier.build.math(Mf::Floor, x);
                b(copier, Op::Subtract, x, floor)
            }
            (Mf::Step, &[edge, x]) => {
                let (zero, one) = (constant(copier, shape, 0.0), constant(copier, shape, 1.0));
                let reached = b(copier, Op::LessEqual, edge, x);
                copier.build.select(reached, one, zero)
            }
            (Mf::Mix, &[x, y, a]) => self.mix(copier, old, shape, [x, y, a])?,
            (Mf::SmoothStep, &[low, high, x]) => self.smoothstep(copier, shape, [low, high, x])?,
            (Mf::Modf, &[x]) => {
                let whole = copier.build.math(Mf::Trunc, x);
                let fraction = b(copier, Op::Subtract, x, whole);
                self.result_struct(copier, old, vec![fraction, whole])?
            }
            (Mf::Frexp, &[x]) => {
                let fraction = self.each(copier, "assay_frexp_fraction", shape, &[x], Scalar::F32)?;
                let exponent = self.each(copier, "assay_frexp_exponent", shape, &[x], Scalar::I32)?;
                self.result_struct(copier, old, vec![fraction, exponent])?
            }
            (Mf::Ldexp, &[x, n]) => self.each(copier, "assay_ldexp", shape, &[x, n], Scalar::F32)?,
            (Mf::Dot, &[x, y]) => dot(copier, x, y, shape.count()),
            (Mf::Cross, &[x, y]) => cross(copier, x, y),
            (Mf::Length, &[x]) => length(copier, x, shape),
            (Mf::Distance, &[x, y]) => {
                let difference = b(copier, Op::Subtract, x, y);
                length(copier, difference, shape)
            }
            (Mf::Normalize, &[x]) => {
                let length = length(copier, x, shape);
                let length = copier.build.splat(shape.size, length);
                b(copier, Op::Divide, x, length)
            }
            (Mf::FaceForward, &[n, i, reference]) => {
                let side = dot(copier, i, reference, shape.count());
                let zero = copier.build.f32(0.0);
                let front = b(copier, Op::Less, side, zero);
                let front = copier.build.splat(shape.size, front);
                let back = copier.build.append(Expression::Unary { op: UnaryOperator::Negate, expr: n });
                copier.build.select(front, n, back)
            }
            (Mf::Reflect, &[i, n]) => {
                let (side, two) = (dot(copier, n, i, shape.count()), copier.build.f32(2.0));
                let twice = b(copier, Op::Multiply, two, side);
                let twice = copier.build.splat(shape.size, twice);
                let moved = b(copier, Op::Multiply, twice, n);
                b(copier, Op::Subtract, i, moved)
            }
            (Mf::Refract, &[i, n, ratio]) => refract(copier, shape, i, n, ratio),
            (Mf::Pack4x8snorm, &[v]) => self.pack(copier, "assay_snorm", v, 4, 127.0)?,
            (Mf::Pack4x8unorm, &[v]) => self.pack(copier, "assay_unorm", v, 4, 255.0)?,
            (Mf::Pack2x16snorm, &[v]) => self.pack(copier, "assay_snorm", v, 2, 32767.0)?,
            (Mf::Pack2x16unorm, &[v]) => self.pack(copier, "assay_unorm", v, 2, 65535.0)?,
            (Mf::Pack2x16float, &[v]) => {
                let (x, y) = (component(copier, v, 0), component(copier, v, 1));
                let halves = [self.call(copier, "assay_half_bits", &[x])?, self.call(copier, "assay_half_bits", &[y])?];
                join_halves(copier, halves)
            }
            _ => return Err(refused(copier, old, fun)),
        })
    }

    fn mix(&mut self, copier: &mut Copier<'_, '_>, old: Value, shape: Shape, [x, y, mut a]: [Value; 3]) -> Step<Value> {
        if let Expression::Math { arg2: Some(weight), .. } = copier.from.expressions[old]
            && self.old_shape(copier, weight)?.size.is_none()
        {
            a = copier.build.splat(shape.size, a);
        }
        let one = constant(copier, shape, 1.0);
        let rest = copier.build.binary(Op::Subtract, one, a);
        let (left, right) = (copier.build.binary(Op::Multiply, x, rest), copier.build.binary(Op::Multiply, y, a));
        Ok(copier.build.binary(Op::Add, left, right))
    }

    fn smoothstep(&mut self, copier: &mut Copier<'_, '_>, shape: Shape, [low, high, x]: [Value; 3]) -> Step<Value> {
        let (above, width) = (copier.build.binary(Op::Subtract, x, low), copier.build.binary(Op::Subtract, high, low));
        let raw = copier.build.binary(Op::Divide, above, width);
        let (zero, one) = (constant(copier, shape, 0.0), constant(copier, shape, 1.0));
        let t = self.each(copier, "assay_clamp", shape, &[raw, zero, one], Scalar::F32)?;
        let (two, three) = (constant(copier, shape, 2.0), constant(copier, shape, 3.0));
        let (square, twice) = (copier.build.binary(Op::Multiply, t, t), copier.build.binary(Op::Multiply, two, t));
        let rest = copier.build.binary(Op::Subtract, three, twice);
        Ok(copier.build.binary(Op::Multiply, square, rest))
    }

    /// The struct that `modf` and `frexp` return.
    fn result_struct(&mut self, copier: &mut Copier<'_, '_>, old: Value, components: Vec<Value>) -> Step<Value> {
        let Some(ty) = self.info[old].ty.handle() else { return Err(Finding::internal("a result struct without a name")) };
        let ty = copier.imports.ty(copier.target, ty)?;
        Ok(copier.build.append(Expression::Compose { ty, components }))
    }

    fn pack(&mut self, copier: &mut Copier<'_, '_>, name: &str, vector: Value, count: u32, scale: f32) -> Step<Value> {
        let mut parts = Vec::new();
        for index in 0..count {
            let x = component(copier, vector, index);
            let scale = copier.build.f32(scale);
            parts.push(self.call(copier, name, &[x, scale])?);
        }
        match *parts.as_slice() {
            [x, y] => {
                let mask = copier.build.u32(0xffff);
                let halves = [copier.build.binary(Op::And, x, mask), copier.build.binary(Op::And, y, mask)];
                Ok(join_halves(copier, halves))
            }
            _ => self.call(copier, "assay_bytes", &parts),
        }
    }

    fn integer(&mut self, copier: &mut Copier<'_, '_>, old: Value, fun: Mf, shape: Shape, values: &[Value]) -> Step<Value> {
        let signed = shape.is_signed();
        Ok(match (fun, values) {
            (Mf::Abs, &[x]) => x,
            (Mf::Clamp, &[x, low, high]) => {
                let above = copier.build.math_pair(Mf::Max, x, low);
                copier.build.math_pair(Mf::Min, above, high)
            }
            (Mf::Sign, &[x]) => {
                let (less, zero, more) = (integer(copier, shape, -1), integer(copier, shape, 0), integer(copier, shape, 1));
                let negative = copier.build.binary(Op::Less, x, zero);
                let rest = copier.build.select(negative, less, zero);
                let positive = copier.build.binary(Op::Greater, x, zero);
                copier.build.select(positive, more, rest)
            }
            (Mf::Dot, &[x, y]) => dot(copier, x, y, shape.count()),
            (Mf::FirstLeadingBit, &[x]) => {
                let name = if signed { "assay_first_leading_bit_signed" } else { "assay_first_leading_bit_unsigned" };
                self.each(copier, name, shape, &[x], shape.scalar)?
            }
            (Mf::FirstTrailingBit, &[x]) => {
                let bits = cast(copier, shape, x, Scalar::U32);
                let found = self.each(copier, "assay_first_trailing_bit", shape, &[bits], Scalar::U32)?;
                cast(copier, Shape { scalar: Scalar::U32, ..shape }, found, shape.scalar)
            }
            (Mf::ExtractBits, &[x, offset, count]) => {
                let name = if signed { "assay_extract_signed" } else { "assay_extract_unsigned" };
                let (offset, count) = (copier.build.splat(shape.size, offset), copier.build.splat(shape.size, count));
                self.each(copier, name, shape, &[x, offset, count], shape.scalar)?
            }
            (Mf::InsertBits, &[x, bits, offset, count]) => {
                let (x, bits) = (cast(copier, shape, x, Scalar::U32), cast(copier, shape, bits, Scalar::U32));
                let (offset, count) = (copier.build.splat(shape.size, offset), copier.build.splat(shape.size, count));
                let made = self.each(copier, "assay_insert", shape, &[x, bits, offset, count], Scalar::U32)?;
                cast(copier, Shape { scalar: Scalar::U32, ..shape }, made, shape.scalar)
            }
            (Mf::Pack4xI8 | Mf::Pack4xU8, &[v]) => self.pack_integers(copier, v, shape)?,
            (Mf::Pack4xI8Clamp | Mf::Pack4xU8Clamp, &[v]) => {
                let (low, high) = if signed { (-128, 127) } else { (0, 255) };
                let (low, high) = (integer(copier, shape, low), integer(copier, shape, high));
                let above = copier.build.math_pair(Mf::Max, v, low);
                let bounded = copier.build.math_pair(Mf::Min, above, high);
                self.pack_integers(copier, bounded, shape)?
            }
            (Mf::Unpack4xI8, &[x]) => self.unpack(copier, x, 4, Scalar::I32, |_, _, part| Ok(part))?,
            (Mf::Unpack4xU8, &[x]) => self.unpack(copier, x, 4, Scalar::U32, |_, _, part| Ok(part))?,
            (Mf::Unpack4x8snorm, &[x]) => self.unpack_norm(copier, x, 4, Scalar::I32, 127.0)?,
            (Mf::Unpack4x8unorm, &[x]) => self.unpack_norm(copier, x, 4, Scalar::U32, 255.0)?,
            (Mf::Unpack2x16snorm, &[x]) => self.unpack_norm(copier, x, 2, Scalar::I32, 32767.0)?,
            (Mf::Unpack2x16unorm, &[x]) => self.unpack_norm(copier, x, 2, Scalar::U32, 65535.0)?,
            (Mf::Unpack2x16float, &[x]) => {
                self.unpack(copier, x, 2, Scalar::U32, |this, copier, part| this.call(copier, "assay_half_value", &[part]))?
            }
            _ => return Err(refused(copier, old, fun)),
        })
    }

    fn pack_integers(&mut self, copier: &mut Copier<'_, '_>, vector: Value, shape: Shape) -> Step<Value> {
        let parts: Vec<_> = (0..4)
            .map(|index| {
                let part = component(copier, vector, index);
                cast(copier, Shape { size: None, ..shape }, part, Scalar::U32)
            })
            .collect();
        self.call(copier, "assay_bytes", &parts)
    }

    /// Takes `count` parts of a word apart, low bits first, as integers of type `scalar`, and passes each through `made`.
    fn unpack(
        &mut self,
        copier: &mut Copier<'_, '_>,
        word: Value,
        count: u32,
        scalar: Scalar,
        mut made: impl FnMut(&mut Self, &mut Copier<'_, '_>, Value) -> Step<Value>,
    ) -> Step<Value> {
        let (name, bits) =
            if scalar == Scalar::I32 { ("assay_extract_signed", 32 / count) } else { ("assay_extract_unsigned", 32 / count) };
        let word = cast(copier, Shape { size: None, scalar: Scalar::U32 }, word, scalar);
        let mut parts = Vec::new();
        for index in 0..count {
            let (offset, width) = (copier.build.u32(index * bits), copier.build.u32(bits));
            let part = self.call(copier, name, &[word, offset, width])?;
            parts.push(made(self, copier, part)?);
        }
        let size = if count == 2 { VectorSize::Bi } else { VectorSize::Quad };
        // What `made` gives decides the type: an integer as it is, or f32.
        let float = parts.first().is_some_and(|&part| match copier.build.function.expressions[part] {
            Expression::CallResult(function) => copier.target.functions[function]
                .result
                .as_ref()
                .is_some_and(|result| copier.target.types[result.ty].inner == TypeInner::Scalar(Scalar::F32)),
            _ => false,
        });
        shape::compose(copier, Shape { size: Some(size), scalar: if float { Scalar::F32 } else { scalar } }, parts)
    }

    fn unpack_norm(&mut self, copier: &mut Copier<'_, '_>, word: Value, count: u32, scalar: Scalar, scale: f32) -> Step<Value> {
        let name = if scalar == Scalar::I32 { "assay_from_snorm" } else { "assay_from_unorm" };
        self.unpack(copier, word, count, scalar, |this, copier, part| {
            let scale = copier.build.f32(scale);
            this.call(copier, name, &[part, scale])
        })
    }
}

fn refused(copier: &Copier<'_, '_>, old: Value, fun: Mf) -> Finding {
    Finding::new(
        "built-in",
        copier.from.expressions.get_span(old),
        format!("the built-in {fun:?} is not part of strict WGSL"),
        "compute it from others",
    )
}

fn constant(copier: &mut Copier<'_, '_>, shape: Shape, value: f32) -> Value {
    let literal = copier.build.f32(value);
    copier.build.splat(shape.size, literal)
}

fn integer(copier: &mut Copier<'_, '_>, shape: Shape, value: i32) -> Value {
    let literal = if shape.is_signed() { Literal::I32(value) } else { Literal::U32(value.cast_unsigned()) };
    let literal = copier.build.literal(literal);
    copier.build.splat(shape.size, literal)
}

/// Integers reinterpreted.
fn cast(copier: &mut Copier<'_, '_>, shape: Shape, value: Value, to: Scalar) -> Value {
    if shape.scalar == to {
        return value;
    }
    copier.build.append(Expression::As { expr: value, kind: to.kind, convert: Some(4) })
}

fn join_halves(copier: &mut Copier<'_, '_>, [low, high]: [Value; 2]) -> Value {
    let amount = copier.build.u32(16);
    let high = copier.build.binary(Op::ShiftLeft, high, amount);
    copier.build.binary(Op::InclusiveOr, low, high)
}

/// `sqrt(dot(v, v))`, or the absolute value of a scalar.
fn length(copier: &mut Copier<'_, '_>, value: Value, shape: Shape) -> Value {
    if shape.size.is_none() {
        return copier.build.math(Mf::Abs, value);
    }
    let square = dot(copier, value, value, shape.count());
    copier.build.math(Mf::Sqrt, square)
}

/// `a.yzx * b.zxy - a.zxy * b.yzx`
fn cross(copier: &mut Copier<'_, '_>, a: Value, b: Value) -> Value {
    use SwizzleComponent::{X, Y, Z};
    let swizzle =
        |copier: &mut Copier<'_, '_>, vector, pattern| copier.build.append(Expression::Swizzle { size: VectorSize::Tri, vector, pattern });
    let (left, right) = ([Y, Z, X, X], [Z, X, Y, X]);
    let (a_left, b_right) = (swizzle(copier, a, left), swizzle(copier, b, right));
    let first = copier.build.binary(Op::Multiply, a_left, b_right);
    let (a_right, b_left) = (swizzle(copier, a, right), swizzle(copier, b, left));
    let second = copier.build.binary(Op::Multiply, a_right, b_left);
    copier.build.binary(Op::Subtract, first, second)
}

/// `k = 1 - r * r * (1 - d * d)` with `d = dot(n, i)`; 0 where `k < 0`, else `r * i - (r * d + sqrt(k)) * n`.
fn refract(copier: &mut Copier<'_, '_>, shape: Shape, i: Value, n: Value, ratio: Value) -> Value {
    let b = |copier: &mut Copier<'_, '_>, op, left, right| copier.build.binary(op, left, right);
    let side = dot(copier, n, i, shape.count());
    let (zero, one) = (copier.build.f32(0.0), copier.build.f32(1.0));
    let square = b(copier, Op::Multiply, side, side);
    let rest = b(copier, Op::Subtract, one, square);
    let ratio_square = b(copier, Op::Multiply, ratio, ratio);
    let product = b(copier, Op::Multiply, ratio_square, rest);
    let k = b(copier, Op::Subtract, one, product);
    let root = copier.build.math(Mf::Sqrt, k);
    let along = b(copier, Op::Multiply, ratio, side);
    let sum = b(copier, Op::Add, along, root);
    let (ratio, sum) = (copier.build.splat(shape.size, ratio), copier.build.splat(shape.size, sum));
    let (incoming, normal) = (b(copier, Op::Multiply, ratio, i), b(copier, Op::Multiply, sum, n));
    let bent = b(copier, Op::Subtract, incoming, normal);
    let total = b(copier, Op::Less, k, zero);
    let (total, nothing) = (copier.build.splat(shape.size, total), constant(copier, shape, 0.0));
    copier.build.select(total, nothing, bent)
}
