//! The table of open handles. A new handle takes the lowest free number.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::listing::Listing;
use super::node::Ino;
use super::rights::{self, Rights};
use crate::host::errno::Errno;

/// What a handle is open on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Stdin,
    Stdout,
    Stderr,
    Node(Ino),
}

impl Target {
    /// The node, unless it is a stream.
    pub(crate) fn node(self) -> Option<Ino> {
        match self {
            Self::Node(ino) => Some(ino),
            Self::Stdin | Self::Stdout | Self::Stderr => None,
        }
    }
}

/// Flags of a handle; the values are the standard's `fdflags`.
pub(crate) mod flags {
    /// Writes go to the end.
    pub(crate) const APPEND: u16 = 1;
    /// Kept without effect.
    pub(crate) const NONBLOCK: u16 = 1 << 2;
}

/// An open handle.
#[derive(Debug, Clone)]
pub(crate) struct Handle {
    pub(crate) target: Target,
    pub(crate) rights: Rights,
    pub(crate) inheriting: Rights,
    pub(crate) flags: u16,
    /// Where the next read or write happens, in bytes. At most 2⁶³ − 1.
    pub(crate) position: u64,
    /// It is the root of the start, which `fd_prestat_get` tells about.
    pub(crate) preopened: bool,
    /// The entries as they were at the last reading from the beginning.
    pub(crate) listing: Option<Arc<Listing>>,
}

impl Handle {
    /// A handle at position 0.
    pub(crate) fn new(target: Target, rights: Rights, inheriting: Rights, flags: u16) -> Self {
        Self { target, rights, inheriting, flags, position: 0, preopened: false, listing: None }
    }
}

/// All handles.
#[derive(Debug, Clone)]
pub(crate) struct Handles {
    slots: Vec<Option<Handle>>,
    /// Numbers below `slots.len()` that are free.
    free: BTreeSet<u32>,
    most: u64,
}

impl Handles {
    /// The four handles of the start.
    pub(crate) fn new(most: u64) -> Self {
        let stream = |target, rights| Some(Handle::new(target, rights, rights::NONE, 0));
        let root = Handle { preopened: true, ..Handle::new(Target::Node(Ino::ROOT), rights::DIRECTORY, rights::INHERITING, 0) };
        Self {
            slots: vec![
                stream(Target::Stdin, rights::STDIN),
                stream(Target::Stdout, rights::STDOUT),
                stream(Target::Stderr, rights::STDOUT),
                Some(root),
            ],
            free: BTreeSet::new(),
            most,
        }
    }

    /// The handle, `badf` if it is not open.
    pub(crate) fn get(&self, fd: u32) -> Result<&Handle, Errno> {
        let slot = usize::try_from(fd).ok().and_then(|index| self.slots.get(index));
        slot.and_then(Option::as_ref).ok_or(Errno::Badf)
    }

    /// The handle, to be changed.
    pub(crate) fn get_mut(&mut self, fd: u32) -> Result<&mut Handle, Errno> {
        let slot = usize::try_from(fd).ok().and_then(|index| self.slots.get_mut(index));
        slot.and_then(Option::as_mut).ok_or(Errno::Badf)
    }

    /// `mfile` unless one more handle may be opened.
    pub(crate) fn check_room(&self) -> Result<(), Errno> {
        let open = (self.slots.len() - self.free.len()) as u64;
        if open < self.most { Ok(()) } else { Err(Errno::Mfile) }
    }

    /// Opens a handle under the lowest free number. Room has been checked.
    pub(crate) fn insert(&mut self, handle: Handle) -> Result<u32, Errno> {
        let fd = match self.free.pop_first() {
            Some(fd) => fd,
            None => u32::try_from(self.slots.len()).map_err(|_| Errno::Mfile)?,
        };
        match self.slots.get_mut(fd as usize) {
            Some(slot) => *slot = Some(handle),
            None => self.slots.push(Some(handle)),
        }
        Ok(fd)
    }

    /// Closes a handle.
    pub(crate) fn remove(&mut self, fd: u32) -> Result<Handle, Errno> {
        let slot = usize::try_from(fd).ok().and_then(|index| self.slots.get_mut(index));
        let handle = slot.and_then(Option::take).ok_or(Errno::Badf)?;
        self.free.insert(fd);
        Ok(handle)
    }

    /// Moves a handle over another and returns the one that stood there. Both are open, or nothing happens.
    pub(crate) fn replace(&mut self, from: u32, to: u32) -> Result<Option<Handle>, Errno> {
        self.get(to)?;
        if from == to {
            return Ok(None);
        }
        let moved = self.remove(from)?;
        Ok(Some(std::mem::replace(self.get_mut(to)?, moved)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn any() -> Handle {
        Handle::new(Target::Stdin, rights::NONE, rights::NONE, 0)
    }

    #[test]
    fn the_lowest_free_number_is_taken() {
        let mut handles = Handles::new(8);
        for expected in 4..8 {
            assert_eq!(handles.check_room(), Ok(()));
            assert_eq!(handles.insert(any()), Ok(expected));
        }
        assert_eq!(handles.check_room(), Err(Errno::Mfile));
        for fd in [6, 1, 4] {
            assert!(handles.remove(fd).is_ok());
        }
        assert_eq!(handles.remove(4).map(|_| ()), Err(Errno::Badf));
        assert_eq!([handles.insert(any()), handles.insert(any()), handles.insert(any())], [Ok(1), Ok(4), Ok(6)]);
    }

    #[test]
    fn replacing_needs_both() {
        let mut handles = Handles::new(8);
        assert!(matches!(handles.replace(0, 9), Err(Errno::Badf)));
        assert!(matches!(handles.replace(9, 0), Err(Errno::Badf)));
        assert!(matches!(handles.replace(3, 3), Ok(None)));
        assert!(matches!(handles.replace(0, 3), Ok(Some(root)) if root.preopened));
        assert!(matches!(handles.get(0), Err(Errno::Badf)));
        assert!(matches!(handles.get(3), Ok(handle) if handle.target == Target::Stdin));
    }
}
