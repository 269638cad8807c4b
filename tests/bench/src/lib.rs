//! The figures of `specs/PERFORMANCE.md`.
//!
//! A figure here is a ratio or a time of something a user waits for, and both sides of a ratio are measured in the same run, interleaved, so that a busy machine
//! slows both. Code is timed by thread CPU time, best of several rounds: what another process takes away does not count. What spans threads or processes
//! (hashing on all cores, starting a program) is timed by the wall clock, and says how busy the machine was.
//!
//! | part | question | module |
//! |---|---|---|
//! | `kernels` | what does the sandbox cost against native code, and which part of it costs what? | [`kernels`] |
//! | `metering` | how fast are instruments written, and what do they add to a module and to compiling it? | [`metering`] |
//! | `flags` | what do the flags of `assay build` bring? | [`flags`] |
//! | `start` | what does a job pay before and after its own work? | [`start`] |
//! | `gpu` | what do strict shaders cost, on the CPU and on an adapter, against plain wgpu? | [`gpu`] |
//! | `gpu-start` | what does a shader pay before its first dispatch, and a dispatch before its first invocation? | [`gpu_start`] |
//! | `hash` | does hashing an input keep up with the blake3 crate, in bounded memory? | [`hash`] |

pub mod clock;
pub mod flags;
pub mod gpu;
pub mod gpu_start;
pub mod hash;
pub mod kernels;
pub mod layouts;
pub mod ledger;
pub mod metering;
pub mod native;
pub mod programs;
pub mod sandboxed;
pub mod start;
pub mod table;
