//! # Appeal, slash, punish, close (settlement.md, section 8)

use super::accounts::{Round, Seat};
use super::amounts;
use super::jobs::REFUNDED;
use super::ledger::{Ledger, STAKE};
use super::parameters as p;
use super::refusals::{DISPUTE_STATE, JOB_STATE, NOT_MEMBER, NOT_PUNISHABLE, PUNISHABLE, ROUND_STATE, TOO_EARLY, TOO_LATE, WRONG_ADDRESS};
use super::rounds::{CHALLENGE, OVERTURNED};
use super::seats::VACANT;
use super::turn::{Step, Turn};

pub(super) const FROZEN: u8 = 0;
pub(super) const APPEALED: u8 = 1;
pub(super) const LOST: u8 = 2;
pub(super) const SLASHED: u8 = 3;
pub(super) const RESTORED: u8 = 4;

/// No round judges an appeal.
pub(super) const NO_ROUND: u8 = 255;

/// Whether a seat is another's by now than when the round was tallied; until then its holder could not leave.
fn changed_hands(seat: &Seat, round: &Round) -> bool {
    seat.state == VACANT || seat.taken_at > round.head.decided_at
}

impl Round {
    /// Bit of a place in `punished`.
    fn bit(place: usize) -> u16 {
        u32::try_from(place).ok().and_then(|place| 1_u16.checked_shl(place)).unwrap_or(0)
    }

    /// Whether somebody of an overturned quorum was not punished yet.
    fn is_punishable(&self) -> bool {
        self.head.state == OVERTURNED && self.quorum().iter().any(|place| self.head.punished & Round::bit(*place) == 0)
    }
}

impl Ledger {
    pub(super) fn appeal(&mut self, turn: &mut Turn) -> Step {
        let config = self.config(turn)?;
        let provider = self.own_provider(turn)?;
        let job_key = turn.key("job")?;
        let job = turn.account(&self.jobs, "job")?;
        let mut dispute = turn.account(&self.disputes, "dispute")?;
        turn.refuse(dispute.job != job_key, WRONG_ADDRESS);
        turn.names("provider", &dispute.provider)?;
        turn.refuse(dispute.state != FROZEN, DISPUTE_STATE);
        turn.refuse(self.now(&config) > dispute.appeal_until, TOO_LATE);
        let from = self.theirs(turn, "source", &config.io_mint, &provider.owner)?;
        let to = self.ours(turn, "stake_tokens", &config, STAKE)?;
        turn.derived("round", &[b"round", &job_key, &[job.rounds]])?;
        turn.go()?;
        dispute.state = APPEALED;
        dispute.appeal_round = job.rounds;
        dispute.bond = config.params[p::APPEAL_BOND];
        self.transfer(turn, &from, &to, dispute.bond)?;
        let previous = dispute.round;
        self.disputes.insert(turn.key("dispute")?, dispute);
        self.open_appeal(turn, &config, job, previous)
    }

    pub(super) fn execute_slash(&mut self, turn: &mut Turn) -> Step {
        let config = self.config(turn)?;
        let mut totals = turn.account(&self.totals, "totals")?;
        let job_key = turn.key("job")?;
        let mut job = turn.account(&self.jobs, "job")?;
        let mut dispute = turn.account(&self.disputes, "dispute")?;
        turn.refuse(dispute.job != job_key, WRONG_ADDRESS);
        turn.names("provider", &dispute.provider)?;
        let mut provider = turn.account(&self.providers, "provider")?;
        let mut round = turn.account(&self.rounds, "round")?;
        turn.refuse(round.head.job != job_key || round.head.number != dispute.round, WRONG_ADDRESS);
        turn.refuse(dispute.state != FROZEN && dispute.state != LOST, DISPUTE_STATE);
        turn.refuse(dispute.state == FROZEN && self.now(&config) <= dispute.appeal_until, TOO_EARLY);
        let mut seats = self.member_seats(turn, &round)?;
        self.refund_accounts(turn, &config, &job)?;
        self.ours(turn, "stake_tokens", &config, STAKE)?;
        self.io_mint(turn, &config)?;
        turn.go()?;

        let quorum = round.quorum();
        let challenged = round.head.purpose == CHALLENGE;
        let split = amounts::slashed(dispute.frozen, config.params[p::SLASH_REWARD_BPS], challenged, quorum.len() as u64);
        round.head.bond = turn.sum(round.head.bond.checked_add(split.challenger))?;
        let mut burned = split.burned;
        for place in quorum {
            match seats.get_mut(place) {
                Some((_, seat)) if !changed_hands(seat, &round) => {
                    seat.earned[STAKE] = turn.sum(seat.earned[STAKE].checked_add(split.each))?;
                }
                _ => burned = turn.sum(burned.checked_add(split.each))?,
            }
        }
        self.burn(turn, &config, burned)?;
        provider.stake = turn.sum(provider.stake.checked_sub(dispute.frozen))?;
        provider.frozen = turn.sum(provider.frozen.checked_sub(dispute.frozen))?;
        provider.disputes = provider.disputes.saturating_sub(1);
        provider.jobs = provider.jobs.saturating_sub(1);
        totals.staked = turn.sum(totals.staked.checked_sub(dispute.frozen))?;
        self.refund(turn, &config, &job)?;
        job.state = REFUNDED;
        dispute.state = SLASHED;
        self.totals.insert(turn.key("totals")?, totals);
        self.jobs.insert(job_key, job);
        self.providers.insert(dispute.provider, provider);
        self.disputes.insert(turn.key("dispute")?, dispute);
        self.rounds.insert(turn.key("round")?, round);
        self.seats.extend(seats);
        Ok(())
    }

    pub(super) fn punish(&mut self, turn: &mut Turn, position: u8) -> Step {
        let config = self.config(turn)?;
        let mut round = turn.account(&self.rounds, "round")?;
        let mut seat = turn.account(&self.seats, "seat")?;
        let place = usize::from(position);
        turn.refuse(round.head.state != OVERTURNED, ROUND_STATE);
        turn.refuse(round.drawn().get(place).is_none_or(|member| member.seat != seat.index), NOT_MEMBER);
        let punished = round.head.punished & Round::bit(place) != 0;
        turn.refuse(punished || !round.quorum().contains(&place), NOT_PUNISHABLE);
        self.ours(turn, "stake_tokens", &config, STAKE)?;
        self.io_mint(turn, &config)?;
        turn.go()?;
        round.head.punished |= Round::bit(place);
        if !changed_hands(&seat, &round) {
            let penalty = config.params[p::WRONG_PENALTY].min(seat.stake);
            seat.stake -= penalty;
            self.burn(turn, &config, penalty)?;
        }
        self.rounds.insert(turn.key("round")?, round);
        self.seats.insert(turn.key("seat")?, seat);
        Ok(())
    }

    pub(super) fn close_round(&mut self, turn: &mut Turn) -> Step {
        let config = self.config(turn)?;
        let job_key = turn.key("job")?;
        let mut job = turn.account(&self.jobs, "job")?;
        let round = turn.account(&self.rounds, "round")?;
        turn.refuse(round.head.job != job_key, WRONG_ADDRESS);
        turn.names("payer", &round.head.payer)?;
        turn.names("vault", &config.vault)?;
        turn.refuse(!job.has_ended(), JOB_STATE);
        turn.refuse(round.is_punishable(), PUNISHABLE);
        let from = self.ours(turn, "stake_tokens", &config, STAKE)?;
        if round.head.bond > 0 {
            let to = self.theirs(turn, "destination", &config.io_mint, &round.head.opener)?;
            turn.go()?;
            self.transfer(turn, &from, &to, round.head.bond)?;
        }
        turn.go()?;
        job.closed = turn.sum(job.closed.checked_add(1))?;
        self.rounds.remove(&turn.key("round")?);
        self.jobs.insert(job_key, job);
        Ok(())
    }
}
