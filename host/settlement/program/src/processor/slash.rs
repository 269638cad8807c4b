//! ExecuteSlash and Punish: what a lie costs the provider, and what it costs a member.

use super::escrow::Ends;
use super::members;
use crate::accounts::held;
use crate::cpi::Vault;
use crate::entry::{Call, Ground};
use crate::{Outcome, accounts};
use assay_settlement_interface::account::{Dispute, Job, Provider, Round, Totals, tokens};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::{ExecuteSlash, Punish};
use assay_settlement_interface::rules::dispute::{self as rules, Slash};
use assay_settlement_interface::rules::tally::is_finder;
use assay_settlement_interface::rules::{add, fees};
use pinocchio::AccountView;

/// Burns frozen stake and refunds the requester.
#[inline(never)]
pub fn execute(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let (all, seats) = accounts::take(accounts)?;
    let [totals, job, dispute, provider, round, escrow, refund, stake_tokens, io_mint, vault, token_program] = all;
    ExecuteSlash::read(data)?;
    let vault = Vault::new(vault, token_program, ground.config)?;
    held!(refunded: Job = accounts::read_mut(job, ground.program));
    super::accepted_by(refunded, provider)?;
    held!(open: Dispute = accounts::read_mut(dispute, ground.program));
    accounts::at(job, &open.job)?;
    held!(found = members::numbered(job, round, open.round, ground));
    accounts::writable(round)?;
    accounts::own_tokens(stake_tokens, &ground.config.token_account(tokens::STAKE))?;
    accounts::at(io_mint, &ground.config.io_mint)?;
    accounts::writable(io_mint)?;
    let ends = Ends { escrow, refund, paid: None };
    ends.check(refunded, ground.config)?;

    let held = fees::refund(refunded)?;
    let votes = finders(round, found)?;
    let slash = {
        held!(sums: Totals = accounts::read_mut(totals, ground.program));
        held!(own: Provider = accounts::read_mut(provider, ground.program));
        let params = &ground.config.params;
        let slash = rules::slash(refunded, open, own, found, sums, votes, ground.now, params)?;
        accounts::write(totals, sums)?;
        accounts::write(provider, own)?;
        slash
    };
    let unclaimed = reward(ground, round, found, seats, &slash)?;
    ends.pay(vault, &held)?;
    vault.burn(stake_tokens, io_mint, add(slash.burned, unclaimed)?)?;
    accounts::write(round, found)?;
    accounts::write(dispute, open)?;
    accounts::write(job, refunded)
}

/// How many found it out.
#[inline(never)]
fn finders(view: &AccountView, round: &Round) -> Outcome<u8> {
    let mut votes = 0;
    for position in 0..round.drawn {
        votes += u8::from(is_finder(round, &members::read(view, position)?));
    }
    Ok(votes)
}

/// Pays them; says what is to be burned of it.
#[inline(always)]
fn reward(ground: &Ground, view: &AccountView, round: &Round, seats: &mut [AccountView], slash: &Slash) -> Outcome<u64> {
    let mut burned = 0;
    for (seat, position) in members::seats(seats, round)?.iter_mut().zip(0..) {
        held!(own = members::seat(seat, view, position, ground));
        if is_finder(round, &members::read(view, position)?) {
            burned = add(burned, rules::reward(own, round, slash)?)?;
            accounts::write(seat, own)?;
        }
    }
    Ok(burned)
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
    held!(overturned = accounts::read_round_mut(round, ground.program));
    held!(own = accounts::read_mut(seat, ground.program));
    if asked.position >= overturned.drawn {
        return Err(Refusal::NotMember);
    }
    held!(member = members::read(round, asked.position));
    let penalty = rules::punish(overturned, member, asked.position, own, &ground.config.params)?;
    vault.burn(stake_tokens, io_mint, penalty)?;
    accounts::write(seat, own)?;
    accounts::write(round, overturned)
}
