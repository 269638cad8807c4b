//! Kernels that no driver should be asked to compile.
//!
//! Drivers copy functions to where they are called, and some need time and memory beyond measure for what comes of it: for 770,000 expressions (a ray marcher in the tier `soft`)
//! llvmpipe takes minutes and 12 GiB. So a kernel that is larger than [`EXPRESSIONS_MAX`], functions counted at each call, runs on the CPU, whose executor calls them.

use std::collections::HashMap;

use naga::{Block, Function, Handle, Module, Statement};

/// Most expressions of a kernel for a driver: its compilation then takes seconds.
pub(crate) const EXPRESSIONS_MAX: u64 = 300_000;

/// Expressions of the entry point with all that it calls, each call counted.
pub(crate) fn expanded(module: &Module) -> u64 {
    let mut known = HashMap::new();
    // A function calls none that comes after it.
    for (handle, function) in module.functions.iter() {
        let size = of(function, &known);
        known.insert(handle, size);
    }
    module.entry_points.iter().map(|entry| of(&entry.function, &known)).max().unwrap_or_default()
}

fn of(function: &Function, known: &HashMap<Handle<Function>, u64>) -> u64 {
    (function.expressions.len() as u64).saturating_add(calls(&function.body, known))
}

fn calls(block: &Block, known: &HashMap<Handle<Function>, u64>) -> u64 {
    let of = |statement: &Statement| match statement {
        Statement::Call { function, .. } => known.get(function).copied().unwrap_or(u64::MAX),
        Statement::Block(inner) => calls(inner, known),
        Statement::If { accept, reject, .. } => calls(accept, known).saturating_add(calls(reject, known)),
        Statement::Switch { cases, .. } => cases.iter().fold(0, |sum: u64, case| sum.saturating_add(calls(&case.body, known))),
        Statement::Loop { body, continuing, .. } => calls(body, known).saturating_add(calls(continuing, known)),
        _ => 0,
    };
    block.iter().fold(0, |sum, statement| sum.saturating_add(of(statement)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_count_at_each_call() {
        let text = |calls: &str| {
            format!(
                "var<private> n: u32;
fn once(x: u32) -> u32 {{ return x * 3u + 1u; }}
fn twice(x: u32) -> u32 {{ if x > 7u {{ return once(x); }} return once(x + 1u); }}
@compute @workgroup_size(1) fn main() {{ {calls} }}"
            )
        };
        let size = |calls: &str| expanded(&naga::front::wgsl::parse_str(&text(calls)).expect("it parses"));
        let (none, one, two) = (size(""), size("n = twice(n);"), size("n = twice(n); for (var i = 0u; i < 3u; i++) { n = twice(n); }"));
        assert!(none < 5 && one > none + 15 && two > one + 15, "{none} {one} {two}");
    }
}
