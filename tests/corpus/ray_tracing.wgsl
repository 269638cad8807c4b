// Path tracing of spheres: diffuse, metal and glass, a few samples a pixel, as in "Ray Tracing in One Weekend".

struct Params {
    size: vec2<u32>,
    samples: u32,
    bounces: u32,
}

struct Sphere {
    centre: vec3<f32>,
    radius: f32,
    colour: vec3<f32>,
    material: f32,
}

struct Ray {
    origin: vec3<f32>,
    direction: vec3<f32>,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> spheres: array<Sphere>;
@group(0) @binding(2) var<storage, read_write> image: array<vec4<f32>>;

var<private> random_state: u32;

fn random() -> f32 {
    random_state ^= random_state << 13u;
    random_state ^= random_state >> 17u;
    random_state ^= random_state << 5u;
    return f32(random_state >> 8u) / 16777216.0;
}

fn random_direction() -> vec3<f32> {
    let z = random() * 2.0 - 1.0;
    let angle = random() * 6.2831853;
    let r = sqrt(max(0.0, 1.0 - z * z));
    return vec3<f32>(r * cos(angle), r * sin(angle), z);
}

// Distance to the sphere along the ray, or -1.
fn intersect(ray: Ray, sphere: Sphere) -> f32 {
    let offset = ray.origin - sphere.centre;
    let b = dot(offset, ray.direction);
    let c = dot(offset, offset) - sphere.radius * sphere.radius;
    let discriminant = b * b - c;
    if discriminant < 0.0 {
        return -1.0;
    }
    let root = sqrt(discriminant);
    if -b - root > 0.001 {
        return -b - root;
    }
    if -b + root > 0.001 {
        return -b + root;
    }
    return -1.0;
}

fn scattered(ray: Ray, sphere: Sphere, p: vec3<f32>) -> Ray {
    let outward = (p - sphere.centre) / sphere.radius;
    let inside = dot(outward, ray.direction) > 0.0;
    let normal = select(outward, -outward, inside);
    if sphere.material < 1.0 {
        return Ray(p, normalize(normal + random_direction() * 0.999));
    }
    if sphere.material < 2.0 {
        return Ray(p, normalize(reflect(ray.direction, normal) + random_direction() * (sphere.material - 1.0) * 0.3));
    }
    let eta = select(1.0 / 1.5, 1.5, inside);
    let bent = refract(ray.direction, normal, eta);
    let cosine = -dot(ray.direction, normal);
    let r0 = pow((1.0 - eta) / (1.0 + eta), 2.0);
    let fresnel = r0 + (1.0 - r0) * pow(1.0 - cosine, 5.0);
    if all(bent == vec3<f32>(0.0)) || random() < fresnel {
        return Ray(p, reflect(ray.direction, normal));
    }
    return Ray(p, normalize(bent));
}

fn radiance(first: Ray) -> vec3<f32> {
    var ray = first;
    var throughput = vec3<f32>(1.0);
    for (var bounce = 0u; bounce < params.bounces; bounce++) {
        var nearest = 1e30;
        var index = -1;
        for (var i = 0u; i < arrayLength(&spheres); i++) {
            let t = intersect(ray, spheres[i]);
            if t > 0.0 && t < nearest {
                nearest = t;
                index = i32(i);
            }
        }
        if index < 0 {
            let t = 0.5 * (ray.direction.y + 1.0);
            return throughput * mix(vec3<f32>(1.0), vec3<f32>(0.5, 0.7, 1.0), t);
        }
        let sphere = spheres[index];
        throughput *= sphere.colour;
        ray = scattered(ray, sphere, ray.origin + ray.direction * nearest);
    }
    return vec3<f32>(0.0);
}

@compute @workgroup_size(8, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.size.x || id.y >= params.size.y {
        return;
    }
    let pixel = id.y * params.size.x + id.x;
    random_state = pixel * 9781u + 6271u;
    var sum = vec3<f32>(0.0);
    for (var s = 0u; s < params.samples; s++) {
        let place = vec2<f32>(f32(id.x) + random(), f32(id.y) + random()) / vec2<f32>(params.size);
        let direction = normalize(vec3<f32>((place.x - 0.5) * 3.2, (0.5 - place.y) * 2.4, -2.5));
        sum += radiance(Ray(vec3<f32>(0.0, 0.0, 3.0), direction));
    }
    image[pixel] = vec4<f32>(sqrt(sum / f32(params.samples)), 1.0);
}
