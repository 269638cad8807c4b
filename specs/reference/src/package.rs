//! # The `.assay` file (package.md, sections 1 and 4)
//!
//! ```text
//! magic ‖ u32 n ‖ manifest (n bytes) ‖ signature (64) ‖ module ‖ blobs ‖ end
//! ```
//!
//! [`read`] makes the checks of section 4, in that order, and reports the first that fails. The order is part of the
//! format: two machines that refuse one file have to name one reason, and nothing of the module is
//! looked at before the signature holds.

use crate::Refused;
use crate::encoding::{Malformed, Reader, Writer};
use crate::hashing::Hash;
use crate::manifest::{self, Blob, Manifest};
use crate::signing::{self, Kind};

/// First bytes of a package: 7F "ASSAYP", format 2.
pub const MAGIC: [u8; 8] = *b"\x7fASSAYP\x02";
/// Longest package, bytes.
pub const LONGEST: u64 = 1_073_741_824;

/// A package that passed every check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// What the publisher signed.
    pub manifest: Manifest,
    /// Hash of the manifest, by which receipts name the package.
    pub hash: Hash,
    /// The module's bytes.
    pub module: Vec<u8>,
    /// The test cases' distinct blobs, in the order of the file.
    pub blobs: Vec<Vec<u8>>,
}

/// Decodes and checks a package.
pub fn read(file: &[u8]) -> Result<Package, Refused> {
    if !file.starts_with(&MAGIC) {
        return Err(Refused::by("package.magic", "not a package of format 2"));
    }
    let too_short = |why: Malformed| Refused::by("package.length", why);
    if file.len() as u64 > LONGEST {
        return Err(Refused::by("package.length", "longer than 1 GiB"));
    }
    let mut reader = Reader::new(file);
    reader.take(8).map_err(too_short)?;
    let length = reader.u32().map_err(too_short)?;
    if u64::from(length) > manifest::LONGEST {
        let why = format!("a manifest of {length} bytes");
        return Err(Refused::by("package.length", why));
    }
    let encoded = reader.take(u64::from(length)).map_err(too_short)?;

    let manifest = Manifest::decode(encoded).map_err(|why| Refused::by("package.manifest", why))?;

    // Only now are the lengths of what follows known.
    let signature: [u8; 64] = reader.array().map_err(too_short)?;
    let module = reader.take(manifest.module.bytes).map_err(too_short)?;
    let mut blobs = Vec::new();
    for blob in manifest.blobs() {
        blobs.push((blob, reader.take(blob.bytes).map_err(too_short)?));
    }
    reader.end().map_err(too_short)?;

    if let Some(why) = manifest.limits.out_of_range() {
        return Err(Refused::by("package.limits", why));
    }
    let hash = manifest.hash();
    signing::verifies(&manifest.publisher, Kind::Manifest, &hash, &signature).map_err(|why| Refused::by("package.signature", why))?;
    if Blob::of(module) != manifest.module {
        return Err(Refused::by("package.module", "its hash is not the manifest's"));
    }
    for (blob, content) in &blobs {
        if Blob::of(content) != *blob {
            return Err(Refused::by("package.blob", "its hash is not the manifest's"));
        }
    }
    Ok(Package { hash, module: module.to_vec(), blobs: blobs.iter().map(|(_, content)| content.to_vec()).collect(), manifest })
}

/// Puts a file together from its parts, whatever they are: also files that must be refused.
pub fn assemble(manifest: &[u8], signature: &[u8; 64], module: &[u8], blobs: &[&[u8]]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.raw(&MAGIC);
    writer.count(manifest.len());
    writer.raw(manifest);
    writer.raw(signature);
    writer.raw(module);
    for blob in blobs {
        writer.raw(blob);
    }
    writer.bytes
}
