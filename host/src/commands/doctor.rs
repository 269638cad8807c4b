//! `assay doctor`: what this machine can do, and what is missing.

use std::process::Command;

use assay_protocol::Hash;
use assay_protocol::job::Job;
use assay_protocol::limits::Limits;
use assay_sandbox::{Request, Sandbox};
use serde_json::{Value, json};

use super::doctor_gpu;
use crate::failure::{Code, Failure};
use crate::say::out;
use crate::{folders, guest_build, key_files, report};

/// A job that touches floating point, SIMD, the file system, clocks and random, and whose outcome hash is known.
const SELF_TEST: &[u8] = include_bytes!("../../self_test/self_test.wasm");
/// Its outcome hash under the default limits. A machine that gets another one must not run jobs.
const SELF_TEST_OUTCOME: &str = include_str!("../../self_test/outcome.txt");

/// One thing that was looked at.
pub(super) struct Finding {
    pub(super) name: &'static str,
    pub(super) ok: bool,
    /// Whether jobs cannot run without it.
    pub(super) needed: bool,
    pub(super) detail: String,
}

/// Runs the command.
pub fn run(as_json: bool) -> Result<(), Failure> {
    let adapters = doctor_gpu::adapters();
    let mut findings = vec![self_test(), doctor_gpu::executor()];
    findings.extend(doctor_gpu::findings(adapters.as_deref()));
    findings.extend([cache(), rust(), key()]);
    let ready = findings.iter().all(|finding| finding.ok || !finding.needed);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if as_json {
        let shown: Vec<Value> =
            findings.iter().map(|f| json!({ "name": f.name, "ok": f.ok, "needed": f.needed, "detail": f.detail })).collect();
        report::print_json(&json!({
            "ready": ready, "version": env!("CARGO_PKG_VERSION"), "profile": assay_protocol::PROFILE, "engine": assay_sandbox::ENGINE_VERSION,
            "architecture": std::env::consts::ARCH, "system": std::env::consts::OS, "cores": cores, "findings": shown,
            "adapters": doctor_gpu::as_json(adapters.as_deref()), "adapter_cache": folders::adapters(),
        }));
    } else {
        out!("assay {} · profile {} · {}", env!("CARGO_PKG_VERSION"), assay_protocol::PROFILE, assay_sandbox::ENGINE_VERSION);
        out!("{} {} · {cores} cores", std::env::consts::OS, std::env::consts::ARCH);
        for finding in &findings {
            let mark = match (finding.ok, finding.needed) {
                (true, _) => "ok     ",
                (false, true) => "MISSING",
                (false, false) => "without",
            };
            out!("{mark} {:<10} {}", finding.name, finding.detail);
        }
        out!("{}", if ready { "ready to run and verify jobs" } else { "not ready: see MISSING above" });
    }
    match ready {
        true => Ok(()),
        false => Err(Failure::silent(Code::Abstained)),
    }
}

fn self_test() -> Finding {
    let (ok, detail) = match try_self_test() {
        Ok(found) if found.to_string() == SELF_TEST_OUTCOME.trim() => (true, format!("gives the known outcome hash {found}")),
        Ok(found) => {
            (false, format!("gives {found} instead of {}; this machine must not run jobs, please report it", SELF_TEST_OUTCOME.trim()))
        }
        Err(why) => (false, why),
    };
    Finding { name: "self-test", ok, needed: true, detail }
}

fn try_self_test() -> Result<Hash, String> {
    let sandbox = Sandbox::new(None).map_err(|e| e.to_string())?;
    let limits = Limits::default();
    let prepared = sandbox.prepare(SELF_TEST, &limits).map_err(|e| e.to_string())?;
    let job = Job::new(prepared.hash(), limits, vec!["self-test".to_owned()], Vec::new(), Vec::new())?;
    let execution = sandbox
        .run(&prepared, Request { job: &job, inputs: Vec::new(), keep_calls: false, observer: Box::new(()), gpu: assay_sandbox::cpu() })
        .map_err(|e| e.to_string())?;
    Ok(execution.outcome.hash())
}

fn cache() -> Finding {
    let (ok, detail) = match folders::cache() {
        None => (false, "no home folder: modules are compiled anew each time; set ASSAY_CACHE to a folder".to_owned()),
        Some(folder) => match std::fs::create_dir_all(&folder).and_then(|()| tempfile::tempfile_in(&folder)) {
            Ok(_) => (true, format!("compiled modules in {}", folder.display())),
            Err(e) => (false, format!("{} cannot be written: {e}; modules are compiled anew each time", folder.display())),
        },
    };
    Finding { name: "cache", ok, needed: false, detail }
}

fn rust() -> Finding {
    let version = Command::new("rustc").arg("--version").output().ok().filter(|output| output.status.success());
    let (ok, detail) = match (version, guest_build::has_target()) {
        (Some(output), Ok(true)) => (true, format!("{} with {}", String::from_utf8_lossy(&output.stdout).trim(), guest_build::TARGET)),
        (Some(output), _) => {
            let rustc = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            (false, format!("{rustc}, without the target {0}: `assay build` adds it, or run `rustup target add {0}`", guest_build::TARGET))
        }
        (None, _) => (false, "no rustc: jobs run, but `assay build` cannot compile; install Rust with rustup".to_owned()),
    };
    Finding { name: "rust", ok, needed: false, detail }
}

fn key() -> Finding {
    let (ok, detail) = match key_files::find(None) {
        Err(failure) => (false, failure.message().to_owned()),
        Ok(None) => (false, "no key yet: one is made when it is first needed, or by `assay keys new`".to_owned()),
        Ok(Some(path)) => match key_files::read(&path) {
            Ok(key) => (true, format!("{} from {}", assay_protocol::keypair::show(&key.verifying_key().to_bytes()), path.display())),
            Err(_) => (false, format!("{} is not a key file; `assay keys show` says why", path.display())),
        },
    };
    Finding { name: "key", ok, needed: false, detail }
}
