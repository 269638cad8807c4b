// C = A·B in f32, tiled: a workgroup makes 64×64 elements of C, an invocation 4×4 of them. Each step brings 16 columns of A and 16 rows of B into workgroup
// memory, four numbers at a time. The sides are whole tiles; the host pads with zeros.
//
// Each element adds its products from k = 0 up, one after another: the order of the plain triple loop. So a plain loop on a CPU gives the same bits.

struct Shape {
    rows: u32,
    inner: u32,
    columns: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> a: array<vec4<f32>>; // [row][inner / 4]
@group(0) @binding(2) var<storage, read> b: array<vec4<f32>>; // [inner][column / 4]
@group(0) @binding(3) var<storage, read_write> c: array<vec4<f32>>; // [row][column / 4]

var<workgroup> tile_a: array<array<vec4<f32>, 4>, 64>; // [row][k / 4]
var<workgroup> tile_b: array<array<vec4<f32>, 16>, 16>; // [k][column / 4]

/// Four products more for each of four elements in a row of C.
fn add_products(sums: vec4<f32>, a: vec4<f32>, b0: vec4<f32>, b1: vec4<f32>, b2: vec4<f32>, b3: vec4<f32>) -> vec4<f32> {
    return (((sums + a.x * b0) + a.y * b1) + a.z * b2) + a.w * b3;
}

/// Four elements in a row of C, where it has them: `place` is the column / 4 and the row.
fn store(place: vec2<u32>, sums: vec4<f32>) {
    let width = shape.columns / 4u;
    let index = place.y * width + place.x;
    if place.x < width && index < arrayLength(&c) {
        c[index] = sums;
    }
}

@compute @workgroup_size(16, 16)
fn multiply(@builtin(workgroup_id) tile: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let row = local.y * 4u;
    let column = tile.x * 16u + local.x;
    var sums0 = vec4<f32>();
    var sums1 = vec4<f32>();
    var sums2 = vec4<f32>();
    var sums3 = vec4<f32>();
    for (var start = 0u; start < shape.inner; start += 16u) {
        // 256 invocations, 256 vectors in each tile: everyone brings one of each.
        tile_a[index / 4u][index % 4u] = a[(tile.y * 64u + index / 4u) * (shape.inner / 4u) + start / 4u + index % 4u];
        tile_b[local.y][local.x] = b[(start + local.y) * (shape.columns / 4u) + column];
        workgroupBarrier();
        for (var k = 0u; k < 4u; k++) {
            let b0 = tile_b[4u * k][local.x];
            let b1 = tile_b[4u * k + 1u][local.x];
            let b2 = tile_b[4u * k + 2u][local.x];
            let b3 = tile_b[4u * k + 3u][local.x];
            sums0 = add_products(sums0, tile_a[row][k], b0, b1, b2, b3);
            sums1 = add_products(sums1, tile_a[row + 1u][k], b0, b1, b2, b3);
            sums2 = add_products(sums2, tile_a[row + 2u][k], b0, b1, b2, b3);
            sums3 = add_products(sums3, tile_a[row + 3u][k], b0, b1, b2, b3);
        }
        workgroupBarrier();
    }
    let place = vec2(column, tile.y * 64u + row);
    store(place, sums0);
    store(place + vec2(0u, 1u), sums1);
    store(place + vec2(0u, 2u), sums2);
    store(place + vec2(0u, 3u), sums3);
}
