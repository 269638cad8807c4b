// Transposition by tiles of 32 x 32, eight rows at a time, padded against bank conflicts.

const TILE = 32u;
const ROWS = 8u;

struct Size {
    width: u32,
    height: u32,
}

@group(0) @binding(0) var<uniform> size: Size;
@group(0) @binding(1) var<storage, read> matrix: array<u32>;
@group(0) @binding(2) var<storage, read_write> transposed: array<u32>;

var<workgroup> tile: array<array<u32, TILE + 1u>, TILE>;

@compute @workgroup_size(TILE, ROWS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let x = group.x * TILE + local.x;
    for (var i = 0u; i < TILE; i += ROWS) {
        let y = group.y * TILE + local.y + i;
        if x < size.width && y < size.height {
            tile[local.y + i][local.x] = matrix[y * size.width + x];
        }
    }
    workgroupBarrier();
    let to_x = group.y * TILE + local.x;
    for (var i = 0u; i < TILE; i += ROWS) {
        let to_y = group.x * TILE + local.y + i;
        if to_x < size.height && to_y < size.width {
            transposed[to_y * size.height + to_x] = tile[local.x][local.y + i];
        }
    }
}
