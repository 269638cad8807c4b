//! `ledger-files.json`.

mod content;
mod journals;
mod ledgers;
mod outboxes;

use super::json::Vector;
use super::render;
use crate::Refused;

/// The file's text.
pub(super) fn file() -> String {
    render(
        "specs/ledger-files.md",
        vec![
            ("headers", journals::headers()),
            ("journals", [journals::whole(), journals::torn(), journals::damaged()].concat()),
            ("journal_truncations", journals::truncations()),
            ("entries", ledgers::entries()),
            ("slots", ledgers::slots()),
            ("snapshots", ledgers::snapshots()),
            ("snapshot_truncations", ledgers::truncations()),
            ("ledgers", ledgers::together()),
            ("outbox_entries", outboxes::entries()),
            ("outboxes", outboxes::whole()),
        ],
    )
}

/// Bytes none of which is like its neighbours, so that a field in the wrong place, of the wrong width or order is seen.
fn uneven<const N: usize>(first: usize) -> [u8; N] {
    std::array::from_fn(|place| u8::try_from(((first + place) * 37 + 11) % 251).expect("below 251"))
}

/// A vector that is refused by a check, which the reference has to say as well.
fn refused<T>(vector: Vector, name: &str, check: &'static str, answer: Result<T, Refused>) -> Vector {
    assert_eq!(answer.err().map(|why| why.check), Some(check), "{name}");
    vector.refused(check)
}

/// Bytes with others in place of those that stand at a place.
fn with(bytes: &[u8], at: usize, others: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + others.len()].copy_from_slice(others);
    bytes
}

/// Bytes with one bit of one of them flipped.
fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    with(bytes, at, &[bytes[at] ^ 0x10])
}
