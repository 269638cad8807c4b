//! How a run ended.

use super::value::Value;

/// How a run ended, and its fuel as section 4 says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended<S> {
    /// How it ended.
    pub status: Status<S>,
    /// Returned: C at the end. OutOfFuel: the limit. Stopped: C at the host call, with what that charged.
    /// DepthExceeded: C at the entry. Trapped: what was paid for. CannotSay: nothing that means something.
    pub fuel: u64,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status<S> {
    /// It returned these values.
    Returned(Vec<Value>),
    /// A trap, by its name in execution.md, section 4.
    Trapped(&'static str),
    /// C reached the limit.
    OutOfFuel,
    /// The depth passed its limit.
    DepthExceeded,
    /// The host ended it.
    Stopped(S),
    /// What runs the copy has come to an end of its own: its stack or its memory. Nothing follows from it.
    CannotSay(String),
}

impl<S> Status<S> {
    /// How it ended, in a word or two.
    pub fn name(&self) -> &'static str {
        match self {
            Status::Returned(_) => "returned",
            Status::Trapped(_) => "trapped",
            Status::OutOfFuel => "out of fuel",
            Status::DepthExceeded => "depth exceeded",
            Status::Stopped(_) => "stopped",
            Status::CannotSay(_) => "cannot say",
        }
    }
}
