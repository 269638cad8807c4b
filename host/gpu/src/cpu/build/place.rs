//! Pointers: what a chain of accesses refers to, and loads and stores through it.

use std::collections::HashSet;
use std::rc::Rc;

use naga::proc::TypeResolution;
use naga::{Expression, Handle, TypeInner};

use super::super::failure::{Failure, unsupported};
use super::super::ir::{Binary, Kind, Op, Place, Space, Stmt, Unary, Value, Var};
use super::layout::{self, Layout};
use super::{Builder, Frame, Known};

/// What a pointer starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    /// Scalar variables, consecutively numbered; offsets count them.
    Vars(Var),
    /// Memory; offsets count bytes, or words in [`Space::Scratch`].
    Memory(Space),
}

/// An index that is not a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Term {
    pub index: Value,
    pub scale: u32,
    /// Elements that it can choose from, where that is known.
    pub count: u32,
}

/// A pointer, taken apart.
#[derive(Debug, Clone)]
pub(super) struct Access {
    pub root: Root,
    pub terms: Vec<Term>,
    pub offset: u32,
    /// Of what it points to.
    pub ty: TypeResolution,
}

impl Access {
    pub(super) fn layout(&self) -> Layout {
        match self.root {
            Root::Vars(_) | Root::Memory(Space::Scratch) => Layout::Packed { unit: 1 },
            Root::Memory(Space::Workgroup | Space::Table) => Layout::Packed { unit: 4 },
            Root::Memory(Space::Binding { .. }) => Layout::Memory,
        }
    }
}

impl<'a> Builder<'a> {
    pub(super) fn place(&self, access: &Access, space: Space, offset: u32) -> Place {
        Place { space, terms: access.terms.iter().map(|term| (term.index, term.scale)).collect(), offset }
    }

    /// A member or element by constant index.
    pub(super) fn step(&mut self, access: &Access, index: u32) -> Result<Access, Failure> {
        let inner = access.ty.inner_with(&self.module.types);
        let (offset, ty) = layout::member(self.module, inner, index, access.layout())?;
        let Some(offset) = access.offset.checked_add(offset) else { return unsupported("an offset beyond 4 GiB") };
        Ok(Access { root: access.root, terms: access.terms.clone(), offset, ty })
    }

    /// An element by an index that was clamped.
    pub(super) fn step_dynamic(&mut self, access: &Access, index: Value) -> Result<Access, Failure> {
        if let Some(index) = self.body.constant(index) {
            return self.step(access, index);
        }
        let inner = access.ty.inner_with(&self.module.types);
        let (scale, count, ty) = layout::elements(self.module, inner, access.layout())?;
        let mut access = Access { ty, ..access.clone() };
        access.terms.push(Term { index, scale, count: count.unwrap_or(u32::MAX) });
        Ok(access)
    }

    /// Loads what a pointer refers to.
    pub(super) fn load(&mut self, access: &Access, line: u32) -> Result<Rc<[Value]>, Failure> {
        let inner = access.ty.inner_with(&self.module.types).clone();
        let atomic = matches!(inner, TypeInner::Atomic(_));
        let mut leaves = Vec::new();
        layout::flatten(self.module, &inner, access.layout(), access.offset, &mut leaves)?;
        match access.root {
            Root::Vars(first) => {
                let mut values = Vec::with_capacity(leaves.len());
                for (offset, kind) in leaves {
                    values.push(self.get_chosen(first, &access.terms, offset, kind)?);
                }
                Ok(values.into())
            }
            Root::Memory(space) => {
                let slots = self.is_status(space);
                if slots {
                    // The executor ends a dispatch that passes its budget at once, so word 0 is 0 wherever it can be read; word 1 is 0 by definition.
                    return Ok(leaves.iter().map(|(_, kind)| self.constant(*kind, 0)).collect());
                }
                let unit = if space == Space::Scratch { 1 } else { 4 };
                let mut values = Vec::with_capacity(leaves.len());
                for (at, words) in runs(&leaves, unit) {
                    let place = self.place(access, space, leaves[at].0);
                    let first = Value(self.body.values.len() as u32);
                    for (_, kind) in &leaves[at..at + words] {
                        let kind = if *kind == Kind::Bool { Kind::Int } else { *kind };
                        self.new_value(Op::Result, kind);
                    }
                    self.push(Stmt::Load { first, words: words as u32, place, atomic, line })?;
                    for index in 0..words {
                        let value = Value(first.0 + index as u32);
                        let is_bool = leaves[at + index].1 == Kind::Bool;
                        values.push(if is_bool { self.unary(Unary::IntToBool, value)? } else { value });
                    }
                }
                Ok(values.into())
            }
        }
    }

    /// Stores `values` where a pointer refers to.
    pub(super) fn store(&mut self, access: &Access, values: &[Value], line: u32) -> Result<(), Failure> {
        let inner = access.ty.inner_with(&self.module.types).clone();
        let mut leaves = Vec::new();
        layout::flatten(self.module, &inner, access.layout(), access.offset, &mut leaves)?;
        if leaves.len() != values.len() {
            return unsupported("a store of another type than the variable's");
        }
        match access.root {
            Root::Vars(first) => {
                for ((offset, _), value) in leaves.into_iter().zip(values) {
                    self.set_chosen(first, &access.terms, offset, *value, None)?;
                }
                Ok(())
            }
            Root::Memory(space) => {
                if self.is_status(space) {
                    return Ok(());
                }
                let unit = if space == Space::Scratch { 1 } else { 4 };
                for (at, words) in runs(&leaves, unit) {
                    let place = self.place(access, space, leaves[at].0);
                    let mut run = Vec::with_capacity(words);
                    for value in &values[at..at + words] {
                        run.push(if self.body.kind(*value) == Kind::Bool { self.unary(Unary::BoolToInt, *value)? } else { *value });
                    }
                    self.push(Stmt::Store { place, values: run, line })?;
                }
                Ok(())
            }
        }
    }

    /// Whether this is the status binding, which the executor keeps in another way.
    pub(super) fn is_status(&self, space: Space) -> bool {
        let Space::Binding { slot, .. } = space else { return false };
        let slot = &self.program.slots[slot as usize];
        slot.group == crate::kernel::STATUS_GROUP && slot.binding == crate::kernel::STATUS_BINDING
    }

    /// Reads a variable among those that the indices choose from.
    fn get_chosen(&mut self, first: Var, terms: &[Term], offset: u32, kind: Kind) -> Result<Value, Failure> {
        let Some((term, rest)) = terms.split_last() else { return self.let_value(Op::Get(Var(first.0 + offset)), kind) };
        let mut chosen = self.get_chosen(first, rest, offset, kind)?;
        for element in 1..bounded(term.count)? {
            let value = self.get_chosen(first, rest, offset + element * term.scale, kind)?;
            let element = self.constant(Kind::Int, element);
            let is_it = self.binary(Binary::IntEq, term.index, element)?;
            chosen = self.select(is_it, value, chosen)?;
        }
        Ok(chosen)
    }

    /// Writes the variable that the indices choose.
    fn set_chosen(&mut self, first: Var, terms: &[Term], offset: u32, value: Value, only_if: Option<Value>) -> Result<(), Failure> {
        let Some((term, rest)) = terms.split_last() else {
            let var = Var(first.0 + offset);
            let value = match only_if {
                None => value,
                Some(condition) => {
                    let kind = self.body.kind(value);
                    let old = self.let_value(Op::Get(var), kind)?;
                    self.select(condition, value, old)?
                }
            };
            return self.push(Stmt::Set { var, value, blend: true });
        };
        for element in 0..bounded(term.count)? {
            let number = self.constant(Kind::Int, element);
            let is_it = self.binary(Binary::IntEq, term.index, number)?;
            let condition = match only_if {
                None => is_it,
                Some(outer) => self.binary(Binary::BoolAnd, outer, is_it)?,
            };
            self.set_chosen(first, rest, offset + element * term.scale, value, Some(condition))?;
        }
        Ok(())
    }

    /// An element of a composite value by an index that is not a constant.
    pub(super) fn element(&mut self, ty: &TypeInner, values: &[Value], index: Value) -> Result<Rc<[Value]>, Failure> {
        let (stride, count, element) = layout::elements(self.module, ty, Layout::Packed { unit: 1 })?;
        let Some(count) = count else { return unsupported("a runtime-sized array as a value") };
        if let Some(index) = self.body.constant(index) {
            let at = (index.min(count - 1) * stride) as usize;
            return Ok(values[at..at + stride as usize].into());
        }
        let constants: Option<Vec<u32>> = values.iter().map(|value| self.body.constant(*value)).collect();
        if let Some(words) = constants.filter(|_| count > 4) {
            let offset = self.table(words);
            let term = Term { index, scale: stride * 4, count };
            return self.load(&Access { root: Root::Memory(Space::Table), terms: vec![term], offset, ty: element }, 0);
        }
        if count > 4 {
            let offset = self.scratch_top;
            self.scratch_top += values.len() as u32;
            self.program.scratch_words = self.program.scratch_words.max(self.scratch_top);
            let whole = Access { root: Root::Memory(Space::Scratch), terms: Vec::new(), offset, ty: TypeResolution::Value(ty.clone()) };
            self.store(&whole, values, 0)?;
            let chosen = self.step_dynamic(&whole, index)?;
            return self.load(&chosen, 0);
        }
        let mut chosen = values[..stride as usize].to_vec();
        for element in 1..count {
            let number = self.constant(Kind::Int, element);
            let is_it = self.binary(Binary::IntEq, index, number)?;
            for (leaf, chosen) in chosen.iter_mut().enumerate() {
                *chosen = self.select(is_it, values[(element * stride) as usize + leaf], *chosen)?;
            }
        }
        Ok(chosen.into())
    }

    /// Byte offset of `words` in the module's table of constants.
    fn table(&mut self, words: Vec<u32>) -> u32 {
        if let Some(offset) = self.tables.get(&words) {
            return *offset;
        }
        let offset = self.program.table.len() as u32 * 4;
        self.program.table.extend_from_slice(&words);
        self.tables.insert(words, offset);
        offset
    }

    pub(super) fn access(&mut self, frame: &mut Frame<'a>, pointer: Handle<Expression>) -> Result<Access, Failure> {
        match self.known(frame, pointer)? {
            Known::Place(access) => Ok(access),
            Known::Value(_) => unsupported("a value where a pointer belongs"),
        }
    }
}

/// Elements a choice among variables may have: vectors and matrices have at most four, and larger arrays that are indexed lie in memory.
fn bounded(count: u32) -> Result<u32, Failure> {
    if count > 128 { unsupported("a dynamic index into a variable that was taken for a statically indexed one") } else { Ok(count) }
}

/// Cuts leaves into runs of at most four consecutive words: (first leaf, words).
fn runs(leaves: &[(u32, Kind)], unit: u32) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut start = 0;
    for at in 1..=leaves.len() {
        if at == leaves.len() || at - start == 4 || leaves[at].0 != leaves[at - 1].0 + unit {
            runs.push((start, at - start));
            start = at;
        }
    }
    runs
}

/// The variable at the root of a pointer, and whether an array on the way is indexed dynamically.
fn root_of(function: &naga::Function, pointer: Handle<Expression>) -> Option<(Handle<Expression>, bool)> {
    let mut at = pointer;
    let mut dynamic = false;
    loop {
        match function.expressions[at] {
            Expression::Access { base, index } => {
                dynamic |= !super::expression::is_constant(function, index);
                at = base;
            }
            Expression::AccessIndex { base, .. } => at = base,
            Expression::LocalVariable(_) | Expression::GlobalVariable(_) => return Some((at, dynamic)),
            _ => return None,
        }
    }
}

/// Pointers whose variable must lie in memory: indexed dynamically, or handed to a function that may do so.
fn dynamic_roots(function: &naga::Function, mut visit: impl FnMut(Handle<Expression>)) {
    for (handle, expression) in function.expressions.iter() {
        if matches!(expression, Expression::Access { .. })
            && let Some((root, true)) = root_of(function, handle)
        {
            visit(root);
        }
    }
    super::statement::each_call(&function.body, &mut |arguments| {
        for argument in arguments {
            if let Some((root, _)) = root_of(function, *argument) {
                visit(root);
            }
        }
    });
}

/// Whether any array is in `ty`: vectors and matrices can be indexed without memory.
pub(super) fn has_array(module: &naga::Module, ty: Handle<naga::Type>) -> bool {
    match module.types[ty].inner {
        TypeInner::Array { .. } => true,
        TypeInner::Struct { ref members, .. } => members.iter().any(|member| has_array(module, member.ty)),
        _ => false,
    }
}

/// Local variables that must lie in memory.
pub(super) fn dynamic_locals(module: &naga::Module, function: &naga::Function) -> HashSet<Handle<naga::LocalVariable>> {
    let mut found = HashSet::new();
    dynamic_roots(function, |root| {
        if let Expression::LocalVariable(variable) = function.expressions[root]
            && has_array(module, function.local_variables[variable].ty)
        {
            found.insert(variable);
        }
    });
    found
}

/// Private variables that must lie in memory.
pub(super) fn dynamic_globals(module: &naga::Module, entry: &naga::Function) -> HashSet<Handle<naga::GlobalVariable>> {
    let mut found = HashSet::new();
    for function in module.functions.iter().map(|(_, function)| function).chain([entry]) {
        dynamic_roots(function, |root| {
            if let Expression::GlobalVariable(variable) = function.expressions[root]
                && has_array(module, module.global_variables[variable].ty)
            {
                found.insert(variable);
            }
        });
    }
    found
}
