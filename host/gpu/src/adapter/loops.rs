//! Drivers that end loops on their own.
//!
//! Mesa's llvmpipe leaves every loop of a shader once its vector of invocations has passed 65,535 loop bodies in all, and says nothing. What comes out then is wrong, and an endless loop
//! seems to end. The self-test finds such a driver by its loops, and from then on it is *watched* ([`Primitive::Loops`](crate::adapter::Primitive::Loops) goes
//! [`Way::Guarded`](crate::adapter::Way::Guarded)): its kernels get a smaller loop budget, one below which nothing can have been cut. A dispatch that stays within it is right. One that does
//! not is done again, on the CPU, from the words its buffers had before, with the budget that was meant.
//!
//! **How small?** Such a driver does not branch, it masks: both sides of an `if` are passed, and a loop that no invocation enters has its body passed once. So what counts is the passes of a
//! vector, and they are of two kinds. *Busy* ones have an invocation in them, which counts them: it has two counters of the same budget T (`assay_tick` and `assay_charge` share one,
//! `assay_tick_uniform` has the other), so the W invocations of a vector have 2WT busy passes at most. *Idle* ones have none, or are of a loop that does not count, in the prelude and in the
//! functions that a tier computes with, which ends by itself ([`UNCOUNTED`]). Those are bounded by the text: passing a block once costs at most
//!
//! ```text
//! cost(block)    = sum over its statements, both sides of each `if` and all cases, functions copied to where they are called
//! cost(loop)     = passes · (1 + cost(body))       passes: 1 if it counts, else its bound
//! cost(switch)   = 1 + cost(cases)                 some versions make it a loop of one pass
//! ```
//!
//! and each busy pass of a loop costs 1 + cost(body). With B the largest of these,
//!
//! ```text
//! passes of a vector ≤ cost(entry point) + 2 W T B ≤ 65,535      for      T = (65,535 - cost(entry point)) / (2 W B)
//! ```

use std::collections::HashMap;

use naga::{BinaryOperator, Block, Expression, Function, Handle, Literal, Module, Statement};

/// Passes after which llvmpipe leaves a loop (`LP_MAX_TGSI_LOOP_ITERATIONS`).
pub(crate) const CUT_AFTER: u64 = 65_535;
/// Functions of ours whose loops do not count, and how often the bodies of these are passed at most, the pass that leaves included.
const UNCOUNTED: [(&str, u64); 4] = [("assay_rem_far", 36), ("integer_divide", 5), ("integer_sqrt", 27), ("remainder_sqrt", 33)];
/// What counts a pass of a loop, first thing in its body.
const TICKS: [&str; 2] = ["assay_tick", "assay_tick_uniform"];
/// What counts all passes of a loop, before it.
const CHARGE: &str = "assay_charge";

/// The budget of one invocation within which such a driver ends no loop of `module`; `lanes`: invocations in a vector, at most. The largest number where there is nothing to count, 0 where
/// nothing is to be trusted.
pub(crate) fn trusted_iterations(module: &Module, lanes: u32) -> u32 {
    let mut costs = Costs { module, known: HashMap::new(), busiest: 0, unbounded: false };
    let once =
        module.entry_points.iter().fold(0_u64, |sum, entry| sum.saturating_add(costs.block(&entry.function, &entry.function.body, false)));
    let Some(left) = CUT_AFTER.checked_sub(once).filter(|_| !costs.unbounded) else { return 0 };
    let of_budget = u64::from(lanes.max(1)).saturating_mul(2).saturating_mul(costs.busiest);
    left.checked_div(of_budget).map_or(u32::MAX, |trusted| u32::try_from(trusted).unwrap_or(u32::MAX))
}

/// What passing a block once costs, in passes of loops.
struct Costs<'a> {
    module: &'a Module,
    known: HashMap<Handle<Function>, u64>,
    /// The most that a busy pass costs: 0 while no loop that counts was seen.
    busiest: u64,
    /// There is a loop of which nothing is known.
    unbounded: bool,
}

impl Costs<'_> {
    /// `charged`: the loops that stand directly in `block` were counted before it.
    fn block(&mut self, function: &Function, block: &Block, charged: bool) -> u64 {
        block.iter().fold(0_u64, |sum, statement| sum.saturating_add(self.statement(function, statement, charged)))
    }

    fn statement(&mut self, function: &Function, statement: &Statement, charged: bool) -> u64 {
        match statement {
            Statement::Block(inner) => self.block(function, inner, charged),
            Statement::If { condition, accept, reject } => {
                let charges = matches!(function.expressions[*condition], Expression::CallResult(called) if self.is(called, &[CHARGE]));
                self.block(function, accept, false).saturating_add(self.block(function, reject, charges))
            }
            Statement::Switch { cases, .. } => {
                cases.iter().fold(1_u64, |sum, case| sum.saturating_add(self.block(function, &case.body, false)))
            }
            Statement::Loop { body, continuing, .. } => {
                let inside = self.block(function, body, false).saturating_add(self.block(function, continuing, false));
                let pass = inside.saturating_add(1);
                pass.saturating_mul(self.idle_passes(function, body, charged, pass))
            }
            Statement::Call { function: called, .. } => self.function(*called),
            _ => 0,
        }
    }

    /// How often a loop is passed beside its busy passes, one of which costs `pass`.
    fn idle_passes(&mut self, function: &Function, body: &Block, charged: bool, pass: u64) -> u64 {
        let ticks = matches!(body.first(), Some(Statement::Call { function: called, .. }) if self.is(*called, &TICKS));
        if charged || ticks {
            self.busiest = self.busiest.max(pass);
            return 1;
        }
        let name = function.name.as_deref().unwrap_or_default();
        let bound = UNCOUNTED.iter().find(|(known, _)| *known == name).map(|(_, passes)| *passes);
        self.unbounded |= bound.is_none();
        bound.unwrap_or(1)
    }

    fn function(&mut self, handle: Handle<Function>) -> u64 {
        if let Some(cost) = self.known.get(&handle) {
            return *cost;
        }
        let module = self.module;
        let called = &module.functions[handle];
        let cost = self.block(called, &called.body, false);
        self.known.insert(handle, cost);
        cost
    }

    fn is(&self, function: Handle<Function>, names: &[&str]) -> bool {
        self.module.functions[function].name.as_deref().is_some_and(|name| names.contains(&name))
    }
}

/// Puts the budget `trusted` in the place of `budget`, which is larger. Gives whether each counter of `module` has it now.
#[must_use]
pub(crate) fn lower_budget(module: &mut Module, budget: u32, trusted: u32) -> bool {
    let mut all = true;
    for (_, function) in module.functions.iter_mut() {
        if !function.name.as_deref().is_some_and(|name| TICKS.contains(&name) || name == CHARGE) {
            continue;
        }
        let compared = function.expressions.iter().filter_map(|(_, expression)| match expression {
            Expression::Binary { op: BinaryOperator::Greater, right, .. } => Some(*right),
            _ => None,
        });
        let mut lowered = false;
        for literal in compared.collect::<Vec<_>>() {
            let literal = function.expressions.get_mut(literal);
            if *literal == Expression::Literal(Literal::U32(budget)) {
                *literal = Expression::Literal(Literal::U32(trusted));
                lowered = true;
            }
        }
        all &= lowered;
    }
    all
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
        let trusted = |body: &str, lanes| trusted_iterations(&kernel(body).module, lanes);
        assert_eq!(trusted("a[i] = 1.0;", 8), 65_534 / 16);
        assert_eq!(trusted("a[i] = a[i] % a[3];", 8), (65_535 - 37) / (16 * 37));
        assert_eq!(trusted("a[i] = twice(a[i]) + twice(a[1]);", 8), (65_535 - 145) / (16 * 145));
        assert_eq!(trusted("a[i] = 1.0;", u32::MAX), 0);
    }

    #[test]
    fn what_is_passed_without_being_entered_makes_the_budget_smaller() {
        let trusted = |body: &str| trusted_iterations(&kernel(body).module, 8);
        assert_eq!(trusted("if a[i] == 1.0 { while a[i] < 9.0 { a[i] += 1.0; } }"), (65_535 - 2) / (16 * 2));
        // Counted before it, and in it a loop that ticks.
        assert_eq!(trusted("for (var j = 0u; j < i; j++) { while a[j] < 9.0 { a[j] += 1.0; } }"), (65_535 - 3) / (16 * 3));
        assert_eq!(trusted("switch i { case 1u { a[i] = 1.0; } default { loop { if a[i] > 1.0 { break; } } } }"), (65_535 - 3) / (16 * 3));
    }

    #[test]
    fn a_loop_of_which_nothing_is_known_is_not_trusted() {
        let text = "@compute @workgroup_size(1) fn main() { loop { break; } }";
        let module = naga::front::wgsl::parse_str(text).expect("it parses");
        assert_eq!(trusted_iterations(&module, 8), 0);
        let module = naga::front::wgsl::parse_str("@compute @workgroup_size(1) fn main() { }").expect("it parses");
        assert_eq!(trusted_iterations(&module, 8), u32::MAX);
    }

    #[test]
    fn loops_of_our_own_functions_are_known() {
        let prelude = &crate::prelude::Prelude::get().expect("it parses").module;
        let tiers = crate::adapter::Tier::ALL.map(|tier| crate::adapter::primitives::module(tier).expect("it parses"));
        let mut loops = std::collections::HashSet::new();
        for module in tiers.into_iter().chain([prelude]) {
            let mut costs = Costs { module, known: HashMap::new(), busiest: 0, unbounded: false };
            for (handle, function) in module.functions.iter() {
                if crate::adapter::stage::block_has_loops(&function.body) {
                    loops.insert(function.name.clone().unwrap_or_default());
                }
                costs.function(handle);
            }
            assert!(!costs.unbounded, "{loops:?}");
        }
        let mut loops: Vec<String> = loops.into_iter().collect();
        loops.sort();
        assert_eq!(loops, UNCOUNTED.map(|(name, _)| name));
    }

    #[test]
    fn the_budget_is_found() {
        let mut kernel = kernel("a[i] = 1.0;");
        let before = kernel.wgsl().expect("naga prints it");
        assert!(before.contains("> 1048576u"));
        assert!(lower_budget(&mut kernel.module, 1 << 20, 77));
        let after = kernel.wgsl().expect("naga prints it");
        assert_eq!(after, before.replace("> 1048576u", "> 77u"));
        assert!(!lower_budget(&mut kernel.module, 1 << 20, 77), "it is not there any more");
    }

    #[test]
    fn loops_are_recognised_in_what_an_adapter_gets() {
        use crate::adapter::{Plan, Primitive, Tier, Way};
        let kernel = kernel("while a[i] < 9.0 { a[i] = sqrt(a[i] + 0.0) / a[1]; }");
        for tier in Tier::ALL {
            let plan = Plan::best(tier, true);
            assert_eq!(crate::adapter::stage::stage(&kernel, &plan, 8).expect("it is strict").trusted_iterations, None);
            for constants in [Way::Hardware, Way::Guarded] {
                let plan = plan.with(Primitive::Loops, Way::Guarded).with(Primitive::Constants, constants);
                let trusted = crate::adapter::stage::stage(&kernel, &plan, 8).expect("it is strict").trusted_iterations;
                // In the tier without floats, a root is up to 27 passes and a quotient up to 5.
                let expected = if tier == Tier::Soft { (65_535 - 34) / (16 * 34) } else { (65_535 - 2) / (16 * 2) };
                assert_eq!(trusted, Some(expected), "{tier}, constants by {constants}");
            }
        }
    }
}
