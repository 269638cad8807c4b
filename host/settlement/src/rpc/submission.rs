//! When a signed transaction may be given up, and when it must not: decisions without I/O and without a clock.
//!
//! A transaction that was handed to anybody can land until its blockhash has expired, whatever any node says. Paying twice is to sign it anew too early; losing a payment is to forget it.
//!
//! ```text
//!                       ┌───────────────────── Send again ◄── nothing yet, and still valid ─────────────┐
//!  Written ─► Send ─────┤ taken, or no answer                                                           │
//!                       ▼                                                                               │
//!                  AskStatus ── not found ─► AskHeight ── finalized height ≤ last valid ─► Wait ────────┘
//!                    │    ▲                      │
//!  Landed, Failed ◄──┘    └── ask once more ◄────┘ finalized height > last valid, in slot s
//!   (enough blocks             │
//!    are behind it)            └── not found, by a node that has seen slot s and keeps what was made since it was signed ─► Expired
//!                                                  … that has not seen s ─► Wait        … that keeps less ─► Unknown
//!
//!  Send ── refused before it was passed on ─► Refused     only if it was never handed to anybody before
//! ```
//!
//! **Why the finalized height?** A block on a fork can be higher than the one that will stand. Once the finalized chain is beyond the last valid height, each block that could have held the transaction is decided.
//! **Why ask again, and whom?** The status that was not found may be older than that height; and behind one URL may be many nodes, one of them behind. So the answer counts only from a node that has seen the slot.
//! **Why not after a restart, at once?** A node forgets. An answer of one that does not keep the slots since the transaction was signed says nothing.

use assay_settlement_interface::Key;

/// Blocks after the last valid one for which every node remembers the transactions of a blockhash without looking into its history.
const REMEMBERED: u64 = 140;

/// How sure a cluster is of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// One node has it.
    Processed,
    /// Two thirds of the stake voted for it.
    Confirmed,
    /// It stands.
    Finalized,
}

impl std::str::FromStr for Level {
    type Err = &'static str;

    /// Reads Solana's name for it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "processed" => Ok(Self::Processed),
            "confirmed" => Ok(Self::Confirmed),
            "finalized" => Ok(Self::Finalized),
            _ => Err("it is processed, confirmed or finalized"),
        }
    }
}

/// A transaction that was found in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<E> {
    /// The block's slot.
    pub slot: u64,
    /// How sure it is.
    pub level: Level,
    /// Why it failed, if it did.
    pub error: Option<E>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<E> {
    /// A node took it.
    Taken,
    /// No answer, or one that says nothing: a node may have taken it.
    Unanswered,
    /// A node says that it would fail, and did not pass it on.
    Refused(E),
    /// A node does not take it now: it does not know the blockhash yet, or has seen the transaction.
    NotNow,
    /// A node looked for it.
    Status {
        /// What it found.
        found: Option<Found<E>>,
        /// The newest slot that it has seen.
        seen: u64,
        /// The oldest slot that it keeps; none if it does not say.
        keeps_from: Option<u64>,
    },
    /// The finalized chain's height, and its slot.
    Height {
        /// Blocks.
        height: u64,
        /// The slot.
        slot: u64,
    },
    /// A question was not answered.
    NoAnswer,
    /// Some time has passed.
    Waited,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action<E> {
    /// Hand it to a node.
    Send,
    /// Look for it, in the node's history as well.
    AskStatus,
    /// Ask for the finalized height.
    AskHeight,
    /// Let some time pass.
    Wait,
    /// It is on the ledger.
    Landed(u64),
    /// It is on the ledger, and failed there: it cost its fee, and changed nothing.
    Failed(u64, E),
    /// It is not on the ledger, and was never handed on.
    Refused(E),
    /// It is not on the ledger and never will be: sign it anew.
    Expired,
    /// Nobody who was asked can tell any more.
    Unknown,
}

/// What is known of a signed transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Submission {
    /// The last height of a block that may hold it.
    pub last_valid: u64,
    /// A slot before it was signed.
    pub signed: u64,
    /// How sure is sure enough.
    pub wanted: Level,
    /// Somebody may have it.
    handed: bool,
    /// The slot at which the finalized chain was beyond `last_valid`, and its height then.
    beyond: Option<(u64, u64)>,
}

impl Submission {
    /// One that was just written down.
    pub fn new(last_valid: u64, signed: u64, wanted: Level) -> Self {
        Self { last_valid, signed, wanted, handed: false, beyond: None }
    }

    /// One that an earlier process wrote down: it may have handed it on.
    pub fn resumed(last_valid: u64, signed: u64, wanted: Level) -> Self {
        Self { handed: true, ..Self::new(last_valid, signed, wanted) }
    }

    /// Whether the finalized chain is beyond the last valid height: a transaction that is not found now has perhaps expired.
    pub fn is_beyond(&self) -> bool {
        self.beyond.is_some()
    }

    /// What to do first.
    pub fn start<E>(&self) -> Action<E> {
        if self.handed { Action::AskStatus } else { Action::Send }
    }

    /// What to do after an event.
    pub fn on<E>(&mut self, event: Event<E>) -> Action<E> {
        match event {
            Event::Taken | Event::Unanswered => {
                self.handed = true;
                Action::Wait
            }
            Event::Refused(error) if !self.handed => Action::Refused(error),
            // Refused perhaps because it has landed.
            Event::Refused(_) | Event::NotNow => Action::Wait,
            Event::Waited => Action::AskStatus,
            Event::NoAnswer => Action::Wait,
            Event::Status { found: Some(found), .. } => match found.error {
                _ if found.level < self.wanted => Action::Wait,
                None => Action::Landed(found.slot),
                Some(error) => Action::Failed(found.slot, error),
            },
            Event::Status { found: None, seen, keeps_from } => self.not_found(seen, keeps_from),
            Event::Height { height, .. } if height <= self.last_valid => Action::Send,
            Event::Height { height, slot } => {
                self.beyond = Some((slot, height));
                Action::AskStatus
            }
        }
    }

    fn not_found<E>(&self, seen: u64, keeps_from: Option<u64>) -> Action<E> {
        match self.beyond {
            None => Action::AskHeight,
            Some((slot, _)) if seen < slot => Action::Wait,
            Some((slot, height)) => {
                // The answer may come long after the height: since then the chain has grown by at most a block for each slot.
                let height = height.saturating_add(seen.saturating_sub(slot));
                let remembered = height.saturating_sub(self.last_valid) <= REMEMBERED;
                let kept = keeps_from.is_some_and(|from| from <= self.signed);
                if remembered || kept { Action::Expired } else { Action::Unknown }
            }
        }
    }
}

/// Names a transaction.
pub type SignatureBytes = [u8; 64];

/// A cluster, by the hash of its first block.
pub type Genesis = Key;

#[cfg(test)]
mod tests;
