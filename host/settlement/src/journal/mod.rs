//! A file that only grows, by frames that are on the disk for good before anything goes on.
//!
//! [`frame`] has the bytes and what a crash can do to them; here are the files.

pub mod file;
pub mod frame;

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use self::frame::{Broken, Header};
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

impl Journal {
    /// Makes one with these frames in place of what is at `path`, whole or not at all.
    pub fn create(path: &Path, header: Header, bodies: &[Vec<u8>]) -> Result<Self, LedgerError> {
        let mut bytes = header.to_bytes().to_vec();
        let mut next = header.base;
        for body in bodies {
            frame::write(&mut bytes, &header.id, next, body).ok_or(LedgerError::Overflow)?;
            next = next.saturating_add(1);
        }
        file::replace(path, &bytes)?;
        let file = OpenOptions::new().append(true).open(path).map_err(file::io("open", path))?;
        Ok(Self { path: path.to_owned(), file, id: header.id, next, length: bytes.len() as u64, failed: false })
    }

    /// Opens the one at `path`, drops a torn tail, and says what is in it.
    pub fn open(path: &Path, magic: [u8; 8]) -> Result<(Self, Content), LedgerError> {
        let bytes = std::fs::read(path).map_err(file::io("read", path))?;
        let broken = |broken| match broken {
            Broken::Version(found) => LedgerError::Version { path: path.to_owned(), found, wanted: frame::VERSION },
            Broken::Header => LedgerError::Damaged { path: path.to_owned(), at: 0, why: broken.to_string() },
            Broken::Middle { at, .. } => LedgerError::Damaged { path: path.to_owned(), at: at as u64, why: broken.to_string() },
        };
        let header = Header::read(&bytes, magic).map_err(broken)?;
        let frames = frame::frames(&bytes, &header).map_err(broken)?;
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
        let mut bytes = Vec::with_capacity(body.len() + frame::FRAME_LEN);
        frame::write(&mut bytes, &self.id, self.next, body).ok_or(LedgerError::Overflow)?;
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
