//! Generated programs, biased to what the instruments are clever about: charges that are moved between branches, loops that are paid for at once, NaNs that are
//! repaired as late as possible, calls that pass fuel and depth along.
//!
//! ```text
//! bytes ─► module.rs      signatures, imports, functions, a table with imports in it, globals, memory with NaNs in it
//!            └─► statements.rs   leave the stack as it is: control, stores, calls
//!            │     └─► loops.rs    counted loops, and those that nearly are
//!            └─► expressions.rs  push one value of a type
//!                  └─► operators.rs  instructions by what they take and give
//! ```
//!
//! A program is always valid. It ends, by its fuel at the latest: loops go round a few times, and calls that could go on for ever have a budget; few have neither.
//! What it computes is to be found in memory and in globals, all of which are exported.
//!
//! **Why not only wasm-smith?** It knows every instruction, and puts them next to each other without purpose: hardly ever is a NaN in the same local that a loop's
//! start joins with a loaded one, and never is a loop nearly counted.

mod expressions;
mod loops;
mod module;
mod operators;
mod statements;

pub use module::program;

use arbitrary::{Result, Unstructured};
use wasm_encoder::{BlockType, Instruction, ValType};

/// Types of values.
const TYPES: [ValType; 5] = [ValType::I32, ValType::I64, ValType::F32, ValType::F64, ValType::V128];

/// A function type.
type Signature = (Vec<ValType>, Vec<ValType>);

/// What all functions of a program share.
struct Program {
    types: Vec<Signature>,
    /// The type of each function, imports first.
    functions: Vec<u32>,
    imports: u32,
    /// What is in the table.
    table: Vec<Option<u32>>,
}

/// Globals: one of each type, in their order, then constants of the float types, then what calls may still be made.
const GLOBAL_CONSTANTS: u32 = 5;
const GLOBAL_BUDGET: u32 = 8;
/// Functions whose two and three results are addresses that fit, in front of all others but imports.
const ADDRESSES: u32 = 2;

impl Program {
    fn type_index(&mut self, params: &[ValType], results: &[ValType]) -> u32 {
        let found = self.types.iter().position(|(p, r)| p == params && r == results);
        let at = found.unwrap_or_else(|| {
            self.types.push((params.to_vec(), results.to_vec()));
            self.types.len() - 1
        });
        u32::try_from(at).expect("few types")
    }

    fn block_type(&mut self, params: &[ValType], results: &[ValType]) -> BlockType {
        match (params, results) {
            ([], []) => BlockType::Empty,
            ([], [one]) => BlockType::Result(*one),
            _ => BlockType::FunctionType(self.type_index(params, results)),
        }
    }

    fn signature(&self, function: u32) -> Signature {
        self.types[self.functions[function as usize] as usize].clone()
    }
}

/// A function that is being generated.
struct Body<'p, 'b, 'u> {
    program: &'p mut Program,
    u: &'b mut Unstructured<'u>,
    /// Its number.
    own: u32,
    locals: Vec<ValType>,
    /// Locals that anything may set; those of counters are not among them.
    free: Vec<u32>,
    /// What a branch to each label takes, the function's first, and whether it goes to a loop's start.
    labels: Vec<(Vec<ValType>, bool)>,
    code: Vec<Instruction<'static>>,
    /// Control instructions and calls that may still be made.
    left: u32,
    /// In a counted loop: no control, no calls.
    straight: bool,
}

impl Body<'_, '_, '_> {
    fn emit(&mut self, instruction: Instruction<'static>) {
        self.code.push(instruction);
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Result<T> {
        self.u.choose(from).copied()
    }

    fn below(&mut self, end: u32) -> Result<u32> {
        self.u.int_in_range(0..=end.max(1) - 1)
    }

    fn one_in(&mut self, many: u32) -> Result<bool> {
        // The last, not the first: what is out of bytes is 0.
        Ok(self.below(many)? == many - 1)
    }

    /// Floats and vectors are what this is about.
    fn ty(&mut self) -> Result<ValType> {
        use ValType::{F32, F64, I32, I64, V128};
        self.pick(&[F64, F32, V128, F64, F32, V128, F64, I32, I64])
    }

    fn add_local(&mut self, ty: ValType) -> u32 {
        self.locals.push(ty);
        u32::try_from(self.locals.len() - 1).expect("few locals")
    }

    /// A local of this type that anything may set.
    fn free_local(&mut self, ty: ValType) -> Result<u32> {
        let fitting: Vec<u32> = self.free.iter().copied().filter(|local| self.locals[*local as usize] == ty).collect();
        if fitting.is_empty() {
            let local = self.add_local(ty);
            self.free.push(local);
            return Ok(local);
        }
        self.pick(&fitting)
    }

    /// A local of this type.
    fn any_local(&mut self, ty: ValType) -> Result<u32> {
        self.free_local(ty)
    }

    /// Counts against the size of the function.
    fn spend(&mut self) -> bool {
        let some = self.left > 0;
        self.left = self.left.saturating_sub(1);
        some
    }
}

/// The global of a type that can be set.
fn global(ty: ValType) -> u32 {
    let at = TYPES.iter().position(|one| *one == ty).expect("no other types");
    u32::try_from(at).expect("few types")
}
