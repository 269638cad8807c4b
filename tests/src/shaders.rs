//! Generated shaders: whatever `arbitrary` makes of some bytes, as a WGSL program that is valid, ends, and has one result.
//!
//! ```text
//! bytes ─► program ─► statement ─► expression       structured: types, scopes and phases are kept, so nothing has to be thrown away
//!             │
//!             ▼
//!          oracle: lowered, validated, lowered again; the CPU executor with one thread and with several; each adapter
//! ```
//!
//! **Free of races by construction.** An invocation writes its own elements of storage and workgroup memory; workgroup memory is read by others only in phases without
//! writes, between barriers; a word of an atomic array sees one kind of operation until the next barrier.
//!
//! **Why so much that is wild?** Indices out of range, NaN, infinities, subnormals, shifts by anything, division by zero: plain WebGPU leaves all of it open, and it is
//! where back ends differ.

mod expression;
pub mod oracle;
mod program;
pub mod shape;
mod statement;
pub mod text;

pub use program::{Program, generate};
