//! `assay job settle`, `cancel`, `expire`, `challenge`, `close`: how a job ends, and how its end is put off.

use assay_settlement::Reads;
use assay_settlement::token::Token;
use assay_settlement_interface::account::Job;
use assay_settlement_interface::account::state::{currency, job as state, sampled};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::params::Param;
use assay_settlement_interface::rules::fees::{self, Payout};
use assay_settlement_interface::rules::job as rules;
use serde_json::{Value, json};
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;

use super::verifier_draw;
use crate::failure::Failure;
use crate::settlement::act::Act;
use crate::settlement::job_state::Whole;
use crate::settlement::reference::JobReference;
use crate::settlement::sent::Sent;
use crate::settlement::session::Session;
use crate::settlement::{names, show};

/// Rounds that are closed in one transaction.
const CLOSES: usize = 4;

fn payout_lines(job: &Job, payout: &Payout) -> Vec<String> {
    let paid = |units: u64| show::paid(job.currency, units);
    vec![format!("  provider {} · requester {} · fees {}", paid(payout.provider), paid(payout.requester), paid(payout.fees))]
}

fn payout_json(job: &Job, payout: &Payout) -> Value {
    let paid = |units: u64| show::paid_json(job.currency, units);
    json!({ "provider": paid(payout.provider), "requester": paid(payout.requester), "fees": paid(payout.fees) })
}

/// Token accounts that money goes to, where they are missing.
fn accounts(session: &Session, job: &Job, provider: Option<Pubkey>) -> Result<Vec<Instruction>, Failure> {
    let mut missing = Vec::new();
    for wallet in [Some(Pubkey::from(job.requester)), provider].into_iter().flatten() {
        missing.extend(session.token_account(&wallet, job.currency)?);
    }
    Ok(missing)
}

/// Why a job cannot be settled yet, and what has to happen.
fn not_yet(session: &Session, address: &Pubkey, whole: &Whole, refusal: Refusal) -> Result<Failure, Failure> {
    let times = session.times()?;
    let steps: Vec<String> = whole.steps(times.now).iter().map(|step| step.line(&address.to_string(), &times)).collect();
    let why = match refusal {
        Refusal::TooEarly if rules::has_ended(&whole.job) => {
            // Else its number could be given to another job under an acceptance that is on its way.
            format!("nobody accepted job {address}: its account can be closed after {}", times.due(whole.job.accept_by))
        }
        Refusal::TooEarly => format!("job {address} may be challenged until {}", times.due(whole.job.challenge_until)),
        Refusal::RoundOpen => format!("a committee has not decided on job {address}"),
        _ => format!("job {address} is {}", names::job(whole.job.state)),
    };
    Ok(Failure::failed(why).by(&format!("ledger.{}", refusal.name())).hint(steps.join("\n              ")))
}

/// Pays a job out, after deciding whether its proof is sampled.
pub fn settle(session: &mut Session, named: &JobReference) -> Result<(), Failure> {
    let mut sent = Vec::new();
    let (mut address, mut whole) = session.whole(named)?;
    if whole.job.state == state::PROVED && whole.job.sampled == sampled::UNKNOWN && whole.job.round_open == 0 {
        if session.chain.dry_run && session.open.is_cluster() {
            return both(session, &whole.job);
        }
        match verifier_draw::sample(session, &address)? {
            Some(done) => sent.extend(done),
            None => return Ok(()),
        }
        (address, whole) = session.whole(&JobReference::Address(address))?;
    }
    let drew = !sent.is_empty() && !session.chain.dry_run;
    pay_out(session, &address, &whole, sent).map_err(|why| match drew {
        true => why.about("settle decided first whether the proof is checked, and paid for that draw"),
        false => why,
    })
}

/// The rest of it, when it is decided whether the proof is sampled.
fn pay_out(session: &mut Session, address: &Pubkey, whole: &Whole, mut sent: Vec<Sent>) -> Result<(), Failure> {
    let now = session.times()?.now;
    let provider = match whole.job.provider {
        none if none == [0; 32] => return Err(not_yet(session, address, whole, Refusal::JobState)?),
        at => session.ledger().provider(&at.into())?,
    };
    let (mut job, mut paid) = (whole.job, provider);
    let payout = match rules::settle(&mut job, &mut paid, now) {
        Ok(payout) => payout,
        Err(refusal) => return Err(not_yet(session, address, whole, refusal)?),
    };
    let act = pay(session, &whole.job)?;
    let Some(one) = session.carry_out(act)? else { return Ok(()) };
    sent.push(one);
    end(session, "job settle", address, &sent, &payout)
}

/// The payment of a job that has a provider.
fn pay(session: &Session, job: &Job) -> Result<Act, Failure> {
    let owner = session.ledger().provider(&job.provider.into())?.owner.into();
    Ok(Act::new("job settle", vec![session.at.settle(job, &owner)]).after(accounts(session, job, Some(owner))?))
}

/// What a cluster cannot try in one go: whether the proof is sampled, and the payment if it is not.
fn both(session: &mut Session, job: &Job) -> Result<(), Failure> {
    session.wait_for_slot(job.draw_slot)?;
    let sample = Act::new("verifier draw", vec![session.at.sample(&session.me()?, job)]);
    let pay = pay(session, job)?.then("if the proof is sampled, a committee decides first, and this payment is not sent");
    session.carry_out_all(vec![sample, pay]).map(drop)
}

fn end(session: &Session, command: &'static str, address: &Pubkey, sent: &[Sent], payout: &Payout) -> Result<(), Failure> {
    let job = session.ledger().job(address)?;
    let mut lines = vec![format!("job {address} is {}", names::job(job.state))];
    lines.extend(payout_lines(&job, payout));
    if command == "job settle" && sent.len() > 1 {
        lines.push("  it was not decided yet whether the proof is checked: this command paid for that draw, too".to_owned());
    }
    session.done(
        command,
        sent,
        json!({ "job": address.to_string(), "state": names::job(job.state), "paid": payout_json(&job, payout) }),
        &lines,
    );
    Ok(())
}

/// The requester ends it.
pub fn cancel(session: &mut Session, named: &JobReference) -> Result<(), Failure> {
    let (address, job) = session.job(named)?;
    let me = session.me()?;
    if job.requester != me.to_bytes() {
        return Err(Failure::failed(format!("job {address} is {}'s to cancel, and this key is {me}", show::key(&job.requester)))
            .by("ledger.NotSigned")
            .hint("sign with that key by --keypair"));
    }
    let owner = match job.state {
        state::ACCEPTED => Some(Pubkey::from(session.ledger().provider(&job.provider.into())?.owner)),
        _ => None,
    };
    let now = session.times()?.now;
    // What is paid is what the rules say at the time that the transaction has; this is at most an hour from it.
    let payout = match job.state {
        state::OPEN => fees::refund(&job)?,
        state::ACCEPTED => fees::pay(&job, fees::used(&job, now)?)?,
        _ => return Err(Failure::from(Refusal::JobState).about(format!("job {address} is {}", names::job(job.state)))),
    };
    let act = Act::new("job cancel", vec![session.at.cancel_job(&job, owner.as_ref())]).after(accounts(session, &job, owner)?);
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    end(session, "job cancel", &address, &[sent], &payout)
}

/// Its time is over.
pub fn expire(session: &mut Session, named: &JobReference) -> Result<(), Failure> {
    let (address, whole) = session.whole(named)?;
    let (job, times) = (whole.job, session.times()?);
    let (by, may) = match job.state {
        state::OPEN => (job.accept_by, "be accepted"),
        state::ACCEPTED => (job.prove_by, "be proved"),
        _ => return Err(Failure::from(Refusal::JobState).about(format!("job {address} is {}", names::job(job.state)))),
    };
    if times.now <= by && !session.chain.dry_run {
        return Err(Failure::from(Refusal::TooEarly)
            .about(format!("job {address} is {} and may {may} until {}", names::job(job.state), times.due(by)))
            .hint("run this after that time; the requester can end the job before it: `assay job cancel`"));
    }
    let payout = fees::refund(&job)?;
    let act = Act::new("job expire", vec![session.at.expire_job(&job)]).after(accounts(session, &job, None)?);
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    end(session, "job expire", &address, &[sent], &payout)
}

/// Doubts a proof.
pub fn challenge(session: &mut Session, named: &JobReference) -> Result<(), Failure> {
    let (address, job) = session.job(named)?;
    let me = session.me()?;
    let bond = session.param(Param::ChallengeBond);
    // The address is used again after the job was closed: when it was opened tells one from the other.
    let details = [address.as_ref(), &job.opened_at.to_le_bytes(), &[job.rounds]].concat();
    let pending = session.begin("job challenge", &details, || Ok(0))?;
    let act = Act::new("job challenge", vec![session.at.challenge(&me, &job)]).takes("bond", Token::Io.units(bond)).once(pending);
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    let lines = [
        format!("job {address} is challenged, for a bond of {}", show::io(bond)),
        format!("  next: `assay verifier draw {address}` draws the committee"),
    ];
    let shown = json!({ "job": address.to_string(), "round": job.rounds, "bond": show::io_json(bond) });
    session.done("job challenge", &[sent], shown, &lines);
    Ok(())
}

/// Closes it with its rounds.
pub fn close(session: &mut Session, named: &JobReference) -> Result<(), Failure> {
    let (address, whole) = session.whole(named)?;
    // Its rounds are closed in front of it.
    if let Err(refusal @ (Refusal::JobState | Refusal::TooEarly)) = rules::may_close(&whole.job, session.times()?.now) {
        return Err(not_yet(session, &address, &whole, refusal)?);
    }
    if whole.punishable().next().is_some() {
        return Err(Failure::from(Refusal::Punishable).hint(format!("`assay dispute punish {address}`")));
    }
    let mut instructions = Vec::new();
    for committee in &whole.rounds {
        let opener = committee.round.opener;
        if committee.round.bond > 0 && opener != [0; 32] {
            instructions.extend(session.token_account(&opener.into(), currency::IO)?);
        }
        instructions.push(session.at.close_round(&committee.round));
    }
    instructions.push(session.at.close_job(&whole.job, whole.dispute.as_ref()));
    let acts = Act::several("job close", &instructions, CLOSES);
    let Some(sent) = session.carry_out_all(acts)? else { return Ok(()) };
    let lines = [format!("job {address} is closed, with {} rounds: rent and bonds went back", whole.rounds.len())];
    session.done("job close", &sent, json!({ "job": address.to_string(), "rounds": whole.rounds.len() }), &lines);
    Ok(())
}
