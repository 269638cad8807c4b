// 3 x 3 convolution, NCHW, padding of 1, with bias and ReLU.

struct Shape {
    width: u32,
    height: u32,
    channels_in: u32,
    channels_out: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> image: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

fn pixel(channel: u32, x: i32, y: i32) -> f32 {
    if x < 0 || y < 0 || x >= i32(shape.width) || y >= i32(shape.height) {
        return 0.0;
    }
    return image[(channel * shape.height + u32(y)) * shape.width + u32(x)];
}

@compute @workgroup_size(8, 8, 1)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= shape.width || id.y >= shape.height || id.z >= shape.channels_out {
        return;
    }
    let x = i32(id.x);
    let y = i32(id.y);
    var sum = bias[id.z];
    for (var channel = 0u; channel < shape.channels_in; channel++) {
        let kernel = (id.z * shape.channels_in + channel) * 9u;
        for (var dy = 0; dy < 3; dy++) {
            for (var dx = 0; dx < 3; dx++) {
                sum += weights[kernel + u32(dy * 3 + dx)] * pixel(channel, x + dx - 1, y + dy - 1);
            }
        }
    }
    result[(id.z * shape.height + id.y) * shape.width + id.x] = max(sum, 0.0);
}
