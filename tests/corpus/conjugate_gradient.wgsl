// Conjugate gradients for the Poisson problem on a grid; matrix-free, scalar products by fixed trees, scalars kept on the device.

const LANES = 128u;

struct Grid {
    width: u32,
    height: u32,
    partials: u32,
}

struct Scalars {
    residual: f32,
    alpha: f32,
    beta: f32,
    steps: u32,
}

@group(0) @binding(0) var<uniform> grid: Grid;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> r: array<f32>;
@group(0) @binding(3) var<storage, read_write> p: array<f32>;
@group(0) @binding(4) var<storage, read_write> ap: array<f32>;
@group(0) @binding(5) var<storage, read_write> partials: array<f32>;
@group(0) @binding(6) var<storage, read_write> scalars: Scalars;

var<workgroup> sums: array<f32, LANES>;

fn reduced(lane: u32, value: f32) -> f32 {
    sums[lane] = value;
    workgroupBarrier();
    for (var stride = LANES / 2u; stride > 0u; stride >>= 1u) {
        if lane < stride {
            sums[lane] += sums[lane + stride];
        }
        workgroupBarrier();
    }
    return sums[0];
}

fn p_at(x: i32, y: i32) -> f32 {
    if x < 0 || y < 0 || x >= i32(grid.width) || y >= i32(grid.height) {
        return 0.0;
    }
    return p[y * i32(grid.width) + x];
}

// ap = A p, and the partial sums of p . ap
@compute @workgroup_size(LANES)
fn apply(@builtin(global_invocation_id) id: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    var product = 0.0;
    if id.x < grid.width * grid.height {
        let column = i32(id.x % grid.width);
        let row = i32(id.x / grid.width);
        let value = 4.0 * p[id.x] - p_at(column - 1, row) - p_at(column + 1, row) - p_at(column, row - 1) - p_at(column, row + 1);
        ap[id.x] = value;
        product = p[id.x] * value;
    }
    let sum = reduced(lane, product);
    if lane == 0u {
        partials[group.x] = sum;
    }
}

@compute @workgroup_size(LANES)
fn find_alpha(@builtin(local_invocation_index) lane: u32) {
    var value = 0.0;
    for (var i = lane; i < grid.partials; i += LANES) {
        value += partials[i];
    }
    let sum = reduced(lane, value);
    if lane == 0u {
        scalars.alpha = select(scalars.residual / sum, 0.0, sum == 0.0);
    }
}

@compute @workgroup_size(LANES)
fn step_forward(@builtin(global_invocation_id) id: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    var square = 0.0;
    if id.x < grid.width * grid.height {
        x[id.x] += scalars.alpha * p[id.x];
        let residual = r[id.x] - scalars.alpha * ap[id.x];
        r[id.x] = residual;
        square = residual * residual;
    }
    let sum = reduced(lane, square);
    if lane == 0u {
        partials[group.x] = sum;
    }
}

@compute @workgroup_size(LANES)
fn find_beta(@builtin(local_invocation_index) lane: u32) {
    var value = 0.0;
    for (var i = lane; i < grid.partials; i += LANES) {
        value += partials[i];
    }
    let sum = reduced(lane, value);
    if lane == 0u {
        scalars.beta = select(sum / scalars.residual, 0.0, scalars.steps == 0u || scalars.residual == 0.0);
        scalars.residual = sum;
        scalars.steps += 1u;
    }
}

@compute @workgroup_size(LANES)
fn turn(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x < grid.width * grid.height {
        p[id.x] = fma(scalars.beta, p[id.x], r[id.x]);
    }
}
