//! Constants by our own semantics: exact operations of Rust on f32 and integers, and the prelude interpreted. The host's libm is never asked.

mod builtin;
mod expressions;
mod interpret;
mod overrides;
mod scalar;

pub use builtin::builtin;
pub use expressions::global;
pub use interpret::{Value, call};
pub use overrides::overrides;
pub use scalar::{binary, cast, math, unary};
