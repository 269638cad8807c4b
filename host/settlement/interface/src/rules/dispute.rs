//! Appeals, and what a lie costs (`specs/settlement.md`, section 8).

use super::{add, part_down, sub, tally};
use crate::account::state::{code, dispute as state, job as job_state, round as round_state, seat as seat_state};
use crate::account::{Dispute, Job, Member, Provider, Round, Seat, Totals};
use crate::error::Refusal;
use crate::params::{Param, Params};

/// The provider appeals; `round` is the number of the one that will judge.
pub fn appeal(job: &mut Job, dispute: &mut Dispute, round: u8, now: i64, params: &Params) -> Result<u64, Refusal> {
    if dispute.state != state::FROZEN {
        return Err(Refusal::DisputeState);
    }
    if now > dispute.appeal_until {
        return Err(Refusal::TooLate);
    }
    dispute.state = state::APPEALED;
    dispute.appeal_round = round;
    dispute.bond = params[Param::AppealBond as usize];
    // An appeal has its own redraws.
    job.redraws = 0;
    Ok(dispute.bond)
}

/// How slashed stake is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slash {
    /// For each member of the quorum.
    pub each: u64,
    /// To burn.
    pub burned: u64,
}

/// Slashes. `votes` members found it out.
#[allow(clippy::too_many_arguments)]
pub fn slash(
    job: &mut Job,
    dispute: &mut Dispute,
    provider: &mut Provider,
    round: &mut Round,
    totals: &mut Totals,
    votes: u8,
    now: i64,
    params: &Params,
) -> Result<Slash, Refusal> {
    match dispute.state {
        state::LOST => {}
        state::FROZEN if now > dispute.appeal_until => {}
        state::FROZEN => return Err(Refusal::TooEarly),
        _ => return Err(Refusal::DisputeState),
    }
    let frozen = dispute.frozen;
    provider.stake = sub(provider.stake, frozen)?;
    provider.frozen = sub(provider.frozen, frozen)?;
    totals.staked = sub(totals.staked, frozen)?;
    provider.disputes = provider.disputes.checked_sub(1).ok_or(Refusal::Overflow)?;
    provider.jobs = provider.jobs.checked_sub(1).ok_or(Refusal::Overflow)?;
    let reward = part_down(frozen, params[Param::SlashRewardBps as usize], 10_000)?;
    let challenger = if round.opener == [0; 32] { 0 } else { reward / 2 };
    round.bond = add(round.bond, challenger)?;
    let each = sub(reward, challenger)?.checked_div(u64::from(votes)).ok_or(Refusal::WrongSeats)?;
    let burned = sub(sub(frozen, challenger)?, each * u64::from(votes))?;
    job.state = job_state::REFUNDED;
    dispute.state = state::SLASHED;
    Ok(Slash { each, burned })
}

/// Whether the seat has another holder than when the round voted.
fn changed_hands(seat: &Seat, round: &Round) -> bool {
    seat.taken_at > round.decided_at || seat.state == seat_state::VACANT
}

/// Pays a finder; says what is to be burned: its part, if the seat has another holder by now.
pub fn reward(seat: &mut Seat, round: &Round, slash: &Slash) -> Result<u64, Refusal> {
    if changed_hands(seat, round) {
        return Ok(slash.each);
    }
    seat.earned[0] = add(seat.earned[0], slash.each)?;
    Ok(0)
}

/// Punishes member `position` of an overturned round; says what is to be burned.
pub fn punish(round: &mut Round, member: &Member, position: u8, seat: &mut Seat, params: &Params) -> Result<u64, Refusal> {
    if round.state != round_state::OVERTURNED {
        return Err(Refusal::RoundState);
    }
    let bit = 1_u16.checked_shl(u32::from(position)).filter(|_| position < round.drawn).ok_or(Refusal::NotMember)?;
    if member.seat != seat.index {
        return Err(Refusal::NotMember);
    }
    if round.punished & bit != 0 || !tally::is_finder(round, member) {
        return Err(Refusal::NotPunishable);
    }
    round.punished |= bit;
    if changed_hands(seat, round) {
        return Ok(0);
    }
    let penalty = params[Param::WrongPenalty as usize].min(seat.stake);
    seat.stake = sub(seat.stake, penalty)?;
    Ok(penalty)
}

/// Whether one of the members that were drawn into an overturned round is still to be punished.
pub fn is_punishable(round: &Round, drawn: &[Member]) -> bool {
    let left = |(position, member): (usize, &Member)| round.punished >> position & 1 == 0 && tally::is_finder(round, member);
    round.state == round_state::OVERTURNED && round.found_code != code::NONE && drawn.iter().enumerate().any(left)
}
