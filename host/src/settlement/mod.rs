//! The command line's side of the settlement ledger.
//!
//! ```text
//! connect    which ledger, opened          session    that, with its configuration and the key that signs
//! act        what is sent: checked, sent, reported                 explain   what instructions say, and what they cost
//! sent       what was sent, told in the report or in the error
//! rehearsal  what would be sent: tried, shown                      bill      what a transaction does to money
//! pending    what was begun and may not be begun twice             verdicts  what was committed to, with its salt
//! job_state  what can happen to a job next, and by when            party     who must sign
//! times      the ledger's time and its pauses                      limits    what numbers may be
//! demands    which demand of a job a device does not meet          countries which there are
//! verdict_rules, receipt_signer                                    whether a verdict can be revealed, and whose receipt it is
//! show, names, reference, refused                                  words for people, and back
//! ```
//!
//! Nothing here is touched unless a command of the ledger runs.

pub mod act;
mod bill;
pub mod connect;
pub mod countries;
pub mod demands;
pub mod estimate;
pub mod explain;
pub mod job_state;
pub mod limits;
pub mod models;
pub mod names;
pub mod party;
pub mod pending;
pub mod receipt_signer;
pub mod reference;
mod refused;
mod rehearsal;
pub mod sent;
pub mod session;
pub mod show;
pub mod times;
pub mod verdict_rules;
pub mod verdicts;
