//! What handles and files tell about themselves, and the times they can be told.

use std::sync::Arc;

use super::handles::flags;
use super::listing::{Entry, FileType, Listing};
use super::node::{Ino, Kind, Node, Place, Times};
use super::rights::{self, Rights};
use super::{Filesystem, handles::Target};
use crate::host::errno::{Errno, Refusal};

/// `filestat`, without the fields that are the same for everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stat {
    pub(crate) ino: u64,
    pub(crate) file_type: FileType,
    pub(crate) size: u64,
    pub(crate) times: Times,
}

/// `fdstat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HandleStat {
    pub(crate) file_type: FileType,
    pub(crate) flags: u16,
    pub(crate) rights: Rights,
    pub(crate) inheriting: Rights,
}

/// What `*_set_times` is told. A time that is `None` stays.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SetTimes {
    pub(crate) accessed: Option<u64>,
    pub(crate) modified: Option<u64>,
}

impl Filesystem {
    /// `fd_fdstat_get`.
    pub(crate) fn handle_stat(&self, fd: u32) -> Result<HandleStat, Refusal> {
        let handle = self.handles.get(fd)?;
        let file_type = match handle.target.node() {
            Some(ino) => file_type(self.node(ino)?),
            None => FileType::CharacterDevice,
        };
        Ok(HandleStat { file_type, flags: handle.flags, rights: handle.rights, inheriting: handle.inheriting })
    }

    /// `fd_fdstat_set_flags`: `append` and `nonblock` become what is asked; the others stay, and may not be asked for anew.
    pub(crate) fn set_flags(&mut self, fd: u32, asked: u16) -> Result<(), Refusal> {
        const FREE: u16 = flags::APPEND | flags::NONBLOCK;
        let handle = self.handles.get_mut(fd)?;
        if !handle.rights.has(rights::FD_FDSTAT_SET_FLAGS) {
            return Err(Errno::Notcapable.into());
        }
        if asked & !FREE & !handle.flags != 0 {
            return Err(Errno::Inval.into());
        }
        handle.flags = (handle.flags & !FREE) | (asked & FREE);
        Ok(())
    }

    /// `fd_fdstat_set_rights`: takes away only.
    pub(crate) fn set_rights(&mut self, fd: u32, rights: Rights, inheriting: Rights) -> Result<(), Refusal> {
        let handle = self.handles.get_mut(fd)?;
        if !handle.rights.has(rights) || !handle.inheriting.has(inheriting) {
            return Err(Errno::Notcapable.into());
        }
        handle.rights = rights;
        handle.inheriting = inheriting;
        Ok(())
    }

    /// `fd_filestat_get`. `start` is the time that streams show.
    pub(crate) fn stat(&self, fd: u32, start: u64) -> Result<Stat, Refusal> {
        self.check_right(fd, rights::FD_FILESTAT_GET)?;
        match self.handles.get(fd)?.target.node() {
            Some(ino) => self.stat_of(ino),
            None => Ok(Stat { ino: 0, file_type: FileType::CharacterDevice, size: 0, times: Times::all(start) }),
        }
    }

    /// `path_filestat_get`.
    pub(crate) fn stat_path(&self, fd: u32, path: &str) -> Result<Stat, Refusal> {
        let at = self.at(fd, rights::PATH_FILESTAT_GET, path)?;
        self.stat_of(self.find(&at)?)
    }

    fn stat_of(&self, ino: Ino) -> Result<Stat, Refusal> {
        let node = self.node(ino)?;
        Ok(Stat { ino: ino.0, file_type: file_type(node), size: node.size(), times: node.times })
    }

    /// `fd_filestat_set_times`.
    pub(crate) fn set_times(&mut self, fd: u32, times: SetTimes, now: u64) -> Result<(), Refusal> {
        self.check_right(fd, rights::FD_FILESTAT_SET_TIMES)?;
        let ino = self.handles.get(fd)?.target.node().ok_or(Refusal::Internal("a stream had the right to change its times"))?;
        self.set_times_of(ino, times, now)
    }

    /// `path_filestat_set_times`.
    pub(crate) fn set_times_path(&mut self, fd: u32, path: &str, times: SetTimes, now: u64) -> Result<(), Refusal> {
        let at = self.at(fd, rights::PATH_FILESTAT_SET_TIMES, path)?;
        let ino = self.find(&at)?;
        self.set_times_of(ino, times, now)
    }

    fn set_times_of(&mut self, ino: Ino, times: SetTimes, now: u64) -> Result<(), Refusal> {
        let node = self.node_mut(ino)?;
        if ino.is_fixed() || node.place == Place::ReadOnly {
            return Err(Errno::Rofs.into());
        }
        node.times = Times {
            accessed: times.accessed.unwrap_or(node.times.accessed),
            modified: times.modified.unwrap_or(node.times.modified),
            changed: now,
        };
        Ok(())
    }

    /// `path_readlink`: there is nothing it could read.
    pub(crate) fn read_link(&self, fd: u32, path: &str) -> Result<(), Refusal> {
        let at = self.at(fd, rights::PATH_READLINK, path)?;
        self.find(&at)?;
        Err(Errno::Inval.into())
    }

    /// The path of a preopened handle, `badf` for any other.
    pub(crate) fn preopened(&self, fd: u32) -> Result<&'static str, Refusal> {
        if self.handles.get(fd)?.preopened { Ok("/") } else { Err(Errno::Badf.into()) }
    }

    /// The entries that `fd_readdir` gives from `cookie` on: taken anew when it is 0, kept on the handle for later ones.
    pub(crate) fn list(&mut self, fd: u32, cookie: u64) -> Result<Arc<Listing>, Refusal> {
        let handle = self.handles.get(fd)?;
        let Target::Node(ino) = handle.target else { return Err(Errno::Notdir.into()) };
        if !self.node(ino)?.is_directory() {
            return Err(Errno::Notdir.into());
        }
        if !handle.rights.has(rights::FD_READDIR) {
            return Err(Errno::Notcapable.into());
        }
        if let Some(kept) = handle.listing.as_ref().filter(|_| cookie != 0) {
            return Ok(Arc::clone(kept));
        }
        let listing = self.listing_of(ino)?;
        self.handles.get_mut(fd)?.listing = Some(Arc::clone(&listing));
        Ok(listing)
    }

    fn listing_of(&mut self, ino: Ino) -> Result<Arc<Listing>, Refusal> {
        let node = self.node(ino)?;
        let directory = node.directory().ok_or(Errno::Notdir)?;
        if let Some(listing) = &directory.listing {
            return Ok(Arc::clone(listing));
        }
        let mut entries = Vec::new();
        entries.try_reserve_exact(directory.entries.len() + 2)?;
        for (name, ino) in [(".", ino), ("..", node.parent)] {
            entries.push(Entry { name: Arc::from(name), ino, file_type: FileType::Directory });
        }
        for (name, &ino) in &directory.entries {
            entries.push(Entry { name: Arc::clone(name), ino, file_type: file_type(self.node(ino)?) });
        }
        let listing = Arc::new(Listing(entries));
        self.directory_mut(ino)?.listing = Some(Arc::clone(&listing));
        Ok(listing)
    }
}

fn file_type(node: &Node) -> FileType {
    match node.kind {
        Kind::Directory(_) => FileType::Directory,
        Kind::File(_) | Kind::Input { .. } => FileType::RegularFile,
    }
}
