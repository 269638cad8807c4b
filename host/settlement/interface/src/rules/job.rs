//! A job from its opening to its end (`specs/settlement.md`, section 5).

use super::fees::{self, Payout, Terms};
use super::{stake, time};
use crate::Key;
use crate::account::state::{ANY_MODEL, currency, device, job as state, sampled};
use crate::account::{Device, Job, Provider};
use crate::error::Refusal;
use crate::instruction::{OpenJob, Prove};
use crate::params::{Param, Params};

const NOBODY: Key = [0; 32];

/// Opens a job; the second result is what the requester pays.
pub fn open(asked: &OpenJob, requester: Key, bump: u8, now: i64, params: &Params) -> Result<(Job, u64), Refusal> {
    let free_or_region = asked.country == [0; 2] || stake::is_region(asked.country);
    if asked.currency > currency::IOSD || asked.tier > 3 || !free_or_region {
        return Err(Refusal::Value);
    }
    let terms = Terms::new(asked.price_hour, asked.hours, asked.currency, params)?;
    let job = Job {
        bump,
        requester,
        nonce: asked.nonce,
        state: state::OPEN,
        currency: asked.currency,
        sampled: sampled::UNKNOWN,
        rounds: 0,
        closed: 0,
        round_open: 0,
        redraws: 0,
        contradicted: 0,
        model: asked.model,
        tier: asked.tier,
        country: asked.country,
        provider: NOBODY,
        device: NOBODY,
        package: asked.package,
        job: asked.job,
        price_hour: asked.price_hour,
        hours: asked.hours,
        reservation: terms.reservation,
        foreign: terms.foreign,
        verification: terms.verification,
        opened_at: now,
        accept_by: time::after(now, params[Param::AcceptS as usize])?,
        accepted_at: 0,
        prove_by: 0,
        proved_slot: 0,
        seats: 0,
        challenge_until: 0,
        draw_slot: 0,
        risk: 0,
        outcome: NOBODY,
        transcript: NOBODY,
        fuel: 0,
        profile: [0; 16],
    };
    Ok((job, terms.escrow()?))
}

/// Addresses of the accounts that a job is accepted with.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    /// Of the job.
    pub job: Key,
    /// Of the provider's account.
    pub provider: Key,
    /// Of the device.
    pub device: Key,
}

/// Accepts it for a device of the provider.
pub fn accept(job: &mut Job, provider: &mut Provider, own: &mut Device, at: Addresses, now: i64, params: &Params) -> Result<(), Refusal> {
    if job.state != state::OPEN {
        return Err(Refusal::JobState);
    }
    if now > job.accept_by {
        return Err(Refusal::TooLate);
    }
    if provider.owner == job.requester {
        return Err(Refusal::OwnJob);
    }
    if !stake::eligible(provider) {
        return Err(Refusal::NotEligible);
    }
    if own.status != device::UP {
        return Err(Refusal::DeviceDown);
    }
    if own.job != NOBODY {
        return Err(Refusal::DeviceBusy);
    }
    let meets = (job.model == ANY_MODEL || job.model == own.model)
        && provider.tier >= job.tier
        && (job.country == [0; 2] || job.country == provider.country);
    if !meets {
        return Err(Refusal::Demands);
    }
    let asks = if job.currency == currency::IO { own.price_io } else { own.price_iosd };
    if asks == 0 || asks > job.price_hour {
        return Err(Refusal::Price);
    }
    job.state = state::ACCEPTED;
    job.provider = at.provider;
    job.device = at.device;
    job.accepted_at = now;
    let seconds = u64::from(job.hours) * 3_600;
    job.prove_by = time::after(time::after(now, seconds)?, params[Param::ProveSlackS as usize])?;
    job.risk = super::part_down(own.needed, params[Param::SlashBps as usize], 10_000)?;
    own.job = at.job;
    provider.jobs = provider.jobs.checked_add(1).ok_or(Refusal::Overflow)?;
    provider.hired = provider.hired.checked_add(1).ok_or(Refusal::Overflow)?;
    Ok(())
}

/// The device is free again.
fn release(provider: &mut Provider, own: &mut Device) -> Result<(), Refusal> {
    own.job = NOBODY;
    provider.hired = provider.hired.checked_sub(1).ok_or(Refusal::Overflow)?;
    Ok(())
}

fn ended(provider: &mut Provider) -> Result<(), Refusal> {
    provider.jobs = provider.jobs.checked_sub(1).ok_or(Refusal::Overflow)?;
    Ok(())
}

/// What the time of a proof decides.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Protocol time.
    pub now: i64,
    /// The slot.
    pub slot: u64,
    /// Number of seats.
    pub seats: u32,
}

/// Proves it.
pub fn prove(
    job: &mut Job,
    provider: &mut Provider,
    own: &mut Device,
    proof: &Prove,
    at: Moment,
    challenge_s: u64,
    delay_slots: u64,
) -> Result<(), Refusal> {
    if job.state != state::ACCEPTED {
        return Err(Refusal::JobState);
    }
    if at.now > job.prove_by {
        return Err(Refusal::TooLate);
    }
    job.state = state::PROVED;
    job.outcome = proof.outcome;
    job.transcript = proof.transcript;
    job.fuel = proof.fuel;
    job.profile = proof.profile;
    // Who judges is drawn among the seats of now: nobody can open some once the hash is known.
    job.proved_slot = at.slot;
    job.seats = at.seats;
    job.challenge_until = time::after(at.now, challenge_s)?;
    job.draw_slot = super::add(at.slot, delay_slots)?;
    release(provider, own)
}

/// The requester ends it: an open one.
pub fn cancel_open(job: &mut Job) -> Result<Payout, Refusal> {
    if job.state != state::OPEN {
        return Err(Refusal::JobState);
    }
    job.state = state::CANCELLED;
    fees::refund(job)
}

/// The requester ends it: an accepted one.
pub fn cancel_accepted(job: &mut Job, provider: &mut Provider, own: &mut Device, now: i64) -> Result<Payout, Refusal> {
    if job.state != state::ACCEPTED {
        return Err(Refusal::JobState);
    }
    job.state = state::CANCELLED;
    ended(provider)?;
    release(provider, own)?;
    fees::pay(job, fees::used(job, now)?)
}

/// Nobody accepted it in time.
pub fn expire_open(job: &mut Job, now: i64) -> Result<Payout, Refusal> {
    if job.state != state::OPEN {
        return Err(Refusal::JobState);
    }
    if now <= job.accept_by {
        return Err(Refusal::TooEarly);
    }
    job.state = state::EXPIRED;
    fees::refund(job)
}

/// Nobody proved it in time.
pub fn expire_accepted(job: &mut Job, provider: &mut Provider, own: &mut Device, now: i64) -> Result<Payout, Refusal> {
    if job.state != state::ACCEPTED {
        return Err(Refusal::JobState);
    }
    if now <= job.prove_by {
        return Err(Refusal::TooEarly);
    }
    job.state = state::EXPIRED;
    provider.good = 0;
    ended(provider)?;
    release(provider, own)?;
    fees::refund(job)
}

/// It is paid out.
pub fn settle(job: &mut Job, provider: &mut Provider, now: i64) -> Result<Payout, Refusal> {
    if job.round_open != 0 {
        return Err(Refusal::RoundOpen);
    }
    let (after_window, good) = match job.state {
        state::PROVED if job.sampled == sampled::UNKNOWN => return Err(Refusal::NotDrawn),
        state::PROVED if job.sampled == sampled::NO => (true, false),
        // A result is good when it was checked, not when it was not.
        state::CONFIRMED => (true, true),
        state::UNDECIDED => (true, false),
        state::INDETERMINATE => (true, false),
        _ => return Err(Refusal::JobState),
    };
    if after_window && now <= job.challenge_until {
        return Err(Refusal::TooEarly);
    }
    ended(provider)?;
    if good {
        provider.good = provider.good.saturating_add(1);
    }
    // In doubt the requester has its money back, and nobody is slashed.
    if job.state == state::UNDECIDED && job.contradicted != 0 {
        job.state = state::REFUNDED;
        return fees::refund(job);
    }
    job.state = state::SETTLED;
    fees::pay(job, fees::price(job)?)
}

/// Whether it has ended, so that its accounts can be closed.
pub fn has_ended(job: &Job) -> bool {
    job.state >= state::SETTLED
}

/// Whether a job's account can be closed. One that nobody accepted stays until nobody could have: else its number could be given to another job while an acceptance is under way.
pub fn may_close(job: &Job, now: i64) -> Result<(), Refusal> {
    if !has_ended(job) {
        return Err(Refusal::JobState);
    }
    if job.provider == NOBODY && now <= job.accept_by {
        return Err(Refusal::TooEarly);
    }
    if job.closed != job.rounds { Err(Refusal::RoundsLeft) } else { Ok(()) }
}
