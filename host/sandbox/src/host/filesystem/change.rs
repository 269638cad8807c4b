//! Making and removing directories, removing files.

use super::node::{Directory, Ino, Kind, Node, Place};
use super::rights::{self, Rights};
use super::{Filesystem, Slot};
use crate::host::errno::{Errno, Refusal};

impl Filesystem {
    /// `path_create_directory`.
    pub(crate) fn create_directory(&mut self, fd: u32, path: &str, now: u64) -> Result<(), Refusal> {
        let at = self.at(fd, rights::PATH_CREATE_DIRECTORY, path)?;
        let slot = self.slot(&at)?;
        if slot.found.is_some() {
            return Err(Errno::Exist.into());
        }
        self.check_new_name(&slot)?;
        let path_bytes = self.node(slot.parent)?.directory().map_or(0, |parent| parent.path_bytes + 1 + slot.name.len());
        let directory = Directory { path_bytes, ..Directory::default() };
        self.create(&slot, Kind::Directory(directory), now)?;
        Ok(())
    }

    /// `path_unlink_file`.
    pub(crate) fn unlink_file(&mut self, fd: u32, path: &str, now: u64) -> Result<(), Refusal> {
        let (slot, ino, wants_directory) = self.removal(fd, rights::PATH_UNLINK_FILE, path)?;
        if self.node(ino)?.is_directory() {
            return Err(Errno::Isdir.into());
        }
        if wants_directory {
            return Err(Errno::Notdir.into());
        }
        self.drop_name(ino)?;
        self.set_entry(slot.parent, slot.name, None, now)
    }

    /// `path_remove_directory`.
    pub(crate) fn remove_directory(&mut self, fd: u32, path: &str, now: u64) -> Result<(), Refusal> {
        let (slot, ino, _) = self.removal(fd, rights::PATH_REMOVE_DIRECTORY, path)?;
        let entries = &self.node(ino)?.directory().ok_or(Errno::Notdir)?.entries;
        if !entries.is_empty() {
            return Err(Errno::Notempty.into());
        }
        self.drop_name(ino)?;
        self.set_entry(slot.parent, slot.name, None, now)
    }

    /// What is to be removed: where it stands, what it is, and whether its path asks for a directory.
    fn removal<'p>(&self, fd: u32, needed: Rights, path: &'p str) -> Result<(Slot<'p>, Ino, bool), Refusal> {
        let at = self.at(fd, needed, path)?;
        let slot = self.slot(&at)?;
        let ino = self.check_movable(&slot)?;
        Ok((slot, ino, at.path.wants_directory))
    }

    /// What stands in a slot, if its name may be taken away: `noent`, then `busy`, then `rofs`.
    pub(super) fn check_movable(&self, slot: &Slot<'_>) -> Result<Ino, Refusal> {
        let ino = slot.found.ok_or(Errno::Noent)?;
        if ino.is_fixed() {
            return Err(Errno::Busy.into());
        }
        if self.node(ino)?.place == Place::ReadOnly {
            return Err(Errno::Rofs.into());
        }
        Ok(ino)
    }

    /// Takes a node's name away. An open file stays and counts as scratch, for which there must be room; anything else that is not open is gone.
    fn drop_name(&mut self, ino: Ino) -> Result<(), Refusal> {
        let node = self.node(ino)?;
        self.quota.change(nameless_usage(node), node.usage())?;
        self.forget_name(ino)
    }

    /// The node has lost its name, and the quotas know.
    pub(super) fn forget_name(&mut self, ino: Ino) -> Result<(), Refusal> {
        let node = self.node_mut(ino)?;
        if node.handles == 0 {
            self.nodes.remove(&ino);
            return Ok(());
        }
        node.linked = false;
        if let Kind::Directory(directory) = &mut node.kind {
            directory.listing = None;
        }
        Ok(())
    }
}

/// What a node takes once its name is gone.
pub(super) fn nameless_usage(node: &Node) -> super::quota::Usage {
    if node.handles == 0 { super::quota::Usage::default() } else { node.usage_at(node.place, false) }
}
