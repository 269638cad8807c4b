//! Race detection: which two invocations of a dispatch touch one word without anything that orders them.
//!
//! **Participants.** A kernel compiled for detection calls the host before each access to memory that the dispatch may write, at each barrier and at the start of each
//! workgroup. It runs on one thread, workgroup after workgroup, so what is found, and in which order, is the same on every machine: a dispatch that races ends a dispute
//! with nobody at fault, and both sides must see the same race.
//!
//! **Rules.** Two accesses of different invocations are *ordered* if they are of one workgroup and a barrier lies between them that orders this memory
//! (`workgroupBarrier` the workgroup's, `storageBarrier` the bindings). Unordered accesses to one word conflict if
//!
//! | | plain read | plain write | atomic load | atomic store | read-modify-write |
//! |---|---|---|---|---|---|
//! | plain write | race | race | race | race | race |
//! | plain read | | | | race | race |
//! | atomic load | | | | race | race |
//! | atomic store | | | | race | race |
//! | read-modify-write | | | | | race if of another kind; additions and subtractions are one kind |
//!
//! **Completeness.** For each word and each kind of access it is enough to remember four: two of different workgroups (one of them is of another workgroup than any new
//! access), and two of different invocations since the last barrier (one of them is of another invocation than any new access). If any earlier access conflicts with a new
//! one, one of these does.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::ir::{AtomicOp, Space};

/// Most races that are kept of one dispatch; what follows them is more of the same.
const RACES_MAX: usize = 256;

/// How memory was touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AccessKind {
    /// A load.
    Read,
    /// A store.
    Write,
    /// `atomicLoad`
    AtomicLoad,
    /// `atomicStore`
    AtomicStore,
    /// `atomicAdd`, `atomicSub`
    AtomicAdd,
    /// `atomicAnd`
    AtomicAnd,
    /// `atomicOr`
    AtomicOr,
    /// `atomicXor`
    AtomicXor,
    /// `atomicMin`
    AtomicMin,
    /// `atomicMax`
    AtomicMax,
}

impl AccessKind {
    pub(super) fn of(op: AtomicOp) -> Self {
        match op {
            AtomicOp::Add | AtomicOp::Sub => Self::AtomicAdd,
            AtomicOp::And => Self::AtomicAnd,
            AtomicOp::Or => Self::AtomicOr,
            AtomicOp::Xor => Self::AtomicXor,
            AtomicOp::MinSigned | AtomicOp::MinUnsigned => Self::AtomicMin,
            AtomicOp::MaxSigned | AtomicOp::MaxUnsigned => Self::AtomicMax,
            AtomicOp::Store => Self::AtomicStore,
        }
    }

    fn conflicts(self, other: Self) -> bool {
        use AccessKind::{AtomicLoad, AtomicStore, Read, Write};
        match (self, other) {
            (Write, _) | (_, Write) => true,
            (Read | AtomicLoad, Read | AtomicLoad) => false,
            (AtomicStore, _) | (_, AtomicStore) | (Read | AtomicLoad, _) | (_, Read | AtomicLoad) => true,
            (a, b) => a != b,
        }
    }
}

impl fmt::Display for AccessKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "written",
            Self::AtomicLoad => "loaded atomically",
            Self::AtomicStore => "stored atomically",
            Self::AtomicAdd => "added to atomically",
            Self::AtomicAnd => "and-ed atomically",
            Self::AtomicOr => "or-ed atomically",
            Self::AtomicXor => "xor-ed atomically",
            Self::AtomicMin => "lowered atomically",
            Self::AtomicMax => "raised atomically",
        })
    }
}

/// One side of a race.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RaceAccess {
    /// How.
    pub kind: AccessKind,
    /// Line in the shader's source, from 1; 0 where it is not known.
    pub line: u32,
    /// `global_invocation_id`
    pub invocation: [u32; 3],
}

/// Two invocations of a dispatch that touch one word with nothing to order them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Race {
    /// Name of the variable.
    pub variable: String,
    /// Word inside it, from 0. In workgroup memory, where a `vec3` takes three words, counted without padding.
    pub word: u64,
    /// The earlier and the later access, in the order in which the detector runs them.
    pub accesses: [RaceAccess; 2],
}

impl fmt::Display for Race {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "word {} of `{}` is", self.word, self.variable)?;
        for (number, access) in self.accesses.iter().enumerate() {
            let [x, y, z] = access.invocation;
            let and = if number == 0 { "" } else { ", and" };
            write!(f, "{and} {} in line {} by invocation ({x}, {y}, {z})", access.kind, access.line)?;
        }
        Ok(())
    }
}

/// A place in the code that touches memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site {
    pub space: Space,
    pub kind: AccessKind,
    pub words: u32,
    pub line: u32,
}

/// What the detector has to know of a kernel.
#[derive(Debug, Clone, Default)]
pub(super) struct Sites {
    pub sites: Vec<Site>,
    /// Variables by space and first byte.
    pub names: Vec<(Space, u32, String)>,
    pub workgroup_size: [u32; 3],
}

/// An access that is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    group: u64,
    index: u32,
    site: u32,
}

/// The accesses of one kind to one word.
#[derive(Debug, Clone)]
struct Record {
    kind: AccessKind,
    /// Of two different workgroups.
    groups: [Option<Seen>; 2],
    /// Of two different invocations, in workgroup and epoch `now`.
    recent: [Option<Seen>; 2],
    now: (u64, u32),
}

/// The state of a dispatch.
#[derive(Debug, Default)]
pub(super) struct Detector {
    sites: Sites,
    groups: [u32; 3],
    /// Base of each slot and of the workgroup's memory.
    slots: Vec<u32>,
    workgroup: u32,
    group: u64,
    started: bool,
    /// Barriers so far in this workgroup: of its memory, of bindings.
    epochs: [u32; 2],
    words: [HashMap<u32, Vec<Record>>; 2],
    known: HashSet<(u32, u32)>,
    races: Vec<Race>,
}

impl Detector {
    /// Starts a dispatch.
    pub(super) fn start(&mut self, sites: Sites, groups: [u32; 3], slots: Vec<u32>, workgroup: u32) {
        let races = std::mem::take(&mut self.races);
        *self = Self { sites, groups, slots, workgroup, races, ..Self::default() };
    }

    pub(super) fn take(&mut self) -> Vec<Race> {
        std::mem::take(&mut self.races)
    }

    /// The next workgroup starts.
    pub(super) fn next_group(&mut self) {
        if self.started {
            self.group += 1;
        }
        self.started = true;
        self.epochs = [0; 2];
        self.words[0].clear();
    }

    pub(super) fn barrier(&mut self, workgroup: bool, storage: bool) {
        self.epochs[0] += u32::from(workgroup);
        self.epochs[1] += u32::from(storage);
    }

    /// Invocations `index + n`, for each bit n of `lanes`, touch memory at `address` from `site`.
    pub(super) fn access(&mut self, site: u32, address: u32, index: u32, lanes: u32) {
        let Some(Site { space, words, .. }) = self.sites.sites.get(site as usize).copied() else { return };
        let memory = usize::from(space != Space::Workgroup);
        for lane in 0..4 {
            if lanes & (1 << lane) == 0 {
                continue;
            }
            let seen = Seen { group: self.group, index: index + lane, site };
            for word in 0..words {
                self.word(memory, address.wrapping_add(4 * word), seen);
            }
        }
    }

    fn word(&mut self, memory: usize, address: u32, seen: Seen) {
        let kind = self.sites.sites[seen.site as usize].kind;
        let now = (seen.group, self.epochs[memory]);
        let records = self.words[memory].entry(address).or_default();
        let mut found = None;
        for record in records.iter().filter(|record| record.kind.conflicts(kind)) {
            let unordered_groups = record.groups.iter().flatten().filter(|other| other.group != seen.group);
            let recent = record.recent.iter().flatten().filter(|other| record.now == now && other.index != seen.index);
            if let Some(other) = unordered_groups.chain(recent).next() {
                found = Some(*other);
                break;
            }
        }
        match records.iter_mut().find(|record| record.kind == kind) {
            Some(record) => record.add(seen, now),
            None => records.push(Record { kind, groups: [Some(seen), None], recent: [Some(seen), None], now }),
        }
        if let Some(other) = found {
            self.report(memory, address, other, seen);
        }
    }

    fn report(&mut self, memory: usize, address: u32, first: Seen, second: Seen) {
        if self.races.len() >= RACES_MAX || !self.known.insert((first.site, second.site)) {
            return;
        }
        let space = self.sites.sites[second.site as usize].space;
        let base = match space {
            Space::Binding { slot, .. } if memory == 1 => self.slots.get(slot as usize).copied().unwrap_or(0),
            _ => self.workgroup,
        };
        let offset = address.wrapping_sub(base);
        let named = self.sites.names.iter().filter(|(of, from, _)| *of == space && *from <= offset).max_by_key(|(_, from, _)| *from);
        let (from, variable) = named.map_or((0, String::new()), |(_, from, name)| (*from, name.clone()));
        let accesses = [first, second].map(|seen| {
            let site = self.sites.sites[seen.site as usize];
            RaceAccess { kind: site.kind, line: site.line, invocation: self.invocation(seen) }
        });
        self.races.push(Race { variable, word: u64::from((offset - from) / 4), accesses });
    }

    fn invocation(&self, seen: Seen) -> [u32; 3] {
        let [x, y, _] = self.groups.map(|count| u64::from(count.max(1)));
        let group = [seen.group % x, seen.group / x % y, seen.group / (x * y)];
        let [width, height, depth] = self.sites.workgroup_size;
        let local = [seen.index % width, seen.index / width % height, seen.index / (width * height)];
        let size = [width, height, depth];
        std::array::from_fn(|axis| group[axis] as u32 * size[axis] + local[axis])
    }
}

impl Record {
    fn add(&mut self, seen: Seen, now: (u64, u32)) {
        if self.groups[1].is_none() && self.groups[0].is_some_and(|first| first.group != seen.group) {
            self.groups[1] = Some(seen);
        }
        if self.now != now {
            self.now = now;
            self.recent = [Some(seen), None];
        } else if self.recent[1].is_none() && self.recent[0].is_some_and(|first| first.index != seen.index) {
            self.recent[1] = Some(seen);
        }
    }
}
