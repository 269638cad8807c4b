// All shortest paths, blocked: the diagonal tile, then its row and column, then the rest.

const TILE = 16u;

struct Params {
    round: u32,
    tiles: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> distances: array<u32>;

var<workgroup> left: array<array<u32, TILE>, TILE>;
var<workgroup> right: array<array<u32, TILE>, TILE>;

fn index_of(tile: vec2<u32>, local: vec2<u32>) -> u32 {
    return (tile.y * TILE + local.y) * params.tiles * TILE + tile.x * TILE + local.x;
}

@compute @workgroup_size(TILE, TILE)
fn diagonal(@builtin(local_invocation_id) local: vec3<u32>) {
    let at = index_of(vec2<u32>(params.round), local.xy);
    left[local.y][local.x] = distances[at];
    workgroupBarrier();
    for (var k = 0u; k < TILE; k++) {
        let through = left[local.y][k] + left[k][local.x];
        workgroupBarrier();
        left[local.y][local.x] = min(left[local.y][local.x], through);
        workgroupBarrier();
    }
    distances[at] = left[local.y][local.x];
}

// Workgroups (t, 0): tiles of the row of the diagonal tile; (t, 1): of its column.
@compute @workgroup_size(TILE, TILE)
fn row_and_column(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let is_row = group.y == 0u;
    let other = group.x + select(0u, 1u, group.x >= params.round);
    let tile = select(vec2<u32>(params.round, other), vec2<u32>(other, params.round), is_row);
    let at = index_of(tile, local.xy);
    let centre = distances[index_of(vec2<u32>(params.round), local.xy)];
    let mine = distances[at];
    left[local.y][local.x] = select(mine, centre, is_row);
    right[local.y][local.x] = select(centre, mine, is_row);
    workgroupBarrier();
    var shortest = mine;
    for (var k = 0u; k < TILE; k++) {
        shortest = min(shortest, left[local.y][k] + right[k][local.x]);
        workgroupBarrier();
        if is_row {
            right[local.y][local.x] = shortest;
        } else {
            left[local.y][local.x] = shortest;
        }
        workgroupBarrier();
    }
    distances[at] = shortest;
}

@compute @workgroup_size(TILE, TILE)
fn rest(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let tile = group.xy + select(vec2<u32>(0u), vec2<u32>(1u), group.xy >= vec2<u32>(params.round));
    left[local.y][local.x] = distances[index_of(vec2<u32>(params.round, tile.y), local.xy)];
    right[local.y][local.x] = distances[index_of(vec2<u32>(tile.x, params.round), local.xy)];
    workgroupBarrier();
    let at = index_of(tile, local.xy);
    var shortest = distances[at];
    for (var k = 0u; k < TILE; k++) {
        shortest = min(shortest, left[local.y][k] + right[k][local.x]);
    }
    distances[at] = shortest;
}
