//! What a file holds: bytes in chunks of 64 KiB, where a chunk that nobody wrote takes no memory.
//!
//! ```text
//! length 200,000     [ chunk 0: 65,536 bytes ][ chunk 1: empty ][ chunk 2: 10 bytes ][ chunk 3: empty ]
//!                      written                  all zeros         10, then zeros       all zeros
//! ```
//!
//! **Why not one `Vec<u8>`?** A guest may grow a file by 16 GiB in one call, shrink it, and grow it again, for the price of a host call. Here each of these
//! costs a table of chunks and nothing else; and truncating gives memory back at once, so a guest cannot hold more than its quota by files that used to be
//! long. Within a chunk appending is amortised as in any `Vec`.

use crate::host::errno::Refusal;

/// Bytes of a chunk: large enough that copying dominates, small enough that a sparse file stays sparse.
const CHUNK_BYTES: usize = 65_536;

/// The bytes of one file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Content {
    length: u64,
    /// Chunk `i` holds the bytes from `i · CHUNK_BYTES`. What lies beyond a chunk's own length, and beyond the last chunk, is zero.
    chunks: Vec<Vec<u8>>,
}

impl Content {
    /// Length in bytes.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Fills `buffer` from `offset` on. The caller asks for no more than there is; what lies past the end reads as zeros.
    pub(crate) fn read(&self, offset: u64, buffer: &mut [u8]) {
        let mut at = offset;
        let mut rest = buffer;
        while !rest.is_empty() {
            let (index, within) = place(at);
            let take = rest.len().min(CHUNK_BYTES - within);
            let (now, later) = rest.split_at_mut(take);
            let chunk = index.and_then(|index| self.chunks.get(index)).map_or(&[][..], Vec::as_slice);
            let present = chunk.get(within..).unwrap_or_default();
            let copied = present.len().min(take);
            now[..copied].copy_from_slice(&present[..copied]);
            now[copied..].fill(0);
            at = at.saturating_add(take as u64);
            rest = later;
        }
    }

    /// Writes `data` at `offset`, growing the file as needed. Quotas have been checked by the caller.
    pub(crate) fn write(&mut self, offset: u64, data: &[u8]) -> Result<(), Refusal> {
        let mut at = offset;
        let mut rest = data;
        while !rest.is_empty() {
            let (index, within) = place(at);
            let index = index.ok_or(Refusal::HostMemory)?;
            let (now, later) = rest.split_at(rest.len().min(CHUNK_BYTES - within));
            if index >= self.chunks.len() {
                self.chunks.try_reserve(index + 1 - self.chunks.len())?;
                self.chunks.resize_with(index + 1, Vec::new);
            }
            write_chunk(&mut self.chunks[index], within, now)?;
            at = at.saturating_add(now.len() as u64);
            rest = later;
        }
        if !data.is_empty() {
            self.length = self.length.max(at);
        }
        Ok(())
    }

    /// Cuts off, or adds zeros. Memory of what is cut off is given back.
    pub(crate) fn resize(&mut self, length: u64) {
        if length < self.length {
            let (index, within) = place(length);
            let index = index.unwrap_or(usize::MAX);
            self.chunks.truncate(index.saturating_add(usize::from(within > 0)));
            if let Some(last) = self.chunks.get_mut(index) {
                last.truncate(within);
                last.shrink_to(within);
            }
            // The table itself is at most 1/2730 of what it described; give it back when it has become mostly empty.
            if self.chunks.len() < self.chunks.capacity() / 4 {
                self.chunks.shrink_to_fit();
            }
        }
        self.length = length;
    }

    /// All bytes in one piece. Chunks are released as they are copied.
    pub(crate) fn into_bytes(self) -> Result<Vec<u8>, Refusal> {
        let length = usize::try_from(self.length).map_err(|_| Refusal::HostMemory)?;
        let mut chunks = self.chunks;
        if chunks.len() == 1 {
            // The common small file: no copy, no second allocation of the same size.
            let mut only = chunks.pop().unwrap_or_default();
            only.try_reserve_exact(length.saturating_sub(only.len()))?;
            only.resize(length, 0);
            return Ok(only);
        }
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length)?;
        for (index, chunk) in chunks.into_iter().enumerate() {
            bytes.resize(index * CHUNK_BYTES, 0);
            bytes.extend_from_slice(&chunk);
        }
        bytes.resize(length, 0);
        Ok(bytes)
    }
}

/// Which chunk a byte lies in, and where in it. No chunk if this machine cannot count that far.
fn place(offset: u64) -> (Option<usize>, usize) {
    let chunk = CHUNK_BYTES as u64;
    (usize::try_from(offset / chunk).ok(), (offset % chunk) as usize)
}

fn write_chunk(chunk: &mut Vec<u8>, within: usize, data: &[u8]) -> Result<(), Refusal> {
    let end = within + data.len();
    if end > chunk.len() {
        chunk.try_reserve(end - chunk.len())?;
    }
    if chunk.len() < within {
        chunk.resize(within, 0);
    }
    let overlap = (chunk.len() - within).min(data.len());
    let (over, new) = data.split_at(overlap);
    chunk[within..within + overlap].copy_from_slice(over);
    chunk.extend_from_slice(new);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(content: &Content) -> Vec<u8> {
        let mut bytes = vec![0xAA; content.length() as usize];
        content.read(0, &mut bytes);
        bytes
    }

    /// Every write, cut and growth around chunk boundaries, against one flat vector.
    #[test]
    fn agrees_with_a_flat_vector() {
        let edges = [0, 1, 10, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES + 7];
        let mut content = Content::default();
        let mut flat: Vec<u8> = Vec::new();
        let mut state = 1_u32;
        for round in 0..600 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let offset = edges[(state >> 8) as usize % edges.len()];
            let count = edges[(state >> 16) as usize % edges.len()];
            if state >> 30 == 0 {
                content.resize(offset as u64);
                flat.resize(offset, 0);
            } else {
                let data = vec![round as u8 | 1; count];
                content.write(offset as u64, &data).expect("memory");
                if count > 0 {
                    flat.resize(flat.len().max(offset + count), 0);
                    flat[offset..offset + count].copy_from_slice(&data);
                }
            }
            assert!(all(&content) == flat, "round {round}");
            assert!(content.clone().into_bytes().expect("memory") == flat, "round {round}");
        }
    }

    #[test]
    fn holes_and_cuts_take_no_memory() {
        let mut content = Content::default();
        content.resize(1 << 40);
        assert!(content.chunks.is_empty());
        content.write(10 * CHUNK_BYTES as u64, b"x").expect("memory");
        assert!(content.chunks[..10].iter().all(|chunk| chunk.capacity() == 0));
        content.write(0, &vec![1; 4 * CHUNK_BYTES]).expect("memory");
        content.resize(0);
        assert_eq!(content.chunks.capacity(), 0);
    }

    #[test]
    fn cut_bytes_do_not_come_back() {
        let mut content = Content::default();
        content.write(0, b"secret").expect("memory");
        content.resize(2);
        content.resize(6);
        assert_eq!(all(&content), b"se\0\0\0\0");
    }
}
