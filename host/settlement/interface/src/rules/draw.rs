//! Which proofs are checked, and by whom (`specs/settlement.md`, section 6).

use super::Hash;
use crate::Key;
use crate::account::state::{purpose, seat as state};
use crate::account::{Round, Seat};
use crate::error::Refusal;

/// Entries of a full sysvar of slot hashes.
pub const SLOT_HASHES_MAX: usize = 512;

/// Where the hash that draws stands in the sysvar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    /// The slot has not come.
    NotYet,
    /// It cannot be told any more which slot it was.
    Gone,
    /// The entry at this place.
    At(usize),
}

/// The first slot at or after `draw_slot` among `entries` slots, the newest first.
pub fn drawing(draw_slot: u64, entries: usize, slot: impl Fn(usize) -> u64) -> Drawing {
    let (mut from, mut to) = (0, entries);
    // The number of entries at or after `draw_slot`.
    while from < to {
        let middle = from + (to - from) / 2;
        if slot(middle) >= draw_slot { from = middle + 1 } else { to = middle }
    }
    match from.checked_sub(1) {
        None => Drawing::NotYet,
        Some(place) if from == entries && entries >= SLOT_HASHES_MAX && slot(place) > draw_slot => Drawing::Gone,
        Some(place) => Drawing::At(place),
    }
}

/// The seed of round `number` of a job.
pub fn seed(hash: Hash, job: &Key, number: u8, slot_hash: &Key) -> Key {
    hash(&[b"assay settlement 1 draw", job, &[number], slot_hash])
}

fn first_u64(key: &Key) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&key[..8]);
    u64::from_le_bytes(bytes)
}

/// With what probability the next proof of a provider is sampled, in ppm.
pub fn probability_ppm(good: u32, trusted_after: u64, floor_ppm: u64) -> u64 {
    if u64::from(good) < trusted_after { 1_000_000 } else { floor_ppm.max(1_000_000_u64.checked_div(u64::from(good)).unwrap_or(1_000_000)) }
}

/// Whether this seed samples.
pub fn is_sampled(seed: &Key, probability_ppm: u64) -> bool {
    let drawn = (u128::from(first_u64(seed)) * 1_000_000) >> 64;
    drawn < u128::from(probability_ppm)
}

/// Number of the seat that is candidate `i`.
pub fn candidate(hash: Hash, seed: &Key, i: u16, seats: u32) -> Result<u32, Refusal> {
    let drawn = first_u64(&hash(&[b"assay settlement 1 seat", seed, &i.to_le_bytes()]));
    drawn.checked_rem(u64::from(seats)).map(|seat| seat as u32).ok_or(Refusal::WrongSeats)
}

/// How many candidates a round looks at, at most.
pub fn candidates_max(size: u8) -> u16 {
    8 * u16::from(size) + 16
}

/// Who may not judge.
#[derive(Debug, Clone, Copy)]
pub struct Parties {
    /// The provider's wallet.
    pub provider: Key,
    /// The requester's.
    pub requester: Key,
}

/// Whether a candidate may sit in the round, as far as its seat tells; that it does not sit in it or in the one under appeal yet is for the caller to see.
pub fn may_judge(seat: &Seat, round: &Round, parties: &Parties, seat_stake: u64) -> bool {
    let challenger = round.purpose == purpose::CHALLENGE && seat.owner == round.opener;
    // Who took a seat in that slot or later may have known the hash. Slots, since time stands still in a pause and slots do not.
    let was_there = seat.taken_slot < round.since;
    seat.state == state::ACTIVE
        && was_there
        && seat.stake >= seat_stake
        && seat.owner != parties.provider
        && seat.owner != parties.requester
        && !challenger
}
