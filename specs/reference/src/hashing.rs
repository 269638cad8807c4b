//! # BLAKE3, one context for each kind of object (encoding.md, section 2)
//!
//! A blob is hashed plainly, so that `b3sum` shows the same digits. Everything that has a structure
//! is hashed with `derive_key` and the context of its kind. Then bytes that happen to decode as
//! two kinds of object still have two hashes, and a signature over one says nothing about the other.

/// 32 bytes of BLAKE3.
pub type Hash = [u8; 32];

/// Context of a manifest.
pub const MANIFEST: &str = "assay 2026-11-23 manifest v1";
/// Context of a job.
pub const JOB: &str = "assay 2026-11-23 job v1";
/// Context of an outcome.
pub const OUTCOME: &str = "assay 2026-11-23 outcome v1";
/// Context of a host call, a leaf of a transcript.
pub const CALL: &str = "assay 2026-11-23 call v1";
/// Context of an inner node of a transcript.
pub const TRANSCRIPT_NODE: &str = "assay 2026-11-23 transcript node v1";
/// Context of a transcript's root.
pub const TRANSCRIPT_ROOT: &str = "assay 2026-11-23 transcript root v1";
/// Context of a receipt.
pub const RECEIPT: &str = "assay 2026-11-23 receipt v1";
/// Context of a job's random stream.
pub const RANDOM: &str = "assay 2026-11-23 random v1";

/// Every kind of object with its context, in the order of the table.
pub const CONTEXTS: [(&str, &str); 8] = [
    ("manifest", MANIFEST),
    ("job", JOB),
    ("outcome", OUTCOME),
    ("call", CALL),
    ("transcript node", TRANSCRIPT_NODE),
    ("transcript root", TRANSCRIPT_ROOT),
    ("receipt", RECEIPT),
    ("random", RANDOM),
];

/// The hash of a blob: what `b3sum` prints.
pub fn blob(bytes: &[u8]) -> Hash {
    *blake3::hash(bytes).as_bytes()
}

/// The hash of an object: `derive_key(context, encoding)`.
pub fn object(context: &str, encoding: &[u8]) -> Hash {
    blake3::derive_key(context, encoding)
}
