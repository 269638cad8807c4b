//! # Metering (metering.md): walking the code as it runs
//!
//! The page defines fuel, check points and depth by what a module executes. So this runs the module and
//! looks: `copy.rs` makes a naive copy in which every instruction that costs something is preceded by a
//! call of an injected host function which is told what comes next, and an interpreter runs that copy. The
//! account of fuel and depth is kept outside of WebAssembly, in the few lines of `account.rs`.
//!
//! ```text
//! the module                    the copy that runs
//!
//! loop                          loop
//!                                 tell "the start of a loop"
//!                                 tell "an instruction of cost 2"
//!   call $f                       call $f
//!                                 tell "back from a call"
//!                                 tell "an instruction of cost 1"
//!   br 0                          br 0
//! end                           end
//! ```
//!
//! | file | section of the page | what |
//! |---|---|---|
//! | `cost.rs` | 1 | what an instruction costs |
//! | `reach.rs` | 2 | what can be reached by the rules of validation |
//! | `counted.rs`, `iterations.rs` | 3 | which loops are counted, and how often one runs |
//! | `function.rs` | 2, 3, 5 | what is known of a function before it runs |
//! | `account.rs` | 2, 4, 5 | fuel, check points, depth, what a trap has paid |
//! | `told.rs` | | what the copy tells |
//! | `copy.rs` | | the copy |
//! | `imports.rs`, `limits.rs`, `value.rs`, `ended.rs` | | what goes in and what comes out |
//! | `machine.rs`, `growth.rs`, `job.rs` | 4 | running it |
//!
//! **Why not rewrite the module, as a host does?** A host that rewrites adds up the cost of many
//! instructions and places the sum where it is cheap. Each step of that can be wrong, and a second
//! implementation of the same steps would be wrong in the same places. Here nothing is added up ahead but
//! what the page itself adds up: a counted loop.
//!
//! **Why wasmi?** It interprets, it can make NaNs canonical as section 6 asks, and its recursion does not
//! end with the native stack.
//!
//! Non-goals: speed. A module runs some hundred times slower than in an engine that compiles.

mod account;
mod copy;
mod cost;
mod counted;
mod ended;
mod function;
mod growth;
mod imports;
mod iterations;
mod job;
mod limits;
mod machine;
mod reach;
#[cfg(test)]
mod tests;
mod told;
mod value;

pub use account::paid;
pub use ended::{Ended, Status};
pub use function::{Facts, facts};
pub use imports::{Halt, HostCall, Imports, NoImports, Reply};
pub use iterations::iterations;
pub use job::run_job;
pub use limits::Limits;
pub use machine::Machine;
pub use value::Value;
