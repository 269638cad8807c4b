//! `cargo bench -p assay-bench`: measures and prints the figures of `specs/PERFORMANCE.md`.

use std::path::PathBuf;

use anyhow::{Context, Result};
use assay_bench::hash::Method;
use assay_bench::{flags, gpu, gpu_start, hash, kernels, ledger, metering, start};
use clap::{Parser, ValueEnum};
use serde_json::{Value, json};

/// Measures the figures of specs/PERFORMANCE.md, both sides of each in one run.
#[derive(Debug, Parser)]
struct Arguments {
    /// Only these parts.
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,
    /// Rounds of the parts that take the best of several.
    #[arg(long, default_value_t = 7)]
    rounds: u32,
    /// Length of the file that is hashed, in MiB.
    #[arg(long, default_value_t = 1024)]
    mib: u64,
    /// The adapter of the GPU parts, by name or index; the first of the machine if not given.
    #[arg(long, value_name = "ADAPTER")]
    adapter: Option<String>,
    /// Only kernels with this text, or one of these texts (separated by commas), in their name.
    #[arg(long, value_name = "TEXT")]
    kernels: Option<String>,
    /// Keep the data of the part `gpu` in this folder, under a name that says on what it ran (tests/bench/records holds those of the project).
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
    /// Write the data to a file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Hash a file by one method and report: what the benchmark starts as processes of its own.
    #[arg(long, value_names = ["METHOD", "FILE"], num_args = 2, hide = true)]
    child: Vec<String>,
    /// What Cargo passes.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Kernels,
    Metering,
    Flags,
    Start,
    Hash,
    Gpu,
    GpuStart,
    Ledger,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let [method, path] = arguments.child.as_slice() {
        let method = Method::from_str(method, false).map_err(anyhow::Error::msg)?;
        return hash::child(method, path.as_ref());
    }
    let wanted = |part: Part| arguments.only.is_empty() || arguments.only.contains(&part);
    let mut data = serde_json::Map::new();
    let machine = machine();
    println!("{}", serde_json::to_string(&machine)?);
    data.insert("machine".to_owned(), machine);
    // What is short and asks for a quiet machine goes first.
    if wanted(Part::Start) {
        data.insert("start".to_owned(), start::measure()?);
    }
    if wanted(Part::Ledger) {
        data.insert("ledger".to_owned(), ledger::measure()?);
    }
    if wanted(Part::GpuStart) {
        data.insert("gpu_start".to_owned(), gpu_start::measure(arguments.adapter.as_deref())?);
    }
    if wanted(Part::Gpu) {
        let settings = gpu::Settings {
            rounds: arguments.rounds,
            adapter: arguments.adapter.as_deref(),
            kernels: arguments.kernels.as_deref(),
            record: arguments.record.as_deref(),
        };
        data.insert("gpu".to_owned(), gpu::measure(&settings, &data)?);
    }
    if wanted(Part::Hash) {
        data.insert("hash".to_owned(), hash::measure(arguments.mib, arguments.rounds)?);
    }
    if wanted(Part::Kernels) {
        data.insert("kernels".to_owned(), kernels::measure(arguments.rounds, arguments.kernels.as_deref())?);
    }
    if wanted(Part::Metering) {
        data.insert("metering".to_owned(), metering::measure(arguments.rounds)?);
    }
    if wanted(Part::Flags) {
        data.insert("flags".to_owned(), flags::measure(arguments.rounds)?);
    }
    if let Some(path) = arguments.json {
        std::fs::write(&path, serde_json::to_vec_pretty(&data)?).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// What the figures depend on besides this source.
fn machine() -> Value {
    let first = |path: &str, key: &str| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default();
        line.rsplit(": ").next().unwrap_or_default().trim().to_owned()
    };
    json!({
        "processor": first("/proc/cpuinfo", "model name"),
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "load_1min": std::fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').next().unwrap_or_default(),
        "engine": assay_sandbox::ENGINE_VERSION,
        "unix_seconds": std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs()),
    })
}
