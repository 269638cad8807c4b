//! Verdicts that were committed to, with the salts that reveal them.
//!
//! A verdict whose salt is lost cannot be revealed, and costs its seat the penalty for a missed one. So it is on the disk before its commitment is sent, in a file that only its owner reads, and nothing is ever
//! taken out of that file but by hand: whichever commitment turns out to be the one on the ledger, its salt is there.

use std::path::PathBuf;

use assay_settlement::draw::sha256;
use assay_settlement_interface::Key;
use assay_settlement_interface::instruction::Reveal;
use assay_settlement_interface::rules::round::{Place as Bound, commitment};
use serde::{Deserialize, Serialize};
use solana_sdk::pubkey::Pubkey;

use super::connect::Place;
use crate::failure::Failure;
use crate::{atomic_file, folders, job_files};

/// Longest file of verdicts.
const MAX_BYTES: u64 = 1 << 20;

/// A verdict as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    code: u8,
    outcome: String,
    receipt: String,
    call: u64,
    salt: String,
    /// What of it goes to the ledger first.
    commitment: String,
}

/// Where verdicts of one seat in one round are kept.
pub struct Verdicts {
    path: PathBuf,
    bound: Bound,
}

fn key(text: &str) -> Option<Key> {
    let mut key = [0; 32];
    hex::decode_to_slice(text, &mut key).ok()?;
    Some(key)
}

impl Kept {
    fn reveal(&self) -> Option<Reveal> {
        Some(Reveal {
            code: self.code,
            outcome: key(&self.outcome)?,
            receipt: key(&self.receipt)?,
            call: self.call,
            salt: key(&self.salt)?,
        })
    }
}

impl Verdicts {
    /// Of a seat in a round of a job.
    pub fn of(place: &Place, bound: Bound) -> Result<Self, Failure> {
        let folder = folders::data().ok_or_else(|| {
            Failure::usage("there is no home folder to keep a verdict's salt in")
                .hint("set HOME or XDG_DATA_HOME: without its salt a verdict cannot be revealed")
        })?;
        let ledger = &blake3::hash(place.name().as_bytes()).to_hex()[..16];
        // A job that was closed and opened again under its number is another one.
        let name = format!("{}-{}-{}-{}.json", Pubkey::from(bound.job), bound.opened_at, bound.number, bound.seat);
        Ok(Self { path: folder.join("verdicts").join(ledger).join(name), bound })
    }

    /// The file.
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }

    fn read(&self) -> Result<Vec<Kept>, Failure> {
        if !self.path.exists() {
            return Ok(Vec::new());
        }
        let bytes = job_files::read(&self.path, "verdicts", MAX_BYTES)?;
        serde_json::from_slice(&bytes).map_err(|e| {
            Failure::refused("verdicts.file", format!("{}: {e}", self.path.display()))
                .hint("restore it from a copy: without it nothing can be revealed")
        })
    }

    /// Makes a salt for a verdict and writes both down; or finds the same verdict there already. Gives what to commit to.
    pub fn keep(&self, verdict: &Reveal) -> Result<Key, Failure> {
        let mut all = self.read()?;
        let same = |kept: &&Kept| kept.reveal().is_some_and(|kept| Reveal { salt: verdict.salt, ..kept } == *verdict);
        if let Some(kept) = all.iter().find(same).and_then(Kept::reveal) {
            return Ok(commitment(sha256, &self.bound, &kept));
        }
        let mut salt = [0; 32];
        getrandom::fill(&mut salt).map_err(|e| Failure::abstained(format!("this machine gives no random bytes: {e}")))?;
        let verdict = Reveal { salt, ..*verdict };
        let committed = commitment(sha256, &self.bound, &verdict);
        all.push(Kept {
            code: verdict.code,
            outcome: hex::encode(verdict.outcome),
            receipt: hex::encode(verdict.receipt),
            call: verdict.call,
            salt: hex::encode(salt),
            commitment: hex::encode(committed),
        });
        let text =
            serde_json::to_string_pretty(&all).map_err(|e| Failure::abstained(format!("cannot write {}: {e}", self.path.display())))?;
        atomic_file::write_secret(&self.path, text.as_bytes(), true)?;
        Ok(committed)
    }

    /// The verdict behind a commitment.
    pub fn behind(&self, committed: &Key) -> Result<Reveal, Failure> {
        let all = self.read()?;
        let found = all.iter().filter_map(Kept::reveal).find(|verdict| commitment(sha256, &self.bound, verdict) == *committed);
        found.ok_or_else(|| {
            Failure::abstained(format!("what seat {} committed to is not in {}", self.bound.seat, self.path.display()))
                .hint("reveal on the machine, and as the user, that committed; or copy that file from there")
        })
    }
}
