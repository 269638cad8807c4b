// Mandelbrot set with smooth colouring.

struct View {
    size: vec2<u32>,
    centre: vec2<f32>,
    scale: f32,
    iterations: u32,
}

@group(0) @binding(0) var<uniform> view: View;
@group(0) @binding(1) var<storage, read_write> image: array<u32>;

fn palette(t: f32) -> vec3<f32> {
    let phase = vec3<f32>(0.0, 0.33, 0.67);
    return 0.5 + 0.5 * cos(6.2831853 * (t + phase));
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if any(id.xy >= view.size) {
        return;
    }
    let pixel = vec2<f32>(id.xy) - 0.5 * vec2<f32>(view.size);
    let c = view.centre + pixel * view.scale / f32(view.size.y);
    var z = vec2<f32>(0.0);
    var i = 0u;
    while i < view.iterations && dot(z, z) <= 256.0 {
        z = vec2<f32>(z.x * z.x - z.y * z.y, 2.0 * z.x * z.y) + c;
        i++;
    }
    var colour = vec3<f32>(0.0);
    if i < view.iterations {
        let smoothed = f32(i) + 1.0 - log2(log2(dot(z, z)) * 0.5);
        colour = palette(smoothed * 0.03);
    }
    image[id.y * view.size.x + id.x] = pack4x8unorm(vec4<f32>(colour, 1.0));
}
