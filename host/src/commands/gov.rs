//! `assay gov`: proposals and votes.

use assay_settlement::Reads;
use assay_settlement_interface::account::state::{action, currency, proposal as state};
use assay_settlement_interface::account::{Proposal, tokens};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::params::{FIXED, Param, TABLE};
use assay_settlement_interface::rules::vote::{self as rules, Action, ModelChange};
use serde_json::{Value, json};
use std::convert::identity;

use super::ledger_guard;
use crate::cli::{Ballot, Gov, GovCommand, Propose};
use crate::failure::Failure;
use crate::report;
use crate::say::out;
use crate::settlement::act::Act;
use crate::settlement::session::Session;
use crate::settlement::show::Times;
use crate::settlement::{names, show};

/// Runs the command.
pub fn run(arguments: &Gov, as_json: bool) -> Result<(), Failure> {
    Session::run(&arguments.chain, as_json, |session| carried_out(session, arguments))
}

fn carried_out(session: &mut Session, arguments: &Gov) -> Result<(), Failure> {
    match &arguments.command {
        GovCommand::Propose(what) => propose(session, what),
        GovCommand::Vote { id, vote: ballot } => vote(session, *id, *ballot == Ballot::Yes),
        GovCommand::Execute { id } => execute(session, *id),
        GovCommand::Close { id } => close(session, *id),
        GovCommand::List => list(session),
    }
}

fn action_of(what: &Propose) -> Result<Action, Failure> {
    Ok(match what {
        Propose::Param { param: (number, _) } if FIXED.contains(number) => {
            return Err(Failure::from(Refusal::Parameter).hint(fixed()));
        }
        Propose::Param { param: (number, value) } => Action::SetParam { number: *number, value: *value },
        Propose::Model(model) => Action::SetModel(ModelChange {
            id: model.id,
            kind: model.kind.number(),
            enabled: u8::from(!model.disabled),
            multiplier_milli: model.multiplier,
            name: ledger_guard::name_bytes(&model.name)?,
        }),
        Propose::Guardian { key } => Action::SetGuardian(key.to_bytes()),
        Propose::PayFees { amount, to } => {
            let currency = amount.token.currency().ok_or_else(|| Failure::usage("fees are in IO and IOSD"))?;
            Action::PayFees { currency, amount: amount.units, owner: to.to_bytes() }
        }
    })
}

/// The parameters that no vote changes.
fn fixed() -> String {
    let names: Vec<&str> = FIXED.filter_map(|number| TABLE.get(usize::from(number))).map(|info| info.name).collect();
    format!("{} are the emission table, which is what it was when the ledger began", names.join(", "))
}

/// A proposal that must be there.
fn found(session: &Session, id: u64) -> Result<Proposal, Failure> {
    let found = session.ledger().find("proposal", &session.at.proposal(id))?;
    found.ok_or_else(|| Failure::usage(format!("there is no proposal {id}")).hint("`assay gov list` lists all"))
}

/// Refuses to pay out more than the fees hold.
fn covered(session: &Session, id: u64, paid_in: u8, amount: u64) -> Result<(), Failure> {
    let place = if paid_in == currency::IO { tokens::FEES_IO } else { tokens::FEES_IOSD };
    let Some(account) = session.at.tokens.get(usize::from(place)) else { return Ok(()) };
    let held = session.ledger().tokens(account)?;
    if held >= amount {
        return Ok(());
    }
    let paid = |units: u64| show::paid(paid_in, units);
    Err(Failure::failed(format!("proposal {id} pays {} of fees, and the program's fee account holds {}", paid(amount), paid(held)))
        .by("ledger.fees")
        .hint("try again when more fees have come in, or propose a smaller payment"))
}

fn propose(session: &mut Session, what: &Propose) -> Result<(), Failure> {
    let action = action_of(what)?;
    let (_, own) = session.my_provider()?;
    let pending =
        session.begin("gov propose", &session.at.propose(&own.owner.into(), 0, &action).data, || Ok(session.totals()?.proposals))?;
    let id = pending.number;
    let act = Act::new("gov propose", vec![session.at.propose(&own.owner.into(), id, &action)]).once(pending);
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    let (proposal, times) = (session.ledger().proposal(&session.at, id)?, session.times()?);
    let lines = [line(session, &proposal, &times), format!("  vote with `assay gov vote {id} yes`")];
    session.done("gov propose", &[sent], json!({ "proposal": json(session, &proposal, &times) }), &lines);
    Ok(())
}

fn vote(session: &mut Session, id: u64, yes: bool) -> Result<(), Failure> {
    let (address, own) = session.my_provider()?;
    found(session, id)?;
    let Some(sent) = session.carry_out(Act::new("gov vote", vec![session.at.cast_vote(&own.owner.into(), id, yes)]))? else {
        return Ok(());
    };
    let (proposal, times) = (session.ledger().proposal(&session.at, id)?, session.times()?);
    let weight = session.ledger().vote(&session.at, id, &address)?.map_or(0, |vote| vote.weight);
    let lines = [format!("voted {} with {}", if yes { "yes" } else { "no" }, show::io(weight)), line(session, &proposal, &times)];
    session.done("gov vote", &[sent], json!({ "weight": show::io_json(weight), "proposal": json(session, &proposal, &times) }), &lines);
    Ok(())
}

fn execute(session: &mut Session, id: u64) -> Result<(), Failure> {
    let (proposal, times) = (found(session, id)?, session.times()?);
    if proposal.state == state::OPEN && times.now <= proposal.execute_at && !session.chain.dry_run {
        return Err(Failure::from(Refusal::TooEarly)
            .about(format!("proposal {id}"))
            .hint(format!("it may be carried out after {}", times.due(proposal.execute_at))));
    }
    let account = match Action::read(proposal.action, &proposal.payload) {
        Ok(Action::PayFees { currency, owner, amount }) => {
            if proposal.state == state::OPEN && carried(session, &proposal) {
                covered(session, id, currency, amount)?;
            }
            session.token_account(&owner.into(), currency)?
        }
        _ => None,
    };
    let act = Act::new("gov execute", vec![session.at.execute(&session.me()?, &proposal)]).after(account);
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    let proposal = session.ledger().proposal(&session.at, id)?;
    session.done("gov execute", &[sent], json!({ "proposal": json(session, &proposal, &times) }), &[line(session, &proposal, &times)]);
    Ok(())
}

fn close(session: &mut Session, id: u64) -> Result<(), Failure> {
    let me = session.me()?;
    found(session, id)?;
    if session.ledger().vote(&session.at, id, &session.at.provider(&me))?.is_none() {
        return Err(Failure::usage(format!("{me} has no vote on proposal {id}: it has not voted, or closed its vote before"))
            .hint("sign with the key that voted by --keypair; `assay gov list` shows the proposals"));
    }
    let Some(sent) = session.carry_out(Act::new("gov close", vec![session.at.close_vote(id, &me)]))? else { return Ok(()) };
    session.done("gov close", &[sent], json!({ "id": id }), &[format!("the vote on proposal {id} is closed: its rent came back")]);
    Ok(())
}

fn list(session: &Session) -> Result<(), Failure> {
    let times = session.times()?;
    let mut all: Vec<Proposal> = session.ledger().all::<Proposal>("proposal", &[])?.into_iter().map(|(_, proposal)| proposal).collect();
    all.sort_by_key(|proposal| proposal.id);
    if session.as_json {
        let list: Vec<Value> = all.iter().map(|proposal| json(session, proposal, &times)).collect();
        report::print_json(&json!({ "proposals": list }));
        return Ok(());
    }
    if all.is_empty() {
        out!("no proposals");
    }
    all.iter().for_each(|proposal| out!("{}", line(session, proposal, &times)));
    Ok(())
}

/// What a proposal does, in words.
fn what(proposal: &Proposal) -> String {
    match Action::read(proposal.action, &proposal.payload) {
        Ok(Action::SetParam { number, value }) => match TABLE.get(usize::from(number)) {
            Some(info) => format!("{} = {value} {}", info.name, info.unit),
            None => format!("parameter {number} = {value}"),
        },
        Ok(Action::SetModel(model)) => {
            let enabled = if model.enabled == 1 { "" } else { ", disabled" };
            format!(
                "model {} = {}, {}, multiplier {}{enabled}",
                model.id,
                show::text(&model.name),
                names::pool(model.kind),
                f64::from(model.multiplier_milli) / 1e3
            )
        }
        Ok(Action::SetGuardian(key)) => format!("guardian = {}", show::key(&key)),
        Ok(Action::PayFees { currency, amount, owner }) => format!("pay {} of fees to {}", show::paid(currency, amount), show::key(&owner)),
        Err(_) => "nothing that this program can read".to_owned(),
    }
}

fn carried(session: &Session, proposal: &Proposal) -> bool {
    rules::is_carried(proposal, session.param(Param::VoteQuorumBps)).unwrap_or(false)
}

fn line(session: &Session, proposal: &Proposal, times: &Times) -> String {
    let when = match proposal.state {
        state::OPEN if times.now <= proposal.vote_until => format!("votes until {}", times.due(proposal.vote_until)),
        state::OPEN if times.now <= proposal.execute_at => format!("to be carried out after {}", times.due(proposal.execute_at)),
        state::OPEN => "may be carried out now".to_owned(),
        other => names::proposal(other).to_owned(),
    };
    let carried = match proposal.state {
        state::OPEN if carried(session, proposal) => " · carried so far",
        state::OPEN => " · not carried so far",
        _ => "",
    };
    format!(
        "proposal {}: {} · yes {} · no {} · {when}{carried}",
        { proposal.id },
        what(proposal),
        show::io(proposal.yes),
        show::io(proposal.no)
    )
}

fn json(session: &Session, proposal: &Proposal, times: &Times) -> Value {
    let kind = match proposal.action {
        action::SET_PARAM => "param",
        action::SET_MODEL => "model",
        action::SET_GUARDIAN => "guardian",
        action::PAY_FEES => "pay-fees",
        _ => "unknown",
    };
    json!({
        "id": identity(proposal.id), "proposer": show::key(&proposal.proposer), "action": kind, "what": what(proposal), "state": names::proposal(proposal.state),
        "yes": show::io_json(proposal.yes), "no": show::io_json(proposal.no), "staked": show::io_json(proposal.staked), "carried": carried(session, proposal),
        "vote_until": times.json(proposal.vote_until), "execute_at": times.json(proposal.execute_at),
    })
}
