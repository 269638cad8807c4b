//! The sandboxed side of a comparison: a module under the sandbox's engine, with some instruments.
//!
//! A kernel needs no host, so imports are traps, and what is timed is generated code alone: the call of one export, in a new instance.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use assay_sandbox::{Instruments, engine_config, instrument};
use wasmtime::{Engine, InstancePre, Linker, Module, Store, Val};

use crate::clock;

/// Native stack for a thread that runs kernels; kernels are not deep.
const THREAD_STACK_BYTES: usize = 20 * 1024 * 1024;
/// What of it WebAssembly may use.
const WASM_STACK_BYTES: usize = 16 * 1024 * 1024;

/// What counts, and makes NaNs canonical.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metering {
    /// Nothing: the engine alone.
    Plain,
    /// The engine's own instruments.
    Engine {
        /// Its fuel.
        fuel: bool,
        /// Its canonical NaNs.
        canonical_nan: bool,
    },
    /// Ours.
    Written(Instruments),
}

/// As jobs run.
pub const JOB: Metering = Metering::Written(Instruments { fuel: true, depth: true, canonical_nan: true });

/// A compiled module.
pub struct Sandboxed {
    metering: Metering,
    instance: InstancePre<()>,
    /// How long compilation took.
    pub compiled_in: Duration,
}

impl Sandboxed {
    /// Compiles a module.
    ///
    /// # Errors
    /// When the engine does not take it.
    pub fn compile(wasm: &[u8], metering: Metering) -> Result<Self> {
        let mut config = engine_config();
        config.max_wasm_stack(WASM_STACK_BYTES).async_stack_size(WASM_STACK_BYTES);
        let written;
        let wasm = match metering {
            Metering::Plain => wasm,
            Metering::Engine { fuel, canonical_nan } => {
                config.consume_fuel(fuel).cranelift_nan_canonicalization(canonical_nan);
                wasm
            }
            Metering::Written(instruments) => {
                written = instrument(wasm, instruments)?.wasm;
                &written
            }
        };
        let compile = || -> wasmtime::Result<Self> {
            let engine = Engine::new(&config)?;
            let started = Instant::now();
            let module = Module::from_binary(&engine, wasm)?;
            let compiled_in = started.elapsed();
            let mut linker = Linker::new(&engine);
            linker.define_unknown_imports_as_traps(&module)?;
            Ok(Self { metering, instance: linker.instantiate_pre(&module)?, compiled_in })
        };
        compile().map_err(|e| anyhow!("the module does not compile with {metering:?}: {e:#}"))
    }

    /// Runs kernel `index` on `n` in a new instance: its result and the thread CPU time it took.
    ///
    /// # Errors
    /// When the kernel traps.
    pub fn run(&self, index: usize, n: u32) -> Result<(u64, Duration)> {
        let index = u32::try_from(index)?;
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(THREAD_STACK_BYTES).spawn_scoped(scope, || self.run_here(index, n))?;
            let ended = thread.join().map_err(|_| anyhow!("the thread of kernel {index} panicked"))?;
            ended.map_err(|e| anyhow!("{e:#}")).with_context(|| format!("kernel {index} fails with {:?}", self.metering))
        })
    }

    fn run_here(&self, index: u32, n: u32) -> wasmtime::Result<(u64, Duration)> {
        let mut store = Store::new(self.instance.module().engine(), ());
        if matches!(self.metering, Metering::Engine { fuel: true, .. }) {
            store.set_fuel(u64::MAX)?;
        }
        let instance = self.instance.instantiate(&mut store)?;
        if let Metering::Written(_) = self.metering {
            for (name, value) in [("assay.reserve", Val::I64(1 << 60)), ("assay.depth", Val::I32(10_000))] {
                if let Some(global) = instance.get_global(&mut store, name) {
                    global.set(&mut store, value)?;
                }
            }
        }
        if let Ok(initialize) = instance.get_typed_func::<(), ()>(&mut store, "_initialize") {
            initialize.call(&mut store, ())?;
        }
        let kernel = instance.get_typed_func::<(u32, u32), u64>(&mut store, "run_kernel")?;
        let started = clock::thread_cpu();
        let result = kernel.call(&mut store, (index, n))?;
        Ok((result, clock::thread_cpu().saturating_sub(started)))
    }
}
