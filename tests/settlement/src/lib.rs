//! Tests of the settlement program: the real `.so` in litesvm, and next to it the model of the reference, which is asked about every instruction that is sent.
//!
//! ```text
//!                    ┌──► litesvm, the .so ──► taken or refused, accounts, tokens ─┐
//!  World::send(call) ┤                                                             ├──► equal, or the test fails
//!                    └──► the reference's Ledger::apply ───────────────────────────┘
//! ```
//!
//! - [`world`]: a cluster of one process, its clock, its wallets, and the ways of jobs.
//! - [`cases`]: one call of every instruction that is taken, and one for each reason to refuse it.
//! - [`actors`]: parties that send what is plausible, at random.

// Test code: what cannot be unwrapped is a failed test.
#![allow(clippy::unwrap_used)]

pub mod actors;
pub mod cases;
pub mod world;
