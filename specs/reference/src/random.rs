//! # Random (execution.md, section 6)
//!
//! Every job has one endless stream of bytes, the extended output of BLAKE3 keyed by its id. `random_get`
//! takes the next bytes from it; how they are split over calls makes no difference.

use crate::hashing::{Hash, RANDOM};

/// `count` bytes of the job's stream, from `offset` on.
pub fn stream(job: &Hash, offset: u64, count: usize) -> Vec<u8> {
    let mut output = blake3::Hasher::new_derive_key(RANDOM).update(job).finalize_xof();
    output.set_position(offset);
    let mut bytes = vec![0; count];
    output.fill(&mut bytes);
    bytes
}
