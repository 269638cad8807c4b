//! The file system of a job: one tree in memory (`specs/execution.md`, section 7).
//!
//! ```text
//! handles ──> nodes by inode number ──> content (chunks) │ entries (sorted) │ input (bytes stay with the host)
//!                      │
//!                      └── every change first asks the quota
//! ```
//!
//! Pure: no clock (whoever calls says what time it is), no I/O, nothing of the host's. It knows no pointers and no guest; what a call needs is given to it as
//! numbers, text and slices.
//!
//! **Why a map of nodes by number, and not nodes that own each other?** Handles refer to nodes that may lose their name; a rename moves a subtree by one
//! entry; and no depth of directories makes a destructor recurse.
//!
//! **Order of checks.** Where a call has several faults in the file system, the first of these decides: the handle (`badf`, its kind, its rights) and the
//! text of the path, argument by argument; what the walk meets (`noent`, `notdir`); a fixed directory (`busy`); the place (`rofs`); the kind of what was
//! found; a new name (`inval`, `nametoolong`); a free handle (`mfile`); the quotas (`nospc`).

use std::collections::BTreeMap;
use std::sync::Arc;

use assay_protocol::limits::Limits;

use self::content::Content;
use self::handles::{Handle, Handles, Target};
use self::node::{Directory, Ino, Kind, Node, Place};
use self::path::{Path, Step};
use self::quota::Quota;
use self::rights::Rights;
use super::errno::{Errno, Refusal};

mod attributes;
mod change;
mod content;
mod handles;
mod listing;
mod node;
mod open;
pub(crate) mod path;
mod quota;
mod rename;
pub(crate) mod rights;
mod transfer;

pub(crate) use self::attributes::{SetTimes, Stat};
pub(crate) use self::listing::FileType;
pub(crate) use self::open::Open;
pub(crate) use self::transfer::{Sink, Source, Whence};

/// Largest offset into a file, and largest end of a transfer.
const OFFSET_MAX: u64 = i64::MAX as u64;

/// The tree, the handles and the quotas.
#[derive(Debug, Clone)]
pub(crate) struct Filesystem {
    nodes: BTreeMap<Ino, Node>,
    next: Ino,
    handles: Handles,
    quota: Quota,
    /// Which input stdin reads, and its length.
    stdin: Option<(usize, u64)>,
}

/// A file below `/out` at the end of a run.
#[derive(Debug)]
pub(crate) struct Output {
    /// Its path below `/out`.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) content: Content,
}

impl Output {
    /// Its bytes in one piece.
    pub(crate) fn into_bytes(self) -> Result<Vec<u8>, Refusal> {
        self.content.into_bytes()
    }
}

/// Where a walk starts, and the path it takes.
struct At<'p> {
    directory: Ino,
    path: Path<'p>,
    /// What handles opened through this one may have.
    inheriting: Rights,
}

/// A place for a name: the directory, the name, and what stands there now.
struct Slot<'p> {
    parent: Ino,
    name: &'p str,
    found: Option<Ino>,
}

impl Filesystem {
    /// The tree at the start of a job. `inputs` are names and lengths, sorted by name; the place in the list is what [`Source::Input`] later says.
    pub(crate) fn new(limits: &Limits, inputs: &[(&str, u64)], now: u64) -> Self {
        let directory = |parent, place, path_bytes| {
            let directory = Directory { path_bytes, ..Directory::default() };
            Node::new(Kind::Directory(directory), place, parent, now)
        };
        let mut root = directory(Ino::ROOT, Place::ReadOnly, 0);
        let mut input_directory = directory(Ino::ROOT, Place::ReadOnly, "/in".len());
        root.handles = 1;
        if let Kind::Directory(root) = &mut root.kind {
            root.entries = [("in", Ino::IN), ("out", Ino::OUT), ("tmp", Ino::TMP)].map(|(name, ino)| (Arc::from(name), ino)).into();
        }
        let mut nodes = BTreeMap::new();
        let mut next = Ino::FIRST_FREE;
        if let Kind::Directory(directory) = &mut input_directory.kind {
            for (index, &(name, length)) in inputs.iter().enumerate() {
                nodes.insert(next, Node::new(Kind::Input { index, length }, Place::ReadOnly, Ino::IN, now));
                directory.entries.insert(Arc::from(name), next);
                next = Ino(next.0 + 1);
            }
        }
        nodes.insert(Ino::ROOT, root);
        nodes.insert(Ino::IN, input_directory);
        nodes.insert(Ino::OUT, directory(Ino::ROOT, Place::Out, "/out".len()));
        nodes.insert(Ino::TMP, directory(Ino::ROOT, Place::Tmp, "/tmp".len()));
        Self {
            nodes,
            next,
            handles: Handles::new(limits.handles),
            quota: Quota::new(limits),
            stdin: inputs.iter().enumerate().find(|(_, (name, _))| *name == "stdin").map(|(index, &(_, length))| (index, length)),
        }
    }

    /// The regular files below `/out`, sorted by name, taken out of the tree.
    pub(crate) fn into_outputs(mut self) -> Vec<Output> {
        let mut outputs = Vec::new();
        let mut rest = vec![(Ino::OUT, String::new())];
        while let Some((ino, name)) = rest.pop() {
            match self.nodes.remove(&ino).map(|node| node.kind) {
                Some(Kind::Directory(directory)) => {
                    let prefix = if name.is_empty() { name } else { name + "/" };
                    rest.extend(directory.entries.into_iter().map(|(entry, ino)| (ino, format!("{prefix}{entry}"))));
                }
                Some(Kind::File(content)) => outputs.push(Output { name, content }),
                Some(Kind::Input { .. }) | None => {}
            }
        }
        outputs.sort_by(|a, b| a.name.cmp(&b.name));
        outputs
    }

    fn node(&self, ino: Ino) -> Result<&Node, Refusal> {
        self.nodes.get(&ino).ok_or(Refusal::Internal("the file system lost an inode that is still named"))
    }

    fn node_mut(&mut self, ino: Ino) -> Result<&mut Node, Refusal> {
        self.nodes.get_mut(&ino).ok_or(Refusal::Internal("the file system lost an inode that is still named"))
    }

    fn directory_mut(&mut self, ino: Ino) -> Result<&mut Directory, Refusal> {
        match &mut self.node_mut(ino)?.kind {
            Kind::Directory(directory) => Ok(directory),
            Kind::File(_) | Kind::Input { .. } => Err(Refusal::Internal("an entry was changed in what is no directory")),
        }
    }

    /// Checks a directory handle and the text of a path.
    fn at<'p>(&self, fd: u32, needed: Rights, path: &'p str) -> Result<At<'p>, Refusal> {
        let handle = self.handles.get(fd)?;
        let directory = handle.target.node().ok_or(Errno::Notdir)?;
        if !self.node(directory)?.is_directory() {
            return Err(Errno::Notdir.into());
        }
        if !handle.rights.has(needed) {
            return Err(Errno::Notcapable.into());
        }
        Ok(At { directory, path: Path::parse(path)?, inheriting: handle.inheriting })
    }

    fn walk<'p>(&self, from: Ino, steps: impl Iterator<Item = Step<'p>>) -> Result<Ino, Refusal> {
        if !self.node(from)?.linked {
            return Err(Errno::Noent.into());
        }
        let mut at = from;
        for step in steps {
            let node = self.node(at)?;
            let directory = node.directory().ok_or(Errno::Notdir)?;
            at = match step {
                Step::Up => node.parent,
                Step::Down(name) => *directory.entries.get(name).ok_or(Errno::Noent)?,
            };
        }
        Ok(at)
    }

    /// Finds what a path names.
    fn find(&self, at: &At<'_>) -> Result<Ino, Refusal> {
        let found = self.walk(at.directory, at.path.steps())?;
        if at.path.wants_directory && !self.node(found)?.is_directory() {
            return Err(Errno::Notdir.into());
        }
        Ok(found)
    }

    /// Finds where a path's last name stands or would stand; `inval` if it has no name of its own.
    fn slot<'p>(&self, at: &At<'p>) -> Result<Slot<'p>, Refusal> {
        let (steps, name) = at.path.split_last().ok_or(Errno::Inval)?;
        let parent = self.walk(at.directory, steps)?;
        let entries = &self.node(parent)?.directory().ok_or(Errno::Notdir)?.entries;
        Ok(Slot { parent, name, found: entries.get(name).copied() })
    }

    /// Refuses a name that nothing new may have in `parent`: the place first, then the name, then the length of the whole path.
    fn check_new_name(&self, slot: &Slot<'_>) -> Result<(), Refusal> {
        let parent = self.node(slot.parent)?;
        if parent.place == Place::ReadOnly {
            return Err(Errno::Rofs.into());
        }
        if !path::may_be_created(slot.name) {
            return Err(Errno::Inval.into());
        }
        let path_bytes = parent.directory().map_or(0, |directory| directory.path_bytes);
        if path_bytes + 1 + slot.name.len() > path::PATH_BYTES_MAX {
            return Err(Errno::Nametoolong.into());
        }
        Ok(())
    }

    /// Gives a new node a name. Everything has been checked but the quota.
    fn create(&mut self, slot: &Slot<'_>, kind: Kind, now: u64) -> Result<Ino, Refusal> {
        let node = Node::new(kind, self.node(slot.parent)?.place, slot.parent, now);
        self.quota.change(node.usage(), quota::Usage::default())?;
        let ino = self.next;
        self.next = Ino(ino.0 + 1);
        self.nodes.insert(ino, node);
        self.set_entry(slot.parent, slot.name, Some(ino), now)?;
        Ok(ino)
    }

    /// Adds, replaces or removes an entry, and sets the directory's times.
    fn set_entry(&mut self, parent: Ino, name: &str, entry: Option<Ino>, now: u64) -> Result<(), Refusal> {
        self.node_mut(parent)?.times.content_changed(now);
        let directory = self.directory_mut(parent)?;
        directory.listing = None;
        match entry {
            Some(ino) => directory.entries.insert(Arc::from(name), ino),
            None => directory.entries.remove(name),
        };
        Ok(())
    }

    /// Opens a handle on a node. Room has been checked.
    fn open_handle(&mut self, ino: Ino, handle: Handle) -> Result<u32, Refusal> {
        let node = self.node_mut(ino)?;
        node.handles = node.handles.saturating_add(1);
        Ok(self.handles.insert(handle)?)
    }

    /// Closes a handle.
    pub(crate) fn close(&mut self, fd: u32) -> Result<(), Refusal> {
        let handle = self.handles.remove(fd)?;
        self.release(handle.target)
    }

    /// Moves a handle over another, closing that.
    pub(crate) fn renumber(&mut self, from: u32, to: u32) -> Result<(), Refusal> {
        self.handles.get(from)?;
        match self.handles.replace(from, to)? {
            Some(closed) => self.release(closed.target),
            None => Ok(()),
        }
    }

    /// A handle is gone; what has neither name nor handles goes with it.
    fn release(&mut self, target: Target) -> Result<(), Refusal> {
        let Target::Node(ino) = target else { return Ok(()) };
        let node = self.node_mut(ino)?;
        node.handles = node.handles.saturating_sub(1);
        if node.handles == 0 && !node.linked {
            let usage = node.usage();
            self.nodes.remove(&ino);
            self.quota.release(usage);
        }
        Ok(())
    }

    /// Checks that the bookkeeping agrees with the tree: each quota with a recount, each count of handles with the table.
    #[cfg(test)]
    fn check_books(&self) {
        let recount =
            self.nodes.iter().filter(|(ino, _)| !ino.is_fixed()).fold(quota::Usage::default(), |sum, (_, node)| sum.plus(node.usage()));
        assert_eq!(self.quota.used(), recount);
        for (ino, node) in &self.nodes {
            let open = (0..1000).filter(|&fd| self.handles.get(fd).is_ok_and(|handle| handle.target == Target::Node(*ino))).count();
            assert_eq!(node.handles as usize, open, "{ino:?}");
            assert!(node.linked || node.handles > 0, "{ino:?} is held by nothing");
        }
    }
}

#[cfg(test)]
mod tests;
