//! Conformance: small guests in text form whose outcomes are pinned. No compiler stands between the file and the hash, so these hashes are what two machines,
//! two builds and two versions of Assay compare first.
//!
//! A guest of `tests/conformance/` mostly checks itself, and exits with the number of the first check that fails; beside it stands its outcome. Dropping in a
//! `.wat` adds a test; `BLESS=1 cargo test -p assay-tests --test conformance` writes the outcomes that differ, to be looked at before they are committed.

use std::path::Path;

use assay_protocol::hash::Blob;
use assay_protocol::limits::Limits;
use assay_protocol::outcome::Status;
use assay_reference::random;
use assay_sandbox::{Execution, Sandbox};
use assay_tests::guests::{self, Ended, Guest, execute, plain_job};
use serde_json::{Map, Value, json};

fn sandbox() -> Sandbox {
    Sandbox::new(None).expect("the engine starts")
}

fn executed(guest: &Guest, sandbox: &Sandbox) -> Box<Execution> {
    match guest.run(sandbox) {
        Ended::Executed(execution) => execution,
        ended => panic!("{}: {ended:?}", guest.name),
    }
}

/// An outcome for people: what it is, before what it hashes to.
fn describe(execution: &Execution) -> Value {
    let blob = |blob: &Blob| json!({"bytes": blob.bytes, "blake3": blob.blake3.to_string()});
    let outcome = &execution.outcome;
    let mut value = Map::new();
    value.insert("status".to_owned(), outcome.status.name().into());
    match outcome.status {
        Status::Completed { exit_code } => _ = value.insert("exit_code".to_owned(), exit_code.into()),
        Status::Trapped { kind } => _ = value.insert("trap".to_owned(), kind.name().into()),
        Status::LimitExceeded { limit } => _ = value.insert("limit".to_owned(), Limits::name_of(limit).into()),
        Status::OutOfFuel | Status::DepthExceeded => {}
    }
    value.insert("fuel".to_owned(), outcome.fuel.into());
    let outputs = outcome.outputs.iter().map(|output| json!({"name": output.name, "blob": blob(&output.blob)}));
    value.insert("outputs".to_owned(), outputs.collect());
    value.insert("stdout".to_owned(), blob(&outcome.stdout));
    value.insert("stderr".to_owned(), blob(&outcome.stderr));
    value.insert("outcome_hash".to_owned(), outcome.hash().to_string().into());
    value.insert("calls".to_owned(), execution.calls.into());
    value.insert("transcript_root".to_owned(), execution.transcript_root.to_string().into());
    value.into()
}

fn blessing() -> bool {
    std::env::var_os("BLESS").is_some_and(|value| value == "1")
}

#[test]
fn every_guest_has_the_outcome_beside_it() {
    let sandbox = sandbox();
    let mut broken = String::new();
    for guest in guests::folder("conformance") {
        let found = describe(&executed(&guest, &sandbox));
        let path = guest.path.with_extension("json");
        let expected = std::fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str::<Value>(&text).ok());
        if expected.as_ref() == Some(&found) {
            continue;
        }
        if blessing() {
            let text = serde_json::to_string_pretty(&found).expect("JSON") + "\n";
            std::fs::write(&path, text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        } else {
            broken.push_str(&format!(
                "{}: found {found:#}\nexpected {}\n",
                guest.name,
                expected.map_or("nothing".into(), |e| format!("{e:#}"))
            ));
        }
    }
    assert!(broken.is_empty(), "{broken}\nIf this is what should be: BLESS=1 cargo test -p assay-tests --test conformance");
}

#[test]
fn every_outcome_has_its_guest() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance");
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        assert!(path.extension().is_some_and(|e| e == "wat") || path.with_extension("wat").exists(), "{} pins no guest", path.display());
    }
}

/// Checks that fail exit with their number, so a guest that checks itself must exit with 0 but for the few that are about exit codes.
#[test]
fn guests_that_check_themselves_pass() {
    let sandbox = sandbox();
    let mut failed = Vec::new();
    for guest in guests::folder("conformance") {
        let text = std::fs::read_to_string(&guest.path).expect("it was read before");
        if text.contains("$expect") && guest.name != "outputs" {
            let status = executed(&guest, &sandbox).outcome.status;
            let passes_a_limit = guest.name.ends_with("_limit") && matches!(status, Status::LimitExceeded { .. });
            if status != (Status::Completed { exit_code: 0 }) && !passes_a_limit {
                failed.push(format!("{}: {status}", guest.name));
            }
        }
    }
    assert!(failed.is_empty(), "the exit code is the number of a check that does not hold: {failed:#?}");
}

/// Fuel decides nothing but whether a job may end: with one unit more than it uses a job has the same outcome, with exactly what it uses it has none left.
#[test]
fn fuel_is_exact() {
    let sandbox = sandbox();
    for mut guest in guests::folder("conformance") {
        // What is random depends on the job's id, and so on its limits.
        let text = std::fs::read_to_string(&guest.path).expect("it was read before");
        if text.contains("random_get") {
            continue;
        }
        let before = executed(&guest, &sandbox).outcome.clone();
        if !matches!(before.status, Status::Completed { .. }) {
            continue;
        }
        guest.limits.fuel = before.fuel + 1;
        assert_eq!(executed(&guest, &sandbox).outcome, before, "{}: with one unit more than it uses", guest.name);
        // The least that a job can be given.
        if before.fuel == 0 {
            continue;
        }
        guest.limits.fuel = before.fuel;
        let without = executed(&guest, &sandbox).outcome;
        assert_eq!((without.status, without.fuel), (Status::OutOfFuel, before.fuel), "{}: with exactly what it uses", guest.name);
    }
}

#[test]
fn random_is_the_stream_of_the_job() {
    let guests = guests::folder("conformance");
    let guest = guests.iter().find(|guest| guest.name == "random").expect("it stands in the folder");
    let written = executed(guest, &sandbox()).stdout;
    assert_eq!(written, random::stream(&guest.job().id().0, 0, 1000));
}

/// The self-test of `assay doctor` is this text, this module and this hash.
#[test]
fn self_test_is_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../host/self_test");
    let wasm = wat::parse_file(folder.join("self_test.wat")).expect("it is a module");
    let job = assay_protocol::job::Job { args: vec!["self-test".to_owned()], ..plain_job(&wasm, Limits::default()) };
    let Ended::Executed(execution) = execute(&sandbox(), &wasm, &job, Vec::new()) else { panic!("the self-test has no outcome") };
    let outcome = format!("{}\n", execution.outcome.hash());
    if blessing() {
        std::fs::write(folder.join("self_test.wasm"), &wasm).expect("a writable folder");
        std::fs::write(folder.join("outcome.txt"), &outcome).expect("a writable folder");
    }
    assert!(std::fs::read(folder.join("self_test.wasm")).expect("it is committed") == wasm, "self_test.wasm is not self_test.wat: BLESS=1");
    assert_eq!(std::fs::read_to_string(folder.join("outcome.txt")).expect("it is committed"), outcome, "BLESS=1 if this is what should be");
    assert!(execution.outcome.status.is_success());
    assert_eq!(execution.outputs.len(), 1);
    assert!(execution.outputs[0].1 == execution.stdout, "the output and stdout are the same bytes");
}
