//! Kernels that no driver should be asked to compile.
//!
//! Drivers copy functions to where they are called, and some need time and memory beyond measure for what comes of it: for 770,000 expressions (a ray marcher in the tier `soft`)
//! llvmpipe takes minutes and 12 GiB. So a kernel that is larger than [`EXPRESSIONS_MAX`], functions counted at each call, runs on the CPU, whose executor calls them.

use std::collections::HashMap;

use naga::Module;

use crate::lower::expanded_size;

/// Most expressions of a kernel for a driver: its compilation then takes seconds.
pub(crate) const EXPRESSIONS_MAX: u64 = 300_000;

/// Expressions of the entry point with all that it calls, each call counted.
pub(crate) fn expanded(module: &Module) -> u64 {
    let mut known = HashMap::new();
    // A function calls none that comes after it.
    for (handle, function) in module.functions.iter() {
        let size = expanded_size(function, &known);
        known.insert(handle, size);
    }
    module.entry_points.iter().map(|entry| expanded_size(&entry.function, &known)).max().unwrap_or_default()
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
