//! What the copy tells while it runs.

use super::cost::Length;

/// What comes next, or has just come, at one place of the code.
///
/// The copy says the number of the place; here stands what is at that place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// A function that calls begins, of this weight.
    Entry {
        /// Section 5.
        weight: u64,
    },
    /// An instruction of this cost comes next.
    Instruction {
        /// Section 1.
        cost: u64,
    },
    /// An instruction whose cost depends on its operand comes next. Told with n.
    Length(Length),
    /// A call comes next.
    Call {
        /// Section 1.
        cost: u64,
    },
    /// A call has returned, to where it came from.
    Back,
    /// The start of a loop that is not counted, from above or by a branch.
    Loop,
    /// A counted loop comes next, from above. Told with the counter and what it is compared with.
    CountedLoop {
        /// What each iteration adds to the counter.
        step: u32,
        /// The cost of one iteration.
        body_cost: u64,
    },
}
