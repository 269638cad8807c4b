//! Compute shaders natively: what the sandbox gives, a test gets as well, refusals included.

use assay_guest::gpu::{self, Buffer, ComputePipeline, Device};

/// `to[i] = factor * from[i] + i`
const SCALE: &str = "override factor: f32 = 1.0;
@group(0) @binding(0) var<storage, read> source: array<f32>;
@group(0) @binding(1) var<storage, read_write> target_: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    if id.x < arrayLength(&target_) { target_[id.x] = fma(factor, source[id.x], f32(id.x)); }
}";

fn scale(device: &Device, factor: f64) -> assay_guest::Result<ComputePipeline> {
    let shader = device.create_shader_module(SCALE)?;
    device.create_compute_pipeline(&shader).entry_point("main").constant("factor", factor).build()
}

#[track_caller]
fn says<T: std::fmt::Debug>(result: assay_guest::Result<T>, parts: &[&str]) {
    let text = result.expect_err("an error").to_string();
    for part in parts {
        assert!(text.contains(part), "{text:?} does not say {part:?}");
    }
}

fn numbers(device: &Device, count: usize) -> Buffer<f32> {
    device.create_buffer_init(&vec![1.5; count]).expect("a buffer")
}

#[test]
fn a_shader_computes() -> assay_guest::Result<()> {
    let device = gpu::device()?;
    let numbers: Vec<f32> = (0..1_000_u16).map(f32::from).collect();
    let pipeline = scale(&device, 2.0)?;
    let from = device.create_buffer_init(&numbers)?;
    let to = device.create_buffer::<f32>(1_000)?;
    pipeline.bind(0, 0, &from).bind(0, 1, &to).dispatch([16, 1, 1])?;
    let expected: Vec<f32> = numbers.iter().map(|number| number * 3.0).collect();
    assert_eq!(to.read()?, expected);
    assert_eq!(to.read_range(10..12)?, [30.0, 33.0]);
    assert_eq!(from.read()?, numbers, "what is read stays");
    Ok(())
}

#[test]
fn slices_copies_and_clears() -> assay_guest::Result<()> {
    let device = gpu::device()?;
    let pipeline = scale(&device, 1.0)?;
    let from = numbers(&device, 192);
    let to = device.create_buffer::<f32>(192)?;
    pipeline.bind(0, 0, &from).bind(0, 1, to.slice(64..68)).dispatch([1, 1, 1])?;
    assert_eq!(to.read_range(63..70)?, [0.0, 1.5, 2.5, 3.5, 4.5, 0.0, 0.0]);
    from.copy_to(0, &to, 66, 2)?;
    to.write(68, &[9.0])?;
    assert_eq!(to.read_range(63..70)?, [0.0, 1.5, 2.5, 1.5, 1.5, 9.0, 0.0]);
    assert!(to.read_range(5..5)?.is_empty());
    to.clear()?;
    assert_eq!(to.read()?, [0.0; 192]);
    assert_eq!((to.len(), to.is_empty()), (192, false));
    Ok(())
}

#[test]
fn bindings_can_be_dispatched_again() -> assay_guest::Result<()> {
    let device = gpu::device()?;
    let shader = device.create_shader_module(
        "@group(0) @binding(0) var<storage, read_write> sum: array<u32>;
         @compute @workgroup_size(1) fn main() { sum[0] += 2u; }",
    )?;
    let pipeline = device.create_compute_pipeline(&shader).build()?;
    let sum = device.create_buffer::<u32>(1)?;
    let bound = pipeline.bind(0, 0, &sum);
    for _ in 0..10 {
        bound.dispatch([1, 1, 1])?;
    }
    bound.clone().dispatch([0, 1, 1])?;
    assert_eq!(sum.read()?, [20]);
    Ok(())
}

#[test]
fn a_refused_shader_says_where_and_why() -> assay_guest::Result<()> {
    let device = gpu::device()?;
    says(device.create_shader_module("fn main( {"), &["cannot create a shader module: 1:"]);
    let shader = device.create_shader_module(SCALE)?;
    says(device.create_compute_pipeline(&shader).entry_point("other").build(), &["entry point `other`"]);
    says(device.create_compute_pipeline(&shader).constant("missing", 1).build(), &["missing"]);
    says(device.create_compute_pipeline(&shader).constant("factor", 1).constant("factor", 2).build(), &["\"factor\" is given twice"]);
    says(device.create_compute_pipeline(&shader).constant("factor", f64::NAN).build(), &["must be finite"]);
    Ok(())
}

#[test]
fn what_is_wrong_with_a_dispatch_is_said() -> assay_guest::Result<()> {
    let device = gpu::device()?;
    let pipeline = scale(&device, 1.0)?;
    let (a, b) = (numbers(&device, 128), numbers(&device, 128));
    says(pipeline.bind(0, 0, &a).dispatch([1, 1, 1]), &["cannot dispatch", "@group(0) @binding(1) (target_) is not bound"]);
    says(pipeline.bind(0, 0, &a).bind(0, 1, &a).dispatch([1, 1, 1]), &["one buffer"]);
    says(pipeline.bind(0, 0, &a).bind(0, 1, b.slice(1..)).dispatch([1, 1, 1]), &["not a multiple of 256"]);
    says(pipeline.bind(0, 0, &a).bind(0, 1, b.slice(..200)).dispatch([1, 1, 1]), &["pass the end"]);
    says(pipeline.bind(0, 0, &a).bind(0, 1, &b).dispatch([65_536, 1, 1]), &["at most 65535"]);
    says(device.create_buffer::<u8>(3), &["multiple of 4"]);
    says(device.create_buffer::<f32>(0), &["not 0"]);
    says(device.create_buffer::<f32>(usize::MAX), &["cannot create a buffer"]);
    says(device.create_buffer::<u32>(100_000_000), &["gpu_buffer_bytes"]);
    says(b.write(127, &[1.0, 2.0]), &["pass its end"]);
    says(b.read_range(100..200), &["elements 100 to 200 of 128"]);
    says(b.read_range(std::ops::Range { start: 9, end: 8 }), &["elements 9 to 8"]);
    says(b.copy_to(0, &b, 64, 1), &["copied to itself"]);
    Ok(())
}

#[test]
fn what_is_dropped_is_freed() -> assay_guest::Result<()> {
    let device = gpu::device()?;
    for _ in 0..1_000 {
        // More than may live at one time: 256 objects, 256 MiB.
        device.create_buffer::<u32>(1 << 20)?;
    }
    let pipelines: Vec<ComputePipeline> = (0..3).map(|factor| scale(&device, f64::from(factor))).collect::<Result<_, _>>()?;
    assert_eq!(pipelines.len(), 3, "pipelines outlive their shaders");
    Ok(())
}

#[test]
fn a_limit_that_would_end_the_job_ends_the_session() -> assay_guest::Result<()> {
    {
        let device = gpu::device()?;
        let shader = device.create_shader_module(
            "@group(0) @binding(0) var<storage, read_write> sum: array<u32>;
             @compute @workgroup_size(1) fn main() { loop { sum[0] += 1u; if sum[1] == 1u { break; } } }",
        )?;
        let sum = device.create_buffer::<u32>(2)?;
        let pipeline = device.create_compute_pipeline(&shader).build()?;
        says(pipeline.bind(0, 0, &sum).dispatch([1, 1, 1]), &["gpu_loop_iterations"]);
        says(sum.read(), &["gpu_loop_iterations"]);
    }
    assert!(gpu::device()?.create_buffer::<u32>(1).is_ok(), "a new one, once nothing hangs on the old");
    Ok(())
}
