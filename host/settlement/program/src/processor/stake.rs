//! Stake, RequestUnstake, Withdraw.

use crate::accounts::held;
use crate::cpi::{self, Vault};
use crate::entry::Call;
use crate::{Outcome, accounts};
use assay_settlement_interface::account::{Provider, Totals, tokens};
use assay_settlement_interface::instruction::{RequestUnstake, Stake, Withdraw};
use assay_settlement_interface::rules::stake as rules;

/// Stakes.
#[inline(never)]
pub fn stake(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([totals, owner, provider, source, stake_tokens, token_program], _) = accounts::take(accounts)?;
    let asked = Stake::read(data)?;
    accounts::token_program(token_program)?;
    held!(own: mut Provider = provider, ground.program);
    accounts::signed_by(owner, &own.owner)?;
    held!(sums: mut Totals = totals, ground.program);
    accounts::token_account(source, accounts::key(owner), &ground.config.io_mint)?;
    accounts::own_tokens(stake_tokens, &ground.config.token_account(tokens::STAKE))?;
    rules::stake(own, sums, asked.amount)?;
    cpi::take_in(source, stake_tokens, owner, asked.amount)
}

/// Starts to unbond.
#[inline(never)]
pub fn request(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([totals, owner, provider], _) = accounts::take(accounts)?;
    let asked = RequestUnstake::read(data)?;
    held!(own: mut Provider = provider, ground.program);
    accounts::signed_by(owner, &own.owner)?;
    held!(sums: mut Totals = totals, ground.program);
    rules::request_unstake(own, sums, asked.amount, ground.now, ground.params)
}

/// Pays out every ripe entry.
#[inline(never)]
pub fn withdraw(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([owner, provider, stake_tokens, destination, vault, token_program], _) = accounts::take(accounts)?;
    Withdraw::read(data)?;
    let vault = Vault::new(vault, token_program, ground.config)?;
    held!(own: mut Provider = provider, ground.program);
    accounts::signed_by(owner, &own.owner)?;
    accounts::own_tokens(stake_tokens, &ground.config.token_account(tokens::STAKE))?;
    accounts::token_account(destination, accounts::key(owner), &ground.config.io_mint)?;
    let amount = rules::withdraw(own, ground.now)?;
    vault.pay(stake_tokens, destination, amount)
}
