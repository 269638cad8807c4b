//! The host answers `specs/vectors/ledger-files.json`, which the reference writes and shares no code with it; and both agree on what is nearly good, and on every prefix of what is good.

use arbitrary::Unstructured;
use assay_protocol::ledger_files::entry::{self, Change, Entry, Stored};
use assay_protocol::ledger_files::journal::{HEADER_LEN, Header, LEDGER_MAGIC, OUTBOX_MAGIC};
use assay_protocol::ledger_files::outbox::{self, Begun, End, Sent};
use assay_protocol::ledger_files::snapshot::Saved;
use assay_tests::ledger_files::{self, made_up};
use assay_tests::vectors::{self, bytes, number, text};
use proptest::prelude::*;
use serde_json::{Value, json};

fn hexed(bytes: &[u8]) -> String {
    hex::encode(bytes)
}

/// A list of bytes, each as [`bytes`] reads them.
fn list(vector: &Value, field: &str) -> Vec<Vec<u8>> {
    let all = vector[field].as_array().unwrap_or_else(|| panic!("{}: no list in {field}", vector["name"]));
    all.iter().map(|one| bytes(&json!({"name": vector["name"], "bytes": one}), "bytes")).collect()
}

/// Compares a verdict with what a vector says; gives what was accepted.
fn answer<T>(vector: &Value, verdict: Result<T, &'static str>) -> Option<T> {
    match verdict {
        Ok(read) => {
            assert_eq!(vector["refused"], Value::Null, "{}: it is accepted", vector["name"]);
            Some(read)
        }
        Err(check) => {
            assert_eq!(vector["refused"].as_str(), Some(check), "{}", vector["name"]);
            None
        }
    }
}

fn header(vector: &Value) {
    let file = bytes(vector, "file");
    let magic = if text(vector, "expected") == "ledger" { LEDGER_MAGIC } else { OUTBOX_MAGIC };
    ledger_files::journals(&file);
    let Some(read) = answer(vector, Header::read(&file, magic).map_err(|broken| broken.check())) else { return };
    assert_eq!((hexed(&read.id), read.base), (text(vector, "id").to_owned(), number(vector, "base")));
    assert_eq!(read.to_bytes()[..], file[..]);
}

fn journal(vector: &Value) {
    let file = bytes(vector, "file");
    ledger_files::journals(&file);
    let Some(read) = answer(vector, ledger_files::host_journal(&file, LEDGER_MAGIC)) else { return };
    assert_eq!((read.header.base, read.good as u64), (number(vector, "base"), number(vector, "good")));
    assert_eq!(read.bodies, list(vector, "bodies"));
}

fn journal_truncations(vector: &Value) {
    let file = bytes(vector, "file");
    let ends: Vec<usize> =
        vector["ends"].as_array().expect("ends").iter().map(|end| end.as_str().expect("text").parse().expect("digits")).collect();
    let whole = ledger_files::host_journal(&file, LEDGER_MAGIC).expect("a good journal");
    for cut in 0..=file.len() {
        let read = ledger_files::host_journal(&file[..cut], LEDGER_MAGIC);
        if cut < HEADER_LEN {
            assert_eq!(read, Err("journal.length"), "cut at {cut}");
            continue;
        }
        let read = read.unwrap_or_else(|check| panic!("cut at {cut}: {check}"));
        let count = ends.iter().filter(|end| **end <= cut).count() - 1;
        assert_eq!((read.good, &read.bodies[..]), (ends[count], &whole.bodies[..count]), "cut at {cut}");
    }
    ledger_files::prefixes(&file, LEDGER_MAGIC, usize::MAX);
}

fn account(of: &Stored) -> Value {
    json!({"lamports": of.lamports.to_string(), "owner": hexed(&of.owner), "data": hexed(&of.data)})
}

fn changes(all: &[Change]) -> Value {
    all.iter().map(|change| json!({"address": hexed(&change.address), "account": change.account.as_ref().map(account)})).collect()
}

fn entry_shown(entry: &Entry) -> Value {
    match entry {
        Entry::Transaction { signature, intent, units, fee, changes: all } => json!({
            "entry": "Transaction",
            "signature": hexed(signature),
            "intent": intent.map(|intent| hexed(&intent)),
            "units": units.to_string(),
            "fee": fee.to_string(),
            "changes": changes(all),
        }),
        Entry::Pass { slots, seconds } => json!({"entry": "Pass", "slots": slots.to_string(), "seconds": seconds.to_string()}),
        Entry::Written { changes: all } => json!({"entry": "Written", "changes": changes(all)}),
    }
}

fn entries(vector: &Value) {
    let body = bytes(vector, "body");
    ledger_files::entries(&body);
    let Some(read) = answer(vector, entry::from_body(&body).map_err(|refusal| refusal.check)) else { return };
    assert_eq!(read.iter().map(entry_shown).collect::<Value>(), vector["entries"]);
}

fn snapshot_shown(of: &Saved) -> Value {
    let snapshot = &of.snapshot;
    let done = snapshot.done.iter().map(|done| {
        json!({
            "intent": hexed(&done.intent),
            "signature": hexed(&done.signature),
            "units": done.units.to_string(),
            "fee": done.fee.to_string(),
            "slot": done.slot.to_string(),
        })
    });
    json!({
        "id": hexed(&of.id),
        "frames": of.frames.to_string(),
        "program": hexed(&snapshot.program),
        "io_mint": hexed(&snapshot.io_mint),
        "iosd_mint": hexed(&snapshot.iosd_mint),
        "slot": snapshot.slot.to_string(),
        "time": snapshot.time.to_string(),
        "hashes": snapshot.hashes.iter().map(|(slot, hash)| json!({"slot": slot.to_string(), "hash": hexed(hash)})).collect::<Value>(),
        "recent": snapshot.recent.iter().map(|(slot, of)| json!({"slot": slot.to_string(), "signature": hexed(of)})).collect::<Value>(),
        "done": done.collect::<Value>(),
        "accounts": snapshot.accounts.iter().map(|(at, of)| json!({"address": hexed(at), "account": account(of)})).collect::<Value>(),
    })
}

fn snapshot(vector: &Value) {
    let file = bytes(vector, "file");
    ledger_files::snapshot(&file);
    let Some(read) = answer(vector, Saved::read(&file).map_err(|broken| broken.check())) else { return };
    assert_eq!(snapshot_shown(&read), vector["snapshot"]);
}

fn snapshot_truncations(vector: &Value) {
    let file = bytes(vector, "file");
    assert!(Saved::read(&file).is_ok());
    for cut in 0..file.len() {
        let expected = if cut < 68 { "snapshot.length" } else { "snapshot.hash" };
        assert_eq!(Saved::read(&file[..cut]).map_err(|broken| broken.check()).err(), Some(expected), "cut at {cut}");
    }
}

fn together(vector: &Value) {
    let (snapshot, journal) = (bytes(vector, "snapshot"), bytes(vector, "journal"));
    ledger_files::together(&snapshot, &journal);
    let Some(applied) = answer(vector, ledger_files::host_applied(&snapshot, &journal)) else { return };
    assert_eq!(applied, list(vector, "applied"));
}

fn begun(of: &Begun) -> Value {
    json!({
        "signature": hexed(&of.signature),
        "intent": of.intent.map(|intent| hexed(&intent)),
        "last_valid": of.last_valid.to_string(),
        "signed": of.signed.to_string(),
        "wire": hexed(&of.wire),
    })
}

fn end(of: &End) -> Value {
    match of {
        End::Landed { units, fee, slot } => {
            json!({"end": "Landed", "units": units.to_string(), "fee": fee.to_string(), "slot": slot.to_string()})
        }
        End::Failed => json!({"end": "Failed"}),
        End::Refused => json!({"end": "Refused"}),
        End::Expired => json!({"end": "Expired"}),
    }
}

/// An object with more fields.
fn and(mut object: Value, more: Value) -> Value {
    let fields = more.as_object().expect("an object").clone();
    object.as_object_mut().expect("an object").extend(fields);
    object
}

fn outbox_entry(vector: &Value) {
    let body = bytes(vector, "body");
    ledger_files::outbox_entry(&body);
    let Some(read) = answer(vector, outbox::Entry::from_body(&body).map_err(|refusal| refusal.check)) else { return };
    let shown = match &read {
        outbox::Entry::Begun(of) => and(json!({"entry": "Begun"}), begun(of)),
        outbox::Entry::Ended { signature, end: of } => json!({"entry": "Ended", "signature": hexed(signature), "end": end(of)}),
    };
    assert_eq!(shown, vector["entry"]);
}

fn outboxes(vector: &Value) {
    let bodies = list(vector, "bodies");
    ledger_files::outbox(&bodies);
    let read = Sent::read(bodies.iter().map(Vec::as_slice)).map_err(|refusal| refusal.check);
    let Some(sent) = answer(vector, read) else { return };
    assert_eq!(sent.open.values().map(begun).collect::<Value>(), vector["open"]);
    let met = sent.met.values().map(|(of, how)| and(begun(of), json!({"end": end(how)})));
    assert_eq!(met.collect::<Value>(), vector["met"]);
    assert_eq!(ledger_files::fewest(&sent), list(vector, "fewest"));
}

#[test]
fn the_host_answers_every_vector() {
    for (group, list) in vectors::groups("ledger-files.json") {
        for vector in &list {
            println!("{group}: {}", vector["name"]); // shown when the next line fails
            match group.as_str() {
                "headers" => header(vector),
                "journals" => journal(vector),
                "journal_truncations" => journal_truncations(vector),
                "entries" => entries(vector),
                "snapshots" => snapshot(vector),
                "snapshot_truncations" => snapshot_truncations(vector),
                "ledgers" => together(vector),
                "outbox_entries" => outbox_entry(vector),
                "outboxes" => outboxes(vector),
                // By the embedded ledger, which is not built into these tests: host/settlement/src/embedded/slots.rs.
                "slots" => {}
                other => panic!("no test knows the group {other}"),
            }
        }
    }
}

fn made(choices: &[u8]) -> arbitrary::Result<()> {
    let u = &mut Unstructured::new(choices);
    let (magic, good) = made_up::good_journal(u)?;
    ledger_files::prefixes(&good, magic, 500);
    ledger_files::journals(&made_up::journal(u)?);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn journals_agree(choices in proptest::collection::vec(any::<u8>(), 200..600)) {
        let _ = made(&choices);
    }

    #[test]
    fn ledgers_agree(choices in proptest::collection::vec(any::<u8>(), 200..600)) {
        let u = &mut Unstructured::new(&choices);
        let snapshot = made_up::snapshot(u).unwrap_or_default();
        ledger_files::snapshot(&snapshot);
        ledger_files::entries(&made_up::entries(u).unwrap_or_default());
        ledger_files::together(&snapshot, &made_up::journal(u).unwrap_or_default());
    }

    #[test]
    fn outboxes_agree(choices in proptest::collection::vec(any::<u8>(), 200..600)) {
        let bodies = made_up::outbox(&mut Unstructured::new(&choices)).unwrap_or_default();
        bodies.iter().for_each(|body| ledger_files::outbox_entry(body));
        ledger_files::outbox(&bodies);
    }
}

/// The generators make what is accepted and what is refused, and not only one of the two: else the tests above would test little.
#[test]
fn what_is_made_up_is_of_every_kind() {
    let mut seen = std::collections::BTreeMap::<&str, usize>::new();
    for number in 0..2_000_u64 {
        let mut choices = [0; 500];
        blake3::Hasher::new().update(&number.to_le_bytes()).finalize_xof().fill(&mut choices);
        let u = &mut Unstructured::new(&choices);
        let mut count = |verdict: Result<(), &'static str>| *seen.entry(verdict.err().unwrap_or("accepted")).or_default() += 1;
        if let Ok(file) = made_up::journal(u) {
            count(ledger_files::host_journal(&file, LEDGER_MAGIC).map(drop));
        }
        if let Ok(file) = made_up::snapshot(u) {
            count(Saved::read(&file).map(drop).map_err(|broken| broken.check()));
        }
        let u = &mut Unstructured::new(&choices);
        if let Ok(body) = made_up::entries(u) {
            count(entry::from_body(&body).map(drop).map_err(|refusal| refusal.check));
        }
        if let Ok(bodies) = made_up::outbox(u) {
            count(Sent::read(bodies.iter().map(Vec::as_slice)).map(drop).map_err(|refusal| refusal.check));
        }
    }
    for kind in ["accepted", "journal.frame", "snapshot.rules", "snapshot.decode", "entries.rules", "outbox.rules", "outbox.decode"] {
        assert!(seen.get(kind).is_some_and(|count| *count >= 10), "{kind}: {seen:?}");
    }
}
