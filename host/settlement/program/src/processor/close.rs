//! CloseRound, CloseJob: the rent of what has ended goes back to who paid it.

use crate::accounts::held;
use crate::cpi::{self, Vault};
use crate::entry::Call;
use crate::{Outcome, accounts};
use assay_settlement_interface::account::{Account, Dispute, Job, Round, tokens};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::{CloseJob, CloseRound};
use assay_settlement_interface::rules::dispute::is_punishable;
use assay_settlement_interface::rules::job::{has_ended, may_close};

/// Closes a round: the bond to its opener.
#[inline(never)]
pub fn round(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([job, round, payer, destination, stake_tokens, vault, token_program], _) = accounts::take(accounts)?;
    CloseRound::read(data)?;
    let vault = Vault::new(vault, token_program, ground.config)?;
    held!(ended: mut Job = job, ground.program);
    accounts::writable(round)?;
    let bytes = accounts::fields(round, ground.program, Round::KIND)?;
    let (own, members) = accounts::round(&bytes)?;
    accounts::at(job, &own.job)?;
    accounts::at(payer, &own.payer)?;
    accounts::own_tokens(stake_tokens, &ground.config.token_account(tokens::STAKE))?;
    if !has_ended(ended) {
        return Err(Refusal::JobState);
    }
    if is_punishable(own, super::drawn(own, members)?) {
        return Err(Refusal::Punishable);
    }
    if own.bond > 0 {
        accounts::token_account(destination, &own.opener, &ground.config.io_mint)?;
        vault.pay(stake_tokens, destination, own.bond)?;
    }
    drop(bytes);
    ended.closed = ended.closed.checked_add(1).ok_or(Refusal::Overflow)?;
    cpi::close(round, payer)
}

/// Closes a job, and its dispute.
#[inline(never)]
pub fn job(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([job, requester], more) = accounts::take(accounts)?;
    CloseJob::read(data)?;
    accounts::writable(job)?;
    let disputed = accounts::look(job, ground.program, |ended: &Job| {
        accounts::at(requester, &ended.requester)?;
        may_close(ended, ground.now)?;
        Ok(ended.contradicted == 2)
    })?;
    // A dispute that stayed behind would be in the way of one of a job with the same number.
    if disputed {
        let ([dispute, payer], _) = accounts::take(more)?;
        accounts::writable(dispute)?;
        accounts::look(dispute, ground.program, |own: &Dispute| {
            accounts::at(job, &own.job)?;
            accounts::at(payer, &own.payer)
        })?;
        cpi::close(dispute, payer)?;
    }
    cpi::close(job, requester)
}
