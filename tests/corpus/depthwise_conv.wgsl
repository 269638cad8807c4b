// Depthwise 5 x 5 convolution, NHWC with four channels in a vec4, stride 2, ReLU6.

struct Shape {
    size_in: vec2<u32>,
    size_out: vec2<u32>,
    channels4: u32,
    stride: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> image: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> weights: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> result: array<vec4<f32>>;

@compute @workgroup_size(4, 4, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let channel = id.x;
    let place = id.yz;
    if channel >= shape.channels4 || any(place >= shape.size_out) {
        return;
    }
    let corner = vec2<i32>(place * shape.stride) - vec2<i32>(2, 2);
    var sum = vec4<f32>(0.0);
    for (var ky = 0; ky < 5; ky++) {
        for (var kx = 0; kx < 5; kx++) {
            let at = corner + vec2<i32>(kx, ky);
            if any(at < vec2<i32>(0)) || any(at >= vec2<i32>(shape.size_in)) {
                continue;
            }
            let value = image[(u32(at.y) * shape.size_in.x + u32(at.x)) * shape.channels4 + channel];
            sum = fma(value, weights[u32(ky * 5 + kx) * shape.channels4 + channel], sum);
        }
    }
    result[(place.y * shape.size_out.x + place.x) * shape.channels4 + channel] = clamp(sum, vec4<f32>(0.0), vec4<f32>(6.0));
}
