//! Whether hashing and verifying an input keeps up with the blake3 crate, and in how much memory.
//!
//! Each method runs in a process of its own, which reports its peak memory (`VmHWM`): a method that reads the file into memory, or maps it, shows.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use assay_sandbox::Input;
use serde_json::{Value, json};

use crate::clock;
use crate::table::Table;

/// Bytes of one read by the guest: what `std::fs::copy` and `BufReader` of a job typically ask for is less, `std::fs::read` more.
const GUEST_READ_BYTES: usize = 64 * 1024;
const READ_BYTES: usize = 256 * 1024;

/// A way to hash a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Method {
    /// Ours: hash on all cores in bounded memory, keeping the groups' hashes.
    Open,
    /// Ours: read the whole input as a job does, every group verified.
    VerifiedRead,
    /// The crate on all cores, over a mapped file.
    Mmap,
    /// The crate on all cores, over a buffer that holds the whole file; reading it is not counted.
    Memory,
    /// The crate on one core, reading the file by 256 KiB: what a verified read could reach.
    OneCore,
}

impl Method {
    const ALL: [Self; 5] = [Self::Open, Self::Mmap, Self::Memory, Self::VerifiedRead, Self::OneCore];

    fn shown(self) -> &'static str {
        match self {
            Self::Open => "`Input::open`: hash an input",
            Self::VerifiedRead => "verified read of the input, as a job reads it",
            Self::Mmap => "blake3 alone, `update_mmap_rayon`",
            Self::Memory => "blake3 alone, `update_rayon` over memory",
            Self::OneCore => "blake3 alone, one core, file read by 256 KiB",
        }
    }

    fn argument(self) -> String {
        clap::ValueEnum::to_possible_value(&self).map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// What a child reports.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Report {
    wall_s: f64,
    cpu_s: f64,
    peak_bytes: u64,
    blake3: String,
}

/// The child: hashes `path` by `method` and prints a report.
///
/// # Errors
/// When the file cannot be read.
pub fn child(method: Method, path: &Path) -> Result<()> {
    let mut whole = Vec::new();
    let mut opened = None;
    match method {
        Method::Memory => drop(File::open(path)?.read_to_end(&mut whole)?),
        Method::VerifiedRead => opened = Some(Input::open(path, u64::MAX)?),
        // The pool of threads starts before the clock, on both sides alike.
        _ => drop(blake3::Hasher::new().update_rayon(&[0; 1 << 20])),
    }
    let (started, cpu) = (Instant::now(), clock::process_cpu());
    let hash = match method {
        Method::Open => Input::open(path, u64::MAX)?.blob().blake3.to_string(),
        Method::Mmap => blake3::Hasher::new().update_mmap_rayon(path)?.finalize().to_hex().to_string(),
        Method::Memory => blake3::Hasher::new().update_rayon(&whole).finalize().to_hex().to_string(),
        Method::OneCore => one_core(path)?,
        Method::VerifiedRead => verified_read(opened.context("the input is open")?)?,
    };
    let report = Report {
        wall_s: started.elapsed().as_secs_f64(),
        cpu_s: (clock::process_cpu() - cpu).as_secs_f64(),
        peak_bytes: peak_bytes()?,
        blake3: hash,
    };
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

fn one_core(path: &Path) -> Result<String> {
    let mut file = File::open(path)?;
    let (mut hasher, mut buffer) = (blake3::Hasher::new(), vec![0; READ_BYTES]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize().to_hex().to_string()),
            n => hasher.update(&buffer[..n]),
        };
    }
}

fn verified_read(input: Input) -> Result<String> {
    let hash = input.blob().blake3.to_string();
    let mut data = input.into_data();
    let mut buffer = vec![0; GUEST_READ_BYTES];
    let (mut offset, length) = (0, data.len());
    while offset < length {
        let part = (length - offset).min(GUEST_READ_BYTES as u64);
        data.read_at(offset, &mut buffer[..usize::try_from(part)?])?;
        offset += part;
    }
    Ok(hash)
}

fn peak_bytes() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("/proc/self/status has no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}

/// A file of `mib` MiB without holes, and without a repetition that a disk could exploit.
fn make_file(mib: u64) -> Result<tempfile::NamedTempFile> {
    let mut file = tempfile::NamedTempFile::new()?;
    let mut stream = blake3::Hasher::new_derive_key("assay bench file").finalize_xof();
    let mut block = vec![0; 1 << 20];
    for _ in 0..mib {
        stream.fill(&mut block);
        file.write_all(&block)?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}

/// Measures and prints; returns the data.
///
/// # Errors
/// When a child fails, or two methods give different hashes.
pub fn measure(mib: u64, rounds: u32) -> Result<Value> {
    let file = make_file(mib)?;
    let program = std::env::current_exe()?;
    let mut best: Vec<Option<Report>> = vec![None; Method::ALL.len()];
    for round in 1..=rounds {
        eprintln!("bench: hash, round {round} of {rounds}");
        for (method, best) in Method::ALL.into_iter().zip(&mut best) {
            let report = spawn(&program, method, file.path())?;
            let kept = best.get_or_insert_with(|| report.clone());
            ensure!(kept.blake3 == report.blake3, "{} gives another hash at another time", method.shown());
            *kept = Report {
                wall_s: kept.wall_s.min(report.wall_s),
                cpu_s: kept.cpu_s.min(report.cpu_s),
                peak_bytes: kept.peak_bytes.max(report.peak_bytes),
                blake3: report.blake3,
            };
        }
    }
    let best: Vec<Report> = best.into_iter().flatten().collect();
    ensure!(best.iter().all(|report| report.blake3 == best[0].blake3), "the methods do not agree on the hash: {best:?}");
    print(mib, &best);
    let rows: serde_json::Map<String, Value> =
        Method::ALL.iter().zip(&best).map(|(method, report)| (method.argument(), json!(report))).collect();
    Ok(json!({ "mib": mib, "rounds": rounds, "methods": rows }))
}

fn spawn(program: &PathBuf, method: Method, path: &Path) -> Result<Report> {
    let output = Command::new(program).arg("--child").arg(method.argument()).arg(path).output()?;
    ensure!(output.status.success(), "the child for {} fails: {}", method.shown(), String::from_utf8_lossy(&output.stderr).trim());
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn print(mib: u64, best: &[Report]) {
    let speed = |seconds: f64| mib as f64 / 1024.0 / Duration::from_secs_f64(seconds).as_secs_f64();
    println!("\n## Hashing an input of {mib} MiB, in the page cache\n");
    let mut table =
        Table::new(["what", "GiB/s", "GiB/s for each core-second", "of blake3 alone (wall)", "of blake3 alone (CPU)", "peak memory, MiB"]);
    for (method, report) in Method::ALL.into_iter().zip(best) {
        let baseline = match method {
            Method::VerifiedRead => Some(&best[4]),
            Method::Open => Some(&best[1]),
            _ => None,
        };
        let share = |ours: f64, theirs: Option<f64>| theirs.map_or(String::new(), |theirs| format!("{:.0} %", 100.0 * theirs / ours));
        table.row([
            method.shown().to_owned(),
            format!("{:.2}", speed(report.wall_s)),
            format!("{:.2}", speed(report.cpu_s)),
            share(report.wall_s, baseline.map(|theirs| theirs.wall_s)),
            share(report.cpu_s, baseline.map(|theirs| theirs.cpu_s)),
            format!("{:.0}", report.peak_bytes as f64 / f64::from(1 << 20)),
        ]);
    }
    println!("{table}");
    let against_memory = [best[2].wall_s / best[0].wall_s, best[2].cpu_s / best[0].cpu_s].map(|share| 100.0 * share);
    println!(
        "`Input::open` against `update_rayon` over memory, which does not read: {:.0} % (wall), {:.0} % (CPU).",
        against_memory[0], against_memory[1]
    );
}
