//! `assay verifier commit`, `reveal`, `tally`: a committee's verdicts.
//!
//! The salt of a verdict is on the disk before its commitment is sent (`settlement/verdicts.rs`), so a crash between the two loses nothing.

use assay_settlement::call::Committee;
use assay_settlement_interface::account::state::{NO_CALL, code, round as state};
use assay_settlement_interface::account::{Job, Member};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::Reveal;
use assay_settlement_interface::rules::round::{self as rules, Place};
use serde_json::{Value, json};
use solana_sdk::pubkey::Pubkey;

use super::{job_open, job_prove, job_show};
use crate::cli::Verdict;
use crate::failure::Failure;
use crate::settlement::act::Act;
use crate::settlement::explain;
use crate::settlement::job_state::Whole;
use crate::settlement::reference::JobReference;
use crate::settlement::session::Session;
use crate::settlement::verdict_rules::can_be_revealed;
use crate::settlement::verdicts::Verdicts;
use crate::settlement::{names, receipt_signer, show};

/// What a person says of a job, without salt.
fn verdict_of(session: &Session, said: &Verdict, address: &Pubkey, job: &Job) -> Result<Reveal, Failure> {
    let blank = Reveal { code: code::ABSTAIN, outcome: [0; 32], receipt: [0; 32], call: NO_CALL, salt: [0; 32] };
    let call = said.call.unwrap_or(NO_CALL);
    if let Some(path) = &said.receipt {
        let receipt = job_open::read_receipt(path)?;
        job_prove::check_receipt(&receipt, path, address, job)?;
        receipt_signer::is_not_the_providers(session, &receipt, path, job)?;
        receipt_signer::warn(session, &receipt, path)?;
        return Ok(Reveal { code: code::OUTCOME, outcome: receipt.receipt.outcome.0, receipt: receipt.receipt.hash().0, call, ..blank });
    }
    Ok(match (said.outcome, said.indeterminate) {
        (Some(outcome), _) => Reveal { code: code::OUTCOME, outcome: outcome.0, call, ..blank },
        (None, Some(call)) => Reveal { code: code::INDETERMINATE, call, ..blank },
        (None, None) => blank,
    })
}

/// Members of a round whose seats one holds.
fn mine(session: &Session, committee: &Committee) -> Result<Vec<Member>, Failure> {
    let me = session.me()?;
    let seats: Vec<u32> = session.seats_of(&me)?.iter().map(|seat| seat.index).collect();
    let mine: Vec<Member> = committee.members.iter().filter(|member| seats.contains(&{ member.seat })).copied().collect();
    match mine.is_empty() {
        true => Err(Failure::from(Refusal::NotMember).about(format!("{me} holds no seat in this round"))),
        false => Ok(mine),
    }
}

/// The round of a job that votes.
fn voting(session: &Session, address: &Pubkey, whole: &Whole) -> Result<Committee, Failure> {
    let found = whole.open_round().filter(|committee| committee.round.state == state::VOTING);
    match found {
        Some(committee) => Ok(committee.clone()),
        None => Err(refused(session, address, whole, Refusal::RoundState)?),
    }
}

/// A refusal, with what can be done instead.
fn refused(session: &Session, address: &Pubkey, whole: &Whole, refusal: Refusal) -> Result<Failure, Failure> {
    let times = session.times()?;
    let steps: Vec<String> = whole.steps(times.now).iter().map(|step| step.line(&address.to_string(), &times)).collect();
    Ok(Failure::from(refusal).about(format!("job {address} is {}", names::job(whole.job.state))).hint(steps.join("\n              ")))
}

fn bound(address: &Pubkey, whole: &Whole, committee: &Committee, member: &Member) -> Place {
    Place { job: address.to_bytes(), opened_at: whole.job.opened_at, number: committee.round.number, seat: member.seat }
}

/// Commits to a verdict, for all seats that one holds in the round.
pub fn commit(session: &mut Session, said: &Verdict) -> Result<(), Failure> {
    let (address, whole) = session.whole(&said.job)?;
    let committee = voting(session, &address, &whole)?;
    let verdict = verdict_of(session, said, &address, &whole.job)?;
    let me = session.me()?;
    let members = mine(session, &committee)?;
    for member in &members {
        can_be_revealed(&committee.round, &verdict, &bound(&address, &whole, &committee, member)).map_err(|refusal| {
            Failure::usage(format!("a verdict of {} cannot be revealed: {}", described(&verdict), refusal.message()))
                .by(&format!("ledger.{}", refusal.name()))
                .hint("nothing was committed: say --outcome with the outcome hash of one's own run, which is never all zeros; or --abstain")
        })?;
    }
    let (mut instructions, mut seats, mut kept_in) = (Vec::new(), Vec::new(), Vec::new());
    for member in members {
        let verdicts = Verdicts::of(&session.place, bound(&address, &whole, &committee, &member))?;
        if member.commitment != [0; 32] {
            // Sent before, and not heard of: the same verdict is no mistake.
            let before = verdicts.behind(&member.commitment)?;
            if (Reveal { salt: [0; 32], ..before }) != verdict {
                return Err(Failure::from(Refusal::AlreadyCommitted)
                    .about(format!("seat {}", { member.seat }))
                    .hint("to another verdict, and that stands"));
            }
        } else {
            let commitment = if session.chain.dry_run { explain::NO_COMMITMENT } else { verdicts.keep(&verdict)? };
            instructions.push(session.at.commit(&me, member.seat, &committee.round, commitment));
        }
        seats.push(member.seat);
        kept_in.push(verdicts.path().to_owned());
    }
    let sent = match instructions.is_empty() {
        true => Vec::new(),
        false => match session.carry_out(Act::new("verifier commit", instructions))? {
            Some(sent) => vec![sent],
            None => return Ok(()),
        },
    };
    let (_, whole) = session.whole(&JobReference::Address(address))?;
    let times = session.times()?;
    let mut lines = vec![format!("committed to {} for seat {}", described(&verdict), listed(&seats))];
    if sent.is_empty() {
        lines.push("  that was on the ledger already".to_owned());
    }
    lines.extend(kept_in.iter().map(|path| format!("  kept in   {}: without it, nothing can be revealed", path.display())));
    lines.extend(whole.steps(times.now).iter().map(|step| format!("  next      {}", step.line(&address.to_string(), &times))));
    session.done("verifier commit", &sent, shown(&address, &committee, &seats, &verdict), &lines);
    Ok(())
}

fn listed(seats: &[u32]) -> String {
    seats.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}

fn described(verdict: &Reveal) -> String {
    match verdict.code {
        code::OUTCOME => format!("outcome {}", show::hash(&verdict.outcome)),
        code::INDETERMINATE => format!("a racy dispatch, call {}", { verdict.call }),
        _ => "no result".to_owned(),
    }
}

fn shown(address: &Pubkey, committee: &Committee, seats: &[u32], verdict: &Reveal) -> Value {
    json!({
        "job": address.to_string(), "round": committee.round.number, "seats": seats, "verdict": names::verdict(verdict.code),
        "outcome_hash": show::hash_json(&verdict.outcome), "receipt": show::hash_json(&verdict.receipt), "call": names::call(verdict.call),
    })
}

/// Reveals what one's seats committed to.
pub fn reveal(session: &mut Session, named: &JobReference) -> Result<(), Failure> {
    let (address, whole) = session.whole(named)?;
    let committee = voting(session, &address, &whole)?;
    let (me, times, round) = (session.me()?, session.times()?, committee.round);
    if round.committed < round.drawn && times.now <= round.commit_by {
        let why = format!("others may commit until {}", times.due(round.commit_by));
        return Err(Failure::from(Refusal::TooEarly).about(format!("round {} of job {address}", round.number)).hint(why));
    }
    let (mut instructions, mut seats, mut last) = (Vec::new(), Vec::new(), None);
    let mut done = 0_usize;
    for member in mine(session, &committee)? {
        if member.commitment == [0; 32] {
            continue;
        }
        if member.code != code::NONE {
            done += 1;
            continue;
        }
        let verdict = Verdicts::of(&session.place, bound(&address, &whole, &committee, &member))?.behind(&member.commitment)?;
        instructions.push(session.at.reveal(&me, member.seat, &round, &verdict));
        seats.push(member.seat);
        last = Some(verdict);
    }
    let Some(verdict) = last else {
        let (refusal, why) = if done > 0 {
            (Refusal::AlreadyRevealed, "nothing is left to do but the count")
        } else {
            (Refusal::WrongReveal, "your seats committed to nothing")
        };
        return Err(Failure::from(refusal).hint(why));
    };
    let Some(sent) = session.carry_out(Act::new("verifier reveal", instructions))? else { return Ok(()) };
    let (_, whole) = session.whole(&JobReference::Address(address))?;
    let mut lines = vec![format!("revealed {} for seat {}", described(&verdict), listed(&seats))];
    lines.extend(whole.steps(times.now).iter().map(|step| format!("  next      {}", step.line(&address.to_string(), &times))));
    session.done("verifier reveal", &[sent], shown(&address, &committee, &seats, &verdict), &lines);
    Ok(())
}

/// Counts a round.
pub fn tally(session: &mut Session, named: &JobReference) -> Result<(), Failure> {
    let (address, whole) = session.whole(named)?;
    let committee = voting(session, &address, &whole)?;
    let number = committee.round.number;
    if !rules::is_complete(&committee.round, session.times()?.now) && !session.chain.dry_run {
        return Err(refused(session, &address, &whole, Refusal::NotComplete)?);
    }
    let act = Act::new("verifier tally", vec![session.at.tally(&session.me()?, &whole.job, &committee)]);
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    let (_, whole) = session.whole(&JobReference::Address(address))?;
    let times = session.times()?;
    let mut lines = vec![format!("job {address} is {}", names::job(whole.job.state))];
    let mut shown = json!({ "job": address.to_string(), "state": names::job(whole.job.state) });
    if let Some(committee) = session.round(&address, number)? {
        lines.extend(job_show::round_lines(&committee, &times));
        shown["round"] = job_show::round_json(&committee, &times);
    }
    if let Some(dispute) = &whole.dispute {
        shown["dispute"] = super::dispute::json(dispute, &times);
    }
    lines.extend(whole.steps(times.now).iter().map(|step| format!("  next      {}", step.line(&address.to_string(), &times))));
    session.done("verifier tally", &[sent], shown, &lines);
    Ok(())
}
