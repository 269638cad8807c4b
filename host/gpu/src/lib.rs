//! Strict WGSL compute: one result on every GPU, and on none (`specs/strict-wgsl.md`).
//!
//! ```text
//! WGSL --naga--> IR --lower--> strict IR --+--> wasm (SIMD128) in wasmtime: the CPU executor, which defines what is right
//!                                          +--> wgpu: SPIR-V by tiers native, guarded, soft
//! ```
//!
//! Strict IR is naga IR restricted to what every back end computes alike: exact primitives only, explicit bounds, a loop budget. The lowering is shared, so
//! that the back ends have to agree on a handful of primitives and on nothing else. This crate knows nothing of jobs, manifests or transcripts.

#[cfg(feature = "adapters")]
pub mod adapter;
pub mod cpu;
pub mod data;
pub mod device;
mod evaluate;
mod front;
pub mod kernel;
pub mod lower;
pub mod prelude;
#[cfg(feature = "adapters")]
pub mod raw;
pub mod refusal;
pub mod session;
pub mod shader;

pub use device::{BindingRange, BufferId, Device, DeviceError, DispatchEnd, PipelineId};
pub use kernel::{Access, Binding, Kernel};
pub use refusal::{Reason, Refused};
pub use session::{Fault, Session, SessionLimits};
pub use shader::{EntryPoint, Shader};
