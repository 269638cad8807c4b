//! Hourly rewards, at a cost that does not depend on how many there are (`specs/settlement.md`, section 10).
//!
//! `per_score` is what a unit of score has earned since genesis, times 2^64. A provider earns its score times what that grew while its heartbeat counted.

use super::{add, divide, part_down, stake, sub, time};
use crate::account::state::provider as status;
use crate::account::{Config, Provider, Totals};
use crate::error::Refusal;
use crate::params::Param;

/// The whole epochs that are over.
pub fn epochs_over(config: &Config, now: i64) -> u64 {
    let seconds = u64::try_from(now.saturating_sub(config.genesis)).unwrap_or(0);
    seconds.checked_div(config.param(Param::EpochS)).unwrap_or(0)
}

/// Emission of the next month.
pub fn next_emission(emission: u64, decay_ppb: u64) -> Result<u64, Refusal> {
    part_down(emission, decay_ppb, 1_000_000_000)
}

/// Accounts for whole epochs, up to the end of the month at hand.
pub fn advance(totals: &mut Totals, config: &Config, now: i64) -> Result<(), Refusal> {
    let over = epochs_over(config, now);
    if over <= totals.epoch {
        return Err(Refusal::EpochCurrent);
    }
    let a_month = config.param(Param::EpochsPerMonth);
    let month = totals.epoch.checked_div(a_month).ok_or(Refusal::Overflow)?;
    if month > u64::from(totals.month) {
        totals.emission = next_emission(totals.emission, config.param(Param::EmissionDecayPpb))?;
        totals.month = u32::try_from(month).map_err(|_| Refusal::Overflow)?;
    }
    let months_left = month < config.param(Param::Months);
    let end = if months_left { add(month, 1)?.checked_mul(a_month).ok_or(Refusal::Overflow)?.min(over) } else { over };
    if months_left {
        let epochs = sub(end, totals.epoch)?;
        let payment = totals.emission.checked_div(a_month).ok_or(Refusal::Overflow)?;
        let gpu = part_down(payment, config.param(Param::GpuBps), 10_000)?;
        let cpu = sub(payment, gpu)?;
        let all = |payment: u64| epochs.checked_mul(payment).ok_or(Refusal::Overflow);
        let gpu = pay(totals.score_gpu, all(gpu)?)?;
        let cpu = pay(totals.score_cpu, all(cpu)?)?;
        totals.per_score_gpu = totals.per_score_gpu.checked_add(gpu.grows).ok_or(Refusal::Overflow)?;
        totals.per_score_cpu = totals.per_score_cpu.checked_add(cpu.grows).ok_or(Refusal::Overflow)?;
        totals.emitted = add(add(totals.emitted, gpu.emitted)?, cpu.emitted)?;
    } else {
        // The months without emission need no steps.
        totals.month = u32::try_from(end / a_month).unwrap_or(u32::MAX);
        totals.emission = 0;
    }
    totals.epoch = end;
    Ok(())
}

/// What a pool was paid.
struct Paid {
    /// For each unit of score, times 2^64.
    grows: u128,
    emitted: u64,
}

/// Pays a pool; one without a score gets nothing.
fn pay(score: u64, payment: u64) -> Result<Paid, Refusal> {
    if score == 0 {
        return Ok(Paid { grows: 0, emitted: 0 });
    }
    let (grows, _) = divide(u128::from(payment) << 64, score)?;
    Ok(Paid { grows, emitted: payment })
}

/// ⌊score · growth / 2^64⌋, in two halves so that nothing overflows.
fn earned(score: u64, growth: u128) -> Result<u64, Refusal> {
    let (upper, lower) = (growth >> 64, growth & u128::from(u64::MAX));
    let score = u128::from(score);
    let whole = upper.checked_mul(score).ok_or(Refusal::Overflow)?;
    u64::try_from(whole.checked_add((lower * score) >> 64).ok_or(Refusal::Overflow)?).map_err(|_| Refusal::Overflow)
}

fn is_current(totals: &Totals, config: &Config, now: i64) -> Result<(), Refusal> {
    if totals.epoch < epochs_over(config, now) { Err(Refusal::EpochBehind) } else { Ok(()) }
}

/// What counts of a provider now: (GPU, CPU).
pub fn score(provider: &Provider, config: &Config) -> Result<(u64, u64), Refusal> {
    if !stake::eligible(provider) || provider.frozen > 0 {
        return Ok((0, 0));
    }
    let tier = config.params[Param::TierLowBps as usize + usize::from(provider.tier.min(3))];
    let hired = if provider.hired > 0 { config.param(Param::HiredBps) } else { 10_000 };
    let of = |score: u64| part_down(part_down(score, tier, 10_000)?, hired, 10_000);
    Ok((of(provider.score_gpu)?, of(provider.score_cpu)?))
}

/// Pays what was earned if the heartbeat counts, and counts `score` from now on.
fn settle(provider: &mut Provider, totals: &mut Totals, counts: bool, score: (u64, u64)) -> Result<(), Refusal> {
    if counts {
        let growth = |now: u128, seen: u128| now.checked_sub(seen).ok_or(Refusal::Overflow);
        let gpu = earned(provider.counted_gpu, growth(totals.per_score_gpu, provider.seen_gpu)?)?;
        let cpu = earned(provider.counted_cpu, growth(totals.per_score_cpu, provider.seen_cpu)?)?;
        provider.earned = add(provider.earned, add(gpu, cpu)?)?;
    }
    (provider.seen_gpu, provider.seen_cpu) = (totals.per_score_gpu, totals.per_score_cpu);
    totals.score_gpu = add(sub(totals.score_gpu, provider.counted_gpu)?, score.0)?;
    totals.score_cpu = add(sub(totals.score_cpu, provider.counted_cpu)?, score.1)?;
    (provider.counted_gpu, provider.counted_cpu) = score;
    Ok(())
}

/// A provider is there.
pub fn heartbeat(provider: &mut Provider, totals: &mut Totals, config: &Config, now: i64) -> Result<(), Refusal> {
    if provider.status == status::TERMINATED {
        return Err(Refusal::Terminated);
    }
    is_current(totals, config, now)?;
    let score = score(provider, config)?;
    let counts = now <= provider.beat_until;
    settle(provider, totals, counts, score)?;
    provider.beat_until = time::after(now, config.param(Param::HeartbeatS))?;
    Ok(())
}

/// A provider is not there any more.
pub fn lapse(provider: &mut Provider, totals: &mut Totals, config: &Config, now: i64) -> Result<(), Refusal> {
    if now <= provider.beat_until || (provider.counted_gpu == 0 && provider.counted_cpu == 0) {
        return Err(Refusal::NotLapsed);
    }
    is_current(totals, config, now)?;
    settle(provider, totals, false, (0, 0))
}

/// Takes earnings out, to be minted.
pub fn claim(provider: &mut Provider, totals: &mut Totals) -> Result<u64, Refusal> {
    let amount = provider.earned;
    provider.earned = 0;
    if amount == 0 {
        return Err(Refusal::NothingToPay);
    }
    totals.minted = add(totals.minted, amount)?;
    // The table is never exceeded, whatever else is wrong.
    if totals.minted > totals.emitted { Err(Refusal::Overflow) } else { Ok(amount) }
}
