//! The file system as simply as it can be said: a map from whole paths to numbers, and a map from numbers to bytes.
//!
//! Nothing is kept that can be computed: quotas are counted anew after each change, and a change that passes one is undone by putting back a copy of
//! everything.

use std::collections::BTreeMap;

use assay_protocol::limits::Limits;

use super::Seen;
use super::ops::Op;
use super::oracle_paths::*;

const ORIGIN: u64 = 1_767_225_600_000_000_000;
const FILE_RIGHTS: u64 = 0x08e0_01ff;
const DIRECTORY_RIGHTS: u64 = 0x07bf_fe19;
const WRITE_RIGHTS: u64 = 1 << 6 | 1 << 8 | 1 << 22;

/// All that has a name.
pub type Tree = BTreeMap<Place, u64>;

/// A file or directory.
#[derive(Debug, Clone)]
pub struct Item {
    pub directory: bool,
    data: Vec<u8>,
    times: [u64; 3],
    /// Number of the directory it was in last.
    parent: u64,
}

#[derive(Debug, Clone)]
struct Handle {
    /// The node, or the number of a stream.
    target: Result<u64, u32>,
    rights: u64,
    inheriting: u64,
    flags: u16,
    position: u64,
    listing: Option<Vec<(String, u64, u8)>>,
}

/// The model.
#[derive(Debug, Clone)]
pub struct Oracle {
    pub tree: Tree,
    pub items: BTreeMap<u64, Item>,
    handles: BTreeMap<u32, Handle>,
    next: u64,
    elapsed: u64,
    limits: Limits,
    stdin: Vec<u8>,
}

type Answer = Result<Seen, u16>;

fn done() -> Answer {
    Ok(Seen::Words(Vec::new()))
}

fn one(word: u64) -> Answer {
    Ok(Seen::Words(vec![word]))
}

impl Oracle {
    pub fn new(limits: Limits, inputs: &[(&str, &[u8])]) -> Self {
        let stream = |number| Handle {
            target: Err(number),
            rights: 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 21 | 1 << 27 | if number == 0 { 1 << 1 } else { 1 << 6 },
            inheriting: 0,
            flags: 0,
            position: 0,
            listing: None,
        };
        let root = Handle { target: Ok(1), rights: DIRECTORY_RIGHTS, inheriting: FILE_RIGHTS | DIRECTORY_RIGHTS, ..stream(9) };
        let stdin = inputs.iter().find(|(name, _)| *name == "stdin").map_or(Vec::new(), |(_, data)| data.to_vec());
        let mut oracle = Self {
            tree: Tree::new(),
            items: BTreeMap::new(),
            handles: [(0, stream(0)), (1, stream(1)), (2, stream(2)), (3, root)].into(),
            next: 1,
            elapsed: 0,
            limits,
            stdin,
        };
        for place in [vec![], vec!["in"], vec!["out"], vec!["tmp"]] {
            oracle.add(place.into_iter().map(str::to_owned).collect(), true, Vec::new());
        }
        for (name, data) in inputs {
            oracle.add(vec!["in".to_owned(), (*name).to_owned()], false, data.to_vec());
        }
        oracle.items.values_mut().for_each(|item| item.times = [ORIGIN; 3]);
        oracle
    }

    fn now(&self) -> u64 {
        ORIGIN + self.elapsed
    }

    fn add(&mut self, place: Place, directory: bool, data: Vec<u8>) -> u64 {
        let id = self.next;
        self.next += 1;
        let parent = place.split_last().and_then(|(_, parent)| self.tree.get(parent)).copied().unwrap_or(1);
        self.items.insert(id, Item { directory, data, times: [self.now(); 3], parent });
        self.touch(parent);
        self.tree.insert(place, id);
        id
    }

    /// A directory's entries, or a file's bytes, changed.
    fn touch(&mut self, id: u64) {
        let now = self.now();
        if let Some(item) = self.items.get_mut(&id) {
            item.times[1] = now;
            item.times[2] = now;
        }
    }

    /// Does something, and undoes it if a quota is passed.
    fn within_quota<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> Result<T, u16> {
        let before = self.clone();
        let done = act(self);
        self.forget();
        let below = |top: &str| -> Vec<u64> {
            let inside = self.tree.iter().filter(|(place, _)| place.len() > 1 && place[0] == top);
            inside.map(|(_, id)| *id).collect()
        };
        let (out, tmp) = (below("out"), below("tmp"));
        let nameless: Vec<u64> =
            self.items.keys().copied().filter(|id| !self.items[id].directory && self.place_of(*id).is_none()).collect();
        let bytes = |ids: &[u64]| ids.iter().map(|id| self.items[id].data.len() as u64).sum::<u64>();
        let passed = (out.len() + tmp.len() + nameless.len()) as u64 > self.limits.files
            || out.iter().filter(|id| !self.items[id].directory).count() as u64 > self.limits.outputs
            || bytes(&out) > self.limits.output_bytes
            || bytes(&tmp) + bytes(&nameless) > self.limits.scratch_bytes;
        if passed {
            *self = before;
            return Err(NOSPC);
        }
        Ok(done)
    }

    /// Drops what has neither name nor handle.
    fn forget(&mut self) {
        let held: Vec<u64> = self.handles.values().filter_map(|handle| handle.target.ok()).chain(self.tree.values().copied()).collect();
        self.items.retain(|id, _| held.contains(id));
    }

    fn handle(&self, fd: u32) -> Result<&Handle, u16> {
        self.handles.get(&fd).ok_or(BADF)
    }

    fn handle_mut(&mut self, fd: u32) -> Result<&mut Handle, u16> {
        self.handles.get_mut(&fd).ok_or(BADF)
    }

    fn needs(&self, fd: u32, rights: u64) -> Result<&Handle, u16> {
        let handle = self.handle(fd)?;
        if handle.rights & rights == rights { Ok(handle) } else { Err(NOTCAPABLE) }
    }

    /// The directory behind a handle.
    fn directory(&self, fd: u32, rights: u64) -> Result<u64, u16> {
        let id = self.handle(fd)?.target.map_err(|_| NOTDIR)?;
        if !self.items[&id].directory {
            return Err(NOTDIR);
        }
        self.needs(fd, rights)?;
        Ok(id)
    }

    fn lowest_free(&self) -> Result<u32, u16> {
        if self.handles.len() as u64 >= self.limits.handles {
            return Err(MFILE);
        }
        Ok((0..).find(|fd| !self.handles.contains_key(fd)).expect("numbers do not end"))
    }

    /// Performs an operation; `fill` is the byte it writes.
    pub fn perform(&mut self, op: &Op, fill: u8) -> Seen {
        let answer = self.check_values(op).and_then(|()| match op {
            Op::Open { .. } => self.open(op),
            Op::MakeDirectory { .. } | Op::RemoveDirectory { .. } | Op::Unlink { .. } | Op::Rename { .. } => self.change(op),
            Op::Read { .. } | Op::Pread { .. } | Op::Write { .. } | Op::Pwrite { .. } => self.transfer(op, fill),
            Op::Seek { .. } | Op::Tell { .. } | Op::SetSize { .. } | Op::Allocate { .. } => self.position(op),
            _ => self.attribute(op),
        });
        self.forget();
        answer.unwrap_or_else(Seen::Errno)
    }

    /// What is wrong whatever the file system holds.
    fn check_values(&self, op: &Op) -> Result<(), u16> {
        let paths: &[&String] = match op {
            Op::Open { path, .. } | Op::MakeDirectory { path, .. } | Op::RemoveDirectory { path, .. } | Op::Unlink { path, .. } => &[path],
            Op::Stat { path, .. } | Op::PathSetTimes { path, .. } | Op::Readlink { path, .. } => &[path],
            Op::Rename { old, new, .. } => &[old, new],
            _ => &[],
        };
        if paths.iter().any(|path| path.len() > 4096) {
            return Err(NAMETOOLONG);
        }
        match op {
            Op::Open { oflags, .. } if oflags & 3 == 3 => Err(INVAL),
            Op::SetTimes { flags, .. } | Op::PathSetTimes { flags, .. } if flags & 3 == 3 || flags & 12 == 12 => Err(INVAL),
            _ => Ok(()),
        }
    }

    fn open(&mut self, op: &Op) -> Answer {
        let Op::Open { fd, path, oflags, rights, inheriting, fdflags } = op else { unreachable!() };
        let [creat, directory, excl, trunc] = [0, 1, 2, 3].map(|bit| oflags >> bit & 1 == 1);
        let mut needed = 1 << 13;
        if creat {
            needed |= 1 << 10;
        }
        if trunc {
            needed |= 1 << 19;
        }
        let from = self.directory(*fd, needed)?;
        let inherited = self.handle(*fd)?.inheriting;
        let resolved = self.resolve(from, path)?;
        let (base, inheriting) = (rights & inherited, inheriting & inherited & (FILE_RIGHTS | DIRECTORY_RIGHTS));
        let writes = base & FILE_RIGHTS & WRITE_RIGHTS != 0;
        let found = self.tree.get(&resolved.place).copied();
        let is_directory = self.is_directory(&resolved.place);
        match found {
            Some(_) if creat && excl => return Err(EXIST),
            Some(_) if is_directory && trunc => return Err(ISDIR),
            Some(_) if is_directory => {}
            Some(_) if !writable(&resolved.place) && (writes || trunc) => return Err(ROFS),
            Some(_) if directory || resolved.wants_directory => return Err(NOTDIR),
            None if !creat => return Err(NOENT),
            None if !writable(&resolved.place) => return Err(ROFS),
            None if resolved.wants_directory => return Err(ISDIR),
            None if trunc && !writes => return Err(INVAL),
            None if resolved.place.last().is_some_and(|name| name.chars().any(char::is_control)) => return Err(INVAL),
            Some(_) if trunc && !writes => return Err(INVAL),
            _ => {}
        }
        let free = self.lowest_free()?;
        let id = match found {
            Some(id) => id,
            None => self.within_quota(|model| model.add(resolved.place, false, Vec::new()))?,
        };
        if trunc && !self.items[&id].data.is_empty() {
            self.items.get_mut(&id).expect("it is there").data.clear();
            self.touch(id);
        }
        let (rights, inheriting) = if is_directory { (base & DIRECTORY_RIGHTS, inheriting) } else { (base & FILE_RIGHTS, 0) };
        let handle = Handle { target: Ok(id), rights, inheriting, flags: *fdflags, position: 0, listing: None };
        self.handles.insert(free, handle);
        one(u64::from(free))
    }

    fn change(&mut self, op: &Op) -> Answer {
        match op {
            Op::MakeDirectory { fd, path } => {
                let from = self.directory(*fd, 1 << 9)?;
                let Resolved { place, .. } = self.name(from, path)?;
                self.slot(&place)?;
                if self.tree.contains_key(&place) {
                    return Err(EXIST);
                }
                self.new_name(&place)?;
                self.within_quota(|model| model.add(place, true, Vec::new()))?;
            }
            Op::Unlink { fd, path } => {
                let from = self.directory(*fd, 1 << 26)?;
                let resolved = self.name(from, path)?;
                self.removable(&resolved.place)?;
                if self.is_directory(&resolved.place) {
                    return Err(ISDIR);
                }
                if resolved.wants_directory {
                    return Err(NOTDIR);
                }
                self.within_quota(|model| model.remove(&resolved.place))?;
            }
            Op::RemoveDirectory { fd, path } => {
                let from = self.directory(*fd, 1 << 25)?;
                let Resolved { place, .. } = self.name(from, path)?;
                self.removable(&place)?;
                if !self.is_directory(&place) {
                    return Err(NOTDIR);
                }
                if children(&self.tree, &place).next().is_some() {
                    return Err(NOTEMPTY);
                }
                self.within_quota(|model| model.remove(&place))?;
            }
            Op::Rename { fd, old, new_fd, new } => return self.rename(*fd, old, *new_fd, new),
            _ => unreachable!(),
        }
        done()
    }

    fn remove(&mut self, place: &[String]) {
        let parent = self.tree[&place[..place.len() - 1]];
        self.tree.remove(place);
        self.touch(parent);
    }

    /// The directory that a place lies in must be one.
    fn slot(&self, place: &[String]) -> Result<(), u16> {
        if self.is_directory(&place[..place.len() - 1]) { Ok(()) } else { Err(NOTDIR) }
    }

    fn new_name(&self, place: &[String]) -> Result<(), u16> {
        if !writable(place) {
            return Err(ROFS);
        }
        if place.last().is_some_and(|name| name.chars().any(char::is_control)) { Err(INVAL) } else { Ok(()) }
    }

    fn removable(&self, place: &[String]) -> Result<(), u16> {
        self.slot(place)?;
        if !self.tree.contains_key(place) {
            return Err(NOENT);
        }
        if fixed(place) {
            return Err(BUSY);
        }
        if writable(place) { Ok(()) } else { Err(ROFS) }
    }

    fn rename(&mut self, fd: u32, old: &str, new_fd: u32, new: &str) -> Answer {
        let from_directory = self.directory(fd, 1 << 16)?;
        parse(old)?;
        let to_directory = self.directory(new_fd, 1 << 17)?;
        parse(new)?;
        let from = self.name(from_directory, old)?;
        self.slot(&from.place)?;
        let to = self.name(to_directory, new)?;
        self.slot(&to.place)?;
        self.removable(&from.place)?;
        let moved_directory = self.is_directory(&from.place);
        if from.wants_directory && !moved_directory {
            return Err(NOTDIR);
        }
        if fixed(&to.place) {
            return Err(BUSY);
        }
        if !writable(&to.place) {
            return Err(ROFS);
        }
        if moved_directory && to.place.len() > from.place.len() && to.place.starts_with(&from.place) {
            return Err(INVAL);
        }
        match (moved_directory, self.tree.contains_key(&to.place), self.is_directory(&to.place)) {
            (false, true, true) => return Err(ISDIR),
            (false, true, false) if to.wants_directory => return Err(NOTDIR),
            (false, false, _) if to.wants_directory => return Err(ISDIR),
            (true, true, false) => return Err(NOTDIR),
            (true, true, true) if from.place != to.place && children(&self.tree, &to.place).next().is_some() => return Err(NOTEMPTY),
            (_, false, _) => self.new_name(&to.place)?,
            _ => {}
        }
        if from.place == to.place {
            return done();
        }
        self.within_quota(|model| model.relocate(&from.place, &to.place))?;
        done()
    }

    fn relocate(&mut self, from: &[String], to: &[String]) {
        let below: Vec<Place> = self.tree.keys().filter(|place| place.starts_with(from)).cloned().collect();
        for place in below {
            let id = self.tree.remove(&place).expect("just listed");
            self.tree.insert([to, &place[from.len()..]].concat(), id);
        }
        let moved = self.tree[to];
        let parent = self.tree[&to[..to.len() - 1]];
        for directory in [self.tree[&from[..from.len() - 1]], parent] {
            self.touch(directory);
        }
        let now = self.now();
        let item = self.items.get_mut(&moved).expect("it is there");
        item.parent = parent;
        item.times[2] = now;
    }

    fn transfer(&mut self, op: &Op, fill: u8) -> Answer {
        let (fd, offset, length, writes) = match op {
            Op::Read { fd, lengths } => (*fd, None, lengths[0] + lengths[1], false),
            Op::Pread { fd, offset, length } => (*fd, Some(*offset), *length, false),
            Op::Write { fd, lengths } => (*fd, None, lengths[0] + lengths[1], true),
            Op::Pwrite { fd, offset, length } => (*fd, Some(*offset), *length, true),
            _ => unreachable!(),
        };
        let handle = self.handle(fd)?.clone();
        if offset.is_some() && handle.target.is_err() {
            return Err(SPIPE);
        }
        if handle.rights & if writes { 1 << 6 } else { 1 << 1 } == 0 {
            return Err(BADF);
        }
        if offset.is_some() && handle.rights & 1 << 2 == 0 {
            return Err(NOTCAPABLE);
        }
        let data = match handle.target {
            Ok(id) => self.items[&id].data.clone(),
            Err(0) => self.stdin.clone(),
            Err(_) => return one(u64::from(length)),
        };
        let appends = writes && offset.is_none() && handle.flags & 1 == 1;
        let at = if appends { data.len() as u64 } else { offset.unwrap_or(handle.position) };
        let end = at.checked_add(u64::from(length)).filter(|end| *end <= i64::MAX as u64).ok_or(INVAL)?;
        if !writes {
            let (start, end) = (at.min(data.len() as u64), end.min(data.len() as u64));
            let read = data[start as usize..end as usize].to_vec();
            if offset.is_none() {
                self.handle_mut(fd)?.position = at + read.len() as u64;
            }
            return Ok(Seen::Bytes(read));
        }
        if length == 0 {
            return one(0);
        }
        let id = handle.target.expect("streams have returned");
        self.grow(id, end, |data| data[at as usize..end as usize].fill(fill))?;
        self.touch(id);
        if offset.is_none() {
            self.handle_mut(fd)?.position = end;
        }
        one(u64::from(length))
    }

    /// Makes a file at least this long, if a quota could ever allow it, then does something with its bytes.
    fn grow(&mut self, id: u64, end: u64, then: impl FnOnce(&mut Vec<u8>)) -> Result<(), u16> {
        if end > 1000 && end > self.items[&id].data.len() as u64 {
            return Err(NOSPC);
        }
        self.within_quota(|model| {
            let data = &mut model.items.get_mut(&id).expect("it is there").data;
            data.resize(data.len().max(end as usize), 0);
            then(data);
        })
    }

    fn position(&mut self, op: &Op) -> Answer {
        match op {
            Op::Seek { fd, delta, whence } => {
                let size = self.seekable(*fd)?;
                let handle = self.handle_mut(*fd)?;
                let tells = *whence == 1 && *delta == 0 && handle.rights & 1 << 5 != 0;
                if !tells && handle.rights & 1 << 2 == 0 {
                    return Err(NOTCAPABLE);
                }
                let base = [0, handle.position, size][usize::from(*whence)];
                let position = i128::from(base) + i128::from(*delta);
                if !(0..=i128::from(i64::MAX)).contains(&position) {
                    return Err(INVAL);
                }
                handle.position = position as u64;
                one(position as u64)
            }
            Op::Tell { fd } => {
                self.seekable(*fd)?;
                let handle = self.handle(*fd)?;
                if handle.rights & (1 << 5 | 1 << 2) == 0 { Err(NOTCAPABLE) } else { one(handle.position) }
            }
            Op::SetSize { fd, size } => {
                let id = self.needs(*fd, 1 << 22)?.target.map_err(|_| BADF)?;
                if *size > i64::MAX as u64 {
                    return Err(INVAL);
                }
                let before = self.items[&id].data.len();
                if *size as usize > before {
                    self.grow(id, *size, |_| {})?;
                }
                self.items.get_mut(&id).expect("it is there").data.truncate(*size as usize);
                if *size as usize != before {
                    self.touch(id);
                }
                done()
            }
            Op::Allocate { fd, offset, length } => {
                let id = self.needs(*fd, 1 << 8)?.target.map_err(|_| BADF)?;
                let end = offset.checked_add(*length).filter(|end| *length > 0 && *end <= i64::MAX as u64).ok_or(INVAL)?;
                let before = self.items[&id].data.len() as u64;
                if end > before {
                    self.grow(id, end, |_| {})?;
                    self.touch(id);
                }
                done()
            }
            _ => unreachable!(),
        }
    }

    fn seekable(&self, fd: u32) -> Result<u64, u16> {
        let id = self.handle(fd)?.target.map_err(|_| SPIPE)?;
        let item = &self.items[&id];
        if item.directory { Err(BADF) } else { Ok(item.data.len() as u64) }
    }

    fn filestat(&self, id: u64) -> Answer {
        let item = &self.items[&id];
        let [accessed, modified, changed] = item.times;
        let kind = if item.directory { 3 } else { 4 };
        Ok(Seen::Words(vec![1, id, kind, 1, item.data.len() as u64, accessed, modified, changed]))
    }

    fn set_times(&mut self, id: u64, times: [u64; 2], flags: u16) -> Answer {
        let inside = self.place_of(id).is_none_or(|place| writable(&place));
        if !inside {
            return Err(ROFS);
        }
        let now = self.now();
        let item = self.items.get_mut(&id).expect("it is there");
        for (which, told) in times.into_iter().enumerate() {
            match flags >> (2 * which) & 3 {
                0 => {}
                1 => item.times[which] = told,
                _ => item.times[which] = now,
            }
        }
        item.times[2] = now;
        done()
    }

    fn attribute(&mut self, op: &Op) -> Answer {
        match op {
            Op::Close { fd } => self.handles.remove(fd).ok_or(BADF).and_then(|_| done()),
            Op::Renumber { fd, to } => {
                self.handle(*fd)?;
                self.handle(*to)?;
                let moved = self.handles.remove(fd).ok_or(BADF)?;
                self.handles.insert(*to, moved);
                done()
            }
            Op::Stat { fd, path } => {
                let from = self.directory(*fd, 1 << 18)?;
                self.filestat(self.find(from, path)?)
            }
            Op::Fstat { fd } => match self.needs(*fd, 1 << 21)?.target {
                Ok(id) => self.filestat(id),
                Err(_) => Ok(Seen::Words(vec![1, 0, 2, 1, 0, ORIGIN, ORIGIN, ORIGIN])),
            },
            Op::SetTimes { fd, times, flags } => {
                let id = self.needs(*fd, 1 << 23)?.target.map_err(|_| NOTCAPABLE)?;
                self.set_times(id, *times, *flags)
            }
            Op::PathSetTimes { fd, path, times, flags } => {
                let from = self.directory(*fd, 1 << 20)?;
                let id = self.find(from, path)?;
                self.set_times(id, *times, *flags)
            }
            Op::Readlink { fd, path } => {
                let from = self.directory(*fd, 1 << 15)?;
                self.find(from, path)?;
                Err(INVAL)
            }
            Op::Readdir { fd, cookie, length } => self.readdir(*fd, *cookie, *length),
            Op::Fdstat { fd } => {
                let handle = self.handle(*fd)?;
                let kind = handle.target.map_or(2, |id| if self.items[&id].directory { 3 } else { 4 });
                Ok(Seen::Words(vec![kind, u64::from(handle.flags), handle.rights, handle.inheriting]))
            }
            Op::SetFlags { fd, flags } => {
                let has = self.needs(*fd, 1 << 3)?.flags;
                if flags & 0b11010 & !has != 0 {
                    return Err(INVAL);
                }
                self.handle_mut(*fd)?.flags = has & 0b11010 | flags & 0b00101;
                done()
            }
            Op::SetRights { fd, rights, inheriting } => {
                let handle = self.handle_mut(*fd)?;
                if rights & !handle.rights != 0 || inheriting & !handle.inheriting != 0 {
                    return Err(NOTCAPABLE);
                }
                (handle.rights, handle.inheriting) = (*rights, *inheriting);
                done()
            }
            _ => {
                let now = self.now();
                self.elapsed += 1000;
                one(now)
            }
        }
    }

    fn readdir(&mut self, fd: u32, cookie: u64, length: u32) -> Answer {
        let id = self.directory(fd, 1 << 14)?;
        if cookie == 0 || self.handle(fd)?.listing.is_none() {
            let place = self.place_of(id);
            let parent = match place.as_deref() {
                Some([.., _]) => self.items[&id].parent,
                Some([]) => 1,
                None => self.items[&id].parent,
            };
            let mut listing = vec![(".".to_owned(), id, 3), ("..".to_owned(), parent, 3)];
            for (name, id) in place.iter().flat_map(|place| children(&self.tree, place)) {
                listing.push((name.clone(), id, if self.items[&id].directory { 3 } else { 4 }));
            }
            self.handle_mut(fd)?.listing = Some(listing);
        }
        let listing = self.handle(fd)?.listing.clone().unwrap_or_default();
        let mut bytes = Vec::new();
        for (index, (name, id, kind)) in listing.iter().enumerate().skip(cookie as usize) {
            bytes.extend((index as u64 + 1).to_le_bytes());
            bytes.extend(id.to_le_bytes());
            bytes.extend((name.len() as u32).to_le_bytes());
            bytes.extend([*kind, 0, 0, 0]);
            bytes.extend(name.as_bytes());
        }
        bytes.truncate(length as usize);
        Ok(Seen::Bytes(bytes))
    }

    /// The outputs at the end.
    pub fn outputs(&self) -> Vec<(String, Vec<u8>)> {
        let below = self.tree.iter().filter(|(place, id)| place.first().is_some_and(|top| top == "out") && !self.items[id].directory);
        let mut outputs: Vec<_> = below.map(|(place, id)| (place[1..].join("/"), self.items[id].data.clone())).collect();
        outputs.sort();
        outputs
    }
}
