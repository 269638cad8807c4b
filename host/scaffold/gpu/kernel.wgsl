// One invocation is one number: the logistic function, 1 / (1 + e^-x).
//
// What WGSL leaves open is decided in Assay (specs/strict-wgsl.md), so `exp` and the division give the same bits on every GPU, and on none.

@group(0) @binding(0) var<storage, read> numbers: array<f32>;
@group(0) @binding(1) var<storage, read_write> results: array<f32>;

@compute @workgroup_size(64)
fn logistic(@builtin(global_invocation_id) id: vec3<u32>) {
    // The last workgroup is not full, unless there is a multiple of 64 numbers.
    if id.x < arrayLength(&numbers) {
        results[id.x] = 1.0 / (1.0 + exp(-numbers[id.x]));
    }
}
