//! Drivers that end loops on their own.
//!
//! Mesa's llvmpipe leaves every loop of a shader once its vector of invocations has done 65,535 iterations in all, and says nothing. What comes out then is wrong, and an endless loop
//! seems to end. The self-test finds such a driver by its loops, and from then on it is *watched* ([`Primitive::Loops`](crate::adapter::Primitive::Loops) goes
//! [`Way::Guarded`](crate::adapter::Way::Guarded)): its kernels get a smaller loop budget, one below which nothing can have been cut. A dispatch that stays within it is right. One that does
//! not is done again, on the CPU, from the words its buffers had before, with the budget that was meant.
//!
//! **How small?** A vector of W invocations runs a loop while any of them is in it, so each of its iterations is an iteration of at least one, and it does no more than W times what the
//! busiest of them does. An invocation has two counters of the same budget T (`assay_tick` and `assay_charge` share one, `assay_tick_uniform` has the other), so it does at most 2T iterations of
//! loops that are counted. The one loop that is not stands in the prelude's `assay_rem_far`, and ends by itself after 35 iterations; each of its S call sites, with functions copied to where
//! they are called, is passed at most once between two iterations that are counted, and at most once outside of all. Hence
//!
//! ```text
//! iterations of a vector ≤ W · (2T + (2T + 1) · 35 S) ≤ 65,535      for      T = (65,535 / W - 35 S) / (2 (1 + 35 S))
//! ```

use std::collections::HashMap;

use naga::{BinaryOperator, Block, Expression, Function, Handle, Literal, Module, Statement};

/// Iterations after which llvmpipe leaves a loop (`LP_MAX_TGSI_LOOP_ITERATIONS`).
const CUT_AFTER: u64 = 65_535;
/// The loop of the prelude that does not count.
const UNCOUNTED: &str = "assay_rem_far";
/// Its iterations, at most.
const UNCOUNTED_ITERATIONS: u64 = 35;
/// What compares a counter with the budget.
const COUNTERS: [&str; 3] = ["assay_tick", "assay_tick_uniform", "assay_charge"];

/// The budget of one invocation within which such a driver ends no loop of `module`; `lanes`: invocations in a vector, at most.
pub(crate) fn trusted_iterations(module: &Module, lanes: u32) -> u32 {
    let mut known = HashMap::new();
    let entries = module.entry_points.iter().map(|entry| sites(module, &entry.function.body, &mut known));
    let uncounted = entries.fold(0_u64, u64::saturating_add).saturating_mul(UNCOUNTED_ITERATIONS);
    let in_all = CUT_AFTER / u64::from(lanes.max(1));
    let trusted = in_all.saturating_sub(uncounted) / uncounted.saturating_add(1).saturating_mul(2);
    u32::try_from(trusted).unwrap_or(u32::MAX)
}

/// Call sites of the uncounted loop in `block`, with functions copied to where they are called.
fn sites(module: &Module, block: &Block, known: &mut HashMap<Handle<Function>, u64>) -> u64 {
    let of = |statement: &Statement, known: &mut HashMap<Handle<Function>, u64>| match statement {
        Statement::Block(inner) => sites(module, inner, known),
        Statement::If { accept, reject, .. } => sites(module, accept, known).saturating_add(sites(module, reject, known)),
        Statement::Switch { cases, .. } => cases.iter().fold(0, |sum: u64, case| sum.saturating_add(sites(module, &case.body, known))),
        Statement::Loop { body, continuing, .. } => sites(module, body, known).saturating_add(sites(module, continuing, known)),
        Statement::Call { function, .. } => {
            if let Some(count) = known.get(function) {
                return *count;
            }
            let called = &module.functions[*function];
            let count = if called.name.as_deref() == Some(UNCOUNTED) { 1 } else { sites(module, &called.body, known) };
            known.insert(*function, count);
            count
        }
        _ => 0,
    };
    block.iter().fold(0, |sum, statement| sum.saturating_add(of(statement, known)))
}

/// Puts the budget `trusted` in the place of `budget`, which is larger.
pub(crate) fn lower_budget(module: &mut Module, budget: u32, trusted: u32) {
    for (_, function) in module.functions.iter_mut() {
        if !function.name.as_deref().is_some_and(|name| COUNTERS.contains(&name)) {
            continue;
        }
        let compared = function.expressions.iter().filter_map(|(_, expression)| match expression {
            Expression::Binary { op: BinaryOperator::Greater, right, .. } => Some(*right),
            _ => None,
        });
        for literal in compared.collect::<Vec<_>>() {
            let literal = function.expressions.get_mut(literal);
            if *literal == Expression::Literal(Literal::U32(budget)) {
                *literal = Expression::Literal(Literal::U32(trusted));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Kernel;
    use crate::shader::Shader;

    fn kernel(body: &str) -> Kernel {
        let source = format!(
            "@group(0) @binding(0) var<storage, read_write> a: array<f32>;
             fn twice(x: f32) -> f32 {{ return (x % a[1]) + (x % a[2]); }}
             @compute @workgroup_size(1) fn main() {{ for (var i = 0u; i < bitcast<u32>(a[0]); i += u32(a[i])) {{ {body} }} }}"
        );
        Shader::new(&source).expect("it is strict").kernel("main", &[], 1 << 20).expect("it lowers")
    }

    #[test]
    fn what_is_not_counted_makes_the_budget_smaller() {
        assert_eq!(trusted_iterations(&kernel("a[i] = 1.0;").module, 8), 8191 / 2);
        assert_eq!(trusted_iterations(&kernel("a[i] = a[i] % a[3];").module, 8), (8191 - 35) / 72);
        assert_eq!(trusted_iterations(&kernel("a[i] = twice(a[i]) + twice(a[1]);").module, 8), (8191 - 4 * 35) / (2 * 141));
        assert_eq!(trusted_iterations(&kernel("a[i] = 1.0;").module, u32::MAX), 0);
    }

    #[test]
    fn the_budget_is_found() {
        let mut kernel = kernel("a[i] = 1.0;");
        let before = kernel.wgsl().expect("naga prints it");
        assert!(before.contains("> 1048576u"));
        lower_budget(&mut kernel.module, 1 << 20, 77);
        let after = kernel.wgsl().expect("naga prints it");
        assert_eq!(after, before.replace("> 1048576u", "> 77u"));
    }
}
