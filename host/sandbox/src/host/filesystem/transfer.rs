//! Reading and writing: where the bytes come from and go to.
//!
//! A transfer is planned, then done buffer by buffer, then completed. The plan makes every check, so that nothing fails half-way; the bytes go straight
//! between guest memory and where they lie, with no copy between.

use super::handles::{Handle, Target, flags};
use super::node::{Ino, Kind, Node};
use super::quota::Usage;
use super::rights::{self, Rights};
use super::{Filesystem, OFFSET_MAX};
use crate::host::errno::{Errno, Refusal};

/// Where bytes are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// There are none.
    Nothing,
    /// The input at this place of the list.
    Input(usize),
    /// A file of the tree.
    File(Ino),
}

/// Where bytes are written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sink {
    Stdout,
    Stderr,
    File(Ino),
}

/// A transfer that will succeed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan<T> {
    pub(crate) what: T,
    /// Where in it.
    pub(crate) offset: u64,
    /// Bytes that will be transferred.
    pub(crate) length: u64,
}

/// What an offset is relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whence {
    Start,
    Current,
    End,
}

impl Filesystem {
    /// Plans to read up to `length` bytes at the handle's position, or at `offset`.
    pub(crate) fn plan_read(&self, fd: u32, offset: Option<u64>, length: u64) -> Result<Plan<Source>, Refusal> {
        let handle = self.handles.get(fd)?;
        check_transfer(handle, rights::FD_READ, offset)?;
        let (what, available) = match handle.target {
            Target::Stdin => self.stdin.map_or((Source::Nothing, 0), |(index, length)| (Source::Input(index), length)),
            Target::Stdout | Target::Stderr => (Source::Nothing, 0),
            Target::Node(ino) => {
                let node = self.node(ino)?;
                let source = match &node.kind {
                    Kind::Directory(_) => Source::Nothing,
                    Kind::File(_) => Source::File(ino),
                    Kind::Input { index, .. } => Source::Input(*index),
                };
                (source, node.size())
            }
        };
        let offset = offset.unwrap_or(handle.position);
        check_end(offset, length)?;
        Ok(Plan { what, offset, length: available.saturating_sub(offset).min(length) })
    }

    /// Fills `buffer` from a file of the tree.
    pub(crate) fn read(&self, ino: Ino, offset: u64, buffer: &mut [u8]) -> Result<(), Refusal> {
        match &self.node(ino)?.kind {
            Kind::File(content) => {
                content.read(offset, buffer);
                Ok(())
            }
            Kind::Directory(_) | Kind::Input { .. } => Err(Refusal::Internal("a read was planned from what is no file of the tree")),
        }
    }

    /// Plans to write `length` bytes at the handle's position, at `offset`, or at the end for a handle that appends; counts the growth.
    pub(crate) fn plan_write(&mut self, fd: u32, offset: Option<u64>, length: u64) -> Result<Plan<Sink>, Refusal> {
        let handle = self.handles.get(fd)?;
        check_transfer(handle, rights::FD_WRITE, offset)?;
        let plan = |what, offset| Plan { what, offset, length };
        let ino = match handle.target {
            Target::Stdin => return Err(Errno::Badf.into()),
            Target::Stdout => return Ok(plan(Sink::Stdout, 0)),
            Target::Stderr => return Ok(plan(Sink::Stderr, 0)),
            Target::Node(ino) => ino,
        };
        let size = self.node(ino)?.size();
        let at = match offset {
            Some(offset) => offset,
            None if handle.flags & flags::APPEND != 0 => size,
            None => handle.position,
        };
        let end = check_end(at, length)?;
        if length > 0 {
            self.count_growth(ino, end)?;
        }
        Ok(plan(Sink::File(ino), at))
    }

    /// Writes to a file of the tree what was planned.
    pub(crate) fn write(&mut self, ino: Ino, offset: u64, data: &[u8]) -> Result<(), Refusal> {
        match &mut self.node_mut(ino)?.kind {
            Kind::File(content) => content.write(offset, data),
            Kind::Directory(_) | Kind::Input { .. } => Err(Refusal::Internal("a write was planned to what is no file of the tree")),
        }
    }

    /// A write is done.
    pub(crate) fn written(&mut self, ino: Ino, length: u64, now: u64) -> Result<(), Refusal> {
        if length > 0 {
            self.node_mut(ino)?.times.content_changed(now);
        }
        Ok(())
    }

    /// Moves the position past what was transferred.
    pub(crate) fn advance(&mut self, fd: u32, end: u64) -> Result<(), Refusal> {
        self.handles.get_mut(fd)?.position = end;
        Ok(())
    }

    /// `fd_allocate`.
    pub(crate) fn allocate(&mut self, fd: u32, offset: u64, length: u64, now: u64) -> Result<(), Refusal> {
        let (ino, size) = self.sized(fd, rights::FD_ALLOCATE)?;
        if length == 0 {
            return Err(Errno::Inval.into());
        }
        let end = check_end(offset, length)?;
        self.resize(ino, size, end.max(size), now)
    }

    /// `fd_filestat_set_size`.
    pub(crate) fn set_size(&mut self, fd: u32, size: u64, now: u64) -> Result<(), Refusal> {
        let (ino, was) = self.sized(fd, rights::FD_FILESTAT_SET_SIZE)?;
        check_end(size, 0)?;
        self.resize(ino, was, size, now)
    }

    /// The file behind a handle with this right, and its size.
    fn sized(&self, fd: u32, needed: Rights) -> Result<(Ino, u64), Refusal> {
        let handle = self.handles.get(fd)?;
        if !handle.rights.has(needed) {
            return Err(Errno::Notcapable.into());
        }
        let ino = handle.target.node().ok_or(Refusal::Internal("a stream had the right to change its size"))?;
        Ok((ino, self.node(ino)?.size()))
    }

    fn resize(&mut self, ino: Ino, was: u64, size: u64, now: u64) -> Result<(), Refusal> {
        if size == was {
            return Ok(());
        }
        self.count_growth(ino, size)?;
        let node = self.node_mut(ino)?;
        let Kind::File(content) = &mut node.kind else {
            return Err(Refusal::Internal("the size was changed of what is no file of the tree"));
        };
        content.resize(size);
        node.times.content_changed(now);
        if let Some(fewer) = was.checked_sub(size) {
            let removed = bytes(node, fewer);
            self.quota.release(removed);
        }
        Ok(())
    }

    /// Counts what a file takes when it grows to `end`; nothing if it is that long already.
    fn count_growth(&mut self, ino: Ino, end: u64) -> Result<(), Refusal> {
        let node = self.node(ino)?;
        let growth = end.saturating_sub(node.size());
        let added = bytes(node, growth);
        self.quota.change(added, Usage::default())?;
        Ok(())
    }

    /// `fd_seek`: the new position.
    pub(crate) fn seek(&mut self, fd: u32, delta: i64, whence: Whence) -> Result<u64, Refusal> {
        let size = self.seekable(fd)?;
        let handle = self.handles.get_mut(fd)?;
        let only_tells = whence == Whence::Current && delta == 0 && handle.rights.has(rights::FD_TELL);
        if !only_tells && !handle.rights.has(rights::FD_SEEK) {
            return Err(Errno::Notcapable.into());
        }
        let base = match whence {
            Whence::Start => 0,
            Whence::Current => handle.position,
            Whence::End => size,
        };
        let position = base.checked_add_signed(delta).filter(|&position| position <= OFFSET_MAX).ok_or(Errno::Inval)?;
        handle.position = position;
        Ok(position)
    }

    /// `fd_tell`.
    pub(crate) fn tell(&self, fd: u32) -> Result<u64, Refusal> {
        self.seekable(fd)?;
        let handle = self.handles.get(fd)?;
        if !handle.rights.has_any(rights::FD_TELL | rights::FD_SEEK) {
            return Err(Errno::Notcapable.into());
        }
        Ok(handle.position)
    }

    /// The size of what a handle can seek in: `spipe` for a stream, `badf` for a directory.
    fn seekable(&self, fd: u32) -> Result<u64, Refusal> {
        let ino = self.handles.get(fd)?.target.node().ok_or(Errno::Spipe)?;
        let node = self.node(ino)?;
        if node.is_directory() { Err(Errno::Badf.into()) } else { Ok(node.size()) }
    }

    /// `fd_advise`: nothing but its checks.
    pub(crate) fn advise(&self, fd: u32, offset: u64, length: u64) -> Result<(), Refusal> {
        let handle = self.handles.get(fd)?;
        let ino = handle.target.node().ok_or(Errno::Badf)?;
        if self.node(ino)?.is_directory() {
            return Err(Errno::Badf.into());
        }
        if !handle.rights.has(rights::FD_ADVISE) {
            return Err(Errno::Notcapable.into());
        }
        check_end(offset, length)?;
        Ok(())
    }

    /// `fd_sync` and `fd_datasync`: nothing but the right.
    pub(crate) fn check_right(&self, fd: u32, needed: Rights) -> Result<(), Refusal> {
        let handle = self.handles.get(fd)?;
        if handle.rights.has(needed) { Ok(()) } else { Err(Errno::Notcapable.into()) }
    }

    /// What `poll_oneoff` says of a handle: the bytes that can be read from it.
    pub(crate) fn poll_read(&self, fd: u32) -> Result<u64, Refusal> {
        self.check_poll(fd, rights::FD_READ)?;
        let most = OFFSET_MAX.saturating_sub(self.handles.get(fd)?.position);
        Ok(self.plan_read(fd, None, most)?.length)
    }

    /// What `poll_oneoff` says of a handle: whether it can be written to.
    pub(crate) fn check_poll(&self, fd: u32, needed: Rights) -> Result<(), Refusal> {
        let handle = self.handles.get(fd)?;
        if !handle.rights.has(needed) {
            return Err(Errno::Badf.into());
        }
        if !handle.rights.has(rights::POLL_FD_READWRITE) {
            return Err(Errno::Notcapable.into());
        }
        Ok(())
    }
}

fn check_transfer(handle: &Handle, needed: Rights, offset: Option<u64>) -> Result<(), Errno> {
    if offset.is_some() && handle.target.node().is_none() {
        return Err(Errno::Spipe);
    }
    if !handle.rights.has(needed) {
        return Err(Errno::Badf);
    }
    if offset.is_some() && !handle.rights.has(rights::FD_SEEK) {
        return Err(Errno::Notcapable);
    }
    Ok(())
}

/// Where a range ends, `inval` beyond the largest offset.
fn check_end(offset: u64, length: u64) -> Result<u64, Errno> {
    offset.checked_add(length).filter(|&end| end <= OFFSET_MAX).ok_or(Errno::Inval)
}

fn bytes(node: &Node, bytes: u64) -> Usage {
    Usage::bytes(node.place, node.linked, bytes)
}
