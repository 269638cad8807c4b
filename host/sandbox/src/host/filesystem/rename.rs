//! `path_rename`: as POSIX has it, with everything decided before anything moves.

use super::change::nameless_usage;
use super::node::{Ino, Kind, Place};
use super::path::{self, PATH_BYTES_MAX};
use super::quota::Usage;
use super::rights;
use super::{Filesystem, Slot};
use crate::host::errno::{Errno, Refusal};

/// What moves: a node and all that lies below it.
struct Subtree {
    /// All nodes, the moved one first.
    nodes: Vec<Ino>,
    /// What they take where they are, and what they would take where they go.
    leaves: Usage,
    arrives: Usage,
    /// Bytes of the longest path below the moved node, counted from its own path.
    deepest_bytes: usize,
}

impl Filesystem {
    /// Gives a file or directory another name, perhaps in another directory, perhaps in the place of something.
    pub(crate) fn rename(&mut self, fd: u32, old: &str, new_fd: u32, new: &str, now: u64) -> Result<(), Refusal> {
        let old = self.at(fd, rights::PATH_RENAME_SOURCE, old)?;
        let new = self.at(new_fd, rights::PATH_RENAME_TARGET, new)?;
        let from = self.slot(&old)?;
        let to = self.slot(&new)?;
        let moved = self.check_movable(&from)?;
        let is_directory = self.node(moved)?.is_directory();
        if old.path.wants_directory && !is_directory {
            return Err(Errno::Notdir.into());
        }
        self.check_target(&to, moved, is_directory, new.path.wants_directory)?;
        if to.found == Some(moved) {
            return Ok(());
        }
        let place = self.node(to.parent)?.place;
        let subtree = self.subtree(moved, place)?;
        self.check_path_bytes(&to, &subtree)?;
        let (mut added, mut removed) = (subtree.arrives, subtree.leaves);
        if let Some(replaced) = to.found {
            let replaced = self.node(replaced)?;
            added = added.plus(nameless_usage(replaced));
            removed = removed.plus(replaced.usage());
        }
        self.quota.change(added, removed)?;
        if let Some(replaced) = to.found {
            self.forget_name(replaced)?;
        }
        self.set_entry(from.parent, from.name, None, now)?;
        self.set_entry(to.parent, to.name, Some(moved), now)?;
        self.node_mut(moved)?.times.changed = now;
        self.settle(&subtree, &from, &to, place)
    }

    /// Refuses a target that cannot be, in the order that the module header of the file system gives.
    fn check_target(&self, to: &Slot<'_>, moved: Ino, is_directory: bool, wants_directory: bool) -> Result<(), Refusal> {
        if to.found.is_some_and(Ino::is_fixed) {
            return Err(Errno::Busy.into());
        }
        if self.node(to.parent)?.place == Place::ReadOnly {
            return Err(Errno::Rofs.into());
        }
        if is_directory && self.is_within(to.parent, moved)? {
            return Err(Errno::Inval.into());
        }
        let Some(found) = to.found else {
            if wants_directory && !is_directory {
                return Err(Errno::Isdir.into());
            }
            return if path::may_be_created(to.name) { Ok(()) } else { Err(Errno::Inval.into()) };
        };
        let errno = match (is_directory, self.node(found)?.directory()) {
            (false, Some(_)) => Errno::Isdir,
            (false, None) if wants_directory => Errno::Notdir,
            (true, None) => Errno::Notdir,
            (true, Some(directory)) if found != moved && !directory.entries.is_empty() => Errno::Notempty,
            (false, None) | (true, Some(_)) => return Ok(()),
        };
        Err(errno.into())
    }

    /// Whether `ino` is `ancestor` or lies below it.
    fn is_within(&self, ino: Ino, ancestor: Ino) -> Result<bool, Refusal> {
        let mut at = ino;
        while at != ancestor && at != Ino::ROOT {
            at = self.node(at)?.parent;
        }
        Ok(at == ancestor)
    }

    fn subtree(&self, moved: Ino, place: Place) -> Result<Subtree, Refusal> {
        let mut subtree = Subtree { nodes: Vec::new(), leaves: Usage::default(), arrives: Usage::default(), deepest_bytes: 0 };
        let mut rest = vec![(moved, 0_usize)];
        while let Some((ino, bytes)) = rest.pop() {
            let node = self.node(ino)?;
            subtree.nodes.push(ino);
            subtree.leaves = subtree.leaves.plus(node.usage());
            subtree.arrives = subtree.arrives.plus(node.usage_at(place, true));
            subtree.deepest_bytes = subtree.deepest_bytes.max(bytes);
            if let Some(directory) = node.directory() {
                rest.extend(directory.entries.iter().map(|(name, &ino)| (ino, bytes + 1 + name.len())));
            }
        }
        Ok(subtree)
    }

    fn check_path_bytes(&self, to: &Slot<'_>, subtree: &Subtree) -> Result<(), Refusal> {
        let parent_bytes = self.node(to.parent)?.directory().map_or(0, |parent| parent.path_bytes);
        if parent_bytes + 1 + to.name.len() + subtree.deepest_bytes > PATH_BYTES_MAX {
            return Err(Errno::Nametoolong.into());
        }
        Ok(())
    }

    /// Tells everything that moved where it is now.
    fn settle(&mut self, subtree: &Subtree, from: &Slot<'_>, to: &Slot<'_>, place: Place) -> Result<(), Refusal> {
        let path_bytes = |slot: &Slot<'_>, files: &Self| -> Result<usize, Refusal> {
            let parent = files.node(slot.parent)?;
            Ok(parent.directory().map_or(0, |parent| parent.path_bytes) + 1 + slot.name.len())
        };
        let (was, is) = (path_bytes(from, self)?, path_bytes(to, self)?);
        for (index, &ino) in subtree.nodes.iter().enumerate() {
            let node = self.node_mut(ino)?;
            node.place = place;
            if index == 0 {
                node.parent = to.parent;
            }
            if let Kind::Directory(directory) = &mut node.kind {
                directory.path_bytes = (directory.path_bytes + is).saturating_sub(was);
                if index == 0 {
                    // Its `..` has another number now.
                    directory.listing = None;
                }
            }
        }
        Ok(())
    }
}
