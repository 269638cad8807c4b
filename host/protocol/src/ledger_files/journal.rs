//! The bytes of a journal: a header, then frames (`specs/ledger-files.md`, sections 2 and 3).
//!
//! **Torn or damaged?** A frame is on the disk before the next one is begun; so a crash can spoil the last one only, and that one was never acknowledged. What does not verify, and has nothing begun behind it, is a
//! torn tail, and is dropped. If something was begun behind it, a frame that was acknowledged is damaged: the journal is refused, since to go on without it would lose it silently.
//!
//! **How is that seen?** Where the frame's own head is good, it says where the frame ends, and whether the file goes on there is all that has to be known: what its body holds, which may look like frames, is not
//! looked at. Where it is not, a head of this frame or a later one tells. A head is enough: to ask for a whole good frame would call damage before a torn frame torn as well, and would hash a body for each head that
//! somebody wrote into a file.

use std::ops::Range;

use super::{Broken, START_LEN, start};

/// Version of the format.
pub const VERSION: u32 = 1;
/// Length of the header.
pub const HEADER_LEN: usize = START_LEN;
/// Bytes of a frame besides its body.
pub const FRAME_LEN: usize = HEAD_LEN + HASH_LEN;
/// Longest body.
pub const BODY_MAX: usize = 1 << 28;
/// The highest number of a frame: there is always a next one.
pub const NUMBER_MAX: u64 = u64::MAX - 1;
/// Magic of an embedded ledger's journal.
pub const LEDGER_MAGIC: [u8; 8] = *b"ASSAYJNL";
/// Magic of an outbox's.
pub const OUTBOX_MAGIC: [u8; 8] = *b"ASSAYOUT";

const HEAD_LEN: usize = 24;
const HASH_LEN: usize = 32;
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

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub struct Frames {
    /// Where the bodies are.
    pub bodies: Vec<Range<usize>>,
    /// Up to where everything verifies; what is behind it is a torn tail.
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
        start(bytes, &magic, VERSION, ["journal.length", "journal.magic", "journal.version"])?;
        if blake3::hash(&bytes[..36]).as_bytes() != &bytes[36..HEADER_LEN] {
            return Err(Broken::damaged("journal.hash", 0, "its header has another hash"));
        }
        let mut id = [0; 16];
        id.copy_from_slice(&bytes[12..28]);
        let mut base = [0; 8];
        base.copy_from_slice(&bytes[28..36]);
        Ok(Self { magic, id, base: u64::from_le_bytes(base) })
    }
}

/// What a frame's head says.
struct Head {
    number: u64,
    body: Range<usize>,
    /// Behind the frame.
    end: usize,
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

/// Writes a frame behind what `into` holds. None if the body is longer than [`BODY_MAX`] or the number above [`NUMBER_MAX`].
pub fn write(into: &mut Vec<u8>, id: &[u8; 16], number: u64, body: &[u8]) -> Option<()> {
    let length = u32::try_from(body.len()).ok().filter(|_| body.len() <= BODY_MAX && number <= NUMBER_MAX)?;
    let head = [&MARK[..], &length.to_le_bytes(), &number.to_le_bytes()].concat();
    into.extend_from_slice(&head);
    into.extend_from_slice(&check(id, &head));
    into.extend_from_slice(body);
    into.extend_from_slice(hash(id, number, body).as_bytes());
    Some(())
}

/// The head at `at`, if there is one of this journal. The rest of its frame need not be there.
fn head(bytes: &[u8], id: &[u8; 16], at: usize) -> Option<Head> {
    let head: &[u8; HEAD_LEN] = bytes.get(at..)?.first_chunk()?;
    if head[..4] != MARK || check(id, &head[..16]) != head[16..] {
        return None;
    }
    let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
    let number = u64::from_le_bytes([head[8], head[9], head[10], head[11], head[12], head[13], head[14], head[15]]);
    if length > BODY_MAX || number > NUMBER_MAX {
        return None;
    }
    let from = at.checked_add(HEAD_LEN)?;
    let to = from.checked_add(length)?;
    Some(Head { number, body: from..to, end: to.checked_add(HASH_LEN)? })
}

/// Whether the frame of a head is there, and is what was written.
fn verifies(bytes: &[u8], id: &[u8; 16], head: &Head) -> bool {
    let (body, stated) = (bytes.get(head.body.clone()), bytes.get(head.body.end..head.end));
    body.zip(stated).is_some_and(|(body, stated)| hash(id, head.number, body).as_bytes() == stated)
}

/// All frames of the journal in `bytes`, whose header was read.
pub fn frames(bytes: &[u8], header: &Header) -> Result<Frames, Broken> {
    let mut found = Frames { bodies: Vec::new(), good: HEADER_LEN };
    let mut due = header.base;
    while let Some(head) = head(bytes, &header.id, found.good).filter(|head| head.number == due) {
        if !verifies(bytes, &header.id, &head) {
            let last = head.end >= bytes.len();
            return if last { Ok(found) } else { Err(damaged(due, found.good, "the file goes on")) };
        }
        found.good = head.end;
        found.bodies.push(head.body);
        // A head's number is below the highest there is.
        due = due.saturating_add(1);
    }
    let begun = (found.good..bytes.len())
        .filter(|at| bytes[*at..].starts_with(&MARK))
        .find_map(|at| head(bytes, &header.id, at).map(|head| head.number).filter(|number| *number >= due));
    begun.map_or(Ok(()), |begun| Err(damaged(due, found.good, &format!("frame {begun} was begun"))))?;
    Ok(found)
}

fn damaged(number: u64, at: usize, behind: &str) -> Broken {
    Broken::damaged("journal.frame", at, format!("frame {number} is damaged, and behind it {behind}: this is no torn tail"))
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

    fn frame_of(id: [u8; 16], number: u64, body: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut bytes, &id, number, body).unwrap();
        bytes
    }

    /// A frame of this journal, by its number.
    fn frame(number: u64, body: &[u8]) -> Vec<u8> {
        frame_of(HEADER.id, number, body)
    }

    /// The bodies, or the check and the place.
    fn read(bytes: &[u8]) -> Result<Vec<Vec<u8>>, (&'static str, usize)> {
        let broken = |broken: Broken| match &broken {
            Broken::Damaged { at, refusal } => (refusal.check, *at),
            Broken::Version { check, .. } => (*check, 8),
        };
        let header = Header::read(bytes, HEADER.magic).map_err(broken)?;
        let found = frames(bytes, &header).map_err(broken)?;
        Ok(found.bodies.into_iter().map(|body| bytes[body].to_vec()).collect())
    }

    fn bodies() -> Vec<Vec<u8>> {
        // The third holds frames of this very journal, as data that somebody had written might.
        vec![b"one".to_vec(), vec![], [frame(5, b""), frame(6, b"x"), frame(90, b"far")].concat(), b"the last".to_vec()]
    }

    #[test]
    fn cut_anywhere_whole_frames_stay() {
        let bytes = journal(&bodies());
        let ends: Vec<usize> = (0..=bodies().len()).map(|count| journal(&bodies()[..count]).len()).collect();
        for end in 0..=bytes.len() {
            let whole = ends.iter().filter(|at| **at <= end).count();
            let expected = if whole == 0 { Err(("journal.length", end)) } else { Ok(bodies()[..whole - 1].to_vec()) };
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

    /// That the next frame was begun says that this one was acknowledged, however little of the next one there is.
    #[test]
    fn damage_before_a_torn_frame_is_no_torn_tail() {
        let mut bytes = journal(&bodies()[..2]);
        let at = bytes.len() - FRAME_LEN;
        bytes.extend(frame(5, &[1; 500]));
        bytes[at + FRAME_LEN - 1] ^= 1;
        let next = at + FRAME_LEN;
        assert_eq!(read(&bytes[..next]), Ok(vec![b"one".to_vec()]), "nothing says that another was begun");
        for end in next + 1..bytes.len() {
            assert_eq!(read(&bytes[..end]), Err(("journal.frame", at)), "cut at {end}");
        }
        // Where the head is damaged as well, the next one tells.
        bytes[at] ^= 1;
        for end in next..bytes.len() {
            let told = end >= next + HEAD_LEN;
            assert_eq!(read(&bytes[..end]).is_err(), told, "cut at {end}");
        }
    }

    #[test]
    fn frames_of_another_place_are_none() {
        let doubled = [journal(&bodies()), frame(3, b"one")].concat();
        assert_eq!(read(&doubled), Ok(bodies()), "an old frame behind the last one is a torn tail");
        let header = HEADER.to_bytes().to_vec();
        assert_eq!(read(&[header.clone(), frame_of([8; 16], 3, b"one")].concat()), Ok(vec![]));
        assert_eq!(read(&[header, frame(4, b"two")].concat()), Err(("journal.frame", HEADER_LEN)));
    }

    #[test]
    fn what_could_not_be_written_is_not_read() {
        let mut long = frame(3, b"");
        long[4..8].copy_from_slice(&(BODY_MAX as u32 + 1).to_le_bytes());
        let again = check(&HEADER.id, &long[..16]);
        long[16..HEAD_LEN].copy_from_slice(&again);
        let header = HEADER.to_bytes().to_vec();
        assert_eq!(read(&[header.clone(), long.clone()].concat()), Ok(vec![]));
        assert_eq!(
            read(&[header, long, frame(4, b"")].concat()),
            Err(("journal.frame", HEADER_LEN)),
            "it says nothing about where it ends"
        );
        assert_eq!(write(&mut Vec::new(), &HEADER.id, u64::MAX, b""), None);
        let last = Header { base: NUMBER_MAX, ..HEADER };
        let mut full = last.to_bytes().to_vec();
        write(&mut full, &HEADER.id, NUMBER_MAX, b"the last there is").unwrap();
        let end = full.len();
        full.extend(frame(NUMBER_MAX, b"and once more"));
        let found = frames(&full, &last).unwrap();
        assert_eq!((found.bodies.len(), found.good), (1, end), "none comes after it");
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
