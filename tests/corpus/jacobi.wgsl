// Jacobi iteration for a dense, diagonally dominant system.

@group(0) @binding(0) var<storage, read> matrix: array<f32>;
@group(0) @binding(1) var<storage, read> right_side: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> x_next: array<f32>;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let n = arrayLength(&right_side);
    let row = id.x;
    if row >= n {
        return;
    }
    var sum = right_side[row];
    var diagonal = 1.0;
    for (var column = 0u; column < n; column++) {
        let value = matrix[row * n + column];
        if column == row {
            diagonal = value;
        } else {
            sum -= value * x[column];
        }
    }
    x_next[row] = sum / diagonal;
}
