//! A ledger in this process and one folder: the real program in a real virtual machine (litesvm), with everything that was committed on disk before anybody hears of it.
//!
//! ```text
//! FOLDER/lock       who writes                                         held by one process at a time
//! FOLDER/snapshot   the whole ledger after its first n frames          replaced as a whole: other name, sync, rename
//! FOLDER/journal    frames of what was committed, with their numbers   grows; synced before a receipt is given
//!
//! send:    execute (changes nothing) ─► frame to the journal, synced ─► apply in memory ─► receipt
//! open:    snapshot ─► frames from n on, applied ─► ready              a torn frame at the end is dropped: nobody has heard of it
//! compact: snapshot of now replaces the old one ─► an empty journal replaces the old one        a crash between the two: frames below n are passed over
//! ```
//!
//! The bytes of both files, and what a reader refuses, are `specs/ledger-files.md`, and `assay_protocol::ledger_files` in code.
//!
//! **Fast or at once.** With [`Durability::Each`] every transaction waits for the disk. With [`Durability::Grouped`] a frame holds many, and a receipt is for good only after [`Embedded::flush`]: a crash then loses
//! the last ones, whole and in order, never a part of one.

mod account;
mod faucet;
mod machine;
mod setup;
mod slots;
mod snapshot;

use std::fs::File;
use std::path::{Path, PathBuf};

use assay_protocol::ledger_files::entry::{self, Change, Entry};
use assay_protocol::ledger_files::journal::{Header, LEDGER_MAGIC};
use assay_protocol::ledger_files::snapshot::Saved;
use assay_settlement_interface::Key;
use solana_sdk::account::{Account, ReadableAccount};
use solana_sdk::clock::Slot;
use solana_sdk::hash::Hash;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Signature;
use solana_sdk::transaction::Transaction;

use self::machine::Machine;
use self::slots::Slots;
use crate::address::Addresses;
use crate::error::LedgerError;
use crate::journal::{Journal, file};
use crate::ledger::{Clock, Filter, Intent, Ledger, Receipt, Simulation, Spec, matches};
use crate::wire;

pub use self::setup::{IO_MINT, IOSD_MINT, PROGRAM};
pub use self::slots::read_sysvar as read_slot_hashes;

/// The journal is written anew as a snapshot when it is longer than this and than four times the snapshot.
const JOURNAL_MAX: u64 = 64 << 20;

/// When a transaction is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Before its receipt is given.
    Each,
    /// With the next [`Embedded::flush`], or when so many have come together.
    Grouped(usize),
}

/// What opening a ledger found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recovery {
    /// Frames of the journal that were applied to the snapshot.
    pub frames: u64,
    /// Bytes of a write that was cut short, which were dropped.
    pub dropped: u64,
    /// Accounts.
    pub accounts: usize,
}

/// The ledger.
pub struct Embedded {
    machine: Machine,
    journal: Journal,
    id: [u8; 16],
    folder: PathBuf,
    durability: Durability,
    /// Applied in memory, and not on the disk yet.
    pending: Vec<Entry>,
    snapshot_length: u64,
    recovery: Recovery,
    /// A write failed: memory may be ahead of the disk, and nothing more is taken.
    broken: bool,
    /// [`JOURNAL_MAX`], but for tests.
    journal_max: u64,
    /// What is committed stays in memory: [`Embedded::rehearse`].
    rehearsing: bool,
    _lock: File,
}

impl Embedded {
    /// From now on nothing more is written: what is committed is seen by this process, and gone with it.
    pub fn rehearse(&mut self) -> Result<(), LedgerError> {
        self.flush()?;
        self.rehearsing = true;
        Ok(())
    }

    /// Says when transactions are on the disk; at first [`Durability::Each`].
    pub fn set_durability(&mut self, durability: Durability) -> Result<(), LedgerError> {
        self.durability = durability;
        self.flush()
    }

    /// Whether a folder holds anything of a ledger, whole or not: who looks for one must not go on to another.
    pub fn is_in(folder: &Path) -> Result<bool, LedgerError> {
        let journal = journal_path(folder);
        Ok(snapshot::exists(folder)? || journal.try_exists().map_err(file::io("look for", &journal))?)
    }

    /// What opening it found.
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// Where its accounts are.
    pub fn at(&self) -> &Addresses {
        &self.machine.at
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What to sign the next transaction with.
    pub fn blockhash(&self) -> Hash {
        Hash::new_from_array(self.machine.slots.blockhash())
    }

    /// Commits a transaction that was signed by whoever. Sent again it is refused.
    pub fn send_signed(&mut self, transaction: Transaction) -> Result<Receipt, LedgerError> {
        self.transact(transaction, None)
    }

    /// Lets time pass, with the slots that a cluster would make in it.
    pub fn warp(&mut self, seconds: u64) -> Result<(), LedgerError> {
        self.commit(Entry::Pass { slots: Slots::in_seconds(seconds), seconds })
    }

    /// Lets slots pass, and no time: a slot that draws is then there.
    pub fn skip(&mut self, slots: u64) -> Result<(), LedgerError> {
        self.commit(Entry::Pass { slots, seconds: 0 })
    }

    /// Puts on the disk what is not there yet.
    pub fn flush(&mut self) -> Result<(), LedgerError> {
        if self.rehearsing {
            return Ok(());
        }
        self.write_pending()?;
        self.compact_if_long();
        Ok(())
    }

    fn write_pending(&mut self) -> Result<(), LedgerError> {
        if self.broken {
            return Err(LedgerError::Broken(self.folder.clone()));
        }
        if !self.pending.is_empty() {
            let body = entry::to_body(&self.pending).ok_or(LedgerError::Overflow)?;
            self.journal.append(&body).inspect_err(|_| self.broken = true)?;
            self.pending.clear();
        }
        Ok(())
    }

    /// That it cannot be done now undoes nothing that was committed: whoever heard that a transaction failed would send it again.
    fn compact_if_long(&mut self) {
        let most = self.journal_max.max(self.snapshot_length.saturating_mul(4));
        if self.journal.length() > most
            && let Err(error) = self.compact()
        {
            tracing::warn!(%error, "the journal is long, and cannot be written anew");
        }
    }

    /// Replaces the journal by a snapshot.
    pub fn compact(&mut self) -> Result<(), LedgerError> {
        if self.rehearsing {
            return Ok(());
        }
        self.write_pending()?;
        let frames = self.journal.next();
        self.snapshot_length = snapshot::write(&self.folder, &Saved { id: self.id, frames, snapshot: self.machine.snapshot() })?;
        let header = Header { magic: LEDGER_MAGIC, id: self.id, base: frames };
        self.journal = Journal::create(&journal_path(&self.folder), header, &[]).inspect_err(|_| self.broken = true)?;
        Ok(())
    }

    fn transact(&mut self, transaction: Transaction, intent: Option<Intent>) -> Result<Receipt, LedgerError> {
        if self.broken {
            return Err(LedgerError::Broken(self.folder.clone()));
        }
        self.machine.refresh()?;
        let slot = self.machine.slots.slot;
        let entry = self.machine.execute(transaction, intent)?;
        let Entry::Transaction { signature, units, fee, .. } = &entry else { return Err(LedgerError::Overflow) };
        let receipt = Receipt { signature: Signature::from(*signature), units: *units, fee: *fee, slot };
        self.commit(entry)?;
        Ok(receipt)
    }

    /// To the disk, then to memory; or, grouped, to memory and later to the disk.
    fn commit(&mut self, entry: Entry) -> Result<(), LedgerError> {
        if self.broken {
            return Err(LedgerError::Broken(self.folder.clone()));
        }
        self.machine.check(&entry)?;
        // Until all of it is done, nothing else is: if it fails half-way, memory and disk may differ, and only opening the ledger again tells what is on the disk.
        self.broken = true;
        if self.durability == Durability::Each && !self.rehearsing {
            // Nothing is in memory that is not on the disk.
            let body = entry::to_body(std::slice::from_ref(&entry)).ok_or(LedgerError::Overflow)?;
            self.journal.append(&body)?;
        }
        self.machine.apply(&entry)?;
        // Whoever tries something out next finds the time that it is now.
        if self.rehearsing || !matches!(entry, Entry::Written { .. }) {
            self.machine.refresh()?;
        }
        self.broken = false;
        if self.rehearsing {
            return Ok(());
        }
        match self.durability {
            Durability::Each => {
                self.compact_if_long();
                Ok(())
            }
            Durability::Grouped(most) => {
                self.pending.push(entry);
                if self.pending.len() >= most { self.flush() } else { Ok(()) }
            }
        }
    }

    /// Writes accounts that no transaction wrote.
    fn write(&mut self, changes: Vec<Change>) -> Result<(), LedgerError> {
        self.commit(Entry::Written { changes })
    }
}

fn journal_path(folder: &Path) -> PathBuf {
    folder.join("journal")
}

impl Drop for Embedded {
    fn drop(&mut self) {
        if !self.broken
            && let Err(error) = self.flush()
        {
            tracing::error!(%error, "the last transactions are not on the disk");
        }
    }
}

impl Ledger for Embedded {
    fn program(&self) -> Pubkey {
        self.machine.at.program
    }

    fn accounts(&self, addresses: &[Pubkey]) -> Result<Vec<Option<Account>>, LedgerError> {
        Ok(addresses.iter().map(|address| self.machine.account(address).map(|account| account.clone().into())).collect())
    }

    fn accounts_of(&self, kind: u8, length: Option<usize>, filters: &[Filter<'_>]) -> Result<Vec<(Pubkey, Account)>, LedgerError> {
        let all = self.machine.of_program().filter(|(_, account)| matches(account.data(), kind, length, filters));
        let mut found: Vec<(Pubkey, Account)> = all.map(|(address, account)| (*address, account.clone().into())).collect();
        found.sort_unstable_by_key(|(address, _)| *address);
        Ok(found)
    }

    fn clock(&self) -> Result<Clock, LedgerError> {
        Ok(Clock { slot: self.machine.slots.slot, unix_timestamp: self.machine.slots.time })
    }

    fn slot_hashes(&self) -> Result<Vec<(Slot, Key)>, LedgerError> {
        Ok(self.machine.slots.hashes().copied().collect())
    }

    fn rent(&self, length: usize) -> Result<u64, LedgerError> {
        Ok(self.machine.rent(length))
    }

    fn simulate(&self, spec: &Spec<'_>) -> Result<Simulation, LedgerError> {
        Ok(self.machine.simulate(wire::sign(spec, self.blockhash())?))
    }

    fn send(&mut self, spec: &Spec<'_>) -> Result<Receipt, LedgerError> {
        if let Some(done) = spec.intent.and_then(|intent| self.machine.fulfilled(&intent)) {
            return Ok(Receipt { signature: Signature::from(done.signature), units: done.units, fee: done.fee, slot: done.slot });
        }
        let transaction = wire::sign(spec, self.blockhash())?;
        self.transact(transaction, spec.intent)
    }
}

#[cfg(test)]
mod tests;
