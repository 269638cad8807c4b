//! Why a kernel cannot be compiled or run here. Never the guest's fault: every strict kernel is to run, so each of these is this machine's or this crate's.

use crate::device::DeviceError;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    /// Not strict IR, or a part of it that the code generator does not know.
    #[error("the CPU executor cannot compile {0}")]
    Unsupported(String),
    /// The kernel grows beyond what the engine takes.
    #[error("the CPU executor cannot compile a kernel with {0}")]
    TooLarge(String),
    /// No memory left for a buffer.
    #[error("the CPU executor has no room for {0} bytes more in its 4 GiB of memory, or the machine has no memory left")]
    Memory(u64),
    /// wasmtime refused.
    #[error("the CPU executor's engine failed: {0}")]
    Engine(String),
    /// A compiled kernel trapped, which nothing but a fault of the code generator explains.
    #[error("a kernel trapped in the CPU executor, which is a fault in it: {0}")]
    Trap(String),
    /// An id, range or count that the session should have refused.
    #[error("the CPU executor was asked for {0}")]
    Misuse(String),
}

impl From<Failure> for DeviceError {
    fn from(failure: Failure) -> Self {
        DeviceError(failure.to_string())
    }
}

/// Shorthand for [`Failure::Unsupported`].
pub(super) fn unsupported<T>(what: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::Unsupported(what.into()))
}
