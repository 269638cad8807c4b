// RMS norm in place with a learned scale, rows of vec4.

struct Params {
    columns4: u32,
    epsilon: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> weight: array<vec4<f32>>;
@group(1) @binding(0) var<storage, read_write> hidden: array<vec4<f32>>;

const WIDTH = 32u;
var<workgroup> partial: array<f32, WIDTH>;

@compute @workgroup_size(WIDTH)
fn main(@builtin(workgroup_id) row: vec3<u32>, @builtin(local_invocation_id) lane: vec3<u32>) {
    let base = row.x * params.columns4;
    var sum = 0.0;
    for (var i = lane.x; i < params.columns4; i += WIDTH) {
        let v = hidden[base + i];
        sum += dot(v, v);
    }
    partial[lane.x] = sum;
    workgroupBarrier();
    for (var stride = WIDTH / 2u; stride > 0u; stride >>= 1u) {
        if lane.x < stride {
            partial[lane.x] = partial[lane.x] + partial[lane.x + stride];
        }
        workgroupBarrier();
    }
    let scale = 1.0 / sqrt(partial[0] / f32(params.columns4 * 4u) + params.epsilon);
    for (var i = lane.x; i < params.columns4; i += WIDTH) {
        hidden[base + i] = hidden[base + i] * scale * weight[i];
    }
}
