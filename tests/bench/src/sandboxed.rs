//! The sandboxed side of a comparison: a module under the sandbox's engine, with some of its instruments on.
//!
//! A kernel needs no host, so imports are traps, and what is timed is generated code alone: the call of one export, in a new instance.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use assay_sandbox::{Instruments, engine_config};
use wasmtime::{Engine, InstancePre, Linker, Module, Store};

use crate::clock;

/// Native stack for a thread that runs kernels: what the engine lets WebAssembly use, and room to spare.
const THREAD_STACK_BYTES: usize = 20 * 1024 * 1024;

/// The engine without instruments.
pub const PLAIN: Instruments = Instruments { fuel: false, canonical_nan: false };
/// With fuel.
pub const FUEL: Instruments = Instruments { fuel: true, canonical_nan: false };
/// With canonical NaNs.
pub const NAN: Instruments = Instruments { fuel: false, canonical_nan: true };
/// As jobs run.
pub const JOB: Instruments = Instruments { fuel: true, canonical_nan: true };

/// A compiled module.
pub struct Sandboxed {
    instruments: Instruments,
    instance: InstancePre<()>,
    /// How long compilation took.
    pub compiled_in: Duration,
}

impl Sandboxed {
    /// Compiles the module at `path`.
    ///
    /// # Errors
    /// When the engine does not take it.
    pub fn compile(path: &Path, instruments: Instruments) -> Result<Self> {
        let compile = || -> wasmtime::Result<Self> {
            let engine = Engine::new(&engine_config(instruments))?;
            let started = Instant::now();
            let module = Module::from_file(&engine, path)?;
            let compiled_in = started.elapsed();
            let mut linker = Linker::new(&engine);
            linker.define_unknown_imports_as_traps(&module)?;
            Ok(Self { instruments, instance: linker.instantiate_pre(&module)?, compiled_in })
        };
        compile().map_err(|e| anyhow!("{} does not compile with {instruments:?}: {e:#}", path.display()))
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
            ended.map_err(|e| anyhow!("kernel {index} fails with {:?}: {e:#}", self.instruments))
        })
    }

    fn run_here(&self, index: u32, n: u32) -> wasmtime::Result<(u64, Duration)> {
        let mut store = Store::new(self.instance.module().engine(), ());
        if self.instruments.fuel {
            store.set_fuel(u64::MAX)?;
        }
        let instance = self.instance.instantiate(&mut store)?;
        if let Ok(initialize) = instance.get_typed_func::<(), ()>(&mut store, "_initialize") {
            initialize.call(&mut store, ())?;
        }
        let kernel = instance.get_typed_func::<(u32, u32), u64>(&mut store, "run_kernel")?;
        let started = clock::thread_cpu();
        let result = kernel.call(&mut store, (index, n))?;
        Ok((result, clock::thread_cpu().saturating_sub(started)))
    }
}
