//! # The specifications, as code
//!
//! A slow implementation of `specs/encoding.md`, `package.md`, `receipt.md` and the pure rules of
//! `execution.md`, written to be read from the first line to the last. It shares no code with
//! `host/`, and not even the crate that encodes there: every byte is placed by hand. So when host
//! and reference give the same hash, two readings of the text agree, not one piece of code with itself.
//!
//! Non-goals: speed, streaming, files larger than memory, a job's host calls.
//!
//! Read in this order; each file follows the page that it names.
//!
//! | file | page | what |
//! |---|---|---|
//! | [`encoding`] | encoding.md, 1 | integers, strings, lists: reader and writer |
//! | [`hashing`] | encoding.md, 2 | BLAKE3 and its contexts |
//! | [`signing`] | encoding.md, 3 | messages, signatures, what strict means |
//! | [`keyfile`], [`base58`] | encoding.md, 4 | Solana's key files, and how a key is shown |
//! | [`names`] | encoding.md, 5 | what may be called what |
//! | [`limits`] | package.md, 3 | the table of limits |
//! | [`manifest`], [`package`] | package.md | the `.assay` file and its checks |
//! | [`job`], [`outcome`] | receipt.md, 1 and 2 | question and answer |
//! | [`transcript`] | receipt.md, 3 | the tree of host calls |
//! | [`receipt`] | receipt.md, 4 and 5 | the receipt file and its checks |
//! | [`clock`], [`poll`], [`random`], [`charge`] | execution.md, 5 and 6 | virtual time, random bytes, what a call costs |
//! | [`metering`] | metering.md | fuel, check points and depth, by walking the code as it runs |
//! | [`settlement`] | settlement.md | stake, escrow, verdicts and rewards: a model of the program on the chain |
//! | [`ledger_files`] | ledger-files.md | an embedded ledger and an outbox on disk: what is torn, what is damaged |
//! | [`strict`] | strict-wgsl.md | the functions of strict WGSL, and how exact they are |
//! | [`vectors`] | | writes `specs/vectors/*.json` from all of the above |
//!
//! Why the errors are strings: nobody handles them but a person who reads. What another
//! implementation must reproduce is only *which check* refuses, and that is [`Refused::check`].

pub mod base58;
pub mod charge;
pub mod clock;
pub mod encoding;
pub mod gpu;
pub mod hashing;
pub mod job;
pub mod keyfile;
pub mod ledger_files;
pub mod limits;
pub mod manifest;
pub mod metering;
pub mod names;
pub mod outcome;
pub mod package;
pub mod poll;
pub mod random;
pub mod receipt;
pub mod settlement;
pub mod signing;
pub mod strict;
pub mod transcript;
pub mod vectors;

use std::fmt;

/// The profile that all of this describes; it stands in every manifest, job and receipt.
pub const PROFILE: &str = "assay-1";

/// A file was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Name of the first check that failed, as the page of the file lists them: `package.magic`.
    pub check: &'static str,
    /// What was wrong, for a person.
    pub why: String,
}

impl Refused {
    /// A refusal by `check`, because of `why`.
    pub fn by(check: &'static str, why: impl fmt::Display) -> Refused {
        Refused { check, why: why.to_string() }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.check, self.why)
    }
}

impl std::error::Error for Refused {}
