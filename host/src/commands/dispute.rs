//! `assay dispute`: proofs that were contradicted.

use assay_settlement::Reads;
use assay_settlement::token::Token;
use assay_settlement_interface::account::Dispute;
use assay_settlement_interface::account::state::{NO_ROUND, dispute as state};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::params::Param;
use serde_json::{Value, json};
use solana_sdk::pubkey::Pubkey;

use crate::cli::{self, DisputeCommand};
use crate::failure::Failure;
use crate::report;
use crate::say::out;
use crate::settlement::act::Act;
use crate::settlement::job_state::{Step, Whole};
use crate::settlement::reference::JobReference;
use crate::settlement::session::Session;
use crate::settlement::show::Times;
use crate::settlement::{names, party, show};

/// Members that are punished in one transaction.
const PUNISHED: usize = 6;

/// Runs the command.
pub fn run(arguments: &cli::Dispute, as_json: bool) -> Result<(), Failure> {
    Session::run(&arguments.chain, as_json, |session| carried_out(session, arguments))
}

fn carried_out(session: &mut Session, arguments: &cli::Dispute) -> Result<(), Failure> {
    match &arguments.command {
        DisputeCommand::List => list(session),
        DisputeCommand::Show { job } => show(session, job),
        DisputeCommand::Appeal { job } => appeal(session, job),
        DisputeCommand::Execute { job } => execute(session, job),
        DisputeCommand::Punish { job } => punish(session, job),
    }
}

/// A job with its dispute.
fn disputed(session: &Session, named: &JobReference) -> Result<(Pubkey, Whole, Dispute), Failure> {
    let (address, whole) = session.whole(named)?;
    match whole.dispute {
        Some(dispute) => Ok((address, whole, dispute)),
        None => Err(Failure::usage(format!("no dispute is open over job {address}, which is {}", names::job(whole.job.state)))
            .hint("`assay dispute list` lists all")),
    }
}

/// What became of the stake that it froze.
pub(super) fn stake(dispute: &Dispute) -> String {
    let what = match dispute.state {
        state::SLASHED => "slashed",
        state::RESTORED => "set free again",
        _ => "frozen",
    };
    format!("{} {what}", show::io(dispute.frozen))
}

/// What is frozen now: the account keeps the number when it is over.
pub(super) fn frozen_now(dispute: &Dispute) -> u64 {
    if matches!(dispute.state, state::SLASHED | state::RESTORED) { 0 } else { dispute.frozen }
}

/// A dispute for programs.
pub(super) fn json(dispute: &Dispute, times: &Times) -> Value {
    json!({
        "job": show::key(&dispute.job), "provider": show::key(&dispute.provider), "state": names::dispute(dispute.state), "round": dispute.round,
        "appeal_round": (dispute.appeal_round != NO_ROUND).then_some(dispute.appeal_round), "claimed": show::hash_json(&dispute.claimed), "found": show::hash_json(&dispute.found),
        "receipt": show::hash_json(&dispute.receipt), "first_differing_call": names::call(dispute.call), "frozen": show::io_json(frozen_now(dispute)),
        "frozen_at_first": show::io_json(dispute.frozen), "appeal_bond": show::io_json(dispute.bond), "opened_at": times.json(dispute.opened_at), "appeal_until": times.json(dispute.appeal_until),
    })
}

fn list(session: &Session) -> Result<(), Failure> {
    let (mut all, times) = (session.ledger().all::<Dispute>("dispute", &[])?, session.times()?);
    all.sort_by_key(|(address, dispute)| (dispute.opened_at, *address));
    if session.as_json {
        let list: Vec<Value> = all.iter().map(|(_, dispute)| json(dispute, &times)).collect();
        report::print_json(&json!({ "disputes": list }));
        return Ok(());
    }
    if all.is_empty() {
        out!("no disputes");
    }
    for (_, own) in &all {
        let appeal = if own.state == state::FROZEN { format!(" · appeal until {}", times.due(own.appeal_until)) } else { String::new() };
        out!(
            "job {} · {} · {} · opened {}{appeal}",
            show::key(&own.job),
            names::dispute(own.state),
            stake(own),
            times.distance(own.opened_at)
        );
    }
    Ok(())
}

fn show(session: &Session, named: &JobReference) -> Result<(), Failure> {
    let (address, whole, dispute) = disputed(session, named)?;
    let times = session.times()?;
    let steps = whole.steps(times.now);
    if session.as_json {
        let mut shown = json(&dispute, &times);
        shown["paused"] = times.pause_json();
        shown["next"] = steps.iter().map(|step| step.json(&times)).collect();
        report::print_json(&shown);
        return Ok(());
    }
    out!("dispute over job {address} · {}", names::dispute(dispute.state));
    out!("  provider  {}", show::key(&dispute.provider));
    out!("  claimed   {}", show::hash(&dispute.claimed));
    out!("  found     {} · by round {}", show::hash(&dispute.found), dispute.round);
    out!("  receipt   {}", show::hash(&dispute.receipt));
    match names::call(dispute.call) {
        Some(call) => out!("  differs   first at host call {call}"),
        None => out!("  differs   at no host call that was named"),
    }
    out!("  stake     {}", stake(&dispute));
    out!("  opened    {}", times.due(dispute.opened_at));
    match dispute.state {
        state::FROZEN => {
            out!("  appeal    until {}, for a bond of {}", times.due(dispute.appeal_until), show::io(session.param(Param::AppealBond)))
        }
        _ if dispute.appeal_round != NO_ROUND => out!("  appeal    round {}", dispute.appeal_round),
        _ => out!("  appeal    none"),
    }
    Step::lines(&steps, &address.to_string(), &times).iter().for_each(|line| out!("{line}"));
    Ok(())
}

fn appeal(session: &mut Session, named: &JobReference) -> Result<(), Failure> {
    let (address, whole, dispute) = disputed(session, named)?;
    let me = session.me()?;
    party::signs(session, &address, &dispute.provider, "appeal")?;
    let bond = session.param(Param::AppealBond);
    // A job's address is used again after it was closed, and a job can be disputed more than once.
    let details = [address.as_ref(), &whole.job.opened_at.to_le_bytes(), &[dispute.round]].concat();
    let pending = session.begin("dispute appeal", &details, || Ok(0))?;
    let act = Act::new("dispute appeal", vec![session.at.appeal(&me, &whole.job)]).takes("bond", Token::Io.units(bond)).once(pending);
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    let lines = [
        format!("appealed, for a bond of {}", show::io(bond)),
        format!("  next: `assay verifier draw {address}` draws the committee that judges it"),
    ];
    session.done(
        "dispute appeal",
        &[sent],
        json!({ "job": address.to_string(), "round": whole.job.rounds, "bond": show::io_json(bond) }),
        &lines,
    );
    Ok(())
}

fn execute(session: &mut Session, named: &JobReference) -> Result<(), Failure> {
    let (address, whole, dispute) = disputed(session, named)?;
    let times = session.times()?;
    if dispute.state == state::FROZEN && times.now <= dispute.appeal_until && !session.chain.dry_run {
        let why = format!("the provider may appeal until {}", times.due(dispute.appeal_until));
        return Err(Failure::from(Refusal::TooEarly).about(format!("the dispute over job {address}")).hint(why));
    }
    let committee = session
        .round(&address, dispute.round)?
        .ok_or_else(|| Failure::from(Refusal::DisputeState).about(format!("round {} of job {address} is closed", dispute.round)))?;
    let account = session.token_account(&whole.job.requester.into(), whole.job.currency)?;
    let act = Act::new("dispute execute", vec![session.at.execute_slash(&whole.job, &dispute, &committee)]).after(account);
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    let (job, dispute) = (session.ledger().job(&address)?, session.ledger().dispute(&session.at, &address)?.unwrap_or(dispute));
    let lines = [
        format!("{} of stake are gone: to who found it out, and burned", show::io(dispute.frozen)),
        format!("  job {address} is {}, and {} has its money back", names::job(job.state), show::key(&job.requester)),
    ];
    let shown = json!({ "job": address.to_string(), "state": names::job(job.state), "dispute": names::dispute(dispute.state), "slashed": show::io_json(dispute.frozen) });
    session.done("dispute execute", &[sent], shown, &lines);
    Ok(())
}

fn punish(session: &mut Session, named: &JobReference) -> Result<(), Failure> {
    let (address, whole) = session.whole(named)?;
    let mut instructions = Vec::new();
    let mut seats = Vec::new();
    for (committee, place) in whole.punishable() {
        if let Some(member) = committee.members.get(usize::from(place)) {
            instructions.push(session.at.punish(&committee.round, place, member.seat));
            seats.push(member.seat);
        }
    }
    if instructions.is_empty() {
        return Err(Failure::from(Refusal::NotPunishable)
            .about(format!("job {address}"))
            .hint("only members of a round that an appeal overturned are punished, once each"));
    }
    let acts = Act::several("dispute punish", &instructions, PUNISHED);
    let Some(sent) = session.carry_out_all(acts)? else { return Ok(()) };
    let numbers: Vec<String> = seats.iter().map(u32::to_string).collect();
    let line = format!("punished seat {}: at most {} each", numbers.join(", "), show::io(session.param(Param::WrongPenalty)));
    session.done("dispute punish", &sent, json!({ "job": address.to_string(), "seats": seats }), &[line]);
    Ok(())
}
