//! Argument and result bytes of a call, on their way into the transcript.
//!
//! **Why a buffer in front of the hasher?** Nearly all calls carry less than 1 KiB, which BLAKE3 hashes in one go without setting up a tree; only a long one
//! is streamed.

/// One chunk of BLAKE3.
const SMALL_BYTES: usize = 1024;

/// Collects bytes and hashes them.
#[derive(Debug)]
pub(crate) struct Digest {
    small: Vec<u8>,
    /// Holds what has outgrown `small`.
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Digest {
    /// Nothing collected.
    pub(crate) fn new() -> Self {
        Self { small: Vec::with_capacity(SMALL_BYTES), hasher: blake3::Hasher::new(), bytes: 0 }
    }

    /// Appends bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        if self.small.len() + bytes.len() <= SMALL_BYTES {
            self.small.extend_from_slice(bytes);
        } else {
            self.hasher.update(&self.small);
            self.small.clear();
            self.hasher.update(bytes);
        }
    }

    /// How many bytes were collected.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Forgets what was collected.
    pub(crate) fn clear(&mut self) {
        self.small.clear();
        self.bytes = 0;
        if self.hasher.count() > 0 {
            self.hasher.reset();
        }
    }

    /// The hash of what was collected and how many bytes it was; starts anew.
    pub(crate) fn finish(&mut self) -> ([u8; 32], u64) {
        let bytes = self.bytes;
        let hash = if self.hasher.count() == 0 {
            blake3::hash(&self.small)
        } else {
            self.hasher.update(&self.small);
            self.hasher.finalize()
        };
        self.clear();
        (*hash.as_bytes(), bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_hash_like_the_whole() {
        let data: Vec<u8> = (0..10_000_u32).map(|i| i as u8).collect();
        let mut digest = Digest::new();
        for length in [0, 1, 1023, 1024, 1025, 2048, 10_000] {
            for piece in [1, 7, 1000, 1024, 1025, 10_000] {
                digest.push(b"forgotten");
                digest.clear();
                data[..length].chunks(piece).for_each(|part| digest.push(part));
                let expected = (*blake3::hash(&data[..length]).as_bytes(), length as u64);
                assert_eq!(digest.finish(), expected, "{length} bytes by {piece}");
            }
        }
    }
}
