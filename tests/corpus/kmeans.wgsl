// k-means: assign each point to its nearest centre, then move the centres. Sums are in fixed point, so that atomics can add them in any order.

const CENTRES = 16u;
const SCALE = 65536.0;

@group(0) @binding(0) var<storage, read> points: array<vec2<f32>>;
@group(0) @binding(1) var<storage, read_write> centres: array<vec2<f32>, CENTRES>;
@group(0) @binding(2) var<storage, read_write> assigned: array<u32>;
@group(0) @binding(3) var<storage, read_write> sums: array<array<atomic<i32>, 3>, CENTRES>;

var<workgroup> local_centres: array<vec2<f32>, CENTRES>;
var<workgroup> local_sums: array<array<atomic<i32>, 3>, CENTRES>;

@compute @workgroup_size(128)
fn assign(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    if lane < CENTRES {
        local_centres[lane] = centres[lane];
    }
    workgroupBarrier();
    if id.x < arrayLength(&points) {
        let point = points[id.x];
        var nearest = 0u;
        var least = 1e30;
        for (var c = 0u; c < CENTRES; c++) {
            let offset = point - local_centres[c];
            let squared = dot(offset, offset);
            if squared < least {
                least = squared;
                nearest = c;
            }
        }
        assigned[id.x] = nearest;
        let fixed_point = vec2<i32>(round(point * SCALE));
        atomicAdd(&local_sums[nearest][0], fixed_point.x);
        atomicAdd(&local_sums[nearest][1], fixed_point.y);
        atomicAdd(&local_sums[nearest][2], 1);
    }
    workgroupBarrier();
    if lane < CENTRES * 3u {
        atomicAdd(&sums[lane / 3u][lane % 3u], atomicLoad(&local_sums[lane / 3u][lane % 3u]));
    }
}

@compute @workgroup_size(CENTRES)
fn move_centres(@builtin(local_invocation_index) c: u32) {
    let count = atomicLoad(&sums[c][2]);
    if count > 0 {
        let x = f32(atomicLoad(&sums[c][0])) / SCALE;
        let y = f32(atomicLoad(&sums[c][1])) / SCALE;
        centres[c] = vec2<f32>(x, y) / f32(count);
    }
    for (var i = 0; i < 3; i++) {
        atomicStore(&sums[c][i], 0);
    }
}
