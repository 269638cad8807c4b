//! Operators with two operands.

use naga::{BinaryOperator, Expression, Handle, Literal, TypeInner};

use super::Lowering;
use super::expression::uniform_literal;
use super::rewrite::{Copier, Step};
use super::same::same;
use super::shape::Shape;

impl Lowering<'_, '_> {
    /// The strict form of `left op right`; `None` where it is strict as it is.
    pub fn binary(
        &mut self,
        copier: &mut Copier<'_, '_>,
        op: BinaryOperator,
        left: Handle<Expression>,
        right: Handle<Expression>,
    ) -> Step<Option<Handle<Expression>>> {
        let (left_type, right_type) = (self.old_type(copier, left), self.old_type(copier, right));
        if matches!(left_type, TypeInner::Matrix { .. }) || matches!(right_type, TypeInner::Matrix { .. }) {
            let (left_type, right_type) = (left_type.clone(), right_type.clone());
            return self.matrix_binary(copier, op, (left, &left_type), (right, &right_type)).map(Some);
        }
        let (Some(a), Some(b)) = (Shape::of(left_type), Shape::of(right_type)) else { return Ok(None) };
        match op {
            BinaryOperator::ShiftLeft | BinaryOperator::ShiftRight => self.shift(copier, op, left, right, b),
            BinaryOperator::Divide | BinaryOperator::Modulo if a.is_integer() => self.divide(copier, op, (left, a), (right, b)).map(Some),
            BinaryOperator::Modulo => {
                let pair = self.same_shape(copier, (left, a), (right, b))?;
                let shape = Shape { size: a.size.or(b.size), scalar: a.scalar };
                self.each(copier, "assay_rem", shape, &pair, shape.scalar).map(Some)
            }
            _ if a.size != b.size => {
                let [left, right] = self.same_shape(copier, (left, a), (right, b))?;
                Ok(Some(copier.build.binary(op, left, right)))
            }
            _ => Ok(None),
        }
    }

    /// Both operands, the scalar one splatted where the other is a vector.
    pub fn same_shape(
        &mut self,
        copier: &mut Copier<'_, '_>,
        left: (Handle<Expression>, Shape),
        right: (Handle<Expression>, Shape),
    ) -> Step<[Handle<Expression>; 2]> {
        let (mut a, mut b) = (copier.value(self, left.0)?, copier.value(self, right.0)?);
        match (left.1.size, right.1.size) {
            (None, Some(size)) => a = copier.build.splat(Some(size), a),
            (Some(size), None) => b = copier.build.splat(Some(size), b),
            _ => {}
        }
        Ok([a, b])
    }

    /// Shift amounts are taken modulo 32.
    fn shift(
        &mut self,
        copier: &mut Copier<'_, '_>,
        op: BinaryOperator,
        left: Handle<Expression>,
        right: Handle<Expression>,
        shape: Shape,
    ) -> Step<Option<Handle<Expression>>> {
        let from = copier.from;
        match uniform_literal(from, right) {
            Some(Literal::U32(amount)) if amount < 32 => return Ok(None),
            _ => {}
        }
        if let Expression::Binary { op: BinaryOperator::And, right: mask, .. } = from.expressions[right]
            && uniform_literal(from, mask) == Some(Literal::U32(31))
        {
            return Ok(None);
        }
        let (left, right) = (copier.value(self, left)?, copier.value(self, right)?);
        let mask = copier.build.u32(31);
        let mask = copier.build.splat(shape.size, mask);
        let amount = copier.build.binary(BinaryOperator::And, right, mask);
        Ok(Some(copier.build.binary(op, left, amount)))
    }

    /// Integer division: `x / 0 = x`, `x % 0 = 0`, `MIN / -1 = MIN`, `MIN % -1 = 0`, all of which dividing by 1 gives.
    fn divide(
        &mut self,
        copier: &mut Copier<'_, '_>,
        op: BinaryOperator,
        left: (Handle<Expression>, Shape),
        right: (Handle<Expression>, Shape),
    ) -> Step<Handle<Expression>> {
        let guarded = is_guarded(copier, left.0, right.0, left.1.is_signed());
        let size = left.1.size.or(right.1.size);
        let signed = left.1.is_signed();
        let [x, y] = self.same_shape(copier, left, right)?;
        if guarded || is_safe(copier, y) {
            return Ok(copier.build.binary(op, x, y));
        }
        let mut constant = |value: i32| {
            let literal = if signed { Literal::I32(value) } else { Literal::U32(value.cast_unsigned()) };
            let literal = copier.build.literal(literal);
            copier.build.splat(size, literal)
        };
        let (zero, one) = (constant(0), constant(1));
        let bounds = signed.then(|| (constant(i32::MIN), constant(-1)));
        let mut bad = copier.build.binary(BinaryOperator::Equal, y, zero);
        if let Some((least, minus_one)) = bounds {
            let overflow_left = copier.build.binary(BinaryOperator::Equal, x, least);
            let overflow_right = copier.build.binary(BinaryOperator::Equal, y, minus_one);
            let overflow = copier.build.binary(BinaryOperator::And, overflow_left, overflow_right);
            bad = copier.build.binary(BinaryOperator::InclusiveOr, bad, overflow);
        }
        let divisor = copier.build.select(bad, one, y);
        Ok(copier.build.binary(op, x, divisor))
    }
}

/// Whether the divisor is a constant that divides everything.
fn is_safe(copier: &Copier<'_, '_>, divisor: Handle<Expression>) -> bool {
    let safe = |literal: &Literal| match *literal {
        Literal::U32(value) => value != 0,
        Literal::I32(value) => value != 0 && value != -1,
        _ => false,
    };
    copier.build.literals(divisor).is_some_and(|literals| literals.iter().all(safe))
}

/// Whether `divisor` is the select that [`Lowering::divide`] builds for this dividend.
fn is_guarded(copier: &Copier<'_, '_>, dividend: Handle<Expression>, divisor: Handle<Expression>, signed: bool) -> bool {
    let from = copier.from;
    let Expression::Select { condition, accept, reject } = from.expressions[divisor] else { return false };
    let is = |handle: Handle<Expression>, value: i32| {
        uniform_literal(from, handle) == Some(if signed { Literal::I32(value) } else { Literal::U32(value.cast_unsigned()) })
    };
    let equals = |handle: Handle<Expression>, of: Handle<Expression>, value: i32| match from.expressions[handle] {
        Expression::Binary { op: BinaryOperator::Equal, left, right } => same(from, left, of) && is(right, value),
        _ => false,
    };
    if !is(accept, 1) {
        return false;
    }
    if !signed {
        return equals(condition, reject, 0);
    }
    // A constant operand leaves less to test.
    match (uniform_literal(from, dividend), uniform_literal(from, reject)) {
        (_, Some(Literal::I32(-1))) => return equals(condition, dividend, i32::MIN),
        (Some(Literal::I32(value)), _) if value != i32::MIN => return equals(condition, reject, 0),
        _ => {}
    }
    let Expression::Binary { op: BinaryOperator::InclusiveOr, left: zero, right: overflow } = from.expressions[condition] else {
        return false;
    };
    if uniform_literal(from, dividend).is_some() {
        return equals(zero, reject, 0) && equals(overflow, reject, -1);
    }
    let Expression::Binary { op: BinaryOperator::And, left: least, right: minus_one } = from.expressions[overflow] else { return false };
    equals(zero, reject, 0) && equals(least, dividend, i32::MIN) && equals(minus_one, reject, -1)
}
