//! Commit and Reveal: the verdict of a member.

use super::members;
use crate::accounts::held;
use crate::entry::{Call, Ground};
use crate::hash::hash;
use crate::{Outcome, accounts};
use assay_settlement_interface::account::{Job, Member, Round, Seat};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::{Commit, Reveal};
use assay_settlement_interface::rules::round::{self as rules, Place};
use pinocchio::AccountView;

/// Commits to a verdict.
#[inline(never)]
pub fn commit(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([owner, seat, round], _) = accounts::take(accounts)?;
    let asked = Commit::read(data)?;
    held!(own = seat_of(owner, seat, ground));
    held!(voting = accounts::read_round_mut(round, ground.program));
    let (position, mut member) = member_of(round, voting, own)?;
    rules::commit(voting, &mut member, asked.commitment, ground.now, &ground.config.params)?;
    members::write(round, position, &member)?;
    accounts::write(round, voting)
}

/// Reveals it.
#[inline(never)]
pub fn reveal(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([owner, seat, job, round], _) = accounts::take(accounts)?;
    let asked = Reveal::read(data)?;
    held!(own = seat_of(owner, seat, ground));
    held!(judged: Job = accounts::read(job, ground.program));
    held!(voting = members::round_of(job, round, ground));
    let (position, mut member) = member_of(round, voting, own)?;
    let place = Place { job: *accounts::key(job), opened_at: judged.opened_at, number: voting.number, seat: own.index };
    rules::reveal(voting, &mut member, &asked, &place, ground.now, hash)?;
    members::write(round, position, &member)?;
    accounts::write(round, voting)
}

/// The seat that `owner`, who signs, holds.
fn seat_of(owner: &AccountView, seat: &AccountView, ground: &Ground) -> Outcome<Seat> {
    let mut own: Outcome<Seat> = accounts::read(seat, ground.program);
    accounts::check(&mut own, |own| accounts::signed_by(owner, &own.owner));
    own
}

/// The member that sits in that seat.
fn member_of(view: &AccountView, round: &Round, seat: &Seat) -> Outcome<(u8, Member)> {
    let position = members::position(&accounts::bytes(view)?, round, seat.index)?.ok_or(Refusal::NotMember)?;
    Ok((position, members::read(view, position)?))
}
