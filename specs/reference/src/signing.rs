//! # Signatures (encoding.md, section 3)
//!
//! ```text
//! message = 0xFF ‖ "assay 2026-11-23 sign " ‖ kind ‖ 0x00 ‖ bytes[32] hash of the object
//! ```
//!
//! **Why strict?** Plain Ed25519 lets one message have several valid signatures (S plus the group
//! order, another encoding of R) and lets a public key of small order be the key of signatures over
//! any message at all. A receipt moves money, so two machines may never disagree about a signature, and a
//! signature has to mean that somebody with the secret made it. The equation is the one without
//! the cofactor: `S·B = R + k·A`.

use crate::hashing::Hash;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

/// What the signature is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A publisher signs a manifest.
    Manifest,
    /// A requester signs a job.
    Job,
    /// A provider signs a receipt.
    Receipt,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 3] = [Kind::Manifest, Kind::Job, Kind::Receipt];

    /// The word that stands in the message.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Manifest => "manifest",
            Kind::Job => "job",
            Kind::Receipt => "receipt",
        }
    }
}

/// The bytes that are signed. 0xFF begins no Solana transaction.
pub fn message(kind: Kind, hash: &Hash) -> Vec<u8> {
    let mut message = vec![0xFF];
    message.extend_from_slice(b"assay 2026-11-23 sign ");
    message.extend_from_slice(kind.word().as_bytes());
    message.push(0x00);
    message.extend_from_slice(hash);
    message
}

/// The public key of a 32-byte seed.
pub fn public_key(seed: &[u8; 32]) -> [u8; 32] {
    SigningKey::from_bytes(seed).verifying_key().to_bytes()
}

/// The signature of the seed's owner.
pub fn sign(seed: &[u8; 32], kind: Kind, hash: &Hash) -> [u8; 64] {
    SigningKey::from_bytes(seed).sign(&message(kind, hash)).to_bytes()
}

/// Says whether the owner of `public_key` signed this hash as an object of this kind.
pub fn verifies(public_key: &[u8; 32], kind: Kind, hash: &Hash, signature: &[u8; 64]) -> Result<(), String> {
    let (r, _s) = signature.split_at(32);
    if !is_canonical_point(public_key) {
        return Err("the public key is not encoded canonically".to_string());
    }
    if !is_canonical_point(r) {
        return Err("R of the signature is not encoded canonically".to_string());
    }
    let key = VerifyingKey::from_bytes(public_key).map_err(|_| "the public key is not a point of the curve".to_string())?;
    // `verify_strict` refuses S at or above the group order, and A and R of small order.
    key.verify_strict(&message(kind, hash), &Signature::from_bytes(signature))
        .map_err(|_| "the signature does not verify strictly".to_string())
}

/// A point is 255 bits of y, then the sign of x. Canonical: y < p = 2²⁵⁵ − 19, so all of its bytes
/// are below `7f ff … ff ed`. (A sign bit on x = 0 is not canonical either; those two points
/// have small order and are refused as such.)
fn is_canonical_point(encoded: &[u8]) -> bool {
    let p_minus_top: [u8; 32] = {
        let mut p = [0xFF; 32];
        p[0] = 0x7F;
        p[31] = 0xED;
        p
    };
    let mut y_big_endian: Vec<u8> = encoded.iter().rev().copied().collect();
    if let Some(top) = y_big_endian.first_mut() {
        *top &= 0x7F;
    }
    y_big_endian.as_slice() < p_minus_top.as_slice()
}
