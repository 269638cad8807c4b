//! The file of a snapshot. Its bytes are `assay_protocol::ledger_files::snapshot` (`specs/ledger-files.md`, section 5).

use std::path::{Path, PathBuf};

use assay_protocol::ledger_files::snapshot::{Saved, VERSION};

use crate::error::LedgerError;
use crate::journal::{broken, file};

/// Where it is.
pub fn path(folder: &Path) -> PathBuf {
    folder.join("snapshot")
}

/// Whether there is one. That it cannot be told is an error: another ledger would be made in the place of one that is there.
pub fn exists(folder: &Path) -> Result<bool, LedgerError> {
    let path = path(folder);
    path.try_exists().map_err(file::io("look for", &path))
}

/// Replaces the one in the folder. Says how long it is.
pub fn write(folder: &Path, saved: &Saved) -> Result<u64, LedgerError> {
    let bytes = saved.to_bytes().map_err(|why| LedgerError::Unsendable(format!("the ledger cannot be written down: {why}")))?;
    file::replace(&path(folder), &bytes)?;
    Ok(bytes.len() as u64)
}

/// Reads the one in the folder. Says how long it is.
pub fn read(folder: &Path) -> Result<(Saved, u64), LedgerError> {
    let path = path(folder);
    let bytes = match std::fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(LedgerError::NoLedger(folder.to_owned())),
        read => read.map_err(file::io("read", &path))?,
    };
    let saved = Saved::read(&bytes).map_err(broken(&path, VERSION))?;
    Ok((saved, bytes.len() as u64))
}
