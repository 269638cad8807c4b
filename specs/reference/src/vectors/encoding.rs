//! `encoding.json`.

use super::json::Vector;
use super::{keys, names, objects, render};
use crate::hashing::{self, CONTEXTS};

/// The file's text.
pub(super) fn file() -> String {
    render(
        "specs/encoding.md",
        vec![
            ("blobs", blobs()),
            ("contexts", contexts()),
            ("objects", objects::vectors()),
            ("object_truncations", objects::truncations()),
            ("signatures", keys::signatures()),
            ("keys", keys::keys()),
            ("key_files", keys::key_files()),
            ("base58", keys::base58()),
            ("names", names::vectors()),
        ],
    )
}

/// Plain hashes, around the sizes where BLAKE3 changes what it does: a block has 64 bytes, a chunk 1,024.
fn blobs() -> Vec<Vector> {
    let sizes = [0, 1, 63, 64, 65, 1_023, 1_024, 1_025, 2_048, 2_049, 65_536, 65_537];
    let vector = |size: usize| {
        let content = vec![0x61; size];
        Vector::new(format!("{size} times 'a'"), "a context, or a length, mixed into the hash of a blob")
            .bytes("content", &content)
            .bytes("hash", &hashing::blob(&content))
    };
    sizes.into_iter().map(vector).collect()
}

fn contexts() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for (kind, context) in CONTEXTS {
        for content in [&b""[..], b"assay"] {
            let name = format!("{kind}, {} bytes", content.len());
            let vector = Vector::new(name, "a context with another letter, or one used for two kinds of object");
            vectors.push(
                vector
                    .text("kind", kind)
                    .text("context", context)
                    .bytes("content", content)
                    .bytes("hash", &hashing::object(context, content)),
            );
        }
    }
    vectors
}
