//! Signatures: strict Ed25519 over a message that says what is signed.
//!
//! The message begins with 0xFF, which begins no Solana transaction, and names the kind of object, so a signature given for one thing is never one for another.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use crate::Hash;

/// What a signature is about, and so who may give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// The publisher signs a manifest.
    Manifest,
    /// The requester signs a job.
    Job,
    /// The provider signs a receipt.
    Receipt,
}

impl Signed {
    const fn kind(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Job => "job",
            Self::Receipt => "receipt",
        }
    }

    /// The bytes that are signed for an object of this kind with this hash.
    pub fn message(self, hash: &Hash) -> Vec<u8> {
        let mut message = vec![0xff];
        message.extend_from_slice(b"assay 2026-11-23 sign ");
        message.extend_from_slice(self.kind().as_bytes());
        message.push(0);
        message.extend_from_slice(&hash.0);
        message
    }

    /// Signs an object of this kind.
    pub fn sign(self, key: &SigningKey, hash: &Hash) -> [u8; 64] {
        key.sign(&self.message(hash)).to_bytes()
    }

    /// Verifies strictly: no small order, no malleable or non-canonical encoding.
    pub fn verify(self, public: &[u8; 32], hash: &Hash, signature: &[u8; 64]) -> Result<(), String> {
        let shown = bs58::encode(public).into_string();
        let key = VerifyingKey::from_bytes(public).map_err(|_| format!("{shown} is not an Ed25519 public key"))?;
        key.verify_strict(&self.message(hash), &Signature::from_bytes(signature))
            .map_err(|_| format!("the signature is not {shown}'s over this {}", self.kind()))
    }
}
