//! Bytes for generators, from a seed. Any will do, so long as they are the same each time.

/// `length` bytes that depend on what they are for and on the seed.
pub fn bytes(what_for: &str, seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new_derive_key(what_for).update(&seed.to_le_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}
