// SwiGLU: silu(gate) * up, the two halves of each row of one projection.

struct Params {
    rows: u32,
    width: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> projected: array<f32>;
@group(0) @binding(2) var<storage, read_write> gated: array<f32>;

fn silu(x: f32) -> f32 {
    return x / (1.0 + exp(-x));
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.x;
    if i >= params.rows * params.width {
        return;
    }
    let row = i / params.width;
    let column = i % params.width;
    let gate = projected[row * params.width * 2u + column];
    let up = projected[row * params.width * 2u + params.width + column];
    gated[i] = silu(gate) * up;
}
