//! # Counting a round, and what follows (settlement.md, sections 7 and 8)

use super::accounts::{Config, Dispute, Job, Member, PackageMark, Provider, Round, Seat, Totals};
use super::amounts;
use super::disputes::{APPEALED, FROZEN, LOST, NO_ROUND, RESTORED};
use super::jobs;
use super::layout::Key;
use super::ledger::{Ledger, STAKE, escrow};
use super::parameters as p;
use super::refusals::{DISPUTE_STATE, MISSING_ACCOUNT, NOT_COMPLETE, NOT_WRITABLE, ROUND_STATE, WRONG_ADDRESS, WRONG_SEATS};
use super::rounds::{APPEAL, CONTRADICTED, INDETERMINATE, NO_QUORUM, OUTCOME, OVERTURNED, RACY, SAME, VOTING};
use super::seats::LEAVING;
use super::turn::{Step, Turn};

impl Member {
    /// What is counted with what: the code, and the outcome if there is one.
    fn counted(&self) -> Option<(u8, Key)> {
        match self.code {
            OUTCOME => Some((OUTCOME, self.outcome)),
            INDETERMINATE => Some((INDETERMINATE, [0; 32])),
            _ => None,
        }
    }
}

impl Round {
    /// The verdict that a quorum gave.
    fn decided(&self) -> Option<(u8, Key)> {
        let verdicts = || self.drawn().iter().filter_map(Member::counted);
        verdicts().find(|one| verdicts().filter(|other| other == one).count() >= usize::from(self.head.quorum))
    }

    /// Places of those who were with the quorum, of a round that was counted.
    pub(super) fn quorum(&self) -> Vec<usize> {
        let found = (self.head.found_code, self.head.found);
        let with = self.drawn().iter().enumerate().filter(|(_, member)| member.counted() == Some(found));
        with.map(|(place, _)| place).collect()
    }
}

/// Everything that a tally changes, until it is written back.
struct Tally {
    config: Config,
    totals: Totals,
    provider: Provider,
    job: Job,
    round: Round,
    seats: Vec<(Key, Seat)>,
    burned: u64,
    /// Of V, to seats.
    verified: u64,
}

impl Tally {
    /// To each of the quorum the same part of `amount`; what is left over.
    fn reward(&mut self, turn: &mut Turn, amount: u64, tokens: usize) -> Step<u64> {
        let quorum = self.round.quorum();
        let (each, left) = amounts::equal_parts(amount, quorum.len() as u64);
        for place in quorum {
            if let Some((_, seat)) = self.seats.get_mut(place) {
                seat.earned[tokens] = turn.sum(seat.earned[tokens].checked_add(each))?;
            }
        }
        Ok(left)
    }

    /// V to the quorum; what is left over stays the requester's.
    fn pay_verifiers(&mut self, turn: &mut Turn) -> Step {
        let left = self.reward(turn, self.job.verification, escrow(self.job.currency))?;
        self.verified = self.job.verification - left;
        self.job.verification = left;
        Ok(())
    }

    /// A bond to the quorum; what is left over is burned.
    fn pay_bond(&mut self, turn: &mut Turn, bond: u64) -> Step {
        let left = self.reward(turn, bond, STAKE)?;
        self.burned = turn.sum(self.burned.checked_add(left))?;
        Ok(())
    }

    /// Penalties, and who is free again.
    fn judge_members(&mut self, turn: &mut Turn, void: bool, now: i64) -> Step {
        let quorum = self.round.quorum();
        let unbonded = self.config.after(now, p::SEAT_UNBONDING_S);
        for (place, member) in self.round.drawn().iter().enumerate() {
            let Some((_, seat)) = self.seats.get_mut(place) else {
                continue;
            };
            seat.busy = seat.busy.saturating_sub(1);
            if seat.state == LEAVING {
                seat.free_at = seat.free_at.max(unbonded);
            }
            let with = quorum.contains(&place);
            let penalty = match member.counted() {
                _ if void => 0,
                // Who abstains has revealed, and loses nothing.
                None if member.code == 0 => {
                    let hides = !quorum.is_empty() && member.commitment != [0; 32];
                    let wrong = if hides { self.config.params[p::WRONG_PENALTY] } else { 0 };
                    wrong.max(self.config.params[p::MISSED_PENALTY])
                }
                Some(_) if !quorum.is_empty() && !with => self.config.params[p::WRONG_PENALTY],
                _ => 0,
            };
            let penalty = penalty.min(seat.stake);
            seat.stake -= penalty;
            self.burned = turn.sum(self.burned.checked_add(penalty))?;
            if with {
                seat.good = seat.good.saturating_add(1);
            }
        }
        Ok(())
    }
}

impl Ledger {
    /// The members' seats, as they were passed after the other accounts.
    pub(super) fn member_seats(&self, turn: &mut Turn, round: &Round) -> Step<Vec<(Key, Seat)>> {
        let passed = turn.rest();
        turn.refuse(passed.len() < round.drawn().len(), MISSING_ACCOUNT);
        turn.refuse(passed.len() != round.drawn().len(), WRONG_SEATS);
        let mut seats = Vec::new();
        for (member, passed) in round.drawn().iter().zip(passed) {
            turn.refuse(!passed.writable, NOT_WRITABLE);
            match self.seats.get(&passed.address) {
                Some(seat) if seat.index == member.seat => seats.push((passed.address, seat.clone())),
                _ => turn.refuse(true, WRONG_SEATS),
            }
        }
        Ok(seats)
    }

    pub(super) fn tally(&mut self, turn: &mut Turn) -> Step {
        let config = self.config(turn)?;
        let job_key = turn.key("job")?;
        let job = turn.account(&self.jobs, "job")?;
        let round = turn.account(&self.rounds, "round")?;
        turn.names("provider", &job.provider)?;
        let head = round.head.clone();
        turn.refuse(head.job != job_key, WRONG_ADDRESS);
        turn.refuse(head.state != VOTING, ROUND_STATE);
        let now = self.now(&config);
        let all_in = head.revealed == head.committed && (head.committed == head.drawn || now > head.commit_by);
        let void = round.is_void();
        turn.refuse(!(void || all_in || now > head.reveal_by), NOT_COMPLETE);
        let seats = self.member_seats(turn, &round)?;
        self.ours(turn, "stake_tokens", &config, STAKE)?;
        self.io_mint(turn, &config)?;
        let mut tally = Tally {
            totals: turn.account(&self.totals, "totals")?,
            provider: turn.account(&self.providers, "provider")?,
            config,
            job,
            round,
            seats,
            burned: 0,
            verified: 0,
        };
        turn.go()?;

        let decided = if void { None } else { tally.round.decided() };
        (tally.round.head.found_code, tally.round.head.found) = decided.unwrap_or((0, [0; 32]));
        tally.round.head.state = match decided {
            None => NO_QUORUM,
            Some((OUTCOME, outcome)) if outcome == tally.job.outcome => SAME,
            Some((OUTCOME, _)) => CONTRADICTED,
            Some(_) => RACY,
        };
        tally.round.head.decided_at = now;
        tally.judge_members(turn, void, now)?;
        if tally.round.head.state == RACY {
            self.mark(turn, &tally)?;
        }
        if tally.round.head.purpose == APPEAL {
            self.judge_appeal(turn, &mut tally, now)?;
        } else {
            self.judge_proof(turn, &mut tally, now)?;
        }

        self.burn(turn, &tally.config, tally.burned)?;
        let flow = self.flows.entry(job_key).or_default();
        flow.paid_out = turn.sum(flow.paid_out.checked_add(tally.verified))?;
        self.totals.insert(turn.key("totals")?, tally.totals);
        self.providers.insert(tally.job.provider, tally.provider);
        self.jobs.insert(job_key, tally.job);
        self.rounds.insert(turn.key("round")?, tally.round);
        self.seats.extend(tally.seats);
        Ok(())
    }

    /// A sample or a challenge.
    fn judge_proof(&mut self, turn: &mut Turn, tally: &mut Tally, now: i64) -> Step {
        let claimed = tally.job.outcome;
        let (with, against): (Vec<_>, Vec<_>) =
            tally.round.members.iter().filter(|member| member.code == OUTCOME).partition(|member| member.outcome == claimed);
        if against.len() > with.len() {
            tally.job.contradicted = tally.job.contradicted.max(1);
        }
        match tally.round.head.state {
            SAME | RACY => {
                tally.job.state = if tally.round.head.state == SAME { jobs::CONFIRMED } else { jobs::INDETERMINATE };
                tally.job.round_open = 0;
                reopen(tally, now);
                tally.pay_verifiers(turn)?;
                let bond = std::mem::take(&mut tally.round.head.bond);
                tally.pay_bond(turn, bond)
            }
            CONTRADICTED => self.open_dispute(turn, tally, now),
            _ => {
                if is_last_try(tally) {
                    if tally.job.state == jobs::PROVED {
                        tally.job.state = jobs::UNDECIDED;
                    }
                    tally.job.round_open = 0;
                    reopen(tally, now);
                }
                Ok(())
            }
        }
    }

    fn open_dispute(&mut self, turn: &mut Turn, tally: &mut Tally, now: i64) -> Step {
        let job_key = turn.key("job")?;
        let bump = turn.derived("dispute", &[b"dispute", &job_key])?;
        turn.go()?;
        let first = tally.round.quorum().first().and_then(|place| tally.round.members.get(*place)).cloned().unwrap_or(Member::NOBODY);
        let frozen = tally.job.risk.min(tally.provider.free_stake());
        let dispute = Dispute {
            bump,
            job: job_key,
            provider: tally.job.provider,
            payer: turn.key("payer")?,
            state: FROZEN,
            round: tally.round.head.number,
            appeal_round: NO_ROUND,
            claimed: tally.job.outcome,
            found: tally.round.head.found,
            receipt: first.receipt,
            call: first.call,
            frozen,
            bond: 0,
            opened_at: now,
            appeal_until: tally.config.after(now, p::APPEAL_S),
        };
        self.disputes.insert(turn.key("dispute")?, dispute);
        tally.provider.frozen = turn.sum(tally.provider.frozen.checked_add(frozen))?;
        tally.provider.disputes = turn.sum(tally.provider.disputes.checked_add(1))?;
        tally.provider.good = 0;
        tally.job.state = jobs::DISPUTED;
        tally.job.contradicted = 2;
        tally.job.round_open = 0;
        Ok(())
    }

    /// A dispatch that depends on a race is the package's fault: whoever looks it up should know.
    fn mark(&mut self, turn: &mut Turn, tally: &Tally) -> Step {
        let bump = turn.derived("mark", &[b"package", &tally.job.package])?;
        turn.go()?;
        let first = tally.round.quorum().first().and_then(|place| tally.round.members.get(*place)).map_or(0, |member| member.call);
        let key = turn.key("mark")?;
        let racy = self.marks.get(&key).map_or(0, |mark| mark.racy).saturating_add(1);
        self.marks.insert(key, PackageMark { bump, package: tally.job.package, racy, job: turn.key("job")?, call: first });
        Ok(())
    }

    fn judge_appeal(&mut self, turn: &mut Turn, tally: &mut Tally, now: i64) -> Step {
        let job_key = turn.key("job")?;
        let mut dispute = turn.account(&self.disputes, "dispute")?;
        turn.refuse(dispute.job != job_key, WRONG_ADDRESS);
        turn.refuse(dispute.state != APPEALED, DISPUTE_STATE);
        let mut previous = turn.account(&self.rounds, "previous")?;
        turn.refuse(previous.head.job != job_key || previous.head.number != tally.round.head.previous, WRONG_ADDRESS);
        turn.go()?;
        match tally.round.head.state {
            CONTRADICTED => {
                dispute.state = LOST;
                let bond = std::mem::take(&mut dispute.bond);
                tally.pay_bond(turn, bond)?;
                tally.job.round_open = 0;
            }
            SAME => {
                restore(turn, tally, &mut dispute, jobs::CONFIRMED, now)?;
                tally.pay_verifiers(turn)?;
                let bond = std::mem::take(&mut previous.head.bond);
                tally.pay_bond(turn, bond)?;
                previous.head.state = OVERTURNED;
            }
            RACY => {
                restore(turn, tally, &mut dispute, jobs::INDETERMINATE, now)?;
                tally.pay_verifiers(turn)?;
            }
            _ if is_last_try(tally) => restore(turn, tally, &mut dispute, jobs::UNDECIDED, now)?,
            _ => {}
        }
        self.rounds.insert(turn.key("previous")?, previous);
        self.disputes.insert(turn.key("dispute")?, dispute);
        Ok(())
    }
}

/// Whether no other committee may follow this one.
fn is_last_try(tally: &Tally) -> bool {
    u64::from(tally.job.redraws) >= tally.config.params[p::REDRAWS_MAX]
}

/// While the round was open nobody could challenge, so that a whole window follows it.
fn reopen(tally: &mut Tally, now: i64) {
    tally.job.challenge_until = tally.job.challenge_until.max(tally.config.after(now, p::CHALLENGE_S));
}

/// The stake is free again, the appeal's bond is stake, and nobody challenges any more.
fn restore(turn: &mut Turn, tally: &mut Tally, dispute: &mut Dispute, state: u8, now: i64) -> Step {
    let bond = std::mem::take(&mut dispute.bond);
    dispute.state = RESTORED;
    let provider = &mut tally.provider;
    provider.frozen = provider.frozen.saturating_sub(dispute.frozen);
    provider.disputes = provider.disputes.saturating_sub(1);
    provider.stake = turn.sum(provider.stake.checked_add(bond))?;
    tally.totals.staked = turn.sum(tally.totals.staked.checked_add(bond))?;
    tally.job.state = state;
    tally.job.round_open = 0;
    tally.job.challenge_until = tally.job.challenge_until.min(now.saturating_sub(1));
    Ok(())
}
