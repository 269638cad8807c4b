//! Small branches become selections.
//!
//! ```text
//! if c { t = x * 2; y = t } else { y = z }        t = x * 2; y' = select(c, t, z); y = y'
//! ```
//!
//! A branch whose arms only compute a few cheap values and set variables costs more as a branch, in tests and jumps that are mispredicted and in masks for each
//! store, than both arms cost together. Done before the analysis, so that a variable set in both arms is set once.

use std::collections::HashMap;

use super::ir::{Binary, Block, Body, Kind, Op, Stmt, Unary, Value, ValueDef, Var};

/// Most values that both arms together may compute.
const VALUES_MAX: usize = 16;

/// Replaces small branches in `body`.
pub(super) fn select_small_branches(body: &mut Body) {
    let mut block = std::mem::take(&mut body.block);
    convert(body, &mut block);
    body.block = block;
}

fn convert(body: &mut Body, block: &mut Block) {
    let mut at = 0;
    while at < block.len() {
        match &mut block[at] {
            Stmt::If { accept, reject, .. } => {
                convert(body, accept);
                convert(body, reject);
            }
            Stmt::Loop { body: inner, continuing, .. } => {
                convert(body, inner);
                convert(body, continuing);
            }
            Stmt::Scope { body: inner, .. } => convert(body, inner),
            _ => {}
        }
        if let Stmt::If { condition, accept, reject, .. } = &block[at]
            && is_small(body, accept, reject)
        {
            let condition = *condition;
            let (accept, reject) = (accept.clone(), reject.clone());
            let straight = both(body, condition, accept, reject);
            let count = straight.len();
            block.splice(at..=at, straight);
            at += count;
            continue;
        }
        at += 1;
    }
}

fn is_small(body: &Body, accept: &Block, reject: &Block) -> bool {
    let values = |block: &Block| block.iter().filter(|statement| matches!(statement, Stmt::Let(_))).count();
    let sets = accept.len() + reject.len() - values(accept) - values(reject);
    values(accept) + values(reject) <= VALUES_MAX && sets <= 8 && accept.iter().chain(reject).all(|statement| is_cheap(body, statement))
}

/// Most statements that are cheaper to run under a mask than to branch around.
const RUN_MAX: usize = 8;

/// Whether statements are cheaper to run under a mask than to branch around.
pub(super) fn is_cheap_run(body: &Body, statements: &[Stmt]) -> bool {
    statements.len() <= RUN_MAX && statements.iter().all(|statement| is_cheap(body, statement))
}

/// Whether a statement has no effect but on variables, and is cheap.
fn is_cheap(body: &Body, statement: &Stmt) -> bool {
    match statement {
        Stmt::Set { .. } => true,
        Stmt::Let(value) => match body.op(*value) {
            Op::Binary(op, ..) => !matches!(
                op,
                Binary::DivSigned
                    | Binary::DivUnsigned
                    | Binary::RemSigned
                    | Binary::RemUnsigned
                    | Binary::FloatDiv
                    | Binary::DotSigned8
                    | Binary::DotUnsigned8
            ),
            Op::Unary(op, _) => {
                !matches!(op, Unary::Sqrt | Unary::ReverseBits | Unary::LeadingZeros | Unary::FloatToUnsigned | Unary::FloatToSigned)
            }
            Op::Get(_) | Op::Select(..) | Op::Copy(_) => true,
            Op::Fma(..) | Op::Const(_) | Op::Input(_) | Op::Param(_) | Op::Result => false,
        },
        _ => false,
    }
}

/// Both arms in a line, then the variables by selection.
fn both(body: &mut Body, condition: Value, accept: Block, reject: Block) -> Block {
    let mut out = Block::new();
    let mut order = Vec::new();
    let mut ends: [HashMap<Var, Value>; 2] = [HashMap::new(), HashMap::new()];
    for (arm, end) in [accept, reject].into_iter().zip(&mut ends) {
        for statement in arm {
            match statement {
                Stmt::Set { var, value, .. } => {
                    end.insert(var, value);
                    if !order.contains(&var) {
                        order.push(var);
                    }
                }
                Stmt::Let(value) => {
                    // What the arm itself has set before is no longer in the variable.
                    if let Op::Get(var) = *body.op(value)
                        && let Some(set) = end.get(&var)
                    {
                        body.values[value.0 as usize].op = Op::Copy(*set);
                    }
                    out.push(Stmt::Let(value));
                }
                other => out.push(other),
            }
        }
    }
    let mut sets = Vec::new();
    for var in order {
        let kind = body.vars[var.0 as usize];
        let old =
            if ends[0].contains_key(&var) && ends[1].contains_key(&var) { None } else { Some(define(body, &mut out, Op::Get(var), kind)) };
        let value = |end: &HashMap<Var, Value>| end.get(&var).copied().or(old);
        if let (Some(a), Some(b)) = (value(&ends[0]), value(&ends[1])) {
            let value = define(body, &mut out, Op::Select(condition, a, b), kind);
            sets.push(Stmt::Set { var, value, blend: true });
        }
    }
    out.extend(sets);
    out
}

fn define(body: &mut Body, out: &mut Block, op: Op, kind: Kind) -> Value {
    body.values.push(ValueDef { op, kind });
    let value = Value(body.values.len() as u32 - 1);
    out.push(Stmt::Let(value));
    value
}
