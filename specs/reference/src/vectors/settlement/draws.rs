//! Draws and commitments.

use super::signed;
use crate::settlement::draw::{self, Drawing, SLOT_HASHES, Verdict};
use crate::settlement::layout::Key;
use crate::vectors::json::{Json, Vector};

const JOB: Key = [0x4a; 32];
const SLOT: Key = [0x51; 32];

pub(super) fn seeds() -> Vec<Vector> {
    let vector = |name: &str, guards: &str, job: Key, number: u8, slot_hash: Key| {
        Vector::new(name, guards)
            .bytes("job", &job)
            .with("number", Json::Number(u32::from(number)))
            .bytes("slot_hash", &slot_hash)
            .bytes("seed", &draw::seed(&job, number, &slot_hash))
    };
    let uneven: Key = std::array::from_fn(|place| place as u8);
    vec![
        vector("the first round", "text, order and width of what is hashed", JOB, 0, SLOT),
        vector("the second round", "one committee for all rounds of a job", JOB, 1, SLOT),
        vector("round 255", "a number with a sign", JOB, 255, SLOT),
        vector("another slot", "a draw that is known before the proof", JOB, 0, uneven),
        vector("another job", "one committee for all jobs of a slot", uneven, 0, SLOT),
        vector("zeros", "a draw without a slot", [0; 32], 0, [0; 32]),
    ]
}

/// A seed that begins with this integer.
fn beginning(first: u64) -> Key {
    let mut seed = [0x77; 32];
    seed[..8].copy_from_slice(&first.to_le_bytes());
    seed
}

/// The first beginning of a seed whose place is `ppm`.
fn place(ppm: u64) -> u64 {
    u64::try_from((u128::from(ppm) << 64).div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

pub(super) fn sampled() -> Vec<Vector> {
    let vector = |name: String, guards: &str, first: u64, good: u32, trusted_after: u64, floor: u64, sampled: bool| {
        let seed = beginning(first);
        assert_eq!(draw::sampled(&seed, good, trusted_after, floor), sampled, "{name}");
        Vector::new(name, guards)
            .bytes("seed", &seed)
            .with("good", Json::Number(good))
            .u64("trusted_after", trusted_after)
            .u64("floor_ppm", floor)
            .u64("ppm", draw::sampled_ppm(good, trusted_after, floor))
            .with("sampled", Json::Bool(sampled))
    };
    let mut vectors = Vec::new();
    for good in [0, 1, 9] {
        vectors.push(vector(
            format!("good = {good}, the largest place"),
            "all proofs of who is not trusted yet",
            u64::MAX,
            good,
            10,
            50_000,
            true,
        ));
    }
    // (good, trusted_after, floor, ppm, guards)
    let edges = [
        (10, 10, 50_000, 100_000, "good = trusted_after is trusted"),
        (11, 10, 50_000, 90_909, "the division rounds down"),
        (3, 1, 50_000, 333_333, "the division rounds down"),
        (20, 10, 50_000, 50_000, "1/good and floor meet"),
        (21, 10, 50_000, 50_000, "the floor, above 1/good"),
        (u32::MAX, 10, 50_000, 50_000, "the floor, however long the row"),
        (u32::MAX, 10, 1, 1, "a quotient of 0, and the floor"),
        (1_000_000, 1_000_000, 1, 1, "the last one that is not 0"),
        (1_000_001, 1_000_000, 1, 1, "the first quotient that is 0"),
        (10, 10, 999_999, 999_999, "all but one place"),
    ];
    for (good, trusted_after, floor, ppm, guards) in edges {
        assert_eq!(draw::sampled_ppm(good, trusted_after, floor), ppm);
        let name = |what: &str| format!("good = {good}, trusted after {trusted_after}, floor {floor}, {what}");
        vectors.push(vector(name("the last place below"), guards, place(ppm) - 1, good, trusted_after, floor, true));
        vectors.push(vector(name("the first place at it"), guards, place(ppm), good, trusted_after, floor, false));
    }
    vectors.push(vector("place 0".into(), "the least place is always sampled", 0, u32::MAX, 10, 1, true));
    vectors
}

pub(super) fn candidates() -> Vec<Vector> {
    let vector = |name: &str, guards: &str, seed: Key, seats: u32| {
        let seat = |i: u16| draw::candidate(&seed, i, seats).map_or(Json::Null, Json::Number);
        let at = |places: &[u16]| Json::List(places.iter().map(|i| Json::List(vec![Json::Number(u32::from(*i)), seat(*i)])).collect());
        Vector::new(name, guards)
            .bytes("seed", &seed)
            .with("seats", Json::Number(seats))
            .with("candidates", at(&[0, 1, 2, 3, 40, 255, 256, 65_535]))
    };
    let seed = draw::seed(&JOB, 0, &SLOT);
    vec![
        vector("100 seats", "text, order and width of what is hashed; a number of 16 bits", seed, 100),
        vector("1 seat", "seat 0, again and again", seed, 1),
        vector("2 seats", "the remainder, not a mask or a product", seed, 2),
        vector("2^32 - 1 seats", "an index of 32 bits", seed, u32::MAX),
        vector("another seed", "candidates that do not come from the seed", beginning(u64::MAX), 100),
        vector("no seats", "a division by 0", seed, 0),
    ]
}

/// Slot hashes, newest first: `count` of them down from `newest`, without those in `skipped`.
fn kept(newest: u64, count: usize, skipped: &[u64]) -> Vec<(u64, Key)> {
    let slots = (0..=newest).rev().filter(|slot| !skipped.contains(slot));
    slots.take(count).map(|slot| (slot, draw::hash("slot", &[&slot.to_le_bytes()]))).collect()
}

pub(super) fn slots() -> Vec<Vector> {
    let vector = |name: &str, guards: &str, newest: u64, count: usize, skipped: &[u64], draw_slot: u64, answer: &str| {
        let slots = kept(newest, count, skipped);
        let drawn = draw::drawing(draw_slot, &slots);
        let shown = match drawn {
            Drawing::Hash(_) => "hash",
            Drawing::NotYet => "not yet",
            Drawing::Lost => "lost",
        };
        assert_eq!(shown, answer, "{name}");
        let slot = |hash: Key| slots.iter().find(|(_, one)| *one == hash).map_or(Json::Null, |(slot, _)| Json::u64(*slot));
        let slot = if let Drawing::Hash(hash) = drawn { slot(hash) } else { Json::Null };
        Vector::new(name, guards)
            .u64("newest", newest)
            .with("count", Json::Number(count as u32))
            .with("skipped", Json::List(skipped.iter().map(|slot| Json::u64(*slot)).collect()))
            .u64("draw_slot", draw_slot)
            .text("answer", answer)
            .with("slot", slot)
    };
    vec![
        vector("the newest", "a slot that is over", 2_000, SLOT_HASHES, &[], 2_000, "hash"),
        vector("one after the newest", "a slot that is not over", 2_000, SLOT_HASHES, &[], 2_001, "not yet"),
        vector("the oldest", "the last one that is kept", 2_000, SLOT_HASHES, &[], 1_489, "hash"),
        vector("one before the oldest", "a draw from a slot that is not the first one", 2_000, SLOT_HASHES, &[], 1_488, "lost"),
        vector("skipped", "a slot without a block: the next one draws", 2_000, SLOT_HASHES, &[1_900, 1_901], 1_900, "hash"),
        vector("skipped, and none after it yet", "a slot without a block at the end", 2_000, SLOT_HASHES, &[2_000], 2_000, "not yet"),
        vector("not full", "a young cluster has lost nothing", 100, 50, &[], 10, "hash"),
        vector("one less than full", "full is 512", 2_000, SLOT_HASHES - 1, &[], 1, "hash"),
        vector("none kept", "an empty list", 0, 0, &[], 0, "not yet"),
    ]
}

pub(super) fn commitments() -> Vec<Vector> {
    let vector = |name: &str, guards: &str, verdict: Verdict| {
        Vector::new(name, guards)
            .bytes("job", &verdict.job)
            .with("opened_at", signed(verdict.opened_at))
            .with("number", Json::Number(u32::from(verdict.number)))
            .with("seat", Json::Number(verdict.seat))
            .with("code", Json::Number(u32::from(verdict.code)))
            .bytes("outcome", &verdict.outcome)
            .bytes("receipt", &verdict.receipt)
            .u64("call", verdict.call)
            .bytes("salt", &verdict.salt)
            .bytes("commitment", &verdict.commitment())
    };
    let sample = Verdict {
        job: JOB,
        opened_at: 1_764_000_000,
        number: 3,
        seat: 0x0102_0304,
        code: 1,
        outcome: [0x6f; 32],
        receipt: [0x72; 32],
        call: 0x0102_0304_0506_0708,
        salt: [0x73; 32],
    };
    let nothing = Verdict { outcome: [0; 32], receipt: [0; 32], ..sample.clone() };
    vec![
        vector("an outcome", "text, order and width of what is hashed", sample.clone()),
        vector("the same of another seat", "a commitment that is copied", Verdict { seat: 0x0102_0305, ..sample.clone() }),
        vector("the same in another round", "a commitment that is used again", Verdict { number: 4, ..sample.clone() }),
        vector(
            "the same job, opened again",
            "a commitment to a job that is closed",
            Verdict { opened_at: 1_764_000_001, ..sample.clone() },
        ),
        vector("before 1970", "a time with a sign", Verdict { opened_at: -1, ..sample.clone() }),
        vector("no call that differs", "2^64 - 1", Verdict { call: u64::MAX, ..sample.clone() }),
        vector("another salt", "a verdict that can be guessed", Verdict { salt: [0x74; 32], ..sample }),
        vector("indeterminate", "code 2: the racy dispatch", Verdict { code: 2, ..nothing.clone() }),
        vector("abstain", "code 3", Verdict { code: 3, call: u64::MAX, ..nothing }),
    ]
}
