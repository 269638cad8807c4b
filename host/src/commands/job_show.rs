//! `assay job show` and `list`.

use assay_settlement::Reads;
use assay_settlement::call::Committee;
use assay_settlement_interface::account::state::{ANY_MODEL, code, job as state};
use assay_settlement_interface::account::{Job, Member};
use assay_settlement_interface::rules::fees;
use serde_json::{Value, json};
use solana_sdk::pubkey::Pubkey;
use std::convert::identity;

use crate::failure::Failure;
use crate::report;
use crate::say::out;
use crate::settlement::job_state::{Step, Whole};
use crate::settlement::reference::JobReference;
use crate::settlement::session::Session;
use crate::settlement::show::Times;
use crate::settlement::{demands, names, show};

/// A job, and what can happen next.
pub fn show(session: &Session, named: &JobReference) -> Result<(), Failure> {
    let (address, whole) = session.whole(named)?;
    let times = session.times()?;
    let models = if whole.job.model == ANY_MODEL { Vec::new() } else { session.models()? };
    let model = demands::model(whole.job.model, &models);
    let mark = session.ledger().mark(&session.at, &whole.job.package)?;
    if session.as_json {
        let mut shown = job_json(&address, &whole.job, &times);
        shown["model_name"] = json!(models.iter().find(|model| model.id == whole.job.model).map(|model| &model.name));
        shown["rounds"] = whole.rounds.iter().map(|committee| round_json(committee, &times)).collect();
        shown["dispute"] = whole.dispute.as_ref().map_or(Value::Null, |dispute| super::dispute::json(dispute, &times));
        shown["package_found_racy"] = json!(mark.map_or(0, |mark| mark.racy));
        shown["paused"] = times.pause_json();
        shown["next"] = whole.steps(times.now).iter().map(|step| step.json(&times)).collect();
        report::print_json(&shown);
        return Ok(());
    }
    lines(&address, &whole, &model, &times).iter().for_each(|line| out!("{line}"));
    if let Some(mark) = mark {
        out!("  the package was found to have a racy dispatch {} times, last at call {}", { mark.racy }, { mark.call });
    }
    Step::lines(&whole.steps(times.now), &address.to_string(), &times).iter().for_each(|line| out!("{line}"));
    Ok(())
}

fn lines(address: &Pubkey, whole: &Whole, model: &str, times: &Times) -> Vec<String> {
    let job = &whole.job;
    let paid = |units: u64| show::paid(job.currency, units);
    let mut lines = vec![
        format!("job {address} · {}", names::job(job.state)),
        format!("  requester {} · number {}", show::key(&job.requester), { job.nonce }),
        format!("  job id    {}", show::hash(&job.job)),
        format!("  package   {}", show::hash(&job.package)),
        format!(
            "  pays      {} an hour for {} h · in escrow at first {}",
            paid(job.price_hour),
            { job.hours },
            fees::held(job).map_or("-".to_owned(), paid)
        ),
        format!("  demands   model {model} · tier {} · country {}", names::tier(job.tier), names::region(job.country)),
        format!("  opened    {}", times.due(job.opened_at)),
    ];
    if job.accepted_at != 0 {
        lines.push(format!(
            "  accepted  {} · provider {} · device {} · at risk {}",
            times.due(job.accepted_at),
            show::key(&job.provider),
            show::key(&job.device),
            show::io(job.risk)
        ));
    }
    if job.outcome != [0; 32] {
        lines.push(format!(
            "  proof     outcome {} · {} fuel · {}",
            show::hash(&job.outcome),
            report::grouped(job.fuel),
            show::text(&job.profile)
        ));
        lines.push(format!("            transcript {}", show::hash(&job.transcript)));
        lines.push(format!("            checked: {} · challenges until {}", names::sampled(job.sampled), times.due(job.challenge_until)));
    }
    for committee in &whole.rounds {
        lines.extend(round_lines(committee, times));
    }
    if let Some(dispute) = &whole.dispute {
        lines.push(format!(
            "  dispute   {} · {} · found {}",
            names::dispute(dispute.state),
            super::dispute::stake(dispute),
            show::hash(&dispute.found)
        ));
    }
    lines
}

/// A round for people.
pub(super) fn round_lines(committee: &Committee, times: &Times) -> Vec<String> {
    let round = &committee.round;
    let mut lines = vec![format!(
        "  round {}   {} · {} · {} of {} drawn, {} committed, {} revealed · quorum {}",
        round.number,
        names::purpose(round.purpose),
        names::round(round.state),
        round.drawn,
        round.size,
        round.committed,
        round.revealed,
        round.quorum
    )];
    match round.commit_by {
        0 => {}
        // When all have committed, the time to reveal begins at once, and commits have no time any more.
        _ if round.committed == round.drawn => {
            lines.push(format!("            all have committed · reveals until {}", times.due(round.reveal_by)))
        }
        by => lines.push(format!("            commits until {} · reveals until {}", times.due(by), times.due(round.reveal_by))),
    }
    for member in &committee.members {
        lines.push(format!("            seat {} · {}", { member.seat }, said(member)));
    }
    lines
}

fn said(member: &Member) -> String {
    match member.code {
        code::NONE if member.commitment == [0; 32] => "nothing yet".to_owned(),
        code::NONE => "committed".to_owned(),
        code::OUTCOME => format!("outcome {}", show::hash(&member.outcome)),
        other => names::verdict(other).to_owned(),
    }
}

/// A round for programs.
pub(super) fn round_json(committee: &Committee, times: &Times) -> Value {
    let round = &committee.round;
    let members: Vec<Value> = committee
        .members
        .iter()
        .zip(0_u32..)
        .map(|(member, place)| {
            json!({
                "seat": identity(member.seat), "committed": member.commitment != [0; 32], "verdict": names::verdict(member.code), "outcome_hash": show::hash_json(&member.outcome),
                "receipt": show::hash_json(&member.receipt), "call": names::call(member.call), "punished": round.punished.checked_shr(place).unwrap_or(0) & 1 == 1,
            })
        })
        .collect();
    json!({
        "round": round.number, "purpose": names::purpose(round.purpose), "state": names::round(round.state), "size": round.size, "quorum": round.quorum,
        "drawn": round.drawn, "committed": round.committed, "revealed": round.revealed, "opener": show::key_json(&round.opener), "bond": show::io_json(round.bond),
        "found": show::hash_json(&round.found), "commit_by": times.json(round.commit_by), "reveal_by": times.json(round.reveal_by), "members": members,
    })
}

/// A job for programs.
fn job_json(address: &Pubkey, job: &Job, times: &Times) -> Value {
    let paid = |units: u64| show::paid_json(job.currency, units);
    json!({
        "job": address.to_string(), "nonce": identity(job.nonce), "state": names::job(job.state), "requester": show::key(&job.requester),
        "provider": show::key_json(&job.provider), "device": show::key_json(&job.device), "package": show::hash_json(&job.package), "job_id": show::hash_json(&job.job),
        "price_hour": paid(job.price_hour), "hours": identity(job.hours), "reservation": paid(job.reservation), "foreign": paid(job.foreign), "verification": paid(job.verification),
        "model": names::demanded(job.model), "tier": names::tier(job.tier), "country": names::region(job.country),
        "opened_at": times.json(job.opened_at), "accept_by": times.json(job.accept_by), "accepted_at": times.json(job.accepted_at), "prove_by": times.json(job.prove_by),
        "challenge_until": times.json(job.challenge_until), "sampled": names::sampled(job.sampled), "contradicted": job.contradicted != 0,
        "outcome_hash": show::hash_json(&job.outcome), "transcript_root": show::hash_json(&job.transcript), "fuel": identity(job.fuel), "profile": show::text(&job.profile),
        "risk": show::io_json(job.risk), "draw_slot": identity(job.draw_slot),
    })
}

/// All jobs, or one's own.
pub fn list(session: &Session, mine: bool) -> Result<(), Failure> {
    let times = session.times()?;
    let mut jobs = session.ledger().all::<Job>("job", &[])?;
    if mine {
        let me = session.me()?;
        let provider = session.at.provider(&me).to_bytes();
        jobs.retain(|(_, job)| job.requester == me.to_bytes() || job.provider == provider);
    }
    jobs.sort_by_key(|(address, job)| (job.opened_at, *address));
    if session.as_json {
        let list: Vec<Value> = jobs.iter().map(|(address, job)| job_json(address, job, &times)).collect();
        report::print_json(&json!({ "jobs": list }));
        return Ok(());
    }
    if jobs.is_empty() {
        out!("no jobs");
    }
    for (address, job) in &jobs {
        let deadline = match job.state {
            state::OPEN => format!(" · to be accepted {}", times.distance(job.accept_by)),
            state::ACCEPTED => format!(" · to be proved {}", times.distance(job.prove_by)),
            _ => String::new(),
        };
        out!(
            "{address} · number {} · {:<13} · {} an hour · {} h · opened {}{deadline}",
            { job.nonce },
            names::job(job.state),
            show::paid(job.currency, job.price_hour),
            { job.hours },
            times.distance(job.opened_at)
        );
    }
    Ok(())
}
