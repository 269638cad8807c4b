//! Rights of handles, as the standard numbers them, and which of them each kind of handle has.
//!
//! **Why has stdout the right to seek, when seeking gives `spipe`?** C libraries take a character device without `fd_seek` and `fd_tell` for a terminal: programs would
//! colour their output and flush every line. Nobody sits at this stdout.

use std::ops::{BitAnd, BitOr};

/// A set of rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rights(pub(crate) u64);

macro_rules! rights {
    ($($name:ident = $bit:literal;)*) => {
        $(#[doc = concat!("Bit ", stringify!($bit), " of the standard's `rights`.")]
        pub(crate) const $name: Rights = Rights(1 << $bit);)*
    };
}

rights! {
    FD_DATASYNC = 0; FD_READ = 1; FD_SEEK = 2; FD_FDSTAT_SET_FLAGS = 3; FD_SYNC = 4; FD_TELL = 5; FD_WRITE = 6; FD_ADVISE = 7; FD_ALLOCATE = 8;
    PATH_CREATE_DIRECTORY = 9; PATH_CREATE_FILE = 10; PATH_LINK_SOURCE = 11; PATH_LINK_TARGET = 12; PATH_OPEN = 13; FD_READDIR = 14; PATH_READLINK = 15;
    PATH_RENAME_SOURCE = 16; PATH_RENAME_TARGET = 17; PATH_FILESTAT_GET = 18; PATH_FILESTAT_SET_SIZE = 19; PATH_FILESTAT_SET_TIMES = 20;
    FD_FILESTAT_GET = 21; FD_FILESTAT_SET_SIZE = 22; FD_FILESTAT_SET_TIMES = 23; PATH_SYMLINK = 24; PATH_REMOVE_DIRECTORY = 25; PATH_UNLINK_FILE = 26;
    POLL_FD_READWRITE = 27;
}

/// What a handle on a regular file can have.
pub(crate) const FILE: Rights = union(&[
    FD_DATASYNC,
    FD_READ,
    FD_SEEK,
    FD_FDSTAT_SET_FLAGS,
    FD_SYNC,
    FD_TELL,
    FD_WRITE,
    FD_ADVISE,
    FD_ALLOCATE,
    FD_FILESTAT_GET,
    FD_FILESTAT_SET_SIZE,
    FD_FILESTAT_SET_TIMES,
    POLL_FD_READWRITE,
]);

/// What a handle on a directory can have.
pub(crate) const DIRECTORY: Rights = union(&[
    FD_DATASYNC,
    FD_FDSTAT_SET_FLAGS,
    FD_SYNC,
    PATH_CREATE_DIRECTORY,
    PATH_CREATE_FILE,
    PATH_LINK_SOURCE,
    PATH_LINK_TARGET,
    PATH_OPEN,
    FD_READDIR,
    PATH_READLINK,
    PATH_RENAME_SOURCE,
    PATH_RENAME_TARGET,
    PATH_FILESTAT_GET,
    PATH_FILESTAT_SET_SIZE,
    PATH_FILESTAT_SET_TIMES,
    FD_FILESTAT_GET,
    FD_FILESTAT_SET_TIMES,
    PATH_SYMLINK,
    PATH_REMOVE_DIRECTORY,
    PATH_UNLINK_FILE,
]);

/// What handles opened through a directory can have: what either kind can.
pub(crate) const INHERITING: Rights = union(&[FILE, DIRECTORY]);

const STREAM: Rights = union(&[FD_DATASYNC, FD_SEEK, FD_FDSTAT_SET_FLAGS, FD_SYNC, FD_TELL, FD_FILESTAT_GET, POLL_FD_READWRITE]);

/// What stdin has.
pub(crate) const STDIN: Rights = union(&[STREAM, FD_READ]);
/// What stdout and stderr have.
pub(crate) const STDOUT: Rights = union(&[STREAM, FD_WRITE]);

/// Any of these makes a handle one that writes.
pub(crate) const WRITES: Rights = union(&[FD_WRITE, FD_ALLOCATE, FD_FILESTAT_SET_SIZE]);

/// No right at all.
pub(crate) const NONE: Rights = Rights(0);

const fn union(sets: &[Rights]) -> Rights {
    let mut all = 0;
    let mut index = 0;
    while index < sets.len() {
        all |= sets[index].0;
        index += 1;
    }
    Rights(all)
}

impl Rights {
    /// Whether every right of `other` is here.
    pub(crate) fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether at least one right of `other` is here.
    pub(crate) fn has_any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitAnd for Rights {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOr for Rights {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
