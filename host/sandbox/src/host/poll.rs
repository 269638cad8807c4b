//! `poll_oneoff` in virtual time (`specs/execution.md`, section 6): what is ready or due, and where time moves to. Nothing waits.

use super::clock::{ClockKind, VirtualClock};
use super::errno::{Errno, Refusal};
use super::filesystem::{Filesystem, rights};

/// Bytes that can always be written.
const WRITABLE_BYTES: u64 = 65_536;

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Clock { clock: ClockKind, timeout_ns: u64, absolute: bool },
    Read { fd: u32 },
    Write { fd: u32 },
}

/// One subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Subscription {
    pub(crate) userdata: u64,
    pub(crate) subject: Subject,
}

/// One event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) userdata: u64,
    pub(crate) errno: Option<Errno>,
    pub(crate) subject: Subject,
    pub(crate) bytes: u64,
}

/// The events of these subscriptions, in their order; at least one if there is a subscription. Moves the clock if nothing else can happen.
pub(crate) fn poll(subscriptions: &[Subscription], clock: &mut VirtualClock, files: &Filesystem) -> Result<Vec<Event>, Refusal> {
    let deadline = |subject: &Subject| match *subject {
        Subject::Clock { clock: kind, timeout_ns, absolute } => Some(clock.deadline(kind, timeout_ns, absolute)),
        Subject::Read { .. } | Subject::Write { .. } => None,
    };
    // Computed before time moves: a relative timeout counts from now.
    let deadlines: Vec<Option<u64>> = subscriptions.iter().map(|subscription| deadline(&subscription.subject)).collect();
    let only_clocks = deadlines.iter().all(Option::is_some);
    if only_clocks && let Some(earliest) = deadlines.iter().flatten().min() {
        clock.advance_to(*earliest);
    }
    let mut events = Vec::new();
    for (subscription, deadline) in subscriptions.iter().zip(deadlines) {
        if deadline.is_some_and(|deadline| deadline > clock.elapsed_ns()) {
            continue;
        }
        let ready = match subscription.subject {
            Subject::Clock { .. } => Ok(0),
            Subject::Read { fd } => files.poll_read(fd),
            Subject::Write { fd } => files.check_poll(fd, rights::FD_WRITE).map(|()| WRITABLE_BYTES),
        };
        let (errno, bytes) = match ready {
            Ok(bytes) => (None, bytes),
            Err(Refusal::Errno(errno)) => (Some(errno), 0),
            Err(refusal) => return Err(refusal),
        };
        events.push(Event { userdata: subscription.userdata, errno, subject: subscription.subject, bytes });
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use assay_protocol::limits::Limits;

    use super::*;

    fn timer(userdata: u64, timeout_ns: u64, absolute: bool) -> Subscription {
        let clock = ClockKind::SinceStart;
        Subscription { userdata, subject: Subject::Clock { clock, timeout_ns, absolute } }
    }

    fn run(subscriptions: &[Subscription], clock: &mut VirtualClock) -> Vec<(u64, Option<Errno>, u64)> {
        let files = Filesystem::new(&Limits::default(), &[("stdin", 10)], 0);
        let events = poll(subscriptions, clock, &files).expect("no host fault");
        events.iter().map(|event| (event.userdata, event.errno, event.bytes)).collect()
    }

    #[test]
    fn time_moves_to_the_earliest_deadline_and_all_that_are_then_due_fire_in_order() {
        let mut clock = VirtualClock::default();
        let fired = run(&[timer(1, 9, false), timer(2, 5, false), timer(3, 5, true), timer(4, 6, true)], &mut clock);
        assert_eq!(fired, [(2, None, 0), (3, None, 0)]);
        assert_eq!(clock.elapsed_ns(), 5);
    }

    #[test]
    fn what_is_due_already_moves_nothing() {
        let mut clock = VirtualClock::default();
        clock.advance_to(100);
        assert_eq!(run(&[timer(1, 50, true), timer(2, 1, false)], &mut clock), [(1, None, 0)]);
        assert_eq!(clock.elapsed_ns(), 100);
    }

    #[test]
    fn a_subscribed_handle_keeps_time_where_it_is() {
        let mut clock = VirtualClock::default();
        let handle = |userdata, subject| Subscription { userdata, subject };
        let fired = run(
            &[
                timer(1, 5, false),
                handle(2, Subject::Read { fd: 0 }),
                handle(3, Subject::Write { fd: 1 }),
                handle(4, Subject::Read { fd: 77 }),
                handle(5, Subject::Write { fd: 0 }),
                handle(6, Subject::Read { fd: 3 }),
                timer(7, 0, false),
            ],
            &mut clock,
        );
        let bad = Some(Errno::Badf);
        assert_eq!(fired, [(2, None, 10), (3, None, 65_536), (4, bad, 0), (5, bad, 0), (6, bad, 0), (7, None, 0)]);
        assert_eq!(clock.elapsed_ns(), 0);
    }
}
