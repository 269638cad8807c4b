// Sobel edges with direction, from a tile with a border of one pixel in workgroup memory.

struct Image {
    width: u32,
    height: u32,
    threshold: f32,
}

@group(0) @binding(0) var<uniform> image: Image;
@group(0) @binding(1) var<storage, read> grey: array<f32>;
@group(0) @binding(2) var<storage, read_write> edges: array<vec2<f32>>;

const TILE = 16u;
const SIDE = TILE + 2u;
var<workgroup> tile: array<array<f32, SIDE>, SIDE>;

fn grey_at(x: i32, y: i32) -> f32 {
    let cx = clamp(x, 0, i32(image.width) - 1);
    let cy = clamp(y, 0, i32(image.height) - 1);
    return grey[u32(cy) * image.width + u32(cx)];
}

@compute @workgroup_size(TILE, TILE)
fn main(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let corner = vec2<i32>(group.xy * TILE) - 1;
    for (var i = index; i < SIDE * SIDE; i += TILE * TILE) {
        let x = i % SIDE;
        let y = i / SIDE;
        tile[y][x] = grey_at(corner.x + i32(x), corner.y + i32(y));
    }
    workgroupBarrier();
    if id.x >= image.width || id.y >= image.height {
        return;
    }
    let x = local.x + 1u;
    let y = local.y + 1u;
    let gx = (tile[y - 1u][x + 1u] + 2.0 * tile[y][x + 1u] + tile[y + 1u][x + 1u])
        - (tile[y - 1u][x - 1u] + 2.0 * tile[y][x - 1u] + tile[y + 1u][x - 1u]);
    let gy = (tile[y + 1u][x - 1u] + 2.0 * tile[y + 1u][x] + tile[y + 1u][x + 1u])
        - (tile[y - 1u][x - 1u] + 2.0 * tile[y - 1u][x] + tile[y - 1u][x + 1u]);
    let strength = length(vec2<f32>(gx, gy));
    var edge = vec2<f32>(0.0);
    if strength > image.threshold {
        edge = vec2<f32>(strength, atan2(gy, gx));
    }
    edges[id.y * image.width + id.x] = edge;
}
