// Edit distance of pairs of words, along anti-diagonals; one workgroup a pair.

override LENGTH: u32 = 128;

@group(0) @binding(0) var<storage, read> first: array<u32>;
@group(0) @binding(1) var<storage, read> second: array<u32>;
@group(0) @binding(2) var<storage, read_write> distances: array<u32>;

var<workgroup> diagonals: array<array<u32, 129>, 3>;

@compute @workgroup_size(LENGTH)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = lane + 1u;
    let symbol = first[group.x * LENGTH + lane];
    // Diagonals 0 and 1: the borders alone.
    if lane == 0u {
        diagonals[0][0] = 0u;
        diagonals[1][0] = 1u;
        diagonals[1][1] = 1u;
    }
    workgroupBarrier();
    for (var d = 2u; d <= 2u * LENGTH; d++) {
        let now = d % 3u;
        let before = (d + 2u) % 3u;
        let two_before = (d + 1u) % 3u;
        if lane == 0u && d <= LENGTH {
            diagonals[now][0] = d;
        }
        if row == d {
            diagonals[now][row] = d;
        } else if row < d && d - row <= LENGTH {
            let column = d - row;
            let same = symbol == second[group.x * LENGTH + column - 1u];
            let replaced = diagonals[two_before][row - 1u] + select(1u, 0u, same);
            let removed = diagonals[before][row - 1u] + 1u;
            let added = diagonals[before][row] + 1u;
            diagonals[now][row] = min(replaced, min(removed, added));
        }
        workgroupBarrier();
    }
    if row == LENGTH {
        distances[group.x] = diagonals[(2u * LENGTH) % 3u][LENGTH];
    }
}
