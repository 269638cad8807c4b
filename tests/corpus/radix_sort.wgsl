// Least significant digit radix sort of keys with values, 4 bits a pass: count per workgroup, scan, scatter. Stable, and the place of each key is
// computed rather than drawn from an atomic counter.

const LANES = 64u;
const PER_LANE = 8u;
const BLOCK = LANES * PER_LANE;
const DIGITS = 16u;

struct Params {
    length: u32,
    shift: u32,
    groups: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> keys_in: array<u32>;
@group(0) @binding(2) var<storage, read> values_in: array<u32>;
@group(0) @binding(3) var<storage, read_write> keys_out: array<u32>;
@group(0) @binding(4) var<storage, read_write> values_out: array<u32>;
@group(0) @binding(5) var<storage, read_write> counts: array<u32>;

var<workgroup> digit_counts: array<atomic<u32>, DIGITS>;
var<workgroup> lane_counts: array<array<u32, LANES>, DIGITS>;
var<workgroup> sums: array<u32, LANES>;

fn digit(key: u32) -> u32 {
    return (key >> params.shift) & (DIGITS - 1u);
}

// counts[d * groups + g]: keys of group g with digit d.
@compute @workgroup_size(LANES)
fn count(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    if lane < DIGITS {
        atomicStore(&digit_counts[lane], 0u);
    }
    workgroupBarrier();
    for (var i = 0u; i < PER_LANE; i++) {
        let at = group.x * BLOCK + i * LANES + lane;
        if at < params.length {
            atomicAdd(&digit_counts[digit(keys_in[at])], 1u);
        }
    }
    workgroupBarrier();
    if lane < DIGITS {
        counts[lane * params.groups + group.x] = atomicLoad(&digit_counts[lane]);
    }
}

// Exclusive scan over all counts by one workgroup.
@compute @workgroup_size(LANES)
fn scan(@builtin(local_invocation_index) lane: u32) {
    let length = DIGITS * params.groups;
    let per_lane = (length + LANES - 1u) / LANES;
    let start = lane * per_lane;
    let end = min(start + per_lane, length);
    var sum = 0u;
    for (var i = start; i < end; i++) {
        sum += counts[i];
    }
    sums[lane] = sum;
    workgroupBarrier();
    var before = 0u;
    for (var i = 0u; i < lane; i++) {
        before += sums[i];
    }
    for (var i = start; i < end; i++) {
        let count = counts[i];
        counts[i] = before;
        before += count;
    }
}

@compute @workgroup_size(LANES)
fn scatter(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let start = group.x * BLOCK + lane * PER_LANE;
    let end = min(start + PER_LANE, params.length);
    var mine: array<u32, DIGITS>;
    for (var i = start; i < end; i++) {
        mine[digit(keys_in[i])]++;
    }
    for (var d = 0u; d < DIGITS; d++) {
        lane_counts[d][lane] = mine[d];
    }
    workgroupBarrier();
    if lane < DIGITS {
        var place = counts[lane * params.groups + group.x];
        for (var i = 0u; i < LANES; i++) {
            let count = lane_counts[lane][i];
            lane_counts[lane][i] = place;
            place += count;
        }
    }
    workgroupBarrier();
    for (var d = 0u; d < DIGITS; d++) {
        mine[d] = lane_counts[d][lane];
    }
    for (var i = start; i < end; i++) {
        let key = keys_in[i];
        let d = digit(key);
        keys_out[mine[d]] = key;
        values_out[mine[d]] = values_in[i];
        mine[d] += 1u;
    }
}
