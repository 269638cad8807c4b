// A dense layer: features × weights + bias. One invocation is one class of one image.

override features: u32 = 384; // of an image
override classes: u32 = 10;

@group(0) @binding(0) var<storage, read> images: array<f32>; // [image][feature]
@group(0) @binding(1) var<storage, read> weights: array<f32>; // [class][feature]
@group(0) @binding(2) var<storage, read> bias: array<f32>; // [class]
@group(0) @binding(3) var<storage, read_write> logits: array<f32>; // [image][class]

@compute @workgroup_size(16)
fn dense(@builtin(global_invocation_id) id: vec3<u32>) {
    let result = id.y * classes + id.x;
    if id.x >= classes || result >= arrayLength(&logits) {
        return;
    }
    var sum = bias[id.x];
    for (var k = 0u; k < features; k++) {
        sum += weights[id.x * features + k] * images[id.y * features + k];
    }
    logits[result] = sum;
}
