//! Expressions: one scalar operation for each component.

use std::rc::Rc;

use naga::{BinaryOperator, Expression, Handle, MathFunction, ScalarKind, TypeInner, UnaryOperator};

use super::super::failure::{Failure, unsupported};
use super::super::ir::{Binary, Input, Kind, Op, Space, Unary, Value};
use super::layout;
use super::place::Root;
use super::{Builder, Frame, Known};

/// Whether an index expression is a constant: what the builder will fold.
pub(super) fn is_constant(function: &naga::Function, expression: Handle<Expression>) -> bool {
    match function.expressions[expression] {
        Expression::Literal(_) | Expression::Constant(_) | Expression::ZeroValue(_) => true,
        Expression::As { expr, .. } => is_constant(function, expr),
        Expression::Math { fun: MathFunction::Min, arg, arg1: Some(arg1), .. } => is_constant(function, arg) && is_constant(function, arg1),
        _ => false,
    }
}

fn literal(literal: &naga::Literal) -> Result<(Kind, u32), Failure> {
    Ok(match *literal {
        naga::Literal::F32(value) => (Kind::Float, value.to_bits()),
        naga::Literal::U32(value) => (Kind::Int, value),
        naga::Literal::I32(value) => (Kind::Int, value as u32),
        naga::Literal::Bool(value) => (Kind::Bool, u32::from(value)),
        ref other => return unsupported(format!("the literal {other:?}")),
    })
}

impl<'a> Builder<'a> {
    /// The scalars of an expression of the module's constants.
    pub(super) fn global_constant(&mut self, expression: Handle<Expression>) -> Result<Vec<Value>, Failure> {
        let module = self.module;
        Ok(match module.global_expressions[expression] {
            Expression::Literal(ref value) => {
                let (kind, bits) = literal(value)?;
                vec![self.constant(kind, bits)]
            }
            Expression::Constant(constant) => self.global_constant(module.constants[constant].init)?,
            Expression::ZeroValue(ty) => self.zero(&module.types[ty].inner)?,
            Expression::Compose { ref components, .. } => {
                let mut values = Vec::new();
                for component in components {
                    values.extend(self.global_constant(*component)?);
                }
                values
            }
            Expression::Splat { size, value } => {
                let value = self.global_constant(value)?;
                vec![value[0]; size as usize]
            }
            Expression::Swizzle { size, vector, pattern } => {
                let vector = self.global_constant(vector)?;
                pattern[..size as usize].iter().filter_map(|component| vector.get(*component as usize).copied()).collect()
            }
            ref other => return unsupported(format!("the constant expression {other:?}")),
        })
    }

    /// What an expression is; computes those that need no `Emit`.
    pub(super) fn known(&mut self, frame: &mut Frame<'a>, expression: Handle<Expression>) -> Result<Known, Failure> {
        if let Some(known) = &frame.known[expression.index()] {
            return Ok(known.clone());
        }
        let module = self.module;
        let known = match frame.function.expressions[expression] {
            Expression::Literal(ref value) => {
                let (kind, bits) = literal(value)?;
                Known::Value([self.constant(kind, bits)].into())
            }
            Expression::Constant(constant) => Known::Value(self.global_constant(module.constants[constant].init)?.into()),
            Expression::ZeroValue(ty) => Known::Value(self.zero(&module.types[ty].inner)?.into()),
            Expression::FunctionArgument(index) => match frame.arguments.get(index as usize) {
                Some(known) => known.clone(),
                None => return unsupported("an argument that is not there"),
            },
            Expression::GlobalVariable(variable) => match self.globals.get(&variable) {
                Some(access) => Known::Place(access.clone()),
                None => return unsupported("a global variable inside an outlined function"),
            },
            Expression::LocalVariable(variable) => Known::Place(frame.locals[variable.index()].clone()),
            // Everything else was emitted, or is part of a constant.
            _ => self.evaluate(frame, expression)?,
        };
        frame.known[expression.index()] = Some(known.clone());
        Ok(known)
    }

    /// The scalars of a value.
    pub(super) fn values(&mut self, frame: &mut Frame<'a>, expression: Handle<Expression>) -> Result<Rc<[Value]>, Failure> {
        match self.known(frame, expression)? {
            Known::Value(values) => Ok(values),
            Known::Place(_) => unsupported("a pointer where a value belongs"),
        }
    }

    /// The scalar of a value of one.
    pub(super) fn scalar(&mut self, frame: &mut Frame<'a>, expression: Handle<Expression>) -> Result<Value, Failure> {
        match *self.values(frame, expression)? {
            [value] => Ok(value),
            _ => unsupported("a composite where a scalar belongs"),
        }
    }

    fn inner(&self, frame: &Frame<'a>, expression: Handle<Expression>) -> TypeInner {
        frame.info[expression].ty.inner_with(&self.module.types).clone()
    }

    fn scalar_kind(&self, frame: &Frame<'a>, expression: Handle<Expression>) -> Result<ScalarKind, Failure> {
        match self.inner(frame, expression).scalar() {
            Some(scalar) => Ok(scalar.kind),
            None => unsupported("arithmetic on a composite that is neither vector nor matrix"),
        }
    }

    /// Evaluates an expression where the builder stands.
    pub(super) fn evaluate(&mut self, frame: &mut Frame<'a>, handle: Handle<Expression>) -> Result<Known, Failure> {
        let function = frame.function;
        let values: Rc<[Value]> = match function.expressions[handle] {
            Expression::Compose { ref components, .. } => {
                let mut values = Vec::new();
                for component in components {
                    values.extend_from_slice(&self.values(frame, *component)?);
                }
                values.into()
            }
            Expression::Splat { size, value } => {
                let value = self.scalar(frame, value)?;
                vec![value; size as usize].into()
            }
            Expression::Swizzle { size, vector, pattern } => {
                let vector = self.values(frame, vector)?;
                pattern[..size as usize].iter().filter_map(|component| vector.get(*component as usize).copied()).collect()
            }
            Expression::AccessIndex { base, index } => match self.known(frame, base)? {
                Known::Place(access) => return Ok(Known::Place(self.step(&access, index)?)),
                Known::Value(values) => {
                    let unit = layout::Layout::Packed { unit: 1 };
                    let (offset, ty) = layout::member(self.module, &self.inner(frame, base), index, unit)?;
                    let count = layout::leaves(self.module, ty.inner_with(&self.module.types))?;
                    values[offset as usize..(offset + count) as usize].into()
                }
            },
            Expression::Access { base, index } => {
                let index = self.scalar(frame, index)?;
                match self.known(frame, base)? {
                    Known::Place(access) => return Ok(Known::Place(self.step_dynamic(&access, index)?)),
                    Known::Value(values) => {
                        let inner = self.inner(frame, base);
                        self.element(&inner, &values, index)?
                    }
                }
            }
            Expression::Load { pointer } => {
                let access = self.access(frame, pointer)?;
                let line = self.line(function.expressions.get_span(handle));
                self.load(&access, line)?
            }
            Expression::Unary { op, expr } => {
                let kind = self.scalar_kind(frame, expr)?;
                let op = match (op, kind) {
                    (UnaryOperator::Negate, ScalarKind::Float) => Unary::FloatNegate,
                    (UnaryOperator::Negate, _) => Unary::IntNegate,
                    (UnaryOperator::LogicalNot, _) => Unary::BoolNot,
                    (UnaryOperator::BitwiseNot, _) => Unary::BitNot,
                };
                self.each(frame, expr, |builder, value| builder.unary(op, value))?
            }
            Expression::Binary { op, left, right } => self.binary_expression(frame, op, left, right)?,
            Expression::Select { condition, accept, reject } => {
                let conditions = self.values(frame, condition)?;
                let (accept, reject) = (self.values(frame, accept)?, self.values(frame, reject)?);
                let mut values = Vec::with_capacity(accept.len());
                for (index, (accept, reject)) in accept.iter().zip(reject.iter()).enumerate() {
                    let condition = conditions[if conditions.len() == 1 { 0 } else { index }];
                    values.push(self.select(condition, *accept, *reject)?);
                }
                values.into()
            }
            Expression::Relational { fun, argument } => {
                let values = self.values(frame, argument)?;
                let op = match fun {
                    naga::RelationalFunction::All => Binary::BoolAnd,
                    naga::RelationalFunction::Any => Binary::BoolOr,
                    other => return unsupported(format!("the function {other:?}")),
                };
                let mut all = values[0];
                for value in &values[1..] {
                    all = self.binary(op, all, *value)?;
                }
                [all].into()
            }
            Expression::Math { fun, arg, arg1, arg2, .. } => self.math(frame, fun, arg, arg1, arg2)?,
            Expression::As { expr, kind, convert } => self.cast(frame, expr, kind, convert)?,
            Expression::ArrayLength(array) => {
                let access = self.access(frame, array)?;
                let (stride, count, _) = layout::elements(self.module, access.ty.inner_with(&self.module.types), access.layout())?;
                match (access.root, count) {
                    (Root::Memory(Space::Binding { slot, .. }), None) => {
                        [self.input(Input::Length { slot, offset: access.offset, stride })].into()
                    }
                    (_, Some(count)) => [self.constant(Kind::Int, count)].into(),
                    _ => return unsupported("the length of an array outside a binding"),
                }
            }
            ref other => return unsupported(format!("the expression {other:?}")),
        };
        Ok(Known::Value(values))
    }

    /// Applies `apply` to each component.
    fn each(
        &mut self,
        frame: &mut Frame<'a>,
        expression: Handle<Expression>,
        mut apply: impl FnMut(&mut Self, Value) -> Result<Value, Failure>,
    ) -> Result<Rc<[Value]>, Failure> {
        let operands = self.values(frame, expression)?;
        let mut values = Vec::with_capacity(operands.len());
        for operand in operands.iter() {
            values.push(apply(self, *operand)?);
        }
        Ok(values.into())
    }

    /// Applies `op` to components of equal index; a scalar goes with each.
    pub(super) fn pairwise(&mut self, op: Binary, left: &[Value], right: &[Value]) -> Result<Rc<[Value]>, Failure> {
        let count = left.len().max(right.len());
        let mut values = Vec::with_capacity(count);
        for index in 0..count {
            let (Some(a), Some(b)) =
                (left.get(if left.len() == 1 { 0 } else { index }), right.get(if right.len() == 1 { 0 } else { index }))
            else {
                return unsupported("operands of different sizes");
            };
            values.push(self.binary(op, *a, *b)?);
        }
        Ok(values.into())
    }

    fn binary_expression(
        &mut self,
        frame: &mut Frame<'a>,
        op: BinaryOperator,
        left: Handle<Expression>,
        right: Handle<Expression>,
    ) -> Result<Rc<[Value]>, Failure> {
        let kind = self.scalar_kind(frame, left)?;
        if matches!(self.inner(frame, left), TypeInner::Matrix { .. }) || matches!(self.inner(frame, right), TypeInner::Matrix { .. }) {
            return unsupported("arithmetic on matrices");
        }
        let (left, right) = (self.values(frame, left)?, self.values(frame, right)?);
        use BinaryOperator as B;
        use ScalarKind::{Bool, Float, Sint, Uint};
        // Greater is Less with its operands exchanged.
        let (op, left, right) = match op {
            B::Greater => (B::Less, right, left),
            B::GreaterEqual => (B::LessEqual, right, left),
            op => (op, left, right),
        };
        let op = match (op, kind) {
            (B::Add, Float) => Binary::FloatAdd,
            (B::Subtract, Float) => Binary::FloatSub,
            (B::Multiply, Float) => Binary::FloatMul,
            (B::Divide, Float) => Binary::FloatDiv,
            (B::Equal, Float) => Binary::FloatEq,
            (B::NotEqual, Float) => Binary::FloatNe,
            (B::Less, Float) => Binary::FloatLt,
            (B::LessEqual, Float) => Binary::FloatLe,
            (B::Add, Sint | Uint) => Binary::IntAdd,
            (B::Subtract, Sint | Uint) => Binary::IntSub,
            (B::Multiply, Sint | Uint) => Binary::IntMul,
            (B::Divide, Sint) => Binary::DivSigned,
            (B::Divide, Uint) => Binary::DivUnsigned,
            (B::Modulo, Sint) => Binary::RemSigned,
            (B::Modulo, Uint) => Binary::RemUnsigned,
            (B::And, Sint | Uint) => Binary::And,
            (B::InclusiveOr, Sint | Uint) => Binary::Or,
            (B::ExclusiveOr, Sint | Uint) => Binary::Xor,
            (B::ShiftLeft, Sint | Uint) => Binary::Shl,
            (B::ShiftRight, Sint) => Binary::ShrSigned,
            (B::ShiftRight, Uint) => Binary::ShrUnsigned,
            (B::Equal, Sint | Uint) => Binary::IntEq,
            (B::NotEqual, Sint | Uint) => Binary::IntNe,
            (B::Less, Sint) => Binary::LtSigned,
            (B::LessEqual, Sint) => Binary::LeSigned,
            (B::Less, Uint) => Binary::LtUnsigned,
            (B::LessEqual, Uint) => Binary::LeUnsigned,
            (B::And | B::LogicalAnd, Bool) => Binary::BoolAnd,
            (B::InclusiveOr | B::LogicalOr, Bool) => Binary::BoolOr,
            (B::Equal, Bool) => Binary::BoolEq,
            (B::NotEqual | B::ExclusiveOr, Bool) => Binary::BoolNe,
            (op, kind) => return unsupported(format!("{op:?} on {kind:?}")),
        };
        self.pairwise(op, &left, &right)
    }

    fn math(
        &mut self,
        frame: &mut Frame<'a>,
        fun: MathFunction,
        arg: Handle<Expression>,
        arg1: Option<Handle<Expression>>,
        arg2: Option<Handle<Expression>>,
    ) -> Result<Rc<[Value]>, Failure> {
        use MathFunction as M;
        use ScalarKind::{Float, Sint, Uint};
        let kind = self.scalar_kind(frame, arg)?;
        let unary = match (fun, kind) {
            (M::Abs, Float) => Some(Unary::FloatAbs),
            (M::Abs, Sint) => Some(Unary::IntAbs),
            (M::Abs, Uint) => return self.values(frame, arg),
            (M::Sqrt, Float) => Some(Unary::Sqrt),
            (M::Floor, Float) => Some(Unary::Floor),
            (M::Ceil, Float) => Some(Unary::Ceil),
            (M::Trunc, Float) => Some(Unary::Trunc),
            (M::Round, Float) => Some(Unary::Round),
            (M::CountOneBits, _) => Some(Unary::PopCount),
            (M::ReverseBits, _) => Some(Unary::ReverseBits),
            (M::CountLeadingZeros, _) => Some(Unary::LeadingZeros),
            (M::CountTrailingZeros, _) => Some(Unary::TrailingZeros),
            _ => None,
        };
        if let Some(op) = unary {
            return self.each(frame, arg, |builder, value| builder.unary(op, value));
        }
        let binary = match (fun, kind) {
            (M::Min, Sint) => Some(Binary::MinSigned),
            (M::Min, Uint) => Some(Binary::MinUnsigned),
            (M::Max, Sint) => Some(Binary::MaxSigned),
            (M::Max, Uint) => Some(Binary::MaxUnsigned),
            (M::Dot4I8Packed, _) => Some(Binary::DotSigned8),
            (M::Dot4U8Packed, _) => Some(Binary::DotUnsigned8),
            _ => None,
        };
        match (binary, fun, arg1, arg2) {
            (Some(op), _, Some(arg1), None) => {
                let (a, b) = (self.values(frame, arg)?, self.values(frame, arg1)?);
                self.pairwise(op, &a, &b)
            }
            (None, M::Fma, Some(arg1), Some(arg2)) if kind == Float => {
                let (a, b, c) = (self.values(frame, arg)?, self.values(frame, arg1)?, self.values(frame, arg2)?);
                let mut values = Vec::with_capacity(a.len());
                for ((a, b), c) in a.iter().zip(b.iter()).zip(c.iter()) {
                    values.push(self.let_value(Op::Fma(*a, *b, *c), Kind::Float)?);
                }
                Ok(values.into())
            }
            _ => unsupported(format!("the function {fun:?} on {kind:?}")),
        }
    }

    fn cast(
        &mut self,
        frame: &mut Frame<'a>,
        expr: Handle<Expression>,
        to: ScalarKind,
        convert: Option<naga::Bytes>,
    ) -> Result<Rc<[Value]>, Failure> {
        use ScalarKind::{Bool, Float, Sint, Uint};
        let from = self.scalar_kind(frame, expr)?;
        let op = match (from, to, convert.is_some()) {
            _ if from == to => None,
            (Sint | Uint, Sint | Uint, _) => None,
            (Float, Sint | Uint, false) => Some(Unary::FloatToIntBits),
            (Sint | Uint, Float, false) => Some(Unary::IntToFloatBits),
            (Float, Sint, true) => Some(Unary::FloatToSigned),
            (Float, Uint, true) => Some(Unary::FloatToUnsigned),
            (Sint, Float, true) => Some(Unary::SignedToFloat),
            (Uint, Float, true) => Some(Unary::UnsignedToFloat),
            (Bool, Sint | Uint, true) => Some(Unary::BoolToInt),
            (Bool, Float, true) => Some(Unary::BoolToFloat),
            (Sint | Uint, Bool, true) => Some(Unary::IntToBool),
            (Float, Bool, true) => Some(Unary::FloatToBool),
            (from, to, _) => return unsupported(format!("a cast from {from:?} to {to:?}")),
        };
        match op {
            None => self.values(frame, expr),
            Some(op) => self.each(frame, expr, |builder, value| builder.unary(op, value)),
        }
    }
}
