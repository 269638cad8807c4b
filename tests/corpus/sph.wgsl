// Smoothed particle hydrodynamics: density and pressure, then forces, over cells of a uniform grid whose particles are sorted by cell.

struct Params {
    cells: vec2<u32>,
    radius: f32,
    mass: f32,
    stiffness: f32,
    rest_density: f32,
    viscosity: f32,
}

struct State {
    density: f32,
    pressure: f32,
}

const PI = 3.14159265;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> positions: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> velocities: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read> cell_starts: array<u32>;
@group(0) @binding(4) var<storage, read_write> states: array<State>;
@group(0) @binding(5) var<storage, read_write> forces: array<vec2<f32>>;

struct Range {
    first: u32,
    end: u32,
}

// The particles of three cells in a row, which lie one after the other.
fn row_range(cell: vec2<i32>, dy: i32) -> Range {
    let y = cell.y + dy;
    if y < 0 || y >= i32(params.cells.y) {
        return Range(0u, 0u);
    }
    let left = u32(max(cell.x - 1, 0)) + u32(y) * params.cells.x;
    let right = u32(min(cell.x + 1, i32(params.cells.x) - 1)) + u32(y) * params.cells.x;
    return Range(cell_starts[left], cell_starts[right + 1u]);
}

fn cell_of(position: vec2<f32>) -> vec2<i32> {
    return clamp(vec2<i32>(floor(position / params.radius)), vec2<i32>(0), vec2<i32>(params.cells) - 1);
}

@compute @workgroup_size(64)
fn densities(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= arrayLength(&positions) {
        return;
    }
    let position = positions[id.x];
    let cell = cell_of(position);
    let square = params.radius * params.radius;
    let poly6 = 4.0 / (PI * pow(params.radius, 8.0));
    var density = 0.0;
    for (var dy = -1; dy <= 1; dy++) {
        let range = row_range(cell, dy);
        for (var j = range.first; j < range.end; j++) {
            let offset = positions[j] - position;
            let distance2 = dot(offset, offset);
            if distance2 < square {
                let d = square - distance2;
                density += params.mass * poly6 * d * d * d;
            }
        }
    }
    states[id.x] = State(density, params.stiffness * (density - params.rest_density));
}

@compute @workgroup_size(64)
fn accelerations(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= arrayLength(&positions) {
        return;
    }
    let position = positions[id.x];
    let velocity = velocities[id.x];
    let mine = states[id.x];
    let cell = cell_of(position);
    let spiky = -30.0 / (PI * pow(params.radius, 5.0));
    let laplacian = 40.0 / (PI * pow(params.radius, 5.0));
    var force = vec2<f32>(0.0, -9.81 * mine.density);
    for (var dy = -1; dy <= 1; dy++) {
        let range = row_range(cell, dy);
        for (var j = range.first; j < range.end; j++) {
            if j == id.x {
                continue;
            }
            let offset = positions[j] - position;
            let distance = length(offset);
            if distance >= params.radius || distance == 0.0 {
                continue;
            }
            let other = states[j];
            let gap = params.radius - distance;
            let push = params.mass * (mine.pressure + other.pressure) / (2.0 * other.density) * spiky * gap * gap;
            force += normalize(offset) * push;
            force += params.viscosity * params.mass * (velocities[j] - velocity) / other.density * laplacian * gap;
        }
    }
    forces[id.x] = force;
}
