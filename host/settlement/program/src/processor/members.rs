//! The members of a round, which stand behind it in its account.

use crate::entry::Ground;
use crate::{Outcome, accounts};
use assay_settlement_interface::Field;
use assay_settlement_interface::account::{Job, Member, Round, Seat};
use assay_settlement_interface::error::Refusal;
use pinocchio::AccountView;

/// Number of the seat of member `position`.
fn seat_of(bytes: &[u8], position: u8) -> Outcome<u32> {
    // The seat is what a member starts with.
    let at = Round::LEN + usize::from(position) * Member::LEN;
    bytes.get(at..at + 4).map(u32::get).ok_or(Refusal::WrongKind)
}

/// The place of a seat in a round of which these are the bytes.
pub fn position(bytes: &[u8], round: &Round, seat: u32) -> Outcome<Option<u8>> {
    for position in 0..round.drawn {
        if seat_of(bytes, position)? == seat {
            return Ok(Some(position));
        }
    }
    Ok(None)
}

/// Member `position` of the round in `view`.
#[inline(never)]
pub fn read(view: &AccountView, position: u8) -> Outcome<Member> {
    Member::read(&accounts::bytes(view)?, position)
}

/// Writes it.
#[inline(never)]
pub fn write(view: &mut AccountView, position: u8, member: &Member) -> Outcome {
    member.write(&mut accounts::bytes_mut(view)?, position)
}

/// A round of that job; it will change.
#[inline(never)]
pub fn round_of(job: &AccountView, round: &AccountView, ground: &Ground) -> Outcome<Round> {
    let mut own = accounts::read_round_mut(round, ground.program);
    accounts::check(&mut own, |own| accounts::at(job, &own.job));
    own
}

/// Round `number` of that job.
#[inline(always)]
pub fn numbered(job: &AccountView, round: &AccountView, number: u8, ground: &Ground) -> Outcome<Round> {
    let mut own = accounts::read_round(round, ground.program);
    accounts::check(&mut own, |own| {
        accounts::at(job, &own.job)?;
        if own.number == number { Ok(()) } else { Err(Refusal::WrongAddress) }
    });
    own
}

/// The seat of member `position`, as it was passed; it will change.
#[inline(never)]
pub fn seat(view: &AccountView, round: &AccountView, position: u8, ground: &Ground) -> Outcome<Seat> {
    let mut seat: Outcome<Seat> = accounts::read_mut(view, ground.program);
    accounts::check(
        &mut seat,
        |seat| {
            if seat_of(&accounts::bytes(round)?, position)? == seat.index { Ok(()) } else { Err(Refusal::WrongSeats) }
        },
    );
    seat
}

/// The seats of all members, in order: as many as were drawn.
pub fn seats<'a>(views: &'a mut [AccountView], round: &Round) -> Outcome<&'a mut [AccountView]> {
    views.get_mut(..usize::from(round.drawn)).ok_or(Refusal::WrongSeats)
}

/// The slot that may draw what is asked for now.
pub fn draw_slot(ground: &Ground) -> Outcome<u64> {
    use assay_settlement_interface::params::Param;
    assay_settlement_interface::rules::add(ground.slot, ground.config.param(Param::DrawDelaySlots))
}

/// The job is that of the provider.
pub fn job_of(job: &AccountView, provider: &AccountView, ground: &Ground) -> Outcome<Job> {
    let mut own: Outcome<Job> = accounts::read(job, ground.program);
    accounts::check(&mut own, |own| super::accepted_by(own, provider));
    own
}
