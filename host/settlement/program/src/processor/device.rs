//! AddDevice, UpdateDevice, AttestDevice.

use crate::accounts::held;
use crate::entry::{Call, Ground};
use crate::{Outcome, accounts, cpi};
use assay_settlement_interface::account::{Account, Device, Model, Provider, seeds};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::{AddDevice, AttestDevice, UpdateDevice};
use assay_settlement_interface::rules::stake::{self, Offer};
use pinocchio::AccountView;

/// Adds a device.
#[inline(never)]
pub fn add(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([owner, provider, model, device, system_program], _) = accounts::take(accounts)?;
    let asked = AddDevice::read(data)?;
    accounts::system_program(system_program)?;
    held!(own = super::provider_of(owner, provider, ground));
    held!(of = read_model(model, asked.model, ground));
    let offer = Offer { quantity: asked.quantity, price_io: asked.price_io, price_iosd: asked.price_iosd };
    let provider_key = *accounts::key(provider);
    let identity = [seeds::DEVICE, &provider_key, &own.devices.to_le_bytes()];
    let bump = cpi::New::of(ground.program, owner, device, Device::LENGTH).create(&identity)?;
    let added = stake::add_device(own, provider_key, bump, of, offer, &ground.config.params)?;
    accounts::write(device, &added)?;
    accounts::write(provider, own)
}

/// Changes a device.
#[inline(never)]
pub fn update(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([owner, provider, model, device], _) = accounts::take(accounts)?;
    let asked = UpdateDevice::read(data)?;
    held!(own = super::provider_of(owner, provider, ground));
    held!(changed = super::device_of(provider, device, ground));
    held!(of = read_model(model, changed.model, ground));
    let offer = Offer { quantity: asked.quantity, price_io: asked.price_io, price_iosd: asked.price_iosd };
    stake::update_device(own, changed, of, asked.status, offer, &ground.config.params)?;
    accounts::write(device, changed)?;
    accounts::write(provider, own)
}

/// The guardian attests it, or takes that back.
#[inline(never)]
pub fn attest(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([guardian, provider, device], _) = accounts::take(accounts)?;
    let asked = AttestDevice::read(data)?;
    super::guardian(guardian, ground.config)?;
    held!(own: Provider = accounts::read_mut(provider, ground.program));
    held!(attested = super::device_of(provider, device, ground));
    stake::attest_device(own, attested, asked.attested)?;
    accounts::write(device, attested)?;
    accounts::write(provider, own)
}

/// The model of that number.
fn read_model(view: &AccountView, id: u16, ground: &Ground) -> Outcome<Model> {
    let mut model: Outcome<Model> = accounts::read(view, ground.program);
    accounts::check(&mut model, |model| if model.id == id { Ok(()) } else { Err(Refusal::WrongAddress) });
    model
}
