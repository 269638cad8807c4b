//! Instructions, ready to be signed: a method of [`Addresses`] for each of the 44 (`specs/settlement.md`, section 13).
//!
//! ```text
//!  interface: Stake::INFO.accounts   config r, totals w, owner s, provider w, source w, stake_tokens w, token_program r
//!                                       │         │        │         │           │           │              │
//!  a method names only its own          │         │      owner    provider     source        │              │
//!  and the deployment has the rest   Addresses ◄──┴──────────────────────────────────────────┴──────────────┘
//! ```
//!
//! Order and flags come from the interface, and names are matched while compiling: a method that leaves an account out, or names one that its instruction does not have, does not compile. So the
//! program's list and its clients' cannot diverge.

mod job;
mod provider;
mod reward;
mod round;
mod seat;
mod setup;
mod vote;

use assay_settlement_interface::account::tokens;
use assay_settlement_interface::instruction::{AccountUse, InstructionInfo};
use solana_sdk::instruction::{AccountMeta, Instruction};
use solana_sdk::pubkey::Pubkey;

pub use self::round::Committee;
pub use self::setup::new_mint;
use crate::address::Addresses;
pub use assay_settlement_interface::rules::vote::{Action, ModelChange};

/// The slot hashes of the cluster.
pub const SLOT_HASHES: Pubkey = solana_sdk_ids::sysvar::slot_hashes::ID;

/// Accounts that every deployment has one of, by the names of the interface; [`standard`] says where each is.
const STANDARD: [&str; 13] = [
    "config",
    "totals",
    "vault",
    "io_mint",
    "iosd_mint",
    "stake_tokens",
    "escrow_io",
    "escrow_iosd",
    "fees_io",
    "fees_iosd",
    "system_program",
    "token_program",
    "slot_hashes",
];

/// The addresses of [`STANDARD`], in its order.
fn standard(of: &Addresses) -> [Pubkey; STANDARD.len()] {
    let token = |number: u8| of.tokens[usize::from(number)];
    [
        of.config,
        of.totals,
        of.vault,
        of.io_mint,
        of.iosd_mint,
        token(tokens::STAKE),
        token(tokens::ESCROW_IO),
        token(tokens::ESCROW_IOSD),
        token(tokens::FEES_IO),
        token(tokens::FEES_IOSD),
        solana_system_interface::program::ID,
        spl_token_interface::ID,
        SLOT_HASHES,
    ]
}

/// Where an account of an instruction comes from: a name of the method at hand, or one of [`STANDARD`].
#[derive(Clone, Copy)]
enum From {
    Named(usize),
    Standard(usize),
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
}

const fn find(name: &str, among: &[&str]) -> Option<usize> {
    let mut i = 0;
    while i < among.len() {
        if same(among[i], name) {
            return Some(i);
        }
        i += 1;
    }
    None
}

/// Where each account comes from. Evaluated while compiling, where a panic is an error of the compiler.
const fn sources<const N: usize>(accounts: &[AccountUse], named: &[&str]) -> [From; N] {
    let mut from = [From::Named(0); N];
    let mut found = 0;
    let mut i = 0;
    while i < accounts.len() {
        from[i] = match (find(accounts[i].name, named), find(accounts[i].name, &STANDARD)) {
            (Some(at), _) => {
                found += 1;
                From::Named(at)
            }
            (None, Some(at)) => From::Standard(at),
            (None, None) => panic!("an account of the instruction is not named"),
        };
        i += 1;
    }
    assert!(i == N && found == named.len(), "an account is named that the instruction does not have");
    from
}

fn assemble(of: &Addresses, info: &InstructionInfo, from: &[From], named: &[Pubkey], data: &[u8]) -> Instruction {
    let standard = standard(of);
    let metas = info.accounts.iter().zip(from).map(|(account, from)| AccountMeta {
        pubkey: match from {
            From::Named(at) => named[*at],
            From::Standard(at) => standard[*at],
        },
        is_signer: account.signer,
        is_writable: account.writable,
    });
    Instruction { program_id: of.program, accounts: metas.collect(), data: data.to_vec() }
}

/// An instruction of a kind of the interface: its fields, and the accounts that are this method's to say.
macro_rules! call {
    ($of:expr, $kind:ident { $($fields:tt)* }, [$($name:ident: $key:expr),* $(,)?]) => {
        $crate::call::call!($of, $kind, &$kind { $($fields)* }, [$($name: $key),*])
    };
    ($of:expr, $kind:ident, $data:expr, [$($name:ident: $key:expr),* $(,)?]) => {{
        const FROM: [$crate::call::From; $kind::ACCOUNTS] = $crate::call::sources($kind::INFO.accounts, &[$(stringify!($name)),*]);
        $crate::call::assemble($of, $kind::INFO, &FROM, &[$($key),*], &$kind::to_bytes($data))
    }};
}
use call;

/// Accounts that follow those of the interface's list.
fn more(mut instruction: Instruction, metas: impl IntoIterator<Item = AccountMeta>) -> Instruction {
    instruction.accounts.extend(metas);
    instruction
}

fn changes(key: Pubkey) -> AccountMeta {
    AccountMeta::new(key, false)
}

fn reads(key: Pubkey) -> AccountMeta {
    AccountMeta::new_readonly(key, false)
}

#[cfg(test)]
mod tests;
