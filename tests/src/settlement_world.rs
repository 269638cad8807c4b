//! A settlement ledger with its people, for tests of the command line: each step is a process of its own, and what it says with `--json` is what the next one goes by.
//!
//! Whatever goes otherwise than a method expects ends the test there and then, with what the command said.

use std::process::Stdio;

use assay_protocol::Hash;
use assay_protocol::receipt::ReceiptFile;
use serde_json::Value;

use crate::program::{Place, Ran, samples};

/// Key of the guardian.
pub const GUARDIAN: u8 = 1;
/// Key of the requester.
pub const REQUESTER: u8 = 2;
/// Key of the provider.
pub const PROVIDER: u8 = 3;
/// Key of the first verifier; seat n is held by this plus n.
pub const VERIFIERS: u8 = 10;
/// How many seats there are.
pub const SEATS: u8 = 8;

/// A ledger, its people, and a package.
pub struct World {
    /// Where its commands run.
    pub place: Place,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// A ledger with a provider that may take jobs, and verifiers in their seats.
    pub fn new() -> Self {
        let world = Self { place: Place::new() };
        for key in [GUARDIAN, REQUESTER, PROVIDER].into_iter().chain(VERIFIERS..VERIFIERS + SEATS) {
            world.place.write(format!("key-{key}.json"), samples::key_file(key));
        }
        // Committees that eight seats can fill twice over.
        let made = world.by(GUARDIAN, "ledger init --param appeal_size=3 --param appeal_quorum=2 --param appeal_bond=5000000000");
        assert_eq!(made["guardian"], samples::public_key(GUARDIAN));
        assert!(made["models"].as_u64().expect("a number") > 40, "{made}");
        for key in [REQUESTER, PROVIDER].into_iter().chain(VERIFIERS..VERIFIERS + SEATS) {
            world.by(key, "ledger airdrop 10SOL");
            world.by(key, "ledger airdrop 5000IO");
        }
        world.by(REQUESTER, "ledger airdrop 100 IOSD");
        for seat in 0..SEATS {
            assert_eq!(world.by(VERIFIERS + seat, "verifier register")["seat"], seat);
        }
        world.place.write("module.wasm", samples::guest("copy"));
        world.place.write("job.toml", samples::job_toml("sample") + "inputs = { text = \"text\" }\n");
        world.place.write("text", "to be copied");
        world.place.run(["build", "--key", "key-2.json"]).ok();
        world
    }

    /// The world with a provider.
    pub fn with_provider() -> Self {
        let world = Self::new();
        world.by(PROVIDER, "provider register --country de --continent EU");
        let added = world.by(PROVIDER, "provider device add h100 --price-iosd 2 --price-io 30");
        assert_eq!((&added["device"]["device"], amount(&added["device"]["needed"])), (&Value::from(0), "2000 IO"));
        world.by(PROVIDER, "provider stake 2000");
        world
    }

    /// A command by a key, however it ends.
    pub fn ran(&self, key: u8, command: &str) -> Ran {
        let keypair = format!("key-{key}.json");
        let words = command.split_whitespace().chain(["--keypair", &keypair, "--json"]);
        self.place.run(words)
    }

    /// A command that ends well, by a key.
    pub fn by(&self, key: u8, command: &str) -> Value {
        let ran = self.ran(key, command);
        assert_eq!(ran.code, Some(0), "assay {command}: {ran}");
        ran.json()
    }

    /// A command that is refused, with its exit code and check.
    pub fn refused(&self, key: u8, command: &str) -> (i32, String, Value) {
        let ran = self.ran(key, command);
        let error = ran.json()["error"].clone();
        assert!(error["message"].is_string() && error["hint"].is_string(), "assay {command}: {ran}");
        (ran.code.expect("an exit code"), error["check"].as_str().unwrap_or_default().to_owned(), error)
    }

    /// A command that is carried out and whose answer is lost.
    pub fn unheard(&self, key: u8, command: &str) {
        let keypair = format!("key-{key}.json");
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a full device");
        let mut command = self.place.command(command.split_whitespace().chain(["--keypair", &keypair]));
        let ended = command.stdout(full).stderr(Stdio::null()).status().expect("it starts");
        assert_eq!(ended.code(), Some(4), "nobody heard of it");
    }

    /// The package.
    pub fn package() -> &'static str {
        "target/assay/sample.assay"
    }

    /// Runs the job and keeps its receipt.
    pub fn run_job(&self, key: u8, receipt: &str) -> Value {
        let key = format!("key-{key}.json");
        self.place.run(["run", Self::package(), "--input", "text=text", "--receipt", receipt, "--key", &key, "--json"]).ok().json()
    }

    /// A receipt that a key signs over another outcome than the job has.
    pub fn lie(&self, honest: &str, key: u8, lie: &str) -> Hash {
        let told = ReceiptFile::read(&self.place.read(honest)).expect("a receipt");
        let mut outcome = told.outcome.clone();
        outcome.fuel += 1;
        let key = samples::key(key);
        let signed =
            ReceiptFile::sign(told.receipt.package, told.job.clone(), outcome, (told.receipt.transcript, told.receipt.calls), &key, &key);
        self.place.write(lie, signed.encode());
        signed.receipt.outcome
    }

    /// A job that is opened, accepted and proved by a receipt; its address.
    pub fn proved(&self, receipt: &str) -> String {
        let opened = self.by(REQUESTER, "job open --package target/assay/sample.assay --input text=text --price 2IOSD --hours 1");
        let job = text(&opened["job"]);
        self.by(PROVIDER, &format!("job accept {job}"));
        let proved = self.by(PROVIDER, &format!("job prove {job} --receipt {receipt}"));
        assert_eq!(proved["state"], "proved");
        job
    }

    /// Draws the committee: its seats.
    pub fn drawn(&self, job: &str) -> Vec<u8> {
        let drawn = self.by(REQUESTER, &format!("verifier draw {job}"));
        assert_eq!((&drawn["sampled"], &drawn["round"]["state"]), (&Value::from("yes"), &Value::from("voting")), "{drawn}");
        let members = drawn["round"]["members"].as_array().expect("members");
        members.iter().map(|member| u8::try_from(member["seat"].as_u64().expect("a seat")).expect("a small number")).collect()
    }

    /// A committee that says one thing: commits, reveals, and is counted.
    pub fn decides(&self, job: &str, seats: &[u8], verdict: &str) -> Value {
        for seat in seats {
            let said = self.by(VERIFIERS + seat, &format!("verifier commit {job} {verdict}"));
            assert_eq!(said["seats"], serde_json::json!([seat]));
        }
        for seat in seats {
            self.by(VERIFIERS + seat, &format!("verifier reveal {job}"));
        }
        self.by(GUARDIAN, &format!("verifier tally {job}"))
    }

    /// What a key holds of a token.
    pub fn holds(&self, key: u8, token: &str) -> String {
        amount(&self.by(key, "ledger balance")[token]).to_owned()
    }

    /// Commands that can follow for a job.
    pub fn next(&self, job: &str) -> Vec<String> {
        let shown = self.by(REQUESTER, &format!("job show {job}"));
        shown["next"].as_array().expect("steps").iter().map(|step| text(&step["command"])).collect()
    }
}

/// A value that is text.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not text: {value}")).to_owned()
}

/// An amount, with its token.
pub fn amount(value: &Value) -> &str {
    value["amount"].as_str().unwrap_or_else(|| panic!("no amount: {value}"))
}
