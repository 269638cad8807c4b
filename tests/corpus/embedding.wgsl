// Token embedding plus learned position embedding.

struct Params {
    tokens: u32,
    width4: u32,
    vocabulary: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read> table: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> positions: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> output: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let token = id.x / params.width4;
    let lane = id.x % params.width4;
    if token >= params.tokens {
        return;
    }
    // An unknown token is token 0.
    var word = ids[token];
    if word >= params.vocabulary {
        word = 0u;
    }
    output[id.x] = table[word * params.width4 + lane] + positions[token * params.width4 + lane];
}
