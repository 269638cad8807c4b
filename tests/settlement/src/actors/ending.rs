//! Everybody gets out. From whatever state a world is in, calls that anyone may send, and time, bring every job to its end; then who holds stake takes it home.

use assay_settlement_interface::account::{Job, Provider, Round, Seat, state};
use assay_settlement_interface::params::Param;
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;

use crate::world::{Answer, PAYER, STRANGER, World};

/// Rounds over all jobs after which one that has not ended is held not to end.
const TURNS_MAX: usize = 400;
/// Time that passes when no call is taken.
const PATIENCE_S: i64 = 20_000;

/// Ends everything; the error says what did not end. Verifiers leave at the end, or first of all: in the middle of their rounds.
pub fn end(world: &mut World, verifiers_first: bool) -> Result<(), String> {
    if world.config().paused == 1 {
        world.pass(world.param(Param::PauseS) as i64);
        taken(world, world.at.resume(&STRANGER))?;
    }
    if verifiers_first {
        leave_seats(world)?;
    }
    end_jobs(world)?;
    close_jobs(world)?;
    for (address, provider) in world.all::<Provider>() {
        unstake(world, &address, &provider.owner.into())?;
    }
    leave_seats(world)?;
    withdraw_seats(world)?;
    world.compare_all()?;
    let of = &world.at;
    let held =
        [("stake", of.tokens[0]), ("escrow IO", of.escrow(0)), ("escrow IOSD", of.escrow(1))].map(|(name, at)| (name, world.tokens(&at)));
    if held.iter().any(|(_, amount)| *amount != 0) { Err(format!("left behind: {held:?}")) } else { Ok(()) }
}

/// Sends what must be taken.
fn taken(world: &mut World, call: Instruction) -> Result<(), String> {
    match world.try_send(&call)? {
        Answer::Taken => Ok(()),
        answer => Err(format!("{}: {answer:?}", world.name(&call))),
    }
}

fn end_jobs(world: &mut World) -> Result<(), String> {
    for _ in 0..TURNS_MAX {
        let open: Vec<Pubkey> =
            world.all::<Job>().into_iter().filter(|(_, job)| job.state < state::job::SETTLED).map(|(address, _)| address).collect();
        if open.is_empty() {
            return Ok(());
        }
        let mut goes_on = false;
        for job in open {
            let call = step(world, &job);
            goes_on |= world.try_send(&call)? == Answer::Taken;
        }
        if !goes_on {
            world.pass(PATIENCE_S);
            world.pass_slots(3);
        }
    }
    let left: Vec<_> = world.all::<Job>().into_iter().filter(|(_, job)| job.state < state::job::SETTLED).collect();
    Err(format!("these jobs do not end: {left:?}"))
}

/// The next step of a job that anyone may take.
fn step(world: &World, address: &Pubkey) -> Instruction {
    let job = world.job(address);
    if job.round_open == 1 {
        let last = world.last_round(address);
        let round = world.round(&last).round;
        return match round.state {
            state::round::WAITING | state::round::DRAWING => world.draw_call(address, &last, 8),
            state::round::VOTING => world.tally_call(address),
            _ => world.at.redraw(&PAYER, &job, &round),
        };
    }
    match job.state {
        state::job::OPEN | state::job::ACCEPTED => world.at.expire_job(&job),
        state::job::PROVED if job.sampled == state::sampled::UNKNOWN => world.at.sample(&PAYER, &job),
        state::job::DISPUTED => {
            let dispute = world.dispute(address);
            world.at.execute_slash(&job, &dispute, &world.round(&world.at.round(address, dispute.round)))
        }
        _ => {
            let owner = world.read::<Provider>(&job.provider.into()).owner;
            world.at.settle(&job, &owner.into())
        }
    }
}

fn close_jobs(world: &mut World) -> Result<(), String> {
    for (address, _) in world.all::<Round>() {
        let committee = world.round(&address);
        for (member, position) in committee.members.iter().zip(0..) {
            // Most members need none: what is due is what keeps the round from being closed.
            let call = world.at.punish(&committee.round, position, member.seat);
            world.try_send(&call)?;
        }
        taken(world, world.at.close_round(&committee.round))?;
    }
    world.pass(world.param(Param::AcceptS) as i64 + 1);
    for (address, job) in world.all::<Job>() {
        let dispute = (job.contradicted == 2).then(|| world.dispute(&address));
        taken(world, world.at.close_job(&job, dispute.as_ref()))?;
    }
    Ok(())
}

fn unstake(world: &mut World, address: &Pubkey, owner: &Pubkey) -> Result<(), String> {
    let ripens = world.param(Param::UnbondingS) as i64;
    let own: Provider = world.read(address);
    if (own.jobs, own.disputes, own.frozen) != (0, 0, 0) {
        return Err(format!("still bound: {own:?}"));
    }
    if { own.unbonding } != [0; 4] {
        world.pass(ripens);
        taken(world, world.at.withdraw(owner))?;
    }
    if own.stake > 0 {
        taken(world, world.at.request_unstake(owner, own.stake))?;
        world.pass(ripens);
        taken(world, world.at.withdraw(owner))?;
    }
    let own: Provider = world.read(address);
    if (own.stake, own.unbonding) == (0, [0; 4]) { Ok(()) } else { Err(format!("stake is left: {own:?}")) }
}

fn leave_seats(world: &mut World) -> Result<(), String> {
    for (_, seat) in world.all::<Seat>() {
        if seat.state == state::seat::ACTIVE {
            taken(world, world.at.leave_seat(&seat.owner.into(), seat.index))?;
        }
    }
    Ok(())
}

fn withdraw_seats(world: &mut World) -> Result<(), String> {
    world.pass(world.param(Param::SeatUnbondingS) as i64);
    for (_, seat) in world.all::<Seat>() {
        if seat.state == state::seat::LEAVING {
            taken(world, world.at.withdraw_seat(&seat.owner.into(), seat.index))?;
        }
    }
    Ok(())
}
