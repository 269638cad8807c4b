//! The copy, running.

use super::account::{Account, Over};
use super::copy::{self, IMPORT_MODULE, TELL, TELL_WITH};
use super::ended::{Ended, Status};
use super::function;
use super::growth::Growth;
use super::imports::{HostCall, Imports};
use super::limits::Limits;
use super::told::Told;
use super::value::Value;
use wasmi::errors::{ErrorKind, HostError, InstantiationError};
use wasmi::{Caller, Config, Engine, Error, Extern, ExternType, FuncType, Instance, Linker, Memory, Module, Store, TrapCode, Val};

/// A module that runs, with its memory, tables and globals as they are now.
pub struct Machine<I: Imports> {
    store: Store<State<I>>,
    instance: Option<Instance>,
}

/// What the interpreter carries along.
struct State<I: Imports> {
    imports: I,
    limits: Limits,
    places: Vec<Told>,
    account: Account,
    growth: Growth,
    /// What the instance exports as `memory`, for a host call that comes from no instance: of an import that is exported.
    memory: Option<Memory>,
    stopped: Option<I::Stop>,
}

/// Why the host's side ended the run, as the interpreter carries it out.
#[derive(Debug)]
enum Cut {
    Over(Over),
    /// The reason is in [`State::stopped`].
    Stopped,
}

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl HostError for Cut {}

impl From<Over> for Cut {
    fn from(over: Over) -> Cut {
        Cut::Over(over)
    }
}

impl<I: Imports + 'static> Machine<I> {
    /// Instantiates a valid module and runs its start function, if it has one, with C and depth from 0.
    ///
    /// Gives the machine, and how its start ended: Returned without values if all is well. After another end it has no instance to
    /// invoke.
    ///
    /// # Errors
    /// In words, when the module cannot be run here at all: it is not valid, it imports something other than functions.
    pub fn new(wasm: &[u8], limits: Limits, imports: I) -> Result<(Machine<I>, Ended<I::Stop>), String> {
        let shape = function::shape(wasm)?;
        let telling = copy::telling(wasm, &shape)?;
        let engine = engine();
        let module = Module::new(&engine, &telling.wasm).map_err(|error| error.to_string())?;
        let linker = linker::<I>(&engine, &module)?;
        let account = Account::new(limits.fuel, limits.call_depth);
        let growth = Growth { memory_bytes: limits.memory_bytes, table_elements: limits.table_elements, elements_now: 0 };
        let state = State { imports, limits, places: telling.places, account, growth, memory: None, stopped: None };
        let mut store = Store::new(&engine, state);
        store.limiter(|state| &mut state.growth);
        let instance = linker.instantiate_and_start(&mut store, &module);
        let mut machine = Machine { store, instance: instance.as_ref().ok().copied() };
        machine.store.data_mut().memory = machine.instance.and_then(|instance| instance.get_memory(&machine.store, "memory"));
        let ended = match instance {
            Ok(_) if shape.start => machine.end(Ok(Vec::new())),
            // Nothing has run, so there is no end of anything to check.
            Ok(_) => Ended { status: Status::Returned(Vec::new()), fuel: 0 },
            Err(error) => machine.end(Err(error)),
        };
        if !matches!(ended.status, Status::Returned(_)) {
            machine.instance = None;
        }
        Ok((machine, ended))
    }

    /// The limits on fuel and depth of what is invoked from now on.
    pub fn set_limits(&mut self, fuel: u64, call_depth: u64) {
        let limits = &mut self.store.data_mut().limits;
        (limits.fuel, limits.call_depth) = (fuel, call_depth);
    }

    /// Calls an exported function, with C and depth from 0.
    pub fn invoke(&mut self, export: &str, args: &[Value]) -> Ended<I::Stop> {
        let limits = self.store.data().limits;
        self.store.data_mut().account = Account::new(limits.fuel, limits.call_depth);
        self.invoke_further(export, args)
    }

    /// Calls an exported function without parameters, with C where it is and depth from 0.
    pub fn go_on(&mut self, export: &str) -> Ended<I::Stop> {
        self.invoke_further(export, &[])
    }

    fn invoke_further(&mut self, export: &str, args: &[Value]) -> Ended<I::Stop> {
        self.store.data_mut().account.forget_depth();
        let cannot = |why: String| Ended { status: Status::CannotSay(why), fuel: 0 };
        let Some(instance) = self.instance else { return cannot("there is no instance".into()) };
        let Some(function) = instance.get_func(&self.store, export) else { return cannot(format!("no function {export}")) };
        let args = match args.iter().map(|value| value.to_val()).collect::<Result<Vec<Val>, String>>() {
            Ok(args) => args,
            Err(why) => return cannot(why),
        };
        let mut results: Vec<Val> = function.ty(&self.store).results().iter().map(|ty| Val::default_for_ty(*ty)).collect();
        match function.call(&mut self.store, &args, &mut results) {
            Ok(()) => match results.iter().map(Value::from_val).collect() {
                Ok(values) => self.end(Ok(values)),
                Err(why) => cannot(why),
            },
            Err(error) => self.end(Err(error)),
        }
    }

    /// The value of an exported global.
    pub fn global(&self, export: &str) -> Option<Value> {
        let global = self.instance?.get_global(&self.store, export)?;
        Value::from_val(&global.get(&self.store)).ok()
    }

    /// What is in an exported memory.
    pub fn memory(&self, export: &str) -> Option<&[u8]> {
        Some(self.instance?.get_memory(&self.store, export)?.data(&self.store))
    }

    /// Who answers host calls.
    pub fn imports(&self) -> &I {
        &self.store.data().imports
    }

    /// Who answered host calls, for what it has gathered.
    pub fn into_imports(self) -> I {
        self.store.into_data().imports
    }

    /// Section 4: what has ended, and with how much fuel.
    fn end(&mut self, ended: Result<Vec<Value>, Error>) -> Ended<I::Stop> {
        let State { account, stopped, .. } = self.store.data_mut();
        let over = |over: Over, account: &Account| match over {
            Over::OutOfFuel => Ended { status: Status::OutOfFuel, fuel: account.fuel() },
            Over::DepthExceeded => Ended { status: Status::DepthExceeded, fuel: account.used() },
        };
        let error = match ended {
            Ok(values) => {
                return match account.check() {
                    Ok(()) => Ended { status: Status::Returned(values), fuel: account.used() },
                    Err(why) => over(why, account),
                };
            }
            Err(error) => error,
        };
        match (error.downcast_ref::<Cut>(), stopped.take(), trap(&error)) {
            (Some(Cut::Over(why)), _, _) => over(*why, account),
            (Some(Cut::Stopped), Some(stop), _) => Ended { status: Status::Stopped(stop), fuel: account.used() },
            (None, _, Some(kind)) => Ended { status: Status::Trapped(kind), fuel: account.paid() },
            _ => Ended { status: Status::CannotSay(error.to_string()), fuel: 0 },
        }
    }
}

/// The interpreter. Its own recursion ends far above what depth allows, so that depth decides; what it cannot translate it says before anything runs.
fn engine() -> Engine {
    let mut config = Config::default();
    config.compilation_mode(wasmi::CompilationMode::Eager);
    config.wasm_simd(true).set_max_stack_height(4 << 30).set_max_recursion_depth(usize::MAX);
    Engine::new(&config)
}

fn linker<I: Imports + 'static>(engine: &Engine, module: &Module) -> Result<Linker<State<I>>, String> {
    let mut linker = Linker::new(engine);
    let alone = |mut caller: Caller<'_, State<I>>, place: i32| tell(caller.data_mut(), place, 0, 0);
    let with = |mut caller: Caller<'_, State<I>>, place: i32, a: i32, b: i32| tell(caller.data_mut(), place, a, b);
    linker.func_wrap(IMPORT_MODULE, TELL, alone).map_err(|error| error.to_string())?;
    linker.func_wrap(IMPORT_MODULE, TELL_WITH, with).map_err(|error| error.to_string())?;
    let mut known = std::collections::HashSet::new();
    for import in module.imports() {
        let (from, name) = (import.module().to_string(), import.name().to_string());
        let ExternType::Func(ty) = import.ty() else { return Err(format!("{from}.{name} is no function")) };
        if from != IMPORT_MODULE && known.insert((from.clone(), name.clone())) {
            link(&mut linker, &from, &name, ty.clone())?;
        }
    }
    Ok(linker)
}

fn link<I: Imports + 'static>(linker: &mut Linker<State<I>>, module: &str, name: &str, ty: FuncType) -> Result<(), String> {
    let (from, called) = (module.to_string(), name.to_string());
    let call = move |mut caller: Caller<'_, State<I>>, args: &[Val], results: &mut [Val]| {
        let reply = host_call(&mut caller, &from, &called, args)?;
        if let (Some(result), Some(value)) = (results.first_mut(), reply) {
            *result = Val::I32(value.cast_signed());
        }
        Ok(())
    };
    linker.func_new(module, name, ty, call).map(|_| ()).map_err(|error| error.to_string())
}

fn tell<I: Imports>(state: &mut State<I>, place: i32, a: i32, b: i32) -> Result<(), Error> {
    let told = state.places[place as usize];
    state.account.told(told, a.cast_unsigned(), b.cast_unsigned()).map_err(|over| Error::host(Cut::from(over)))
}

/// No bytes, at an address that suits every type: a memory of no bytes has no address of its own.
#[repr(align(16))]
struct NoBytes([u8; 0]);

/// The check point of a host call, the call, its charge and the check point after it.
fn host_call<I: Imports>(caller: &mut Caller<'_, State<I>>, module: &str, name: &str, args: &[Val]) -> Result<Option<u32>, Error> {
    let over = |over: Over| Error::host(Cut::from(over));
    caller.data_mut().account.check().map_err(over)?;
    let args = args.iter().map(word).collect::<Result<Vec<u64>, Error>>()?;
    let mut nothing = NoBytes([]);
    let memory = caller.get_export("memory").and_then(Extern::into_memory).or(caller.data().memory);
    let (memory, state) = match memory {
        Some(memory) if memory.size(&*caller) > 0 => memory.data_and_store_mut(&mut *caller),
        _ => (&mut nothing.0[..], caller.data_mut()),
    };
    let call = HostCall { module, name, args: &args, memory, fuel_used: state.account.used() };
    match state.imports.call(call) {
        Ok(reply) => {
            state.account.charge(reply.charge).map_err(over)?;
            Ok(reply.value)
        }
        Err(halt) => {
            state.account.charge(halt.charge).map_err(over)?;
            state.stopped = Some(halt.stop);
            Err(Error::host(Cut::Stopped))
        }
    }
}

fn word(value: &Val) -> Result<u64, Error> {
    match Value::from_val(value) {
        Ok(Value::I32(bits) | Value::F32(bits)) => Ok(u64::from(bits)),
        Ok(Value::I64(bits) | Value::F64(bits)) => Ok(bits),
        other => Err(Error::new(format!("a host call with {other:?}"))),
    }
}

/// The trap's name in execution.md, section 4; nothing if the interpreter came to an end of its own.
fn trap(error: &Error) -> Option<&'static str> {
    // In the standard these segments are instructions that trap; the interpreter has an error of its own for one of them.
    if let ErrorKind::Instantiation(InstantiationError::ElementSegmentDoesNotFit { .. }) = error.kind() {
        return Some("table_out_of_bounds");
    }
    match error.as_trap_code()? {
        TrapCode::UnreachableCodeReached => Some("unreachable"),
        TrapCode::MemoryOutOfBounds => Some("memory_out_of_bounds"),
        TrapCode::TableOutOfBounds => Some("table_out_of_bounds"),
        TrapCode::IndirectCallToNull => Some("indirect_call_to_null"),
        TrapCode::BadSignature => Some("bad_signature"),
        TrapCode::IntegerOverflow => Some("integer_overflow"),
        TrapCode::IntegerDivisionByZero => Some("integer_division_by_zero"),
        TrapCode::BadConversionToInteger => Some("bad_conversion_to_integer"),
        _ => None,
    }
}
