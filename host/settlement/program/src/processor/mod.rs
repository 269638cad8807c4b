//! One function for each instruction: take the accounts, check them, decide by a rule of the interface, which changes them where they lie, move tokens. A refusal anywhere undoes all.

pub mod appeal;
pub mod close;
pub mod device;
pub mod draw;
pub mod escrow;
pub mod initialise;
pub mod job;
pub mod job_end;
pub mod model;
pub mod pause;
pub mod provider;
pub mod rewards;
pub mod round;
pub mod seat;
pub mod slash;
pub mod stake;
pub mod tally;
pub mod verdict;
pub mod votes;

use crate::entry::Ground;
use crate::{Outcome, accounts};
use assay_settlement_interface::account::{Config, Job, Member, Round, Seat};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::params::Param;
use assay_settlement_interface::rules::add;
use pinocchio::AccountView;

/// It is the guardian, and signs.
fn guardian(view: &AccountView, config: &Config) -> Outcome {
    if *accounts::key(view) != config.guardian {
        return Err(Refusal::NotGuardian);
    }
    accounts::signer(view)
}

/// The provider is the one that has accepted the job.
fn accepted_by(job: &Job, provider: &AccountView) -> Outcome {
    if job.provider == [0; 32] {
        return Err(Refusal::JobState);
    }
    accounts::at(provider, &job.provider)
}

/// The members that have been drawn, of all places of a round.
fn drawn<'m>(round: &Round, members: &'m [Member]) -> Outcome<&'m [Member]> {
    members.get(..usize::from(round.drawn)).ok_or(Refusal::WrongKind)
}

/// The seats of all members, in order: as many as were drawn.
fn seats<'a>(views: &'a [AccountView], round: &Round) -> Outcome<&'a [AccountView]> {
    views.get(..usize::from(round.drawn)).ok_or(Refusal::WrongSeats)
}

/// It is the seat of that member.
fn sits(seat: &Seat, member: &Member) -> Outcome {
    if seat.index == member.seat { Ok(()) } else { Err(Refusal::WrongSeats) }
}

/// It is round `number` of that job.
fn is_round(round: &Round, job: &AccountView, number: u8) -> Outcome {
    accounts::at(job, &round.job)?;
    if round.number == number { Ok(()) } else { Err(Refusal::WrongAddress) }
}

/// The slot that may draw what is asked for now.
fn draw_slot(ground: &Ground) -> Outcome<u64> {
    add(ground.slot, ground.config.param(Param::DrawDelaySlots))
}
