//! `transcript.json`.

use super::json::{Json, Vector};
use super::render;
use super::samples::{self, calls, flipped, with_byte, without_last};
use crate::hashing::Hash;
use crate::transcript::{self, Call, Transcript, first_difference};

const JOB: Hash = [0x55; 32];

/// The file's text.
pub(super) fn file() -> String {
    render(
        "specs/receipt.md",
        vec![
            ("nodes", nodes()),
            ("transcripts", transcripts()),
            ("transcript_files", files()),
            ("transcript_truncations", truncations()),
            ("differences", differences()),
        ],
    )
}

fn written(calls: &[Call]) -> Vec<u8> {
    Transcript { job: JOB, calls: calls.to_vec() }.write()
}

fn hashes(hashes: &[Hash]) -> Json {
    Json::List(hashes.iter().map(|hash| Json::bytes(hash)).collect())
}

fn nodes() -> Vec<Vector> {
    let vector = |(name, guards, left, right): (&str, &str, Hash, Hash)| {
        Vector::new(name, guards).bytes("left", &left).bytes("right", &right).bytes("node", &transcript::node(&left, &right))
    };
    [
        ("zeros", "the context of a node", [0; 32], [0; 32]),
        ("01 and 02", "the order of the children", [1; 32], [2; 32]),
        ("02 and 01", "the order of the children", [2; 32], [1; 32]),
    ]
    .into_iter()
    .map(vector)
    .collect()
}

/// Trees around powers of two.
fn transcripts() -> Vec<Vector> {
    let cases = [
        (0, "the top of nothing is 32 zero bytes"),
        (1, "the top of one is the leaf, not a node over it"),
        (2, "one node"),
        (3, "the last leaf is not doubled: 2 and 1"),
        (4, "a complete tree"),
        (5, "split at 4, not in the middle: 4 and 1"),
        (7, "4 and 3, which is 2 and 1"),
        (8, "split at 4, since k is below n"),
        (9, "8 and 1"),
        (15, "8, 4, 2, 1"),
        (16, "a complete tree"),
        (17, "16 and 1"),
    ];
    let vector = |(count, guards): (u64, &str)| {
        let calls = calls(count);
        let leaves: Vec<Hash> = calls.iter().map(Call::leaf).collect();
        Vector::new(format!("{count} calls"), guards)
            .bytes("file", &written(&calls))
            .with("leaves", hashes(&leaves))
            .bytes("top", &transcript::top(&leaves))
            .bytes("root", &transcript::root(&leaves))
    };
    cases.into_iter().map(vector).collect()
}

fn refused(check: &'static str, name: &str, guards: &str, file: Vec<u8>) -> Vector {
    let answer = Transcript::read(&file).map_err(|why| why.check);
    assert_eq!(answer.err(), Some(check), "{name}");
    Vector::new(name, guards).bytes("file", &file).refused(check)
}

fn files() -> Vec<Vector> {
    let good = written(&calls(3));
    let indexed = |indices: [u64; 3]| {
        let mut calls = calls(3);
        for (call, index) in calls.iter_mut().zip(indices) {
            call.index = index;
        }
        written(&calls)
    };
    let count = |count: u32| [&good[..40], &count.to_le_bytes(), &good[44..]].concat();
    const INDEX: &str = "an index that is not the place: a call repeated, left out or moved";
    vec![
        refused("transcript.magic", "empty file", "reading from nothing", vec![]),
        refused("transcript.magic", "a package's magic", "another kind of file", [b"\x7fASSAYP\x02", &good[8..]].concat()),
        refused("transcript.magic", "a receipt's magic", "another kind of file", [b"\x7fASSAYR\x02", &good[8..]].concat()),
        refused("transcript.magic", "format 2", "a format that is not defined yet", [b"\x7fASSAYT\x02", &good[8..]].concat()),
        refused("transcript.decode", "one byte after the end", "two files, one meaning", with_byte(&good, 0)),
        refused("transcript.decode", "without the last byte", "a number that is read as smaller", without_last(&good, 1)),
        refused("transcript.decode", "a count of 2³²−1", "memory reserved for a count before the data is seen", count(u32::MAX)),
        refused("transcript.decode", "one call less than there are", "bytes left over", count(2)),
        refused("transcript.decode", "one call more than there are", "a list that ends early", count(4)),
        refused("transcript.decode", "indices 1, 2, 3", INDEX, indexed([1, 2, 3])),
        refused("transcript.decode", "indices 0, 0, 1", INDEX, indexed([0, 0, 1])),
        refused("transcript.decode", "indices 0, 2, 1", INDEX, indexed([0, 2, 1])),
        refused("transcript.decode", "indices 0, 1, 3", INDEX, indexed([0, 1, 3])),
        refused(
            "transcript.decode",
            "bad UTF-8 in a function",
            "text that is not UTF-8",
            samples::replace(&good, b"assay_v1.progress", b"assay_v1.progres\xff"),
        ),
    ]
}

fn truncations() -> Vec<Vector> {
    let file = written(&calls(3));
    let ranges = [("transcript.magic", 0, 8), ("transcript.length", 8, 40), ("transcript.decode", 40, file.len())];
    let vector = |(check, from, to): (&'static str, usize, usize)| {
        for length in from..to {
            let answer = Transcript::read(&file[..length]).map_err(|why| why.check);
            assert_eq!(answer.err(), Some(check), "cut at {length}");
        }
        let number = |length: usize| Json::Number(u32::try_from(length).expect("the sample is short"));
        Vector::new(format!("{from} to {} bytes of three calls", to - 1), "a call read as zeros when the file ends")
            .bytes("file", &file)
            .with("from", number(from))
            .with("to", number(to))
            .refused(check)
    };
    ranges.into_iter().map(vector).collect()
}

fn difference(name: String, guards: &str, one: &[Call], other: &[Call]) -> Vector {
    let first = first_difference(one, other).map_or(Json::Null, Json::u64);
    Vector::new(name, guards).bytes("one", &written(one)).bytes("other", &written(other)).with("first_difference", first)
}

fn differences() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for count in [0, 1, 5, 8] {
        let same = calls(count);
        vectors.push(difference(format!("{count} equal calls"), "a difference where there is none", &same, &same));
    }
    for count in [1, 2, 3, 5, 8] {
        for place in 0..count as usize {
            let one = calls(count);
            let mut other = one.clone();
            // From the first difference on, all calls differ, as when a program takes another branch.
            for call in &mut other[place..] {
                call.results = flipped(&call.results, 0).try_into().expect("32 bytes");
            }
            vectors.push(difference(format!("{count} calls, different from {place} on"), "the descent takes a wrong turn", &one, &other));
        }
    }
    for place in 0..7 {
        let one = calls(7);
        let mut other = one.clone();
        other[place].args[31] ^= 0x80;
        vectors.push(difference(
            format!("7 calls, only {place} differs"),
            "a difference passed over because the last calls agree",
            &one,
            &other,
        ));
    }
    for (short, long) in [(0, 1), (0, 5), (1, 2), (3, 4), (4, 5), (4, 7), (5, 9), (8, 9)] {
        let name = format!("the first {short} of {long} calls");
        vectors.push(difference(name, "trees of two shapes: the first call that only one has", &calls(short), &calls(long)));
    }
    let mut shorter = calls(5);
    shorter[2].fuel += 1;
    vectors.push(difference(
        "5 calls, 2 differs, and 9 calls".to_string(),
        "trees of two shapes with a difference inside",
        &shorter,
        &calls(9),
    ));
    vectors.push(difference("9 calls, and 5 calls where 2 differs".to_string(), "the longer one first", &calls(9), &shorter));
    let mut fuel = calls(3);
    fuel[1].fuel += 1;
    vectors.push(difference("only fuel differs".to_string(), "fuel is part of a call", &calls(3), &fuel));
    let mut function = calls(3);
    function[1].function.push('_');
    vectors.push(difference("only the function differs".to_string(), "the function is part of a call", &calls(3), &function));
    vectors
}
