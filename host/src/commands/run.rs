//! `assay run`: one job, to its outcome.

use std::path::Path;
use std::time::Instant;

use assay_protocol::Hash;
use assay_protocol::hash::NamedBlob;
use assay_protocol::job::Job;
use assay_protocol::limits::Limits;
use assay_protocol::package::{self, Package};
use assay_protocol::receipt::ReceiptFile;
use assay_protocol::transcript::Transcript;
use assay_sandbox::{Execution, FunctionNames, Request};
use serde_json::json;

use crate::failure::{Code, Failure};
use crate::gpu::{Gpu, Used};
use crate::say::note;
use crate::watch::Watch;
use crate::{atomic_file, cli, fuel_tables, job_files, job_toml, key_files, report};

/// Runs the command.
pub fn run(arguments: cli::Run, as_json: bool) -> Result<(), Failure> {
    let file = job_files::read(&arguments.file, "package", package::MAX_BYTES)?;
    let bare = job_files::is_module(&file);
    let package = if bare { None } else { Some(Package::read(&file).map_err(|refusal| unreadable(&arguments.file, refusal))?) };
    if bare {
        if arguments.receipt.is_some() {
            return Err(Failure::usage("a bare module runs unsigned and gets no receipt")
                .hint("pack it first: `assay build` with [build] module in job.toml"));
        }
        note!("assay: {} is a bare module: it runs unsigned and gets no receipt", arguments.file.display());
    }
    if let Some(folder) = arguments.out.as_ref().filter(|folder| folder.exists() && !folder.is_dir()) {
        return Err(
            Failure::usage(format!("--out {} is not a folder", folder.display())).hint("name a folder; it is made if it is not there")
        );
    }
    // Before the job runs, so that a bad key does not cost a run.
    let key = arguments.receipt.as_ref().map(|_| key_files::signing_key(arguments.key.as_deref())).transpose()?;

    let (module, module_hash) = match &package {
        Some(package) => (package.module, package.manifest.module.blake3),
        None => (file.as_slice(), Hash::of_blob(&file)),
    };
    let limits = limits(package.as_ref(), &arguments.limits)?;
    let (described, inputs) = job_files::open_inputs(&arguments.job.inputs, &limits)?;
    let job = job(module_hash, limits, &arguments.job, described)?;

    let started = Instant::now();
    let deadline = super::Deadline::start(arguments.deadline, as_json);
    let gpu = Gpu::new(&arguments.gpu.gpu, arguments.gpu.gpu_recheck);
    let sandbox = super::sandbox()?;
    let prepared = match arguments.profile {
        Some(_) => sandbox.prepare_profiled(module, module_hash, &job.limits)?,
        None => sandbox.prepare_hashed(module, module_hash, &job.limits)?,
    };
    let keep_calls = arguments.transcript.is_some();
    let mut execution =
        sandbox.run(&prepared, Request { job: &job, inputs, keep_calls, observer: Box::new(Watch::new(as_json)), gpu: gpu.opener() })?;
    deadline.call_off();
    let seconds = started.elapsed().as_secs_f64();

    if let Some(folder) = &arguments.out {
        save_outputs(folder, &execution)?;
    }
    if let (Some(path), Some(calls)) = (&arguments.transcript, execution.kept_calls.take()) {
        atomic_file::write(path, &Transcript::new(job.id(), calls).encode())?;
    }
    let profile = save_profile(arguments.profile.as_deref(), module, &execution)?;
    let mut shown = report::execution_json(&job, &execution, seconds);
    shown["gpu"] = gpu.used_json();
    if let Some(profile) = &profile {
        shown["fuel_profile"] = profile.json.clone();
    }
    if let (Some(path), Some(key), Some(package)) = (&arguments.receipt, &key, &package) {
        let transcript = (execution.transcript_root, execution.calls);
        let receipt = ReceiptFile::sign(package.hash, job.clone(), execution.outcome.clone(), transcript, &key.key, &key.key);
        atomic_file::write(path, &receipt.encode())?;
        shown["receipt"] = json!(path);
        shown["provider"] = json!(key.shown());
    }
    if as_json {
        report::print_json(&shown);
    } else {
        summarise(&arguments, &job, &execution, (seconds, gpu.used()), key.as_ref());
        for line in profile.iter().flat_map(|profile| &profile.lines) {
            note!("  {line}");
        }
    }
    match execution.outcome.status.is_success() {
        true => Ok(()),
        false => Err(Failure::silent(Code::Failed)),
    }
}

/// The job that a package is asked for, as its id names it. Inputs are read for their hashes, and closed.
pub(super) fn job_of(package: &Package<'_>, given: &cli::JobArguments, changes: &[(String, u64)]) -> Result<Job, Failure> {
    let limits = limits(Some(package), changes)?;
    let (described, _) = job_files::open_inputs(&given.inputs, &limits)?;
    job(package.manifest.module.blake3, limits, given, described)
}

fn job(module: Hash, limits: Limits, given: &cli::JobArguments, described: Vec<NamedBlob>) -> Result<Job, Failure> {
    Job::new(module, limits, given.args.clone(), job_files::environment(&given.env)?, described)
        .map_err(|why| Failure::refused("job.limits", why).hint("give it less, or have the package's author raise the limit in job.toml"))
}

/// A refused package, with what to do about it.
pub(super) fn unreadable(path: &Path, refusal: assay_protocol::Refusal) -> Failure {
    let hint = match refusal.check {
        "package.magic" => {
            "give a .assay package, which `assay build` makes; only `assay run` and `assay inspect` take a bare .wasm module"
        }
        "package.length" => "the file is truncated or has something appended; get it again",
        "package.signature" => "do not use it: what stands in the manifest is not what the publisher signed",
        "package.module" | "package.blob" => "do not use it: its content was changed after it was signed; get it again",
        _ => "the package is damaged or made by another version of assay; get it again or build it again",
    };
    Failure::from(refusal).about(path.display()).hint(hint)
}

fn limits(package: Option<&Package<'_>>, changes: &[(String, u64)]) -> Result<Limits, Failure> {
    let mut limits = package.map_or_else(Limits::default, |package| package.manifest.limits);
    for (name, value) in changes {
        job_toml::set_limit(&mut limits, name, *value).map_err(Failure::usage)?;
    }
    limits.validate().map_err(|why| Failure::usage(format!("the job {why}")))?;
    if let Some(package) = package {
        limits.within(&package.manifest.limits).map_err(|why| Failure::usage(format!("the job {why}")))?;
    }
    Ok(limits)
}

/// Writes the outputs below `folder`: each whole or not at all.
pub(super) fn save_outputs(folder: &Path, execution: &Execution) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|e| Failure::abstained(format!("cannot make the folder {}: {e}", folder.display())))?;
    for (name, content) in &execution.outputs {
        // Output names have no "..", no empty component and no control character (specs/encoding.md, section 5), so they stay below the folder.
        atomic_file::write(&folder.join(name), content)?;
    }
    Ok(())
}

/// Where the fuel of a run went, as it is shown.
struct Profile {
    json: serde_json::Value,
    lines: Vec<String>,
}

/// Writes the stacks of a run that was profiled.
fn save_profile(path: Option<&Path>, module: &[u8], execution: &Execution) -> Result<Option<Profile>, Failure> {
    let (Some(path), Some(profile)) = (path, &execution.profile) else { return Ok(None) };
    let names = FunctionNames::read(module);
    let folded = profile.folded(&names);
    atomic_file::write(path, folded.text.as_bytes())?;
    let mut lines = vec![format!("profile       {} · folded stacks", path.display())];
    lines.extend(fuel_tables::run_lines(profile, &folded, &names));
    Ok(Some(Profile { json: fuel_tables::run_json(profile, &folded, &names, path), lines }))
}

fn summarise(arguments: &cli::Run, job: &Job, execution: &Execution, (seconds, gpu): (f64, Option<Used>), key: Option<&key_files::Key>) {
    let outcome = &execution.outcome;
    note!(
        "assay: {} · {} fuel · {} host calls · {seconds:.3} s",
        outcome.status,
        report::grouped(outcome.fuel),
        report::grouped(execution.calls)
    );
    note!("  job           {}", job.id());
    note!("  outcome hash  {}", outcome.hash());
    if let Some(used) = gpu {
        note!("  gpu calls     ran on {used}");
    }
    for output in &outcome.outputs {
        let place = match &arguments.out {
            Some(folder) => format!("-> {}", folder.join(&output.name).display()),
            None => "(not saved: no --out)".to_owned(),
        };
        note!(
            "  output        {} · {} bytes · {} {place}",
            output.name,
            report::grouped(output.blob.bytes),
            report::short(&output.blob.blake3)
        );
    }
    if let (Some(path), Some(key)) = (&arguments.receipt, key) {
        note!("  receipt       {} · signed by {} ({})", path.display(), key.shown(), key.path.display());
    }
}
