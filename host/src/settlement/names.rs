//! Words for the numbers that the ledger has for states and the like.

use assay_settlement_interface::account::state::{self, code};

fn named(names: &[&'static str], number: u8) -> &'static str {
    names.get(usize::from(number)).copied().unwrap_or("unknown")
}

/// State of a job.
pub fn job(number: u8) -> &'static str {
    const NAMES: [&str; 11] = [
        "open",
        "accepted",
        "proved",
        "confirmed",
        "indeterminate",
        "disputed",
        "undecided",
        "settled",
        "refunded",
        "cancelled",
        "expired",
    ];
    named(&NAMES, number)
}

/// State of a round.
pub fn round(number: u8) -> &'static str {
    named(&["waiting", "drawing", "voting", "confirmed", "contradicted", "indeterminate", "no quorum", "overturned"], number)
}

/// Purpose of a round.
pub fn purpose(number: u8) -> &'static str {
    named(&["sample", "challenge", "appeal"], number)
}

/// State of a dispute.
pub fn dispute(number: u8) -> &'static str {
    named(&["frozen", "appealed", "lost", "slashed", "restored"], number)
}

/// Status of a provider.
pub fn provider(number: u8) -> &'static str {
    named(&["up", "paused", "blocked", "terminated"], number)
}

/// Status of a device.
pub fn device(number: u8) -> &'static str {
    named(&["up", "paused", "removed"], number)
}

/// State of a seat.
pub fn seat(number: u8) -> &'static str {
    named(&["vacant", "active", "leaving"], number)
}

/// State of a proposal.
pub fn proposal(number: u8) -> &'static str {
    named(&["open", "executed", "rejected"], number)
}

/// A tier of connectivity.
pub fn tier(number: u8) -> &'static str {
    named(&["low", "medium", "high", "ultra high"], number)
}

/// A pool of rewards.
pub fn pool(number: u8) -> &'static str {
    named(&["GPU", "CPU"], number)
}

/// Whether a proof is sampled.
pub fn sampled(number: u8) -> &'static str {
    named(&["not drawn yet", "no", "yes"], number)
}

/// Code of a verdict.
pub fn verdict(number: u8) -> &'static str {
    match number {
        code::NONE => "none",
        code::OUTCOME => "outcome",
        code::INDETERMINATE => "indeterminate",
        code::ABSTAIN => "abstain",
        _ => "unknown",
    }
}

/// A country or continent.
pub fn region(letters: [u8; 2]) -> String {
    if letters == [0; 2] { "any".to_owned() } else { super::show::text(&letters) }
}

/// A demanded model.
pub fn demanded(model: u16) -> String {
    if model == state::ANY_MODEL { "any".to_owned() } else { model.to_string() }
}

/// A host call; none if it is none or not known.
pub fn call(call: u64) -> Option<u64> {
    (call != state::NO_CALL).then_some(call)
}
