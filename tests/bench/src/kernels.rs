//! What the sandbox costs: each kernel natively and under four engines.
//!
//! The four columns take the cost apart: the engine alone (bounds checks by guard pages, Cranelift instead of LLVM), its fuel, its canonical NaNs, and both, which
//! is what jobs run with. Results are compared as well: a kernel that gives another number in the sandbox is a failure, not a figure.

use std::time::Duration;

use anyhow::{Result, ensure};
use assay_bench_kernels::{KERNELS, Kernel};
use serde_json::{Value, json};

use crate::clock::{geometric_mean, ratio};
use crate::native::Native;
use crate::programs::{self, CHOSEN};
use crate::sandboxed::{FUEL, JOB, NAN, PLAIN, Sandboxed};
use crate::table::Table;

/// Something that runs kernels.
pub enum Side {
    /// As a native program.
    Native(Native),
    /// As a module.
    Sandboxed(Box<Sandboxed>),
}

impl Side {
    fn run(&self, index: usize, n: u32) -> Result<(u64, Duration)> {
        match self {
            Self::Native(native) => native.run(index, n),
            Self::Sandboxed(module) => module.run(index, n),
        }
    }
}

/// The best time of each kernel on each side, `[kernel][side]`, over `rounds` interleaved rounds.
///
/// # Errors
/// When a side fails, or two sides differ in a result.
pub fn race(sides: &[(&str, Side)], rounds: u32) -> Result<Vec<Vec<Duration>>> {
    let mut best = vec![vec![Duration::MAX; sides.len()]; KERNELS.len()];
    for round in 1..=rounds {
        eprintln!("bench: kernels, round {round} of {rounds}");
        for (index, (kernel, best)) in KERNELS.iter().zip(&mut best).enumerate() {
            let mut expected = None;
            for ((name, side), best) in sides.iter().zip(best) {
                let (result, time) = side.run(index, kernel.n)?;
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
pub fn measure(rounds: u32) -> Result<Value> {
    let module = programs::module(&CHOSEN)?;
    let sandboxed = |instruments| Ok::<_, anyhow::Error>(Side::Sandboxed(Box::new(Sandboxed::compile(&module, instruments)?)));
    let sides = [
        ("native", Side::Native(Native::build(false)?)),
        ("wasmtime", sandboxed(PLAIN)?),
        ("+ fuel", sandboxed(FUEL)?),
        ("+ NaN", sandboxed(NAN)?),
        ("+ both (jobs)", sandboxed(JOB)?),
        ("native, this CPU", Side::Native(Native::build(true)?)),
    ];
    let best = race(&sides, rounds)?;

    println!("\n## Kernels: time in the sandbox ÷ time natively\n");
    println!("{}", table(&sides, &best));
    let means: Vec<f64> = (0..sides.len()).map(|side| mean(&best, side, 0)).collect();
    println!(
        "Fuel costs {:.2} × on top of plain wasmtime, canonical NaNs {:.2} ×, both {:.2} ×.",
        means[2] / means[1],
        means[3] / means[1],
        means[4] / means[1]
    );
    let rows: Vec<Value> = KERNELS.iter().zip(&best).map(|(kernel, times)| row_json(kernel, &sides, times)).collect();
    let means: serde_json::Map<String, Value> =
        sides.iter().zip(means).map(|((name, _), mean)| ((*name).to_owned(), json!(mean))).collect();
    Ok(json!({ "rounds": rounds, "kernels": rows, "geometric_mean": means }))
}

/// Geometric mean over all kernels of one side against another.
pub fn mean(best: &[Vec<Duration>], side: usize, against: usize) -> f64 {
    geometric_mean(best.iter().map(|times| ratio(times[side], times[against])))
}

fn table(sides: &[(&str, Side)], best: &[Vec<Duration>]) -> Table {
    let heads = ["kernel", "kind", "native, ms"].into_iter().chain(sides[1..].iter().map(|(name, _)| *name));
    let mut table = Table::new(heads);
    for (kernel, times) in KERNELS.iter().zip(best) {
        let mut cells = vec![kernel.name.to_owned(), kernel.kind.to_owned(), format!("{:.1}", times[0].as_secs_f64() * 1e3)];
        cells.extend(times[1..].iter().map(|time| format!("{:.2}", ratio(*time, times[0]))));
        table.row(cells);
    }
    let mut cells = vec!["**geometric mean**".to_owned(), format!("{} kernels", KERNELS.len()), String::new()];
    cells.extend((1..sides.len()).map(|side| format!("**{:.2}**", mean(best, side, 0))));
    table.row(cells);
    table
}

fn row_json(kernel: &Kernel, sides: &[(&str, Side)], times: &[Duration]) -> Value {
    let seconds: serde_json::Map<String, Value> =
        sides.iter().zip(times).map(|((name, _), time)| ((*name).to_owned(), json!(time.as_secs_f64()))).collect();
    json!({ "kernel": kernel.name, "kind": kernel.kind, "n": kernel.n, "seconds": seconds })
}
