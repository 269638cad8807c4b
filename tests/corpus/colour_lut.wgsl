// Equalisation: the cumulative histogram as a look-up table, then sRGB decoded, graded and encoded again.

@group(0) @binding(0) var<storage, read> pixels: array<u32>;
@group(0) @binding(1) var<storage, read_write> histogram: array<atomic<u32>, 256>;
@group(0) @binding(2) var<storage, read_write> table: array<f32, 256>;
@group(0) @binding(3) var<storage, read_write> graded: array<u32>;

var<workgroup> counts: array<u32, 256>;

@compute @workgroup_size(256)
fn count(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x < arrayLength(&pixels) {
        let colour = unpack4x8unorm(pixels[id.x]);
        let value = dot(colour.rgb, vec3<f32>(0.2126, 0.7152, 0.0722));
        atomicAdd(&histogram[u32(clamp(value * 255.0, 0.0, 255.0))], 1u);
    }
}

@compute @workgroup_size(256)
fn accumulate(@builtin(local_invocation_index) lane: u32) {
    counts[lane] = atomicLoad(&histogram[lane]);
    workgroupBarrier();
    // Up-sweep and down-sweep (Blelloch).
    for (var stride = 1u; stride < 256u; stride <<= 1u) {
        let right = (lane + 1u) * stride * 2u - 1u;
        if right < 256u {
            counts[right] += counts[right - stride];
        }
        workgroupBarrier();
    }
    let total = f32(counts[255]);
    workgroupBarrier();
    if lane == 0u {
        counts[255] = 0u;
    }
    workgroupBarrier();
    for (var stride = 128u; stride > 0u; stride >>= 1u) {
        let right = (lane + 1u) * stride * 2u - 1u;
        if right < 256u {
            let left = counts[right - stride];
            counts[right - stride] = counts[right];
            counts[right] += left;
        }
        workgroupBarrier();
    }
    table[lane] = f32(counts[lane]) / total;
}

fn decoded(c: vec3<f32>) -> vec3<f32> {
    let low = c / 12.92;
    let high = pow((c + 0.055) / 1.055, vec3<f32>(2.4));
    return select(high, low, c <= vec3<f32>(0.04045));
}

fn encoded(c: vec3<f32>) -> vec3<f32> {
    let low = c * 12.92;
    let high = 1.055 * pow(c, vec3<f32>(1.0 / 2.4)) - 0.055;
    return select(high, low, c <= vec3<f32>(0.0031308));
}

@compute @workgroup_size(64)
fn grade(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= arrayLength(&pixels) {
        return;
    }
    let colour = unpack4x8unorm(pixels[id.x]);
    let linear = decoded(colour.rgb);
    let warm = mat3x3<f32>(1.05, 0.02, 0.0, 0.01, 1.0, 0.01, 0.0, 0.03, 0.92);
    let value = dot(colour.rgb, vec3<f32>(0.2126, 0.7152, 0.0722));
    let index = u32(clamp(value * 255.0, 0.0, 255.0));
    let equalised = warm * linear * mix(1.0, table[index] / max(value, 0.01), 0.5);
    graded[id.x] = pack4x8unorm(vec4<f32>(encoded(saturate(equalised)), colour.a));
}
