//! Measures the functions of strict WGSL: how far each is from the exact value, over all 2^32 inputs where it takes one number.
//!
//! ```text
//! cargo run --release -p assay-reference --bin errors               all of them: the table of specs/strict-wgsl.md, section 3
//! cargo run --release -p assay-reference --bin errors -- sin pow    some
//! cargo run --release -p assay-reference --bin errors -- --all sin  2^32 inputs one by one
//! ```
//!
//! Without `--all`, arguments for which nothing happens (a constant result, the argument itself, infinity, NaN: [`Unary::active`]) are taken one in 61.
//!
//! Exit code 1 where a function is worse than its bound, or not symmetric.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use assay_reference::strict::error::{Worst, inputs, measure, measure_pairs, pairs};
use assay_reference::strict::functions::{BINARY, UNARY, Unary};

/// Inputs that a thread takes at once.
const PIECE: u64 = 1 << 20;
/// Pairs for a function of two numbers.
const PAIRS: u32 = 1 << 27;

fn main() -> ExitCode {
    let mut names: Vec<String> = std::env::args().skip(1).collect();
    let one_by_one = names.first().is_some_and(|first| first == "--all");
    if one_by_one {
        names.remove(0);
    }
    let known = |name: &String| UNARY.iter().any(|f| f.name == name) || BINARY.iter().any(|f| f.name == name);
    if let Some(name) = names.iter().find(|name| !known(name)) {
        eprintln!(
            "no function {name}; there are {}",
            UNARY.iter().map(|f| f.name).chain(BINARY.iter().map(|f| f.name)).collect::<Vec<_>>().join(", ")
        );
        return ExitCode::from(2);
    }
    let asked = |name: &str| names.is_empty() || names.iter().any(|asked| asked == name);
    println!("| function | inputs | maximum error (ulp) | at | not correctly rounded | seconds |");
    println!("|---|---|---|---|---|---|");
    let mut good = true;
    for function in UNARY.iter().filter(|f| asked(f.name)) {
        let start = Instant::now();
        let worst = over_all(function, one_by_one);
        let x = f32::from_bits(worst.at[0]);
        report(function.name, worst, &format!("{x:e} ({:08x})", worst.at[0]), start);
        if worst.asymmetric > 0 {
            println!("{}: not symmetric at {} inputs", function.name, worst.asymmetric);
        }
        good &= worst.ulps <= function.ulps_max && worst.asymmetric == 0;
    }
    for function in BINARY.iter().filter(|f| asked(f.name)) {
        let start = Instant::now();
        let worst = measure_pairs(function, pairs(PAIRS));
        let [x, y] = worst.at.map(f32::from_bits);
        report(function.name, worst, &format!("{x:e}, {y:e} ({:08x}, {:08x})", worst.at[0], worst.at[1]), start);
        good &= worst.ulps <= function.ulps_max;
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn report(name: &str, worst: Worst, at: &str, start: Instant) {
    let share = 100.0 * worst.wrong as f64 / worst.count as f64;
    println!("| {name} | {} | {:.4} | {at} | {share:.3} % | {:.0} |", worst.count, worst.ulps, start.elapsed().as_secs_f64());
}

/// Whether a piece holds an active argument.
fn is_active(function: &Unary, start: u64) -> bool {
    let [low, high] = function.active.map(|x| u64::from(x.to_bits()));
    let start = start & 0x7fff_ffff;
    start + PIECE > low && start <= high
}

/// All inputs, on all cores.
fn over_all(function: &Unary, one_by_one: bool) -> Worst {
    let (next, all) = (AtomicU64::new(0), Mutex::new(Worst::default()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut worst = Worst::default();
                loop {
                    let start = next.fetch_add(PIECE, Ordering::Relaxed);
                    if start >= inputs(function) {
                        break;
                    }
                    let step = if one_by_one || is_active(function, start) { 1 } else { 61 };
                    let piece = (start..start + PIECE).step_by(step);
                    worst = worst.join(measure(function, piece.map(|input| input as u32)));
                }
                let mut all = all.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                *all = all.join(worst);
            });
        }
    });
    all.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}
