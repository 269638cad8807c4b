//! The walk over a function.

use std::collections::BTreeSet;

use naga::{
    Block, Expression, Function, FunctionArgument, FunctionResult, Handle, Literal, LocalVariable, Module, Span, Statement, SwitchCase,
    TypeInner,
};

use super::{Finding, FunctionBuilder, Imports, Step, remap_expression};

/// Operations of a function, at most, once rewritten.
pub const EXPRESSIONS_MAX: usize = 1 << 19;

/// Sees each expression and statement before it is copied.
pub trait Hook {
    /// What becomes of an expression, or `None` to have it copied.
    ///
    /// # Errors
    /// When it cannot be expressed.
    fn expression(&mut self, _copier: &mut Copier<'_, '_>, _old: Handle<Expression>) -> Step<Option<Handle<Expression>>> {
        Ok(None)
    }

    /// Whether the hook has dealt with a statement; `false` to have it copied. Never asked about `Emit`.
    ///
    /// # Errors
    /// When it cannot be expressed.
    fn statement(&mut self, _copier: &mut Copier<'_, '_>, _statement: &Statement) -> Step<bool> {
        Ok(false)
    }

    /// Called with nothing built yet but the signature and the locals.
    ///
    /// # Errors
    /// When it cannot be expressed.
    fn enter(&mut self, _copier: &mut Copier<'_, '_>) -> Step<()> {
        Ok(())
    }

    /// The function to call instead of `function` of the source.
    ///
    /// # Errors
    /// When it cannot be expressed.
    fn callee(&mut self, copier: &mut Copier<'_, '_>, function: Handle<Function>) -> Step<Handle<Function>> {
        copier.imports.function(copier.target, function)
    }
}

/// One function on its way from `source` into `target`.
pub struct Copier<'a, 's> {
    /// Module it comes from.
    pub source: &'s Module,
    /// The function as it is there.
    pub from: &'a Function,
    /// Module it goes to.
    pub target: &'a mut Module,
    /// Items brought over already.
    pub imports: &'a mut Imports<'s>,
    /// The function being built.
    pub build: FunctionBuilder,
    /// Where the walk is, as a span of the source.
    pub place: Span,
    map: Vec<Option<Handle<Expression>>>,
    locals: Vec<Handle<LocalVariable>>,
}

impl<'a, 's> Copier<'a, 's> {
    /// Rewrites `from` by `hook`.
    ///
    /// # Errors
    /// What the hook returns.
    pub fn copy(
        source: &'s Module,
        from: &'a Function,
        target: &'a mut Module,
        imports: &'a mut Imports<'s>,
        hook: &mut dyn Hook,
    ) -> Step<Function> {
        Ok(Self::walked(source, from, target, imports, hook)?.build.finish())
    }

    /// As [`Copier::copy`], and gives the literals that `wanted` became: one for a scalar, several for a vector.
    ///
    /// # Errors
    /// What the hook returns.
    pub fn evaluate(
        source: &'s Module,
        from: &'a Function,
        target: &'a mut Module,
        imports: &'a mut Imports<'s>,
        hook: &mut dyn Hook,
        wanted: &[Handle<Expression>],
    ) -> Step<Vec<Option<Vec<Literal>>>> {
        let mut copier = Self::walked(source, from, target, imports, hook)?;
        let made = wanted.iter().map(|&old| copier.value(hook, old)).collect::<Step<Vec<_>>>()?;
        Ok(made.into_iter().map(|made| copier.build.literals(made)).collect())
    }

    fn walked(
        source: &'s Module,
        from: &'a Function,
        target: &'a mut Module,
        imports: &'a mut Imports<'s>,
        hook: &mut dyn Hook,
    ) -> Step<Self> {
        let map = vec![None; from.expressions.len()];
        let mut copier =
            Copier { source, from, target, imports, build: FunctionBuilder::default(), place: Span::UNDEFINED, map, locals: Vec::new() };
        copier.build.know_types(&mut copier.target.types);
        copier.signature()?;
        copier.declare_locals(hook)?;
        hook.enter(&mut copier)?;
        copier.block(hook, &from.body)?;
        Ok(copier)
    }

    /// Moves to a place of the source.
    pub fn at(&mut self, span: Span) {
        self.place = span;
        self.build.span = self.imports.spans.map(span);
    }

    fn signature(&mut self) -> Step<()> {
        self.build.function.name = self.from.name.clone();
        for argument in &self.from.arguments {
            let ty = self.imports.ty(self.target, argument.ty)?;
            self.build.function.arguments.push(FunctionArgument { name: argument.name.clone(), ty, binding: argument.binding.clone() });
        }
        if let Some(result) = &self.from.result {
            let ty = self.imports.ty(self.target, result.ty)?;
            self.build.function.result = Some(FunctionResult { ty, binding: result.binding.clone() });
        }
        Ok(())
    }

    fn declare_locals(&mut self, hook: &mut dyn Hook) -> Step<()> {
        let mut late = Vec::new();
        for (handle, local) in self.from.local_variables.iter() {
            self.at(self.from.local_variables.get_span(handle));
            let ty = self.imports.ty(self.target, local.ty)?;
            let init = match local.init {
                Some(init) => self.initializer(hook, init)?,
                None => Some(self.build.append(Expression::ZeroValue(ty))),
            };
            let first = init.unwrap_or_else(|| self.build.append(Expression::ZeroValue(ty)));
            let copied = LocalVariable { name: local.name.clone(), ty, init: Some(first) };
            let made = self.build.function.local_variables.append(copied, self.build.span);
            self.locals.push(made);
            if let (None, Some(init)) = (init, local.init) {
                late.push((made, init));
            }
        }
        // An initialiser that overrides leave without a literal (it is not finite) is assigned.
        for (local, init) in late {
            let value = self.value(hook, init)?;
            let pointer = self.build.append(Expression::LocalVariable(local));
            self.build.push(Statement::Store { pointer, value });
        }
        Ok(())
    }

    /// A constant expression, copied without being emitted: what an initialiser may be. `None` where it does not fold to one.
    fn initializer(&mut self, hook: &mut dyn Hook, old: Handle<Expression>) -> Step<Option<Handle<Expression>>> {
        let from = self.from;
        let copied = match from.expressions[old] {
            Expression::Compose { ty, ref components } => {
                let ty = self.imports.ty(self.target, ty)?;
                let components = components.iter().map(|&c| self.initializer(hook, c)).collect::<Step<Option<Vec<_>>>>()?;
                let Some(components) = components else { return Ok(None) };
                Expression::Compose { ty, components }
            }
            Expression::Splat { size, value } => {
                let Some(value) = self.initializer(hook, value)? else { return Ok(None) };
                Expression::Splat { size, value }
            }
            ref leaf if leaf.needs_pre_emit() => {
                let leaf = match *leaf {
                    Expression::Constant(constant) => match self.source.global_expressions[self.source.constants[constant].init] {
                        Expression::Literal(literal) => Expression::Literal(literal),
                        _ => self.leaf(leaf)?,
                    },
                    _ => self.leaf(leaf)?,
                };
                return Ok(Some(self.build.append(leaf)));
            }
            _ => {
                let made = self.value(hook, old)?;
                return Ok(self.build.literals(made).map(|_| made));
            }
        };
        Ok(Some(self.build.append_unemitted(copied)))
    }

    /// A leaf with the handles it holds mapped.
    fn leaf(&mut self, expression: &Expression) -> Step<Expression> {
        Ok(match *expression {
            Expression::Literal(literal) => Expression::Literal(literal),
            Expression::Constant(constant) => Expression::Constant(self.imports.constant(self.target, constant)?),
            Expression::ZeroValue(ty) => Expression::ZeroValue(self.imports.ty(self.target, ty)?),
            Expression::FunctionArgument(index) => Expression::FunctionArgument(index),
            Expression::GlobalVariable(global) => Expression::GlobalVariable(self.imports.global(self.target, global)?),
            Expression::LocalVariable(local) => match self.locals.get(local.index()) {
                Some(local) => Expression::LocalVariable(*local),
                None => return Err(Finding::internal("a local variable before its declaration")),
            },
            Expression::Override(handle) => match self.imports.overrides.get(&handle) {
                Some(literal) => Expression::Literal(*literal),
                None => return Err(Finding::internal("an override without a value")),
            },
            ref other => return Err(Finding::internal(format!("{other:?} is used before it is evaluated"))),
        })
    }

    /// Scalars and vectors that are named constants or zero values, as literals: what the builder folds.
    fn small_constant(&mut self, expression: &Expression) -> Step<Option<Handle<Expression>>> {
        match *expression {
            Expression::ZeroValue(ty) => match self.source.types[ty].inner {
                TypeInner::Scalar(scalar) => Ok(Literal::zero(scalar).map(|zero| self.build.literal(zero))),
                TypeInner::Vector { size, scalar } => Ok(Literal::zero(scalar).map(|zero| {
                    let value = self.build.literal(zero);
                    self.build.splat(Some(size), value)
                })),
                _ => Ok(None),
            },
            Expression::Constant(constant) => self.small_global(self.source.constants[constant].init),
            _ => Ok(None),
        }
    }

    fn small_global(&mut self, expression: Handle<Expression>) -> Step<Option<Handle<Expression>>> {
        let source = self.source;
        match source.global_expressions[expression] {
            Expression::Literal(literal) => Ok(Some(self.build.literal(literal))),
            Expression::Splat { size, value } => Ok(self.small_global(value)?.map(|value| self.build.splat(Some(size), value))),
            Expression::Compose { ty, ref components } if matches!(source.types[ty].inner, TypeInner::Vector { .. }) => {
                let Some(components) =
                    components.iter().map(|&component| self.small_global(component)).collect::<Step<Option<Vec<_>>>>()?
                else {
                    return Ok(None);
                };
                let ty = self.imports.ty(self.target, ty)?;
                Ok(Some(self.build.append(Expression::Compose { ty, components })))
            }
            ref other @ (Expression::ZeroValue(_) | Expression::Constant(_)) => self.small_constant(other),
            _ => Ok(None),
        }
    }

    /// What `old` became. An expression not evaluated yet has to be constant, and is evaluated here.
    ///
    /// # Errors
    /// What the hook returns.
    pub fn value(&mut self, hook: &mut dyn Hook, old: Handle<Expression>) -> Step<Handle<Expression>> {
        if let Some(known) = self.known(old) {
            return Ok(known);
        }
        let made = self.expression(hook, old)?;
        // What is emitted here is in scope in this block alone, so it must not be found again from outside.
        if self.build.function.expressions[made].needs_pre_emit() {
            self.map[old.index()] = Some(made);
        }
        Ok(made)
    }

    /// Evaluates here an expression that is evaluated later on, with its operands, and forgets it again.
    ///
    /// # Errors
    /// What the hook returns.
    pub fn ahead(&mut self, hook: &mut dyn Hook, old: Handle<Expression>) -> Step<Handle<Expression>> {
        let known = self.map.clone();
        let (mut needed, mut open) = (BTreeSet::new(), vec![old]);
        while let Some(next) = open.pop() {
            if self.known(next).is_none() && needed.insert(next) {
                remap_expression(&self.from.expressions[next], |operand| {
                    open.push(operand);
                    Ok(operand)
                })?;
            }
        }
        // In the order in which they are evaluated later on; each once.
        for next in needed {
            self.map[next.index()] = Some(self.expression(hook, next)?);
        }
        let made = self.value(hook, old);
        self.map = known;
        made
    }

    /// A pointer to a local variable of the source.
    ///
    /// # Errors
    /// An internal one where there is none.
    pub fn local(&mut self, local: Handle<LocalVariable>) -> Step<Handle<Expression>> {
        let leaf = self.leaf(&Expression::LocalVariable(local))?;
        Ok(self.build.append(leaf))
    }

    /// What `old` became, if it has been evaluated.
    pub fn known(&self, old: Handle<Expression>) -> Option<Handle<Expression>> {
        self.map.get(old.index()).copied().flatten()
    }

    fn expression(&mut self, hook: &mut dyn Hook, old: Handle<Expression>) -> Step<Handle<Expression>> {
        let outer = (self.place, self.build.span);
        self.at(self.from.expressions.get_span(old));
        let made = match hook.expression(self, old)? {
            Some(made) => made,
            None => self.copied(hook, old)?,
        };
        (self.place, self.build.span) = outer;
        Ok(made)
    }

    /// `old` copied with its operands mapped.
    ///
    /// # Errors
    /// What the hook returns.
    pub fn copied(&mut self, hook: &mut dyn Hook, old: Handle<Expression>) -> Step<Handle<Expression>> {
        let from = self.from;
        let expression = &from.expressions[old];
        if let Some(made) = self.small_constant(expression)? {
            return Ok(made);
        }
        if expression.needs_pre_emit() {
            let leaf = self.leaf(expression)?;
            return Ok(self.build.append(leaf));
        }
        let mut mapped = remap_expression(expression, |operand| self.value(hook, operand))?;
        if let Expression::Compose { ty, .. } = &mut mapped {
            *ty = self.imports.ty(self.target, *ty)?;
        }
        Ok(self.build.append(mapped))
    }

    /// Walks a block of the source into the current block.
    ///
    /// # Errors
    /// What the hook returns.
    pub fn block(&mut self, hook: &mut dyn Hook, block: &Block) -> Step<()> {
        for (statement, span) in block.span_iter() {
            self.at(*span);
            self.statement(hook, statement, *span)?;
        }
        Ok(())
    }

    /// Walks a block of the source into a block of its own.
    ///
    /// # Errors
    /// What the hook returns.
    pub fn nested(&mut self, hook: &mut dyn Hook, block: &Block) -> Step<Block> {
        self.build.open();
        self.block(hook, block)?;
        Ok(self.build.close())
    }

    fn statement(&mut self, hook: &mut dyn Hook, statement: &Statement, span: Span) -> Step<()> {
        if let Statement::Emit(range) = statement {
            for old in range.clone() {
                let made = self.expression(hook, old)?;
                self.map[old.index()] = Some(made);
                self.name(old, made);
            }
            return Ok(());
        }
        if self.build.function.expressions.len() > EXPRESSIONS_MAX {
            let message = format!("this function becomes more than {EXPRESSIONS_MAX} operations");
            return Err(Finding::new("size", span, message, "split it into functions, and use loops"));
        }
        if hook.statement(self, statement)? {
            return Ok(());
        }
        let copied = self.copied_statement(hook, statement, span)?;
        self.at(span);
        self.build.push(copied);
        Ok(())
    }

    /// Carries over the name that the source gave to an expression.
    pub fn name(&mut self, old: Handle<Expression>, made: Handle<Expression>) {
        if let Some(name) = self.from.named_expressions.get(&old)
            && !is_generated(name)
            && !self.build.function.expressions[made].needs_pre_emit()
        {
            self.build.function.named_expressions.entry(made).or_insert_with(|| name.clone());
        }
    }

    /// A result of a statement, made known under its old handle.
    ///
    /// # Errors
    /// A type that cannot be brought over.
    pub fn result(&mut self, old: Handle<Expression>, expression: Expression) -> Step<Handle<Expression>> {
        let made = self.build.append_unemitted(expression);
        self.map[old.index()] = Some(made);
        Ok(made)
    }

    fn copied_statement(&mut self, hook: &mut dyn Hook, statement: &Statement, span: Span) -> Step<Statement> {
        Ok(match *statement {
            Statement::Block(ref block) => Statement::Block(self.nested(hook, block)?),
            Statement::If { condition, ref accept, ref reject } => {
                let condition = self.value(hook, condition)?;
                Statement::If { condition, accept: self.nested(hook, accept)?, reject: self.nested(hook, reject)? }
            }
            Statement::Switch { selector, ref cases } => {
                let selector = self.value(hook, selector)?;
                let mut copied = Vec::with_capacity(cases.len());
                for case in cases {
                    copied.push(SwitchCase { value: case.value, body: self.nested(hook, &case.body)?, fall_through: case.fall_through });
                }
                Statement::Switch { selector, cases: copied }
            }
            Statement::Loop { ref body, ref continuing, break_if } => self.looped(hook, body, continuing, break_if, |_| Ok(()))?,
            Statement::Break => Statement::Break,
            Statement::Continue => Statement::Continue,
            Statement::Return { value } => Statement::Return { value: value.map(|value| self.value(hook, value)).transpose()? },
            Statement::ControlBarrier(barrier) => Statement::ControlBarrier(barrier),
            Statement::Store { pointer, value } => {
                Statement::Store { pointer: self.value(hook, pointer)?, value: self.value(hook, value)? }
            }
            Statement::Atomic { pointer, fun, value, result: None } => {
                Statement::Atomic { pointer: self.value(hook, pointer)?, fun, value: self.value(hook, value)?, result: None }
            }
            Statement::WorkGroupUniformLoad { pointer, result } => {
                let pointer = self.value(hook, pointer)?;
                let Expression::WorkGroupUniformLoadResult { ty } = self.from.expressions[result] else {
                    return Err(Finding::internal("workgroupUniformLoad without its result"));
                };
                let ty = self.imports.ty(self.target, ty)?;
                let result = self.result(result, Expression::WorkGroupUniformLoadResult { ty })?;
                Statement::WorkGroupUniformLoad { pointer, result }
            }
            Statement::Call { function, ref arguments, result } => {
                let arguments = arguments.iter().map(|&argument| self.value(hook, argument)).collect::<Step<Vec<_>>>()?;
                let function = hook.callee(self, function)?;
                let result = result.map(|result| self.result(result, Expression::CallResult(function))).transpose()?;
                Statement::Call { function, arguments, result }
            }
            ref other => return Err(Finding::new("internal", span, format!("internal error: statement {other:?} was let through"), "")),
        })
    }

    /// A loop; `first` adds what has to stand at the start of its body.
    ///
    /// # Errors
    /// What the hook returns.
    pub fn looped(
        &mut self,
        hook: &mut dyn Hook,
        body: &Block,
        continuing: &Block,
        break_if: Option<Handle<Expression>>,
        first: impl FnOnce(&mut Self) -> Step<()>,
    ) -> Step<Statement> {
        self.build.open();
        first(self)?;
        self.block(hook, body)?;
        let body = self.build.close();
        self.build.open();
        self.block(hook, continuing)?;
        let break_if = break_if.map(|condition| self.value(hook, condition)).transpose()?;
        let continuing = self.build.close();
        Ok(Statement::Loop { body, continuing, break_if })
    }
}

/// Whether a name is one that naga's printer makes for an expression without a name.
fn is_generated(name: &str) -> bool {
    let digits = name.strip_prefix("_e").map(|rest| rest.trim_end_matches('_'));
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}
