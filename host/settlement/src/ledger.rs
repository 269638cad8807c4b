//! What a ledger is to the rest of Assay: accounts to read, transactions to send.
//!
//! Two are one: [`crate::embedded::Embedded`], in this process and folder, and [`crate::rpc::RpcLedger`], a Solana cluster. Whoever holds a `dyn Ledger` cannot tell them apart, but for time.
//!
//! **What `send` promises.** It returns when the transaction is on the ledger to stay (on a cluster: confirmed at least, see [`crate::rpc`]), or is certain never to be. What cannot be told (the cluster does not answer any more) is an error of its own,
//! [`LedgerError::Uncertain`], and stays written down until it can be. A [`Spec`] with an *intent* is on the ledger at most once, however often and in whatever process it is sent.

use assay_settlement_interface::Key;
use solana_sdk::account::Account;
use solana_sdk::clock::Slot;
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::{Keypair, Signature};
use solana_sdk::signer::Signer;

use crate::error::LedgerError;

/// The cluster's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// The slot that is being made.
    pub slot: Slot,
    /// Seconds since 1970.
    pub unix_timestamp: i64,
}

/// A transaction to be sent.
#[derive(Clone, Copy)]
pub struct Spec<'a> {
    /// What it does, all or nothing.
    pub instructions: &'a [Instruction],
    /// Who pays for it.
    pub payer: &'a Keypair,
    /// Who else signs.
    pub signers: &'a [&'a Keypair],
    /// What it is meant to bring about, as a number that its sender makes up once and keeps: two transactions with one intent are one. None: each is one of its own.
    pub intent: Option<Intent>,
}

/// Names what a transaction is meant to bring about.
pub type Intent = [u8; 32];

impl<'a> Spec<'a> {
    /// One that its payer alone signs, without an intent.
    pub fn new(instructions: &'a [Instruction], payer: &'a Keypair) -> Self {
        Self { instructions, payer, signers: &[], intent: None }
    }

    /// All who sign, each once, the payer first.
    pub(crate) fn keys(&self) -> Vec<&'a Keypair> {
        let mut keys = vec![self.payer];
        for key in self.signers {
            if keys.iter().all(|had| had.pubkey() != key.pubkey()) {
                keys.push(key);
            }
        }
        keys
    }
}

/// What became of a transaction that is on the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Its first signature, which names it.
    pub signature: Signature,
    /// Compute units that it used.
    pub units: u64,
    /// Lamports that its payer paid.
    pub fee: u64,
    /// The slot that it is in.
    pub slot: Slot,
}

/// What would become of a transaction.
#[derive(Debug, Clone)]
pub struct Simulation {
    /// Compute units that it used up to its end.
    pub units: u64,
    /// What programs logged.
    pub logs: Vec<String>,
    /// Why it would fail, if it would.
    pub refused: Option<crate::error::Refused>,
    /// Lamports that its payer would pay to have it taken, priority included.
    pub fee: u64,
    /// Accounts that would be others after it, the fee included; none if it would fail.
    pub effects: Vec<Effect>,
}

/// An account before a transaction and after it; none where there is no such account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// Which.
    pub address: Pubkey,
    /// As it is.
    pub before: Option<Account>,
    /// As it would be.
    pub after: Option<Account>,
}

impl Effect {
    /// Lamports before and after.
    pub fn lamports(&self) -> (u64, u64) {
        let of = |account: &Option<Account>| account.as_ref().map_or(0, |account| account.lamports);
        (of(&self.before), of(&self.after))
    }
}

/// A piece of an account's data that must be so.
#[derive(Debug, Clone, Copy)]
pub struct Filter<'a> {
    /// Where it starts.
    pub at: usize,
    /// What stands there.
    pub bytes: &'a [u8],
}

/// Whether an account's data is of a kind and length, and all filters match.
pub(crate) fn matches(data: &[u8], kind: u8, length: Option<usize>, filters: &[Filter<'_>]) -> bool {
    data.first() == Some(&kind)
        && length.is_none_or(|length| data.len() == length)
        && filters.iter().all(|filter| data.get(filter.at..).is_some_and(|rest| rest.starts_with(filter.bytes)))
}

/// A ledger with the settlement program on it.
pub trait Ledger: Send {
    /// The settlement program.
    fn program(&self) -> Pubkey;

    /// Accounts, in the order of their addresses; none for those that do not exist.
    fn accounts(&self, addresses: &[Pubkey]) -> Result<Vec<Option<Account>>, LedgerError>;

    /// The program's accounts of a kind and length that match all filters, sorted by address. Of a round, whose length varies, `length` is none.
    fn accounts_of(&self, kind: u8, length: Option<usize>, filters: &[Filter<'_>]) -> Result<Vec<(Pubkey, Account)>, LedgerError>;

    /// The time.
    fn clock(&self) -> Result<Clock, LedgerError>;

    /// The slots whose hashes the cluster keeps, the newest first.
    fn slot_hashes(&self) -> Result<Vec<(Slot, Key)>, LedgerError>;

    /// Lamports that an account of so many bytes must hold.
    fn rent(&self, length: usize) -> Result<u64, LedgerError>;

    /// What would become of it. Changes nothing.
    fn simulate(&self, spec: &Spec<'_>) -> Result<Simulation, LedgerError>;

    /// Sends it, and waits until its end is known.
    fn send(&mut self, spec: &Spec<'_>) -> Result<Receipt, LedgerError>;

    /// An account.
    fn account(&self, address: &Pubkey) -> Result<Option<Account>, LedgerError> {
        Ok(self.accounts(&[*address])?.pop().flatten())
    }

    /// Lamports of an account; 0 if it does not exist.
    fn lamports(&self, address: &Pubkey) -> Result<u64, LedgerError> {
        Ok(self.account(address)?.map_or(0, |account| account.lamports))
    }
}
