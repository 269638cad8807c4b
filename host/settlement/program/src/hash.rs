//! H(…) of the specification.

use assay_settlement_interface::Key;

/// SHA-256 over `parts`, one behind the other.
pub fn hash(parts: &[&[u8]]) -> Key {
    solana_sha256_hasher::hashv(parts).to_bytes()
}
