//! `path_open`.

use super::content::Content;
use super::handles::{Handle, Target};
use super::node::{Ino, Kind, Place};
use super::quota::Usage;
use super::rights::{self, Rights};
use super::{At, Filesystem, Slot};
use crate::host::errno::{Errno, Refusal};

/// What is asked of `path_open`. `creat` with `directory` has been refused before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Open {
    pub(crate) creat: bool,
    pub(crate) directory: bool,
    pub(crate) excl: bool,
    pub(crate) trunc: bool,
    pub(crate) rights: Rights,
    pub(crate) inheriting: Rights,
    pub(crate) flags: u16,
}

impl Filesystem {
    /// Opens, and perhaps creates or truncates, what a path names.
    pub(crate) fn open(&mut self, fd: u32, path: &str, open: Open, now: u64) -> Result<u32, Refusal> {
        let mut needed = rights::PATH_OPEN;
        if open.creat {
            needed = needed | rights::PATH_CREATE_FILE;
        }
        if open.trunc {
            needed = needed | rights::PATH_FILESTAT_SET_SIZE;
        }
        let at = self.at(fd, needed, path)?;
        let Some(_) = at.path.split_last() else {
            let found = self.find(&at)?;
            return self.open_existing(&at, found, open, now);
        };
        let slot = self.slot(&at)?;
        match slot.found {
            Some(found) => self.open_existing(&at, found, open, now),
            None if open.creat => self.open_new(&at, &slot, open, now),
            None => Err(Errno::Noent.into()),
        }
    }

    fn open_existing(&mut self, at: &At<'_>, found: Ino, open: Open, now: u64) -> Result<u32, Refusal> {
        if open.creat && open.excl {
            return Err(Errno::Exist.into());
        }
        let node = self.node(found)?;
        let (place, size) = (node.place, node.size());
        let handle = if node.is_directory() {
            if open.trunc {
                return Err(Errno::Isdir.into());
            }
            let inheriting = open.inheriting & rights::INHERITING & at.inheriting;
            Handle::new(Target::Node(found), open.rights & rights::DIRECTORY & at.inheriting, inheriting, open.flags)
        } else {
            let rights = open.rights & rights::FILE & at.inheriting;
            let writes = rights.has_any(rights::WRITES);
            if place == Place::ReadOnly && (writes || open.trunc) {
                return Err(Errno::Rofs.into());
            }
            if open.directory || at.path.wants_directory {
                return Err(Errno::Notdir.into());
            }
            if open.trunc && !writes {
                return Err(Errno::Inval.into());
            }
            Handle::new(Target::Node(found), rights, rights::NONE, open.flags)
        };
        self.handles.check_room()?;
        if open.trunc && size > 0 {
            self.quota.release(Usage::bytes(place, true, size));
            let node = self.node_mut(found)?;
            if let Kind::File(content) = &mut node.kind {
                content.resize(0);
            }
            node.times.content_changed(now);
        }
        self.open_handle(found, handle)
    }

    fn open_new(&mut self, at: &At<'_>, slot: &Slot<'_>, open: Open, now: u64) -> Result<u32, Refusal> {
        let rights = open.rights & rights::FILE & at.inheriting;
        if self.node(slot.parent)?.place == Place::ReadOnly {
            return Err(Errno::Rofs.into());
        }
        if at.path.wants_directory {
            return Err(Errno::Isdir.into());
        }
        if open.trunc && !rights.has_any(rights::WRITES) {
            return Err(Errno::Inval.into());
        }
        self.check_new_name(slot)?;
        self.handles.check_room()?;
        let ino = self.create(slot, Kind::File(Content::default()), now)?;
        self.open_handle(ino, Handle::new(Target::Node(ino), rights, rights::NONE, open.flags))
    }
}
