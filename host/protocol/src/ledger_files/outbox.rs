//! What was signed and may land, and what came of it: the bodies of an outbox's frames, and what all of them together say (`specs/ledger-files.md`, section 6).

use std::collections::BTreeMap;

use borsh::{BorshDeserialize, BorshSerialize};

use crate::Refusal;

/// The longest transaction that a cluster takes, in bytes.
pub const WIRE_MAX: usize = 1232;

/// A transaction that was signed.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Begun {
    /// Its first signature.
    pub signature: [u8; 64],
    /// What it is meant to bring about.
    pub intent: Option<[u8; 32]>,
    /// The last height of a block that may hold it.
    pub last_valid: u64,
    /// A slot before it was signed.
    pub signed: u64,
    /// Itself, as it is sent. Empty once it has ended and the journal was written anew.
    pub wire: Vec<u8>,
}

/// What became of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum End {
    /// It is on the ledger.
    Landed {
        /// Compute units that it used; 0 if the cluster does not say.
        units: u64,
        /// Lamports that it cost; 0 if the cluster does not say.
        fee: u64,
        /// The slot that it is in.
        slot: u64,
    },
    /// It is on the ledger, and failed there.
    Failed,
    /// It was never handed on.
    Refused,
    /// It can never land.
    Expired,
}

/// A frame's body.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Entry {
    /// Written before it is sent.
    Begun(Begun),
    /// Written when that is certain.
    Ended {
        /// Of which transaction.
        signature: [u8; 64],
        /// What became of it.
        end: End,
    },
}

/// What an outbox says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// What may still land, by its signature.
    pub open: BTreeMap<[u8; 64], Begun>,
    /// What has landed, by its intent.
    pub met: BTreeMap<[u8; 32], (Begun, End)>,
}

impl Entry {
    /// The body of a frame. None if something in it is longer than Borsh can say.
    pub fn to_body(&self) -> Option<Vec<u8>> {
        borsh::to_vec(self).ok()
    }

    /// Reads a frame's body.
    pub fn from_body(body: &[u8]) -> Result<Self, Refusal> {
        let entry: Self = borsh::from_slice(body).map_err(|error| Refusal::new("outbox.decode", error.to_string()))?;
        if let Self::Begun(begun) = &entry {
            begun.validate().map_err(|why| Refusal::new("outbox.rules", why))?;
        }
        Ok(entry)
    }
}

impl Begun {
    /// A transaction is watched by its signature and sent by its bytes: were they of two, one could land unseen, and be paid again.
    fn validate(&self) -> Result<(), &'static str> {
        match self.wire.split_first() {
            None => Ok(()),
            Some(_) if self.wire.len() > WIRE_MAX => Err("a transaction is longer than one can be"),
            Some((1..=127, rest)) if rest.starts_with(&self.signature) => Ok(()),
            Some(_) => Err("a transaction is not the one of its signature"),
        }
    }
}

impl Sent {
    /// What frames say, in their order.
    pub fn read<'a>(bodies: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, Refusal> {
        let mut sent = Self::default();
        for body in bodies {
            sent.apply(Entry::from_body(body)?);
        }
        match sent.open.values().find(|begun| begun.wire.is_empty()) {
            Some(_) => Err(Refusal::new("outbox.rules", "a transaction that has not ended is not there to be sent again")),
            None => Ok(sent),
        }
    }

    /// Goes on by an entry.
    pub fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Begun(begun) => drop(self.open.insert(begun.signature, begun)),
            Entry::Ended { signature, end } => {
                let Some(begun) = self.open.remove(&signature) else { return };
                if let (Some(intent), End::Landed { .. }) = (begun.intent, end) {
                    self.met.insert(intent, (Begun { wire: Vec::new(), ..begun }, end));
                }
            }
        }
    }

    /// The fewest entries that say the same: what landed for an intent, which is met for good, and what is open.
    pub fn entries(&self) -> Vec<Entry> {
        let met = self
            .met
            .values()
            .flat_map(|(begun, end)| [Entry::Begun(begun.clone()), Entry::Ended { signature: begun.signature, end: *end }]);
        met.chain(self.open.values().cloned().map(Entry::Begun)).collect()
    }
}
