//! Loops that run long, and deep nesting: some drivers end the ones on their own, and lose the other ([`crate::adapter::loops`], [`crate::adapter::nesting`]).

use super::Case;
use crate::adapter::loops::CUT_AFTER;
use crate::device::DispatchEnd;

/// Each output is the number of iterations that its invocation did.
pub(super) fn cases() -> Vec<Case> {
    let flat = "var i = 0u; loop { if (i >= n) { break; } i += step; done += 1u; }";
    let counted = "for (var i = 0u; i < n; i++) { done += step; }";
    let nested = "for (var i = 0u; i < n / 250u; i += step) { var j = 0u; while (j < 250u) { j += step; done += 1u; } }";
    let called = "for (var k = 0u; k < 4u; k++) { done += count(n / 4u, step); }";
    // Below what `loops` takes for the number after which such a driver ends them: another number, and nobody knows what may be trusted.
    let below = (CUT_AFTER - 535) as u32;
    vec![
        Case { blames: None, ..case("a function's loops of 65,000 iterations", called, below) },
        case("a loop of 70,000 iterations", flat, 70_000),
        case("a counted loop of 2^20 iterations", counted, 1 << 20),
        case("nested loops of 70,000 iterations", nested, 70_000),
        case("a function's loops of 70,000 iterations", called, 70_000),
        nested_conditions(),
        returns(),
    ]
}

/// Conditions inside one another, more than a function may have.
const LEVELS: u32 = 120;

/// Each invocation goes as deep as its number.
fn nested_conditions() -> Case {
    let levels = |from: u32, to: u32, inside: &str| {
        let open: String = (from..to).map(|level| format!("if (n != {level}u) {{ depth += 1u; ")).collect();
        open + inside + &"} ".repeat((to - from) as usize)
    };
    let half = LEVELS / 2;
    let functions = format!(
        "fn lower_half(n: u32) -> u32 {{ var depth = 0u; {} return depth; }}
fn deep(n: u32) -> u32 {{ var depth = 0u; {} return depth; }}",
        levels(half, LEVELS, ""),
        levels(0, half, "depth += lower_half(n);")
    );
    conditions("conditions 120 deep, in functions", &functions)
}

/// What follows a return is under a condition to some compilers.
fn returns() -> Case {
    let returns: String = (0..LEVELS).map(|level| format!("if (n == {level}u) {{ return depth; }} depth += 1u; ")).collect();
    conditions("120 returns", &format!("fn deep(n: u32) -> u32 {{ var depth = 0u; {returns} return depth; }}"))
}

fn conditions(name: &str, functions: &str) -> Case {
    let wgsl = format!(
        "
@group(0) @binding(0) var<storage, read> a: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
{functions}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {{ out[id.x] = deep(a[id.x]); }}
"
    );
    let count = 2 * LEVELS.next_multiple_of(64);
    let expected = (0..count).map(|id| id.min(LEVELS)).collect();
    compared(name, wgsl, (0..count).collect(), [count / 64, 1, 1], expected)
}

fn case(name: &str, body: &str, iterations: u32) -> Case {
    let wgsl = format!(
        "
@group(0) @binding(0) var<storage, read> a: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
fn count(n: u32, step: u32) -> u32 {{
  var i = 0u;
  while (i < n) {{ i += step; }}
  return i;
}}
@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {{
  let n = a[0] - (id.x & 1u) * 4000u;
  let step = a[1];
  var done = 0u;
  {body}
  out[id.x] = done;
}}
"
    );
    let expected: Vec<u32> = (0..32).map(|id| iterations - (id & 1) * 4000).collect();
    compared(name, wgsl, vec![iterations, 1], [1, 1, 1], expected)
}

fn compared(name: &str, wgsl: String, input: Vec<u32>, groups: [u32; 3], expected: Vec<u32>) -> Case {
    Case {
        name: name.to_owned(),
        blames: Some(crate::adapter::Primitive::Loops),
        wgsl,
        inputs: vec![input],
        before: vec![0; expected.len()],
        groups,
        loop_iterations: 1 << 21,
        end: DispatchEnd::Done,
        expected,
        long: false,
        columns: Vec::new(),
    }
}
