//! CancelJob, ExpireJob, Settle: a job's end.

use super::escrow::Ends;
use crate::accounts::held;
use crate::cpi::Vault;
use crate::entry::Call;
use crate::{Outcome, accounts};
use assay_settlement_interface::account::state::job as state;
use assay_settlement_interface::account::{Device, Job, Provider};
use assay_settlement_interface::instruction::{CancelJob, ExpireJob, Settle};
use assay_settlement_interface::rules::job as rules;

/// The requester ends it.
#[inline(never)]
pub fn cancel(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([requester, job, escrow, refund, vault, token_program], more) = accounts::take(accounts)?;
    CancelJob::read(data)?;
    let vault = Vault::new(vault, token_program, ground.config)?;
    held!(ended: mut Job = job, ground.program);
    accounts::signed_by(requester, &ended.requester)?;
    if ended.state == state::ACCEPTED {
        let ([provider, device, payout, fees], _) = accounts::take(more)?;
        super::accepted_by(ended, provider)?;
        held!(own: mut Provider = provider, ground.program);
        accounts::at(device, &ended.device)?;
        held!(hired: mut Device = device, ground.program);
        let owner = own.owner;
        let ends = Ends { escrow, refund, paid: Some((payout, &owner, fees)) };
        ends.check(ended, ground.config)?;
        let amounts = rules::cancel_accepted(ended, own, hired, ground.now)?;
        ends.pay(vault, &amounts)?;
    } else {
        let ends = Ends { escrow, refund, paid: None };
        ends.check(ended, ground.config)?;
        let amounts = rules::cancel_open(ended)?;
        ends.pay(vault, &amounts)?;
    }
    Ok(())
}

/// Nobody accepted it, or the provider did not prove it.
#[inline(never)]
pub fn expire(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([job, escrow, refund, vault, token_program], more) = accounts::take(accounts)?;
    ExpireJob::read(data)?;
    let vault = Vault::new(vault, token_program, ground.config)?;
    held!(ended: mut Job = job, ground.program);
    let ends = Ends { escrow, refund, paid: None };
    ends.check(ended, ground.config)?;
    let amounts = if ended.state == state::ACCEPTED {
        let ([provider, device], _) = accounts::take(more)?;
        super::accepted_by(ended, provider)?;
        held!(own: mut Provider = provider, ground.program);
        accounts::at(device, &ended.device)?;
        held!(hired: mut Device = device, ground.program);
        rules::expire_accepted(ended, own, hired, ground.now)?
    } else {
        rules::expire_open(ended, ground.now)?
    };
    ends.pay(vault, &amounts)
}

/// It is paid out.
#[inline(never)]
pub fn settle(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([job, provider, escrow, payout, refund, fees, vault, token_program], _) = accounts::take(accounts)?;
    Settle::read(data)?;
    let vault = Vault::new(vault, token_program, ground.config)?;
    held!(ended: mut Job = job, ground.program);
    super::accepted_by(ended, provider)?;
    held!(own: mut Provider = provider, ground.program);
    let owner = own.owner;
    let ends = Ends { escrow, refund, paid: Some((payout, &owner, fees)) };
    ends.check(ended, ground.config)?;
    let amounts = rules::settle(ended, own, ground.now)?;
    ends.pay(vault, &amounts)
}
