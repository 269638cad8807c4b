//! `assay provider status`: stake, devices, jobs, disputes, and whether it may take jobs.

use assay_settlement::{Filter, Reads};
use assay_settlement_interface::account::state::provider as status;
use assay_settlement_interface::account::{Dispute, Job, Provider};
use assay_settlement_interface::rules::{job as jobs, stake as rules};
use serde_json::{Value, json};
use solana_sdk::pubkey::Pubkey;
use std::convert::identity;

use super::provider_device;
use crate::failure::Failure;
use crate::report;
use crate::say::out;
use crate::settlement::session::{Session, offset};
use crate::settlement::show::Times;
use crate::settlement::{names, show};

/// Why it may not take jobs: none, if it may.
fn obstacles(own: &Provider, times: &Times) -> Vec<String> {
    let mut why = Vec::new();
    if times.pause().is_some() {
        why.push("the program is paused".to_owned());
    }
    if own.status != status::UP {
        why.push(format!("it is {}", names::provider(own.status)));
    }
    if own.needed == 0 {
        why.push("it offers no device".to_owned());
    }
    let free = rules::free(own);
    if free < own.needed {
        let missing = own.needed - free;
        why.push(format!("{} of stake is missing", show::io(missing)));
    }
    why
}

fn unbonding(own: &Provider) -> impl Iterator<Item = (u64, i64)> {
    own.unbonding.into_iter().zip(own.ripe_at).filter(|(amount, _)| *amount > 0)
}

/// Shows it.
pub fn run(session: &Session, address: Option<&Pubkey>) -> Result<(), Failure> {
    let (at, own) = session.provider(address)?;
    let jobs_of = Filter { at: offset(Job::FIELDS, "provider"), bytes: at.as_ref() };
    let disputes_of = Filter { at: offset(Dispute::FIELDS, "provider"), bytes: at.as_ref() };
    let open: Vec<(Pubkey, Job)> =
        session.ledger().all::<Job>("job", &[jobs_of])?.into_iter().filter(|(_, job)| !jobs::has_ended(job)).collect();
    let disputes = session.ledger().all::<Dispute>("dispute", &[disputes_of])?;
    let (devices, models, times) = (provider_device::of(session, &at)?, session.models()?, session.times()?);
    if session.as_json {
        let mut shown = json(&at, &own, &times);
        shown["paused"] = times.pause_json();
        shown["devices"] = devices.iter().map(|device| provider_device::json(device, &models)).collect();
        shown["jobs"] = open.iter().map(|(job, own)| json!({ "job": job.to_string(), "state": names::job(own.state) })).collect();
        shown["disputes"] = disputes
            .iter()
            .map(|(_, own)| json!({ "job": show::key(&own.job), "state": names::dispute(own.state), "frozen": show::io_json(super::dispute::frozen_now(own)) }))
            .collect();
        report::print_json(&shown);
        return Ok(());
    }
    out!("provider  {at}");
    out!(
        "  owner     {} · {}, {} · tier {}",
        show::key(&own.owner),
        names::region(own.country),
        names::region(own.continent),
        names::tier(own.tier)
    );
    let why = obstacles(&own, &times);
    if let Some(line) = times.pause_line() {
        out!("  paused    {line}");
    }
    match why.is_empty() {
        true => out!("  status    {} · takes jobs", names::provider(own.status)),
        false => out!("  status    {} · takes no jobs: {}", names::provider(own.status), why.join("; ")),
    }
    out!("  stake     {} · {} frozen · its devices need {}", show::io(own.stake), show::io(own.frozen), show::io(own.needed));
    for (amount, ripe_at) in unbonding(&own) {
        out!("  unbonding {} · ripe {}", show::io(amount), times.due(ripe_at));
    }
    match identity(own.beat_until) {
        0 => out!("  heartbeat none yet"),
        until if times.now <= until => out!("  heartbeat counts until {}", times.due(until)),
        until => out!("  heartbeat lapsed {}", times.due(until)),
    }
    out!("  results   {} good in a row", { own.good });
    devices.iter().for_each(|device| out!("  {}", provider_device::line(device, &models)));
    open.iter().for_each(|(job, own)| out!("  job {job} · {}", names::job(own.state)));
    disputes.iter().for_each(|(_, own)| {
        out!("  dispute over job {} · {} · {}", show::key(&own.job), names::dispute(own.state), super::dispute::stake(own))
    });
    Ok(())
}

fn json(at: &Pubkey, own: &Provider, times: &Times) -> Value {
    let unbonding: Vec<Value> =
        unbonding(own).map(|(amount, ripe_at)| json!({ "amount": show::io_json(amount), "ripe_at": times.json(ripe_at) })).collect();
    json!({
        "provider": at.to_string(), "owner": show::key(&own.owner), "status": names::provider(own.status), "tier": names::tier(own.tier),
        "country": names::region(own.country), "continent": names::region(own.continent), "stake": show::io_json(own.stake),
        "frozen": show::io_json(own.frozen), "free": show::io_json(rules::free(own)), "needed": show::io_json(own.needed),
        "eligible": times.pause().is_none() && rules::eligible(own), "obstacles": obstacles(own, times), "unbonding": unbonding, "heartbeat_until": times.json(own.beat_until),
        "heartbeat_counts": times.now <= own.beat_until, "good": identity(own.good), "open_jobs": identity(own.jobs), "open_disputes": identity(own.disputes),
    })
}
