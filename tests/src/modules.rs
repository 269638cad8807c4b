//! Generated modules: whatever wasm-smith makes of some bytes, turned into a job whose every effect can be seen.
//!
//! ```text
//! wasm-smith's module        the job
//! f0 f1 … fn         ─►      its imports, fd_write, f0 f1 … fn, _start
//! memory, globals            _start: calls each function with arguments of all kinds, stores the results, stores the globals, writes all of memory to stdout
//! ```
//!
//! **Why a wrapper?** A generated program computes and keeps silent. Two engines agree on it only if they agree on the bits that it leaves in memory, in globals
//! and in results, so those are what the job prints.

use arbitrary::{Arbitrary, Result, Unstructured};
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    CodeSection, DataCountSection, DataSection, ElementSection, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, ImportSection, InstructionSink, MemorySection, Module, StartSection, TableSection, TypeSection, ValType,
};
use wasm_smith::Config;
use wasmparser::{Parser, Payload};

/// The functions of the host that a generated module may call by itself.
const AVAILABLE: &str = r#"(module
    (import "wasi_snapshot_preview1" "clock_time_get" (func (param i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "random_get" (func (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_sizes_get" (func (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_seek" (func (param i32 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_create_directory" (func (param i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "poll_oneoff" (func (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
    (import "assay_v1" "progress" (func (param i64 i64)))
    (import "assay_v1" "gpu_buffer_create" (func (param i64 i32) (result i32)))
    (import "assay_v1" "gpu_buffer_write" (func (param i32 i64 i32 i32) (result i32)))
    (import "assay_v1" "gpu_buffer_read" (func (param i32 i64 i32 i32) (result i32)))
    (import "assay_v1" "gpu_last_error" (func (param i32 i32 i32) (result i32))))"#;

/// Bytes of memory and a page more: `_start` stores its results here and finds its list of buffers at the end of the page.
const RESULTS_END: u64 = 65_520;

/// How many steps a generated function may take before it traps by itself, the same in every engine.
const STEPS: u32 = 2_000;

/// What wasm-smith is asked for: the features of the profile and no others.
fn config(u: &mut Unstructured<'_>) -> Result<Config> {
    Ok(Config {
        available_imports: Some(wat::parse_str(AVAILABLE).expect("the text above is a module")),
        disallow_traps: u.ratio(3, 4)?,
        exceptions_enabled: false,
        gc_enabled: false,
        max_data_segments: 6,
        max_element_segments: 6,
        max_funcs: 12,
        max_instructions: 400,
        max_memories: 1,
        min_memories: 1,
        max_memory32_bytes: 8 * 65_536,
        max_table_elements: 1_000,
        memory64_enabled: false,
        min_funcs: 1,
        reference_types_enabled: false,
        relaxed_simd_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        ..Config::default()
    })
}

/// A job out of wasm-smith: valid, within the profile, and it ends.
pub fn job(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let arguments = u.arbitrary()?;
    let mut module = wasm_smith::Module::new(config(u)?, u)?;
    module.ensure_termination(STEPS).map_err(|_| arbitrary::Error::IncorrectFormat)?;
    Ok(wrap(&module.to_bytes(), arguments))
}

/// A module with every feature that wasm-smith knows, most of which the profile refuses, and bodies that may not even validate. For admission.
pub fn any_module(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut config = Config::arbitrary(u)?;
    config.max_memory32_bytes = 1 << 24;
    config.max_table_elements = 10_000;
    config.allow_invalid_funcs = u.ratio(1, 4)?;
    config.generate_custom_sections = u.arbitrary()?;
    let profile = u.ratio(1, 2)?;
    if profile {
        config.gc_enabled = false;
        config.exceptions_enabled = false;
        config.memory64_enabled = false;
        config.max_memories = 1;
        config.relaxed_simd_enabled = false;
        config.tail_call_enabled = false;
        config.threads_enabled = false;
        config.custom_page_sizes_enabled = false;
        config.wide_arithmetic_enabled = false;
        config.available_imports = Some(wat::parse_str(AVAILABLE).expect("the text above is a module"));
        config.exports = Some(wat::parse_str(r#"(module (memory (export "memory") 1) (func (export "_start")))"#).expect("a module"));
    }
    Ok(wasm_smith::Module::new(config, u)?.to_bytes())
}

/// The sections of the job while they are put together.
#[derive(Default)]
struct Sections {
    types: TypeSection,
    imports: ImportSection,
    functions: FunctionSection,
    tables: TableSection,
    memories: MemorySection,
    globals: GlobalSection,
    exports: ExportSection,
    start: Option<u32>,
    elements: ElementSection,
    data_count: Option<u32>,
    code: CodeSection,
    data: DataSection,
    /// Parameters and results of each type.
    signatures: Vec<(Vec<ValType>, Vec<ValType>)>,
    /// Type of each function, imports first; without ours.
    function_types: Vec<u32>,
    imported: u32,
    global_types: Vec<ValType>,
}

/// Shifts the index of every function behind the imports by one, to make room for `fd_write`.
struct Shift {
    imported: u32,
}

impl Reencode for Shift {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> std::result::Result<u32, reencode::Error> {
        Ok(if function < self.imported { function } else { function + 1 })
    }
}

/// Adds `_start`, which shows all that the functions of `wasm` do. `argument` is the seed of what they are called with.
pub fn wrap(wasm: &[u8], argument: u64) -> Vec<u8> {
    let mut sections = Sections::default();
    read(wasm, &mut sections).expect("wasm-smith's modules are well formed");
    let write_type = sections.types.len();
    sections.types.ty().function([ValType::I32; 4], [ValType::I32]);
    sections.types.ty().function([], []);
    let write = sections.imported;
    sections.imports.import("wasi_snapshot_preview1", "fd_write", EntityType::Function(write_type));
    sections.functions.function(write_type + 1);
    let start = u32::try_from(sections.function_types.len()).expect("few functions") + 1;
    let body = start_body(&sections, write, argument);
    sections.code.function(&body);
    sections.exports.export("_start", ExportKind::Func, start);
    sections.exports.export("memory", ExportKind::Memory, 0);
    encode(&sections)
}

fn read(wasm: &[u8], into: &mut Sections) -> std::result::Result<(), reencode::Error> {
    let mut shift = Shift { imported: 0 };
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::TypeSection(section) => {
                for ty in section.clone().into_iter_err_on_gc_types() {
                    let ty = ty?;
                    into.signatures.push((value_types(ty.params()), value_types(ty.results())));
                }
                shift.parse_type_section(&mut into.types, section)?;
            }
            Payload::ImportSection(section) => {
                for import in section.clone().into_imports() {
                    if let wasmparser::TypeRef::Func(ty) = import?.ty {
                        into.function_types.push(ty);
                        into.imported += 1;
                    }
                }
                shift.parse_import_section(&mut into.imports, section)?;
                shift.imported = into.imported;
            }
            Payload::FunctionSection(section) => {
                for ty in section.clone() {
                    into.function_types.push(ty?);
                }
                shift.parse_function_section(&mut into.functions, section)?;
            }
            Payload::TableSection(section) => shift.parse_table_section(&mut into.tables, section)?,
            Payload::MemorySection(section) => shift.parse_memory_section(&mut into.memories, section)?,
            Payload::GlobalSection(section) => {
                for global in section.clone() {
                    into.global_types.push(shift.val_type(global?.ty.content_type)?);
                }
                shift.parse_global_section(&mut into.globals, section)?;
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    let index = shift.external_index(export.kind, export.index)?;
                    into.exports.export(&format!("generated {}", export.name), shift.export_kind(export.kind)?, index);
                }
            }
            Payload::StartSection { func, .. } => into.start = Some(shift.function_index(func)?),
            Payload::ElementSection(section) => shift.parse_element_section(&mut into.elements, section)?,
            Payload::DataCountSection { count, .. } => into.data_count = Some(count),
            Payload::CodeSectionEntry(body) => shift.parse_function_body(&mut into.code, body)?,
            Payload::DataSection(section) => shift.parse_data_section(&mut into.data, section)?,
            _ => {}
        }
    }
    Ok(())
}

fn value_types(types: &[wasmparser::ValType]) -> Vec<ValType> {
    types.iter().map(|ty| Shift { imported: 0 }.val_type(*ty).expect("a value type")).collect()
}

fn start_body(sections: &Sections, write: u32, argument: u64) -> Function {
    // One local of each kind of number, for results on their way to memory.
    const KINDS: [ValType; 5] = [ValType::I32, ValType::I64, ValType::F32, ValType::F64, ValType::V128];
    let mut body = Function::new_with_locals_types(KINDS);
    let mut code = body.instructions();
    let mut place = 0;
    let mut seed = argument;
    code.i32_const(1).memory_grow(0).drop();
    for (index, ty) in sections.function_types.iter().enumerate().skip(sections.imported as usize) {
        let (params, results) = &sections.signatures[*ty as usize];
        for param in params {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            constant(&mut code, *param, seed);
        }
        code.call(u32::try_from(index).expect("few functions") + 1);
        for result in results.iter().rev() {
            let local = KINDS.iter().position(|kind| kind == result).expect("results are numbers");
            let local = u32::try_from(local).expect("five kinds");
            code.local_set(local);
            store(&mut code, *result, &mut place, |code| _ = code.local_get(local));
        }
    }
    for (index, ty) in sections.global_types.iter().enumerate() {
        let index = u32::try_from(index).expect("few globals");
        store(&mut code, *ty, &mut place, |code| _ = code.global_get(index));
    }
    // A list of one buffer, all of memory, at the end of the first page.
    let list = i32::try_from(RESULTS_END).expect("within a page");
    code.i32_const(list).i32_const(0).i32_store(at(0));
    code.i32_const(list).memory_size(0).i32_const(16).i32_shl().i32_store(at(4));
    code.i32_const(1).i32_const(list).i32_const(1).i32_const(list + 8).call(write).drop();
    code.end();
    body
}

fn at(offset: u64) -> wasm_encoder::MemArg {
    wasm_encoder::MemArg { offset, align: 0, memory_index: 0 }
}

/// Stores what `get` pushes at the next place.
fn store(code: &mut InstructionSink<'_>, ty: ValType, place: &mut u64, get: impl Fn(&mut InstructionSink<'_>)) {
    code.i32_const(0);
    get(code);
    let here = at(*place);
    match ty {
        ValType::I32 => code.i32_store(here),
        ValType::I64 => code.i64_store(here),
        ValType::F32 => code.f32_store(here),
        ValType::F64 => code.f64_store(here),
        ValType::V128 => code.v128_store(here),
        ValType::Ref(_) => code.ref_is_null().i32_store(here),
    };
    *place = (*place + 16) % RESULTS_END;
}

/// Pushes a value. NaNs with payloads, infinities and extremes are frequent, since every bit pattern is.
fn constant(code: &mut InstructionSink<'_>, ty: ValType, seed: u64) {
    const EDGES: [u64; 12] = [
        0,
        1,
        u64::MAX,
        i64::MIN.cast_unsigned(),
        0x7ff8_0000_0000_0000,
        0xfff0_0000_0000_0001,
        0x7ff0_0000_0000_0000,
        0x0000_0000_7fa0_0001,
        0x0000_0000_ffc0_0000,
        0x0000_0000_7f80_0000,
        0x8000_0000_8000_0000,
        0x0010_0000_0080_0000,
    ];
    let bits = if seed >> 63 == 0 { seed } else { EDGES[(seed >> 32) as usize % EDGES.len()] };
    match ty {
        ValType::I32 => code.i32_const((bits as u32).cast_signed()),
        ValType::I64 => code.i64_const(bits.cast_signed()),
        ValType::F32 => code.f32_const(wasm_encoder::Ieee32::new(bits as u32)),
        ValType::F64 => code.f64_const(wasm_encoder::Ieee64::new(bits)),
        ValType::V128 => code.v128_const(i128::from(bits.cast_signed()).wrapping_mul(0x1_0000_0001_0000_0001)),
        ValType::Ref(reference) => code.ref_null(reference.heap_type),
    };
}

fn encode(sections: &Sections) -> Vec<u8> {
    let mut module = Module::new();
    module.section(&sections.types).section(&sections.imports).section(&sections.functions);
    module.section(&sections.tables).section(&sections.memories).section(&sections.globals).section(&sections.exports);
    if let Some(function_index) = sections.start {
        module.section(&StartSection { function_index });
    }
    module.section(&sections.elements);
    if let Some(count) = sections.data_count {
        module.section(&DataCountSection { count });
    }
    module.section(&sections.code).section(&sections.data);
    module.finish()
}
