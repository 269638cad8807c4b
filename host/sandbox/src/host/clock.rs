//! Virtual time (`specs/execution.md`, section 6, "Clocks"): a number that only the job's own calls move.

/// 2026-01-01T00:00:00Z in nanoseconds since 1970.
const REALTIME_ORIGIN_NS: u64 = 1_767_225_600_000_000_000;
/// What every reading of a clock takes, and what every clock says its resolution is.
pub(crate) const TICK_NS: u64 = 1_000;

/// Which zero a clock counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClockKind {
    /// 1970.
    Realtime,
    /// The start of the job: `monotonic` and both CPU clocks.
    SinceStart,
}

/// The time of one job.
#[derive(Debug, Clone, Default)]
pub(crate) struct VirtualClock {
    elapsed_ns: u64,
}

impl VirtualClock {
    /// What `clock_time_get` returns; it moves time on.
    pub(crate) fn read(&mut self, clock: ClockKind) -> u64 {
        let now = match clock {
            ClockKind::Realtime => self.realtime(),
            ClockKind::SinceStart => self.elapsed_ns,
        };
        self.elapsed_ns = self.elapsed_ns.saturating_add(TICK_NS);
        now
    }

    /// Realtime now, for times of files; it moves nothing.
    pub(crate) fn realtime(&self) -> u64 {
        REALTIME_ORIGIN_NS.saturating_add(self.elapsed_ns)
    }

    /// Realtime at the start of the job.
    pub(crate) fn realtime_at_start() -> u64 {
        REALTIME_ORIGIN_NS
    }

    /// Nanoseconds since the start.
    pub(crate) fn elapsed_ns(&self) -> u64 {
        self.elapsed_ns
    }

    /// When a timeout is due, in nanoseconds since the start.
    pub(crate) fn deadline(&self, clock: ClockKind, timeout_ns: u64, absolute: bool) -> u64 {
        match (absolute, clock) {
            (true, ClockKind::Realtime) => timeout_ns.saturating_sub(REALTIME_ORIGIN_NS),
            (true, ClockKind::SinceStart) => timeout_ns,
            (false, _) => self.elapsed_ns.saturating_add(timeout_ns),
        }
    }

    /// Moves time on to a deadline; never back.
    pub(crate) fn advance_to(&mut self, deadline_ns: u64) {
        self.elapsed_ns = self.elapsed_ns.max(deadline_ns);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_moves_time_on_and_saturates() {
        let mut clock = VirtualClock::default();
        assert_eq!(clock.read(ClockKind::SinceStart), 0);
        assert_eq!(clock.read(ClockKind::Realtime), REALTIME_ORIGIN_NS + 1_000);
        assert_eq!(clock.realtime(), REALTIME_ORIGIN_NS + 2_000);
        clock.advance_to(u64::MAX - 1);
        assert_eq!(clock.read(ClockKind::Realtime), u64::MAX);
        assert_eq!(clock.read(ClockKind::SinceStart), u64::MAX);
        assert_eq!(clock.read(ClockKind::SinceStart), u64::MAX);
    }

    #[test]
    fn deadlines() {
        let mut clock = VirtualClock::default();
        clock.advance_to(10);
        assert_eq!(clock.deadline(ClockKind::SinceStart, 5, false), 15);
        assert_eq!(clock.deadline(ClockKind::SinceStart, 5, true), 5);
        assert_eq!(clock.deadline(ClockKind::Realtime, REALTIME_ORIGIN_NS + 7, true), 7);
        assert_eq!(clock.deadline(ClockKind::Realtime, 3, true), 0);
        assert_eq!(clock.deadline(ClockKind::Realtime, u64::MAX, false), u64::MAX);
        clock.advance_to(4);
        assert_eq!(clock.elapsed_ns(), 10);
    }
}
