// Stockham radix-2 FFT of 512 complex points, one transform a workgroup, ping-pong between two halves of workgroup memory.

const POINTS = 512u;
const LANES = 256u;
const PI = 3.14159265358979;

@group(0) @binding(0) var<storage, read> signal: array<vec2<f32>>;
@group(0) @binding(1) var<storage, read_write> spectrum: array<vec2<f32>>;

var<workgroup> data: array<array<vec2<f32>, POINTS>, 2>;

fn multiply(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
    return vec2<f32>(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let base = group.x * POINTS;
    data[0][lane] = signal[base + lane];
    data[0][lane + LANES] = signal[base + lane + LANES];
    workgroupBarrier();

    var source = 0u;
    for (var width = 1u; width < POINTS; width <<= 1u) {
        let k = lane & (width - 1u);
        let angle = -PI * f32(k) / f32(width);
        let twiddle = vec2<f32>(cos(angle), sin(angle));
        let a = data[source][lane];
        let b = multiply(twiddle, data[source][lane + LANES]);
        let to = ((lane - k) << 1u) + k;
        data[1u - source][to] = a + b;
        data[1u - source][to + width] = a - b;
        source = 1u - source;
        workgroupBarrier();
    }
    spectrum[base + lane] = data[source][lane];
    spectrum[base + lane + LANES] = data[source][lane + LANES];
}
