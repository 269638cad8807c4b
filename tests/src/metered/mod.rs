//! Metering, three ways: the reference walks a module (metering.md says what it is), and the module that the host writes (section 7) counts for itself, in
//! wasmtime and in wasmi. Status, results bit for bit, trap and fuel must be equal.
//!
//! ```text
//!            ┌─ reference ── wasmi, told of every instruction ───────────────┐
//! module ────┤                                                               ├─► equal, or a panic that says what is not
//!            └─ instrument ─┬─ wasmtime ─┬─ account: globals before and after ┘
//!                           └─ wasmi ────┘
//! ```
//!
//! **Why two engines for one output?** The output must mean the same in every engine that follows the standard: wasmtime compiles, and leaves to a NaN the bits that
//! the processor made; wasmi interprets and shares no code with it.
//!
//! **Why no [`Host`](assay_sandbox::host::Host)?** What is compared here is counting. A host call is a check point with a charge; made-up calls with made-up charges meet
//! more of that than real ones.

mod account;
pub mod compiled;
pub mod interpreted;
pub mod made_up;
pub mod programs;
mod three;
pub mod with_host;

pub use three::{Engines, Prepared, Three};

/// Runs `work` on a thread whose stack holds what the deepest test calls.
///
/// # Panics
/// When `work` does.
pub fn with_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(compiled::STACK_BYTES + (32 << 20));
        match thread.spawn_scoped(scope, work).expect("a thread").join() {
            Ok(value) => value,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
