//! GPUs through wgpu: strict IR to SPIR-V, by tiers.
//!
//! ```text
//! strict IR --stage (by plan)--> naga IR --naga--> SPIR-V --patch--> driver
//!                 ▲                                          ▲
//!         which primitives the                  NoContraction, and the float
//!         hardware has exactly                  controls that the device reports
//! ```
//!
//! **Why tiers?** A driver's compiler may fuse, reassociate and flush unless it is told not to, and some do although they are told. `native` tells them; `guarded` takes away what
//! there is to see, by passing operands through a word in memory that is always zero; `soft` uses no float operation at all. The bits are the same in all three; the cost is not.
//!
//! **Why a plan within the tier?** Where one primitive is not exact, an `fma` that is not fused or a division off by a unit, that primitive alone is done another way.
//!
//! **Why a self-test, when the driver reports what it does?** Reports are wrong often enough, and division and square root have none. A pass is evidence and no proof; so a random
//! share of real dispatches is re-executed on the CPU.

mod admission;
mod cache;
mod device;
mod facts;
mod gpu;
mod hide;
mod import;
mod listing;
mod loops;
mod nesting;
mod pipeline;
mod primitives;
mod random;
mod recheck;
mod self_test;
mod size;
mod spirv;
mod stage;
mod tier;
mod twin;

pub use admission::{Admission, TierReport, admit, auto, examine, revoke};
pub use device::{AdapterDevice, Opening};
pub use listing::{Adapter, DeviceKind, Identity, SelectError, list, select};
pub use pipeline::spirv_of;
pub use recheck::{Recheck, Rechecking};
pub use tier::{Plan, Primitive, Tier, Way};
