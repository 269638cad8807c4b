//! `assay verifier draw`: decides whether a proof is checked, and draws the committee. Anyone may turn this crank; how it falls, the hash of a slot says.

use assay_settlement::Reads;
use assay_settlement::draw::{self, Next};
use assay_settlement_interface::account::state::{job as state, round as round_state, sampled};
use assay_settlement_interface::error::Refusal;
use serde_json::json;
use solana_sdk::pubkey::Pubkey;

use super::job_show;
use crate::failure::Failure;
use crate::settlement::act::Act;
use crate::settlement::names;
use crate::settlement::reference::JobReference;
use crate::settlement::sent::Sent;
use crate::settlement::session::Session;

/// How often a slot may be forgotten before its hash is used, until another command has to go on.
const FORGOTTEN_MAX: usize = 8;
/// Transactions of one draw: a committee of 16 looks at 144 candidates at most.
const DRAWS_MAX: usize = 64;

/// What a dry run on a cluster does not show.
const FOLLOWS: &str = "on a cluster the command goes on until the committee is full: which transactions that takes, the hash of a slot decides when this one is carried out";

/// Decides whether a proof is sampled. None: it was a dry run.
pub fn sample(session: &mut Session, address: &Pubkey) -> Result<Option<Vec<Sent>>, Failure> {
    let mut sent = Vec::new();
    for _ in 0..FORGOTTEN_MAX {
        let job = session.ledger().job(address)?;
        if job.state != state::PROVED || job.sampled != sampled::UNKNOWN {
            return Ok(Some(sent));
        }
        session.wait_for_slot(job.draw_slot)?;
        let act = Act::new("verifier draw", vec![session.at.sample(&session.me()?, &job)]).then(FOLLOWS);
        match session.carry_out(act)? {
            Some(one) => sent.push(one),
            None => return Ok(None),
        }
    }
    Err(Failure::abstained(format!("the slot that draws was forgotten {FORGOTTEN_MAX} times before its hash was used"))
        .hint("run the command again"))
}

/// Runs the command.
pub fn run(session: &mut Session, named: &JobReference) -> Result<(), Failure> {
    let (address, whole) = session.whole(named)?;
    let job = whole.job;
    let mut sent = Vec::new();
    if job.state == state::PROVED && job.sampled == sampled::UNKNOWN && job.round_open == 0 {
        match sample(session, &address)? {
            Some(done) => sent.extend(done),
            None => return Ok(()),
        }
    } else if whole.open_round().is_none() {
        return Err(Failure::from(Refusal::RoundState)
            .about(format!("job {address} is {}, and no committee of it is to be drawn", names::job(job.state))));
    }
    for _ in 0..DRAWS_MAX {
        match step(session, &address)? {
            Step::Sent(one) => sent.push(one),
            Step::Done => return report(session, &address, &sent),
            Step::Rehearsed => return Ok(()),
        }
    }
    Err(Failure::abstained(format!("the committee is not full after {DRAWS_MAX} transactions"))
        .hint("run the command again: it goes on where this one ended"))
}

enum Step {
    Sent(Sent),
    Rehearsed,
    Done,
}

/// The next transaction of a draw.
fn step(session: &mut Session, address: &Pubkey) -> Result<Step, Failure> {
    let (_, whole) = session.whole(&JobReference::Address(*address))?;
    let Some(committee) = whole.open_round().cloned() else { return Ok(Step::Done) };
    let (job, round) = (&whole.job, &committee.round);
    let instruction = match round.state {
        round_state::WAITING | round_state::DRAWING => {
            if round.state == round_state::WAITING {
                session.wait_for_slot(round.draw_slot)?;
            }
            match draw::next(round, &session.ledger().slot_hashes()?) {
                Next::Seats(seats) => session.at.draw(job, round, &seats),
                // Without candidates it names another slot, or says why not.
                Next::Anew | Next::Wait => session.at.draw(job, round, &[]),
                Next::Nobody => return Ok(Step::Done),
            }
        }
        round_state::NO_QUORUM => session.at.redraw(&session.me()?, job, round),
        _ => return Ok(Step::Done),
    };
    let act = Act::new("verifier draw", vec![instruction]).then(FOLLOWS);
    Ok(session.carry_out(act)?.map_or(Step::Rehearsed, Step::Sent))
}

fn report(session: &Session, address: &Pubkey, sent: &[Sent]) -> Result<(), Failure> {
    let (_, whole) = session.whole(&JobReference::Address(*address))?;
    let times = session.times()?;
    let mut lines = Vec::new();
    let mut shown =
        json!({ "job": address.to_string(), "state": names::job(whole.job.state), "sampled": names::sampled(whole.job.sampled) });
    match whole.open_round() {
        Some(committee) => {
            lines.push(format!("job {address}: its proof is checked"));
            lines.extend(job_show::round_lines(committee, &times));
            shown["round"] = job_show::round_json(committee, &times);
        }
        None => lines.push(format!(
            "job {address}: its proof is not checked, unless it is challenged until {}",
            times.due(whole.job.challenge_until)
        )),
    }
    lines.extend(whole.steps(times.now).iter().map(|step| format!("  next      {}", step.line(&address.to_string(), &times))));
    session.done("verifier draw", sent, shown, &lines);
    Ok(())
}
