//! The demo's second half: money. A job is paid for, run, proved, checked and settled; then a provider lies, and what that costs it is shown.
//!
//! Everything happens on an embedded ledger of the demo's own: the real program in Solana's runtime, in this process and folder. Each step is a command that a user could type, and is shown with what it changed: balances before
//! and after.

use std::path::PathBuf;

use assay_protocol::receipt::ReceiptFile;
use serde_json::{Value, json};

use super::demo::{Demo, Job, assay, text};
use crate::failure::Failure;
use crate::{atomic_file, key_files};

/// Seats of verifiers: a committee of three, and three others for an appeal.
const SEATS: usize = 8;

/// Who takes part, by the name of its key file.
const REQUESTER: &str = "publisher";
const PROVIDER: &str = "provider";
const LIAR: &str = "liar";

/// What a party has, by what it is called: (name, amounts).
type Purses = Vec<(String, Vec<(String, String)>)>;

/// The ledger, and what was done on it.
pub(super) struct Settlement<'d> {
    demo: &'d Demo,
    ledger: String,
    steps: Vec<Value>,
}

impl<'d> Settlement<'d> {
    /// A ledger with its people and their first tokens.
    pub(super) fn prepare(demo: &'d Demo) -> Result<Self, Failure> {
        let own = Self { demo, ledger: format!("embedded:{}", demo.folder.join("ledger").display()), steps: Vec::new() };
        key_files::make(&own.key(LIAR), false)?;
        // Eight seats fill a committee of three and one of three others.
        own.quietly(
            REQUESTER,
            &["ledger", "init", "--param", "appeal_size=3", "--param", "appeal_quorum=2", "--param", "appeal_bond=5000000000"],
        )?;
        for seat in 0..SEATS {
            key_files::make(&own.key(&verifier(seat)), false)?;
            own.quietly(&verifier(seat), &["ledger", "airdrop", "1SOL"])?;
            own.quietly(&verifier(seat), &["ledger", "airdrop", "2000IO"])?;
            own.quietly(&verifier(seat), &["verifier", "register"])?;
        }
        for name in [REQUESTER, PROVIDER, LIAR] {
            own.quietly(name, &["ledger", "airdrop", "10SOL"])?;
            own.quietly(name, &["ledger", "airdrop", if name == REQUESTER { "100IOSD" } else { "2500IO" }])?;
        }
        for name in [PROVIDER, LIAR] {
            own.quietly(name, &["provider", "register", "--country", "DE", "--continent", "EU"])?;
            own.quietly(name, &["provider", "device", "add", "h100", "--price-iosd", "2"])?;
        }
        Ok(own)
    }

    /// An honest job, from its opening to its payment.
    pub(super) fn honest(&mut self, job: &Job) -> Result<(), Failure> {
        self.step("stake what an H100 needs", PROVIDER, &["provider", "stake", "2000"])?;
        let address = self.opened(job)?;
        self.step("accept it", PROVIDER, &["job", "accept", &address])?;
        self.say(&format!("   run       {} · outcome hash {}…", job.name, self.outcome(job)?.get(..16).unwrap_or_default()));
        self.step("prove it by the receipt", PROVIDER, &["job", "prove", &address, "--receipt", &job.receipt.display().to_string()])?;
        self.judged(job, &address, "confirmed")?;
        self.pass("1d1s", "the day in which anyone may challenge it")?;
        self.step("settle: the provider is paid", REQUESTER, &["job", "settle", &address])?;
        Ok(())
    }

    /// A lie, from its proof to the burning of the stake behind it.
    pub(super) fn lie(&mut self, job: &Job) -> Result<(), Failure> {
        self.step("stake what an H100 needs", LIAR, &["provider", "stake", "2000"])?;
        let address = self.opened(job)?;
        self.step("accept it", LIAR, &["job", "accept", &address])?;
        let lie = self.lying_receipt(job)?;
        self.step(
            "prove it by a receipt of an outcome that no run has",
            LIAR,
            &["job", "prove", &address, "--receipt", &lie.display().to_string()],
        )?;
        self.judged(job, &address, "disputed")?;
        self.step("appeal", LIAR, &["dispute", "appeal", &address])?;
        self.judged(job, &address, "disputed")?;
        self.step("execute: the stake is burned, the requester refunded", REQUESTER, &["dispute", "execute", &address])?;
        Ok(())
    }

    /// What was done, for `--json`.
    pub(super) fn into_steps(self) -> Vec<Value> {
        self.steps
    }

    fn key(&self, name: &str) -> PathBuf {
        self.demo.folder.join(name).with_extension("json")
    }

    fn say(&self, line: &str) {
        self.demo.say(line);
    }

    /// Runs a command of the ledger by a party's key.
    fn quietly(&self, name: &str, words: &[&str]) -> Result<Value, Failure> {
        // Options of the ledger stand behind the command's own words, and before what belongs to a job.
        let mut command = assay();
        command.env("XDG_DATA_HOME", self.demo.folder.join("data"));
        let at = words.iter().position(|word| *word == "--").unwrap_or(words.len());
        command.args(&words[..at]).args(["--url", &self.ledger, "--keypair"]).arg(self.key(name)).args(&words[at..]);
        self.demo.expect_success(&mut command)
    }

    /// As [`Self::quietly`], and shows what it changed.
    fn step(&mut self, what: &str, name: &str, words: &[&str]) -> Result<Value, Failure> {
        let before = self.purses()?;
        let said = self.quietly(name, words)?;
        let after = self.purses()?;
        self.say(&format!("   {:<9} {what}", if name == REQUESTER { "requester" } else { name }));
        let mut changes = Vec::new();
        for ((party, had), (_, has)) in before.iter().zip(&after) {
            let changed: Vec<String> = had
                .iter()
                .zip(has)
                .filter(|(had, has)| had.1 != has.1)
                .map(|(had, has)| format!("{} {} → {}", had.0, bare(&had.1), has.1))
                .collect();
            if !changed.is_empty() {
                self.say(&format!("   {:<9}   {party:<9} {}", "", changed.join(" · ")));
                changes.push(json!({ "party": party, "changed": changed }));
            }
        }
        self.steps.push(json!({ "step": what, "by": name, "command": words.first().zip(words.get(1)).map(|(first, second)| format!("{first} {second}")), "changes": changes }));
        Ok(said)
    }

    fn pass(&mut self, time: &str, what: &str) -> Result<(), Failure> {
        self.quietly(REQUESTER, &["ledger", "warp", time])?;
        self.say(&format!("   {:<9} {what} goes by", "time"));
        Ok(())
    }

    fn opened(&mut self, job: &Job) -> Result<String, Failure> {
        let package = job.package.display().to_string();
        let mut words = vec!["job", "open", "--package", &package, "--price", "2IOSD", "--hours", "1"];
        for input in &job.inputs {
            words.extend(["--input", input]);
        }
        if !job.args.is_empty() {
            words.push("--");
            words.extend(job.args.iter().map(String::as_str));
        }
        let opened = self.step("open a job: 2 IOSD, its fees and the verifiers' part into escrow", REQUESTER, &words)?;
        Ok(text(&opened["job"]).to_owned())
    }

    fn outcome(&self, job: &Job) -> Result<String, Failure> {
        Ok(self.receipt(job)?.receipt.outcome.to_string())
    }

    fn receipt(&self, job: &Job) -> Result<ReceiptFile, Failure> {
        let bytes = std::fs::read(&job.receipt).map_err(|e| Failure::abstained(format!("cannot read {}: {e}", job.receipt.display())))?;
        Ok(ReceiptFile::read(&bytes)?)
    }

    /// A committee is drawn, runs the job, commits, reveals, and is counted.
    fn judged(&mut self, job: &Job, address: &str, wanted: &str) -> Result<(), Failure> {
        let drawn = self.quietly(REQUESTER, &["verifier", "draw", address])?;
        let members: Vec<usize> = drawn["round"]["members"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|member| member["seat"].as_u64())
            .filter_map(|seat| usize::try_from(seat).ok())
            .collect();
        if members.is_empty() {
            return Err(Failure::failed(format!("no committee was drawn: {drawn}")));
        }
        let names: Vec<String> = members.iter().map(|seat| format!("{seat}")).collect();
        self.say(&format!(
            "   {:<9} seats {} are drawn, run the job again, commit to what they got, then reveal it",
            "verifiers",
            names.join(", ")
        ));
        for seat in &members {
            // Each runs the job itself, and commits to what it got.
            let receipt = self.demo.folder.join(verifier(*seat)).with_extension("receipt");
            let mut run = assay();
            run.arg("run").arg(&job.package).arg("--key").arg(self.key(&verifier(*seat))).arg("--receipt").arg(&receipt);
            self.demo.expect_success(job.give(&mut run))?;
            self.quietly(&verifier(*seat), &["verifier", "commit", address, "--receipt", &receipt.display().to_string()])?;
        }
        for seat in &members {
            self.quietly(&verifier(*seat), &["verifier", "reveal", address])?;
        }
        let counted = self.step("count the verdicts", REQUESTER, &["verifier", "tally", address])?;
        let state = text(&counted["state"]);
        if state != wanted {
            return Err(Failure::failed(format!("the job is {state}, and not {wanted}: {counted}")));
        }
        let dispute = counted["dispute"]["state"].as_str().map(|state| format!(", the dispute {state}")).unwrap_or_default();
        self.say(&format!("   {:<9}   the job is {state}{dispute}", ""));
        Ok(())
    }

    /// A receipt that the liar signs over an outcome that no run has.
    fn lying_receipt(&self, job: &Job) -> Result<PathBuf, Failure> {
        let told = self.receipt(job)?;
        let key = key_files::read(&self.key(LIAR))?;
        let mut outcome = told.outcome.clone();
        if let Some(output) = outcome.outputs.first_mut() {
            output.blob.blake3.0[0] ^= 1;
        }
        let lie = ReceiptFile::sign(told.receipt.package, told.job, outcome, (told.receipt.transcript, told.receipt.calls), &key, &key);
        let path = self.demo.folder.join("sold-lie.receipt");
        atomic_file::write(&path, &lie.encode())?;
        Ok(path)
    }

    /// What everyone has.
    fn purses(&self) -> Result<Purses, Failure> {
        let mut purses = Purses::new();
        for name in [REQUESTER, PROVIDER, LIAR] {
            let holds = self.quietly(name, &["ledger", "balance"])?;
            let mut own = vec![("IO".to_owned(), amount(&holds["io"])), ("IOSD".to_owned(), amount(&holds["iosd"]))];
            if name != REQUESTER {
                let status = self.quietly(name, &["provider", "status"])?;
                own.push(("stake".to_owned(), amount(&status["stake"])));
                own.push(("frozen".to_owned(), amount(&status["frozen"])));
            }
            purses.push((if name == REQUESTER { "requester".to_owned() } else { name.to_owned() }, own));
        }
        let status = self.quietly(REQUESTER, &["ledger", "status"])?;
        let held = |name: &str| amount(&status["held"][name]);
        let ledger = [("escrow", "escrow_iosd"), ("fees", "fees_iosd"), ("stake, bonds", "stake")];
        purses.push(("ledger".to_owned(), ledger.into_iter().map(|(shown, name)| (shown.to_owned(), held(name))).collect()));
        Ok(purses)
    }
}

fn verifier(seat: usize) -> String {
    format!("verifier-{seat}")
}

fn amount(value: &Value) -> String {
    text(&value["amount"]).to_owned()
}

/// An amount without its token, which stands behind the other one.
fn bare(amount: &str) -> &str {
    amount.split(' ').next().unwrap_or(amount)
}
