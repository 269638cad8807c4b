//! The module around the functions.

use arbitrary::{Result, Unstructured};
use wasm_encoder::{
    CodeSection, ConstExpr, DataCountSection, DataSection, ElementSection, Elements, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, GlobalType, Ieee32, Ieee64, ImportSection, Instruction, MemorySection, MemoryType, Module, RefType,
    StartSection, TableSection, TableType, TypeSection, ValType,
};

use super::expressions::{BITS32, BITS64};
use super::{ADDRESSES, Body, GLOBAL_BUDGET, Program, TYPES};

/// Calls that the functions of a program may make of those in front of them, all together.
const BUDGET: i32 = 60;

/// A program: a module that exports `run` without parameters and results, its memory, and its globals.
///
/// # Errors
/// When it cannot be made of these bytes.
pub fn program(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    use ValType::{F32, F64, I32, I64, V128};
    let mut program = Program { types: Vec::new(), functions: Vec::new(), imports: 0, table: Vec::new() };
    let imports: [(&[ValType], &[ValType]); 4] = [(&[], &[]), (&[F64], &[I32]), (&[F32, I32, F64], &[]), (&[I64, F32], &[I32])];
    program.imports = if u.ratio(3_u8, 4)? { 4 } else { 1 };
    for (params, results) in imports.into_iter().take(program.imports as usize) {
        let ty = program.type_index(params, results);
        program.functions.push(ty);
    }
    for count in [2, 3] {
        let ty = program.type_index(&[], &vec![I32; count]);
        program.functions.push(ty);
    }
    let own = u.int_in_range(1..=4)?;
    for _ in 0..own {
        let mut list = |most: u8| -> Result<Vec<ValType>> {
            let count = u.int_in_range(0..=most)?;
            (0..count).map(|_| u.choose(&[F64, F32, V128, I32, F64, I64]).copied()).collect()
        };
        let (params, results) = (list(3)?, list(3)?);
        let ty = program.type_index(&params, &results);
        program.functions.push(ty);
    }
    // What the start function is, and `run`.
    let nothing = program.type_index(&[], &[]);
    program.functions.extend([nothing, nothing]);
    let all = program.functions.len() as u32;
    for _ in 0..8 {
        let function = if u.ratio(1_u8, 6)? { None } else { Some(u.int_in_range(0..=all - 2)?) };
        program.table.push(function);
    }
    program.table[0] = Some(u.int_in_range(0..=all - 2)?);

    let mut code = CodeSection::new();
    let addresses: [i32; 3] = [u.int_in_range(0..=30)? * 8, u.int_in_range(0..=250)?, u.int_in_range(0..=60)? * 4];
    for count in 2..2 + ADDRESSES as usize {
        let mut function = Function::new([]);
        for address in &addresses[..count] {
            function.instruction(&Instruction::I32Const(*address));
        }
        function.instruction(&Instruction::End);
        code.function(&function);
    }
    for own in program.imports + ADDRESSES..all {
        code.function(&function(&mut program, u, own)?);
    }
    let start = u.ratio(1_u8, 4)?.then_some(all - 2);
    let exported = u.int_in_range(0..=all - 2)?;
    Ok(encode(&program, u, &code, start, exported)?.finish())
}

fn function(program: &mut Program, u: &mut Unstructured<'_>, own: u32) -> Result<Function> {
    let (params, results) = program.signature(own);
    let mut body = Body {
        program,
        u,
        own,
        free: (0..params.len() as u32).collect(),
        locals: params.clone(),
        labels: vec![(results.clone(), false)],
        code: Vec::new(),
        left: 40,
        straight: false,
    };
    // Few locals, that all are used for this and that.
    for ty in [ValType::F64, ValType::F32, ValType::V128, ValType::F64, ValType::V128, ValType::I32] {
        let local = body.add_local(ty);
        body.free.push(local);
    }
    if body.one_in(12)? {
        // Weight.
        for _ in 0..70 {
            body.add_local(ValType::I64);
        }
    }
    let count = 2 + body.below(6)?;
    for _ in 0..count {
        body.statement(4)?;
    }
    body.store_locals()?;
    for ty in &results {
        body.expression(*ty, 3)?;
    }
    let mut function = Function::new(body.locals[params.len()..].iter().map(|ty| (1, *ty)));
    for instruction in &body.code {
        function.instruction(instruction);
    }
    function.instruction(&Instruction::End);
    Ok(function)
}

fn encode(program: &Program, u: &mut Unstructured<'_>, code: &CodeSection, start: Option<u32>, exported: u32) -> Result<Module> {
    let mut types = TypeSection::new();
    for (params, results) in &program.types {
        types.ty().function(params.iter().copied(), results.iter().copied());
    }
    let mut imports = ImportSection::new();
    let mut functions = FunctionSection::new();
    for (at, ty) in program.functions.iter().enumerate() {
        if at < program.imports as usize {
            imports.import("host", &format!("f{at}"), EntityType::Function(*ty));
        } else {
            functions.function(*ty);
        }
    }
    let mut tables = TableSection::new();
    let elements = program.table.len() as u64;
    tables.table(TableType { element_type: RefType::FUNCREF, table64: false, minimum: elements, maximum: None, shared: false });
    let mut memories = MemorySection::new();
    memories.memory(MemoryType { minimum: 1, maximum: Some(3), memory64: false, shared: false, page_size_log2: None });
    let mut globals = GlobalSection::new();
    let (single, double) = (*u.choose(&BITS32)?, *u.choose(&BITS64)?);
    let of = |ty: ValType| match ty {
        ValType::I32 => ConstExpr::i32_const(5),
        ValType::I64 => ConstExpr::i64_const(-5),
        ValType::F32 => ConstExpr::f32_const(Ieee32::new(single)),
        ValType::F64 => ConstExpr::f64_const(Ieee64::new(double)),
        _ => ConstExpr::v128_const((u128::from(double) << 64 | u128::from(single)).cast_signed()),
    };
    for val_type in TYPES {
        globals.global(GlobalType { val_type, mutable: true, shared: false }, &of(val_type));
    }
    for val_type in [ValType::F32, ValType::F64, ValType::V128] {
        globals.global(GlobalType { val_type, mutable: false, shared: false }, &of(val_type));
    }
    globals.global(GlobalType { val_type: ValType::I32, mutable: true, shared: false }, &ConstExpr::i32_const(BUDGET));
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    exports.export("run", ExportKind::Func, program.functions.len() as u32 - 1);
    exports.export("another", ExportKind::Func, exported);
    for global in 0..=GLOBAL_BUDGET {
        exports.export(&format!("g{global}"), ExportKind::Global, global);
    }
    let mut segments = ElementSection::new();
    for (at, function) in program.table.iter().enumerate() {
        if let Some(function) = function {
            segments.active(None, &ConstExpr::i32_const(at as i32), Elements::Functions([*function].as_slice().into()));
        }
    }
    let mut data = DataSection::new();
    let mut bytes = Vec::new();
    for at in 0..24_u64 {
        if at % 3 == 0 {
            bytes.extend(u.choose(&BITS64)?.to_le_bytes());
        } else {
            bytes.extend(u.choose(&BITS32)?.to_le_bytes());
            bytes.extend(u.choose(&BITS32)?.to_le_bytes());
        }
    }
    data.active(0, &ConstExpr::i32_const(0), bytes.clone());
    data.passive(bytes[..64].iter().copied());
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&tables).section(&memories).section(&globals).section(&exports);
    if let Some(function_index) = start {
        module.section(&StartSection { function_index });
    }
    module.section(&segments).section(&DataCountSection { count: 2 }).section(code).section(&data);
    Ok(module)
}
