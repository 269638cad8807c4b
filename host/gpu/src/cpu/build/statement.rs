//! Statements and calls.

use naga::{Expression, Handle, Statement, SwitchValue};

use super::super::failure::{Failure, unsupported};
use super::super::ir::{AtomicOp, Binary, Kind, Op, Orders, Stmt, Value};
use super::intrinsic::intrinsic_of;
use super::layout::{self, Layout};
use super::place::Root;
use super::{Builder, Frame, Known, Target};

/// Whether the function returns anywhere but by its last statement.
pub(super) fn returns_early(body: &naga::Block) -> bool {
    let Some((last, rest)) = body.split_last() else { return false };
    let tail = match last {
        Statement::Return { .. } => false,
        Statement::Block(block) => returns_early(block),
        other => returns(std::slice::from_ref(other)),
    };
    tail || returns(rest)
}

/// The statements of a block with where they stand.
fn spanned(block: &naga::Block) -> Vec<(&Statement, naga::Span)> {
    block.span_iter().map(|(statement, span)| (statement, *span)).collect()
}

/// Deepest nesting that code after an early return is put into.
const NESTED_MAX: u32 = 48;

/// Whether every way through a block returns.
fn always_returns(block: &[Statement]) -> bool {
    match block.last() {
        Some(Statement::Return { .. }) => true,
        Some(Statement::Block(block)) => always_returns(block),
        Some(Statement::If { accept, reject, .. }) => always_returns(accept) && always_returns(reject),
        _ => false,
    }
}

fn returns(statements: &[Statement]) -> bool {
    statements.iter().any(|statement| match statement {
        Statement::Return { .. } => true,
        Statement::Block(block) => returns(block),
        Statement::If { accept, reject, .. } => returns(accept) || returns(reject),
        Statement::Switch { cases, .. } => cases.iter().any(|case| returns(&case.body)),
        Statement::Loop { body, continuing, .. } => returns(body) || returns(continuing),
        _ => false,
    })
}

/// Calls `visit` with the arguments of each call.
pub(super) fn each_call(body: &naga::Block, visit: &mut impl FnMut(&[Handle<Expression>])) {
    for statement in body.iter() {
        match statement {
            Statement::Call { arguments, .. } => visit(arguments),
            Statement::Block(block) => each_call(block, visit),
            Statement::If { accept, reject, .. } => {
                each_call(accept, visit);
                each_call(reject, visit);
            }
            Statement::Switch { cases, .. } => cases.iter().for_each(|case| each_call(&case.body, visit)),
            Statement::Loop { body, continuing, .. } => {
                each_call(body, visit);
                each_call(continuing, visit);
            }
            _ => {}
        }
    }
}

/// Whether a `break` inside leaves the switch whose case this is.
fn breaks(block: &[Statement]) -> bool {
    block.iter().any(|statement| match statement {
        Statement::Break => true,
        Statement::Block(block) => breaks(block),
        Statement::If { accept, reject, .. } => breaks(accept) || breaks(reject),
        _ => false,
    })
}

impl<'a> Builder<'a> {
    /// Takes a block apart; `tail` says that it ends the function.
    pub(super) fn block(&mut self, frame: &mut Frame<'a>, block: &'a naga::Block, tail: bool) -> Result<(), Failure> {
        self.sequence(frame, &spanned(block), tail)
    }

    /// Statements that follow each other. `if c { return x; } rest` at a function's end is `if c { result = x } else { rest }`: no lane has to be remembered as gone.
    fn sequence(&mut self, frame: &mut Frame<'a>, statements: &[(&'a Statement, naga::Span)], tail: bool) -> Result<(), Failure> {
        for (index, (statement, span)) in statements.iter().enumerate() {
            let rest = &statements[index + 1..];
            match statement {
                Statement::If { condition, accept, reject }
                    if tail && frame.nested < NESTED_MAX && (rest.is_empty() || always_returns(accept) || always_returns(reject)) =>
                {
                    let condition = self.scalar(frame, *condition)?;
                    if self.body.constant(condition).is_none() {
                        return self.tail_branch(frame, condition, accept, reject, rest);
                    }
                    self.statement(frame, statement, *span, false)?;
                }
                Statement::Block(block) if tail && !rest.is_empty() && returns(block) => {
                    let mut inner = spanned(block);
                    inner.extend_from_slice(rest);
                    return self.sequence(frame, &inner, tail);
                }
                _ => self.statement(frame, statement, *span, tail && rest.is_empty())?,
            }
        }
        Ok(())
    }

    /// A branch at the end of the function, or with an arm that ends it: `rest` belongs to the arms that go on.
    fn tail_branch(
        &mut self,
        frame: &mut Frame<'a>,
        condition: Value,
        accept: &'a naga::Block,
        reject: &'a naga::Block,
        rest: &[(&'a Statement, naga::Span)],
    ) -> Result<(), Failure> {
        frame.nested += 1;
        let id = self.new_construct();
        let mut arms = Vec::new();
        for arm in [accept, reject] {
            let mut statements = spanned(arm);
            if !always_returns(arm) {
                statements.extend_from_slice(rest);
            }
            self.blocks.push(Vec::new());
            self.sequence(frame, &statements, true)?;
            arms.push(self.blocks.pop().unwrap_or_default());
        }
        frame.nested -= 1;
        let reject = arms.pop().unwrap_or_default();
        let accept = arms.pop().unwrap_or_default();
        self.push(Stmt::If { id, condition, accept, reject })
    }

    fn nested_block(&mut self, frame: &mut Frame<'a>, block: &'a naga::Block) -> Result<Vec<Stmt>, Failure> {
        self.blocks.push(Vec::new());
        self.block(frame, block, false)?;
        Ok(self.blocks.pop().unwrap_or_default())
    }

    fn statement(&mut self, frame: &mut Frame<'a>, statement: &'a Statement, span: naga::Span, tail: bool) -> Result<(), Failure> {
        match *statement {
            Statement::Emit(ref range) => {
                for handle in range.clone() {
                    if frame.known[handle.index()].is_none() {
                        let known = self.evaluate(frame, handle)?;
                        frame.known[handle.index()] = Some(known);
                    }
                }
                Ok(())
            }
            Statement::Block(ref block) => self.block(frame, block, tail),
            Statement::If { condition, ref accept, ref reject } => {
                let condition = self.scalar(frame, condition)?;
                if let Some(constant) = self.body.constant(condition) {
                    return self.block(frame, if constant != 0 { accept } else { reject }, false);
                }
                let id = self.new_construct();
                let accept = self.nested_block(frame, accept)?;
                let reject = self.nested_block(frame, reject)?;
                self.push(Stmt::If { id, condition, accept, reject })
            }
            Statement::Switch { selector, ref cases } => self.switch(frame, selector, cases, tail),
            Statement::Loop { ref body, ref continuing, break_if } => {
                let id = self.new_construct();
                frame.targets.push(Target { on_break: id, on_continue: Some(id) });
                let body = self.nested_block(frame, body)?;
                self.blocks.push(Vec::new());
                self.block(frame, continuing, false)?;
                let break_if = match break_if {
                    Some(condition) => Some(self.scalar(frame, condition)?),
                    None => None,
                };
                let continuing = self.blocks.pop().unwrap_or_default();
                frame.targets.pop();
                self.push(Stmt::Loop { id, body, continuing, break_if })
            }
            Statement::Break => match frame.targets.last() {
                Some(target) => self.push(Stmt::Exit { target: target.on_break, again: false }),
                None => unsupported("a break outside loops"),
            },
            Statement::Continue => match frame.targets.iter().rev().find_map(|target| target.on_continue) {
                Some(target) => self.push(Stmt::Exit { target, again: true }),
                None => unsupported("a continue outside loops"),
            },
            Statement::Return { value } => {
                let values = match value {
                    Some(value) => self.values(frame, value)?.to_vec(),
                    None => Vec::new(),
                };
                let Some(target) = frame.on_return else {
                    frame.result = values;
                    return Ok(());
                };
                for (var, value) in frame.result_vars.clone().into_iter().zip(values) {
                    self.push(Stmt::Set { var, value, blend: true })?;
                }
                if tail {
                    return Ok(());
                }
                frame.exits = true;
                self.push(Stmt::Exit { target, again: false })
            }
            Statement::Store { pointer, value } => {
                let line = self.line(span);
                let access = self.access(frame, pointer)?;
                let values = self.values(frame, value)?;
                match (access.ty.inner_with(&self.module.types), access.root) {
                    (naga::TypeInner::Atomic(_), Root::Memory(space)) => {
                        let place = self.place(&access, space, access.offset);
                        self.push(Stmt::Atomic { op: AtomicOp::Store, place, value: values[0], line })
                    }
                    _ => self.store(&access, &values, line),
                }
            }
            Statement::Atomic { pointer, ref fun, value, result: None } => self.atomic(frame, pointer, fun, value, span),
            Statement::ControlBarrier(flags) => self.barrier(flags),
            Statement::WorkGroupUniformLoad { pointer, result } => {
                let access = self.access(frame, pointer)?;
                let values = self.uniform_load(&access)?;
                frame.known[result.index()] = Some(Known::Value(values.into()));
                Ok(())
            }
            Statement::Call { function, ref arguments, result } => self.call(frame, function, arguments, result),
            ref other => unsupported(format!("the statement {other:?}")),
        }
    }

    fn switch(
        &mut self,
        frame: &mut Frame<'a>,
        selector: Handle<Expression>,
        cases: &'a [naga::SwitchCase],
        tail: bool,
    ) -> Result<(), Failure> {
        let selector = self.scalar(frame, selector)?;
        // Cases without a body fall through to the next that has one.
        let mut arms: Vec<(Vec<u32>, bool, Vec<&'a naga::Block>)> = Vec::new();
        let mut open: Option<(Vec<u32>, bool)> = None;
        for case in cases {
            let (mut values, mut default) = open.take().unwrap_or_default();
            match case.value {
                SwitchValue::I32(value) => values.push(value as u32),
                SwitchValue::U32(value) => values.push(value),
                SwitchValue::Default => default = true,
            }
            if case.fall_through {
                if !case.body.is_empty() {
                    return unsupported("a case that falls through");
                }
                open = Some((values, default));
            } else {
                arms.push((values, default, vec![&case.body]));
            }
        }
        let id = self.new_construct();
        frame.targets.push(Target { on_break: id, on_continue: None });
        let leaves = arms.iter().any(|(_, _, body)| body.iter().any(|body| breaks_early(body)));
        self.blocks.push(Vec::new());
        self.arms(frame, selector, &arms, 0, tail)?;
        let body = self.blocks.pop().unwrap_or_default();
        frame.targets.pop();
        if leaves {
            return self.push(Stmt::Scope { id, body });
        }
        body.into_iter().try_for_each(|statement| self.push(statement))
    }

    /// The arms of a switch from `from` on, as a chain of branches, the default last.
    fn arms(
        &mut self,
        frame: &mut Frame<'a>,
        selector: Value,
        arms: &[(Vec<u32>, bool, Vec<&'a naga::Block>)],
        from: usize,
        tail: bool,
    ) -> Result<(), Failure> {
        let Some((values, default, body)) = arms.get(from) else {
            let default = arms.iter().find(|(_, default, _)| *default);
            return match default {
                Some((_, _, body)) => self.arm(frame, body, tail),
                None => Ok(()),
            };
        };
        if *default {
            return self.arms(frame, selector, arms, from + 1, tail);
        }
        let mut condition = None;
        for value in values {
            let value = self.constant(Kind::Int, *value);
            let is_it = self.binary(Binary::IntEq, selector, value)?;
            condition = Some(match condition {
                None => is_it,
                Some(before) => self.binary(Binary::BoolOr, before, is_it)?,
            });
        }
        let Some(condition) = condition else { return self.arms(frame, selector, arms, from + 1, tail) };
        if let Some(constant) = self.body.constant(condition) {
            return if constant != 0 { self.arm(frame, body, tail) } else { self.arms(frame, selector, arms, from + 1, tail) };
        }
        let id = self.new_construct();
        self.blocks.push(Vec::new());
        self.arm(frame, body, tail)?;
        let accept = self.blocks.pop().unwrap_or_default();
        self.blocks.push(Vec::new());
        self.arms(frame, selector, arms, from + 1, tail)?;
        let reject = self.blocks.pop().unwrap_or_default();
        self.push(Stmt::If { id, condition, accept, reject })
    }

    /// A case's body, without the `break` that ends it.
    fn arm(&mut self, frame: &mut Frame<'a>, body: &[&'a naga::Block], tail: bool) -> Result<(), Failure> {
        for block in body {
            let mut statements = spanned(block);
            if let Some((Statement::Break, _)) = statements.last() {
                statements.pop();
            }
            self.sequence(frame, &statements, tail)?;
        }
        Ok(())
    }

    fn atomic(
        &mut self,
        frame: &mut Frame<'a>,
        pointer: Handle<Expression>,
        fun: &naga::AtomicFunction,
        value: Handle<Expression>,
        span: naga::Span,
    ) -> Result<(), Failure> {
        let line = self.line(span);
        let access = self.access(frame, pointer)?;
        let value = self.scalar(frame, value)?;
        let signed =
            matches!(access.ty.inner_with(&self.module.types), naga::TypeInner::Atomic(naga::Scalar { kind: naga::ScalarKind::Sint, .. }));
        let op = match fun {
            naga::AtomicFunction::Add => AtomicOp::Add,
            naga::AtomicFunction::Subtract => AtomicOp::Sub,
            naga::AtomicFunction::And => AtomicOp::And,
            naga::AtomicFunction::ExclusiveOr => AtomicOp::Xor,
            naga::AtomicFunction::InclusiveOr => AtomicOp::Or,
            naga::AtomicFunction::Min if signed => AtomicOp::MinSigned,
            naga::AtomicFunction::Max if signed => AtomicOp::MaxSigned,
            naga::AtomicFunction::Min => AtomicOp::MinUnsigned,
            naga::AtomicFunction::Max => AtomicOp::MaxUnsigned,
            naga::AtomicFunction::Exchange { .. } => return unsupported("an atomic exchange"),
        };
        let Root::Memory(space) = access.root else { return unsupported("an atomic outside memory") };
        if self.is_status(space) {
            return Ok(());
        }
        let place = self.place(&access, space, access.offset);
        self.push(Stmt::Atomic { op, place, value, line })
    }

    /// A barrier, one load for the whole workgroup, a barrier.
    fn uniform_load(&mut self, access: &super::place::Access) -> Result<Vec<Value>, Failure> {
        let Root::Memory(space) = access.root else { return unsupported("workgroupUniformLoad of a variable outside workgroup memory") };
        let orders = Orders { workgroup: true, storage: false };
        self.push(Stmt::Barrier(orders))?;
        let mut leaves = Vec::new();
        layout::flatten(self.module, access.ty.inner_with(&self.module.types), access.layout(), access.offset, &mut leaves)?;
        let mut values = Vec::new();
        for (offset, kind) in &leaves {
            let place = self.place(access, space, *offset);
            let first = self.new_value(Op::Result, if *kind == Kind::Bool { Kind::Int } else { *kind });
            self.push(Stmt::UniformLoad { first, words: 1, place })?;
            values.push(first);
        }
        self.push(Stmt::Barrier(orders))?;
        for (value, (_, kind)) in values.iter_mut().zip(leaves) {
            if kind == Kind::Bool {
                *value = self.unary(super::super::ir::Unary::IntToBool, *value)?;
            }
        }
        Ok(values)
    }

    fn call(
        &mut self,
        frame: &mut Frame<'a>,
        function: Handle<naga::Function>,
        arguments: &[Handle<Expression>],
        result: Option<Handle<Expression>>,
    ) -> Result<(), Failure> {
        let module = self.module;
        let callee = &module.functions[function];
        let values = if let Some(intrinsic) = intrinsic_of(module, function) {
            let mut known = Vec::new();
            for argument in arguments {
                known.push(self.values(frame, *argument)?);
            }
            self.call_intrinsic(intrinsic, &known)?
        } else {
            let mut known = Vec::new();
            for argument in arguments {
                known.push(self.known(frame, *argument)?);
            }
            if self.outlines.contains(function) {
                self.call_outlined(function, &known)?
            } else {
                self.function(callee, &self.kernel.info[function], known)?
            }
        };
        if let Some(result) = result {
            let Some(declared) = &callee.result else { return unsupported("the result of a function without one") };
            let mut kinds = Vec::new();
            layout::flatten(module, &module.types[declared.ty].inner, Layout::Packed { unit: 1 }, 0, &mut kinds)?;
            if kinds.len() != values.len() {
                return unsupported(format!("the function {:?}, which ends without a result", callee.name));
            }
            frame.known[result.index()] = Some(Known::Value(values.into()));
        }
        Ok(())
    }
}

/// As [`breaks`], but for the `break` that ends the case.
fn breaks_early(body: &naga::Block) -> bool {
    match body.split_last() {
        Some((Statement::Break, rest)) => breaks(rest),
        _ => breaks(body),
    }
}
