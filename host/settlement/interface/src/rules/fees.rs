//! What a job costs, and who gets what when it ends (`specs/settlement.md`, section 5).

use super::{add, part_up, sub};
use crate::account::Job;
use crate::account::state::currency;
use crate::error::Refusal;
use crate::params::{Param, Params};

const BPS: u64 = 10_000;

/// What is fixed when a job is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// P.
    pub price: u64,
    /// R.
    pub reservation: u64,
    /// F.
    pub foreign: u64,
    /// V.
    pub verification: u64,
}

impl Terms {
    /// Of a job of so many hours.
    pub fn new(price_hour: u64, hours: u32, paid_in: u8, params: &Params) -> Result<Self, Refusal> {
        if price_hour == 0 || hours == 0 || u64::from(hours) > params[Param::HoursMax as usize] {
            return Err(Refusal::Zero);
        }
        let price = price_hour.checked_mul(u64::from(hours)).ok_or(Refusal::Overflow)?;
        let part = |param: Param| part_up(price, params[param as usize], BPS);
        Ok(Self {
            price,
            reservation: part(Param::ReservationBps)?,
            foreign: if paid_in == currency::IOSD { part(Param::ForeignBps)? } else { 0 },
            verification: part(Param::VerificationBps)?,
        })
    }

    /// What the requester pays into escrow.
    pub fn escrow(&self) -> Result<u64, Refusal> {
        add(add(self.price, self.reservation)?, add(self.foreign, self.verification)?)
    }
}

/// P.
pub fn price(job: &Job) -> Result<u64, Refusal> {
    job.price_hour.checked_mul(u64::from(job.hours)).ok_or(Refusal::Overflow)
}

/// What is in escrow for a job that has not ended.
pub fn held(job: &Job) -> Result<u64, Refusal> {
    add(add(price(job)?, job.reservation)?, add(job.foreign, job.verification)?)
}

/// Who gets what of the escrow. The sum is all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payout {
    /// The provider.
    pub provider: u64,
    /// The fees.
    pub fees: u64,
    /// The requester.
    pub requester: u64,
}

/// All of it goes back.
pub fn refund(job: &Job) -> Result<Payout, Refusal> {
    Ok(Payout { provider: 0, fees: 0, requester: held(job)? })
}

/// The provider is paid for `used` of the price.
pub fn pay(job: &Job, used: u64) -> Result<Payout, Refusal> {
    let own = used.min(job.reservation);
    let fees = add(add(job.reservation, own)?, job.foreign)?;
    let provider = sub(used, own)?;
    Ok(Payout { provider, fees, requester: sub(sub(held(job)?, provider)?, fees)? })
}

/// What hours begun cost.
pub fn used(job: &Job, now: i64) -> Result<u64, Refusal> {
    let seconds = u64::try_from(now.saturating_sub(job.accepted_at)).unwrap_or(0);
    let hours = seconds.div_ceil(3_600).clamp(1, u64::from(job.hours).max(1));
    job.price_hour.checked_mul(hours).ok_or(Refusal::Overflow)
}
