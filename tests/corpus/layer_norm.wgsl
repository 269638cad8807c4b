// Layer normalisation with scale and shift; mean and variance by two reductions over vec2(sum, count of terms).

struct Params {
    columns: u32,
    epsilon: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read> gamma: array<f32>;
@group(0) @binding(3) var<storage, read> beta: array<f32>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

const WIDTH = 64u;
var<workgroup> sums: array<f32, WIDTH>;
var<workgroup> total: f32;

fn sum_over_workgroup(lane: u32, value: f32) -> f32 {
    sums[lane] = value;
    workgroupBarrier();
    if lane < 8u {
        var sum = 0.0;
        for (var i = lane; i < WIDTH; i += 8u) {
            sum += sums[i];
        }
        // The others are done with these: 8 to 63 are read by one invocation each.
        sums[lane] = sum;
    }
    workgroupBarrier();
    if lane == 0u {
        total = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    }
    return workgroupUniformLoad(&total);
}

@compute @workgroup_size(WIDTH)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let start = group.x * params.columns;
    let columns = f32(params.columns);

    var sum = 0.0;
    for (var i = lane; i < params.columns; i += WIDTH) {
        sum += input[start + i];
    }
    let mean = sum_over_workgroup(lane, sum) / columns;

    var squares = 0.0;
    for (var i = lane; i < params.columns; i += WIDTH) {
        let difference = input[start + i] - mean;
        squares += difference * difference;
    }
    let variance = sum_over_workgroup(lane, squares) / columns;

    let factor = inverseSqrt(variance + params.epsilon);
    for (var i = lane; i < params.columns; i += WIDTH) {
        output[start + i] = (input[start + i] - mean) * factor * gamma[i] + beta[i];
    }
}
