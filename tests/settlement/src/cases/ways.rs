//! Ways to situations that several cases share.

use assay_settlement::call::{Action, ModelChange};
use assay_settlement_interface::params::Param;
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;

use crate::world::*;

/// A world that is ready, with so many seats, and a call in it.
pub fn with(seats: u32, call: impl FnOnce(&mut World) -> Instruction) -> (World, Instruction) {
    let mut world = World::ready(seats);
    let call = call(&mut world);
    (world, call)
}

/// The same, with two jobs that went the same way: whatever goes with one must not go with the other.
pub fn twins(
    seats: u32,
    mut way: impl FnMut(&mut World, u64) -> Pubkey,
    call: impl FnOnce(&mut World, Pubkey) -> Instruction,
) -> (World, Instruction) {
    let mut world = World::ready(seats);
    way(&mut world, 2);
    top_up(&mut world);
    let job = way(&mut world, 1);
    let call = call(&mut world, job);
    (world, call)
}

/// A dispute makes a provider unfit for jobs: more stake.
pub fn top_up(world: &mut World) {
    world.must(world.at.stake(&OWNER, 3 * world.param(Param::StakePerUnit)));
}

/// A job whose sample waits for its draw.
pub fn waiting(world: &mut World, nonce: u64) -> Pubkey {
    let job = world.proved(nonce);
    world.sample(&job);
    job
}

/// A job whose sample votes.
pub fn drawn(world: &mut World, nonce: u64) -> Pubkey {
    let job = waiting(world, nonce);
    world.draw(&job);
    job
}

/// A job whose sample has committed.
pub fn committed(world: &mut World, nonce: u64) -> Pubkey {
    let job = drawn(world, nonce);
    let round = world.last_round(&job);
    for position in 0..3 {
        world.commit(&round, position, Say::Same);
    }
    job
}

/// A job that a sample has confirmed.
pub fn confirmed(world: &mut World, nonce: u64) -> Pubkey {
    let job = waiting(world, nonce);
    world.judge(&job, &[Say::Same; 3]);
    job
}

/// A job whose sample said nothing.
pub fn without_quorum(world: &mut World, nonce: u64) -> Pubkey {
    let job = waiting(world, nonce);
    world.judge(&job, &[Say::Abstain; 3]);
    job
}

/// A job that has ended and whose rounds are closed.
pub fn closed_rounds(world: &mut World, nonce: u64) -> Pubkey {
    let job = world.settled(nonce);
    let round = world.round(&world.last_round(&job)).round;
    world.must(world.at.close_round(&round));
    job
}

/// The count of a sample that says so.
pub fn tallied(says: &[Say]) -> (World, Instruction) {
    twins(9, waiting, |world, job| {
        let round = world.draw(&job);
        world.vote(&round, says);
        world.tally_call(&job)
    })
}

/// The count of an appeal that says so.
pub fn appeal_tallied(say: Say) -> (World, Instruction) {
    with(30, |world| {
        let job = world.appealed(1);
        let round = world.draw(&job);
        world.vote(&round, &[say]);
        world.tally_call(&job)
    })
}

/// A seat that nobody holds any more.
pub fn vacate(world: &mut World, seat: u32) {
    world.must(world.at.leave_seat(&holder(seat), seat));
    world.at_protocol_time(world.seat(seat).free_at);
    world.must(world.at.withdraw_seat(&holder(seat), seat));
}

/// A seat that has earned a part of a job's price, in that currency.
pub fn earned(currency: u8, call: impl FnOnce(&mut World, u32) -> Instruction) -> (World, Instruction) {
    with(5, |world| {
        let job = world.opened_in(1, currency);
        world.must(world.at.accept_job(&OWNER, 0, &job));
        world.prove(&job);
        world.sample(&job);
        let round = world.judge(&job, &[Say::Same; 3]);
        let seat = world.round(&round).members[0].seat;
        call(world, seat)
    })
}

/// Enough stake to propose.
pub fn rich(world: &mut World) {
    world.must(world.at.stake(&OWNER, world.param(Param::ProposalStake)));
}

/// A proposal, number 0.
pub fn proposed(world: &mut World, action: &Action) {
    rich(world);
    world.must(world.at.propose(&OWNER, 0, action));
}

/// A proposal that is carried, and whose lock is over; the call that executes it.
pub fn carried(world: &mut World, action: &Action) -> Instruction {
    proposed(world, action);
    world.must(world.at.cast_vote(&OWNER, 0, true));
    world.at_protocol_time(world.proposal(0).execute_at + 1);
    world.at.execute(&PAYER, &world.proposal(0))
}

/// A model of this number, as a vote sets it.
pub fn a_model(id: u16) -> Action {
    Action::SetModel(ModelChange { id, kind: 0, enabled: 1, multiplier_milli: 3_000, name: name("Voted") })
}
