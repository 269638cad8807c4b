//! An instrumented module in wasmtime.

use assay_reference::metering::{Ended, HostCall, Imports, Limits, Status, Value};
use assay_sandbox::Metered;
use wasmtime::{
    Caller, Engine, Error, Extern, ExternType, FuncType, Global, Instance, Linker, Memory, Module, Ref, ResourceLimiter, Result, Store,
    Trap, V128, Val,
};

use super::account::{Counts, End};

/// Native stack for what runs: less than the host keeps for the ceiling of depth (many of these run at once), and more than the small frames of these tests fill.
pub const STACK_BYTES: usize = 96 << 20;

/// A module that runs.
pub struct Machine<I: Imports + 'static> {
    store: Store<State<I>>,
    instance: Option<Instance>,
}

struct State<I: Imports> {
    imports: I,
    limits: Limits,
    growth: Growth,
    /// The added globals, once there is an instance: reserve, slice, depth.
    globals: Option<[Global; 3]>,
    memory: Option<Memory>,
    stopped: Option<I::Stop>,
}

/// Why the host ended the run.
#[derive(Debug)]
enum Cut {
    OutOfFuel,
    /// The reason is in [`State::stopped`].
    Stopped,
    /// Growth that is allowed could not be had.
    NoRoom(Error),
}

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Cut::NoRoom(why) => write!(f, "no room: {why}"),
            other => write!(f, "{other:?}"),
        }
    }
}

impl std::error::Error for Cut {}

/// How far memory and tables may grow.
struct Growth {
    memory_bytes: u64,
    table_elements: u64,
    elements_now: u64,
}

impl ResourceLimiter for Growth {
    fn memory_growing(&mut self, _: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        Ok(desired as u64 <= self.memory_bytes && maximum.is_none_or(|maximum| desired <= maximum))
    }

    fn memory_grow_failed(&mut self, error: Error) -> Result<()> {
        Err(Error::new(Cut::NoRoom(error)))
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        let elements = self.elements_now + (desired - current) as u64;
        let fits = elements <= self.table_elements && maximum.is_none_or(|maximum| desired <= maximum);
        if fits {
            self.elements_now = elements;
        }
        Ok(fits)
    }

    fn table_grow_failed(&mut self, error: Error) -> Result<()> {
        Err(Error::new(Cut::NoRoom(error)))
    }
}

/// The engine that these modules are compiled by. It makes no NaN canonical and counts nothing.
pub fn engine() -> Engine {
    let mut config = assay_sandbox::engine_config();
    config.max_wasm_stack(STACK_BYTES).async_stack_size(2 * STACK_BYTES);
    Engine::new(&config).expect("the engine starts")
}

impl<I: Imports + 'static> Machine<I> {
    /// Instantiates a compiled module and runs its start function.
    pub fn new(module: &Module, metered: &Metered, limits: Limits, imports: I) -> (Machine<I>, Ended<I::Stop>) {
        let growth = Growth { memory_bytes: limits.memory_bytes, table_elements: limits.table_elements, elements_now: 0 };
        let state = State { imports, limits, growth, globals: None, memory: None, stopped: None };
        let mut store = Store::new(module.engine(), state);
        store.limiter(|state| &mut state.growth);
        let linker = linker::<I>(module);
        let instance = match linker.instantiate(&mut store, module) {
            Ok(instance) => instance,
            Err(error) => {
                let end = end(Err(error), None);
                return (Machine { store, instance: None }, Counts::begin(&limits).ended(&limits, end));
            }
        };
        let names = &metered.exports;
        let globals =
            [&names.reserve, &names.slice, &names.depth].map(|name| instance.get_global(&mut store, name).expect("an added global"));
        store.data_mut().globals = Some(globals);
        set(&mut store, globals, &Counts::begin(&limits));
        store.data_mut().memory = instance.get_memory(&mut store, "memory");
        let mut machine = Machine { store, instance: Some(instance) };
        let ended = match &names.start {
            Some(start) => machine.invoke(start, &[]),
            None => Ended { status: Status::Returned(Vec::new()), fuel: 0 },
        };
        if !matches!(ended.status, Status::Returned(_)) {
            machine.instance = None;
        }
        (machine, ended)
    }

    /// The limits of what is called from now on.
    pub fn set_limits(&mut self, limits: Limits) {
        self.store.data_mut().limits = limits;
    }

    /// Calls an exported function, with C and depth from 0.
    pub fn invoke(&mut self, export: &str, args: &[Value]) -> Ended<I::Stop> {
        let counts = Counts::begin(&self.store.data().limits);
        if let Some(globals) = self.store.data().globals {
            set(&mut self.store, globals, &counts);
        }
        self.invoke_further(export, args)
    }

    /// Calls an exported function without parameters, with C where it is and depth from 0.
    pub fn go_on(&mut self, export: &str) -> Ended<I::Stop> {
        self.invoke_further(export, &[])
    }

    fn invoke_further(&mut self, export: &str, args: &[Value]) -> Ended<I::Stop> {
        let cannot = |why: String| Ended { status: Status::CannotSay(why), fuel: 0 };
        let (Some(instance), Some(globals)) = (self.instance, self.store.data().globals) else {
            return cannot("there is no instance".into());
        };
        let Some(function) = instance.get_func(&mut self.store, export) else { return cannot(format!("no function {export}")) };
        let args: Vec<Val> = args.iter().map(to_val).collect();
        let mut results = vec![Val::I32(0); function.ty(&self.store).results().len()];
        let called = function.call(&mut self.store, &args, &mut results);
        let end = end(called.map(|()| results.iter().map(from_val).collect()), self.store.data_mut().stopped.take());
        let mut counts = get(&mut self.store, globals);
        let ended = counts.ended(&self.store.data().limits, end);
        set(&mut self.store, globals, &counts);
        ended
    }

    /// The value of an exported global.
    pub fn global(&mut self, export: &str) -> Option<Value> {
        let global = self.instance?.get_global(&mut self.store, export)?;
        Some(from_val(&global.get(&mut self.store)))
    }

    /// What is in an exported memory.
    pub fn memory(&mut self, export: &str) -> Option<&[u8]> {
        let memory = self.instance?.get_memory(&mut self.store, export)?;
        Some(memory.data(&self.store))
    }

    /// Who answers host calls.
    pub fn imports(&self) -> &I {
        &self.store.data().imports
    }
}

fn linker<I: Imports + 'static>(module: &Module) -> Linker<State<I>> {
    let mut linker = Linker::new(module.engine());
    linker.allow_shadowing(true);
    for import in module.imports() {
        let ExternType::Func(ty) = import.ty() else { panic!("{}.{} is no function", import.module(), import.name()) };
        link(&mut linker, import.module(), import.name(), ty);
    }
    linker
}

fn link<I: Imports + 'static>(linker: &mut Linker<State<I>>, module: &str, name: &str, ty: FuncType) {
    let (from, called) = (module.to_owned(), name.to_owned());
    let call = move |mut caller: Caller<'_, State<I>>, args: &[Val], results: &mut [Val]| {
        let reply = host_call(&mut caller, &from, &called, args)?;
        if let (Some(result), Some(value)) = (results.first_mut(), reply) {
            *result = Val::I32(value.cast_signed());
        }
        Ok(())
    };
    linker.func_new(module, name, ty, call).expect("shadowing is allowed");
}

/// The check point of a host call, the call, its charge and the check point after it.
fn host_call<I: Imports>(caller: &mut Caller<'_, State<I>>, module: &str, name: &str, args: &[Val]) -> Result<Option<u32>> {
    let globals = caller.data().globals.expect("nothing is called before there is an instance");
    let limits = caller.data().limits;
    let mut counts = get(&mut *caller, globals);
    counts.charge(0).map_err(|_| Error::new(Cut::OutOfFuel))?;
    let args: Vec<u64> = args.iter().map(word).collect();
    let memory = caller.get_export("memory").and_then(Extern::into_memory).or(caller.data().memory);
    let (memory, state) = match memory {
        Some(memory) => memory.data_and_store_mut(&mut *caller),
        None => (&mut [][..], caller.data_mut()),
    };
    let answer = state.imports.call(HostCall { module, name, args: &args, memory, fuel_used: counts.used(&limits) });
    let (charge, answer) = match answer {
        Ok(reply) => (reply.charge, Ok(reply.value)),
        Err(halt) => (halt.charge, Err(halt.stop)),
    };
    counts.charge(charge).map_err(|_| Error::new(Cut::OutOfFuel))?;
    set(&mut *caller, globals, &counts);
    answer.map_err(|stop| {
        caller.data_mut().stopped = Some(stop);
        Error::new(Cut::Stopped)
    })
}

fn get(mut store: impl wasmtime::AsContextMut, globals: [Global; 3]) -> Counts {
    let [reserve, slice, depth] = globals.map(|global| global.get(&mut store));
    Counts { reserve: reserve.unwrap_i64(), slice: slice.unwrap_i64(), depth: depth.unwrap_i32() }
}

fn set(mut store: impl wasmtime::AsContextMut, globals: [Global; 3], counts: &Counts) {
    let values = [Val::I64(counts.reserve), Val::I64(counts.slice), Val::I32(counts.depth)];
    for (global, value) in globals.iter().zip(values) {
        global.set(&mut store, value).expect("the added globals are mutable");
    }
}

fn end<S>(ended: Result<Vec<Value>>, stopped: Option<S>) -> End<S> {
    let error = match ended {
        Ok(values) => return End::Returned(values),
        Err(error) => error,
    };
    match (error.downcast_ref::<Cut>(), stopped, error.downcast_ref::<Trap>()) {
        (Some(Cut::OutOfFuel), ..) => End::OutOfFuel,
        (Some(Cut::Stopped), Some(stop), _) => End::Stopped(stop),
        (None, _, Some(trap)) => match name(trap) {
            Some(name) => End::Trapped(name),
            None => End::CannotSay(trap.to_string()),
        },
        _ => End::CannotSay(format!("{error:#}")),
    }
}

fn name(trap: &Trap) -> Option<&'static str> {
    Some(match trap {
        Trap::UnreachableCodeReached => "unreachable",
        Trap::MemoryOutOfBounds => "memory_out_of_bounds",
        Trap::TableOutOfBounds => "table_out_of_bounds",
        Trap::IndirectCallToNull => "indirect_call_to_null",
        Trap::BadSignature => "bad_signature",
        Trap::IntegerOverflow => "integer_overflow",
        Trap::IntegerDivisionByZero => "integer_division_by_zero",
        Trap::BadConversionToInteger => "bad_conversion_to_integer",
        _ => return None,
    })
}

fn word(value: &Val) -> u64 {
    match from_val(value) {
        Value::I32(bits) | Value::F32(bits) => u64::from(bits),
        Value::I64(bits) | Value::F64(bits) => bits,
        other => panic!("a host call with {other:?}"),
    }
}

fn to_val(value: &Value) -> Val {
    match value {
        Value::I32(bits) => Val::I32(bits.cast_signed()),
        Value::I64(bits) => Val::I64(bits.cast_signed()),
        Value::F32(bits) => Val::F32(*bits),
        Value::F64(bits) => Val::F64(*bits),
        Value::V128(bits) => Val::V128(V128::from(*bits)),
        Value::FuncRef { null } => {
            assert!(null, "a function cannot be given as an argument");
            Val::FuncRef(None)
        }
    }
}

fn from_val(val: &Val) -> Value {
    match val {
        Val::I32(value) => Value::I32(value.cast_unsigned()),
        Val::I64(value) => Value::I64(value.cast_unsigned()),
        Val::F32(bits) => Value::F32(*bits),
        Val::F64(bits) => Value::F64(*bits),
        Val::V128(value) => Value::V128(value.as_u128()),
        other => match other.ref_() {
            Some(Ref::Func(function)) => Value::FuncRef { null: function.is_none() },
            _ => panic!("no value of the profile: {other:?}"),
        },
    }
}
