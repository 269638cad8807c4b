//! The sandbox: `(module, inputs, limits) -> outcome and transcript`, the same on every machine, or an abstention.
//!
//! Normative text: `specs/execution.md`. No network, no chain, no key. [`host`] holds what a job can call, free of any engine; [`engine`](Sandbox) runs it in wasmtime.
//!
//! **Architecture invariant:** nothing a job can see comes from the machine: no file, clock, entropy, environment, address or count of cores.

pub mod admission;
mod cache;
mod engine;
pub mod host;
mod input;
mod meter;
pub mod metering;
mod names;
mod profile;
mod run;

pub use admission::{AdmissionError, Facts, admit};
pub use engine::{ENGINE_VERSION, PrepareError, Prepared, Sandbox, engine_config};
pub use host::{Observer, OpenDevice};
pub use input::{GROUP_BYTES, Input, VerifiedFile};
pub use metering::{AddedExports, Instruments, Metered, MeteringError, instrument};
pub use names::{FunctionNames, MAX_NAME_CHARS};
pub use profile::{Callee, DEPTH_MAX, Folded, FuelProfile, FunctionFuel, NODES_MAX};
pub use run::{Abstain, Execution, Request, cpu, no_gpu};
