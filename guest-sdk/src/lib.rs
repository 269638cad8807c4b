#![doc = include_str!("../README.md")]
//!
//! # How it is built
//!
//! A job is an ordinary program: in the sandbox its inputs are files in `/in`, its outputs files in `/out`, and `std::fs` works on both
//! (`specs/execution.md`, section 7). This crate adds what a plain program lacks: names checked before they are used, errors that say what to
//! do, output that cannot be lost in silence, progress, and tests that run natively. It has no dependencies, so that it adds nothing to what
//! a host must run and a reviewer must read; the feature `gpu` adds `bytemuck`, and natively the CPU executor of shaders.
//!
//! **Why no `Host` trait?** A job that takes its world as an argument drags a type parameter through every function. Where inputs come from is
//! decided once per call (`place`): the sandbox, folders for `cargo run`, or memory for a test, chosen per thread so that tests run in parallel.
//!
//! **Architecture invariant:** nothing here reads a clock, a random number or the machine's name. What the crate does in the sandbox depends on
//! the job alone, so using it never makes an outcome differ between machines.

pub mod abi;
mod console;
mod error;
#[cfg(feature = "gpu")]
pub mod gpu;
mod input;
mod names;
mod output;
mod place;
mod progress;
mod run;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

#[cfg(feature = "gpu")]
pub use bytemuck;
pub use console::{Level, log, stdout};
pub use error::{Error, Result};
pub use input::{Input, InputEntry, input, inputs};
pub use output::{Output, output};
pub use progress::progress;
pub use run::{args, env, run};
