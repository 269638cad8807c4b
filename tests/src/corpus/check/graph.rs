//! Paths and cells, exactly.

use super::{same, sizes};
use crate::corpus::run::Buffers;

pub fn floyd_warshall(before: &Buffers, after: &Buffers) -> Result<(), String> {
    const N: usize = 128;
    let mut d = before.u32("distances");
    for k in 0..N {
        for i in 0..N {
            for j in 0..N {
                d[i * N + j] = d[i * N + j].min(d[i * N + k] + d[k * N + j]);
            }
        }
    }
    same("distances", &after.u32("distances"), &d)
}

pub fn life(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [words, rows] = sizes(before, "board");
    let columns = 32 * words;
    let alive = |word: &u32| (0..32).map(|bit| u8::try_from(word >> bit & 1).unwrap_or(0)).collect::<Vec<u8>>();
    let mut cells: Vec<u8> = before.u32("even").iter().flat_map(alive).collect();
    for _ in 0..16 {
        // Three cells of each row, then three rows.
        let mut across = vec![0; cells.len()];
        for (sums, row) in across.chunks_exact_mut(columns).zip(cells.chunks_exact(columns)) {
            for x in 0..columns {
                sums[x] = row[(x + columns - 1) % columns] + row[x] + row[(x + 1) % columns];
            }
        }
        let mut next = vec![0; cells.len()];
        for y in 0..rows {
            let (above, below) = ((y + rows - 1) % rows * columns, (y + 1) % rows * columns);
            for x in 0..columns {
                let at = y * columns + x;
                let neighbours = across[above + x] + across[at] + across[below + x] - cells[at];
                next[at] = u8::from(neighbours == 3 || neighbours == 2 && cells[at] == 1);
            }
        }
        cells = next;
    }
    let found: Vec<u8> = after.u32("even").iter().flat_map(alive).collect();
    same("cells", &found, &cells)
}
