//! Shapes of values, and functions applied component by component.

use naga::{Expression, Handle, Scalar, ScalarKind, Type, TypeInner, VectorSize};

use super::Lowering;
use super::rewrite::{Copier, Finding, Step};

/// A scalar (`size` is `None`) or a vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    pub size: Option<VectorSize>,
    pub scalar: Scalar,
}

impl Shape {
    /// The shape of a type, if it is a scalar or a vector.
    pub fn of(inner: &TypeInner) -> Option<Self> {
        match *inner {
            TypeInner::Scalar(scalar) => Some(Self { size: None, scalar }),
            TypeInner::Vector { size, scalar } => Some(Self { size: Some(size), scalar }),
            _ => None,
        }
    }

    pub fn is_f32(self) -> bool {
        self.scalar == Scalar::F32
    }

    pub fn is_integer(self) -> bool {
        matches!(self.scalar.kind, ScalarKind::Sint | ScalarKind::Uint)
    }

    pub fn is_signed(self) -> bool {
        self.scalar.kind == ScalarKind::Sint
    }

    /// Number of components.
    pub fn count(self) -> u32 {
        self.size.map_or(1, |size| u32::from(u8::from(size)))
    }

    pub fn inner(self) -> TypeInner {
        match self.size {
            None => TypeInner::Scalar(self.scalar),
            Some(size) => TypeInner::Vector { size, scalar: self.scalar },
        }
    }
}

/// The type in the target, inserted where it is not there yet.
pub fn ty(copier: &mut Copier<'_, '_>, inner: TypeInner) -> Handle<Type> {
    copier.target.types.insert(Type { name: None, inner }, naga::Span::UNDEFINED)
}

/// Component `index` of a vector that was built a moment ago or before; looks through `Compose` and `Splat`.
pub fn component(copier: &mut Copier<'_, '_>, vector: Handle<Expression>, index: u32) -> Handle<Expression> {
    match copier.build.function.expressions[vector] {
        Expression::Splat { value, .. } => value,
        Expression::Compose { ty, ref components } => {
            let TypeInner::Vector { size, .. } = copier.target.types[ty].inner else {
                return copier.build.at(vector, index);
            };
            // A vector may be composed of smaller vectors; only one component each is looked through.
            match components.get(index as usize) {
                Some(component) if components.len() == size as usize => *component,
                _ => copier.build.at(vector, index),
            }
        }
        _ => copier.build.at(vector, index),
    }
}

/// Composes a vector of `shape`, or passes on the one scalar.
pub fn compose(copier: &mut Copier<'_, '_>, shape: Shape, components: Vec<Handle<Expression>>) -> Step<Handle<Expression>> {
    match (shape.size, components.first()) {
        (None, Some(only)) => Ok(*only),
        (Some(_), Some(_)) => {
            let ty = ty(copier, shape.inner());
            Ok(copier.build.append(Expression::Compose { ty, components }))
        }
        (_, None) => Err(Finding::internal("a vector of no components")),
    }
}

impl Lowering<'_, '_> {
    /// Type of an expression of the source.
    pub fn old_type<'t>(&'t self, copier: &'t Copier<'_, '_>, old: Handle<Expression>) -> &'t TypeInner {
        self.info[old].ty.inner_with(&copier.source.types)
    }

    /// Shape of an expression of the source that has to be a scalar or a vector.
    pub fn old_shape(&self, copier: &Copier<'_, '_>, old: Handle<Expression>) -> Step<Shape> {
        Shape::of(self.old_type(copier, old)).ok_or_else(|| Finding::internal("a scalar or vector was expected"))
    }

    /// Applies the prelude function `name` to each component of `arguments`, which have `shape`; the result has scalar type `result`.
    pub fn each(
        &mut self,
        copier: &mut Copier<'_, '_>,
        name: &str,
        shape: Shape,
        arguments: &[Handle<Expression>],
        result: Scalar,
    ) -> Step<Handle<Expression>> {
        if shape.size.is_none() {
            return self.call(copier, name, arguments);
        }
        let mut components = Vec::new();
        for index in 0..shape.count() {
            let parts: Vec<_> = arguments.iter().map(|&argument| component(copier, argument, index)).collect();
            components.push(self.call(copier, name, &parts)?);
        }
        compose(copier, Shape { size: shape.size, scalar: result }, components)
    }
}
