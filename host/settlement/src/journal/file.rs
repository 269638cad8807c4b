//! Files whole or not at all, and folders with one writer.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::Path;

use crate::error::LedgerError;

/// Says what was tried with which file.
pub fn io(step: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> LedgerError + use<> {
    let path = path.to_owned();
    move |error| LedgerError::Io { step, path, error }
}

/// Puts `bytes` in place of what is at `path`: under another name, synced, renamed, the folder synced. Only its owner may read it.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), LedgerError> {
    let beside = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside).map_err(io("create", &beside))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(io("write", &beside))?;
    std::fs::rename(&beside, path).map_err(io("rename", &beside))?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes what was created or renamed in a folder last. Where folders cannot be opened, the system does it on its own.
fn sync_folder(folder: &Path) -> Result<(), LedgerError> {
    if cfg!(unix) {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder).and_then(|open| open.sync_all()).map_err(io("sync", folder))?;
    }
    Ok(())
}

/// Makes a folder, and those that it is in. What is written in one that is lost is lost as well: so each is made to last.
fn make(folder: &Path) -> Result<(), LedgerError> {
    if folder.is_dir() || folder.as_os_str().is_empty() {
        return Ok(());
    }
    folder.parent().map_or(Ok(()), make)?;
    match std::fs::create_dir(folder) {
        // Another process was faster.
        Err(_) if folder.is_dir() => {}
        made => made.map_err(io("create", folder))?,
    }
    folder.parent().map_or(Ok(()), sync_folder)
}

/// Makes a folder, and takes the lock that says who writes in it. It is held until the file is dropped, or its process ends however it ends.
pub fn lock(folder: &Path) -> Result<File, LedgerError> {
    make(folder)?;
    let path = folder.join("lock");
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LedgerError::Locked(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(io("lock", &path)(error)),
    }
}
