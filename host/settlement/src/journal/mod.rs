//! A file that only grows, by frames that are on the disk for good before anything goes on.
//!
//! The bytes, and what a crash can do to them, are `assay_protocol::ledger_files::journal` (`specs/ledger-files.md`); here are the files.

pub mod file;

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use assay_protocol::ledger_files::Broken;
use assay_protocol::ledger_files::journal::{self as frames, Header};

use crate::error::LedgerError;

/// A journal that is open for writing.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    id: [u8; 16],
    next: u64,
    length: u64,
    /// A write failed: what is on the disk is not known any more.
    failed: bool,
}

/// What was in a journal.
#[derive(Debug)]
pub struct Content {
    /// Its header.
    pub header: Header,
    /// The bodies of its frames, in order.
    pub bodies: Vec<Vec<u8>>,
    /// Bytes of a torn tail that were dropped.
    pub dropped: u64,
}

/// Says of a file why it cannot be read. `wanted` is the version that can be.
pub fn broken(path: &Path, wanted: u32) -> impl FnOnce(Broken) -> LedgerError + use<> {
    let path = path.to_owned();
    move |broken| match broken {
        Broken::Version { found, .. } => LedgerError::Version { path, found, wanted },
        Broken::Damaged { at, refusal } => LedgerError::Damaged { path, at: at as u64, why: refusal.to_string() },
    }
}

impl Journal {
    /// Makes one with these frames in place of what is at `path`, whole or not at all.
    pub fn create(path: &Path, header: Header, bodies: &[Vec<u8>]) -> Result<Self, LedgerError> {
        let mut bytes = header.to_bytes().to_vec();
        let mut next = header.base;
        for body in bodies {
            frames::write(&mut bytes, &header.id, next, body).ok_or(LedgerError::Overflow)?;
            next = next.saturating_add(1);
        }
        file::replace(path, &bytes)?;
        let file = OpenOptions::new().append(true).open(path).map_err(file::io("open", path))?;
        Ok(Self { path: path.to_owned(), file, id: header.id, next, length: bytes.len() as u64, failed: false })
    }

    /// Opens the one at `path`, drops a torn tail, and says what is in it.
    pub fn open(path: &Path, magic: [u8; 8]) -> Result<(Self, Content), LedgerError> {
        let bytes = std::fs::read(path).map_err(file::io("read", path))?;
        let header = Header::read(&bytes, magic).map_err(broken(path, frames::VERSION))?;
        let frames = frames::frames(&bytes, &header).map_err(broken(path, frames::VERSION))?;
        let file = OpenOptions::new().append(true).open(path).map_err(file::io("open", path))?;
        let dropped = (bytes.len() - frames.good) as u64;
        if dropped > 0 {
            tracing::warn!(path = %path.display(), bytes = dropped, "a write that was cut short is dropped");
            file.set_len(frames.good as u64).and_then(|()| file.sync_all()).map_err(file::io("cut", path))?;
        }
        let bodies: Vec<Vec<u8>> = frames.bodies.iter().map(|body| bytes[body.clone()].to_vec()).collect();
        let next = header.base.saturating_add(bodies.len() as u64);
        let journal = Self { path: path.to_owned(), file, id: header.id, next, length: frames.good as u64, failed: false };
        Ok((journal, Content { header, bodies, dropped }))
    }

    /// Adds a frame. When this returns, it is on the disk. If it fails, nothing can be added any more: how much is on the disk is known only when it is opened again.
    pub fn append(&mut self, body: &[u8]) -> Result<(), LedgerError> {
        if self.failed {
            return Err(LedgerError::Broken(self.path.clone()));
        }
        let mut bytes = Vec::with_capacity(body.len() + frames::FRAME_LEN);
        frames::write(&mut bytes, &self.id, self.next, body).ok_or(LedgerError::Overflow)?;
        self.failed = true;
        self.file.write_all(&bytes).and_then(|()| self.file.sync_data()).map_err(file::io("write", &self.path))?;
        self.failed = false;
        self.next = self.next.saturating_add(1);
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Number of the next frame.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Its length in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }
}
