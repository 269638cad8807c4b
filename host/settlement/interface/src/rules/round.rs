//! A committee: how it is made, drawn, commits and reveals (`specs/settlement.md`, section 7).

use super::{Hash, time};
use crate::Key;
use crate::account::state::{code, job as job_state, purpose, round as state, sampled};
use crate::account::{Job, Member, Round, Seat};
use crate::error::Refusal;
use crate::instruction::Reveal;
use crate::params::{Param, Params};

/// Rounds of a job after which it cannot be challenged.
pub const CHALLENGED_ROUNDS_MAX: u8 = 128;

/// Size and quorum of a committee.
pub fn committee(of: u8, params: &Params) -> (u8, u8) {
    let (size, quorum) = match of {
        purpose::SAMPLE => (Param::SampleSize, Param::SampleQuorum),
        purpose::CHALLENGE => (Param::ChallengeSize, Param::ChallengeQuorum),
        _ => (Param::AppealSize, Param::AppealQuorum),
    };
    // Both are at most 16.
    (params[size as usize] as u8, params[quorum as usize] as u8)
}

/// Who makes a round, and for what.
#[derive(Debug, Clone, Copy)]
pub struct Opening {
    /// Account of the job.
    pub job: Key,
    /// What for.
    pub purpose: u8,
    /// Challenger's wallet, or zeros.
    pub opener: Key,
    /// Who pays for the account.
    pub payer: Key,
    /// The challenger's.
    pub bond: u64,
    /// The round that an appeal reviews.
    pub previous: u8,
    /// The first slot that may draw.
    pub draw_slot: u64,
    /// The slot before which judges must have taken their seats.
    pub since: u64,
    /// Number of seats then.
    pub seats: u32,
}

/// The next round of `job`. It waits for its slot.
pub fn open(job: &mut Job, opening: &Opening, bump: u8, params: &Params) -> Result<Round, Refusal> {
    let (size, quorum) = committee(opening.purpose, params);
    let round = Round {
        bump,
        job: opening.job,
        number: job.rounds,
        purpose: opening.purpose,
        state: state::WAITING,
        size,
        quorum,
        drawn: 0,
        committed: 0,
        revealed: 0,
        found_code: code::NONE,
        found: [0; 32],
        opener: opening.opener,
        payer: opening.payer,
        bond: opening.bond,
        draw_slot: opening.draw_slot,
        since: opening.since,
        seats: opening.seats,
        seed: [0; 32],
        cursor: 0,
        commit_by: 0,
        reveal_by: 0,
        decided_at: 0,
        punished: 0,
        previous: opening.previous,
    };
    // Number 255 means none, in a dispute.
    job.rounds = job.rounds.checked_add(1).filter(|rounds| *rounds < u8::MAX).ok_or(Refusal::Overflow)?;
    job.round_open = 1;
    job.sampled = sampled::YES;
    Ok(round)
}

/// A proof is challenged. Refused where it cannot be.
pub fn challenge(job: &mut Job, now: i64) -> Result<(), Refusal> {
    if !matches!(job.state, job_state::PROVED | job_state::CONFIRMED | job_state::INDETERMINATE | job_state::UNDECIDED) {
        return Err(Refusal::JobState);
    }
    if job.round_open != 0 {
        return Err(Refusal::RoundOpen);
    }
    if now > job.challenge_until {
        return Err(Refusal::TooLate);
    }
    // There must be numbers left for redraws and an appeal.
    if job.rounds >= CHALLENGED_ROUNDS_MAX {
        return Err(Refusal::Overflow);
    }
    // A challenge has its own redraws.
    job.redraws = 0;
    Ok(())
}

/// Whether whether a proof is sampled can be decided now.
pub fn may_sample(job: &Job) -> Result<(), Refusal> {
    if job.state != job_state::PROVED {
        return Err(Refusal::JobState);
    }
    if job.sampled != sampled::UNKNOWN { Err(Refusal::AlreadyDrawn) } else { Ok(()) }
}

/// The seed is known: candidates can be looked at.
pub fn seeded(round: &mut Round, seed: Key) {
    round.seed = seed;
    round.state = state::DRAWING;
}

/// A candidate was looked at, and taken or passed over. Call [`settle_draw`] when no more are passed.
pub fn looked_at(round: &mut Round, taken: bool) -> Result<(), Refusal> {
    round.cursor = round.cursor.checked_add(1).ok_or(Refusal::Overflow)?;
    if taken {
        round.drawn = round.drawn.checked_add(1).ok_or(Refusal::Overflow)?;
    }
    Ok(())
}

/// Whether no more candidates are wanted.
pub fn is_drawn(round: &Round) -> bool {
    // Without any seat there is no candidate.
    round.drawn >= round.size || round.cursor >= super::draw::candidates_max(round.size) || round.seats == 0
}

/// After candidates were looked at: the committee goes on if it is full, or as full as it will be.
pub fn settle_draw(round: &mut Round, hours: u32, now: i64, params: &Params) -> Result<(), Refusal> {
    if !is_drawn(round) {
        return Ok(());
    }
    round.state = state::VOTING;
    let seconds = super::add(params[Param::CommitS as usize], u64::from(hours) * 3_600)?;
    round.commit_by = time::after(now, seconds)?;
    round.reveal_by = time::after(round.commit_by, params[Param::RevealS as usize])?;
    Ok(())
}

/// Whether the committee is too small to decide: it is tallied at once, and nobody is at fault.
pub fn is_void(round: &Round) -> bool {
    round.drawn < round.quorum
}

/// A member commits.
pub fn commit(round: &mut Round, member: &mut Member, commitment: Key, now: i64, params: &Params) -> Result<(), Refusal> {
    if round.state != state::VOTING || is_void(round) {
        return Err(Refusal::RoundState);
    }
    if now > round.commit_by {
        return Err(Refusal::TooLate);
    }
    if commitment == [0; 32] {
        return Err(Refusal::Zero);
    }
    if member.commitment != [0; 32] {
        return Err(Refusal::AlreadyCommitted);
    }
    member.commitment = commitment;
    round.committed = round.committed.checked_add(1).ok_or(Refusal::Overflow)?;
    if round.committed == round.drawn {
        round.reveal_by = time::after(now, params[Param::RevealS as usize])?;
    }
    Ok(())
}

/// What a verdict is bound to.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Account of the job.
    pub job: Key,
    /// When it was opened.
    pub opened_at: i64,
    /// Number of the round.
    pub number: u8,
    /// Number of the seat.
    pub seat: u32,
}

/// The commitment to a verdict.
pub fn commitment(hash: Hash, place: &Place, verdict: &Reveal) -> Key {
    hash(&[
        b"assay settlement 1 verdict",
        &place.job,
        &place.opened_at.to_le_bytes(),
        &[place.number],
        &place.seat.to_le_bytes(),
        &[verdict.code],
        &verdict.outcome,
        &verdict.receipt,
        &verdict.call.to_le_bytes(),
        &verdict.salt,
    ])
}

/// A member reveals.
pub fn reveal(round: &mut Round, member: &mut Member, verdict: &Reveal, place: &Place, now: i64, hash: Hash) -> Result<(), Refusal> {
    if round.state != state::VOTING {
        return Err(Refusal::RoundState);
    }
    if round.committed < round.drawn && now <= round.commit_by {
        return Err(Refusal::TooEarly);
    }
    if now > round.reveal_by {
        return Err(Refusal::TooLate);
    }
    if member.code != code::NONE {
        return Err(Refusal::AlreadyRevealed);
    }
    let fits = match verdict.code {
        code::OUTCOME => verdict.outcome != [0; 32],
        code::INDETERMINATE | code::ABSTAIN => verdict.outcome == [0; 32] && verdict.receipt == [0; 32],
        _ => false,
    };
    if !fits {
        return Err(Refusal::Value);
    }
    // Who has not committed has zeros there, which nothing hashes to.
    if member.commitment == [0; 32] || commitment(hash, place, verdict) != member.commitment {
        return Err(Refusal::WrongReveal);
    }
    member.code = verdict.code;
    member.outcome = verdict.outcome;
    member.receipt = verdict.receipt;
    member.call = verdict.call;
    round.revealed = round.revealed.checked_add(1).ok_or(Refusal::Overflow)?;
    Ok(())
}

/// Whether the round can be counted.
pub fn is_complete(round: &Round, now: i64) -> bool {
    let all_in = round.revealed == round.committed && (round.committed == round.drawn || now > round.commit_by);
    is_void(round) || all_in || now > round.reveal_by
}

/// Where and when the next round is made.
#[derive(Debug, Clone, Copy)]
pub struct Redraw {
    /// Who pays for its account.
    pub payer: Key,
    /// The first slot that may draw.
    pub draw_slot: u64,
    /// The slot.
    pub slot: u64,
    /// Number of seats.
    pub seats: u32,
}

/// After a round without a quorum that was not the last: the next one, with its purpose and bond. Whether it was the last, the tally has said.
pub fn redraw(job: &mut Job, round: &mut Round, redraw: &Redraw, bump: u8, params: &Params) -> Result<Round, Refusal> {
    if round.state != state::NO_QUORUM || job.rounds != round.number.wrapping_add(1) {
        return Err(Refusal::RoundState);
    }
    if job.round_open == 0 {
        return Err(Refusal::JobState);
    }
    let opening = Opening {
        job: round.job,
        purpose: round.purpose,
        opener: round.opener,
        payer: redraw.payer,
        bond: round.bond,
        previous: round.previous,
        draw_slot: redraw.draw_slot,
        since: redraw.slot,
        seats: redraw.seats,
    };
    round.bond = 0;
    job.redraws = job.redraws.saturating_add(1);
    open(job, &opening, bump, params)
}

/// A seat was drawn.
pub fn sits(seat: &mut Seat) -> Result<(), Refusal> {
    seat.busy = seat.busy.checked_add(1).ok_or(Refusal::Overflow)?;
    Ok(())
}
