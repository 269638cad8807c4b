//! What a job pays before and after its own work: instantiation, a whole small job in a warm process, the program `assay` as a process.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use assay_protocol::hash::{Blob, NamedBlob};
use assay_protocol::job::Job;
use assay_protocol::limits::Limits;
use assay_protocol::manifest::Manifest;
use assay_protocol::package::{self, Package};
use assay_protocol::receipt::ReceiptFile;
use assay_sandbox::{Input, Prepared, Request, Sandbox};
use ed25519_dalek::SigningKey;
use serde_json::{Value, json};

use crate::clock::median;
use crate::programs;
use crate::table::Table;

const TEXT: &[u8] = b"a small input for a small job\n";
const INSTANTIATIONS: usize = 4000;
const JOBS: usize = 1000;
const PROCESSES: usize = 60;

/// A package of the small job, in memory and prepared.
struct Small {
    sandbox: Sandbox,
    prepared: Prepared,
    package: Vec<u8>,
    key: SigningKey,
}

impl Small {
    fn new(cache: &Path) -> Result<Self> {
        let module = std::fs::read(programs::small_job()?)?;
        let key = SigningKey::from_bytes(&[7; 32]);
        let manifest = Manifest {
            format: assay_protocol::manifest::FORMAT,
            profile: assay_protocol::PROFILE.to_owned(),
            name: "bench-job".to_owned(),
            version: "1.0.0".to_owned(),
            module: Blob::of(&module),
            limits: Limits::default(),
            tests: Vec::new(),
            publisher: [0; 32],
        };
        let package = package::write(manifest, &module, &std::collections::HashMap::new(), &key)?;
        // The first sandbox fills the cache, the second is what a later process finds.
        Sandbox::new(Some(cache.to_owned()))?.prepare(&module, &Limits::default())?;
        let sandbox = Sandbox::new(Some(cache.to_owned()))?;
        let prepared = sandbox.prepare(&module, &Limits::default())?;
        ensure!(prepared.from_cache(), "the compiled module does not come from the cache");
        Ok(Self { sandbox, prepared, package, key })
    }

    fn job(&self, package: &Package<'_>, input: &Input) -> Result<Job> {
        let inputs = vec![NamedBlob { name: "text".to_owned(), blob: input.blob() }];
        Job::new(package.manifest.module.blake3, package.manifest.limits, Vec::new(), Vec::new(), inputs).map_err(anyhow::Error::msg)
    }

    /// All that a daemon does for a job whose module it has prepared: checks the package (signature, hash of the module), hashes the input, runs, hashes the
    /// outputs, signs the receipt.
    fn whole(&self) -> Result<Vec<u8>> {
        let package = Package::read(&self.package)?;
        ensure!(package.manifest.module.blake3 == self.prepared.hash(), "another module is prepared");
        let input = Input::from_bytes(TEXT);
        let job = self.job(&package, &input)?;
        let request = Request { job: &job, inputs: vec![input], keep_calls: false, observer: Box::new(()), gpu: assay_sandbox::cpu() };
        let execution = self.sandbox.run(&self.prepared, request)?;
        ensure!(execution.outcome.status.is_success(), "the small job ends with {}", execution.outcome.status);
        let transcript = (execution.transcript_root, execution.calls);
        Ok(ReceiptFile::sign(package.hash, job, execution.outcome, transcript, &self.key, &self.key).encode())
    }
}

fn repeat<T>(times: usize, mut what: impl FnMut() -> Result<T>) -> Result<Vec<Duration>> {
    // The first tenth warms caches and is dropped.
    let mut measured = Vec::with_capacity(times);
    for i in 0..times + times / 10 {
        let started = Instant::now();
        std::hint::black_box(what()?);
        if i >= times / 10 {
            measured.push(started.elapsed());
        }
    }
    Ok(measured)
}

/// Measures and prints; returns the data.
///
/// # Errors
/// When something does not build or run.
pub fn measure() -> Result<Value> {
    let folder = tempfile::tempdir()?;
    let small = Small::new(&folder.path().join("cache"))?;
    let mut table = Table::new(["what", "median", "best", "goal"]);
    let mut data = serde_json::Map::new();
    let mut note = |what: &str, mut times: Vec<Duration>, goal: &str| {
        let (middle, best) = (median(&mut times), times.first().copied().unwrap_or_default());
        table.row([what.to_owned(), format!("{middle:.1?}"), format!("{best:.1?}"), goal.to_owned()]);
        data.insert(what.to_owned(), json!({ "median_s": middle.as_secs_f64(), "best_s": best.as_secs_f64(), "runs": times.len() }));
    };

    let package = Package::read(&small.package)?;
    let job = small.job(&package, &Input::from_bytes(TEXT))?;
    note("instantiate a cached module", repeat(INSTANTIATIONS, || Ok(small.sandbox.instantiate_only(&small.prepared, &job)?))?, "50 µs");
    note("a whole small job in a warm process", repeat(JOBS, || small.whole())?, "1 ms");
    note("— of it: package, its signature and hash", repeat(JOBS, || Ok(Package::read(&small.package)?))?, "");
    let module = package.module;
    note("load a module from the cache on disk", repeat(JOBS, || Ok(small.sandbox.prepare(module, &Limits::default())?))?, "");
    note("start the engine (`Sandbox::new`)", repeat(200, || Ok(Sandbox::new(Some(folder.path().join("cache")))?))?, "");
    match processes(&small, folder.path()) {
        Ok(processes) => {
            for (what, times, goal) in processes {
                note(what, times, goal);
            }
        }
        Err(error) => eprintln!("bench: `assay run` is not measured: {error:#}"),
    }
    println!("\n## Start: what a job pays besides its own work\n");
    println!("{table}");
    Ok(json!({ "module_bytes": package.module.len(), "figures": data }))
}

type Figure = (&'static str, Vec<Duration>, &'static str);

fn processes(small: &Small, folder: &Path) -> Result<Vec<Figure>> {
    let assay = programs::assay()?;
    let (package, text, key) = (folder.join("job.assay"), folder.join("text"), folder.join("key.json"));
    std::fs::write(&package, &small.package)?;
    std::fs::write(&text, TEXT)?;
    std::fs::write(&key, format!("{:?}", small.key.to_keypair_bytes()))?;
    let run = |arguments: &[&str]| -> Result<()> {
        let output =
            Command::new(&assay).args(arguments).env("ASSAY_CACHE", folder.join("cache")).output().context("assay does not start")?;
        ensure!(output.status.success(), "assay {} fails: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
        Ok(())
    };
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let input = format!("text={}", path(&text));
    let (package, key, receipt) = (path(&package), path(&key), path(&folder.join("receipt")));
    Ok(vec![
        ("`assay run` as a process, module cached", repeat(PROCESSES, || run(&["run", &package, "--input", &input]))?, "30 ms"),
        ("— with `--receipt`", repeat(PROCESSES, || run(&["run", &package, "--input", &input, "--receipt", &receipt, "--key", &key]))?, ""),
        ("— for comparison: `assay --version`", repeat(PROCESSES, || run(&["--version"]))?, ""),
    ])
}
