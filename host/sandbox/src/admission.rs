//! Admission: which modules may run, decided before anything is compiled (`specs/execution.md`, section 1).
//!
//! **Why validate twice over, here and in the engine?** The engine answers "is this valid for me?", with its own defaults and in its own words. A provider that
//! refuses a job owes the requester the name of the import, section or feature at fault, and every machine must refuse the same modules, whatever its engine.
//! What passes here the engine compiles; if it should not, the machine abstains.

use std::collections::BTreeSet;

use assay_protocol::limits::Limits;
use wasmparser::{ExternalKind, FuncType, Operator, Parser, Payload, TypeRef, ValType, Validator, WasmFeatures};

use crate::host::{Function, ValueType};

/// Most functions, imports included.
pub const MAX_FUNCTIONS: u64 = 100_000;
/// Most of each: types, globals, exports, imports, data segments.
pub const MAX_ITEMS: u64 = 100_000;
/// Most element segments: metering adds one, and 100,000 are the most that engines take.
pub const MAX_ELEMENT_SEGMENTS: u64 = 99_999;
/// Most tables.
pub const MAX_TABLES: u64 = 64;
/// Longest function body, in bytes.
pub const MAX_BODY_BYTES: usize = 1_048_576;
/// Most locals of one function, parameters included.
pub const MAX_LOCALS: u64 = 20_000;
/// Most targets of one branch table. Above 65,520 the engine does not compile it.
pub const MAX_BRANCH_TARGETS: u64 = 16_384;
/// Most loops of one function.
pub const MAX_LOOPS: u64 = 4_096;
/// Most branches (`if`, `br`, `br_if`, `br_table`) of one function.
pub const MAX_BRANCHES: u64 = 32_768;
/// Most calls, direct and indirect, in one function.
pub const MAX_CALLS: u64 = 16_384;
/// Most parameters of a function type: metering adds two, and 1,000 are the most that engines take.
pub const MAX_PARAMETERS: usize = 998;
/// Most results of a function type: metering adds one.
pub const MAX_RESULTS: usize = 999;
/// Deepest nesting of blocks in one function.
pub const MAX_NESTING: u64 = 1_000;

/// What the profile admits.
const FEATURES: WasmFeatures = WasmFeatures::MUTABLE_GLOBAL
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::SIMD)
    .union(WasmFeatures::FLOATS)
    .union(WasmFeatures::EXTENDED_CONST);

/// What it does not, by the names a person knows; a name stands before what it needs.
const REFUSED_FEATURES: &[(&str, WasmFeatures)] = &[
    ("relaxed SIMD", WasmFeatures::RELAXED_SIMD),
    ("threads and shared memory", WasmFeatures::THREADS),
    ("tail calls", WasmFeatures::TAIL_CALL),
    ("multiple memories", WasmFeatures::MULTI_MEMORY),
    ("64-bit memory", WasmFeatures::MEMORY64),
    ("externref", WasmFeatures::GC_TYPES),
    ("exceptions", WasmFeatures::EXCEPTIONS),
    ("legacy exceptions", WasmFeatures::LEGACY_EXCEPTIONS),
    ("custom page sizes", WasmFeatures::CUSTOM_PAGE_SIZES),
    ("wide arithmetic", WasmFeatures::WIDE_ARITHMETIC),
    ("typed function references", WasmFeatures::FUNCTION_REFERENCES),
    ("garbage collection", WasmFeatures::GC.union(WasmFeatures::GC_TYPES).union(WasmFeatures::FUNCTION_REFERENCES)),
    ("stack switching", WasmFeatures::STACK_SWITCHING),
    ("shared-everything threads", WasmFeatures::SHARED_EVERYTHING_THREADS),
    ("memory control", WasmFeatures::MEMORY_CONTROL),
];

/// Why a module is refused. The publisher is at fault, not this machine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{check}: {detail}")]
pub struct AdmissionError {
    /// Name of the check, as in `specs/execution.md`, section 1.
    pub check: &'static str,
    /// What is at fault, by name and place.
    pub detail: String,
}

fn refuse<T>(check: &'static str, detail: impl Into<String>) -> Result<T, AdmissionError> {
    Err(AdmissionError { check, detail: detail.into() })
}

/// What admission learned about a module.
#[derive(Debug, Clone, Default, PartialEq, Eq, borsh::BorshSerialize, borsh::BorshDeserialize)]
pub struct Facts {
    /// Length of the module, in bytes.
    pub bytes: u64,
    /// Imported functions, as `module.name`, sorted.
    pub imports: BTreeSet<String>,
    /// Exports: name and kind.
    pub exports: Vec<(String, String)>,
    /// Functions the module defines.
    pub functions: u64,
    /// Bytes of all function bodies.
    pub code_bytes: u64,
    /// Bytes of all data segments.
    pub data_bytes: u64,
    /// Bytes of memory at the start.
    pub memory_bytes: u64,
    /// Table elements at the start, all tables together.
    pub table_elements: u64,
    /// Whether it has a start section.
    pub start: bool,
    /// Names of its custom sections.
    pub custom_sections: BTreeSet<String>,
}

impl Facts {
    /// The checks that depend on a job's limits.
    pub fn within(&self, limits: &Limits) -> Result<(), AdmissionError> {
        if self.bytes > limits.module_bytes {
            return refuse(
                "module.length",
                format!("the module is {} bytes long, the limit module_bytes is {}", self.bytes, limits.module_bytes),
            );
        }
        if self.memory_bytes > limits.memory_bytes {
            return refuse(
                "module.limits",
                format!("its memory starts with {} bytes, the limit memory_bytes is {}", self.memory_bytes, limits.memory_bytes),
            );
        }
        if self.table_elements > limits.table_elements {
            return refuse(
                "module.limits",
                format!("its tables start with {} elements, the limit table_elements is {}", self.table_elements, limits.table_elements),
            );
        }
        Ok(())
    }
}

/// Checks `module` for admission under `limits`.
pub fn admit(module: &[u8], limits: &Limits) -> Result<Facts, AdmissionError> {
    if module.len() as u64 > limits.module_bytes {
        return refuse(
            "module.length",
            format!("the module is {} bytes long, the limit module_bytes is {}", module.len(), limits.module_bytes),
        );
    }
    validate(module)?;
    let mut survey = Survey::default();
    for payload in Parser::new(0).parse_all(module) {
        match payload {
            Ok(payload) => survey.payload(payload)?,
            Err(e) => return refuse("module.format", e.to_string()),
        }
    }
    let facts = survey.finish(module)?;
    facts.within(limits)?;
    Ok(facts)
}

/// Validates, and tells a malformed module from one that wants more than the profile gives.
fn validate(module: &[u8]) -> Result<(), AdmissionError> {
    if module.get(..4) != Some(b"\0asm") {
        return refuse("module.format", "it does not begin with the magic number \\0asm: this is not WebAssembly in binary form");
    }
    if module.get(4..8) == Some(&[0x0d, 0, 1, 0]) {
        return refuse("module.feature", "it is a component; compile it as a core module (target wasm32-wasip1)");
    }
    let Err(error) = Validator::new_with_features(FEATURES).validate_all(module) else { return Ok(()) };
    let mut all = FEATURES;
    for (_, feature) in REFUSED_FEATURES {
        all |= *feature;
    }
    if Validator::new_with_features(all).validate_all(module).is_err() {
        return refuse("module.format", error.to_string());
    }
    let alone = |feature: WasmFeatures| Validator::new_with_features(FEATURES | feature).validate_all(module).is_ok();
    let name = REFUSED_FEATURES.iter().find(|(_, feature)| alone(*feature)).map_or("several features", |(name, _)| name);
    refuse("module.feature", format!("it uses {name}, which profile {} refuses: {error}", assay_protocol::PROFILE))
}

/// Collects facts and counts while walking a valid module.
#[derive(Default)]
struct Survey {
    facts: Facts,
    types: Vec<FuncType>,
    /// Type index of every function, imports first.
    function_types: Vec<u32>,
    imports: u64,
    start_export: Option<u32>,
    memory_exported: bool,
    bodies: usize,
}

impl Survey {
    fn payload(&mut self, payload: Payload<'_>) -> Result<(), AdmissionError> {
        let malformed = |e: wasmparser::BinaryReaderError| AdmissionError { check: "module.format", detail: e.to_string() };
        match payload {
            Payload::TypeSection(section) => {
                count("types", section.count(), MAX_ITEMS)?;
                for ty in section.into_iter_err_on_gc_types() {
                    let ty = ty.map_err(malformed)?;
                    let (parameters, results) = (ty.params().len(), ty.results().len());
                    if parameters > MAX_PARAMETERS || results > MAX_RESULTS {
                        let place = self.types.len();
                        return refuse(
                            "module.count",
                            format!(
                                "type {place} has {parameters} parameters and {results} results; the most are {MAX_PARAMETERS} and {MAX_RESULTS}"
                            ),
                        );
                    }
                    self.types.push(ty);
                }
            }
            Payload::ImportSection(section) => {
                count("imports", section.count(), MAX_ITEMS)?;
                for import in section.into_imports() {
                    self.import(&import.map_err(malformed)?)?;
                }
            }
            Payload::FunctionSection(section) => {
                self.facts.functions = u64::from(section.count());
                if self.imports + self.facts.functions > MAX_FUNCTIONS {
                    return refuse(
                        "module.count",
                        format!("it has {} functions; the most is {MAX_FUNCTIONS}", self.imports + self.facts.functions),
                    );
                }
                for index in section {
                    self.function_types.push(index.map_err(malformed)?);
                }
            }
            Payload::TableSection(section) => {
                count("tables", section.count(), MAX_TABLES)?;
                for table in section {
                    let initial = table.map_err(malformed)?.ty.initial;
                    self.facts.table_elements = self.facts.table_elements.saturating_add(initial);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    self.facts.memory_bytes = memory.map_err(malformed)?.initial.saturating_mul(65_536);
                }
            }
            Payload::GlobalSection(section) => count("globals", section.count(), MAX_ITEMS)?,
            Payload::ElementSection(section) => count("element segments", section.count(), MAX_ELEMENT_SEGMENTS)?,
            Payload::DataSection(section) => {
                count("data segments", section.count(), MAX_ITEMS)?;
                for segment in section {
                    self.facts.data_bytes += segment.map_err(malformed)?.data.len() as u64;
                }
            }
            Payload::ExportSection(section) => {
                count("exports", section.count(), MAX_ITEMS)?;
                for export in section {
                    self.export(&export.map_err(malformed)?);
                }
            }
            Payload::StartSection { .. } => self.facts.start = true,
            Payload::CodeSectionEntry(body) => self.body(&body).map_err(malformed)??,
            Payload::CustomSection(section) => {
                self.facts.custom_sections.insert(section.name().to_owned());
            }
            _ => {}
        }
        Ok(())
    }

    fn import(&mut self, import: &wasmparser::Import<'_>) -> Result<(), AdmissionError> {
        let name = format!("{}.{}", import.module, import.name);
        let TypeRef::Func(type_index) = import.ty else {
            return refuse("module.import", format!("it imports {name:?}, which is not a function; a job may import only functions"));
        };
        let Some(function) = Function::find(import.module, import.name) else {
            return refuse(
                "module.import",
                format!("it imports the function {name:?}; a job may import only what wasi_snapshot_preview1 and assay_v1 define"),
            );
        };
        let found = self.types.get(type_index as usize);
        let signature = function.signature();
        let params: Vec<ValType> = signature.params.iter().map(wasm_type).collect();
        let results: Vec<ValType> = signature.result.iter().map(wasm_type).collect();
        if found.is_none_or(|ty| ty.params() != params || ty.results() != results) {
            let found = found.map_or("unknown".to_owned(), |ty| show(ty.params(), ty.results()));
            return refuse("module.import", format!("it imports {name:?} with the type {found}; the type is {}", show(&params, &results)));
        }
        self.imports += 1;
        self.function_types.push(type_index);
        self.facts.imports.insert(name);
        Ok(())
    }

    fn export(&mut self, export: &wasmparser::Export<'_>) {
        match (export.kind, export.name) {
            (ExternalKind::Func, "_start") => self.start_export = Some(export.index),
            (ExternalKind::Memory, "memory") => self.memory_exported = true,
            _ => {}
        }
        let kind = match export.kind {
            ExternalKind::Func | ExternalKind::FuncExact => "function",
            ExternalKind::Table => "table",
            ExternalKind::Memory => "memory",
            ExternalKind::Global => "global",
            ExternalKind::Tag => "tag",
        };
        self.facts.exports.push((export.name.to_owned(), kind.to_owned()));
    }

    fn body(&mut self, body: &wasmparser::FunctionBody<'_>) -> wasmparser::Result<Result<(), AdmissionError>> {
        let bytes = body.range().len();
        let place = format!("the function at offset {:#x}", body.range().start);
        self.facts.code_bytes += bytes as u64;
        if bytes > MAX_BODY_BYTES {
            return Ok(refuse("module.function", format!("{place} is {bytes} bytes long; the most is {MAX_BODY_BYTES}")));
        }
        let index = self.imports as usize + self.bodies;
        self.bodies += 1;
        let ty = self.function_types.get(index).and_then(|ty| self.types.get(*ty as usize));
        let parameters = ty.map_or(0, |ty| ty.params().len() as u64);
        let mut locals = parameters;
        for group in body.get_locals_reader()? {
            locals += u64::from(group?.0);
        }
        let mut shape = Shape { locals, ..Shape::default() };
        for operator in body.get_operators_reader()? {
            shape.add(&operator?);
        }
        Ok(match shape.excess() {
            Some(excess) => refuse("module.function", format!("{place} has {excess}")),
            None => Ok(()),
        })
    }

    fn finish(mut self, module: &[u8]) -> Result<Facts, AdmissionError> {
        self.facts.bytes = module.len() as u64;
        let Some(start) = self.start_export else {
            return refuse(
                "module.export",
                "it exports no function _start: a job is a command (target wasm32-wasip1, a program with main)",
            );
        };
        let ty = self.function_types.get(start as usize).and_then(|ty| self.types.get(*ty as usize));
        if ty.is_none_or(|ty| !ty.params().is_empty() || !ty.results().is_empty()) {
            return refuse("module.export", "its _start has parameters or results; it must have neither");
        }
        if self.imports > 0 && !self.memory_exported {
            return refuse("module.export", "it imports host functions but does not export its memory as \"memory\"");
        }
        Ok(self.facts)
    }
}

/// What makes a function expensive to compile: the engine's time grows with the square of some of these, whatever the length of the body.
#[derive(Default)]
struct Shape {
    locals: u64,
    depth: u64,
    deepest: u64,
    loops: u64,
    branches: u64,
    calls: u64,
    targets: u64,
}

impl Shape {
    fn add(&mut self, operator: &Operator<'_>) {
        match operator {
            Operator::Block { .. } => self.enter(),
            Operator::Loop { .. } => {
                self.enter();
                self.loops += 1;
            }
            Operator::If { .. } => {
                self.enter();
                self.branches += 1;
            }
            Operator::Br { .. } | Operator::BrIf { .. } => self.branches += 1,
            Operator::BrTable { targets } => {
                self.branches += 1;
                self.targets = self.targets.max(u64::from(targets.len()));
            }
            Operator::Call { .. } | Operator::CallIndirect { .. } => self.calls += 1,
            Operator::End => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    fn enter(&mut self) {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
    }

    /// What there is too much of.
    fn excess(&self) -> Option<String> {
        let counts = [
            (self.locals, "locals", MAX_LOCALS),
            (self.deepest, "blocks nested", MAX_NESTING),
            (self.loops, "loops", MAX_LOOPS),
            (self.branches, "branches", MAX_BRANCHES),
            (self.calls, "calls", MAX_CALLS),
            (self.targets, "targets of a branch table", MAX_BRANCH_TARGETS),
        ];
        let over = counts.into_iter().find(|(found, _, most)| found > most);
        over.map(|(found, what, most)| format!("{found} {what}; the most is {most}"))
    }
}

fn count(what: &str, found: u32, most: u64) -> Result<(), AdmissionError> {
    if u64::from(found) > most {
        return refuse("module.count", format!("it has {found} {what}; the most is {most}"));
    }
    Ok(())
}

fn wasm_type(ty: &ValueType) -> ValType {
    match ty {
        ValueType::I32 => ValType::I32,
        ValueType::I64 => ValType::I64,
    }
}

fn show(params: &[ValType], results: &[ValType]) -> String {
    let list = |types: &[ValType]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    format!("({}) -> ({})", list(params), list(results))
}
