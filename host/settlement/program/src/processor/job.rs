//! OpenJob, AcceptJob, Prove: a job up to its proof.

use crate::accounts::held;
use crate::entry::Call;
use crate::{Outcome, accounts, cpi};
use assay_settlement_interface::account::{Account, Device, Job, Provider, Totals, seeds};
use assay_settlement_interface::instruction::{AcceptJob, OpenJob, Prove};
use assay_settlement_interface::params::Param;
use assay_settlement_interface::rules::job::{self as rules, Addresses, Moment};

/// Opens a job and pays it into escrow.
#[inline(never)]
pub fn open(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([requester, job, source, escrow, system_program, token_program], _) = accounts::take(accounts)?;
    let asked = OpenJob::read(data)?;
    accounts::system_program(system_program)?;
    accounts::token_program(token_program)?;
    accounts::signer(requester)?;
    let requester_key = *accounts::key(requester);
    let (mut opened, amount) = rules::open(asked, requester_key, 0, ground.now, ground.params)?;
    let purse = super::escrow::purse(asked.currency, ground.config);
    accounts::token_account(source, &requester_key, &purse.mint)?;
    accounts::own_tokens(escrow, &purse.escrow)?;
    let identity = [seeds::JOB, &requester_key, &asked.nonce.to_le_bytes()];
    opened.bump = cpi::New::of(ground.program, requester, job, Job::LENGTH).create(&identity)?;
    cpi::take_in(source, escrow, requester, amount)?;
    accounts::write(job, &opened)
}

/// Accepts it for a device.
#[inline(never)]
pub fn accept(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([owner, provider, device, job], _) = accounts::take(accounts)?;
    AcceptJob::read(data)?;
    held!(own: mut Provider = provider, ground.program);
    accounts::signed_by(owner, &own.owner)?;
    held!(hired: mut Device = device, ground.program);
    accounts::at(provider, &hired.provider)?;
    held!(accepted: mut Job = job, ground.program);
    let at = Addresses { job: *accounts::key(job), provider: *accounts::key(provider), device: *accounts::key(device) };
    rules::accept(accepted, own, hired, at, ground.now, ground.params)
}

/// Proves it.
#[inline(never)]
pub fn prove(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([totals, owner, provider, device, job], _) = accounts::take(accounts)?;
    let proof = Prove::read(data)?;
    held!(sums: Totals = totals, ground.program);
    held!(own: mut Provider = provider, ground.program);
    accounts::signed_by(owner, &own.owner)?;
    held!(proved: mut Job = job, ground.program);
    super::accepted_by(proved, provider)?;
    accounts::at(device, &proved.device)?;
    held!(hired: mut Device = device, ground.program);
    let at = Moment { now: ground.now, slot: ground.slot, seats: sums.seats };
    let (challenge_s, delay_slots) = (ground.config.param(Param::ChallengeS), ground.config.param(Param::DrawDelaySlots));
    rules::prove(proved, own, hired, proof, at, challenge_s, delay_slots)
}
