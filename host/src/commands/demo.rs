//! `assay demo`: all of it at work, on the example jobs, in processes of their own.
//!
//! Each step runs this very program as a user would and reads its `--json`. The demo does nothing a user cannot do; where it attacks, it changes files.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use assay_protocol::package::Package;
use assay_protocol::receipt::ReceiptFile;
use serde_json::{Value, json};

use super::demo_settlement::Settlement;
use crate::failure::{Code, Failure};
use crate::job_toml::JobToml;
use crate::say::{note, out};
use crate::{atomic_file, guest_build, key_files, report};

/// Runs the command.
pub fn run(as_json: bool) -> Result<(), Failure> {
    let demo = Demo::prepare(as_json)?;
    let started = Instant::now();
    demo.say(&format!("1. Build and sign {} example jobs", demo.examples.len()));
    let mut jobs = Vec::new();
    for example in &demo.examples {
        jobs.push(demo.build(example)?);
    }
    demo.say("\n2. Run them in the sandbox");
    let mut ran = Vec::new();
    for job in &jobs {
        ran.push(demo.run_job(job)?);
    }
    demo.say("\n3. Verify each receipt in a new process, which runs the job again");
    for job in &jobs {
        demo.verify(job)?;
    }
    demo.say("\n4. Attack: each of these must be refused");
    let target = jobs.iter().find(|job| job.name == "thumbnail").or(jobs.first()).ok_or_else(|| Failure::usage("there are no examples"))?;
    let attacks = demo.attacks(target)?;
    demo.say("\n5. Settle: stake, escrow, proof, verification, payment, on a ledger of the demo's own (Solana's runtime in this process)");
    let mut settlement = Settlement::prepare(&demo)?;
    settlement.honest(target)?;
    demo.say("\n6. A provider sells a lie: contradicted, frozen, appeal lost, burned");
    settlement.lie(target)?;
    let settled = settlement.into_steps();
    demo.say(&format!("\nAll of it lies in {} · {:.0} s", demo.folder.display(), started.elapsed().as_secs_f64()));
    if as_json {
        report::print_json(&json!({ "folder": demo.folder, "jobs": ran, "attacks": attacks, "settlement": settled }));
    }
    Ok(())
}

/// Where the demo works, and with what.
pub(super) struct Demo {
    pub(super) folder: PathBuf,
    publisher: PathBuf,
    provider: PathBuf,
    examples: Vec<PathBuf>,
    as_json: bool,
}

/// One example, built.
pub(super) struct Job {
    pub(super) name: String,
    pub(super) package: PathBuf,
    pub(super) receipt: PathBuf,
    out: PathBuf,
    /// What its first test case gives it.
    pub(super) inputs: Vec<String>,
    pub(super) args: Vec<String>,
}

impl Demo {
    fn prepare(as_json: bool) -> Result<Self, Failure> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
        let mut examples: Vec<PathBuf> = std::fs::read_dir(root.join("examples"))
            .map_err(|e| {
                Failure::usage(format!("the examples are not at {}: {e}", root.join("examples").display()))
                    .hint("run the demo from a clone of Assay: `cargo demo`")
            })?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.join("job.toml").is_file())
            .collect();
        examples.sort();
        guest_build::ensure_target()?;
        let folder = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from).join("assay/demo");
        let _ = std::fs::remove_dir_all(&folder);
        let (publisher, provider) = (folder.join("publisher.json"), folder.join("provider.json"));
        key_files::make(&publisher, false)?;
        key_files::make(&provider, false)?;
        Ok(Self { folder, publisher, provider, examples, as_json })
    }

    pub(super) fn say(&self, line: &str) {
        if !self.as_json {
            out!("{line}");
        }
    }

    fn build(&self, example: &Path) -> Result<Job, Failure> {
        let toml = JobToml::read(example)?;
        let built = self.expect_success(assay().arg("build").arg(example).arg("--key").arg(&self.publisher))?;
        let first = toml.tests.first().ok_or_else(|| Failure::usage(format!("{} has no test case", example.display())))?;
        self.say(&format!(
            "   {:<10} {:>9} bytes  module {}  signed by {}",
            toml.name,
            report::grouped(built["bytes"].as_u64().unwrap_or_default()),
            text(&built["module"]["blake3"]).get(..16).unwrap_or_default(),
            text(&built["publisher"])
        ));
        Ok(Job {
            package: PathBuf::from(text(&built["package"])),
            receipt: self.folder.join(&toml.name).with_extension("receipt"),
            out: self.folder.join(&toml.name),
            inputs: first.inputs.iter().map(|(name, path)| format!("{name}={}", example.join(path).display())).collect(),
            args: first.args.clone(),
            name: toml.name,
        })
    }

    fn run_job(&self, job: &Job) -> Result<Value, Failure> {
        let mut command = assay();
        command.arg("run").arg(&job.package).arg("--key").arg(&self.provider).arg("--receipt").arg(&job.receipt).arg("--out").arg(&job.out);
        let ran = self.expect_success(job.give(&mut command))?;
        self.say(&format!(
            "   {:<10} outcome hash {}  {:.3} s",
            job.name,
            text(&ran["outcome_hash"]),
            ran["seconds"].as_f64().unwrap_or_default()
        ));
        for output in ran["outcome"]["outputs"].as_array().into_iter().flatten() {
            self.say(&format!("   {:<10}   wrote {}", "", job.out.join(text(&output["name"])).display()));
        }
        Ok(json!({ "name": job.name, "job": ran["job"], "outcome_hash": ran["outcome_hash"] }))
    }

    fn verify(&self, job: &Job) -> Result<(), Failure> {
        let verified = self.expect_success(job.verify(&job.receipt, &job.package).arg("--outputs").arg(&job.out))?;
        self.say(&format!(
            "   {:<10} verified, same hash {}  {:.3} s",
            job.name,
            text(&verified["outcome_hash"]),
            verified["seconds"].as_f64().unwrap_or_default()
        ));
        Ok(())
    }

    fn attacks(&self, job: &Job) -> Result<Vec<Value>, Failure> {
        let read = |path: &Path| std::fs::read(path).map_err(|e| Failure::abstained(format!("cannot read {}: {e}", path.display())));
        let (package, receipt) = (read(&job.package)?, read(&job.receipt)?);
        let mut attacks = Vec::new();

        let tampered = self.folder.join("tampered");
        let read_package = Package::read(&package)?;
        let module_at = package.windows(8).position(|bytes| read_package.module.starts_with(bytes)).unwrap_or_default();
        let claimed = ReceiptFile::read(&receipt)?;
        for (place, output) in claimed.outcome.outputs.iter().enumerate() {
            let content = read(&job.out.join(&output.name))?;
            let content = if place == 0 { flipped(&content, content.len() / 2) } else { content };
            atomic_file::write(&tampered.join(&output.name), &content)?;
        }
        attacks.push(self.refused(
            "a tampered output",
            "outputs",
            job.verify(&job.receipt, &job.package).arg("--outputs").arg(&tampered),
        )?);

        let path = self.folder.join("tampered.assay");
        atomic_file::write(&path, &flipped(&package, module_at + read_package.module.len() / 2))?;
        attacks.push(self.refused("a tampered module", "package.module", job.give(assay().arg("run").arg(&path)))?);

        let path = self.folder.join("tampered.receipt");
        atomic_file::write(&path, &flipped(&receipt, 100))?;
        attacks.push(self.refused("a tampered receipt", "receipt.signature", &mut job.verify(&path, &job.package))?);

        // The provider's own key signs a claim that is whole, but false: only running the job again finds it.
        let provider = key_files::read(&self.provider)?;
        let mut outcome = claimed.outcome.clone();
        if let Some(output) = outcome.outputs.first_mut() {
            output.blob.blake3.0[0] ^= 1;
        }
        let lie = ReceiptFile::sign(
            claimed.receipt.package,
            claimed.job,
            outcome,
            (claimed.receipt.transcript, claimed.receipt.calls),
            &provider,
            &provider,
        );
        let path = self.folder.join("lie.receipt");
        atomic_file::write(&path, &lie.encode())?;
        attacks.push(self.refused("a lying provider", "re-execution.outcome", &mut job.verify(&path, &job.package))?);
        Ok(attacks)
    }

    /// Runs a command that must be refused by `check`.
    fn refused(&self, attack: &str, check: &str, command: &mut Command) -> Result<Value, Failure> {
        let (exit_code, said) = self.spawn(command)?;
        let found = match &said["error"]["check"] {
            Value::String(found) => found.clone(),
            _ => said["differences"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|difference| text(&difference["check"]))
                .collect::<Vec<_>>()
                .join(", "),
        };
        if exit_code == 0 || found != check {
            return Err(Failure::failed(format!("{attack} was not refused by {check}: exit code {exit_code}, checks {found:?}: {said}")));
        }
        self.say(&format!("   {attack:<19} refused by {found} (exit code {exit_code})"));
        Ok(json!({ "attack": attack, "refused_by": found, "exit_code": exit_code }))
    }

    pub(super) fn expect_success(&self, command: &mut Command) -> Result<Value, Failure> {
        let (exit_code, said) = self.spawn(command)?;
        if exit_code == 0 {
            return Ok(said);
        }
        let message = said["error"]["message"].as_str().map_or_else(|| said.to_string(), str::to_owned);
        note!("assay: the demo stops: {command:?} ended with exit code {exit_code}: {message}");
        Err(Failure::silent(if exit_code == 4 { Code::Abstained } else { Code::Failed }))
    }

    /// Runs this program with `--json`; Cargo's progress goes through to stderr, a job's own output is dropped.
    fn spawn(&self, command: &mut Command) -> Result<(i32, Value), Failure> {
        let building = command.get_args().nth(1).is_some_and(|subcommand| subcommand == "build");
        let stderr = if building { Stdio::inherit() } else { Stdio::null() };
        let output = command.stderr(stderr).output().map_err(|e| Failure::abstained(format!("cannot start this program again: {e}")))?;
        let said = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        Ok((output.status.code().unwrap_or(-1), said))
    }
}

impl Job {
    /// Adds what the job is given. Arguments stand last, behind `--`.
    pub(super) fn give<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        for input in &self.inputs {
            command.arg("--input").arg(input);
        }
        if !self.args.is_empty() {
            command.arg("--").args(&self.args);
        }
        command
    }

    /// A verification; the receipt names the arguments.
    fn verify(&self, receipt: &Path, package: &Path) -> Command {
        let mut command = assay();
        command.arg("verify").arg(receipt).arg(package);
        for input in &self.inputs {
            command.arg("--input").arg(input);
        }
        command
    }
}

/// This program again, answering in JSON.
pub(super) fn assay() -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap_or_else(|_| "assay".into()));
    command.arg("--json");
    command
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1;
    }
    bytes
}
