// Exclusive prefix sum of any length in three passes: scan blocks, scan the sums of the blocks, add them back.

const LANES = 256u;
const PER_LANE = 4u;
const BLOCK = LANES * PER_LANE;

@group(0) @binding(0) var<storage, read_write> values: array<u32>;
@group(0) @binding(1) var<storage, read_write> block_sums: array<u32>;

var<workgroup> scratch: array<u32, LANES>;

// Inclusive scan over the workgroup (Hillis and Steele).
fn scan(lane: u32, value: u32) -> u32 {
    scratch[lane] = value;
    workgroupBarrier();
    for (var offset = 1u; offset < LANES; offset <<= 1u) {
        var sum = scratch[lane];
        if lane >= offset {
            sum += scratch[lane - offset];
        }
        workgroupBarrier();
        scratch[lane] = sum;
        workgroupBarrier();
    }
    return scratch[lane];
}

@compute @workgroup_size(LANES)
fn scan_blocks(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let first = group.x * BLOCK + local.x * PER_LANE;
    let length = arrayLength(&values);
    var mine: array<u32, PER_LANE>;
    var sum = 0u;
    for (var i = 0u; i < PER_LANE; i++) {
        mine[i] = sum;
        if first + i < length {
            sum += values[first + i];
        }
    }
    let inclusive = scan(local.x, sum);
    for (var i = 0u; i < PER_LANE; i++) {
        if first + i < length {
            values[first + i] = mine[i] + inclusive - sum;
        }
    }
    if local.x == LANES - 1u {
        block_sums[group.x] = inclusive;
    }
}

@compute @workgroup_size(LANES)
fn scan_sums(@builtin(local_invocation_id) local: vec3<u32>) {
    let length = arrayLength(&block_sums);
    var value = 0u;
    if local.x < length {
        value = block_sums[local.x];
    }
    let inclusive = scan(local.x, value);
    if local.x < length {
        block_sums[local.x] = inclusive - value;
    }
}

@compute @workgroup_size(LANES)
fn add_sums(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let sum = block_sums[group.x];
    for (var i = local.x; i < BLOCK; i += LANES) {
        let at = group.x * BLOCK + i;
        if at < arrayLength(&values) {
            values[at] += sum;
        }
    }
}
