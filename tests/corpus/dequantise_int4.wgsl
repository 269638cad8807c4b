// Matrix-vector product with 4-bit weights: 8 weights a word, a scale and a zero point a block of 32 (as GPTQ and ggml pack them).

const BLOCK = 32u;
const WORDS = BLOCK / 8u;
const LANES = 32u;

struct Size {
    rows: u32,
    blocks: u32,
}

@group(0) @binding(0) var<uniform> size: Size;
@group(0) @binding(1) var<storage, read> packed_weights: array<u32>;
// Scale as f16 in the low half, zero point in the bits above.
@group(0) @binding(2) var<storage, read> scales: array<u32>;
@group(0) @binding(3) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

var<workgroup> partial: array<f32, LANES>;

fn unpacked(word: u32, zero: i32) -> mat2x4<f32> {
    let low = vec4<u32>(word, word >> 4u, word >> 8u, word >> 12u) & vec4<u32>(15u);
    let high = vec4<u32>(word >> 16u, word >> 20u, word >> 24u, word >> 28u) & vec4<u32>(15u);
    return mat2x4<f32>(vec4<f32>(vec4<i32>(low) - zero), vec4<f32>(vec4<i32>(high) - zero));
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    var sum = 0.0;
    for (var block = lane; block < size.blocks; block += LANES) {
        let at = group.x * size.blocks + block;
        let scale = unpack2x16float(scales[at]).x;
        let zero = i32((scales[at] >> 16u) & 15u);
        var part = 0.0;
        for (var i = 0u; i < WORDS; i++) {
            let weights = unpacked(packed_weights[at * WORDS + i], zero);
            let j = block * (BLOCK / 4u) + i * 2u;
            part += dot(weights[0], x[j]) + dot(weights[1], x[j + 1u]);
        }
        sum = fma(scale, part, sum);
    }
    partial[lane] = sum;
    workgroupBarrier();
    if lane == 0u {
        var total = 0.0;
        for (var i = 0u; i < LANES; i++) {
            total += partial[i];
        }
        y[group.x] = total;
    }
}
