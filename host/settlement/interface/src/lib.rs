//! What the settlement program and whoever talks to it agree on (`specs/settlement.md`).
//!
//! - [`account`]: layouts of everything that is stored. [`instruction`]: of everything that is sent, with the accounts that go with it.
//! - [`params`]: the parameters, their ranges and defaults. [`error`]: why an instruction is refused.
//! - [`rules`]: the decisions, as functions from accounts and time to accounts and amounts. They hold no I/O, no clock and no allocation, so that they are tested natively and run on chain as they are.
//!
//! **Architecture invariant:** no dependency, no `unsafe`, no panic: arithmetic that may overflow is checked, and reads are bounded by the layout.
#![no_std]
#![forbid(unsafe_code)]

pub mod account;
pub mod error;
mod field;
pub mod instruction;
pub mod params;
pub mod rules;

pub use self::field::{Field, FieldInfo};

/// An address: of a wallet, a mint, an account.
pub type Key = [u8; 32];
