//! wasmtime as the executor uses it, and one compiled kernel in it.

use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::{Caller, Config, Engine, Linker, Module, OptLevel, SharedMemory, Store, TypedFunc};

use super::failure::Failure;
use super::race::Detector;

/// The detector that a kernel reports to, if it was compiled for that.
pub(super) type Watch = Option<Arc<Mutex<Detector>>>;

/// Arguments of the function `run`: launch block, thread's memory, first workgroup, workgroups.
pub(super) type RunArguments = (i32, i32, i64, i32);

/// An engine of the executor's own: the sandbox's meters and canonicalises what guests compute, which kernels have no need of.
pub(super) fn engine() -> Result<Engine, Failure> {
    let mut config = Config::new();
    config.cranelift_opt_level(OptLevel::Speed);
    config.wasm_simd(true);
    config.wasm_threads(true);
    config.shared_memory(true);
    // For `f32x4.relaxed_madd` alone, which is a fused multiply-add in this mode, on every machine.
    config.wasm_relaxed_simd(true);
    config.relaxed_simd_deterministic(true);
    config.memory_reservation(4 << 30);
    config.wasm_backtrace_max_frames(None);
    config.generate_address_map(false);
    Engine::new(&config).map_err(|error| Failure::Engine(format!("{error:#}")))
}

/// A kernel in one thread's store.
pub(super) struct Runner {
    store: Store<Watch>,
    run: TypedFunc<RunArguments, ()>,
}

impl Runner {
    pub(super) fn new(engine: &Engine, module: &Module, memory: &SharedMemory, watch: Watch) -> Result<Self, Failure> {
        let failed = |error: wasmtime::Error| Failure::Engine(format!("{error:#}"));
        let watched = watch.is_some();
        let mut store = Store::new(engine, watch);
        let mut linker = Linker::new(engine);
        if watched {
            link(&mut linker).map_err(failed)?;
        }
        linker.define(&store, "assay", "memory", memory.clone()).map_err(failed)?;
        let instance = linker.instantiate(&mut store, module).map_err(failed)?;
        let run = instance.get_typed_func(&mut store, "run").map_err(failed)?;
        Ok(Self { store, run })
    }

    /// Runs workgroups.
    pub(super) fn run(&mut self, arguments: RunArguments) -> Result<(), String> {
        self.run.call(&mut self.store, arguments).map_err(|error| format!("{error:#}"))
    }
}

/// The functions through which a kernel reports to the detector.
fn link(linker: &mut Linker<Watch>) -> wasmtime::Result<()> {
    fn tell(caller: &Caller<'_, Watch>, what: impl FnOnce(&mut Detector)) {
        if let Some(detector) = caller.data() {
            what(&mut detector.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
    linker.func_wrap("assay", "access", |caller: Caller<'_, Watch>, site: u32, address: u32, index: u32, lanes: u32| {
        tell(&caller, |detector| detector.access(site, address, index, lanes));
    })?;
    linker.func_wrap("assay", "barrier", |caller: Caller<'_, Watch>, orders: u32| {
        tell(&caller, |detector| detector.barrier(orders & 1 != 0, orders & 2 != 0));
    })?;
    linker.func_wrap("assay", "group", |caller: Caller<'_, Watch>| tell(&caller, Detector::next_group))?;
    Ok(())
}
