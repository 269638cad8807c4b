//! Metering: an admitted module is rewritten so that it counts its own fuel and depth and makes its own NaNs canonical (`specs/metering.md`, section 7).
//!
//! ```text
//! module ─ Module::read ─┐
//! each body ─ Body::read ─ Shape::read ─ Charges::place ─ nan ─ Writer::write ─┐
//!                        └────────────────────────── sections ─────────────────┴─► the module that runs
//! ```
//!
//! **Architecture invariant:** what comes out depends on the bytes that go in, and on nothing else: it is the same on every machine (vectors pin its hash), and it holds no knowledge of the engine.

mod body;
mod charge;
mod cost;
mod counted;
mod layout;
mod module;
mod nan;
pub(crate) mod probe;
mod profile;
mod shape;
mod write;

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use wasm_encoder::{BranchHint, BranchHints, Encode, RawSection, Section, SectionId};

use self::body::Body;
use self::charge::Charges;
use self::module::Module;
use self::nan::Repairs;
pub use self::profile::{FunctionCost, StaticProfile, profile};
use self::shape::Shape;
use self::write::{Function, Writer, Written};

/// Which instruments are written into a module. Jobs run with all; the benchmark takes them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instruments {
    /// Count fuel.
    pub fuel: bool,
    /// Count the depth of calls.
    pub depth: bool,
    /// Make NaNs canonical.
    pub canonical_nan: bool,
}

impl Default for Instruments {
    fn default() -> Self {
        Self { fuel: true, depth: true, canonical_nan: true }
    }
}

/// A module with its instruments.
#[derive(Debug)]
pub struct Metered {
    /// The module.
    pub wasm: Vec<u8>,
    /// Its added exports.
    pub exports: AddedExports,
}

/// Names of the exports that are added; a name that the module has already is not taken.
#[derive(Debug, Clone, PartialEq, Eq, borsh::BorshSerialize, borsh::BorshDeserialize)]
pub struct AddedExports {
    /// Global, i64: fuel that is not paid for yet; negative once more was asked for than there is.
    pub reserve: String,
    /// Global, i64: what is left of what was paid for.
    pub slice: String,
    /// Global, i32: the limit of depth; −1 once it was passed.
    pub depth: String,
    /// Function: the start function, which the host calls after it has set the globals.
    pub start: Option<String>,
}

/// Why a module cannot be given its instruments.
#[derive(Debug, thiserror::Error)]
pub enum MeteringError {
    /// It is not a valid module: admission comes first.
    #[error("the module does not parse: {0}")]
    Malformed(#[from] wasmparser::BinaryReaderError),
    /// As above.
    #[error("the module cannot be written again: {0}")]
    Rewrite(String),
    /// A function of it is too long with its instruments.
    #[error("function {function} is {bytes} bytes long with the instruments of its metering; the most is {MAX_BODY_BYTES}")]
    LongFunction {
        /// Its index.
        function: u32,
        /// Its length.
        bytes: usize,
    },
    /// It is too long with its instruments.
    #[error("with the instruments of its metering the module is longer than {MAX_METERED_BYTES} bytes")]
    LongModule,
}

/// Version of the pass: part of what names a compiled module in the cache. One more whenever the output changes for any module.
pub const VERSION: u32 = 2;
/// Fuel that is paid for at one time.
pub const SLICE: u64 = 65_536;
/// Longest function body that engines take, in bytes.
const MAX_BODY_BYTES: usize = 7_654_321;
/// Longest module with its instruments, in bytes. It is held in memory.
const MAX_METERED_BYTES: usize = 512 * 1024 * 1024;

/// Bodies that one thread takes at a time: enough that what is kept between them pays.
const BATCH: usize = 32;

/// Writes the instruments into a valid module.
///
/// # Errors
/// When `wasm` is not a valid module of the profile.
pub fn instrument(wasm: &[u8], instruments: Instruments) -> Result<Metered, MeteringError> {
    Ok(write_module(&Module::read(wasm, instruments)?)?.0)
}

/// As [`instrument`] with all instruments, and probes in every function: it runs to the same outcome, slower, and tells the host where it is ([`probe`]). With the name of
/// the export that is the table of its probes.
pub(crate) fn instrument_probed(wasm: &[u8]) -> Result<(Metered, Option<String>), MeteringError> {
    let mut module = Module::read(wasm, Instruments::default())?;
    module.probed = true;
    write_module(&module)
}

fn write_module(module: &Module<'_>) -> Result<(Metered, Option<String>), MeteringError> {
    let (metered, probes, _) = write_observed(module, |_| ())?;
    Ok((metered, probes))
}

/// Writes the module; what `observe` says of each function comes with it, in their order.
fn write_observed<T: Send>(
    module: &Module<'_>,
    observe: impl Fn(&Function<'_, '_>) -> T + Sync,
) -> Result<(Metered, Option<String>, Vec<T>), MeteringError> {
    let rewrite = |error: wasm_encoder::reencode::Error| MeteringError::Rewrite(format!("{error:?}"));
    let total = AtomicUsize::new(0);
    let batches: Vec<(Written, Vec<T>)> = module
        .bodies
        .par_chunks(BATCH)
        .enumerate()
        .map(|(batch, bodies)| write_batch(module, batch * BATCH, bodies, &total, &observe))
        .collect::<Result<_, _>>()?;
    let mut hints = BranchHints::new();
    for (function, own) in batches.iter().flat_map(|(written, _)| &written.hints) {
        let hint = |(at, usual): &(u32, bool)| BranchHint { branch_func_offset: *at, branch_hint_value: u32::from(*usual) };
        hints.function_hints(*function, own.iter().map(hint));
    }
    let mut bridges = Written::default();
    module.bridges(&mut bridges);
    let written = || batches.iter().map(|(written, _)| written).chain([&bridges]);
    let bytes: usize = written().map(|written| written.bytes.len()).sum();
    let (export_section, exports, probes) = module.export_section()?;
    let raw = |wasm: &mut Vec<u8>, id: u8| {
        for (_, data) in module.raw.iter().filter(|(own, _)| *own == id) {
            RawSection { id, data }.append_to(wasm);
        }
    };
    let copied: usize = module.raw.iter().map(|(_, data)| data.len()).sum();
    // A tenth for what is neither.
    let mut wasm = Vec::with_capacity((bytes + copied) / 10 * 11);
    wasm.extend_from_slice(&wasm_encoder::Module::HEADER);
    module.type_section().append_to(&mut wasm);
    raw(&mut wasm, 2);
    module.function_section().append_to(&mut wasm);
    match module.probed {
        true => module.probed_table_section().map_err(rewrite)?.append_to(&mut wasm),
        false => raw(&mut wasm, 4),
    }
    raw(&mut wasm, 5);
    module.global_section().map_err(rewrite)?.append_to(&mut wasm);
    export_section.append_to(&mut wasm);
    module.element_section().map_err(rewrite)?.append_to(&mut wasm);
    raw(&mut wasm, 12);
    if !hints.is_empty() {
        hints.append_to(&mut wasm);
    }
    // The longest of all sections, put together where it stays.
    let mut count = Vec::new();
    written().map(|written| written.functions).sum::<u32>().encode(&mut count);
    wasm.push(SectionId::Code.into());
    (count.len() + bytes).encode(&mut wasm);
    wasm.extend_from_slice(&count);
    written().for_each(|written| wasm.extend_from_slice(&written.bytes));
    raw(&mut wasm, 11);
    let observed = batches.into_iter().flat_map(|(_, observed)| observed).collect();
    Ok((Metered { wasm, exports }, probes, observed))
}

/// Writes functions of the module, from the one at place `first` on; `total` are the bytes written by all threads.
fn write_batch<'a, T>(
    module: &Module<'a>,
    first: usize,
    bodies: &[wasmparser::FunctionBody<'a>],
    total: &AtomicUsize,
    observe: &impl Fn(&Function<'_, '_>) -> T,
) -> Result<(Written, Vec<T>), MeteringError> {
    let mut body = Body::default();
    let mut shape = Shape::default();
    let mut charges = Charges::default();
    let mut repairs = Repairs::default();
    let mut out = Vec::new();
    let mut written = Written::with_room(bodies.iter().map(|body| body.range().len()).sum());
    let mut observed = Vec::with_capacity(bodies.len());
    for (i, function) in bodies.iter().enumerate() {
        let ty = module.type_of(first + i);
        let layout = module.layout(ty);
        body.read(function, module.ty(ty).params(), layout)?;
        shape.read(module, &body)?;
        charges.place(&body, &shape);
        repairs.find(module, &body, &shape, ty)?;
        let weight = if shape.calls { weight(&body, &shape) } else { 0 };
        let index = module.index(first + i);
        let function = Function { module, body: &body, shape: &shape, charges: &charges, repairs: &repairs, layout, index, ty, weight };
        let bytes = Writer::write(&function, &mut out, &mut written);
        if bytes > MAX_BODY_BYTES {
            return Err(MeteringError::LongFunction { function: index, bytes });
        }
        if total.fetch_add(bytes, Ordering::Relaxed) + bytes > MAX_METERED_BYTES {
            return Err(MeteringError::LongModule);
        }
        observed.push(observe(&function));
    }
    Ok((written, observed))
}

/// What an active function that calls counts in depth (`specs/metering.md`, section 5).
fn weight(body: &Body<'_>, shape: &Shape<'_>) -> i32 {
    let values = body.locals.len() + shape.more_results;
    (1 + values / 64 + body.bytes.len() / 512) as i32
}
