//! The command line's side of the settlement ledger.
//!
//! ```text
//! connect    which ledger, opened          session    that, with its configuration and the key that signs
//! act        what is sent: checked, sent, reported                 explain   what instructions say, and what they cost
//! rehearsal  what would be sent: tried, shown                      bill      what a transaction does to money
//! pending    what was begun and may not be begun twice             verdicts  what was committed to, with its salt
//! job_state  what can happen to a job next, and by when
//! times      the ledger's time and its pauses                       countries  which there are
//! show, names, reference, refused                                  words for people, and back
//! ```
//!
//! Nothing here is touched unless a command of the ledger runs.

pub mod act;
mod bill;
pub mod connect;
pub mod countries;
pub mod estimate;
pub mod explain;
pub mod job_state;
pub mod models;
pub mod names;
pub mod pending;
pub mod reference;
mod refused;
mod rehearsal;
pub mod session;
pub mod show;
pub mod times;
pub mod verdicts;
