//! What was begun and must not happen twice.
//!
//! ```text
//! begin: a file with an intent (and the number that was chosen, of a job or a device) ─► send ─► known, and reported: the file goes
//!          │                                                                              └─► not known, or a crash: the file stays
//!          └── the file is there: this very command was begun before ─► the same intent and number, and the ledger carries each intent out once
//! ```
//!
//! Two commands are the same if ledger, key and everything that was asked are. A second stake of the same amount is another one, as long as the first is known to have ended.

use std::path::PathBuf;

use assay_settlement::{Intent, LedgerError};
use serde::{Deserialize, Serialize};
use solana_sdk::pubkey::Pubkey;

use super::connect::Place;
use crate::failure::Failure;
use crate::{atomic_file, folders, job_files};

/// Something that was begun.
#[derive(Debug)]
pub struct Pending {
    path: Option<PathBuf>,
    /// Names it on the ledger.
    pub intent: Intent,
    /// The number that was chosen for it.
    pub number: u64,
    /// It was begun by an earlier command, whose end was not seen.
    pub again: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    command: String,
    intent: String,
    number: u64,
}

/// What makes two commands one.
pub struct Asked<'a> {
    /// The ledger.
    pub place: &'a Place,
    /// Who pays.
    pub wallet: &'a Pubkey,
    /// The command.
    pub command: &'a str,
    /// Everything else.
    pub details: &'a [u8],
}

impl Asked<'_> {
    fn path(&self) -> Result<PathBuf, Failure> {
        let folder = folders::data().ok_or_else(|| {
            Failure::usage("there is no home folder to note in what is paid")
                .hint("set HOME or XDG_DATA_HOME: without the note an outage could cost a payment twice")
        })?;
        let mut hasher = blake3::Hasher::new();
        for part in [self.place.name().as_bytes(), self.wallet.as_ref(), self.command.as_bytes(), self.details] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        Ok(folder.join("pending").join(format!("{}.json", &hasher.finalize().to_hex()[..32])))
    }
}

impl Pending {
    /// Begins it, or finds that it was begun. `number` is chosen when it begins.
    pub fn begin(asked: &Asked<'_>, number: impl FnOnce() -> Result<u64, Failure>) -> Result<Self, Failure> {
        Self::begin_at(asked.path()?, asked.command, number)
    }

    fn begin_at(path: PathBuf, command: &str, number: impl FnOnce() -> Result<u64, Failure>) -> Result<Self, Failure> {
        if path.exists() {
            return Self::read(path);
        }
        let mut intent = [0; 32];
        getrandom::fill(&mut intent).map_err(|e| Failure::abstained(format!("this machine gives no random bytes: {e}")))?;
        let number = number()?;
        let file = File { command: command.to_owned(), intent: hex::encode(intent), number };
        let text = serde_json::to_string(&file).map_err(|e| Failure::abstained(format!("cannot write {}: {e}", path.display())))?;
        match atomic_file::write_secret(&path, text.as_bytes(), false) {
            Ok(()) => {}
            // The same command, begun by another process at the same moment: they are one.
            Err(_) if path.exists() => return Self::read(path),
            Err(why) => return Err(why),
        }
        Ok(Self { path: Some(path), intent, number, again: false })
    }

    /// One that is not written down: nothing will be sent.
    pub fn unwritten(number: u64) -> Self {
        Self { path: None, intent: [0; 32], number, again: false }
    }

    fn read(path: PathBuf) -> Result<Self, Failure> {
        let refuse = |why: String| {
            Failure::refused("pending.file", format!("{}: {why}", path.display()))
                .hint("look with the status command whether it was carried out, and then remove the file")
        };
        let bytes = job_files::read(&path, "pending", 4_096)?;
        let file: File = serde_json::from_slice(&bytes).map_err(|e| refuse(e.to_string()))?;
        let mut intent = [0; 32];
        hex::decode_to_slice(&file.intent, &mut intent).map_err(|e| refuse(e.to_string()))?;
        Ok(Self { path: Some(path), intent, number: file.number, again: true })
    }

    /// It has ended, well or not: it can be begun anew.
    pub fn end(self) {
        // If it stays, the next command of the same kind is told about this one: no money is lost by that.
        if let Some(path) = self.path {
            let _ = std::fs::remove_file(path);
        }
    }

    /// Whether after this error it is certain that it was not carried out.
    pub fn is_over(error: &LedgerError) -> bool {
        matches!(
            error,
            LedgerError::Refused(_)
                | LedgerError::Unsendable(_)
                | LedgerError::Expired(_)
                | LedgerError::Missing { .. }
                | LedgerError::Foreign { .. }
                | LedgerError::Overflow
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_begun_is_the_same_until_it_has_ended() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pending/one.json");
        let begin = |number| Pending::begin_at(path.clone(), "job open", || Ok(number)).expect("it begins");
        let first = begin(7);
        assert!(!first.again);
        // The process dies here; the command is run again.
        let second = begin(8);
        assert_eq!(
            (second.again, second.intent, second.number),
            (true, first.intent, 7),
            "the number of before, whatever would be chosen now"
        );
        second.end();
        let third = begin(9);
        assert!(!third.again && third.intent != first.intent && third.number == 9);
    }

    #[test]
    fn of_two_that_begin_at_once_one_begins() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pending/one.json");
        // The other one begins between this one's look and its own beginning.
        let other = || Pending::begin_at(path.clone(), "job open", || Ok(1)).map(|other| other.number);
        let this = Pending::begin_at(path.clone(), "job open", || other().map(|_| 2)).expect("it begins");
        assert_eq!((this.number, this.again), (1, true));
    }

    #[test]
    fn commands_are_told_apart() {
        let (here, there) = (Place::Cluster("http://a".into()), Place::Cluster("http://b".into()));
        let (one, two) = (Pubkey::new_from_array([1; 32]), Pubkey::new_from_array([2; 32]));
        let path = |place, wallet, command, details| Asked { place, wallet, command, details }.path().expect("a home");
        let paths = [
            path(&here, &one, "a", b"b"),
            path(&there, &one, "a", b"b"),
            path(&here, &two, "a", b"b"),
            path(&here, &one, "ab", b""),
            path(&here, &one, "a", b"c"),
        ];
        let distinct: std::collections::BTreeSet<_> = paths.iter().collect();
        assert_eq!(distinct.len(), paths.len());
    }

    #[test]
    fn what_may_have_been_carried_out_stays() {
        assert!(!Pending::is_over(&LedgerError::Uncertain { signature: Default::default(), why: String::new() }));
        assert!(!Pending::is_over(&LedgerError::Broken(PathBuf::new())));
        assert!(Pending::is_over(&LedgerError::Overflow));
    }
}
