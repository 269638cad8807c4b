//! `assay provider`: a provider's side of the ledger.

use serde_json::json;
use std::convert::identity;

use super::{provider_device, provider_estimate, provider_rewards, provider_stake, provider_status};
use crate::cli::{Provider, ProviderCommand};
use crate::failure::Failure;
use crate::report;
use crate::say::out;
use crate::settlement::models::{self, Kind};
use crate::settlement::session::Session;
use assay_settlement_interface::account::state::provider as status;

/// Runs the command.
pub fn run(arguments: &Provider, as_json: bool) -> Result<(), Failure> {
    match &arguments.command {
        // These two need no ledger.
        ProviderCommand::Estimate(arguments) => return provider_estimate::run(arguments, as_json),
        ProviderCommand::Models => return list(as_json),
        _ => {}
    }
    Session::run(&arguments.chain, as_json, |session| carried_out(session, arguments))
}

fn carried_out(session: &mut Session, arguments: &Provider) -> Result<(), Failure> {
    match &arguments.command {
        ProviderCommand::Estimate(_) | ProviderCommand::Models => Ok(()),
        ProviderCommand::Register { country, continent } => provider_stake::register(session, *country, *continent),
        ProviderCommand::Device(command) => provider_device::run(session, command),
        ProviderCommand::Pause => provider_stake::update(session, "provider pause", status::PAUSED),
        ProviderCommand::Resume => provider_stake::update(session, "provider resume", status::UP),
        ProviderCommand::Terminate { for_good: _ } => provider_stake::update(session, "provider terminate", status::TERMINATED),
        ProviderCommand::Stake { amount } => provider_stake::stake(session, *amount),
        ProviderCommand::Unstake { amount } => provider_stake::unstake(session, *amount),
        ProviderCommand::Withdraw => provider_stake::withdraw(session),
        ProviderCommand::Status(arguments) => provider_status::run(session, arguments.address.as_ref()),
        ProviderCommand::Heartbeat => provider_rewards::heartbeat(session),
        ProviderCommand::Earnings(arguments) => provider_rewards::earnings(session, arguments.address.as_ref()),
        ProviderCommand::Claim => provider_rewards::claim(session),
        ProviderCommand::Lapse { address } => provider_rewards::lapse(session, address),
    }
}

fn list(as_json: bool) -> Result<(), Failure> {
    let models = models::table()?;
    let kind = |kind: Kind| if kind == Kind::Gpu { "GPU" } else { "CPU" };
    if as_json {
        let list: Vec<_> = models.iter().map(|model| json!({ "id": identity(model.id), "name": model.name, "kind": kind(model.kind), "multiplier": f64::from(model.multiplier_milli) / 1e3 })).collect();
        report::print_json(&json!({ "models": list }));
        return Ok(());
    }
    out!("{:>5}  {:<32}  {:<4}  {:>10}", "id", "model", "pool", "multiplier");
    for model in &models {
        out!("{:>5}  {:<32}  {:<4}  {:>10}", model.id, model.name, kind(model.kind), f64::from(model.multiplier_milli) / 1e3);
    }
    Ok(())
}
