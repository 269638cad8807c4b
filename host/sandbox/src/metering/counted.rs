//! Counted loops (`specs/metering.md`, section 3): recognised by the instructions before their branch, paid for at once.

use wasmparser::{Operator, ValType};

use super::body::{Body, Decoded};

/// A loop whose number of iterations is known when it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counted {
    /// The local that counts.
    pub(super) counter: u32,
    /// What is added to it, not 0.
    pub(super) step: i32,
    /// What it is compared with.
    pub(super) bound: Bound,
}

/// What a counter is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    Local(u32),
    Const(i32),
}

/// What an operand of the comparison is.
#[derive(Clone, Copy)]
enum Operand {
    Counter,
    Bound(Bound),
}

/// Where the body sets its locals: what is needed of it.
struct Setting {
    counter: u32,
    step: i32,
    /// Place of the instruction that sets it.
    at: usize,
}

/// Recognises the loop whose body stands from `start` to `branch` in the function's, and then `br_if 0`. The caller has seen that the body is straight.
///
/// **Why decode it again?** Straight loops do not lie in each other, so that all of them together are at most once the function.
pub(super) fn recognise<'a>(body: &Body<'a>, start: u32, branch: u32, ops: &mut Decoded<'a>) -> wasmparser::Result<Option<Counted>> {
    body.decode(start..branch, ops)?;
    Ok(straight(body, &ops.ops))
}

/// Recognises the loop whose body is `ops` before its branch.
fn straight(body: &Body<'_>, ops: &[Operator<'_>]) -> Option<Counted> {
    let last = ops.len().checked_sub(1)?;
    let (first, second) = if matches!(ops[last], Operator::I32Ne) {
        let end = last.checked_sub(1)?;
        let second_length = length(ops, end)?;
        let first_end = end.checked_sub(second_length)?;
        length(ops, first_end)?;
        (Some(first_end), end)
    } else {
        length(ops, last)?;
        (None, last)
    };
    // Every local that may be the counter is named by an operand; there are at most two.
    let named = [first, Some(second)].into_iter().flatten().filter_map(|at| local(&ops[at]));
    let setting = named.into_iter().find_map(|name| setting(body, ops, name))?;
    let operand = |at: usize| operand(body, ops, &setting, at);
    let bound = match (first, operand(second)?) {
        (None, Operand::Counter) => Bound::Const(0),
        (None, Operand::Bound(_)) => return None,
        (Some(first), second) => match (operand(first)?, second) {
            (Operand::Counter, Operand::Bound(bound)) | (Operand::Bound(bound), Operand::Counter) => bound,
            _ => return None,
        },
    };
    Some(Counted { counter: setting.counter, step: setting.step, bound })
}

/// How many instructions the operand takes that ends at `end`.
fn length(ops: &[Operator<'_>], end: usize) -> Option<usize> {
    match ops.get(end)? {
        Operator::LocalGet { .. } | Operator::I32Const { .. } => Some(1),
        Operator::LocalTee { .. } => (end >= 3).then_some(4),
        _ => None,
    }
}

fn local(op: &Operator<'_>) -> Option<u32> {
    match op {
        Operator::LocalGet { local_index } | Operator::LocalTee { local_index } => Some(*local_index),
        _ => None,
    }
}

/// How the body sets `name`: once, by adding a constant, or this is nothing.
fn setting(body: &Body<'_>, ops: &[Operator<'_>], name: u32) -> Option<Setting> {
    if body.locals.get(name as usize) != Some(&ValType::I32) {
        return None;
    }
    let sets =
        |op: &Operator<'_>| matches!(op, Operator::LocalSet { local_index } | Operator::LocalTee { local_index } if *local_index == name);
    let mut places = ops.iter().enumerate().filter(|(_, op)| sets(op)).map(|(at, _)| at);
    let at = places.next()?;
    if places.next().is_some() || at < 3 {
        return None;
    }
    match &ops[at - 3..at] {
        [Operator::LocalGet { local_index }, Operator::I32Const { value }, Operator::I32Add] if *local_index == name && *value != 0 => {
            Some(Setting { counter: name, step: *value, at })
        }
        _ => None,
    }
}

/// What the operand is that ends at `end`.
fn operand(body: &Body<'_>, ops: &[Operator<'_>], setting: &Setting, end: usize) -> Option<Operand> {
    match &ops[end] {
        Operator::I32Const { value } => Some(Operand::Bound(Bound::Const(*value))),
        Operator::LocalTee { local_index } => (*local_index == setting.counter && setting.at == end).then_some(Operand::Counter),
        Operator::LocalGet { local_index } if *local_index == setting.counter => (setting.at < end).then_some(Operand::Counter),
        Operator::LocalGet { local_index } => {
            let bound = *local_index;
            let sets = |op: &Operator<'_>| matches!(op, Operator::LocalSet { local_index } | Operator::LocalTee { local_index } if *local_index == bound);
            let constant = body.locals.get(bound as usize) == Some(&ValType::I32) && !ops.iter().any(sets);
            constant.then_some(Operand::Bound(Bound::Local(bound)))
        }
        _ => None,
    }
}
