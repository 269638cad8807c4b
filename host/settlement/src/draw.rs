//! Whom a round looks at next: what must be passed with Draw, found out from what everybody can read.

use assay_settlement_interface::Key;
use assay_settlement_interface::account::{Round, state};
use assay_settlement_interface::rules::draw::{self as rules, Drawing};
use sha2::{Digest, Sha256};

/// Candidates that one transaction has room for.
pub const AT_ONCE: usize = 20;

/// What Draw is to be sent with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// The slot that draws has not come: wait for it.
    Wait,
    /// It cannot be told any more which slot draws. Draw without candidates names another.
    Anew,
    /// These seats, in order.
    Seats(Vec<u32>),
    /// Nobody: the round is not one that is drawn.
    Nobody,
}

/// SHA-256 over the concatenation of the parts, as the rules of the interface want it.
pub fn sha256(parts: &[&[u8]]) -> Key {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

/// Whom `round` looks at next. `hashes` are the ledger's slot hashes, the newest first.
pub fn next(round: &Round, hashes: &[(u64, Key)]) -> Next {
    let seed = match round.state {
        state::round::DRAWING => round.seed,
        state::round::WAITING => {
            // Entries that the caller made up may be fewer than it says; a place is only ever one of them.
            let slot = |place: usize| hashes.get(place).map_or(0, |(slot, _)| *slot);
            match rules::drawing(round.draw_slot, hashes.len(), slot) {
                Drawing::NotYet => return Next::Wait,
                Drawing::Gone => return Next::Anew,
                Drawing::At(place) => match hashes.get(place) {
                    Some((_, hash)) => rules::seed(sha256, &round.job, round.number, hash),
                    None => return Next::Wait,
                },
            }
        }
        _ => return Next::Nobody,
    };
    let last = rules::candidates_max(round.size);
    let candidates = (round.cursor..last).take(AT_ONCE).map(|i| rules::candidate(sha256, &seed, i, round.seats));
    // Without a seat there is no candidate, and Draw without any makes the round void.
    Next::Seats(candidates.collect::<Result<_, _>>().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use assay_settlement_interface::account::Account;

    use super::*;

    fn round(of: u8) -> Round {
        let mut bytes = vec![0; Round::LENGTH];
        bytes[..2].copy_from_slice(&[Round::KIND, 1]);
        Round { state: of, size: 3, draw_slot: 100, seats: 5, ..Round::read(&bytes).unwrap() }
    }

    #[test]
    fn whom_depends_on_the_slot() {
        let waiting = round(state::round::WAITING);
        assert_eq!(next(&waiting, &[]), Next::Wait);
        assert_eq!(next(&waiting, &[(99, [1; 32])]), Next::Wait);
        let Next::Seats(first) = next(&waiting, &[(101, [2; 32]), (100, [1; 32]), (99, [0; 32])]) else { panic!("slot 100 is there") };
        assert_eq!(first.len(), AT_ONCE);
        assert!(first.iter().all(|seat| *seat < 5));
        let full: Vec<(u64, Key)> = (0..512).map(|n| (1_000 - n, [1; 32])).collect();
        assert_eq!(next(&waiting, &full), Next::Anew);
        assert_eq!(next(&Round { seats: 0, ..waiting }, &[(100, [1; 32])]), Next::Seats(vec![]));
        let drawing = Round { seed: rules::seed(sha256, &[0; 32], 0, &[1; 32]), cursor: 2, ..round(state::round::DRAWING) };
        let Next::Seats(rest) = next(&drawing, &[]) else { panic!("it has its seed") };
        assert_eq!(rest[..18], first[2..], "it goes on where it was");
        assert_eq!(next(&Round { cursor: 38, ..drawing }, &[]), Next::Seats(next_two(&drawing)));
        assert_eq!(next(&round(state::round::VOTING), &[]), Next::Nobody);
    }

    fn next_two(drawing: &Round) -> Vec<u32> {
        (38..40).map(|i| rules::candidate(sha256, &drawing.seed, i, 5).unwrap()).collect()
    }
}
