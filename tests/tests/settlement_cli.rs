//! Whole lives on an embedded ledger, through the program, each step as its own process: a job that is run, checked and paid; a lie that is found out, appealed and slashed; a proof that was right and
//! contradicted. What a step says with `--json` is what the next one goes by.
//!
//! The jobs are real: a package is built, run and proved by its receipt. A lie is a receipt that its provider signed over an outcome that no run has.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::time::Duration;

use assay_tests::program::{Place, samples};
use assay_tests::settlement_world::{GUARDIAN, PROVIDER, REQUESTER, VERIFIERS, World, amount, text};
use serde_json::Value;

/// What an account holds before and after a transaction of a dry run.
fn moved<'a>(transaction: &'a Value, whose: &str) -> (&'a str, &'a str) {
    let all = transaction["moved"].as_array().unwrap_or_else(|| panic!("nothing moves: {transaction}"));
    let one = all.iter().find(|one| one["whose"] == whose).unwrap_or_else(|| panic!("{whose} is not in {all:?}"));
    (amount(&one["before"]), amount(&one["after"]))
}

/// Commands that send several transactions, one of which finds what the one before it left: all are tried, in order, and nothing is written.
#[test]
fn a_dry_run_goes_to_the_end() {
    let world = World::with_provider();
    world.run_job(PROVIDER, "honest.receipt");
    let job = world.proved("honest.receipt");
    let count = |dry: &Value| dry["transactions"].as_array().map_or(0, Vec::len);
    let tried = |dry: &Value| {
        dry["transactions"].as_array().expect("a list").iter().all(|one| one["rehearsed"] == true && one["refused"].is_null())
    };

    // Whether it is sampled, and then the committee, which the slot's hash names.
    let before = world.place.listing();
    let dry = world.by(REQUESTER, &format!("verifier draw {job} --dry-run"));
    assert!(count(&dry) >= 2 && tried(&dry), "{dry}");
    assert_eq!(dry["transactions"][0]["instructions"][0]["name"], "Sample");
    assert_eq!(dry["transactions"][1]["instructions"][0]["name"], "Draw");
    assert_eq!(dry["transactions"][0]["deposits"][0]["account"], "round");
    assert_ne!(amount(&dry["rent"]), "0 SOL");
    // The last one of several is refused: those before it are shown, and it is told why.
    let settle = format!("job settle {job} --dry-run");
    let ran = world.ran(REQUESTER, &settle);
    assert!(ran.code == Some(1) && ran.json()["error"]["check"] == "ledger.RoundOpen", "{ran}");
    let ran = world.place.run(settle.split_whitespace().chain(["--keypair", "key-2.json"]));
    assert!(ran.code == Some(1) && String::from_utf8_lossy(&ran.stdout).contains("Sample") && ran.stderr.contains("RoundOpen"), "{ran}");
    assert!(!ran.text().contains("on a cluster"), "what is said of clusters is said there: {ran}");
    assert_eq!(world.place.listing(), before, "a dry run writes nothing");

    // A wallet without SOL: the ledger's own complaints stay out of it.
    world.place.write("key-9.json", samples::key_file(9));
    let poor = world.place.run("provider register --country de --continent EU --dry-run --keypair key-9.json".split_whitespace());
    assert!(poor.stderr.starts_with("assay: failed by ledger.funds") && poor.stderr.lines().count() == 2, "{poor}");

    // Ten months have to be accounted for before a heartbeat: more than fit into one transaction.
    world.by(GUARDIAN, "ledger warp 310d");
    let before = world.place.listing();
    let dry = world.by(PROVIDER, "provider heartbeat --dry-run");
    assert!(count(&dry) == 2 && tried(&dry), "{dry}");
    assert_eq!(world.place.listing(), before);
    assert_eq!(world.by(PROVIDER, "provider heartbeat")["transactions"].as_array().map(Vec::len), Some(2), "and so it is carried out");
}

#[test]
fn a_job_is_run_checked_and_paid() {
    let world = World::new();
    world.by(PROVIDER, "provider register --country de --continent EU");
    world.by(PROVIDER, "provider device add h100 --price-iosd 2");
    let status = world.by(PROVIDER, "provider status");
    assert_eq!((&status["eligible"], &status["obstacles"]), (&Value::from(false), &serde_json::json!(["2000 IO of stake is missing"])));
    // A dry run says what would be signed, and changes nothing.
    let before = world.place.listing();
    let dry = world.by(PROVIDER, "provider stake 2000 --dry-run");
    let one = &dry["transactions"][0];
    assert_eq!(
        (&one["instructions"][0]["name"], amount(&one["takes"][0]["amount"]), &one["refused"]),
        (&Value::from("Stake"), "2000 IO", &Value::Null)
    );
    assert!(one["compute_units"].as_u64().is_some_and(|units| units > 0), "{dry}");
    assert_eq!(moved(one, "your IO"), ("5000 IO", "3000 IO"));
    assert_eq!(moved(one, "the program's stake"), ("16000 IO", "18000 IO"));
    assert_eq!((amount(&dry["fee"]), amount(&dry["rent"])), ("0.000005 SOL", "0 SOL"));
    assert_eq!(world.place.listing(), before);
    assert_eq!(world.by(PROVIDER, "provider stake 2000")["eligible"], true);

    // Rewards: attested, there for an hour.
    world.by(GUARDIAN, &format!("ledger attest device {} 0", samples::public_key(PROVIDER)));
    world.by(PROVIDER, "provider heartbeat");
    world.by(GUARDIAN, "ledger warp 1h");
    assert_eq!(world.refused(PROVIDER, "provider claim").1, "ledger.NothingToPay");
    world.by(PROVIDER, "provider heartbeat");
    let earned = world.by(PROVIDER, "provider earnings");
    assert_ne!(amount(&earned["earned"]), "0 IO");
    assert_eq!(world.by(PROVIDER, "provider claim")["paid"], earned["earned"]);

    // The job.
    let honest = world.run_job(PROVIDER, "honest.receipt");
    let opened = world.by(REQUESTER, "job open --package target/assay/sample.assay --input text=text --price 2IOSD --hours 1");
    assert_eq!(opened["job_id"], honest["job"], "open computes the id that run does");
    assert_eq!(amount(&opened["escrow"]), "2.245 IOSD", "2 + 0.25 % + 2 % + 10 %");
    let job = text(&opened["job"]);
    assert_eq!(world.next("1"), ["job accept", "job cancel", "job expire"], "a job is named by its number, too");
    assert_eq!(world.refused(REQUESTER, "job expire 1").1, "ledger.TooEarly");
    world.by(PROVIDER, &format!("job accept {job}"));
    assert_eq!(world.refused(PROVIDER, "provider unstake 1").1, "ledger.StakeBusy");
    world.place.run(["run", World::package(), "--input", "text=job.toml", "--receipt", "other.receipt", "--key", "key-3.json"]).ok();
    let (code, check, _) = world.refused(PROVIDER, &format!("job prove {job} --receipt other.receipt"));
    assert_eq!((code, check.as_str()), (3, "receipt.job"), "a receipt of another job proves nothing");
    world.by(PROVIDER, &format!("job prove {job} --receipt honest.receipt"));

    // The committee.
    let seats = world.drawn(&job);
    assert_eq!(seats.len(), 3);
    assert_eq!(world.drawn(&job), seats, "drawn again, nothing changes");
    assert_eq!(world.refused(REQUESTER, &format!("verifier commit {job} --abstain")).1, "ledger.NotMember");
    assert_eq!(world.refused(REQUESTER, &format!("job settle {job}")).1, "ledger.RoundOpen");
    let waits = world.by(VERIFIERS + seats[0], "verifier status");
    assert_eq!((&waits["rounds"][0]["job"], &waits["rounds"][0]["command"]), (&Value::from(job.as_str()), &Value::from("commit")));
    world.run_job(VERIFIERS + seats[0], "verifier.receipt");
    let commit = format!("verifier commit {job} --receipt verifier.receipt");
    world.by(VERIFIERS + seats[0], &commit);
    assert_eq!(world.by(VERIFIERS + seats[0], &commit)["transactions"], serde_json::json!([]), "said again, it is the same");
    assert_eq!(world.refused(VERIFIERS + seats[0], &format!("verifier commit {job} --abstain")).1, "ledger.AlreadyCommitted");
    assert_eq!(world.refused(VERIFIERS + seats[0], &format!("verifier reveal {job}")).1, "ledger.TooEarly");
    let outcome = text(&honest["outcome_hash"]);
    for seat in &seats[1..] {
        world.by(VERIFIERS + seat, &format!("verifier commit {job} --outcome {outcome}"));
    }
    assert_eq!(world.refused(GUARDIAN, &format!("verifier tally {job}")).1, "ledger.NotComplete");
    for seat in &seats {
        world.by(VERIFIERS + seat, &format!("verifier reveal {job}"));
    }
    let counted = world.by(GUARDIAN, &format!("verifier tally {job}"));
    assert_eq!((&counted["state"], &counted["round"]["state"]), (&Value::from("confirmed"), &Value::from("confirmed")));

    // The money.
    let (code, check, error) = world.refused(REQUESTER, &format!("job settle {job}"));
    assert_eq!((code, check.as_str()), (1, "ledger.TooEarly"));
    assert!(text(&error["message"]).contains("UTC, in 23 h") || text(&error["message"]).contains("UTC, in 1 d"), "{error}");
    world.by(GUARDIAN, "ledger warp 1d1s");
    let settled = world.by(GUARDIAN, &format!("job settle {job}"));
    assert_eq!(settled["state"], "settled");
    assert_eq!(world.holds(PROVIDER, "iosd"), "1.995 IOSD", "the price, less the reservation");
    assert_eq!(world.by(VERIFIERS + seats[0], "verifier claim")["paid_iosd"]["amount"], "0.066666 IOSD", "a third of 10 %");
    world.by(REQUESTER, &format!("job close {job}"));
    assert_eq!(world.refused(REQUESTER, &format!("job show {job}")).0, 2, "it is gone");
    assert_eq!(world.by(PROVIDER, "provider status")["good"], 1);
}

#[test]
fn a_lie_is_found_out_appealed_and_slashed() {
    let world = World::with_provider();
    let honest = world.run_job(REQUESTER, "honest.receipt");
    let lie = world.lie("honest.receipt", PROVIDER, "lie.receipt");
    let had = world.holds(REQUESTER, "iosd");
    let job = world.proved("lie.receipt");
    let seats = world.drawn(&job);
    let outcome = text(&honest["outcome_hash"]);
    let counted = world.decides(&job, &seats, &format!("--outcome {outcome} --call 3"));
    assert_eq!((&counted["state"], &counted["dispute"]["state"]), (&Value::from("disputed"), &Value::from("frozen")));
    let shown = world.by(PROVIDER, &format!("dispute show {job}"));
    assert_eq!((&shown["claimed"], &shown["found"]), (&Value::from(lie.to_string()), &Value::from(outcome.as_str())));
    assert_eq!((amount(&shown["frozen"]), &shown["first_differing_call"]), ("2000 IO", &Value::from(3)));
    assert_eq!(world.refused(GUARDIAN, &format!("dispute execute {job}")).1, "ledger.TooEarly");

    let (_, check, error) = world.refused(REQUESTER, &format!("dispute appeal {job}"));
    assert!(check == "ledger.NotSigned" && text(&error["message"]).contains(&samples::public_key(PROVIDER)), "{error}");
    world.by(PROVIDER, &format!("dispute appeal {job}"));
    let judges = world.drawn(&job);
    assert!(judges.iter().all(|judge| !seats.contains(judge)), "{judges:?} judge what {seats:?} said");
    let counted = world.decides(&job, &judges, &format!("--outcome {outcome}"));
    assert_eq!(counted["dispute"]["state"], "lost");
    assert_eq!(world.next(&job), ["dispute execute"]);
    let slashed = world.by(GUARDIAN, &format!("dispute execute {job}"));
    assert_eq!(
        (&slashed["state"], &slashed["dispute"], amount(&slashed["slashed"])),
        (&Value::from("refunded"), &Value::from("slashed"), "2000 IO")
    );
    assert_eq!(world.holds(REQUESTER, "iosd"), had, "all of it came back");
    let shown = world.by(PROVIDER, &format!("dispute show {job}"));
    assert_eq!((amount(&shown["frozen"]), amount(&shown["frozen_at_first"])), ("0 IO", "2000 IO"), "it is slashed, and not frozen");
    let status = world.by(PROVIDER, "provider status");
    assert_eq!((amount(&status["stake"]), &status["good"], &status["eligible"]), ("0 IO", &Value::from(0), &Value::from(false)));
    // 20 % of the stake to the three who found it out; the bond to the three who judged.
    assert_eq!(amount(&world.by(VERIFIERS + seats[0], "verifier claim")["paid_io"]), "133.33333333 IO");
    assert_eq!(amount(&world.by(VERIFIERS + judges[0], "verifier claim")["paid_io"]), "16.66666666 IO");
    world.by(REQUESTER, &format!("job close {job}"));
    assert_eq!(world.by(REQUESTER, "dispute list")["disputes"], serde_json::json!([]));
}

#[test]
fn a_proof_that_was_right_is_restored_and_who_contradicted_it_is_punished() {
    let world = World::with_provider();
    let honest = world.run_job(PROVIDER, "honest.receipt");
    let job = world.proved("honest.receipt");
    let seats = world.drawn(&job);
    let wrong = "11".repeat(32);
    world.decides(&job, &seats, &format!("--outcome {wrong}"));
    world.by(PROVIDER, &format!("dispute appeal {job}"));
    let judges = world.drawn(&job);
    let counted = world.decides(&job, &judges, &format!("--outcome {}", text(&honest["outcome_hash"])));
    assert_eq!((&counted["state"], &counted["dispute"]["state"]), (&Value::from("confirmed"), &Value::from("restored")));
    assert_eq!(world.by(GUARDIAN, &format!("job settle {job}"))["state"], "settled");
    let shown = world.place.run(["job", "show", &job]).ok().text();
    assert!(shown.contains("restored · 2000 IO set free again") && !shown.contains("frozen"), "{shown}");
    assert_eq!(world.refused(REQUESTER, &format!("job close {job}")).1, "ledger.Punishable");
    let punished = world.by(GUARDIAN, &format!("dispute punish {job}"));
    assert_eq!(punished["seats"].as_array().map(Vec::len), Some(3));
    let seat = world.by(VERIFIERS + seats[0], "verifier status");
    assert_eq!((amount(&seat["seats"][0]["stake"]), &seat["seats"][0]["drawn"]), ("1500 IO", &Value::from(false)));
    world.by(REQUESTER, &format!("job close {job}"));
    assert_eq!(amount(&world.by(PROVIDER, "provider status")["stake"]), "2050 IO", "the bond became stake");
}

#[test]
fn a_verdict_outlives_its_process_and_nothing_else_reveals_it() {
    let world = World::with_provider();
    world.run_job(PROVIDER, "honest.receipt");
    let job = world.proved("honest.receipt");
    let seats = world.drawn(&job);
    for seat in &seats {
        world.by(VERIFIERS + seat, &format!("verifier commit {job} --abstain"));
    }
    let shown = world.place.run(format!("job show {job}").split_whitespace()).ok().text();
    assert!(shown.contains("all have committed · reveals until") && !shown.contains("commits until"), "{shown}");
    let folder = world.place.home(".local/share/assay/verdicts");
    let inner = std::fs::read_dir(&folder).expect("a folder of verdicts").next().expect("one ledger").expect("readable").path();
    let files: BTreeMap<_, _> = std::fs::read_dir(&inner)
        .expect("readable")
        .map(|file| file.expect("readable").path())
        .map(|path| (path.clone(), std::fs::metadata(&path).expect("there").permissions().mode() & 0o777))
        .collect();
    assert_eq!(files.len(), 3);
    assert!(files.values().all(|mode| *mode == 0o600), "{files:?}");
    std::fs::rename(&inner, world.place.home("elsewhere")).expect("it can be moved");
    let (code, _, error) = world.refused(VERIFIERS + seats[0], &format!("verifier reveal {job}"));
    assert_eq!(code, 4, "{error}");
    std::fs::rename(world.place.home("elsewhere"), &inner).expect("and back");
    for seat in &seats {
        world.by(VERIFIERS + seat, &format!("verifier reveal {job}"));
    }
    assert_eq!(world.by(GUARDIAN, &format!("verifier tally {job}"))["round"]["state"], "no quorum");
    assert_eq!(world.next(&job), ["verifier draw"]);
    assert_eq!(world.drawn(&job).len(), 3, "another committee");
}

#[test]
fn stake_votes_and_time_locks() {
    let world = World::with_provider();
    assert_eq!(world.refused(PROVIDER, "gov propose param emission_first=1").1, "ledger.Parameter");
    let proposed = world.by(PROVIDER, "gov propose param challenge_s=7200");
    assert_eq!(proposed["proposal"]["what"], "challenge_s = 7200 s");
    assert_eq!(amount(&world.by(PROVIDER, "gov vote 0 yes")["weight"]), "2000 IO");
    assert_eq!(world.refused(PROVIDER, "gov execute 0").1, "ledger.TooEarly");
    world.by(GUARDIAN, "ledger warp 7d1s");
    assert_eq!(world.by(GUARDIAN, "gov execute 0")["proposal"]["state"], "executed");
    assert_eq!(world.by(GUARDIAN, "ledger status --params")["params"]["challenge_s"]["value"], "7200");
    assert_eq!(world.refused(REQUESTER, "ledger pause").1, "ledger.NotGuardian");
    world.by(GUARDIAN, "ledger pause");
    assert_eq!(world.refused(PROVIDER, "provider stake 1").1, "ledger.Paused");
    world.by(GUARDIAN, "ledger resume");
    world.by(PROVIDER, "provider unstake 2000");
    assert_eq!(world.refused(PROVIDER, "provider withdraw").1, "ledger.NothingToPay");
    world.by(GUARDIAN, "ledger warp 14d");
    assert_eq!(amount(&world.by(PROVIDER, "provider withdraw")["paid"]), "2000 IO");
}

#[test]
fn jobs_end_in_other_ways() {
    let world = World::with_provider();
    let honest = world.run_job(PROVIDER, "honest.receipt");
    let open = "job open --package target/assay/sample.assay --receipt honest.receipt --price 30IO --hours 2";
    let had = world.holds(REQUESTER, "io");

    // Nobody took it; nobody proved it; it was called off, before and after it was accepted.
    world.by(REQUESTER, open);
    assert_eq!(amount(&world.by(REQUESTER, "job cancel 1")["paid"]["requester"]), "66.15 IO", "all of it");
    world.by(REQUESTER, open);
    world.by(GUARDIAN, "ledger warp 1h1s");
    assert_eq!(world.by(REQUESTER, "job expire 2")["state"], "expired");
    let job = text(&world.by(REQUESTER, open)["job"]);
    world.by(PROVIDER, &format!("job accept {job} --device 0"));
    world.by(GUARDIAN, "ledger warp 3h");
    world.by(REQUESTER, "job expire 3");
    assert_eq!(world.holds(REQUESTER, "io"), had);
    let job = text(&world.by(REQUESTER, open)["job"]);
    world.by(PROVIDER, &format!("job accept {job}"));
    assert_eq!(world.refused(PROVIDER, &format!("job cancel {job}")).1, "ledger.NotSigned");
    assert_eq!(
        amount(&world.by(REQUESTER, "job cancel 4")["paid"]["provider"]),
        "29.85 IO",
        "the hour that was begun, less the reservation"
    );
    for job in 1..=4 {
        world.by(REQUESTER, &format!("job close {job}"));
    }
    assert_eq!(world.by(REQUESTER, "job list --mine")["jobs"], serde_json::json!([]));

    // Challenged and confirmed: the bond goes to the five who said so, of whom three had to.
    let job = world.proved("honest.receipt");
    let seats = world.drawn(&job);
    world.decides(&job, &seats, &format!("--outcome {}", text(&honest["outcome_hash"])));
    assert_eq!(world.by(REQUESTER, &format!("job challenge {job}"))["bond"]["amount"], "500 IO");
    let judges = world.drawn(&job);
    assert_eq!(judges.len(), 5);
    assert_eq!(world.decides(&job, &judges, &format!("--outcome {}", text(&honest["outcome_hash"])))["state"], "confirmed");
    assert_eq!(amount(&world.by(VERIFIERS + judges[0], "verifier claim")["paid_io"]), "100 IO");

    // A racy package: the provider is paid, and the package is marked.
    let job = world.proved("honest.receipt");
    let seats = world.drawn(&job);
    assert_eq!(world.decides(&job, &seats, "--indeterminate 4")["state"], "indeterminate");
    assert_eq!(world.refused(GUARDIAN, &format!("job settle {job}")).1, "ledger.TooEarly", "it can be challenged like any other");
    world.by(GUARDIAN, "ledger warp 25h");
    assert_eq!(world.by(GUARDIAN, &format!("job settle {job}"))["state"], "settled");
    assert_eq!(world.by(GUARDIAN, &format!("job show {job}"))["package_found_racy"], 1);
}

#[test]
fn seats_devices_and_guardians_come_and_go() {
    let world = World::with_provider();
    assert_eq!(amount(&world.by(VERIFIERS, "verifier topup 100")["stake"]), "2100 IO");
    world.by(VERIFIERS, "verifier leave");
    assert_eq!(world.refused(VERIFIERS, "verifier withdraw").1, "ledger.TooEarly");
    world.by(GUARDIAN, "ledger warp 90d");
    assert_eq!(amount(&world.by(VERIFIERS, "verifier withdraw")["stake"]), "2100 IO");
    world.by(GUARDIAN, "ledger airdrop 2000IO");
    assert_eq!(world.by(GUARDIAN, "verifier register")["seat"], 0, "the vacant one");

    let device = |change: &str| world.by(PROVIDER, &format!("provider device update 0 {change}"))["device"].clone();
    assert_eq!(amount(&device("--quantity 2")["needed"]), "4000 IO");
    assert_eq!(amount(&device("--quantity 1 --price-io 0 --price-iosd 3")["price_iosd"]), "3 IOSD");
    assert_eq!(device("--status paused")["status"], "paused");
    assert_eq!(device("--status up")["status"], "up");
    let provider = samples::public_key(PROVIDER);
    world.by(GUARDIAN, &format!("ledger attest provider {provider} --tier high"));
    assert_eq!(world.by(GUARDIAN, &format!("ledger block {provider}"))["status"], "blocked");
    let status = world.by(GUARDIAN, &format!("provider status {provider}"));
    assert_eq!((&status["tier"], &status["obstacles"][0]), (&Value::from("high"), &Value::from("it is blocked")));
    world.by(GUARDIAN, &format!("ledger block {provider} --undo"));
    assert_eq!(world.by(PROVIDER, "provider pause")["status"], "paused");
    assert_eq!(world.by(PROVIDER, "provider resume")["status"], "up");
    world.by(GUARDIAN, "ledger model set Abacus --id 4000 --kind cpu --multiplier 0.5");

    // Fees of a job that was called off.
    world.run_job(PROVIDER, "honest.receipt");
    world.by(REQUESTER, "job open --package target/assay/sample.assay --receipt honest.receipt --price 4IOSD");
    let job = text(&world.by(REQUESTER, "job list --mine")["jobs"][0]["job"]);
    world.by(PROVIDER, &format!("job accept {job}"));
    world.by(REQUESTER, "job cancel 1");
    let requester = samples::public_key(REQUESTER);
    for what in [
        "model Abacus --id 4000 --kind cpu --multiplier 2 --disabled",
        &format!("guardian {requester}"),
        &format!("pay-fees 0.05IOSD {provider}"),
    ] {
        let id = world.by(PROVIDER, &format!("gov propose {what}"))["proposal"]["id"].clone();
        world.by(PROVIDER, &format!("gov vote {id} yes"));
    }
    let had = world.holds(PROVIDER, "iosd");
    world.by(GUARDIAN, "ledger warp 8d");
    for id in 0..3 {
        assert_eq!(world.by(REQUESTER, &format!("gov execute {id}"))["proposal"]["state"], "executed");
        world.by(PROVIDER, &format!("gov close {id}"));
    }
    assert_ne!(world.holds(PROVIDER, "iosd"), had);
    let models = world.by(GUARDIAN, "ledger model list");
    assert!(
        models["models"].as_array().expect("a list").iter().any(|model| model["name"] == "Abacus" && model["multiplier"] == 2.0),
        "{models}"
    );
    assert_eq!(world.refused(GUARDIAN, "ledger pause").1, "ledger.NotGuardian");
    world.by(REQUESTER, "ledger pause");
    world.by(REQUESTER, "ledger resume");
    assert_eq!(device("--status removed")["status"], "removed");
    world.by(PROVIDER, "provider terminate --for-good");
    assert_eq!(world.refused(PROVIDER, "provider stake 1").1, "ledger.Terminated");
}

/// A process is killed somewhere, and the command is run again until it is heard of: it is carried out once.
#[test]
fn a_command_that_is_killed_pays_once() {
    let world = World::new();
    world.by(PROVIDER, "provider register --country de --continent EU");
    let mut staked = 0;
    for (more, moment) in (1..=30_u64).zip((0..60_000).step_by(2_000)) {
        let command = format!("provider stake {more} --keypair key-3.json --json");
        let mut child =
            world.place.command(command.split_whitespace()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        std::thread::sleep(Duration::from_micros(moment));
        let _ = child.kill();
        let said = child.wait_with_output().expect("it ends").stdout;
        if serde_json::from_slice::<Value>(&said).is_err() {
            world.by(PROVIDER, &format!("provider stake {more}"));
        }
        staked += more;
        let status = world.by(PROVIDER, "provider status");
        assert_eq!(amount(&status["stake"]), format!("{staked} IO"), "killed after {moment} µs");
    }
}

#[test]
fn faults_are_told_apart_by_their_exit_codes() {
    let place = Place::new();
    let code = |args: &[&str]| {
        let ran = place.run(args.iter().copied().chain(["--json"]));
        let error = ran.json()["error"].clone();
        assert_eq!(error["exit_code"].as_i64(), ran.code.map(i64::from), "{ran}");
        (ran.code, error["hint"].as_str().unwrap_or_default().to_owned())
    };
    let (none, hint) = code(&["ledger", "status"]);
    assert_eq!(none, Some(2));
    assert!(hint.contains("assay ledger init"), "{hint}");
    assert_eq!(code(&["ledger", "status", "--url", "nowhere"]).0, Some(2));
    assert_eq!(code(&["ledger", "status", "--url", "http://127.0.0.1:9"]).0, Some(2), "which program?");
    assert_eq!(code(&["job", "show", "not-a-job"]).0, Some(2));
    place.run(["ledger", "init"]).ok();
    assert_eq!(code(&["ledger", "init"]).0, Some(2), "there is one");
    assert_eq!(code(&["provider", "stake", "1"]).0, Some(2), "no provider");
    for amount in ["-5IO", "5", "5USD", "0.123456789IO", "x", "99999999999999999999IO"] {
        let (refused, hint) = code(&["ledger", "airdrop", amount]);
        assert!(refused == Some(2) && hint.contains("airdrop 500IO"), "{amount}: {hint}");
    }
    assert_eq!(code(&["verifier", "register"]).0, Some(1), "no IO");
    assert_eq!(code(&["job", "show", "1"]).0, Some(2), "no job");
    place.write("noise.receipt", [7; 100]);
    assert_eq!(code(&["provider", "lapse", &samples::public_key(9)]).0, Some(2), "no such provider");
    let snapshot = place.home(".local/share/assay/ledger/snapshot");
    let mut bytes = std::fs::read(&snapshot).expect("a snapshot");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&snapshot, bytes).expect("it can be written");
    assert_eq!(code(&["ledger", "status"]).0, Some(4), "damaged");
}
