//! What the embedded ledger commits, as the bodies of its journal's frames (`specs/ledger-files.md`, section 4).
//!
//! An account's state after the change is written, not the change, so that applying an entry depends on nothing.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::Refusal;

/// An account as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Stored {
    /// What it holds; at least 1, or it would not be there.
    pub lamports: u64,
    /// The program that owns it.
    pub owner: [u8; 32],
    /// Whether it is a program, which none is that is stored.
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

impl Stored {
    /// The rules of an account that its layout does not express.
    pub fn validate(&self) -> Result<(), &'static str> {
        if self.lamports == 0 {
            return Err("holds no lamports, and so is not there");
        }
        if self.executable {
            return Err("is a program, which is no part of what is stored");
        }
        Ok(())
    }
}

impl Entry {
    /// What it changed.
    pub fn changes(&self) -> &[Change] {
        match self {
            Self::Transaction { changes, .. } | Self::Written { changes } => changes,
            Self::Pass { .. } => &[],
        }
    }
}

/// The body of a frame. None if something in it is longer than Borsh can say.
pub fn to_body(entries: &[Entry]) -> Option<Vec<u8>> {
    borsh::to_vec(entries).ok()
}

/// The entries of a frame's body.
pub fn from_body(body: &[u8]) -> Result<Vec<Entry>, Refusal> {
    let entries: Vec<Entry> = borsh::from_slice(body).map_err(|error| Refusal::new("entries.decode", error.to_string()))?;
    if entries.is_empty() {
        return Err(Refusal::new("entries.rules", "there are none"));
    }
    for (place, entry) in entries.iter().enumerate() {
        for change in entry.changes() {
            let valid = change.account.as_ref().map_or(Ok(()), Stored::validate);
            valid.map_err(|why| {
                Refusal::new("entries.rules", format!("entry {place} writes an account that {why}: {}", hex::encode(change.address)))
            })?;
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(lamports: u64, executable: bool, data: &[u8]) -> Change {
        Change { address: [3; 32], account: Some(Stored { lamports, owner: [2; 32], executable, data: data.to_vec() }) }
    }

    fn check(body: &[u8]) -> Option<&'static str> {
        from_body(body).err().map(|refusal| refusal.check)
    }

    #[test]
    fn entries_are_read_back() {
        let entries = vec![
            Entry::Pass { slots: 2, seconds: 1 },
            Entry::Written { changes: vec![change(1, false, b"data"), Change { address: [9; 32], account: None }] },
            Entry::Transaction { signature: [1; 64], intent: Some([2; 32]), units: 3, fee: 4, changes: vec![change(1, false, b"")] },
        ];
        let body = to_body(&entries).unwrap();
        assert_eq!(from_body(&body), Ok(entries));
        for end in 0..body.len() {
            assert_eq!(check(&body[..end]), Some("entries.decode"), "cut at {end}");
        }
        assert_eq!(check(&[&body[..], &[0]].concat()), Some("entries.decode"));
    }

    #[test]
    fn what_no_ledger_commits_is_refused() {
        let written = |change| to_body(&[Entry::Written { changes: vec![change] }]).unwrap();
        assert_eq!(check(&to_body(&[]).unwrap()), Some("entries.rules"));
        assert_eq!(check(&written(change(0, false, b""))), Some("entries.rules"));
        assert_eq!(check(&written(change(1, true, b""))), Some("entries.rules"));
        assert_eq!(check(&written(change(1, false, b""))), None);
    }
}
