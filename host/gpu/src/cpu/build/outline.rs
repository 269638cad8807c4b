//! Which functions become functions of the wasm module, rather than being copied into every caller.
//!
//! A function qualifies when it is pure: no pointer, no memory, no private variable, no barrier, no loop that counts against the budget (one that does not ends by
//! itself, whatever it is given), so that it needs neither mask nor memory and may run on lanes that are switched off. It is worth it when it is large and called more than once. The prelude's transcendental functions are the ones that matter.

use std::collections::HashMap;

use naga::{Expression, Handle, Statement};

use super::super::failure::{Failure, unsupported};
use super::super::ir::{Body, Op, Stmt, Value};
use super::intrinsic::{Intrinsic, intrinsic_of};
use super::layout::{self, Layout};
use super::{Builder, Known};

/// Expressions from which on a function is worth a call.
const LARGE: usize = 40;

/// Most scalars that a function may take and return together: they travel in registers, two for each where a pack has two vectors.
const SCALARS_MAX: u32 = 7;

fn scalars(module: &naga::Module, function: &naga::Function) -> u32 {
    let types = function.arguments.iter().map(|argument| argument.ty).chain(function.result.iter().map(|result| result.ty));
    types.map(|ty| layout::leaves(module, &module.types[ty].inner).unwrap_or(u32::MAX / 64)).fold(0, u32::saturating_add)
}

/// The functions that are compiled apart.
#[derive(Debug, Default)]
pub(super) struct Outlines {
    chosen: HashMap<Handle<naga::Function>, ()>,
}

impl Outlines {
    pub(super) fn of(module: &naga::Module) -> Self {
        let mut calls: HashMap<Handle<naga::Function>, u32> = HashMap::new();
        let mut pure: HashMap<Handle<naga::Function>, bool> = HashMap::new();
        // A function is declared after those that it calls.
        for (handle, function) in module.functions.iter() {
            let simple = function.arguments.iter().all(|argument| module.types[argument.ty].inner.pointer_space().is_none())
                && function.result.is_some()
                && scalars(module, function) <= SCALARS_MAX
                && !function.local_variables.iter().any(|(_, variable)| super::place::has_array(module, variable.ty))
                && !function
                    .expressions
                    .iter()
                    .any(|(_, expression)| matches!(expression, Expression::GlobalVariable(_) | Expression::Access { .. }));
            let body = pure_block(module, &function.body, &pure);
            pure.insert(handle, simple && body);
        }
        for function in module.functions.iter().map(|(_, function)| function).chain(module.entry_points.iter().map(|entry| &entry.function))
        {
            count(&function.body, &mut calls);
        }
        let chosen = module
            .functions
            .iter()
            .filter(|(handle, function)| {
                pure[handle]
                    && intrinsic_of(module, *handle).is_none()
                    && function.expressions.len() >= LARGE
                    && calls.get(handle).is_some_and(|calls| *calls > 1)
            })
            .map(|(handle, _)| (handle, ()))
            .collect();
        Self { chosen }
    }

    pub(super) fn contains(&self, function: Handle<naga::Function>) -> bool {
        self.chosen.contains_key(&function)
    }
}

fn pure_block(module: &naga::Module, block: &naga::Block, pure: &HashMap<Handle<naga::Function>, bool>) -> bool {
    block.iter().all(|statement| match statement {
        Statement::Emit(_) | Statement::Store { .. } | Statement::Return { .. } | Statement::Break | Statement::Continue => true,
        Statement::Block(block) => pure_block(module, block, pure),
        Statement::If { accept, reject, .. } => pure_block(module, accept, pure) && pure_block(module, reject, pure),
        Statement::Switch { cases, .. } => cases.iter().all(|case| pure_block(module, &case.body, pure)),
        Statement::Loop { body, continuing, .. } => pure_block(module, body, pure) && pure_block(module, continuing, pure),
        Statement::Call { function, .. } => match intrinsic_of(module, *function) {
            Some(Intrinsic::Tick { .. } | Intrinsic::Charge) => false,
            Some(_) => true,
            None => pure.get(function).copied().unwrap_or(false),
        },
        _ => false,
    })
}

fn count(block: &naga::Block, calls: &mut HashMap<Handle<naga::Function>, u32>) {
    for statement in block.iter() {
        match statement {
            Statement::Call { function, .. } => *calls.entry(*function).or_default() += 1,
            Statement::Block(block) => count(block, calls),
            Statement::If { accept, reject, .. } => {
                count(accept, calls);
                count(reject, calls);
            }
            Statement::Switch { cases, .. } => cases.iter().for_each(|case| count(&case.body, calls)),
            Statement::Loop { body, continuing, .. } => {
                count(body, calls);
                count(continuing, calls);
            }
            _ => {}
        }
    }
}

impl<'a> Builder<'a> {
    /// Calls a function that is compiled apart.
    pub(super) fn call_outlined(&mut self, function: Handle<naga::Function>, arguments: &[Known]) -> Result<Vec<Value>, Failure> {
        let index = match self.outlined.get(&function) {
            Some(index) => *index,
            None => self.outline(function)?,
        };
        let mut values = Vec::new();
        for argument in arguments {
            match argument {
                Known::Value(argument) => values.extend_from_slice(argument),
                Known::Place(_) => return unsupported("a pointer to an outlined function"),
            }
        }
        let kinds: Vec<_> = {
            let callee = &self.program.functions[index];
            callee.results.iter().map(|result| callee.kind(*result)).collect()
        };
        let results: Vec<Value> = kinds.into_iter().map(|kind| self.new_value(Op::Result, kind)).collect();
        let first = results.first().copied().unwrap_or(Value(0));
        self.push(Stmt::Call { function: index, arguments: values, first, results: results.len() as u32 })?;
        Ok(results)
    }

    /// Builds the body of an outlined function.
    fn outline(&mut self, handle: Handle<naga::Function>) -> Result<usize, Failure> {
        let function = &self.module.functions[handle];
        let outer_body = std::mem::take(&mut self.body);
        let outer_blocks = std::mem::replace(&mut self.blocks, vec![Vec::new()]);
        let outer_constants = std::mem::take(&mut self.constants);
        let outer_inputs = std::mem::take(&mut self.inputs);
        let mut arguments = Vec::new();
        let mut params = Vec::new();
        for argument in &function.arguments {
            let mut kinds = Vec::new();
            layout::flatten(self.module, &self.module.types[argument.ty].inner, Layout::Packed { unit: 1 }, 0, &mut kinds)?;
            let values: Vec<Value> = kinds
                .iter()
                .map(|(_, kind)| {
                    params.push(*kind);
                    self.new_value(Op::Param(params.len() as u32 - 1), *kind)
                })
                .collect();
            arguments.push(Known::Value(values.into()));
        }
        let results = self.function(function, &self.kernel.info[handle], arguments)?;
        let block = self.blocks.pop().unwrap_or_default();
        let mut body: Body = std::mem::replace(&mut self.body, outer_body);
        self.blocks = outer_blocks;
        self.constants = outer_constants;
        self.inputs = outer_inputs;
        body.block = block;
        body.results = results;
        body.params = params;
        let index = self.program.functions.len();
        self.program.functions.push(body);
        self.outlined.insert(handle, index);
        Ok(index)
    }
}
