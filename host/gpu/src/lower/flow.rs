//! Statements: loops and their budget, stores, atomics, the check at entry.

use std::collections::{HashMap, HashSet};

use naga::{Block, Expression, Function, Handle, Module, Statement, TypeInner};

use super::Lowering;
use super::rewrite::{Copier, Finding, Step};

/// Whether a name is reserved for the prelude.
pub fn is_ours(name: Option<&str>) -> bool {
    name.is_some_and(|name| name.starts_with("assay_"))
}

/// The prelude's name of a function of the source, if it is one of the prelude's. naga's printer adds `_` to a name that ends in a digit.
pub fn prelude_name(name: Option<&str>) -> Option<String> {
    name.filter(|name| is_ours(Some(name))).map(|name| name.trim_end_matches('_').to_owned())
}

/// Which functions contain a barrier, or call one that does.
pub fn barriers(module: &Module) -> HashMap<Handle<Function>, bool> {
    let mut found = HashMap::new();
    for (handle, function) in module.functions.iter() {
        let has = has_barrier(&function.body, &found);
        found.insert(handle, has);
    }
    found
}

/// Whether a barrier is in `block`, or in a function it calls.
pub fn has_barrier(block: &Block, functions: &HashMap<Handle<Function>, bool>) -> bool {
    block.iter().any(|statement| match statement {
        Statement::ControlBarrier(_) | Statement::WorkGroupUniformLoad { .. } => true,
        Statement::Call { function, .. } => functions.get(function).copied().unwrap_or(false),
        Statement::Block(block) => has_barrier(block, functions),
        Statement::If { accept, reject, .. } => has_barrier(accept, functions) || has_barrier(reject, functions),
        Statement::Switch { cases, .. } => cases.iter().any(|case| has_barrier(&case.body, functions)),
        Statement::Loop { body, continuing, .. } => has_barrier(body, functions) || has_barrier(continuing, functions),
        _ => false,
    })
}

/// Every call in `block`, in order.
pub fn calls(block: &Block, found: &mut Vec<Handle<Function>>) {
    for statement in block {
        match statement {
            Statement::Call { function, .. } => found.push(*function),
            Statement::Block(block) => calls(block, found),
            Statement::If { accept, reject, .. } => {
                calls(accept, found);
                calls(reject, found);
            }
            Statement::Switch { cases, .. } => cases.iter().for_each(|case| calls(&case.body, found)),
            Statement::Loop { body, continuing, .. } => {
                calls(body, found);
                calls(continuing, found);
            }
            _ => {}
        }
    }
}

/// Operations of a function with every call replaced by what is called, for which the size is `known`: the functions before it.
pub fn expanded_size(function: &Function, known: &HashMap<Handle<Function>, u64>) -> u64 {
    let mut called = Vec::new();
    calls(&function.body, &mut called);
    let sizes = called.iter().map(|callee| known.get(callee).copied().unwrap_or(0));
    sizes.fold(1 + function.expressions.len() as u64, u64::saturating_add)
}

/// Functions that `entry` calls, directly or not, callees first.
pub fn reachable(module: &Module, entry: &Function) -> Vec<Handle<Function>> {
    let mut open = Vec::new();
    calls(&entry.body, &mut open);
    let mut seen = HashSet::new();
    while let Some(function) = open.pop() {
        if seen.insert(function) {
            calls(&module.functions[function].body, &mut open);
        }
    }
    // naga keeps callees before callers.
    module.functions.iter().map(|(handle, _)| handle).filter(|handle| seen.contains(handle)).collect()
}

/// Where `block` starts with a call of one of `names` and the branch on its result that `is_branch` accepts. Constants may be evaluated before.
fn guard(module: &Module, block: &Block, names: &[&str], is_branch: impl Fn(&Block) -> bool) -> Option<std::ops::Range<usize>> {
    let mut statements = block.iter().enumerate().filter(|(_, statement)| !matches!(statement, Statement::Emit(_)));
    let (first, Statement::Call { function, result: Some(result), .. }) = statements.next()? else { return None };
    let name = prelude_name(module.functions[*function].name.as_deref())?;
    let (last, Statement::If { condition, accept, reject }) = statements.next()? else { return None };
    let adjacent = last == first + 1;
    (adjacent && names.contains(&name.as_str()) && condition == result && reject.is_empty() && is_branch(accept)).then_some(first..last + 1)
}

/// The entry point without the check that a former lowering put at its start.
pub fn without_entry_check(module: &Module, entry: &Function) -> Function {
    let mut copy = entry.clone();
    let leaves = |block: &Block| matches!(block.first(), Some(Statement::Return { value: None })) && block.len() == 1;
    if let Some(range) = guard(module, &entry.body, &["assay_stopped"], leaves) {
        copy.body.cull(range);
    }
    copy
}

fn is_charge(copier: &Copier<'_, '_>, function: Handle<Function>) -> bool {
    copier.source.functions[function].name.as_deref() == Some("assay_charge")
}

impl Lowering<'_, '_> {
    /// `if assay_stopped() { return; }`
    pub fn entry_check(&mut self, copier: &mut Copier<'_, '_>) -> Step<()> {
        let stopped = self.call(copier, "assay_stopped", &[])?;
        copier.build.open();
        copier.build.push(Statement::Return { value: None });
        let accept = copier.build.close();
        copier.build.push(Statement::If { condition: stopped, accept, reject: Block::new() });
        Ok(())
    }

    /// Lowers the statements that are not copied as they are.
    pub fn lower_statement(&mut self, copier: &mut Copier<'_, '_>, statement: &Statement) -> Step<bool> {
        match *statement {
            Statement::Loop { ref body, ref continuing, break_if } => self.budgeted(copier, body, continuing, break_if).map(|()| true),
            Statement::Store { pointer, value } => self.store(copier, pointer, value),
            // A charge in the source is one that a former lowering put there, or that the author claims. The loop is counted anew.
            Statement::Call { function, result: Some(result), .. } if is_charge(copier, function) => {
                self.charges.insert(result);
                Ok(true)
            }
            Statement::If { condition, ref reject, .. } if self.charges.contains(&condition) => copier.block(self, reject).map(|()| true),
            Statement::Atomic { pointer, fun, value, result: Some(_) } => {
                let (pointer, value) = (copier.value(self, pointer)?, copier.value(self, value)?);
                copier.build.push(Statement::Atomic { pointer, fun, value, result: None });
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn budgeted(
        &mut self,
        copier: &mut Copier<'_, '_>,
        body: &Block,
        continuing: &Block,
        break_if: Option<Handle<Expression>>,
    ) -> Step<()> {
        let span = copier.place;
        let breaks = |block: &Block| matches!(block.first(), Some(Statement::Break)) && block.len() == 1;
        let mut rest = body.clone();
        if let Some(range) = guard(copier.source, body, &["assay_tick", "assay_tick_uniform"], breaks) {
            rest.cull(range);
        }
        let uniform = has_barrier(body, self.barriers) || has_barrier(continuing, self.barriers);
        let counted = if uniform { None } else { self.counted(copier, &rest, continuing, break_if) };
        let charged = match counted {
            Some(counted) => self.charge(copier, &counted)?,
            None => None,
        };
        if let Some(over) = charged {
            copier.build.open();
            let made = copier.looped(self, &rest, continuing, break_if, |_| Ok(()))?;
            copier.at(span);
            copier.build.push(made);
            let reject = copier.build.close();
            copier.build.push(Statement::If { condition: over, accept: Block::new(), reject });
            return Ok(());
        }
        let tick = self.prelude(copier, if uniform { "assay_tick_uniform" } else { "assay_tick" })?;
        let made = copier.looped(self, &rest, continuing, break_if, |copier| {
            copier.at(span);
            let over = copier.build.call(tick, Vec::new());
            copier.build.open();
            copier.build.push(Statement::Break);
            let accept = copier.build.close();
            copier.build.push(Statement::If { condition: over, accept, reject: Block::new() });
            Ok(())
        })?;
        copier.at(span);
        copier.build.push(made);
        Ok(())
    }

    fn store(&mut self, copier: &mut Copier<'_, '_>, pointer: Handle<Expression>, value: Handle<Expression>) -> Step<bool> {
        let span = copier.place;
        if !matches!(self.old_type(copier, pointer).pointer_space(), Some(naga::AddressSpace::Storage { .. })) {
            return Ok(false);
        }
        let ty = match self.info[value].ty.clone() {
            naga::proc::TypeResolution::Handle(handle) => {
                let handle = copier.imports.ty(copier.target, handle)?;
                copier.target.types[handle].inner.clone()
            }
            naga::proc::TypeResolution::Value(inner) => inner,
        };
        if let TypeInner::Pointer { .. } = ty {
            return Err(Finding::internal("a pointer is stored"));
        }
        let (pointer, mut value) = (copier.value(self, pointer)?, copier.value(self, value)?);
        copier.at(span);
        value = self.canonical(copier, value, &ty, span)?;
        copier.build.push(Statement::Store { pointer, value });
        Ok(true)
    }
}
