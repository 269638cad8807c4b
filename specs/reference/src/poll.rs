//! # poll_oneoff (execution.md, section 6)
//!
//! ```text
//! a descriptor is subscribed   → T stays
//! else a clock is due          → T stays
//! else                         → T becomes the earliest deadline
//! then: one event for each that is ready or due, in order
//! ```
//!
//! Nothing ever waits. A descriptor is always ready, so a poll with one is over at once; a poll
//! without one is a sleep, and a sleep moves T.

use crate::clock::ClockId;

/// Most subscriptions in one call.
pub const MOST_SUBSCRIPTIONS: usize = 4_096;
/// `nbytes` of the event of a descriptor subscribed for writing.
pub const WRITABLE_BYTES: u64 = 65_536;

/// What a job asks to be woken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subscription {
    /// A time.
    Clock {
        /// On this clock.
        clock: ClockId,
        /// Nanoseconds: a time the clock shows, or counted from now.
        timeout: u64,
        /// Whether it is a time that the clock shows.
        absolute: bool,
    },
    /// A descriptor open for reading, and what can still be read from it.
    Readable(u64),
    /// A descriptor open for writing.
    Writable,
    /// A descriptor that is not open.
    BadDescriptor,
}

/// One event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// Which subscription, by its place in the call.
    pub subscription: usize,
    /// `success` or `badf`.
    pub errno: &'static str,
    /// What can be read or written; 0 for a clock.
    pub nbytes: u64,
}

/// The events of one call and T afterwards, or the errno of the call.
pub fn poll(t: u64, subscriptions: &[Subscription]) -> Result<(u64, Vec<Event>), &'static str> {
    if subscriptions.is_empty() || subscriptions.len() > MOST_SUBSCRIPTIONS {
        return Err("inval");
    }
    let deadlines: Vec<Option<u64>> = subscriptions.iter().map(|s| deadline(t, s)).collect();
    let a_descriptor = deadlines.iter().any(Option::is_none);
    let earliest = deadlines.iter().flatten().min().copied();
    let t = match earliest {
        Some(earliest) if !a_descriptor => t.max(earliest),
        _ => t,
    };
    let mut events = Vec::new();
    for (subscription, (asked, deadline)) in subscriptions.iter().zip(deadlines).enumerate() {
        if deadline.is_some_and(|deadline| deadline > t) {
            continue;
        }
        let (errno, nbytes) = match asked {
            Subscription::Clock { .. } => ("success", 0),
            Subscription::Readable(left) => ("success", *left),
            Subscription::Writable => ("success", WRITABLE_BYTES),
            Subscription::BadDescriptor => ("badf", 0),
        };
        events.push(Event { subscription, errno, nbytes });
    }
    Ok((t, events))
}

/// The T at which a clock subscription is due; none for a descriptor.
fn deadline(t: u64, subscription: &Subscription) -> Option<u64> {
    match *subscription {
        Subscription::Clock { clock, timeout, absolute: true } => Some(timeout.saturating_sub(clock.origin_ns())),
        Subscription::Clock { timeout, absolute: false, .. } => Some(t.saturating_add(timeout)),
        _ => None,
    }
}
