//! `assay build`: compile, pack, sign.
//!
//! A test case without an outcome hash is run here, and what it gives becomes the contract: the manifest of a package always states what each case must give.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use assay_protocol::Hash;
use assay_protocol::hash::{Blob, NamedBlob};
use assay_protocol::limits::Limits;
use assay_protocol::manifest::{Manifest, TestCase};
use assay_protocol::outcome::Status;
use assay_protocol::package;
use assay_sandbox::{Execution, Prepared, Sandbox};
use serde_json::json;

use crate::failure::Failure;
use crate::job_toml::{JobToml, Test};
use crate::say::{note, out};
use crate::{atomic_file, cli, guest_build, job_files, key_files, package_tests, report};

/// Runs the command.
pub fn run(arguments: &cli::Build, as_json: bool) -> Result<(), Failure> {
    let started = Instant::now();
    let folder = &arguments.dir;
    let toml = JobToml::read(folder)?;
    let limits = toml.limits()?;
    let key = key_files::signing_key(arguments.key.as_deref())?;
    let built = guest_build::build(folder, &toml.build)?;
    let sandbox = super::sandbox()?;
    let prepared = sandbox.prepare(&built.module, &limits)?;

    let mut blobs = HashMap::new();
    let mut tests = Vec::new();
    for test in &toml.tests {
        tests.push(test_case(folder, test, &limits, &sandbox, &prepared, &mut blobs)?);
    }
    let manifest = Manifest {
        format: assay_protocol::manifest::FORMAT,
        profile: assay_protocol::PROFILE.to_owned(),
        name: toml.name.clone(),
        version: toml.version.clone(),
        module: Blob { bytes: built.module.len() as u64, blake3: prepared.hash() },
        limits,
        tests,
        publisher: key.key.verifying_key().to_bytes(),
    };
    let file = package::write(manifest.clone(), &built.module, &blobs, &key.key)?;
    let path = built.target_folder.join("assay").join(format!("{}.assay", toml.name));
    atomic_file::write(&path, &file)?;

    if as_json {
        report::print_json(&json!({
            "package": path,
            "package_hash": manifest.hash().to_string(),
            "bytes": file.len(),
            "module": { "bytes": manifest.module.bytes, "blake3": manifest.module.blake3.to_string() },
            "tests": manifest.tests.iter().map(|case| json!({ "name": case.name, "outcome_hash": case.outcome.to_string() })).collect::<Vec<_>>(),
            "publisher": key.shown(),
            "seconds": started.elapsed().as_secs_f64(),
        }));
    } else {
        out!("{}", path.display());
        note!("assay: packed {} {} · {} bytes · signed by {}", toml.name, toml.version, report::grouped(file.len() as u64), key.shown());
        note!("  module  {} · {} bytes", manifest.module.blake3, report::grouped(manifest.module.bytes));
        for case in &manifest.tests {
            note!("  test    {} · outcome hash {}", case.name, case.outcome);
        }
    }
    Ok(())
}

fn test_case(
    folder: &Path,
    test: &Test,
    limits: &Limits,
    sandbox: &Sandbox,
    prepared: &Prepared,
    blobs: &mut HashMap<Hash, Vec<u8>>,
) -> Result<TestCase, Failure> {
    let mut inputs = Vec::new();
    for (name, path) in &test.inputs {
        let content = job_files::read(&folder.join(path), "input", package::MAX_BYTES)?;
        let blob = Blob::of(&content);
        blobs.insert(blob.blake3, content);
        inputs.push(NamedBlob { name: name.clone(), blob });
    }
    let mut case = TestCase { name: test.name.clone(), args: test.args.clone(), env: test.env(), inputs, outcome: Hash([0; 32]) };
    case.outcome = match test.outcome()? {
        Some(stated) => stated,
        None => record(test, &case, limits, sandbox, prepared, blobs)?,
    };
    Ok(case)
}

fn record(
    test: &Test,
    case: &TestCase,
    limits: &Limits,
    sandbox: &Sandbox,
    prepared: &Prepared,
    blobs: &HashMap<Hash, Vec<u8>>,
) -> Result<Hash, Failure> {
    let job = package_tests::job(prepared.hash(), *limits, case)?;
    let content = |input: &NamedBlob| blobs.get(&input.blob.blake3).map(|bytes| Arc::from(bytes.as_slice()));
    let execution = package_tests::run_once(sandbox, prepared, &job, &content, assay_sandbox::cpu())?;
    let problems = unexpected(test, &execution);
    if problems.is_empty() {
        return Ok(execution.outcome.hash());
    }
    let said = String::from_utf8_lossy(&execution.stderr).trim_end().to_owned();
    let said = if said.is_empty() { said } else { format!("\nstderr of the job:\n{said}") };
    Err(Failure::failed(format!("test {:?} does not give what job.toml expects: {}{said}", test.name, problems.join("; ")))
        .hint("mend the job, or what [test.expect] in job.toml asks for"))
}

fn unexpected(test: &Test, execution: &Execution) -> Vec<String> {
    let expect = &test.expect;
    let mut problems = Vec::new();
    let exit_code = expect.exit_code.unwrap_or(0);
    if execution.outcome.status != (Status::Completed { exit_code }) {
        problems.push(format!("expected exit code {exit_code}, it {}", execution.outcome.status));
    }
    if let Some(stdout) = expect.stdout.as_ref().filter(|stdout| stdout.as_bytes() != execution.stdout) {
        problems.push(format!("expected stdout {stdout:?}, it wrote {:?}", String::from_utf8_lossy(&execution.stdout)));
    }
    for (name, expected) in &expect.outputs {
        let found = execution.outcome.output(name).map(|blob| blob.blake3.to_string());
        if found.as_deref() != Some(expected) {
            problems.push(format!("expected output {name:?} with BLAKE3 {expected}, it has {}", found.as_deref().unwrap_or("none")));
        }
    }
    problems
}
