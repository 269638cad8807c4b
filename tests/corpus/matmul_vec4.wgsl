// C = A * B with vec4 loads and a 4 x 4 block of C in registers. m, n and k are multiples of 4.

struct Size {
    m: u32,
    n4: u32,
    k4: u32,
}

@group(0) @binding(0) var<uniform> size: Size;
@group(0) @binding(1) var<storage, read> a: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> b: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> c: array<vec4<f32>>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let column = id.x;
    let row = id.y * 4u;
    if column >= size.n4 || row >= size.m {
        return;
    }
    var sum0 = vec4<f32>();
    var sum1 = vec4<f32>();
    var sum2 = vec4<f32>();
    var sum3 = vec4<f32>();
    for (var k = 0u; k < size.k4; k++) {
        let b0 = b[(k * 4u + 0u) * size.n4 + column];
        let b1 = b[(k * 4u + 1u) * size.n4 + column];
        let b2 = b[(k * 4u + 2u) * size.n4 + column];
        let b3 = b[(k * 4u + 3u) * size.n4 + column];

        let a0 = a[(row + 0u) * size.k4 + k];
        sum0 += a0.x * b0 + a0.y * b1 + a0.z * b2 + a0.w * b3;
        let a1 = a[(row + 1u) * size.k4 + k];
        sum1 += a1.x * b0 + a1.y * b1 + a1.z * b2 + a1.w * b3;
        let a2 = a[(row + 2u) * size.k4 + k];
        sum2 += a2.x * b0 + a2.y * b1 + a2.z * b2 + a2.w * b3;
        let a3 = a[(row + 3u) * size.k4 + k];
        sum3 += a3.x * b0 + a3.y * b1 + a3.z * b2 + a3.w * b3;
    }
    c[(row + 0u) * size.n4 + column] = sum0;
    c[(row + 1u) * size.n4 + column] = sum1;
    c[(row + 2u) * size.n4 + column] = sum2;
    c[(row + 3u) * size.n4 + column] = sum3;
}
