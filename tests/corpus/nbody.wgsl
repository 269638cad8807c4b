// Gravity between all bodies, tiles of positions in workgroup memory, leapfrog step.

struct Body {
    position: vec3<f32>,
    mass: f32,
    velocity: vec3<f32>,
    padding: f32,
}

struct Params {
    step: f32,
    softening: f32,
}

const TILE = 64u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> bodies: array<Body>;
@group(0) @binding(2) var<storage, read_write> moved: array<Body>;

var<workgroup> tile: array<vec4<f32>, TILE>;

@compute @workgroup_size(TILE)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let count = arrayLength(&bodies);
    let position = bodies[id.x].position;
    var acceleration = vec3<f32>(0.0);
    for (var start = 0u; start < count; start += TILE) {
        let other = bodies[start + local.x];
        tile[local.x] = vec4<f32>(other.position, other.mass);
        workgroupBarrier();
        for (var j = 0u; j < TILE; j++) {
            let offset = tile[j].xyz - position;
            let inverse = inverseSqrt(dot(offset, offset) + params.softening);
            acceleration += offset * (tile[j].w * inverse * inverse * inverse);
        }
        workgroupBarrier();
    }
    var body = bodies[id.x];
    body.velocity += acceleration * params.step;
    body.position += body.velocity * params.step;
    moved[id.x] = body;
}
