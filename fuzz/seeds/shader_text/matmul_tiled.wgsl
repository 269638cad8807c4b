// C = A * B with square tiles of A and B staged in workgroup memory.

override TILE: u32 = 16u;

struct Size {
    m: u32,
    n: u32,
    k: u32,
}

@group(0) @binding(0) var<uniform> size: Size;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

var<workgroup> tile_a: array<array<f32, 16>, 16>;
var<workgroup> tile_b: array<array<f32, 16>, 16>;


@compute @workgroup_size(16, 16)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
) {
    let row = group.y * TILE + local.y;
    let column = group.x * TILE + local.x;
    let tiles = (size.k + TILE - 1u) / TILE;

    var sum = 0.0;
    for (var t = 0u; t < tiles; t++) {
        let a_column = t * TILE + local.x;
        let b_row = t * TILE + local.y;
        tile_a[local.y][local.x] = select(0.0, a[row * size.k + a_column], row < size.m && a_column < size.k);
        tile_b[local.y][local.x] = select(0.0, b[b_row * size.n + column], b_row < size.k && column < size.n);
        workgroupBarrier();
        for (var i = 0u; i < TILE; i++) {
            sum += tile_a[local.y][i] * tile_b[i][local.x];
        }
        workgroupBarrier();
    }
    if row < size.m && column < size.n {
        c[row * size.n + column] = sum;
    }
}
