//! A round is counted (`specs/settlement.md`, sections 7 and 8).

use super::seat::EARNINGS;
use super::{add, stake, sub, time};
use crate::Key;
use crate::account::state::{NO_ROUND, code, dispute as dispute_state, job as job_state, purpose, round as state, seat as seat_state};
use crate::account::{Dispute, Job, Member, Provider, Round, Seat, Totals};
use crate::error::Refusal;
use crate::params::{Param, Params};

/// What a round found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// The proof's outcome.
    Confirmed,
    /// Another.
    Contradicted,
    /// A racy dispatch.
    Indeterminate,
    /// Nothing.
    NoQuorum,
}

/// The count of a round.
#[derive(Debug, Clone, Copy)]
pub struct Count {
    /// What it found.
    pub finding: Finding,
    /// The first verdict of the quorum; a blank one if there is none.
    pub first: Member,
    /// How many verdicts are with it.
    pub votes: u8,
    /// More verdicts named another outcome than the proof's.
    pub doubted: bool,
}

/// Whether two verdicts are counted together.
fn same(a: &Member, b: &Member) -> bool {
    a.code == b.code && a.outcome == b.outcome
}

/// Counts the verdicts of the members that were drawn. Two quorums cannot be: a quorum is more than half.
pub fn count(round: &Round, claimed: &Key, drawn: &[Member]) -> Count {
    let mut count = Count { finding: Finding::NoQuorum, first: Member::drawn(0), votes: 0, doubted: false };
    let (mut with, mut against) = (0_u8, 0_u8);
    for (own, place) in drawn.iter().zip(1..) {
        if own.code == code::OUTCOME {
            let side = if own.outcome == *claimed { &mut with } else { &mut against };
            *side = side.saturating_add(1);
        }
        if !matches!(own.code, code::OUTCOME | code::INDETERMINATE) || count.finding != Finding::NoQuorum {
            continue;
        }
        let mut votes = 1;
        for other in drawn.iter().skip(place) {
            votes += u8::from(same(own, other));
        }
        if votes >= round.quorum {
            count.first = *own;
            count.votes = votes;
            count.finding = match own.code {
                code::INDETERMINATE => Finding::Indeterminate,
                _ if own.outcome == *claimed => Finding::Confirmed,
                _ => Finding::Contradicted,
            };
        }
    }
    // One seat alone cannot take a provider's pay by a lie for which it is not fined.
    count.doubted = against > with;
    count
}

/// What each member of the quorum gets, and what is burned because it cannot be divided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shares {
    /// Of V, in the job's currency, from escrow.
    pub verification: u64,
    /// Of bonds and slashed stake: IO, from the stake account.
    pub stake: u64,
    /// IO of the stake account.
    pub burned: u64,
}

fn divided(amount: u64, votes: u8) -> Result<(u64, u64), Refusal> {
    let each = amount.checked_div(u64::from(votes)).ok_or(Refusal::Overflow)?;
    Ok((each, sub(amount, each * u64::from(votes))?))
}

/// V in equal parts; what cannot be divided stays the requester's.
fn pay_verification(job: &mut Job, votes: u8, shares: &mut Shares) -> Result<(), Refusal> {
    (shares.verification, job.verification) = divided(job.verification, votes)?;
    Ok(())
}

/// A bond or a reward in equal parts; what cannot be divided is burned.
fn pay_stake(amount: u64, votes: u8, shares: &mut Shares) -> Result<(), Refusal> {
    let (each, rest) = divided(amount, votes)?;
    shares.stake = add(shares.stake, each)?;
    shares.burned = add(shares.burned, rest)?;
    Ok(())
}

/// What happens to a member's seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatEffect {
    /// IO to burn from its stake, taken already.
    pub burned: u64,
}

/// Pays or fines the seat of one member. `currency` is the job's.
#[allow(clippy::too_many_arguments)]
pub fn conclude_seat(
    seat: &mut Seat,
    member: &Member,
    round: &Round,
    count: &Count,
    shares: &Shares,
    currency: u8,
    now: i64,
    params: &Params,
) -> Result<SeatEffect, Refusal> {
    seat.busy = seat.busy.checked_sub(1).ok_or(Refusal::Overflow)?;
    if seat.state == seat_state::LEAVING {
        // It answers for this verdict as long as any other.
        seat.free_at = seat.free_at.max(time::after(now, params[Param::SeatUnbondingS as usize])?);
    }
    let fine = |param: Param| params[param as usize];
    let penalty = match member.code {
        _ if super::round::is_void(round) => 0,
        // Who has committed and sees a quorum against it does not get away with silence.
        code::NONE if count.finding != Finding::NoQuorum && member.commitment != [0; 32] => {
            fine(Param::MissedPenalty).max(fine(Param::WrongPenalty))
        }
        code::NONE => fine(Param::MissedPenalty),
        code::OUTCOME | code::INDETERMINATE if count.finding != Finding::NoQuorum && !same(member, &count.first) => {
            fine(Param::WrongPenalty)
        }
        _ => 0,
    };
    if count.finding != Finding::NoQuorum && same(member, &count.first) {
        seat.good = seat.good.saturating_add(1);
        seat.earned[0] = add(seat.earned[0], shares.stake)?;
        let escrow = 1 + usize::from(currency);
        if escrow >= EARNINGS {
            return Err(Refusal::Value);
        }
        seat.earned[escrow] = add(seat.earned[escrow], shares.verification)?;
    }
    let burned = penalty.min(seat.stake);
    seat.stake = sub(seat.stake, burned)?;
    Ok(SeatEffect { burned })
}

/// What a sample or a challenge comes to.
#[derive(Debug, Clone, Copy)]
pub struct Conclusion {
    /// For the quorum.
    pub shares: Shares,
    /// A dispute was opened: it is to be written.
    pub dispute: Option<Dispute>,
    /// The package is to be marked.
    pub mark: bool,
}

/// Addresses and bump of a dispute that may be opened.
#[derive(Debug, Clone, Copy)]
pub struct DisputeAt {
    /// Account of the job.
    pub job: Key,
    /// Account of the provider.
    pub provider: Key,
    /// Who pays for the dispute's account.
    pub payer: Key,
    /// Bump of it.
    pub bump: u8,
}

fn found(round: &mut Round, count: &Count, now: i64) {
    round.decided_at = now;
    round.state = match count.finding {
        Finding::Confirmed => state::CONFIRMED,
        Finding::Contradicted => state::CONTRADICTED,
        Finding::Indeterminate => state::INDETERMINATE,
        Finding::NoQuorum => state::NO_QUORUM,
    };
    round.found_code = count.first.code;
    round.found = count.first.outcome;
}

/// Whether a round without a quorum is the last that there may be.
fn is_last(job: &Job, params: &Params) -> bool {
    u64::from(job.redraws) >= params[Param::RedrawsMax as usize]
}

/// Counts a sample or a challenge.
pub fn conclude(
    job: &mut Job,
    round: &mut Round,
    provider: &mut Provider,
    count: &Count,
    at: &DisputeAt,
    now: i64,
    params: &Params,
) -> Result<Conclusion, Refusal> {
    if round.state != state::VOTING || round.purpose == purpose::APPEAL {
        return Err(Refusal::RoundState);
    }
    found(round, count, now);
    job.contradicted = job.contradicted.max(u8::from(count.doubted));
    let mut conclusion = Conclusion { shares: Shares::default(), dispute: None, mark: count.finding == Finding::Indeterminate };
    match count.finding {
        Finding::Confirmed | Finding::Indeterminate => {
            pay_verification(job, count.votes, &mut conclusion.shares)?;
            pay_stake(round.bond, count.votes, &mut conclusion.shares)?;
            round.bond = 0;
            job.state = if conclusion.mark { job_state::INDETERMINATE } else { job_state::CONFIRMED };
            job.round_open = 0;
            extend(job, now, params)?;
        }
        Finding::Contradicted => {
            job.contradicted = 2;
            job.state = job_state::DISPUTED;
            job.round_open = 0;
            let frozen = job.risk.min(stake::free(provider));
            provider.frozen = add(provider.frozen, frozen)?;
            provider.disputes = provider.disputes.checked_add(1).ok_or(Refusal::Overflow)?;
            provider.good = 0;
            conclusion.dispute = Some(Dispute {
                bump: at.bump,
                job: at.job,
                provider: at.provider,
                payer: at.payer,
                state: dispute_state::FROZEN,
                round: round.number,
                appeal_round: NO_ROUND,
                claimed: job.outcome,
                found: count.first.outcome,
                receipt: count.first.receipt,
                call: count.first.call,
                frozen,
                bond: 0,
                opened_at: now,
                appeal_until: time::after(now, params[Param::AppealS as usize])?,
            });
        }
        // The bond stays the challenger's. While there may be a redraw, the round counts as open.
        Finding::NoQuorum if is_last(job, params) => {
            // What a quorum has found before stays found.
            if job.state == job_state::PROVED {
                job.state = job_state::UNDECIDED;
            }
            job.round_open = 0;
            extend(job, now, params)?;
        }
        Finding::NoQuorum => {}
    }
    Ok(conclusion)
}

/// While a round was open nobody could challenge: there is a whole window after it.
fn extend(job: &mut Job, now: i64, params: &Params) -> Result<(), Refusal> {
    job.challenge_until = job.challenge_until.max(time::after(now, params[Param::ChallengeS as usize])?);
    Ok(())
}

/// Counts an appeal. `previous` is the round that it reviews.
#[allow(clippy::too_many_arguments)]
pub fn conclude_appeal(
    job: &mut Job,
    round: &mut Round,
    previous: &mut Round,
    provider: &mut Provider,
    dispute: &mut Dispute,
    totals: &mut Totals,
    count: &Count,
    now: i64,
    params: &Params,
) -> Result<Conclusion, Refusal> {
    if round.state != state::VOTING || round.purpose != purpose::APPEAL || dispute.state != dispute_state::APPEALED {
        return Err(Refusal::RoundState);
    }
    found(round, count, now);
    let mut conclusion = Conclusion { shares: Shares::default(), dispute: None, mark: count.finding == Finding::Indeterminate };
    match count.finding {
        Finding::Contradicted => {
            dispute.state = dispute_state::LOST;
            pay_stake(dispute.bond, count.votes, &mut conclusion.shares)?;
            dispute.bond = 0;
            job.round_open = 0;
            return Ok(conclusion);
        }
        Finding::NoQuorum if !is_last(job, params) => return Ok(conclusion),
        Finding::NoQuorum => job.state = job_state::UNDECIDED,
        Finding::Confirmed => {
            pay_verification(job, count.votes, &mut conclusion.shares)?;
            pay_stake(previous.bond, count.votes, &mut conclusion.shares)?;
            previous.bond = 0;
            previous.state = state::OVERTURNED;
            job.state = job_state::CONFIRMED;
        }
        // With a race each of them may have seen what they say: nobody is at fault, and the challenger's bond stays its own.
        Finding::Indeterminate => {
            pay_verification(job, count.votes, &mut conclusion.shares)?;
            job.state = job_state::INDETERMINATE;
        }
    }
    job.round_open = 0;
    // The larger committee was asked: no more challenges.
    job.challenge_until = job.challenge_until.min(now.saturating_sub(1));
    dispute.state = dispute_state::RESTORED;
    provider.frozen = sub(provider.frozen, dispute.frozen)?;
    provider.disputes = provider.disputes.checked_sub(1).ok_or(Refusal::Overflow)?;
    let bond = dispute.bond;
    dispute.bond = 0;
    provider.stake = add(provider.stake, bond)?;
    totals.staked = add(totals.staked, bond)?;
    Ok(conclusion)
}

/// Shares of those who found a lie out, in the round that a dispute is about.
pub fn is_finder(round: &Round, member: &Member) -> bool {
    member.code == round.found_code && member.outcome == round.found
}
