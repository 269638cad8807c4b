//! How fast instruments are written, and what they add: to the module, and to the time that the engine takes to compile it.
//!
//! The modules are the kernels with the standard library they use, their functions repeated: real code of any length, so that the time for each byte shows whether the pass is linear.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use assay_sandbox::{Instruments, engine_config, instrument};
use serde_json::{Value, json};
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{CodeSection, FunctionSection};

use crate::programs::{self, CHOSEN};
use crate::table::Table;

/// How often the functions of the module stand in each of the modules.
const TIMES: [usize; 4] = [1, 8, 64, 256];

/// Repeats all functions; calls go to the first copy.
struct Repeated {
    times: usize,
}

impl Reencode for Repeated {
    type Error = std::convert::Infallible;

    fn parse_custom_section(
        &mut self,
        _: &mut wasm_encoder::Module,
        _: wasmparser::CustomSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        for _ in 0..self.times {
            reencode::utils::parse_function_section(self, functions, section.clone())?;
        }
        Ok(())
    }

    /// How many bodies there are has been said before the first of them; so all copies come with the whole section.
    fn parse_code_section(&mut self, code: &mut CodeSection, section: wasmparser::CodeSectionReader<'_>) -> Result<(), reencode::Error> {
        for _ in 0..self.times {
            reencode::utils::parse_code_section(self, code, section.clone())?;
        }
        Ok(())
    }
}

fn repeated(wasm: &[u8], times: usize) -> Result<Vec<u8>> {
    let mut module = wasm_encoder::Module::new();
    let parser = wasmparser::Parser::new(0);
    Repeated { times }.parse_core_module(&mut module, parser, wasm).map_err(|e| anyhow!("the module cannot be written again: {e:?}"))?;
    Ok(module.finish())
}

/// The best of `rounds` times.
fn best<T>(rounds: u32, mut what: impl FnMut() -> Result<T>) -> Result<(T, Duration)> {
    let mut best = None;
    for _ in 0..rounds.max(1) {
        let started = Instant::now();
        let made = what()?;
        let time = started.elapsed();
        if best.as_ref().is_none_or(|(_, best)| time < *best) {
            best = Some((made, time));
        }
    }
    best.ok_or_else(|| anyhow!("no rounds"))
}

/// Measures and prints; returns the data.
///
/// # Errors
/// When something does not build or run.
pub fn measure(rounds: u32) -> Result<Value> {
    let wasm = std::fs::read(programs::module(&CHOSEN)?)?;
    println!("\n## Metering: writing the instruments\n");
    let mut table = Table::new(["module, bytes", "with instruments", "one thread, MB/s", "all cores, MB/s", "validating it, MB/s"]);
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let mut rows = Vec::new();
    for times in TIMES {
        let module = repeated(&wasm, times)?;
        let write = || Ok(instrument(&module, Instruments::default())?.wasm);
        let (written, alone) = best(rounds, || one.install(write))?;
        let (_, together) = best(rounds, write)?;
        let ((), validated) = best(rounds, || Ok(wasmparser::Validator::new().validate_all(&module).map(|_| ())?))?;
        let speed = |time: Duration| module.len() as f64 / 1e6 / time.as_secs_f64();
        table.row([
            module.len().to_string(),
            format!("{:.2} ×", written.len() as f64 / module.len() as f64),
            format!("{:.0}", speed(alone)),
            format!("{:.0}", speed(together)),
            format!("{:.0}", speed(validated)),
        ]);
        rows.push(json!({
            "bytes": module.len(),
            "with_instruments": written.len(),
            "one_thread_seconds": alone.as_secs_f64(),
            "all_cores_seconds": together.as_secs_f64(),
            "validation_seconds": validated.as_secs_f64(),
        }));
    }
    println!("{table}");
    let engine = wasmtime::Engine::new(&engine_config()).map_err(|e| anyhow!("{e:#}"))?;
    let compile = |wasm: &[u8]| best(rounds, || engine.precompile_module(wasm).map_err(|e| anyhow!("{e:#}")));
    let bare = repeated(&wasm, 1)?;
    let (plain_code, plain) = compile(&bare)?;
    let (code, metered) = compile(&instrument(&bare, Instruments::default())?.wasm)?;
    let (time, bytes) = (metered.as_secs_f64() / plain.as_secs_f64(), code.len() as f64 / plain_code.len() as f64);
    println!(
        "The engine compiles the smallest of them in {:.0} ms, with instruments {time:.2} × as long; the code is {bytes:.2} × as long.",
        plain.as_secs_f64() * 1e3
    );
    Ok(
        json!({ "writing": rows, "compiling": { "plain_seconds": plain.as_secs_f64(), "metered_seconds": metered.as_secs_f64(), "code_ratio": bytes } }),
    )
}
