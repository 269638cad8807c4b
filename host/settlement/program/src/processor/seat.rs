//! RegisterSeat, TopUpSeat, LeaveSeat, WithdrawSeat, ClaimSeat.

use crate::accounts::held;
use crate::cpi::{self, Vault};
use crate::entry::Call;
use crate::{Outcome, accounts};
use assay_settlement_interface::account::{Account, Seat, Totals, seeds, tokens};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::{ClaimSeat, LeaveSeat, RegisterSeat, TopUpSeat, WithdrawSeat};
use assay_settlement_interface::rules::seat as rules;

/// Takes a vacant seat, or opens the next one.
#[inline(never)]
pub fn register(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([totals, owner, seat, source, stake_tokens, system_program, token_program], _) = accounts::take(accounts)?;
    let asked = RegisterSeat::read(data)?;
    accounts::system_program(system_program)?;
    accounts::token_program(token_program)?;
    accounts::signer(owner)?;
    let owner_key = *accounts::key(owner);
    held!(sums: mut Totals = totals, ground.program);
    accounts::token_account(source, &owner_key, &ground.config.io_mint)?;
    accounts::own_tokens(stake_tokens, &ground.config.token_account(tokens::STAKE))?;
    if !seat.owned_by(ground.program) {
        let number = sums.seats.to_le_bytes();
        let mut opened = rules::open(sums, 0)?;
        opened.bump = cpi::New::of(ground.program, owner, seat, Seat::LENGTH).create(&[seeds::SEAT, &number])?;
        accounts::write(seat, &opened)?;
    }
    held!(own: mut Seat = seat, ground.program);
    rules::take(own, sums, owner_key, asked.amount, rules::Taken { now: ground.now, slot: ground.slot }, ground.params)?;
    cpi::take_in(source, stake_tokens, owner, asked.amount)
}

/// Adds to its stake.
#[inline(never)]
pub fn top_up(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([owner, seat, source, stake_tokens, token_program], _) = accounts::take(accounts)?;
    let asked = TopUpSeat::read(data)?;
    accounts::token_program(token_program)?;
    held!(own: mut Seat = seat, ground.program);
    accounts::signed_by(owner, &own.owner)?;
    accounts::token_account(source, accounts::key(owner), &ground.config.io_mint)?;
    accounts::own_tokens(stake_tokens, &ground.config.token_account(tokens::STAKE))?;
    rules::top_up(own, asked.amount, ground.slot, ground.params)?;
    cpi::take_in(source, stake_tokens, owner, asked.amount)
}

/// Starts to leave.
#[inline(never)]
pub fn leave(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([owner, seat], _) = accounts::take(accounts)?;
    LeaveSeat::read(data)?;
    held!(own: mut Seat = seat, ground.program);
    accounts::signed_by(owner, &own.owner)?;
    rules::leave(own, ground.now, ground.params)
}

/// Pays all out and leaves it vacant.
#[inline(never)]
pub fn withdraw(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let (all, _) = accounts::take(accounts)?;
    let [totals, owner, seat, stake_tokens, escrow_io, escrow_iosd, destination_io, destination_iosd, vault, token_program] = all;
    WithdrawSeat::read(data)?;
    let config = ground.config;
    let vault = Vault::new(vault, token_program, config)?;
    held!(own: mut Seat = seat, ground.program);
    accounts::signed_by(owner, &own.owner)?;
    held!(sums: mut Totals = totals, ground.program);
    accounts::own_tokens(stake_tokens, &config.token_account(tokens::STAKE))?;
    accounts::own_tokens(escrow_io, &config.token_account(tokens::ESCROW_IO))?;
    accounts::own_tokens(escrow_iosd, &config.token_account(tokens::ESCROW_IOSD))?;
    accounts::token_account(destination_io, accounts::key(owner), &config.io_mint)?;
    accounts::token_account(destination_iosd, accounts::key(owner), &config.iosd_mint)?;
    let leaving = rules::withdraw(own, sums, ground.now)?;
    vault.pay(stake_tokens, destination_io, leaving.stake)?;
    vault.pay(escrow_io, destination_io, leaving.escrow_io)?;
    vault.pay(escrow_iosd, destination_iosd, leaving.escrow_iosd)
}

/// Pays earnings out.
#[inline(never)]
pub fn claim(call: Call) -> Outcome {
    let Call { ground, accounts, data, .. } = call;
    let ([owner, seat, from, destination, vault, token_program], _) = accounts::take(accounts)?;
    let asked = ClaimSeat::read(data)?;
    // The three kinds of earnings have the numbers of the token accounts that hold them.
    let mint = match asked.tokens {
        tokens::STAKE | tokens::ESCROW_IO => &ground.config.io_mint,
        tokens::ESCROW_IOSD => &ground.config.iosd_mint,
        _ => return Err(Refusal::Value),
    };
    let vault = Vault::new(vault, token_program, ground.config)?;
    held!(own: mut Seat = seat, ground.program);
    accounts::signed_by(owner, &own.owner)?;
    accounts::own_tokens(from, &ground.config.token_account(asked.tokens))?;
    accounts::token_account(destination, accounts::key(owner), mint)?;
    let amount = rules::claim(own, asked.tokens)?;
    vault.pay(from, destination, amount)
}
