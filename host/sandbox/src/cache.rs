//! Compiled modules on disk.
//!
//! An entry holds native code, so a damaged one must never run: it carries the BLAKE3 of its content, is checked whole before any of it is used, and is rebuilt
//! when it does not hold. The hash guards against accidents. Against somebody who can write to the folder nothing here helps (they could replace this program
//! as well), so the folder is made for its owner only.
//!
//! ```text
//! key      BLAKE3 derive_key(module hash ‖ profile ‖ this crate's version ‖ version of the metering ‖ engine, its version and settings)
//! name     hex(key).module
//! 0   8    magic "ASSAYCM2"
//! 8   32   BLAKE3 of key ‖ all that follows: an entry under another entry's name does not hold
//! 40  4    u32 length ‖ facts, names of exports (Borsh): the module need not be walked again
//! …        native code, as the engine serialised it
//! ```

use std::hash::{Hash as _, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use assay_protocol::Hash;

use crate::admission::Facts;
use crate::metering::{self, AddedExports};

const MAGIC: &[u8; 8] = b"ASSAYCM2";
/// When the entries together exceed this, those unused for longest are deleted.
pub(crate) const MAX_CACHE_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// What an entry says of its module besides the code.
#[derive(Debug, Clone, PartialEq, Eq, borsh::BorshSerialize, borsh::BorshDeserialize)]
pub(crate) struct Described {
    pub(crate) facts: Facts,
    pub(crate) exports: AddedExports,
}

/// A folder of compiled modules. Every failure of it is only a slower start: it is logged, never returned.
#[derive(Debug, Clone)]
pub(crate) struct Cache {
    folder: PathBuf,
}

/// Where one module's code is, or will be.
pub(crate) struct Entry {
    pub(crate) path: PathBuf,
    key: blake3::Hash,
}

/// Feeds `std::hash::Hash` values into BLAKE3: the standard hasher's values may differ between Rust versions.
struct Blake3Hasher(blake3::Hasher);

impl Hasher for Blake3Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
    fn finish(&self) -> u64 {
        let mut first = [0; 8];
        self.0.finalize_xof().fill(&mut first);
        u64::from_le_bytes(first)
    }
}

impl Cache {
    pub(crate) fn new(folder: &Path) -> std::io::Result<Self> {
        use std::os::unix::fs::{DirBuilderExt, MetadataExt};
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        // Native code is loaded from here: a folder that others can write to, or that is another's, is not used.
        let (folder_is, ours) = (std::fs::metadata(folder)?, tempfile::tempfile_in(folder)?.metadata()?);
        if folder_is.mode() & 0o022 != 0 || folder_is.uid() != ours.uid() {
            return Err(std::io::Error::new(
                std::io::ErrorKind::PermissionDenied,
                "the folder belongs to another user, or others can write to it",
            ));
        }
        Ok(Self { folder: folder.to_owned() })
    }

    pub(crate) fn entry(&self, engine: &wasmtime::Engine, module: &Hash) -> Entry {
        let mut key = Blake3Hasher(blake3::Hasher::new_derive_key("assay 2026-11-23 compiled module v1"));
        key.write(&module.0);
        for part in [assay_protocol::PROFILE, env!("CARGO_PKG_VERSION")] {
            key.write(part.as_bytes());
            key.write(&[0]);
        }
        key.write(&metering::VERSION.to_le_bytes());
        engine.precompile_compatibility_hash().hash(&mut key);
        let key = key.0.finalize();
        Entry { path: self.folder.join(format!("{}.module", key.to_hex())), key }
    }

    /// What an entry says, and its code, of an entry that holds, or nothing.
    pub(crate) fn load(&self, entry: &Entry) -> Option<(Described, Vec<u8>)> {
        let path = &entry.path;
        let file = std::fs::read(path).ok()?;
        let checked = check(&file, &entry.key);
        if checked.is_none() {
            tracing::warn!(path = %path.display(), "a compiled module in the cache is damaged; it is built again");
            let _ = std::fs::remove_file(path);
        } else if let Ok(file) = std::fs::File::open(path) {
            // The time of last use decides what goes when the cache is full.
            let _ = file.set_modified(SystemTime::now());
        }
        checked
    }

    pub(crate) fn store(&self, entry: &Entry, described: &Described, code: &[u8]) {
        if let Err(error) = self.try_store(entry, described, code) {
            tracing::warn!(path = %entry.path.display(), %error, "a compiled module could not be cached");
        }
    }

    fn try_store(&self, entry: &Entry, described: &Described, code: &[u8]) -> std::io::Result<()> {
        let described = borsh::to_vec(described)?;
        let length = u32::try_from(described.len()).map_err(std::io::Error::other)?.to_le_bytes();
        let mut hasher = blake3::Hasher::new();
        hasher.update(entry.key.as_bytes()).update(&length).update(&described).update(code);
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        for part in [MAGIC.as_slice(), hasher.finalize().as_bytes(), &length, &described, code] {
            file.write_all(part)?;
        }
        file.persist(&entry.path).map_err(|e| e.error)?;
        self.shrink(&entry.path)
    }

    /// Deletes the entries unused for longest until the rest fits; never `kept`.
    fn shrink(&self, kept: &Path) -> std::io::Result<()> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            let metadata = entry.metadata()?;
            // A folder in here is another cache's.
            if metadata.is_dir() {
                continue;
            }
            entries.push((metadata.modified()?, metadata.len(), entry.path()));
        }
        entries.sort();
        let mut total: u64 = entries.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, bytes, path) in entries {
            if total <= MAX_CACHE_BYTES {
                break;
            }
            if path != kept {
                std::fs::remove_file(&path)?;
                total -= bytes;
            }
        }
        Ok(())
    }
}

fn check(file: &[u8], key: &blake3::Hash) -> Option<(Described, Vec<u8>)> {
    let (hash, content) = file.strip_prefix(MAGIC)?.split_first_chunk::<32>()?;
    if blake3::Hasher::new().update(key.as_bytes()).update_rayon(content).finalize() != *hash {
        return None;
    }
    let (length, rest) = content.split_first_chunk::<4>()?;
    let (described, code) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    Some((borsh::from_slice(described).ok()?, code.to_vec()))
}
