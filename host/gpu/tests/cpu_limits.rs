//! The loop budget to the iteration, clamped indices, and how the device answers what it cannot do.

mod cpu_harness;

use assay_gpu::cpu::CpuDevice;
use assay_gpu::{Device, DispatchEnd};
use cpu_harness::{run, run_on};

/// Iterations of each invocation against a budget just below, at and just above what the longest needs.
#[test]
fn loop_budget_is_exact() {
    let mut device = CpuDevice::new(Some(2)).expect("the CPU executor works");
    // Trips as the shader counts them, and how many iterations the invocation with most needs.
    let cases: [(&str, u32); 6] = [
        ("loop { if (n >= 100u) { break; } n++; }", 101),
        ("loop { if (n >= id.x) { break; } n++; }", 64),
        ("loop { if (n >= id.x) { break; } n++; } loop { if (n >= 63u) { break; } n++; }", 65),
        ("loop { if (n >= 10u) { break; } n++; var m = 0u; loop { if (m >= id.x / 8u) { break; } m++; } }", 11 + 10 * 8),
        ("if (id.x == 37u) { loop { if (n >= 50u) { break; } n++; } }", 51),
        ("if (id.x > 100u) { loop { n++; } }", 0),
    ];
    for (body, needed) in cases {
        let source = format!(
            "@group(0) @binding(0) var<storage, read_write> out: array<u32>;
            @compute @workgroup_size(64) fn main(@builtin(local_invocation_id) id: vec3<u32>) {{ var n = out[id.x]; {body} out[id.x] = n; }}"
        );
        for budget in [needed.saturating_sub(1).max(1), needed.max(1), needed + 1] {
            let (end, _) = run_on(&mut device, &source, &[vec![0; 64]], [3, 1, 1], budget);
            let expected = if needed > budget { DispatchEnd::LoopBudgetExceeded } else { DispatchEnd::Done };
            assert_eq!(end, expected, "budget {budget}, needed {needed}: {body}");
        }
    }
}

#[test]
fn endless_loops_end() {
    let mut device = CpuDevice::new(Some(2)).expect("the CPU executor works");
    for body in [
        "loop { out[0] = out[0] + 1u; }",
        "while (true) { workgroupBarrier(); }",
        "for (var i = 0u; i < 10u; i = i * 2u) { out[id.x] = i; }",
    ] {
        let source = format!(
            "@group(0) @binding(0) var<storage, read_write> out: array<u32>;
            @compute @workgroup_size(64) fn main(@builtin(local_invocation_id) id: vec3<u32>) {{ {body} }}"
        );
        let (end, _) = run_on(&mut device, &source, &[vec![0; 64]], [1000, 1, 1], 100_000);
        assert_eq!(end, DispatchEnd::LoopBudgetExceeded, "{body}");
        // The device is as good as before.
        let (end, out) = run_on(
            &mut device,
            "@group(0) @binding(0) var<storage, read_write> out: array<u32>;
            @compute @workgroup_size(4) fn main(@builtin(local_invocation_id) id: vec3<u32>) { out[id.x] = id.x + 1u; }",
            &[vec![0; 4]],
            [1, 1, 1],
            1,
        );
        assert_eq!((end, out), (DispatchEnd::Done, vec![vec![1, 2, 3, 4]]));
    }
}

#[test]
fn indices_are_clamped() {
    let source = "
        @group(0) @binding(0) var<storage, read> indices: array<u32>;
        @group(0) @binding(1) var<storage, read> data: array<u32>;
        @group(0) @binding(2) var<storage, read_write> out: array<u32>;
        var<workgroup> shared_words: array<u32, 10>;
        @compute @workgroup_size(16) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            if (id.x < 10u) { shared_words[id.x] = id.x * 11u; }
            workgroupBarrier();
            var local = array<u32, 5>(5u, 6u, 7u, 8u, 9u);
            let v = vec4<u32>(1u, 2u, 3u, 4u);
            out[id.x] = data[indices[id.x]] + data[id.x] * 1000u + local[indices[id.x]] * 100000u + v[indices[id.x]] * 1000000u + shared_words[indices[id.x]] * 10000000u;
        }";
    let indices: Vec<u32> = vec![0, 1, 6, 7, 100, 0x4000_0000, 0x8000_0000, u32::MAX, 3, 2, 5, 4, 0x4000_0001, 0x2000_0000, 9, 8];
    let data: Vec<u32> = (0..7).map(|n| n + 1).collect();
    let out = &run(source, &[indices.clone(), data.clone(), vec![0; 16]], [1, 1, 1])[2];
    for (n, index) in indices.iter().enumerate() {
        let at = |length: usize| (*index as usize).min(length - 1);
        let expected = data[at(7)]
            .wrapping_add(data[n.min(6)] * 1000)
            .wrapping_add([5, 6, 7, 8, 9][at(5)] * 100_000)
            .wrapping_add([1, 2, 3, 4][at(4)] * 1_000_000)
            .wrapping_add(at(10) as u32 * 11 * 10_000_000);
        assert_eq!(out[n], expected, "index {index:#x}");
    }
}

#[test]
fn memory_is_zero_and_reused() {
    let mut device = CpuDevice::new(Some(1)).expect("the CPU executor works");
    for _ in 0..50 {
        let a = device.create_buffer(1 << 20).unwrap();
        let b = device.create_buffer(4).unwrap();
        let mut data = vec![1_u8; 1 << 20];
        device.read_buffer(a, 0, &mut data).expect("the range lies in the buffer");
        assert!(data.iter().all(|byte| *byte == 0));
        device.write_buffer(a, 0, &vec![7; 1 << 20]).unwrap();
        device.destroy_buffer(a);
        device.write_buffer(b, 0, &[1, 2, 3, 4]).expect("the range lies in the buffer");
        device.destroy_buffer(b);
    }
    // 64 GiB do not fit; the device says so and goes on.
    let mut held = Vec::new();
    let refused = (0..64).find_map(|_| match device.create_buffer(1 << 30) {
        Ok(buffer) => {
            held.push(buffer);
            None
        }
        Err(error) => Some(error.to_string()),
    });
    assert!(refused.unwrap().contains("no room"));
    assert!(held.len() >= 3);
    held.into_iter().for_each(|buffer| device.destroy_buffer(buffer));
    // What came back is one block again.
    let again = device.create_buffer(1 << 20).unwrap();
    device.destroy_buffer(again);
}

#[test]
fn misuse_is_an_error() {
    let mut device = CpuDevice::new(Some(1)).expect("the CPU executor works");
    let buffer = device.create_buffer(64).unwrap();
    assert!(device.write_buffer(buffer, 60, &[0; 8]).is_err());
    assert!(device.read_buffer(buffer, u64::MAX - 3, &mut [0; 8]).is_err());
    assert!(device.read_buffer(assay_gpu::BufferId(99), 0, &mut [0; 4]).is_err());
    assert!(device.dispatch(assay_gpu::PipelineId(99), &[], [1, 1, 1]).is_err());
    device.destroy_buffer(assay_gpu::BufferId(99));
    device.destroy_pipeline(assay_gpu::PipelineId(99));
}
