//! The file of a snapshot. Its bytes are in the header of [`super`].

use std::path::{Path, PathBuf};

use super::entry::Snapshot;
use crate::error::LedgerError;
use crate::journal::file;

const MAGIC: [u8; 8] = *b"ASSAYSNP";
const VERSION: u32 = 1;
const HEADER_LEN: usize = 36;

/// A snapshot as it was read.
pub struct Saved {
    /// Which ledger's.
    pub id: [u8; 16],
    /// How many frames went into it.
    pub frames: u64,
    /// The ledger.
    pub snapshot: Snapshot,
    /// Length of the file.
    pub length: u64,
}

/// Where it is.
pub fn path(folder: &Path) -> PathBuf {
    folder.join("snapshot")
}

/// Replaces the one in the folder. Says how long it is.
pub fn write(folder: &Path, id: &[u8; 16], frames: u64, snapshot: &Snapshot) -> Result<u64, LedgerError> {
    let mut bytes = [&MAGIC[..], &VERSION.to_le_bytes(), id, &frames.to_le_bytes()].concat();
    borsh::to_writer(&mut bytes, snapshot).map_err(|_| LedgerError::Overflow)?;
    let hash = blake3::hash(&bytes);
    bytes.extend_from_slice(hash.as_bytes());
    file::replace(&path(folder), &bytes)?;
    Ok(bytes.len() as u64)
}

/// Reads the one in the folder.
pub fn read(folder: &Path) -> Result<Saved, LedgerError> {
    let path = path(folder);
    let bytes = match std::fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(LedgerError::NoLedger(folder.to_owned())),
        read => read.map_err(file::io("read", &path))?,
    };
    parse(&bytes).map_err(|wrong| match wrong {
        Wrong::Version(found) => LedgerError::Version { path, found, wanted: VERSION },
        Wrong::Bytes(why) => LedgerError::Damaged { path, at: 0, why: why.to_owned() },
    })
}

#[derive(Debug)]
enum Wrong {
    Version(u32),
    Bytes(&'static str),
}

fn parse(bytes: &[u8]) -> Result<Saved, Wrong> {
    let (head, rest) = bytes.split_first_chunk::<HEADER_LEN>().ok_or(Wrong::Bytes("it is cut short"))?;
    if head[..8] != MAGIC {
        return Err(Wrong::Bytes("it does not start as a snapshot"));
    }
    let version = u32::from_le_bytes([head[8], head[9], head[10], head[11]]);
    if version != VERSION {
        return Err(Wrong::Version(version));
    }
    let (body, hash) = rest.split_last_chunk::<32>().ok_or(Wrong::Bytes("it is cut short"))?;
    if blake3::hash(&bytes[..bytes.len() - 32]) != *hash {
        return Err(Wrong::Bytes("its hash is another"));
    }
    let mut id = [0; 16];
    id.copy_from_slice(&head[12..28]);
    let mut frames = [0; 8];
    frames.copy_from_slice(&head[28..36]);
    let snapshot = borsh::from_slice(body).map_err(|_| Wrong::Bytes("its content is none of a snapshot"))?;
    Ok(Saved { id, frames: u64::from_le_bytes(frames), snapshot, length: bytes.len() as u64 })
}
