// y = A * x: one workgroup a row, partial sums reduced in workgroup memory.

struct Size {
    rows: u32,
    columns: u32,
}

@group(0) @binding(0) var<uniform> size: Size;
@group(0) @binding(1) var<storage, read> matrix: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

const WIDTH: u32 = 64;

var<workgroup> partial: array<f32, WIDTH>;

@compute @workgroup_size(WIDTH)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let row = group.x;
    var sum = 0.0;
    for (var i = lane; i < size.columns; i += WIDTH) {
        sum = fma(matrix[row * size.columns + i], x[i], sum);
    }
    partial[lane] = sum;
    workgroupBarrier();
    for (var stride = WIDTH / 2; stride > 0; stride >>= 1u) {
        if lane < stride {
            partial[lane] += partial[lane + stride];
        }
        workgroupBarrier();
    }
    if lane == 0 {
        y[row] = partial[0];
    }
}
