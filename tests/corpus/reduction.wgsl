// Sum, minimum and maximum of an array: a fixed tree per workgroup, then one workgroup over the partial results.

struct Summary {
    sum: f32,
    smallest: f32,
    largest: f32,
    count: u32,
}

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read_write> partial: array<Summary>;
@group(0) @binding(2) var<storage, read_write> result: Summary;

override LANES: u32 = 128u;
var<workgroup> shared_summaries: array<Summary, 128>;

fn empty() -> Summary {
    return Summary(0.0, 3.4e38, -3.4e38, 0u);
}

fn joined(a: Summary, b: Summary) -> Summary {
    var out: Summary;
    out.sum = a.sum + b.sum;
    out.smallest = min(a.smallest, b.smallest);
    out.largest = max(a.largest, b.largest);
    out.count = a.count + b.count;
    return out;
}

fn reduce(lane: u32, mine: Summary) {
    shared_summaries[lane] = mine;
    workgroupBarrier();
    var active_lanes = LANES / 2u;
    loop {
        if active_lanes == 0u {
            break;
        }
        if lane < active_lanes {
            shared_summaries[lane] = joined(shared_summaries[lane], shared_summaries[lane + active_lanes]);
        }
        workgroupBarrier();
        continuing {
            active_lanes = active_lanes / 2u;
        }
    }
}

@compute @workgroup_size(LANES)
fn first(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    var mine = empty();
    for (var i = id.x; i < arrayLength(&values); i += groups.x * LANES) {
        let value = values[i];
        mine = joined(mine, Summary(value, value, value, 1u));
    }
    reduce(lane, mine);
    if lane == 0u {
        partial[group.x] = shared_summaries[0];
    }
}

@compute @workgroup_size(LANES)
fn last(@builtin(local_invocation_index) lane: u32) {
    var mine = empty();
    if lane < arrayLength(&partial) {
        mine = partial[lane];
    }
    reduce(lane, mine);
    if lane == 0u {
        result = shared_summaries[0];
    }
}
