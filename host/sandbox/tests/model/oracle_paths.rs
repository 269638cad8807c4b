//! Paths in the model: lists of names, walked one by one.

use super::oracle::{Oracle, Tree};

/// The standard's numbers.
pub const BADF: u16 = 8;
pub const BUSY: u16 = 10;
pub const EXIST: u16 = 20;
pub const INVAL: u16 = 28;
pub const ISDIR: u16 = 31;
pub const MFILE: u16 = 33;
pub const NAMETOOLONG: u16 = 37;
pub const NOENT: u16 = 44;
pub const NOSPC: u16 = 51;
pub const NOTDIR: u16 = 54;
pub const NOTEMPTY: u16 = 55;
pub const ROFS: u16 = 69;
pub const SPIPE: u16 = 70;
pub const NOTCAPABLE: u16 = 76;

/// Where something stands: all names from the root.
pub type Place = Vec<String>;

/// A path that has been resolved as far as its last name.
#[derive(Debug, Clone)]
pub struct Resolved {
    pub place: Place,
    pub wants_directory: bool,
}

/// Splits a path into names, or says what is wrong with its text.
pub fn parse(path: &str) -> Result<Vec<&str>, u16> {
    if path.contains('\0') {
        return Err(INVAL);
    }
    if path.is_empty() {
        return Err(NOENT);
    }
    if path.starts_with('/') {
        return Err(NOTCAPABLE);
    }
    let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty() && *name != ".").collect();
    for (index, name) in names.iter().enumerate() {
        if name.len() > 255 {
            return Err(NAMETOOLONG);
        }
        let ups = names[..=index].iter().filter(|name| **name == "..").count();
        if 2 * ups > index + 1 {
            return Err(NOTCAPABLE);
        }
    }
    Ok(names)
}

impl Oracle {
    /// Walks a path from a directory. All names but the last must be directories that are there.
    pub fn resolve(&self, from: u64, path: &str) -> Result<Resolved, u16> {
        let names = parse(path)?;
        let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let dotted = last == "." || last == "..";
        let mut place = self.place_of(from).ok_or(NOENT)?;
        for (index, name) in names.iter().enumerate() {
            if !self.is_directory(&place) {
                return Err(NOTDIR);
            }
            if *name == ".." {
                place.pop();
            } else {
                place.push((*name).to_owned());
            }
            if index + 1 < names.len() && !self.tree.contains_key(&place) {
                return Err(NOENT);
            }
        }
        // A last `.` or `..` makes the name before it one that is walked through.
        if dotted && !self.is_directory(&place) {
            return Err(if self.tree.contains_key(&place) { NOTDIR } else { NOENT });
        }
        Ok(Resolved { place, wants_directory: path.ends_with('/') || dotted })
    }

    /// Resolves a path to something that is there.
    pub fn find(&self, from: u64, path: &str) -> Result<u64, u16> {
        let resolved = self.resolve(from, path)?;
        let id = *self.tree.get(&resolved.place).ok_or(NOENT)?;
        if resolved.wants_directory && !self.is_directory(&resolved.place) { Err(NOTDIR) } else { Ok(id) }
    }

    /// Resolves a path whose last name is to be made, removed or moved.
    pub fn name(&self, from: u64, path: &str) -> Result<Resolved, u16> {
        // The text of the whole path comes first, then that it has a name of its own, then the walk.
        parse(path)?;
        let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        if last == "." || last == ".." {
            return Err(INVAL);
        }
        self.resolve(from, path)
    }

    /// Where a node stands, if it has a name.
    pub fn place_of(&self, id: u64) -> Option<Place> {
        self.tree.iter().find(|(_, other)| **other == id).map(|(place, _)| place.clone())
    }

    pub fn is_directory(&self, place: &[String]) -> bool {
        self.tree.get(place).is_some_and(|id| self.items[id].directory)
    }
}

/// Whether something new may be made at a place: it lies below `/out` or `/tmp`.
pub fn writable(place: &[String]) -> bool {
    place.len() > 1 && (place[0] == "out" || place[0] == "tmp")
}

/// One of the four directories that stay.
pub fn fixed(place: &[String]) -> bool {
    place.is_empty() || place.len() == 1 && ["in", "out", "tmp"].contains(&place[0].as_str())
}

/// The names directly in a directory.
pub fn children<'t>(tree: &'t Tree, directory: &'t [String]) -> impl Iterator<Item = (&'t String, u64)> {
    tree.iter()
        .filter(move |(place, _)| place.len() == directory.len() + 1 && place.starts_with(directory))
        .filter_map(|(place, id)| place.last().map(|name| (name, *id)))
}
