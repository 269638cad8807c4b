// C = A·B of signed bytes, summed in i32. Four bytes along k are one word of A and of B transposed, and dot4I8Packed multiplies and adds all four at once.
// A workgroup makes 64×64 elements of C, an invocation 4×4 of them, 64 of k a step. The sides are whole tiles; the host pads with zeros. Sums wrap.

struct Shape {
    rows: u32,
    inner: u32,
    columns: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> a: array<vec4<u32>>; // [row][inner / 16]
@group(0) @binding(2) var<storage, read> b: array<vec4<u32>>; // [column][inner / 16]: B transposed
@group(0) @binding(3) var<storage, read_write> c: array<vec4<i32>>; // [row][column / 4]

var<workgroup> tile_a: array<array<vec4<u32>, 4>, 64>; // [row][k / 16]
var<workgroup> tile_b: array<array<vec4<u32>, 4>, 64>; // [column][k / 16]

fn dot16(a: vec4<u32>, b: vec4<u32>) -> i32 {
    return dot4I8Packed(a.x, b.x) + dot4I8Packed(a.y, b.y) + dot4I8Packed(a.z, b.z) + dot4I8Packed(a.w, b.w);
}

/// Sixteen products for each of four elements in a row of C.
fn products(a: vec4<u32>, b0: vec4<u32>, b1: vec4<u32>, b2: vec4<u32>, b3: vec4<u32>) -> vec4<i32> {
    return vec4(dot16(a, b0), dot16(a, b1), dot16(a, b2), dot16(a, b3));
}

/// Four elements in a row of C, where it has them: `place` is the column / 4 and the row.
fn store(place: vec2<u32>, sums: vec4<i32>) {
    let width = shape.columns / 4u;
    let index = place.y * width + place.x;
    if place.x < width && index < arrayLength(&c) {
        c[index] = sums;
    }
}

@compute @workgroup_size(16, 16)
fn multiply(@builtin(workgroup_id) tile: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let row = local.y * 4u;
    let column = local.x * 4u;
    let length = shape.inner / 16u;
    var sums0 = vec4<i32>();
    var sums1 = vec4<i32>();
    var sums2 = vec4<i32>();
    var sums3 = vec4<i32>();
    for (var start = 0u; start < length; start += 4u) {
        tile_a[index / 4u][index % 4u] = a[(tile.y * 64u + index / 4u) * length + start + index % 4u];
        tile_b[index / 4u][index % 4u] = b[(tile.x * 64u + index / 4u) * length + start + index % 4u];
        workgroupBarrier();
        for (var k = 0u; k < 4u; k++) {
            let b0 = tile_b[column][k];
            let b1 = tile_b[column + 1u][k];
            let b2 = tile_b[column + 2u][k];
            let b3 = tile_b[column + 3u][k];
            sums0 += products(tile_a[row][k], b0, b1, b2, b3);
            sums1 += products(tile_a[row + 1u][k], b0, b1, b2, b3);
            sums2 += products(tile_a[row + 2u][k], b0, b1, b2, b3);
            sums3 += products(tile_a[row + 3u][k], b0, b1, b2, b3);
        }
        workgroupBarrier();
    }
    let place = vec2(tile.x * 16u + local.x, tile.y * 64u + row);
    store(place, sums0);
    store(place + vec2(0u, 1u), sums1);
    store(place + vec2(0u, 2u), sums2);
    store(place + vec2(0u, 3u), sums3);
}
