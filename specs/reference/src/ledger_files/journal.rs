//! # Journals (ledger-files.md, sections 2 and 3)
//!
//! ```text
//!        68          g
//! header │ good good │ not good ·············
//!                    └ d is due here
//! ```
//!
//! Where the head of d is good, the file is damaged if it goes on behind d, and otherwise d is torn. Where it is
//! not, the file is damaged if any good head of d or a later frame stands at g or behind it.

use super::{Start, hash};
use crate::Refused;

/// Magic of an embedded ledger's journal.
pub const LEDGER: [u8; 8] = *b"ASSAYJNL";
/// Magic of an outbox's journal.
pub const OUTBOX: [u8; 8] = *b"ASSAYOUT";

const LONGEST: u32 = 1 << 28;

/// A journal's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Whose journal it is.
    pub id: [u8; 16],
    /// Number of the first frame.
    pub base: u64,
}

/// A journal that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    /// Its header.
    pub header: Header,
    /// The bodies of its frames.
    pub bodies: Vec<Vec<u8>>,
    /// Where the last good frame ends: what follows is a torn tail.
    pub good: usize,
}

impl Header {
    /// The header of a file that has this magic.
    pub fn write(&self, magic: [u8; 8]) -> Vec<u8> {
        let mut bytes = [&magic[..], &1_u32.to_le_bytes(), &self.id, &self.base.to_le_bytes()].concat();
        bytes.extend(hash(&[&bytes]));
        bytes
    }

    /// Reads the header of a file that has to have this magic.
    pub fn read(file: &[u8], magic: [u8; 8]) -> Result<Header, Refused> {
        let start = Start { length: "journal.length", magic: "journal.magic", version: "journal.version" };
        start.check(file, &magic)?;
        if hash(&[&file[..36]]) != file[36..68] {
            return Err(Refused::by("journal.hash", "the header has another hash"));
        }
        Ok(Header { id: part(file, 12), base: u64::from_le_bytes(part(file, 28)) })
    }
}

/// `N` bytes of those that were found to be there.
fn part<const N: usize>(bytes: &[u8], from: usize) -> [u8; N] {
    bytes[from..from + N].try_into().expect("as many bytes as were taken")
}

/// The head of a frame: 24 bytes.
pub fn head(id: &[u8; 16], length: u32, number: u64) -> Vec<u8> {
    let mut head = [&[0xa5, 0x66, 0x72, 0x6d][..], &length.to_le_bytes(), &number.to_le_bytes()].concat();
    let check = hash(&[id, &head]);
    head.extend(&check[..8]);
    head
}

/// A frame.
pub fn frame(id: &[u8; 16], number: u64, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("no body of ours is as long as 4 GiB");
    [&head(id, length, number)[..], body, &hash(&[id, &number.to_le_bytes(), body])].concat()
}

/// Length and number of the good head at a place, if there is one.
fn good_head(file: &[u8], id: &[u8; 16], at: usize) -> Option<(u32, u64)> {
    let found = file.get(at..)?.get(..24)?;
    let (length, number) = (u32::from_le_bytes(part(found, 4)), u64::from_le_bytes(part(found, 8)));
    let is_good = found == head(id, length, number) && length <= LONGEST && number < u64::MAX;
    is_good.then_some((length, number))
}

/// The body of the good frame of this number at a place, if there is one.
fn good_frame(file: &[u8], id: &[u8; 16], at: usize, due: u64) -> Option<Vec<u8>> {
    let (length, number) = good_head(file, id, at)?;
    let body = file.get(at + 24..)?.get(..length as usize)?;
    let stands_there = file[at..].starts_with(&frame(id, number, body));
    (number == due && stands_there).then(|| body.to_vec())
}

/// Reads a journal.
pub fn read(file: &[u8], magic: [u8; 8]) -> Result<Journal, Refused> {
    let header = Header::read(file, magic)?;
    let id = &header.id;
    let (mut g, mut d, mut bodies) = (68, header.base, Vec::new());
    while let Some(body) = good_frame(file, id, g, d) {
        g += 56 + body.len();
        d += 1;
        bodies.push(body);
    }
    let is_damaged = match good_head(file, id, g) {
        Some((length, number)) if number == d => g as u64 + 56 + u64::from(length) < file.len() as u64,
        _ => (g..file.len()).any(|at| good_head(file, id, at).is_some_and(|(_, number)| number >= d)),
    };
    if is_damaged {
        return Err(Refused::by("journal.frame", format!("frame {d} at {g} is damaged")));
    }
    Ok(Journal { header, bodies, good: g })
}
