//! Headers and frames: what is whole, what is torn, what is damaged.

use super::{flipped, refused, uneven, with};
use crate::ledger_files::journal::{self, Header, LEDGER, OUTBOX, frame, head};
use crate::vectors::json::{Json, Vector};

const ID: [u8; 16] = *b"this ledger's id";
const BASE: u64 = 3;

fn start() -> Vec<u8> {
    Header { id: ID, base: BASE }.write(LEDGER)
}

/// A journal of frames that stand one behind the other.
fn of(frames: &[Vec<u8>]) -> Vec<u8> {
    [start(), frames.concat()].concat()
}

/// A frame of the journal.
fn own(number: u64, body: &[u8]) -> Vec<u8> {
    frame(&ID, number, body)
}

fn three() -> [Vec<u8>; 3] {
    [own(3, b"the first"), own(4, b""), own(5, &uneven::<100>(5))]
}

fn expected(magic: [u8; 8]) -> &'static str {
    if magic == LEDGER { "ledger" } else { "outbox" }
}

pub(super) fn headers() -> Vec<Vector> {
    let vector =
        |name: &str, guards: &str, bytes: &[u8], magic| Vector::new(name, guards).text("expected", expected(magic)).bytes("file", bytes);
    let accept = |name: &str, guards: &str, bytes: &[u8], magic| {
        let header = Header::read(bytes, magic).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(header.write(magic), bytes, "{name}");
        vector(name, guards, bytes, magic).bytes("id", &header.id).u64("base", header.base)
    };
    let reject = |check, name: &str, guards: &str, bytes: &[u8], magic| {
        refused(vector(name, guards, bytes, magic), name, check, Header::read(bytes, magic))
    };
    let good = start();
    // A header of another version, whose hash is right.
    let version = |version: u32| {
        let content = with(&good[..36], 8, &version.to_le_bytes());
        [&content[..], blake3::hash(&content).as_bytes()].concat()
    };
    let of_outbox = Header { id: uneven(1), base: 0 }.write(OUTBOX);
    vec![
        accept("of a ledger", "order and width of the fields", &good, LEDGER),
        accept("of an outbox", "the other magic", &of_outbox, OUTBOX),
        accept("the highest base", "a base with a sign", &Header { id: ID, base: u64::MAX }.write(LEDGER), LEDGER),
        reject("journal.length", "no bytes", "reading from nothing", &[], LEDGER),
        reject("journal.length", "the magic alone", "reading past the end", &good[..8], LEDGER),
        reject("journal.length", "a byte less", "a hash that is cut", &good[..67], LEDGER),
        reject("journal.length", "a byte less, and another magic", "the order of the checks", &of_outbox[..67], LEDGER),
        reject("journal.magic", "an outbox for a ledger", "payments read as a ledger", &of_outbox, LEDGER),
        reject("journal.magic", "a ledger for an outbox", "a ledger read as payments", &good, OUTBOX),
        reject("journal.magic", "a snapshot's magic", "another kind of file", &with(&good, 0, b"ASSAYSNP"), LEDGER),
        reject("journal.magic", "a flipped bit of the magic", "a magic that is compared in part", &flipped(&good, 7), LEDGER),
        reject("journal.magic", "another magic and version", "the order of the checks", &with(&version(2), 0, b"ASSAYJNK"), LEDGER),
        reject("journal.version", "version 0", "a version that never was", &version(0), LEDGER),
        reject("journal.version", "version 2", "a version that is not defined yet", &version(2), LEDGER),
        reject("journal.version", "version 2^24 + 1", "a version read in part", &version((1 << 24) + 1), LEDGER),
        reject("journal.version", "version 2, and another hash", "a newer file taken for a damaged one", &with(&good, 8, &[2]), LEDGER),
        reject("journal.hash", "a flipped bit of the id", "a ledger's journal taken for another's", &flipped(&good, 12), LEDGER),
        reject("journal.hash", "a flipped bit of the base", "frames that are passed over, or applied twice", &flipped(&good, 35), LEDGER),
        reject("journal.hash", "a flipped bit of the hash", "a hash that is compared in part", &flipped(&good, 67), LEDGER),
        reject("journal.hash", "a hash of zeros", "a page that was never written", &with(&good, 36, &[0; 32]), LEDGER),
    ]
}

fn vector(name: &str, guards: &str, file: &[u8]) -> Vector {
    Vector::new(name, guards).bytes("file", file)
}

/// A journal that is read up to `good`, which it states by its frames.
fn accept(name: &str, guards: &str, file: &[u8], frames: usize) -> Vector {
    let read = journal::read(file, LEDGER).unwrap_or_else(|why| panic!("{name}: {why}"));
    assert_eq!(read.bodies.len(), frames, "{name}");
    vector(name, guards, file)
        .u64("base", read.header.base)
        .with("bodies", Json::List(read.bodies.iter().map(|body| Json::bytes(body)).collect()))
        .u64("good", read.good as u64)
}

fn reject(name: &str, guards: &str, file: &[u8]) -> Vector {
    refused(vector(name, guards, file), name, "journal.frame", journal::read(file, LEDGER))
}

pub(super) fn whole() -> Vec<Vector> {
    let last = Header { id: ID, base: u64::MAX - 1 }.write(LEDGER);
    vec![
        accept("no frames", "a journal that was just made", &start(), 0),
        accept("one frame", "order and width of a frame's fields", &of(&[own(3, b"the first")]), 1),
        accept("three frames", "a body without bytes; numbers that rise from the base", &of(&three()), 3),
        accept("a body of 70,000 bytes", "a length of two bytes", &of(&[own(3, &[0x61; 70_000]), own(4, b"")]), 2),
        accept("the highest number", "a number that goes round", &[last, own(u64::MAX - 1, b"the last there is")].concat(), 1),
        accept("frames of the journal as a body", "data that is taken for frames", &of(&[own(3, &three().concat()), own(4, b"")]), 2),
    ]
}

/// What a crash can leave behind the last frame that was acknowledged, and what cannot be told from it.
pub(super) fn torn() -> Vec<Vector> {
    let [first, second, third] = three();
    let tail = |tail: &[u8]| of(&[first.clone(), second.clone(), tail.to_vec()]);
    let inside = own(5, &[own(5, b""), own(6, b"six"), own(9, b"nine")].concat());
    let renumbered = [&head(&ID, 9, 5)[..], &own(3, b"the first")[24..]].concat();
    let beyond = [head(&ID, (1 << 28) + 1, 5), vec![0; 40]].concat();
    let longest = [head(&ID, 1 << 28, 5), vec![0x61; 40]].concat();
    let swallowing = [&head(&ID, 500, 5)[..], &uneven::<100>(5), &own(6, b"behind")].concat();
    let full = Header { id: ID, base: u64::MAX }.write(LEDGER);
    const CUT: &str = "a write that was cut short taken for damage, or for a frame";
    const HOLE: &str = "pages that a crash left unwritten taken for damage";
    const OTHERS: &str = "bytes that are taken for a frame";
    const LAST: &str = "damage to the last frame cannot be told from a write that was cut short";
    vec![
        accept("a byte of the next frame", CUT, &tail(&third[..1]), 2),
        accept("a head less a byte", CUT, &tail(&third[..23]), 2),
        accept("a head", CUT, &tail(&third[..24]), 2),
        accept("half a body", CUT, &tail(&third[..74]), 2),
        accept("a body without its hash", CUT, &tail(&third[..124]), 2),
        accept("a hash less a byte", CUT, &tail(&third[..155]), 2),
        accept("zeros", HOLE, &tail(&[0; 156]), 2),
        accept("zeros in place of the head", HOLE, &tail(&with(&third, 0, &[0; 24])), 2),
        accept("zeros in the body", HOLE, &tail(&with(&third, 60, &[0; 30])), 2),
        accept("zeros in place of the hash", HOLE, &tail(&with(&third, 124, &[0; 32])), 2),
        accept("a flipped bit of the last mark", LAST, &tail(&flipped(&third, 0)), 2),
        accept("a flipped bit of the last length", LAST, &tail(&flipped(&third, 4)), 2),
        accept("a flipped bit of the last number", LAST, &tail(&flipped(&third, 8)), 2),
        accept("a flipped bit of the last check", LAST, &tail(&flipped(&third, 23)), 2),
        accept("a flipped bit of the last body", LAST, &tail(&flipped(&third, 50)), 2),
        accept("a flipped bit of the last hash", LAST, &tail(&flipped(&third, 155)), 2),
        accept("what is no frame", OTHERS, &tail(&uneven::<300>(8)), 2),
        accept("a frame of another journal", "frames of two ledgers in one", &tail(&frame(&[9; 16], 5, b"of another")), 2),
        accept("the first frame again", "an old frame applied again", &tail(&first), 2),
        accept("the second frame again", "an old frame applied again", &tail(&second), 2),
        accept("the first frame by the number that is due", "a frame moved to another place", &tail(&renumbered), 2),
        accept("frames of the journal in the last body, which is whole", "data that is taken for frames", &tail(&inside), 3),
        accept(
            "frames of the journal in the last body, which is cut",
            "data that is taken for a frame behind damage",
            &tail(&inside[..180]),
            2,
        ),
        accept("a body of 2^28 + 1 bytes that is not there", "memory reserved for a length that a stranger wrote", &tail(&beyond), 2),
        accept("a body of 2^28 bytes that is not there", "memory reserved for a length that a stranger wrote", &tail(&longest), 2),
        accept("a head that covers the frame behind it", "data that is taken for a frame behind damage", &tail(&swallowing), 2),
        accept("a frame of the number 2^64 - 1", "a number behind which there is none", &[full, own(u64::MAX, b"")].concat(), 0),
    ]
}

pub(super) fn damaged() -> Vec<Vector> {
    let [first, second, third] = three();
    let middle = own(4, &uneven::<60>(7));
    let around = |middle: &[u8]| of(&[first.clone(), middle.to_vec(), third.clone()]);
    const LOST: &str = "an acknowledged frame that is lost in silence";
    let flips = [("mark", 1), ("length", 4), ("high byte of the length", 7), ("number", 8), ("check", 16), ("body", 40), ("hash", 100)];
    let mut vectors: Vec<Vector> = flips
        .iter()
        .map(|(part, at)| reject(&format!("a flipped bit of the {part} in the middle"), LOST, &around(&flipped(&middle, *at))))
        .collect();
    let beyond = [&head(&ID, (1 << 28) + 1, 4)[..], &middle[24..]].concat();
    let headless = |bytes: usize| of(&[first.clone(), flipped(&middle, 17), third[..bytes].to_vec()]);
    let inside = of(&[flipped(&own(3, &[own(4, b""), vec![7; 50]].concat()), 90), vec![0]]);
    let torn = |bytes: usize| of(&[first.clone(), flipped(&middle, 40), third[..bytes].to_vec()]);
    vectors.extend([
        reject("the first frame damaged", LOST, &of(&[flipped(&first, 30), second.clone()])),
        reject("zeros in place of the middle", LOST, &around(&vec![0; middle.len()])),
        reject("a frame that is not there", "a gap in the numbers", &of(&[first.clone(), third.clone()])),
        reject("no first frame", "a gap in the numbers", &of(&[second.clone(), third.clone()])),
        reject("frames in another order", "frames applied in another order", &of(&[second.clone(), first.clone(), third.clone()])),
        reject("a frame twice", "a frame applied twice", &of(&[first.clone(), first.clone(), second.clone()])),
        reject("a byte between two frames", "a frame found at another place", &of(&[first.clone(), vec![0], second.clone()])),
        reject("a byte less in a body", "a frame found at another place", &around(&[&middle[..50], &middle[51..]].concat())),
        reject("a frame of another journal in the middle", "frames of two ledgers in one", &around(&frame(&[9; 16], 4, b"of another"))),
        reject("a length above the highest in the middle", "a head that says where it ends, and cannot", &around(&beyond)),
        reject("damage, then a frame less a byte", "damage before a torn frame taken for torn as well", &torn(third.len() - 1)),
        reject("damage, then a head", "damage before a torn frame taken for torn as well", &torn(24)),
        reject("damage, then a byte", "damage before a torn frame taken for torn as well", &torn(1)),
        reject("damage, then zeros", "damage before a torn frame taken for torn as well", &of(&[flipped(&first, 30), vec![0; 60]])),
        reject("a damaged head, then a head", "damage before a torn frame taken for torn as well", &headless(24)),
        reject("frames of the journal in a damaged body, then a byte", "damage before a torn frame taken for torn as well", &inside),
        reject("damage, then the same frame", "a frame that was due, found behind itself", &of(&[flipped(&first, 60), first.clone()])),
        reject("damage, and a frame far behind", "looking for the next number alone", &of(&[flipped(&first, 30), own(900, b"far")])),
    ]);
    // Nothing says that the third was begun.
    vectors.push(accept("a damaged head, then a head less a byte", "what cannot be told from a torn tail", &headless(23), 1));
    vectors
}

pub(super) fn truncations() -> Vec<Vector> {
    let frames = [own(3, b"the first"), own(4, b""), own(5, &three().concat()), own(6, &uneven::<40>(3))];
    let ends = (0..=frames.len()).map(|count| Json::u64(of(&frames[..count]).len() as u64)).collect();
    let file = of(&frames);
    for cut in 68..file.len() {
        assert!(journal::read(&file[..cut], LEDGER).is_ok(), "cut at {cut}");
    }
    vec![
        Vector::new("every prefix", "a prefix of a good journal taken for damage, or for more than it holds")
            .bytes("file", &file)
            .with("ends", Json::List(ends)),
    ]
}
