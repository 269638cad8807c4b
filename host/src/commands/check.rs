//! `assay check`: a package's known answers, each computed twice, and for a job that makes GPU calls once more on every adapter that is admitted here.
//!
//! The first run of a job with GPU calls looks for data races: a racy dispatch has no defined result, so a package with one is no package that a provider should take.

use std::sync::Arc;
use std::time::Instant;

use assay_protocol::Hash;
use assay_protocol::hash::NamedBlob;
use assay_protocol::job::Job;
use assay_protocol::manifest::TestCase;
use assay_protocol::package::{self, Package};
use assay_sandbox::{Execution, OpenDevice, Prepared, Sandbox};
use serde_json::{Value, json};

use crate::failure::{Code, Failure};
use crate::gpu::{self, BackEnd, Races};
use crate::say::out;
use crate::shader::diagnostics::harmless;
use crate::{cli, job_files, package_tests, report};

/// Most races of a test case that are shown to people.
const RACES_SHOWN_MAX: usize = 10;

/// Runs the command.
pub fn run(arguments: &cli::Check, as_json: bool) -> Result<(), Failure> {
    let file = job_files::read(&arguments.package, "package", package::MAX_BYTES)?;
    let package = Package::read(&file).map_err(|refusal| super::run::unreadable(&arguments.package, refusal))?;
    let manifest = &package.manifest;
    let sandbox = super::sandbox()?;
    let prepared = sandbox.prepare_hashed(package.module, manifest.module.blake3, &manifest.limits)?;
    let content = |input: &NamedBlob| package.blob(&input.blob.blake3).map(Arc::from);
    // A driver is not started for a module that cannot ask for it.
    let uses_gpu = prepared.facts().imports.iter().any(|import| import.starts_with("assay_v1.gpu_"));
    let adapters = if uses_gpu { gpu::for_check(&arguments.gpu.gpu)? } else { Vec::new() };
    let bench = Bench { sandbox, prepared, content: &content, arguments, uses_gpu, adapters };

    let mut cases: Vec<Value> = Vec::new();
    let mut failed = 0;
    for case in &manifest.tests {
        let job = package_tests::job(manifest.module.blake3, manifest.limits, case)?;
        let tried = bench.try_case(case, &job)?;
        failed += u32::from(!tried.ok());
        cases.push(tried.as_json());
        if !as_json {
            tried.say();
        }
    }
    if as_json {
        report::print_json(&json!({
            "package": package.hash.to_string(), "name": manifest.name, "version": manifest.version, "ok": failed == 0, "cases": cases,
        }));
    } else {
        let cases = manifest.tests.len();
        out!("{} {}: {cases} test case{}, {failed} failed", manifest.name, manifest.version, if cases == 1 { "" } else { "s" });
    }
    match failed {
        0 => Ok(()),
        _ => Err(Failure::silent(Code::Failed)),
    }
}

/// What test cases are tried on.
struct Bench<'a> {
    sandbox: Sandbox,
    prepared: Prepared,
    content: &'a dyn Fn(&NamedBlob) -> Option<Arc<[u8]>>,
    arguments: &'a cli::Check,
    uses_gpu: bool,
    adapters: Vec<BackEnd>,
}

/// One test case, tried.
struct Tried<'a> {
    case: &'a TestCase,
    first: Execution,
    second: Execution,
    /// Races that the first run found; `None` where nobody looked.
    races: Option<Vec<String>>,
    adapters: Vec<OnAdapter>,
    seconds: f64,
}

/// The same test case on an adapter.
struct OnAdapter {
    name: String,
    tier: Option<String>,
    found: Hash,
    /// The outcome and the transcript are those of the CPU.
    same: bool,
    seconds: f64,
}

impl Bench<'_> {
    fn try_case<'a>(&self, case: &'a TestCase, job: &Job) -> Result<Tried<'a>, Failure> {
        let started = Instant::now();
        let on_cpu = || gpu::Gpu::on_cpu(&self.arguments.gpu).opener();
        let looked = (self.uses_gpu && self.arguments.gpu.gpu != gpu::Choice::Off).then(Races::default);
        let first = self.once(job, looked.as_ref().map_or_else(on_cpu, Races::opener))?;
        let second = self.once(job, on_cpu())?;
        let seconds = started.elapsed().as_secs_f64();
        let mut adapters = Vec::new();
        for adapter in &self.adapters {
            let started = Instant::now();
            let execution = self.once(job, adapter.opener(self.arguments.gpu.gpu_recheck))?;
            let found = execution.outcome.hash();
            let same = found == first.outcome.hash() && execution.transcript_root == first.transcript_root;
            let seconds = started.elapsed().as_secs_f64();
            adapters.push(OnAdapter { name: adapter.name.clone(), tier: adapter.tier.clone(), found, same, seconds });
        }
        Ok(Tried { case, first, second, races: looked.map(|races| races.found()), adapters, seconds })
    }

    fn once(&self, job: &Job, device: OpenDevice) -> Result<Execution, Failure> {
        package_tests::run_once(&self.sandbox, &self.prepared, job, self.content, device)
    }
}

impl Tried<'_> {
    fn repeats(&self) -> bool {
        self.second.outcome.hash() == self.first.outcome.hash() && self.second.transcript_root == self.first.transcript_root
    }

    fn ok(&self) -> bool {
        self.first.outcome.hash() == self.case.outcome
            && self.repeats()
            && self.races.as_ref().is_none_or(Vec::is_empty)
            && self.adapters.iter().all(|adapter| adapter.same)
    }

    fn as_json(&self) -> Value {
        let mut shown = json!({
            "name": self.case.name, "ok": self.ok(), "outcome_hash": self.first.outcome.hash().to_string(), "expected": self.case.outcome.to_string(),
            "repeats": self.repeats(), "status": self.first.outcome.status.name(), "fuel": self.first.outcome.fuel, "seconds": self.seconds,
        });
        if let Some(races) = &self.races {
            shown["races"] = json!(races);
            shown["adapters"] = self
                .adapters
                .iter()
                .map(|one| {
                    json!({ "name": one.name, "tier": one.tier, "outcome_hash": one.found.to_string(), "same": one.same, "seconds": one.seconds })
                })
                .collect();
        }
        shown
    }

    fn say(&self) {
        let outcome = &self.first.outcome;
        out!(
            "{} {} · {} · {} fuel · {:.3} s for two runs",
            if self.ok() { "ok  " } else { "FAIL" },
            self.case.name,
            outcome.status,
            report::grouped(outcome.fuel),
            self.seconds
        );
        if outcome.hash() != self.case.outcome {
            out!("     expected outcome hash {}\n     found                 {}", self.case.outcome, outcome.hash());
        }
        if !self.repeats() {
            out!(
                "     the second run differs: {:?}; this is a fault of assay, please report it",
                self.second.outcome.differences(outcome, "second", "first")
            );
        }
        for adapter in &self.adapters {
            let tier = adapter.tier.as_ref().map(|tier| format!(" ({tier})")).unwrap_or_default();
            let said = match adapter.same {
                true => "the same outcome and transcript".to_owned(),
                false => format!("ANOTHER outcome or transcript: {}; this is a fault of assay, please report it", adapter.found),
            };
            out!("     on {}{tier}: {said} · {:.3} s", harmless(&adapter.name), adapter.seconds);
        }
        let Some(races) = &self.races else { return };
        for race in races.iter().take(RACES_SHOWN_MAX) {
            out!("     race: {}", harmless(race));
        }
        if races.len() > RACES_SHOWN_MAX {
            out!("     and {} races more; --json has all of them", races.len() - RACES_SHOWN_MAX);
        }
        if !races.is_empty() {
            out!("     a dispatch with a race has no defined result: order the accesses by a barrier, or use atomics");
        }
    }
}
