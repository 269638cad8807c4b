//! `receipt.json`.

use super::json::{Json, Vector};
use super::render;
use super::samples::{
    self, PROVIDER, PUBLISHER, REQUESTER, ReceiptParts, flipped, malleated, named, replace, sign_package, with_byte, without_last,
};
use crate::hashing;
use crate::job::Job;
use crate::manifest::Manifest;
use crate::outcome::{Outcome, Status};
use crate::receipt::{self, Receipt};
use crate::signing::{self, Kind};
use crate::{package, transcript};

/// The file's text.
pub(super) fn file() -> String {
    render(
        "specs/receipt.md",
        vec![
            (
                "receipts",
                [accepted_receipts(), starts_and_lengths(), parts(), provider_signatures(), jobs(), outcomes(), precedence()]
                    .into_iter()
                    .flatten()
                    .collect(),
            ),
            ("receipt_truncations", truncations()),
            ("receipts_of_packages", of_packages()),
        ],
    )
}

fn good() -> ReceiptParts {
    ReceiptParts::of(&samples::job(), &samples::outcome())
}

fn accepted(name: &str, guards: &str, file: Vec<u8>) -> Vector {
    let read = receipt::read(&file).unwrap_or_else(|why| panic!("{name}: {why}"));
    Vector::new(name, guards)
        .bytes("file", &file)
        .bytes("receipt_hash", &read.receipt.hash())
        .bytes("package", &read.receipt.package)
        .bytes("job_id", &read.job.id())
        .bytes("outcome_hash", &read.outcome.hash())
        .bytes("transcript_root", &read.receipt.transcript)
        .u64("calls", read.receipt.calls)
        .bytes("provider", &read.receipt.provider)
        .bytes("requester", &read.requester)
}

fn refused(check: &'static str, name: &str, guards: &str, file: Vec<u8>) -> Vector {
    let answer = receipt::read(&file).map_err(|why| why.check);
    assert_eq!(answer.err(), Some(check), "{name}");
    Vector::new(name, guards).bytes("file", &file).refused(check)
}

fn accepted_receipts() -> Vec<Vector> {
    let (job, outcome) = (samples::job(), samples::outcome());
    let empty = Job { args: vec![], env: vec![], inputs: vec![], ..job.clone() };
    let ended = |status: Status| ReceiptParts::of(&job, &Outcome { status, outputs: vec![], ..outcome.clone() }).file();
    let no_calls = Receipt { calls: 0, transcript: transcript::root(&[]), ..samples::receipt(&job, &outcome) };
    let mut own = good();
    own.requester = signing::public_key(&PROVIDER);
    own.requester_signature = signing::sign(&PROVIDER, Kind::Job, &job.id());
    vec![
        accepted("the sample", "order and width of every part", good().file()),
        accepted("no arguments, environment, inputs", "empty lists", ReceiptParts::of(&empty, &outcome).file()),
        accepted("exit code 1", "a job that failed is still an outcome", ended(Status::Completed(1))),
        accepted("trapped", "each status", ended(Status::Trapped(7))),
        accepted("out of fuel", "each status", ended(Status::OutOfFuel)),
        accepted("limit exceeded", "each status", ended(Status::LimitExceeded(15))),
        accepted("depth exceeded", "each status", ended(Status::DepthExceeded)),
        accepted("no host calls", "the empty transcript", good().with_receipt(no_calls.encode()).file()),
        accepted("requester and provider are one", "who asked may answer", own.file()),
    ]
}

/// A file whose parts have these bytes in place of good ones.
fn file_of(receipt: &[u8], job: &[u8], outcome: &[u8]) -> Vec<u8> {
    let parts = good();
    receipt::assemble(receipt, &parts.provider_signature, job, &parts.requester, &parts.requester_signature, outcome)
}

fn starts_and_lengths() -> Vec<Vector> {
    let file = good().file();
    let ReceiptParts { receipt, job, outcome, .. } = good();
    let magic = |magic: &[u8]| [magic, &file[8..]].concat();
    let job_at = 8 + 4 + receipt.len() + 64;
    let outcome_at = job_at + 4 + job.len() + 32 + 64;
    let length = |at: usize, length: u32| [&file[..at], &length.to_le_bytes(), &file[at + 4..]].concat();
    const MAGIC: &str = "another kind of file, read all the same";
    const LENGTH: &str = "memory reserved for a length that a stranger wrote";
    const LONGEST: &str = "one byte above the longest";
    const STILL: &str = "the longest part is still decoded";
    vec![
        refused("receipt.magic", "empty file", "reading from nothing", vec![]),
        refused("receipt.magic", "a package's magic", MAGIC, magic(b"\x7fASSAYP\x02")),
        refused("receipt.magic", "a transcript's magic", MAGIC, magic(b"\x7fASSAYT\x01")),
        refused("receipt.magic", "format 1", "a job of 16 limits read as one of 23", magic(b"\x7fASSAYR\x01")),
        refused("receipt.magic", "format 3", "a format that is not defined yet", magic(b"\x7fASSAYR\x03")),
        refused("receipt.magic", "a package", MAGIC, samples::sample_package()),
        refused("receipt.length", "one byte after the end", "two files, one meaning", with_byte(&file, 0)),
        refused("receipt.length", "the file twice", "two files, one meaning", file.repeat(2)),
        refused("receipt.length", "receipt of 2³²−1 bytes", LENGTH, length(8, u32::MAX)),
        refused("receipt.length", "job of 2³²−1 bytes", LENGTH, length(job_at, u32::MAX)),
        refused("receipt.length", "outcome of 2³²−1 bytes", LENGTH, length(outcome_at, u32::MAX)),
        refused(
            "receipt.length",
            "outcome one byte longer than it is",
            "reading past the end",
            length(outcome_at, u32::try_from(outcome.len()).expect("short") + 1),
        ),
        refused(
            "receipt.length",
            "outcome one byte shorter than it is",
            "bytes left over",
            length(outcome_at, u32::try_from(outcome.len()).expect("short") - 1),
        ),
        refused("receipt.decode", "receipt of 4,096 bytes, all zero", STILL, file_of(&[0; 4_096], &job, &outcome)),
        refused("receipt.length", "receipt of 4,097 bytes, all zero", LONGEST, file_of(&[0; 4_097], &job, &outcome)),
        refused("receipt.decode", "job of 4 MiB, all zero", STILL, file_of(&receipt, &vec![0; 4 << 20], &outcome)),
        refused("receipt.length", "job of 4 MiB and 1 byte, all zero", LONGEST, file_of(&receipt, &vec![0; (4 << 20) + 1], &outcome)),
        refused("receipt.decode", "outcome of 64 MiB, all zero", STILL, file_of(&receipt, &job, &vec![0; 64 << 20])),
        refused("receipt.length", "outcome of 64 MiB and 1 byte, all zero", LONGEST, file_of(&receipt, &job, &vec![0; (64 << 20) + 1])),
    ]
}

/// Parts that do not decode, or break a rule of their section, with every signature good.
fn parts() -> Vec<Vector> {
    let ReceiptParts { receipt, job, outcome, .. } = good();
    let bad_receipt = |receipt: Vec<u8>| good().with_receipt(receipt).file();
    let bad_job = |encoded: Vec<u8>| {
        let id = hashing::object(hashing::JOB, &encoded);
        let receipt = Receipt { job: id, ..samples::receipt(&samples::job(), &samples::outcome()) };
        let mut parts = good().with_receipt(receipt.encode());
        parts.requester_signature = signing::sign(&REQUESTER, Kind::Job, &id);
        parts.job = encoded;
        parts.file()
    };
    let bad_outcome = |encoded: Vec<u8>| {
        let hash = hashing::object(hashing::OUTCOME, &encoded);
        let receipt = Receipt { outcome: hash, ..samples::receipt(&samples::job(), &samples::outcome()) };
        let mut parts = good().with_receipt(receipt.encode());
        parts.outcome = encoded;
        parts.file()
    };
    let job_with = |edit: &dyn Fn(&mut Job)| {
        let mut job = samples::job();
        edit(&mut job);
        bad_job(job.encode())
    };
    let with_outputs = |outputs: &[(&str, &[u8])]| bad_outcome(Outcome { outputs: named(outputs), ..samples::outcome() }.encode());
    const CHECK: &str = "receipt.decode";
    const SIGNED: &str = "a rule skipped because hashes and signatures are good";
    vec![
        refused(CHECK, "receipt: format 2", SIGNED, bad_receipt([b"\x02\0", &receipt[2..]].concat())),
        refused(CHECK, "receipt: one byte after it", SIGNED, bad_receipt(with_byte(&receipt, 0))),
        refused(CHECK, "receipt: without its last byte", SIGNED, bad_receipt(without_last(&receipt, 1))),
        refused(CHECK, "receipt: empty", SIGNED, bad_receipt(vec![])),
        refused(CHECK, "receipt: profile assay-2", SIGNED, bad_receipt(replace(&receipt, b"assay-1", b"assay-2"))),
        refused(CHECK, "receipt: bad UTF-8 in the profile", SIGNED, bad_receipt(replace(&receipt, b"assay-1", b"assay-\xff"))),
        refused(CHECK, "job: format 1", SIGNED, bad_job([b"\x01\0", &job[2..]].concat())),
        refused(CHECK, "job: format 3", SIGNED, bad_job([b"\x03\0", &job[2..]].concat())),
        refused(CHECK, "job: one byte after it", SIGNED, bad_job(with_byte(&job, 0))),
        refused(CHECK, "job: without its last byte", SIGNED, bad_job(without_last(&job, 1))),
        refused(CHECK, "job: bad UTF-8 in an argument", SIGNED, bad_job(replace(&job, b"--verbose", b"--verbos\xff"))),
        refused(CHECK, "job: argument with NUL", SIGNED, bad_job(replace(&job, b"--verbose", b"--verbos\0"))),
        refused(CHECK, "job: environment not sorted", SIGNED, job_with(&|job| job.env.reverse())),
        refused(CHECK, "job: inputs not sorted", SIGNED, job_with(&|job| job.inputs.reverse())),
        refused(CHECK, "job: inputs with one name twice", SIGNED, job_with(&|job| job.inputs[1] = job.inputs[0].clone())),
        refused(CHECK, "job: limit below its floor", SIGNED, job_with(&|job| job.limits.0[0] = 0)),
        refused(CHECK, "job: limit above its ceiling", SIGNED, job_with(&|job| job.limits.0[12] = 65_537)),
        refused(CHECK, "job: more inputs than its limit", SIGNED, job_with(&|job| job.limits.0[6] = 1)),
        refused(CHECK, "outcome: format 2", SIGNED, bad_outcome([b"\x02\0", &outcome[2..]].concat())),
        refused(CHECK, "outcome: one byte after it", SIGNED, bad_outcome(with_byte(&outcome, 0))),
        refused(CHECK, "outcome: without its last byte", SIGNED, bad_outcome(without_last(&outcome, 1))),
        refused(CHECK, "outcome: status 5", SIGNED, bad_outcome([b"\x01\0\x05", &outcome[3..]].concat())),
        refused(CHECK, "outcome: outputs not sorted", SIGNED, with_outputs(&[("b", b""), ("a", b"")])),
        refused(CHECK, "outcome: outputs with one name twice", SIGNED, with_outputs(&[("a", b""), ("a", b"")])),
        refused(CHECK, "outcome: output name ../a", SIGNED, with_outputs(&[("../a", b"")])),
        refused(
            CHECK,
            "outcome: outputs of a job out of fuel",
            SIGNED,
            bad_outcome(Outcome { status: Status::OutOfFuel, ..samples::outcome() }.encode()),
        ),
        refused(
            CHECK,
            "outcome: outputs of a job that went too deep",
            SIGNED,
            bad_outcome(Outcome { status: Status::DepthExceeded, ..samples::outcome() }.encode()),
        ),
    ]
}

fn provider_signatures() -> Vec<Vector> {
    let signed = |signature: [u8; 64]| ReceiptParts { provider_signature: signature, ..good() }.file();
    let receipt = samples::receipt(&samples::job(), &samples::outcome());
    let hash = receipt.hash();
    let signature = good().provider_signature;
    let with_receipt = |receipt: Receipt| ReceiptParts { receipt: receipt.encode(), ..good() }.file();
    let (neutral, by_nobody) = samples::small_order_key_and_signature();
    let small_order =
        ReceiptParts { receipt: Receipt { provider: neutral, ..receipt.clone() }.encode(), provider_signature: by_nobody, ..good() };
    const CHECK: &str = "receipt.signature";
    const KIND: &str = "a signature over one kind of object that passes for another";
    const CHANGED: &str = "a claim changed after it was signed";
    let stranger = signing::public_key(&REQUESTER);
    vec![
        refused(CHECK, "a bit of R", "a signature that is not looked at", signed(flipped(&signature, 31).try_into().expect("64 bytes"))),
        refused(CHECK, "a bit of S", "a signature that is not looked at", signed(flipped(&signature, 63).try_into().expect("64 bytes"))),
        refused(CHECK, "S plus the group order", "malleable: two files for one receipt", signed(malleated(&signature))),
        refused(CHECK, "signed as a manifest", KIND, signed(signing::sign(&PROVIDER, Kind::Manifest, &hash))),
        refused(CHECK, "signed as a job", KIND, signed(signing::sign(&PROVIDER, Kind::Job, &hash))),
        refused(CHECK, "signed by the requester", "two signers taken for one", signed(signing::sign(&REQUESTER, Kind::Receipt, &hash))),
        refused(
            CHECK,
            "signed over the outcome hash",
            "the wrong object signed",
            signed(signing::sign(&PROVIDER, Kind::Receipt, &receipt.outcome)),
        ),
        refused(CHECK, "provider of small order", "a key that signs everything", small_order.file()),
        refused(CHECK, "provider exchanged", CHANGED, with_receipt(Receipt { provider: stranger, ..receipt.clone() })),
        refused(
            CHECK,
            "provider that is no point",
            "a key that cannot be decompressed",
            with_receipt(Receipt { provider: [2; 32], ..receipt.clone() }),
        ),
        refused(CHECK, "package exchanged", CHANGED, with_receipt(Receipt { package: [0; 32], ..receipt.clone() })),
        refused(CHECK, "transcript root exchanged", CHANGED, with_receipt(Receipt { transcript: [0; 32], ..receipt.clone() })),
        refused(CHECK, "number of calls changed", CHANGED, with_receipt(Receipt { calls: 4, ..receipt.clone() })),
        refused(CHECK, "outcome hash exchanged", CHANGED, with_receipt(Receipt { outcome: [0; 32], ..receipt })),
    ]
}

fn jobs() -> Vec<Vector> {
    let signed = |signature: [u8; 64]| ReceiptParts { requester_signature: signature, ..good() }.file();
    let id = samples::job().id();
    let signature = good().requester_signature;
    let (neutral, by_nobody) = samples::small_order_key_and_signature();
    let with_job = |edit: &dyn Fn(&mut Job)| {
        let mut job = samples::job();
        edit(&mut job);
        ReceiptParts { job: job.encode(), ..good() }.file()
    };
    let other_profile = Job { profile: "assay-2".to_string(), ..samples::job() };
    let no_profile = Job { profile: String::new(), ..samples::job() };
    const CHECK: &str = "receipt.job";
    const OTHER: &str = "an answer to one question shown as the answer to another";
    const KIND: &str = "a signature over one kind of object that passes for another";
    vec![
        refused(CHECK, "job with another argument", OTHER, with_job(&|job| job.args[0] = "--quiet".to_string())),
        refused(CHECK, "job with another module", OTHER, with_job(&|job| job.module = [0; 32])),
        refused(CHECK, "job with another limit", OTHER, with_job(&|job| job.limits.0[0] -= 1)),
        refused(CHECK, "job with another input", OTHER, with_job(&|job| job.inputs[0].blob.blake3 = [0; 32])),
        refused(CHECK, "job hashed without its context", "a hash without its context", {
            let plain = hashing::blob(&samples::job().encode());
            let receipt = Receipt { job: plain, ..samples::receipt(&samples::job(), &samples::outcome()) };
            let mut parts = good().with_receipt(receipt.encode());
            parts.requester_signature = signing::sign(&REQUESTER, Kind::Job, &plain);
            parts.file()
        }),
        refused(
            CHECK,
            "job of profile assay-2",
            "a question for other rules, answered by these",
            ReceiptParts::of(&other_profile, &samples::outcome()).file(),
        ),
        refused(CHECK, "job without a profile", "absence taken for the default", ReceiptParts::of(&no_profile, &samples::outcome()).file()),
        refused(
            CHECK,
            "a bit of the requester's R",
            "a question that nobody asked",
            signed(flipped(&signature, 0).try_into().expect("64 bytes")),
        ),
        refused(
            CHECK,
            "a bit of the requester's S",
            "a question that nobody asked",
            signed(flipped(&signature, 40).try_into().expect("64 bytes")),
        ),
        refused(CHECK, "requester's S plus the group order", "malleable: two files for one receipt", signed(malleated(&signature))),
        refused(
            CHECK,
            "job signed by the provider",
            "a provider that asks in another's name",
            signed(signing::sign(&PROVIDER, Kind::Job, &id)),
        ),
        refused(CHECK, "job signed as a receipt", KIND, signed(signing::sign(&REQUESTER, Kind::Receipt, &id))),
        refused(CHECK, "job signed as a manifest", KIND, signed(signing::sign(&REQUESTER, Kind::Manifest, &id))),
        refused(
            CHECK,
            "another requester",
            "a question that another asked",
            ReceiptParts { requester: signing::public_key(&PUBLISHER), ..good() }.file(),
        ),
        refused(
            CHECK,
            "requester of small order",
            "a key that signs everything",
            ReceiptParts { requester: neutral, requester_signature: by_nobody, ..good() }.file(),
        ),
        refused(CHECK, "requester of zeros", "a key that was never set", ReceiptParts { requester: [0; 32], ..good() }.file()),
    ]
}

fn outcomes() -> Vec<Vector> {
    let with = |edit: &dyn Fn(&mut Outcome)| {
        let mut outcome = samples::outcome();
        edit(&mut outcome);
        ReceiptParts { outcome: outcome.encode(), ..good() }.file()
    };
    const CHECK: &str = "receipt.outcome";
    const OTHER: &str = "an outcome shown that the provider did not sign";
    vec![
        refused(CHECK, "another exit code", OTHER, with(&|outcome| outcome.status = Status::Completed(1))),
        refused(CHECK, "another fuel", OTHER, with(&|outcome| outcome.fuel += 1)),
        refused(CHECK, "another output", OTHER, with(&|outcome| outcome.outputs[0].blob.blake3 = [0; 32])),
        refused(CHECK, "an output renamed", OTHER, with(&|outcome| outcome.outputs[1].name = "sun.csv".to_string())),
        refused(CHECK, "an output left out", OTHER, with(&|outcome| outcome.outputs.truncate(1))),
        refused(CHECK, "another stdout", OTHER, with(&|outcome| outcome.stdout.bytes += 1)),
        refused(CHECK, "stdout and stderr exchanged", OTHER, with(&|outcome| std::mem::swap(&mut outcome.stdout, &mut outcome.stderr))),
    ]
}

/// Two faults in one file: the check that comes first is named.
fn precedence() -> Vec<Vector> {
    let ReceiptParts { receipt, job, outcome, .. } = good();
    let bad_outcome = flipped(&outcome, outcome.len() - 1);
    let unsigned = ReceiptParts { provider_signature: [0; 64], ..good() };
    const ORDER: &str = "two hosts that name two reasons for one file";
    vec![
        refused("receipt.length", "magic and nothing else", ORDER, receipt::MAGIC.to_vec()),
        refused("receipt.length", "bad receipt and a trailing byte", ORDER, with_byte(&file_of(b"", &job, &outcome), 0)),
        refused("receipt.decode", "bad outcome and a bad signature", ORDER, ReceiptParts { outcome: vec![], ..unsigned }.file()),
        refused("receipt.signature", "bad signature and another job", ORDER, {
            let job = Job { args: vec![], ..samples::job() }.encode();
            receipt::assemble(&receipt, &[0; 64], &job, &good().requester, &[0; 64], &bad_outcome)
        }),
        refused(
            "receipt.job",
            "requester's signature and another outcome",
            ORDER,
            ReceiptParts { requester_signature: [0; 64], outcome: bad_outcome, ..good() }.file(),
        ),
        refused("receipt.signature", "bad signature and a job of another profile", ORDER, {
            let other = Job { profile: "assay-2".to_string(), ..samples::job() };
            ReceiptParts { provider_signature: [0; 64], ..ReceiptParts::of(&other, &samples::outcome()) }.file()
        }),
    ]
}

/// Every proper prefix of the sample, in ranges of length with one answer each.
fn truncations() -> Vec<Vector> {
    let file = good().file();
    let ranges = [("receipt.magic", 0, 8), ("receipt.length", 8, file.len())];
    let vector = |(check, from, to): (&'static str, usize, usize)| {
        for length in from..to {
            let answer = receipt::read(&file[..length]).map_err(|why| why.check);
            assert_eq!(answer.err(), Some(check), "cut at {length}");
        }
        let number = |length: usize| Json::Number(u32::try_from(length).expect("the sample is short"));
        Vector::new(format!("{from} to {} bytes of the sample", to - 1), "a part read as empty, or as zeros, when the file ends")
            .bytes("file", &file)
            .with("from", number(from))
            .with("to", number(to))
            .refused(check)
    };
    ranges.into_iter().map(vector).collect()
}

/// The check `receipt.package`: a good receipt beside a good package.
fn of_packages() -> Vec<Vector> {
    let vector = |name: &str, guards: &str, job: &Job, manifest: &Manifest, package: [u8; 32], is_of: bool| {
        let module = if manifest.module == samples::manifest().module { samples::MODULE } else { b"another module" };
        let package_file = sign_package(&manifest.encode(), module, &samples::BLOBS);
        let receipt = Receipt { package, ..samples::receipt(job, &samples::outcome()) };
        let file = ReceiptParts::of(job, &samples::outcome()).with_receipt(receipt.encode()).file();
        let manifest = package::read(&package_file).unwrap_or_else(|why| panic!("{name}: {why}")).manifest;
        let read = receipt::read(&file).unwrap_or_else(|why| panic!("{name}: {why}"));
        let answer = receipt::is_of(&read, &manifest);
        assert_eq!(answer.is_ok(), is_of, "{name}: {answer:?}");
        let vector = Vector::new(name, guards).bytes("file", &file).bytes("package_file", &package_file);
        match answer {
            Ok(()) => vector.with("is_of", Json::Bool(true)),
            Err(why) => vector.refused(why.check),
        }
    };
    let (job, manifest) = (samples::job(), samples::manifest());
    let renamed = Manifest { version: "1.0.1".to_string(), ..manifest.clone() };
    let mut rebuilt = manifest.clone();
    rebuilt.module = crate::manifest::Blob::of(b"another module");
    let mut vectors = vec![
        vector("the sample and its package", "a receipt refused that is good", &job, &manifest, manifest.hash(), true),
        vector("another version of the package", "a receipt shown for a package that did not run", &job, &renamed, manifest.hash(), false),
        vector("another module", "a receipt of a module that the package does not hold", &job, &rebuilt, rebuilt.hash(), false),
    ];
    for number in 0..crate::limits::COUNT {
        // The manifest grants a little less than the ceiling, so that one more is still a job.
        let mut manifest = manifest.clone();
        manifest.limits.0[number] = crate::limits::TABLE[number].ceiling - 1;
        let name = crate::limits::TABLE[number].name;
        let granted = manifest.limits.0[number];
        for (asked, what, is_of) in [(granted, "at", true), (granted + 1, "above", false)] {
            let mut job = job.clone();
            job.limits.0[number] = asked;
            let name = format!("{name} of the job {what} the manifest's");
            vectors.push(vector(&name, "a job that takes more than the package grants", &job, &manifest, manifest.hash(), is_of));
        }
    }
    vectors
}
