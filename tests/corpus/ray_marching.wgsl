// Ray marching a signed distance field: soft shadow, ambient occlusion, fog.

struct Camera {
    size: vec2<u32>,
    time: f32,
    max_steps: u32,
    eye: vec3<f32>,
    focal: f32,
}

@group(0) @binding(0) var<uniform> camera: Camera;
@group(0) @binding(1) var<storage, read_write> image: array<u32>;

struct Hit {
    distance: f32,
    material: u32,
}

fn sd_sphere(p: vec3<f32>, radius: f32) -> f32 {
    return length(p) - radius;
}

fn sd_box(p: vec3<f32>, half_size: vec3<f32>) -> f32 {
    let q = abs(p) - half_size;
    return length(max(q, vec3<f32>(0.0))) + min(max(q.x, max(q.y, q.z)), 0.0);
}

fn sd_torus(p: vec3<f32>, radii: vec2<f32>) -> f32 {
    let q = vec2<f32>(length(p.xz) - radii.x, p.y);
    return length(q) - radii.y;
}

fn smooth_min(a: f32, b: f32, k: f32) -> f32 {
    let h = clamp(0.5 + 0.5 * (b - a) / k, 0.0, 1.0);
    return mix(b, a, h) - k * h * (1.0 - h);
}

fn rotated(p: vec2<f32>, angle: f32) -> vec2<f32> {
    let c = cos(angle);
    let s = sin(angle);
    return mat2x2<f32>(c, s, -s, c) * p;
}

fn scene(p: vec3<f32>) -> Hit {
    var hit = Hit(p.y + 1.0, 0u);
    let bob = 0.25 * sin(camera.time);
    let blob = smooth_min(sd_sphere(p - vec3<f32>(-0.6, bob, 0.0), 0.7), sd_box(p - vec3<f32>(0.5, -0.4, 0.2), vec3<f32>(0.4, 0.5, 0.4)), 0.3);
    if blob < hit.distance {
        hit = Hit(blob, 1u);
    }
    let turned = rotated(p.xy - vec2<f32>(0.0, 0.6), camera.time * 0.7);
    let torus = sd_torus(vec3<f32>(turned, p.z + 0.3), vec2<f32>(0.9, 0.15));
    if torus < hit.distance {
        hit = Hit(torus, 2u);
    }
    return hit;
}

fn normal_at(p: vec3<f32>) -> vec3<f32> {
    const E = vec2<f32>(0.0005, -0.0005);
    return normalize(
        E.xyy * scene(p + E.xyy).distance + E.yyx * scene(p + E.yyx).distance
            + E.yxy * scene(p + E.yxy).distance + E.xxx * scene(p + E.xxx).distance,
    );
}

fn shadow(origin: vec3<f32>, direction: vec3<f32>) -> f32 {
    var light = 1.0;
    var t = 0.02;
    for (var i = 0; i < 24; i++) {
        let d = scene(origin + direction * t).distance;
        light = min(light, 8.0 * d / t);
        t += clamp(d, 0.02, 0.3);
        if d < 0.001 || t > 5.0 {
            break;
        }
    }
    return clamp(light, 0.0, 1.0);
}

fn colour_of(material: u32, p: vec3<f32>) -> vec3<f32> {
    switch material {
        case 0u: {
            let checker = (i32(floor(p.x)) + i32(floor(p.z))) & 1;
            return vec3<f32>(select(0.3, 0.6, checker == 0));
        }
        case 1u: {
            return vec3<f32>(0.8, 0.3, 0.2);
        }
        default: {
            return vec3<f32>(0.2, 0.4, 0.9);
        }
    }
}

fn trace(origin: vec3<f32>, direction: vec3<f32>) -> vec3<f32> {
    let sky = mix(vec3<f32>(0.7, 0.8, 0.9), vec3<f32>(0.2, 0.4, 0.8), saturate(direction.y));
    var t = 0.0;
    var material = 0u;
    var found = false;
    for (var i = 0u; i < camera.max_steps; i++) {
        let hit = scene(origin + direction * t);
        if hit.distance < 0.001 * t + 0.0005 {
            material = hit.material;
            found = true;
            break;
        }
        t += hit.distance;
        if t > 20.0 {
            break;
        }
    }
    if !found {
        return sky;
    }
    let p = origin + direction * t;
    let n = normal_at(p);
    let sun = normalize(vec3<f32>(0.6, 0.8, 0.4));
    let diffuse = max(dot(n, sun), 0.0) * shadow(p + n * 0.002, sun);
    let halfway = normalize(sun - direction);
    let specular = pow(max(dot(n, halfway), 0.0), 40.0);
    let ambient = 0.3 + 0.2 * n.y;
    let lit = colour_of(material, p) * (diffuse + ambient) + vec3<f32>(specular) * 0.4;
    return mix(lit, sky, 1.0 - exp(-0.004 * t * t));
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if any(id.xy >= camera.size) {
        return;
    }
    let uv = (2.0 * (vec2<f32>(id.xy) + 0.5) - vec2<f32>(camera.size)) / f32(camera.size.y);
    let direction = normalize(vec3<f32>(uv.x, -uv.y, -camera.focal));
    let colour = pow(saturate(trace(camera.eye, direction)), vec3<f32>(0.4545));
    image[id.y * camera.size.x + id.x] = pack4x8unorm(vec4<f32>(colour, 1.0));
}
