//! What was signed and may land, written down before anybody gets it: so that a crash or a cluster that does not answer neither loses a payment nor makes it twice.
//!
//! The bytes, and what a reader refuses, are `specs/ledger-files.md`, sections 2, 3 and 6, and `assay_protocol::ledger_files` in code; here are the files.

use std::fs::File;
use std::path::{Path, PathBuf};

use assay_protocol::ledger_files::journal::{Header, OUTBOX_MAGIC};
use assay_protocol::ledger_files::outbox::{Entry, Sent};

use solana_sdk::signature::Signature;

use super::submission::{Genesis, SignatureBytes};
use crate::error::LedgerError;
use crate::journal::{Journal, file};
use crate::ledger::Intent;

pub use assay_protocol::ledger_files::outbox::{Begun, End};

/// The journal is written anew when it is opened and longer than this.
const JOURNAL_MAX: u64 = 4 << 20;

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
    sent: Sent,
    _lock: File,
}

impl Outbox {
    /// Opens the one in a folder, or makes it. It is of one cluster.
    pub fn open(folder: &Path, cluster: &Genesis) -> Result<Self, LedgerError> {
        let lock = file::lock(folder)?;
        let path = folder.join("journal");
        let mut id = [0; 16];
        id.copy_from_slice(&cluster[..16]);
        let header = Header { magic: OUTBOX_MAGIC, id, base: 0 };
        // Where it cannot be told whether there is one, none is made in its place: what it says would be paid again.
        if !path.try_exists().map_err(file::io("look for", &path))? {
            let journal = Journal::create(&path, header, &[])?;
            return Ok(Self { journal, sent: Sent::default(), _lock: lock });
        }
        let (journal, content) = Journal::open(&path, OUTBOX_MAGIC)?;
        let damaged = |why: &str| LedgerError::Damaged { path: path.clone(), at: 0, why: why.to_owned() };
        if content.header.id != id {
            return Err(damaged("outbox.cluster: it is of another cluster: name another folder for this one"));
        }
        let sent = Sent::read(content.bodies.iter().map(Vec::as_slice)).map_err(|why| damaged(&why.to_string()))?;
        let mut outbox = Self { journal, sent, _lock: lock };
        if outbox.journal.length() > JOURNAL_MAX {
            outbox.compact(&path, header)?;
        }
        Ok(outbox)
    }

    fn compact(&mut self, path: &Path, header: Header) -> Result<(), LedgerError> {
        let bodies = self.sent.entries().iter().map(Entry::to_body).collect::<Option<Vec<_>>>();
        self.journal = Journal::create(path, header, &bodies.ok_or(LedgerError::Overflow)?)?;
        Ok(())
    }

    fn write(&mut self, entry: Entry) -> Result<(), LedgerError> {
        let body = entry.to_body().ok_or(LedgerError::Overflow)?;
        // What could not be read again is not sent either.
        Entry::from_body(&body).map_err(|why| LedgerError::Unsendable(why.to_string()))?;
        self.journal.append(&body)?;
        self.sent.apply(entry);
        Ok(())
    }

    /// Writes a transaction down. When this returns, it may be sent.
    ///
    /// What does the same with the same blockhash is the same transaction, and lands once: it is not taken for a second one, or one of two payments would be met by the other's.
    pub fn begin(&mut self, begun: Begun) -> Result<(), LedgerError> {
        let signature = Signature::from(begun.signature);
        if self.sent.open.contains_key(&begun.signature) {
            return Err(LedgerError::Uncertain { signature, why: "the same transaction was signed before, and may still land".into() });
        }
        if self.sent.met.values().any(|(met, _)| met.signature == begun.signature) {
            return Err(LedgerError::Already(signature));
        }
        self.write(Entry::Begun(begun))
    }

    /// Writes down what became of one.
    pub fn end(&mut self, signature: &SignatureBytes, end: End) -> Result<(), LedgerError> {
        self.write(Entry::Ended { signature: *signature, end })
    }

    /// Where an intent stands.
    pub fn standing(&self, intent: &Intent) -> Standing {
        if let Some((begun, end)) = self.sent.met.get(intent) {
            return Standing::Met(begun.signature, *end);
        }
        match self.sent.open.values().find(|begun| begun.intent.as_ref() == Some(intent)) {
            Some(begun) => Standing::Open(begun.clone()),
            None => Standing::Free,
        }
    }

    /// What may still land.
    pub fn pending(&self) -> Vec<Begun> {
        self.sent.open.values().cloned().collect()
    }
}

/// A folder for each cluster, below one.
pub fn folder(below: &Path, cluster: &Genesis) -> PathBuf {
    let name: String = cluster.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    below.join(name)
}

#[cfg(test)]
mod tests {
    use assay_protocol::ledger_files::journal::HEADER_LEN;

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
        again.compact(&path, Header { magic: OUTBOX_MAGIC, id: [5; 16], base: 0 }).unwrap();
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
        let frame = (whole.len() - HEADER_LEN) / 4;
        for end in HEADER_LEN..=whole.len() {
            std::fs::write(&path, &whole[..end]).unwrap();
            let opened = Outbox::open(folder.path(), &CLUSTER).unwrap();
            assert_eq!(opened.pending().len(), (end - HEADER_LEN) / frame, "cut at {end}");
        }
    }

    #[test]
    fn an_outbox_is_of_one_cluster() {
        let folder = tempfile::tempdir().unwrap();
        drop(Outbox::open(folder.path(), &CLUSTER).unwrap());
        assert!(matches!(Outbox::open(folder.path(), &[6; 32]), Err(LedgerError::Damaged { .. })));
        assert_ne!(super::folder(folder.path(), &CLUSTER), super::folder(folder.path(), &[6; 32]));
    }
    #[test]
    fn what_could_not_be_read_again_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let mut outbox = Outbox::open(folder.path(), &CLUSTER).unwrap();
        let of_another = Begun { signature: [9; 64], ..begun(1, None) };
        assert!(matches!(outbox.begin(of_another), Err(LedgerError::Unsendable(_))));
        assert!(matches!(outbox.begin(Begun { wire: vec![1; 1_233], ..begun(1, None) }), Err(LedgerError::Unsendable(_))));
        outbox.begin(begun(2, None)).unwrap();
        drop(outbox);
        assert_eq!(Outbox::open(folder.path(), &CLUSTER).unwrap().pending(), [begun(2, None)]);
    }

    /// The cluster stands still, so that its blockhash is still the same: one payment would be met by another's.
    #[test]
    fn one_transaction_stands_for_one_payment() {
        let folder = tempfile::tempdir().unwrap();
        let mut outbox = Outbox::open(folder.path(), &CLUSTER).unwrap();
        outbox.begin(begun(1, Some(1))).unwrap();
        assert!(matches!(outbox.begin(begun(1, Some(2))), Err(LedgerError::Uncertain { .. })));
        assert_eq!(outbox.standing(&[1; 32]), Standing::Open(begun(1, Some(1))));
        outbox.end(&[1; 64], LANDED).unwrap();
        assert!(matches!(outbox.begin(begun(1, Some(2))), Err(LedgerError::Already(_))));
        assert_eq!(outbox.standing(&[2; 32]), Standing::Free);
        outbox.begin(begun(2, None)).unwrap();
        outbox.end(&[2; 64], End::Refused).unwrap();
        outbox.begin(begun(2, None)).unwrap();
        drop(outbox);
        assert_eq!(Outbox::open(folder.path(), &CLUSTER).unwrap().pending(), [begun(2, None)]);
    }

    /// A place that cannot be looked at is not an empty one.
    #[cfg(unix)]
    #[test]
    fn no_outbox_is_made_where_one_may_be() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        std::os::unix::fs::symlink(&path, &path).unwrap();
        assert!(matches!(Outbox::open(folder.path(), &CLUSTER), Err(LedgerError::Io { .. })));
        assert!(path.is_symlink());
    }

    #[test]
    fn an_outbox_in_folders_that_are_not_there_yet() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("one/two/three");
        drop(Outbox::open(&below, &CLUSTER).unwrap());
        drop(Outbox::open(&below, &CLUSTER).unwrap());
        std::fs::write(folder.path().join("file"), b"").unwrap();
        assert!(matches!(Outbox::open(&folder.path().join("file/outbox"), &CLUSTER), Err(LedgerError::Io { .. })));
    }
}
