//! `assay verify`: is a receipt whole, and is it true?
//!
//! Whole: its checks, then the package's, then what is at hand against what it names (`specs/receipt.md`, section 5). True: the job runs again here, and the
//! two outcome hashes are compared.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use assay_protocol::hash::{Blob, NamedBlob};
use assay_protocol::job::Job;
use assay_protocol::outcome::Outcome;
use assay_protocol::package::{self, Package};
use assay_protocol::receipt::{MAX_FILE_BYTES, ReceiptFile};
use assay_protocol::transcript::Transcript;
use assay_protocol::{Refusal, keypair};
use assay_sandbox::{Execution, Request};
use serde_json::json;

use crate::failure::{Code, Failure};
use crate::gpu::Gpu;
use crate::say::out;
use crate::{cli, job_files, report};

/// Longest transcript file, in bytes.
const MAX_TRANSCRIPT_BYTES: u64 = 4 * 1024 * 1024 * 1024;

/// Runs the command.
pub fn run(arguments: &cli::Verify, as_json: bool) -> Result<(), Failure> {
    let receipt = job_files::read(&arguments.receipt, "receipt", MAX_FILE_BYTES)?;
    let receipt = ReceiptFile::read(&receipt).map_err(|refusal| refused_receipt(&arguments.receipt, refusal))?;
    let file = job_files::read(&arguments.package, "package", package::MAX_BYTES)?;
    let package = Package::read(&file).map_err(|refusal| super::run::unreadable(&arguments.package, refusal))?;
    receipt.is_of(&package.manifest).map_err(|refusal| {
        Failure::from(refusal)
            .about(arguments.receipt.display())
            .hint("give the package this receipt is about: `assay inspect` shows its hash for both")
    })?;
    let theirs = arguments.transcript.as_deref().map(|path| transcript(path, &receipt)).transpose()?;
    let (described, inputs) = job_files::open_inputs(&arguments.job.inputs, &receipt.job.limits)?;
    same_inputs(&receipt.job.inputs, &described)?;
    same_arguments(&receipt.job, &arguments.job)?;
    let mut differences = match &arguments.outputs {
        Some(folder) => outputs_at_hand(folder, &receipt.outcome)?,
        None => Vec::new(),
    };

    let started = Instant::now();
    let deadline = super::Deadline::start(arguments.deadline, as_json);
    let gpu = Gpu::new(&arguments.gpu.gpu, arguments.gpu.gpu_recheck);
    let sandbox = super::sandbox()?;
    let prepared = sandbox.prepare_hashed(package.module, package.manifest.module.blake3, &receipt.job.limits)?;
    let request = Request { job: &receipt.job, inputs, keep_calls: theirs.is_some(), observer: Box::new(()), gpu: gpu.opener() };
    let mut execution = sandbox.run(&prepared, request)?;
    deadline.call_off();
    differences.extend(compare(&receipt, &mut execution, theirs.as_ref()));
    let seconds = started.elapsed().as_secs_f64();
    conclude(&receipt, &execution, &differences, (seconds, &gpu), as_json)
}

/// A check that did not hold, with what it found.
struct Difference {
    check: &'static str,
    detail: String,
}

pub(super) fn refused_receipt(path: &Path, refusal: Refusal) -> Failure {
    let hint = match refusal.check {
        "receipt.magic" => "give a receipt that `assay run --receipt` wrote",
        "receipt.signature" => "do not pay for it: the provider did not sign this",
        "receipt.job" | "receipt.outcome" => "do not pay for it: its parts do not belong together",
        _ => "the receipt is damaged; ask the provider for it again",
    };
    Failure::from(refusal).about(path.display()).hint(hint)
}

fn transcript(path: &Path, receipt: &ReceiptFile) -> Result<Transcript, Failure> {
    let bytes = job_files::read(path, "transcript", MAX_TRANSCRIPT_BYTES)?;
    let transcript = Transcript::decode(&bytes).map_err(|refusal| Failure::from(refusal).about(path.display()))?;
    if transcript.job != receipt.receipt.job || transcript.root() != receipt.receipt.transcript {
        return Err(Failure::refused("transcript.root", format!("{} is not the transcript that the receipt commits to", path.display()))
            .hint("ask the provider for the transcript of this very run, or verify without one"));
    }
    Ok(transcript)
}

fn same_inputs(claimed: &[NamedBlob], at_hand: &[NamedBlob]) -> Result<(), Failure> {
    let refuse = |detail: String, hint: String| Err(Failure::refused("job.inputs", detail).hint(hint));
    for input in claimed {
        match at_hand.iter().find(|other| other.name == input.name) {
            None => {
                return refuse(
                    format!("the job has an input {:?}, which is not at hand", input.name),
                    format!("give it with --input {}=PATH", input.name),
                );
            }
            Some(other) if other.blob != input.blob => {
                let detail = format!(
                    "the input {:?} at hand is {} ({} bytes), the job's is {} ({} bytes)",
                    input.name, other.blob.blake3, other.blob.bytes, input.blob.blake3, input.blob.bytes
                );
                return refuse(detail, "give the very file the job ran on; `b3sum` shows a file's hash".to_owned());
            }
            Some(_) => {}
        }
    }
    match at_hand.iter().find(|other| !claimed.iter().any(|input| input.name == other.name)) {
        Some(extra) => refuse(format!("the job has no input {:?}", extra.name), "leave it out".to_owned()),
        None => Ok(()),
    }
}

fn same_arguments(job: &Job, at_hand: &cli::JobArguments) -> Result<(), Failure> {
    let hint = "leave them out, and the receipt's are used; `assay inspect` shows them";
    if !at_hand.args.is_empty() && at_hand.args != job.args {
        return Err(
            Failure::refused("job.args", format!("the arguments at hand are {:?}, the job's are {:?}", at_hand.args, job.args)).hint(hint)
        );
    }
    let env = job_files::environment(&at_hand.env)?;
    if !env.is_empty() && env != job.env {
        return Err(Failure::refused("job.args", "the environment at hand is not the job's").hint(hint));
    }
    Ok(())
}

/// Files that are there under an output's name but are not that output, and outputs that are not there.
fn outputs_at_hand(folder: &Path, outcome: &Outcome) -> Result<Vec<Difference>, Failure> {
    let mut found = Vec::new();
    for output in &outcome.outputs {
        let path = folder.join(&output.name);
        let detail = match assay_sandbox::Input::open(&path, u64::MAX) {
            Ok(input) if input.blob() == output.blob => continue,
            Ok(input) => format!("{} is {}, the receipt says {}", path.display(), describe(&input.blob()), describe(&output.blob)),
            Err(e) => format!("{} cannot be read: {e}", path.display()),
        };
        found.push(Difference { check: "outputs", detail });
    }
    Ok(found)
}

fn describe(blob: &Blob) -> String {
    format!("{} ({} bytes)", blob.blake3, blob.bytes)
}

fn compare(receipt: &ReceiptFile, execution: &mut Execution, theirs: Option<&Transcript>) -> Vec<Difference> {
    let mut found = Vec::new();
    if execution.outcome.hash() != receipt.receipt.outcome {
        for detail in execution.outcome.differences(&receipt.outcome, "here", "receipt") {
            found.push(Difference { check: "re-execution.outcome", detail });
        }
    }
    if execution.transcript_root != receipt.receipt.transcript || execution.calls != receipt.receipt.calls {
        let detail = format!(
            "here {} over {} calls, receipt {} over {}",
            execution.transcript_root, execution.calls, receipt.receipt.transcript, receipt.receipt.calls
        );
        found.push(Difference { check: "re-execution.transcript", detail });
        if let (Some(theirs), Some(calls)) = (theirs, execution.kept_calls.take())
            && let Some(detail) = first_difference(&Transcript::new(receipt.receipt.job, calls), theirs)
        {
            found.push(Difference { check: "re-execution.transcript", detail });
        }
    }
    found
}

/// Names the first host call in which two transcripts differ.
fn first_difference(ours: &Transcript, theirs: &Transcript) -> Option<String> {
    let (index, compared) = ours.first_difference(theirs)?;
    let place = usize::try_from(index).ok()?;
    let name = |transcript: &Transcript| transcript.calls().get(place).map_or("the end".to_owned(), |call| call.function.clone());
    let mut parts = BTreeSet::new();
    if let (Some(a), Some(b)) = (ours.calls().get(place), theirs.calls().get(place)) {
        for (part, differs) in [
            ("function", a.function != b.function),
            ("arguments", a.args != b.args),
            ("results", a.results != b.results),
            ("fuel", a.fuel != b.fuel),
        ] {
            if differs {
                parts.insert(part);
            }
        }
    }
    let parts = parts.into_iter().collect::<Vec<_>>().join(", ");
    Some(format!(
        "first host call that differs: number {index} (here {}, receipt {}) in its {parts}; found with {compared} comparisons among {} calls",
        name(ours),
        name(theirs),
        ours.calls().len().max(theirs.calls().len())
    ))
}

fn conclude(
    receipt: &ReceiptFile,
    execution: &Execution,
    differences: &[Difference],
    (seconds, gpu): (f64, &Gpu),
    as_json: bool,
) -> Result<(), Failure> {
    let provider = keypair::show(&receipt.receipt.provider);
    if as_json {
        let mut shown = report::execution_json(&receipt.job, execution, seconds);
        shown["gpu"] = gpu.used_json();
        shown["verified"] = json!(differences.is_empty());
        shown["claimed_outcome_hash"] = json!(receipt.receipt.outcome.to_string());
        shown["provider"] = json!(provider);
        shown["differences"] = differences.iter().map(|d| json!({ "check": d.check, "detail": d.detail })).collect();
        report::print_json(&shown);
    } else if differences.is_empty() {
        out!("verified: {} · outcome hash {} · {seconds:.3} s", execution.outcome.status, receipt.receipt.outcome);
        out!("  provider {provider} said the same");
        if let Some(used) = gpu.used() {
            out!("  GPU calls ran on {used}");
        }
    } else {
        out!("NOT verified: provider {provider} claims what this machine does not find");
        for difference in differences {
            out!("  {}: {}", difference.check, difference.detail);
        }
    }
    match differences {
        [] => Ok(()),
        _ => Err(Failure::silent(Code::Failed)),
    }
}
