// C = alpha * A * B + beta * C, 32 x 32 tiles in workgroup memory, 2 x 2 elements an invocation, every product fused.

const TILE = 32u;
const HALF = 16u;

struct Params {
    m: u32,
    n: u32,
    k: u32,
    alpha: f32,
    beta: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

var<workgroup> tile_a: array<f32, TILE * HALF>;
var<workgroup> tile_b: array<f32, HALF * TILE>;

@compute @workgroup_size(16, 16, 1)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let row = group.y * TILE;
    let column = group.x * TILE;
    var sum: array<array<f32, 2>, 2>;

    for (var k = 0u; k < params.k; k += HALF) {
        for (var i = index; i < TILE * HALF; i += 256u) {
            let a_row = row + i / HALF;
            let a_column = k + i % HALF;
            tile_a[i] = a[a_row * params.k + a_column];
            let b_row = k + i / TILE;
            let b_column = column + i % TILE;
            tile_b[i] = b[b_row * params.n + b_column];
        }
        workgroupBarrier();
        for (var i = 0u; i < HALF; i++) {
            let a0 = tile_a[local.y * HALF + i];
            let a1 = tile_a[(local.y + HALF) * HALF + i];
            let b0 = tile_b[i * TILE + local.x];
            let b1 = tile_b[i * TILE + local.x + HALF];
            sum[0][0] = fma(a0, b0, sum[0][0]);
            sum[0][1] = fma(a0, b1, sum[0][1]);
            sum[1][0] = fma(a1, b0, sum[1][0]);
            sum[1][1] = fma(a1, b1, sum[1][1]);
        }
        workgroupBarrier();
    }

    for (var y = 0u; y < 2u; y++) {
        for (var x = 0u; x < 2u; x++) {
            let at = (row + local.y + y * HALF) * params.n + column + local.x + x * HALF;
            c[at] = fma(params.alpha, sum[y][x], params.beta * c[at]);
        }
    }
}
