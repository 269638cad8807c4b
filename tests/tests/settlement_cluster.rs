//! The way of a job on a cluster as its people type it: the program `assay`, each step as its own process, over real JSON-RPC.
//!
//! The cluster is installed from the registry of Node's packages. Where that cannot be had, the test says so and passes: whoever runs it sees which.

#[path = "../settlement/tests/rpc/surfnet.rs"]
mod surfnet;

use std::fs::File;
use std::process::Stdio;
use std::time::{Duration, Instant};

use assay_tests::program::{Place, Ran, root, samples, say};
use serde_json::{Value, json};
use solana_sdk::pubkey::Pubkey;

use self::surfnet::Surfnet;

const PROVIDER: u8 = 3;
/// Key of the first verifier; seat n is held by this plus n.
const VERIFIERS: u8 = 10;
const SEATS: u8 = 4;

/// A cluster, and people with SOL. The guardian, who is the requester too, has the cluster's own wallet.
struct World {
    place: Place,
    surfnet: Surfnet,
}

impl World {
    fn start() -> Result<Self, String> {
        let surfnet = Surfnet::start(&root().join("host/settlement/program/assay_settlement.so"))?;
        let mut world = Self { place: Place::new(), surfnet };
        let guardian = serde_json::to_string(&world.surfnet.payer.to_bytes().to_vec()).expect("numbers");
        world.place.write("guardian.json", guardian);
        for key in [PROVIDER].into_iter().chain(VERIFIERS..VERIFIERS + SEATS) {
            world.place.write(format!("key-{key}.json"), samples::key_file(key));
            world.surfnet.fund(&address(&samples::public_key(key)), 10_000_000_000);
        }
        Ok(world)
    }

    /// What is typed, with the cluster and a key behind it.
    fn words(&self, key: &str, command: &str) -> Vec<String> {
        let program = self.surfnet.program.to_string();
        let chain = ["--url", &self.surfnet.url, "--program", &program, "--keypair", key, "--json"];
        command.split_whitespace().chain(chain).map(str::to_owned).collect()
    }

    fn ran(&self, key: &str, command: &str) -> Ran {
        self.place.run(self.words(key, command))
    }

    /// A command that ends well, by a key file.
    fn by(&self, key: &str, command: &str) -> Value {
        let ran = self.ran(key, command);
        assert_eq!(ran.code, Some(0), "assay {command}: {ran}");
        ran.json()
    }

    fn guardian(&self, command: &str) -> Value {
        self.by("guardian.json", command)
    }

    fn key(&self, key: u8, command: &str) -> Value {
        self.by(&format!("key-{key}.json"), command)
    }

    /// A command that ends otherwise: its exit code and message.
    fn refused(&self, key: &str, command: &str) -> (Option<i32>, String) {
        let ran = self.ran(key, command);
        let error = ran.json()["error"].clone();
        assert!(error["message"].is_string() && error["hint"].is_string(), "assay {command}: {ran}");
        (ran.code, text(&error["message"]))
    }

    /// Starts a command, and kills it some time after it has written down what it sends: somebody may have it from then on. What it said until then.
    fn killed(&self, key: &str, command: &str, after: Duration) -> Vec<u8> {
        let written = || -> u64 {
            let folders = std::fs::read_dir(self.place.home(".local/share/assay/outbox")).into_iter().flatten().flatten();
            let journals = folders.filter_map(|folder| std::fs::metadata(folder.path().join("journal")).ok());
            // A journal without anything in it is a header.
            journals.map(|journal| journal.len()).filter(|length| *length > 100).sum()
        };
        let before = written();
        let words = self.words(key, command);
        let mut child = self.place.command(&words).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        let started = Instant::now();
        while written() == before && started.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(written() > before, "nothing was written down before it was sent");
        std::thread::sleep(after);
        let _ = child.kill();
        child.wait_with_output().expect("it ends").stdout
    }

    fn staked(&self) -> String {
        amount(&self.key(PROVIDER, "provider status")["stake"]).to_owned()
    }
}

fn address(text: &str) -> Pubkey {
    text.parse().expect("an address")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not text: {value}")).to_owned()
}

fn amount(value: &Value) -> &str {
    value["amount"].as_str().unwrap_or_else(|| panic!("no amount: {value}"))
}

#[test]
fn a_job_lives_on_a_cluster_by_the_command_line() {
    let mut world = match World::start() {
        Ok(world) => world,
        Err(why) => return say(&format!("SKIPPED: a_job_lives_on_a_cluster_by_the_command_line: no cluster on this machine: {why}")),
    };
    made(&world);
    peopled(&mut world);
    killed_and_typed_again(&world);
    read_while_another_sends(&world);
    let job = proved(&world);
    judged_and_paid(&mut world, &job);
}

/// The ledger is made, with mints of its own; what cannot be is said.
fn made(world: &World) {
    let (code, why) = world.refused("guardian.json", "ledger status");
    assert!(code == Some(2) && why.contains("is not initialised"), "{why}");
    let (code, why) = world.refused("guardian.json", "ledger init");
    assert!(code == Some(2) && why.contains("which mints"), "{why}");
    let nobody = samples::public_key(9);
    let elsewhere = world.place.run(["ledger", "status", "--url", &world.surfnet.url, "--program", &nobody, "--json"]);
    assert!(elsewhere.code == Some(2) && elsewhere.json()["error"]["message"].to_string().contains("there is no program"), "{elsewhere}");
    let (code, why) = world.refused("guardian.json", &format!("ledger init --io-mint {nobody} --iosd-mint {nobody}"));
    assert!(code == Some(2) && why.contains("nothing is there"), "{why}");

    let init = "ledger init --new-mints --supply 1000000IO --supply 10000IOSD --param draw_delay_slots=2";
    let dry = world.guardian(&format!("{init} --dry-run"));
    let rehearsed: Vec<_> = dry["transactions"].as_array().expect("a list").iter().map(|one| one["rehearsed"].clone()).collect();
    assert_eq!(rehearsed, [json!(true), json!(false), json!(false)], "only the first can be tried on a cluster");
    assert_ne!(amount(&dry["transactions"][2]["rent"]), "0 SOL", "the others are shown with what they cost: {dry}");
    let moved = &dry["transactions"][0]["moved"];
    assert!(moved.as_array().expect("a list").iter().any(|one| amount(&one["after"]) == "1000000 IO"), "{moved}");

    // It is killed as soon as it has sent something, and typed again: what was made is found, and nothing is made twice.
    world.killed("guardian.json", init, Duration::from_millis(1_000));
    let made = world.guardian(init);
    assert!(made["mints_made"].as_u64().is_some_and(|mints| mints < 2), "{made}");
    let (code, why) = world.refused("guardian.json", init);
    assert!(code == Some(2) && why.contains("is initialised already"), "{why}");
    let holds = world.guardian("ledger balance");
    assert_eq!((amount(&holds["io"]), amount(&holds["iosd"])), ("1000000 IO", "10000 IOSD"));
    assert_eq!(world.guardian("ledger status")["io_mint"], made["io_mint"]);
    for embedded_only in ["ledger airdrop 1IO", "ledger warp 1d"] {
        assert_eq!(world.refused("guardian.json", embedded_only).0, Some(2));
    }
    let defaults = world.guardian("ledger model defaults");
    assert!(defaults["models"].as_u64().is_some_and(|models| models > 40), "{defaults}");
}

/// A provider and verifiers, with tokens.
fn peopled(world: &mut World) {
    let mint = address(&text(&world.guardian("ledger status")["io_mint"]));
    for key in [PROVIDER].into_iter().chain(VERIFIERS..VERIFIERS + SEATS) {
        world.surfnet.fund_tokens(&address(&samples::public_key(key)), &mint, 500_000_000_000);
    }
    world.key(PROVIDER, "provider register --country de --continent EU");
    world.key(PROVIDER, "provider device add h100 --price-iosd 2");
    let dry = world.key(PROVIDER, "provider stake 2000 --dry-run");
    let one = &dry["transactions"][0];
    assert_eq!((&one["rehearsed"], &one["refused"], amount(&one["fee"])), (&json!(true), &Value::Null, "0.000005 SOL"), "{dry}");
    let moved: Vec<_> =
        one["moved"].as_array().expect("a list").iter().map(|one| (text(&one["whose"]), amount(&one["after"]).to_owned())).collect();
    assert!(moved.contains(&("your IO".to_owned(), "3000 IO".to_owned())), "{moved:?}");
    assert!(moved.contains(&("the program's stake".to_owned(), "2000 IO".to_owned())), "{moved:?}");
    assert_eq!(world.staked(), "0 IO", "a dry run sends nothing");
    world.key(PROVIDER, "provider stake 2000");
    for seat in 0..SEATS {
        assert_eq!(world.key(VERIFIERS + seat, "verifier register")["seat"], seat);
    }
}

/// A process is killed in the middle of a payment, and the command is typed again until it is heard of: it is paid once.
fn killed_and_typed_again(world: &World) {
    let mut staked = 2_000;
    for (more, wait) in (1..=6_u64).zip([0, 5, 20, 60, 150, 400]) {
        let said = world.killed(&format!("key-{PROVIDER}.json"), &format!("provider stake {more}"), Duration::from_millis(wait));
        if serde_json::from_slice::<Value>(&said).is_err() {
            world.key(PROVIDER, &format!("provider stake {more}"));
        }
        staked += more;
        assert_eq!(world.staked(), format!("{staked} IO"), "killed {wait} ms after it was written down");
    }
}

/// Another process that has the outbox is waited for by who sends, and by nobody else.
fn read_while_another_sends(world: &World) {
    let outboxes = std::fs::read_dir(world.place.home(".local/share/assay/outbox")).expect("a folder");
    let folder = outboxes.flatten().next().expect("one cluster").path();
    let lock = File::options().write(true).open(folder.join("lock")).expect("a lock");
    lock.try_lock().expect("nobody has it");
    let started = Instant::now();
    world.guardian("ledger status");
    world.guardian("job list");
    world.key(PROVIDER, "provider heartbeat --dry-run");
    assert!(started.elapsed() < Duration::from_secs(9), "{:?}", started.elapsed());
    let (code, why) = world.refused("key-3.json", "provider stake 7");
    assert!(code == Some(4) && why.contains("in use by another process"), "{why}");
    drop(lock);
    let staked = world.staked();
    world.key(PROVIDER, "provider pause");
    world.key(PROVIDER, "provider resume");
    assert_eq!(world.staked(), staked, "nothing was sent while it waited");
}

/// A job that is opened, accepted and proved.
fn proved(world: &World) -> String {
    world.place.write("module.wasm", samples::guest("copy"));
    world.place.write("job.toml", samples::job_toml("sample") + "inputs = { text = \"text\" }\n");
    world.place.write("text", "to be copied");
    world.place.run(["build", "--key", "key-3.json"]).ok();
    let run = ["run", "target/assay/sample.assay", "--input", "text=text", "--receipt", "honest.receipt", "--key", "key-3.json", "--json"];
    world.place.run(run).ok();
    // Seats that were taken in this second are not drawn from.
    std::thread::sleep(Duration::from_millis(1_100));
    let opened = world.guardian("job open --package target/assay/sample.assay --input text=text --price 2IOSD --hours 1");
    let job = text(&opened["job"]);
    assert_eq!(amount(&opened["escrow"]), "2.245 IOSD");
    assert!(opened["transactions"][0].get("explorer").is_none(), "this cluster is not one that the public sees");
    world.key(PROVIDER, &format!("job accept {job}"));
    world.key(PROVIDER, &format!("job prove {job} --receipt honest.receipt"));
    assert_eq!(world.guardian(&format!("job show {job}"))["state"], "proved");
    let dry = world.guardian(&format!("job settle {job} --dry-run"));
    let commands: Vec<_> =
        dry["transactions"].as_array().expect("a list").iter().map(|one| (text(&one["command"]), one["rehearsed"].clone())).collect();
    assert_eq!(commands, [("verifier draw".to_owned(), json!(true)), ("job settle".to_owned(), json!(false))]);
    job
}

/// A committee decides, time passes, the provider is paid.
fn judged_and_paid(world: &mut World, job: &str) {
    let drawn = world.guardian(&format!("verifier draw {job}"));
    let members = drawn["round"]["members"].as_array().expect("members");
    let seats: Vec<u8> = members.iter().map(|member| u8::try_from(member["seat"].as_u64().expect("a seat")).expect("small")).collect();
    assert_eq!(seats.len(), 3, "{drawn}");
    for seat in &seats {
        let (key, receipt) = (format!("key-{}.json", VERIFIERS + seat), format!("verifier-{seat}.receipt"));
        let run = ["run", "target/assay/sample.assay", "--input", "text=text", "--receipt", &receipt, "--key", &key, "--json"];
        world.place.run(run).ok();
        world.key(VERIFIERS + seat, &format!("verifier commit {job} --receipt {receipt}"));
    }
    for seat in &seats {
        world.key(VERIFIERS + seat, &format!("verifier reveal {job}"));
    }
    assert_eq!(world.guardian(&format!("verifier tally {job}"))["state"], "confirmed");
    let (code, why) = world.refused("guardian.json", &format!("job settle {job}"));
    assert!(code == Some(1) && why.contains("may be challenged until"), "{why}");
    let now = world.guardian("ledger status")["time"]["unix"].as_i64().expect("a time");
    world.surfnet.travel_to(now + 90_000);
    assert_eq!(world.guardian(&format!("job settle {job}"))["state"], "settled");
    assert_eq!(amount(&world.key(PROVIDER, "ledger balance")["iosd"]), "1.995 IOSD", "the price, less the reservation");
    let closed = world.guardian(&format!("job close {job} --dry-run"));
    assert_ne!(amount(&closed["rent_returned"]), "0 SOL", "{closed}");
    world.guardian(&format!("job close {job}"));
    assert_eq!(world.guardian("job list")["jobs"], json!([]));
}
