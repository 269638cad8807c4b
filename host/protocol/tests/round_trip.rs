//! What is encoded decodes to the same, and has one encoding only; the transcript's tree agrees with a plain scan.
#![allow(clippy::unwrap_used, reason = "a test that panics says what went wrong")]

use assay_protocol::Hash;
use assay_protocol::encoding::Canonical;
use assay_protocol::hash::{Blob, NamedBlob};
use assay_protocol::job::Job;
use assay_protocol::keypair;
use assay_protocol::limits::Limits;
use assay_protocol::manifest::{EnvVar, Manifest, TestCase};
use assay_protocol::outcome::{Outcome, Status, TrapKind};
use assay_protocol::package::{self, Package};
use assay_protocol::receipt::ReceiptFile;
use assay_protocol::transcript::{Builder, Call, Transcript};
use ed25519_dalek::SigningKey;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;

fn hash() -> impl Strategy<Value = Hash> {
    any::<[u8; 32]>().prop_map(Hash)
}

fn blob() -> impl Strategy<Value = Blob> {
    (0..1_000_000_u64, hash()).prop_map(|(bytes, blake3)| Blob { bytes, blake3 })
}

fn named(names: &'static str) -> impl Strategy<Value = Vec<NamedBlob>> {
    btree_map(names, blob(), 0..5).prop_map(|map| map.into_iter().map(|(name, blob)| NamedBlob { name, blob }).collect())
}

fn env() -> impl Strategy<Value = Vec<EnvVar>> {
    btree_map("[^\\x00=]{1,8}", "[^\\x00]{0,12}", 0..4)
        .prop_map(|map| map.into_iter().map(|(name, value)| EnvVar { name, value }).collect())
}

fn limits() -> impl Strategy<Value = Limits> {
    vec(any::<u64>(), Limits::TABLE.len()).prop_map(|seeds| {
        let mut limits = Limits::default();
        for (spec, seed) in Limits::TABLE.iter().zip(seeds) {
            // Never below the default, so that a random job stays within.
            *limits.by_name(spec.name).unwrap() = spec.default + seed % (spec.ceiling - spec.default + 1);
        }
        limits
    })
}

fn job() -> impl Strategy<Value = Job> {
    (hash(), limits(), vec("[^\\x00]{0,12}", 0..4), env(), named("[A-Za-z0-9_-]{1,12}"))
        .prop_map(|(module, limits, args, env, inputs)| Job::new(module, limits, args, env, inputs).unwrap())
}

fn status() -> impl Strategy<Value = Status> {
    prop_oneof![
        any::<u32>().prop_map(|exit_code| Status::Completed { exit_code }),
        Just(Status::Trapped { kind: TrapKind::BadSignature }),
        Just(Status::OutOfFuel),
        proptest::sample::select(&Limits::ENDING).prop_map(|limit| Status::LimitExceeded { limit }),
        Just(Status::DepthExceeded),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    (status(), any::<u64>(), named("[a-z]{1,6}(/[a-z]{1,6})?"), blob(), blob()).prop_map(|(status, fuel, outputs, stdout, stderr)| {
        let outputs = if matches!(status, Status::Completed { .. }) { outputs } else { Vec::new() };
        Outcome { format: 1, status, fuel, outputs, stdout, stderr }
    })
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    vec((prop_oneof![Just("a.b"), Just("c.d")], hash(), hash(), any::<u64>()), 0..40).prop_map(|calls| {
        let number = |(index, (function, args, results, fuel)): (usize, (&str, Hash, Hash, u64))| Call {
            index: index as u64,
            function: function.to_owned(),
            args,
            results,
            fuel,
        };
        calls.into_iter().enumerate().map(number).collect()
    })
}

proptest! {
    #[test]
    fn jobs_and_outcomes(job in job(), outcome in outcome()) {
        prop_assert_eq!(&Job::decode(&job.encode()).unwrap(), &job);
        prop_assert_eq!(&Outcome::decode(&outcome.encode()).unwrap(), &outcome);
        let mut longer = outcome.encode();
        longer.push(0);
        prop_assert!(Outcome::decode(&longer).is_err());
    }

    #[test]
    fn packages(module in vec(any::<u8>(), 0..300), contents in btree_map("[a-z]{1,6}", vec(any::<u8>(), 0..60), 0..4), names in btree_set("[a-z]{1,8}", 0..4), seed: [u8; 32]) {
        let key = SigningKey::from_bytes(&seed);
        let inputs: Vec<NamedBlob> = contents.iter().map(|(name, content)| NamedBlob { name: name.clone(), blob: Blob::of(content) }).collect();
        let tests = names.into_iter().map(|name| TestCase { name, args: Vec::new(), env: Vec::new(), inputs: inputs.clone(), outcome: Hash([1; 32]) }).collect();
        let manifest = Manifest {
            format: 2, profile: "assay-1".into(), name: "p".into(), version: "0".into(), module: Blob::of(&module),
            limits: Limits::default(), tests, publisher: [0; 32],
        };
        let blobs = contents.values().map(|content| (Hash::of_blob(content), content.clone())).collect();
        let file = package::write(manifest, &module, &blobs, &key).unwrap();
        let read = Package::read(&file).unwrap();
        prop_assert_eq!(read.module, &module[..]);
        prop_assert_eq!(read.manifest.publisher, key.verifying_key().to_bytes());
        if !read.manifest.tests.is_empty() {
            for content in contents.values() {
                prop_assert_eq!(read.blob(&Hash::of_blob(content)), Some(&content[..]));
            }
        }
    }

    #[test]
    fn receipts(job in job(), outcome in outcome(), transcript in (hash(), any::<u64>()), place: prop::sample::Index, bit in 0..8_u8) {
        let (provider, requester) = (SigningKey::from_bytes(&[1; 32]), SigningKey::from_bytes(&[2; 32]));
        let file = ReceiptFile::sign(Hash([3; 32]), job, outcome, transcript, &provider, &requester);
        let bytes = file.encode();
        prop_assert_eq!(&ReceiptFile::read(&bytes).unwrap(), &file);
        let mut flipped = bytes.clone();
        flipped[place.index(bytes.len())] ^= 1 << bit;
        prop_assert!(ReceiptFile::read(&flipped).is_err(), "every bit of a receipt file is covered");
    }

    #[test]
    fn transcripts(calls in calls(), other in calls(), shared: prop::sample::Index) {
        let ours = Transcript::new(Hash([0; 32]), calls.clone());
        let mut builder = Builder::new(true);
        for call in &calls {
            let function = if call.function == "a.b" { "a.b" } else { "c.d" };
            builder.push(function, call.args.0, call.results.0, call.fuel);
        }
        prop_assert_eq!(builder.root(), ours.root());
        prop_assert_eq!(Transcript::decode(&ours.encode()).unwrap().root(), ours.root());

        let mut changed: Vec<Call> = calls[..shared.index(calls.len() + 1)].to_vec();
        changed.extend(other.into_iter().skip(changed.len()));
        let scan = (0..calls.len().max(changed.len())).find(|place| calls.get(*place) != changed.get(*place));
        let theirs = Transcript::new(Hash([0; 32]), changed);
        let found = ours.first_difference(&theirs);
        prop_assert_eq!(found.map(|(index, _)| index as usize), scan);
        prop_assert_eq!(found.is_none(), ours.root() == theirs.root());
    }

    #[test]
    fn keys(seed: [u8; 32]) {
        let key = SigningKey::from_bytes(&seed);
        prop_assert_eq!(keypair::parse(&keypair::to_text(&key)).unwrap().to_bytes(), seed);
    }
}

/// A difference among very many calls is found with about as many comparisons as the tree is deep.
#[test]
fn a_difference_is_found_in_logarithmic_steps() {
    let call = |index: u64, changed: bool| Call {
        index,
        function: "a.b".to_owned(),
        args: Hash([u8::from(changed); 32]),
        results: Hash([0; 32]),
        fuel: index,
    };
    let count = 100_000;
    let ours = Transcript::new(Hash([0; 32]), (0..count).map(|index| call(index, false)).collect());
    for at in [0, 1, 65_535, 65_536, 77_777, count - 1] {
        let theirs = Transcript::new(Hash([0; 32]), (0..count).map(|index| call(index, index == at)).collect());
        let (found, compared) = ours.first_difference(&theirs).unwrap();
        assert_eq!(found, at);
        assert!(compared <= 40, "{compared} comparisons");
    }
}
