//! Advance, Heartbeat, Lapse, Claim.

use crate::accounts::held;
use crate::cpi::Vault;
use crate::entry::Call;
use crate::{Outcome, accounts};
use assay_settlement_interface::account::{Provider, Totals};
use assay_settlement_interface::instruction::{Advance, Claim, Heartbeat, Lapse};
use assay_settlement_interface::rules::reward as rules;

/// Accounts for whole epochs.
#[inline(never)]
pub fn advance(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([totals], _) = accounts::take(accounts)?;
    Advance::read(data)?;
    held!(sums: mut Totals = totals, ground.program);
    rules::advance(sums, ground.config, ground.now)
}

/// A provider is there.
#[inline(never)]
pub fn heartbeat(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([totals, owner, provider], _) = accounts::take(accounts)?;
    Heartbeat::read(data)?;
    held!(own: mut Provider = provider, ground.program);
    accounts::signed_by(owner, &own.owner)?;
    held!(sums: mut Totals = totals, ground.program);
    rules::heartbeat(own, sums, ground.config, ground.now)
}

/// A provider is not there any more.
#[inline(never)]
pub fn lapse(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([totals, provider], _) = accounts::take(accounts)?;
    Lapse::read(data)?;
    held!(own: mut Provider = provider, ground.program);
    held!(sums: mut Totals = totals, ground.program);
    rules::lapse(own, sums, ground.config, ground.now)
}

/// Mints what a provider has earned.
#[inline(never)]
pub fn claim(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([totals, owner, provider, io_mint, destination, vault, token_program], _) = accounts::take(accounts)?;
    Claim::read(data)?;
    let vault = Vault::new(vault, token_program, ground.config)?;
    held!(own: mut Provider = provider, ground.program);
    accounts::signed_by(owner, &own.owner)?;
    held!(sums: mut Totals = totals, ground.program);
    accounts::at(io_mint, &ground.config.io_mint)?;
    accounts::writable(io_mint)?;
    accounts::token_account(destination, accounts::key(owner), &ground.config.io_mint)?;
    let amount = rules::claim(own, sums)?;
    vault.mint(io_mint, destination, amount)
}
