//! `assay provider device`: what a provider offers.

use assay_settlement::token::Token;
use assay_settlement::{Filter, Reads};
use assay_settlement_interface::account::state::device as status;
use assay_settlement_interface::account::{Device, Provider};
use assay_settlement_interface::instruction::{AddDevice, UpdateDevice};
use assay_settlement_interface::rules::stake as rules;
use serde_json::{Value, json};
use solana_sdk::pubkey::Pubkey;
use std::convert::identity;

use crate::cli::{self, DeviceAdd, DeviceStatus, DeviceUpdate};
use crate::failure::Failure;
use crate::report;
use crate::say::out;
use crate::settlement::act::Act;
use crate::settlement::models::{self, Model};
use crate::settlement::session::{Session, offset};
use crate::settlement::{limits, names, show};

/// Runs the command.
pub fn run(session: &mut Session, command: &cli::Device) -> Result<(), Failure> {
    match command {
        cli::Device::Add(arguments) => add(session, arguments),
        cli::Device::Update(arguments) => update(session, arguments),
        cli::Device::List(arguments) => list(session, arguments.address.as_ref()),
    }
}

/// All devices of a provider's account, by number.
pub(super) fn of(session: &Session, provider: &Pubkey) -> Result<Vec<Device>, Failure> {
    let filter = Filter { at: offset(Device::FIELDS, "provider"), bytes: provider.as_ref() };
    let mut devices: Vec<Device> = session.ledger().all::<Device>("device", &[filter])?.into_iter().map(|(_, device)| device).collect();
    devices.sort_by_key(|device| device.index);
    Ok(devices)
}

fn add(session: &mut Session, arguments: &DeviceAdd) -> Result<(), Failure> {
    let (address, own) = session.my_provider()?;
    let models = session.models()?;
    let model = models::find(&models, &arguments.model)?.clone();
    let (price_io, price_iosd) = (arguments.price_io.unwrap_or(0), arguments.price_iosd.unwrap_or(0));
    limits::device(arguments.quantity, price_io, price_iosd)?;
    let device = AddDevice { model: model.id, quantity: arguments.quantity, price_io, price_iosd };
    let details =
        [&model.id.to_le_bytes()[..], &arguments.quantity.to_le_bytes(), &price_io.to_le_bytes(), &price_iosd.to_le_bytes()].concat();
    let pending = session.begin("provider device add", &details, || Ok(u64::from(own.devices)))?;
    let index = u32::try_from(pending.number).unwrap_or(own.devices);
    let act = Act::new("provider device add", vec![session.at.add_device(&own.owner.into(), index, &device)]).once(pending);
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    let (own, added) = (session.ledger().provider(&address)?, session.ledger().device(&session.at.device(&address, index))?);
    let mut lines = vec![format!("device {index}: {} × {} · needs {} of stake", { added.quantity }, model.name, show::io(added.needed))];
    lines.extend(missing(&own));
    lines.push("  it earns rewards when the guardian has attested it".to_owned());
    session.done("provider device add", &[sent], json!({ "device": json(&added, &models) }), &lines);
    Ok(())
}

/// What stake is missing, if any is.
fn missing(own: &Provider) -> Option<String> {
    let missing = own.needed.checked_sub(rules::free(own)).filter(|missing| *missing > 0)?;
    Some(format!(
        "  stake {} more before it can take jobs: `assay provider stake {}`",
        show::io(missing),
        show::io(missing).trim_end_matches(" IO")
    ))
}

/// A device by its number, which must be there.
pub(super) fn named(session: &Session, provider: &Pubkey, number: u32) -> Result<Device, Failure> {
    session.ledger().find("device", &session.at.device(provider, number))?.ok_or_else(|| {
        Failure::usage(format!("there is no device {number} of {provider}"))
            .hint(format!("`assay provider device list {provider}` lists them"))
    })
}

fn update(session: &mut Session, arguments: &DeviceUpdate) -> Result<(), Failure> {
    let (address, own) = session.my_provider()?;
    let at = session.at.device(&address, arguments.device);
    let device = named(session, &address, arguments.device)?;
    let new = UpdateDevice {
        status: arguments.status.map_or(device.status, |status| match status {
            DeviceStatus::Up => status::UP,
            DeviceStatus::Paused => status::PAUSED,
            DeviceStatus::Removed => status::REMOVED,
        }),
        quantity: arguments.quantity.unwrap_or(device.quantity),
        price_io: arguments.price_io.unwrap_or(device.price_io),
        price_iosd: arguments.price_iosd.unwrap_or(device.price_iosd),
    };
    limits::device(new.quantity, new.price_io, new.price_iosd)?;
    let instruction = session.at.update_device(&own.owner.into(), arguments.device, device.model, &new);
    let Some(sent) = session.carry_out(Act::new("provider device update", vec![instruction]))? else { return Ok(()) };
    let (own, device, models) = (session.ledger().provider(&address)?, session.ledger().device(&at)?, session.models()?);
    let mut lines = vec![line(&device, &models)];
    lines.extend(missing(&own));
    session.done("provider device update", &[sent], json!({ "device": json(&device, &models) }), &lines);
    Ok(())
}

fn list(session: &Session, address: Option<&Pubkey>) -> Result<(), Failure> {
    let (provider, _) = session.provider(address)?;
    let (devices, models) = (of(session, &provider)?, session.models()?);
    if session.as_json {
        let list: Vec<Value> = devices.iter().map(|device| json(device, &models)).collect();
        report::print_json(&json!({ "provider": provider.to_string(), "devices": list }));
        return Ok(());
    }
    if devices.is_empty() {
        out!("{provider} offers no device");
    }
    devices.iter().for_each(|device| out!("{}", line(device, &models)));
    Ok(())
}

fn name(model: u16, models: &[Model]) -> String {
    models.iter().find(|known| known.id == model).map_or_else(|| format!("model {model}"), |known| known.name.clone())
}

fn price(device: &Device) -> String {
    let offers = [(Token::Io, device.price_io), (Token::Iosd, device.price_iosd)];
    let offers: Vec<String> = offers.iter().filter(|(_, price)| *price > 0).map(|(token, price)| token.units(*price).to_string()).collect();
    offers.join(" or ")
}

/// A device for people.
pub(super) fn line(device: &Device, models: &[Model]) -> String {
    if device.status == status::REMOVED {
        // Nothing else of it counts any more: it needs no stake, and nobody can hire it.
        return format!("device {}: {} × {} · removed for good", { device.index }, { device.quantity }, name(device.model, models));
    }
    let attested = if device.attested == 1 { "attested" } else { "not attested" };
    let hired = if device.job == [0; 32] { "free".to_owned() } else { format!("hired by job {}", show::key(&device.job)) };
    format!(
        "device {}: {} × {} · {} · {attested} · {hired} · {} an hour · needs {}",
        { device.index },
        { device.quantity },
        name(device.model, models),
        names::device(device.status),
        price(device),
        show::io(device.needed)
    )
}

/// A device for programs.
pub(super) fn json(device: &Device, models: &[Model]) -> Value {
    let needed = rules::needed_now(device);
    json!({
        "device": identity(device.index), "model": identity(device.model), "name": name(device.model, models), "pool": names::pool(device.device_kind),
        "status": names::device(device.status), "attested": device.attested == 1, "quantity": identity(device.quantity),
        "multiplier": f64::from(device.multiplier_milli) / 1e3, "needed": show::io_json(needed), "price_io": show::io_json(device.price_io),
        "price_iosd": show::paid_json(1, device.price_iosd), "job": show::key_json(&device.job),
    })
}
