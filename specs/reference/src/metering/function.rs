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
    let mut parameters_of_type = Vec::new();
    let mut type_of_function = Vec::new();
    let malformed = |error: wasmparser::BinaryReaderError| error.to_string();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.map_err(malformed)? {
            Payload::TypeSection(section) => {
                for group in section {
                    for ty in group.map_err(malformed)?.into_types() {
                        shape.types += 1;
                        parameters_of_type.push(match ty.composite_type.inner {
                            CompositeInnerType::Func(ty) => ty.params().len(),
                            _ => return Err("a type that is no function's".into()),
                        });
                    }
                }
            }
            Payload::ImportSection(section) => {
                shape.imports = true;
                for import in section.into_imports() {
                    shape.imported_functions += u32::from(matches!(import.map_err(malformed)?.ty, TypeRef::Func(_)));
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    type_of_function.push(ty.map_err(malformed)?);
                }
            }
            Payload::StartSection { .. } => shape.start = true,
            Payload::CodeSectionEntry(body) => {
                let ty = type_of_function.get(shape.functions.len()).ok_or("a body without a type")?;
                let parameters = parameters_of_type.get(*ty as usize).ok_or("a function without its type")?;
                shape.functions.push(function(*parameters, &body).map_err(malformed)?);
            }
            _ => {}
        }
    }
    Ok(shape)
}

fn function(parameters: usize, body: &FunctionBody<'_>) -> Result<Function, wasmparser::BinaryReaderError> {
    let mut locals = parameters as u64;
    for group in body.get_locals_reader()? {
        locals += u64::from(group?.0);
    }
    let operators = body.get_operators_reader()?.into_iter().collect::<Result<Vec<Operator<'_>>, _>>()?;
    let reachable = reach::reachable(&operators);
    let reached = |at: &usize| reachable[*at];
    let loops = (0..operators.len()).filter(reached).filter(|at| matches!(operators[*at], Operator::Loop { .. }));
    let loops = loops.map(|at| Loop { at, counted: counted::counted(&operators[at..]) }).collect();
    let calls = (0..operators.len()).filter(reached).any(|at| cost::calls(&operators[at]));
    Ok(Function {
        // A valid function has 50,000 at most.
        locals: u32::try_from(locals).unwrap_or(u32::MAX),
        weight: 1 + locals / 64 + body.range().len() as u64 / 512,
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
