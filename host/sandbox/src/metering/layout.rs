//! Where the instruments live: parameters and locals of a function, globals of the module.

use super::Instruments;

/// The globals that are added, by index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Globals {
    /// i64: fuel that is not paid for yet; negative when the job asked for more than there is.
    pub(super) reserve: u32,
    /// i64: what is left of what was paid for, between functions of the module and the host.
    pub(super) slice: u32,
    /// i32: the limit of depth; −1 when it was passed.
    pub(super) depth: u32,
}

/// The parameters that are added to every function, by their place behind its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub(super) instruments: Instruments,
    pub(super) globals: Globals,
    /// Parameters of the function as it was.
    pub(super) params: u32,
}

impl Layout {
    /// How many parameters are added.
    pub(super) fn added(&self) -> u32 {
        u32::from(self.instruments.fuel) + u32::from(self.instruments.depth)
    }

    /// i64: what is left of what was paid for. Passed in and returned.
    pub(super) fn fuel(&self) -> u32 {
        self.params
    }

    /// i32: the depth that is left. Passed in.
    pub(super) fn depth(&self) -> u32 {
        self.params + u32::from(self.instruments.fuel)
    }

    /// Where a local of the function as it was is now.
    pub(super) fn local(&self, index: u32) -> u32 {
        if index < self.params { index } else { index + self.added() }
    }
}
