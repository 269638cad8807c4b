// Bilinear resize of an RGB image in planes, half-pixel centres.

struct Params {
    from_width: u32,
    from_height: u32,
    to_width: u32,
    to_height: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> resized: array<f32>;

fn sample_at(plane: u32, x: i32, y: i32) -> f32 {
    let cx = u32(clamp(x, 0, i32(params.from_width) - 1));
    let cy = u32(clamp(y, 0, i32(params.from_height) - 1));
    return source[(plane * params.from_height + cy) * params.from_width + cx];
}

@compute @workgroup_size(16, 16, 1)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.to_width || id.y >= params.to_height {
        return;
    }
    let ratio = vec2<f32>(f32(params.from_width) / f32(params.to_width), f32(params.from_height) / f32(params.to_height));
    let place = (vec2<f32>(id.xy) + 0.5) * ratio - 0.5;
    let corner = floor(place);
    let weight = place - corner;
    let x = i32(corner.x);
    let y = i32(corner.y);
    let top = mix(sample_at(id.z, x, y), sample_at(id.z, x + 1, y), weight.x);
    let bottom = mix(sample_at(id.z, x, y + 1), sample_at(id.z, x + 1, y + 1), weight.x);
    resized[(id.z * params.to_height + id.y) * params.to_width + id.x] = mix(top, bottom, weight.y);
}
