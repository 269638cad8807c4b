//! What the sandbox costs: each kernel natively, under the engine alone, and with instruments.
//!
//! The columns take the cost apart: the engine alone (bounds checks by guard pages, Cranelift instead of LLVM), our fuel, depth and canonical NaNs, all of them, which is what jobs run with, and the
//! engine's own fuel and NaNs, which is what one would pick otherwise. Results are compared as well: a kernel that gives another number in the sandbox is a failure, not a figure.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use assay_bench_kernels::{KERNELS, Kernel};
use assay_sandbox::Instruments;
use serde_json::{Value, json};

use crate::clock::{geometric_mean, ratio};
use crate::layouts;
use crate::native::Native;
use crate::programs::{self, CHOSEN};
use crate::sandboxed::{JOB, Metering, Sandboxed};
use crate::table::Table;

/// Loads in the function that moves the code: one layout each.
pub const LAYOUTS: [u32; 3] = [0, 5, 11];

/// Something that runs kernels.
pub enum Side {
    /// As a native program.
    Native(Native),
    /// As a module, in several layouts.
    Sandboxed(Vec<Sandboxed>),
}

impl Side {
    /// The module at `path`, in all layouts.
    ///
    /// # Errors
    /// When it does not compile.
    pub fn sandboxed(path: &std::path::Path, metering: Metering) -> Result<Self> {
        let wasm = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let compile = |loads| Sandboxed::compile(&layouts::moved(&wasm, loads)?, metering);
        LAYOUTS.into_iter().map(compile).collect::<Result<_>>().map(Self::Sandboxed)
    }

    /// The result of a kernel, and its best time over the layouts.
    fn run(&self, index: usize, n: u32) -> Result<(u64, Duration)> {
        let modules = match self {
            Self::Native(native) => return native.run(index, n),
            Self::Sandboxed(modules) => modules,
        };
        let mut best = (0, Duration::MAX);
        for module in modules {
            let (result, time) = module.run(index, n)?;
            ensure!(
                best.1 == Duration::MAX || best.0 == result,
                "kernel {index} gives {result:#x} in one layout, {:#x} in another",
                best.0
            );
            best = (result, best.1.min(time));
        }
        Ok(best)
    }
}

/// The best time of each kernel on each side, `[kernel][side]`, over `rounds` interleaved rounds.
///
/// # Errors
/// When a side fails, or two sides differ in a result.
pub fn race(sides: &[(&str, Side)], kernels: &[(usize, &Kernel)], rounds: u32) -> Result<Vec<Vec<Duration>>> {
    let mut best = vec![vec![Duration::MAX; sides.len()]; kernels.len()];
    for round in 1..=rounds {
        eprintln!("bench: kernels, round {round} of {rounds}");
        for ((index, kernel), best) in kernels.iter().zip(&mut best) {
            let mut expected = None;
            for ((name, side), best) in sides.iter().zip(best) {
                let (result, time) = side.run(*index, kernel.n)?;
                let expected = *expected.get_or_insert(result);
                ensure!(result == expected, "{}: {name} gives {result:#x}, {} gives {expected:#x}", kernel.name, sides[0].0);
                *best = time.min(*best);
            }
        }
    }
    Ok(best)
}

/// Measures and prints; returns the data.
///
/// # Errors
/// When something does not build or run, or a result differs.
pub fn measure(rounds: u32, named: Option<&str>) -> Result<Value> {
    let kernels = chosen(named);
    let module = programs::module(&CHOSEN)?;
    let ours = |fuel, depth, canonical_nan| Side::sandboxed(&module, Metering::Written(Instruments { fuel, depth, canonical_nan }));
    let sides = [
        ("native", Side::Native(Native::build(false)?)),
        ("wasmtime", Side::sandboxed(&module, Metering::Plain)?),
        ("+ fuel", ours(true, false, false)?),
        ("+ depth", ours(false, true, false)?),
        ("+ NaN", ours(false, false, true)?),
        ("+ fuel, depth", ours(true, true, false)?),
        ("+ all (jobs)", Side::sandboxed(&module, JOB)?),
        ("engine's fuel, NaN", Side::sandboxed(&module, Metering::Engine { fuel: true, canonical_nan: true })?),
    ];
    let best = race(&sides, &kernels, rounds)?;

    println!("\n## Kernels: time in the sandbox ÷ time in plain wasmtime\n");
    println!("{}", table(&sides, &kernels, &best, 1));
    println!("\n## Kernels: time in the sandbox ÷ time natively\n");
    println!("{}", table(&sides, &kernels, &best, 0));
    let means: Vec<f64> = (0..sides.len()).map(|side| mean(&best, side, 0)).collect();
    let rows: Vec<Value> = kernels.iter().zip(&best).map(|((_, kernel), times)| row_json(kernel, &sides, times)).collect();
    let means: serde_json::Map<String, Value> =
        sides.iter().zip(means).map(|((name, _), mean)| ((*name).to_owned(), json!(mean))).collect();
    Ok(json!({ "rounds": rounds, "kernels": rows, "geometric_mean": means }))
}

/// The kernels with this text in their name, and their numbers.
pub fn chosen(named: Option<&str>) -> Vec<(usize, &'static Kernel)> {
    let wanted = |kernel: &Kernel| named.is_none_or(|text| text.split(',').any(|part| kernel.name.contains(part)));
    KERNELS.iter().enumerate().filter(|(_, kernel)| wanted(kernel)).collect()
}

/// Geometric mean over all kernels of one side against another.
pub fn mean(best: &[Vec<Duration>], side: usize, against: usize) -> f64 {
    geometric_mean(best.iter().map(|times| ratio(times[side], times[against])))
}

fn table(sides: &[(&str, Side)], kernels: &[(usize, &Kernel)], best: &[Vec<Duration>], against: usize) -> Table {
    let shown = || (0..sides.len()).filter(|side| *side != against);
    let base = format!("{}, ms", sides[against].0);
    let heads = ["kernel", "kind", &base].into_iter().chain(shown().map(|side| sides[side].0));
    let mut table = Table::new(heads);
    for ((_, kernel), times) in kernels.iter().zip(best) {
        let mut cells = vec![kernel.name.to_owned(), kernel.kind.to_owned(), format!("{:.1}", times[against].as_secs_f64() * 1e3)];
        cells.extend(shown().map(|side| format!("{:.2}", ratio(times[side], times[against]))));
        table.row(cells);
    }
    let mut cells = vec!["**geometric mean**".to_owned(), format!("{} kernels", kernels.len()), String::new()];
    cells.extend(shown().map(|side| format!("**{:.3}**", mean(best, side, against))));
    table.row(cells);
    let worst = |side: usize| best.iter().map(|times| ratio(times[side], times[against])).fold(0.0, f64::max);
    let mut cells = vec!["worst".to_owned(), String::new(), String::new()];
    cells.extend(shown().map(|side| format!("{:.2}", worst(side))));
    table.row(cells);
    table
}

fn row_json(kernel: &Kernel, sides: &[(&str, Side)], times: &[Duration]) -> Value {
    let seconds: serde_json::Map<String, Value> =
        sides.iter().zip(times).map(|((name, _), time)| ((*name).to_owned(), json!(time.as_secs_f64()))).collect();
    json!({ "kernel": kernel.name, "kind": kernel.kind, "n": kernel.n, "seconds": seconds })
}
