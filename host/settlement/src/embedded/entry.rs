//! What a committed change is, as bytes: the bodies of the journal's frames, and the snapshot.
//!
//! ```text
//! Frame     count: u32  Entry × count                       committed together, applied in order
//! Entry     0 Transaction  signature: bytes[64]  intent: 0 | 1 bytes[32]  units: u64  fee: u64  Changes
//!           1 Pass         slots: u64  seconds: u64
//!           2 Written      Changes                          by this ledger itself: what a faucet gives
//! Changes   count: u32  (address: bytes[32]  0 | 1 Stored) × count          0: the account is gone
//! Stored    lamports: u64  owner: bytes[32]  executable: u8  length: u32  data: bytes[length]
//! Snapshot  program: bytes[32]  io_mint: bytes[32]  iosd_mint: bytes[32]  slot: u64  time: i64
//!           count: u32 (slot: u64  hash: bytes[32]) × count             the newest first
//!           count: u32 (slot: u64  signature: bytes[64]) × count        transactions whose blockhash may still be good, the oldest first
//!           count: u32 (intent: bytes[32]  signature: bytes[64]  units: u64  fee: u64  slot: u64) × count, the oldest first
//!           count: u32 (address: bytes[32]  Stored) × count             by address
//! ```
//!
//! All of it is Borsh. An account's state after the change is written, not the change, so that applying an entry depends on nothing.

use borsh::{BorshDeserialize, BorshSerialize};
use solana_sdk::account::{Account, AccountSharedData, ReadableAccount};

use super::slots::SlotHash;

/// An account as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Stored {
    /// What it holds.
    pub lamports: u64,
    /// The program that owns it.
    pub owner: [u8; 32],
    /// Whether it is a program.
    pub executable: bool,
    /// Its data.
    pub data: Vec<u8>,
}

/// An account after a change; none: it is gone.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Change {
    /// Where.
    pub address: [u8; 32],
    /// What is there now.
    pub account: Option<Stored>,
}

/// Something that was committed.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Entry {
    /// A transaction.
    Transaction {
        /// Its first signature.
        signature: [u8; 64],
        /// What it was meant to bring about.
        intent: Option<[u8; 32]>,
        /// Compute units that it used.
        units: u64,
        /// Lamports that it cost.
        fee: u64,
        /// What it changed.
        changes: Vec<Change>,
    },
    /// Slots and seconds without a transaction.
    Pass {
        /// How many slots.
        slots: u64,
        /// How many seconds.
        seconds: u64,
    },
    /// Written by the ledger itself.
    Written {
        /// What it changed.
        changes: Vec<Change>,
    },
}

/// What is remembered of a transaction with an intent.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Done {
    /// What it was meant to bring about.
    pub intent: [u8; 32],
    /// Its first signature.
    pub signature: [u8; 64],
    /// Compute units that it used.
    pub units: u64,
    /// Lamports that it cost.
    pub fee: u64,
    /// The slot that it is in.
    pub slot: u64,
}

/// A ledger as a whole.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Snapshot {
    /// The settlement program.
    pub program: [u8; 32],
    /// Mint of IO.
    pub io_mint: [u8; 32],
    /// Mint of IOSD.
    pub iosd_mint: [u8; 32],
    /// The slot that is being made.
    pub slot: u64,
    /// Seconds since 1970.
    pub time: i64,
    /// Slot hashes, the newest first.
    pub hashes: Vec<SlotHash>,
    /// Transactions that could still be sent again, the oldest first.
    pub recent: Vec<(u64, [u8; 64])>,
    /// Transactions with an intent, the oldest first.
    pub done: Vec<Done>,
    /// All accounts, by address.
    pub accounts: Vec<([u8; 32], Stored)>,
}

impl Stored {
    /// As an account of the engine.
    pub fn to_account(&self) -> Account {
        Account {
            lamports: self.lamports,
            data: self.data.clone(),
            owner: self.owner.into(),
            executable: self.executable,
            rent_epoch: u64::MAX,
        }
    }
}

impl From<&AccountSharedData> for Stored {
    fn from(account: &AccountSharedData) -> Self {
        Self {
            lamports: account.lamports(),
            owner: account.owner().to_bytes(),
            executable: account.executable(),
            data: account.data().to_vec(),
        }
    }
}

/// The body of a frame. None if something in it is longer than Borsh can say.
pub fn to_body(entries: &[Entry]) -> Option<Vec<u8>> {
    borsh::to_vec(entries).ok()
}

/// The entries of a frame's body. Nothing may be left over.
pub fn from_body(body: &[u8]) -> Option<Vec<Entry>> {
    borsh::from_slice(body).ok()
}
