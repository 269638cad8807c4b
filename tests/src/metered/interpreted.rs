//! An instrumented module in wasmi.

use assay_reference::metering::{Ended, HostCall, Imports, Limits, Status, Value};
use assay_sandbox::Metered;
use wasmi::errors::{ErrorKind, HostError, InstantiationError};
use wasmi::{
    AsContext, AsContextMut, Caller, Config, Engine, Error, Extern, ExternType, F32, F64, FuncType, Global, Instance, Linker, Memory,
    Module, Nullable, ResourceLimiter, Store, TrapCode, V128, Val,
};
use wasmi_core::{LimiterError, MemoryError, TableError};

use super::account::{Counts, End};

/// A module that runs.
pub struct Machine<I: Imports + 'static> {
    store: Store<State<I>>,
    instance: Option<Instance>,
}

struct State<I: Imports> {
    imports: I,
    limits: Limits,
    elements_now: u64,
    /// The added globals, once there is an instance: reserve, slice, depth.
    globals: Option<[Global; 3]>,
    memory: Option<Memory>,
    stopped: Option<I::Stop>,
}

/// Why the host ended the run.
#[derive(Debug)]
enum Cut {
    OutOfFuel,
    /// The reason is in the state.
    Stopped,
}

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl HostError for Cut {}

impl<I: Imports> ResourceLimiter for State<I> {
    fn memory_growing(&mut self, _: usize, desired: usize, maximum: Option<usize>) -> Result<bool, LimiterError> {
        Ok(desired as u64 <= self.limits.memory_bytes && maximum.is_none_or(|maximum| desired <= maximum))
    }

    fn memory_grow_failed(&mut self, _: &MemoryError) -> Result<(), LimiterError> {
        Err(LimiterError::ResourceLimiterDeniedAllocation)
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool, LimiterError> {
        let elements = self.elements_now + (desired - current) as u64;
        let fits = elements <= self.limits.table_elements && maximum.is_none_or(|maximum| desired <= maximum);
        if fits {
            self.elements_now = elements;
        }
        Ok(fits)
    }

    fn table_grow_failed(&mut self, _: &TableError) -> Result<(), LimiterError> {
        Err(LimiterError::ResourceLimiterDeniedAllocation)
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

/// The engine that these modules are interpreted by. Its own recursion ends far above what depth allows; what it cannot translate it says at once.
pub fn engine() -> Engine {
    let mut config = Config::default();
    config.compilation_mode(wasmi::CompilationMode::Eager);
    config.wasm_simd(true).set_max_stack_height(1 << 30).set_max_recursion_depth(usize::MAX);
    Engine::new(&config)
}

impl<I: Imports + 'static> Machine<I> {
    /// Instantiates a module and runs its start function.
    pub fn new(module: &Module, metered: &Metered, limits: Limits, imports: I) -> (Machine<I>, Ended<I::Stop>) {
        let state = State { imports, limits, elements_now: 0, globals: None, memory: None, stopped: None };
        let mut store = Store::new(module.engine(), state);
        store.limiter(|state| state);
        let linker = linker::<I>(module);
        let instance = match linker.instantiate_and_start(&mut store, module) {
            Ok(instance) => instance,
            Err(error) => {
                let end = end(Err(error), None);
                return (Machine { store, instance: None }, Counts::begin(&limits).ended(&limits, end));
            }
        };
        let names = &metered.exports;
        let globals = [&names.reserve, &names.slice, &names.depth].map(|name| instance.get_global(&store, name).expect("an added global"));
        store.data_mut().globals = Some(globals);
        set(&mut store, globals, &Counts::begin(&limits));
        store.data_mut().memory = instance.get_memory(&store, "memory");
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
        let Some(function) = instance.get_func(&self.store, export) else { return cannot(format!("no function {export}")) };
        let args: Vec<Val> = args.iter().map(to_val).collect();
        let mut results: Vec<Val> = function.ty(&self.store).results().iter().map(|ty| Val::default_for_ty(*ty)).collect();
        let called = function.call(&mut self.store, &args, &mut results);
        let end = end(called.map(|()| results.iter().map(from_val).collect()), self.store.data_mut().stopped.take());
        let mut counts = get(&self.store, globals);
        let ended = counts.ended(&self.store.data().limits, end);
        set(&mut self.store, globals, &counts);
        ended
    }

    /// The value of an exported global.
    pub fn global(&self, export: &str) -> Option<Value> {
        let global = self.instance?.get_global(&self.store, export)?;
        Some(from_val(&global.get(&self.store)))
    }

    /// What is in an exported memory.
    pub fn memory(&self, export: &str) -> Option<&[u8]> {
        Some(self.instance?.get_memory(&self.store, export)?.data(&self.store))
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
        link(&mut linker, import.module(), import.name(), ty.clone());
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
fn host_call<I: Imports>(caller: &mut Caller<'_, State<I>>, module: &str, name: &str, args: &[Val]) -> Result<Option<u32>, Error> {
    let globals = caller.data().globals.expect("nothing is called before there is an instance");
    let limits = caller.data().limits;
    let mut counts = get(&*caller, globals);
    counts.charge(0).map_err(|_| Error::host(Cut::OutOfFuel))?;
    let args: Vec<u64> = args.iter().map(word).collect();
    let memory = caller.get_export("memory").and_then(Extern::into_memory).or(caller.data().memory);
    let (memory, state) = match memory {
        Some(memory) if memory.size(&*caller) > 0 => memory.data_and_store_mut(&mut *caller),
        _ => (&mut [][..], caller.data_mut()),
    };
    let answer = state.imports.call(HostCall { module, name, args: &args, memory, fuel_used: counts.used(&limits) });
    let (charge, answer) = match answer {
        Ok(reply) => (reply.charge, Ok(reply.value)),
        Err(halt) => (halt.charge, Err(halt.stop)),
    };
    counts.charge(charge).map_err(|_| Error::host(Cut::OutOfFuel))?;
    set(&mut *caller, globals, &counts);
    answer.map_err(|stop| {
        caller.data_mut().stopped = Some(stop);
        Error::host(Cut::Stopped)
    })
}

fn get(store: impl AsContext, globals: [Global; 3]) -> Counts {
    match globals.map(|global| global.get(&store)) {
        [Val::I64(reserve), Val::I64(slice), Val::I32(depth)] => Counts { reserve, slice, depth },
        other => panic!("the added globals are {other:?}"),
    }
}

fn set(mut store: impl AsContextMut, globals: [Global; 3], counts: &Counts) {
    let values = [Val::I64(counts.reserve), Val::I64(counts.slice), Val::I32(counts.depth)];
    for (global, value) in globals.iter().zip(values) {
        global.set(&mut store, value).expect("the added globals are mutable");
    }
}

fn end<S>(ended: Result<Vec<Value>, Error>, stopped: Option<S>) -> End<S> {
    let error = match ended {
        Ok(values) => return End::Returned(values),
        Err(error) => error,
    };
    match (error.downcast_ref::<Cut>(), stopped, trap(&error)) {
        (Some(Cut::OutOfFuel), ..) => End::OutOfFuel,
        (Some(Cut::Stopped), Some(stop), _) => End::Stopped(stop),
        (None, _, Some(name)) => End::Trapped(name),
        _ => End::CannotSay(error.to_string()),
    }
}

fn trap(error: &Error) -> Option<&'static str> {
    // In the standard these segments are instructions that trap; the interpreter has an error of its own for one of them.
    if let ErrorKind::Instantiation(InstantiationError::ElementSegmentDoesNotFit { .. }) = error.kind() {
        return Some("table_out_of_bounds");
    }
    Some(match error.as_trap_code()? {
        TrapCode::UnreachableCodeReached => "unreachable",
        TrapCode::MemoryOutOfBounds => "memory_out_of_bounds",
        TrapCode::TableOutOfBounds => "table_out_of_bounds",
        TrapCode::IndirectCallToNull => "indirect_call_to_null",
        TrapCode::BadSignature => "bad_signature",
        TrapCode::IntegerOverflow => "integer_overflow",
        TrapCode::IntegerDivisionByZero => "integer_division_by_zero",
        TrapCode::BadConversionToInteger => "bad_conversion_to_integer",
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
        Value::F32(bits) => Val::F32(F32::from_bits(*bits)),
        Value::F64(bits) => Val::F64(F64::from_bits(*bits)),
        Value::V128(bits) => Val::V128(V128::from(*bits)),
        Value::FuncRef { null } => {
            assert!(null, "a function cannot be given as an argument");
            Val::FuncRef(Nullable::Null)
        }
    }
}

fn from_val(val: &Val) -> Value {
    match val {
        Val::I32(value) => Value::I32(value.cast_unsigned()),
        Val::I64(value) => Value::I64(value.cast_unsigned()),
        Val::F32(value) => Value::F32(value.to_bits()),
        Val::F64(value) => Value::F64(value.to_bits()),
        Val::V128(value) => Value::V128(value.as_u128()),
        Val::FuncRef(function) => Value::FuncRef { null: function.is_null() },
        Val::ExternRef(_) => panic!("no value of the profile: {val:?}"),
    }
}
