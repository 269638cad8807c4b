//! # Rewards for being there (settlement.md, section 10)

use super::accounts::{Config, Provider, Totals};
use super::amounts;
use super::ledger::{Ledger, Params};
use super::parameters as p;
use super::providing::ENDED;
use super::refusals::{EPOCH_BEHIND, EPOCH_CURRENT, NOT_LAPSED, NOTHING_TO_PAY, TERMINATED, WRONG_TOKENS};
use super::turn::{Step, Turn};

/// The emission of a month, from that of the month before.
fn next_month(params: &Params, month: u32, emission: u64) -> u64 {
    if u64::from(month) < params[p::MONTHS] { amounts::decayed(emission, params[p::EMISSION_DECAY_PPB]) } else { 0 }
}

/// What the table pays in all whole epochs before `epoch`.
pub(super) fn table(params: &Params, epoch: u64) -> u128 {
    let (mut sum, mut left, mut emission) = (0_u128, epoch, params[p::EMISSION_FIRST]);
    for _ in 0..params[p::MONTHS] {
        let epochs = left.min(params[p::EPOCHS_PER_MONTH]);
        sum += u128::from(emission.checked_div(params[p::EPOCHS_PER_MONTH]).unwrap_or(0)) * u128::from(epochs);
        left -= epochs;
        emission = amounts::decayed(emission, params[p::EMISSION_DECAY_PPB]);
    }
    sum
}

impl Provider {
    /// The score of each kind, as it counts now.
    fn scores(&self, turn: &mut Turn, params: &Params) -> Step<[u64; 2]> {
        if !self.is_eligible() || self.frozen > 0 {
            return Ok([0, 0]);
        }
        let tier = p::TIER_LOW_BPS + usize::from(self.tier.min(3));
        let hired = if self.hired > 0 { params[p::HIRED_BPS] } else { 10_000 };
        let gpu = turn.sum(amounts::score(self.score_gpu, params[tier], hired))?;
        let cpu = turn.sum(amounts::score(self.score_cpu, params[tier], hired))?;
        Ok([gpu, cpu])
    }
}

/// Puts `scores` in the place of what counted, as of now.
fn count(turn: &mut Turn, totals: &mut Totals, provider: &mut Provider, scores: [u64; 2]) -> Step {
    let change = |total: u64, old: u64, new: u64| total.checked_sub(old).and_then(|rest| rest.checked_add(new));
    totals.score_gpu = turn.sum(change(totals.score_gpu, provider.counted_gpu, scores[0]))?;
    totals.score_cpu = turn.sum(change(totals.score_cpu, provider.counted_cpu, scores[1]))?;
    [provider.counted_gpu, provider.counted_cpu] = scores;
    (provider.seen_gpu, provider.seen_cpu) = (totals.per_score_gpu, totals.per_score_cpu);
    Ok(())
}

impl Ledger {
    /// The epoch at hand.
    fn epoch(&self, config: &Config) -> u64 {
        let since = u64::try_from(self.now(config).saturating_sub(config.genesis)).unwrap_or(0);
        since.checked_div(config.params[p::EPOCH_S]).unwrap_or(0)
    }

    pub(super) fn advance(&mut self, turn: &mut Turn) -> Step {
        let config = self.config(turn)?;
        let mut totals = turn.account(&self.totals, "totals")?;
        let now = self.epoch(&config);
        turn.refuse(totals.epoch >= now, EPOCH_CURRENT);
        turn.go()?;
        let per_month = config.params[p::EPOCHS_PER_MONTH];
        let month_ends = (u64::from(totals.month) + 1).saturating_mul(per_month);
        let next = now.min(month_ends);
        let epochs = next - totals.epoch;
        let (gpu, cpu) = amounts::epoch_payment(totals.emission, per_month, config.params[p::GPU_BPS]);
        for (payment, score, per_score) in
            [(gpu, totals.score_gpu, &mut totals.per_score_gpu), (cpu, totals.score_cpu, &mut totals.per_score_cpu)]
        {
            // A pool that nobody is in pays nobody.
            if score > 0 {
                let payment = turn.sum(payment.checked_mul(epochs))?;
                *per_score = turn.sum(amounts::per_score(payment, score).and_then(|more| per_score.checked_add(more)))?;
                totals.emitted = turn.sum(totals.emitted.checked_add(payment))?;
            }
        }
        totals.epoch = next;
        if next == month_ends {
            totals.month = turn.sum(totals.month.checked_add(1))?;
            totals.emission = next_month(&config.params, totals.month, totals.emission);
        }
        self.totals.insert(turn.key("totals")?, totals);
        Ok(())
    }

    pub(super) fn heartbeat(&mut self, turn: &mut Turn) -> Step {
        let config = self.config(turn)?;
        let mut totals = turn.account(&self.totals, "totals")?;
        let mut provider = self.own_provider(turn)?;
        turn.refuse(totals.epoch < self.epoch(&config), EPOCH_BEHIND);
        turn.refuse(provider.status == ENDED, TERMINATED);
        turn.go()?;
        let now = self.now(&config);
        if now <= provider.beat_until {
            let gpu = turn.sum(amounts::earned(provider.counted_gpu, totals.per_score_gpu, provider.seen_gpu))?;
            let cpu = turn.sum(amounts::earned(provider.counted_cpu, totals.per_score_cpu, provider.seen_cpu))?;
            provider.earned = turn.sum(provider.earned.checked_add(gpu).and_then(|sum| sum.checked_add(cpu)))?;
        }
        let scores = provider.scores(turn, &config.params)?;
        count(turn, &mut totals, &mut provider, scores)?;
        provider.beat_until = config.after(now, p::HEARTBEAT_S);
        self.totals.insert(turn.key("totals")?, totals);
        self.providers.insert(turn.key("provider")?, provider);
        Ok(())
    }

    pub(super) fn lapse(&mut self, turn: &mut Turn) -> Step {
        let config = self.config(turn)?;
        let mut totals = turn.account(&self.totals, "totals")?;
        let mut provider = turn.account(&self.providers, "provider")?;
        turn.refuse(totals.epoch < self.epoch(&config), EPOCH_BEHIND);
        turn.refuse(self.now(&config) <= provider.beat_until, NOT_LAPSED);
        turn.go()?;
        // `beat_until` stays: somebody else's word is no sign that the provider is there.
        count(turn, &mut totals, &mut provider, [0, 0])?;
        self.totals.insert(turn.key("totals")?, totals);
        self.providers.insert(turn.key("provider")?, provider);
        Ok(())
    }

    pub(super) fn claim(&mut self, turn: &mut Turn) -> Step {
        let config = self.config(turn)?;
        let mut totals = turn.account(&self.totals, "totals")?;
        let mut provider = self.own_provider(turn)?;
        self.io_mint(turn, &config)?;
        let to = self.theirs(turn, "destination", &config.io_mint, &provider.owner)?;
        turn.refuse(provider.earned == 0, NOTHING_TO_PAY);
        turn.go()?;
        let amount = std::mem::take(&mut provider.earned);
        totals.minted = turn.sum(totals.minted.checked_add(amount))?;
        let (Some(mint), Some(tokens)) = (self.mints.get_mut(&config.io_mint), self.tokens.get_mut(&to)) else {
            return Err(turn.stop(WRONG_TOKENS));
        };
        mint.supply = turn.sum(mint.supply.checked_add(amount))?;
        tokens.amount = turn.sum(tokens.amount.checked_add(amount))?;
        self.totals.insert(turn.key("totals")?, totals);
        self.providers.insert(turn.key("provider")?, provider);
        Ok(())
    }
}
