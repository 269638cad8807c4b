// Local alignment (Smith-Waterman, affine gaps): one workgroup a pair of sequences, anti-diagonals in workgroup memory.

const LENGTH = 96u;

struct Scores {
    match_score: i32,
    mismatch: i32,
    open: i32,
    extend: i32,
}

struct Best {
    score: i32,
    row: u32,
    column: u32,
}

@group(0) @binding(0) var<uniform> scores: Scores;
// Four bases a word, 8 bits each.
@group(0) @binding(1) var<storage, read> queries: array<u32>;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read_write> best: array<Best>;

var<workgroup> h: array<array<i32, LENGTH + 1u>, 3>;
var<workgroup> e: array<array<i32, LENGTH + 1u>, 2>;
var<workgroup> f: array<array<i32, LENGTH + 1u>, 2>;
var<workgroup> found: array<Best, LENGTH>;

fn base_at(words: u32, index: u32) -> u32 {
    return (words >> ((index & 3u) * 8u)) & 3u;
}

fn better(a: Best, b: Best) -> bool {
    if a.score != b.score {
        return a.score > b.score;
    }
    return a.row < b.row || (a.row == b.row && a.column < b.column);
}

// Diagonal d holds the cells (row, column) with row + column = d, by row from 1; index 0 is the border.
@compute @workgroup_size(LENGTH)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = lane + 1u;
    let mine = base_at(queries[group.x * (LENGTH / 4u) + lane / 4u], lane);
    var best_mine = Best(0, 0u, 0u);
    for (var d = 2u; d <= 2u * LENGTH; d++) {
        let now = d % 3u;
        let before = (d + 2u) % 3u;
        let two_before = (d + 1u) % 3u;
        let column = d - row;
        if d > row && column <= LENGTH {
            let other = base_at(targets[group.x * (LENGTH / 4u) + (column - 1u) / 4u], column - 1u);
            let similarity = select(scores.mismatch, scores.match_score, mine == other);
            // e: a gap in the query (from the left), f: a gap in the target (from above).
            let left_h = select(0, h[before][row], column > 1u);
            let left_e = select(-1000, e[(d + 1u) % 2u][row], column > 1u);
            let gap_e = max(left_h - scores.open, left_e - scores.extend);
            let above_f = select(-1000, f[(d + 1u) % 2u][row - 1u], row > 1u);
            let above_h = select(0, h[before][row - 1u], row > 1u);
            let gap_f = max(above_h - scores.open, above_f - scores.extend);
            let diagonal = select(0, h[two_before][row - 1u], row > 1u && column > 1u);
            let score = max(max(0, diagonal + similarity), max(gap_e, gap_f));
            e[d % 2u][row] = gap_e;
            f[d % 2u][row] = gap_f;
            h[now][row] = score;
            if score > best_mine.score {
                best_mine = Best(score, row, column);
            }
        }
        workgroupBarrier();
    }
    found[lane] = best_mine;
    workgroupBarrier();
    if lane == 0u {
        var winner = found[0];
        for (var i = 1u; i < LENGTH; i++) {
            if better(found[i], winner) {
                winner = found[i];
            }
        }
        best[group.x] = winner;
    }
}
