// Points in the quarter circle, from a PCG stream per invocation; hits counted in workgroup memory, then in all.

struct Params {
    seed: u32,
    points: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> hits: atomic<u32>;
@group(0) @binding(2) var<storage, read_write> last_points: array<vec2<f32>>;

var<private> state: u32;
var<workgroup> group_hits: atomic<u32>;

fn next_u32() -> u32 {
    let old = state;
    state = old * 747796405u + 2891336453u;
    let word = ((old >> ((old >> 28u) + 4u)) ^ old) * 277803737u;
    return (word >> 22u) ^ word;
}

fn next_f32() -> f32 {
    return f32(next_u32() >> 8u) * 0x1p-24;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    state = params.seed ^ (id.x * 0x9e3779b9u);
    _ = next_u32();
    var inside = 0u;
    var point: vec2<f32>;
    for (var i = 0u; i < params.points; i++) {
        point = vec2<f32>(next_f32(), next_f32());
        if dot(point, point) < 1.0 {
            inside++;
        }
    }
    last_points[id.x] = point;
    atomicAdd(&group_hits, inside);
    workgroupBarrier();
    if lane == 0u {
        atomicAdd(&hits, atomicLoad(&group_hits));
    }
}
