//! NaN is one pattern wherever its bits can be seen: what goes to a storage buffer.

use naga::{ArraySize, Expression, Handle, Scalar, Span, TypeInner};

use super::Lowering;
use super::flow::is_ours;
use super::rewrite::{Copier, Finding, Step};
use super::shape::{Shape, component};

type Value = Handle<Expression>;

/// Most f32 that one assignment may move to a storage buffer.
const FLOATS_MAX: u32 = 1024;

impl Lowering<'_, '_> {
    /// `value`, of `ty` in the target, with every NaN replaced by the canonical one.
    pub fn canonical(&mut self, copier: &mut Copier<'_, '_>, value: Value, ty: &TypeInner, span: Span) -> Step<Value> {
        let floats = floats(copier, ty);
        if floats == 0 || is_canonical(copier, value) {
            return Ok(value);
        }
        if floats > FLOATS_MAX {
            return Err(Finding::new(
                "large-copy",
                span,
                format!("one assignment moves {floats} f32 to a storage buffer; at most {FLOATS_MAX} are allowed"),
                "assign the elements in a loop",
            ));
        }
        self.rebuild(copier, value, ty, span)
    }

    fn rebuild(&mut self, copier: &mut Copier<'_, '_>, value: Value, ty: &TypeInner, span: Span) -> Step<Value> {
        let made = copier.target.types.get(&naga::Type { name: None, inner: ty.clone() });
        match *ty {
            TypeInner::Scalar(Scalar::F32) if is_canonical(copier, value) => Ok(value),
            TypeInner::Scalar(Scalar::F32) => self.call(copier, "assay_canonical", &[value]),
            TypeInner::Vector { size, scalar: Scalar::F32 } => {
                let mut components = Vec::new();
                for index in 0..size as u32 {
                    let part = component(copier, value, index);
                    components.push(self.rebuild(copier, part, &TypeInner::Scalar(Scalar::F32), span)?);
                }
                super::shape::compose(copier, Shape { size: Some(size), scalar: Scalar::F32 }, components)
            }
            TypeInner::Matrix { columns, rows, scalar } => {
                let parts = vec![TypeInner::Vector { size: rows, scalar }; columns as usize];
                let ty = super::shape::ty(copier, ty.clone());
                self.members(copier, value, ty, &parts, span)
            }
            TypeInner::Array { base, size: ArraySize::Constant(length), .. } => {
                let part = copier.target.types[base].inner.clone();
                let parts = vec![part; length.get() as usize];
                let ty = made.ok_or_else(|| Finding::internal("an array type that is not there"))?;
                self.members(copier, value, ty, &parts, span)
            }
            TypeInner::Struct { ref members, .. } => {
                let parts: Vec<_> = members.iter().map(|member| copier.target.types[member.ty].inner.clone()).collect();
                let found = copier.target.types.iter().find(|(_, other)| other.inner == *ty).map(|(handle, _)| handle);
                let ty = found.ok_or_else(|| Finding::internal("a struct type that is not there"))?;
                self.members(copier, value, ty, &parts, span)
            }
            _ => Ok(value),
        }
    }

    fn members(
        &mut self,
        copier: &mut Copier<'_, '_>,
        value: Value,
        ty: Handle<naga::Type>,
        parts: &[TypeInner],
        span: Span,
    ) -> Step<Value> {
        let mut components = Vec::new();
        for (part, index) in parts.iter().zip(0..) {
            let member = match copier.build.function.expressions[value] {
                Expression::Compose { ref components, .. } if components.len() == parts.len() => components[index as usize],
                _ => copier.build.at(value, index),
            };
            components.push(self.rebuild(copier, member, part, span)?);
        }
        Ok(copier.build.append(Expression::Compose { ty, components }))
    }
}

/// Number of f32 in a value of type `ty`.
fn floats(copier: &Copier<'_, '_>, ty: &TypeInner) -> u32 {
    let types = &copier.target.types;
    match *ty {
        TypeInner::Scalar(Scalar::F32) => 1,
        TypeInner::Vector { size, scalar: Scalar::F32 } => size as u32,
        TypeInner::Matrix { columns, rows, .. } => columns as u32 * rows as u32,
        TypeInner::Array { base, size: ArraySize::Constant(length), .. } => floats(copier, &types[base].inner).saturating_mul(length.get()),
        TypeInner::Struct { ref members, .. } => {
            members.iter().fold(0, |sum: u32, member| sum.saturating_add(floats(copier, &types[member.ty].inner)))
        }
        _ => 0,
    }
}

/// Whether no NaN but the canonical one can be in `value`, to be seen from how it was made.
fn is_canonical(copier: &Copier<'_, '_>, value: Value) -> bool {
    match copier.build.function.expressions[value] {
        Expression::Literal(_) | Expression::ZeroValue(_) => true,
        Expression::CallResult(function) => {
            let name = copier.target.functions[function].name.as_deref();
            is_ours(name) && name == Some("assay_canonical")
        }
        Expression::Splat { value, .. } => is_canonical(copier, value),
        Expression::Compose { ref components, .. } => {
            components.iter().all(|&part| is_canonical(copier, part) || !may_hold_floats(copier, part))
        }
        _ => false,
    }
}

/// Whether a member of a composite may be, or hold, an f32. Unknown counts as yes.
fn may_hold_floats(copier: &Copier<'_, '_>, value: Value) -> bool {
    !matches!(copier.build.function.expressions[value], Expression::Literal(_) | Expression::ZeroValue(_))
}
