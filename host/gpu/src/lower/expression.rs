//! Which rule applies to which expression.

use naga::{Expression, Handle, Literal, Scalar, ScalarKind, TypeInner};

use super::Lowering;
use super::rewrite::{Copier, Step};
use super::shape::Shape;

impl Lowering<'_, '_> {
    /// The strict form of an expression; `None` where it is strict as it is.
    pub fn lower_expression(&mut self, copier: &mut Copier<'_, '_>, old: Handle<Expression>) -> Step<Option<Handle<Expression>>> {
        let from = copier.from;
        match from.expressions[old] {
            Expression::Access { base, index } => self.access(copier, base, index).map(Some),
            Expression::AccessIndex { base, index } => self.access_index(copier, base, index),
            Expression::Binary { op, left, right } => self.binary(copier, op, left, right),
            Expression::Math { fun, arg, arg1, arg2, arg3 } => self.math(copier, old, fun, [Some(arg), arg1, arg2, arg3]),
            Expression::As { expr, kind, convert } => self.cast(copier, expr, kind, convert.is_some()),
            _ => Ok(None),
        }
    }

    fn cast(
        &mut self,
        copier: &mut Copier<'_, '_>,
        expr: Handle<Expression>,
        kind: ScalarKind,
        convert: bool,
    ) -> Step<Option<Handle<Expression>>> {
        let inner = self.old_type(copier, expr);
        if let TypeInner::Matrix { .. } = inner {
            return copier.value(self, expr).map(Some);
        }
        let Some(shape) = Shape::of(inner) else { return Ok(None) };
        if shape.scalar.kind == kind {
            return copier.value(self, expr).map(Some);
        }
        let name = match (shape.is_f32(), kind, convert) {
            (true, ScalarKind::Sint, true) => "assay_f32_to_i32",
            (true, ScalarKind::Uint, true) => "assay_f32_to_u32",
            (true, ScalarKind::Sint | ScalarKind::Uint, false) => "assay_bits",
            _ => return Ok(None),
        };
        let value = copier.value(self, expr)?;
        if convert {
            let result = if kind == ScalarKind::Sint { Scalar::I32 } else { Scalar::U32 };
            return self.each(copier, name, shape, &[value], result).map(Some);
        }
        let bits = self.each(copier, name, shape, &[value], Scalar::U32)?;
        if kind == ScalarKind::Uint {
            return Ok(Some(bits));
        }
        Ok(Some(copier.build.append(Expression::As { expr: bits, kind, convert: None })))
    }
}

/// The literal that an expression of the source is, looked up through a `Splat` of one literal.
pub fn uniform_literal(function: &naga::Function, old: Handle<Expression>) -> Option<Literal> {
    match function.expressions[old] {
        Expression::Literal(literal) => Some(literal),
        Expression::Splat { value, .. } => uniform_literal(function, value),
        Expression::Compose { ref components, .. } => {
            let first = uniform_literal(function, *components.first()?)?;
            components.iter().all(|&component| uniform_literal(function, component) == Some(first)).then_some(first)
        }
        _ => None,
    }
}
