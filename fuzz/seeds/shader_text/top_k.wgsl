// The k largest logits of each row with their places, by repeated reduction; ties go to the lower place.

const LANES = 128u;
const K = 8u;

struct Entry {
    value: f32,
    place: u32,
}

@group(0) @binding(0) var<uniform> columns: u32;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read_write> top: array<Entry>;

var<workgroup> candidates: array<Entry, LANES>;

fn before(a: Entry, b: Entry) -> bool {
    return a.value > b.value || (a.value == b.value && a.place < b.place);
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let start = group.x * columns;
    var last = Entry(3.4e38, 0xffffffffu);
    for (var k = 0u; k < K; k++) {
        // The best of this lane's columns that come after the last winner.
        var best = Entry(-3.4e38, 0xffffffffu);
        for (var i = lane; i < columns; i += LANES) {
            let entry = Entry(logits[start + i], i);
            let taken = k > 0u && !before(last, entry);
            if !taken && before(entry, best) {
                best = entry;
            }
        }
        candidates[lane] = best;
        workgroupBarrier();
        for (var stride = LANES / 2u; stride > 0u; stride >>= 1u) {
            if lane < stride && before(candidates[lane + stride], candidates[lane]) {
                candidates[lane] = candidates[lane + stride];
            }
            workgroupBarrier();
        }
        last = candidates[0];
        if lane == 0u {
            top[group.x * K + k] = last;
        }
        workgroupBarrier();
    }
}
