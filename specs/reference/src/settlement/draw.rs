//! # Who is drawn, and what a verdict commits to (settlement.md, sections 1, 6, 7)

use sha2::{Digest, Sha256};

use super::layout::Key;

/// H: SHA-256 over a text without length and the parts after it.
pub fn hash(text: &str, parts: &[&[u8]]) -> Key {
    let mut hasher = Sha256::new();
    hasher.update(text);
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// The seed of round `number` of the job whose account is `job`.
pub fn seed(job: &Key, number: u8, slot_hash: &Key) -> Key {
    hash("assay settlement 1 draw", &[job, &[number], slot_hash])
}

/// The first eight bytes of a hash, as an integer.
fn first(hash: &Key) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hash[..8]);
    u64::from_le_bytes(bytes)
}

/// Of 1,000,000 proofs of a provider with `good` results in a row, how many are sampled.
pub fn sampled_ppm(good: u32, trusted_after: u64, floor_ppm: u64) -> u64 {
    let good = u64::from(good);
    if good < trusted_after {
        return 1_000_000;
    }
    // `trusted_after` is at least 1, so `good` is too.
    1_000_000_u64.checked_div(good).map_or(1_000_000, |part| part.max(floor_ppm))
}

/// Whether a proof is sampled.
pub fn sampled(seed: &Key, good: u32, trusted_after: u64, floor_ppm: u64) -> bool {
    let place = (u128::from(first(seed)) * 1_000_000) >> 64;
    place < u128::from(sampled_ppm(good, trusted_after, floor_ppm))
}

/// The seat of candidate `i` among `seats`; nobody is a candidate where there are none.
pub fn candidate(seed: &Key, i: u16, seats: u32) -> Option<u32> {
    let drawn = first(&hash("assay settlement 1 seat", &[seed, &i.to_le_bytes()]));
    drawn.checked_rem(u64::from(seats)).and_then(|seat| u32::try_from(seat).ok())
}

/// How many candidates are looked at before a round goes on with what it has.
pub fn candidates(size: u8) -> u16 {
    8 * u16::from(size) + 16
}

/// What a member of a round says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Account of the job.
    pub job: Key,
    /// When it was opened: another job of the same number is another job.
    pub opened_at: i64,
    /// Number of the round.
    pub number: u8,
    /// Number of the seat.
    pub seat: u32,
    /// 1 outcome, 2 indeterminate, 3 abstain.
    pub code: u8,
    /// The outcome.
    pub outcome: Key,
    /// Hash of the receipt.
    pub receipt: Key,
    /// The first host call that differs, or the racy one.
    pub call: u64,
    /// What nobody else knows.
    pub salt: Key,
}

impl Verdict {
    /// What is committed to before anybody reveals.
    pub fn commitment(&self) -> Key {
        hash(
            "assay settlement 1 verdict",
            &[
                &self.job,
                &self.opened_at.to_le_bytes(),
                &[self.number],
                &self.seat.to_le_bytes(),
                &[self.code],
                &self.outcome,
                &self.receipt,
                &self.call.to_le_bytes(),
                &self.salt,
            ],
        )
    }
}

/// What the cluster's slot hashes say of a slot that draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    /// This hash draws.
    Hash(Key),
    /// No slot at or after it is over yet.
    NotYet,
    /// It can no longer be told which slot was the first: draw anew.
    Lost,
}

/// How many slot hashes the cluster keeps.
pub const SLOT_HASHES: usize = 512;

/// The first slot at or after `draw_slot` whose hash is kept; `slot_hashes` has the newest slot first.
pub fn drawing(draw_slot: u64, slot_hashes: &[(u64, Key)]) -> Drawing {
    let Some((oldest, _)) = slot_hashes.last() else {
        return Drawing::NotYet;
    };
    if slot_hashes.len() >= SLOT_HASHES && *oldest > draw_slot {
        return Drawing::Lost;
    }
    match slot_hashes.iter().rev().find(|(slot, _)| *slot >= draw_slot) {
        Some((_, hash)) => Drawing::Hash(*hash),
        None => Drawing::NotYet,
    }
}
