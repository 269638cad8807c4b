use proptest::prelude::*;

use super::*;

type Ev = Event<&'static str>;
const LAST: u64 = 1_000;

fn new() -> Submission {
    Submission::new(LAST, 500, Level::Confirmed)
}

fn none(seen: u64) -> Ev {
    Event::Status { found: None, seen, keeps_from: None }
}

fn found(level: Level, error: Option<&'static str>) -> Ev {
    Event::Status { found: Some(Found { slot: 9, level, error }), seen: 0, keeps_from: None }
}

#[test]
fn a_good_day() {
    let mut it = new();
    assert_eq!(it.start::<()>(), Action::Send);
    assert_eq!(it.on::<()>(Event::Taken), Action::Wait);
    assert_eq!(it.on::<()>(Event::Waited), Action::AskStatus);
    assert_eq!(it.on(none(600)), Action::AskHeight);
    assert_eq!(it.on::<()>(Event::Height { height: 900, slot: 600 }), Action::Send, "again: it may have been dropped");
    assert_eq!(it.on::<()>(Event::Taken), Action::Wait);
    assert_eq!(it.on(found(Level::Processed, None)), Action::Wait);
    assert_eq!(it.on(found(Level::Confirmed, None)), Action::Landed(9));
    assert_eq!(it.on(found(Level::Finalized, Some("why"))), Action::Failed(9, "why"));
}

#[test]
fn refused_before_it_was_handed_on() {
    assert_eq!(new().on(Event::Refused("no")), Action::Refused("no"));
    let mut it = new();
    it.on::<&str>(Event::Unanswered);
    assert_eq!(it.on(Event::Refused("no")), Action::Wait, "the first one may have landed, and be why this one is refused");
    assert_eq!(Submission::resumed(LAST, 500, Level::Confirmed).on(Event::Refused("no")), Action::Wait);
    assert_eq!(Submission::resumed(LAST, 500, Level::Confirmed).start::<()>(), Action::AskStatus);
}

#[test]
fn expired_only_by_a_node_that_has_seen_enough() {
    let mut it = new();
    it.on::<&str>(Event::Taken);
    assert_eq!(it.on(none(2_000)), Action::AskHeight);
    assert_eq!(it.on::<&str>(Event::Height { height: LAST, slot: 1_500 }), Action::Send, "the last valid height is valid");
    assert_eq!(it.on::<&str>(Event::Height { height: LAST + 1, slot: 1_501 }), Action::AskStatus);
    assert_eq!(it.on(none(1_500)), Action::Wait, "this one is behind");
    assert_eq!(it.on(none(1_501)), Action::Expired);
    assert_eq!(it.on(found(Level::Finalized, None)), Action::Landed(9), "found after all");
}

#[test]
fn a_node_that_forgets_cannot_say() {
    let mut it = Submission::resumed(LAST, 500, Level::Confirmed);
    assert_eq!(it.on(none(90_000)), Action::AskHeight);
    assert_eq!(it.on::<&str>(Event::Height { height: LAST + 80_000, slot: 90_000 }), Action::AskStatus);
    assert_eq!(it.on(none(90_000)), Action::Unknown);
    let keeps = |from| Event::<&str>::Status { found: None, seen: 90_000, keeps_from: Some(from) };
    assert_eq!(it.on(keeps(501)), Action::Unknown);
    assert_eq!(it.on(keeps(500)), Action::Expired);
}

/// Between the height and the answer the node may have forgotten: questions that were not answered take time.
#[test]
fn a_late_answer_is_not_taken_for_one_at_once() {
    let mut it = Submission::resumed(LAST, 500, Level::Confirmed);
    it.on::<&str>(Event::Height { height: LAST + 1, slot: 2_000 });
    it.on::<&str>(Event::NoAnswer);
    assert_eq!(it.on(none(2_000 + REMEMBERED)), Action::Unknown);
    assert_eq!(it.on(none(2_000 + REMEMBERED - 1)), Action::Expired);
}

/// A cluster with nodes of which some are behind, drop, or do not answer; whatever it does, no transaction is signed anew while the old one lands.
#[derive(Debug, Clone, Copy)]
struct World {
    lands_at: Option<u64>,
    forgets: bool,
}

proptest! {
    #[test]
    fn never_given_up_and_landed(
        lands in proptest::option::of(0..LAST + 1),
        forgets: bool,
        resumed: bool,
        steps in proptest::collection::vec((0..40_u64, 0..8_u8, 0..60_u64), 1..400),
    ) {
        let world = World { lands_at: lands, forgets };
        let mut it = if resumed { Submission::resumed(LAST, 500, Level::Confirmed) } else { new() };
        let mut action: Action<&str> = it.start();
        let mut handed = resumed;
        // Slot and height are one here; the finalized chain is 32 behind.
        let mut height = 600_u64;
        let mut landed = false;
        for (passes, luck, behind) in steps {
            height += passes;
            landed |= handed && world.lands_at.is_some_and(|at| height >= at && height <= LAST + 1);
            let seen = height.saturating_sub(behind);
            let event = match action {
                Action::Send => match luck {
                    0 => Event::Refused("no"),
                    1 => Event::NotNow,
                    2 => { handed = true; Event::Unanswered }
                    3 => Event::Unanswered,
                    _ => { handed = true; Event::Taken }
                },
                Action::AskStatus if luck == 0 => Event::NoAnswer,
                Action::AskStatus => {
                    let at = world.lands_at.unwrap_or(0).max(600);
                    // A node forgets by the chain that it has seen, not by that of others.
                    let visible = landed && seen >= at && !(world.forgets && seen > LAST + REMEMBERED);
                    Event::Status {
                        found: visible.then_some(Found { slot: at, level: Level::Confirmed, error: None }),
                        seen,
                        keeps_from: Some(if world.forgets { height.saturating_sub(100) } else { 0 }),
                    }
                }
                Action::AskHeight if luck == 0 => Event::NoAnswer,
                Action::AskHeight => Event::Height { height: seen.saturating_sub(32), slot: seen.saturating_sub(32) },
                Action::Wait => Event::Waited,
                Action::Landed(_) => { prop_assert!(landed); break }
                Action::Failed(..) => unreachable!(),
                Action::Refused(_) => { prop_assert!(!handed); break }
                Action::Expired => { prop_assert!(!landed); break }
                Action::Unknown => { prop_assert!(world.forgets); break }
            };
            action = it.on(event);
        }
    }
}
