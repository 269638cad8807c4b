//! # Where accounts are (settlement.md, sections 1 and 3)
//!
//! A PDA is a hash that is no point of the curve, so that nobody can sign for it: the first of
//! H(seeds ‖ bump ‖ program ‖ "ProgramDerivedAddress") that is none, with the bump going down from 255.

use ed25519_dalek::VerifyingKey;
use sha2::{Digest, Sha256};

use super::layout::Key;

/// Says where the account of an identity is, and with which bump.
pub trait Addresses {
    /// Address and bump of these seeds.
    fn address(&self, seeds: &[&[u8]]) -> (Key, u8);
}

/// The addresses of a program, derived as the cluster does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Derived {
    /// Address of the program.
    pub program: Key,
}

impl Addresses for Derived {
    fn address(&self, seeds: &[&[u8]]) -> (Key, u8) {
        for bump in (0..=255).rev() {
            let mut hasher = Sha256::new();
            for seed in seeds {
                hasher.update(seed);
            }
            hasher.update([bump]);
            hasher.update(self.program);
            hasher.update("ProgramDerivedAddress");
            let address: Key = hasher.finalize().into();
            if VerifyingKey::from_bytes(&address).is_err() {
                return (address, bump);
            }
        }
        // Half of all hashes are on the curve: 256 in a row have never been seen.
        ([0; 32], 0)
    }
}
