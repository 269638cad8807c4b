//! Operations on constants, done while building.
//!
//! **Why here?** naga folds constants when it reads a text. If the builder left some unfolded, the printed text would read back as something else; and where a
//! fold gives no finite number, the text would not read back at all. So every operation on literals becomes a literal, and one that has no literal is fed from
//! a variable, which naga does not look through.

use naga::{Expression, Handle, Literal, LocalVariable, Type, VectorSize};

use super::FunctionBuilder;
use crate::evaluate;

/// A constant scalar or vector.
#[derive(Debug, Clone, PartialEq)]
enum Constant {
    Scalar(Literal),
    Vector(Vec<Literal>),
}

/// An operation on the components of constants.
type Work = Box<dyn Fn(&[Literal]) -> Option<Literal>>;

impl FunctionBuilder {
    /// The constant that `handle` is, if it is one: a literal, or a vector of literals.
    fn constant(&self, handle: Handle<Expression>) -> Option<Constant> {
        match self.function.expressions[handle] {
            Expression::Literal(literal) => Some(Constant::Scalar(literal)),
            Expression::Splat { size, value } => match self.function.expressions[value] {
                Expression::Literal(literal) => Some(Constant::Vector(vec![literal; size as usize])),
                _ => None,
            },
            Expression::Compose { ty, ref components } if self.is_vector(ty, components.len()) => {
                let literals = components.iter().map(|&component| self.as_literal(component)).collect::<Option<Vec<_>>>()?;
                Some(Constant::Vector(literals))
            }
            _ => None,
        }
    }

    /// The literals that `handle` is: one for a scalar, several for a vector.
    pub fn literals(&self, handle: Handle<Expression>) -> Option<Vec<Literal>> {
        match self.constant(handle)? {
            Constant::Scalar(literal) => Some(vec![literal]),
            Constant::Vector(parts) => Some(parts),
        }
    }

    /// What an operation on constants gives; `None` to append it as it is.
    pub(super) fn fold(&mut self, expression: &Expression) -> Option<Handle<Expression>> {
        let mut operands: Vec<Handle<Expression>> = Vec::new();
        let work: Work = match *expression {
            Expression::Unary { op, expr } => {
                operands.push(expr);
                Box::new(move |a| evaluate::unary(op, a[0]))
            }
            Expression::Binary { op, left, right } => {
                operands.extend([left, right]);
                Box::new(move |a| evaluate::binary(op, a[0], a[1]))
            }
            Expression::Select { condition, accept, reject } => {
                operands.extend([condition, accept, reject]);
                Box::new(move |a| Some(if a[0] == Literal::Bool(true) { a[1] } else { a[2] }))
            }
            Expression::As { expr, kind, convert } => {
                operands.push(expr);
                Box::new(move |a| evaluate::cast(a[0], kind, convert.is_some()))
            }
            Expression::Math { fun, arg, arg1, arg2, arg3: None } => {
                operands.extend([Some(arg), arg1, arg2].into_iter().flatten());
                Box::new(move |a| evaluate::math(fun, a))
            }
            Expression::Relational { fun, argument } => return self.fold_relational(fun, argument),
            Expression::AccessIndex { base, index } => return self.fold_component(base, index),
            Expression::Swizzle { size, vector, ref pattern } => {
                let Constant::Vector(parts) = self.constant(vector)? else { return None };
                let picked: Vec<_> =
                    pattern[..size as usize].iter().map(|&component| parts.get(component as usize).copied()).collect::<Option<_>>()?;
                return self.vector(&picked);
            }
            _ => return None,
        };
        if let Some(kept) = self.identity(expression) {
            return Some(kept);
        }
        let constants = operands.iter().map(|&operand| self.constant(operand)).collect::<Option<Vec<_>>>()?;
        let count = constants.iter().find_map(|constant| match constant {
            Constant::Vector(parts) => Some(parts.len()),
            Constant::Scalar(_) => None,
        });
        let mut results = Vec::new();
        for index in 0..count.unwrap_or(1) {
            let scalars: Vec<_> = constants
                .iter()
                .map(|constant| match constant {
                    Constant::Scalar(literal) => Some(*literal),
                    Constant::Vector(parts) => parts.get(index).copied(),
                })
                .collect::<Option<_>>()?;
            results.push(work(&scalars)?);
        }
        if results.iter().any(|literal| matches!(literal, Literal::F32(value) if !value.is_finite())) {
            return self.hide_operands(expression);
        }
        if count.is_none() {
            return results.first().map(|&literal| self.literal(literal));
        }
        self.vector(&results)
    }

    /// Whether a type is that of vectors of `count` scalars.
    fn is_vector(&self, ty: Handle<Type>, count: usize) -> bool {
        let Some(size) = vector_size(count) else { return false };
        [naga::Scalar::F32, naga::Scalar::U32, naga::Scalar::I32, naga::Scalar::BOOL]
            .iter()
            .any(|&scalar| self.known_type(Some(size), scalar) == Some(ty))
    }

    /// `x & true`, `x | false`, `select` with a constant condition: one of the operands. On booleans alone.
    fn identity(&self, expression: &Expression) -> Option<Handle<Expression>> {
        match *expression {
            Expression::Binary { op: op @ (naga::BinaryOperator::And | naga::BinaryOperator::InclusiveOr), left, right } => {
                let neutral = Literal::Bool(op == naga::BinaryOperator::And);
                for (constant, other) in [(left, right), (right, left)] {
                    match self.uniform_of(constant) {
                        Some(literal) if literal == neutral => return Some(other),
                        Some(literal @ Literal::Bool(_)) if literal != neutral => return Some(constant),
                        _ => {}
                    }
                }
                None
            }
            Expression::Select { condition, accept, reject } => match self.uniform_of(condition)? {
                Literal::Bool(true) => Some(accept),
                Literal::Bool(false) => Some(reject),
                _ => None,
            },
            _ => None,
        }
    }

    /// The one literal that a constant consists of.
    fn uniform_of(&self, handle: Handle<Expression>) -> Option<Literal> {
        match self.constant(handle)? {
            Constant::Scalar(literal) => Some(literal),
            Constant::Vector(parts) => parts.first().copied().filter(|first| parts.iter().all(|part| part == first)),
        }
    }

    /// Components of a vector type.
    fn vector_length(&self, ty: Handle<Type>) -> Option<usize> {
        (2..=4).find(|&count| self.is_vector(ty, count))
    }

    fn fold_relational(&mut self, fun: naga::RelationalFunction, argument: Handle<Expression>) -> Option<Handle<Expression>> {
        let parts = match self.constant(argument)? {
            Constant::Scalar(literal) => vec![literal],
            Constant::Vector(parts) => parts,
        };
        let truth = |part: &Literal| *part == Literal::Bool(true);
        let result = match fun {
            naga::RelationalFunction::All => parts.iter().all(truth),
            naga::RelationalFunction::Any => parts.iter().any(truth),
            _ => return None,
        };
        Some(self.literal(Literal::Bool(result)))
    }

    fn fold_component(&mut self, base: Handle<Expression>, index: u32) -> Option<Handle<Expression>> {
        match self.function.expressions[base] {
            Expression::Splat { value, .. } => Some(value),
            // A vector may be composed of vectors; all else has one component for each member.
            Expression::Compose { ty, ref components } => match self.vector_length(ty) {
                Some(length) if length != components.len() => None,
                _ => components.get(index as usize).copied(),
            },
            _ => None,
        }
    }

    /// A vector of literals.
    fn vector(&mut self, parts: &[Literal]) -> Option<Handle<Expression>> {
        let first = *parts.first()?;
        let size = vector_size(parts.len())?;
        if parts.iter().all(|part| bits(*part) == bits(first)) {
            let value = self.literal(first);
            return Some(self.append(Expression::Splat { size, value }));
        }
        let ty = self.known_type(Some(size), first.scalar())?;
        let components = parts.iter().map(|&part| self.literal(part)).collect();
        Some(self.append(Expression::Compose { ty, components }))
    }

    /// Appends `expression` with its constant f32 operands read from variables.
    fn hide_operands(&mut self, expression: &Expression) -> Option<Handle<Expression>> {
        let hidden = super::remap_expression(expression, |operand| Ok(self.hide(operand))).ok()?;
        // Nothing to hide: a reinterpretation of integers, which naga does not fold.
        (hidden != *expression).then(|| self.append(hidden))
    }

    fn hide(&mut self, operand: Handle<Expression>) -> Handle<Expression> {
        match self.function.expressions[operand] {
            Expression::Literal(literal @ Literal::F32(_)) => {
                let Some(ty) = self.known_type(None, naga::Scalar::F32) else { return operand };
                let init = Some(self.literal(literal));
                let local = self.function.local_variables.append(LocalVariable { name: Some("hidden".to_owned()), ty, init }, self.span);
                let pointer = self.append(Expression::LocalVariable(local));
                self.append(Expression::Load { pointer })
            }
            Expression::Splat { size, value } => {
                let value = self.hide(value);
                self.append(Expression::Splat { size, value })
            }
            Expression::Compose { ty, ref components } => {
                let components = components.clone().into_iter().map(|component| self.hide(component)).collect();
                self.append(Expression::Compose { ty, components })
            }
            _ => operand,
        }
    }
}

fn vector_size(count: usize) -> Option<VectorSize> {
    Some(match count {
        2 => VectorSize::Bi,
        3 => VectorSize::Tri,
        4 => VectorSize::Quad,
        _ => return None,
    })
}

/// Tells 0 from -0, which `==` does not.
fn bits(literal: Literal) -> (naga::Scalar, u32) {
    let bits = match literal {
        Literal::F32(value) => value.to_bits(),
        Literal::U32(value) => value,
        Literal::I32(value) => value.cast_unsigned(),
        Literal::Bool(value) => u32::from(value),
        _ => 0,
    };
    (literal.scalar(), bits)
}
