//! Calls of other programs: accounts are created, tokens move. The vault signs for the program's token accounts, and only here.

use crate::{Outcome, accounts};
use assay_settlement_interface::Key;
use assay_settlement_interface::account::{Config, seeds};
use assay_settlement_interface::error::Refusal;
use pinocchio::cpi::{Seed, Signer, invoke_signed};
use pinocchio::instruction::{InstructionAccount, InstructionView};
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

/// An account that is to be created.
pub struct New<'a> {
    program: &'a Address,
    payer: &'a AccountView,
    view: &'a AccountView,
    length: usize,
    owner: &'a Address,
}

impl<'a> New<'a> {
    /// One of `length` bytes that this program owns.
    pub fn of(program: &'a Address, payer: &'a AccountView, view: &'a AccountView, length: usize) -> Self {
        Self { program, payer, view, length, owner: program }
    }

    /// A token account.
    pub fn tokens(program: &'a Address, payer: &'a AccountView, view: &'a AccountView) -> Self {
        Self { program, payer, view, length: TokenAccount::LEN, owner: &pinocchio_token::ID }
    }

    /// Creates it, all zeros, at the address that `identity` names; says its bump.
    ///
    /// Nobody can be in the way: lamports that lie at the address already count towards the rent.
    #[inline(never)]
    pub fn create(&self, identity: &[&[u8]]) -> Outcome<u8> {
        accounts::signer(self.payer)?;
        accounts::writable(self.payer)?;
        accounts::writable(self.view)?;
        let (address, bump) = find(identity, self.program)?;
        accounts::at(self.view, &address)?;
        if !self.view.owned_by(&pinocchio_system::ID) || !self.view.is_data_empty() {
            return Err(Refusal::Exists);
        }
        let bump_seed = [bump];
        // No identity has more than three seeds.
        let mut seeds: [Seed; 4] = [const { &[] as &[u8] }; 4].map(Seed::from);
        for (seed, part) in seeds.iter_mut().zip(identity.iter().copied().chain([&bump_seed[..]])) {
            *seed = Seed::from(part);
        }
        let signer = [Signer::from(&seeds[..=identity.len()])];
        self.fund(rent(self.length)?, &signer).map_err(|_| Refusal::Duplicate)?;
        Ok(bump)
    }

    #[inline(never)]
    fn fund(&self, lamports: u64, signer: &[Signer; 1]) -> ProgramResult {
        let (payer, account, owner, space) = (self.payer, self.view, self.owner, self.length as u64);
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
    pub fn create_tokens(&self, number: u8, mint: &AccountView, vault: &Key) -> Outcome {
        self.create(&[seeds::TOKENS, &[number]])?;
        let owner = Address::new_from_array(*vault);
        let call = InitializeAccount3::new(self.view, mint, &owner);
        call.invoke().map_err(|_| Refusal::Duplicate)
    }
}

/// Closes an account of ours: its lamports go to `receiver`, and nothing of it is left that could be taken for it later in the same transaction.
#[inline(never)]
pub fn close(view: &mut AccountView, receiver: &mut AccountView) -> Outcome {
    accounts::differ(view, receiver)?;
    accounts::writable(view)?;
    accounts::writable(receiver)?;
    let lamports = receiver.lamports().checked_add(view.lamports()).ok_or(Refusal::Overflow)?;
    view.try_borrow_mut().map_err(|_| Refusal::Duplicate)?.fill(0);
    receiver.set_lamports(lamports);
    view.set_lamports(0);
    view.close().map_err(|_| Refusal::Duplicate)
}

/// Moves `amount` tokens of whoever signs.
pub fn take_in(from: &AccountView, to: &AccountView, authority: &AccountView, amount: u64) -> Outcome {
    if amount == 0 {
        return Ok(());
    }
    token_call(Transfer::<&AccountView>::DISCRIMINATOR, [from, to, authority], amount, &[])
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
    pub fn pay(self, from: &AccountView, to: &AccountView, amount: u64) -> Outcome {
        self.sign(Transfer::<&AccountView>::DISCRIMINATOR, [from, to], amount)
    }

    /// Burns `amount` of a token account of the program.
    pub fn burn(self, from: &AccountView, mint: &AccountView, amount: u64) -> Outcome {
        self.sign(Burn::<&AccountView>::DISCRIMINATOR, [from, mint], amount)
    }

    /// Mints `amount` of IO.
    pub fn mint(self, mint: &AccountView, to: &AccountView, amount: u64) -> Outcome {
        self.sign(MintTo::<&AccountView>::DISCRIMINATOR, [mint, to], amount)
    }

    /// The three are alike: two accounts that change, who signs, and an amount.
    fn sign(self, what: u8, accounts: [&AccountView; 2], amount: u64) -> Outcome {
        if amount == 0 {
            return Ok(());
        }
        let bump = [self.bump];
        let seeds = [Seed::from(seeds::VAULT), Seed::from(&bump)];
        token_call(what, [accounts[0], accounts[1], self.view], amount, &[Signer::from(&seeds)])
    }
}

/// Calls instruction `what` of the token program, whose data are its number and an amount.
#[inline(never)]
fn token_call(what: u8, accounts: [&AccountView; 3], amount: u64, signers: &[Signer]) -> Outcome {
    let mut data = [what; 9];
    data[1..].copy_from_slice(&amount.to_le_bytes());
    let metas = [
        InstructionAccount::writable(accounts[0].address()),
        InstructionAccount::writable(accounts[1].address()),
        InstructionAccount::readonly_signer(accounts[2].address()),
    ];
    let call = InstructionView { program_id: &pinocchio_token::ID, accounts: &metas, data: &data };
    invoke_signed(&call, &accounts, signers).map_err(|_| Refusal::Duplicate)
}
