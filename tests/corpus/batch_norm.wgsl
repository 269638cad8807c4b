// Batch normalisation over (n, c, h, w): statistics per channel by Welford's method, merged as Chan has it; then normalised with ReLU.

const LANES = 64u;

struct Shape {
    batch: u32,
    channels: u32,
    area: u32,
    epsilon: f32,
}

struct Moments {
    count: f32,
    mean: f32,
    m2: f32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read> affine: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read_write> moments: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

var<workgroup> lanes: array<Moments, LANES>;

fn merged(a: Moments, b: Moments) -> Moments {
    let count = a.count + b.count;
    if count == 0.0 {
        return a;
    }
    let delta = b.mean - a.mean;
    let share = b.count / count;
    return Moments(count, a.mean + delta * share, a.m2 + b.m2 + delta * delta * a.count * share);
}

fn at(channel: u32, i: u32) -> u32 {
    return ((i / shape.area) * shape.channels + channel) * shape.area + i % shape.area;
}

@compute @workgroup_size(LANES)
fn statistics(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    var mine = Moments(0.0, 0.0, 0.0);
    for (var i = lane; i < shape.batch * shape.area; i += LANES) {
        let value = input[at(group.x, i)];
        mine.count += 1.0;
        let delta = value - mine.mean;
        mine.mean += delta / mine.count;
        mine.m2 += delta * (value - mine.mean);
    }
    lanes[lane] = mine;
    workgroupBarrier();
    for (var stride = LANES / 2u; stride > 0u; stride >>= 1u) {
        if lane < stride {
            lanes[lane] = merged(lanes[lane], lanes[lane + stride]);
        }
        workgroupBarrier();
    }
    if lane == 0u {
        moments[group.x] = vec2<f32>(lanes[0].mean, lanes[0].m2 / lanes[0].count);
    }
}

@compute @workgroup_size(LANES)
fn normalise(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= shape.batch * shape.area {
        return;
    }
    let channel = id.y;
    let m = moments[channel];
    let factor = affine[channel].x * inverseSqrt(m.y + shape.epsilon);
    let i = at(channel, id.x);
    output[i] = max(0.0, fma(input[i] - m.x, factor, affine[channel].y));
}
