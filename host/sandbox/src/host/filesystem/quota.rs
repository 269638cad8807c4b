//! Quotas: what the files below `/out` and `/tmp` take, and what they may.
//!
//! A change is asked for as what it adds and what it takes away, and is admitted before anything is done, so that a call that is refused has changed nothing.

use assay_protocol::limits::Limits;

use super::node::Place;
use crate::host::errno::Errno;

/// An amount of each thing that is limited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Files and directories, and files without a name.
    pub(crate) files: u64,
    /// Regular files below `/out`.
    pub(crate) outputs: u64,
    /// Bytes below `/out`.
    pub(crate) output_bytes: u64,
    /// Bytes below `/tmp`, and of files without a name.
    pub(crate) scratch_bytes: u64,
}

impl Usage {
    /// Bytes of a file that is there, with or without a name.
    pub(crate) fn bytes(place: Place, linked: bool, bytes: u64) -> Self {
        if linked && place == Place::Out {
            Self { output_bytes: bytes, ..Self::default() }
        } else {
            Self { scratch_bytes: bytes, ..Self::default() }
        }
    }

    /// The sum.
    pub(crate) fn plus(self, other: Self) -> Self {
        self.combine(other, u64::saturating_add)
    }

    fn minus(self, other: Self) -> Self {
        self.combine(other, u64::saturating_sub)
    }

    fn combine(self, other: Self, with: fn(u64, u64) -> u64) -> Self {
        Self {
            files: with(self.files, other.files),
            outputs: with(self.outputs, other.outputs),
            output_bytes: with(self.output_bytes, other.output_bytes),
            scratch_bytes: with(self.scratch_bytes, other.scratch_bytes),
        }
    }

    fn within(self, most: Self) -> bool {
        self.files <= most.files
            && self.outputs <= most.outputs
            && self.output_bytes <= most.output_bytes
            && self.scratch_bytes <= most.scratch_bytes
    }
}

/// What is used, against what may be.
#[derive(Debug, Clone)]
pub(crate) struct Quota {
    used: Usage,
    most: Usage,
}

impl Quota {
    /// Nothing used.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            used: Usage::default(),
            most: Usage {
                files: limits.files,
                outputs: limits.outputs,
                output_bytes: limits.output_bytes,
                scratch_bytes: limits.scratch_bytes,
            },
        }
    }

    /// Admits a change and counts it, or refuses it and counts nothing.
    pub(crate) fn change(&mut self, added: Usage, removed: Usage) -> Result<(), Errno> {
        let after = self.used.plus(added).minus(removed);
        if !after.within(self.most) {
            return Err(Errno::Nospc);
        }
        self.used = after;
        Ok(())
    }

    /// Gives back what is gone.
    pub(crate) fn release(&mut self, removed: Usage) {
        self.used = self.used.minus(removed);
    }

    /// What is used now.
    #[cfg(test)]
    pub(crate) fn used(&self) -> Usage {
        self.used
    }
}
