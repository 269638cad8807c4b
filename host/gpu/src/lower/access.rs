//! Indices: clamped into range by code of ours, never by what a driver does.

use naga::{ArraySize, BinaryOperator, Expression, Handle, Literal, MathFunction, ScalarKind, TypeInner};

use super::Lowering;
use super::rewrite::{Copier, Finding, Step};
use super::same::same;

/// How many elements there are to choose from.
enum Length {
    Fixed(u32),
    Runtime,
}

impl Lowering<'_, '_> {
    /// `base[index]` with the index clamped to the last element.
    pub fn access(&mut self, copier: &mut Copier<'_, '_>, base: Handle<Expression>, index: Handle<Expression>) -> Step<Handle<Expression>> {
        let length = self.length(copier, base)?;
        let new_base = copier.value(self, base)?;
        if let (Some(literal), Length::Fixed(length)) = (index_literal(copier, index), &length) {
            return Ok(copier.build.at(new_base, literal.min(length - 1)));
        }
        if is_clamped(copier, base, index, &length) {
            let index = copier.value(self, index)?;
            return Ok(copier.build.append(Expression::Access { base: new_base, index }));
        }
        let signed = self.old_type(copier, index).scalar_kind() == Some(ScalarKind::Sint);
        let mut new_index = copier.value(self, index)?;
        if let (Some(Literal::U32(value)), Length::Fixed(length)) = (copier.build.as_literal(new_index), &length) {
            return Ok(copier.build.at(new_base, value.min(length - 1)));
        }
        if let (Some(Literal::I32(value)), Length::Fixed(length)) = (copier.build.as_literal(new_index), &length) {
            return Ok(copier.build.at(new_base, value.cast_unsigned().min(length - 1)));
        }
        if copier.build.as_literal(new_index).is_some_and(|literal| matches!(literal, Literal::U32(0) | Literal::I32(0))) {
            return Ok(copier.build.at(new_base, 0));
        }
        if signed {
            new_index = copier.build.append(Expression::As { expr: new_index, kind: ScalarKind::Uint, convert: Some(4) });
        }
        let last = match length {
            Length::Fixed(length) => copier.build.u32(length - 1),
            Length::Runtime => {
                let length = copier.build.append(Expression::ArrayLength(new_base));
                let one = copier.build.u32(1);
                copier.build.binary(BinaryOperator::Subtract, length, one)
            }
        };
        let index = copier.build.math_pair(MathFunction::Min, new_index, last);
        Ok(copier.build.append(Expression::Access { base: new_base, index }))
    }

    /// `base[index]` with a constant index, which is in range but for a runtime-sized array; that holds at least one element.
    pub fn access_index(&mut self, copier: &mut Copier<'_, '_>, base: Handle<Expression>, index: u32) -> Step<Option<Handle<Expression>>> {
        let types = &copier.source.types;
        let mut inner = self.old_type(copier, base);
        if let TypeInner::Pointer { base, .. } = *inner {
            inner = &types[base].inner;
        }
        if index == 0 || !matches!(inner, TypeInner::Array { size: ArraySize::Dynamic, .. }) {
            return Ok(None);
        }
        let base = copier.value(self, base)?;
        let (index, one) = (copier.build.u32(index), copier.build.u32(1));
        let length = copier.build.append(Expression::ArrayLength(base));
        let last = copier.build.binary(BinaryOperator::Subtract, length, one);
        let index = copier.build.math_pair(MathFunction::Min, index, last);
        Ok(Some(copier.build.append(Expression::Access { base, index })))
    }

    fn length(&self, copier: &Copier<'_, '_>, base: Handle<Expression>) -> Step<Length> {
        let types = &copier.source.types;
        let mut inner = self.old_type(copier, base);
        if let TypeInner::Pointer { base, .. } = *inner {
            inner = &types[base].inner;
        }
        Ok(match *inner {
            TypeInner::Vector { size, .. } | TypeInner::ValuePointer { size: Some(size), .. } => Length::Fixed(size as u32),
            TypeInner::Matrix { columns, .. } => Length::Fixed(columns as u32),
            TypeInner::Array { size, .. } => match copier.imports.size(size)? {
                ArraySize::Constant(length) => Length::Fixed(length.get()),
                ArraySize::Dynamic | ArraySize::Pending(_) => Length::Runtime,
            },
            _ => return Err(Finding::internal("something else than an array was indexed")),
        })
    }
}

fn index_literal(copier: &Copier<'_, '_>, index: Handle<Expression>) -> Option<u32> {
    let literal = match copier.from.expressions[index] {
        Expression::Literal(literal) => literal,
        Expression::Override(handle) => *copier.imports.overrides.get(&handle)?,
        _ => return None,
    };
    match literal {
        Literal::U32(value) => Some(value),
        Literal::I32(value) => Some(value.cast_unsigned()),
        _ => None,
    }
}

/// Whether `index` is `min(i, length - 1)` already.
fn is_clamped(copier: &Copier<'_, '_>, base: Handle<Expression>, index: Handle<Expression>, length: &Length) -> bool {
    let expressions = &copier.from.expressions;
    let Expression::Math { fun: MathFunction::Min, arg1: Some(last), .. } = expressions[index] else { return false };
    match (length, &expressions[last]) {
        (Length::Fixed(length), Expression::Literal(Literal::U32(last))) => *last == length - 1,
        (Length::Runtime, Expression::Binary { op: BinaryOperator::Subtract, left, right }) => {
            let (Expression::ArrayLength(array), Expression::Literal(Literal::U32(1))) = (&expressions[*left], &expressions[*right]) else {
                return false;
            };
            same(copier.from, *array, base)
        }
        _ => false,
    }
}
