// Cholesky factors of many small matrices: one workgroup factors one 32 x 32 matrix in workgroup memory, column by column.

const N = 32u;

@group(0) @binding(0) var<storage, read_write> matrices: array<f32>;

var<workgroup> m: array<f32, N * N>;

@compute @workgroup_size(N)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) row: u32) {
    let base = group.x * N * N;
    for (var j = 0u; j < N; j++) {
        m[row * N + j] = matrices[base + row * N + j];
    }
    workgroupBarrier();

    for (var k = 0u; k < N; k++) {
        if row == k {
            m[k * N + k] = sqrt(m[k * N + k]);
        }
        workgroupBarrier();
        if row > k {
            m[row * N + k] = m[row * N + k] / m[k * N + k];
        }
        workgroupBarrier();
        if row > k {
            let factor = m[row * N + k];
            for (var j = k + 1u; j <= row; j++) {
                m[row * N + j] -= factor * m[j * N + k];
            }
        }
        workgroupBarrier();
    }

    for (var j = 0u; j < N; j++) {
        matrices[base + row * N + j] = select(m[row * N + j], 0.0, j > row);
    }
}
