// Separable Gaussian blur of RGBA8, horizontal then vertical, one row segment with its border in workgroup memory.

const RADIUS = 7i;
const SPAN = 64i;
const PADDED = SPAN + 2i * RADIUS;

struct Params {
    size: vec2<i32>,
    direction: vec2<i32>,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<uniform> weights: array<vec4<f32>, 2>;
@group(0) @binding(2) var<storage, read> source: array<u32>;
@group(0) @binding(3) var<storage, read_write> blurred: array<u32>;

var<workgroup> segment: array<vec4<f32>, PADDED>;

fn pixel(along: i32, across: i32) -> vec4<f32> {
    let at = params.direction * along + params.direction.yx * across;
    let inside = clamp(at, vec2<i32>(0), params.size - 1);
    return unpack4x8unorm(source[inside.y * params.size.x + inside.x]);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let start = i32(group.x) * SPAN;
    let across = i32(group.y);
    let lane = i32(local.x);
    for (var i = lane; i < PADDED; i += SPAN) {
        segment[i] = pixel(start + i - RADIUS, across);
    }
    workgroupBarrier();
    var sum = segment[lane + RADIUS] * weights[0].x;
    for (var i = 1; i <= RADIUS; i++) {
        sum += (segment[lane + RADIUS - i] + segment[lane + RADIUS + i]) * weights[i / 4][i % 4];
    }
    let at = params.direction * (start + lane) + params.direction.yx * across;
    if all(at < params.size) {
        blurred[at.y * params.size.x + at.x] = pack4x8unorm(sum);
    }
}
