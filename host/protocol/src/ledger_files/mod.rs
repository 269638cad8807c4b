//! The files that a client of the settlement program keeps: the embedded ledger's journal and snapshot, and the outbox of transactions to a cluster.
//!
//! Normative text: `specs/ledger-files.md`. Here are the bytes and what they mean; files, locks and syncs are the client's.
//!
//! - [`journal`]: header and frames, and what a crash can do to them. [`entry`], [`snapshot`]: what the embedded ledger writes. [`outbox`]: what was signed and may land.

pub mod entry;
pub mod journal;
pub mod outbox;
pub mod snapshot;

use crate::Refusal;

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// It is whole, as far as can be told, and of a version that this program does not know.
    #[error("{check}: it is of version {found}")]
    Version {
        /// Name of the check.
        check: &'static str,
        /// The version that it states.
        found: u32,
    },
    /// It is damaged, or no such file.
    #[error("{refusal}")]
    Damaged {
        /// The first byte that is wrong, as far as can be told.
        at: usize,
        /// The check, and what is wrong.
        refusal: Refusal,
    },
}

impl Broken {
    /// Name of the check that failed, as in the tables of `specs/ledger-files.md`.
    pub fn check(&self) -> &'static str {
        match self {
            Self::Version { check, .. } => check,
            Self::Damaged { refusal, .. } => refusal.check,
        }
    }

    pub(crate) fn damaged(check: &'static str, at: usize, detail: impl Into<String>) -> Self {
        Self::Damaged { at, refusal: Refusal::new(check, detail) }
    }
}

/// Checks that are the same for both kinds of file: its length, magic and version. `name` has their names.
fn start(bytes: &[u8], magic: &[u8; 8], version: u32, name: [&'static str; 3]) -> Result<(), Broken> {
    if bytes.len() < START_LEN {
        return Err(Broken::damaged(
            name[0],
            bytes.len(),
            format!("it is cut short: it has {} bytes, and at least {START_LEN} are needed", bytes.len()),
        ));
    }
    if !bytes.starts_with(magic) {
        return Err(Broken::damaged(name[1], 0, "it does not start as a file of this kind"));
    }
    let found = u32::from_le_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]);
    if found != version {
        return Err(Broken::Version { check: name[2], found });
    }
    Ok(())
}

/// The least that either kind of file has: what stands in front, and a hash.
const START_LEN: usize = 68;

/// How many of a journal's frames are in a snapshot, and so to be passed over: some, if a crash came between a new snapshot and the new journal.
pub fn passed_over(saved: &snapshot::Saved, header: &journal::Header, frames: usize) -> Result<usize, Refusal> {
    if header.id != saved.id {
        return Err(Refusal::new("ledger.id", "the journal is of another ledger than the snapshot"));
    }
    let gap = |why: String| Refusal::new("ledger.frames", why);
    let passed = saved.frames.checked_sub(header.base);
    let passed = passed.ok_or_else(|| {
        gap(format!("the journal starts with frame {}, and the snapshot ends before frame {}", header.base, saved.frames))
    })?;
    let fits = usize::try_from(passed).ok().filter(|passed| *passed <= frames);
    fits.ok_or_else(|| {
        gap(format!("the journal has {frames} frames from {} on, and the snapshot was made of those before {}", header.base, saved.frames))
    })
}
