// One head of causal attention with the online softmax: keys and values pass through workgroup memory in blocks, scores are never stored.

const HEAD = 32u;
const BLOCK = 32u;

struct Params {
    tokens: u32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> queries: array<f32>;
@group(0) @binding(2) var<storage, read> keys: array<f32>;
@group(0) @binding(3) var<storage, read> values: array<f32>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

var<workgroup> key_block: array<f32, BLOCK * HEAD>;
var<workgroup> value_block: array<f32, BLOCK * HEAD>;

@compute @workgroup_size(BLOCK)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let token = group.x * BLOCK + lane;
    var query: array<f32, HEAD>;
    var sum: array<f32, HEAD>;
    for (var i = 0u; i < HEAD; i++) {
        query[i] = queries[token * HEAD + i] * params.scale;
    }
    var largest = -1e30;
    var total = 0.0;

    for (var block = 0u; block <= group.x; block++) {
        for (var i = lane; i < BLOCK * HEAD; i += BLOCK) {
            key_block[i] = keys[block * BLOCK * HEAD + i];
            value_block[i] = values[block * BLOCK * HEAD + i];
        }
        workgroupBarrier();
        for (var j = 0u; j < BLOCK; j++) {
            if block * BLOCK + j > token {
                break;
            }
            var score = 0.0;
            for (var i = 0u; i < HEAD; i++) {
                score = fma(query[i], key_block[j * HEAD + i], score);
            }
            let larger = max(largest, score);
            let correction = exp(largest - larger);
            let weight = exp(score - larger);
            for (var i = 0u; i < HEAD; i++) {
                sum[i] = fma(weight, value_block[j * HEAD + i], sum[i] * correction);
            }
            total = fma(total, correction, weight);
            largest = larger;
        }
        workgroupBarrier();
    }

    for (var i = 0u; i < HEAD; i++) {
        output[token * HEAD + i] = sum[i] / total;
    }
}
