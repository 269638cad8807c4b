//! The engine: wasmtime, with what could make two machines differ switched off.
//!
//! `Sandbox` is made once for a process; a [`Prepared`] module once for a module; a run once for a job. The expensive steps, admission and compilation,
//! happen in [`Sandbox::prepare`] and are cached on disk.

use std::path::PathBuf;

use assay_protocol::Hash;
use assay_protocol::limits::Limits;
use wasmtime::{Caller, Config, Engine, Extern, FuncType, InstancePre, Linker, Module, Val, ValType};

use crate::admission::{self, AdmissionError, Facts};
use crate::cache::{Cache, Described};
use crate::host::{Function, Stop, ValueType};
use crate::metering::{self, AddedExports, Instruments, Metered, MeteringError};
use crate::profile;
use crate::run::{End, State};

/// Version of the engine, as `Cargo.toml` pins it.
pub const ENGINE_VERSION: &str = "wasmtime 48.0.8";

/// Native stack for each unit of call depth (`specs/metering.md`, section 5).
const STACK_BYTES_PER_UNIT: usize = 16 * 1024;
/// Native stack for functions that have no part in depth, and for the way in.
const STACK_BYTES_BESIDES: usize = 16 * 1024 * 1024;
/// Native stack that WebAssembly may use, in bytes: enough for the ceiling of `call_depth`. Only what a job touches is ever backed by memory.
pub(crate) const WASM_STACK_BYTES: usize =
    Limits::TABLE[Limits::CALL_DEPTH as usize].ceiling as usize * STACK_BYTES_PER_UNIT + STACK_BYTES_BESIDES;

/// The engine's settings. Public for the benchmark.
pub fn engine_config() -> Config {
    let mut config = Config::new();
    config
        .wasm_relaxed_simd(false)
        // The engine is built with threads for the CPU executor of shaders (`host/gpu`); jobs have none.
        .wasm_threads(false)
        .shared_memory(false)
        .wasm_tail_call(false)
        .wasm_multi_memory(false)
        .wasm_memory64(false)
        .wasm_wide_arithmetic(false)
        .wasm_custom_page_sizes(false)
        .wasm_simd(true)
        .wasm_bulk_memory(true)
        .wasm_multi_value(true)
        .wasm_extended_const(true)
        // The instruments say which of their branches are seldom taken.
        .wasm_branch_hinting(true)
        .max_wasm_stack(WASM_STACK_BYTES)
        // Not used, but the engine wants it no smaller.
        .async_stack_size(WASM_STACK_BYTES)
        // A job's traps are outcomes, described by kind; frames of a stranger's module help nobody here.
        .wasm_backtrace_max_frames(None)
        // Else WASMTIME_BACKTRACE_DETAILS in the host's environment would decide.
        .wasm_backtrace_details(wasmtime::WasmBacktraceDetails::Disable);
    config
}

/// Why a module cannot be prepared.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The module is refused: its publisher's fault, and the same on every machine.
    #[error(transparent)]
    Refused(#[from] AdmissionError),
    /// This machine cannot run it: not the module's fault.
    #[error("this machine cannot prepare the module: {0}")]
    Abstain(String),
}

impl From<MeteringError> for PrepareError {
    fn from(error: MeteringError) -> Self {
        match error {
            MeteringError::LongFunction { .. } => AdmissionError { check: "module.function", detail: error.to_string() }.into(),
            MeteringError::LongModule => AdmissionError { check: "module.length", detail: error.to_string() }.into(),
            MeteringError::Malformed(_) | MeteringError::Rewrite(_) => {
                Self::Abstain(format!("a fault of this program: an admitted module cannot be metered: {error}; please report it"))
            }
        }
    }
}

/// Runs jobs.
pub struct Sandbox {
    engine: Engine,
    linker: Linker<State>,
    cache: Option<Cache>,
}

impl Sandbox {
    /// A sandbox that caches compiled modules in `cache_folder`, or not at all.
    pub fn new(cache_folder: Option<PathBuf>) -> Result<Self, PrepareError> {
        let abstain = |e: wasmtime::Error| PrepareError::Abstain(format!("the engine does not start: {e:#}"));
        let engine = Engine::new(&engine_config()).map_err(abstain)?;
        let mut linker = Linker::new(&engine);
        for function in Function::ALL {
            link(&mut linker, &engine, *function).map_err(abstain)?;
        }
        let cache = cache_folder.and_then(|folder| {
            Cache::new(&folder)
                .inspect_err(|error| tracing::warn!(folder = %folder.display(), %error, "compiled modules are not cached"))
                .ok()
        });
        Ok(Self { engine, linker, cache })
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Admits `module` under `limits` and makes it ready to run.
    pub fn prepare(&self, module: &[u8], limits: &Limits) -> Result<Prepared, PrepareError> {
        self.prepare_hashed(module, Hash::of_blob(module), limits)
    }

    /// As [`Self::prepare`] for a module whose hash is known because it was just checked.
    pub fn prepare_hashed(&self, module: &[u8], hash: Hash, limits: &Limits) -> Result<Prepared, PrepareError> {
        let entry = self.cache.as_ref().map(|cache| (cache, cache.entry(&self.engine, &hash)));
        if let Some((cache, entry)) = &entry
            && let Some((Described { facts, exports }, code)) = cache.load(entry)
        {
            facts.within(limits)?;
            match self.deserialize(&code) {
                Ok(compiled) => return self.link_module(hash, facts, exports, &compiled, true),
                Err(error) => tracing::warn!(path = %entry.path.display(), %error, "a cached module does not load; it is built again"),
            }
        }
        let facts = admission::admit(module, limits)?;
        let Metered { wasm, exports } = metering::instrument(module, Instruments::default())?;
        let compiled = self.compile(&wasm)?;
        let described = Described { facts, exports };
        if let Some((cache, entry)) = &entry {
            match compiled.serialize() {
                Ok(code) => cache.store(entry, &described, &code),
                Err(error) => tracing::warn!(%error, "a compiled module could not be serialised"),
            }
        }
        self.link_module(hash, described.facts, described.exports, &compiled, false)
    }

    /// As [`Self::prepare_hashed`], for a run that says where its fuel went: slower, to the same outcome. Its code is another, so it is compiled each time and not cached.
    ///
    /// # Errors
    /// As [`Self::prepare`]; and where probes make a function too long, this machine abstains.
    pub fn prepare_profiled(&self, module: &[u8], hash: Hash, limits: &Limits) -> Result<Prepared, PrepareError> {
        let facts = admission::admit(module, limits)?;
        let (Metered { wasm, exports }, probes) = metering::instrument_probed(module).map_err(|error| match error {
            MeteringError::LongFunction { .. } | MeteringError::LongModule => {
                PrepareError::Abstain(format!("the module cannot be profiled: {error}"))
            }
            error => error.into(),
        })?;
        let compiled = self.compile(&wasm)?;
        let functions = facts.functions as u32 + compiled.imports().len() as u32;
        let prepared = self.link_module(hash, facts, exports, &compiled, false)?;
        Ok(Prepared { probes: probes.map(|table| Probed { table, functions }), ..prepared })
    }

    fn compile(&self, wasm: &[u8]) -> Result<Module, PrepareError> {
        Module::from_binary(&self.engine, wasm)
            .map_err(|e| PrepareError::Abstain(format!("the engine does not compile an admitted module: {e:#}")))
    }

    fn deserialize(&self, code: &[u8]) -> wasmtime::Result<Module> {
        // SAFETY: `Module::deserialize` runs native code from `code`, so the bytes must come from `Module::serialize` of this engine. They do: the cache
        // returns only entries written by `Cache::store` (in a folder of mode 0700, under a name bound to engine, settings and module) whose BLAKE3 over all
        // of their content holds. Reached by the test `a_corrupted_entry_is_rebuilt_and_never_executed`.
        unsafe { Module::deserialize(&self.engine, code) }
    }

    fn link_module(
        &self,
        hash: Hash,
        facts: Facts,
        exports: AddedExports,
        compiled: &Module,
        from_cache: bool,
    ) -> Result<Prepared, PrepareError> {
        let instance = self
            .linker
            .instantiate_pre(compiled)
            .map_err(|e| PrepareError::Abstain(format!("the engine does not link an admitted module: {e:#}")))?;
        Ok(Prepared { hash, facts, exports, probes: None, instance, from_cache })
    }
}

/// A module that is admitted, compiled and linked.
#[derive(Clone)]
pub struct Prepared {
    pub(crate) hash: Hash,
    pub(crate) facts: Facts,
    pub(crate) exports: AddedExports,
    /// Of a module that is profiled.
    pub(crate) probes: Option<Probed>,
    pub(crate) instance: InstancePre<State>,
    from_cache: bool,
}

/// What a run that is profiled needs to know of its module.
#[derive(Debug, Clone)]
pub(crate) struct Probed {
    /// Name of the export that is the table of probes.
    pub(crate) table: String,
    /// How many functions it has, imports included.
    pub(crate) functions: u32,
}

impl Prepared {
    /// BLAKE3 of the module.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// What admission learned.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Whether the compiled code came from the cache.
    pub fn from_cache(&self) -> bool {
        self.from_cache
    }
}

fn link(linker: &mut Linker<State>, engine: &Engine, function: Function) -> wasmtime::Result<()> {
    let signature = function.signature();
    let engine_type = |ty: &ValueType| match ty {
        ValueType::I64 => ValType::I64,
        ValueType::I32 => ValType::I32,
    };
    let ty = FuncType::new(engine, signature.params.iter().map(engine_type), signature.result.iter().map(engine_type));
    linker.func_new(function.module(), function.name(), ty, move |mut caller: Caller<'_, State>, args, results| {
        let mut words = [0_u64; 16];
        for (word, arg) in words.iter_mut().zip(args) {
            *word = match arg {
                Val::I64(value) => value.cast_unsigned(),
                Val::I32(value) => u64::from(value.cast_unsigned()),
                _ => unreachable!("host functions take integers only"),
            };
        }
        let value = call(&mut caller, function, &words[..args.len()])?;
        if let (Some(value), Some(result)) = (value, results.first_mut()) {
            *result = Val::I32(value.cast_signed());
        }
        Ok(())
    })?;
    Ok(())
}

/// One host call: performs it, and notes what it costs.
fn call(caller: &mut Caller<'_, State>, function: Function, args: &[u64]) -> wasmtime::Result<Option<u32>> {
    let memory = memory(caller)?;
    let Some(meter) = caller.data().meter else {
        return Err(wasmtime::Error::new(End::Abstain("a fault of this program: a host call before the meter was set".to_owned())));
    };
    let used = meter.used(&mut *caller);
    profile::host_call(caller, meter, |profiler, used, paid| profiler.enter_host(function, used, paid));
    let (bytes, state) = memory.data_and_store_mut(&mut *caller);
    let (answer, charge) = match state.host.call(function, args, bytes, used) {
        Ok(reply) => (Ok(reply.value), reply.charge),
        Err(Stop::Exit { code, charge }) => (Err(End::Exit(code)), charge),
        Err(Stop::Limit { limit, charge }) => (Err(End::Limit(limit)), charge),
        Err(Stop::OutOfFuel) => (Err(End::OutOfFuel), 0),
        Err(Stop::Abstain { reason }) => (Err(End::Abstain(reason)), 0),
    };
    meter.charge(&mut *caller, charge);
    // A call that ends the run stays on top, and what the outcome counts of it goes to it.
    if answer.is_ok() {
        profile::host_call(caller, meter, |profiler, used, paid| _ = profiler.leave(used, paid));
    }
    answer.map_err(wasmtime::Error::new)
}

fn memory(caller: &mut Caller<'_, State>) -> wasmtime::Result<wasmtime::Memory> {
    if let Some(memory) = caller.data().memory {
        return Ok(memory);
    }
    let Some(Extern::Memory(memory)) = caller.get_export("memory") else {
        return Err(wasmtime::Error::new(End::Abstain("the module's memory is not where admission saw it".to_owned())));
    };
    caller.data_mut().memory = Some(memory);
    Ok(memory)
}
