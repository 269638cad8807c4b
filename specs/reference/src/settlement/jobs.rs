//! # Jobs, from escrow to their end (settlement.md, section 5)

use super::accounts::{Config, Job, Provider};
use super::amounts::{self, Price};
use super::instructions::Instruction;
use super::layout::Key;
use super::ledger::{Flow, Ledger, escrow, fees};
use super::parameters as p;
use super::providing::{UP, is_region};
use super::refusals::{
    DEMANDS, DEVICE_BUSY, DEVICE_DOWN, EXISTS, JOB_STATE, NOT_DRAWN, NOT_ELIGIBLE, NOT_SIGNED, OVERFLOW, OWN_JOB, PRICE, ROUND_OPEN,
    ROUNDS_LEFT, TOO_EARLY, TOO_LATE, VALUE, ZERO,
};
use super::turn::{Step, Turn};

pub(super) const OPEN: u8 = 0;
pub(super) const ACCEPTED: u8 = 1;
pub(super) const PROVED: u8 = 2;
pub(super) const CONFIRMED: u8 = 3;
pub(super) const INDETERMINATE: u8 = 4;
pub(super) const DISPUTED: u8 = 5;
pub(super) const UNDECIDED: u8 = 6;
pub(super) const SETTLED: u8 = 7;
pub(super) const REFUNDED: u8 = 8;
const CANCELLED: u8 = 9;
const EXPIRED: u8 = 10;

/// Demands any model.
const ANY_MODEL: u16 = 65_535;
const HOUR_S: u64 = 3_600;

impl Job {
    /// What was paid in, less what verifiers were paid.
    pub(super) fn price(&self) -> Price {
        Price {
            // It was computed when the job was opened, and fitted.
            price: self.price_hour.saturating_mul(u64::from(self.hours)),
            reservation: self.reservation,
            foreign: self.foreign,
            verification: self.verification,
        }
    }

    /// Whether nothing of it is left to do but to close its accounts.
    pub fn has_ended(&self) -> bool {
        self.state >= SETTLED
    }

    /// Whether it is in a state in which it may be challenged, until `challenge_until`.
    pub(super) fn can_be_doubted(&self) -> bool {
        [PROVED, CONFIRMED, INDETERMINATE, UNDECIDED].contains(&self.state)
    }

    /// The seconds hired.
    pub(super) fn seconds(&self) -> u64 {
        u64::from(self.hours) * HOUR_S
    }
}

impl Ledger {
    pub(super) fn open_job(&mut self, turn: &mut Turn, instruction: &Instruction) -> Step {
        let Instruction::OpenJob { nonce, currency, model, tier, country, package, job, price_hour, hours } = instruction else {
            return Ok(());
        };
        let config = self.config(turn)?;
        let params = &config.params;
        let (key, requester) = (turn.key("job")?, turn.key("requester")?);
        let bump = turn.derived("job", &[b"job", &requester, &nonce.to_le_bytes()])?;
        turn.refuse(self.exists(&key), EXISTS);
        turn.refuse(*price_hour == 0 || *hours == 0 || u64::from(*hours) > params[p::HOURS_MAX], ZERO);
        turn.refuse(*currency > 1 || *tier > 3 || !(*country == [0, 0] || is_region(country)), VALUE);
        let foreign_bps = if *currency == 1 { params[p::FOREIGN_BPS] } else { 0 };
        let price = Price::of(*price_hour, *hours, params[p::RESERVATION_BPS], foreign_bps, params[p::VERIFICATION_BPS]);
        turn.refuse(price.is_none(), OVERFLOW);
        let from = self.theirs(turn, "source", config.mint(*currency), &requester)?;
        let to = self.ours(turn, "escrow", &config, escrow(*currency))?;
        turn.go()?;
        let price = turn.sum(price)?;
        let total = turn.sum(price.total())?;
        self.transfer(turn, &from, &to, total)?;
        let now = self.now(&config);
        let job = Job {
            bump,
            requester,
            nonce: *nonce,
            state: OPEN,
            currency: *currency,
            sampled: 0,
            rounds: 0,
            closed: 0,
            round_open: 0,
            redraws: 0,
            contradicted: 0,
            model: *model,
            tier: *tier,
            country: *country,
            provider: [0; 32],
            device: [0; 32],
            package: *package,
            job: *job,
            price_hour: *price_hour,
            hours: *hours,
            reservation: price.reservation,
            foreign: price.foreign,
            verification: price.verification,
            opened_at: now,
            accept_by: config.after(now, p::ACCEPT_S),
            accepted_at: 0,
            prove_by: 0,
            proved_slot: 0,
            seats: 0,
            challenge_until: 0,
            draw_slot: 0,
            risk: 0,
            outcome: [0; 32],
            transcript: [0; 32],
            fuel: 0,
            profile: [0; 16],
        };
        self.jobs.insert(key, job);
        self.flows.insert(key, Flow { paid_in: total, paid_out: 0 });
        Ok(())
    }

    pub(super) fn accept_job(&mut self, turn: &mut Turn) -> Step {
        let config = self.config(turn)?;
        let mut provider = self.own_provider(turn)?;
        let provider_key = turn.key("provider")?;
        let mut device = self.device_of(turn, &provider_key)?;
        let mut job = turn.account(&self.jobs, "job")?;
        let now = self.now(&config);
        turn.refuse(job.state != OPEN, JOB_STATE);
        turn.refuse(now > job.accept_by, TOO_LATE);
        turn.refuse(!provider.is_eligible(), NOT_ELIGIBLE);
        turn.refuse(job.requester == provider.owner, OWN_JOB);
        turn.refuse(device.is_hired(), DEVICE_BUSY);
        turn.refuse(device.status != UP, DEVICE_DOWN);
        let model = job.model == ANY_MODEL || job.model == device.model;
        let country = job.country == [0, 0] || job.country == provider.country;
        turn.refuse(!model || provider.tier < job.tier || !country, DEMANDS);
        let price = if job.currency == 0 { device.price_io } else { device.price_iosd };
        turn.refuse(price == 0 || price > job.price_hour, PRICE);
        turn.go()?;
        job.state = ACCEPTED;
        job.provider = provider_key;
        job.device = turn.key("device")?;
        job.accepted_at = now;
        job.prove_by = config.after(now.saturating_add_unsigned(job.seconds()), p::PROVE_SLACK_S);
        job.risk = turn.sum(amounts::bps_down(device.needed, config.params[p::SLASH_BPS]))?;
        device.job = turn.key("job")?;
        provider.jobs = turn.sum(provider.jobs.checked_add(1))?;
        provider.hired = turn.sum(provider.hired.checked_add(1))?;
        self.devices.insert(job.device, device);
        self.jobs.insert(turn.key("job")?, job);
        self.providers.insert(provider_key, provider);
        Ok(())
    }

    /// The job lets go of its device.
    fn free_device(&mut self, turn: &mut Turn, job: &Job, provider: &mut Provider) -> Step {
        turn.names("device", &job.device)?;
        let mut device = turn.account(&self.devices, "device")?;
        device.job = [0; 32];
        provider.hired = provider.hired.saturating_sub(1);
        self.devices.insert(job.device, device);
        Ok(())
    }

    pub(super) fn prove(&mut self, turn: &mut Turn, outcome: &Key, transcript: &Key, fuel: u64, profile: &[u8; 16]) -> Step {
        let config = self.config(turn)?;
        let totals = turn.account(&self.totals, "totals")?;
        let mut provider = self.own_provider(turn)?;
        let mut job = turn.account(&self.jobs, "job")?;
        let now = self.now(&config);
        turn.refuse(job.state != ACCEPTED, JOB_STATE);
        turn.refuse(now > job.prove_by, TOO_LATE);
        turn.names("provider", &job.provider)?;
        self.free_device(turn, &job, &mut provider)?;
        turn.go()?;
        job.state = PROVED;
        job.outcome = *outcome;
        job.transcript = *transcript;
        job.fuel = fuel;
        job.profile = *profile;
        job.proved_slot = self.clock.slot;
        job.seats = totals.seats;
        job.challenge_until = config.after(now, p::CHALLENGE_S);
        job.draw_slot = config.draw_slot(&self.clock);
        self.jobs.insert(turn.key("job")?, job);
        self.providers.insert(turn.key("provider")?, provider);
        Ok(())
    }

    /// Pays out of a job's escrow.
    pub(super) fn pay(&mut self, turn: &mut Turn, config: &Config, job: &Job, to: &Key, amount: u64) -> Step {
        let from = self.ours(turn, "escrow", config, escrow(job.currency))?;
        self.transfer(turn, &from, to, amount)?;
        let flow = self.flows.entry(turn.key("job")?).or_default();
        flow.paid_out = turn.sum(flow.paid_out.checked_add(amount))?;
        Ok(())
    }

    /// All that is left goes back to the requester.
    pub(super) fn refund(&mut self, turn: &mut Turn, config: &Config, job: &Job) -> Step {
        let to = turn.key("refund")?;
        let all = turn.sum(job.price().total())?;
        self.pay(turn, config, job, &to, all)
    }

    pub(super) fn cancel_job(&mut self, turn: &mut Turn) -> Step {
        let config = self.config(turn)?;
        let mut job = turn.account(&self.jobs, "job")?;
        let other = turn.key("requester")? != job.requester;
        turn.refuse(other, NOT_SIGNED);
        turn.refuse(job.state != OPEN && job.state != ACCEPTED, JOB_STATE);
        self.refund_accounts(turn, &config, &job)?;
        if job.state == ACCEPTED {
            turn.more(&["provider", "device", "payout", "fees"])?;
            turn.names("provider", &job.provider)?;
            let mut provider = turn.account(&self.providers, "provider")?;
            let payout = self.theirs(turn, "payout", config.mint(job.currency), &provider.owner)?;
            let to_fees = self.ours(turn, "fees", &config, fees(job.currency))?;
            self.free_device(turn, &job, &mut provider)?;
            turn.go()?;
            let seconds = u64::try_from(self.now(&config).saturating_sub(job.accepted_at)).unwrap_or(0);
            let ended = amounts::cancelled(job.price(), job.price_hour, amounts::hours_begun(seconds, job.hours));
            self.pay(turn, &config, &job, &payout, ended.provider)?;
            self.pay(turn, &config, &job, &to_fees, ended.fees)?;
            let refund = turn.key("refund")?;
            self.pay(turn, &config, &job, &refund, ended.requester)?;
            provider.jobs = provider.jobs.saturating_sub(1);
            self.providers.insert(job.provider, provider);
        } else {
            turn.go()?;
            self.refund(turn, &config, &job)?;
        }
        job.state = CANCELLED;
        self.jobs.insert(turn.key("job")?, job);
        Ok(())
    }

    /// Escrow, refund and vault are what the job needs.
    pub(super) fn refund_accounts(&self, turn: &mut Turn, config: &Config, job: &Job) -> Step {
        self.ours(turn, "escrow", config, escrow(job.currency))?;
        self.theirs(turn, "refund", config.mint(job.currency), &job.requester)?;
        turn.names("vault", &config.vault)
    }

    pub(super) fn expire_job(&mut self, turn: &mut Turn) -> Step {
        let config = self.config(turn)?;
        let mut job = turn.account(&self.jobs, "job")?;
        let now = self.now(&config);
        turn.refuse(job.state != OPEN && job.state != ACCEPTED, JOB_STATE);
        turn.refuse(job.state == OPEN && now <= job.accept_by, TOO_EARLY);
        turn.refuse(job.state == ACCEPTED && now <= job.prove_by, TOO_EARLY);
        self.refund_accounts(turn, &config, &job)?;
        if job.state == ACCEPTED {
            turn.more(&["provider", "device"])?;
            turn.names("provider", &job.provider)?;
            let mut provider = turn.account(&self.providers, "provider")?;
            self.free_device(turn, &job, &mut provider)?;
            provider.jobs = provider.jobs.saturating_sub(1);
            provider.good = 0;
            self.providers.insert(job.provider, provider);
        }
        turn.go()?;
        self.refund(turn, &config, &job)?;
        job.state = EXPIRED;
        self.jobs.insert(turn.key("job")?, job);
        Ok(())
    }

    pub(super) fn settle(&mut self, turn: &mut Turn) -> Step {
        let config = self.config(turn)?;
        let mut job = turn.account(&self.jobs, "job")?;
        turn.refuse(![PROVED, CONFIRMED, INDETERMINATE, UNDECIDED].contains(&job.state), JOB_STATE);
        turn.refuse(job.can_be_doubted() && self.now(&config) <= job.challenge_until, TOO_EARLY);
        turn.refuse(job.round_open != 0, ROUND_OPEN);
        turn.refuse(job.state == PROVED && job.sampled == 0, NOT_DRAWN);
        turn.names("provider", &job.provider)?;
        let mut provider = turn.account(&self.providers, "provider")?;
        self.refund_accounts(turn, &config, &job)?;
        let payout = self.theirs(turn, "payout", config.mint(job.currency), &provider.owner)?;
        let to_fees = self.ours(turn, "fees", &config, fees(job.currency))?;
        turn.go()?;
        if job.state == UNDECIDED && job.contradicted != 0 {
            self.refund(turn, &config, &job)?;
            job.state = REFUNDED;
        } else {
            let ended = amounts::settled(job.price());
            self.pay(turn, &config, &job, &payout, ended.provider)?;
            self.pay(turn, &config, &job, &to_fees, ended.fees)?;
            let refund = turn.key("refund")?;
            self.pay(turn, &config, &job, &refund, ended.requester)?;
            // A result counts when it was checked.
            if job.state == CONFIRMED {
                provider.good = provider.good.saturating_add(1);
            }
            job.state = SETTLED;
        }
        provider.jobs = provider.jobs.saturating_sub(1);
        self.providers.insert(job.provider, provider);
        self.jobs.insert(turn.key("job")?, job);
        Ok(())
    }

    pub(super) fn close_job(&mut self, turn: &mut Turn) -> Step {
        let config = self.config(turn)?;
        let job = turn.account(&self.jobs, "job")?;
        turn.names("requester", &job.requester)?;
        turn.refuse(!job.has_ended(), JOB_STATE);
        turn.refuse(job.provider == [0; 32] && self.now(&config) <= job.accept_by, TOO_EARLY);
        turn.refuse(job.closed != job.rounds, ROUNDS_LEFT);
        let key = turn.key("job")?;
        if job.contradicted == 2 {
            turn.more(&["dispute", "payer"])?;
            let dispute = turn.account(&self.disputes, "dispute")?;
            turn.names("job", &dispute.job)?;
            turn.names("payer", &dispute.payer)?;
            self.disputes.remove(&turn.key("dispute")?);
        }
        turn.go()?;
        self.jobs.remove(&key);
        self.flows.remove(&key);
        Ok(())
    }
}
