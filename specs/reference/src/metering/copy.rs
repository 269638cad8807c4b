//! The copy: the same module, which tells what it is about to do.
//!
//! Two functions are imported besides: one is told the number of a place, the other that number and two
//! operands. The module's own functions move up by two, and every mention of one with them. Each function
//! gets one more local, in which n is kept while it is told.
//!
//! What costs nothing and is no check point is not told: it would change nothing. The body of a counted loop is
//! not told either, because the loop has paid for it.
//!
//! **An `i32.popcnt` before each `select`.** wasmi 2.0.0 folds a comparison with zero into the `select` that
//! follows, and then selects by a register that nobody has set. Between most there is a call anyway; in counted loops
//! there is not. `popcnt` keeps whether the condition is zero, and keeps the two apart.

use super::cost::{self, Cost};
use super::counted::{Bound, Counted};
use super::function::{Function, Malformed, Shape};
use super::told::Told;
use std::convert::Infallible;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{CodeSection, EntityType, ImportSection, Instruction, Module, SectionId, TypeSection, ValType};
use wasmparser::{FunctionBody, Operator, Parser};

/// The module of the two imports. No module that a host admits imports from it.
pub(super) const IMPORT_MODULE: &str = "metering reference";
/// Told the number of a place.
pub(super) const TELL: &str = "tell";
/// Told the number of a place and two operands.
pub(super) const TELL_WITH: &str = "tell with operands";

/// How many functions are imported besides.
const MORE_IMPORTS: u32 = 2;

/// A module that tells, and what is at the places whose numbers it tells.
pub(super) struct Telling {
    /// The module.
    pub(super) wasm: Vec<u8>,
    /// What is where.
    pub(super) places: Vec<Told>,
}

/// Copies a valid module.
pub(super) fn telling(wasm: &[u8], shape: &Shape) -> Result<Telling, Malformed> {
    if shape.functions.is_empty() {
        return Ok(Telling { wasm: wasm.to_vec(), places: Vec::new() });
    }
    let mut copy = Copy { shape, done: 0, places: Vec::new() };
    let mut module = Module::new();
    copy.parse_core_module(&mut module, Parser::new(0), wasm).map_err(|error| error.to_string())?;
    Ok(Telling { wasm: module.finish(), places: copy.places })
}

struct Copy<'a> {
    shape: &'a Shape,
    /// How many bodies are copied.
    done: usize,
    places: Vec<Told>,
}

type Error = reencode::Error<Infallible>;

impl Reencode for Copy<'_> {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        Ok(if function < self.shape.imported_functions { function } else { function + MORE_IMPORTS })
    }

    fn parse_type_section(&mut self, types: &mut TypeSection, section: wasmparser::TypeSectionReader<'_>) -> Result<(), Error> {
        reencode::utils::parse_type_section(self, types, section)?;
        types.ty().function([ValType::I32], []);
        types.ty().function([ValType::I32; 3], []);
        Ok(())
    }

    fn parse_import_section(&mut self, imports: &mut ImportSection, section: wasmparser::ImportSectionReader<'_>) -> Result<(), Error> {
        reencode::utils::parse_import_section(self, imports, section)?;
        self.import(imports);
        Ok(())
    }

    /// A module without imports gets an import section, after its types.
    fn intersperse_section_hook(&mut self, module: &mut Module, after: Option<SectionId>, _: Option<SectionId>) -> Result<(), Error> {
        if after == Some(SectionId::Type) && !self.shape.imports {
            let mut imports = ImportSection::new();
            self.import(&mut imports);
            module.section(&imports);
        }
        Ok(())
    }

    /// Names and the like are ignored, so they may be malformed.
    fn parse_custom_section(&mut self, _: &mut Module, _: wasmparser::CustomSectionReader<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn parse_function_body(&mut self, code: &mut CodeSection, body: FunctionBody<'_>) -> Result<(), Error> {
        let shape = self.shape;
        let function = &shape.functions[self.done];
        self.done += 1;
        let mut locals = Vec::new();
        for group in body.get_locals_reader()? {
            let (count, ty) = group?;
            locals.push((count, self.val_type(ty)?));
        }
        locals.push((1, ValType::I32));
        let mut copy = wasm_encoder::Function::new(locals);
        if function.calls {
            self.tell(&mut copy, Told::Entry { weight: function.weight });
        }
        let mut paid_for = false;
        for (at, operator) in body.get_operators_reader()?.into_iter().enumerate() {
            let operator = operator?;
            if matches!(operator, Operator::Select | Operator::TypedSelect { .. }) {
                copy.instruction(&Instruction::I32Popcnt);
            }
            let is_told = function.reachable[at] && !paid_for;
            if is_told {
                self.before(&mut copy, function, at, &operator);
            }
            let ends = matches!(operator, Operator::End);
            let calls = cost::calls(&operator);
            copy.instruction(&self.instruction(operator)?);
            if ends {
                paid_for = false;
            } else if is_told {
                paid_for = self.after(&mut copy, function, at, calls);
            }
        }
        code.function(&copy);
        Ok(())
    }
}

impl Copy<'_> {
    fn import(&self, imports: &mut ImportSection) {
        imports.import(IMPORT_MODULE, TELL, EntityType::Function(self.shape.types));
        imports.import(IMPORT_MODULE, TELL_WITH, EntityType::Function(self.shape.types + 1));
    }

    /// What is told before an instruction.
    fn before(&mut self, copy: &mut wasm_encoder::Function, function: &Function, at: usize, operator: &Operator<'_>) {
        if let Some(counted) = loop_at(function, at).and_then(|found| found.counted) {
            self.tell_counted(copy, counted);
            return;
        }
        match cost::of(operator) {
            Cost::Fixed(cost) if cost::calls(operator) => self.tell(copy, Told::Call { cost }),
            Cost::Fixed(0) => {}
            Cost::Fixed(cost) => self.tell(copy, Told::Instruction { cost }),
            Cost::Length(length) => {
                let kept = function.locals; // the first after the function's own
                copy.instruction(&Instruction::LocalTee(kept));
                self.place(copy, Told::Length(length));
                copy.instruction(&Instruction::LocalGet(kept));
                copy.instruction(&Instruction::I32Const(0));
                copy.instruction(&Instruction::Call(self.shape.imported_functions + 1));
            }
        }
    }

    /// What is told after an instruction, and whether what follows is the body of a counted loop.
    fn after(&mut self, copy: &mut wasm_encoder::Function, function: &Function, at: usize, calls: bool) -> bool {
        if calls {
            self.tell(copy, Told::Back);
        }
        match loop_at(function, at) {
            Some(found) if found.counted.is_some() => true,
            Some(_) => {
                self.tell(copy, Told::Loop);
                false
            }
            None => false,
        }
    }

    /// Pushes the number of a new place.
    fn place(&mut self, copy: &mut wasm_encoder::Function, told: Told) {
        // A module of 256 MiB has not as many instructions as i32 has numbers.
        let number = self.places.len() as i32;
        self.places.push(told);
        copy.instruction(&Instruction::I32Const(number));
    }

    fn tell(&mut self, copy: &mut wasm_encoder::Function, told: Told) {
        self.place(copy, told);
        copy.instruction(&Instruction::Call(self.shape.imported_functions));
    }

    fn tell_counted(&mut self, copy: &mut wasm_encoder::Function, counted: Counted) {
        self.place(copy, Told::CountedLoop { step: counted.step, body_cost: counted.body_cost });
        copy.instruction(&Instruction::LocalGet(counted.counter));
        copy.instruction(&match counted.bound {
            Bound::Local(local) => Instruction::LocalGet(local),
            Bound::Constant(bound) => Instruction::I32Const(bound.cast_signed()),
        });
        copy.instruction(&Instruction::Call(self.shape.imported_functions + 1));
    }
}

/// The loop that begins at an instruction, if one does that can be reached.
fn loop_at(function: &Function, at: usize) -> Option<&super::function::Loop> {
    function.loops.binary_search_by_key(&at, |found| found.at).ok().map(|place| &function.loops[place])
}
