//! Counted loops: the budget is charged once, before the loop, instead of at each iteration.
//!
//! ```text
//! for (var i = a; i < n; i++) { … }     →     if assay_charge(select(0u, u32(n) - u32(i), i < n) + 1u) { } else { loop { … } }
//! ```
//!
//! **Why may it?** The charge is what the ticks would have come to, exactly: a loop without `break` and `return` whose counter nothing else changes and whose bound
//! does not change enters its body as often as the counter says, and once more to leave. So whether a loop is recognised makes no difference to any outcome, and
//! the page need not say which are. Where the count could be wrong (a counter that wraps around), the loop ticks.

use std::collections::HashSet;

use naga::{
    AddressSpace, BinaryOperator as Op, Block, Expression, Function, Handle, Literal, LocalVariable, MathFunction, ScalarKind, Statement,
    StorageAccess, TypeInner,
};

use super::Lowering;
use super::rewrite::{Copier, Step, remap_expression};

/// A loop whose iterations can be counted.
pub struct Counted {
    /// The counter.
    local: Handle<LocalVariable>,
    /// Its comparison with the bound, the counter on the left.
    op: Op,
    bound: Handle<Expression>,
    /// What is added to it, or subtracted.
    step: Handle<Expression>,
    signed: bool,
}

/// What the charge of a counted loop is made of, evaluated before the loop.
struct Charge {
    bound: Handle<Expression>,
    step: u32,
}

impl Lowering<'_, '_> {
    /// Recognises a counted loop.
    pub fn counted(
        &self,
        copier: &Copier<'_, '_>,
        body: &Block,
        continuing: &Block,
        break_if: Option<Handle<Expression>>,
    ) -> Option<Counted> {
        let from = copier.from;
        let mut statements = body.iter().filter(|statement| !matches!(statement, Statement::Emit(_)));
        let Some(Statement::If { condition, accept, reject }) = statements.next() else { return None };
        let leaves = accept.is_empty() && reject.len() == 1 && matches!(reject.first(), Some(Statement::Break));
        if break_if.is_some() || !leaves || statements.any(leaves_loop) {
            return None;
        }
        let Expression::Binary { op, left, right } = from.expressions[*condition] else { return None };
        let mut stores = continuing.iter().filter(|statement| !matches!(statement, Statement::Emit(_)));
        let (Some(&Statement::Store { pointer, value }), None) = (stores.next(), stores.next()) else { return None };
        let Expression::LocalVariable(local) = from.expressions[pointer] else { return None };
        let (op, bound) = match (counter(from, left), counter(from, right)) {
            (Some(left), _) if left == local => (op, right),
            (_, Some(right)) if right == local => (mirrored(op)?, left),
            _ => return None,
        };
        let Expression::Binary { op: change, left, right } = from.expressions[value] else { return None };
        if counter(from, left) != Some(local) {
            return None;
        }
        let upwards = matches!((op, change), (Op::Less | Op::LessEqual, Op::Add));
        let downwards = matches!((op, change), (Op::Greater | Op::GreaterEqual, Op::Subtract));
        let signed = match self.old_type(copier, bound).scalar_kind()? {
            ScalarKind::Sint => true,
            ScalarKind::Uint => false,
            _ => return None,
        };
        let fixed = |old: Handle<Expression>| self.invariant(copier, old, (body, local), &mut HashSet::new());
        if !(upwards || downwards) || changes(from, body, local) || !fixed(bound) || !fixed(right) {
            return None;
        }
        Some(Counted { local, op, bound, step: right, signed })
    }

    /// Whether an expression has the same value before the loop as at each iteration.
    fn invariant(
        &self,
        copier: &Copier<'_, '_>,
        old: Handle<Expression>,
        (body, counter): (&Block, Handle<LocalVariable>),
        seen: &mut HashSet<Handle<Expression>>,
    ) -> bool {
        let from = copier.from;
        if copier.known(old).is_some() || !seen.insert(old) {
            return true;
        }
        match from.expressions[old] {
            Expression::CallResult(_) | Expression::AtomicResult { .. } | Expression::WorkGroupUniformLoadResult { .. } => return false,
            Expression::Load { pointer } => {
                let fixed = match from.expressions[pointer] {
                    Expression::LocalVariable(local) => local != counter && !changes(from, body, local),
                    _ => from.originating_global(pointer).is_some_and(|global| read_only(copier, global)),
                };
                if !fixed {
                    return false;
                }
            }
            _ => {}
        }
        let mut fixed = true;
        let walked = remap_expression(&from.expressions[old], |operand| {
            fixed = fixed && self.invariant(copier, operand, (body, counter), seen);
            Ok(operand)
        });
        fixed && walked.is_ok()
    }

    /// Charges the loop; gives whether the budget was passed, or `None` where the count could be wrong.
    pub fn charge(&mut self, copier: &mut Copier<'_, '_>, counted: &Counted) -> Step<Option<Handle<Expression>>> {
        // Tried aside: what takes calls is not counted, since in the printed text a call stands between the start of a loop and its condition.
        copier.build.open();
        let (bound, step) = (copier.ahead(self, counted.bound)?, copier.ahead(self, counted.step)?);
        let evaluated = copier.build.close();
        if evaluated.iter().any(|statement| !matches!(statement, Statement::Emit(_))) {
            return Ok(None);
        }
        let step = match copier.build.as_literal(step) {
            Some(Literal::U32(step)) => step,
            Some(Literal::I32(step)) => u32::try_from(step).unwrap_or(0),
            _ => 0,
        };
        if step == 0 || (step > 1 && !counted.never_wraps(copier.build.as_literal(bound), step)) {
            return Ok(None);
        }
        copier.build.splice(evaluated);
        self.charged(copier, counted, &Charge { bound, step }).map(Some)
    }

    fn charged(&mut self, copier: &mut Copier<'_, '_>, counted: &Counted, &Charge { bound, step }: &Charge) -> Step<Handle<Expression>> {
        let pointer = copier.local(counted.local)?;
        let start = copier.build.append(Expression::Load { pointer });
        let enters = copier.build.binary(counted.op, start, bound);
        let mut words = [start, bound];
        if counted.signed {
            words = words.map(|word| copier.build.append(Expression::As { expr: word, kind: ScalarKind::Uint, convert: Some(4) }));
        }
        let (high, low) = if matches!(counted.op, Op::Less | Op::LessEqual) { (words[1], words[0]) } else { (words[0], words[1]) };
        let mut distance = copier.build.binary(Op::Subtract, high, low);
        let (zero, one, by) = (copier.build.u32(0), copier.build.u32(1), copier.build.u32(step));
        let inclusive = matches!(counted.op, Op::LessEqual | Op::GreaterEqual);
        if step > 1 {
            if !inclusive {
                distance = copier.build.binary(Op::Subtract, distance, one);
            }
            distance = copier.build.binary(Op::Divide, distance, by);
        }
        if inclusive || step > 1 {
            distance = copier.build.binary(Op::Add, distance, one);
        }
        let trips = copier.build.select(enters, distance, zero);
        // Saturated, so that a count of 2^32 is not taken for 0.
        let most = copier.build.u32(u32::MAX - 1);
        let trips = copier.build.math_pair(MathFunction::Min, trips, most);
        let mut entries = copier.build.binary(Op::Add, trips, one);
        if inclusive && step == 1 {
            // A counter that never passes the bound: endless.
            let last = counted.last(1);
            let last = copier.build.literal(last);
            let endless = copier.build.binary(Op::Equal, bound, last);
            let all = copier.build.u32(u32::MAX);
            entries = copier.build.select(endless, all, entries);
        }
        self.call(copier, "assay_charge", &[entries])
    }
}

impl Counted {
    /// The last value of the counter's type in the direction in which it runs, less `margin - 1`.
    fn last(&self, margin: u32) -> Literal {
        let less = margin - 1;
        match (self.signed, matches!(self.op, Op::Less | Op::LessEqual)) {
            (true, true) => Literal::I32(i32::MAX.wrapping_sub_unsigned(less)),
            (true, false) => Literal::I32(i32::MIN.wrapping_add_unsigned(less)),
            (false, true) => Literal::U32(u32::MAX - less),
            (false, false) => Literal::U32(less),
        }
    }

    /// Whether the bound is a constant so far from the end of the type that the counter passes it without wrapping.
    fn never_wraps(&self, bound: Option<Literal>, step: u32) -> bool {
        // Twice the step, so that both kinds of comparison are covered.
        let Some(margin) = step.checked_mul(2).filter(|margin| *margin < 1 << 30) else { return false };
        match (bound, self.last(margin), matches!(self.op, Op::Less | Op::LessEqual)) {
            (Some(Literal::I32(bound)), Literal::I32(last), true) => bound <= last,
            (Some(Literal::I32(bound)), Literal::I32(last), false) => bound >= last,
            (Some(Literal::U32(bound)), Literal::U32(last), true) => bound <= last,
            (Some(Literal::U32(bound)), Literal::U32(last), false) => bound >= last,
            _ => false,
        }
    }
}

fn counter(from: &Function, old: Handle<Expression>) -> Option<Handle<LocalVariable>> {
    let Expression::Load { pointer } = from.expressions[old] else { return None };
    match from.expressions[pointer] {
        Expression::LocalVariable(local) => Some(local),
        _ => None,
    }
}

fn mirrored(op: Op) -> Option<Op> {
    Some(match op {
        Op::Less => Op::Greater,
        Op::LessEqual => Op::GreaterEqual,
        Op::Greater => Op::Less,
        Op::GreaterEqual => Op::LessEqual,
        _ => return None,
    })
}

/// Whether a statement may leave the loop it stands in before the counter says so.
fn leaves_loop(statement: &Statement) -> bool {
    match statement {
        Statement::Break | Statement::Return { .. } | Statement::Kill => true,
        Statement::Block(block) => block.iter().any(leaves_loop),
        Statement::If { accept, reject, .. } => accept.iter().chain(reject.iter()).any(leaves_loop),
        // A `break` in there leaves the switch, or the inner loop.
        Statement::Switch { cases, .. } => cases.iter().any(|case| returns(&case.body)),
        Statement::Loop { body, continuing, .. } => returns(body) || returns(continuing),
        _ => false,
    }
}

fn returns(block: &Block) -> bool {
    block.iter().any(|statement| match statement {
        Statement::Return { .. } | Statement::Kill => true,
        Statement::Block(block) => returns(block),
        Statement::If { accept, reject, .. } => returns(accept) || returns(reject),
        Statement::Switch { cases, .. } => cases.iter().any(|case| returns(&case.body)),
        Statement::Loop { body, continuing, .. } => returns(body) || returns(continuing),
        _ => false,
    })
}

/// Whether anything in `block` assigns to a variable, or passes its pointer on.
fn changes(from: &Function, block: &Block, local: Handle<LocalVariable>) -> bool {
    let into = |pointer: Handle<Expression>| root(from, pointer) == Some(local);
    block.iter().any(|statement| match *statement {
        Statement::Store { pointer, .. } | Statement::Atomic { pointer, .. } => into(pointer),
        Statement::Call { ref arguments, .. } => arguments.iter().any(|&argument| into(argument)),
        Statement::Block(ref block) => changes(from, block, local),
        Statement::If { ref accept, ref reject, .. } => changes(from, accept, local) || changes(from, reject, local),
        Statement::Switch { ref cases, .. } => cases.iter().any(|case| changes(from, &case.body, local)),
        Statement::Loop { ref body, ref continuing, .. } => changes(from, body, local) || changes(from, continuing, local),
        _ => false,
    })
}

fn root(from: &Function, mut pointer: Handle<Expression>) -> Option<Handle<LocalVariable>> {
    loop {
        pointer = match from.expressions[pointer] {
            Expression::Access { base, .. } | Expression::AccessIndex { base, .. } => base,
            Expression::LocalVariable(local) => return Some(local),
            _ => return None,
        };
    }
}

/// Memory that no invocation changes during a dispatch.
fn read_only(copier: &Copier<'_, '_>, global: Handle<naga::GlobalVariable>) -> bool {
    let global = &copier.source.global_variables[global];
    let atomic = matches!(copier.source.types[global.ty].inner, TypeInner::Atomic(_));
    match global.space {
        AddressSpace::Uniform => true,
        AddressSpace::Storage { access } => !access.contains(StorageAccess::STORE) && !atomic,
        _ => false,
    }
}
