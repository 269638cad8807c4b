// Logits to probabilities, and the class with the highest. One invocation is one image.

override classes: u32 = 10;

@group(0) @binding(0) var<storage, read> logits: array<f32>; // [image][class]
@group(0) @binding(1) var<storage, read_write> probabilities: array<f32>; // [image][class]
@group(0) @binding(2) var<storage, read_write> predicted: array<u32>; // [image]

@compute @workgroup_size(64)
fn softmax(@builtin(global_invocation_id) id: vec3<u32>) {
    let image = id.x;
    let first = image * classes;
    if image >= arrayLength(&predicted) || first + classes > arrayLength(&probabilities) {
        return;
    }
    var best = 0u;
    for (var k = 1u; k < classes; k++) {
        if logits[first + k] > logits[first + best] {
            best = k;
        }
    }
    predicted[image] = best;

    // Less the highest logit, so that no exponential overflows.
    let highest = logits[first + best];
    var sum = 0.0;
    for (var k = 0u; k < classes; k++) {
        let weight = exp(logits[first + k] - highest);
        probabilities[first + k] = weight;
        sum += weight;
    }
    for (var k = 0u; k < classes; k++) {
        probabilities[first + k] /= sum;
    }
}
