// Runs in `assay doctor`: floats (exact operations, fma, transcendentals), integers, workgroup memory with barriers, atomics, loops. Its result is known.
struct Params { rounds: u32, scale: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> output: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> counts: array<atomic<u32>, 16>;
var<workgroup> shared_sum: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    var value = input[id.x];
    for (var round = 0u; round < params.rounds; round++) {
        value = fma(value, vec4<f32>(params.scale), vec4<f32>(0.5)) / (1.0 + abs(value.yzwx));
        value += vec4<f32>(sin(value.x), exp(value.y), sqrt(abs(value.z)), tanh(value.w));
    }
    shared_sum[local] = dot(value, value);
    workgroupBarrier();
    for (var half = 32u; half > 0u; half /= 2u) {
        if local < half { shared_sum[local] += shared_sum[local + half]; }
        workgroupBarrier();
    }
    atomicAdd(&counts[u32(abs(value.x) * 4.0) % 16u], 1u);
    output[id.x] = value + vec4<f32>(shared_sum[0], f32(i32(value.y * 100.0) / 7), f32(local ^ 21u), 1.0 / value.w);
}
