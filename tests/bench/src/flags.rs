//! What the flags of `assay build` bring: the same kernels as modules compiled in other ways.
//!
//! Judged twice: as jobs run, and under the engine without instruments. A flag that only makes basic blocks longer pays for fuel as it is counted today; whether it
//! still pays when fuel is counted otherwise, the second column tells.

use anyhow::Result;
use assay_bench_kernels::KERNELS;
use serde_json::{Value, json};

use crate::clock::ratio;
use crate::kernels::{Side, chosen as every, mean, race};
use crate::native::Native;
use crate::programs::{self, CHOSEN, OTHERS, Setting};
use crate::sandboxed::{JOB, Metering, Sandboxed};
use crate::table::Table;

struct Candidate {
    setting: Setting,
    bytes: u64,
    compile_ms: f64,
}

/// Measures and prints; returns the data.
///
/// # Errors
/// When something does not build or run, or a result differs.
pub fn measure(rounds: u32) -> Result<Value> {
    let mut candidates = Vec::new();
    let mut sides = vec![("native", Side::Native(Native::build(false)?))];
    let mut plain_sides = Vec::new();
    for setting in OTHERS.iter().chain([&CHOSEN]) {
        let path = programs::module(setting)?;
        let wasm = std::fs::read(&path)?;
        let compile_ms = Sandboxed::compile(&wasm, JOB)?.compiled_in.as_secs_f64() * 1e3;
        candidates.push(Candidate { setting: *setting, bytes: wasm.len() as u64, compile_ms });
        sides.push((setting.name, Side::sandboxed(&path, JOB)?));
        plain_sides.push((setting.name, Side::sandboxed(&path, Metering::Plain)?));
    }
    sides.extend(plain_sides);
    let best = race(&sides, &every(None), rounds)?;
    let chosen = candidates.len();

    println!("\n## Flags: time in the sandbox as jobs run (fuel, canonical NaNs) and plain\n");
    let mut summary = Table::new([
        "opt-level, LTO, SIMD",
        "÷ native",
        "÷ `assay build`",
        "plain: ÷ native",
        "plain: ÷ `assay build`",
        "module, bytes",
        "compiled in, ms",
    ]);
    for (side, candidate) in candidates.iter().enumerate().map(|(i, candidate)| (i + 1, candidate)) {
        let ratios =
            [mean(&best, side, 0), mean(&best, side, chosen), mean(&best, side + chosen, 0), mean(&best, side + chosen, 2 * chosen)];
        let mut cells = vec![candidate.setting.name.to_owned()];
        cells.extend(ratios.map(|ratio| format!("{ratio:.2}")));
        cells.extend([candidate.bytes.to_string(), format!("{:.0}", candidate.compile_ms)]);
        summary.row(cells);
    }
    println!("{summary}");
    let mut each = Table::new(std::iter::once("÷ native").chain(candidates.iter().map(|candidate| candidate.setting.name)));
    for (kernel, times) in KERNELS.iter().zip(&best) {
        each.row(
            std::iter::once(kernel.name.to_owned()).chain(times[1..=chosen].iter().map(|time| format!("{:.2}", ratio(*time, times[0])))),
        );
    }
    println!("{each}");

    let rows: Vec<Value> = candidates
        .iter()
        .enumerate()
        .map(|(i, candidate)| {
            let seconds: serde_json::Map<String, Value> =
                KERNELS.iter().zip(&best).map(|(kernel, times)| (kernel.name.to_owned(), json!(times[i + 1].as_secs_f64()))).collect();
            json!({
                "setting": candidate.setting.name,
                "bytes": candidate.bytes,
                "compile_ms": candidate.compile_ms,
                "to_native": mean(&best, i + 1, 0),
                "to_chosen": mean(&best, i + 1, chosen),
                "plain_to_native": mean(&best, i + 1 + chosen, 0),
                "plain_to_chosen": mean(&best, i + 1 + chosen, 2 * chosen),
                "seconds": seconds,
            })
        })
        .collect();
    Ok(json!({ "rounds": rounds, "settings": rows }))
}
