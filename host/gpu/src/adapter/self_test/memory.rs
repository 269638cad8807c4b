//! What is not arithmetic: floats through memory, clamped indices, workgroup memory, barriers, atomics, the loop budget.

use super::{Case, canonical, patterns};
use crate::adapter::random::Random;
use crate::device::DispatchEnd;

fn case(name: &str, wgsl: &str, inputs: Vec<Vec<u32>>, groups: [u32; 3], expected: Vec<u32>) -> Case {
    Case {
        name: name.to_owned(),
        blames: None,
        wgsl: wgsl.to_owned(),
        inputs,
        before: vec![0; expected.len()],
        groups,
        loop_iterations: 1 << 20,
        end: DispatchEnd::Done,
        expected,
        long: false,
        columns: Vec::new(),
    }
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![through_memory(), bounds(), poison(), zeroed()];
    for width in [1, 32, 64, 256] {
        cases.push(reduction(width));
    }
    cases.extend([atomics(), budget(false), budget(true), after_budget()]);
    cases
}

/// Floats moved as floats keep their bits, but for NaN, which becomes the one NaN.
fn through_memory() -> Case {
    let words: Vec<u32> = patterns::SPECIAL.into_iter().chain((0..200).map(|at: u32| at.wrapping_mul(0x9e37_79b9))).collect();
    let expected: Vec<u32> = words.iter().map(|word| canonical(f32::from_bits(*word))).collect();
    let wgsl = "
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
var<workgroup> shelf: array<f32, 64>;
fn pass_on(x: f32) -> f32 { var y = array<f32, 3>(0.0, x, 1.0); return y[1]; }
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let i = min(id.x, arrayLength(&a) - 1u);
  shelf[local] = pass_on(a[i]);
  workgroupBarrier();
  if (id.x < arrayLength(&a)) { out[i] = shelf[local]; }
}
";
    let groups = [words.len().div_ceil(64) as u32, 1, 1];
    case("floats through memory", wgsl, vec![words], groups, expected)
}

/// An index out of bounds is the last index.
fn bounds() -> Case {
    let indices: Vec<u32> = vec![
        0,
        5,
        6,
        7,
        8,
        9,
        255,
        256,
        0x3fff_ffff,
        0x4000_0000,
        0x4000_0001,
        0x7fff_ffff,
        0x8000_0000,
        0xc000_0003,
        0xffff_fffe,
        0xffff_ffff,
    ];
    let mut expected = Vec::new();
    for index in &indices {
        let clamped = |length: u32| (*index).min(length - 1);
        expected.extend([clamped(16), clamped(7) + 100, clamped(4) + 40, clamped(5) + 200]);
    }
    let wgsl = "
@group(0) @binding(0) var<storage, read> a: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
var<workgroup> shelf: array<u32, 5>;
@compute @workgroup_size(16)
fn main(@builtin(local_invocation_index) local: u32) {
  let index = a[local];
  var own: array<u32, 7>;
  for (var i = 0u; i < 7u; i++) { own[i] = i + 100u; }
  if (local == 0u) { for (var i = 0u; i < 5u; i++) { shelf[i] = i + 200u; } }
  workgroupBarrier();
  let four = vec4<u32>(40u, 41u, 42u, 43u);
  // The position of what the clamped index reads: an index has itself as its first answer.
  var place = 0u;
  for (var i = 0u; i < 16u; i++) { if (a[i] == a[index] && place == 0u) { place = i; } }
  out[4u * local] = place;
  out[4u * local + 1u] = own[index];
  out[4u * local + 2u] = four[index];
  out[4u * local + 3u] = shelf[index];
}
";
    case("indices out of bounds", wgsl, vec![indices], [1, 1, 1], expected)
}

/// Leaves workgroup memory dirty for the next.
fn poison() -> Case {
    let wgsl = "
@group(0) @binding(0) var<storage, read_write> out: array<u32>;
var<workgroup> shelf: array<u32, 4096>;
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3<u32>) {
  for (var i = local; i < 4096u; i += 64u) { shelf[i] = 0xdeadbeefu; }
  workgroupBarrier();
  if (local == 0u) { out[group.x] = shelf[4095] ^ shelf[17]; }
}
";
    case("workgroup memory, written", wgsl, Vec::new(), [64, 1, 1], vec![0; 64])
}

/// Workgroup memory and variables start at zero.
fn zeroed() -> Case {
    let wgsl = "
@group(0) @binding(0) var<storage, read_write> out: array<u32>;
var<workgroup> shelf: array<u32, 4096>;
var<private> own: array<u32, 8>;
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3<u32>) {
  var sum = own[local & 7u];
  var kept: array<u32, 8>;
  sum |= kept[(local + 1u) & 7u];
  for (var i = local; i < 4096u; i += 64u) { sum |= shelf[i]; shelf[i] = 0u; }
  out[64u * group.x + local] = sum;
}
";
    case("memory starts at zero", wgsl, Vec::new(), [64, 1, 1], vec![0; 64 * 64])
}

/// A sum in a tree, with barriers; float, so that the order shows.
fn reduction(width: u32) -> Case {
    let groups = 16;
    let mut random = Random(u64::from(width));
    let words: Vec<u32> = (0..groups * width).map(|_| 0x3f00_0000 + (random.word() & 0x00ff_ffff)).collect();
    let expected = words
        .chunks(width as usize)
        .map(|chunk| {
            let mut values: Vec<f32> = chunk.iter().map(|word| f32::from_bits(*word)).collect();
            while values.len() > 1 {
                let half = values.len() / 2;
                values = (0..half).map(|at| values[at] + values[at + half]).collect();
            }
            canonical(values[0])
        })
        .collect();
    let wgsl = format!(
        "
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
var<workgroup> shelf: array<f32, {width}>;
@compute @workgroup_size({width})
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3<u32>) {{
  shelf[local] = a[group.x * {width}u + local];
  workgroupBarrier();
  for (var half = {width}u / 2u; half > 0u; half = half / 2u) {{
    if (local < half) {{ shelf[local] = shelf[local] + shelf[local + half]; }}
    workgroupBarrier();
  }}
  if (local == 0u) {{ out[group.x] = shelf[0]; }}
}}
"
    );
    case(&format!("barriers in workgroups of {width}"), &wgsl, vec![words], [groups, 1, 1], expected)
}

/// Read-modify-write by many invocations at once, in both kinds of memory.
fn atomics() -> Case {
    let wgsl = "
struct Totals { sum: atomic<u32>, least: atomic<i32>, most: atomic<u32>, every: atomic<u32>, odd: atomic<u32>, groups: atomic<u32> }
@group(0) @binding(0) var<storage, read_write> out: Totals;
var<workgroup> count: atomic<u32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  atomicAdd(&out.sum, id.x);
  atomicMin(&out.least, -i32(id.x));
  atomicMax(&out.most, id.x ^ 5u);
  atomicOr(&out.every, 1u << (id.x & 31u));
  atomicXor(&out.odd, id.x);
  atomicAdd(&count, 1u);
  workgroupBarrier();
  if (local == 0u) { atomicAdd(&out.groups, atomicLoad(&count)); }
}
";
    let all = 0..64u32 * 100;
    let expected = vec![
        all.clone().fold(0, u32::wrapping_add),
        all.clone().map(|id| -(id as i32)).min().unwrap_or_default() as u32,
        all.clone().map(|id| id ^ 5).max().unwrap_or_default(),
        0xffff_ffff,
        all.clone().fold(0, |odd, id| odd ^ id),
        all.end,
    ];
    case("atomics", wgsl, Vec::new(), [100, 1, 1], expected)
}

/// A loop without end ends by the budget: in one invocation, or in all with a barrier inside.
fn budget(barrier: bool) -> Case {
    let (name, inside, condition) = if barrier {
        ("loop budget with a barrier", "workgroupBarrier(); if (workgroupUniformLoad(&never) != 0u) { break; }", "true")
    } else {
        ("loop budget", "if (turns == 0xffffffffu) { break; }", "id.x == 77u")
    };
    let wgsl = format!(
        "
@group(0) @binding(0) var<storage, read_write> out: array<u32>;
var<workgroup> never: u32;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {{
  var turns = out[0];
  if ({condition}) {{ loop {{ turns = (turns * 5u + 1u) >> 1u; {inside} }} }}
  out[id.x] = turns + never;
}}
"
    );
    Case { end: DispatchEnd::LoopBudgetExceeded, loop_iterations: 1000, ..case(name, &wgsl, Vec::new(), [2, 1, 1], vec![0; 128]) }
}

/// As many turns as the budget has, the last of which finds that the condition is false: after an exceeded budget the next dispatch starts afresh.
fn after_budget() -> Case {
    let wgsl = "
@group(0) @binding(0) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  var turns = 0u;
  while (turns < 998u + (id.x & 1u)) { turns = turns + 1u; }
  out[id.x] = turns;
}
";
    let expected = (0..64).map(|id| 998 + (id & 1)).collect();
    Case { loop_iterations: 1000, ..case("a budget just met", wgsl, Vec::new(), [1, 1, 1], expected) }
}
