//! `assay ledger`: the ledger itself.

use assay_settlement::Reads;
use assay_settlement::token::Token;
use assay_settlement_interface::rules::reward;
use serde_json::json;
use std::convert::identity;

use super::{ledger_guard, ledger_init, ledger_status};
use crate::cli::{Ledger, LedgerCommand};
use crate::failure::Failure;
use crate::settlement::act::Act;
use crate::settlement::session::Session;
use crate::settlement::show;

/// Advances that fit into a transaction.
const ADVANCES: usize = 8;

/// Runs the command.
pub fn run(arguments: &Ledger, as_json: bool) -> Result<(), Failure> {
    if let LedgerCommand::Init(init) = &arguments.command {
        return ledger_init::run(&arguments.chain, init, as_json);
    }
    Session::run(&arguments.chain, as_json, |session| carried_out(session, arguments))
}

fn carried_out(session: &mut Session, arguments: &Ledger) -> Result<(), Failure> {
    match &arguments.command {
        LedgerCommand::Init(_) => Ok(()),
        LedgerCommand::Airdrop { first, second } => airdrop(session, first, second.as_deref()),
        LedgerCommand::Status { params } => ledger_status::status(session, *params),
        LedgerCommand::Balance { address } => ledger_status::balance(session, address.as_ref()),
        LedgerCommand::Warp { duration } => warp(session, *duration),
        LedgerCommand::Pause => ledger_guard::pause(session),
        LedgerCommand::Resume => ledger_guard::resume(session),
        LedgerCommand::Model(command) => ledger_guard::model(session, command),
        LedgerCommand::Attest(attest) => ledger_guard::attest(session, attest),
        LedgerCommand::Block { provider, undo } => ledger_guard::block(session, provider, *undo),
        LedgerCommand::Advance => advance(session),
    }
}

/// A dry run of what is no transaction.
fn would(session: &Session, what: &str) -> bool {
    if session.chain.dry_run {
        session.done("dry run", &[], json!({ "would": what }), &[format!("a dry run, nothing is changed: it would {what}")]);
    }
    session.chain.dry_run
}

fn airdrop(session: &mut Session, first: &str, second: Option<&str>) -> Result<(), Failure> {
    let (address, amount) = crate::cli::airdrop(first, second)
        .map_err(|why| Failure::usage(why).hint("write AMOUNT, or ADDRESS AMOUNT: `assay ledger airdrop 500IO`"))?;
    if amount.units == 0 {
        return Err(Failure::usage(format!("{amount} is nothing to give")).hint("name an amount above 0: `assay ledger airdrop 500IO`"));
    }
    let to = address.map_or_else(|| session.me(), Ok)?;
    if would(session, &format!("give {amount} to {to}")) {
        return Ok(());
    }
    session.open.embedded("an airdrop")?.airdrop(&to, amount)?;
    let holds = session.ledger().balance(&session.at, &to, amount.token)?;
    let own = json!({ "wallet": to.to_string(), "given": show::amount_json(amount), "holds": show::amount_json(holds) });
    session.done("ledger airdrop", &[], own, &[format!("gave {amount} to {to}, which now holds {holds}")]);
    Ok(())
}

fn warp(session: &mut Session, seconds: u64) -> Result<(), Failure> {
    let passed = show::whole_span(seconds);
    if would(session, &format!("let {passed} pass")) {
        return Ok(());
    }
    session.open.embedded("letting time pass")?.warp(seconds)?;
    let clock = session.ledger().clock()?;
    let own = json!({ "passed_s": seconds, "slot": clock.slot, "time": show::utc(clock.unix_timestamp) });
    session.done(
        "ledger warp",
        &[],
        own,
        &[format!("{passed} later: it is {} there, slot {}", show::utc(clock.unix_timestamp), clock.slot)],
    );
    Ok(())
}

/// Instructions that account for all epochs that are over: one for each month.
pub(super) fn advances(session: &Session) -> Result<Vec<solana_sdk::instruction::Instruction>, Failure> {
    let (mut totals, now) = (session.totals()?, session.times()?.now);
    let mut advances = Vec::new();
    while reward::epochs_over(&session.config, now) > totals.epoch {
        reward::advance(&mut totals, &session.config, now)?;
        advances.push(session.at.advance());
    }
    Ok(advances)
}

fn advance(session: &mut Session) -> Result<(), Failure> {
    let all = advances(session)?;
    if all.is_empty() {
        session.done("ledger advance", &[], json!({ "advances": 0 }), &["every epoch that is over is accounted for".to_owned()]);
        return Ok(());
    }
    let acts = Act::several("ledger advance", &all, ADVANCES);
    let Some(sent) = session.carry_out_all(acts)? else { return Ok(()) };
    let totals = session.totals()?;
    let line = format!("accounted up to epoch {}; emitted so far: {}", { totals.epoch }, Token::Io.units(totals.emitted));
    session.done(
        "ledger advance",
        &sent,
        json!({ "advances": all.len(), "epoch": identity(totals.epoch), "emitted": show::io_json(totals.emitted) }),
        &[line],
    );
    Ok(())
}

/// A command behind all advances that are due: those that do not fit into one transaction with it have their own, before it.
pub(super) fn caught_up(session: &Session, act: impl FnOnce() -> Act) -> Result<Vec<Act>, Failure> {
    let all = advances(session)?;
    let (own, with) = all.split_at(all.len() - all.len() % ADVANCES);
    let mut acts = Act::several("ledger advance", own, ADVANCES);
    acts.push(act().after(with.to_vec()));
    Ok(acts)
}
