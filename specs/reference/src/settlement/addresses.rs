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

impl Derived {
    /// The address with this bump, if it is no point of the curve.
    pub fn with(&self, seeds: &[&[u8]], bump: u8) -> Option<Key> {
        let mut hasher = Sha256::new();
        for seed in seeds {
            hasher.update(seed);
        }
        hasher.update([bump]);
        hasher.update(self.program);
        hasher.update("ProgramDerivedAddress");
        let address: Key = hasher.finalize().into();
        // A public key is read as a point, and nothing else is asked of it.
        VerifyingKey::from_bytes(&address).is_err().then_some(address)
    }
}

impl Addresses for Derived {
    fn address(&self, seeds: &[&[u8]]) -> (Key, u8) {
        let found = (0..=255).rev().find_map(|bump| self.with(seeds, bump).map(|address| (address, bump)));
        // Half of all hashes are points: 256 in a row have never been seen.
        found.unwrap_or(([0; 32], 0))
    }
}
