//! Modules at the edge of what admission lets in: built here, since each is a megabyte of the same thing.
//!
//! They are the worst that a stranger can make this machine compile, so tests measure them as well.

use wasm_encoder::{
    BlockType, CodeSection, CustomSection, DataSection, DataSegment, DataSegmentMode, ElementSection, Elements, ExportKind, ExportSection,
    Function, FunctionSection, InstructionSink, MemorySection, MemoryType, Module, RefType, TableSection, TableType, TypeSection, ValType,
};

/// A module with a memory of one page, a table of one element, and a `_start` with these locals and this body.
pub fn with_start(locals: &[(u32, ValType)], write: impl FnOnce(&mut InstructionSink<'_>)) -> Vec<u8> {
    let mut start = Function::new(locals.iter().copied());
    write(&mut start.instructions());
    start.instructions().end();
    with_functions(&[start])
}

/// A module with these functions of type `() -> ()`; the first is `_start`.
fn with_functions(functions: &[Function]) -> Vec<u8> {
    let (mut types, mut declared, mut tables, mut memories) =
        (TypeSection::new(), FunctionSection::new(), TableSection::new(), MemorySection::new());
    let (mut exports, mut elements, mut code) = (ExportSection::new(), ElementSection::new(), CodeSection::new());
    types.ty().function([], []);
    types.ty().function([ValType::I64; 3], [ValType::I64]);
    tables.table(TableType { element_type: RefType::FUNCREF, minimum: 1, maximum: None, table64: false, shared: false });
    memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
    exports.export("_start", ExportKind::Func, 0).export("memory", ExportKind::Memory, 0);
    elements.active(None, &wasm_encoder::ConstExpr::i32_const(0), Elements::Functions(vec![0].into()));
    for function in functions {
        declared.function(0);
        code.function(function);
    }
    let mut module = Module::new();
    module.section(&types).section(&declared).section(&tables).section(&memories).section(&exports).section(&elements).section(&code);
    module.finish()
}

/// `count` functions, each of which does a little.
pub fn functions(count: usize) -> Vec<u8> {
    let mut function = Function::new([(2, ValType::I64)]);
    function.instructions().local_get(0).i64_const(1).i64_add().local_set(1).end();
    with_functions(&vec![function; count])
}

/// A `_start` with `count` locals, all of which are live to the end.
pub fn locals(count: u32) -> Vec<u8> {
    with_start(&[(count, ValType::I64)], |code| {
        for local in 0..count {
            code.local_get(count - 1 - local).i64_const(i64::from(local)).i64_add().local_set(local);
        }
    })
}

/// A `_start` whose blocks nest `depth` deep, in turns block, loop and if, with a branch out of the innermost.
pub fn nesting(depth: u32) -> Vec<u8> {
    with_start(&[], |code| {
        for level in 0..depth {
            match level % 3 {
                0 => code.block(BlockType::Empty),
                1 => code.loop_(BlockType::Empty),
                _ => code.i32_const(1).if_(BlockType::Empty),
            };
        }
        if depth > 0 {
            code.br((depth - 1) / 3 * 3);
        }
        for _ in 0..depth {
            code.end();
        }
    })
}

/// A `_start` whose body is exactly `bytes` long: the length that its entry in the code section states, local declarations included.
pub fn body_of_nops(bytes: usize) -> Vec<u8> {
    let mut start = Function::new([]);
    // One byte says that there are no locals, one ends the body.
    start.raw(std::iter::repeat_n(0x01, bytes - 2));
    start.instructions().end();
    with_functions(&[start])
}

/// A `_start` with a body of about `bytes`: arithmetic that depends on all that came before, memory accesses, and calls.
pub fn body_of_arithmetic(bytes: usize) -> Vec<u8> {
    with_start(&[(8, ValType::I64), (1, ValType::F64)], |code| {
        // 22 bytes a round.
        for round in 0..bytes / 22 {
            let local = (round % 8) as u32;
            code.local_get(local).local_get((local + 3) % 8).i64_mul().local_set(local);
            code.i32_const(8).local_get(local).i64_store(wasm_encoder::MemArg { offset: 0, align: 3, memory_index: 0 });
            code.local_get(8).local_get(local).f64_convert_i64_s().f64_div().local_set(8);
        }
    })
}

/// A `_start` of `count` conditional blocks, each of which changes a local, so that all of them join.
pub fn branches(count: usize) -> Vec<u8> {
    with_start(&[(16, ValType::I32)], |code| {
        for round in 0..count {
            let local = (round % 16) as u32;
            code.local_get(local).if_(BlockType::Empty).local_get((local + 1) % 16).local_set((local + 7) % 16);
            code.else_().i32_const(1).local_set(local).end();
        }
    })
}

/// A `_start` of `count` loops, one after another, none of which goes round.
pub fn loops(count: usize) -> Vec<u8> {
    with_start(&[(1, ValType::I32)], |code| {
        for _ in 0..count {
            code.loop_(BlockType::Empty).local_get(0).br_if(0).end();
        }
    })
}

/// A `_start` of `count` calls through a table, the first of which is outside it.
pub fn indirect_calls(count: usize) -> Vec<u8> {
    with_start(&[], |code| {
        for _ in 0..count {
            code.i32_const(1).call_indirect(0, 0);
        }
    })
}

/// A `_start` with a `br_table` of `targets` targets over `depth` blocks.
pub fn branch_table(targets: u32, depth: u32) -> Vec<u8> {
    with_start(&[], |code| {
        for _ in 0..depth {
            code.block(BlockType::Empty);
        }
        let list: Vec<u32> = (0..targets).map(|target| target % depth).collect();
        code.i32_const(-1).br_table(list, 0);
        for _ in 0..depth {
            code.end();
        }
    })
}

/// A `_start` that selects `count` times, each from the result of the one before.
pub fn selects(count: usize) -> Vec<u8> {
    with_start(&[(1, ValType::I64)], |code| {
        code.i64_const(7);
        for _ in 0..count {
            code.local_get(0).local_get(0).i32_wrap_i64().select();
        }
        code.local_set(0);
    })
}

/// A module with `count` active data segments of one byte.
pub fn data_segments(count: usize) -> Vec<u8> {
    let mut data = DataSection::new();
    for index in 0..count {
        let offset = wasm_encoder::ConstExpr::i32_const((index % 65_536) as i32);
        data.segment(DataSegment { mode: DataSegmentMode::Active { memory_index: 0, offset: &offset }, data: [1] });
    }
    let mut module = body_of_nops(2);
    append(&mut module, &data);
    module
}

/// A module with `count` element segments of one function, as many globals and exports, and a `_start` that refers to itself.
pub fn element_segments(count: usize) -> Vec<u8> {
    let globals = "(global i32 (i32.const 0)) ".repeat(count);
    let exports: String = (0..count - 1).map(|export| format!("(export \"{export}\" (func $start)) ")).collect();
    let segments = "(elem func $start) ".repeat(count);
    let text = format!("(module {globals} {exports} {segments} (func $start (export \"_start\") (drop (ref.func $start))))");
    wat::parse_str(text).expect("it is a module")
}

/// A module of exactly `bytes`: a custom section takes what is left.
pub fn of_length(bytes: usize) -> Vec<u8> {
    let module = body_of_nops(2);
    // A section of this many bytes of data has a header that depends on the number, so look for the one that fits.
    (bytes.saturating_sub(module.len() + 20)..bytes)
        .map(|data| {
            let mut longer = module.clone();
            append(&mut longer, &CustomSection { name: "padding".into(), data: vec![0xff; data].into() });
            longer
        })
        .find(|longer| longer.len() == bytes)
        .expect("one of these lengths fits")
}

fn append(module: &mut Vec<u8>, section: &impl wasm_encoder::Section) {
    section.append_to(module);
}
