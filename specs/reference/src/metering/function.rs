//! What is known of a module's functions before they run.

use super::cost;
use super::counted::{self, Counted};
use super::reach;
use wasmparser::{CompositeInnerType, FunctionBody, Operator, Parser, Payload, TypeRef};

/// What this reads, in words, where it cannot.
pub(super) type Malformed = String;

/// What the copy has to know of a module.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// How many types it has.
    pub(super) types: u32,
    /// How many functions it imports.
    pub(super) imported_functions: u32,
    /// Its own functions, in order.
    pub(super) functions: Vec<Function>,
    /// Whether it has an import section.
    pub(super) imports: bool,
    /// Whether it has a start function.
    pub(super) start: bool,
}

/// What is known of one function.
#[derive(Debug)]
pub(super) struct Function {
    /// Its parameters and locals together.
    pub(super) locals: u32,
    /// Section 5.
    pub(super) weight: u64,
    /// Whether its body holds a `call` or `call_indirect` that can be reached.
    pub(super) calls: bool,
    /// For each instruction, whether it can be reached.
    pub(super) reachable: Vec<bool>,
    /// The loops that can be reached.
    pub(super) loops: Vec<Loop>,
}

/// A loop that can be reached.
#[derive(Debug)]
pub(super) struct Loop {
    /// The place of its `loop` among the instructions of the body.
    pub(super) at: usize,
    /// How it counts, if it does.
    pub(super) counted: Option<Counted>,
}

/// Reads a valid module.
pub(super) fn shape(wasm: &[u8]) -> Result<Shape, Malformed> {
    let mut shape = Shape::default();
    let mut types = Types::default();
    let malformed = |error: wasmparser::BinaryReaderError| error.to_string();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.map_err(malformed)? {
            Payload::TypeSection(section) => {
                for group in section {
                    for ty in group.map_err(malformed)?.into_types() {
                        shape.types += 1;
                        match ty.composite_type.inner {
                            CompositeInnerType::Func(ty) => types.signatures.push((ty.params().len(), ty.results().len())),
                            _ => return Err("a type that is no function's".into()),
                        }
                    }
                }
            }
            Payload::ImportSection(section) => {
                shape.imports = true;
                for import in section.into_imports() {
                    if let TypeRef::Func(ty) = import.map_err(malformed)?.ty {
                        shape.imported_functions += 1;
                        types.of_functions.push(ty);
                    }
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    types.of_functions.push(ty.map_err(malformed)?);
                }
            }
            Payload::StartSection { .. } => shape.start = true,
            Payload::CodeSectionEntry(body) => {
                let index = shape.imported_functions as usize + shape.functions.len();
                let ty = *types.of_functions.get(index).ok_or("a body without a type")?;
                shape.functions.push(function(ty, &types, &body).map_err(malformed)?);
            }
            _ => {}
        }
    }
    Ok(shape)
}

/// The types of a module, and which of them its functions have, imports first.
#[derive(Default)]
struct Types {
    /// How many parameters and results each type has.
    signatures: Vec<(usize, usize)>,
    of_functions: Vec<u32>,
}

impl Types {
    fn signature(&self, ty: u32) -> (usize, usize) {
        self.signatures.get(ty as usize).copied().unwrap_or_default()
    }

    /// How many results beyond the first an instruction gives, if it is a call.
    fn results_beyond_the_first(&self, operator: &Operator<'_>) -> u64 {
        let ty = match operator {
            Operator::Call { function_index } => self.of_functions.get(*function_index as usize).copied(),
            Operator::CallIndirect { type_index, .. } => Some(*type_index),
            _ => None,
        };
        ty.map_or(0, |ty| self.signature(ty).1.saturating_sub(1) as u64)
    }
}

fn function(ty: u32, types: &Types, body: &FunctionBody<'_>) -> Result<Function, wasmparser::BinaryReaderError> {
    let mut locals = types.signature(ty).0 as u64;
    for group in body.get_locals_reader()? {
        locals += u64::from(group?.0);
    }
    let operators = body.get_operators_reader()?.into_iter().collect::<Result<Vec<Operator<'_>>, _>>()?;
    let reachable = reach::reachable(&operators);
    let reached = |at: &usize| reachable[*at];
    let loops = (0..operators.len()).filter(reached).filter(|at| matches!(operators[*at], Operator::Loop { .. }));
    let loops = loops.map(|at| Loop { at, counted: counted::counted(&operators[at..]) }).collect();
    let calls = (0..operators.len()).filter(reached).any(|at| cost::calls(&operators[at]));
    let results: u64 = (0..operators.len()).filter(reached).map(|at| types.results_beyond_the_first(&operators[at])).sum();
    Ok(Function {
        // A valid function has 50,000 at most.
        locals: u32::try_from(locals).unwrap_or(u32::MAX),
        weight: 1 + (locals + results) / 64 + body.range().len() as u64 / 512,
        calls,
        reachable,
        loops,
    })
}

/// What a test may want to know of one function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Loops that can be reached by the rules of validation.
    pub loops: usize,
    /// Those of them that are counted.
    pub counted_loops: usize,
    /// Section 5.
    pub weight: u64,
    /// Whether its body holds a `call` or `call_indirect` that can be reached; if not, it has no part in the depth.
    pub calls: bool,
}

/// The facts of each function that a valid module defines, in order.
///
/// # Errors
/// In words, where the module cannot be read.
pub fn facts(wasm: &[u8]) -> Result<Vec<Facts>, String> {
    let facts = |function: &Function| Facts {
        loops: function.loops.len(),
        counted_loops: function.loops.iter().filter(|one| one.counted.is_some()).count(),
        weight: function.weight,
        calls: function.calls,
    };
    Ok(shape(wasm)?.functions.iter().map(facts).collect())
}
