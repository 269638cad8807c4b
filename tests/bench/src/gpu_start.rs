//! What a shader pays before its first dispatch, and a dispatch before its first invocation.
//!
//! An empty kernel shows what a dispatch itself costs. On an adapter it is compared with the same dispatch through plain wgpu: both sides encode, submit and wait.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use assay_gpu::adapter::{self, AdapterDevice, Opening, Tier};
use assay_gpu::cpu::CpuDevice;
use assay_gpu::raw::RawDevice;
use assay_gpu::{BindingRange, Device, DispatchEnd, Kernel, Shader};
use serde_json::{Value, json};

use crate::clock::median;
use crate::table::Table;

/// Lines of the shader whose lowering and compilation is timed.
const LINES: usize = 300;
const LOWERINGS: usize = 40;
const DISPATCHES: usize = 4000;
/// Rounds in which the sides take turns.
const TURNS: usize = 8;

const EMPTY: &str = "@group(0) @binding(0) var<storage, read_write> data: array<u32>;
@compute @workgroup_size(64) fn main() { if false { data[0] = 1u; } }";

/// Measures and prints; returns the data.
///
/// # Errors
/// When a device does not open or run.
pub fn measure(wanted: Option<&str>) -> Result<Value> {
    let mut table = Table::new(["what", "median", "best", "goal"]);
    let mut data = serde_json::Map::new();
    let mut note = |what: &str, mut times: Vec<Duration>, goal: &str| {
        let (middle, best) = (median(&mut times), times.first().copied().unwrap_or_default());
        table.row([what.to_owned(), format!("{middle:.1?}"), format!("{best:.1?}"), goal.to_owned()]);
        data.insert(what.to_owned(), json!({ "median_s": middle.as_secs_f64(), "best_s": best.as_secs_f64(), "runs": times.len() }));
        middle
    };

    let source = three_hundred_lines();
    let (mut lowered, mut compiled, mut both) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..LOWERINGS {
        // A device of its own each time: nothing compiled before is found again.
        let mut device = CpuDevice::new(None)?;
        let started = Instant::now();
        let kernel = kernel(&source)?;
        lowered.push(started.elapsed());
        let pipeline = device.create_pipeline(&kernel)?;
        both.push(started.elapsed());
        compiled.push(both[both.len() - 1] - lowered[lowered.len() - 1]);
        device.destroy_pipeline(pipeline);
    }
    note(&format!("read, check and lower a shader of {LINES} lines"), lowered, "");
    note("— and compile it for the CPU executor (wasm, machine code)", compiled, "");
    note("— both", both, "20 ms");

    let empty = kernel(EMPTY)?;
    let mut cpu = CpuDevice::new(None)?;
    let times = take_turns(&mut [&mut cpu], &empty)?;
    note("a dispatch of an empty kernel on the CPU executor", times.into_iter().flatten().collect(), "5 µs");

    let mut overheads = serde_json::Map::new();
    let adapters = adapter::list();
    let chosen = match wanted {
        Some(wanted) => Some(adapter::select(&adapters, wanted)?),
        None => adapters.first(),
    };
    if let Some(adapter) = chosen {
        let mut raw = RawDevice::open(&adapter.identity.name)?;
        for tier in Tier::ALL {
            let Some(plan) = adapter::examine(adapter, &[tier], true).plan else { continue };
            let mut strict = AdapterDevice::open(adapter, Opening::of(plan))?;
            let mut times = take_turns(&mut [&mut raw, &mut strict], &empty)?.into_iter();
            let (plain, ours) = (times.next().unwrap_or_default(), times.next().unwrap_or_default());
            let plain = note(&format!("an empty dispatch through plain wgpu, beside {tier}"), plain, "");
            let ours = note(
                &format!("an empty dispatch on {}, {tier}", adapter.identity.name),
                ours,
                &format!("{:.1?}", plain + Duration::from_micros(5)),
            );
            overheads.insert(tier.to_string(), json!(ours.as_secs_f64() - plain.as_secs_f64()));
        }
    }
    println!("\n## GPU: before the first invocation\n");
    println!("{table}");
    Ok(json!({ "lines": LINES, "figures": data, "overhead_over_raw_s": overheads }))
}

fn kernel(source: &str) -> Result<Kernel> {
    Ok(Shader::new(source)?.kernel("main", &[], 1 << 20)?)
}

/// Times of dispatches on each device, which take turns.
fn take_turns(devices: &mut [&mut dyn Device], kernel: &Kernel) -> Result<Vec<Vec<Duration>>> {
    let mut ready = Vec::new();
    for device in devices.iter_mut() {
        let buffer = device.create_buffer(1024)?;
        let ranges: Vec<BindingRange> = kernel
            .bindings
            .iter()
            .map(|binding| BindingRange { group: binding.group, binding: binding.binding, buffer, offset: 0, bytes: 1024 })
            .collect();
        ready.push((device.create_pipeline(kernel)?, ranges, Vec::new()));
    }
    for turn in 0..=TURNS {
        for (device, (pipeline, ranges, times)) in devices.iter_mut().zip(&mut ready) {
            for _ in 0..DISPATCHES / TURNS {
                let started = Instant::now();
                let end = device.dispatch(*pipeline, ranges, [1, 1, 1])?;
                // The first turn warms up.
                if turn > 0 {
                    times.push(started.elapsed());
                }
                ensure!(end == DispatchEnd::Done, "an empty kernel passes its loop budget");
            }
        }
    }
    Ok(ready.into_iter().map(|(_, _, times)| times).collect())
}

/// A shader of that many lines as people write them: functions with loops, branches, vectors, matrices and built-ins, all of them used.
fn three_hundred_lines() -> String {
    let mut source = String::from(
        "struct Params { count: u32, steps: u32, scale: f32, bias: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> output: array<vec4<f32>>;
var<workgroup> tile: array<vec4<f32>, 64>;
",
    );
    const FUNCTIONS: usize = 15;
    for number in 0..FUNCTIONS {
        source.push_str(&format!(
            "
fn stage_{number}(value: vec4<f32>, index: u32) -> vec4<f32> {{
    var sum = vec4<f32>(0.0);
    var weight = params.scale + {number}.0;
    for (var step = 0u; step < params.steps; step++) {{
        let near = tile[(index + step) % 64u];
        if dot(near, value) > weight {{
            sum += near * weight;
        }} else {{
            sum = fma(near, vec4<f32>(params.bias), sum);
        }}
        weight = clamp(weight * 0.5, 0.125, 8.0);
    }}
    let turn = mat2x2<f32>(value.x, value.y, value.z, value.w);
    let turned = turn * sum.xy;
    return vec4<f32>(turned, max(sum.z, value.w), sqrt(abs(sum.w)));
}}
"
        ));
    }
    source.push_str(
        "
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    tile[local] = input[id.x];
    workgroupBarrier();
    var value = tile[local];
",
    );
    for number in 0..FUNCTIONS {
        source.push_str(&format!("    value = stage_{number}(value, local);\n"));
    }
    source.push_str("    if id.x < params.count {\n        output[id.x] = normalize(value) + exp(-value);\n    }\n}\n");
    let lines = source.lines().count();
    // Kept exact, so that the figure says what it measures.
    (lines..LINES).for_each(|_| source.push_str("// end\n"));
    source
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_shader_has_the_lines_it_claims() {
        assert_eq!(super::three_hundred_lines().lines().count(), super::LINES);
    }
}
