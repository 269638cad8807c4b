//! What was signed and may land, written down before anybody gets it: so that a crash or a cluster that does not answer neither loses a payment nor makes it twice.
//!
//! ```text
//! FOLDER/lock      who sends from here, one process at a time
//! FOLDER/journal   magic `ASSAYOUT`, frames (crate::journal::frame) of one entry each; the header's id is the first 16 bytes of the cluster's genesis hash
//!
//! Entry   0 Begun  signature: bytes[64]  intent: 0 | 1 bytes[32]  last_valid: u64  signed: u64  wire: u32, bytes          before it is sent
//!         1 Ended  signature: bytes[64]  end: 0 Landed, units: u64, fee: u64, slot: u64 | 1 Failed | 2 Refused | 3 Expired    when that is certain
//! ```
//!
//! `signed` is a slot before it was signed, `last_valid` the last height of a block that may hold it, `wire` the signed transaction as it is sent. It is no secret: whoever has it can only do what its signers want.
//! What has ended without an intent is forgotten when the journal is next written anew; what landed with one is kept, for that intent is met.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::path::{Path, PathBuf};

use borsh::{BorshDeserialize, BorshSerialize};

use super::submission::{Genesis, SignatureBytes};
use crate::error::LedgerError;
use crate::journal::frame::Header;
use crate::journal::{Journal, file};
use crate::ledger::Intent;

const MAGIC: [u8; 8] = *b"ASSAYOUT";
/// The journal is written anew when it is opened and longer than this.
const JOURNAL_MAX: u64 = 4 << 20;

/// A transaction that was signed.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Begun {
    /// Its first signature.
    pub signature: SignatureBytes,
    /// What it is meant to bring about.
    pub intent: Option<Intent>,
    /// The last height of a block that may hold it.
    pub last_valid: u64,
    /// A slot before it was signed.
    pub signed: u64,
    /// Itself.
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

#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
enum Entry {
    Begun(Begun),
    Ended { signature: SignatureBytes, end: End },
}

/// Where an intent stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was signed for it, or nothing that can land.
    Free,
    /// This transaction may land.
    Open(Begun),
    /// This one has.
    Met(SignatureBytes, End),
}

/// See above.
pub struct Outbox {
    journal: Journal,
    open: BTreeMap<SignatureBytes, Begun>,
    met: HashMap<Intent, (Begun, End)>,
    _lock: File,
}

impl Outbox {
    /// Opens the one in a folder, or makes it. It is of one cluster.
    pub fn open(folder: &Path, cluster: &Genesis) -> Result<Self, LedgerError> {
        let lock = file::lock(folder)?;
        let path = folder.join("journal");
        let mut id = [0; 16];
        id.copy_from_slice(&cluster[..16]);
        let header = Header { magic: MAGIC, id, base: 0 };
        if !path.exists() {
            let journal = Journal::create(&path, header, &[])?;
            return Ok(Self { journal, open: BTreeMap::new(), met: HashMap::new(), _lock: lock });
        }
        let (journal, content) = Journal::open(&path, MAGIC)?;
        let damaged = |why: &str| LedgerError::Damaged { path: path.clone(), at: 0, why: why.to_owned() };
        if content.header.id != id {
            return Err(damaged("it is of another cluster: name another folder for this one"));
        }
        let mut outbox = Self { journal, open: BTreeMap::new(), met: HashMap::new(), _lock: lock };
        for body in &content.bodies {
            let entry = borsh::from_slice(body).map_err(|_| damaged("a frame holds something else than an entry"))?;
            outbox.apply(entry);
        }
        if outbox.journal.length() > JOURNAL_MAX {
            outbox.compact(&path, header)?;
        }
        Ok(outbox)
    }

    fn apply(&mut self, entry: Entry) {
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

    fn compact(&mut self, path: &Path, header: Header) -> Result<(), LedgerError> {
        let met = self
            .met
            .values()
            .flat_map(|(begun, end)| [Entry::Begun(begun.clone()), Entry::Ended { signature: begun.signature, end: *end }]);
        let open = self.open.values().cloned().map(Entry::Begun);
        let bodies = met.chain(open).map(|entry| borsh::to_vec(&entry)).collect::<Result<Vec<_>, _>>();
        self.journal = Journal::create(path, header, &bodies.map_err(|_| LedgerError::Overflow)?)?;
        Ok(())
    }

    fn write(&mut self, entry: Entry) -> Result<(), LedgerError> {
        self.journal.append(&borsh::to_vec(&entry).map_err(|_| LedgerError::Overflow)?)?;
        self.apply(entry);
        Ok(())
    }

    /// Writes a transaction down. When this returns, it may be sent.
    pub fn begin(&mut self, begun: Begun) -> Result<(), LedgerError> {
        self.write(Entry::Begun(begun))
    }

    /// Writes down what became of one.
    pub fn end(&mut self, signature: &SignatureBytes, end: End) -> Result<(), LedgerError> {
        self.write(Entry::Ended { signature: *signature, end })
    }

    /// Where an intent stands.
    pub fn standing(&self, intent: &Intent) -> Standing {
        if let Some((begun, end)) = self.met.get(intent) {
            return Standing::Met(begun.signature, *end);
        }
        match self.open.values().find(|begun| begun.intent.as_ref() == Some(intent)) {
            Some(begun) => Standing::Open(begun.clone()),
            None => Standing::Free,
        }
    }

    /// What may still land.
    pub fn pending(&self) -> Vec<Begun> {
        self.open.values().cloned().collect()
    }
}

/// A folder for each cluster, below one.
pub fn folder(below: &Path, cluster: &Genesis) -> PathBuf {
    let name: String = cluster.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    below.join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLUSTER: Genesis = [5; 32];

    fn begun(n: u8, intent: Option<u8>) -> Begun {
        Begun { signature: [n; 64], intent: intent.map(|of| [of; 32]), last_valid: 100, signed: 50, wire: vec![n; 300] }
    }

    const LANDED: End = End::Landed { units: 1, fee: 2, slot: 3 };

    #[test]
    fn what_is_written_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let mut outbox = Outbox::open(folder.path(), &CLUSTER).unwrap();
        outbox.begin(begun(1, Some(1))).unwrap();
        outbox.begin(begun(2, Some(2))).unwrap();
        outbox.begin(begun(3, None)).unwrap();
        outbox.begin(begun(4, Some(4))).unwrap();
        outbox.end(&[1; 64], LANDED).unwrap();
        outbox.end(&[2; 64], End::Expired).unwrap();
        assert!(matches!(Outbox::open(folder.path(), &CLUSTER), Err(LedgerError::Locked(_))));
        let standing = |outbox: &Outbox| [1, 2, 4].map(|n| outbox.standing(&[n; 32]));
        let expected = [Standing::Met([1; 64], LANDED), Standing::Free, Standing::Open(begun(4, Some(4)))];
        assert_eq!(standing(&outbox), expected);
        drop(outbox);
        let mut again = Outbox::open(folder.path(), &CLUSTER).unwrap();
        assert_eq!(standing(&again), expected);
        assert_eq!(again.pending(), [begun(3, None), begun(4, Some(4))]);
        let path = folder.path().join("journal");
        again.compact(&path, Header { magic: MAGIC, id: [5; 16], base: 0 }).unwrap();
        drop(again);
        let compacted = Outbox::open(folder.path(), &CLUSTER).unwrap();
        assert_eq!(standing(&compacted), expected);
        assert_eq!(compacted.pending(), [begun(3, None), begun(4, Some(4))]);
    }

    /// Whatever of the journal a crash left, nothing that was begun in it is forgotten.
    #[test]
    fn cut_anywhere_it_opens() {
        let folder = tempfile::tempdir().unwrap();
        let mut outbox = Outbox::open(folder.path(), &CLUSTER).unwrap();
        for n in 1..=4 {
            outbox.begin(begun(n, Some(n))).unwrap();
        }
        drop(outbox);
        let path = folder.path().join("journal");
        let whole = std::fs::read(&path).unwrap();
        let frame = (whole.len() - crate::journal::frame::HEADER_LEN) / 4;
        for end in crate::journal::frame::HEADER_LEN..=whole.len() {
            std::fs::write(&path, &whole[..end]).unwrap();
            let opened = Outbox::open(folder.path(), &CLUSTER).unwrap();
            assert_eq!(opened.pending().len(), (end - crate::journal::frame::HEADER_LEN) / frame, "cut at {end}");
        }
    }

    #[test]
    fn an_outbox_is_of_one_cluster() {
        let folder = tempfile::tempdir().unwrap();
        drop(Outbox::open(folder.path(), &CLUSTER).unwrap());
        assert!(matches!(Outbox::open(folder.path(), &[6; 32]), Err(LedgerError::Damaged { .. })));
        assert_ne!(super::folder(folder.path(), &CLUSTER), super::folder(folder.path(), &[6; 32]));
    }
}
