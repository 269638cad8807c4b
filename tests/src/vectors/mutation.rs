//! Files that nobody thought of: good ones, edited at random.
//!
//! A blind edit of a signed file nearly always ends at the signature, and the checks behind it would never
//! be tried. So an edit can also be made *inside*: one part is edited, then every hash and signature over it is
//! made anew with the keys of the vectors. What is left to find fault with is the part itself.

use assay_reference::hashing::{self, JOB, MANIFEST, OUTCOME, RECEIPT};
use assay_reference::signing::{self, Kind};
use assay_reference::{package, receipt};

/// Seeds of the keys that signed the vectors.
const PUBLISHER: [u8; 32] = [7; 32];
const REQUESTER: [u8; 32] = [8; 32];
const PROVIDER: [u8; 32] = [9; 32];

/// One edit. Every value of the three means something, so a fuzzer can choose them.
#[derive(Debug, Clone, Copy, arbitrary::Arbitrary)]
pub struct Edit {
    /// What is done.
    pub what: u8,
    /// Where, modulo the length.
    pub at: u32,
    /// With what.
    pub value: u32,
}

/// Numbers at which lengths, counts and offsets go wrong.
const EDGES: [u64; 12] = [0, 1, 2, 255, 4_096, 65_536, 1 << 20, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 63, u64::MAX];

impl Edit {
    /// Edits `bytes`; `other` is what a splice takes from.
    pub fn apply(self, bytes: &mut Vec<u8>, other: &[u8]) {
        let at = self.at as usize % (bytes.len() + 1);
        let count = self.value as usize % 48;
        let end = (at + count).min(bytes.len());
        let edge = EDGES[self.value as usize % EDGES.len()].to_le_bytes();
        match self.what % 10 {
            // A flip is the likeliest: most of a file is hashes and numbers, where it leaves a good file.
            0..=2 if at < bytes.len() => bytes[at] ^= 1 << (self.value % 8),
            3 => bytes.truncate(at),
            4 => drop(bytes.drain(at..end)),
            5 => drop(bytes.splice(at..at, vec![(self.value >> 8) as u8; count])),
            6 => {
                let again = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, again));
            }
            7 => {
                let from = (self.value as usize >> 6) % (other.len() + 1);
                let taken = &other[from..(from + count).min(other.len())];
                drop(bytes.splice(at..end, taken.iter().copied()));
            }
            8 => overwrite(bytes, at, &edge[..4]),
            9 => overwrite(bytes, at, &edge),
            _ => bytes.push(self.value as u8),
        }
    }
}

fn overwrite(bytes: &mut [u8], at: usize, with: &[u8]) {
    for (byte, new) in bytes[at..].iter_mut().zip(with) {
        *byte = *new;
    }
}

/// Edits a file as it lies there.
pub fn outside(file: &[u8], edits: &[Edit], other: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    for edit in edits {
        edit.apply(&mut file, other);
    }
    file
}

/// Edits the manifest of a good package and signs it again.
pub fn inside_package(good: &package::Package, edits: &[Edit], other: &[u8]) -> Vec<u8> {
    let manifest = outside(&good.manifest.encode(), edits, other);
    let signature = signing::sign(&PUBLISHER, Kind::Manifest, &hashing::object(MANIFEST, &manifest));
    let blobs: Vec<&[u8]> = good.blobs.iter().map(Vec::as_slice).collect();
    package::assemble(&manifest, &signature, &good.module, &blobs)
}

/// Edits one part of a good receipt file, receipt, job or outcome, and hashes and signs all of it again.
pub fn inside_receipt(good: &receipt::ReceiptFile, part: u8, edits: &[Edit], other: &[u8]) -> Vec<u8> {
    let mut parts = [good.receipt.encode(), good.job.encode(), good.outcome.encode()];
    let chosen = usize::from(part % 3);
    parts[chosen] = outside(&parts[chosen], edits, other);
    let [receipt, job, outcome] = parts;
    let job_id = hashing::object(JOB, &job);
    let receipt = match chosen {
        0 => receipt,
        _ => receipt::Receipt { job: job_id, outcome: hashing::object(OUTCOME, &outcome), ..good.receipt.clone() }.encode(),
    };
    receipt::assemble(
        &receipt,
        &signing::sign(&PROVIDER, Kind::Receipt, &hashing::object(RECEIPT, &receipt)),
        &job,
        &good.requester,
        &signing::sign(&REQUESTER, Kind::Job, &job_id),
        &outcome,
    )
}
