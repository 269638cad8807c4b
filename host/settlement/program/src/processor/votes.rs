//! Propose, CastVote, Execute, CloseVote.

use crate::accounts::held;
use crate::cpi::{self, Vault};
use crate::entry::{Call, Sent};
use crate::{Outcome, accounts};
use assay_settlement_interface::account::{Account, Config, Model, Proposal, Provider, Totals, Vote, seeds};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::{CastVote, CloseVote, Execute, Propose};
use assay_settlement_interface::params::Param;
use assay_settlement_interface::rules::time;
use assay_settlement_interface::rules::vote::{self as rules, Action, ModelChange};
use pinocchio::sysvars::clock::Clock;
use pinocchio::{AccountView, Address};

/// Proposes.
#[inline(never)]
pub fn propose(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([totals, owner, provider, proposal, system_program], _) = accounts::take(accounts)?;
    let asked = Propose::read(data)?;
    accounts::system_program(system_program)?;
    held!(own: Provider = provider, ground.program);
    accounts::signed_by(owner, &own.owner)?;
    held!(sums: mut Totals = totals, ground.program);
    let number = sums.proposals.to_le_bytes();
    let mut made = rules::propose(own, sums, asked.action, asked.payload, 0, ground.now, ground.params)?;
    made.bump = cpi::New::of(ground.program, owner, proposal, Proposal::LENGTH).create(&[seeds::PROPOSAL, &number])?;
    accounts::write(proposal, &made)
}

/// Votes with all free stake.
#[inline(never)]
pub fn cast(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([owner, provider, proposal, vote, system_program], _) = accounts::take(accounts)?;
    let asked = CastVote::read(data)?;
    accounts::system_program(system_program)?;
    held!(own: Provider = provider, ground.program);
    accounts::signed_by(owner, &own.owner)?;
    held!(open: mut Proposal = proposal, ground.program);
    let provider_key = *accounts::key(provider);
    let mut cast = rules::cast(open, own, provider_key, asked.yes, 0, ground.now)?;
    let identity = [seeds::VOTE, &open.id.to_le_bytes(), &provider_key];
    // The vote that is there already is this provider's: no other can be at that address.
    let made = cpi::New::of(ground.program, owner, vote, Vote::LENGTH).create(&identity);
    cast.bump = made.map_err(|refusal| if refusal == Refusal::Exists { Refusal::Voted } else { refusal })?;
    accounts::write(vote, &cast)
}

/// Executes or rejects a proposal: the one that may change the configuration.
#[inline(never)]
pub fn execute(config: &mut Config, program: &Address, clock: &Clock, sent: Sent) -> Outcome {
    let Sent { accounts, data } = sent;
    let now = time::now(config, clock.unix_timestamp)?;
    let ([payer, proposal], more) = accounts::take(accounts)?;
    Execute::read(data)?;
    accounts::signer(payer)?;
    held!(decided: mut Proposal = proposal, program);
    let quorum_bps = config.param(Param::VoteQuorumBps);
    match rules::execute(decided, now, quorum_bps)? {
        None => Ok(()),
        Some(Action::SetModel(change)) => set_model(program, payer, more, &change),
        Some(Action::PayFees { currency, amount, owner }) => {
            let ([fees, destination, vault, token_program], _) = accounts::take(more)?;
            let vault = Vault::new(vault, token_program, config)?;
            let purse = super::escrow::purse(currency, config);
            accounts::own_tokens(fees, &purse.fees)?;
            accounts::token_account(destination, &owner, &purse.mint)?;
            vault.pay(fees, destination, amount)
        }
        Some(action) => rules::apply(config, &action),
    }
}

/// Adds a model, or changes one.
#[inline(never)]
fn set_model(program: &Address, payer: &AccountView, more: &mut [AccountView], change: &ModelChange) -> Outcome {
    let ([model, system_program], _) = accounts::take(more)?;
    accounts::system_program(system_program)?;
    if !model.owned_by(program) {
        return super::model::add(program, payer, model, change);
    }
    held!(own: mut Model = model, program);
    if own.id != change.id {
        return Err(Refusal::WrongAddress);
    }
    *own = change.model(own.bump);
    Ok(())
}

/// Closes a vote on a proposal that is over.
#[inline(never)]
pub fn close(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([proposal, provider, vote, owner], _) = accounts::take(accounts)?;
    CloseVote::read(data)?;
    held!(decided: Proposal = proposal, ground.program);
    held!(own: Provider = provider, ground.program);
    accounts::writable(vote)?;
    let cast = accounts::look(vote, ground.program, |cast: &Vote| Ok(*cast))?;
    accounts::at(provider, &cast.provider)?;
    accounts::at(owner, &own.owner)?;
    if cast.proposal != decided.id {
        return Err(Refusal::WrongAddress);
    }
    // Nobody votes any more: whether it was executed does not matter to the vote.
    if ground.now <= decided.vote_until {
        return Err(Refusal::VoteOver);
    }
    cpi::close(vote, owner)
}
