//! Propose, CastVote, Execute, CloseVote.

use crate::accounts::held;
use crate::cpi::{self, Vault};
use crate::entry::{Call, Ground};
use crate::{Outcome, accounts};
use assay_settlement_interface::account::{Account, Model, Proposal, Provider, Totals, Vote, seeds};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::{CastVote, CloseVote, Execute, Propose};
use assay_settlement_interface::rules::vote::{self as rules, Action, ModelChange};
use pinocchio::AccountView;

/// Proposes.
#[inline(never)]
pub fn propose(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([totals, owner, provider, proposal, system_program], _) = accounts::take(accounts)?;
    let asked = Propose::read(data)?;
    accounts::system_program(system_program)?;
    held!(own = voter(owner, provider, ground));
    held!(sums: Totals = accounts::read_mut(totals, ground.program));
    let number = sums.proposals.to_le_bytes();
    let mut made = rules::propose(own, sums, asked.action, asked.payload, 0, ground.now, &ground.config.params)?;
    made.bump = cpi::New::of(ground.program, owner, proposal, Proposal::LENGTH).create(&[seeds::PROPOSAL, &number])?;
    accounts::write(proposal, &made)?;
    accounts::write(totals, sums)
}

/// Votes with all free stake.
#[inline(never)]
pub fn cast(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([owner, provider, proposal, vote, system_program], _) = accounts::take(accounts)?;
    let asked = CastVote::read(data)?;
    accounts::system_program(system_program)?;
    held!(own = voter(owner, provider, ground));
    held!(open: Proposal = accounts::read_mut(proposal, ground.program));
    let provider_key = *accounts::key(provider);
    let mut cast = rules::cast(open, own, provider_key, asked.yes, 0, ground.now)?;
    let identity = [seeds::VOTE, &open.id.to_le_bytes(), &provider_key];
    // The vote that is there already is this provider's: no other can be at that address.
    let made = cpi::New::of(ground.program, owner, vote, Vote::LENGTH).create(&identity);
    cast.bump = made.map_err(|refusal| if refusal == Refusal::Exists { Refusal::Voted } else { refusal })?;
    accounts::write(vote, &cast)?;
    accounts::write(proposal, open)
}

/// Executes or rejects a proposal.
#[inline(never)]
pub fn execute(call: Call) -> Outcome {
    let Call { ground, config: view, accounts, data } = call;
    let ([payer, proposal], more) = accounts::take(accounts)?;
    Execute::read(data)?;
    accounts::writable(view)?;
    accounts::signer(payer)?;
    held!(decided: Proposal = accounts::read_mut(proposal, ground.program));
    let action = rules::execute(decided, ground.now, &ground.config.params)?;
    match &action {
        None => {}
        Some(Action::SetParam { .. } | Action::SetGuardian(_)) => configure(ground, view, action.as_ref())?,
        Some(Action::SetModel(change)) => set_model(ground, payer, more, change)?,
        Some(Action::PayFees { currency, amount, owner }) => {
            let ([fees, destination, vault, token_program], _) = accounts::take(more)?;
            let vault = Vault::new(vault, token_program, ground.config)?;
            let purse = super::escrow::purse(*currency, ground.config);
            accounts::own_tokens(fees, &purse.fees)?;
            accounts::token_account(destination, owner, &purse.mint)?;
            vault.pay(fees, destination, *amount)?;
        }
    }
    accounts::write(proposal, decided)
}

/// Changes the configuration.
#[inline(never)]
fn configure(ground: &Ground, view: &mut AccountView, action: Option<&Action>) -> Outcome {
    let mut config = *ground.config;
    if let Some(action) = action {
        rules::apply(&mut config, action)?;
    }
    accounts::write(view, &config)
}

/// Adds a model, or changes one.
#[inline(never)]
fn set_model(ground: &Ground, payer: &AccountView, more: &mut [AccountView], change: &ModelChange) -> Outcome {
    let ([model, system_program], _) = accounts::take(more)?;
    accounts::system_program(system_program)?;
    if !model.owned_by(ground.program) {
        return super::model::add(ground, payer, model, change);
    }
    held!(own: Model = accounts::read_mut(model, ground.program));
    if own.id != change.id {
        return Err(Refusal::WrongAddress);
    }
    accounts::write(model, &change.model(own.bump))
}

/// Closes a vote on a proposal that is over.
#[inline(never)]
pub fn close(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([proposal, provider, vote, owner], _) = accounts::take(accounts)?;
    CloseVote::read(data)?;
    held!(decided: Proposal = accounts::read(proposal, ground.program));
    held!(own: Provider = accounts::read(provider, ground.program));
    held!(cast: Vote = accounts::read_mut(vote, ground.program));
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

/// The provider that `owner`, who signs, owns.
fn voter(owner: &AccountView, provider: &AccountView, ground: &Ground) -> Outcome<Provider> {
    let mut own: Outcome<Provider> = accounts::read(provider, ground.program);
    accounts::check(&mut own, |own| accounts::signed_by(owner, &own.owner));
    own
}
