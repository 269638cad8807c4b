// Rotary position embedding, in place on pairs of a head's halves.

struct Params {
    tokens: u32,
    heads: u32,
    half_width: u32,
    first_position: u32,
    base: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> q: array<f32>;

@compute @workgroup_size(32, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let pair = id.x;
    let token = id.y;
    let head = id.z;
    if pair >= params.half_width || token >= params.tokens {
        return;
    }
    let exponent = f32(pair) / f32(params.half_width);
    let frequency = pow(params.base, -exponent);
    let angle = f32(token + params.first_position) * frequency;
    let rotation = vec2<f32>(cos(angle), sin(angle));

    let start = (token * params.heads + head) * params.half_width * 2u;
    let i = start + pair;
    let j = i + params.half_width;
    let a = q[i];
    let b = q[j];
    q[i] = a * rotation.x - b * rotation.y;
    q[j] = a * rotation.y + b * rotation.x;
}
