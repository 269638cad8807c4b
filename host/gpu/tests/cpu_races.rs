//! The race detector: planted races are found, with their places; clean kernels stay clean; and the verdict is the same each time.

mod cpu_harness;

use assay_gpu::DispatchEnd;
use assay_gpu::cpu::{AccessKind, CpuDevice, Race};
use cpu_harness::{BUDGET, run_on};

const HEAD: &str = "@group(0) @binding(0) var<storage, read_write> data: array<u32>;
@group(0) @binding(1) var<storage, read_write> counts: array<atomic<u32>>;
var<workgroup> tile: array<u32, 64>;
var<workgroup> total: atomic<u32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) l: u32, @builtin(workgroup_id) w: vec3<u32>) {
";

fn races(body: &str) -> Vec<Race> {
    let source = format!("{HEAD}{body}\n}}");
    let mut device = CpuDevice::detecting_races().expect("the CPU executor works");
    let mut verdicts = Vec::new();
    for _ in 0..2 {
        let (end, _) = run_on(&mut device, &source, &[(0..256).collect(), vec![0; 64]], [2, 1, 1], BUDGET);
        assert_eq!(end, DispatchEnd::Done);
        verdicts.push(device.take_races());
    }
    assert_eq!(verdicts[0], verdicts[1], "the verdict changed");
    verdicts.remove(0)
}

#[test]
fn clean_kernels_are_clean() {
    for body in [
        "data[id.x] = data[id.x] + 1u;",
        "data[id.x] = data[128u + id.x] * 2u;",
        "tile[l] = data[id.x]; workgroupBarrier(); data[id.x] = tile[63u - l];",
        "for (var s = 32u; s > 0u; s = s / 2u) { if (l < s) { tile[l] = tile[l] + tile[l + s]; } workgroupBarrier(); } if (l == 0u) { data[w.x] = tile[0]; }",
        "atomicAdd(&counts[data[id.x] % 8u], 1u); atomicSub(&counts[0], 2u);",
        "atomicMax(&counts[l], id.x);",
        "if (l == 0u) { data[w.x * 64u] = 7u; } storageBarrier(); if (l == 5u) { data[w.x * 64u] = 8u; }",
        "atomicAdd(&total, l); workgroupBarrier(); if (l == 0u) { data[w.x] = atomicLoad(&total); }",
        "if (l == 0u) { tile[3] = 9u; } let x = workgroupUniformLoad(&tile[3]); data[id.x] = x;",
        "if (id.x == 77u) { data[5] = 1u; data[5] = data[5] + 1u; }",
        "let x = data[200]; data[id.x] = x;",
        "var a = array<u32, 4>(1u, 2u, 3u, 4u); a[l % 4u] = l; data[id.x] = a[0];",
    ] {
        let found = races(body);
        assert!(found.is_empty(), "{body}: {}", found[0]);
    }
}

/// Word, kinds and invocations of the first race.
#[test]
fn planted_races_are_found() {
    use AccessKind::{AtomicAdd, AtomicLoad, AtomicMax, AtomicStore, Read, Write};
    type Case = (&'static str, &'static str, u64, [AccessKind; 2], [u32; 2]);
    let cases: [Case; 13] = [
        ("data[3] = id.x;", "data", 3, [Write, Write], [0, 1]),
        ("data[id.x / 2u] = id.x;", "data", 0, [Write, Write], [0, 1]),
        ("data[id.x] = data[(id.x + 1u) % 128u];", "data", 1, [Read, Write], [0, 1]),
        ("data[l] = id.x;", "data", 0, [Write, Write], [0, 64]),
        ("tile[l] = id.x; data[id.x] = tile[63u - l];", "tile", 32, [Read, Write], [31, 32]),
        ("tile[l] = id.x; storageBarrier(); data[id.x] = tile[63u - l];", "tile", 63, [Write, Read], [63, 0]),
        ("data[id.x] = 1u; workgroupBarrier(); data[128u + id.x] = data[id.x ^ 1u];", "data", 1, [Write, Read], [1, 0]),
        ("if (l == 0u) { data[7] = 1u; } storageBarrier(); if (l == 1u) { data[7] = 2u; }", "data", 7, [Write, Write], [0, 64]),
        ("atomicAdd(&counts[0], 1u); atomicMax(&counts[0], l);", "counts", 0, [AtomicAdd, AtomicMax], [1, 0]),
        ("atomicAdd(&counts[1], 1u); data[id.x] = atomicLoad(&counts[1]);", "counts", 1, [AtomicAdd, AtomicLoad], [1, 0]),
        ("atomicStore(&counts[l], 1u); ", "counts", 0, [AtomicStore, AtomicStore], [0, 64]),
        ("if (id.x == 100u) { data[9] = 1u; } if (id.x == 20u) { data[9] = 2u; }", "data", 9, [Write, Write], [20, 100]),
        ("for (var i = 0u; i < 4u; i++) { if (i == l) { tile[0] = l; } }", "tile", 0, [Write, Write], [0, 1]),
    ];
    for (body, variable, word, kinds, invocations) in cases {
        let found = races(body);
        let race = found.first().unwrap_or_else(|| panic!("nothing found: {body}"));
        assert_eq!(race.variable, variable, "{body}: {race}");
        assert_eq!(race.word, word, "{body}: {race}");
        assert_eq!(race.accesses.map(|access| access.kind), kinds, "{body}: {race}");
        assert_eq!(race.accesses.map(|access| access.invocation[0]), invocations, "{body}: {race}");
    }
}

#[test]
fn races_name_their_lines() {
    let found = races("if (l == 2u) {\n data[0] = 1u;\n}\nlet unused = 0u;\nif (l == 3u) {\n data[1] = data[0];\n}");
    let lines = found[0].accesses.map(|access| access.line);
    assert_eq!(lines, [7, 11], "{}", found[0]);
}

#[test]
fn three_dimensions_and_odd_workgroups() {
    let source = "@group(0) @binding(0) var<storage, read_write> data: array<u32>;
        @compute @workgroup_size(3, 2, 2) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            if (all(id == vec3<u32>(4u, 1u, 3u))) { data[1] = 1u; }
            if (all(id == vec3<u32>(5u, 3u, 0u))) { data[1] = 2u; }
        }";
    let mut device = CpuDevice::detecting_races().expect("the CPU executor works");
    let (end, _) = run_on(&mut device, source, &[vec![0; 8]], [2, 2, 2], BUDGET);
    assert_eq!(end, DispatchEnd::Done);
    let found = device.take_races();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].accesses.map(|access| access.invocation), [[5, 3, 0], [4, 1, 3]]);
    assert!(device.take_races().is_empty());
}
