//! Items of one module brought into another.

use std::collections::HashMap;

use naga::{ArraySize, Constant, Expression, Function, GlobalVariable, Handle, Literal, Module, Override, Type, TypeInner};

use super::{Copier, Finding, Hook, Step};
use crate::front::edits::SpanMap;

/// What has been brought over from `source` so far. The same `target` has to be given to every call.
#[derive(Debug)]
pub struct Imports<'s> {
    /// Where items come from.
    pub source: &'s Module,
    /// Values of its overrides.
    pub overrides: HashMap<Handle<Override>, Literal>,
    /// Values of global expressions that depend on overrides.
    pub values: HashMap<Handle<Expression>, Vec<Literal>>,
    /// The way from the source's spans to those of the target.
    pub spans: SpanMap,
    types: HashMap<Handle<Type>, Handle<Type>>,
    constants: HashMap<Handle<Constant>, Handle<Constant>>,
    globals: HashMap<Handle<GlobalVariable>, Handle<GlobalVariable>>,
    functions: HashMap<Handle<Function>, Handle<Function>>,
}

/// The hook that changes nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plain;

impl Hook for Plain {}

impl<'s> Imports<'s> {
    /// Nothing imported yet.
    pub fn new(source: &'s Module, overrides: HashMap<Handle<Override>, Literal>) -> Self {
        Self {
            source,
            overrides,
            values: HashMap::new(),
            spans: SpanMap::Same,
            types: HashMap::new(),
            constants: HashMap::new(),
            globals: HashMap::new(),
            functions: HashMap::new(),
        }
    }

    /// The type in `target`.
    pub fn ty(&mut self, target: &mut Module, ty: Handle<Type>) -> Step<Handle<Type>> {
        if let Some(known) = self.types.get(&ty) {
            return Ok(*known);
        }
        let source = &self.source.types[ty];
        let inner = match source.inner {
            TypeInner::Pointer { base, space } => TypeInner::Pointer { base: self.ty(target, base)?, space },
            TypeInner::Array { base, size, stride } => TypeInner::Array { base: self.ty(target, base)?, size: self.size(size)?, stride },
            TypeInner::Struct { ref members, span } => {
                let mut copied = members.clone();
                for member in &mut copied {
                    member.ty = self.ty(target, member.ty)?;
                }
                TypeInner::Struct { members: copied, span }
            }
            ref leaf => leaf.clone(),
        };
        let made = target.types.insert(Type { name: source.name.clone(), inner }, self.spans.map(self.source.types.get_span(ty)));
        self.types.insert(ty, made);
        Ok(made)
    }

    /// Length of an array with its override replaced.
    pub fn size(&self, size: ArraySize) -> Step<ArraySize> {
        let ArraySize::Pending(handle) = size else { return Ok(size) };
        let length = match self.overrides.get(&handle) {
            Some(Literal::U32(length)) => *length,
            Some(Literal::I32(length)) => u32::try_from(*length).unwrap_or(0),
            _ => 0,
        };
        match std::num::NonZeroU32::new(length) {
            Some(length) => Ok(ArraySize::Constant(length)),
            None => Err(Finding::new(
                "array-size",
                self.source.overrides.get_span(handle),
                "an array whose length is an override has length 0 or less",
                "give the override a value of at least 1",
            )),
        }
    }

    /// The constant in `target`.
    pub fn constant(&mut self, target: &mut Module, constant: Handle<Constant>) -> Step<Handle<Constant>> {
        if let Some(known) = self.constants.get(&constant) {
            return Ok(*known);
        }
        let Constant { ref name, ty, init } = self.source.constants[constant];
        let ty = self.ty(target, ty)?;
        let init = self.global_expression(target, init)?;
        let made =
            target.constants.append(Constant { name: name.clone(), ty, init }, self.spans.map(self.source.constants.get_span(constant)));
        self.constants.insert(constant, made);
        Ok(made)
    }

    /// The global variable in `target`.
    pub fn global(&mut self, target: &mut Module, global: Handle<GlobalVariable>) -> Step<Handle<GlobalVariable>> {
        if let Some(known) = self.globals.get(&global) {
            return Ok(*known);
        }
        let mut copied = self.source.global_variables[global].clone();
        copied.ty = self.ty(target, copied.ty)?;
        copied.init = copied.init.map(|init| self.global_expression(target, init)).transpose()?;
        let made = target.global_variables.append(copied, self.spans.map(self.source.global_variables.get_span(global)));
        self.globals.insert(global, made);
        Ok(made)
    }

    /// A constant expression of the module, copied as a tree.
    pub fn global_expression(&mut self, target: &mut Module, expression: Handle<Expression>) -> Step<Handle<Expression>> {
        let span = self.spans.map(self.source.global_expressions.get_span(expression));
        if let Some(values) = self.values.get(&expression) {
            return Ok(literals(target, values, span));
        }
        let copied = match self.source.global_expressions[expression] {
            Expression::Constant(constant) => Expression::Constant(self.constant(target, constant)?),
            Expression::ZeroValue(ty) => Expression::ZeroValue(self.ty(target, ty)?),
            Expression::Override(handle) => match self.overrides.get(&handle) {
                Some(literal) => Expression::Literal(*literal),
                None => return Err(Finding::internal("an override without a value")),
            },
            Expression::Compose { ty, ref components } => {
                let ty = self.ty(target, ty)?;
                let components = components.iter().map(|&component| self.global_expression(target, component)).collect::<Step<Vec<_>>>()?;
                Expression::Compose { ty, components }
            }
            Expression::Literal(literal) => Expression::Literal(literal),
            Expression::Splat { size, value } => Expression::Splat { size, value: self.global_expression(target, value)? },
            ref other => return Err(Finding::internal(format!("constant expression {other:?}"))),
        };
        Ok(target.global_expressions.append(copied, span))
    }

    /// The function in `target`, with all it needs, unchanged.
    pub fn function(&mut self, target: &mut Module, function: Handle<Function>) -> Step<Handle<Function>> {
        if let Some(known) = self.functions.get(&function) {
            return Ok(*known);
        }
        let source = self.source;
        let made = Copier::copy(source, &source.functions[function], target, self, &mut Plain)?;
        let made = target.functions.append(made, self.spans.map(source.functions.get_span(function)));
        self.functions.insert(function, made);
        Ok(made)
    }

    /// Records that `function` of the source is `made` in the target.
    pub fn set_function(&mut self, function: Handle<Function>, made: Handle<Function>) {
        self.functions.insert(function, made);
    }
}

/// A scalar, or a vector of scalars, as a constant expression of the module.
fn literals(target: &mut Module, values: &[Literal], span: naga::Span) -> Handle<Expression> {
    let mut components: Vec<_> =
        values.iter().map(|&literal| target.global_expressions.append(Expression::Literal(literal), span)).collect();
    let size = match values.len() {
        2 => naga::VectorSize::Bi,
        3 => naga::VectorSize::Tri,
        4 => naga::VectorSize::Quad,
        _ => return components.remove(0),
    };
    let scalar = values[0].scalar();
    let ty = target.types.insert(Type { name: None, inner: TypeInner::Vector { size, scalar } }, naga::Span::UNDEFINED);
    target.global_expressions.append(Expression::Compose { ty, components }, span)
}
