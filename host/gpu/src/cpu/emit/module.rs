//! The wasm module of a kernel, and how its memory is laid out.

use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, FunctionSection, ImportSection, MemoryType, Module, TypeSection, ValType,
};

use super::super::failure::Failure;
use super::super::ir::Program;
use super::super::race::Sites;
use super::super::select;
use super::super::shape::{self, input_shape};
use super::super::structure::{self, Structure};
use super::super::{ir, region};
use super::{Emitter, GROUPS_MAX, function, kernel};

/// Most bytes of memory of one thread.
const THREAD_BYTES_MAX: u64 = 256 << 20;
/// Statements from which on packs have four lanes: wider ones would spill what they gain, and take twice as long to compile.
const WIDE_STATEMENTS_MAX: usize = 1500;

/// Where things lie: at the launch block
/// ```text
/// 0 flag that ends the dispatch    4, 8, 12 workgroups in x, y, z    16 + 8 n base and bytes of slot n    then the base of the table of constants
/// ```
/// and in a thread's memory first the workgroup's, then the frames of the packs: spilled values, scratch memory.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Layout {
    pub groups: usize,
    pub packs: u32,
    pub workgroup_bytes: u32,
    pub scratch_offset: u32,
    pub frame_bytes: u32,
    /// Where lanes that are off write to.
    pub sink_offset: u32,
    pub thread_bytes: u32,
}

impl Layout {
    /// Offset of the first slot in the launch block.
    pub const SLOTS: u32 = 16;

    /// Bytes of the launch block of a kernel with `slots` slots.
    pub fn launch_bytes(slots: usize) -> u32 {
        Self::SLOTS + 8 * slots as u32 + 8
    }
}

/// A kernel as wasm.
#[derive(Debug)]
pub(in super::super) struct Compiled {
    pub wasm: Vec<u8>,
    pub layout: Layout,
    pub slots: Vec<ir::Slot>,
    pub table: Vec<u32>,
    pub workgroup_size: [u32; 3],
    /// For the race detector.
    pub sites: Sites,
}

/// How many vectors a pack has: two where that leaves no component of the id worse off.
fn groups(program: &Program) -> usize {
    let size = program.workgroup_size;
    let total: u32 = size.iter().product();
    let as_good = (0..3).all(|axis| {
        let rank = |lanes| {
            let shape = input_shape(ir::Input::LocalId(axis), lanes, size);
            if shape.varying { 2 } else { i32::from(shape.stride != 0) }
        };
        rank(8) <= rank(4)
    });
    if total.is_multiple_of(8) && as_good && program.main.size <= WIDE_STATEMENTS_MAX { GROUPS_MAX } else { 1 }
}

/// Compiles a program; with `detect`, for the race detector.
pub(in super::super) fn compile(program: Program, detect: bool) -> Result<Compiled, Failure> {
    let mut program = program;
    let groups = if detect { 1 } else { groups(&program) };
    let lanes = 4 * groups as u32;
    let mut body = std::mem::take(&mut program.main);
    select::select_small_branches(&mut body);
    structure::remove_dead_sets(&mut body);
    let structure = Structure::of(&body);
    let shapes = shape::shapes(&mut body, &structure, lanes, program.workgroup_size, &[]);
    let plan = region::plan(&mut body, &shapes, &structure);
    let layout = layout(&program, &plan, groups)?;
    let imported = if detect { Emitter::DETECTOR_FUNCTIONS } else { 0 };
    let mut calls = function::Calls::new(&program.functions, imported + 1);
    let mut sites = Vec::new();
    let main = kernel::emit(&program, &body, &shapes, &structure, &plan, &layout, &mut calls, detect.then_some(&mut sites))?;
    let mut functions = Vec::new();
    let mut number = 0;
    while number < calls.copies.len() {
        let copy = calls.copies[number].clone();
        functions.push(function::emit(&program.functions[copy.function], &copy, &mut calls, groups, program.workgroup_size)?);
        number += 1;
    }
    let wasm = assemble(&main, &functions, &calls, groups, detect);
    let workgroup_size = program.workgroup_size;
    let sites = Sites { sites, names: program.names, workgroup_size };
    Ok(Compiled { wasm, layout, slots: program.slots, table: program.table, workgroup_size, sites })
}

fn layout(program: &Program, plan: &region::Plan, groups: usize) -> Result<Layout, Failure> {
    let lanes = 4 * groups as u32;
    let total: u32 = program.workgroup_size.iter().product();
    let packs = total.div_ceil(lanes);
    let workgroup_bytes = u64::from(program.workgroup_words) * 4;
    let scratch_offset = u64::from(plan.slots) * 16 * groups as u64;
    let frame_bytes = scratch_offset + u64::from(program.scratch_words) * u64::from(lanes) * 4;
    let frames = if plan.has_barriers { u64::from(packs) } else { 1 };
    let sink_offset = workgroup_bytes.next_multiple_of(16) + frame_bytes * frames;
    let thread_bytes = sink_offset + 64;
    if thread_bytes > THREAD_BYTES_MAX {
        return Err(Failure::TooLarge(format!("variables of {thread_bytes} bytes in a workgroup")));
    }
    Ok(Layout {
        groups,
        packs,
        workgroup_bytes: workgroup_bytes.next_multiple_of(16) as u32,
        scratch_offset: scratch_offset as u32,
        frame_bytes: frame_bytes as u32,
        sink_offset: sink_offset as u32,
        thread_bytes: thread_bytes as u32,
    })
}

fn assemble(
    main: &wasm_encoder::Function,
    functions: &[wasm_encoder::Function],
    calls: &function::Calls,
    groups: usize,
    detect: bool,
) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32, ValType::I32, ValType::I64, ValType::I32], []);
    let mut declared = FunctionSection::new();
    declared.function(0);
    for (index, copy) in calls.copies.iter().enumerate() {
        let (params, results) = function::signature(calls, copy, groups);
        types.ty().function(params, results);
        declared.function(1 + index as u32);
    }
    let mut imports = ImportSection::new();
    imports.import(
        "assay",
        "memory",
        EntityType::Memory(MemoryType { minimum: 1, maximum: Some(65536), memory64: false, shared: true, page_size_log2: None }),
    );
    let mut imported = 0;
    if detect {
        for (name, params) in [("access", 4), ("barrier", 1), ("group", 0)] {
            let ty = types.len();
            types.ty().function(vec![ValType::I32; params], []);
            imports.import("assay", name, EntityType::Function(ty));
            imported += 1;
        }
    }
    let mut exports = ExportSection::new();
    exports.export("run", ExportKind::Func, imported);
    let mut code = CodeSection::new();
    code.function(main);
    for function in functions {
        code.function(function);
    }
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&declared).section(&exports).section(&code);
    module.finish()
}
