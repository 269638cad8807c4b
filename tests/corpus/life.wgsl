// Conway's Game of Life on a torus, 32 cells a word, counted by bitwise addition.

struct Board {
    words: u32,
    rows: u32,
}

@group(0) @binding(0) var<uniform> board: Board;
@group(0) @binding(1) var<storage, read> cells: array<u32>;
@group(0) @binding(2) var<storage, read_write> next: array<u32>;

struct Neighbours {
    west: u32,
    here: u32,
    east: u32,
}

fn row_of(x: u32, y: u32) -> Neighbours {
    let base = (y % board.rows) * board.words;
    let word = cells[base + x];
    let before = cells[base + (x + board.words - 1u) % board.words];
    let after = cells[base + (x + 1u) % board.words];
    return Neighbours((word << 1u) | (before >> 31u), word, (word >> 1u) | (after << 31u));
}

// Sum and carry of three bits.
fn add3(a: u32, b: u32, c: u32) -> vec2<u32> {
    let x = a ^ b;
    return vec2<u32>(x ^ c, (a & b) | (x & c));
}

@compute @workgroup_size(8, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= board.words || id.y >= board.rows {
        return;
    }
    let above = row_of(id.x, id.y + board.rows - 1u);
    let middle = row_of(id.x, id.y);
    let below = row_of(id.x, id.y + 1u);

    let first = add3(above.west, above.here, above.east);
    let second = add3(below.west, below.here, below.east);
    let sides = vec2<u32>(middle.west ^ middle.east, middle.west & middle.east);
    let ones = add3(first.x, second.x, sides.x);
    let twos = add3(first.y, second.y, sides.y);
    let two = twos.x ^ ones.y;
    let four = twos.y | (twos.x & ones.y);
    // Alive with three neighbours, or with two when alive already.
    next[id.y * board.words + id.x] = two & ~four & (ones.x | middle.here);
}
