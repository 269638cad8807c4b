//! # Slots, time and hashes of an embedded ledger (ledger-files.md, section 4)
//!
//! ```text
//! hash(s) = SHA-256(hash of the newest slot before s ‖ s: u64 ‖ signature)
//! ```

use sha2::{Digest, Sha256};

use super::entries::Entry;

/// Where a ledger stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slots {
    /// The slot that is being made.
    pub slot: u64,
    /// Seconds since 1970.
    pub time: i64,
    /// Of slots that are over, the newest first: at most 512.
    pub hashes: Vec<(u64, [u8; 32])>,
}

impl Slots {
    /// A new ledger's.
    pub fn first(slot: u64, time: i64, id: &[u8; 16]) -> Slots {
        let hash = Sha256::new().chain_update(b"assay embedded ledger 1").chain_update(id).finalize();
        Slots { slot, time, hashes: vec![(slot - 1, hash.into())] }
    }

    fn end(&mut self, signature: &[u8; 64]) {
        let newest = self.hashes[0].1;
        let hash = Sha256::new().chain_update(newest).chain_update(self.slot.to_le_bytes()).chain_update(signature).finalize();
        self.hashes.insert(0, (self.slot, hash.into()));
        self.hashes.truncate(512);
        self.slot += 1;
    }

    /// After an entry.
    pub fn apply(&mut self, entry: &Entry) {
        match entry {
            Entry::Transaction { signature, .. } => self.end(signature),
            Entry::Pass { slots, seconds } => {
                let hashed = (*slots).min(512);
                self.slot += slots - hashed;
                for _ in 0..hashed {
                    self.end(&[0; 64]);
                }
                self.time += i64::try_from(*seconds).expect("a time that there is");
            }
            Entry::Written { .. } => {}
        }
    }
}
