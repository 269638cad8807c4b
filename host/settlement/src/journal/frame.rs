//! The bytes of a journal: a header, then frames. No I/O here; all bytes that are read are hostile.
//!
//! ```text
//! header   magic: bytes[8]  version: u32 = 1  id: bytes[16]  base: u64  hash: bytes[32]                          68 bytes
//! frame    mark: u32  length: u32  number: u64  check: bytes[8]  body: bytes[length]  hash: bytes[32]            56 bytes and the body
//! ```
//!
//! Integers are little-endian. `magic` says of what it is a journal; `id` is random, one for each ledger or outbox; `base` is the number of the first frame. Frames are numbered without a gap.
//! Header's `hash` is BLAKE3 of what stands before it; `check` the first 8 bytes of BLAKE3(id, mark, length, number); a frame's `hash` BLAKE3(id, number, body). So each frame can be told by itself, and one of
//! another journal, or from another place in this one, is none of its frames.
//!
//! **Torn or damaged?** A frame is written, and synced, before the next one is; so a crash can spoil the last one only, and that one was never acknowledged. What does not verify, and has no good frame behind
//! it, is a torn tail, and is dropped. If a good frame of this journal follows, something that was acknowledged is damaged: the journal is refused, since to go on without it would lose it silently.

use std::ops::Range;

use thiserror::Error;

/// Version of the format.
pub const VERSION: u32 = 1;
/// Length of the header.
pub const HEADER_LEN: usize = 68;
/// Bytes of a frame besides its body.
pub const FRAME_LEN: usize = HEAD_LEN + 32;
/// Longest body.
pub const BODY_MAX: usize = 1 << 28;

const HEAD_LEN: usize = 24;
const MARK: [u8; 4] = [0xa5, b'f', b'r', b'm'];

/// The start of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// What it is a journal of.
    pub magic: [u8; 8],
    /// Which ledger's or outbox's.
    pub id: [u8; 16],
    /// Number of its first frame.
    pub base: u64,
}

/// Why a journal cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Broken {
    /// Of another version.
    #[error("it is of version {0}")]
    Version(u32),
    /// No journal of this kind.
    #[error("it does not start as a file of this kind")]
    Header,
    /// A frame is damaged, and good ones follow.
    #[error("frame {number} at byte {at} is damaged, and frame {follows} behind it is not: this is no torn tail")]
    Middle {
        /// Its number.
        number: u64,
        /// Where it starts.
        at: usize,
        /// A frame behind it.
        follows: u64,
    },
}

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub struct Frames {
    /// Where the bodies are.
    pub bodies: Vec<Range<usize>>,
    /// Up to where everything verifies.
    pub good: usize,
}

impl Header {
    /// Its bytes.
    pub fn to_bytes(self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[..8].copy_from_slice(&self.magic);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..28].copy_from_slice(&self.id);
        bytes[28..36].copy_from_slice(&self.base.to_le_bytes());
        let hash = blake3::hash(&bytes[..36]);
        bytes[36..].copy_from_slice(hash.as_bytes());
        bytes
    }

    /// Reads the one that `bytes` start with.
    pub fn read(bytes: &[u8], magic: [u8; 8]) -> Result<Self, Broken> {
        let bytes: &[u8; HEADER_LEN] = bytes.first_chunk().ok_or(Broken::Header)?;
        if bytes[..8] != magic {
            return Err(Broken::Header);
        }
        let version = u32::from_le_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]);
        if version != VERSION {
            return Err(Broken::Version(version));
        }
        if blake3::hash(&bytes[..36]).as_bytes() != &bytes[36..] {
            return Err(Broken::Header);
        }
        let mut id = [0; 16];
        id.copy_from_slice(&bytes[12..28]);
        let mut base = [0; 8];
        base.copy_from_slice(&bytes[28..36]);
        Ok(Self { magic, id, base: u64::from_le_bytes(base) })
    }
}

fn check(id: &[u8; 16], head: &[u8]) -> [u8; 8] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(id).update(head);
    let mut check = [0; 8];
    check.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    check
}

fn hash(id: &[u8; 16], number: u64, body: &[u8]) -> blake3::Hash {
    blake3::Hasher::new().update(id).update(&number.to_le_bytes()).update(body).finalize()
}

/// Writes a frame behind what `into` holds. None if the body is longer than [`BODY_MAX`].
pub fn write(into: &mut Vec<u8>, id: &[u8; 16], number: u64, body: &[u8]) -> Option<()> {
    let length = u32::try_from(body.len()).ok().filter(|_| body.len() <= BODY_MAX)?;
    let head = [&MARK[..], &length.to_le_bytes(), &number.to_le_bytes()].concat();
    into.extend_from_slice(&head);
    into.extend_from_slice(&check(id, &head));
    into.extend_from_slice(body);
    into.extend_from_slice(hash(id, number, body).as_bytes());
    Some(())
}

/// Number and body of the frame at `at`, if there is one.
fn frame(bytes: &[u8], id: &[u8; 16], at: usize) -> Option<(u64, Range<usize>)> {
    let head: &[u8; HEAD_LEN] = bytes.get(at..)?.first_chunk()?;
    if head[..4] != MARK || check(id, &head[..16]) != head[16..] {
        return None;
    }
    let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
    let number = u64::from_le_bytes([head[8], head[9], head[10], head[11], head[12], head[13], head[14], head[15]]);
    let body = at + HEAD_LEN..(at + HEAD_LEN).checked_add(length)?;
    let stated = bytes.get(body.end..)?.first_chunk::<32>()?;
    (hash(id, number, bytes.get(body.clone())?) == *stated).then_some((number, body))
}

/// All frames of the journal in `bytes`, whose header was read.
pub fn frames(bytes: &[u8], header: &Header) -> Result<Frames, Broken> {
    let mut found = Frames { bodies: Vec::new(), good: HEADER_LEN };
    let mut number = header.base;
    while let Some((_, body)) = frame(bytes, &header.id, found.good).filter(|(of, _)| *of == number) {
        found.good = body.end + 32;
        found.bodies.push(body);
        number = number.saturating_add(1);
    }
    let follows = (found.good..bytes.len())
        .filter(|at| bytes[*at..].starts_with(&MARK))
        .find_map(|at| frame(bytes, &header.id, at).filter(|(of, _)| *of >= number));
    match follows {
        Some((follows, _)) => Err(Broken::Middle { number, at: found.good, follows }),
        None => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEADER: Header = Header { magic: *b"a journa", id: [7; 16], base: 3 };

    fn journal(bodies: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = HEADER.to_bytes().to_vec();
        for (body, number) in bodies.iter().zip(HEADER.base..) {
            write(&mut bytes, &HEADER.id, number, body).unwrap();
        }
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Vec<Vec<u8>>, Broken> {
        let header = Header::read(bytes, HEADER.magic)?;
        Ok(frames(bytes, &header)?.bodies.into_iter().map(|body| bytes[body].to_vec()).collect())
    }

    fn bodies() -> Vec<Vec<u8>> {
        vec![b"one".to_vec(), vec![], vec![9; 100], b"the last".to_vec()]
    }

    #[test]
    fn cut_anywhere_whole_frames_stay() {
        let bytes = journal(&bodies());
        let ends: Vec<usize> = (0..=bodies().len()).map(|count| journal(&bodies()[..count]).len()).collect();
        for end in 0..=bytes.len() {
            let whole = ends.iter().filter(|at| **at <= end).count();
            let expected = if whole == 0 { Err(Broken::Header) } else { Ok(bodies()[..whole - 1].to_vec()) };
            assert_eq!(read(&bytes[..end]), expected, "cut at {end}");
        }
    }

    /// A flipped bit is refused, but in the last frame, where it cannot be told from a write that a crash cut short.
    #[test]
    fn every_flipped_bit_is_noticed() {
        let bytes = journal(&bodies());
        let last = journal(&bodies()[..3]).len();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << bit;
                match read(&flipped) {
                    Err(_) => assert!(at < last, "byte {at}"),
                    Ok(found) => assert!(at >= last && found == bodies()[..3], "byte {at}, bit {bit}"),
                }
            }
        }
    }

    /// Pages of the last frame that a crash left unwritten read as zeros.
    #[test]
    fn holes_in_the_last_frame_are_a_torn_tail() {
        let bytes = journal(&bodies());
        let last = journal(&bodies()[..3]).len();
        for from in last..bytes.len() {
            for to in from + 1..=bytes.len() {
                let mut torn = bytes.clone();
                torn[from..to].fill(0);
                let found = read(&torn).unwrap();
                assert!(found == bodies()[..3] || torn == bytes, "{from}..{to}");
            }
        }
    }

    #[test]
    fn frames_of_another_place_are_none() {
        let mut doubled = journal(&bodies());
        let first = doubled[HEADER_LEN..HEADER_LEN + FRAME_LEN + 3].to_vec();
        doubled.extend(first);
        assert_eq!(read(&doubled), Ok(bodies()), "an old frame behind the last one is a torn tail");
        let mut of_another = HEADER.to_bytes().to_vec();
        write(&mut of_another, &[8; 16], HEADER.base, b"one").unwrap();
        assert_eq!(read(&of_another), Ok(vec![]));
        let gap = {
            let mut bytes = HEADER.to_bytes().to_vec();
            write(&mut bytes, &HEADER.id, HEADER.base + 1, b"two").unwrap();
            bytes
        };
        assert_eq!(read(&gap), Err(Broken::Middle { number: 3, at: HEADER_LEN, follows: 4 }));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bodies: Vec<Vec<u8>>, tail: Vec<u8>) {
            let mut bytes = journal(&bodies);
            bytes.extend(tail);
            prop_assert_eq!(read(&bytes), Ok(bodies));
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = read(&bytes);
            let _ = read(&[&HEADER.to_bytes()[..], &bytes].concat());
        }
    }
}
