//! AddDevice, UpdateDevice, AttestDevice.

use crate::accounts::held;
use crate::entry::Call;
use crate::{Outcome, accounts, cpi};
use assay_settlement_interface::account::{Account, Device, Model, Provider, seeds};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::{AddDevice, AttestDevice, UpdateDevice};
use assay_settlement_interface::rules::stake::{self, Offer};

/// Adds a device.
#[inline(never)]
pub fn add(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([owner, provider, model, device, system_program], _) = accounts::take(accounts)?;
    let asked = AddDevice::read(data)?;
    accounts::system_program(system_program)?;
    held!(own: mut Provider = provider, ground.program);
    accounts::signed_by(owner, &own.owner)?;
    held!(of: Model = model, ground.program);
    is_model(of, asked.model)?;
    let offer = Offer { quantity: asked.quantity, price_io: asked.price_io, price_iosd: asked.price_iosd };
    let provider_key = *accounts::key(provider);
    let identity = [seeds::DEVICE, &provider_key, &own.devices.to_le_bytes()];
    let bump = cpi::New::of(ground.program, owner, device, Device::LENGTH).create(&identity)?;
    let added = stake::add_device(own, provider_key, bump, of, offer, ground.params)?;
    accounts::write(device, &added)
}

/// Changes a device.
#[inline(never)]
pub fn update(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([owner, provider, model, device], _) = accounts::take(accounts)?;
    let asked = UpdateDevice::read(data)?;
    held!(own: mut Provider = provider, ground.program);
    accounts::signed_by(owner, &own.owner)?;
    held!(changed: mut Device = device, ground.program);
    accounts::at(provider, &changed.provider)?;
    held!(of: Model = model, ground.program);
    is_model(of, changed.model)?;
    let offer = Offer { quantity: asked.quantity, price_io: asked.price_io, price_iosd: asked.price_iosd };
    stake::update_device(own, changed, of, asked.status, offer, ground.params)
}

/// The guardian attests it, or takes that back.
#[inline(never)]
pub fn attest(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([guardian, provider, device], _) = accounts::take(accounts)?;
    let asked = AttestDevice::read(data)?;
    super::guardian(guardian, ground.config)?;
    held!(own: mut Provider = provider, ground.program);
    held!(attested: mut Device = device, ground.program);
    accounts::at(provider, &attested.provider)?;
    stake::attest_device(own, attested, asked.attested)
}

/// It is the model of that number.
fn is_model(model: &Model, id: u16) -> Outcome {
    if model.id == id { Ok(()) } else { Err(Refusal::WrongAddress) }
}
