//! What calls cost: fuel that a guest is charged besides the bytes it hands over, since a few bytes can ask for a lot.

use super::Fault;

/// Bytes of a buffer created, copied or cleared for one unit.
pub const BYTES_PER_WORK: u64 = 64;
/// Units for each byte of a shader's source that is read and checked.
pub const WORK_PER_SHADER_BYTE: u64 = 100;
/// Units for each byte of the source of a shader that is compiled to a pipeline.
pub const WORK_PER_PIPELINE_BYTE: u64 = 1_000;

/// Counts work against what is left.
#[derive(Debug)]
pub(super) struct Work {
    left: u64,
    done: u64,
}

impl Default for Work {
    fn default() -> Self {
        Self { left: u64::MAX, done: 0 }
    }
}

impl Work {
    pub(super) fn set(&mut self, units: u64) {
        self.left = units;
    }

    /// Called after all checks of a call and before it does anything.
    pub(super) fn spend(&mut self, units: u64) -> Result<(), Fault> {
        self.left = self.left.checked_sub(units).ok_or(Fault::Work)?;
        self.done = self.done.saturating_add(units);
        Ok(())
    }

    pub(super) fn take(&mut self) -> u64 {
        std::mem::take(&mut self.done)
    }
}
