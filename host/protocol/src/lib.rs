//! Every byte of Assay that leaves a machine, or is hashed or signed.
//!
//! Normative text: `specs/encoding.md`, `specs/package.md`, `specs/receipt.md`, `specs/ledger-files.md`. This crate has no I/O, no clock and no async: bytes in, values or a named
//! refusal out. All of its input is hostile.
//!
//! Every refusal carries the name of the check that failed ([`Refusal::check`]), because whoever refuses has to say why, and two machines that
//! refuse the same bytes have to say the same.

pub mod encoding;
pub mod hash;
pub mod job;
pub mod keypair;
pub mod ledger_files;
pub mod limits;
pub mod manifest;
pub mod names;
pub mod outcome;
pub mod package;
pub mod receipt;
pub mod sign;
pub mod transcript;

pub use encoding::Refusal;
pub use hash::Hash;

/// The profile this build executes: the name of everything that can change a result.
pub const PROFILE: &str = "assay-1";
