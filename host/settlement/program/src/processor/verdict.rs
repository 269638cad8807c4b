//! Commit and Reveal: the verdict of a member.

use crate::accounts::held;
use crate::entry::Call;
use crate::hash::hash;
use crate::{Outcome, accounts};
use assay_settlement_interface::account::{Job, Member, Round, Seat};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::{Commit, Reveal};
use assay_settlement_interface::rules::round::{self as rules, Place};

/// Commits to a verdict.
#[inline(never)]
pub fn commit(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([owner, seat, round], _) = accounts::take(accounts)?;
    let asked = Commit::read(data)?;
    held!(own: Seat = seat, ground.program);
    accounts::signed_by(owner, &own.owner)?;
    held!(voting, members: mut Round = round, ground.program);
    let member = member_of(voting, members, own)?;
    rules::commit(voting, member, asked.commitment, ground.now, ground.params)
}

/// Reveals it.
#[inline(never)]
pub fn reveal(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([owner, seat, job, round], _) = accounts::take(accounts)?;
    let asked = Reveal::read(data)?;
    held!(own: Seat = seat, ground.program);
    accounts::signed_by(owner, &own.owner)?;
    held!(judged: Job = job, ground.program);
    held!(voting, members: mut Round = round, ground.program);
    accounts::at(job, &voting.job)?;
    let member = member_of(voting, members, own)?;
    let place = Place { job: *accounts::key(job), opened_at: judged.opened_at, number: voting.number, seat: own.index };
    rules::reveal(voting, member, asked, &place, ground.now, hash)
}

/// The member that sits in that seat.
fn member_of<'m>(round: &Round, members: &'m mut [Member], seat: &Seat) -> Outcome<&'m mut Member> {
    members.iter_mut().take(usize::from(round.drawn)).find(|member| member.seat == seat.index).ok_or(Refusal::NotMember)
}
