//! Initialise: the program's accounts.

use crate::entry::Sent;
use crate::{Outcome, accounts, cpi};
use assay_settlement_interface::Key;
use assay_settlement_interface::account::{Account, Config, Totals, seeds, tokens};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::Initialise;
use assay_settlement_interface::params::{self, Param};
use pinocchio::{AccountView, Address};
use pinocchio_token::state::Mint;

/// Makes the program's accounts. The time is the cluster's: there was no pause yet.
#[inline(never)]
pub fn initialise(program: &Address, time: i64, sent: Sent) -> Outcome {
    let Sent { accounts, data } = sent;
    let (all, _) = accounts::take::<{ Initialise::ACCOUNTS }>(accounts)?;
    let [payer, config, totals, vault, io_mint, iosd_mint, own @ .., system_program, token_program] = all;
    let asked = Initialise::read(data)?;
    accounts::system_program(system_program)?;
    accounts::token_program(token_program)?;
    params::validate(&{ asked.params })?;
    accounts::differ(io_mint, iosd_mint)?;
    let (vault_key, vault_bump) = cpi::find(&[seeds::VAULT], program)?;
    accounts::at(vault, &vault_key)?;
    mint(io_mint, Some(&vault_key))?;
    mint(iosd_mint, None)?;

    let config_bump = cpi::New::of(program, payer, config, Config::LENGTH).create(&[seeds::CONFIG])?;
    let totals_bump = cpi::New::of(program, payer, totals, Totals::LENGTH).create(&[seeds::TOTALS])?;
    let mut addresses = [0; 160];
    for ((number, view), address) in (0..tokens::COUNT).zip(own.iter()).zip(addresses.chunks_exact_mut(32)) {
        let of = if matches!(number, tokens::ESCROW_IOSD | tokens::FEES_IOSD) { &*iosd_mint } else { &*io_mint };
        cpi::New::tokens(program, payer, view).create_tokens(number, of, &vault_key)?;
        address.copy_from_slice(accounts::key(view));
    }

    write_totals(totals, totals_bump, asked.params[Param::EmissionFirst as usize])?;
    let made = Config {
        bump: config_bump,
        guardian: asked.guardian,
        io_mint: *accounts::key(io_mint),
        iosd_mint: *accounts::key(iosd_mint),
        vault: vault_key,
        vault_bump,
        tokens: addresses,
        paused: 0,
        paused_at: 0,
        paused_s: 0,
        resumed_at: 0,
        genesis: time,
        params: asked.params,
    };
    accounts::write(config, &made)
}

#[inline(never)]
fn write_totals(view: &mut AccountView, bump: u8, emission: u64) -> Outcome {
    let totals = Totals {
        bump,
        staked: 0,
        seats: 0,
        vacant: 0,
        score_gpu: 0,
        score_cpu: 0,
        per_score_gpu: 0,
        per_score_cpu: 0,
        epoch: 0,
        month: 0,
        emission,
        emitted: 0,
        minted: 0,
        proposals: 0,
    };
    accounts::write(view, &totals)
}

/// It is a mint of the SPL token program, with this authority if one is named.
fn mint(view: &AccountView, authority: Option<&Key>) -> Outcome {
    let mint = Mint::from_account_view(view).map_err(|_| Refusal::WrongTokens)?;
    let fits = authority.is_none_or(|authority| mint.mint_authority().is_some_and(|own| own.as_array() == authority));
    if mint.is_initialized() && fits { Ok(()) } else { Err(Refusal::WrongTokens) }
}
