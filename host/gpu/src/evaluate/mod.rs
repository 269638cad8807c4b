//! Constants by our own semantics: exact operations of Rust on f32 and integers, and the prelude interpreted. The host's libm is never asked.

mod interpret;
mod scalar;

pub use interpret::{Value, call};
pub use scalar::{binary, cast, math, unary};
