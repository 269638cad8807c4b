//! Oracles: what must hold of any bytes. Each takes bytes, returns when all holds, and panics with what does not.
//!
//! | oracle | bytes are | must hold |
//! |---|---|---|
//! | [`package_decode`] | a package, or edits of a good one | no panic; host and reference give the same verdict; what is accepted encodes to the same bytes |
//! | [`receipt_decode`] | a receipt, or edits of a good one | the same |
//! | [`admission`] | a module, or wasm-smith's choices | no panic; a refusal names a check of the specification; what is admitted compiles |
//! | [`wasi_calls`] | host calls, and file operations | the rules of [`calls::run`]; the same again gives the same; the model of the file system says what the host says |
//! | [`execute_twice`] | wasm-smith's choices | two runs give the same outcome and transcript; the second engine gives the same, fuel included |
//! | [`metering`] | the generator's choices | the reference and the module that counts for itself say the same in two engines: end, fuel, host calls, memory, globals |
//! | [`metering_bytes`] | a module | if it is valid, and of the profile's features: instruments are written into it without a panic, and what comes of it is valid |
//! | [`shader_text`] | WGSL, mostly broken | no panic; a refusal names a rule and says where; what is strict lowers the same twice, and the CPU executor compiles it |
//! | [`settlement_instruction`] | an instruction of the settlement program, or a tag and fields of any length | no panic; interface and reference take the same, and write it as it was |
//! | [`ledger_files`] | a file of a ledger, or choices of a generator of those that are nearly good | no panic; host and reference read the same, refuse by the same check, and write what they read as it was; every prefix of a good journal is torn, never damaged |
//! | [`shader_runs`] | the generator's choices | what is generated is strict, lowers the same again, and has one result on every back end |

use std::sync::LazyLock;

use arbitrary::Unstructured;
use assay_protocol::encoding::Canonical;
use assay_protocol::limits::Limits;
use assay_protocol::package::Package;
use assay_protocol::receipt::ReceiptFile;
use assay_reference as reference;
use assay_sandbox::{Instruments, PrepareError, Sandbox, admit, instrument};
use assay_settlement_interface::instruction::{INSTRUCTIONS, Instruction as SettlementInstruction};

use crate::file_system_model::{self, ops::Op};
use crate::guests::{Ended, execute, plain_job};
use crate::metered::made_up::MadeUp;
use crate::metered::{self, Engines, Prepared, programs};
use crate::vectors::mutation::{self, Edit};
use crate::{calls, ledger_files as files, modules, second_engine, shaders, vectors};

/// Checks that admission may name, as `specs/execution.md`, section 1, lists them.
const ADMISSION_CHECKS: [&str; 8] = [
    "module.length",
    "module.format",
    "module.feature",
    "module.count",
    "module.function",
    "module.import",
    "module.export",
    "module.limits",
];

/// Operations on the file system and its model that one input stands for.
const OPERATIONS_MAX: usize = 100;

static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| Sandbox::new(None).expect("the engine starts"));
static ENGINES: LazyLock<Engines> = LazyLock::new(Engines::new);
static GOOD_PACKAGES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| good_files("package.json", "packages"));
static GOOD_RECEIPTS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| good_files("receipt.json", "receipts"));

/// The files of a group of vectors that are accepted.
pub fn good_files(file: &str, group: &str) -> Vec<Vec<u8>> {
    let groups = vectors::groups(file);
    let (_, list) = groups.iter().find(|(name, _)| name == group).expect("a group of that name");
    list.iter().filter(|vector| vector["refused"].is_null()).map(|vector| vectors::bytes(vector, "file")).collect()
}

/// What bytes stand for that are no file: edits of a good one.
struct Edits {
    /// Which good file.
    place: usize,
    /// Which of its parts to edit and sign again; none is the file as it lies there.
    part: Option<u8>,
    edits: Vec<Edit>,
}

fn edits(bytes: &[u8]) -> arbitrary::Result<Edits> {
    let mut u = Unstructured::new(bytes);
    let place = u.arbitrary::<u8>()?.into();
    let part = u.arbitrary()?;
    let edits = u.arbitrary_iter::<Edit>()?.take(16).collect::<arbitrary::Result<_>>()?;
    Ok(Edits { place, part, edits })
}

/// See the table above.
pub fn package_decode(bytes: &[u8]) {
    if bytes.starts_with(&reference::package::MAGIC) {
        return package_file(bytes);
    }
    let Ok(Edits { place, part, edits }) = edits(bytes) else { return };
    let good = &GOOD_PACKAGES[place % GOOD_PACKAGES.len()];
    let edited = match (reference::package::read(good), part) {
        (Ok(read), Some(_)) => mutation::inside_package(&read, &edits, bytes),
        _ => mutation::outside(good, &edits, bytes),
    };
    package_file(&edited);
}

fn package_file(file: &[u8]) {
    assert_eq!(vectors::host_package(file), vectors::reference_package(file), "host and reference on a package");
    let Ok(package) = Package::read(file) else { return };
    let manifest = package.manifest.encode();
    let blobs: Vec<&[u8]> = package.manifest.blobs().iter().filter_map(|blob| package.blob(&blob.blake3)).collect();
    let again = reference::package::assemble(&manifest, &package.signature, package.module, &blobs);
    assert!(again == file, "an accepted package encodes to other bytes");
}

/// See the table above.
pub fn receipt_decode(bytes: &[u8]) {
    if bytes.starts_with(&reference::receipt::MAGIC) {
        return receipt_file(bytes);
    }
    let Ok(Edits { place, part, edits }) = edits(bytes) else { return };
    let good = &GOOD_RECEIPTS[place % GOOD_RECEIPTS.len()];
    let edited = match (reference::receipt::read(good), part) {
        (Ok(read), Some(part)) => mutation::inside_receipt(&read, part, &edits, bytes),
        _ => mutation::outside(good, &edits, bytes),
    };
    receipt_file(&edited);
}

fn receipt_file(file: &[u8]) {
    assert_eq!(vectors::host_receipt(file, None), vectors::reference_receipt(file, None), "host and reference on a receipt");
    if let Ok(read) = ReceiptFile::read(file) {
        assert!(read.encode() == file, "an accepted receipt encodes to other bytes");
    }
}

/// See the table above.
pub fn settlement_instruction(bytes: &[u8]) {
    settlement_bytes(bytes);
    // Most bytes are of no instruction's length: they are cut, or filled up, to that of the one that their first names.
    let Some((first, fields)) = bytes.split_first() else { return };
    let info = INSTRUCTIONS[usize::from(*first) % INSTRUCTIONS.len()];
    let mut fitting = vec![info.tag];
    fitting.extend(fields.iter().copied().chain(std::iter::repeat(0)).take(info.length - 1));
    settlement_bytes(&fitting);
    assert!(SettlementInstruction::read(&fitting).is_ok(), "{} of its length is refused", info.name);
}

fn settlement_bytes(bytes: &[u8]) {
    let host = SettlementInstruction::read(bytes);
    let model = reference::settlement::instructions::Instruction::decode(bytes);
    match (host, model) {
        (Ok(host), Ok(model)) => {
            assert_eq!(host.info().name, model.name(), "interface and reference name it otherwise");
            let mut written = vec![0; bytes.len()];
            assert_eq!(host.write(&mut written), Some(bytes.len()), "{} has another length when it is written", model.name());
            assert!(written == bytes && model.encode() == bytes, "{} is written otherwise than it was read", model.name());
        }
        (Err(host), Err(model)) => assert_eq!(host.code(), model, "interface and reference refuse otherwise"),
        (host, model) => panic!("the interface says {host:?}, the reference {model:?}"),
    }
}

/// See the table above.
pub fn ledger_files(bytes: &[u8]) {
    files::journals(bytes);
    files::entries(bytes);
    files::snapshot(bytes);
    files::outbox_entry(bytes);
    // Few bytes have the hashes that let them in: here are some that have.
    let u = &mut Unstructured::new(bytes);
    if let Ok((magic, file)) = files::made_up::good_journal(u) {
        files::prefixes(&file, magic, 100);
    }
    if let Ok(file) = files::made_up::journal(u) {
        files::journals(&file);
    }
    let u = &mut Unstructured::new(bytes);
    if let Ok(snapshot) = files::made_up::snapshot(u) {
        files::snapshot(&snapshot);
        if let Ok(journal) = files::made_up::journal(u) {
            files::together(&snapshot, &journal);
        }
    }
    if let Ok(body) = files::made_up::entries(&mut Unstructured::new(bytes)) {
        files::entries(&body);
    }
    if let Ok(bodies) = files::made_up::outbox(&mut Unstructured::new(bytes)) {
        bodies.iter().for_each(|body| files::outbox_entry(body));
        files::outbox(&bodies);
    }
}

/// See the table above.
pub fn admission(bytes: &[u8]) {
    if bytes.starts_with(b"\0asm") {
        return admission_of(bytes);
    }
    if let Ok(module) = modules::any_module(&mut Unstructured::new(bytes)) {
        admission_of(&module);
    }
}

fn admission_of(module: &[u8]) {
    let limits = Limits::default();
    let first = admit(module, &limits);
    assert_eq!(first, admit(module, &limits), "admission says one thing and then another");
    match first {
        Err(error) => assert!(ADMISSION_CHECKS.contains(&error.check), "no check is called {}", error.check),
        Ok(facts) => match SANDBOX.prepare(module, &limits) {
            Ok(prepared) => assert_eq!(prepared.facts(), &facts),
            Err(PrepareError::Refused(error)) => panic!("admitted, then refused: {error}"),
            Err(PrepareError::Abstain(why)) => panic!("an admitted module does not compile: {why}"),
        },
    }
}

/// See the table above.
pub fn wasi_calls(bytes: &[u8]) {
    let first = calls::run(bytes);
    let second = calls::run(bytes);
    assert_eq!(first, second, "the same calls give something else");
    let operations = bytes.as_chunks().0.iter().take(OPERATIONS_MAX).map(Op::decode);
    file_system_model::compare(&operations.collect::<Vec<_>>());
}

/// See the table above.
pub fn execute_twice(bytes: &[u8]) {
    if let Ok(module) = modules::job(&mut Unstructured::new(bytes)) {
        both_engines(&module);
    }
}

/// See the table above.
pub fn metering(bytes: &[u8]) {
    if let Ok(module) = programs::program(&mut Unstructured::new(bytes)) {
        metered::with_stack(|| metered_three_ways(&ENGINES, &module, "run"));
    }
}

/// See the table above.
pub fn metering_bytes(bytes: &[u8]) {
    // Admission has looked at features, and at the numbers that metering adds to.
    if admit(bytes, &Limits::default()).is_err() {
        return;
    }
    for instruments in [Instruments::default(), Instruments { canonical_nan: false, ..Instruments::default() }] {
        if let Ok(written) = instrument(bytes, instruments) {
            let valid = wasmparser::Validator::new().validate_all(&written.wasm);
            valid.unwrap_or_else(|error| panic!("what is written is not valid: {error}"));
        }
    }
}

/// See the table above.
pub fn shader_text(bytes: &[u8]) {
    shaders::text::holds(&String::from_utf8_lossy(bytes));
}

/// See the table above.
pub fn shader_runs(bytes: &[u8]) {
    shaders::oracle::holds(bytes);
}

/// Runs a valid module that exports `export` three ways: with room, with about as much fuel as it needs and about as much depth. Says how the runs ended.
///
/// # Panics
/// When the three differ.
pub fn metered_three_ways(engines: &Engines, module: &[u8], export: &str) -> Vec<&'static str> {
    /// As much as the reference can walk in a moment.
    const FUEL: u64 = 300_000;
    let Some(prepared) = Prepared::translated(engines, module) else { return vec!["not translated"] };
    let mut ends = Vec::new();
    let mut run = |fuel: u64, call_depth: u64| {
        let limits = reference::metering::Limits { fuel: fuel.max(1), call_depth, memory_bytes: 1 << 20, table_elements: 10_000 };
        let (ended, three) = prepared.run_whole_job(export, limits, MadeUp::default).ok()?;
        let [reference, compiled, interpreted] = three.imports().map(|imports| &imports.calls);
        assert_eq!(reference, compiled, "host calls: reference and wasmtime, with {limits:?}");
        assert_eq!(reference, interpreted, "host calls: reference and wasmi, with {limits:?}");
        ends.push(ended.status.name());
        Some(ended)
    };
    let Some(ended) = run(FUEL, 400) else { return ends };
    let used = ended.fuel;
    for fuel in [used.saturating_sub(1), used, used + 1, used / 2] {
        if fuel != FUEL {
            run(fuel, 400);
        }
    }
    // Around the depth that it needs, found by halving.
    let (mut low, mut high) = (0_u64, 400);
    while low < high {
        let middle = low.midpoint(high);
        match run(FUEL, middle) {
            Some(again) if again == ended => high = middle,
            Some(_) => low = middle + 1,
            None => return ends,
        }
    }
    ends
}

/// Runs an admitted module twice in the first engine and once in the second. Returns whether the two engines could be compared.
///
/// # Panics
/// When anything differs that must not.
pub fn both_engines(module: &[u8]) -> bool {
    let limits = Limits { fuel: 50_000_000, memory_bytes: 32 << 20, table_elements: 10_000, host_calls: 1_000, ..Limits::default() };
    let job = plain_job(module, limits);
    let first = execute(&SANDBOX, module, &job, Vec::new());
    let again = execute(&SANDBOX, module, &job, Vec::new());
    assert_eq!(first.identity(), again.identity(), "two runs of one module");
    match first {
        Ended::Refused(check, detail) => panic!("a generated job is refused: {check}: {detail}"),
        Ended::Abstained(_) => false,
        Ended::Executed(execution) => match second_engine::run(module, &job, Vec::new(), limits.fuel * 100) {
            second_engine::Second::Result(run) => {
                second_engine::assert_same("generated module", &execution, &run);
                true
            }
            second_engine::Second::Nothing(_) => false,
        },
    }
}
