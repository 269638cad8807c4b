//! One job's use of a device: handles, quotas, and every check of what a guest asks for. Shared by the sandbox's host calls and by the guest SDK's native side, so
//! that both refuse the same things with the same words.

use crate::device::{BindingRange, Device};

/// What one session may use. Counts and bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Bytes of all live buffers together.
    pub buffer_bytes: u64,
    /// Live buffers, shaders and pipelines together.
    pub objects: u64,
    /// Dispatches over the session's life.
    pub dispatches: u64,
    /// Invocations over the session's life.
    pub invocations: u64,
    /// Bytes of one shader's source.
    pub shader_bytes: u64,
    /// Loop iterations of one invocation.
    pub loop_iterations: u32,
}

/// Why a call of a session failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The caller's mistake; nothing changed, the session goes on.
    #[error("{0}")]
    Invalid(String),
    /// A shader or its use is refused; the text has every reason. Nothing changed, the session goes on.
    #[error("{0}")]
    Refused(String),
    /// A quota that is answered with an error (`buffer_bytes`, `objects`, `shader_bytes`); nothing changed, the session goes on.
    #[error("{0}")]
    Quota(String),
    /// A quota that ends the job, by the name of the limit in `specs/package.md`: `gpu_dispatches`, `gpu_invocations`, `gpu_loop_iterations`.
    #[error("the job passed the limit {0}")]
    Limit(&'static str),
    /// This machine cannot go on.
    #[error("{0}")]
    Abstain(String),
}

/// A device in use by one job. Handles are numbers from 1, never reused.
pub struct Session {
    device: Box<dyn Device>,
    limits: SessionLimits,
}

impl Session {
    /// A session on `device`.
    pub fn new(device: Box<dyn Device>, limits: SessionLimits) -> Self {
        Self { device, limits }
    }

    /// Name of the device, for people.
    pub fn device_name(&self) -> &str {
        self.device.name()
    }

    /// Its limits.
    pub fn limits(&self) -> &SessionLimits {
        &self.limits
    }

    /// A zeroed buffer of `bytes`.
    ///
    /// # Errors
    /// 0, not a multiple of 4; the quotas `buffer_bytes` and `objects`.
    pub fn create_buffer(&mut self, bytes: u64) -> Result<u32, Fault> {
        let _ = bytes;
        Err(Fault::Abstain("not built yet".to_owned()))
    }

    /// Runs a pipeline. `ranges` name buffers by handle in [`BindingRange::buffer`].
    ///
    /// # Errors
    /// See `specs/guest-interface.md`.
    pub fn dispatch(&mut self, pipeline: u32, ranges: &[BindingRange], groups: [u32; 3]) -> Result<(), Fault> {
        let _ = (pipeline, ranges, groups);
        Err(Fault::Abstain("not built yet".to_owned()))
    }
}
