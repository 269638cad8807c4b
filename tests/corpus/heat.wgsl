// Heat equation on a plate, explicit steps, five-point stencil, fixed temperature at the edge.

struct Plate {
    width: u32,
    height: u32,
    rate: f32,
}

@group(0) @binding(0) var<uniform> plate: Plate;
@group(0) @binding(1) var<storage, read> now: array<f32>;
@group(0) @binding(2) var<storage, read_write> next: array<f32>;

@compute @workgroup_size(16, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= plate.width || id.y >= plate.height {
        return;
    }
    let i = id.y * plate.width + id.x;
    let centre = now[i];
    if id.x == 0u || id.y == 0u || id.x == plate.width - 1u || id.y == plate.height - 1u {
        next[i] = centre;
        return;
    }
    let laplacian = now[i - 1u] + now[i + 1u] + now[i - plate.width] + now[i + plate.width] - 4.0 * centre;
    next[i] = centre + plate.rate * laplacian;
}
