//! Which seats are candidates for a committee: what the program will compute, computed before, so that the right accounts are passed.

use assay_settlement::call::Committee;
use assay_settlement::{Ledger, Reads};
use assay_settlement_interface::Key;
use assay_settlement_interface::account::state::{purpose, round as state};
use assay_settlement_interface::account::{Job, Provider, Seat};
use assay_settlement_interface::params::Param;
use assay_settlement_interface::rules::draw::{self, Drawing, Parties};
use sha2::{Digest, Sha256};
use solana_sdk::pubkey::Pubkey;

use super::session::Session;
use crate::failure::Failure;

/// SHA-256 over the concatenation of the parts.
pub fn sha256(parts: &[&[u8]]) -> Key {
    parts.iter().fold(Sha256::new(), |hasher, part| hasher.chain_update(part)).finalize().into()
}

/// Where the hash of a slot that draws is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draws {
    /// Its slot has not come, or is not over.
    NotYet,
    /// It is forgotten: the program sets another slot.
    Gone,
    /// It is this one.
    Hash(Key),
}

/// The hash of the first slot at or after `draw_slot`.
pub fn hash_of(ledger: &dyn Ledger, draw_slot: u64) -> Result<Draws, Failure> {
    let hashes = ledger.slot_hashes()?;
    let slot = |place: usize| hashes.get(place).map_or(0, |(slot, _)| *slot);
    Ok(match draw::drawing(draw_slot, hashes.len(), slot) {
        Drawing::NotYet => Draws::NotYet,
        Drawing::Gone => Draws::Gone,
        Drawing::At(place) => hashes.get(place).map_or(Draws::NotYet, |(_, hash)| Draws::Hash(*hash)),
    })
}

/// Number of seats that candidates are drawn from, before the seed is set.
fn seats(session: &Session, committee: &Committee) -> Result<u32, Failure> {
    if committee.round.seats > 0 { Ok(committee.round.seats) } else { Ok(session.totals()?.seats) }
}

/// The next candidates of a round, at most `most`: as many as it takes to fill it, if no seat changes before they are looked at. Empty if the slot's hash is not there.
pub fn candidates(session: &Session, job: &Job, committee: &Committee, most: usize) -> Result<Vec<u32>, Failure> {
    let round = &committee.round;
    let (seed, seats) = match round.state {
        state::WAITING => {
            let Draws::Hash(hash) = hash_of(session.ledger(), round.draw_slot)? else { return Ok(Vec::new()) };
            (draw::seed(sha256, &round.job, round.number, &hash), seats(session, committee)?)
        }
        _ => (round.seed, round.seats),
    };
    let previous = match round.purpose {
        purpose::APPEAL => session.round(&Pubkey::from(round.job), round.previous)?,
        _ => None,
    };
    let provider: Provider = session.ledger().provider(&Pubkey::from(job.provider))?;
    let parties = Parties { provider: provider.owner, requester: job.requester };
    let sat: Vec<u32> = previous.iter().flat_map(|previous| &previous.members).map(|member| member.seat).collect();
    let mut sits: Vec<u32> = committee.members.iter().map(|member| member.seat).collect();
    let mut passed = Vec::new();
    let mut cursor = round.cursor;
    while passed.len() < most && sits.len() < usize::from(round.size) && cursor < draw::candidates_max(round.size) && seats > 0 {
        let number = draw::candidate(sha256, &seed, cursor, seats)?;
        let seat: Seat = session.ledger().seat(&session.at, number)?;
        if !sits.contains(&number) && !sat.contains(&number) && draw::may_judge(&seat, round, &parties, session.param(Param::SeatStake)) {
            sits.push(number);
        }
        passed.push(number);
        cursor += 1;
    }
    Ok(passed)
}
