//! Slots, time and slot hashes of the embedded ledger: what a cluster's leaders decide, decided by the transactions themselves.
//!
//! ```text
//! hash(s) = SHA-256(hash of the newest slot before s, s: u64, signature of the transaction in s, or zeros)
//! ```
//!
//! A transaction takes a slot and no time. Time moves when it is told to ([`Slots::warp`]), with 5 slots every 2 seconds as a cluster has; of those only the last 512 get a hash, as only they are kept.
//! Blockhashes are slot hashes: one is good for the 150 slots that follow, as on a cluster.

use std::collections::VecDeque;

use assay_protocol::ledger_files::snapshot::{AGE_MAX, HASHES_MAX as KEPT, SlotHash};
use sha2::{Digest, Sha256};

/// Where the ledger stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slots {
    /// The slot that is being made.
    pub slot: u64,
    /// Seconds since 1970.
    pub time: i64,
    /// The newest first; never empty.
    hashes: VecDeque<SlotHash>,
}

impl Slots {
    /// The first slot of a ledger, whose hashes start with its number.
    pub fn first(slot: u64, time: i64, id: &[u8; 16]) -> Self {
        let hash = Sha256::digest([&b"assay embedded ledger 1"[..], id].concat()).into();
        Self { slot, time, hashes: VecDeque::from([(slot.saturating_sub(1), hash)]) }
    }

    /// As it was written down: with the hashes of a snapshot, which are there and in order.
    pub fn restore(slot: u64, time: i64, hashes: Vec<SlotHash>) -> Self {
        Self { slot, time, hashes: hashes.into() }
    }

    /// The newest first.
    pub fn hashes(&self) -> impl ExactSizeIterator<Item = &SlotHash> {
        self.hashes.iter()
    }

    /// The blockhash to sign with.
    pub fn blockhash(&self) -> [u8; 32] {
        self.hashes.front().map_or([0; 32], |(_, hash)| *hash)
    }

    /// Whether a blockhash is good still.
    pub fn is_recent(&self, blockhash: &[u8; 32]) -> bool {
        self.hashes.iter().take(AGE_MAX).any(|(_, hash)| hash == blockhash)
    }

    /// Ends the slot with the transaction that it holds.
    pub fn end(&mut self, signature: &[u8; 64]) {
        let hash = Sha256::new().chain_update(self.blockhash()).chain_update(self.slot.to_le_bytes()).chain_update(signature).finalize();
        self.hashes.push_front((self.slot, hash.into()));
        self.hashes.truncate(KEPT);
        self.slot = self.slot.saturating_add(1);
    }

    /// Ends so many slots without a transaction, and lets so many seconds pass.
    pub fn pass(&mut self, slots: u64, seconds: u64) {
        let last = self.slot.saturating_add(slots);
        self.slot = self.slot.max(last.saturating_sub(KEPT as u64));
        while self.slot < last {
            self.end(&[0; 64]);
        }
        self.time = self.time.saturating_add_unsigned(seconds);
    }

    /// Slots of a cluster in so many seconds: 5 in 2, and at least one.
    pub fn in_seconds(seconds: u64) -> u64 {
        (seconds.saturating_mul(5) / 2).max(1)
    }

    /// The sysvar: a count, then slots and hashes, the newest first, in an account that has room for 512.
    pub fn sysvar(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + KEPT * 40);
        bytes.extend((self.hashes.len() as u64).to_le_bytes());
        for (slot, hash) in &self.hashes {
            bytes.extend(slot.to_le_bytes());
            bytes.extend(hash);
        }
        bytes.resize(8 + KEPT * 40, 0);
        bytes
    }
}

/// Reads the sysvar.
pub fn read_sysvar(bytes: &[u8]) -> Option<Vec<SlotHash>> {
    let (count, rest) = bytes.split_first_chunk::<8>()?;
    let count = usize::try_from(u64::from_le_bytes(*count)).ok().filter(|count| *count <= KEPT)?;
    let entries = rest.get(..count * 40)?.chunks_exact(40);
    let entry = |entry: &[u8]| Some((u64::from_le_bytes(*entry.first_chunk()?), *entry.last_chunk()?));
    entries.map(entry).collect()
}

#[cfg(test)]
mod tests {
    use assay_protocol::ledger_files::entry::{self, Entry};

    use super::*;

    fn slots() -> Slots {
        Slots::first(100, 1_000, &[1; 16])
    }

    #[test]
    fn a_transaction_takes_a_slot() {
        let mut now = slots();
        let before = now.blockhash();
        now.end(&[5; 64]);
        assert_eq!((now.slot, now.time), (101, 1_000));
        assert_eq!(now.hashes().next().map(|(slot, _)| *slot), Some(100));
        assert_ne!(now.blockhash(), before);
        let mut other = slots();
        other.end(&[6; 64]);
        assert_ne!(now.blockhash(), other.blockhash());
    }

    #[test]
    fn a_blockhash_is_good_for_150_slots() {
        let mut now = slots();
        let hash = now.blockhash();
        now.pass(149, 0);
        assert!(now.is_recent(&hash));
        now.pass(1, 0);
        assert!(!now.is_recent(&hash));
    }

    #[test]
    fn as_many_hashes_are_kept_as_a_cluster_keeps() {
        let mut now = slots();
        now.pass(1_000_000, 400_000);
        let kept: Vec<u64> = now.hashes().map(|(slot, _)| *slot).collect();
        assert_eq!(kept, (1_000_100 - 512..1_000_100).rev().collect::<Vec<_>>());
        assert_eq!((now.slot, now.time), (1_000_100, 401_000));
        now.pass(u64::MAX, u64::MAX);
        assert_eq!((now.slot, now.time), (u64::MAX, i64::MAX));
    }

    #[test]
    fn the_sysvar_is_read_back() {
        let mut now = slots();
        now.pass(3, 0);
        assert_eq!(now.sysvar().len(), 20_488);
        assert_eq!(read_sysvar(&now.sysvar()), Some(now.hashes().copied().collect()));
        let mut wrong = now.sysvar();
        wrong[0..8].copy_from_slice(&u64::MAX.to_le_bytes());
        assert_eq!(read_sysvar(&wrong), None);
        assert_eq!(read_sysvar(&now.sysvar()[..50]), None);
    }

    /// `specs/ledger-files.md`, section 4.
    #[test]
    fn slots_are_those_of_the_vectors() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs/vectors/ledger-files.json");
        let file: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let vectors = file["groups"]["slots"].as_array().unwrap();
        assert!(vectors.len() >= 10);
        for vector in vectors {
            let text = |field: &serde_json::Value| field.as_str().unwrap().to_owned();
            let hex = |field: &serde_json::Value| {
                let text = text(field);
                (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect::<Vec<u8>>()
            };
            let id = hex(&vector["id"]).try_into().unwrap();
            let mut now = Slots::first(text(&vector["first_slot"]).parse().unwrap(), text(&vector["first_time"]).parse().unwrap(), &id);
            let entries = vector.get("body").map(|body| entry::from_body(&hex(body)).unwrap());
            for entry in entries.unwrap_or_default() {
                match entry {
                    Entry::Transaction { signature, .. } => now.end(&signature),
                    Entry::Pass { slots, seconds } => now.pass(slots, seconds),
                    Entry::Written { .. } => {}
                }
            }
            let hash = |of: &serde_json::Value| (text(&of["slot"]).parse().unwrap(), <[u8; 32]>::try_from(hex(&of["hash"])).unwrap());
            assert_eq!((now.slot.to_string(), now.time.to_string()), (text(&vector["slot"]), text(&vector["time"])), "{}", vector["name"]);
            assert_eq!(now.hashes().len().to_string(), text(&vector["hashes"]), "{}", vector["name"]);
            assert_eq!(now.hashes().next(), Some(&hash(&vector["newest"])), "{}", vector["name"]);
            assert_eq!(now.hashes().last(), Some(&hash(&vector["oldest"])), "{}", vector["name"]);
        }
    }
}
