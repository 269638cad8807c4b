//! ExecuteSlash and Punish: what a lie costs the provider, and what it costs a member.

use super::escrow::Ends;
use crate::accounts::held;
use crate::cpi::Vault;
use crate::entry::Call;
use crate::{Outcome, accounts};
use assay_settlement_interface::account::{Dispute, Job, Provider, Seat, Totals, tokens};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::{ExecuteSlash, Punish};
use assay_settlement_interface::rules::dispute as rules;
use assay_settlement_interface::rules::tally::is_finder;
use assay_settlement_interface::rules::{add, fees};

/// Burns frozen stake and refunds the requester.
#[inline(never)]
pub fn execute(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let (all, seats) = accounts::take(accounts)?;
    let [totals, job, dispute, provider, round, escrow, refund, stake_tokens, io_mint, vault, token_program] = all;
    ExecuteSlash::read(data)?;
    let vault = Vault::new(vault, token_program, ground.config)?;
    held!(refunded: mut Job = job, ground.program);
    super::accepted_by(refunded, provider)?;
    held!(open: mut Dispute = dispute, ground.program);
    accounts::at(job, &open.job)?;
    held!(found, members: mut Round = round, ground.program);
    super::is_round(found, job, open.round)?;
    let members = super::drawn(found, members)?;
    accounts::own_tokens(stake_tokens, &ground.config.token_account(tokens::STAKE))?;
    accounts::at(io_mint, &ground.config.io_mint)?;
    accounts::writable(io_mint)?;
    let ends = Ends { escrow, refund, paid: None };
    ends.check(refunded, ground.config)?;

    let held = fees::refund(refunded)?;
    let mut votes = 0;
    for member in members {
        votes += u8::from(is_finder(found, member));
    }
    held!(sums: mut Totals = totals, ground.program);
    held!(own: mut Provider = provider, ground.program);
    let slash = rules::slash(refunded, open, own, found, sums, votes, ground.now, ground.params)?;
    let mut unclaimed = 0;
    for (seat, member) in super::seats(seats, found)?.iter().zip(members) {
        held!(own: mut Seat = seat, ground.program);
        super::sits(own, member)?;
        if is_finder(found, member) {
            unclaimed = add(unclaimed, rules::reward(own, found, &slash)?)?;
        }
    }
    ends.pay(vault, &held)?;
    vault.burn(stake_tokens, io_mint, add(slash.burned, unclaimed)?)
}

/// Punishes a member of an overturned round.
#[inline(never)]
pub fn punish(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([round, seat, stake_tokens, io_mint, vault, token_program], _) = accounts::take(accounts)?;
    let asked = Punish::read(data)?;
    let vault = Vault::new(vault, token_program, ground.config)?;
    accounts::own_tokens(stake_tokens, &ground.config.token_account(tokens::STAKE))?;
    accounts::at(io_mint, &ground.config.io_mint)?;
    accounts::writable(io_mint)?;
    held!(overturned, members: mut Round = round, ground.program);
    held!(own: mut Seat = seat, ground.program);
    let member = super::drawn(overturned, members)?.get(usize::from(asked.position)).ok_or(Refusal::NotMember)?;
    let penalty = rules::punish(overturned, member, asked.position, own, ground.params)?;
    vault.burn(stake_tokens, io_mint, penalty)
}
