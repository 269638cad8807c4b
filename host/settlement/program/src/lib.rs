//! The settlement program (`specs/settlement.md`).
//!
//! - [`entry`]: what every instruction goes through; it hands over by the tag.
//! - [`accounts`]: all checks of accounts. [`cpi`]: all calls of other programs. [`slots`]: the hashes of slots.
//! - [`processor`]: one function for each instruction: take accounts, check them, look at them where they lie, decide, which changes them, move tokens.
//!
//! Decisions, layouts and refusals are those of `assay-settlement-interface`.
//!
//! **Architecture invariant:** no heap, no `unsafe` but the entry point's, no state but accounts; whatever is refused is refused as `Custom` with a number of
//! [`Refusal`](assay_settlement_interface::error::Refusal).
#![cfg_attr(target_arch = "bpf", no_std)]

#[cfg(target_arch = "bpf")]
use solana_compiler_builtins as _;

pub mod accounts;
pub mod cpi;
pub mod entry;
pub mod hash;
pub mod processor;
pub mod slots;

use assay_settlement_interface::error::Refusal;

/// What came of something that may be refused.
pub type Outcome<T = ()> = Result<T, Refusal>;

#[cfg(target_arch = "bpf")]
#[allow(unsafe_code)]
mod on_chain {
    // 64 accounts: what a transaction can name. Tally takes the most: 14 and the members of a round, 16 at most.
    pinocchio::program_entrypoint!(crate::entry::process, 64);
    pinocchio::no_allocator!();
    pinocchio::nostd_panic_handler!();
}
