//! `assay job accept` and `prove`: a provider's part in a job.

use std::convert::identity;
use std::path::Path;

use assay_protocol::keypair;
use assay_protocol::receipt::ReceiptFile;
use assay_settlement::Reads;
use assay_settlement_interface::account::state::job as state;
use assay_settlement_interface::account::{Device, Job, Provider};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::Prove;
use assay_settlement_interface::rules::job as rules;
use serde_json::json;
use solana_sdk::pubkey::Pubkey;

use super::{job_open, provider_device};
use crate::failure::Failure;
use crate::settlement::act::Act;
use crate::settlement::reference::JobReference;
use crate::settlement::session::Session;
use crate::settlement::{demands, names, party, receipt_signer, show};

/// Takes a job.
pub fn accept(session: &mut Session, named: &JobReference, device: Option<u32>) -> Result<(), Failure> {
    let (address, job) = session.job(named)?;
    let (provider_at, own) = session.my_provider()?;
    let now = session.times()?.now;
    let device = match device {
        Some(number) => {
            let device = provider_device::named(session, &provider_at, number)?;
            if !session.chain.dry_run {
                fits(session, &job, &own, &device, now).map_err(|refusal| refused(session, refusal, &job, &own, &device))?;
            }
            number
        }
        None => first_that_fits(session, &job, &own, &provider_device::of(session, &provider_at)?, now)?,
    };
    let act = Act::new("job accept", vec![session.at.accept_job(&own.owner.into(), device, &address)]);
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    let (job, times) = (session.ledger().job(&address)?, session.times()?);
    let lines = [
        format!("job {address} is accepted for device {device}"),
        format!("  prove it until {}: `assay job prove {address} --receipt FILE`", times.due(job.prove_by)),
        format!("  at risk if the proof is false: {}", show::io(job.risk)),
    ];
    let shown = json!({ "job": address.to_string(), "device": device, "state": names::job(job.state), "prove_by": times.json(job.prove_by), "risk": show::io_json(job.risk) });
    session.done("job accept", &[sent], shown, &lines);
    Ok(())
}

/// Whether the rules let a device take the job.
fn fits(session: &Session, job: &Job, own: &Provider, device: &Device, now: i64) -> Result<(), Refusal> {
    let at = rules::Addresses { job: [1; 32], provider: [1; 32], device: [1; 32] };
    rules::accept(&mut { *job }, &mut { *own }, &mut { *device }, at, now, &{ session.config.params })
}

fn refused(session: &Session, refusal: Refusal, job: &Job, own: &Provider, device: &Device) -> Failure {
    match refusal {
        Refusal::Demands => session.models().map_or_else(|why| why, |models| demands::refused(refusal, job, own, device, &models)),
        _ => demands::refused(refusal, job, own, device, &[]),
    }
}

/// The first device that the rules let take the job; else why the one that comes closest may not.
fn first_that_fits(session: &Session, job: &Job, own: &Provider, devices: &[Device], now: i64) -> Result<u32, Failure> {
    let mut why = None;
    for device in devices {
        match fits(session, job, own, device, now) {
            Ok(()) => return Ok(device.index),
            // A device that is up and free says more than one that is not.
            Err(Refusal::DeviceDown | Refusal::DeviceBusy) if why.is_some() => {}
            Err(refusal) => why = Some((refusal, device)),
        }
    }
    Err(match why {
        Some((refusal, device)) => refused(session, refusal, job, own, device),
        None => Failure::failed("this provider offers no device").hint("`assay provider device add`"),
    })
}

/// Checks that a receipt is for a job, of its package.
pub(super) fn check_receipt(receipt: &ReceiptFile, path: &Path, address: &Pubkey, job: &Job) -> Result<(), Failure> {
    let (told, hint) =
        (&receipt.receipt, "give the receipt of this very job: `assay job show` and `assay inspect` show what each is about");
    let refuse = |check: &str, message: String| Err(Failure::refused(check, message).about(path.display()).hint(hint));
    if told.job.0 != job.job {
        return refuse("receipt.job", format!("the receipt is for job id {}, and job {address} is {}", told.job, show::hash(&job.job)));
    }
    if told.package.0 != job.package {
        return refuse(
            "receipt.package",
            format!("the receipt is for package {}, and job {address} for {}", told.package, show::hash(&job.package)),
        );
    }
    Ok(())
}

/// Proves it.
pub fn prove(session: &mut Session, named: &JobReference, path: &Path) -> Result<(), Failure> {
    let (address, job) = session.job(named)?;
    let receipt = job_open::read_receipt(path)?;
    check_receipt(&receipt, path, &address, &job)?;
    if job.state != state::ACCEPTED {
        return Err(Failure::from(Refusal::JobState).about(format!("job {address} is {}", names::job(job.state))));
    }
    party::signs(session, &address, &job.provider, "prove")?;
    receipt_signer::warn(session, &receipt, path)?;
    let told = &receipt.receipt;
    let mut profile = [0; 16];
    match profile.get_mut(..told.profile.len()) {
        Some(place) => place.copy_from_slice(told.profile.as_bytes()),
        None => {
            return Err(Failure::refused(
                "receipt.profile",
                format!("{}: the profile {:?} is longer than the ledger takes", path.display(), told.profile),
            ));
        }
    }
    let proof = Prove { outcome: told.outcome.0, transcript: told.transcript.0, fuel: receipt.outcome.fuel, profile };
    let act = Act::new("job prove", vec![session.at.prove(&session.me()?, &job, &proof)]);
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    let (job, times) = (session.ledger().job(&address)?, session.times()?);
    let lines = [
        format!("job {address} is proved: {}", receipt.outcome.status),
        format!("  outcome hash {}", told.outcome),
        format!("  keep the receipt and the transcript until it is settled; it may be challenged until {}", times.due(job.challenge_until)),
        format!("  next: `assay verifier draw {address}` decides whether it is checked"),
    ];
    let shown = json!({
        "job": address.to_string(), "state": names::job(job.state), "outcome_hash": told.outcome.to_string(), "transcript_root": told.transcript.to_string(),
        "fuel": receipt.outcome.fuel, "challenge_until": times.json(job.challenge_until), "draw_slot": identity(job.draw_slot), "receipt_signer": keypair::show(&told.provider),
    });
    session.done("job prove", &[sent], shown, &lines);
    Ok(())
}
