//! Calls of other programs: accounts are created, tokens move. The vault signs for the program's token accounts, and only here.

use crate::{Outcome, accounts};
use assay_settlement_interface::Key;
use assay_settlement_interface::account::{Config, seeds};
use assay_settlement_interface::error::Refusal;
use pinocchio::cpi::{Seed, Signer};
use pinocchio::{AccountView, Address, ProgramResult};
use pinocchio_system::instructions::{Allocate, Assign, CreateAccount, Transfer as TransferLamports};
use pinocchio_token::instructions::{Burn, InitializeAccount3, MintTo, Transfer};
use pinocchio_token::state::Account as TokenAccount;

// Frames on chain hold 4 KB, and each call puts more than one behind it: none of these is inlined.

/// Bytes that the cluster adds to the length of each account when it counts rent.
const ACCOUNT_OVERHEAD: u64 = 128;

/// Lamports with which an account of `length` bytes stays for ever.
///
/// Read from the sysvar by hand: pinocchio 0.12 takes the first field for the whole, which is half of it on clusters whose threshold is still two years.
#[inline(never)]
fn rent(length: usize) -> Outcome<u64> {
    let mut bytes = [0; 16];
    pinocchio::sysvars::get_sysvar(&mut bytes, &pinocchio::sysvars::rent::RENT_ID, 0).map_err(|_| Refusal::Overflow)?;
    let mut rate = [0; 8];
    rate.copy_from_slice(&bytes[..8]);
    let mut threshold = [0; 8];
    threshold.copy_from_slice(&bytes[8..]);
    let years = if u64::from_le_bytes(threshold) == 2.0f64.to_bits() { 2 } else { 1 };
    let length = ACCOUNT_OVERHEAD.checked_add(length as u64).ok_or(Refusal::Overflow)?;
    u64::from_le_bytes(rate).checked_mul(length).and_then(|lamports| lamports.checked_mul(years)).ok_or(Refusal::Overflow)
}

/// The address that `seeds` name, and its bump.
#[inline(never)]
pub fn find(seeds: &[&[u8]], program: &Address) -> Outcome<(Key, u8)> {
    let (address, bump) = Address::try_find_program_address(seeds, program).ok_or(Refusal::WrongAddress)?;
    Ok((*address.as_array(), bump))
}

/// Creates the account that `identity` names, of `length` bytes of zeros and owned by this program; says its bump.
///
/// Nobody can be in the way: lamports that lie at the address already count towards the rent.
pub fn create(program: &Address, payer: &AccountView, view: &AccountView, identity: &[&[u8]], length: usize) -> Outcome<u8> {
    create_for(program, payer, view, identity, length, program)
}

/// The same for an account that `owner` owns.
#[inline(never)]
fn create_for(
    program: &Address,
    payer: &AccountView,
    view: &AccountView,
    identity: &[&[u8]],
    length: usize,
    owner: &Address,
) -> Outcome<u8> {
    accounts::signer(payer)?;
    accounts::writable(payer)?;
    accounts::writable(view)?;
    let (address, bump) = find(identity, program)?;
    accounts::at(view, &address)?;
    if !view.owned_by(&pinocchio_system::ID) || !view.is_data_empty() {
        return Err(Refusal::Exists);
    }
    let bump_seed = [bump];
    // No identity has more than three seeds.
    let mut seeds: [Seed; 4] = [const { &[] as &[u8] }; 4].map(Seed::from);
    for (seed, part) in seeds.iter_mut().zip(identity.iter().copied().chain([&bump_seed[..]])) {
        *seed = Seed::from(part);
    }
    let signer = [Signer::from(&seeds[..=identity.len()])];
    fund(payer, view, rent(length)?, length, owner, &signer).map_err(|_| Refusal::Duplicate)?;
    Ok(bump)
}

#[inline(never)]
fn fund(payer: &AccountView, account: &AccountView, lamports: u64, length: usize, owner: &Address, signer: &[Signer]) -> ProgramResult {
    let space = length as u64;
    if account.lamports() == 0 {
        return CreateAccount { from: payer, to: account, lamports, space, owner }.invoke_signed(signer);
    }
    // The system program creates no account that has lamports: its three steps, one by one.
    let missing = lamports.saturating_sub(account.lamports());
    if missing > 0 {
        TransferLamports { from: payer, to: account, lamports: missing }.invoke()?;
    }
    Allocate { account, space }.invoke_signed(signer)?;
    Assign { account, owner }.invoke_signed(signer)
}

/// Creates token account `number` of the program, for `mint` and owned by the vault.
#[inline(never)]
pub fn create_tokens(program: &Address, payer: &AccountView, view: &AccountView, number: u8, mint: &AccountView, vault: &Key) -> Outcome {
    create_for(program, payer, view, &[seeds::TOKENS, &[number]], TokenAccount::LEN, &pinocchio_token::ID)?;
    InitializeAccount3::new(view, mint, &Address::new_from_array(*vault)).invoke().map_err(|_| Refusal::Duplicate)
}

/// Closes an account of ours: its lamports go to `receiver`, and nothing of it is left that could be taken for it later in the same transaction.
#[inline(never)]
pub fn close(view: &mut AccountView, receiver: &mut AccountView) -> Outcome {
    accounts::differ(view, receiver)?;
    accounts::writable(view)?;
    accounts::writable(receiver)?;
    let lamports = receiver.lamports().checked_add(view.lamports()).ok_or(Refusal::Overflow)?;
    accounts::bytes_mut(view)?.fill(0);
    receiver.set_lamports(lamports);
    view.set_lamports(0);
    view.close().map_err(|_| Refusal::Duplicate)
}

/// Moves `amount` tokens of whoever signs.
#[inline(never)]
pub fn take_in(from: &AccountView, to: &AccountView, authority: &AccountView, amount: u64) -> Outcome {
    if amount == 0 {
        return Ok(());
    }
    Transfer::new(from, to, authority, amount).invoke().map_err(|_| Refusal::Duplicate)
}

/// The owner of all token accounts of the program, whose signature only the program can give.
#[derive(Clone, Copy)]
pub struct Vault<'a> {
    view: &'a AccountView,
    bump: u8,
}

impl<'a> Vault<'a> {
    /// Checks that `view` is the vault and that the token program was passed with it.
    pub fn new(view: &'a AccountView, token_program: &AccountView, config: &Config) -> Outcome<Self> {
        accounts::at(view, &config.vault)?;
        accounts::token_program(token_program)?;
        Ok(Self { view, bump: config.vault_bump })
    }

    /// Pays `amount` out of a token account of the program.
    #[inline(never)]
    pub fn pay(self, from: &AccountView, to: &AccountView, amount: u64) -> Outcome {
        if amount == 0 {
            return Ok(());
        }
        let bump = [self.bump];
        let seeds = [Seed::from(seeds::VAULT), Seed::from(&bump)];
        let call = Transfer::new(from, to, self.view, amount);
        call.invoke_signed(&[Signer::from(&seeds)]).map_err(|_| Refusal::Duplicate)
    }

    /// Burns `amount` of a token account of the program.
    #[inline(never)]
    pub fn burn(self, from: &AccountView, mint: &AccountView, amount: u64) -> Outcome {
        if amount == 0 {
            return Ok(());
        }
        let bump = [self.bump];
        let seeds = [Seed::from(seeds::VAULT), Seed::from(&bump)];
        let call = Burn::new(from, mint, self.view, amount);
        call.invoke_signed(&[Signer::from(&seeds)]).map_err(|_| Refusal::Duplicate)
    }

    /// Mints `amount` of IO.
    #[inline(never)]
    pub fn mint(self, mint: &AccountView, to: &AccountView, amount: u64) -> Outcome {
        if amount == 0 {
            return Ok(());
        }
        let bump = [self.bump];
        let seeds = [Seed::from(seeds::VAULT), Seed::from(&bump)];
        let call = MintTo::new(mint, to, self.view, amount);
        call.invoke_signed(&[Signer::from(&seeds)]).map_err(|_| Refusal::Duplicate)
    }
}
