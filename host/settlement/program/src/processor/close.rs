//! CloseRound, CloseJob: the rent of what has ended goes back to who paid it.

use super::members;
use crate::accounts::held;
use crate::cpi::{self, Vault};
use crate::entry::Call;
use crate::{Outcome, accounts};
use assay_settlement_interface::account::{Dispute, Job, Member, tokens};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::{CloseJob, CloseRound};
use assay_settlement_interface::rules::dispute::is_punishable;
use assay_settlement_interface::rules::job::has_ended;

/// Closes a round: the bond to its opener.
#[inline(never)]
pub fn round(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([job, round, payer, destination, stake_tokens, vault, token_program], _) = accounts::take(accounts)?;
    CloseRound::read(data)?;
    let vault = Vault::new(vault, token_program, ground.config)?;
    held!(ended: Job = accounts::read_mut(job, ground.program));
    held!(own = members::round_of(job, round, ground));
    accounts::at(payer, &own.payer)?;
    accounts::own_tokens(stake_tokens, &ground.config.token_account(tokens::STAKE))?;
    if !has_ended(ended) {
        return Err(Refusal::JobState);
    }
    let punishable = {
        let bytes = accounts::bytes(round)?;
        is_punishable(own, |position| Member::read(&bytes, position))?
    };
    if punishable {
        return Err(Refusal::Punishable);
    }
    if own.bond > 0 {
        accounts::token_account(destination, &own.opener, &ground.config.io_mint)?;
        vault.pay(stake_tokens, destination, own.bond)?;
    }
    ended.closed = ended.closed.checked_add(1).ok_or(Refusal::Overflow)?;
    accounts::write(job, ended)?;
    cpi::close(round, payer)
}

/// Closes a job, and its dispute.
#[inline(never)]
pub fn job(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([job, requester], more) = accounts::take(accounts)?;
    CloseJob::read(data)?;
    held!(ended: Job = accounts::read_mut(job, ground.program));
    accounts::at(requester, &ended.requester)?;
    if !has_ended(ended) {
        return Err(Refusal::JobState);
    }
    if ended.closed != ended.rounds {
        return Err(Refusal::RoundsLeft);
    }
    // A dispute that stayed behind would be in the way of one of a job with the same number.
    if ended.contradicted == 2 {
        let ([dispute, payer], _) = accounts::take(more)?;
        held!(own: Dispute = accounts::read_mut(dispute, ground.program));
        accounts::at(job, &own.job)?;
        accounts::at(payer, &own.payer)?;
        cpi::close(dispute, payer)?;
    }
    cpi::close(job, requester)
}
