//! What the tree is made of: files, directories, inputs, each under a number that is never used again.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::content::Content;
use super::listing::Listing;
use super::quota::Usage;

/// An inode number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ino(pub(crate) u64);

impl Ino {
    /// `/`
    pub(crate) const ROOT: Self = Self(1);
    /// `/in`
    pub(crate) const IN: Self = Self(2);
    /// `/out`
    pub(crate) const OUT: Self = Self(3);
    /// `/tmp`
    pub(crate) const TMP: Self = Self(4);
    /// The number of the first input, or of the first thing that is created.
    pub(crate) const FIRST_FREE: Self = Self(5);

    /// One of the four directories that stay where they are.
    pub(crate) fn is_fixed(self) -> bool {
        self < Self::FIRST_FREE
    }
}

/// Which rules and which quota hold for something and for what lies in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// `/` and `/in`.
    ReadOnly,
    /// `/out` and below.
    Out,
    /// `/tmp` and below.
    Tmp,
}

/// The three times of a file or directory, in nanoseconds of the realtime clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Times {
    /// Last access: set only by `*_set_times`, reading leaves no trace.
    pub(crate) accessed: u64,
    /// Last change of the content.
    pub(crate) modified: u64,
    /// Last change of content, times or name.
    pub(crate) changed: u64,
}

impl Times {
    /// All three at once.
    pub(crate) fn all(now: u64) -> Self {
        Self { accessed: now, modified: now, changed: now }
    }

    /// The content changed.
    pub(crate) fn content_changed(&mut self, now: u64) {
        self.modified = now;
        self.changed = now;
    }
}

/// A file or a directory.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) place: Place,
    pub(crate) times: Times,
    /// The directory it stands in, or stood in last. The root is its own.
    pub(crate) parent: Ino,
    /// It has a name. A file without one lives until its last handle is closed.
    pub(crate) linked: bool,
    /// How many handles are open on it.
    pub(crate) handles: u32,
}

/// What a node is.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Directory(Directory),
    File(Content),
    /// A read-only input; its bytes stay with the host.
    Input {
        index: usize,
        length: u64,
    },
}

/// The entries of a directory, in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Directory {
    pub(crate) entries: BTreeMap<Arc<str>, Ino>,
    /// The list that `fd_readdir` gives, kept while nothing changes, so that many handles on a large directory share one.
    pub(crate) listing: Option<Arc<Listing>>,
    /// Length of its path from the root in bytes: 0 for `/`, 4 for `/out`.
    pub(crate) path_bytes: usize,
}

impl Node {
    /// A node that has just been given a name in `parent`.
    pub(crate) fn new(kind: Kind, place: Place, parent: Ino, now: u64) -> Self {
        Self { kind, place, times: Times::all(now), parent, linked: true, handles: 0 }
    }

    /// The entries, if it is a directory.
    pub(crate) fn directory(&self) -> Option<&Directory> {
        match &self.kind {
            Kind::Directory(directory) => Some(directory),
            Kind::File(_) | Kind::Input { .. } => None,
        }
    }

    pub(crate) fn is_directory(&self) -> bool {
        self.directory().is_some()
    }

    /// Size in bytes as `filestat` tells it.
    pub(crate) fn size(&self) -> u64 {
        match &self.kind {
            Kind::Directory(_) => 0,
            Kind::File(content) => content.length(),
            Kind::Input { length, .. } => *length,
        }
    }

    /// What it takes from the quotas where it is.
    pub(crate) fn usage(&self) -> Usage {
        self.usage_at(self.place, self.linked)
    }

    /// What it would take elsewhere, or without a name.
    pub(crate) fn usage_at(&self, place: Place, linked: bool) -> Usage {
        match &self.kind {
            Kind::Directory(_) => Usage { files: u64::from(linked), ..Usage::default() },
            Kind::File(content) => {
                Usage { files: 1, outputs: u64::from(linked && place == Place::Out), ..Usage::bytes(place, linked, content.length()) }
            }
            Kind::Input { .. } => Usage::default(),
        }
    }
}
