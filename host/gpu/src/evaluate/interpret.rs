//! An interpreter for the prelude: one definition of each function, for constants as for everything else.

use naga::{Block, Expression, Function, Handle, Literal, Module, Statement, SwitchValue, TypeInner};

use super::scalar;

/// A value of the prelude: a scalar, or a vector of scalars.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A scalar.
    Scalar(Literal),
    /// A vector or an array.
    Composite(Vec<Value>),
}

impl Value {
    /// The scalar, if it is one.
    pub fn scalar(&self) -> Option<Literal> {
        match self {
            Self::Scalar(literal) => Some(*literal),
            Self::Composite(_) => None,
        }
    }
}

/// Where control goes after a block.
enum Flow {
    Next,
    Break,
    Continue,
    Return(Option<Value>),
}

/// Steps one call may take: far more than any function of the prelude needs.
const STEPS_MAX: u32 = 100_000;

/// Calls a function of `module`. `None` where it uses what constants cannot: memory of the module, atomics.
pub fn call(module: &Module, function: Handle<Function>, arguments: &[Value]) -> Option<Value> {
    run(module, function, arguments, &mut 0)
}

fn run(module: &Module, function: Handle<Function>, arguments: &[Value], steps: &mut u32) -> Option<Value> {
    let function = &module.functions[function];
    let mut frame = Frame { module, function, arguments, values: vec![None; function.expressions.len()], locals: Vec::new(), steps };
    for (_, local) in function.local_variables.iter() {
        let initial = match local.init {
            Some(init) => frame.value(init)?,
            None => zero(module, &module.types[local.ty].inner)?,
        };
        frame.locals.push(initial);
    }
    match frame.block(&function.body)? {
        Flow::Return(value) => value,
        _ => None,
    }
}

struct Frame<'m, 'c> {
    module: &'m Module,
    function: &'m Function,
    arguments: &'c [Value],
    values: Vec<Option<Value>>,
    locals: Vec<Value>,
    steps: &'c mut u32,
}

impl Frame<'_, '_> {
    fn block(&mut self, block: &Block) -> Option<Flow> {
        for statement in block {
            *self.steps += 1;
            if *self.steps > STEPS_MAX {
                return None;
            }
            match self.statement(statement)? {
                Flow::Next => {}
                other => return Some(other),
            }
        }
        Some(Flow::Next)
    }

    fn statement(&mut self, statement: &Statement) -> Option<Flow> {
        match *statement {
            Statement::Emit(ref range) => {
                for handle in range.clone() {
                    self.values[handle.index()] = self.evaluate(handle);
                }
            }
            Statement::Block(ref block) => return self.block(block),
            Statement::If { condition, ref accept, ref reject } => {
                let taken = self.value(condition)?.scalar()? == Literal::Bool(true);
                return self.block(if taken { accept } else { reject });
            }
            Statement::Switch { selector, ref cases } => return self.switch(selector, cases),
            Statement::Loop { ref body, ref continuing, break_if } => return self.repeat(body, continuing, break_if),
            Statement::Break => return Some(Flow::Break),
            Statement::Continue => return Some(Flow::Continue),
            Statement::Return { value } => {
                let value = match value {
                    Some(value) => Some(self.value(value)?),
                    None => None,
                };
                return Some(Flow::Return(value));
            }
            Statement::Store { pointer, value } => {
                let value = self.value(value)?;
                let Expression::LocalVariable(local) = self.function.expressions[pointer] else { return None };
                *self.locals.get_mut(local.index())? = value;
            }
            Statement::Call { function, ref arguments, result } => {
                let arguments = arguments.iter().map(|&argument| self.value(argument)).collect::<Option<Vec<_>>>()?;
                let value = run(self.module, function, &arguments, self.steps)?;
                if let Some(result) = result {
                    self.values[result.index()] = Some(value);
                }
            }
            _ => return None,
        }
        Some(Flow::Next)
    }

    fn switch(&mut self, selector: Handle<Expression>, cases: &[naga::SwitchCase]) -> Option<Flow> {
        let wanted = match self.value(selector)?.scalar()? {
            Literal::I32(value) => SwitchValue::I32(value),
            Literal::U32(value) => SwitchValue::U32(value),
            _ => return None,
        };
        let at = cases
            .iter()
            .position(|case| case.value == wanted)
            .or_else(|| cases.iter().position(|case| case.value == SwitchValue::Default))?;
        for case in &cases[at..] {
            match self.block(&case.body)? {
                Flow::Next if case.fall_through => {}
                Flow::Next | Flow::Break => return Some(Flow::Next),
                other => return Some(other),
            }
        }
        Some(Flow::Next)
    }

    fn repeat(&mut self, body: &Block, continuing: &Block, break_if: Option<Handle<Expression>>) -> Option<Flow> {
        loop {
            *self.steps += 1;
            if *self.steps > STEPS_MAX {
                return None;
            }
            match self.block(body)? {
                Flow::Break => return Some(Flow::Next),
                Flow::Return(value) => return Some(Flow::Return(value)),
                Flow::Next | Flow::Continue => {}
            }
            self.block(continuing)?;
            if let Some(condition) = break_if
                && self.value(condition)?.scalar()? == Literal::Bool(true)
            {
                return Some(Flow::Next);
            }
        }
    }

    fn value(&mut self, handle: Handle<Expression>) -> Option<Value> {
        match &self.values[handle.index()] {
            Some(value) => Some(value.clone()),
            None => self.evaluate(handle),
        }
    }

    fn evaluate(&mut self, handle: Handle<Expression>) -> Option<Value> {
        let function = self.function;
        match function.expressions[handle] {
            Expression::Literal(literal) => Some(Value::Scalar(literal)),
            Expression::Constant(constant) => constant_value(self.module, self.module.constants[constant].init),
            Expression::ZeroValue(ty) => zero(self.module, &self.module.types[ty].inner),
            Expression::FunctionArgument(index) => self.arguments.get(index as usize).cloned(),
            Expression::Load { pointer } => match function.expressions[pointer] {
                Expression::LocalVariable(local) => self.locals.get(local.index()).cloned(),
                _ => None,
            },
            Expression::Compose { ref components, .. } => {
                let mut parts = Vec::new();
                for &component in components {
                    match self.value(component)? {
                        Value::Composite(inner) if matches!(function.expressions[handle], Expression::Compose { ty, .. } if matches!(self.module.types[ty].inner, TypeInner::Vector { .. })) => {
                            parts.extend(inner)
                        }
                        part => parts.push(part),
                    }
                }
                Some(Value::Composite(parts))
            }
            Expression::Splat { size, value } => Some(Value::Composite(vec![self.value(value)?; size as usize])),
            Expression::AccessIndex { base, index } => part(&self.value(base)?, index as usize),
            Expression::Access { base, index } => match self.value(index)?.scalar()? {
                Literal::U32(index) => part(&self.value(base)?, index as usize),
                Literal::I32(index) => part(&self.value(base)?, usize::try_from(index).ok()?),
                _ => None,
            },
            Expression::Swizzle { size, vector, pattern } => {
                let vector = self.value(vector)?;
                let parts =
                    pattern[..size as usize].iter().map(|&component| part(&vector, component as usize)).collect::<Option<Vec<_>>>()?;
                Some(Value::Composite(parts))
            }
            Expression::Unary { op, expr } => each(&[self.value(expr)?], &|a| scalar::unary(op, a[0])),
            Expression::Binary { op, left, right } => each(&[self.value(left)?, self.value(right)?], &|a| scalar::binary(op, a[0], a[1])),
            Expression::Select { condition, accept, reject } => {
                each(&[self.value(condition)?, self.value(accept)?, self.value(reject)?], &|a| match a[0] {
                    Literal::Bool(true) => Some(a[1]),
                    Literal::Bool(false) => Some(a[2]),
                    _ => None,
                })
            }
            Expression::As { expr, kind, convert } => each(&[self.value(expr)?], &|a| scalar::cast(a[0], kind, convert.is_some())),
            Expression::Math { fun, arg, arg1, arg2, .. } => {
                let mut arguments = vec![self.value(arg)?];
                for argument in [arg1, arg2].into_iter().flatten() {
                    arguments.push(self.value(argument)?);
                }
                each(&arguments, &|a| scalar::math(fun, a))
            }
            _ => None,
        }
    }
}

fn part(value: &Value, index: usize) -> Option<Value> {
    match value {
        Value::Composite(parts) => parts.get(index).cloned(),
        Value::Scalar(_) => None,
    }
}

/// Applies `work` to scalars, or to vectors component by component.
fn each(arguments: &[Value], work: &dyn Fn(&[Literal]) -> Option<Literal>) -> Option<Value> {
    let count = arguments.iter().find_map(|argument| match argument {
        Value::Composite(parts) => Some(parts.len()),
        Value::Scalar(_) => None,
    });
    let Some(count) = count else {
        let scalars = arguments.iter().map(Value::scalar).collect::<Option<Vec<_>>>()?;
        return work(&scalars).map(Value::Scalar);
    };
    let mut parts = Vec::with_capacity(count);
    for index in 0..count {
        let scalars = arguments.iter().map(|argument| match argument {
            Value::Scalar(literal) => Some(*literal),
            composite => part(composite, index)?.scalar(),
        });
        parts.push(Value::Scalar(work(&scalars.collect::<Option<Vec<_>>>()?)?));
    }
    Some(Value::Composite(parts))
}

fn constant_value(module: &Module, expression: Handle<Expression>) -> Option<Value> {
    match module.global_expressions[expression] {
        Expression::Literal(literal) => Some(Value::Scalar(literal)),
        Expression::Constant(constant) => constant_value(module, module.constants[constant].init),
        Expression::ZeroValue(ty) => zero(module, &module.types[ty].inner),
        Expression::Splat { size, value } => Some(Value::Composite(vec![constant_value(module, value)?; size as usize])),
        Expression::Compose { ref components, .. } => {
            components.iter().map(|&component| constant_value(module, component)).collect::<Option<_>>().map(Value::Composite)
        }
        _ => None,
    }
}

fn zero(module: &Module, inner: &TypeInner) -> Option<Value> {
    match *inner {
        TypeInner::Scalar(scalar) => Literal::zero(scalar).map(Value::Scalar),
        TypeInner::Vector { size, scalar } => Some(Value::Composite(vec![Value::Scalar(Literal::zero(scalar)?); size as usize])),
        TypeInner::Array { base, size: naga::ArraySize::Constant(length), .. } => {
            Some(Value::Composite(vec![zero(module, &module.types[base].inner)?; length.get() as usize]))
        }
        _ => None,
    }
}
