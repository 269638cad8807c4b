//! The embedded ledger as a whole (`specs/ledger-files.md`, section 5).

use std::collections::HashSet;

use borsh::{BorshDeserialize, BorshSerialize};

use super::entry::Stored;
use super::{Broken, START_LEN, start};
use crate::Refusal;

/// Version of the format.
pub const VERSION: u32 = 1;
/// Slot hashes that are kept.
pub const HASHES_MAX: usize = 512;
/// Slots for which a transaction may still be sent again.
pub const AGE_MAX: usize = 150;
/// Transactions with an intent that are remembered.
pub const DONE_MAX: usize = 1 << 20;

const MAGIC: [u8; 8] = *b"ASSAYSNP";
const HEAD_LEN: usize = 36;

/// A slot and its hash.
pub type SlotHash = (u64, [u8; 32]);

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

/// What stands in a snapshot's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Which ledger's.
    pub id: [u8; 16],
    /// How many frames went into it.
    pub frames: u64,
    /// The ledger.
    pub snapshot: Snapshot,
}

/// Whether all of them rise strictly.
fn rise<T: PartialOrd>(all: impl Iterator<Item = T>) -> bool {
    all.is_sorted_by(|one, next| one < next)
}

impl Snapshot {
    /// The rules of a snapshot that its layout does not express: each slot is over and has one hash and one transaction, and every list is in its one order.
    pub fn validate(&self) -> Result<(), String> {
        let over = |slot: Option<&u64>| slot.is_none_or(|slot| *slot < self.slot);
        let newest = self.hashes.first().map(|(slot, _)| slot);
        if newest.is_none() || !over(newest) || self.hashes.len() > HASHES_MAX || !rise(self.hashes.iter().rev().map(|(slot, _)| slot)) {
            return Err(format!("its slot hashes are not 1 to {HASHES_MAX} of slots that are over, the newest first"));
        }
        let ends = self.recent.first().zip(self.recent.last());
        let close = ends.is_none_or(|((first, _), (last, _))| last.saturating_sub(*first) <= AGE_MAX as u64 && *last < self.slot);
        if !close || !rise(self.recent.iter().map(|(slot, _)| slot)) {
            return Err(format!("its recent transactions are not of {AGE_MAX} slots that are over, the oldest first"));
        }
        let slots_rise = over(self.done.last().map(|done| &done.slot)) && rise(self.done.iter().map(|done| done.slot));
        let mut intents = HashSet::new();
        if self.done.len() > DONE_MAX || !slots_rise || !self.done.iter().all(|done| intents.insert(done.intent)) {
            return Err(format!("its intents are not at most {DONE_MAX}, each once, in slots that are over, the oldest first"));
        }
        if !rise(self.accounts.iter().map(|(address, _)| address)) {
            return Err("its accounts are not in the order of their addresses, each once".into());
        }
        let wrong = self.accounts.iter().find_map(|(address, account)| Some((address, account.validate().err()?)));
        wrong.map_or(Ok(()), |(address, why)| Err(format!("it holds an account that {why}: {}", hex::encode(address))))
    }
}

impl Saved {
    /// Its bytes. Refused if they could not be read again.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Refusal> {
        self.snapshot.validate().map_err(|why| Refusal::new("snapshot.rules", why))?;
        let mut bytes = [&MAGIC[..], &VERSION.to_le_bytes(), &self.id, &self.frames.to_le_bytes()].concat();
        borsh::to_writer(&mut bytes, &self.snapshot).map_err(|error| Refusal::new("snapshot.decode", error.to_string()))?;
        let hash = blake3::hash(&bytes);
        bytes.extend_from_slice(hash.as_bytes());
        Ok(bytes)
    }

    /// Reads a file.
    pub fn read(bytes: &[u8]) -> Result<Self, Broken> {
        start(bytes, &MAGIC, VERSION, ["snapshot.length", "snapshot.magic", "snapshot.version"])?;
        let (content, hash) = bytes.split_at(bytes.len() - (START_LEN - HEAD_LEN));
        if blake3::hash(content).as_bytes() != hash {
            return Err(Broken::damaged("snapshot.hash", 0, "its hash is another"));
        }
        let mut id = [0; 16];
        id.copy_from_slice(&content[12..28]);
        let mut frames = [0; 8];
        frames.copy_from_slice(&content[28..HEAD_LEN]);
        let decoded = borsh::from_slice::<Snapshot>(&content[HEAD_LEN..]);
        let snapshot = decoded.map_err(|error| Broken::damaged("snapshot.decode", HEAD_LEN, error.to_string()))?;
        snapshot.validate().map_err(|why| Broken::damaged("snapshot.rules", HEAD_LEN, why))?;
        Ok(Self { id, frames: u64::from_le_bytes(frames), snapshot })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Too long for a vector.
    #[test]
    fn one_intent_more_than_are_remembered_is_refused() {
        let done = |slot: u64| {
            let mut intent = [0; 32];
            intent[..8].copy_from_slice(&slot.to_le_bytes());
            Done { intent, signature: [0; 64], units: 0, fee: 0, slot }
        };
        let mut snapshot = Snapshot {
            program: [0; 32],
            io_mint: [0; 32],
            iosd_mint: [0; 32],
            slot: u64::MAX,
            time: 0,
            hashes: vec![(0, [0; 32])],
            recent: vec![],
            done: (0..DONE_MAX as u64).map(done).collect(),
            accounts: vec![],
        };
        assert_eq!(snapshot.validate(), Ok(()));
        snapshot.done.push(done(DONE_MAX as u64));
        assert!(snapshot.validate().is_err());
        assert!(Saved { id: [0; 16], frames: 0, snapshot }.to_bytes().is_err(), "nor is it written");
    }
}
