//! One module, three machines, the same calls.

use assay_reference::metering::{self as reference, Ended, Imports, Limits, NoImports, Status, Value};
use assay_sandbox::{Instruments, Metered, instrument};
use std::fmt::Debug;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use wasmparser::{ExternalKind, Parser, Payload};

use super::{compiled, interpreted};
use crate::second_engine::keep_select_apart;

/// The engines that run what the host writes.
pub struct Engines {
    compiled: wasmtime::Engine,
    interpreted: wasmi::Engine,
}

impl Engines {
    /// Starts them.
    #[expect(clippy::new_without_default, reason = "starting engines is no default")]
    pub fn new() -> Engines {
        Engines { compiled: compiled::engine(), interpreted: interpreted::engine() }
    }
}

/// A module and what the host writes for it.
pub struct Prepared {
    wasm: Vec<u8>,
    /// What the host writes.
    pub metered: Metered,
    compiled: wasmtime::Module,
    interpreted: wasmi::Module,
    exports: Arc<Exports>,
}

/// The names of exports that have a state.
#[derive(Default)]
struct Exports {
    memories: Vec<String>,
    globals: Vec<String>,
}

impl Prepared {
    /// Instruments and compiles a valid module.
    ///
    /// # Panics
    /// When it cannot be instrumented, or what comes of it is not valid.
    pub fn new(engines: &Engines, wasm: &[u8]) -> Prepared {
        let metered = instrument(wasm, Instruments::default()).unwrap_or_else(|error| panic!("no instruments: {error}"));
        let compiled = wasmtime::Module::new(&engines.compiled, &metered.wasm);
        let compiled = compiled.unwrap_or_else(|error| panic!("the first engine refuses what was written: {error:#}"));
        let interpreted = wasmi::Module::new(&engines.interpreted, keep_select_apart(&metered.wasm));
        let interpreted = interpreted.unwrap_or_else(|error| panic!("the second engine refuses what was written: {error}"));
        let mut exports = Exports::default();
        for payload in Parser::new(0).parse_all(wasm) {
            let Payload::ExportSection(section) = payload.expect("the module is valid") else { continue };
            for export in section {
                let export = export.expect("the module is valid");
                match export.kind {
                    ExternalKind::Memory => exports.memories.push(export.name.to_owned()),
                    ExternalKind::Global => exports.globals.push(export.name.to_owned()),
                    _ => {}
                }
            }
        }
        Prepared { wasm: wasm.to_vec(), metered, compiled, interpreted, exports: Arc::new(exports) }
    }

    /// As [`Prepared::new`]; nothing if wasmi cannot translate the module, or what the reference or the host makes of it.
    ///
    /// **A known fault of wasmi 2.0.0**, found by generated programs: its translator puts two values of one type into the one register that it has for it. An assertion of its own says so, in
    /// builds that have them; others compute with what is in the register.
    ///
    /// # Panics
    /// As [`Prepared::new`], but for that.
    pub fn translated(engines: &Engines, wasm: &[u8]) -> Option<Prepared> {
        let quietly = |work: &dyn Fn()| std::panic::catch_unwind(AssertUnwindSafe(work)).is_ok();
        let limits = Limits { fuel: 1, call_depth: 1, memory_bytes: 0, table_elements: 0 };
        let metered = instrument(wasm, Instruments::default()).unwrap_or_else(|error| panic!("no instruments: {error}"));
        let translates = quietly(&|| drop(wasmi::Module::new(&engines.interpreted, keep_select_apart(&metered.wasm))))
            && quietly(&|| drop(reference::Machine::new(wasm, limits, NoImports)));
        translates.then(|| Prepared::new(engines, wasm))
    }

    /// Instantiates it and runs its start function, three times.
    ///
    /// # Errors
    /// In words, when nothing can be compared.
    ///
    /// # Panics
    /// When the three differ.
    pub fn start<I>(&self, limits: Limits, imports: impl Fn() -> I) -> Result<(Three<I>, Ended<I::Stop>), String>
    where
        I: Imports + 'static,
        I::Stop: Debug + PartialEq,
    {
        let (reference, ended) = reference::Machine::new(&self.wasm, limits, imports())?;
        let (compiled, second) = compiled::Machine::new(&self.compiled, &self.metered, limits, imports());
        let (interpreted, third) = interpreted::Machine::new(&self.interpreted, &self.metered, limits, imports());
        let mut three = Three { exports: self.exports.clone(), reference, compiled, interpreted };
        let ended = same("the start", &limits, ended, second, third)?;
        if matches!(ended.status, Status::Returned(_)) {
            three.assert_same_state("the start");
        }
        Ok((three, ended))
    }

    /// A job: the start function and then `export`, which has no parameters, on one account.
    ///
    /// # Errors
    /// As [`Prepared::start`].
    ///
    /// # Panics
    /// As [`Prepared::start`].
    pub fn run_job<I>(&self, export: &str, limits: Limits, imports: impl Fn() -> I) -> Result<Ended<I::Stop>, String>
    where
        I: Imports + 'static,
        I::Stop: Debug + PartialEq,
    {
        self.run_whole_job(export, limits, imports).map(|(ended, _)| ended)
    }

    /// As [`Prepared::run_job`], and what ran, as it is at the end: however that was, memories and globals that are exported hold the same.
    ///
    /// # Errors
    /// As [`Prepared::start`].
    ///
    /// # Panics
    /// As [`Prepared::start`].
    pub fn run_whole_job<I>(&self, export: &str, limits: Limits, imports: impl Fn() -> I) -> Result<(Ended<I::Stop>, Three<I>), String>
    where
        I: Imports + 'static,
        I::Stop: Debug + PartialEq,
    {
        let (mut three, ended) = self.start(limits, imports)?;
        if !matches!(ended.status, Status::Returned(_)) {
            return Ok((ended, three));
        }
        let ended = three.reference.go_on(export);
        let second = three.compiled.go_on(export);
        let third = three.interpreted.go_on(export);
        let ended = same(export, &limits, ended, second, third)?;
        three.assert_same_state(export);
        Ok((ended, three))
    }
}

/// One module, running three times.
pub struct Three<I: Imports + 'static> {
    exports: Arc<Exports>,
    reference: reference::Machine<I>,
    compiled: compiled::Machine<I>,
    interpreted: interpreted::Machine<I>,
}

impl<I: Imports + 'static> Three<I>
where
    I::Stop: Debug + PartialEq,
{
    /// Calls an exported function, with C and depth from 0.
    ///
    /// # Errors
    /// In words, when one of the three came to an end of its own. They may be in different states then: nothing more can be compared.
    ///
    /// # Panics
    /// When they differ.
    pub fn invoke(&mut self, export: &str, args: &[Value], limits: Limits) -> Result<Ended<I::Stop>, String> {
        self.reference.set_limits(limits.fuel, limits.call_depth);
        self.compiled.set_limits(limits);
        self.interpreted.set_limits(limits);
        let ended = self.reference.invoke(export, args);
        let second = self.compiled.invoke(export, args);
        let third = self.interpreted.invoke(export, args);
        same(&format!("{export} {args:x?}"), &limits, ended, second, third)
    }

    /// Memories and globals that are exported hold the same.
    ///
    /// # Panics
    /// When they do not.
    pub fn assert_same_state(&mut self, what: &str) {
        for name in &self.exports.memories {
            let reference = self.reference.memory(name);
            assert!(reference == self.compiled.memory(name), "after {what}: memory {name:?}, reference and wasmtime");
            assert!(reference == self.interpreted.memory(name), "after {what}: memory {name:?}, reference and wasmi");
        }
        for name in &self.exports.globals {
            let reference = self.reference.global(name);
            assert_eq!(reference, self.compiled.global(name), "after {what}: global {name:?}, reference and wasmtime");
            assert_eq!(reference, self.interpreted.global(name), "after {what}: global {name:?}, reference and wasmi");
        }
    }

    /// The value of an exported global, the same in all.
    pub fn global(&mut self, name: &str) -> Option<Value> {
        self.reference.global(name)
    }

    /// Who answered the host calls of the reference, of wasmtime and of wasmi.
    pub fn imports(&self) -> [&I; 3] {
        [self.reference.imports(), self.compiled.imports(), self.interpreted.imports()]
    }
}

fn same<S: Debug + PartialEq>(what: &str, limits: &Limits, first: Ended<S>, second: Ended<S>, third: Ended<S>) -> Result<Ended<S>, String> {
    for (who, ended) in [("the reference", &first), ("wasmtime", &second), ("wasmi", &third)] {
        if let Status::CannotSay(why) = &ended.status {
            return Err(format!("{what}: {who}: {why}"));
        }
    }
    assert_eq!(first, second, "{what}: reference and wasmtime, with {limits:?}");
    assert_eq!(first, third, "{what}: reference and wasmi, with {limits:?}");
    Ok(first)
}
