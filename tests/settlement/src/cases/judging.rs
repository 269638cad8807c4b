//! Samples, challenges, rounds, disputes.

use assay_settlement_interface::params::{DEFAULTS, Param};
use assay_settlement_interface::rules::round::CHALLENGED_ROUNDS_MAX;
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;

use super::cases;
use super::ways::*;
use crate::world::*;

fn sample(world: &World, job: &Pubkey) -> Instruction {
    world.at.sample(&PAYER, &world.job(job))
}

/// Draws the sample of a job with other candidates.
fn draw_with(candidates: impl FnOnce(&mut World, Vec<u32>) -> Vec<u32>) -> (World, Instruction) {
    with(9, |world| {
        let job = waiting(world, 1);
        world.wait_for_draw();
        let round = world.round(&world.last_round(&job)).round;
        let right = world.candidates(&round, 4);
        let candidates = candidates(world, right);
        world.at.draw(&world.job(&job), &round, &candidates)
    })
}

/// A commitment of the first member to a round that was drawn.
fn commit(world: &World, job: &Pubkey, position: usize) -> Instruction {
    let committee = world.round(&world.last_round(job));
    let seat = committee.members[position].seat;
    let commitment = world.commitment(&committee.round, seat, &world.verdict(Say::Same));
    world.at.commit(&holder(seat), seat, &committee.round, commitment)
}

fn reveal(world: &World, job: &Pubkey, position: usize) -> Instruction {
    world.reveal_call(&world.last_round(job), position, Say::Same)
}

/// A commitment of a seat that does not sit in the round.
fn outsider(world: &World, job: &Pubkey) -> u32 {
    let members: Vec<u32> = world.round(&world.last_round(job)).members.iter().map(|member| member.seat).collect();
    (0..9).find(|seat| !members.contains(seat)).expect("it is there")
}

/// The bytes of a revealed verdict are other ones.
fn reveal_bytes(change: impl FnOnce(&mut Vec<u8>)) -> (World, Instruction) {
    with(9, |world| {
        let job = committed(world, 1);
        let mut call = reveal(world, &job, 0);
        change(&mut call.data);
        call
    })
}

/// A count with other seats.
fn tally_with(change: impl FnOnce(&mut Vec<solana_sdk::instruction::AccountMeta>)) -> (World, Instruction) {
    let (world, mut call) = tallied(&[Say::Same; 3]);
    change(&mut call.accounts);
    (world, call)
}

fn slash(world: &World, job: &Pubkey) -> Instruction {
    let round = world.at.round(job, world.dispute(job).round);
    world.at.execute_slash(&world.job(job), &world.dispute(job), &world.round(&round))
}

fn punish(world: &World, job: &Pubkey, number: u8, position: u8, seat: u32) -> Instruction {
    world.at.punish(&world.round(&world.at.round(job, number)).round, position, seat)
}

/// As many rounds as a job may have and be challenged still. There is no verifier: each round is void.
fn many_rounds(world: &mut World) -> Pubkey {
    let job = world.proved(1);
    while world.job(&job).rounds < CHALLENGED_ROUNDS_MAX {
        world.must(world.at.challenge(&CHALLENGER, &world.job(&job)));
        world.undecided(&job);
    }
    job
}

cases! {
    Sample JobState "" => || with(9, |world| {
        let job = confirmed(world, 1);
        sample(world, &job)
    });
    Sample AlreadyDrawn "" => || with(9, |world| {
        let job = waiting(world, 1);
        sample(world, &job)
    });
    Sample SlotNotYet "" => || with(9, |world| {
        let job = world.proved(1);
        world.pass_slots(DEFAULTS[Param::DrawDelaySlots as usize]);
        sample(world, &job)
    });
    Draw RoundState "" => || with(9, |world| {
        let job = drawn(world, 1);
        world.draw_call(&job, &world.last_round(&job), 1)
    });
    Draw SlotNotYet "" => || with(9, |world| {
        let job = world.proved(1);
        world.must(world.at.challenge(&CHALLENGER, &world.job(&job)));
        world.pass_slots(DEFAULTS[Param::DrawDelaySlots as usize]);
        world.draw_call(&job, &world.last_round(&job), 0)
    });
    Draw WrongSeats "another order" => || draw_with(|_, mut candidates| {
        let other = candidates.iter().position(|seat| *seat != candidates[0]).expect("it is there");
        candidates.swap(0, other);
        candidates
    });
    Draw WrongSeats "another seat" => || draw_with(|_, candidates| vec![(candidates[0] + 1) % 9]);

    Commit RoundState "it was counted" => || with(9, |world| {
        let job = confirmed(world, 1);
        commit(world, &job, 0)
    });
    Commit RoundState "void" => || with(1, |world| {
        let job = waiting(world, 1);
        world.draw(&job);
        commit(world, &job, 0)
    });
    Commit TooLate "" => || with(9, |world| {
        let job = drawn(world, 1);
        world.at_protocol_time(world.round(&world.last_round(&job)).round.commit_by + 1);
        commit(world, &job, 0)
    });
    Commit NotMember "" => || with(9, |world| {
        let job = drawn(world, 1);
        let seat = outsider(world, &job);
        world.at.commit(&holder(seat), seat, &world.round(&world.last_round(&job)).round, [1; 32])
    });
    Commit AlreadyCommitted "" => || with(9, |world| {
        let job = drawn(world, 1);
        let call = commit(world, &job, 0);
        world.must(call.clone());
        call
    });
    Commit Zero "" => || with(9, |world| {
        let job = drawn(world, 1);
        let mut call = commit(world, &job, 0);
        call.data[1..].fill(0);
        call
    });
    Reveal RoundState "" => || with(9, |world| {
        let job = confirmed(world, 1);
        reveal(world, &job, 0)
    });
    Reveal TooEarly "" => || with(9, |world| {
        let job = drawn(world, 1);
        world.commit(&world.last_round(&job), 0, Say::Same);
        world.at_protocol_time(world.round(&world.last_round(&job)).round.commit_by);
        reveal(world, &job, 0)
    });
    Reveal TooLate "" => || with(9, |world| {
        let job = committed(world, 1);
        world.at_protocol_time(world.round(&world.last_round(&job)).round.reveal_by + 1);
        reveal(world, &job, 0)
    });
    Reveal NotMember "" => || with(9, |world| {
        let job = committed(world, 1);
        let seat = outsider(world, &job);
        world.at.reveal(&holder(seat), seat, &world.round(&world.last_round(&job)).round, &world.verdict(Say::Same))
    });
    Reveal AlreadyRevealed "" => || with(9, |world| {
        let job = committed(world, 1);
        let call = reveal(world, &job, 0);
        world.must(call.clone());
        call
    });
    Reveal WrongReveal "another salt" => || reveal_bytes(|data| data[105] ^= 1);
    Reveal WrongReveal "another outcome" => || reveal_bytes(|data| data[2] ^= 1);
    Reveal WrongReveal "another call" => || reveal_bytes(|data| data[66] ^= 1);
    Reveal WrongReveal "who has not committed" => || with(9, |world| {
        let job = drawn(world, 1);
        world.commit(&world.last_round(&job), 0, Say::Same);
        world.at_protocol_time(world.round(&world.last_round(&job)).round.commit_by + 1);
        reveal(world, &job, 1)
    });
    Reveal WrongReveal "of another seat" => || with(9, |world| {
        let job = drawn(world, 1);
        let round = world.last_round(&job);
        let committee = world.round(&round);
        // The second member copies the first one's commitment.
        let copied = world.commitment(&committee.round, committee.members[0].seat, &world.verdict(Say::Same));
        let seat = committee.members[1].seat;
        world.commit(&round, 0, Say::Same);
        world.must(world.at.commit(&holder(seat), seat, &committee.round, copied));
        world.commit(&round, 2, Say::Same);
        reveal(world, &job, 1)
    });
    Reveal Value "no code" => || reveal_bytes(|data| data[1] = 0);
    Reveal Value "no such code" => || reveal_bytes(|data| data[1] = 4);
    Reveal Value "an outcome of zeros" => || reveal_bytes(|data| data[2..34].fill(0));
    Reveal Value "the receipt of a racy outcome" => || reveal_bytes(|data| {
        data[1] = 2;
        data[2..34].fill(0);
    });
    Reveal Value "a racy outcome" => || reveal_bytes(|data| data[1] = 2);

    Tally RoundState "it was counted" => || with(9, |world| {
        let job = confirmed(world, 1);
        world.tally_call(&job)
    });
    Tally RoundState "it is being drawn" => || with(9, |world| {
        let job = waiting(world, 1);
        world.tally_call(&job)
    });
    Tally NotComplete "one has not committed" => || with(9, |world| {
        let job = drawn(world, 1);
        world.commit(&world.last_round(&job), 0, Say::Same);
        world.tally_call(&job)
    });
    Tally NotComplete "one has not revealed" => || with(9, |world| {
        let job = committed(world, 1);
        world.reveal(&world.last_round(&job), 0, Say::Same);
        world.reveal(&world.last_round(&job), 1, Say::Same);
        world.tally_call(&job)
    });
    Tally WrongSeats "one is missing" => || tally_with(|accounts| accounts.truncate(accounts.len() - 1));
    Tally WrongSeats "another order" => || tally_with(|accounts| accounts.swap(14, 15));
    Tally Duplicate "one twice" => || tally_with(|accounts| accounts[15] = accounts[14].clone());
    Redraw RoundState "it has decided" => || with(9, |world| {
        let job = confirmed(world, 1);
        world.at.redraw(&PAYER, &world.job(&job), &world.round(&world.last_round(&job)).round)
    });
    Redraw RoundState "it is not the last" => || with(9, |world| {
        let job = without_quorum(world, 1);
        let first = world.round(&world.last_round(&job)).round;
        world.must(world.at.redraw(&PAYER, &world.job(&job), &first));
        world.at.redraw(&PAYER, &world.job(&job), &first)
    });
    Redraw JobState "" => || with(9, |world| {
        let job = waiting(world, 1);
        world.undecided(&job);
        world.at.redraw(&PAYER, &world.job(&job), &world.round(&world.last_round(&job)).round)
    });

    Challenge JobState "" => || with(9, |world| {
        let job = world.disputed(1);
        world.at.challenge(&CHALLENGER, &world.job(&job))
    });
    Challenge TooLate "" => || with(0, |world| {
        let job = world.proved(1);
        world.at_protocol_time(world.job(&job).challenge_until + 1);
        world.at.challenge(&CHALLENGER, &world.job(&job))
    });
    Challenge TooLate "an appeal has confirmed it" => || with(30, |world| {
        let job = world.overturned(1);
        world.at.challenge(&CHALLENGER, &world.job(&job))
    });
    Challenge RoundOpen "" => || with(9, |world| {
        let job = waiting(world, 1);
        world.at.challenge(&CHALLENGER, &world.job(&job))
    });
    Challenge Overflow "" => || with(0, |world| {
        let job = many_rounds(world);
        world.at.challenge(&CHALLENGER, &world.job(&job))
    });
    Appeal DisputeState "" => || with(9, |world| {
        let job = world.appealed(1);
        world.at.appeal(&OWNER, &world.job(&job))
    });
    Appeal TooLate "" => || with(9, |world| {
        let job = world.disputed(1);
        world.at_protocol_time(world.dispute(&job).appeal_until + 1);
        world.at.appeal(&OWNER, &world.job(&job))
    });
    ExecuteSlash DisputeState "appealed" => || with(9, |world| {
        let job = world.appealed(1);
        world.at_protocol_time(world.dispute(&job).appeal_until + 1);
        slash(world, &job)
    });
    ExecuteSlash DisputeState "restored" => || with(30, |world| {
        let job = world.overturned(1);
        slash(world, &job)
    });
    ExecuteSlash DisputeState "slashed" => || with(9, |world| {
        let job = world.disputed(1);
        world.at_protocol_time(world.dispute(&job).appeal_until + 1);
        let call = slash(world, &job);
        world.must(call.clone());
        call
    });
    ExecuteSlash TooEarly "" => || with(9, |world| {
        let job = world.disputed(1);
        world.at_protocol_time(world.dispute(&job).appeal_until);
        slash(world, &job)
    });
    ExecuteSlash WrongSeats "" => || with(9, |world| {
        let job = world.disputed(1);
        world.at_protocol_time(world.dispute(&job).appeal_until + 1);
        let mut call = slash(world, &job);
        call.accounts.swap(12, 13);
        call
    });
    Punish RoundState "" => || with(30, |world| {
        let job = world.disputed(1);
        let seat = world.round(&world.last_round(&job)).members[0].seat;
        punish(world, &job, 0, 0, seat)
    });
    Punish NotPunishable "it did not contradict" => || with(30, |world| {
        let job = world.overturned(1);
        let seat = world.round(&world.at.round(&job, 0)).members[2].seat;
        punish(world, &job, 0, 2, seat)
    });
    Punish NotPunishable "it was punished" => || with(30, |world| {
        let job = world.overturned(1);
        let seat = world.round(&world.at.round(&job, 0)).members[0].seat;
        let call = punish(world, &job, 0, 0, seat);
        world.must(call);
        punish(world, &job, 0, 0, seat)
    });
    Punish NotMember "no such place" => || with(30, |world| {
        let job = world.overturned(1);
        punish(world, &job, 0, 3, 0)
    });
    Punish NotMember "another seat" => || with(30, |world| {
        let job = world.overturned(1);
        let members = world.round(&world.at.round(&job, 0)).members;
        punish(world, &job, 0, 0, members[1].seat)
    });
    CloseRound JobState "" => || with(9, |world| {
        let job = confirmed(world, 1);
        world.at.close_round(&world.round(&world.last_round(&job)).round)
    });
    CloseRound Punishable "" => || with(30, |world| {
        let job = world.overturned(1);
        world.settle(&job);
        world.at.close_round(&world.round(&world.at.round(&job, 0)).round)
    });
}
