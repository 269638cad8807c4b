//! What the guardian of a ledger does: `assay ledger pause`, `resume`, `model`, `attest`, `block`.

use assay_settlement::Reads;
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::SetModel;
use assay_settlement_interface::params::Param;
use serde_json::json;
use solana_sdk::pubkey::Pubkey;
use std::convert::identity;

use super::provider_device;
use crate::cli::{Attest, Model, ModelCommand};
use crate::failure::Failure;
use crate::report;
use crate::say::out;
use crate::settlement::act::Act;
use crate::settlement::models::{self, Kind};
use crate::settlement::sent::Sent;
use crate::settlement::session::Session;
use crate::settlement::{names, show};

/// Models that fit into a transaction.
const MODELS: usize = 8;

/// Stops the program.
pub fn pause(session: &mut Session) -> Result<(), Failure> {
    let act = Act::new("ledger pause", vec![session.at.pause(&session.me()?)]);
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    session.done(
        "ledger pause",
        &[sent],
        json!({}),
        &["paused: protocol time stands still, and nothing but `assay ledger resume` works".to_owned()],
    );
    Ok(())
}

/// Lets it go on.
pub fn resume(session: &mut Session) -> Result<(), Failure> {
    let (own, guardian) = ({ session.config }, Pubkey::from(session.config.guardian));
    let until = own.paused_at.saturating_add_unsigned(session.param(Param::PauseS));
    // Pauses are counted in the cluster's time: protocol time stands still in them.
    if own.paused != 0 && session.me()? != guardian && session.ledger().clock()?.unix_timestamp < until && !session.chain.dry_run {
        return Err(Failure::from(Refusal::TooEarly)
            .about("resume")
            .hint(format!("its guardian, {guardian}, can resume it now, and anyone from {} on (parameter pause_s)", show::utc(until))));
    }
    let act = Act::new("ledger resume", vec![session.at.resume(&session.me()?)]);
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    session.done("ledger resume", &[sent], json!({}), &["it goes on".to_owned()]);
    Ok(())
}

/// A model's name as it is stored.
pub(super) fn name_bytes(name: &str) -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    if name.is_empty() || name.len() > bytes.len() || name.contains('\0') {
        return Err(Failure::usage(format!("{name:?} is no name of a model: it has from 1 to 32 bytes")));
    }
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    Ok(bytes)
}

/// Models: add one, add all, list.
pub fn model(session: &mut Session, command: &ModelCommand) -> Result<(), Failure> {
    match command {
        ModelCommand::Set(model) => set(session, model),
        ModelCommand::Defaults => {
            let Some((sent, added)) = add_defaults(session)? else { return Ok(()) };
            session.done("ledger model defaults", &sent, json!({ "models": added }), &[format!("added {added} models")]);
            Ok(())
        }
        ModelCommand::List => list(session),
    }
}

fn set(session: &mut Session, model: &Model) -> Result<(), Failure> {
    let set = SetModel {
        id: model.id,
        model_kind: model.kind.number(),
        enabled: u8::from(!model.disabled),
        multiplier_milli: model.multiplier,
        name: name_bytes(&model.name)?,
    };
    let act = Act::new("ledger model set", vec![session.at.set_model(&session.me()?, &set)]);
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    session.done(
        "ledger model set",
        &[sent],
        json!({ "id": identity(model.id), "name": model.name }),
        &[format!("added model {}, {}", model.id, model.name)],
    );
    Ok(())
}

/// Adds every model of the table that is not there; how many. None: it was a dry run, and was reported.
pub(super) fn add_defaults(session: &mut Session) -> Result<Option<(Vec<Sent>, usize)>, Failure> {
    let (me, had) = (session.me()?, session.models()?);
    let mut missing = Vec::new();
    for model in models::table()?.iter().filter(|model| had.iter().all(|had| had.id != model.id)) {
        let kind = if model.kind == Kind::Gpu { 0 } else { 1 };
        let set = SetModel {
            id: model.id,
            model_kind: kind,
            enabled: 1,
            multiplier_milli: model.multiplier_milli,
            name: name_bytes(&model.name)?,
        };
        missing.push(session.at.set_model(&me, &set));
    }
    let acts = Act::several("ledger model defaults", &missing, MODELS);
    Ok(session.carry_out_all(acts)?.map(|sent| (sent, missing.len())))
}

fn list(session: &Session) -> Result<(), Failure> {
    let models = session.models()?;
    let pool = |kind: Kind| names::pool(if kind == Kind::Gpu { 0 } else { 1 });
    if session.as_json {
        let list: Vec<_> = models
            .iter()
            .map(|model| json!({ "id": identity(model.id), "name": model.name, "kind": pool(model.kind), "multiplier": f64::from(model.multiplier_milli) / 1e3 }))
            .collect();
        report::print_json(&json!({ "models": list }));
        return Ok(());
    }
    out!("{:>5}  {:<32}  {:<4}  {:>10}", "id", "model", "pool", "multiplier");
    models.iter().for_each(|model| {
        out!("{:>5}  {:<32}  {:<4}  {:>10}", model.id, model.name, pool(model.kind), f64::from(model.multiplier_milli) / 1e3)
    });
    Ok(())
}

/// Attests a tier or a device.
pub fn attest(session: &mut Session, attest: &Attest) -> Result<(), Failure> {
    let me = session.me()?;
    match attest {
        Attest::Provider { provider, tier } => {
            let (address, own) = session.provider(Some(provider))?;
            let blocked = own.status == assay_settlement_interface::account::state::provider::BLOCKED;
            let act = Act::new("ledger attest provider", vec![session.at.attest_provider(&me, &address, blocked, tier.number())]);
            let Some(sent) = session.carry_out(act)? else { return Ok(()) };
            let tier = names::tier(tier.number());
            session.done(
                "ledger attest provider",
                &[sent],
                json!({ "provider": address.to_string(), "tier": tier }),
                &[format!("{address} has tier {tier}")],
            );
        }
        Attest::Device { provider, device, revoke } => {
            let (address, _) = session.provider(Some(provider))?;
            provider_device::named(session, &address, *device)?;
            let act = Act::new("ledger attest device", vec![session.at.attest_device(&me, &address, *device, !revoke)]);
            let Some(sent) = session.carry_out(act)? else { return Ok(()) };
            let own = json!({ "provider": address.to_string(), "device": device, "attested": !revoke });
            let word = if *revoke { "no longer attested" } else { "attested" };
            session.done("ledger attest device", &[sent], own, &[format!("device {device} of {address} is {word}")]);
        }
    }
    Ok(())
}

/// Blocks a provider, or lets it go on.
pub fn block(session: &mut Session, provider: &Pubkey, undo: bool) -> Result<(), Failure> {
    let me = session.me()?;
    let (address, own) = session.provider(Some(provider))?;
    let act = Act::new("ledger block", vec![session.at.attest_provider(&me, &address, !undo, own.tier)]);
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    let status = names::provider(session.ledger().provider(&address)?.status);
    session.done(
        "ledger block",
        &[sent],
        json!({ "provider": address.to_string(), "owner": show::key(&own.owner), "status": status }),
        &[format!("{address} is {status}")],
    );
    Ok(())
}
