//! # Providers, devices, stake (settlement.md, sections 3 and 4)

use super::accounts::{Device, Provider};
use super::amounts;
use super::layout::Key;
use super::ledger::{Ledger, STAKE};
use super::parameters as p;
use super::refusals::{
    DEVICE_BUSY, DEVICE_DOWN, EXISTS, MODEL_DISABLED, NOT_ENOUGH_STAKE, NOT_GUARDIAN, NOTHING_TO_PAY, STAKE_BUSY, TERMINATED,
    UNBONDING_FULL, VALUE, WRONG_ADDRESS, ZERO,
};
use super::turn::{Step, Turn};

pub(super) const UP: u8 = 0;
const BLOCKED: u8 = 2;
pub(super) const ENDED: u8 = 3;
/// Status of a device that is gone.
pub(super) const REMOVED: u8 = 2;

/// Two upper-case letters.
pub(super) fn is_region(letters: &[u8; 2]) -> bool {
    letters.iter().all(u8::is_ascii_uppercase)
}

impl Provider {
    /// What may be unbonded, vote, and stand for devices.
    pub(super) fn free_stake(&self) -> u64 {
        self.stake.saturating_sub(self.frozen)
    }

    /// Whether it may accept jobs.
    pub(super) fn is_eligible(&self) -> bool {
        self.status == UP && self.free_stake() >= self.needed && self.needed > 0
    }

    /// The sum of its devices' scores of a kind.
    fn score_of(&mut self, kind: u8) -> &mut u64 {
        if kind == 0 { &mut self.score_gpu } else { &mut self.score_cpu }
    }

    /// Takes a device as it was out of the sums, and puts it in as it is.
    fn changed(&mut self, turn: &mut Turn, old: Option<&Device>, new: &Device) -> Step {
        let (old_score, old_needed) = old.map_or((0, 0), |old| (old.score(), old.counts_needed()));
        let needed = self.needed.saturating_sub(old_needed);
        self.needed = turn.sum(needed.checked_add(new.counts_needed()))?;
        let sum = self.score_of(new.device_kind);
        *sum = turn.sum(sum.saturating_sub(old_score).checked_add(new.score()))?;
        Ok(())
    }
}

impl Device {
    /// What it adds to its provider's score.
    fn score(&self) -> u64 {
        let counts = self.status == UP && self.attested == 1;
        if counts { u64::from(self.multiplier_milli) * u64::from(self.quantity) } else { 0 }
    }

    /// What it adds to the stake that its provider needs.
    fn counts_needed(&self) -> u64 {
        if self.status == REMOVED { 0 } else { self.needed }
    }

    /// Whether a job has it.
    pub(super) fn is_hired(&self) -> bool {
        self.job != [0; 32]
    }
}

impl Ledger {
    pub(super) fn register_provider(&mut self, turn: &mut Turn, country: &[u8; 2], continent: &[u8; 2]) -> Step {
        self.config(turn)?;
        let owner = turn.key("owner")?;
        let bump = turn.derived("provider", &[b"provider", &owner])?;
        let key = turn.key("provider")?;
        turn.refuse(self.exists(&key), EXISTS);
        turn.refuse(!is_region(country) || !is_region(continent), VALUE);
        turn.go()?;
        let provider = Provider {
            bump,
            owner,
            status: UP,
            tier: 0,
            country: *country,
            continent: *continent,
            stake: 0,
            frozen: 0,
            needed: 0,
            unbonding: [0; 4],
            ripe_at: [0; 4],
            jobs: 0,
            disputes: 0,
            devices: 0,
            hired: 0,
            score_gpu: 0,
            score_cpu: 0,
            counted_gpu: 0,
            counted_cpu: 0,
            seen_gpu: 0,
            seen_cpu: 0,
            earned: 0,
            beat_until: 0,
            good: 0,
        };
        self.providers.insert(key, provider);
        Ok(())
    }

    pub(super) fn update_provider(&mut self, turn: &mut Turn, status: u8, country: &[u8; 2], continent: &[u8; 2]) -> Step {
        self.config(turn)?;
        let mut provider = self.own_provider(turn)?;
        turn.refuse(![0, 1, ENDED].contains(&status) || !is_region(country) || !is_region(continent), VALUE);
        turn.refuse(provider.status == ENDED, TERMINATED);
        turn.go()?;
        if provider.status != BLOCKED || status == ENDED {
            provider.status = status;
        }
        provider.country = *country;
        provider.continent = *continent;
        self.providers.insert(turn.key("provider")?, provider);
        Ok(())
    }

    pub(super) fn attest_provider(&mut self, turn: &mut Turn, blocked: u8, tier: u8) -> Step {
        let config = self.config(turn)?;
        let mut provider = turn.account(&self.providers, "provider")?;
        let other = turn.key("guardian")? != config.guardian;
        turn.refuse(other, NOT_GUARDIAN);
        turn.refuse(blocked > 1 || tier > 3, VALUE);
        turn.refuse(provider.status == ENDED, TERMINATED);
        turn.go()?;
        match (blocked, provider.status) {
            (1, _) => provider.status = BLOCKED,
            (_, BLOCKED) => provider.status = UP,
            _ => {}
        }
        provider.tier = tier;
        self.providers.insert(turn.key("provider")?, provider);
        Ok(())
    }

    pub(super) fn add_device(&mut self, turn: &mut Turn, model: u16, quantity: u32, prices: [u64; 2]) -> Step {
        let config = self.config(turn)?;
        let mut provider = self.own_provider(turn)?;
        let provider_key = turn.key("provider")?;
        let of = turn.account(&self.models, "model")?;
        turn.refuse(of.id != model, WRONG_ADDRESS);
        turn.refuse(quantity == 0 || prices == [0, 0], ZERO);
        turn.refuse(of.enabled == 0, MODEL_DISABLED);
        turn.refuse(provider.status == ENDED, TERMINATED);
        let bump = turn.derived("device", &[b"device", &provider_key, &provider.devices.to_le_bytes()])?;
        turn.go()?;
        let needed = turn.sum(amounts::needed(config.params[p::STAKE_PER_UNIT], of.multiplier_milli, quantity))?;
        let device = Device {
            bump,
            provider: provider_key,
            index: provider.devices,
            model,
            device_kind: of.model_kind,
            status: UP,
            attested: 0,
            multiplier_milli: of.multiplier_milli,
            quantity,
            needed,
            price_io: prices[0],
            price_iosd: prices[1],
            job: [0; 32],
        };
        provider.changed(turn, None, &device)?;
        provider.devices = turn.sum(provider.devices.checked_add(1))?;
        self.devices.insert(turn.key("device")?, device);
        self.providers.insert(provider_key, provider);
        Ok(())
    }

    /// A device of the provider that was passed.
    pub(super) fn device_of(&self, turn: &mut Turn, provider: &Key) -> Step<Device> {
        let device = turn.account(&self.devices, "device")?;
        turn.names("provider", &device.provider)?;
        turn.refuse(device.provider != *provider, WRONG_ADDRESS);
        Ok(device)
    }

    pub(super) fn update_device(&mut self, turn: &mut Turn, status: u8, quantity: u32, prices: [u64; 2]) -> Step {
        let config = self.config(turn)?;
        let mut provider = self.own_provider(turn)?;
        let provider_key = turn.key("provider")?;
        let old = self.device_of(turn, &provider_key)?;
        let model = turn.account(&self.models, "model")?;
        turn.refuse(model.id != old.model, WRONG_ADDRESS);
        turn.refuse(status > REMOVED, VALUE);
        turn.refuse(old.is_hired(), DEVICE_BUSY);
        turn.refuse(old.status == REMOVED, DEVICE_DOWN);
        turn.refuse(quantity == 0 || prices == [0, 0], ZERO);
        turn.go()?;
        let same = quantity == old.quantity && model.multiplier_milli == old.multiplier_milli;
        let new = Device {
            status,
            attested: if same { old.attested } else { 0 },
            multiplier_milli: model.multiplier_milli,
            quantity,
            needed: turn.sum(amounts::needed(config.params[p::STAKE_PER_UNIT], model.multiplier_milli, quantity))?,
            price_io: prices[0],
            price_iosd: prices[1],
            ..old.clone()
        };
        provider.changed(turn, Some(&old), &new)?;
        self.devices.insert(turn.key("device")?, new);
        self.providers.insert(provider_key, provider);
        Ok(())
    }

    pub(super) fn attest_device(&mut self, turn: &mut Turn, attested: u8) -> Step {
        let config = self.config(turn)?;
        let mut provider = turn.account(&self.providers, "provider")?;
        let provider_key = turn.key("provider")?;
        let old = self.device_of(turn, &provider_key)?;
        let other = turn.key("guardian")? != config.guardian;
        turn.refuse(other, NOT_GUARDIAN);
        turn.refuse(old.status == REMOVED, DEVICE_DOWN);
        turn.refuse(attested > 1, VALUE);
        turn.go()?;
        let new = Device { attested, ..old.clone() };
        provider.changed(turn, Some(&old), &new)?;
        self.devices.insert(turn.key("device")?, new);
        self.providers.insert(provider_key, provider);
        Ok(())
    }

    pub(super) fn stake(&mut self, turn: &mut Turn, amount: u64) -> Step {
        let config = self.config(turn)?;
        let mut totals = turn.account(&self.totals, "totals")?;
        let mut provider = self.own_provider(turn)?;
        let from = self.theirs(turn, "source", &config.io_mint, &provider.owner)?;
        let to = self.ours(turn, "stake_tokens", &config, STAKE)?;
        turn.refuse(amount == 0, ZERO);
        turn.refuse(provider.status == ENDED, TERMINATED);
        turn.go()?;
        provider.stake = turn.sum(provider.stake.checked_add(amount))?;
        totals.staked = turn.sum(totals.staked.checked_add(amount))?;
        self.transfer(turn, &from, &to, amount)?;
        self.providers.insert(turn.key("provider")?, provider);
        self.totals.insert(turn.key("totals")?, totals);
        Ok(())
    }

    pub(super) fn request_unstake(&mut self, turn: &mut Turn, amount: u64) -> Step {
        let config = self.config(turn)?;
        let mut totals = turn.account(&self.totals, "totals")?;
        let mut provider = self.own_provider(turn)?;
        turn.refuse(amount == 0, ZERO);
        turn.refuse(provider.jobs > 0 || provider.disputes > 0, STAKE_BUSY);
        turn.refuse(amount > provider.free_stake(), NOT_ENOUGH_STAKE);
        let free = provider.unbonding.iter().position(|entry| *entry == 0);
        turn.refuse(free.is_none(), UNBONDING_FULL);
        turn.go()?;
        if let Some(entry) = free {
            provider.unbonding[entry] = amount;
            provider.ripe_at[entry] = config.after(self.now(&config), p::UNBONDING_S);
        }
        provider.stake = turn.sum(provider.stake.checked_sub(amount))?;
        totals.staked = turn.sum(totals.staked.checked_sub(amount))?;
        self.providers.insert(turn.key("provider")?, provider);
        self.totals.insert(turn.key("totals")?, totals);
        Ok(())
    }

    pub(super) fn withdraw(&mut self, turn: &mut Turn) -> Step {
        let config = self.config(turn)?;
        let mut provider = self.own_provider(turn)?;
        let from = self.ours(turn, "stake_tokens", &config, STAKE)?;
        let to = self.theirs(turn, "destination", &config.io_mint, &provider.owner)?;
        turn.names("vault", &config.vault)?;
        let now = self.now(&config);
        let mut ripe = 0_u64;
        for (amount, ripe_at) in provider.unbonding.iter_mut().zip(&mut provider.ripe_at) {
            if *amount > 0 && now >= *ripe_at {
                ripe = turn.sum(ripe.checked_add(*amount))?;
                (*amount, *ripe_at) = (0, 0);
            }
        }
        turn.refuse(ripe == 0, NOTHING_TO_PAY);
        turn.go()?;
        self.transfer(turn, &from, &to, ripe)?;
        self.providers.insert(turn.key("provider")?, provider);
        Ok(())
    }
}
