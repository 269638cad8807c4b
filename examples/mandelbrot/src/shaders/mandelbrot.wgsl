// The Mandelbrot set by perturbation: one point of the picture has its orbit Z computed in f64 by the host, and each pixel iterates only its difference d from that
// orbit, which f32 holds well however deep the zoom is:
//
//     z = Z + d,  z² + c = (Z² + C) + (2Z + d)·d + (c - C)
//
// Where z comes nearer to 0 than to Z, the difference is z itself and the orbit begins anew (rebasing); so one reference serves the whole picture.
// The derivative of z by the pixel goes along: it says how far the boundary is, and which way, and that gives the relief its light.

struct View {
    width: u32, // pixels
    height: u32,
    first_row: u32, // of this dispatch
    samples: u32, // along each side of a pixel
    iterations: u32,
    step: f32, // width of a pixel in the plane
    cycles: f32, // of the palette, each time iterations double
    phase: f32, // of the palette
}

@group(0) @binding(0) var<uniform> view: View;
@group(0) @binding(1) var<storage, read> orbit: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read_write> pixels: array<u32>; // red in the lowest byte

const ESCAPE: f32 = 1e4; // squared radius
const LIGHT: vec2<f32> = vec2(-0.7071068, 0.7071068);
const LIGHT_HEIGHT: f32 = 1.5;

// A palette in a circle, in linear light.
const STOPS: array<vec3<f32>, 6> = array(
    vec3(0.0, 0.0004, 0.1274), vec3(0.0105, 0.1484, 0.6323), vec3(0.8517, 1.0, 1.0),
    vec3(1.0, 0.4097, 0.0), vec3(0.0, 0.0, 0.0), vec3(0.0, 0.0004, 0.1274)
);
const PLACES: array<f32, 6> = array(0.0, 0.16, 0.42, 0.6425, 0.8575, 1.0);

fn times(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
    return vec2(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

fn palette(turns: f32) -> vec3<f32> {
    let at = fract(turns);
    var k = 0u;
    while k < 4u && at >= PLACES[k + 1u] {
        k++;
    }
    return mix(STOPS[k], STOPS[k + 1u], smoothstep(PLACES[k], PLACES[k + 1u], at));
}

// The colour of the point `c` away from the reference, in linear light.
fn colour(c: vec2<f32>) -> vec3<f32> {
    var d = vec2(0.0);
    var z = vec2(0.0);
    var slope = vec2(0.0);
    var at = 0u;
    for (var n = 0u; n < view.iterations; n++) {
        slope = 2.0 * times(z, slope) + vec2(view.step, 0.0);
        d = times(2.0 * orbit[at] + d, d) + c;
        at++;
        z = orbit[at] + d;
        let square = dot(z, z);
        if square > ESCAPE {
            return shade(f32(n + 1u), z, square, slope);
        }
        if square < dot(d, d) || at + 1u == arrayLength(&orbit) {
            d = z;
            at = 0u;
        }
    }
    return vec3(0.0);
}

fn shade(n: f32, z: vec2<f32>, square: f32, slope: vec2<f32>) -> vec3<f32> {
    // Smooth: where |z| just passes the radius, whole numbers meet.
    let smooth_n = n - log2(log(square) / log(ESCAPE));
    let paint = palette(view.cycles * log2(max(smooth_n, 1.0)) + view.phase);
    // Distance to the boundary in pixels, and the direction away from it.
    let radius = sqrt(square);
    let gap = 0.5 * radius * log(square) / length(slope);
    let away = vec2(z.x * slope.x + z.y * slope.y, z.y * slope.x - z.x * slope.y);
    let lit = max(dot(away / length(away), LIGHT) + LIGHT_HEIGHT, 0.0) / (1.0 + LIGHT_HEIGHT);
    return paint * (0.35 + 0.75 * lit) * pow(clamp(0.7 * gap, 0.0, 1.0), 0.35);
}

fn srgb(linear: vec3<f32>) -> vec3<f32> {
    return select(1.055 * pow(linear, vec3(1.0 / 2.4)) - 0.055, 12.92 * linear, linear <= vec3(0.0031308));
}

@compute @workgroup_size(16, 8)
fn draw(@builtin(global_invocation_id) id: vec3<u32>) {
    let pixel = vec2(id.x, id.y + view.first_row);
    let index = pixel.y * view.width + pixel.x;
    if pixel.x >= view.width || index >= arrayLength(&pixels) {
        return;
    }
    let corner = vec2<f32>(pixel) - 0.5 * vec2(f32(view.width), f32(view.height));
    var sum = vec3(0.0);
    for (var y = 0u; y < view.samples; y++) {
        for (var x = 0u; x < view.samples; x++) {
            let place = corner + (vec2(f32(x), f32(y)) + 0.5) / f32(view.samples);
            sum += colour(vec2(place.x, -place.y) * view.step);
        }
    }
    let bytes = vec3<u32>(round(255.0 * clamp(srgb(sum / f32(view.samples * view.samples)), vec3(0.0), vec3(1.0))));
    pixels[index] = bytes.r | bytes.g << 8u | bytes.b << 16u | 0xff000000u;
}
