//! # Clocks (execution.md, section 6)
//!
//! Time is a number T of nanoseconds that starts at 0 and moves only when the job looks at it, or waits.
//! So a job that measures itself sees time pass, and sees the same time on every machine.

/// What `realtime` shows at T = 0: 2026-01-01T00:00:00Z.
pub const REALTIME_ORIGIN_NS: u64 = 1_767_225_600_000_000_000;
/// What T gains each time that it is read, and what `clock_res_get` returns for every clock.
pub const STEP_NS: u64 = 1_000;

/// The clocks of WASI, by their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockId {
    /// 0
    Realtime,
    /// 1
    Monotonic,
    /// 2
    ProcessCputime,
    /// 3
    ThreadCputime,
}

impl ClockId {
    /// The clock of this number; another number is errno `inval`.
    pub fn from_number(number: u32) -> Option<ClockId> {
        match number {
            0 => Some(ClockId::Realtime),
            1 => Some(ClockId::Monotonic),
            2 => Some(ClockId::ProcessCputime),
            3 => Some(ClockId::ThreadCputime),
            _ => None,
        }
    }

    /// What this clock shows at T = 0.
    pub fn origin_ns(self) -> u64 {
        match self {
            ClockId::Realtime => REALTIME_ORIGIN_NS,
            _ => 0,
        }
    }
}

/// `clock_time_get`: what the clock shows, and T afterwards.
pub fn time_get(t: u64, clock: ClockId) -> (u64, u64) {
    let shown = clock.origin_ns().saturating_add(t);
    (shown, t.saturating_add(STEP_NS))
}
