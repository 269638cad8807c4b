//! A second engine: wasmi, an interpreter that shares no code with wasmtime beyond the parser, over the same [`Host`] and the same metered module.
//!
//! Files, clocks and random bytes come from the same host on both sides, so what is compared is the engine: what instructions compute, when they trap, which
//! bytes reach a host call. Fuel and depth are the module's own, so they are compared as well; the arithmetic between its globals and the limits is written here once more,
//! from `specs/metering.md`, section 4. Only where wasmi runs out of its own fuel, which bounds its time, nothing can be said.
//!
//! **Why wasmi?** It interprets, so it has no code generator to share a bug with.
//!
//! **A known fault of wasmi 2.0.0**, found by comparing: it folds a comparison of a stack slot with zero into the `select` that follows, and then selects by a register
//! that nobody has set. So it is given the module with an `i32.popcnt` before each `select`, which keeps whether the condition is zero and keeps the two apart.
//! The test `the_fault_of_the_second_engine_is_still_there` says when this can go.

use assay_protocol::job::Job;
use assay_protocol::limits::Limits;
use assay_protocol::outcome::{Status, TrapKind};
use assay_protocol::transcript::Call;
use assay_sandbox::host::{Function, Host, HostConfig, InputData, Reply, Stop, ValueType};
use assay_sandbox::{AddedExports, Execution, Instruments, Metered};
use wasm_encoder::CodeSection;
use wasm_encoder::reencode::{self, Reencode};
use wasmi::errors::{ErrorKind, HostError, InstantiationError};
use wasmi::{
    AsContext, AsContextMut, Caller, Config, Engine, Error, Extern, FuncType, Global, Instance, Linker, Module, ResourceLimiter, Store,
    TrapCode, Val, ValType,
};
use wasmi_core::LimiterError;

/// Stack of wasmi's for each unit of call depth: more than one can use up.
const STACK_BYTES_PER_UNIT: usize = 8 * 1024;

/// Puts an `i32.popcnt` before each `select`.
struct KeepSelectApart;

impl Reencode for KeepSelectApart {
    type Error = std::convert::Infallible;

    /// Names and the like are ignored, so they may be malformed.
    fn parse_custom_section(
        &mut self,
        _: &mut wasm_encoder::Module,
        _: wasmparser::CustomSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        Ok(())
    }

    fn parse_function_body(&mut self, code: &mut CodeSection, body: wasmparser::FunctionBody<'_>) -> Result<(), reencode::Error> {
        let mut function = self.new_function_with_parsed_locals(&body)?;
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            if matches!(operator, wasmparser::Operator::Select | wasmparser::Operator::TypedSelect { .. }) {
                function.instruction(&wasm_encoder::Instruction::I32Popcnt);
            }
            function.instruction(&self.instruction(operator)?);
        }
        code.function(&function);
        Ok(())
    }
}

/// The module without what the second engine gets wrong.
pub(crate) fn keep_select_apart(wasm: &[u8]) -> Vec<u8> {
    let mut module = wasm_encoder::Module::new();
    let parser = wasmparser::Parser::new(0);
    KeepSelectApart.parse_core_module(&mut module, parser, wasm).expect("an admitted module is well formed");
    module.finish()
}

/// What the second engine says of a job.
#[derive(Debug)]
pub enum Second {
    /// It has a result.
    Result(Box<Run>),
    /// It cannot say: out of its own fuel, out of memory.
    Nothing(String),
}

/// A result.
#[derive(Debug)]
pub struct Run {
    /// How it ended.
    pub status: Status,
    /// Fuel of the outcome.
    pub fuel: u64,
    /// Outputs by name.
    pub outputs: Vec<(String, Vec<u8>)>,
    /// Stdout.
    pub stdout: Vec<u8>,
    /// Stderr.
    pub stderr: Vec<u8>,
    /// Its host calls.
    pub calls: Vec<Call>,
}

/// Why the host ended the run.
#[derive(Debug)]
struct Halt(Stop);

impl std::fmt::Display for Halt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl HostError for Halt {}

struct State {
    host: Host,
    meter: Option<Meter>,
    memory_bytes: u64,
    table_elements: u64,
    tables_now: u64,
    /// Linear memory of no bytes has no address; the host asks for an aligned one.
    nothing: Vec<u8>,
}

/// The globals of a metered module, by the words of `specs/metering.md`.
#[derive(Clone, Copy)]
struct Meter {
    /// The limit.
    fuel: i64,
    /// What was not paid for yet, and what is left of what was.
    reserve: Global,
    slice: Global,
    depth: Global,
}

/// Fuel is paid in slices of this much.
const SLICE: i64 = 65_536;

fn number(global: Global, store: impl AsContext) -> i64 {
    match global.get(store) {
        Val::I64(value) => value,
        Val::I32(value) => i64::from(value),
        other => panic!("a global of the meter is {other:?}"),
    }
}

impl Meter {
    fn new(mut store: impl AsContextMut, instance: &Instance, names: &AddedExports, limits: &Limits) -> Self {
        let global = |name: &str| instance.get_global(&store, name).expect("the pass adds it");
        let (reserve, slice, depth) = (global(&names.reserve), global(&names.slice), global(&names.depth));
        let meter = Self { fuel: i64::try_from(limits.fuel).expect("below its ceiling"), reserve, slice, depth };
        let first = first_slice(limits);
        meter.pay(&mut store, meter.fuel - 1 - first, first);
        depth.set(&mut store, Val::I32(i32::try_from(limits.call_depth).expect("below its ceiling"))).expect("it is an i32");
        meter
    }

    fn pay(&self, mut store: impl AsContextMut, reserve: i64, slice: i64) {
        self.reserve.set(&mut store, Val::I64(reserve)).expect("it is an i64");
        self.slice.set(&mut store, Val::I64(slice)).expect("it is an i64");
    }

    fn paid(&self, store: impl AsContext) -> i64 {
        self.fuel - 1 - number(self.reserve, store)
    }

    fn used(&self, store: impl AsContext) -> i64 {
        self.paid(&store) - number(self.slice, &store)
    }

    fn charge(&self, mut store: impl AsContextMut, charge: u64) {
        let mut slice = number(self.slice, &store) - i64::try_from(charge).expect("the host saw that there is as much");
        let mut reserve = number(self.reserve, &store);
        while slice < 0 {
            slice += SLICE;
            reserve -= SLICE;
        }
        self.pay(&mut store, reserve, slice);
    }
}

/// Fuel that is paid for at first.
fn first_slice(limits: &Limits) -> i64 {
    (i64::try_from(limits.fuel).expect("below its ceiling") - 1) % SLICE
}

/// Growth is decided by the job's limits, as in the first engine but in words of its own.
impl ResourceLimiter for State {
    fn memory_growing(&mut self, _: usize, desired: usize, maximum: Option<usize>) -> Result<bool, LimiterError> {
        Ok(desired as u64 <= self.memory_bytes && desired <= maximum.unwrap_or(usize::MAX))
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool, LimiterError> {
        let total = self.tables_now + (desired - current) as u64;
        if total > self.table_elements || desired > maximum.unwrap_or(usize::MAX) {
            return Ok(false);
        }
        self.tables_now = total;
        Ok(true)
    }

    fn instances(&self) -> usize {
        1
    }
    fn tables(&self) -> usize {
        64
    }
    fn memories(&self) -> usize {
        1
    }
}

/// Runs an admitted module as `job`, with at most `patience` of wasmi's own units.
///
/// # Panics
/// When wasmi refuses the module: admission said that it is valid.
pub fn run(wasm: &[u8], job: &Job, inputs: Vec<Vec<u8>>, patience: u64) -> Second {
    let Metered { wasm, exports, .. } = metered(wasm);
    run_metered(&keep_select_apart(&wasm), &exports, job, inputs, patience)
}

/// As [`run`], faults included.
pub fn run_as_it_is(wasm: &[u8], job: &Job, inputs: Vec<Vec<u8>>, patience: u64) -> Second {
    let Metered { wasm, exports, .. } = metered(wasm);
    run_metered(&wasm, &exports, job, inputs, patience)
}

fn metered(wasm: &[u8]) -> Metered {
    assay_sandbox::instrument(wasm, Instruments::default()).expect("an admitted module can be metered")
}

fn run_metered(wasm: &[u8], exports: &AddedExports, job: &Job, inputs: Vec<Vec<u8>>, patience: u64) -> Second {
    let mut config = Config::default();
    let units = Limits::TABLE[Limits::CALL_DEPTH as usize].ceiling as usize;
    // One more each for a function that calls nothing, a bridge and the host.
    config.consume_fuel(true).wasm_simd(true).set_max_stack_height(units * STACK_BYTES_PER_UNIT).set_max_recursion_depth(units + 8);
    let engine = Engine::new(&config);
    let module = Module::new(&engine, wasm).unwrap_or_else(|e| panic!("the second engine refuses an admitted module: {e}"));
    let mut linker = Linker::new(&engine);
    for function in Function::ALL {
        link(&mut linker, *function);
    }
    let mut store = Store::new(&engine, state(job, inputs));
    store.limiter(|state| state);
    store.set_fuel(patience).expect("fuel is on");
    let ended = start(&mut store, &linker, &module, exports, &job.limits);
    let (status, fuel) = match conclude(ended, &store, &job.limits) {
        Ok(concluded) => concluded,
        Err(why) => return Second::Nothing(why),
    };
    let completed = matches!(status, Status::Completed { .. });
    match store.into_data().host.finish(completed) {
        Ok(finished) => Second::Result(Box::new(Run {
            status,
            fuel,
            outputs: finished.outputs,
            stdout: finished.stdout,
            stderr: finished.stderr,
            calls: finished.transcript.into_calls().expect("calls are kept"),
        })),
        Err(why) => Second::Nothing(why.to_string()),
    }
}

fn start(store: &mut Store<State>, linker: &Linker<State>, module: &Module, exports: &AddedExports, limits: &Limits) -> Result<(), Error> {
    let instance = linker.instantiate_and_start(&mut *store, module)?;
    let meter = Meter::new(&mut *store, &instance, exports, limits);
    store.data_mut().meter = Some(meter);
    for name in exports.start.as_deref().into_iter().chain(["_start"]) {
        instance.get_typed_func::<(), ()>(&*store, name).expect("admission or the pass saw to it").call(&mut *store, ())?;
        if meter.used(&*store) >= meter.fuel {
            return Err(Error::host(Halt(Stop::OutOfFuel)));
        }
    }
    Ok(())
}

fn state(job: &Job, inputs: Vec<Vec<u8>>) -> State {
    let data = |content: Vec<u8>| Box::new(content) as Box<dyn InputData>;
    let host = Host::new(HostConfig {
        limits: job.limits,
        args: job.args.clone(),
        env: job.env.iter().map(|var| (var.name.clone(), var.value.clone())).collect(),
        inputs: job.inputs.iter().map(|input| input.name.clone()).zip(inputs.into_iter().map(data)).collect(),
        job_id: job.id().0,
        keep_calls: true,
        observer: Box::new(()),
        gpu: assay_sandbox::cpu(),
    });
    State {
        host,
        meter: None,
        memory_bytes: job.limits.memory_bytes,
        table_elements: job.limits.table_elements,
        tables_now: 0,
        nothing: vec![0; 64],
    }
}

fn link(linker: &mut Linker<State>, function: Function) {
    let engine_type = |ty: &ValueType| match ty {
        ValueType::I32 => ValType::I32,
        ValueType::I64 => ValType::I64,
    };
    let signature = function.signature();
    let ty = FuncType::new(signature.params.iter().map(engine_type), signature.result.iter().map(engine_type));
    let call = move |mut caller: Caller<'_, State>, args: &[Val], results: &mut [Val]| {
        let words: Vec<u64> = args.iter().map(word).collect();
        let memory = caller.get_export("memory").and_then(Extern::into_memory).expect("admission looked for the memory");
        let meter = caller.data().meter.expect("it is set before anything runs");
        let used = meter.used(&caller).cast_unsigned();
        let (bytes, state) = memory.data_and_store_mut(&mut caller);
        let bytes = if bytes.is_empty() { &mut state.nothing[..0] } else { bytes };
        let reply = state.host.call(function, &words, bytes, used);
        if let Ok(Reply { charge, .. }) | Err(Stop::Exit { charge, .. } | Stop::Limit { charge, .. }) = &reply {
            meter.charge(&mut caller, *charge);
        }
        let value = reply.map_err(|stop| Error::host(Halt(stop)))?.value;
        if let (Some(result), Some(value)) = (results.first_mut(), value) {
            *result = Val::I32(value.cast_signed());
        }
        Ok(())
    };
    linker.func_new(function.module(), function.name(), ty, call).expect("each function is defined once");
}

fn word(value: &Val) -> u64 {
    match value {
        Val::I32(value) => u64::from(value.cast_unsigned()),
        Val::I64(value) => value.cast_unsigned(),
        other => panic!("host functions take integers only, not {other:?}"),
    }
}

/// Status and fuel of the outcome (`specs/metering.md`, section 4), or why there is none.
fn conclude(ended: Result<(), Error>, store: &Store<State>, limits: &Limits) -> Result<(Status, u64), String> {
    let meter = store.data().meter;
    let used = || meter.map_or(0, |meter| meter.used(store)).cast_unsigned();
    let Err(error) = ended else { return Ok((Status::Completed { exit_code: 0 }, used())) };
    if let Some(Halt(stop)) = error.downcast_ref::<Halt>() {
        return match stop {
            Stop::Exit { code, .. } => Ok((Status::Completed { exit_code: *code }, used())),
            Stop::Limit { limit, .. } => Ok((Status::LimitExceeded { limit: *limit }, used())),
            Stop::OutOfFuel => Ok((Status::OutOfFuel, limits.fuel)),
            other @ Stop::Abstain { .. } => Err(format!("{other:?}")),
        };
    }
    let kind = match error.kind() {
        ErrorKind::Instantiation(InstantiationError::ElementSegmentDoesNotFit { .. }) => Some(TrapKind::TableOutOfBounds),
        _ => error.as_trap_code().and_then(trap_kind),
    };
    let Some(kind) = kind else { return Err(error.to_string()) };
    // Where the module ends the job itself, it says so in its globals.
    match meter {
        Some(meter) if number(meter.reserve, store) < 0 => Ok((Status::OutOfFuel, limits.fuel)),
        Some(meter) if number(meter.depth, store) < 0 => Ok((Status::DepthExceeded, used())),
        Some(meter) => Ok((Status::Trapped { kind }, meter.paid(store).cast_unsigned())),
        None => Ok((Status::Trapped { kind }, first_slice(limits).cast_unsigned())),
    }
}

fn trap_kind(code: TrapCode) -> Option<TrapKind> {
    Some(match code {
        TrapCode::UnreachableCodeReached => TrapKind::Unreachable,
        TrapCode::MemoryOutOfBounds => TrapKind::MemoryOutOfBounds,
        TrapCode::TableOutOfBounds => TrapKind::TableOutOfBounds,
        TrapCode::IndirectCallToNull => TrapKind::IndirectCallToNull,
        TrapCode::BadSignature => TrapKind::BadSignature,
        TrapCode::IntegerOverflow => TrapKind::IntegerOverflow,
        TrapCode::IntegerDivisionByZero => TrapKind::IntegerDivisionByZero,
        TrapCode::BadConversionToInteger => TrapKind::BadConversionToInteger,
        _ => return None,
    })
}

/// Holds the first engine's result against the second's.
///
/// # Panics
/// When they differ; `what` says in what.
pub fn assert_same(what: &str, first: &Execution, second: &Run) {
    assert_eq!(first.outcome.status, second.status, "{what}: status");
    let calls = first.kept_calls.as_deref().unwrap_or_default();
    for (one, other) in calls.iter().zip(&second.calls) {
        assert_eq!(one, other, "{what}: the engines differ at call {}", one.index);
    }
    assert_eq!(calls.len(), second.calls.len(), "{what}: number of calls");
    assert_eq!(first.outcome.fuel, second.fuel, "{what}: fuel");
    assert!(first.stdout == second.stdout, "{what}: stdout");
    assert!(first.stderr == second.stderr, "{what}: stderr");
    assert!(first.outputs == second.outputs, "{what}: outputs");
}
