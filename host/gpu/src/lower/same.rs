//! Whether two expressions of the source certainly have one value.

use naga::{Expression, Function, Handle};

use super::rewrite::remap_expression;

/// True for one handle, and for trees of one operation over operands that are the same. Loads and results of calls are equal to themselves alone.
pub fn same(function: &Function, a: Handle<Expression>, b: Handle<Expression>) -> bool {
    within(function, a, b, &mut { STEPS_MAX })
}

/// Pairs compared, at most: what shares operands may have exponentially many. Beyond, two expressions count as different, which is safe.
const STEPS_MAX: u32 = 10_000;

fn within(function: &Function, a: Handle<Expression>, b: Handle<Expression>, steps: &mut u32) -> bool {
    if a == b {
        return true;
    }
    let Some(left) = steps.checked_sub(1) else { return false };
    *steps = left;
    let (left, right) = (&function.expressions[a], &function.expressions[b]);
    let stands_alone = |expression: &Expression| {
        use Expression as E;
        matches!(expression, E::Load { .. } | E::CallResult(_) | E::AtomicResult { .. } | E::WorkGroupUniformLoadResult { .. })
    };
    if stands_alone(left) || stands_alone(right) {
        return false;
    }
    // The same operation: equal once all operands are one and the same.
    let (mut lefts, mut rights) = (Vec::new(), Vec::new());
    let collected = |expression: &Expression, operands: &mut Vec<Handle<Expression>>| {
        remap_expression(expression, |operand| {
            operands.push(operand);
            Ok(a)
        })
    };
    match (collected(left, &mut lefts), collected(right, &mut rights)) {
        (Ok(left), Ok(right)) => {
            left == right && lefts.len() == rights.len() && lefts.iter().zip(&rights).all(|(&x, &y)| within(function, x, y, steps))
        }
        _ => false,
    }
}
