//! What of a module its functions need to know, and the sections of it that change.
//!
//! ```text
//! types      as they were, then each again with the parameters and results of the instruments
//! functions  imports; the module's own, of the second kind of type; bridges: one for each exported function, and for each import if any may be in a table
//! globals    as they were, then reserve, slice, depth
//! exports    as they were, functions through their bridges; then the added globals, and the start function
//! ```
//!
//! A module that is profiled has two types, a table and an export more, behind all others (`probe`).

use std::collections::BTreeSet;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    BlockType, ConstExpr, ElementSection, Elements, Encode, ExportKind, ExportSection, FunctionSection, GlobalSection, GlobalType,
    TypeSection, ValType,
};
use wasmparser::{
    ElementItems, ElementSectionReader, ExportSectionReader, ExternalKind, FuncType, FunctionBody, GlobalSectionReader, Operator, Parser,
    Payload, TypeRef,
};

use super::layout::{Globals, Layout};
use super::probe::Probes;
use super::write::{Written, value_type};
use super::{AddedExports, Instruments};

/// A module, as far as its functions and its sections that change are concerned.
#[derive(Default)]
pub(super) struct Module<'a> {
    pub(super) instruments: Instruments,
    /// Whether its functions have probes.
    pub(super) probed: bool,
    types: Vec<FuncType>,
    /// Index of the type of every function, imports first.
    functions: Vec<u32>,
    imports: u32,
    tables: u32,
    globals: u32,
    start: Option<u32>,
    /// A segment, a global or an export names an import: it may be called through a table, so it needs a bridge.
    imports_in_tables: bool,
    /// Functions of the module that are exported, in order: each has a bridge.
    exported: Vec<u32>,
    pub(super) bodies: Vec<FunctionBody<'a>>,
    /// Sections that are copied as they are: import, table, memory, data count, data.
    pub(super) raw: Vec<(u8, &'a [u8])>,
    pub(super) global_section: Option<GlobalSectionReader<'a>>,
    pub(super) export_section: Option<ExportSectionReader<'a>>,
    pub(super) element_section: Option<ElementSectionReader<'a>>,
}

impl<'a> Module<'a> {
    /// Reads a valid module.
    pub(super) fn read(wasm: &'a [u8], instruments: Instruments) -> wasmparser::Result<Self> {
        let mut module = Self { instruments, ..Self::default() };
        for payload in Parser::new(0).parse_all(wasm) {
            module.payload(wasm, payload?)?;
        }
        module.exported.extend(module.start.filter(|start| *start >= module.imports));
        module.exported.sort_unstable();
        module.exported.dedup();
        Ok(module)
    }

    fn payload(&mut self, wasm: &'a [u8], payload: Payload<'a>) -> wasmparser::Result<()> {
        // The bytes of a section that is copied.
        let mut copy = |id: u8, range: std::ops::Range<usize>| self.raw.push((id, &wasm[range]));
        match payload {
            Payload::TypeSection(section) => {
                for ty in section.into_iter_err_on_gc_types() {
                    self.types.push(ty?);
                }
            }
            Payload::ImportSection(section) => {
                copy(2, section.range());
                for import in section.into_imports() {
                    if let TypeRef::Func(ty) = import?.ty {
                        self.functions.push(ty);
                        self.imports += 1;
                    }
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    self.functions.push(ty?);
                }
            }
            Payload::TableSection(section) => {
                self.tables = section.count();
                copy(4, section.range());
            }
            Payload::MemorySection(section) => copy(5, section.range()),
            Payload::GlobalSection(section) => {
                self.globals = section.count();
                for global in section.clone() {
                    for operator in global?.init_expr.get_operators_reader() {
                        self.refers(&operator?);
                    }
                }
                self.global_section = Some(section);
            }
            Payload::ExportSection(section) => {
                for export in section.clone() {
                    let export = export?;
                    match export.kind {
                        ExternalKind::Func if export.index >= self.imports => self.exported.push(export.index),
                        // What is exported may be referred to.
                        ExternalKind::Func => self.imports_in_tables = true,
                        _ => {}
                    }
                }
                self.export_section = Some(section);
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(section) => {
                for segment in section.clone() {
                    match segment?.items {
                        ElementItems::Functions(functions) => {
                            for function in functions {
                                self.imports_in_tables |= function? < self.imports;
                            }
                        }
                        ElementItems::Expressions(_, expressions) => {
                            for expression in expressions {
                                for operator in expression?.get_operators_reader() {
                                    self.refers(&operator?);
                                }
                            }
                        }
                    }
                }
                self.element_section = Some(section);
            }
            Payload::DataCountSection { range, .. } => copy(12, range),
            Payload::DataSection(section) => copy(11, section.range()),
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            _ => {}
        }
        Ok(())
    }

    fn refers(&mut self, operator: &Operator<'_>) {
        if let Operator::RefFunc { function_index } = operator {
            self.imports_in_tables |= *function_index < self.imports;
        }
    }

    /// The probes of its functions, if they have any.
    pub(super) fn probes(&self) -> Option<Probes> {
        let kinds = if self.has_result_blocks() { 3 } else { 2 };
        self.probed.then_some(Probes { table: self.tables, types: kinds * self.types.len() as u32 })
    }

    /// Whether any function has several results: only then there are types of blocks around whole bodies.
    fn has_result_blocks(&self) -> bool {
        self.types.iter().any(|ty| ty.results().len() > 1)
    }

    /// Whether function `index` is the host's.
    pub(super) fn is_import(&self, index: u32) -> bool {
        index < self.imports
    }

    /// Index of a function that the module defines, by its place among them.
    pub(super) fn index(&self, place: usize) -> u32 {
        self.imports + place as u32
    }

    /// Index of the type of a function that the module defines, by its place among them; as it was.
    pub(super) fn type_of(&self, place: usize) -> u32 {
        self.functions[self.imports as usize + place]
    }

    /// Index of the type of any function, as it was.
    pub(super) fn type_of_function(&self, index: u32) -> u32 {
        self.functions[index as usize]
    }

    /// A type as it was.
    pub(super) fn ty(&self, index: u32) -> &FuncType {
        &self.types[index as usize]
    }

    /// The index of a type with what every function of the module is passed and returns.
    pub(super) fn metered_type(&self, index: u32) -> u32 {
        index + self.types.len() as u32
    }

    /// What a function index stands for where functions are referred to and not called.
    pub(super) fn reference(&self, index: u32) -> u32 {
        if self.is_import(index) { self.import_bridge(index) } else { index }
    }

    /// The type of a block that gives what functions of type `index` give.
    pub(super) fn result_block(&self, index: u32) -> BlockType {
        match self.ty(index).results() {
            [] => BlockType::Empty,
            [one] => BlockType::Result(value_type(*one)),
            // Its parameters are locals, not on the stack: a type without them is needed.
            _ => BlockType::FunctionType(2 * self.types.len() as u32 + index),
        }
    }

    /// The layout of a function of type `index`.
    pub(super) fn layout(&self, index: u32) -> Layout {
        let globals = Globals { reserve: self.globals, slice: self.globals + 1, depth: self.globals + 2 };
        Layout { instruments: self.instruments, globals, params: self.ty(index).params().len() as u32 }
    }

    fn import_bridge(&self, index: u32) -> u32 {
        self.functions.len() as u32 + index
    }

    fn export_bridge(&self, index: u32) -> u32 {
        let before = self.exported.partition_point(|exported| *exported < index) as u32;
        let imports = if self.imports_in_tables { self.imports } else { 0 };
        self.functions.len() as u32 + imports + before
    }

    pub(super) fn type_section(&self) -> TypeSection {
        let mut section = TypeSection::new();
        let instruments = self.instruments;
        for ty in &self.types {
            section.ty().function(ty.params().iter().map(|ty| value_type(*ty)), ty.results().iter().map(|ty| value_type(*ty)));
        }
        let fuel = instruments.fuel.then_some(ValType::I64);
        let depth = instruments.depth.then_some(ValType::I32);
        for ty in &self.types {
            let params: Vec<ValType> = ty.params().iter().map(|ty| value_type(*ty)).chain(fuel).chain(depth).collect();
            let results: Vec<ValType> = ty.results().iter().map(|ty| value_type(*ty)).chain(fuel).collect();
            section.ty().function(params, results);
        }
        // Types of blocks around whole bodies; only several results need one.
        if self.has_result_blocks() {
            for ty in &self.types {
                section.ty().function([], ty.results().iter().map(|ty| value_type(*ty)));
            }
        }
        if self.probed {
            Probes::append_types(&mut section);
        }
        section
    }

    pub(super) fn function_section(&self) -> FunctionSection {
        let mut section = FunctionSection::new();
        for ty in &self.functions[self.imports as usize..] {
            section.function(self.metered_type(*ty));
        }
        if self.imports_in_tables {
            for ty in &self.functions[..self.imports as usize] {
                section.function(self.metered_type(*ty));
            }
        }
        for index in &self.exported {
            section.function(self.functions[*index as usize]);
        }
        section
    }

    pub(super) fn global_section(&self) -> Result<GlobalSection, Error> {
        let mut section = GlobalSection::new();
        if let Some(globals) = &self.global_section {
            References(self).parse_global_section(&mut section, globals.clone())?;
        }
        let global = |val_type| GlobalType { val_type, mutable: true, shared: false };
        section.global(global(ValType::I64), &ConstExpr::i64_const(0));
        section.global(global(ValType::I64), &ConstExpr::i64_const(0));
        section.global(global(ValType::I32), &ConstExpr::i32_const(0));
        Ok(section)
    }

    /// The exports, the names of those that are added, and that of the table of probes if there is one.
    pub(super) fn export_section(&self) -> wasmparser::Result<(ExportSection, AddedExports, Option<String>)> {
        let mut section = ExportSection::new();
        let mut taken = BTreeSet::new();
        for export in self.export_section.iter().flat_map(|exports| exports.clone()) {
            let export = export?;
            taken.insert(export.name);
            let (kind, index) = match export.kind {
                ExternalKind::Func if self.is_import(export.index) => (ExportKind::Func, export.index),
                ExternalKind::Func => (ExportKind::Func, self.export_bridge(export.index)),
                ExternalKind::Table => (ExportKind::Table, export.index),
                ExternalKind::Memory => (ExportKind::Memory, export.index),
                _ => (ExportKind::Global, export.index),
            };
            section.export(export.name, kind, index);
        }
        let fresh = |name: &str| {
            let mut name = name.to_owned();
            while taken.contains(name.as_str()) {
                name.push('\'');
            }
            name
        };
        let names = AddedExports {
            reserve: fresh("assay.reserve"),
            slice: fresh("assay.slice"),
            depth: fresh("assay.depth"),
            start: self.start.map(|_| fresh("assay.start")),
        };
        section.export(&names.reserve, ExportKind::Global, self.globals);
        section.export(&names.slice, ExportKind::Global, self.globals + 1);
        section.export(&names.depth, ExportKind::Global, self.globals + 2);
        if let (Some(name), Some(start)) = (&names.start, self.start) {
            let index = if self.is_import(start) { start } else { self.export_bridge(start) };
            section.export(name, ExportKind::Func, index);
        }
        let probes = self.probed.then(|| fresh("assay.probes"));
        if let Some(name) = &probes {
            section.export(name, ExportKind::Table, self.tables);
        }
        Ok((section, names, probes))
    }

    /// The segments, and one that declares what `ref.func` names and no export does any more.
    pub(super) fn element_section(&self) -> Result<ElementSection, Error> {
        let mut section = ElementSection::new();
        if let Some(elements) = &self.element_section {
            References(self).parse_element_section(&mut section, elements.clone())?;
        }
        let mut declared = self.exported.clone();
        if self.imports_in_tables {
            declared.extend((0..self.imports).map(|import| self.import_bridge(import)));
        }
        if !declared.is_empty() {
            section.declared(Elements::Functions(declared.into()));
        }
        Ok(section)
    }

    /// Appends the bodies of the bridges.
    pub(super) fn bridges(&self, written: &mut Written) {
        let mut append = |function: &wasm_encoder::Function| {
            function.encode(&mut written.bytes);
            written.functions += 1;
        };
        let instruments = self.instruments;
        if self.imports_in_tables {
            for import in 0..self.imports {
                let layout = self.layout(self.functions[import as usize]);
                let mut function = wasm_encoder::Function::new([]);
                let mut emit = function.instructions();
                if instruments.fuel {
                    emit.local_get(layout.fuel()).global_set(layout.globals.slice);
                }
                for param in 0..layout.params {
                    emit.local_get(param);
                }
                emit.call(import);
                if instruments.fuel {
                    emit.global_get(layout.globals.slice);
                }
                emit.end();
                append(&function);
            }
        }
        for index in &self.exported {
            let layout = self.layout(self.functions[*index as usize]);
            let mut function = wasm_encoder::Function::new([]);
            let mut emit = function.instructions();
            for param in 0..layout.params {
                emit.local_get(param);
            }
            if instruments.fuel {
                emit.global_get(layout.globals.slice);
            }
            if instruments.depth {
                emit.global_get(layout.globals.depth);
            }
            emit.call(*index);
            if instruments.fuel {
                emit.global_set(layout.globals.slice);
            }
            emit.end();
            append(&function);
        }
    }
}

/// Copies sections in which functions are referred to.
struct References<'m, 'a>(&'m Module<'a>);

impl Reencode for References<'_, '_> {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error> {
        Ok(self.0.reference(index))
    }
}
