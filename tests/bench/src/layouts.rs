//! The same module with its code in other places.
//!
//! Where a loop happens to stand in memory makes a kernel faster or slower by as much as a half, whatever is measured. So every side is measured in several layouts, each with a function of another length
//! before all others, and the best of them counts.

use anyhow::{Result, anyhow};
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{CodeSection, Function, FunctionSection, MemArg, TypeSection};

/// Puts a function in front.
struct InFront {
    imports: u32,
    types: u32,
    /// Loads in the function: each is some bytes of code.
    loads: u32,
}

impl Reencode for InFront {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, reencode::Error> {
        Ok(if index < self.imports { index } else { index + 1 })
    }

    /// Names and the like: they would have to move as well, and nothing here reads them.
    fn parse_custom_section(
        &mut self,
        _: &mut wasm_encoder::Module,
        _: wasmparser::CustomSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        Ok(())
    }

    fn parse_type_section(&mut self, types: &mut TypeSection, section: wasmparser::TypeSectionReader<'_>) -> Result<(), reencode::Error> {
        self.types = section.count();
        reencode::utils::parse_type_section(self, types, section)?;
        types.ty().function([], []);
        Ok(())
    }

    fn parse_import_section(
        &mut self,
        imports: &mut wasm_encoder::ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        for import in section.clone().into_imports() {
            self.imports += u32::from(matches!(import?.ty, wasmparser::TypeRef::Func(_)));
        }
        reencode::utils::parse_import_section(self, imports, section)
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        functions.function(self.types);
        reencode::utils::parse_function_section(self, functions, section)
    }

    fn parse_code_section(&mut self, code: &mut CodeSection, section: wasmparser::CodeSectionReader<'_>) -> Result<(), reencode::Error> {
        let mut function = Function::new([]);
        for _ in 0..self.loads {
            function.instructions().i32_const(0).i32_load(MemArg { offset: 0, align: 0, memory_index: 0 }).drop();
        }
        function.instructions().end();
        code.function(&function);
        reencode::utils::parse_code_section(self, code, section)
    }
}

/// `wasm` with its code moved.
///
/// # Errors
/// When it is not a module.
pub fn moved(wasm: &[u8], loads: u32) -> Result<Vec<u8>> {
    let mut module = wasm_encoder::Module::new();
    let parser = wasmparser::Parser::new(0);
    InFront { imports: 0, types: 0, loads }
        .parse_core_module(&mut module, parser, wasm)
        .map_err(|e| anyhow!("the module cannot be written again: {e:?}"))?;
    Ok(module.finish())
}
