//! Whole kernels on the CPU executor, each against the same computation in Rust.

mod cpu_harness;
use cpu_harness::run;

#[test]
fn adds_two_buffers_with_odd_lengths() {
    let source = "
        @group(0) @binding(0) var<storage, read> a: array<u32>;
        @group(0) @binding(1) var<storage, read> b: array<u32>;
        @group(0) @binding(2) var<storage, read_write> c: array<u32>;
        @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            if (id.x >= arrayLength(&c)) { return; }
            c[id.x] = a[id.x] * 3u + b[id.x];
        }";
    for length in [1_u32, 3, 4, 63, 64, 65, 1000] {
        let a: Vec<u32> = (0..length).map(|n| n * 7 + 1).collect();
        let b: Vec<u32> = (0..length).map(|n| n ^ 0x5555).collect();
        let out = run(source, &[a.clone(), b.clone(), vec![0; length as usize]], [length.div_ceil(64) + 1, 1, 1]);
        for n in 0..length as usize {
            assert_eq!(out[2][n], a[n] * 3 + b[n], "length {length}, word {n}");
        }
    }
}

/// Every invocation writes its ids: each workgroup size, each dispatch.
#[test]
fn ids_are_what_webgpu_says() {
    for size in [
        [1, 1, 1],
        [2, 1, 1],
        [3, 1, 1],
        [4, 1, 1],
        [5, 5, 1],
        [8, 8, 1],
        [4, 4, 4],
        [256, 1, 1],
        [1, 7, 2],
        [2, 3, 5],
        [12, 2, 1],
        [1, 1, 9],
        [1, 64, 1],
        [16, 16, 4],
    ] {
        for groups in [[1, 1, 1], [3, 2, 2]] {
            let [x, y, z] = size;
            let source = format!(
                "@group(0) @binding(0) var<storage, read_write> out: array<u32>;
                @compute @workgroup_size({x}, {y}, {z}) fn main(@builtin(global_invocation_id) g: vec3<u32>, @builtin(local_invocation_id) l: vec3<u32>,
                    @builtin(local_invocation_index) i: u32, @builtin(workgroup_id) w: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>) {{
                    let at = (((w.z * n.y + w.y) * n.x + w.x) * {total}u + i) * 8u;
                    out[at] = g.x; out[at + 1u] = g.y; out[at + 2u] = g.z; out[at + 3u] = l.x; out[at + 4u] = l.y; out[at + 5u] = l.z; out[at + 6u] = i;
                    out[at + 7u] = (w.x << 20u) | (w.y << 10u) | w.z;
                }}",
                total = x * y * z
            );
            let total = (x * y * z) as usize;
            let count = (groups[0] * groups[1] * groups[2]) as usize;
            let out = &run(&source, &[vec![0; total * count * 8]], groups)[0];
            for group in 0..count {
                let w = [group as u32 % groups[0], group as u32 / groups[0] % groups[1], group as u32 / (groups[0] * groups[1])];
                for index in 0..total {
                    let i = index as u32;
                    let l = [i % x, i / x % y, i / (x * y)];
                    let expected = [w[0] * x + l[0], w[1] * y + l[1], w[2] * z + l[2], l[0], l[1], l[2], i, w[0] << 20 | w[1] << 10 | w[2]];
                    let at = (group * total + index) * 8;
                    assert_eq!(out[at..at + 8], expected, "size {size:?}, groups {groups:?}, group {group}, index {index}");
                }
            }
        }
    }
}

#[test]
fn matrix_product_naive() {
    let source = "
        @group(0) @binding(0) var<storage, read> a: array<f32>;
        @group(0) @binding(1) var<storage, read> b: array<f32>;
        @group(0) @binding(2) var<storage, read_write> c: array<f32>;
        @compute @workgroup_size(8, 8) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            let n = 21u;
            if (id.x >= n || id.y >= n) { return; }
            var sum = 0.0;
            for (var k = 0u; k < n; k++) { sum = fma(a[id.y * n + k], b[k * n + id.x], sum); }
            c[id.y * n + id.x] = sum;
        }";
    let n = 21;
    let a: Vec<f32> = (0..n * n).map(|i| (i as f32 * 0.37).sin()).collect();
    let b: Vec<f32> = (0..n * n).map(|i| (i as f32 * 0.11).cos()).collect();
    let bits = |v: &[f32]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let out = run(source, &[bits(&a), bits(&b), vec![0; n * n]], [3, 3, 1]);
    for y in 0..n {
        for x in 0..n {
            let mut sum = 0.0_f32;
            for k in 0..n {
                sum = a[y * n + k].mul_add(b[k * n + x], sum);
            }
            assert_eq!(out[2][y * n + x], sum.to_bits());
        }
    }
}

#[test]
fn prefix_sum_with_barriers() {
    let source = "
        @group(0) @binding(0) var<storage, read_write> data: array<u32>;
        var<workgroup> buffer: array<u32, 128>;
        @compute @workgroup_size(128) fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) l: u32) {
            buffer[l] = data[id.x];
            workgroupBarrier();
            for (var step = 1u; step < 128u; step = step * 2u) {
                var sum = buffer[l];
                if (l >= step) { sum = sum + buffer[l - step]; }
                workgroupBarrier();
                buffer[l] = sum;
                workgroupBarrier();
            }
            data[id.x] = buffer[l];
        }";
    let data: Vec<u32> = (0..512).map(|n| n * n % 97).collect();
    let out = &run(source, std::slice::from_ref(&data), [4, 1, 1])[0];
    for group in 0..4 {
        let mut sum = 0;
        for l in 0..128 {
            sum += data[group * 128 + l];
            assert_eq!(out[group * 128 + l], sum, "group {group}, {l}");
        }
    }
}

#[test]
fn histogram_with_atomics() {
    let source = "
        @group(0) @binding(0) var<storage, read> data: array<u32>;
        @group(0) @binding(1) var<storage, read_write> counts: array<atomic<u32>, 19>;
        var<workgroup> local: array<atomic<u32>, 16>;
        @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) l: u32) {
            if (id.x < arrayLength(&data)) { atomicAdd(&local[data[id.x] % 16u], 1u); atomicMax(&counts[16], data[id.x]); atomicAdd(&counts[17], 1u); atomicXor(&counts[18], data[id.x]); }
            workgroupBarrier();
            if (l < 16u) { atomicAdd(&counts[l], atomicLoad(&local[l])); }
        }";
    let data: Vec<u32> = (0..10_001_u32).map(|n| n.wrapping_mul(2_654_435_761) >> 7).collect();
    let out = &run(source, &[data.clone(), vec![0; 19]], [10_001_u32.div_ceil(64), 1, 1])[1];
    let mut expected = vec![0_u32; 19];
    for word in &data {
        expected[(word % 16) as usize] += 1;
        expected[16] = expected[16].max(*word);
        expected[17] += 1;
        expected[18] ^= word;
    }
    assert_eq!(*out, expected);
}

#[test]
fn structs_matrices_pointers_and_arrays() {
    let source = "
        struct Particle { position: vec3<f32>, mass: f32, velocity: vec2<f32>, tags: array<u32, 3> }
        @group(0) @binding(0) var<storage, read_write> particles: array<Particle>;
        @group(0) @binding(1) var<uniform> turn: mat2x2<f32>;
        const table = array<u32, 7>(3u, 1u, 4u, 1u, 5u, 9u, 2u);
        fn bump(p: ptr<function, vec3<f32>>, by: f32) { (*p).y = (*p).y + by; }
        fn pick(index: u32) -> u32 { var local = table; local[index % 7u] = local[index % 7u] + 1u; var sum = 0u; for (var i = 0u; i < 7u; i++) { sum = sum * 3u + local[i]; } return sum; }
        @compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            if (id.x >= arrayLength(&particles)) { return; }
            var p = particles[id.x];
            bump(&p.position, 0.5);
            p.position[id.x % 3u] = p.position[id.x % 3u] * 2.0;
            p.velocity = turn * p.velocity;
            p.tags[id.x % 3u] = pick(id.x) + table[(id.x * 5u) % 7u];
            particles[id.x] = p;
        }";
    let count = 13;
    let mut words = Vec::new();
    for n in 0..count {
        words.extend([(n as f32).to_bits(), (n as f32 + 0.25).to_bits(), (n as f32 - 3.0).to_bits(), 1.0_f32.to_bits()]);
        words.extend([(n as f32 * 0.1).to_bits(), (n as f32 * 0.3).to_bits(), 7, 8, 9, 0, 0, 0]);
    }
    let turn = [0.0_f32, 1.0, -1.0, 0.5];
    let out = &run(source, &[words.clone(), turn.iter().map(|x| x.to_bits()).collect()], [4, 1, 1])[0];
    let table = [3_u32, 1, 4, 1, 5, 9, 2];
    for n in 0..count {
        let mut p = words[n * 12..n * 12 + 12].to_vec();
        let f = |bits: u32| f32::from_bits(bits);
        p[1] = (f(p[1]) + 0.5).to_bits();
        p[n % 3] = (f(p[n % 3]) * 2.0).to_bits();
        let (x, y) = (f(p[4]), f(p[5]));
        p[4] = (turn[0] * x + turn[2] * y).to_bits();
        p[5] = (turn[1] * x + turn[3] * y).to_bits();
        let mut local = table;
        local[n % 7] += 1;
        p[6 + n % 3] = local.iter().fold(0_u32, |sum, word| sum.wrapping_mul(3).wrapping_add(*word)) + table[n * 5 % 7];
        assert_eq!(out[n * 12..n * 12 + 12], p, "particle {n}");
    }
}

#[test]
fn one_arm_does_not_touch_what_the_other_reads() {
    // Nobody reads `x` after the branch: only the lanes of the second arm need what it held.
    let source = "
        @group(0) @binding(0) var<storage, read_write> out: array<u32>;
        @compute @workgroup_size(32) fn main(@builtin(local_invocation_index) local: u32) {
            var x = 5u;
            if (local & 1u) == 0u {
                x = 6u;
                for (var i = 0u; i < local; i++) { x += i; }
                out[local] = x;
            } else {
                out[local] = x;
            }
            var y = 7u;
            switch local % 3u {
                case 0u: { y = 8u; out[32u + local] = y; }
                case 1u: { out[32u + local] = y; }
                default: { y += 1u; out[32u + local] = y * y; }
            }
        }";
    let buffers = run(source, &[vec![0; 64]], [1, 1, 1]);
    let expected: Vec<u32> = (0..32)
        .map(|n: u32| if n & 1 == 0 { 6 + n * n.saturating_sub(1) / 2 } else { 5 })
        .chain((0..32).map(|n: u32| [8, 7, 64][n as usize % 3]))
        .collect();
    assert_eq!(buffers[0], expected);
}

/// Loops without a barrier, in a kernel with barriers, that are left by `return`, for all or for some, beside their own `break` and `continue`.
#[test]
fn returns_from_loops_between_barriers() {
    let source = "
        @group(0) @binding(0) var<storage, read_write> out: array<u32>;
        @group(0) @binding(1) var<storage, read> p: array<u32>;
        var<workgroup> shared_: array<u32, 48>;
        @compute @workgroup_size(48) fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3<u32>) {
            let me = group.x * 48u + local;
            shared_[47u - local] = local;
            workgroupBarrier();
            switch group.x {
                case 0u, 1u, 2u, 4u: {
                    for (var i = 0u; i < 3u; i++) {
                        out[me] += 1u;
                        if (i == group.x) { return; }
                        for (var j = 0u; j < 2u; j++) { out[me] += 10u * shared_[j]; }
                        if (group.x == 1u) { continue; }
                        out[me] += 1000u;
                    }
                    for (var i = 0u; i < 3u; i++) {
                        out[me] += 2u;
                        if (p[4] > 3u) { continue; }
                        if ((local & 3u) == i) { break; }
                        if (i == p[3]) { return; }
                        out[me] += 20000u;
                    }
                }
                case 3u: {
                    if (local > 40u) { break; }
                    if (p[4] > 5u) { return; }
                    out[me] = 5u;
                }
                default: {}
            }
            out[me] += 100000u;
        }";
    for selector in [2, 4, 9] {
        let p = [0, 0, 0, 1, selector];
        let buffers = run(source, &[vec![0; 48 * 5], p.to_vec()], [5, 1, 1]);
        let mut expected = Vec::new();
        for group in 0..5 {
            for local in 0..48 {
                expected.push(returning(&p, group, local));
            }
        }
        assert_eq!(buffers[0], expected, "p[4] = {selector}");
    }
}

fn returning(p: &[u32; 5], group: usize, local: u32) -> u32 {
    let mut out = 0;
    match group {
        0..=2 | 4 => {
            for i in 0..3 {
                out += 1;
                if i as usize == group {
                    return out;
                }
                out += 10 * (47 + 46);
                if group == 1 {
                    continue;
                }
                out += 1000;
            }
            for i in 0..3 {
                out += 2;
                if p[4] > 3 {
                    continue;
                }
                if local & 3 == i {
                    break;
                }
                if i == p[3] {
                    return out;
                }
                out += 20_000;
            }
        }
        3 if local <= 40 => {
            if p[4] > 5 {
                return out;
            }
            out = 5;
        }
        _ => {}
    }
    out + 100_000
}

/// The same where all of the workgroup does the same: a `continue` of a loop that the workgroup as a whole leaves.
#[test]
fn uniform_returns_from_loops_between_barriers() {
    let source = "
        @group(0) @binding(0) var<storage, read_write> out: array<u32>;
        var<workgroup> shared_: array<u32, 48>;
        @compute @workgroup_size(48) fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3<u32>) {
            let me = group.x * 48u + local;
            shared_[47u - local] = local;
            workgroupBarrier();
            for (var i = 0u; i < 4u; i++) {
                out[me] += 1u + shared_[i];
                if (group.x == 1u) { continue; }
                if (i == group.x) { return; }
                out[me] += 1000u;
                if (i + group.x == 6u) { break; }
            }
            out[me] += 100000u;
        }";
    let buffers = run(source, &[vec![0; 48 * 5]], [5, 1, 1]);
    for group in 0..5 {
        let mut out = 0;
        let mut returned = false;
        for i in 0..4 {
            out += 1 + 47 - i;
            if group == 1 {
                continue;
            }
            if i == group {
                returned = true;
                break;
            }
            out += 1000;
            if i + group == 6 {
                break;
            }
        }
        out += if returned { 0 } else { 100_000 };
        assert_eq!(buffers[0][group as usize * 48..][..48], [out; 48], "group {group}");
    }
}
