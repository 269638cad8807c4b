// A 3×3 convolution over square planes, then relu. Beyond the edge there are zeros. One invocation is one place of one plane of one image.

override planes_in: u32 = 12;
override planes_out: u32 = 24;
override side: u32 = 8;

@group(0) @binding(0) var<storage, read> images: array<f32>; // [image][plane in][y][x]
@group(0) @binding(1) var<storage, read> weights: array<f32>; // [plane out][plane in][3][3]
@group(0) @binding(2) var<storage, read> bias: array<f32>; // [plane out]
@group(0) @binding(3) var<storage, read_write> features: array<f32>; // [image][plane out][y][x]

@compute @workgroup_size(64)
fn conv3x3_relu(@builtin(global_invocation_id) id: vec3<u32>) {
    let area = side * side;
    let plane = id.x / area;
    let place = id.x % area;
    let result = (id.y * planes_out + plane) * area + place;
    if plane >= planes_out || result >= arrayLength(&features) {
        return;
    }
    let at = vec2(i32(place % side), i32(place / side));
    let image = id.y * planes_in * area;
    var sum = bias[plane];
    for (var k = 0u; k < planes_in; k++) {
        let kernel = (plane * planes_in + k) * 9u;
        for (var tap = 0u; tap < 9u; tap++) {
            let seen = at + vec2(i32(tap % 3u), i32(tap / 3u)) - 1;
            if all(seen >= vec2(0)) && all(seen < vec2(i32(side))) {
                sum += weights[kernel + tap] * images[image + k * area + u32(seen.y) * side + u32(seen.x)];
            }
        }
    }
    features[result] = max(sum, 0.0);
}
