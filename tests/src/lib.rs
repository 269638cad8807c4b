//! Generators and oracles of the workspace's tests, shared with `fuzz/`.
//!
//! ```text
//! generators   bytes ─► modules, host calls;  folders ─► guests          tests/*.rs    feeds them seeds, vectors and mutations, in bounded time
//! oracles      bytes ─► nothing, or a panic that says what does not hold fuzz/         feeds them what libFuzzer finds, for as long as one likes
//! ```
//!
//! **Why share?** What the fuzzer finds becomes a seed, and a seed is a test. An oracle is differential wherever two implementations exist: host against
//! reference, wasmtime against wasmi, a run against the same run again.

pub mod adapter;
pub mod calls;
pub mod corpus;
pub mod deep_modules;
pub mod expressions;
#[path = "../../host/sandbox/tests/model/mod.rs"]
pub mod file_system_model;
pub mod guests;
pub mod large_modules;
pub mod ledger_files;
pub mod metered;
pub mod modules;
pub mod operators;
pub mod oracles;
pub mod program;
pub mod second_engine;
pub mod seeds;
pub mod settlement_world;
pub mod shaders;
pub mod vectors;
