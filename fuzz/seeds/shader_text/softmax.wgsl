// Softmax over rows, numerically stable: one workgroup a row, maximum and sum reduced in workgroup memory.

override WIDTH: u32 = 128u;

struct Params {
    columns: u32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> scores: array<f32>;
@group(0) @binding(2) var<storage, read_write> probabilities: array<f32>;

var<workgroup> shared_values: array<f32, 128>;

fn reduce_max(lane: u32, value: f32) -> f32 {
    shared_values[lane] = value;
    workgroupBarrier();
    for (var stride = WIDTH / 2u; stride > 0u; stride /= 2u) {
        if lane < stride {
            shared_values[lane] = max(shared_values[lane], shared_values[lane + stride]);
        }
        workgroupBarrier();
    }
    let result = shared_values[0];
    workgroupBarrier();
    return result;
}

fn reduce_sum(lane: u32, value: f32) -> f32 {
    shared_values[lane] = value;
    workgroupBarrier();
    for (var stride = WIDTH / 2u; stride > 0u; stride /= 2u) {
        if lane < stride {
            shared_values[lane] += shared_values[lane + stride];
        }
        workgroupBarrier();
    }
    let result = shared_values[0];
    workgroupBarrier();
    return result;
}

@compute @workgroup_size(WIDTH)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let start = group.x * params.columns;

    var largest = -3.40282e+38;
    for (var i = local.x; i < params.columns; i += WIDTH) {
        largest = max(largest, scores[start + i] * params.scale);
    }
    largest = reduce_max(local.x, largest);

    var sum = 0.0;
    for (var i = local.x; i < params.columns; i += WIDTH) {
        let value = exp(scores[start + i] * params.scale - largest);
        probabilities[start + i] = value;
        sum += value;
    }
    sum = reduce_sum(local.x, sum);

    for (var i = local.x; i < params.columns; i += WIDTH) {
        probabilities[start + i] /= sum;
    }
}
