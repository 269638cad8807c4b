// C = A * B of signed bytes, B given by columns, four products at once; scaled to f32 per row and column.

struct Size {
    m: u32,
    n: u32,
    k4: u32,
}

@group(0) @binding(0) var<uniform> size: Size;
@group(0) @binding(1) var<storage, read> a: array<u32>;
@group(0) @binding(2) var<storage, read> b: array<u32>;
@group(0) @binding(3) var<storage, read> a_scale: array<f32>;
@group(0) @binding(4) var<storage, read> b_scale: array<f32>;
@group(0) @binding(5) var<storage, read_write> sums: array<i32>;
@group(0) @binding(6) var<storage, read_write> c: array<f32>;

@compute @workgroup_size(16, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= size.n || id.y >= size.m {
        return;
    }
    let a_start = id.y * size.k4;
    let b_start = id.x * size.k4;
    var sum = 0;
    for (var k = 0u; k < size.k4; k++) {
        sum += dot4I8Packed(a[a_start + k], b[b_start + k]);
    }
    let at = id.y * size.n + id.x;
    sums[at] = sum;
    c[at] = f32(sum) * a_scale[id.y] * b_scale[id.x];
}
