//! The vectors hold, three ways: the committed files are what the reference writes now; the host
//! answers every vector as the reference does; and on files that nobody thought of, made by mutation,
//! host and reference still agree.
//!
//! A group that no test below knows is a failure, so a vector cannot be added without being checked.

use assay_protocol::encoding::Canonical;
use assay_protocol::hash::Kind;
use assay_protocol::job::Job;
use assay_protocol::limits::Limits;
use assay_protocol::manifest::Manifest;
use assay_protocol::outcome::Outcome;
use assay_protocol::receipt::Receipt;
use assay_protocol::sign::Signed;
use assay_protocol::transcript::{Builder, Call, Transcript};
use assay_protocol::{Hash, keypair, names};
use assay_reference::metering;
use assay_sandbox::Sandbox;
use assay_tests::metered::{self, Engines, Prepared};
use assay_tests::vectors::guest;
use assay_tests::vectors::mutation::{self, Edit};
use assay_tests::vectors::{self as vectors, Verdict, array, bytes, number, text};
use proptest::prelude::*;
use serde_json::Value;

#[test]
fn committed_files_are_what_the_reference_writes() {
    for (file, written) in assay_reference::vectors::files() {
        assert!(
            vectors::committed(file) == written,
            "specs/vectors/{file} differs: run `cargo run -p assay-reference --bin vectors` and look at what changed"
        );
    }
}

#[test]
fn every_vector_has_a_name_of_its_own_and_a_purpose() {
    for (file, _) in assay_reference::vectors::files() {
        for (group, list) in vectors::groups(file) {
            assert!(!list.is_empty(), "{file}: {group} is empty");
            let mut seen = std::collections::HashSet::new();
            for vector in &list {
                assert!(seen.insert(text(vector, "name").to_string()), "{file}, {group}: {} twice", vector["name"]);
                assert!(!text(vector, "guards").is_empty(), "{file}, {group}: {} guards nothing", vector["name"]);
            }
        }
    }
}

/// Runs `answer` over every vector of a file; a group without a test is a failure.
fn host_answers(file: &str, answer: impl Fn(&str, &Value)) {
    for (group, list) in vectors::groups(file) {
        for vector in &list {
            println!("{file}, {group}: {}", vector["name"]); // shown when the next line fails
            answer(&group, vector);
        }
    }
}

/// The refusal that a vector asks for, if it does.
fn refused(vector: &Value) -> Option<&str> {
    vector["refused"].as_str()
}

#[test]
fn host_answers_encoding() {
    host_answers("encoding.json", |group, vector| match group {
        "blobs" => assert_eq!(Hash::of_blob(&bytes(vector, "content")).0, array(vector, "hash")),
        "contexts" => context(vector),
        "objects" => {
            let answer = object_hash(text(vector, "object"), &bytes(vector, "encoding"));
            match refused(vector) {
                None => assert_eq!(answer.map(hex::encode).as_deref(), Ok(text(vector, "hash"))),
                Some(_) => assert!(answer.is_err(), "accepted: {answer:?}"),
            }
        }
        "object_truncations" => {
            for cut in cuts(vector, "encoding") {
                assert!(object_hash(text(vector, "object"), &cut).is_err(), "{} bytes accepted", cut.len());
            }
        }
        "signatures" => signature(vector),
        "keys" => {
            let key = keypair::parse(text(vector, "key_file")).expect("a good key file");
            assert_eq!(key.to_bytes(), array(vector, "seed"));
            assert_eq!(key.verifying_key().to_bytes(), array(vector, "public_key"));
            assert_eq!(keypair::show(&array(vector, "public_key")), text(vector, "base58"));
            assert_eq!(keypair::to_text(&key), text(vector, "key_file"));
        }
        "key_files" => match (keypair::parse(text(vector, "text")), refused(vector)) {
            (Ok(key), None) => assert_eq!(key.verifying_key().to_bytes(), array(vector, "public_key")),
            (Err(_), Some(_)) => {}
            (answer, _) => panic!("{answer:?}"),
        },
        // The host shows keys and nothing else, so only those of 32 bytes concern it.
        "base58" => {
            if let Ok(key) = bytes(vector, "bytes").try_into() {
                assert_eq!(keypair::show(&key), text(vector, "base58"));
            }
        }
        "names" => assert_eq!(name_allowed(text(vector, "rule"), text(vector, "value")), refused(vector).is_none()),
        _ => panic!("no test for this group"),
    });
}

fn context(vector: &Value) {
    let kind = match text(vector, "kind") {
        "manifest" => Kind::Manifest,
        "job" => Kind::Job,
        "outcome" => Kind::Outcome,
        "call" => Kind::Call,
        "transcript node" => Kind::TranscriptNode,
        "transcript root" => Kind::TranscriptRoot,
        "receipt" => Kind::Receipt,
        "random" => Kind::Random,
        other => panic!("{other}"),
    };
    assert_eq!(kind.context(), text(vector, "context"));
    assert_eq!(kind.hash(&bytes(vector, "content")).0, array(vector, "hash"));
}

/// The host's hash of an object, after it was decoded; it must encode to the same bytes again.
fn object_hash(object: &str, encoding: &[u8]) -> Result<[u8; 32], String> {
    fn canonical<T: Canonical>(encoding: &[u8], hash: impl Fn(&T) -> Hash) -> Result<[u8; 32], String> {
        let object = T::decode(encoding)?;
        assert_eq!(object.encode(), encoding);
        Ok(hash(&object).0)
    }
    match object {
        "manifest" => canonical(encoding, Manifest::hash),
        "job" => canonical(encoding, Job::id),
        "outcome" => canonical(encoding, Outcome::hash),
        "receipt" => canonical(encoding, Receipt::hash),
        "call" => {
            let call: Call = borsh::from_slice(encoding).map_err(|error| error.to_string())?;
            Ok(call.leaf().0)
        }
        other => panic!("{other}"),
    }
}

fn signature(vector: &Value) {
    let kind = match text(vector, "kind") {
        "manifest" => Signed::Manifest,
        "job" => Signed::Job,
        "receipt" => Signed::Receipt,
        other => panic!("{other}"),
    };
    let hash = Hash(array(vector, "hash"));
    assert_eq!(kind.message(&hash), bytes(vector, "message"));
    let answer = kind.verify(&array(vector, "public_key"), &hash, &array(vector, "signature"));
    assert_eq!(answer.is_ok(), refused(vector).is_none(), "{answer:?}");
}

fn name_allowed(rule: &str, value: &str) -> bool {
    let answer = match rule {
        "package name" => names::package_name(value),
        "package version" => names::package_version(value),
        "test case name" => names::test_case_name(value),
        "input name" => names::input_name(value),
        "file name" => names::file_name(value),
        "output name" => names::output_name(value),
        "argument" | "environment value" => names::text("a text", value),
        "environment name" => names::env_name(value),
        other => panic!("{other}"),
    };
    answer.is_ok()
}

/// The prefixes of a field that a vector of truncations speaks of.
fn cuts(vector: &Value, field: &str) -> impl Iterator<Item = Vec<u8>> {
    let whole = bytes(vector, field);
    let end = |field: &str| vector[field].as_u64().expect("a length") as usize;
    (end("from")..end("to")).map(move |length| whole[..length].to_vec())
}

/// A verdict is what the vector says: the check that refuses, or each value that the vector names.
fn assert_verdict(verdict: &Verdict, vector: &Value) {
    match (verdict, refused(vector)) {
        (Err(check), Some(expected)) => assert_eq!(check, expected),
        (Ok(values), None) => {
            let named = values.iter().filter(|(name, _)| !vector[*name].is_null());
            let mut compared = 0;
            for (name, value) in named {
                assert_eq!(value, text(vector, name), "{name}");
                compared += 1;
            }
            assert!(compared > 0 || vector["is_of"] == true, "nothing to compare");
        }
        (verdict, expected) => panic!("{verdict:?}, expected {expected:?}"),
    }
}

#[test]
fn host_answers_package() {
    host_answers("package.json", |group, vector| match group {
        "limits_table" if vector["encoding"].is_null() => {
            let number = vector["number"].as_u64().expect("a number") as usize;
            let row = Limits::TABLE[number];
            assert_eq!(row.name, text(vector, "name"));
            assert_eq!([row.floor, row.default, row.ceiling], ["floor", "default", "ceiling"].map(|field| self::number(vector, field)));
        }
        "limits_table" => assert_eq!(borsh::to_vec(&Limits::default()).expect("a Vec takes all"), bytes(vector, "encoding")),
        "packages" | "package_limits" => {
            let verdict = vectors::host_package(&bytes(vector, "file"));
            assert_verdict(&verdict, vector);
            if let (Ok(values), Some(blobs)) = (verdict, vector["blob_hashes"].as_array()) {
                let found: Vec<&str> = values.iter().filter(|(name, _)| *name == "blob").map(|(_, hash)| hash.as_str()).collect();
                assert_eq!(found, blobs.iter().filter_map(Value::as_str).collect::<Vec<_>>());
            }
        }
        "package_truncations" => {
            for cut in cuts(vector, "file") {
                assert_verdict(&vectors::host_package(&cut), vector);
            }
        }
        _ => panic!("no test for this group"),
    });
}

#[test]
fn host_answers_receipt() {
    host_answers("receipt.json", |group, vector| match group {
        "receipts" => assert_verdict(&vectors::host_receipt(&bytes(vector, "file"), None), vector),
        "receipt_truncations" => {
            for cut in cuts(vector, "file") {
                assert_verdict(&vectors::host_receipt(&cut, None), vector);
            }
        }
        "receipts_of_packages" => {
            let package = bytes(vector, "package_file");
            let package = assay_protocol::package::Package::read(&package).expect("a good package");
            assert_verdict(&vectors::host_receipt(&bytes(vector, "file"), Some(&package.manifest.encode())), vector);
        }
        _ => panic!("no test for this group"),
    });
}

#[test]
fn host_answers_transcript() {
    host_answers("transcript.json", |group, vector| match group {
        // The host keeps its nodes to itself; two leaves that hash to known values cannot be made, so roots speak for them.
        "nodes" => {
            let children = [bytes(vector, "left"), bytes(vector, "right")].concat();
            assert_eq!(Kind::TranscriptNode.hash(&children).0, array(vector, "node"));
        }
        "transcripts" => transcript(vector),
        "transcript_files" => assert_verdict(&vectors::host_transcript(&bytes(vector, "file")), vector),
        "transcript_truncations" => {
            for cut in cuts(vector, "file") {
                assert_verdict(&vectors::host_transcript(&cut), vector);
            }
        }
        "differences" => {
            let [one, other] = ["one", "other"].map(|field| Transcript::decode(&bytes(vector, field)).expect("a good transcript"));
            let expected = vector["first_difference"].as_str().map(|text| text.parse().expect("decimal digits"));
            assert_eq!(one.first_difference(&other).map(|(index, _)| index), expected);
            assert_eq!(other.first_difference(&one).map(|(index, _)| index), expected, "seen from the other side");
        }
        _ => panic!("no test for this group"),
    });
}

fn transcript(vector: &Value) {
    let file = bytes(vector, "file");
    let read = Transcript::decode(&file).expect("a good transcript");
    assert_eq!(read.encode(), file);
    let leaves: Vec<String> = read.calls().iter().map(|call| call.leaf().to_string()).collect();
    assert_eq!(leaves, vector["leaves"].as_array().expect("a list").iter().filter_map(Value::as_str).collect::<Vec<_>>());
    assert_eq!(read.root().0, array(vector, "root"));
    let mut builder = Builder::new(true);
    for call in read.calls() {
        let function = String::leak(call.function.clone());
        builder.push(function, call.args.0, call.results.0, call.fuel);
    }
    assert_eq!(builder.root().0, array(vector, "root"), "grown call by call");
    assert_eq!(builder.into_calls().as_deref(), Some(read.calls()));
}

#[test]
fn host_and_sandbox_answer_execution() {
    let sandbox = Sandbox::new(None).expect("the engine starts");
    host_answers("execution.json", |group, vector| match group {
        "random" => {
            let mut stream = Kind::Random.hasher().update(&bytes(vector, "job_id")).finalize_xof();
            stream.set_position(number(vector, "offset"));
            let mut found = vec![0; bytes(vector, "bytes").len()];
            stream.fill(&mut found);
            assert_eq!(found, bytes(vector, "bytes"));
        }
        "clock" => clock(&sandbox, vector),
        "poll" => poll(&sandbox, vector),
        // A charge cannot be asked for alone; the fuel of the conformance jobs has it in it.
        "charge" => {}
        _ => panic!("no test for this group"),
    });
}

#[test]
fn instrumented_modules_answer_metering() {
    let engines = Engines::new();
    metered::with_stack(|| {
        host_answers("metering.json", |_, vector| {
            let limit = |name: &str| number(&vector["limits"], name);
            let limits = metering::Limits {
                fuel: limit("fuel"),
                call_depth: limit("call_depth"),
                memory_bytes: limit("memory_bytes"),
                table_elements: limit("table_elements"),
            };
            let prepared = Prepared::new(&engines, &bytes(vector, "module"));
            let ended = prepared.run_job("run", limits, || metering::NoImports).expect("a vector can be compared");
            let (status, trap, results) = match &ended.status {
                metering::Status::Returned(values) => ("Returned", None, values.iter().map(|value| value.to_hex()).collect()),
                metering::Status::Trapped(kind) => ("Trapped", Some(*kind), Vec::new()),
                metering::Status::OutOfFuel => ("OutOfFuel", None, Vec::new()),
                metering::Status::DepthExceeded => ("DepthExceeded", None, Vec::new()),
                other => panic!("{other:?}"),
            };
            assert_eq!((status, trap, ended.fuel), (text(vector, "status"), vector["trap"].as_str(), number(vector, "fuel")));
            assert_eq!(vector["results"], Value::from(results as Vec<String>));
        });
    });
}

#[test]
fn a_job_reads_the_random_stream_of_its_id() {
    let sandbox = Sandbox::new(None).expect("the engine starts");
    for counts in [[64, 64], [1, 63], [0, 7], [200, 56]] {
        let (job, found) = guest::random(&sandbox, counts);
        assert_eq!(found, assay_reference::random::stream(&job.0, 0, counts.iter().sum()), "{counts:?}");
    }
}

/// Numbers of WASI's errnos that the vectors name.
fn errno(name: &str) -> u64 {
    match name {
        "success" => 0,
        "badf" => 8,
        "inval" => 28,
        other => panic!("{other}"),
    }
}

fn clock(sandbox: &Sandbox, vector: &Value) {
    let reads = vector["reads"].as_array().expect("a list");
    let clocks: Vec<u64> = reads.iter().map(|read| read["clock"].as_u64().expect("a number")).collect();
    let mut seen = guest::clocks(sandbox, number(vector, "t"), &clocks);
    for read in reads {
        let (shown, found) = (seen.number::<8>(), seen.number::<4>());
        seen.skip(4);
        assert_eq!(found, read["errno"].as_str().map_or(0, errno));
        assert_eq!(shown, read["shown"].as_str().map_or(0, |shown| shown.parse().expect("decimal digits")));
    }
    let last = reads.last().expect("a vector reads something");
    assert_eq!(seen.number::<8>(), number(last, "t_after"), "T at the end");
}

fn poll(sandbox: &Sandbox, vector: &Value) {
    let subscriptions = match vector["subscriptions"].as_array() {
        Some(list) => list.clone(),
        None => vec![vector["subscription"].clone(); vector["times"].as_u64().expect("a number") as usize],
    };
    let t = number(vector, "t");
    let mut seen = guest::poll(sandbox, t, &subscriptions);
    let (count, found, after) = (seen.number::<4>(), seen.number::<4>(), seen.number::<8>());
    assert_eq!(found, vector["errno"].as_str().map_or(0, errno));
    if found != 0 {
        assert_eq!((count, after), (0, t), "an error changes nothing");
        return;
    }
    assert_eq!(after, number(vector, "t_after"), "T afterwards");
    let Some(events) = vector["events"].as_array() else {
        assert_eq!(count, vector["event_count"].as_u64().expect("a number"));
        return;
    };
    assert_eq!(count, events.len() as u64);
    seen.skip(guest::EVENTS_OFFSET - 16);
    for event in events {
        let place = event["subscription"].as_u64().expect("a number");
        assert_eq!(seen.number::<8>(), place, "user data");
        assert_eq!(seen.number::<2>(), errno(text(event, "errno")));
        let of = &subscriptions[place as usize];
        let kind = if of["clock"].is_u64() { 0 } else { 1 + u64::from(of["writable"] == true) };
        assert_eq!(seen.number::<1>(), kind, "type");
        seen.skip(5);
        assert_eq!(seen.number::<8>(), number(event, "nbytes"));
        assert_eq!(seen.number::<2>(), 0, "flags");
        seen.skip(6);
    }
}

/// The files of a group, accepted and refused alike.
fn files(file: &str, group: &str) -> Vec<Vec<u8>> {
    let groups = vectors::groups(file);
    let (_, list) = groups.into_iter().find(|(name, _)| name == group).expect("a group of the file");
    // Vectors at the longest lengths are left out: megabytes, edited a thousand times, find nothing more.
    list.iter().map(|vector| bytes(vector, "file")).filter(|file| file.len() < 8_192).collect()
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = (any::<u8>(), any::<u32>(), any::<u32>()).prop_map(|(what, at, value)| Edit { what, at, value });
    proptest::collection::vec(edit, 0..4)
}

/// Runs `oracle` on as many edited files as `cases` says and requires that some of them were still good.
fn mutate(cases: u32, seeds: usize, oracle: impl Fn(usize, usize, u8, &[Edit]) -> bool) {
    let accepted = std::cell::Cell::new(0);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    // Seeded: a failure is the same failure on every machine.
    let rng = proptest::test_runner::TestRng::deterministic_rng(config.rng_algorithm);
    let outcome = proptest::test_runner::TestRunner::new_with_rng(config, rng).run(
        &(0..seeds, 0..seeds, any::<u8>(), edits()),
        |(seed, other, part, edits)| {
            accepted.set(accepted.get() + u32::from(oracle(seed, other, part, &edits)));
            Ok(())
        },
    );
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    println!("{} of {cases} edited files were accepted by both", accepted.get());
    assert!(accepted.get() > cases / 50, "only {} of {cases} were good: the edits try too little", accepted.get());
}

#[test]
fn host_and_reference_agree_on_edited_packages() {
    let files = [files("package.json", "packages"), files("package.json", "package_limits")].concat();
    mutate(4_000, files.len(), |seed, other, part, edits| {
        let file = match assay_reference::package::read(&files[seed]) {
            Ok(good) if part % 4 != 0 => mutation::inside_package(&good, edits, &files[other]),
            _ => mutation::outside(&files[seed], edits, &files[other]),
        };
        vectors::agree_on(&file);
        vectors::host_package(&file).is_ok()
    });
}

#[test]
fn host_and_reference_agree_on_edited_receipts() {
    let files = files("receipt.json", "receipts");
    let package = vectors::groups("package.json").into_iter().find(|(name, _)| name == "packages").expect("a group of the file");
    let package = assay_reference::package::read(&bytes(&package.1[0], "file")).expect("the first is the sample");
    let manifest = package.manifest.encode();
    let good = assay_reference::receipt::read(&files[0]).expect("the first is the sample");
    mutate(4_000, files.len(), |seed, other, part, edits| {
        let file = match assay_reference::receipt::read(&files[seed]) {
            Ok(good) => mutation::inside_receipt(&good, part, edits, &files[other]),
            // Of a file that is refused, the sample is edited instead half of the time.
            Err(_) if part % 2 == 0 => mutation::inside_receipt(&good, part / 2, edits, &files[other]),
            Err(_) => mutation::outside(&files[seed], edits, &files[other]),
        };
        vectors::agree_on(&file);
        assert_eq!(vectors::host_receipt(&file, Some(&manifest)), vectors::reference_receipt(&file, Some(&manifest)));
        vectors::host_receipt(&file, None).is_ok()
    });
}

#[test]
fn host_and_reference_agree_on_edited_transcripts() {
    let files = [files("transcript.json", "transcripts"), files("transcript.json", "transcript_files")].concat();
    mutate(4_000, files.len(), |seed, other, _, edits| {
        let file = mutation::outside(&files[seed], edits, &files[other]);
        vectors::agree_on(&file);
        vectors::host_transcript(&file).is_ok()
    });
}
