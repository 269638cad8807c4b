// Bitonic sort of f32, ascending: blocks of 1,024 are sorted in workgroup memory, longer steps go through storage.

const BLOCK = 1024u;
const LANES = 256u;

struct Step {
    k: u32,
    j: u32,
}

@group(0) @binding(0) var<uniform> step_of: Step;
@group(0) @binding(1) var<storage, read_write> values: array<f32>;

var<workgroup> block: array<f32, BLOCK>;

fn place(pair: u32, j: u32) -> u32 {
    return ((pair & ~(j - 1u)) << 1u) | (pair & (j - 1u));
}

fn exchange_in_block(pair: u32, j: u32, up: bool) {
    let a = place(pair, j);
    let x = block[a];
    let y = block[a + j];
    if (x > y) == up {
        block[a] = y;
        block[a + j] = x;
    }
}

@compute @workgroup_size(LANES)
fn sort_blocks(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let base = group.x * BLOCK;
    for (var i = lane; i < BLOCK; i += LANES) {
        block[i] = values[base + i];
    }
    workgroupBarrier();
    for (var k = 2u; k <= BLOCK; k <<= 1u) {
        for (var j = k >> 1u; j > 0u; j >>= 1u) {
            for (var pair = lane; pair < BLOCK / 2u; pair += LANES) {
                exchange_in_block(pair, j, ((base + place(pair, j)) & k) == 0u);
            }
            workgroupBarrier();
        }
    }
    for (var i = lane; i < BLOCK; i += LANES) {
        values[base + i] = block[i];
    }
}

@compute @workgroup_size(128)
fn merge_step(@builtin(global_invocation_id) id: vec3<u32>) {
    let a = place(id.x, step_of.j);
    let b = a + step_of.j;
    if b >= arrayLength(&values) {
        return;
    }
    let up = (a & step_of.k) == 0u;
    let x = values[a];
    let y = values[b];
    if (x > y) == up {
        values[a] = y;
        values[b] = x;
    }
}

@compute @workgroup_size(LANES)
fn merge_blocks(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let base = group.x * BLOCK;
    for (var i = lane; i < BLOCK; i += LANES) {
        block[i] = values[base + i];
    }
    workgroupBarrier();
    let up = (base & step_of.k) == 0u;
    for (var j = BLOCK / 2u; j > 0u; j >>= 1u) {
        for (var pair = lane; pair < BLOCK / 2u; pair += LANES) {
            exchange_in_block(pair, j, up);
        }
        workgroupBarrier();
    }
    for (var i = lane; i < BLOCK; i += LANES) {
        values[base + i] = block[i];
    }
}
