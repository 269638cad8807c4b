//! Which instructions can be reached by the rules of validation.
//!
//! Validation does not follow values: what comes after an unconditional branch, in the same block, is out of
//! reach, and what comes after the end of that block is within reach again if the block itself was, whether
//! or not anything jumps there.

use wasmparser::Operator;

/// For each instruction of a body, its last `end` included, whether it can be reached.
pub(super) fn reachable(operators: &[Operator<'_>]) -> Vec<bool> {
    // One entry for each open block: whether what comes after it can be reached. The first is the body itself.
    let mut outside = vec![true];
    let mut here = true;
    let mut answers = Vec::with_capacity(operators.len());
    for operator in operators {
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                outside.push(here);
                answers.push(here);
            }
            Operator::Else => {
                here = outside.last().copied().unwrap_or(false);
                answers.push(here);
            }
            Operator::End => {
                here = outside.pop().unwrap_or(false);
                answers.push(here);
            }
            Operator::Br { .. } | Operator::BrTable { .. } | Operator::Return | Operator::Unreachable => {
                answers.push(here);
                here = false;
            }
            _ => answers.push(here),
        }
    }
    answers
}
