//! # The arithmetic of money and score (settlement.md, sections 4, 5, 7, 8, 10, 12)
//!
//! Everything is computed in 128 bits or more and comes back to 64; `None` is "an amount is too large".
//! What somebody pays rounds up, what somebody is paid rounds down.

/// Parts of one in `bps`.
pub const BPS: u128 = 10_000;
/// Parts of one in `ppb`.
const PPB: u128 = 1_000_000_000;
/// Score is paid in units of 2^-64, so that rounding costs next to nothing.
const PER_SCORE_ONE: u32 = 64;

/// ⌊`amount` · `bps`⌋.
pub fn bps_down(amount: u64, bps: u64) -> Option<u64> {
    u64::try_from(u128::from(amount) * u128::from(bps) / BPS).ok()
}

/// ⌈`amount` · `bps`⌉.
pub fn bps_up(amount: u64, bps: u64) -> Option<u64> {
    u64::try_from((u128::from(amount) * u128::from(bps)).div_ceil(BPS)).ok()
}

/// What a requester pays in (section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// P, for the provider.
    pub price: u64,
    /// R, from each side.
    pub reservation: u64,
    /// F, for payment other than IO.
    pub foreign: u64,
    /// V, for verifiers.
    pub verification: u64,
}

impl Price {
    /// The price of `hours` at `price_hour`, each part by its bps.
    pub fn of(price_hour: u64, hours: u32, reservation_bps: u64, foreign_bps: u64, verification_bps: u64) -> Option<Price> {
        let price = price_hour.checked_mul(u64::from(hours))?;
        let price = Price {
            price,
            reservation: bps_up(price, reservation_bps)?,
            foreign: bps_up(price, foreign_bps)?,
            verification: bps_up(price, verification_bps)?,
        };
        price.total().map(|_| price)
    }

    /// P + R + F + V.
    pub fn total(&self) -> Option<u64> {
        self.price.checked_add(self.reservation)?.checked_add(self.foreign)?.checked_add(self.verification)
    }
}

/// The hours begun `seconds` after a job was accepted: at least 1, at most `hours`.
pub fn hours_begun(seconds: u64, hours: u32) -> u64 {
    seconds.div_ceil(3_600).max(1).min(u64::from(hours))
}

/// Who gets what of a job that ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// To the provider.
    pub provider: u64,
    /// To the fees.
    pub fees: u64,
    /// Back to the requester.
    pub requester: u64,
}

/// The end `Settled`. `price.verification` is what was not paid to verifiers.
pub fn settled(price: Price) -> Ended {
    used(price, price.price)
}

/// The end `Cancelled` after `hours` begun at `price_hour`.
pub fn cancelled(price: Price, price_hour: u64, hours: u64) -> Ended {
    used(price, price_hour.saturating_mul(hours).min(price.price))
}

/// U of P was used: the provider gets U − min(U, R), its half of the reservation goes to the fees.
fn used(price: Price, used: u64) -> Ended {
    let half = used.min(price.reservation);
    Ended { provider: used - half, fees: price.reservation + half + price.foreign, requester: price.price - used + price.verification }
}

/// What a device needs: `stake_per_unit · max(1000, multiplier) / 1000 · quantity`, rounded down once, at the end.
pub fn needed(stake_per_unit: u64, multiplier_milli: u32, quantity: u32) -> Option<u64> {
    // 2^64 · 2^32 fits; the third factor may not.
    let milli = (u128::from(stake_per_unit) * u128::from(multiplier_milli.max(1_000))).checked_mul(u128::from(quantity))?;
    u64::try_from(milli / 1_000).ok()
}

/// What becomes of slashed stake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slashed {
    /// Added to the challenger's bond.
    pub challenger: u64,
    /// To each member of the quorum.
    pub each: u64,
    /// Burned.
    pub burned: u64,
}

/// Splits `frozen` (section 8). A quorum of nobody gets nothing: its part is burned.
pub fn slashed(frozen: u64, reward_bps: u64, challenged: bool, quorum: u64) -> Slashed {
    let reward = bps_down(frozen, reward_bps).unwrap_or(0).min(frozen);
    let challenger = if challenged { reward / 2 } else { 0 };
    let (each, _) = equal_parts(reward - challenger, quorum);
    Slashed { challenger, each, burned: frozen - challenger - each * quorum }
}

/// `amount` in equal parts, and what is left over.
pub fn equal_parts(amount: u64, parts: u64) -> (u64, u64) {
    match parts {
        0 => (0, amount),
        _ => (amount / parts, amount % parts),
    }
}

/// The score of a provider of one kind: each product is rounded down.
pub fn score(devices: u64, tier_bps: u64, hired_bps: u64) -> Option<u64> {
    let tiered = u128::from(devices) * u128::from(tier_bps) / BPS;
    u64::try_from(tiered.checked_mul(u128::from(hired_bps))? / BPS).ok()
}

/// The emission of the month after one that emits `emission`.
pub fn decayed(emission: u64, decay_ppb: u64) -> u64 {
    // A decay is at most 1, so that this is never more than before.
    u64::try_from(u128::from(emission) * u128::from(decay_ppb) / PPB).unwrap_or(emission)
}

/// What one epoch of a month pays to GPUs and to CPUs.
pub fn epoch_payment(emission: u64, epochs_per_month: u64, gpu_bps: u64) -> (u64, u64) {
    let payment = emission.checked_div(epochs_per_month).unwrap_or(0);
    let gpu = bps_down(payment, gpu_bps).unwrap_or(payment).min(payment);
    (gpu, payment - gpu)
}

/// What `payment` adds to each unit of score, times 2^64.
pub fn per_score(payment: u64, score: u64) -> Option<u128> {
    (u128::from(payment) << PER_SCORE_ONE).checked_div(u128::from(score))
}

/// What a score has earned since its pool stood at `seen`.
pub fn earned(counted: u64, per_score: u128, seen: u128) -> Option<u64> {
    let difference = per_score.checked_sub(seen)?;
    u64::try_from(u128::from(counted).checked_mul(difference)? >> PER_SCORE_ONE).ok()
}

/// Whether a proposal is carried.
pub fn carried(yes: u64, no: u64, staked: u64, quorum_bps: u64) -> bool {
    let cast = u128::from(yes) + u128::from(no);
    yes > no && cast >= (u128::from(staked) * u128::from(quorum_bps)).div_ceil(BPS)
}
