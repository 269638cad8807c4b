// Gradient noise after Perlin, several octaves, with a permutation table.

struct Params {
    size: vec2<u32>,
    frequency: f32,
    octaves: u32,
    seed: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> permutation: array<u32, 256>;
@group(0) @binding(2) var<storage, read_write> heights: array<f32>;

fn fade(t: vec2<f32>) -> vec2<f32> {
    return t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
}

fn hash(cell: vec2<i32>) -> u32 {
    let x = permutation[(u32(cell.x) + params.seed) & 255u];
    return permutation[(x + u32(cell.y)) & 255u];
}

fn gradient(cell: vec2<i32>, offset: vec2<f32>) -> f32 {
    switch hash(cell) & 7u {
        case 0u: { return offset.x + offset.y; }
        case 1u: { return offset.x - offset.y; }
        case 2u: { return -offset.x + offset.y; }
        case 3u: { return -offset.x - offset.y; }
        case 4u: { return offset.x * 1.4142135; }
        case 5u: { return -offset.x * 1.4142135; }
        case 6u: { return offset.y * 1.4142135; }
        default: { return -offset.y * 1.4142135; }
    }
}

fn noise(p: vec2<f32>) -> f32 {
    let cell = vec2<i32>(floor(p));
    let f = fract(p);
    let u = fade(f);
    let a = gradient(cell, f);
    let b = gradient(cell + vec2<i32>(1, 0), f - vec2<f32>(1.0, 0.0));
    let c = gradient(cell + vec2<i32>(0, 1), f - vec2<f32>(0.0, 1.0));
    let d = gradient(cell + vec2<i32>(1, 1), f - vec2<f32>(1.0, 1.0));
    return mix(mix(a, b, u.x), mix(c, d, u.x), u.y);
}

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if any(id.xy >= params.size) {
        return;
    }
    var p = vec2<f32>(id.xy) * params.frequency;
    var amplitude = 1.0;
    var sum = 0.0;
    var total = 0.0;
    for (var octave = 0u; octave < params.octaves; octave++) {
        sum += noise(p) * amplitude;
        total += amplitude;
        amplitude *= 0.5;
        // Turned between octaves, so that the lattice does not show.
        p = mat2x2<f32>(1.6, 1.2, -1.2, 1.6) * p + vec2<f32>(17.3, -9.1);
    }
    heights[id.y * params.size.x + id.x] = sum / total;
}
