//! One run of one job.
//!
//! ```text
//!             instantiate, _start
//!   Prepared ─────────────────────┬─ returns ───────────────► Completed(0)
//!                                 ├─ proc_exit(c) ──────────► Completed(c)
//!                                 ├─ trap ──────────────────► Trapped(kind)          ┐
//!                                 ├─ fuel used up ──────────► OutOfFuel              │
//!                                 ├─ calls too deep ────────► DepthExceeded          ├ Outcome: the same on every machine
//!                                 ├─ stream or call limit ──► LimitExceeded          ┘
//!                                 └─ native stack, memory,
//!                                    a changed input, a bug ► Abstain: no outcome, no hash
//! ```

use assay_gpu::cpu::CpuDevice;
use assay_protocol::Hash;
use assay_protocol::hash::{Blob, NamedBlob};
use assay_protocol::job::Job;
use assay_protocol::limits::Limits;
use assay_protocol::outcome::{Outcome, Status, TrapKind};
use assay_protocol::transcript::Call;
use wasmtime::{Memory, ResourceLimiter, Store, Trap};

use crate::engine::{Prepared, Sandbox, WASM_STACK_BYTES};
use crate::host::{Host, HostConfig, Observer, OpenDevice};
use crate::input::Input;
use crate::meter::{Meter, first_slice};
use crate::metering::probe::PROBES;
use crate::profile::{self, FuelProfile, Profiler};

/// Native stack of the thread a job runs on: what WebAssembly may use, and room for the host calls on top of it.
const THREAD_STACK_BYTES: usize = WASM_STACK_BYTES + 4 * 1024 * 1024;

/// What a job needs besides its module.
pub struct Request<'a> {
    /// The job.
    pub job: &'a Job,
    /// The content of its inputs, in the order of `job.inputs`.
    pub inputs: Vec<Input>,
    /// Whether to keep every call of the transcript, at about 150 bytes each.
    pub keep_calls: bool,
    /// Who watches.
    pub observer: Box<dyn Observer + Send>,
    /// Opens the device at the job's first GPU call: [`cpu`], or an adapter. The outcome does not depend on it.
    pub gpu: OpenDevice,
}

/// Opens the CPU executor: what every machine has.
pub fn cpu() -> OpenDevice {
    Box::new(|| match CpuDevice::new(None) {
        Ok(device) => Ok(Box::new(device)),
        Err(error) => Err(format!("the CPU executor does not start: {error}")),
    })
}

/// Opens nothing: a job that asks for a device gets no result from this machine.
pub fn no_gpu() -> OpenDevice {
    Box::new(|| Err("the job asks for a GPU, and this run was told to have none; run it with `--gpu cpu` or `--gpu auto`".to_owned()))
}

/// What a run gives: the outcome, and what its hashes stand for.
#[derive(Debug)]
pub struct Execution {
    /// The outcome.
    pub outcome: Outcome,
    /// The content of the outputs, by name.
    pub outputs: Vec<(String, Vec<u8>)>,
    /// What was written to stdout.
    pub stdout: Vec<u8>,
    /// What was written to stderr.
    pub stderr: Vec<u8>,
    /// Root of the transcript.
    pub transcript_root: Hash,
    /// Number of host calls.
    pub calls: u64,
    /// The calls, if they were kept.
    pub kept_calls: Option<Vec<Call>>,
    /// Where the fuel went, if the module was prepared for that.
    pub profile: Option<FuelProfile>,
}

/// This machine gives no result. Not the module's fault, never a hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this machine abstains: {0}")]
pub struct Abstain(pub String);

/// How a host call ends a run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the host ends the run: {self:?}")]
pub(crate) enum End {
    Exit(u32),
    OutOfFuel,
    Limit(u8),
    Abstain(String),
}

/// What the store holds during a run.
pub(crate) struct State {
    pub(crate) host: Host,
    pub(crate) memory: Option<Memory>,
    /// Set before anything of the module is executed.
    pub(crate) meter: Option<Meter>,
    /// Follows a run that is profiled.
    pub(crate) profiler: Option<Profiler>,
    growth: Growth,
}

/// Decides memory and table growth by the job's limits alone; what the host then cannot provide is an abstention.
struct Growth {
    memory_bytes: u64,
    table_elements: u64,
    tables_now: u64,
}

impl ResourceLimiter for Growth {
    fn memory_growing(&mut self, _current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        // Past the module's own maximum `memory.grow` gives -1 by WebAssembly's rules; said here, so that `memory_grow_failed` means the host failed.
        Ok(desired as u64 <= self.memory_bytes && maximum.is_none_or(|maximum| desired <= maximum))
    }

    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        Err(wasmtime::Error::new(End::Abstain(format!("memory the job is entitled to could not be had: {error:#}"))))
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.tables_now.saturating_add((desired - current) as u64);
        let allowed = total <= self.table_elements && maximum.is_none_or(|maximum| desired <= maximum);
        if allowed {
            self.tables_now = total;
        }
        Ok(allowed)
    }

    fn table_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        Err(wasmtime::Error::new(End::Abstain(format!("a table the job is entitled to could not be had: {error:#}"))))
    }
}

impl Sandbox {
    /// Runs a job to its outcome.
    ///
    /// # Errors
    /// When this machine cannot say what the outcome is.
    pub fn run(&self, prepared: &Prepared, request: Request<'_>) -> Result<Execution, Abstain> {
        let job = request.job;
        if prepared.hash != job.module {
            return Err(Abstain(format!("the job is for module {}, {} is prepared", job.module, prepared.hash)));
        }
        let described: Vec<Blob> = request.inputs.iter().map(Input::blob).collect();
        if !job.inputs.iter().map(|input| input.blob).eq(described) {
            return Err(Abstain("the inputs at hand are not the job's".to_owned()));
        }
        // A thread of its own: the caller's stack may be small, and how much a job has must not depend on the caller.
        std::thread::scope(|scope| {
            std::thread::Builder::new()
                .name("assay-job".to_owned())
                .stack_size(THREAD_STACK_BYTES)
                .spawn_scoped(scope, || self.run_here(prepared, request))
                .map_err(|e| Abstain(format!("no thread for the job: {e}")))?
                .join()
                .unwrap_or_else(|_| Err(Abstain("the host failed in itself; please report this".to_owned())))
        })
    }

    /// Instantiates and drops a module: what a run pays before the first instruction. For the benchmark.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn instantiate_only(&self, prepared: &Prepared, job: &Job) -> Result<(), Abstain> {
        let mut store = self.store(prepared, job, host_of(job, Vec::new(), false, Box::new(()), cpu()))?;
        prepared.instance.instantiate(&mut store).map_err(|e| Abstain(format!("{e:#}")))?;
        Ok(())
    }

    fn store(&self, prepared: &Prepared, job: &Job, host: Host) -> Result<Store<State>, Abstain> {
        let limits = &job.limits;
        // The table of probes is not the job's.
        let probes = if prepared.probes.is_some() { PROBES } else { 0 };
        let growth =
            Growth { memory_bytes: limits.memory_bytes, table_elements: limits.table_elements.saturating_add(probes), tables_now: 0 };
        prepared.facts.within(limits).map_err(|e| Abstain(e.to_string()))?;
        let profiler = prepared.probes.as_ref().map(|probes| Profiler::new(limits.fuel, probes.functions));
        let mut store = Store::new(self.engine(), State { host, memory: None, meter: None, profiler, growth });
        store.limiter(|state| &mut state.growth);
        Ok(store)
    }

    fn run_here(&self, prepared: &Prepared, request: Request<'_>) -> Result<Execution, Abstain> {
        let host = host_of(request.job, request.inputs, request.keep_calls, request.observer, request.gpu);
        let mut store = self.store(prepared, request.job, host)?;
        let ended = start(&mut store, prepared, &request.job.limits);
        let (status, fuel) = conclude(ended, &mut store, request.job.limits.fuel)?;
        let mut state = store.into_data();
        let profile = state.profiler.take().map(|profiler| {
            let fault = || Abstain("a fault of this program: the profile is not that of the outcome; please report it".to_owned());
            profiler.finish(fuel).ok_or_else(fault)
        });
        let completed = matches!(status, Status::Completed { .. });
        let finished = state.host.finish(completed).map_err(|stop| Abstain(stop.to_string()))?;
        let describe = |(name, content): &(String, Vec<u8>)| NamedBlob { name: name.clone(), blob: Blob::of(content) };
        let outcome = Outcome {
            format: 1,
            status,
            fuel,
            outputs: finished.outputs.iter().map(describe).collect(),
            stdout: Blob::of(&finished.stdout),
            stderr: Blob::of(&finished.stderr),
        };
        Ok(Execution {
            outcome,
            outputs: finished.outputs,
            stdout: finished.stdout,
            stderr: finished.stderr,
            transcript_root: finished.transcript.root(),
            calls: finished.transcript.calls(),
            kept_calls: finished.transcript.into_calls(),
            profile: profile.transpose()?,
        })
    }
}

fn host_of(job: &Job, inputs: Vec<Input>, keep_calls: bool, observer: Box<dyn Observer + Send>, gpu: OpenDevice) -> Host {
    Host::new(HostConfig {
        limits: job.limits,
        args: job.args.clone(),
        env: job.env.iter().map(|var| (var.name.clone(), var.value.clone())).collect(),
        inputs: job.inputs.iter().map(|input| input.name.clone()).zip(inputs.into_iter().map(Input::into_data)).collect(),
        job_id: job.id().0,
        keep_calls,
        observer,
        gpu,
    })
}

/// Instantiates, sets the meter, runs the start function and `_start`.
fn start(store: &mut Store<State>, prepared: &Prepared, limits: &Limits) -> wasmtime::Result<()> {
    let instance = prepared.instance.instantiate(&mut *store)?;
    let exports = &prepared.exports;
    let Some(meter) = Meter::new(&mut *store, &instance, exports, limits) else {
        return Err(wasmtime::Error::new(End::Abstain("a fault of this program: the module has no meter; please report it".to_owned())));
    };
    store.data_mut().meter = Some(meter);
    if let Some(probes) = &prepared.probes {
        profile::attach(store, &instance, &probes.table)?;
    }
    for name in exports.start.as_deref().into_iter().chain(["_start"]) {
        instance.get_typed_func::<(), ()>(&mut *store, name)?.call(&mut *store, ())?;
        if meter.used(&mut *store) >= limits.fuel {
            return Err(wasmtime::Error::new(End::OutOfFuel));
        }
        // The end of either is a check point: what was used is paid for.
        meter.charge(&mut *store, 0);
    }
    Ok(())
}

/// The status and the fuel of a run (`specs/execution.md`, sections 3 to 5), or an abstention.
fn conclude(ended: wasmtime::Result<()>, store: &mut Store<State>, limit: u64) -> Result<(Status, u64), Abstain> {
    let meter = store.data().meter;
    let used = meter.map_or(0, |meter| meter.used(&mut *store));
    let error = match ended {
        Ok(()) => return Ok((Status::Completed { exit_code: 0 }, used)),
        Err(error) => error,
    };
    if let Some(end) = error.downcast_ref::<End>() {
        return match end {
            End::Exit(code) => Ok((Status::Completed { exit_code: *code }, used)),
            End::OutOfFuel => Ok((Status::OutOfFuel, limit)),
            End::Limit(limit) => Ok((Status::LimitExceeded { limit: *limit }, used)),
            End::Abstain(why) => Err(Abstain(why.clone())),
        };
    }
    if meter.is_some_and(|meter| meter.is_exhausted(&mut *store)) {
        return Ok((Status::OutOfFuel, limit));
    }
    if meter.is_some_and(|meter| meter.is_too_deep(&mut *store)) {
        return Ok((Status::DepthExceeded, used));
    }
    let kind = match error.downcast_ref::<Trap>() {
        Some(Trap::UnreachableCodeReached) => TrapKind::Unreachable,
        Some(Trap::MemoryOutOfBounds) => TrapKind::MemoryOutOfBounds,
        Some(Trap::TableOutOfBounds) => TrapKind::TableOutOfBounds,
        Some(Trap::IndirectCallToNull) => TrapKind::IndirectCallToNull,
        Some(Trap::BadSignature) => TrapKind::BadSignature,
        Some(Trap::IntegerOverflow) => TrapKind::IntegerOverflow,
        Some(Trap::IntegerDivisionByZero) => TrapKind::IntegerDivisionByZero,
        Some(Trap::BadConversionToInteger) => TrapKind::BadConversionToInteger,
        Some(Trap::StackOverflow) => {
            return Err(Abstain(format!(
                "the native stack of {} MiB ended before the limit call_depth did: functions of the job have unusually large frames",
                WASM_STACK_BYTES >> 20
            )));
        }
        _ => return Err(Abstain(format!("the engine ended the run for a reason of its own: {error:#}"))),
    };
    // A trap before the meter is set is one of a segment.
    let paid = meter.map_or_else(|| first_slice(limit), |meter| meter.paid(store));
    Ok((Status::Trapped { kind }, paid))
}
