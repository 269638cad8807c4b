//! One second before every deadline of the page, at it, and one second after it; and all of them again with a pause in between, in which no time passes.

use assay_settlement::call::Action;
use assay_settlement_interface::error::Refusal::{self, *};
use assay_settlement_interface::params::Param;
use assay_tests_settlement::cases::ways::*;
use assay_tests_settlement::world::*;
use solana_sdk::instruction::Instruction;

/// What is said before, at and after a deadline; none is: taken.
type Said = [Option<Refusal>; 3];

/// A deadline: what comes before it, when it is, and who is held to it.
struct Edge {
    name: &'static str,
    /// Seats that there are.
    seats: u32,
    /// What comes before, and the deadline in protocol time.
    way: fn(&mut World) -> i64,
    /// The call.
    call: fn(&mut World) -> Instruction,
    said: Said,
}

fn until(late: Refusal) -> Said {
    [None, None, Some(late)]
}

fn after(early: Refusal) -> Said {
    [Some(early), Some(early), None]
}

fn from(early: Refusal) -> Said {
    [Some(early), None, None]
}

fn first(world: &World) -> solana_sdk::pubkey::Pubkey {
    world.at.job(&REQUESTER, 1)
}

fn round(world: &World) -> assay_settlement::call::Committee {
    world.round(&world.last_round(&first(world)))
}

fn commit_call(world: &mut World, position: usize) -> Instruction {
    let committee = round(world);
    let seat = committee.members[position].seat;
    let commitment = world.commitment(&committee.round, seat, &world.verdict(Say::Same));
    world.at.commit(&holder(seat), seat, &committee.round, commitment)
}

fn proposal(world: &mut World) {
    proposed(world, &Action::SetGuardian(STRANGER.to_bytes()));
    world.must(world.at.cast_vote(&OWNER, 0, true));
}

fn settle(world: &mut World) -> Instruction {
    world.at.settle(&world.job(&first(world)), &OWNER)
}

fn one_committed(world: &mut World) -> i64 {
    drawn(world, 1);
    let last = world.last_round(&first(world));
    world.commit(&last, 0, Say::Same);
    round(world).round.commit_by
}

fn edges() -> Vec<Edge> {
    vec![
        Edge {
            name: "accept_by, AcceptJob",
            seats: 0,
            way: |world| {
                let job = world.opened(1);
                world.job(&job).accept_by
            },
            call: |world| world.at.accept_job(&OWNER, 0, &first(world)),
            said: until(TooLate),
        },
        Edge {
            name: "accept_by, ExpireJob",
            seats: 0,
            way: |world| {
                let job = world.opened(1);
                world.job(&job).accept_by
            },
            call: |world| world.at.expire_job(&world.job(&first(world))),
            said: after(TooEarly),
        },
        Edge {
            name: "accept_by, CloseJob of one that was cancelled",
            seats: 0,
            way: |world| {
                let job = world.opened(1);
                world.must(world.at.cancel_job(&world.job(&job), None));
                world.job(&job).accept_by
            },
            call: |world| world.at.close_job(&world.job(&first(world)), None),
            said: after(TooEarly),
        },
        Edge {
            name: "prove_by, Prove",
            seats: 0,
            way: |world| {
                let job = world.accepted(1);
                world.job(&job).prove_by
            },
            call: |world| world.at.prove(&OWNER, &world.job(&first(world)), &proof()),
            said: until(TooLate),
        },
        Edge {
            name: "prove_by, ExpireJob",
            seats: 0,
            way: |world| {
                let job = world.accepted(1);
                world.job(&job).prove_by
            },
            call: |world| world.at.expire_job(&world.job(&first(world))),
            said: after(TooEarly),
        },
        Edge {
            name: "challenge_until, Challenge",
            seats: 0,
            way: |world| {
                let job = world.proved(1);
                world.job(&job).challenge_until
            },
            call: |world| world.at.challenge(&CHALLENGER, &world.job(&first(world))),
            said: until(TooLate),
        },
        Edge {
            name: "challenge_until, Settle of a confirmed job",
            seats: 9,
            way: |world| {
                let job = confirmed(world, 1);
                world.job(&job).challenge_until
            },
            call: settle,
            said: after(TooEarly),
        },
        Edge {
            name: "challenge_until, Settle of an undecided job",
            seats: 0,
            way: |world| {
                let job = world.proved(1);
                world.sample(&job);
                world.undecided(&job);
                world.job(&job).challenge_until
            },
            call: settle,
            said: after(TooEarly),
        },
        Edge {
            name: "challenge_until after an appeal, Settle",
            seats: 30,
            way: |world| {
                let job = world.overturned(1);
                // It was shortened: the moment of the tally is past it.
                assert_eq!({ world.job(&job).challenge_until }, world.now() - 1);
                world.job(&job).challenge_until
            },
            call: settle,
            said: after(TooEarly),
        },
        Edge { name: "commit_by, Commit", seats: 9, way: one_committed, call: |world| commit_call(world, 1), said: until(TooLate) },
        Edge {
            name: "commit_by, Reveal while one has not committed",
            seats: 9,
            way: one_committed,
            call: |world| world.reveal_call(&world.last_round(&first(world)), 0, Say::Same),
            said: after(TooEarly),
        },
        Edge {
            name: "commit_by, Tally of a round in which nobody has committed",
            seats: 9,
            way: |world| {
                drawn(world, 1);
                round(world).round.commit_by
            },
            call: |world| world.tally_call(&first(world)),
            said: after(NotComplete),
        },
        Edge {
            name: "reveal_by after the last commitment, Reveal",
            seats: 9,
            way: |world| {
                committed(world, 1);
                assert_eq!({ round(world).round.reveal_by }, world.now() + world.param(Param::RevealS) as i64);
                round(world).round.reveal_by
            },
            call: |world| world.reveal_call(&world.last_round(&first(world)), 0, Say::Same),
            said: until(TooLate),
        },
        Edge {
            name: "reveal_by after commit_by, Reveal",
            seats: 9,
            way: |world| {
                let by = one_committed(world);
                assert_eq!({ round(world).round.reveal_by }, by + world.param(Param::RevealS) as i64);
                round(world).round.reveal_by
            },
            call: |world| world.reveal_call(&world.last_round(&first(world)), 0, Say::Same),
            said: until(TooLate),
        },
        Edge {
            name: "reveal_by, Tally while one has not revealed",
            seats: 9,
            way: |world| {
                committed(world, 1);
                round(world).round.reveal_by
            },
            call: |world| world.tally_call(&first(world)),
            said: after(NotComplete),
        },
        Edge {
            name: "appeal_until, Appeal",
            seats: 9,
            way: |world| {
                let job = world.disputed(1);
                world.dispute(&job).appeal_until
            },
            call: |world| world.at.appeal(&OWNER, &world.job(&first(world))),
            said: until(TooLate),
        },
        Edge {
            name: "appeal_until, ExecuteSlash",
            seats: 9,
            way: |world| {
                let job = world.disputed(1);
                world.dispute(&job).appeal_until
            },
            call: |world| world.at.execute_slash(&world.job(&first(world)), &world.dispute(&first(world)), &round(world)),
            said: after(TooEarly),
        },
        Edge {
            name: "ripe_at, Withdraw",
            seats: 0,
            way: |world| {
                world.must(world.at.request_unstake(&OWNER, 5));
                world.provider(&OWNER).ripe_at[0]
            },
            call: |world| world.at.withdraw(&OWNER),
            said: from(NothingToPay),
        },
        Edge {
            name: "free_at, WithdrawSeat",
            seats: 3,
            way: |world| {
                world.must(world.at.leave_seat(&holder(1), 1));
                world.seat(1).free_at
            },
            call: |world| world.at.withdraw_seat(&holder(1), 1),
            said: from(TooEarly),
        },
        Edge {
            name: "the end of an epoch, Advance",
            seats: 0,
            way: |world| world.config().genesis + 3_600,
            call: |world| world.at.advance(),
            said: from(EpochCurrent),
        },
        Edge {
            name: "the end of an epoch, Heartbeat",
            seats: 0,
            way: |world| world.config().genesis + 3_600,
            call: |world| world.at.heartbeat(&OWNER),
            said: [None, Some(EpochBehind), Some(EpochBehind)],
        },
        Edge {
            name: "beat_until, Lapse",
            seats: 0,
            way: |world| {
                world.must(world.at.heartbeat(&OWNER));
                world.provider(&OWNER).beat_until
            },
            call: |world| {
                world.must(world.at.advance());
                world.at.lapse(&world.at.provider(&OWNER))
            },
            said: after(NotLapsed),
        },
        Edge {
            name: "beat_until, what a heartbeat earns",
            seats: 0,
            way: |world| {
                world.must(world.at.heartbeat(&OWNER));
                world.provider(&OWNER).beat_until
            },
            call: |world| {
                world.must(world.at.advance());
                world.must(world.at.heartbeat(&OWNER));
                world.at.claim(&OWNER)
            },
            said: until(NothingToPay),
        },
        Edge {
            name: "vote_until, CastVote",
            seats: 0,
            way: |world| {
                proposal(world);
                world.proposal(0).vote_until
            },
            call: |world| world.at.cast_vote(&OTHER_OWNER, 0, true),
            said: until(VoteOver),
        },
        Edge {
            name: "vote_until, CloseVote",
            seats: 0,
            way: |world| {
                proposal(world);
                world.proposal(0).vote_until
            },
            call: |world| world.at.close_vote(0, &OWNER),
            said: after(VoteOver),
        },
        Edge {
            name: "execute_at, Execute",
            seats: 0,
            way: |world| {
                proposal(world);
                world.proposal(0).execute_at
            },
            call: |world| world.at.execute(&PAYER, &world.proposal(0)),
            said: after(TooEarly),
        },
    ]
}

fn check(edge: &Edge, pause: Option<i64>) {
    let mut before = World::ready(edge.seats);
    let deadline = (edge.way)(&mut before);
    if let Some(seconds) = pause {
        before.must(before.at.pause(&GUARDIAN));
        before.pass(seconds);
        before.must(before.at.resume(&GUARDIAN));
    }
    for (second, said) in [-1, 0, 1].into_iter().zip(edge.said) {
        let mut world = before.clone();
        world.at_protocol_time(deadline + second);
        let call = (edge.call)(&mut world);
        let expected = said.map_or(Answer::Taken, Answer::Refused);
        assert_eq!(world.send(&call), expected, "{}, {second} s, pause {pause:?}", edge.name);
        assert_eq!(world.compare_all(), Ok(()), "{}", edge.name);
    }
}

#[test]
fn deadlines_are_kept_to_the_second() {
    edges().iter().for_each(|edge| check(edge, None));
}

#[test]
fn no_time_passes_in_a_pause() {
    edges().iter().for_each(|edge| check(edge, Some(500_000)));
}

#[test]
fn a_pause_ends_by_itself_and_the_next_one_waits() {
    let longest = World::ready(0).param(Param::PauseS) as i64;
    for (second, expected) in [(-1, Answer::Refused(TooEarly)), (0, Answer::Taken), (1, Answer::Taken)] {
        let mut world = World::ready(0);
        world.must(world.at.pause(&GUARDIAN));
        world.pass(longest + second);
        assert_eq!(world.send(&world.at.resume(&STRANGER)), expected, "Resume, {second} s");
    }
    for (second, expected) in [(-1, Answer::Refused(PauseTooSoon)), (0, Answer::Taken), (1, Answer::Taken)] {
        let mut world = World::ready(0);
        world.must(world.at.pause(&GUARDIAN));
        // A pause of no time is one.
        world.must(world.at.resume(&GUARDIAN));
        assert_eq!({ world.config().paused_s }, 0);
        world.pass(longest + second);
        assert_eq!(world.send(&world.at.pause(&GUARDIAN)), expected, "Pause, {second} s");
    }
}

/// The slot that draws: it has come when its hash is kept, and it can be told as long as the oldest hash is of it or of one before it.
#[test]
fn slots_draw_as_long_as_they_can_be_told() {
    let ready = {
        let mut world = World::ready(9);
        world.proved(1);
        world
    };
    let draw_slot = ready.job(&first(&ready)).draw_slot;
    for (slot, expected) in [(-1, Answer::Refused(SlotNotYet)), (0, Answer::Refused(SlotNotYet)), (1, Answer::Taken)] {
        let mut world = ready.clone();
        world.pass_slots(draw_slot.saturating_add_signed(slot) - world.slot);
        assert_eq!(world.send(&world.at.sample(&PAYER, &world.job(&first(&world)))), expected, "slot {slot}");
    }
    // 512 hashes: of draw_slot to draw_slot + 511.
    for (slots, kept) in [(511, true), (512, true), (513, false)] {
        let mut world = ready.clone();
        world.pass_slots(draw_slot + slots - world.slot);
        world.must(world.at.sample(&PAYER, &world.job(&first(&world))));
        let job = world.job(&first(&world));
        assert_eq!(job.rounds, u8::from(kept), "{slots} slots later");
        if !kept {
            assert_eq!({ job.draw_slot }, world.slot + world.param(Param::DrawDelaySlots));
        }
    }
    // A slot that nobody made: the next one draws.
    let mut world = ready.clone();
    world.pass_slots(draw_slot - world.slot);
    world.skip_slot();
    assert_eq!(world.send(&world.at.sample(&PAYER, &world.job(&first(&world)))), Answer::Refused(SlotNotYet));
    world.pass_slots(1);
    world.must(world.at.sample(&PAYER, &world.job(&first(&world))));
}
