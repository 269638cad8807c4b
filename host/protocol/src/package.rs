//! The `.assay` file (`specs/package.md`).
//!
//! Participants: the publisher, who writes and signs; anyone, who reads. Goal: whoever holds the file can check all of it with no other file. Non-goals:
//! secrecy, compression, naming who may run it.
//!
//! The order of the checks is part of the format: nothing of the module is looked at before the signature holds.

use ed25519_dalek::SigningKey;

use crate::encoding::{Canonical, Parts, expect_magic};
use crate::hash::Blob;
use crate::manifest::Manifest;
use crate::sign::Signed;
use crate::{Hash, Refusal};

/// First bytes of a package. Format 1 had manifests of format 1.
pub const MAGIC: [u8; 8] = *b"\x7fASSAYP\x02";
/// Longest package, in bytes.
pub const MAX_BYTES: u64 = 1_073_741_824;

/// A package all of whose checks hold. It borrows the file's bytes.
#[derive(Debug, Clone)]
pub struct Package<'a> {
    /// The signed manifest.
    pub manifest: Manifest,
    /// The manifest's hash: the package's identity.
    pub hash: Hash,
    /// The publisher's signature.
    pub signature: [u8; 64],
    /// The module.
    pub module: &'a [u8],
    blobs: Vec<(Hash, &'a [u8])>,
}

impl<'a> Package<'a> {
    /// Reads a package and makes every check of `specs/package.md`, section 4, in that order.
    pub fn read(file: &'a [u8]) -> Result<Self, Refusal> {
        expect_magic(file, &MAGIC, "package.magic", "package")?;
        if file.len() as u64 > MAX_BYTES {
            let detail = format!("the file is {} bytes long; the longest allowed is {MAX_BYTES}", file.len());
            return Err(Refusal::new("package.length", detail));
        }
        let mut parts = Parts::new(file, "package.length");
        parts.take("the magic number", 8)?;
        let encoded = parts.prefixed("the manifest", Manifest::MAX_BYTES)?;
        let manifest = Manifest::decode(encoded).map_err(|why| Refusal::new("package.manifest", why))?;
        let signature: [u8; 64] = parts.array("the signature")?;
        let module = parts.take("the module", manifest.module.bytes)?;
        let mut blobs = Vec::new();
        for blob in manifest.blobs() {
            blobs.push((blob, parts.take("the data of a test case", blob.bytes)?));
        }
        parts.end()?;

        manifest.limits.validate().map_err(|why| Refusal::new("package.limits", format!("the manifest {why}")))?;
        let hash = manifest.hash();
        Signed::Manifest.verify(&manifest.publisher, &hash, &signature).map_err(|why| Refusal::new("package.signature", why))?;
        same(&manifest.module, module).map_err(|why| Refusal::new("package.module", format!("the module {why}")))?;
        for (blob, content) in &blobs {
            same(blob, content).map_err(|why| Refusal::new("package.blob", format!("the data of a test case {why}")))?;
        }
        let blobs = blobs.into_iter().map(|(blob, content)| (blob.blake3, content)).collect();
        Ok(Self { manifest, hash, signature, module, blobs })
    }

    /// The content of a test case's input.
    pub fn blob(&self, hash: &Hash) -> Option<&'a [u8]> {
        self.blobs.iter().find(|(known, _)| known == hash).map(|(_, content)| *content)
    }
}

fn same(stated: &Blob, content: &[u8]) -> Result<(), String> {
    let found = Blob::of(content);
    if found == *stated {
        return Ok(());
    }
    Err(format!("is not what the manifest names: its BLAKE3 is {}, the manifest says {}", found.blake3, stated.blake3))
}

/// Writes a package. `manifest.publisher` is set to the key's public half. `blobs` gives the content of each test input by its hash.
pub fn write(
    mut manifest: Manifest,
    module: &[u8],
    blobs: &std::collections::HashMap<Hash, Vec<u8>>,
    key: &SigningKey,
) -> Result<Vec<u8>, Refusal> {
    manifest.publisher = key.verifying_key().to_bytes();
    let encoded = manifest.encode();
    let mut file = MAGIC.to_vec();
    let length = u32::try_from(encoded.len()).map_err(|_| Refusal::new("package.manifest", "the manifest is too long"))?;
    file.extend_from_slice(&length.to_le_bytes());
    file.extend_from_slice(&encoded);
    file.extend_from_slice(&Signed::Manifest.sign(key, &manifest.hash()));
    file.extend_from_slice(module);
    for blob in manifest.blobs() {
        let content = blobs
            .get(&blob.blake3)
            .ok_or_else(|| Refusal::new("package.blob", format!("the content of blob {} is not at hand", blob.blake3)))?;
        file.extend_from_slice(content);
    }
    // What we write we can read: a manifest that breaks a rule is refused here, not at the first user's.
    Package::read(&file)?;
    Ok(file)
}
