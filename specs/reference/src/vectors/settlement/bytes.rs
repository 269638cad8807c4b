//! Accounts and instructions: which bytes are which fields, and which bytes are nothing.

use super::{fields, refused, shown};
use crate::settlement::accounts::{
    Account, Config, Device, Dispute, Job, Model, PackageMark, Proposal, Provider, Round, Seat, Totals, VERSION, Vote,
};
use crate::settlement::instructions::{self, Instruction};
use crate::settlement::layout::{Layout, Value};
use crate::settlement::refusals::{INSTRUCTION, WRONG_KIND};
use crate::vectors::json::{Json, Vector};

/// Bytes none of which is like its neighbours, so that a field in the wrong place, of the wrong width or order is seen.
fn uneven(first: usize, length: usize) -> Vec<u8> {
    (first..first + length).map(|place| u8::try_from((place * 37 + 11) % 251).expect("below 251")).collect()
}

fn cut(bytes: &[u8]) -> Vec<u8> {
    bytes.split_last().map(|(_, rest)| rest.to_vec()).unwrap_or_default()
}

fn more(bytes: &[u8]) -> Vec<u8> {
    [bytes, &[0]].concat()
}

pub(super) fn instructions() -> Vec<Vector> {
    let accept = |name: String, guards: &str, bytes: &[u8]| {
        let instruction = Instruction::decode(bytes).unwrap_or_else(|number| panic!("{name}: {number}"));
        assert_eq!(instruction.encode(), bytes, "{name}");
        Vector::new(name, guards)
            .bytes("bytes", bytes)
            .text("instruction", instruction.name())
            .with("fields", fields(&instruction.fields()))
    };
    let reject = |name: String, guards: &str, bytes: &[u8]| {
        assert_eq!(Instruction::decode(bytes), Err(INSTRUCTION), "{name}");
        refused(Vector::new(name, guards).bytes("bytes", bytes), INSTRUCTION)
    };
    let mut vectors = Vec::new();
    for (tag, name, length) in instructions::ALL {
        let bytes = |fill: &dyn Fn(usize) -> Vec<u8>| [vec![*tag], fill(length - 1)].concat();
        let good = bytes(&|length| uneven(usize::from(*tag), length));
        vectors.push(accept(name.to_string(), "tag, and place, width and order of each field", &good));
        if good.len() > 1 {
            vectors.push(accept(format!("{name}, zeros"), "a field taken for absent because it is 0", &bytes(&|length| vec![0; length])));
            vectors.push(accept(
                format!("{name}, ones"),
                "a field read with a sign, or its highest bits lost",
                &bytes(&|length| vec![0xff; length]),
            ));
            vectors.push(reject(format!("{name}, the tag alone"), "fields that are not there read as zeros", &good[..1]));
            vectors.push(reject(format!("{name}, a byte less"), "a last field that is cut read as what is there", &cut(&good)));
        }
        vectors.push(reject(format!("{name}, a byte more"), "bytes after the end, which nobody signed for", &more(&good)));
    }
    let next = u8::try_from(instructions::ALL.len()).expect("the tags are u8");
    vectors.push(reject("no bytes".into(), "a tag read where there is none", &[]));
    vectors.push(reject("the tag after the last".into(), "one tag more than there are instructions", &[next]));
    vectors.push(reject("tag 128".into(), "a tag with a sign", &[128]));
    vectors.push(reject("tag 255".into(), "a tag read as -1, or as the last", &[255]));
    vectors
}

pub(super) fn accounts() -> Vec<Vector> {
    let mut vectors = Vec::new();
    of::<Config>("Config", 701, &mut vectors);
    of::<Totals>("Totals", 111, &mut vectors);
    of::<Model>("Model", 43, &mut vectors);
    of::<Provider>("Provider", 229, &mut vectors);
    of::<Device>("Device", 108, &mut vectors);
    of::<Job>("Job", 376, &mut vectors);
    rounds(&mut vectors);
    of::<Seat>("Seat", 104, &mut vectors);
    of::<Dispute>("Dispute", 238, &mut vectors);
    of::<PackageMark>("PackageMark", 79, &mut vectors);
    of::<Proposal>("Proposal", 149, &mut vectors);
    of::<Vote>("Vote", 52, &mut vectors);
    vectors
}

fn accept<T: Account>(kind: &str, name: String, guards: &str, bytes: &[u8], members: impl Fn(&T) -> Vec<Json>) -> Vector {
    let account = T::decode(bytes).unwrap_or_else(|number| panic!("{name}: {number}"));
    assert_eq!(account.encode(), bytes, "{name}");
    let vector = Vector::new(name, guards).bytes("bytes", bytes).text("account", kind).with("fields", fields(&account.fields()));
    match members(&account) {
        members if members.is_empty() => vector,
        members => vector.with("members", Json::List(members)),
    }
}

fn reject<T: Account>(kind: &str, name: &str, guards: &str, bytes: &[u8]) -> Vector {
    assert!(T::decode(bytes).is_err_and(|number| number == WRONG_KIND), "{kind}, {name}");
    refused(Vector::new(format!("{kind}, {name}"), guards).bytes("bytes", bytes).text("account", kind), WRONG_KIND)
}

/// Refusals that every kind of account has.
fn rejects<T: Account>(kind: &str, good: &[u8], vectors: &mut Vec<Vector>) {
    let with = |place: usize, value: u8| {
        let mut bytes = good.to_vec();
        bytes[place] = value;
        bytes
    };
    let mut reject = |name: &str, guards: &str, bytes: &[u8]| vectors.push(reject::<T>(kind, name, guards, bytes));
    let another = T::KIND % 12 + 1;
    reject("of another kind", "one kind of account taken for another: its fields would mean something else", &with(0, another));
    reject("kind 0", "an account that was never written taken for one", &with(0, 0));
    reject("version 0", "an account that was not finished", &with(1, 0));
    reject("version 2", "a layout that this program does not know", &with(1, 2));
    reject("a byte less", "fields read beyond the end", &cut(good));
    reject("a byte more", "an account of another length than its layout has", &more(good));
    reject("the first two bytes alone", "a length that is not looked at", &good[..2]);
    reject("no bytes", "a closed account, or a wallet", &[]);
}

fn of<T: Account>(kind: &str, length: usize, vectors: &mut Vec<Vector>) {
    let filled = |fill: &dyn Fn(usize) -> Vec<u8>| [vec![T::KIND, VERSION], fill(length - 2)].concat();
    let good = filled(&|length| uneven(usize::from(T::KIND) * 7, length));
    let none = |_: &T| Vec::new();
    vectors.push(accept::<T>(kind, kind.to_string(), "place, width and order of each field", &good, none));
    vectors.push(accept::<T>(
        kind,
        format!("{kind}, zeros"),
        "a value that the layout does not forbid",
        &filled(&|length| vec![0; length]),
        none,
    ));
    vectors.push(accept::<T>(
        kind,
        format!("{kind}, ones"),
        "a sign where there is none, or none where there is one",
        &filled(&|length| vec![0xff; length]),
        none,
    ));
    rejects::<T>(kind, &good, vectors);
}

/// Where the number of members stands in a round, and how long it is without and for each of them.
const SIZE_AT: usize = 38;
const HEAD: usize = 229;
const MEMBER: usize = 109;

/// A round has as many members as its `size` says.
fn rounds(vectors: &mut Vec<Vector>) {
    let round = |size: u8| {
        let mut bytes = [vec![Round::KIND, VERSION], uneven(49, HEAD - 2 + MEMBER * usize::from(size))].concat();
        bytes[SIZE_AT] = size;
        bytes
    };
    let members = |round: &Round| {
        let object = |fields: Vec<(&'static str, Value)>| Json::Object(fields.iter().map(|(name, value)| (*name, shown(value))).collect());
        round.members.iter().map(|member| object(member.fields())).collect()
    };
    for (size, guards) in [(1, "the least round"), (3, "members stand one after the other"), (16, "the largest round")] {
        vectors.push(accept::<Round>("Round", format!("Round of {size}"), guards, &round(size), members));
    }
    rejects::<Round>("Round", &round(3), vectors);
    let resized = |size: u8| {
        let mut bytes = round(3);
        bytes[SIZE_AT] = size;
        bytes
    };
    vectors.push(reject::<Round>("Round", "a size of one more than it has members", "members read beyond the end", &resized(4)));
    vectors.push(reject::<Round>("Round", "a size of one less than it has members", "a member that no count knows", &resized(2)));
    vectors.push(reject::<Round>("Round", "without the last member", "a length that ignores the members", &round(3)[..HEAD + MEMBER * 2]));
}
