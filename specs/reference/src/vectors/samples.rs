//! The package, job, outcome and receipt from which the vectors are made, and the small edits that make them wrong.
//!
//! Keys have seeds that anyone can type: a publisher of 32 times 07, a requester of 08, a provider of 09.

use crate::hashing;
use crate::job::Job;
use crate::limits::Limits;
use crate::manifest::{Blob, EnvVar, Manifest, NamedBlob, TestCase};
use crate::outcome::{Outcome, Status};
use crate::receipt::Receipt;
use crate::signing::{self, Kind};
use crate::transcript::Call;
use crate::{PROFILE, package, receipt, transcript};

pub(super) const PUBLISHER: [u8; 32] = [7; 32];
pub(super) const REQUESTER: [u8; 32] = [8; 32];
pub(super) const PROVIDER: [u8; 32] = [9; 32];

/// The smallest module that may run: it exports `_start`, which returns.
pub(super) const MODULE: &[u8] = b"\0asm\x01\0\0\0\
    \x01\x04\x01\x60\0\0\
    \x03\x02\x01\0\
    \x07\x0a\x01\x06_start\0\0\
    \x0a\x04\x01\x02\0\x0b";

/// The two distinct blobs of the sample's test cases, in the order of the file.
pub(super) const BLOBS: [&[u8]; 2] = [b"hello, assay\n", b"1,2,3\n"];

pub(super) fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| text.to_string()).collect()
}

pub(super) fn env(pairs: &[(&str, &str)]) -> Vec<EnvVar> {
    let var = |(name, value): &(&str, &str)| EnvVar { name: name.to_string(), value: value.to_string() };
    pairs.iter().map(var).collect()
}

pub(super) fn named(pairs: &[(&str, &[u8])]) -> Vec<NamedBlob> {
    let named = |(name, content): &(&str, &[u8])| NamedBlob { name: name.to_string(), blob: Blob::of(content) };
    pairs.iter().map(named).collect()
}

/// A test case without arguments, environment and inputs.
pub(super) fn test_case(name: &str) -> TestCase {
    TestCase { name: name.to_string(), args: vec![], env: vec![], inputs: vec![], outcome: [0x33; 32] }
}

/// A manifest with a bit of everything: two test cases that share a blob.
pub(super) fn manifest() -> Manifest {
    let first = TestCase {
        args: strings(&["--verbose", "", "größe"]),
        env: env(&[("LANG", "C"), ("TZ", "")]),
        inputs: named(&[("greeting.txt", BLOBS[0]), ("table.csv", BLOBS[1])]),
        ..test_case("first")
    };
    let second = TestCase { inputs: named(&[("stdin", BLOBS[0])]), ..test_case("second") };
    Manifest {
        profile: PROFILE.to_string(),
        name: "sample".to_string(),
        version: "1.0.0".to_string(),
        module: Blob::of(MODULE),
        limits: Limits::defaults(),
        tests: vec![first, second],
        publisher: signing::public_key(&PUBLISHER),
    }
}

/// A manifest without test cases, for vectors that are about something else.
pub(super) fn bare_manifest() -> Manifest {
    Manifest { tests: vec![], ..manifest() }
}

/// A package of these bytes as manifest, signed by the publisher whatever they are.
pub(super) fn sign_package(manifest: &[u8], module: &[u8], blobs: &[&[u8]]) -> Vec<u8> {
    let hash = hashing::object(hashing::MANIFEST, manifest);
    let signature = signing::sign(&PUBLISHER, Kind::Manifest, &hash);
    package::assemble(manifest, &signature, module, blobs)
}

/// The sample package.
pub(super) fn sample_package() -> Vec<u8> {
    sign_package(&manifest().encode(), MODULE, &BLOBS)
}

/// A job of the sample package.
pub(super) fn job() -> Job {
    Job {
        profile: PROFILE.to_string(),
        module: hashing::blob(MODULE),
        limits: Limits::defaults(),
        args: strings(&["--verbose", "", "größe"]),
        env: env(&[("LANG", "C"), ("TZ", "")]),
        inputs: named(&[("greeting.txt", BLOBS[0]), ("table.csv", BLOBS[1])]),
    }
}

/// What the job gave.
pub(super) fn outcome() -> Outcome {
    Outcome {
        status: Status::Completed(0),
        fuel: 123_456,
        outputs: named(&[("report/größe.txt", b"12\n"), ("sum.csv", b"6\n")]),
        stdout: Blob::of(b"done\n"),
        stderr: Blob::of(b""),
    }
}

/// `count` host calls.
pub(super) fn calls(count: u64) -> Vec<Call> {
    let functions = ["wasi_snapshot_preview1.fd_write", "wasi_snapshot_preview1.random_get", "assay_v1.progress"];
    (0..count)
        .map(|index| Call {
            index,
            function: functions[(index % 3) as usize].to_string(),
            args: hashing::blob(&index.to_le_bytes()),
            results: hashing::blob(&[0; 4]),
            fuel: 1_000 * index + 17,
        })
        .collect()
}

/// A receipt for this job and outcome.
pub(super) fn receipt(job: &Job, outcome: &Outcome) -> Receipt {
    let leaves: Vec<_> = calls(3).iter().map(Call::leaf).collect();
    Receipt {
        profile: PROFILE.to_string(),
        package: manifest().hash(),
        job: job.id(),
        outcome: outcome.hash(),
        transcript: transcript::root(&leaves),
        calls: 3,
        provider: signing::public_key(&PROVIDER),
    }
}

/// The parts of a receipt file, to be exchanged one by one.
pub(super) struct ReceiptParts {
    pub(super) receipt: Vec<u8>,
    pub(super) provider_signature: [u8; 64],
    pub(super) job: Vec<u8>,
    pub(super) requester: [u8; 32],
    pub(super) requester_signature: [u8; 64],
    pub(super) outcome: Vec<u8>,
}

impl ReceiptParts {
    /// Everything signed and consistent.
    pub(super) fn of(job: &Job, outcome: &Outcome) -> ReceiptParts {
        let receipt = receipt(job, outcome);
        ReceiptParts {
            provider_signature: signing::sign(&PROVIDER, Kind::Receipt, &receipt.hash()),
            receipt: receipt.encode(),
            job: job.encode(),
            requester: signing::public_key(&REQUESTER),
            requester_signature: signing::sign(&REQUESTER, Kind::Job, &job.id()),
            outcome: outcome.encode(),
        }
    }

    /// Exchanges the receipt, signed by the provider whatever it is.
    pub(super) fn with_receipt(mut self, receipt: Vec<u8>) -> ReceiptParts {
        let hash = hashing::object(hashing::RECEIPT, &receipt);
        self.provider_signature = signing::sign(&PROVIDER, Kind::Receipt, &hash);
        self.receipt = receipt;
        self
    }

    /// The file.
    pub(super) fn file(&self) -> Vec<u8> {
        receipt::assemble(&self.receipt, &self.provider_signature, &self.job, &self.requester, &self.requester_signature, &self.outcome)
    }
}

/// `bytes` with the one place where `old` stands replaced by `new`.
pub(super) fn replace(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut places = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(old));
    let at = places.next().expect("what is to be replaced is there");
    assert!(places.next().is_none(), "and it is there only once");
    [&bytes[..at], new, &bytes[at + old.len()..]].concat()
}

/// `bytes` with the last `old.len()` bytes, or some earlier number, cut off.
pub(super) fn without_last(bytes: &[u8], count: usize) -> Vec<u8> {
    bytes[..bytes.len() - count].to_vec()
}

/// `bytes` and one more.
pub(super) fn with_byte(bytes: &[u8], byte: u8) -> Vec<u8> {
    [bytes, &[byte]].concat()
}

/// `bytes` with the lowest bit of the byte at `place` turned over.
pub(super) fn flipped(bytes: &[u8], place: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[place] ^= 1;
    bytes
}

/// S plus the group order: the same signature equation, another 64 bytes.
pub(super) fn malleated(signature: &[u8; 64]) -> [u8; 64] {
    /// 2²⁵² + 27742317777372353535851937790883648493, little-endian.
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0x10,
    ];
    let mut signature = *signature;
    let mut carry = 0;
    for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
    signature
}

/// A key of small order, the neutral point, with a signature that plain Ed25519 accepts for *every*
/// message: S·B = R + k·0 holds for R = S·B. Such a key signs without anyone having signed.
pub(super) fn small_order_key_and_signature() -> ([u8; 32], [u8; 64]) {
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let secret = ed25519_dalek::SigningKey::from_bytes(&[1; 32]);
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&secret.verifying_key().to_bytes());
    signature[32..].copy_from_slice(&secret.to_scalar().to_bytes());
    (neutral, signature)
}
