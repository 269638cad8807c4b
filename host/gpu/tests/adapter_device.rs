//! An adapter as a device: the same words as the CPU executor at every tier, and defined ends whatever is asked of it. Skips, and says so, where there is no adapter.
#![allow(clippy::unwrap_used, reason = "in a test the line says what failed")]
#![cfg(feature = "adapters")]

use std::sync::LazyLock;

use assay_gpu::adapter::{self, Adapter, AdapterDevice, Opening, Plan, Primitive, Tier, Way};
use assay_gpu::cpu::CpuDevice;
use assay_gpu::{BindingRange, BufferId, Device, DispatchEnd, Kernel, PipelineId, Shader};

static ADAPTERS: LazyLock<Vec<Adapter>> = LazyLock::new(|| {
    let found = adapter::list();
    if found.is_empty() {
        eprintln!("SKIPPED: no Vulkan adapter on this machine");
    }
    found
});

/// The best plan of an adapter, found once.
static PLANS: LazyLock<Vec<Option<Plan>>> = LazyLock::new(|| ADAPTERS.iter().map(|adapter| adapter::admit(adapter, None).plan).collect());

/// Each admitted adapter's device at its own plan.
fn devices() -> Vec<AdapterDevice> {
    ADAPTERS
        .iter()
        .zip(PLANS.iter())
        .filter_map(|(adapter, plan)| Some(AdapterDevice::open(adapter, Opening::of((*plan)?)).unwrap()))
        .collect()
}

fn kernel(source: &str, loop_iterations: u32) -> Kernel {
    Shader::new(source).unwrap().kernel("main", &[], loop_iterations).unwrap()
}

fn range(group: u32, binding: u32, buffer: BufferId, offset: u64, bytes: u64) -> BindingRange {
    BindingRange { group, binding, buffer, offset, bytes }
}

fn words(device: &mut dyn Device, buffer: BufferId, count: usize) -> Vec<u32> {
    let mut words = vec![0u32; count];
    device.read_buffer(buffer, 0, bytemuck::cast_slice_mut(&mut words)).unwrap();
    words
}

const TRIPLE: &str = "@group(0) @binding(0) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) { out[id.x] = 3u * out[id.x] + 1u; }";

/// One dispatch of [`TRIPLE`], to see that a device still works.
fn still_works(device: &mut dyn Device) {
    let pipeline = device.create_pipeline(&kernel(TRIPLE, 10)).unwrap();
    let buffer = device.create_buffer(16).unwrap();
    device.write_buffer(buffer, 0, bytemuck::cast_slice(&[1u32, 2, 3, 4])).unwrap();
    assert_eq!(device.dispatch(pipeline, &[range(0, 0, buffer, 0, 16)], [1, 1, 1]), Ok(DispatchEnd::Done));
    assert_eq!(words(device, buffer, 4), [4, 7, 10, 13]);
    device.destroy_buffer(buffer);
    device.destroy_pipeline(pipeline);
}

/// Several float kernels in one: an escape-time loop, a softmax with a barrier, a small matrix product, a normalised vector.
const MIXTURE: &str = "
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
var<workgroup> shelf: array<f32, 64>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let x = a[id.x];
  var z = vec2<f32>(0.0);
  var turns = 0.0;
  for (var i = 0; i < 40; i++) {
    z = vec2<f32>(z.x * z.x - z.y * z.y + x, 2.0 * z.x * z.y + 0.3);
    if (dot(z, z) > 4.0) { break; }
    turns += 1.0;
  }
  shelf[local] = exp(x * 0.5);
  workgroupBarrier();
  var sum = 0.0;
  for (var i = 0u; i < 64u; i++) { sum += shelf[i]; }
  let m = mat3x3<f32>(x, 1.0, 2.0, 3.0, x, 5.0, 6.0, 7.0, x);
  let v = m * normalize(vec3<f32>(x, 1.0, sum));
  out[4u * id.x] = turns;
  out[4u * id.x + 1u] = shelf[local] / sum;
  out[4u * id.x + 2u] = v.x + v.y * v.z;
  out[4u * id.x + 3u] = fma(x, sum, -v.x) - floor(x * 10.0) % 3.0;
}";

fn mixture(device: &mut dyn Device) -> Vec<u32> {
    let input: Vec<f32> = (0..256).map(|at| (at as f32 - 128.0) / 61.0).collect();
    let pipeline = device.create_pipeline(&kernel(MIXTURE, 1 << 20)).unwrap();
    let a = device.create_buffer(1024).unwrap();
    device.write_buffer(a, 0, bytemuck::cast_slice(&input)).unwrap();
    let out = device.create_buffer(4096).unwrap();
    assert_eq!(device.dispatch(pipeline, &[range(0, 0, a, 0, 1024), range(0, 1, out, 0, 4096)], [4, 1, 1]), Ok(DispatchEnd::Done));
    words(device, out, 1024)
}

#[test]
fn every_tier_and_way_gives_the_words_of_the_cpu_executor() {
    let right = mixture(&mut CpuDevice::new(None).unwrap());
    for (adapter, plan) in ADAPTERS.iter().zip(PLANS.iter()) {
        let Some(plan) = *plan else { continue };
        let soft = Plan::best(Tier::Soft, false);
        let guarded = Plan::best(Tier::Guarded, false).with(Primitive::Fma, Way::Integer);
        let mut openings = vec![
            Opening::of(plan),
            Opening::of(plan.with(Primitive::Divide, Way::Remainder).with(Primitive::Sqrt, Way::Remainder)),
            Opening::of(plan.with(Primitive::Divide, Way::Integer).with(Primitive::Sqrt, Way::Integer).with(Primitive::Fma, Way::Integer)),
            Opening::of(guarded),
            Opening { plan: guarded, passthrough: false },
            Opening::of(soft),
        ];
        let integers = [Primitive::Compare, Primitive::Sign, Primitive::Round, Primitive::FromInteger, Primitive::ToInteger];
        openings.push(Opening::of(integers.into_iter().fold(plan, |plan, primitive| plan.with(primitive, Way::Integer))));
        for opening in openings {
            let mut device = AdapterDevice::open(adapter, opening).unwrap();
            let got = mixture(&mut device);
            let differing = got.iter().zip(&right).filter(|(got, right)| got != right).count();
            assert_eq!(differing, 0, "{} with {opening:?}", adapter.identity.name);
        }
    }
}

#[test]
fn a_loop_without_end_ends_by_its_budget_and_the_device_goes_on() {
    let endless = kernel(
        "@group(0) @binding(0) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { var n = id.x; loop { n = n * 5u + 1u; out[id.x] = n; if (n == out[63] + 1u) { break; } } }",
        5000,
    );
    for mut device in devices() {
        let pipeline = device.create_pipeline(&endless).unwrap();
        let buffer = device.create_buffer(256).unwrap();
        for _ in 0..3 {
            assert_eq!(device.dispatch(pipeline, &[range(0, 0, buffer, 0, 256)], [1, 1, 1]), Ok(DispatchEnd::LoopBudgetExceeded));
            still_works(&mut device);
        }
    }
}

#[test]
fn buffers_start_at_zero_and_keep_what_is_written() {
    for mut device in devices() {
        let big = device.create_buffer(40 << 20).unwrap();
        assert!(words(&mut device, big, 10 << 20).iter().all(|word| *word == 0));
        let pattern: Vec<u32> = (0..10 << 20).map(|at: u32| at.wrapping_mul(0x9e37_79b9)).collect();
        device.write_buffer(big, 0, bytemuck::cast_slice(&pattern)).unwrap();
        assert!(words(&mut device, big, 10 << 20) == pattern);
        let small = device.create_buffer(20).unwrap();
        device.copy_buffer(big, 400, small, 8, 12).unwrap();
        assert_eq!(words(&mut device, small, 5), [0, 0, pattern[100], pattern[101], pattern[102]]);
        let mut part = [0u8; 8];
        device.read_buffer(small, 12, &mut part).unwrap();
        assert_eq!(bytemuck::cast_slice::<u8, u32>(&part), &pattern[101..103]);
        device.destroy_buffer(big);
        still_works(&mut device);
    }
}

#[test]
fn bindings_may_stand_in_any_group_and_share_a_buffer() {
    let kernel = kernel(
        "struct Settings { factor: f32, offset: f32 }
@group(3) @binding(7) var<uniform> settings: Settings;
@group(1) @binding(15) var<storage, read> a: array<f32>;
@group(1) @binding(2) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) { out[id.x] = a[id.x] * settings.factor + settings.offset; }",
        10,
    );
    for mut device in devices() {
        let pipeline = device.create_pipeline(&kernel).unwrap();
        // All three in one buffer, apart from each other.
        let shared = device.create_buffer(1024).unwrap();
        device.write_buffer(shared, 0, bytemuck::cast_slice(&[2.0f32, 0.5])).unwrap();
        device.write_buffer(shared, 256, bytemuck::cast_slice(&[1.0f32, 2.0, 3.0, 4.0])).unwrap();
        let find = |group, binding| match (group, binding) {
            (3, 7) => range(3, 7, shared, 0, 8),
            (1, 15) => range(1, 15, shared, 256, 16),
            _ => range(group, binding, shared, 512, 16),
        };
        let ranges: Vec<BindingRange> = kernel.bindings.iter().map(|binding| find(binding.group, binding.binding)).collect();
        for _ in 0..2 {
            assert_eq!(device.dispatch(pipeline, &ranges, [1, 1, 1]), Ok(DispatchEnd::Done));
        }
        let mut out = [0f32; 4];
        device.read_buffer(shared, 512, bytemuck::cast_slice_mut(&mut out)).unwrap();
        assert_eq!(out, [2.5, 4.5, 6.5, 8.5]);
    }
}

#[test]
fn what_cannot_be_done_is_an_error_and_the_device_goes_on() {
    for mut device in devices() {
        let pipeline = device.create_pipeline(&kernel(TRIPLE, 10)).unwrap();
        let buffer = device.create_buffer(16).unwrap();
        assert!(device.dispatch(PipelineId(999), &[], [1, 1, 1]).is_err());
        assert!(device.dispatch(pipeline, &[], [1, 1, 1]).is_err());
        assert!(device.dispatch(pipeline, &[range(0, 0, BufferId(999), 0, 16)], [1, 1, 1]).is_err());
        assert!(device.dispatch(pipeline, &[range(0, 0, buffer, 0, 16)], [70_000, 1, 1]).is_err());
        assert!(device.read_buffer(BufferId(999), 0, &mut [0; 4]).is_err());
        assert!(device.write_buffer(BufferId(999), 0, &[0; 4]).is_err());
        // What a session would not let through reaches wgpu, whose complaint is an error and no panic.
        assert!(device.dispatch(pipeline, &[range(0, 0, buffer, 0, 1 << 20)], [1, 1, 1]).is_err());
        assert!(device.write_buffer(buffer, 8, &[0; 16]).is_err());
        assert!(device.copy_buffer(buffer, 0, buffer, 0, 16).is_err());
        let huge = device.create_buffer(1 << 60);
        assert!(huge.unwrap_err().0.contains("above the"), "a buffer above the limit");
        device.destroy_buffer(BufferId(999));
        device.destroy_pipeline(PipelineId(999));
        still_works(&mut device);
    }
}
