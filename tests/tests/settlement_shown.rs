//! What the command line says of a ledger: scores in one unit, times that are right after a pause, a ledger that is damaged, and what it does not take for an answer.

use std::path::Path;
use std::time::Instant;

use assay_tests::program::{Place, samples};
use serde_json::Value;

/// A place with a ledger, whose guardian is also its provider.
fn ledger() -> Place {
    let place = Place::new();
    place.write("key.json", samples::key_file(1));
    by(&place, "ledger init");
    place
}

fn words(command: &str) -> impl Iterator<Item = &str> {
    command.split_whitespace().chain(["--keypair", "key.json"])
}

/// A command that ends well, for programs.
fn by(place: &Place, command: &str) -> Value {
    place.run(words(command).chain(["--json"])).ok().json()
}

/// The same for people: what it prints.
fn text(place: &Place, command: &str) -> String {
    place.run(words(command)).ok().text()
}

/// A command that does not: its exit code, message and hint.
fn refused(place: &Place, command: &str) -> (Option<i32>, String) {
    let ran = place.run(words(command));
    assert!(ran.stdout.is_empty(), "{ran}");
    (ran.code, ran.stderr)
}

fn provider(place: &Place) {
    by(place, "ledger airdrop 5000IO");
    by(place, "provider register --country de --continent EU");
    by(place, "provider device add h100 --price-iosd 2");
    by(place, "provider stake 2000");
}

fn job(place: &Place) {
    place.write("module.wasm", samples::guest("copy"));
    place.write("job.toml", samples::job_toml("sample") + "inputs = { text = \"text\" }\n");
    place.write("text", "to be copied");
    place.run(["build", "--key", "key.json"]).ok();
    by(place, "ledger airdrop 100IOSD");
    by(place, "job open --package target/assay/sample.assay --input text=text --price 2IOSD --hours 1");
}

/// What is left of a ledger is refused, as damaged: nothing is made in its place, and no cluster is taken for it.
#[test]
fn a_lost_snapshot_is_damage() {
    let place = ledger();
    let folder = place.home(".local/share/assay/ledger");
    std::fs::remove_file(folder.join("snapshot")).expect("it is there");
    let journal = std::fs::read(folder.join("journal")).expect("it is there");
    let config = place.home(".config/solana/cli");
    std::fs::create_dir_all(&config).expect("a folder");
    std::fs::write(config.join("config.yml"), "json_rpc_url: http://127.0.0.1:9\n").expect("it can be written");
    for command in ["ledger status", "ledger init", "ledger airdrop 1IO"] {
        let (code, said) = refused(&place, command);
        assert!(code == Some(4) && said.contains("a journal without its snapshot") && said.contains("restore the folder"), "{said}");
    }
    assert_eq!(std::fs::read(folder.join("journal")).expect("still there"), journal);
    // But what an interrupted init leaves is made anew.
    std::fs::write(folder.join("journal"), &journal[..68]).expect("it can be written");
    by(&place, "ledger init");
}

#[test]
fn scores_are_in_one_unit() {
    let place = ledger();
    provider(&place);
    by(&place, &format!("ledger attest device {} 0", samples::public_key(1)));
    assert_eq!(by(&place, "provider heartbeat")["score_gpu"], "10", "multiplier × quantity");
    assert_eq!(by(&place, "provider earnings")["score_gpu"], "10");
    assert_eq!(by(&place, "ledger status")["score"]["gpu"], "10");
    assert!(text(&place, "ledger status").contains("score     GPU 10 · CPU 0"));
    assert!(text(&place, "provider heartbeat").contains("score GPU 10 · CPU 0"));
}

#[test]
fn estimates_say_which_pool_and_which_costs() {
    let place = Place::new();
    place.write("key.json", samples::key_file(1));
    let cpu = "provider estimate --device=m4-max=2 --price 0.1 --io-usd 0.5";
    let (code, said) = refused(&place, cpu);
    assert!(code == Some(2) && said.contains("--network-score-cpu"), "{said}");
    let rewards = |more: &str| by(&place, &format!("{cpu} {more}"))["months"][0]["rewards_io"].as_f64().expect("a number");
    let few = rewards("--network-score-cpu 3");
    assert!((few - rewards("--network-score-cpu 3 --network-score 9")).abs() < 1e-6 && few > rewards("--network-score-cpu 30"));
    let none = by(&place, "provider estimate --device h100=1 --price 0 --io-usd 0 --fixed 1");
    assert_eq!((&none["months"][0]["months_to_repay"], &none["running_costs"]["covered_from_utilisation"]), (&Value::Null, &Value::Null));
    let said = text(&place, "provider estimate --device h100=1 --price 0.001 --io-usd 0 --hardware 1000000 --utilisation 33.35");
    assert!(said.contains("33.35%") && said.contains("never"), "{said}");
    assert!(
        said.contains("running costs in month 0: covered at any utilisation") && said.contains("without the hardware's 1,000,000 USD"),
        "{said}"
    );
}

#[test]
fn a_pause_is_said_and_moves_nothing_that_was() {
    let place = ledger();
    provider(&place);
    job(&place);
    let opened = by(&place, "job show 1")["opened_at"]["utc"].clone();
    assert!(opened.is_string());
    by(&place, "ledger warp 1m");
    by(&place, "ledger pause");
    by(&place, "ledger warp 3d");
    let shown = by(&place, "job show 1");
    assert!(
        shown["paused"]["since"].is_string() && shown["next"].as_array().is_some_and(|next| next.iter().all(|step| step["now"] == false))
    );
    assert_eq!((&shown["opened_at"]["utc"], &shown["accept_by"]["utc"]), (&opened, &Value::Null), "when it goes on is not known");
    for command in ["job show 1", "provider status", "verifier status"] {
        let said = text(&place, command);
        assert!(
            said.contains("the program is paused since") && said.contains("ledger resume") && !said.contains("next "),
            "{command}: {said}"
        );
    }
    assert_eq!(by(&place, "provider status")["obstacles"][0], "the program is paused");
    by(&place, "ledger resume");
    let shown = by(&place, "job show 1");
    assert_eq!((&shown["opened_at"]["utc"], &shown["paused"]), (&opened, &Value::Null));
    assert_eq!(shown["opened_at"]["in_s"], -(60 + 3 * 86_400));
    let said = text(&place, "job show 1");
    assert!(said.contains(opened.as_str().expect("text")) && said.contains("3 d ago") && said.contains("job accept"), "{said}");
}

#[test]
fn what_a_ledger_on_this_machine_does_not_take_is_refused() {
    let place = ledger();
    provider(&place);
    let other = samples::public_key(9);
    place.write("file", "");
    for (command, said) in [
        (format!("ledger status --program {other}"), "--program is for clusters"),
        (format!("ledger init --url embedded:new --program {other}"), "--program is for clusters"),
        ("ledger status --priority-fee-max 5".into(), "--priority-fee-max is for clusters"),
        ("ledger warp 365000d".into(), "at most 36525d"),
        ("ledger airdrop 0IO".into(), "nothing to give"),
        ("provider device update 0".into(), "--status"),
        ("provider register --country ZZ --continent EU".into(), "no country ZZ"),
        ("provider register --country US --continent EU".into(), "US is not on EU"),
        ("ledger status --url embedded:file".into(), "is a file, and a ledger is a folder"),
        ("ledger init --url embedded:file/below".into(), "is a file, and a ledger is a folder"),
    ] {
        let (code, all) = refused(&place, &command);
        assert!(code == Some(2) && all.contains(said), "assay {command}: {all}");
    }
    assert!(!place.work("new").exists());
    assert!(text(&place, "ledger warp 1d1s").starts_with("1 d 1 s later"));
    let ran = place.command(words("ledger status")).env("ASSAY_PROGRAM", &other).output().expect("it starts");
    assert!(ran.status.success(), "a variable that is set for a cluster is not meant for this ledger");
    by(&place, "provider device update 0 --status removed");
    let listed = text(&place, "provider device list");
    assert!(listed.contains("removed for good") && !listed.contains("needs") && !listed.contains("free"), "{listed}");
}

#[test]
fn who_waits_for_a_lock_says_so() {
    let place = ledger();
    let lock = std::fs::File::options().write(true).open(place.home(".local/share/assay/ledger/lock")).expect("it is there");
    lock.lock().expect("nobody has it");
    let started = Instant::now();
    let (code, said) = refused(&place, "ledger status");
    assert!(code == Some(4) && started.elapsed().as_secs() >= 9, "{said}");
    let folder: &Path = &place.home(".local/share/assay/ledger");
    assert_eq!(said.matches(&format!("another command has {} open: waiting for it", folder.display())).count(), 1, "{said}");
}
