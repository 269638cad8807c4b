//! Stake (`specs/settlement.md`, section 4).

use super::{add, divide, sub, time};
use crate::account::state::{device, provider as status};
use crate::account::{Device, Model, Provider, Totals};
use crate::error::Refusal;
use crate::params::{Param, Params};

/// Entries of stake on its way out.
pub const ENTRIES: usize = 4;

/// Stake that processors need.
pub fn needed(params: &Params, multiplier_milli: u32, quantity: u32) -> Result<u64, Refusal> {
    let unit = u128::from(params[Param::StakePerUnit as usize]);
    let (all, _) = divide(unit * u128::from(multiplier_milli.max(1_000)) * u128::from(quantity), 1_000)?;
    u64::try_from(all).map_err(|_| Refusal::Overflow)
}

/// Stake that no dispute holds.
pub fn free(provider: &Provider) -> u64 {
    provider.stake.saturating_sub(provider.frozen)
}

/// Whether it may accept jobs.
pub fn eligible(provider: &Provider) -> bool {
    provider.status == status::UP && provider.needed > 0 && free(provider) >= provider.needed
}

/// Adds stake that was transferred.
pub fn stake(provider: &mut Provider, totals: &mut Totals, amount: u64) -> Result<(), Refusal> {
    if amount == 0 {
        return Err(Refusal::Zero);
    }
    if provider.status == status::TERMINATED {
        return Err(Refusal::Terminated);
    }
    provider.stake = add(provider.stake, amount)?;
    totals.staked = add(totals.staked, amount)?;
    Ok(())
}

/// Starts to unbond.
pub fn request_unstake(provider: &mut Provider, totals: &mut Totals, amount: u64, now: i64, params: &Params) -> Result<(), Refusal> {
    if amount == 0 {
        return Err(Refusal::Zero);
    }
    if provider.jobs > 0 || provider.disputes > 0 {
        return Err(Refusal::StakeBusy);
    }
    if amount > free(provider) {
        return Err(Refusal::NotEnoughStake);
    }
    let entry = (0..ENTRIES).find(|entry| provider.unbonding[*entry] == 0).ok_or(Refusal::UnbondingFull)?;
    provider.unbonding[entry] = amount;
    provider.ripe_at[entry] = time::after(now, params[Param::UnbondingS as usize])?;
    provider.stake = sub(provider.stake, amount)?;
    totals.staked = sub(totals.staked, amount)?;
    Ok(())
}

/// Takes every ripe entry out; says how much is to be paid. Ripe is what is at or after its time.
pub fn withdraw(provider: &mut Provider, now: i64) -> Result<u64, Refusal> {
    let mut amount = 0;
    for entry in 0..ENTRIES {
        if provider.unbonding[entry] > 0 && now >= provider.ripe_at[entry] {
            amount = add(amount, provider.unbonding[entry])?;
            (provider.unbonding[entry], provider.ripe_at[entry]) = (0, 0);
        }
    }
    if amount == 0 { Err(Refusal::NothingToPay) } else { Ok(amount) }
}

/// Score of a device before tier and hire.
pub fn score(device: &Device) -> u64 {
    if device.status == device::UP && device.attested == 1 { u64::from(device.multiplier_milli) * u64::from(device.quantity) } else { 0 }
}

/// Changes a device by `change`, and the sums of its provider with it.
pub fn change_device(
    provider: &mut Provider,
    device: &mut Device,
    change: impl FnOnce(&mut Device) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let (score_before, needed_before) = (score(device), needed_now(device));
    change(device)?;
    let sum = if device.device_kind == 0 { provider.score_gpu } else { provider.score_cpu };
    let sum = add(sub(sum, score_before)?, score(device))?;
    if device.device_kind == 0 {
        provider.score_gpu = sum;
    } else {
        provider.score_cpu = sum;
    }
    provider.needed = add(sub(provider.needed, needed_before)?, needed_now(device))?;
    Ok(())
}

/// Stake that a device needs: none once it is removed.
pub fn needed_now(device: &Device) -> u64 {
    if device.status == device::REMOVED { 0 } else { device.needed }
}

/// What a new device asks for.
#[derive(Debug, Clone, Copy)]
pub struct Offer {
    /// Processors.
    pub quantity: u32,
    /// IO base units an hour.
    pub price_io: u64,
    /// IOSD base units an hour.
    pub price_iosd: u64,
}

/// Adds a device; `address` is its provider's account.
pub fn add_device(
    provider: &mut Provider,
    address: crate::Key,
    bump: u8,
    model: &Model,
    offer: Offer,
    params: &Params,
) -> Result<Device, Refusal> {
    if provider.status == status::TERMINATED {
        return Err(Refusal::Terminated);
    }
    if model.enabled != 1 {
        return Err(Refusal::ModelDisabled);
    }
    check_offer(offer)?;
    let device = Device {
        bump,
        provider: address,
        index: provider.devices,
        model: model.id,
        device_kind: model.model_kind,
        status: device::UP,
        attested: 0,
        multiplier_milli: model.multiplier_milli,
        quantity: offer.quantity,
        needed: needed(params, model.multiplier_milli, offer.quantity)?,
        price_io: offer.price_io,
        price_iosd: offer.price_iosd,
        job: [0; 32],
    };
    provider.devices = provider.devices.checked_add(1).ok_or(Refusal::Overflow)?;
    provider.needed = add(provider.needed, device.needed)?;
    Ok(device)
}

fn check_offer(offer: Offer) -> Result<(), Refusal> {
    if offer.quantity == 0 || (offer.price_io == 0 && offer.price_iosd == 0) { Err(Refusal::Zero) } else { Ok(()) }
}

/// Changes a device that is not hired. A removed one stays removed.
pub fn update_device(
    provider: &mut Provider,
    own: &mut Device,
    model: &Model,
    status: u8,
    offer: Offer,
    params: &Params,
) -> Result<(), Refusal> {
    if own.job != [0; 32] {
        return Err(Refusal::DeviceBusy);
    }
    if own.status == device::REMOVED {
        return Err(Refusal::DeviceDown);
    }
    if status > device::REMOVED {
        return Err(Refusal::Value);
    }
    check_offer(offer)?;
    change_device(provider, own, |own| {
        if own.quantity != offer.quantity || own.multiplier_milli != model.multiplier_milli {
            own.attested = 0;
        }
        own.status = status;
        own.quantity = offer.quantity;
        own.multiplier_milli = model.multiplier_milli;
        own.needed = needed(params, model.multiplier_milli, offer.quantity)?;
        (own.price_io, own.price_iosd) = (offer.price_io, offer.price_iosd);
        Ok(())
    })
}

/// Attests a device, or takes that back.
pub fn attest_device(provider: &mut Provider, own: &mut Device, attested: u8) -> Result<(), Refusal> {
    if attested > 1 {
        return Err(Refusal::Value);
    }
    if own.status == device::REMOVED {
        return Err(Refusal::DeviceDown);
    }
    change_device(provider, own, |own| {
        own.attested = attested;
        Ok(())
    })
}

/// Whether both letters of a country or continent are upper-case.
pub fn is_region(letters: [u8; 2]) -> bool {
    letters.iter().all(u8::is_ascii_uppercase)
}

/// The owner's change of status.
pub fn update_provider(provider: &mut Provider, new: u8, country: [u8; 2], continent: [u8; 2]) -> Result<(), Refusal> {
    if provider.status == status::TERMINATED {
        return Err(Refusal::Terminated);
    }
    if !matches!(new, status::UP | status::PAUSED | status::TERMINATED) || !is_region(country) || !is_region(continent) {
        return Err(Refusal::Value);
    }
    if provider.status != status::BLOCKED || new == status::TERMINATED {
        provider.status = new;
    }
    (provider.country, provider.continent) = (country, continent);
    Ok(())
}

/// The guardian's.
pub fn attest_provider(provider: &mut Provider, blocked: u8, tier: u8) -> Result<(), Refusal> {
    if provider.status == status::TERMINATED {
        return Err(Refusal::Terminated);
    }
    if blocked > 1 || tier > 3 {
        return Err(Refusal::Value);
    }
    if blocked == 1 {
        provider.status = status::BLOCKED;
    } else if provider.status == status::BLOCKED {
        provider.status = status::UP;
    }
    provider.tier = tier;
    Ok(())
}
