//! A driver that ends loops on its own (llvmpipe does) gives no wrong result: loops run to their end, and endless ones pass their budget.
#![allow(clippy::unwrap_used, reason = "in a test the line says what failed")]
#![cfg(feature = "adapters")]

use assay_gpu::adapter::{AdapterDevice, Opening, Primitive, Tier, Way, examine, list};
use assay_gpu::cpu::CpuDevice;
use assay_gpu::{BindingRange, Device, DispatchEnd, Shader};

const TURNS: &str = "
@group(0) @binding(0) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(32) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let turns = out[id.x];
  var done = 0u;
  while (done != turns) { done += 1u; }
  out[id.x] = out[id.x] + done;
}";

#[test]
fn loops_run_to_their_end_or_pass_their_budget() {
    let adapters = list();
    if adapters.is_empty() {
        assert!(std::env::var_os("ASSAY_REQUIRE_ADAPTER").is_none(), "there is no adapter, and ASSAY_REQUIRE_ADAPTER is set");
        eprintln!("SKIPPED: long loops on adapters: there is no adapter");
    }
    for (adapter, tier) in adapters.iter().flat_map(|adapter| Tier::ALL.map(|tier| (adapter, tier))) {
        let Some(plan) = examine(adapter, &[tier], true).plan else { continue };
        let mut device = AdapterDevice::open(adapter, Opening::of(plan)).unwrap();
        let kernel = Shader::new(TURNS).unwrap().kernel("main", &[], 200_001).unwrap();
        let pipeline = device.create_pipeline(&kernel).unwrap();
        let buffer = device.create_buffer(256).unwrap();
        let range = BindingRange { group: 0, binding: 0, buffer, offset: 0, bytes: 256 };
        for turns in [100_u32, 5_000, 66_000, 200_000] {
            let words: Vec<u32> = (0..64).map(|id| turns - (id & 3)).collect();
            device.write_buffer(buffer, 0, bytemuck::cast_slice(&words)).unwrap();
            assert_eq!(device.dispatch(pipeline, &[range], [2, 1, 1]), Ok(DispatchEnd::Done), "{} {tier} {turns}", adapter.identity.name);
            let mut out = vec![0_u32; 64];
            device.read_buffer(buffer, 0, bytemuck::cast_slice_mut(&mut out)).unwrap();
            let expected: Vec<u32> = words.iter().map(|word| 2 * word).collect();
            assert_eq!(out, expected, "{} {tier} {turns}", adapter.identity.name);
        }
        for turns in [200_001_u32, u32::MAX] {
            device.write_buffer(buffer, 0, bytemuck::cast_slice(&[turns; 64])).unwrap();
            assert_eq!(device.dispatch(pipeline, &[range], [2, 1, 1]), Ok(DispatchEnd::LoopBudgetExceeded), "{tier} {turns}");
        }
    }
}

/// Shaders that do few iterations an invocation, and many a vector of them: in loops that no invocation enters (their bodies are passed once all the same), in different loops of different
/// invocations, and in loops of the functions that a tier computes with.
const CROWDED: [(&str, &str); 5] = [
    ("loops that are not entered", "for (var i = 0u; i < 4000u; i++) { if (n == 77u) { SKIPPED } done += n; }"),
    (
        "loops that are not entered, in a loop with a barrier",
        "for (var i = 0u; i < 4000u; i++) { workgroupBarrier(); if (n == 77u) { SKIPPED } done += n; }",
    ),
    ("a loop for each invocation", "LADDER"),
    ("square roots", "var x = f32(n) + 2.0; for (var i = 0u; i < 4000u; i++) { x = sqrt(x + f32(i)); done += bitcast<u32>(x); }"),
    ("remainders", "var x = f32(n) + 1e30; for (var i = 0u; i < 4000u; i++) { x = x % (3.0 + f32(i)) + 1e30; done += bitcast<u32>(x); }"),
];

fn crowded(body: &str) -> String {
    let skipped: String =
        (0..24).map(|at| format!("{{ var k = {at}u; while (k != a[k & 31u]) {{ k = k * 5u + 1u; done += k; }} }} ")).collect();
    let ladder: String = (0..32)
        .map(|at| format!("if ((id.x & 31u) == {at}u) {{ var k = 0u; while (k < 4000u + n) {{ k += n; done += k ^ {at}u; }} }} "))
        .collect();
    let body = body.replace("SKIPPED", &skipped).replace("LADDER", &ladder);
    format!(
        "@group(0) @binding(0) var<storage, read> a: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(32) fn main(@builtin(global_invocation_id) id: vec3<u32>) {{
  let n = a[id.x];
  var done = 0u;
  {body}
  out[id.x] += done;
}}"
    )
}

fn crowded_words(device: &mut dyn Device, source: &str) -> Vec<u32> {
    let kernel = Shader::new(source).unwrap().kernel("main", &[], 1 << 20).unwrap();
    let pipeline = device.create_pipeline(&kernel).unwrap();
    let ranges: Vec<BindingRange> = (0..2)
        .map(|binding| {
            let buffer = device.create_buffer(256).unwrap();
            device.write_buffer(buffer, 0, bytemuck::cast_slice(&[1_u32; 64])).unwrap();
            BindingRange { group: 0, binding, buffer, offset: 0, bytes: 256 }
        })
        .collect();
    assert_eq!(device.dispatch(pipeline, &ranges, [2, 1, 1]), Ok(DispatchEnd::Done));
    let mut out = vec![0_u32; 64];
    device.read_buffer(ranges[1].buffer, 0, bytemuck::cast_slice_mut(&mut out)).unwrap();
    out
}

#[test]
fn iterations_of_a_vector_are_all_counted() {
    let mut failed = Vec::new();
    for (adapter, tier) in list().iter().flat_map(|adapter| Tier::ALL.map(|tier| (adapter, tier))) {
        let Some(plan) = examine(adapter, &[tier], true).plan else { continue };
        let integers = plan.with(Primitive::Sqrt, Way::Integer);
        let remainder = plan.with(Primitive::Sqrt, Way::Remainder);
        for plan in if tier == Tier::Soft { vec![plan] } else { vec![plan, integers, remainder] } {
            let mut device = AdapterDevice::open(adapter, Opening::of(plan)).unwrap();
            for (name, body) in CROWDED {
                let source = crowded(body);
                let right = crowded_words(&mut CpuDevice::new(None).unwrap(), &source);
                if crowded_words(&mut device, &source) != right {
                    failed.push(format!("{} {tier}, sqrt by {}: {name}", adapter.identity.name, plan.way(Primitive::Sqrt)));
                }
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Shaders of which a driver may see more conditions inside one another than it has room for; `EACH` and `CHAIN` stand for many of them.
const DEEP: [(&str, &str); 5] = [
    ("returns", "EACH(return;)"),
    ("continues", "for (var i = 0u; i < 3u; i++) { EACH(continue;) }"),
    ("breaks", "for (var i = 0u; i < 3u; i++) { EACH(break;) }"),
    ("breaks of a switch", "switch n / 1000u { case 0u { EACH(break;) } default { out[id.x] = 1u; } }"),
    ("else if", "CHAIN"),
];

fn deep(body: &str) -> String {
    let is = |level: u32| format!("n * 3u == {}u", if level < 56 { 3000 + level } else { 3 * (level - 56) });
    let each =
        |jump: &str| (0..120).map(|level| format!("if ({}) {{ {jump} }} out[id.x] += n + {level}u; ", is(level))).collect::<String>();
    let chain: String = (30..120).map(|level| format!("if ({}) {{ out[id.x] += {level}u; }} else ", is(level))).collect();
    let mut body = body.replace("CHAIN", &format!("{{ {chain} {{ out[id.x] += 7u; }} }}"));
    for jump in ["return;", "continue;", "break;"] {
        body = body.replace(&format!("EACH({jump})"), &each(jump));
    }
    format!(
        "@group(0) @binding(0) var<storage, read> a: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(32) fn main(@builtin(global_invocation_id) id: vec3<u32>) {{ let n = id.x + a[0] - 1u; {body} }}"
    )
}

#[test]
fn conditions_hold_however_deep_they_stand() {
    let mut failed = Vec::new();
    for (adapter, tier) in list().iter().flat_map(|adapter| Tier::ALL.map(|tier| (adapter, tier))) {
        let Some(plan) = examine(adapter, &[tier], true).plan else { continue };
        let mut device = AdapterDevice::open(adapter, Opening::of(plan)).unwrap();
        for (name, body) in DEEP {
            let source = deep(body);
            if crowded_words(&mut device, &source) != crowded_words(&mut CpuDevice::new(None).unwrap(), &source) {
                failed.push(format!("{} {tier}: {name}", adapter.identity.name));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
