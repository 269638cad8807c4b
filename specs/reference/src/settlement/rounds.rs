//! # Drawing committees, and their verdicts (settlement.md, sections 6 and 7)

use super::accounts::{Config, Job, Member, Round, RoundHead};
use super::draw::{self, Drawing, Verdict};
use super::jobs::{DISPUTED, PROVED};
use super::layout::Key;
use super::ledger::{Ledger, STAKE};
use super::parameters as p;
use super::refusals::{
    ALREADY_COMMITTED, ALREADY_DRAWN, ALREADY_REVEALED, JOB_STATE, NOT_MEMBER, NOT_WRITABLE, OVERFLOW, ROUND_OPEN, ROUND_STATE,
    SLOT_NOT_YET, TOO_EARLY, TOO_LATE, VALUE, WRONG_ADDRESS, WRONG_REVEAL, WRONG_SEATS, ZERO,
};
use super::seats::ACTIVE;
use super::turn::{Step, Turn};

pub(super) const SAMPLE: u8 = 0;
pub(super) const CHALLENGE: u8 = 1;
pub(super) const APPEAL: u8 = 2;

pub(super) const WAITING: u8 = 0;
pub(super) const DRAWING: u8 = 1;
pub(super) const VOTING: u8 = 2;
pub(super) const SAME: u8 = 3;
pub(super) const CONTRADICTED: u8 = 4;
pub(super) const RACY: u8 = 5;
pub(super) const NO_QUORUM: u8 = 6;
pub(super) const OVERTURNED: u8 = 7;

/// A verdict: this outcome.
pub(super) const OUTCOME: u8 = 1;
/// A verdict: indeterminate.
pub(super) const INDETERMINATE: u8 = 2;
/// A verdict: this machine gives no result.
pub(super) const ABSTAIN: u8 = 3;

/// So many rounds, and nobody challenges any more: redraws and an appeal still have numbers.
const CHALLENGED_BELOW: u8 = 128;

const NOBODY: Key = [0; 32];

impl Round {
    /// Those that were drawn.
    pub(super) fn drawn(&self) -> &[Member] {
        self.members.get(..usize::from(self.head.drawn)).unwrap_or(&self.members)
    }

    /// Whether it votes, but with too few to decide anything.
    pub(super) fn is_void(&self) -> bool {
        self.head.state == VOTING && self.head.drawn < self.head.quorum
    }

    /// Place of a seat among its members.
    fn place(&self, seat: u32) -> Option<usize> {
        self.drawn().iter().position(|member| member.seat == seat)
    }

    /// Nobody more is drawn: now they run the job.
    fn begin_voting(&mut self, config: &Config, job: &Job, now: i64) {
        self.head.state = VOTING;
        self.head.commit_by = config.after(now.saturating_add_unsigned(job.seconds()), p::COMMIT_S);
        self.head.reveal_by = config.after(self.head.commit_by, p::REVEAL_S);
    }
}

impl Ledger {
    /// A round that waits for its slot.
    fn new_round(&self, turn: &mut Turn, config: &Config, name: &str, job: &Job, purpose: u8, payer: Key) -> Step<Round> {
        let (size, quorum) = match purpose {
            SAMPLE => (p::SAMPLE_SIZE, p::SAMPLE_QUORUM),
            CHALLENGE => (p::CHALLENGE_SIZE, p::CHALLENGE_QUORUM),
            _ => (p::APPEAL_SIZE, p::APPEAL_QUORUM),
        };
        let job_key = turn.key("job")?;
        let bump = turn.derived(name, &[b"round", &job_key, &[job.rounds]])?;
        // Both are at most 16, by the table.
        let small = |number: usize| u8::try_from(config.params[number]).unwrap_or(u8::MAX);
        let head = RoundHead {
            bump,
            job: job_key,
            number: job.rounds,
            purpose,
            state: WAITING,
            size: small(size),
            quorum: small(quorum),
            drawn: 0,
            committed: 0,
            revealed: 0,
            found_code: 0,
            found: NOBODY,
            opener: NOBODY,
            payer,
            bond: 0,
            draw_slot: config.draw_slot(&self.clock),
            since: 0,
            seats: 0,
            seed: NOBODY,
            cursor: 0,
            commit_by: 0,
            reveal_by: 0,
            decided_at: 0,
            punished: 0,
            previous: 0,
        };
        let members = vec![Member::NOBODY; usize::from(head.size)];
        Ok(Round { head, members })
    }

    /// The round's judges are those who hold a seat now.
    fn judged_from_now(&self, turn: &mut Turn, round: &mut Round) -> Step {
        let totals = turn.account(&self.totals, "totals")?;
        round.head.since = self.clock.slot;
        round.head.seats = totals.seats;
        Ok(())
    }

    /// Opens a round of the job.
    fn open_round(&mut self, turn: &mut Turn, name: &str, mut job: Job, round: Round) -> Step {
        job.rounds = turn.sum(job.rounds.checked_add(1))?;
        job.round_open = 1;
        self.rounds.insert(turn.key(name)?, round);
        self.jobs.insert(turn.key("job")?, job);
        Ok(())
    }

    pub(super) fn sample(&mut self, turn: &mut Turn) -> Step {
        let config = self.config(turn)?;
        let mut job = turn.account(&self.jobs, "job")?;
        let job_key = turn.key("job")?;
        turn.refuse(job.state != PROVED, JOB_STATE);
        turn.refuse(job.sampled != 0, ALREADY_DRAWN);
        turn.refuse(job.round_open != 0, ROUND_OPEN);
        let drawing = draw::drawing(job.draw_slot, &self.clock.slot_hashes);
        turn.refuse(drawing == Drawing::NotYet, SLOT_NOT_YET);
        turn.names("provider", &job.provider)?;
        let provider = turn.account(&self.providers, "provider")?;
        let payer = turn.key("payer")?;
        let mut round = self.new_round(turn, &config, "round", &job, SAMPLE, payer)?;
        turn.go()?;
        let Drawing::Hash(hash) = drawing else {
            job.draw_slot = config.draw_slot(&self.clock);
            self.jobs.insert(job_key, job);
            return Ok(());
        };
        // The seed that decides draws the committee as well.
        let seed = draw::seed(&job_key, job.rounds, &hash);
        if !draw::sampled(&seed, provider.good, config.params[p::TRUSTED_AFTER], config.params[p::SAMPLE_FLOOR_PPM]) {
            job.sampled = 1;
            self.jobs.insert(job_key, job);
            return Ok(());
        }
        job.sampled = 2;
        round.head.draw_slot = job.draw_slot;
        round.head.state = DRAWING;
        round.head.seed = seed;
        // Who took a seat after the proof may have known the slot's hash.
        round.head.since = job.proved_slot;
        round.head.seats = job.seats;
        self.open_round(turn, "round", job, round)
    }

    pub(super) fn draw(&mut self, turn: &mut Turn) -> Step {
        let config = self.config(turn)?;
        let job = turn.account(&self.jobs, "job")?;
        let job_key = turn.key("job")?;
        turn.names("provider", &job.provider)?;
        let provider = turn.account(&self.providers, "provider")?;
        let round_key = turn.key("round")?;
        let mut round = turn.account(&self.rounds, "round")?;
        turn.refuse(round.head.job != job_key, WRONG_ADDRESS);
        turn.refuse(![WAITING, DRAWING].contains(&round.head.state), ROUND_STATE);
        let previous = if round.head.purpose == APPEAL {
            let previous = turn.account(&self.rounds, "previous")?;
            turn.refuse(previous.head.job != job_key || previous.head.number != round.head.previous, WRONG_ADDRESS);
            previous.drawn().iter().map(|member| member.seat).collect()
        } else {
            Vec::new()
        };
        if round.head.state == WAITING {
            match draw::drawing(round.head.draw_slot, &self.clock.slot_hashes) {
                Drawing::NotYet => turn.refuse(true, SLOT_NOT_YET),
                Drawing::Lost => {
                    turn.go()?;
                    round.head.draw_slot = config.draw_slot(&self.clock);
                    self.rounds.insert(round_key, round);
                    return Ok(());
                }
                Drawing::Hash(hash) => {
                    round.head.seed = draw::seed(&job_key, round.head.number, &hash);
                    round.head.state = DRAWING;
                }
            }
        }
        turn.go()?;

        let limit = draw::candidates(round.head.size);
        let mut passed = turn.rest().iter();
        let is_over = |round: &Round| round.head.drawn >= round.head.size || round.head.cursor >= limit || round.head.seats == 0;
        while !is_over(&round) {
            let Some(passed) = passed.next() else {
                break;
            };
            turn.refuse(!passed.writable, NOT_WRITABLE);
            let wanted = draw::candidate(&round.head.seed, round.head.cursor, round.head.seats);
            let mut seat = match self.seats.get(&passed.address) {
                Some(seat) if Some(seat.index) == wanted => seat.clone(),
                _ => return Err(turn.stop(WRONG_SEATS)),
            };
            round.head.cursor += 1;
            let partial = [provider.owner, job.requester].contains(&seat.owner)
                || (round.head.purpose == CHALLENGE && seat.owner == round.head.opener);
            let sits = round.place(seat.index).is_some() || previous.contains(&seat.index);
            let late = seat.taken_slot >= round.head.since;
            if seat.state != ACTIVE || late || seat.stake < config.params[p::SEAT_STAKE] || partial || sits {
                continue;
            }
            if let Some(member) = round.members.get_mut(usize::from(round.head.drawn)) {
                member.seat = seat.index;
            }
            round.head.drawn += 1;
            seat.busy = turn.sum(seat.busy.checked_add(1))?;
            self.seats.insert(passed.address, seat);
        }
        if is_over(&round) {
            round.begin_voting(&config, &job, self.now(&config));
        }
        self.rounds.insert(round_key, round);
        Ok(())
    }

    pub(super) fn commit(&mut self, turn: &mut Turn, commitment: &Key) -> Step {
        let config = self.config(turn)?;
        let seat = self.own_seat(turn)?;
        let mut round = turn.account(&self.rounds, "round")?;
        let now = self.now(&config);
        turn.refuse(round.head.state != VOTING || round.is_void(), ROUND_STATE);
        turn.refuse(now > round.head.commit_by, TOO_LATE);
        turn.refuse(*commitment == NOBODY, ZERO);
        let place = round.place(seat.index);
        turn.refuse(place.is_none(), NOT_MEMBER);
        if let Some(member) = place.and_then(|place| round.members.get_mut(place)) {
            turn.refuse(member.commitment != NOBODY, ALREADY_COMMITTED);
            member.commitment = *commitment;
        }
        turn.go()?;
        round.head.committed += 1;
        if round.head.committed == round.head.drawn {
            round.head.reveal_by = config.after(now, p::REVEAL_S);
        }
        self.rounds.insert(turn.key("round")?, round);
        Ok(())
    }

    pub(super) fn reveal(&mut self, turn: &mut Turn, code: u8, outcome: &Key, receipt: &Key, call: u64, salt: &Key) -> Step {
        let config = self.config(turn)?;
        let seat = self.own_seat(turn)?;
        let job = turn.account(&self.jobs, "job")?;
        let job_key = turn.key("job")?;
        let mut round = turn.account(&self.rounds, "round")?;
        let head = round.head.clone();
        turn.refuse(head.job != job_key, WRONG_ADDRESS);
        let now = self.now(&config);
        turn.refuse(head.state != VOTING || round.is_void(), ROUND_STATE);
        turn.refuse(head.committed < head.drawn && now <= head.commit_by, TOO_EARLY);
        turn.refuse(now > head.reveal_by, TOO_LATE);
        let says_nothing = *outcome == NOBODY && *receipt == NOBODY;
        turn.refuse(![OUTCOME, INDETERMINATE, ABSTAIN].contains(&code) || (code != OUTCOME && !says_nothing), VALUE);
        let place = round.place(seat.index);
        turn.refuse(place.is_none(), NOT_MEMBER);
        let verdict = Verdict {
            job: job_key,
            opened_at: job.opened_at,
            number: head.number,
            seat: seat.index,
            code,
            outcome: *outcome,
            receipt: *receipt,
            call,
            salt: *salt,
        };
        if let Some(member) = place.and_then(|place| round.members.get_mut(place)) {
            turn.refuse(member.code != 0, ALREADY_REVEALED);
            turn.refuse(member.commitment != verdict.commitment(), WRONG_REVEAL);
            *member = Member { code, outcome: *outcome, receipt: *receipt, call, ..member.clone() };
        }
        turn.go()?;
        round.head.revealed += 1;
        self.rounds.insert(turn.key("round")?, round);
        Ok(())
    }

    pub(super) fn redraw(&mut self, turn: &mut Turn) -> Step {
        let config = self.config(turn)?;
        let mut job = turn.account(&self.jobs, "job")?;
        let job_key = turn.key("job")?;
        let mut round = turn.account(&self.rounds, "round")?;
        turn.refuse(round.head.job != job_key, WRONG_ADDRESS);
        // Only the last round of a job can be the one that waits for another.
        let is_last = round.head.number.checked_add(1) == Some(job.rounds);
        turn.refuse(round.head.state != NO_QUORUM || !is_last, ROUND_STATE);
        // After the last of them the tally has closed the matter.
        turn.refuse(!(job.can_be_doubted() || job.state == DISPUTED) || job.round_open == 0, JOB_STATE);
        let payer = turn.key("payer")?;
        let mut next = self.new_round(turn, &config, "next", &job, round.head.purpose, payer)?;
        self.judged_from_now(turn, &mut next)?;
        turn.go()?;
        next.head.opener = round.head.opener;
        next.head.previous = round.head.previous;
        next.head.bond = std::mem::take(&mut round.head.bond);
        job.redraws = turn.sum(job.redraws.checked_add(1))?;
        self.rounds.insert(turn.key("round")?, round);
        self.open_round(turn, "next", job, next)
    }

    pub(super) fn challenge(&mut self, turn: &mut Turn) -> Step {
        let config = self.config(turn)?;
        let challenger = turn.key("challenger")?;
        let mut job = turn.account(&self.jobs, "job")?;
        turn.refuse(!job.can_be_doubted(), JOB_STATE);
        turn.refuse(self.now(&config) > job.challenge_until, TOO_LATE);
        turn.refuse(job.round_open != 0, ROUND_OPEN);
        turn.refuse(job.rounds >= CHALLENGED_BELOW, OVERFLOW);
        let from = self.theirs(turn, "source", &config.io_mint, &challenger)?;
        let to = self.ours(turn, "stake_tokens", &config, STAKE)?;
        let mut round = self.new_round(turn, &config, "round", &job, CHALLENGE, challenger)?;
        self.judged_from_now(turn, &mut round)?;
        turn.go()?;
        round.head.opener = challenger;
        round.head.bond = config.params[p::CHALLENGE_BOND];
        self.transfer(turn, &from, &to, round.head.bond)?;
        job.sampled = 2;
        job.redraws = 0;
        self.open_round(turn, "round", job, round)
    }

    /// The round that judges an appeal.
    pub(super) fn open_appeal(&mut self, turn: &mut Turn, config: &Config, mut job: Job, previous: u8) -> Step {
        let owner = turn.key("owner")?;
        let mut round = self.new_round(turn, config, "round", &job, APPEAL, owner)?;
        self.judged_from_now(turn, &mut round)?;
        turn.go()?;
        round.head.previous = previous;
        job.redraws = 0;
        self.open_round(turn, "round", job, round)
    }
}
