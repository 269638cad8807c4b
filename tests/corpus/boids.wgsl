// Flocking: alignment, cohesion and separation of all pairs, as in the WebGPU samples.

struct Particle {
    position: vec2<f32>,
    velocity: vec2<f32>,
}

struct Rules {
    delta_t: f32,
    cohesion_distance: f32,
    separation_distance: f32,
    alignment_distance: f32,
    cohesion_scale: f32,
    separation_scale: f32,
    alignment_scale: f32,
}

@group(0) @binding(0) var<uniform> rules: Rules;
@group(0) @binding(1) var<storage, read> flock: array<Particle>;
@group(0) @binding(2) var<storage, read_write> next: array<Particle>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let index = id.x;
    if index >= arrayLength(&flock) {
        return;
    }
    var position = flock[index].position;
    var velocity = flock[index].velocity;
    var centre = vec2<f32>(0.0);
    var heading = vec2<f32>(0.0);
    var away = vec2<f32>(0.0);
    var centre_count = 0u;
    var heading_count = 0u;

    for (var i = 0u; i < arrayLength(&flock); i++) {
        if i == index {
            continue;
        }
        let other = flock[i];
        let apart = distance(other.position, position);
        if apart < rules.cohesion_distance {
            centre += other.position;
            centre_count++;
        }
        if apart < rules.separation_distance {
            away -= other.position - position;
        }
        if apart < rules.alignment_distance {
            heading += other.velocity;
            heading_count++;
        }
    }
    if centre_count > 0u {
        centre = centre / f32(centre_count) - position;
    }
    if heading_count > 0u {
        heading = heading / f32(heading_count);
    }
    velocity += centre * rules.cohesion_scale + away * rules.separation_scale + heading * rules.alignment_scale;
    velocity = normalize(velocity) * clamp(length(velocity), 0.0, 0.1);
    position += velocity * rules.delta_t;
    if position.x < -1.0 {
        position.x = 1.0;
    } else if position.x > 1.0 {
        position.x = -1.0;
    }
    if position.y < -1.0 {
        position.y = 1.0;
    } else if position.y > 1.0 {
        position.y = -1.0;
    }
    next[index].position = position;
    next[index].velocity = velocity;
}
