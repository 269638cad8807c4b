//! Entries and snapshots of an embedded ledger.

use super::{content, flipped, refused, uneven, with};
use crate::ledger_files::entries::{self, Account, Change, Entry};
use crate::ledger_files::journal::{self, Header, LEDGER, frame};
use crate::ledger_files::slots::Slots;
use crate::ledger_files::snapshot::{Done, Snapshot, sealed};
use crate::vectors::json::{Json, Vector};

fn account(first: usize) -> Account {
    Account { lamports: 0x1122_3344_5566_7788, owner: uneven(first), executable: false, data: uneven::<45>(first + 3).to_vec() }
}

fn change(first: usize) -> Change {
    Change { address: uneven(first), account: Some(account(first + 1)) }
}

fn transaction(intent: Option<[u8; 32]>, changes: Vec<Change>) -> Entry {
    Entry::Transaction { signature: uneven(21), intent, units: 0x0102_0304_0506_0708, fee: 0x1112_1314_1516_1718, changes }
}

pub(super) fn entries() -> Vec<Vector> {
    let vector = |name: &str, guards: &str, body: &[u8]| Vector::new(name, guards).bytes("body", body);
    let accept = |name: &str, guards: &str, all: &[Entry]| {
        let body = entries::write(all);
        assert_eq!(entries::read(&body).as_deref(), Ok(all), "{name}");
        vector(name, guards, &body).with("entries", content::entries(all))
    };
    let reject = |check, name: &str, guards: &str, body: &[u8]| refused(vector(name, guards, body), name, check, entries::read(body));
    let gone = Change { address: uneven(5), account: None };
    let written = |change: Change| entries::write(&[Entry::Written { changes: vec![change] }]);
    let held = |account: Account| written(Change { address: uneven(5), account: Some(account) });
    let one = entries::write(&[transaction(Some(uneven(2)), vec![change(9)])]);
    let pass = entries::write(&[Entry::Pass { slots: 5, seconds: 2 }]);
    let good = held(account(3));
    let whole = Account { data: vec![], ..account(3) };
    const MEMORY: &str = "memory reserved for a length that a stranger wrote";
    vec![
        accept("a transaction", "order and width of every field", &[transaction(Some(uneven(2)), vec![change(9), gone.clone()])]),
        accept("a transaction without an intent", "an intent of zeros", &[transaction(None, vec![])]),
        accept("slots and seconds", "one in the place of the other", &[Entry::Pass { slots: 5, seconds: 2 }]),
        accept("no slots, no seconds", "fields taken for absent because they are 0", &[Entry::Pass { slots: 0, seconds: 0 }]),
        accept(
            "written",
            "an account that is gone; one that has no data",
            &[Entry::Written { changes: vec![gone.clone(), Change { account: Some(whole), ..gone.clone() }] }],
        ),
        accept(
            "several",
            "a frame of more than one entry, in their order",
            &[
                transaction(None, vec![change(1)]),
                Entry::Pass { slots: u64::MAX, seconds: u64::MAX },
                Entry::Written { changes: vec![] },
                transaction(Some(uneven(4)), vec![gone]),
            ],
        ),
        accept("an account twice", "changes applied in another order", &[Entry::Written { changes: vec![change(1), change(1)] }]),
        accept(
            "1 lamport",
            "the least that an account has",
            &[Entry::Written { changes: vec![Change { address: uneven(5), account: Some(Account { lamports: 1, ..account(3) }) }] }],
        ),
        reject("entries.decode", "no bytes", "reading from nothing", &[]),
        reject("entries.decode", "half a count", "reading past the end", &[1, 0]),
        reject("entries.decode", "a byte more", "bytes after the end", &[&one[..], &[0]].concat()),
        reject("entries.decode", "a byte less", "a last field that is cut read as what is there", &one[..one.len() - 1]),
        reject("entries.decode", "one entry more than there are", "a count that nothing stands for", &with(&pass, 0, &[2])),
        reject(
            "entries.decode",
            "one entry less than there are",
            "entries after the end",
            &with(&entries::write(&[Entry::Pass { slots: 5, seconds: 2 }, Entry::Pass { slots: 6, seconds: 3 }]), 0, &[1]),
        ),
        reject("entries.decode", "2^32 - 1 entries", MEMORY, &with(&pass, 0, &[0xff; 4])),
        reject("entries.decode", "the tag after the last", "an entry that is not defined yet", &with(&pass, 4, &[3])),
        reject("entries.decode", "tag 255", "a tag with a sign", &with(&pass, 4, &[255])),
        reject(
            "entries.decode",
            "an intent that starts with 2",
            "an option that is not 0 or 1: two encodings, one meaning",
            &with(&one, 69, &[2]),
        ),
        reject("entries.decode", "an account that starts with 2", "an option that is not 0 or 1", &with(&good, 41, &[2])),
        reject("entries.decode", "`executable` 2", "a flag that is not 0 or 1", &with(&good, 82, &[2])),
        reject("entries.decode", "2^32 - 1 changes", MEMORY, &with(&good, 5, &[0xff; 4])),
        reject("entries.decode", "data of 2^32 - 1 bytes", MEMORY, &with(&good, 83, &[0xff; 4])),
        reject("entries.rules", "no entries", "a frame that says nothing", &[0; 4]),
        reject("entries.rules", "0 lamports", "an account that is there and is not", &held(Account { lamports: 0, ..account(3) })),
        reject(
            "entries.rules",
            "a program",
            "a program that somebody put on the ledger",
            &held(Account { executable: true, ..account(3) }),
        ),
        reject(
            "entries.rules",
            "a program, by a transaction in the second place",
            "looking at the first alone",
            &entries::write(&[
                Entry::Written { changes: vec![change(1)] },
                transaction(
                    None,
                    vec![change(2), Change { address: uneven(3), account: Some(Account { executable: true, ..account(3) }) }],
                ),
            ]),
        ),
        reject(
            "entries.decode",
            "a program, and a byte more",
            "the order of the checks",
            &[held(Account { executable: true, ..account(3) }), vec![0]].concat(),
        ),
    ]
}

/// Slots, time and hashes: the newest, the oldest, and how many.
pub(super) fn slots() -> Vec<Vector> {
    const ID: [u8; 16] = *b"this ledger's id";
    let vector = |(name, guards, entries): (&str, &str, Vec<Entry>)| {
        let mut slots = Slots::first(1_000, -5, &ID);
        entries.iter().for_each(|entry| slots.apply(entry));
        let hash = |of: &(u64, [u8; 32])| Json::Object(vec![("slot", Json::u64(of.0)), ("hash", Json::bytes(&of.1))]);
        let (newest, oldest) = (&slots.hashes[0], &slots.hashes[slots.hashes.len() - 1]);
        let vector = Vector::new(name, guards).bytes("id", &ID).u64("first_slot", 1_000).text("first_time", "-5");
        let vector = if entries.is_empty() { vector } else { vector.bytes("body", &entries::write(&entries)) };
        vector
            .u64("slot", slots.slot)
            .text("time", &slots.time.to_string())
            .u64("hashes", slots.hashes.len() as u64)
            .with("newest", hash(newest))
            .with("oldest", hash(oldest))
    };
    let pass = |slots, seconds| Entry::Pass { slots, seconds };
    [
        ("a new ledger", "the first hash, which follows from the id", vec![]),
        ("a transaction", "what is hashed, in which order", vec![transaction(None, vec![])]),
        ("slots without a transaction", "zeros for a signature; time that moves", vec![pass(3, 7)]),
        ("seconds without slots", "slots made of seconds", vec![pass(0, 7)]),
        ("written", "a slot for what is no transaction", vec![Entry::Written { changes: vec![change(1)] }]),
        ("as many slots as have hashes", "the last hash that is kept", vec![transaction(None, vec![]), pass(511, 0)]),
        ("511 slots, then a transaction", "one hash too many", vec![pass(511, 0), transaction(None, vec![])]),
        ("512 slots", "the first hash is forgotten", vec![pass(512, 0)]),
        ("a million slots", "only the last 512 get a hash, which follows from the one before all", vec![pass(1_000_000, 400_000)]),
        (
            "one of each",
            "the order of entries",
            vec![transaction(None, vec![]), pass(2, 1), transaction(Some([1; 32]), vec![]), pass(1, 1)],
        ),
    ]
    .into_iter()
    .map(vector)
    .collect()
}

fn sample() -> Snapshot {
    let done = |first: usize, slot| Done { intent: uneven(first), signature: uneven(first + 1), units: 0x0a0b_0c0d, fee: 5_000, slot };
    let address = |first: u8| [&[first][..], &uneven::<31>(4)].concat().try_into().expect("32 bytes");
    Snapshot {
        id: *b"this ledger's id",
        frames: 5,
        program: uneven(31),
        io_mint: uneven(32),
        iosd_mint: uneven(33),
        slot: 1_000,
        time: -2,
        hashes: vec![(999, uneven(7)), (998, uneven(8)), (990, uneven(9))],
        recent: vec![(849, uneven(10)), (998, uneven(11)), (999, uneven(12))],
        done: vec![done(13, 7), done(15, 998), done(17, 999)],
        accounts: vec![(address(0), account(1)), (address(1), account(2)), (address(200), account(3))],
    }
}

fn bare() -> Snapshot {
    Snapshot { frames: 0, recent: vec![], done: vec![], accounts: vec![], hashes: vec![(999, uneven(7))], ..sample() }
}

fn changed(change: impl FnOnce(&mut Snapshot)) -> Vec<u8> {
    let mut snapshot = sample();
    change(&mut snapshot);
    snapshot.write()
}

fn file_vector(name: &str, guards: &str, file: &[u8]) -> Vector {
    Vector::new(name, guards).bytes("file", file)
}

fn reject(check: &'static str, name: &str, guards: &str, file: &[u8]) -> Vector {
    refused(file_vector(name, guards, file), name, check, Snapshot::read(file))
}

pub(super) fn snapshots() -> Vec<Vector> {
    let accept = |name: &str, guards: &str, snapshot: &Snapshot| {
        let file = snapshot.write();
        assert_eq!(Snapshot::read(&file).as_ref(), Ok(snapshot), "{name}");
        file_vector(name, guards, &file).with("snapshot", content::snapshot(snapshot))
    };
    let many = Snapshot { hashes: (488..1_000_u64).rev().map(|slot| (slot, [slot.to_le_bytes()[0]; 32])).collect(), ..bare() };
    let all = Snapshot { slot: u64::MAX, frames: u64::MAX, time: i64::MIN, ..sample() };
    let mut vectors = vec![
        accept("the sample", "order and width of every field", &sample()),
        accept("with nothing on it", "empty lists", &bare()),
        accept("the highest numbers", "numbers with a sign, or without", &all),
        accept("512 slot hashes", "one less than may be", &many),
    ];
    vectors.extend(starts());
    vectors.extend(rules());
    vectors
}

fn starts() -> Vec<Vector> {
    let good = sample().write();
    let content = &good[..good.len() - 32];
    let again = |at: usize, others: &[u8]| sealed(with(content, at, others));
    let short = sealed(content[..36].to_vec());
    const MEMORY: &str = "memory reserved for a length that a stranger wrote";
    // Where the lists start: behind the header, three keys, slot and time.
    let hashes = 36 + 96 + 16;
    let recent = hashes + 4 + 3 * 40;
    let done = recent + 4 + 3 * 72;
    let accounts = done + 4 + 3 * 120;
    vec![
        reject("snapshot.length", "no bytes", "reading from nothing", &[]),
        reject("snapshot.length", "67 bytes", "a hash that is a part of the header", &good[..67]),
        reject("snapshot.length", "67 bytes of another kind", "the order of the checks", &[0; 67]),
        reject(
            "snapshot.magic",
            "a journal",
            "another kind of file",
            &[Header { id: sample().id, base: 5 }.write(LEDGER), vec![0; 80]].concat(),
        ),
        reject("snapshot.magic", "another magic and version", "the order of the checks", &again(0, b"ASSAYSNQ\x02")),
        reject("snapshot.version", "version 0", "a version that never was", &again(8, &[0])),
        reject("snapshot.version", "version 2", "a version that is not defined yet", &again(8, &[2])),
        reject("snapshot.version", "version 2, and another hash", "a newer file taken for a damaged one", &with(&good, 8, &[2])),
        reject("snapshot.hash", "a flipped bit of the frames", "frames applied twice, or not at all", &flipped(&good, 28)),
        reject("snapshot.hash", "a flipped bit of an account", "tokens out of nothing", &flipped(&good, accounts + 4 + 32)),
        reject("snapshot.hash", "a flipped bit of the hash", "a hash that is compared in part", &flipped(&good, good.len() - 1)),
        reject("snapshot.hash", "a byte more", "bytes after the end", &[&good[..], &[0]].concat()),
        reject("snapshot.hash", "a byte less", "a file that was cut", &good[..good.len() - 1]),
        reject("snapshot.hash", "the file twice", "two files, one meaning", &good.repeat(2)),
        reject("snapshot.decode", "no content", "reading from nothing", &short),
        reject("snapshot.decode", "a byte more, which is hashed", "bytes after the end", &sealed([content, &[0]].concat())),
        reject(
            "snapshot.decode",
            "a byte less, which is hashed",
            "a last field that is cut",
            &sealed(content[..content.len() - 1].to_vec()),
        ),
        reject("snapshot.decode", "2^32 - 1 slot hashes", MEMORY, &again(hashes, &[0xff; 4])),
        reject("snapshot.decode", "2^32 - 1 recent transactions", MEMORY, &again(recent, &[0xff; 4])),
        reject("snapshot.decode", "2^32 - 1 intents", MEMORY, &again(done, &[0xff; 4])),
        reject("snapshot.decode", "2^32 - 1 accounts", MEMORY, &again(accounts, &[0xff; 4])),
        reject("snapshot.decode", "an account of 2^32 - 1 bytes", MEMORY, &again(accounts + 4 + 32 + 41, &[0xff; 4])),
        reject("snapshot.decode", "`executable` 2", "a flag that is not 0 or 1", &again(accounts + 4 + 32 + 40, &[2])),
    ]
}

fn rules() -> Vec<Vector> {
    let reject = |name: &str, guards: &str, file: &[u8]| reject("snapshot.rules", name, guards, file);
    let many = |count: u64| (0..count).map(|slot| (999 - slot, [slot.to_le_bytes()[0]; 32])).collect::<Vec<_>>();
    const ORDER: &str = "two encodings, one meaning";
    const OVER: &str = "what is in a slot that is not over";
    vec![
        reject("no slot hashes", "no blockhash to sign with", &changed(|of| of.hashes.clear())),
        reject("513 slot hashes", "one more than are kept", &changed(|of| of.hashes = many(513))),
        reject("slot hashes, the oldest first", ORDER, &changed(|of| of.hashes.reverse())),
        reject("a slot with two hashes", "a draw that can be had in two ways", &changed(|of| of.hashes[1].0 = 999)),
        reject("a hash of the slot that is made", OVER, &changed(|of| of.hashes[0].0 = 1_000)),
        reject("slot 0", OVER, &changed(|of| of.slot = 0)),
        reject("recent transactions, the newest first", ORDER, &changed(|of| of.recent.reverse())),
        reject("two transactions in a slot", "a slot holds one", &changed(|of| of.recent[1].0 = 999)),
        reject("a recent transaction of the slot that is made", OVER, &changed(|of| of.recent[2].0 = 1_000)),
        reject("a recent transaction 151 slots before the last", "signatures that are kept for ever", &changed(|of| of.recent[0].0 = 848)),
        reject("intents, the newest first", ORDER, &changed(|of| of.done.reverse())),
        reject("an intent twice", "a payment that is met twice", &changed(|of| of.done[2].intent = of.done[0].intent)),
        reject("two intents in a slot", "a slot holds one transaction", &changed(|of| of.done[1].slot = 7)),
        reject("an intent met in the slot that is made", OVER, &changed(|of| of.done[2].slot = 1_000)),
        reject("accounts in another order", ORDER, &changed(|of| of.accounts.swap(0, 1))),
        reject("an account twice", "two states of one account", &changed(|of| of.accounts[1].0 = of.accounts[0].0)),
        reject("an account without lamports", "an account that is there and is not", &changed(|of| of.accounts[2].1.lamports = 0)),
        reject("a program", "a program that somebody put on the ledger", &changed(|of| of.accounts[1].1.executable = true)),
    ]
}

pub(super) fn truncations() -> Vec<Vector> {
    let file = sample().write();
    assert!((0..file.len()).all(|cut| Snapshot::read(&file[..cut]).is_err()));
    vec![file_vector("every prefix", "a part of a ledger taken for all of it", &file)]
}

/// Snapshot and journal of one ledger, and not of one.
pub(super) fn together() -> Vec<Vector> {
    let id = sample().id;
    let journal = |id: [u8; 16], base: u64, count: u64| {
        let frames = (base..base + count).map(|number| frame(&id, number, &entries::write(&[Entry::Pass { slots: number, seconds: 1 }])));
        [Header { id, base }.write(LEDGER), frames.collect::<Vec<_>>().concat()].concat()
    };
    let vector = |name: &str, guards: &str, frames: u64, journal: &[u8]| {
        let snapshot = Snapshot { frames, ..bare() }.write();
        (Vector::new(name, guards).bytes("snapshot", &snapshot).bytes("journal", journal), snapshot)
    };
    let read = |snapshot: &[u8], journal: &[u8]| {
        let (snapshot, journal) = (Snapshot::read(snapshot).expect("a good one"), journal::read(journal, LEDGER).expect("a good one"));
        snapshot.go_on(&journal).map(<[Vec<u8>]>::to_vec)
    };
    let accept = |name: &str, guards: &str, frames: u64, journal: &[u8], applied: usize| {
        let (vector, snapshot) = vector(name, guards, frames, journal);
        let bodies = read(&snapshot, journal).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(bodies.len(), applied, "{name}");
        vector.with("applied", Json::List(bodies.iter().map(|body| Json::bytes(body)).collect()))
    };
    let reject = |check, name: &str, guards: &str, frames: u64, journal: &[u8]| {
        let (vector, snapshot) = vector(name, guards, frames, journal);
        refused(vector, name, check, read(&snapshot, journal))
    };
    let damage = [&journal(id, 5, 2)[..], &[0xa5; 30]].concat();
    vec![
        accept("a new ledger", "no frames", 0, &journal(id, 0, 0), 0),
        accept("frames since the snapshot", "frames from the base on", 5, &journal(id, 5, 3), 3),
        accept("the old journal, whole in the snapshot", "a crash before the new journal: frames applied twice", 5, &journal(id, 0, 5), 0),
        accept("the old journal, and frames since", "frames applied twice, or not at all", 5, &journal(id, 2, 6), 3),
        accept("a torn tail", "bytes that are counted as frames", 5, &damage, 2),
        reject("ledger.id", "another ledger's journal", "frames of two ledgers in one", 5, &journal(*b"that ledger's id", 5, 3)),
        reject("ledger.frames", "a frame is missing before the journal", "an old snapshot with a new journal", 4, &journal(id, 5, 3)),
        reject("ledger.frames", "a frame is missing after the journal", "a new snapshot with an old journal", 5, &journal(id, 0, 4)),
        reject("ledger.frames", "the highest number of frames", "sums that go round", u64::MAX, &journal(id, 5, 1)),
    ]
}
