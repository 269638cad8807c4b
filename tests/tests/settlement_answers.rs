//! What the settlement commands answer when something is amiss: an answer that was lost, a verdict that cannot be revealed, a refusal after something was paid, wrong keys, numbers and receipts. On an
//! embedded ledger, through the program.

use assay_tests::program::samples;
use assay_tests::settlement_world::{GUARDIAN, PROVIDER, REQUESTER, SEATS, VERIFIERS, World, amount, text};
use serde_json::Value;

/// Whose answer was lost asks again. What has ended since then is said to have ended, and is no reason never to begin anew.
#[test]
fn a_command_whose_answer_was_lost_is_asked_again() {
    let world = World::with_provider();
    let open = "job open --package target/assay/sample.assay --input text=text --price 2IOSD";
    world.unheard(REQUESTER, open);
    let again = world.by(REQUESTER, open);
    assert_eq!((&again["nonce"], &again["transactions"][0]["carried_out_before"]), (&Value::from(1), &Value::from(true)));
    // What nobody accepted can be closed when nobody could accept it any more.
    let called_off = |job: u64| {
        world.by(REQUESTER, &format!("job cancel {job}"));
        if job == 1 {
            assert_eq!(world.refused(REQUESTER, "job close 1").1, "ledger.TooEarly");
        }
        world.by(GUARDIAN, "ledger warp 61m");
        world.by(REQUESTER, &format!("job close {job}"));
    };
    called_off(1);

    // The job is gone, and then its number is another's.
    for other in [false, true] {
        world.unheard(REQUESTER, open);
        called_off(1);
        if other {
            world.by(REQUESTER, "job open --package target/assay/sample.assay --input text=text --price 3IOSD");
        }
        let (code, check, error) = world.refused(REQUESTER, open);
        assert_eq!((code, check.as_str()), (1, "job.closed"), "{error}");
        assert_eq!(error["transactions"][0]["carried_out_before"], true, "{error}");
        let number = if other { 2 } else { 1 };
        assert_eq!(world.by(REQUESTER, open)["nonce"], number, "and now there is a new one");
        for job in 1..=number {
            called_off(job);
        }
    }
    // It is still there, and called off.
    world.unheard(REQUESTER, open);
    world.by(REQUESTER, "job cancel 1");
    assert_eq!(world.by(REQUESTER, open)["state"], "cancelled");
    assert_eq!(world.by(REQUESTER, open)["nonce"], 2);

    // A seat that somebody else holds by now.
    world.by(VERIFIERS, "verifier leave");
    world.by(GUARDIAN, "ledger warp 90d");
    world.by(VERIFIERS, "verifier withdraw");
    world.unheard(VERIFIERS, "verifier register");
    world.by(VERIFIERS, "verifier leave");
    world.by(GUARDIAN, "ledger warp 90d");
    world.by(VERIFIERS, "verifier withdraw");
    world.by(GUARDIAN, "ledger airdrop 2000IO");
    assert_eq!(world.by(GUARDIAN, "verifier register")["seat"], 0);
    assert_eq!(world.refused(VERIFIERS, "verifier register").1, "seat.left");
    assert_eq!(world.by(VERIFIERS, "verifier register")["seat"], SEATS);
    // A seat that was left and taken again: its stake is added to again, too.
    world.unheard(VERIFIERS, "verifier topup 7");
    world.by(VERIFIERS, "verifier leave");
    world.by(GUARDIAN, "ledger warp 90d");
    world.by(VERIFIERS, "verifier withdraw");
    world.by(VERIFIERS, "verifier register");
    assert_eq!(amount(&world.by(VERIFIERS, "verifier topup 7")["stake"]), "2007 IO");
}

/// A challenge of a job that had the address before says nothing of this one's.
#[test]
fn a_challenge_is_of_one_job() {
    let world = World::with_provider();
    world.run_job(PROVIDER, "honest.receipt");
    let outcome = text(&world.run_job(REQUESTER, "own.receipt")["outcome_hash"]);
    let job = world.proved("honest.receipt");
    let seats = world.drawn(&job);
    world.decides(&job, &seats, &format!("--outcome {outcome}"));
    world.unheard(REQUESTER, &format!("job challenge {job}"));
    let judges = world.drawn(&job);
    world.decides(&job, &judges, &format!("--outcome {outcome}"));
    world.by(GUARDIAN, "ledger warp 2d");
    world.by(GUARDIAN, &format!("job settle {job}"));
    world.by(GUARDIAN, &format!("job close {job}"));

    assert_eq!(world.proved("honest.receipt"), job, "the same address");
    let seats = world.drawn(&job);
    world.decides(&job, &seats, &format!("--outcome {outcome}"));
    let had = world.holds(REQUESTER, "io");
    let challenged = world.by(REQUESTER, &format!("job challenge {job}"));
    assert_eq!(challenged["transactions"][0]["carried_out_before"], false);
    assert_ne!(world.holds(REQUESTER, "io"), had, "the bond is paid");
    assert_eq!(world.next(&job), ["verifier draw"]);
}

/// What could not be revealed is not committed to: its seat would be fined.
#[test]
fn a_verdict_that_cannot_be_revealed_is_refused() {
    let world = World::with_provider();
    world.run_job(PROVIDER, "honest.receipt");
    let zeros = "00".repeat(32);
    let opened = world.refused(REQUESTER, &format!("job open --package target/assay/sample.assay --job {zeros} --price 2IOSD"));
    assert_eq!(opened.0, 2, "{opened:?}");
    let job = world.proved("honest.receipt");
    let seats = world.drawn(&job);
    let (code, check, error) = world.refused(VERIFIERS + seats[0], &format!("verifier commit {job} --outcome {zeros}"));
    assert_eq!((code, check.as_str()), (2, "ledger.Value"), "{error}");
    assert_eq!(world.by(GUARDIAN, &format!("job show {job}"))["rounds"][0]["committed"], 0);
}

/// What was sent before a refusal is in the error, with what it cost.
#[test]
fn what_was_paid_before_a_refusal_is_told() {
    let world = World::with_provider();
    world.run_job(PROVIDER, "honest.receipt");
    let job = world.proved("honest.receipt");
    let (_, check, error) = world.refused(REQUESTER, &format!("job settle {job}"));
    assert_eq!(check, "ledger.RoundOpen");
    let sent = &error["transactions"][0];
    assert_eq!((&sent["instructions"], amount(&sent["fee"])), (&Value::from("Sample"), "0.000005 SOL"), "{error}");
    assert!(sent["signature"].is_string() && amount(&sent["deposit"]) != "0 SOL", "{error}");
    assert!(text(&error["message"]).contains("paid for that draw"), "{error}");

    // A wallet that can pay for the first transaction of a draw, and not for the next.
    let cost = ["fee", "deposit"].map(|part| text(&sent[part]["base_units"]).parse::<u64>().expect("lamports")).iter().sum::<u64>();
    let poor = 9;
    world.place.write(format!("key-{poor}.json"), samples::key_file(poor));
    world.by(REQUESTER, &format!("ledger airdrop {} 0.{cost:09}SOL", samples::public_key(poor)));
    let job = world.proved("honest.receipt");
    let draw = format!("verifier draw {job}");
    let ran = world.place.run(draw.split_whitespace().chain(["--keypair", "key-9.json"]));
    assert!(ran.code == Some(1) && ran.stderr.contains("by ledger.funds"), "{ran}");
    assert!(ran.stderr.contains("sent before that: Sample, transaction ") && ran.stderr.contains("0.000005 SOL · deposit 0.0"), "{ran}");
    assert_eq!(world.next(&job), ["verifier draw"], "and the ledger has it");
}

/// Who signs with the wrong key, or names what is not there, is told so before anything is sent.
#[test]
fn wrong_keys_and_numbers_are_named() {
    let world = World::with_provider();
    let says = |key: u8, command: &str, words: &[&str]| {
        let error = world.refused(key, command).2;
        let said = format!("{} {}", error["message"], error["hint"]);
        assert!(words.iter().all(|word| said.contains(word)), "assay {command}: {error}");
    };
    let (provider, requester) = (samples::public_key(PROVIDER), samples::public_key(REQUESTER));
    world.run_job(PROVIDER, "honest.receipt");
    let open = "job open --package target/assay/sample.assay --input text=text";
    says(REQUESTER, &format!("{open} --price 2IOSD --hours 721"), &["at most 720 hours (parameter hours_max)"]);
    says(REQUESTER, &format!("{open} --price 0IOSD"), &["the price of an hour is 0"]);
    world.by(REQUESTER, &format!("{open} --price 2IOSD --model 4090 --country FR"));
    says(PROVIDER, "job accept 1", &["there is no job 1"]);
    let job = text(&world.by(REQUESTER, "job list")["jobs"][0]["job"]);
    says(PROVIDER, &format!("job accept {job}"), &["demands model", "4090", "H100", "country FR", "in DE"]);
    says(PROVIDER, &format!("job accept {job} --device 0"), &["demands model"]);
    says(PROVIDER, &format!("job accept {job} --device 7"), &["there is no device 7 of"]);
    says(GUARDIAN, &format!("job expire {job}"), &["may be accepted until", "UTC, in "]);
    let shown =
        |key: u8, command: &str| world.place.run(command.split_whitespace().chain(["--keypair", &format!("key-{key}.json")])).ok().text();
    assert!(shown(REQUESTER, "job show 1").contains("RTX 4090"), "by its name");
    assert!(shown(REQUESTER, "job show 1").contains(&format!("`assay job accept {job}`")), "others do not know its number");
    assert!(shown(GUARDIAN, "job list").contains("· number 1 ·"));
    world.by(REQUESTER, "job cancel 1");

    let opened = world.by(REQUESTER, &format!("{open} --price 2IOSD"));
    let job = text(&opened["job"]);
    world.by(PROVIDER, &format!("job accept {job}"));
    says(REQUESTER, &format!("job prove {job} --receipt honest.receipt"), &[&provider, &requester, "to prove"]);
    says(GUARDIAN, &format!("ledger attest device {provider} 7"), &["there is no device 7 of"]);
    for command in ["gov vote 99 yes", "gov execute 99", "gov close 99"] {
        says(PROVIDER, command, &["there is no proposal 99"]);
    }
    says(PROVIDER, "gov propose param epoch_s=60", &["epoch_s", "emission_first"]);
    says(VERIFIERS, "verifier register --stake 1", &["at least 2000 IO", "seat_stake"]);
    says(VERIFIERS, "verifier topup 0", &["the amount is 0"]);
    says(PROVIDER, "provider device add h100 --price-io 0", &["both prices"]);
    world.by(GUARDIAN, "ledger pause");
    says(REQUESTER, "ledger resume", &[&samples::public_key(GUARDIAN), "pause_s"]);
    world.by(GUARDIAN, "ledger resume");
    world.by(REQUESTER, &format!("job cancel {job}"));
    says(PROVIDER, "provider unstake 9000", &["2000 IO of stake are free", "9000 IO are asked for"]);
    world.by(PROVIDER, &format!("gov propose pay-fees 500IOSD {provider}"));
    world.by(PROVIDER, "gov vote 0 yes");
    world.by(GUARDIAN, "ledger warp 8d");
    says(GUARDIAN, "gov execute 0", &["500 IOSD", "the program's fee account holds 0."]);
}

/// A receipt says who has computed: that is looked at.
#[test]
fn receipts_of_others_are_noticed() {
    let world = World::with_provider();
    world.run_job(REQUESTER, "requesters.receipt");
    world.run_job(PROVIDER, "honest.receipt");
    let opened = world.by(REQUESTER, "job open --package target/assay/sample.assay --input text=text --price 2IOSD");
    let job = text(&opened["job"]);
    world.by(PROVIDER, &format!("job accept {job}"));
    let proved = world.ran(PROVIDER, &format!("job prove {job} --receipt requesters.receipt"));
    let signer = samples::public_key(REQUESTER);
    assert!(proved.code == Some(0) && proved.stderr.contains(&format!("is signed by {signer}")), "{proved}");
    assert_eq!(proved.json()["receipt_signer"], signer);
    let seats = world.drawn(&job);
    let (code, check, error) = world.refused(VERIFIERS + seats[0], &format!("verifier commit {job} --receipt honest.receipt"));
    assert_eq!((code, check.as_str()), (3, "receipt.signer"), "{error}");
    let committed = world.ran(VERIFIERS + seats[0], &format!("verifier commit {job} --receipt requesters.receipt"));
    assert!(committed.code == Some(0) && committed.stderr.contains(&signer), "{committed}");
    world.run_job(VERIFIERS + seats[1], "own.receipt");
    let dry = world.place.run(
        format!("verifier commit {job} --receipt own.receipt --dry-run --keypair key-{}.json", VERIFIERS + seats[1]).split_whitespace(),
    );
    assert!(dry.code == Some(0) && dry.stderr.is_empty() && dry.text().contains("chosen when it is sent"), "{dry}");
}
