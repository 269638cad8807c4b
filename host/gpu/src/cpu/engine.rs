//! wasmtime as the executor uses it, and one compiled kernel in it.

use wasmtime::{Config, Engine, Linker, Module, OptLevel, SharedMemory, Store, TypedFunc};

use super::failure::Failure;

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
    store: Store<()>,
    run: TypedFunc<RunArguments, ()>,
}

impl Runner {
    pub(super) fn new(engine: &Engine, module: &Module, memory: &SharedMemory) -> Result<Self, Failure> {
        let failed = |error: wasmtime::Error| Failure::Engine(format!("{error:#}"));
        let mut store = Store::new(engine, ());
        let mut linker = Linker::new(engine);
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
