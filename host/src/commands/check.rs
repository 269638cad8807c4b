//! `assay check`: a package's known answers, each computed twice.

use std::sync::Arc;
use std::time::Instant;

use assay_protocol::hash::NamedBlob;
use assay_protocol::package::{self, Package};
use serde_json::{Value, json};

use crate::failure::{Code, Failure};
use crate::say::out;
use crate::{cli, job_files, package_tests, report};

/// Runs the command.
pub fn run(arguments: &cli::Check, as_json: bool) -> Result<(), Failure> {
    let file = job_files::read(&arguments.package, "package", package::MAX_BYTES)?;
    let package = Package::read(&file).map_err(|refusal| super::run::unreadable(&arguments.package, refusal))?;
    let manifest = &package.manifest;
    let sandbox = super::sandbox()?;
    let prepared = sandbox.prepare_hashed(package.module, manifest.module.blake3, &manifest.limits)?;
    let content = |input: &NamedBlob| package.blob(&input.blob.blake3).map(Arc::from);

    let mut cases: Vec<Value> = Vec::new();
    let mut failed = 0;
    for case in &manifest.tests {
        let started = Instant::now();
        let job = package_tests::job(manifest.module.blake3, manifest.limits, case)?;
        let first = package_tests::run_once(&sandbox, &prepared, &job, &content)?;
        let second = package_tests::run_once(&sandbox, &prepared, &job, &content)?;
        let found = first.outcome.hash();
        let repeats = second.outcome.hash() == found && second.transcript_root == first.transcript_root;
        let ok = found == case.outcome && repeats;
        failed += u32::from(!ok);
        cases.push(json!({
            "name": case.name, "ok": ok, "outcome_hash": found.to_string(), "expected": case.outcome.to_string(),
            "repeats": repeats, "status": first.outcome.status.name(), "fuel": first.outcome.fuel, "seconds": started.elapsed().as_secs_f64(),
        }));
        if !as_json {
            let mark = if ok { "ok  " } else { "FAIL" };
            out!(
                "{mark} {} · {} · {} fuel · {:.3} s for two runs",
                case.name,
                first.outcome.status,
                report::grouped(first.outcome.fuel),
                started.elapsed().as_secs_f64()
            );
            if found != case.outcome {
                out!("     expected outcome hash {}\n     found                 {found}", case.outcome);
            }
            if !repeats {
                out!(
                    "     the second run differs: {:?}; this is a fault of assay, please report it",
                    second.outcome.differences(&first.outcome, "second", "first")
                );
            }
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
