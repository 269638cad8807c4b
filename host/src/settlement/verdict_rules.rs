//! Whether a verdict can be revealed, asked before it is committed to: the program sees a verdict's values only when it is revealed, and who cannot reveal is fined.

use assay_settlement::draw::sha256;
use assay_settlement_interface::account::state::{code, round as state};
use assay_settlement_interface::account::{Member, Round};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::Reveal;
use assay_settlement_interface::rules::round::{self as rules, Place};

/// Carries out the program's own rules of Reveal, on a round as it will be when all have committed: only the verdict's values can be refused then.
pub fn can_be_revealed(round: &Round, verdict: &Reveal, place: &Place) -> Result<(), Refusal> {
    let mut then = Round { state: state::VOTING, committed: round.drawn, revealed: 0, reveal_by: i64::MAX, ..*round };
    let commitment = rules::commitment(sha256, place, verdict);
    let mut member = Member { commitment, code: code::NONE, ..Member::drawn(place.seat) };
    rules::reveal(&mut then, &mut member, verdict, place, 0, sha256)
}
