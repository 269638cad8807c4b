//! Hides from the compiler which constants are zero.
//!
//! A driver's code generator may fold `x * 0`, `0 - x` and `x + 0` although it was told to keep signed zeros, infinities and NaN (lavapipe's does, below the level at which the
//! decorations are heeded). What it does not know to be zero it cannot fold. So each float that is zero by its text becomes a zero loaded from the status binding: literals, zero values,
//! what variables start with, and conversions, whose operand an unrolled loop may make constant. Costs a register and next to nothing in time, where guarding every operand costs an
//! operation each.

use naga::valid::{FunctionInfo, ModuleInfo};
use naga::{
    AddressSpace, ArraySize, BinaryOperator, Expression, Function, GlobalVariable, Handle, Literal, Module, Scalar, ScalarKind, Span,
    Statement, Type, TypeInner,
};

use crate::adapter::stage::StageError;
use crate::lower::rewrite::{Copier, Finding, Hook, Imports, Step};

/// Variables with more floats than this are left as they are: no compiler keeps them in registers, and from memory it reads no constants.
const FLOATS_MAX: u32 = 64;

/// `module` with its zeros taken from the private variable that is returned, which holds 0 once somebody stores it there.
pub(crate) fn hide_zeros(module: &Module, info: &ModuleInfo) -> Result<(Module, Handle<GlobalVariable>), StageError> {
    hide(module, info).map_err(|finding| StageError::Invalid(finding.message))
}

fn hide(source: &Module, info: &ModuleInfo) -> Step<(Module, Handle<GlobalVariable>)> {
    let mut target = Module::default();
    let mut imports = Imports::new(source, std::collections::HashMap::new());
    let mut private = Vec::new();
    for (handle, global) in source.global_variables.iter() {
        let made = imports.global(&mut target, handle)?;
        if global.space == AddressSpace::Private {
            private.push(made);
        }
    }
    let words = target.types.insert(Type { name: None, inner: TypeInner::Scalar(Scalar::U32) }, Span::UNDEFINED);
    let zero = GlobalVariable {
        name: Some("assay_hidden_zero".to_owned()),
        space: AddressSpace::Private,
        binding: None,
        ty: words,
        init: None,
        memory_decorations: naga::MemoryDecorations::empty(),
    };
    let zero = target.global_variables.append(zero, Span::UNDEFINED);
    for (handle, function) in source.functions.iter() {
        let made = Copier::copy(source, function, &mut target, &mut imports, &mut Hide { zero, info: &info[handle], private: &[] })?;
        let made = target.functions.append(made, Span::UNDEFINED);
        imports.set_function(handle, made);
    }
    for (index, entry_point) in source.entry_points.iter().enumerate() {
        let mut hook = Hide { zero, info: info.get_entry_point(index), private: &private };
        let function = Copier::copy(source, &entry_point.function, &mut target, &mut imports, &mut hook)?;
        target.entry_points.push(naga::EntryPoint { function, ..entry_point.clone() });
    }
    Ok((target, zero))
}

struct Hide<'a> {
    zero: Handle<GlobalVariable>,
    info: &'a FunctionInfo,
    /// Variables to set at the start: those of the entry point's module.
    private: &'a [Handle<GlobalVariable>],
}

impl Hook for Hide<'_> {
    fn enter(&mut self, copier: &mut Copier<'_, '_>) -> Step<()> {
        for global in self.private {
            let (ty, init) = (copier.target.global_variables[*global].ty, copier.target.global_variables[*global].init);
            if init.is_none() && self.hides(copier, ty) {
                let value = self.zero_of(copier, ty)?;
                let pointer = copier.build.append(Expression::GlobalVariable(*global));
                copier.build.push(Statement::Store { pointer, value });
            }
        }
        let locals: Vec<_> = copier.build.function.local_variables.iter().map(|(handle, local)| (handle, local.ty, local.init)).collect();
        for (local, ty, init) in locals {
            let Some(init) = init.filter(|_| self.hides(copier, ty)) else { continue };
            if let Some(value) = self.initial(copier, init)? {
                let pointer = copier.build.append(Expression::LocalVariable(local));
                copier.build.push(Statement::Store { pointer, value });
            }
        }
        Ok(())
    }

    fn expression(&mut self, copier: &mut Copier<'_, '_>, old: Handle<Expression>) -> Step<Option<Handle<Expression>>> {
        let from: &Function = copier.from;
        match from.expressions[old] {
            Expression::Literal(Literal::F32(value)) if value == 0.0 => Ok(Some(self.zero(copier, value.is_sign_negative()))),
            Expression::ZeroValue(ty) => {
                let ty = copier.imports.ty(copier.target, ty)?;
                if self.hides(copier, ty) { Ok(Some(self.zero_of(copier, ty)?)) } else { Ok(None) }
            }
            Expression::Constant(constant) => {
                let init = copier.source.constants[constant].init;
                let made = copier.imports.global_expression(copier.target, init)?;
                self.global_initial(copier, made)
            }
            Expression::As { kind: ScalarKind::Float, .. } => {
                let made = copier.copied(self, old)?;
                Ok(Some(self.veiled(copier, old, made)))
            }
            _ => Ok(None),
        }
    }
}

impl Hide<'_> {
    /// +0 or -0.
    fn zero(&self, copier: &mut Copier<'_, '_>, negative: bool) -> Handle<Expression> {
        let mut bits = self.word(copier);
        if negative {
            let sign = copier.build.u32(0x8000_0000);
            bits = copier.build.binary(BinaryOperator::ExclusiveOr, bits, sign);
        }
        copier.build.append(Expression::As { expr: bits, kind: ScalarKind::Float, convert: None })
    }

    fn word(&self, copier: &mut Copier<'_, '_>) -> Handle<Expression> {
        let pointer = copier.build.append(Expression::GlobalVariable(self.zero));
        copier.build.append(Expression::Load { pointer })
    }

    /// The float `made` passed through the word that is zero.
    fn veiled(&self, copier: &mut Copier<'_, '_>, old: Handle<Expression>, made: Handle<Expression>) -> Handle<Expression> {
        let size = match *self.info[old].ty.inner_with(&copier.source.types) {
            TypeInner::Vector { size, .. } => Some(size),
            _ => None,
        };
        let word = self.word(copier);
        let word = copier.build.splat(size, word);
        let bits = copier.build.append(Expression::As { expr: made, kind: ScalarKind::Uint, convert: None });
        let bits = copier.build.binary(BinaryOperator::ExclusiveOr, bits, word);
        copier.build.append(Expression::As { expr: bits, kind: ScalarKind::Float, convert: None })
    }

    /// Whether values of `ty`, in the target, hold floats to hide, and few enough.
    fn hides(&self, copier: &Copier<'_, '_>, ty: Handle<Type>) -> bool {
        (1..=FLOATS_MAX).contains(&floats(copier.target, ty))
    }

    /// The zero value of `ty`, in the target.
    fn zero_of(&self, copier: &mut Copier<'_, '_>, ty: Handle<Type>) -> Step<Handle<Expression>> {
        let parts: Vec<Handle<Type>> = match copier.target.types[ty].inner.clone() {
            TypeInner::Scalar(Scalar::F32) => return Ok(self.zero(copier, false)),
            TypeInner::Vector { size, scalar: Scalar::F32 } => {
                let zero = self.zero(copier, false);
                return Ok(copier.build.splat(Some(size), zero));
            }
            TypeInner::Matrix { columns, rows, scalar } => {
                let column = Type { name: None, inner: TypeInner::Vector { size: rows, scalar } };
                vec![copier.target.types.insert(column, Span::UNDEFINED); columns as usize]
            }
            TypeInner::Array { base, size: ArraySize::Constant(length), .. } => vec![base; length.get() as usize],
            TypeInner::Struct { members, .. } => members.iter().map(|member| member.ty).collect(),
            _ => return Ok(copier.build.append(Expression::ZeroValue(ty))),
        };
        let components = parts.into_iter().map(|part| self.zero_of(copier, part)).collect::<Step<Vec<_>>>()?;
        Ok(copier.build.append(Expression::Compose { ty, components }))
    }

    /// What a local starts with, with its zeros hidden; `None` where it has none.
    fn initial(&self, copier: &mut Copier<'_, '_>, init: Handle<Expression>) -> Step<Option<Handle<Expression>>> {
        match copier.build.function.expressions[init].clone() {
            Expression::Literal(Literal::F32(value)) if value == 0.0 => Ok(Some(self.zero(copier, value.is_sign_negative()))),
            Expression::ZeroValue(ty) if floats(copier.target, ty) > 0 => self.zero_of(copier, ty).map(Some),
            Expression::Constant(constant) => {
                let init = copier.target.constants[constant].init;
                self.global_initial(copier, init)
            }
            Expression::Compose { ty, components } => {
                let mut parts = Vec::with_capacity(components.len());
                for component in &components {
                    parts.push(self.initial(copier, *component)?);
                }
                if parts.iter().all(Option::is_none) {
                    return Ok(None);
                }
                let components = parts.into_iter().zip(components).map(|(hidden, plain)| hidden.unwrap_or(plain)).collect();
                Ok(Some(copier.build.append(Expression::Compose { ty, components })))
            }
            Expression::Splat { size, value } => {
                let value = self.initial(copier, value)?;
                Ok(value.map(|value| copier.build.splat(Some(size), value)))
            }
            _ => Ok(None),
        }
    }

    /// The same of a constant expression of the target module, brought into the function.
    fn global_initial(&self, copier: &mut Copier<'_, '_>, init: Handle<Expression>) -> Step<Option<Handle<Expression>>> {
        let expression = copier.target.global_expressions[init].clone();
        Ok(Some(match expression {
            Expression::Literal(Literal::F32(value)) if value == 0.0 => self.zero(copier, value.is_sign_negative()),
            Expression::ZeroValue(ty) if self.hides(copier, ty) => self.zero_of(copier, ty)?,
            Expression::Constant(constant) => {
                let init = copier.target.constants[constant].init;
                return self.global_initial(copier, init);
            }
            Expression::Compose { ty, ref components } => {
                let mut parts = Vec::with_capacity(components.len());
                for component in components {
                    let part = self.global_initial(copier, *component)?;
                    parts.push(part.ok_or_else(|| Finding::internal("a constant that is none"))?);
                }
                copier.build.append(Expression::Compose { ty, components: parts })
            }
            Expression::Splat { size, value } => {
                let value = self.global_initial(copier, value)?.ok_or_else(|| Finding::internal("a constant that is none"))?;
                copier.build.splat(Some(size), value)
            }
            leaf @ (Expression::Literal(_) | Expression::ZeroValue(_)) => copier.build.append(leaf),
            _ => return Err(Finding::internal("a constant of another kind")),
        }))
    }
}

/// Floats in a value of `ty`; saturates.
fn floats(module: &Module, ty: Handle<Type>) -> u32 {
    match module.types[ty].inner {
        TypeInner::Scalar(Scalar::F32) => 1,
        TypeInner::Vector { size, scalar: Scalar::F32 } => size as u32,
        TypeInner::Matrix { columns, rows, .. } => columns as u32 * rows as u32,
        TypeInner::Array { base, size: ArraySize::Constant(length), .. } => floats(module, base).saturating_mul(length.get()),
        TypeInner::Struct { ref members, .. } => members.iter().fold(0u32, |sum, member| sum.saturating_add(floats(module, member.ty))),
        _ => 0,
    }
}
