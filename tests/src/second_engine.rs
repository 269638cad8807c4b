//! A second engine: wasmi, an interpreter that shares no code with wasmtime beyond the parser, over the same [`Host`].
//!
//! Files, clocks and random bytes come from the same host on both sides, so what is compared is the engine: what instructions compute, when they trap, which
//! bytes reach a host call. Fuel is each engine's own and is not compared; where either runs out of it, or of stack, nothing can be said.
//!
//! **Why wasmi?** It interprets, so it has no code generator to share a bug with; and it can make NaNs canonical, so that even their bits are compared.
//!
//! **A known fault of wasmi 2.0.0**, found by comparing: it folds a comparison of a stack slot with zero into the `select` that follows, and then selects by a register
//! that nobody has set. So it is given the module with an `i32.popcnt` before each `select`, which keeps whether the condition is zero and keeps the two apart.
//! The test `the_fault_of_the_second_engine_is_still_there` says when this can go.

use assay_protocol::job::Job;
use assay_protocol::limits::Limits;
use assay_protocol::outcome::{Status, TrapKind};
use assay_protocol::transcript::Call;
use assay_sandbox::Execution;
use assay_sandbox::host::{Function, Host, HostConfig, InputData, Stop, ValueType};
use wasm_encoder::CodeSection;
use wasm_encoder::reencode::{self, Reencode};
use wasmi::errors::HostError;
use wasmi::{Caller, Config, Engine, Error, Extern, FuncType, Linker, Module, ResourceLimiter, Store, TrapCode, Val, ValType};
use wasmi_core::LimiterError;

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
    /// It cannot say: out of fuel, out of stack, out of memory.
    Nothing(String),
}

/// A result, without what is an engine's own.
#[derive(Debug)]
pub struct Run {
    /// How it ended.
    pub status: Status,
    /// Outputs by name.
    pub outputs: Vec<(String, Vec<u8>)>,
    /// Stdout.
    pub stdout: Vec<u8>,
    /// Stderr.
    pub stderr: Vec<u8>,
    /// Its host calls; their fuel means nothing.
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
    memory_bytes: u64,
    table_elements: u64,
    tables_now: u64,
    /// Linear memory of no bytes has no address; the host asks for an aligned one.
    nothing: Vec<u8>,
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

/// Runs an admitted module as `job`, with at most `fuel` of wasmi's own units.
///
/// # Panics
/// When wasmi refuses the module: admission said that it is valid.
pub fn run(wasm: &[u8], job: &Job, inputs: Vec<Vec<u8>>, fuel: u64) -> Second {
    run_as_it_is(&keep_select_apart(wasm), job, inputs, fuel)
}

/// As [`run`], faults included.
pub fn run_as_it_is(wasm: &[u8], job: &Job, inputs: Vec<Vec<u8>>, fuel: u64) -> Second {
    let mut config = Config::default();
    config.consume_fuel(true).wasm_simd(true).set_max_stack_height(16 << 20).set_max_recursion_depth(20_000);
    let engine = Engine::new(&config);
    let module = Module::new(&engine, wasm).unwrap_or_else(|e| panic!("the second engine refuses an admitted module: {e}"));
    let mut linker = Linker::new(&engine);
    for function in Function::ALL {
        link(&mut linker, *function);
    }
    let mut store = Store::new(&engine, state(job, inputs));
    store.limiter(|state| state);
    store.set_fuel(fuel).expect("fuel is on");
    let ended = linker.instantiate_and_start(&mut store, &module).and_then(|instance| {
        let start = instance.get_typed_func::<(), ()>(&store, "_start").expect("admission looked for _start");
        start.call(&mut store, ())
    });
    let status = match status(ended) {
        Ok(status) => status,
        Err(why) => return Second::Nothing(why),
    };
    let completed = matches!(status, Status::Completed { .. });
    match store.into_data().host.finish(completed) {
        Ok(finished) => Second::Result(Box::new(Run {
            status,
            outputs: finished.outputs,
            stdout: finished.stdout,
            stderr: finished.stderr,
            calls: finished.transcript.into_calls().expect("calls are kept"),
        })),
        Err(why) => Second::Nothing(why.to_string()),
    }
}

fn state(job: &Job, inputs: Vec<Vec<u8>>) -> State {
    let data = |content: Vec<u8>| Box::new(content) as Box<dyn InputData>;
    let host = Host::new(HostConfig {
        // The host is told of no fuel used, so its own limit is out of reach.
        limits: Limits { fuel: u64::MAX, ..job.limits },
        args: job.args.clone(),
        env: job.env.iter().map(|var| (var.name.clone(), var.value.clone())).collect(),
        inputs: job.inputs.iter().map(|input| input.name.clone()).zip(inputs.into_iter().map(data)).collect(),
        job_id: job.id().0,
        keep_calls: true,
        observer: Box::new(()),
        gpu: assay_sandbox::cpu(),
    });
    State { host, memory_bytes: job.limits.memory_bytes, table_elements: job.limits.table_elements, tables_now: 0, nothing: vec![0; 64] }
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
        let (bytes, state) = memory.data_and_store_mut(&mut caller);
        let bytes = if bytes.is_empty() { &mut state.nothing[..0] } else { bytes };
        let reply = state.host.call(function, &words, bytes, 0).map_err(|stop| Error::host(Halt(stop)))?;
        if let (Some(result), Some(value)) = (results.first_mut(), reply.value) {
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

fn status(ended: Result<(), Error>) -> Result<Status, String> {
    let Err(error) = ended else { return Ok(Status::Completed { exit_code: 0 }) };
    if let Some(Halt(stop)) = error.downcast_ref::<Halt>() {
        return match stop {
            Stop::Exit { code, .. } => Ok(Status::Completed { exit_code: *code }),
            Stop::Limit { limit, .. } => Ok(Status::LimitExceeded { limit: *limit }),
            other => Err(format!("{other:?}")),
        };
    }
    let kind = match error.as_trap_code() {
        Some(TrapCode::UnreachableCodeReached) => TrapKind::Unreachable,
        Some(TrapCode::MemoryOutOfBounds) => TrapKind::MemoryOutOfBounds,
        Some(TrapCode::TableOutOfBounds) => TrapKind::TableOutOfBounds,
        Some(TrapCode::IndirectCallToNull) => TrapKind::IndirectCallToNull,
        Some(TrapCode::BadSignature) => TrapKind::BadSignature,
        Some(TrapCode::IntegerOverflow) => TrapKind::IntegerOverflow,
        Some(TrapCode::IntegerDivisionByZero) => TrapKind::IntegerDivisionByZero,
        Some(TrapCode::BadConversionToInteger) => TrapKind::BadConversionToInteger,
        _ => return Err(error.to_string()),
    };
    Ok(Status::Trapped { kind })
}

/// Whether the first engine's result is one that a second engine can be held against.
pub fn comparable(first: &Execution) -> bool {
    first.outcome.status != Status::OutOfFuel
}

/// Holds the first engine's result against the second's.
///
/// # Panics
/// When they differ; `what` says in what.
pub fn assert_same(what: &str, first: &Execution, second: &Run) {
    assert_eq!(first.outcome.status, second.status, "{what}: status");
    let calls = first.kept_calls.as_deref().unwrap_or_default();
    for (one, other) in calls.iter().zip(&second.calls) {
        let same = (one.index, &one.function, one.args, one.results) == (other.index, &other.function, other.args, other.results);
        assert!(same, "{what}: the engines differ at call {}: {one:?} and {other:?}", one.index);
    }
    assert_eq!(calls.len(), second.calls.len(), "{what}: number of calls");
    assert!(first.stdout == second.stdout, "{what}: stdout");
    assert!(first.stderr == second.stderr, "{what}: stderr");
    assert!(first.outputs == second.outputs, "{what}: outputs");
}
