// GELU by the tanh approximation, four at a time, grid-stride.

@group(0) @binding(0) var<storage, read> input: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> output: array<vec4<f32>>;

const SQRT_2_OVER_PI: f32 = 0.7978845608028654;
const COEFFICIENT: f32 = 0.044715;

fn gelu(x: vec4<f32>) -> vec4<f32> {
    let inner = SQRT_2_OVER_PI * (x + COEFFICIENT * x * x * x);
    return 0.5 * x * (1.0 + tanh(inner));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let stride = groups.x * 64u;
    for (var i = id.x; i < arrayLength(&input); i += stride) {
        output[i] = gelu(input[i]);
    }
}
