//! Section 3: which loops are counted.

use super::cost::{self, Cost};
use wasmparser::{BlockType, Operator};

/// A counted loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counted {
    /// The local that counts.
    pub(super) counter: u32,
    /// What each iteration adds to it.
    pub(super) step: u32,
    /// What it is compared with.
    pub(super) bound: Bound,
    /// The cost of one iteration.
    pub(super) body_cost: u64,
}

/// Where the number is that the counter is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// In a local that the body leaves alone.
    Local(u32),
    /// In the code.
    Constant(u32),
}

/// The one setting of a counter: `local.get c, i32.const s, i32.add, local.set c` or `local.tee c`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Setting {
    counter: u32,
    step: u32,
}

/// X or Y of the page: what `i32.ne` compares, or `br_if` looks at.
enum Operand {
    /// `local.get`.
    Local(u32),
    /// `i32.const`.
    Constant(u32),
    /// The setting itself, ending in `local.tee`.
    Setting(Setting),
}

/// The counted loop that `operators` begin with, if it is one. They begin with the `loop` and may go on
/// after its `end`.
pub(super) fn counted(operators: &[Operator<'_>]) -> Option<Counted> {
    let Some((Operator::Loop { blockty: BlockType::Empty }, rest)) = operators.split_first() else { return None };
    // A body that is allowed here opens no block, so the first end is its own.
    let end = rest.iter().position(|operator| matches!(operator, Operator::End))?;
    let body = &rest[..end];
    let (last, before) = body.split_last()?;
    if !matches!(last, Operator::BrIf { relative_depth: 0 }) || before.iter().any(is_refused) {
        return None;
    }
    let (counter, bound) = ending(before)?;
    let counter = match counter {
        Operand::Setting(setting) => setting.counter,
        Operand::Local(local) => local,
        Operand::Constant(_) => return None,
    };
    let setting = only_setting(before, counter)?;
    let bound_is_set = matches!(bound, Bound::Local(bound) if bound == counter || sets(before, bound) > 0);
    if setting.step == 0 || bound_is_set {
        return None;
    }
    let body_cost = body.iter().map(|operator| match cost::of(operator) {
        Cost::Fixed(cost) => cost,
        Cost::Length(_) => 0, // refused above
    });
    Some(Counted { counter, step: setting.step, bound, body_cost: body_cost.sum() })
}

/// What the body of a counted loop may not hold: control but `nop`, calls, and what costs by a length.
fn is_refused(operator: &Operator<'_>) -> bool {
    use Operator::*;
    let control =
        matches!(operator, Block { .. } | Loop { .. } | If { .. } | Else | Br { .. } | BrIf { .. } | BrTable { .. } | Return | Unreachable);
    control || cost::calls(operator) || matches!(cost::of(operator), Cost::Length(_))
}

/// What stands before the last `br_if`: which operand is C, and what it is compared with.
///
/// Of two operands that read locals either may be C; it is the one that the body sets.
fn ending(before: &[Operator<'_>]) -> Option<(Operand, Bound)> {
    let Some((Operator::I32Ne, before)) = before.split_last() else {
        let (alone, _) = operand(before)?;
        return Some((alone, Bound::Constant(0)));
    };
    let (y, before) = operand(before)?;
    let (x, _) = operand(before)?;
    match (x, y) {
        (c, Operand::Constant(k)) | (Operand::Constant(k), c) => Some((c, Bound::Constant(k))),
        (c @ Operand::Setting(_), Operand::Local(b)) | (Operand::Local(b), c @ Operand::Setting(_)) => Some((c, Bound::Local(b))),
        (Operand::Local(x), Operand::Local(y)) if sets(before, x) > 0 => Some((Operand::Local(x), Bound::Local(y))),
        (Operand::Local(x), Operand::Local(y)) => Some((Operand::Local(y), Bound::Local(x))),
        (Operand::Setting(_), Operand::Setting(_)) => None,
    }
}

/// The operand that `operators` end with, and what stands before it.
fn operand<'a, 'b>(operators: &'a [Operator<'b>]) -> Option<(Operand, &'a [Operator<'b>])> {
    let (last, before) = operators.split_last()?;
    match last {
        Operator::LocalGet { local_index } => Some((Operand::Local(*local_index), before)),
        Operator::I32Const { value } => Some((Operand::Constant(value.cast_unsigned()), before)),
        Operator::LocalTee { .. } => {
            let at = operators.len().checked_sub(4)?;
            Some((Operand::Setting(setting(operators, at)?), &operators[..at]))
        }
        _ => None,
    }
}

/// The setting whose four instructions begin at `at`, if they are one.
fn setting(operators: &[Operator<'_>], at: usize) -> Option<Setting> {
    match operators.get(at..at + 4)? {
        [
            Operator::LocalGet { local_index: from },
            Operator::I32Const { value },
            Operator::I32Add,
            Operator::LocalSet { local_index: to } | Operator::LocalTee { local_index: to },
        ] if from == to => Some(Setting { counter: *to, step: value.cast_unsigned() }),
        _ => None,
    }
}

/// How often the operators set a local.
fn sets(operators: &[Operator<'_>], local: u32) -> usize {
    let set = |operator: &&Operator<'_>| matches!(operator, Operator::LocalSet { local_index } | Operator::LocalTee { local_index } if *local_index == local);
    operators.iter().filter(set).count()
}

/// The setting of `counter`, if the body sets it once and in this way.
fn only_setting(body: &[Operator<'_>], counter: u32) -> Option<Setting> {
    if sets(body, counter) != 1 {
        return None;
    }
    (0..body.len()).filter_map(|at| setting(body, at)).find(|setting| setting.counter == counter)
}
