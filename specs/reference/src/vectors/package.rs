//! `package.json`.

use super::json::{Json, Vector};
use super::render;
use super::samples::{
    self, BLOBS, MODULE, PUBLISHER, REQUESTER, flipped, malleated, named, replace, sign_package, test_case, with_byte, without_last,
};
use crate::encoding::Writer;
use crate::hashing::{self, MANIFEST};
use crate::limits::{Limits, TABLE};
use crate::manifest::{Blob, Manifest, TestCase};
use crate::package::{self, assemble};
use crate::signing::{self, Kind};

/// The file's text.
pub(super) fn file() -> String {
    render(
        "specs/package.md",
        vec![
            ("limits_table", limits_table()),
            (
                "packages",
                [accepted_packages(), starts_and_lengths(), manifests(), signatures(), contents(), precedence()]
                    .into_iter()
                    .flatten()
                    .collect(),
            ),
            ("package_limits", package_limits()),
            ("package_truncations", truncations()),
        ],
    )
}

fn accepted(name: &str, guards: &str, file: Vec<u8>) -> Vector {
    let package = package::read(&file).unwrap_or_else(|why| panic!("{name}: {why}"));
    let blobs = package.blobs.iter().map(|blob| Json::bytes(&hashing::blob(blob))).collect();
    Vector::new(name, guards)
        .bytes("file", &file)
        .bytes("manifest_hash", &package.hash)
        .bytes("module_hash", &hashing::blob(&package.module))
        .with("blob_hashes", Json::List(blobs))
}

fn refused(check: &'static str, name: &str, guards: &str, file: Vec<u8>) -> Vector {
    let answer = package::read(&file).map_err(|why| why.check);
    assert_eq!(answer.err(), Some(check), "{name}");
    Vector::new(name, guards).bytes("file", &file).refused(check)
}

/// Package.md, section 3, as data.
fn limits_table() -> Vec<Vector> {
    let mut writer = Writer::default();
    Limits::defaults().write(&mut writer);
    let defaults = Vector::new("encoding of the defaults", "order and width of the limits").bytes("encoding", &writer.bytes);
    let row = |(number, row): (usize, &crate::limits::Row)| {
        let number = u32::try_from(number).expect("there are 23");
        Vector::new(row.name, "a number of the table mistyped")
            .with("number", Json::Number(number))
            .u64("floor", row.floor)
            .u64("default", row.default)
            .u64("ceiling", row.ceiling)
    };
    std::iter::once(defaults).chain(TABLE.iter().enumerate().map(row)).collect()
}

/// Each limit at the edges of its range, in a signed package.
fn package_limits() -> Vec<Vector> {
    let package = |number: usize, value: u64| {
        let mut manifest = samples::bare_manifest();
        manifest.limits.0[number] = value;
        sign_package(&manifest.encode(), MODULE, &[])
    };
    let mut vectors = Vec::new();
    for (number, row) in TABLE.iter().enumerate() {
        let (name, check) = (row.name, "package.limits");
        if let Some(below) = row.floor.checked_sub(1) {
            vectors.push(refused(check, &format!("{name} below its floor"), "a limit so small that nothing runs", package(number, below)));
        }
        vectors.push(accepted(&format!("{name} at its floor"), "< taken for ≤", package(number, row.floor)));
        vectors.push(accepted(&format!("{name} at its ceiling"), "< taken for ≤", package(number, row.ceiling)));
        vectors.push(refused(check, &format!("{name} above its ceiling"), "a host promised away", package(number, row.ceiling + 1)));
    }
    vectors.push(refused("package.limits", "fuel 2⁶⁴−1", "a number read as signed", package(0, u64::MAX)));
    vectors
}

fn manifest_with(tests: Vec<TestCase>) -> Vec<u8> {
    Manifest { tests, ..samples::bare_manifest() }.encode()
}

fn with_inputs(name: &str, inputs: &[(&str, &[u8])]) -> TestCase {
    TestCase { inputs: named(inputs), ..test_case(name) }
}

fn accepted_packages() -> Vec<Vector> {
    let bare = samples::bare_manifest();
    let empty_module = Manifest { module: Blob::of(b""), ..bare.clone() }.encode();
    let [one, two] = BLOBS;
    let order = manifest_with(vec![with_inputs("b", &[("x", two), ("y", one)]), with_inputs("a", &[("x", one), ("z", b"third")])]);
    let module_as_input = manifest_with(vec![with_inputs("m", &[("m.wasm", MODULE), ("x", one)])]);
    let empty_blob = manifest_with(vec![with_inputs("e", &[("a", b""), ("b", one), ("c", b"")])]);
    vec![
        accepted("the sample: two test cases that share a blob", "a blob written once for each use", samples::sample_package()),
        accepted("no test cases", "a package without blobs", sign_package(&bare.encode(), MODULE, &[])),
        accepted("an empty module", "whether a module is one is for admission, not for the package", sign_package(&empty_module, b"", &[])),
        accepted("blobs in the order of first use", "blobs sorted by hash or by name", sign_package(&order, MODULE, &[two, one, b"third"])),
        accepted(
            "an input that is the module",
            "a blob of the module's hash left out",
            sign_package(&module_as_input, MODULE, &[MODULE, one]),
        ),
        accepted("empty blobs", "a blob of no bytes", sign_package(&empty_blob, MODULE, &[b"", one])),
    ]
}

fn starts_and_lengths() -> Vec<Vector> {
    let good = samples::sample_package();
    let manifest = samples::manifest().encode();
    let magic = |magic: &[u8]| [magic, &good[8..]].concat();
    let length = |length: u32| [&good[..8], &length.to_le_bytes(), &good[12..]].concat();
    let n = u32::try_from(manifest.len()).expect("the sample is short");
    let claim = |module: u64, rest: &[u8]| {
        let module = Blob { bytes: module, ..Blob::of(MODULE) };
        sign_package(&Manifest { module, ..samples::bare_manifest() }.encode(), rest, &[])
    };
    let mut huge_blob = samples::manifest();
    huge_blob.tests[0].inputs[1].blob.bytes = u64::MAX;
    const MAGIC: &str = "another kind of file, read all the same";
    const LENGTH: &str = "memory reserved, or an offset that wraps, for a length that a stranger wrote";
    vec![
        refused("package.magic", "empty file", "reading from nothing", vec![]),
        refused("package.magic", "a receipt's magic", MAGIC, magic(b"\x7fASSAYR\x02")),
        refused("package.magic", "a transcript's magic", MAGIC, magic(b"\x7fASSAYT\x01")),
        refused("package.magic", "format 0", "a format that is not defined", magic(b"\x7fASSAYP\0")),
        refused("package.magic", "format 1", "a manifest of 16 limits read as one of 23", magic(b"\x7fASSAYP\x01")),
        refused("package.magic", "format 3", "a format that is not defined yet", magic(b"\x7fASSAYP\x03")),
        refused("package.magic", "lower case", "a magic compared without case", magic(b"\x7fassayp\x02")),
        refused("package.magic", "a bare module", MAGIC, MODULE.to_vec()),
        refused("package.magic", "a byte in front", "a magic that is searched for", [b"\0", good.as_slice()].concat()),
        refused("package.length", "one byte after the end", "two files, one meaning", with_byte(&good, 0)),
        refused("package.length", "the file twice", "two files, one meaning", good.repeat(2)),
        refused("package.length", "manifest length 2³²−1", LENGTH, length(u32::MAX)),
        refused("package.length", "manifest length 2³¹", LENGTH, length(1 << 31)),
        refused(
            "package.length",
            "manifest length to the end of the file and one more",
            "reading past the end",
            length(u32::try_from(good.len()).expect("short") - 11),
        ),
        refused(
            "package.manifest",
            "manifest length to the end of the file",
            "a manifest that swallows signature and module",
            length(u32::try_from(good.len()).expect("short") - 12),
        ),
        refused("package.manifest", "manifest length one too small", "a manifest cut off", length(n - 1)),
        refused("package.manifest", "manifest length one too large", "a manifest with a byte of the signature", length(n + 1)),
        refused("package.manifest", "manifest length 0", "a manifest of nothing", length(0)),
        refused(
            "package.manifest",
            "1,048,576 bytes of manifest, all zero",
            "the longest manifest is still decoded",
            assemble(&[0; 1_048_576], &[0; 64], MODULE, &[]),
        ),
        refused(
            "package.length",
            "1,048,577 bytes of manifest, all zero",
            "one byte above the longest",
            assemble(&[0; 1_048_577], &[0; 64], MODULE, &[]),
        ),
        refused("package.length", "a module of 2⁶⁴−1 bytes", LENGTH, claim(u64::MAX, MODULE)),
        refused("package.length", "a module of 2⁶³ bytes", LENGTH, claim(1 << 63, MODULE)),
        refused("package.length", "a module one byte longer than the file", "reading past the end", claim(MODULE.len() as u64 + 1, MODULE)),
        refused("package.length", "a module one byte shorter than in the file", "bytes left over", claim(MODULE.len() as u64 - 1, MODULE)),
        refused("package.length", "a blob of 2⁶⁴−1 bytes", LENGTH, sign_package(&huge_blob.encode(), MODULE, &BLOBS)),
    ]
}

fn manifests() -> Vec<Vector> {
    let bare = samples::bare_manifest().encode();
    let signed = |old: &[u8], new: &[u8]| sign_package(&replace(&bare, old, new), MODULE, &[]);
    let cases = |tests: Vec<TestCase>| sign_package(&manifest_with(tests), MODULE, &[]);
    let env = |pairs: &[(&str, &str)]| cases(vec![TestCase { env: samples::env(pairs), ..test_case("e") }]);
    let [one, two] = BLOBS;
    let unsorted = manifest_with(vec![with_inputs("i", &[("b", one), ("a", two)])]);
    const CHECK: &str = "package.manifest";
    const SIGNED: &str = "a rule skipped because the signature is good";
    vec![
        refused(CHECK, "manifest of format 1", SIGNED, sign_package(&[b"\x01\0", &bare[2..]].concat(), MODULE, &[])),
        refused(CHECK, "manifest of format 3", SIGNED, sign_package(&[b"\x03\0", &bare[2..]].concat(), MODULE, &[])),
        refused(CHECK, "a byte after the manifest", SIGNED, sign_package(&with_byte(&bare, 0), MODULE, &[])),
        refused(CHECK, "a manifest without its last byte", SIGNED, sign_package(&without_last(&bare, 1), MODULE, &[])),
        refused(CHECK, "profile assay-2", SIGNED, signed(b"assay-1", b"assay-2")),
        refused(CHECK, "bad UTF-8 in the name", SIGNED, signed(b"sample", b"sampl\x80")),
        refused(CHECK, "package name with a capital", SIGNED, signed(b"sample", b"Sample")),
        refused(CHECK, "package version without a digit in front", SIGNED, signed(b"1.0.0", b"v.0.0")),
        refused(CHECK, "test case name with a space", SIGNED, cases(vec![test_case("a b")])),
        refused(CHECK, "two test cases of one name", SIGNED, cases(vec![test_case("a"), test_case("a")])),
        refused(CHECK, "257 test cases", SIGNED, cases((0..257).map(|number| test_case(&format!("case-{number}"))).collect())),
        refused(CHECK, "environment not sorted", SIGNED, env(&[("b", ""), ("a", "")])),
        refused(CHECK, "environment with one name twice", SIGNED, env(&[("a", ""), ("a", "")])),
        refused(CHECK, "inputs not sorted", SIGNED, sign_package(&unsorted, MODULE, &[one, two])),
        refused(
            CHECK,
            "inputs with one name twice",
            SIGNED,
            sign_package(&manifest_with(vec![with_inputs("i", &[("a", one), ("a", one)])]), MODULE, &[one]),
        ),
        refused(
            CHECK,
            "input name with a slash",
            SIGNED,
            sign_package(&manifest_with(vec![with_inputs("i", &[("a/b", one)])]), MODULE, &[one]),
        ),
        refused(
            CHECK,
            "job's bytes in the manifest's place",
            "one kind of object taken for another",
            sign_package(&samples::job().encode(), MODULE, &[]),
        ),
    ]
}

fn signatures() -> Vec<Vector> {
    let manifest = samples::manifest();
    let encoded = manifest.encode();
    let hash = manifest.hash();
    let file = |signature: &[u8; 64]| assemble(&encoded, signature, MODULE, &BLOBS);
    let good = signing::sign(&PUBLISHER, Kind::Manifest, &hash);
    let flip = |place: usize| file(&flipped(&good, place).try_into().expect("as long as before"));
    let renamed = Manifest { name: "other".to_string(), ..manifest.clone() };
    let (neutral, by_nobody) = samples::small_order_key_and_signature();
    let with_key = |publisher: [u8; 32], signature: &[u8; 64]| {
        assemble(&Manifest { publisher, ..manifest.clone() }.encode(), signature, MODULE, &BLOBS)
    };
    let mut neutral_twice = neutral;
    neutral_twice[0] = 0xee;
    neutral_twice[1..31].fill(0xff);
    neutral_twice[31] = 0x7f; // y = p + 1
    let stranger = signing::public_key(&REQUESTER);
    const CHECK: &str = "package.signature";
    let sign = |kind: Kind| signing::sign(&PUBLISHER, kind, &hash);
    vec![
        refused(CHECK, "a bit of R", "a signature that is not looked at", flip(3)),
        refused(CHECK, "a bit of S", "a signature that is not looked at", flip(35)),
        refused(CHECK, "signature of zeros", "a signature that nobody made", file(&[0; 64])),
        refused(CHECK, "signed as a job", "a signature over one kind of object that passes for another", file(&sign(Kind::Job))),
        refused(CHECK, "signed as a receipt", "a signature over one kind of object that passes for another", file(&sign(Kind::Receipt))),
        refused(
            CHECK,
            "signed with another hash context",
            "a hash of one kind of object that passes for another",
            file(&signing::sign(&PUBLISHER, Kind::Manifest, &hashing::object(hashing::JOB, &encoded))),
        ),
        refused(
            CHECK,
            "signed over the plain hash",
            "a manifest hashed without its context",
            file(&signing::sign(&PUBLISHER, Kind::Manifest, &hashing::blob(&encoded))),
        ),
        refused(CHECK, "signed by a stranger", "a key that is not the manifest's", file(&signing::sign(&REQUESTER, Kind::Manifest, &hash))),
        refused(CHECK, "publisher exchanged, signature kept", "a package taken over", with_key(stranger, &good)),
        refused(
            CHECK,
            "signature of another manifest",
            "a signature moved between packages",
            file(&signing::sign(&PUBLISHER, Kind::Manifest, &renamed.hash())),
        ),
        refused(
            CHECK,
            "name changed, signature kept",
            "a manifest changed after it was signed",
            assemble(&renamed.encode(), &good, MODULE, &BLOBS),
        ),
        refused(CHECK, "S plus the group order", "malleable: two files for one manifest", file(&malleated(&good))),
        refused(CHECK, "publisher of small order", "a key that signs everything", with_key(neutral, &by_nobody)),
        refused(
            CHECK,
            "publisher of small order, not canonical",
            "a second encoding of a key that signs everything",
            with_key(neutral_twice, &by_nobody),
        ),
        refused(CHECK, "publisher that is no point", "a key that cannot be decompressed", with_key([2; 32], &good)),
        refused(CHECK, "publisher of zeros", "a key that was never set", with_key([0; 32], &good)),
        refused(CHECK, "publisher of FF", "a key that is no field element", with_key([0xff; 32], &good)),
    ]
}

fn contents() -> Vec<Vector> {
    let manifest = samples::manifest().encode();
    let file = |module: &[u8], blobs: &[&[u8]]| sign_package(&manifest, module, blobs);
    let [one, two] = BLOBS;
    let other_one = flipped(one, 0);
    let other_two = flipped(two, two.len() - 1);
    let last = MODULE.len() - 1;
    // As long as the right file, but the first blob stands before the module.
    let moved = file(one, &[MODULE, two]);
    let shared = manifest_with(vec![with_inputs("a", &[("x", one)]), with_inputs("b", &[("y", one)])]);
    let same_size: [&[u8]; 2] = [b"11111", b"22222"];
    let swapped = manifest_with(vec![with_inputs("a", &[("x", same_size[0]), ("y", same_size[1])])]);
    let module_as_input = manifest_with(vec![with_inputs("m", &[("m.wasm", MODULE), ("x", one)])]);
    vec![
        refused("package.module", "first byte of the module", "a module that is not hashed", file(&flipped(MODULE, 0), &BLOBS)),
        refused("package.module", "last byte of the module", "a module hashed in part", file(&flipped(MODULE, last), &BLOBS)),
        refused("package.module", "another module of the same length", "a module exchanged", file(&vec![0; MODULE.len()], &BLOBS)),
        refused("package.blob", "first byte of the first blob", "a blob that is not hashed", file(MODULE, &[&other_one, two])),
        refused("package.blob", "last byte of the last blob", "blobs hashed up to the last", file(MODULE, &[one, &other_two])),
        refused("package.module", "module and blob in each other's place", "parts found by their hash instead of their place", moved),
        refused(
            "package.blob",
            "two blobs in each other's place",
            "blobs sorted, or found by their hash",
            sign_package(&swapped, MODULE, &[same_size[1], same_size[0]]),
        ),
        refused(
            "package.length",
            "a shared blob written twice",
            "each distinct blob stands once",
            sign_package(&shared, MODULE, &[one, one]),
        ),
        refused("package.length", "no blobs", "a package whose test cases cannot run", file(MODULE, &[])),
        refused("package.length", "last blob missing", "a package whose test cases cannot run", file(MODULE, &[one])),
        refused("package.length", "last blob without its last byte", "a blob cut off", file(MODULE, &[one, &two[..two.len() - 1]])),
        refused("package.length", "a blob that no test case names", "room for what nobody signed", file(MODULE, &[one, two, b"extra"])),
        refused(
            "package.length",
            "an input that is the module left out",
            "a blob of the module's hash is still written",
            sign_package(&module_as_input, MODULE, &[one]),
        ),
    ]
}

/// Two faults in one file: the check that comes first is named.
fn precedence() -> Vec<Vector> {
    let mut limits = samples::manifest();
    limits.limits.0[0] = 0;
    let limits = limits.encode();
    let bad_name = replace(&samples::bare_manifest().encode(), b"sample", b"SAMPLE");
    let good = samples::manifest().encode();
    let signature = signing::sign(&PUBLISHER, Kind::Manifest, &hashing::object(MANIFEST, &good));
    let other_module = flipped(MODULE, 9);
    const ORDER: &str = "two hosts that name two reasons for one file";
    vec![
        refused("package.magic", "bad magic and nothing else", ORDER, b"\x7fASSAYR\x02".to_vec()),
        refused("package.length", "magic and nothing else", ORDER, package::MAGIC.to_vec()),
        refused("package.manifest", "bad manifest and nothing after it", ORDER, without_last(&assemble(&bad_name, &[0; 64], b"", &[]), 64)),
        refused("package.manifest", "bad manifest and a trailing byte", ORDER, with_byte(&sign_package(&bad_name, MODULE, &[]), 0)),
        refused(
            "package.manifest",
            "bad manifest and a bad limit",
            ORDER,
            sign_package(&replace(&limits, b"sample", b"SAMPLE"), MODULE, &BLOBS),
        ),
        refused("package.length", "bad limit and a trailing byte", ORDER, with_byte(&sign_package(&limits, MODULE, &BLOBS), 0)),
        refused("package.limits", "bad limit and a bad signature", ORDER, assemble(&limits, &[0; 64], MODULE, &BLOBS)),
        refused("package.length", "no signature", ORDER, without_last(&assemble(&good, &signature, b"", &[]), 64)),
        refused("package.signature", "bad signature and a bad module", ORDER, assemble(&good, &[0; 64], &other_module, &BLOBS)),
        refused(
            "package.module",
            "bad module and a bad blob",
            ORDER,
            assemble(&good, &signature, &other_module, &[&flipped(BLOBS[0], 0), BLOBS[1]]),
        ),
    ]
}

/// Every proper prefix of the sample, in ranges of length with one answer each.
fn truncations() -> Vec<Vector> {
    let file = samples::sample_package();
    let ranges = [("package.magic", 0, 8), ("package.length", 8, file.len())];
    let vector = |(check, from, to): (&'static str, usize, usize)| {
        for length in from..to {
            let answer = package::read(&file[..length]).map_err(|why| why.check);
            assert_eq!(answer.err(), Some(check), "cut at {length}");
        }
        let number = |length: usize| Json::Number(u32::try_from(length).expect("the sample is short"));
        Vector::new(format!("{from} to {} bytes of the sample", to - 1), "a part read as empty, or as zeros, when the file ends")
            .bytes("file", &file)
            .with("from", number(from))
            .with("to", number(to))
            .refused(check)
    };
    ranges.into_iter().map(vector).collect()
}
