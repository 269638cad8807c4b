//! Objects alone: each accepted encoding with its hash, and what a decoder refuses (encoding.md, sections 1 and 2).
//!
//! `refused` names the object here, since an object alone has no check.

use super::json::{Json, Vector};
use super::samples::{self, env, flipped, named, replace, strings, test_case, with_byte, without_last};
use crate::encoding::{Malformed, Writer};
use crate::hashing::Hash;
use crate::job::Job;
use crate::limits::Limits;
use crate::manifest::{Blob, Manifest, TestCase};
use crate::outcome::{Outcome, Status};
use crate::receipt::Receipt;
use crate::transcript::Call;

/// Decodes an object by its name and gives its hash.
fn decode(object: &str, bytes: &[u8]) -> Result<Hash, Malformed> {
    let (hash, encoded) = match object {
        "manifest" => Manifest::decode(bytes).map(|object| (object.hash(), object.encode()))?,
        "job" => Job::decode(bytes).map(|object| (object.id(), object.encode()))?,
        "outcome" => Outcome::decode(bytes).map(|object| (object.hash(), object.encode()))?,
        "receipt" => Receipt::decode(bytes).map(|object| (object.hash(), object.encode()))?,
        "call" => Call::decode(bytes).map(|object| (object.leaf(), object.encode()))?,
        _ => unreachable!("the five kinds of object"),
    };
    assert_eq!(encoded, bytes, "an object has exactly one encoding");
    Ok(hash)
}

fn accepted(object: &str, name: &str, guards: &str, encoding: Vec<u8>) -> Vector {
    let hash = decode(object, &encoding).unwrap_or_else(|why| panic!("{object}, {name}: {why}"));
    Vector::new(format!("{object}: {name}"), guards).text("object", object).bytes("encoding", &encoding).bytes("hash", &hash)
}

fn refused(object: &str, name: &str, guards: &str, encoding: Vec<u8>) -> Vector {
    assert!(decode(object, &encoding).is_err(), "{object}, {name} must be refused");
    Vector::new(format!("{object}: {name}"), guards).text("object", object).bytes("encoding", &encoding).refused(object)
}

/// What [`without_last_limit`] guards against.
const FEWER: &str = "a limit left out, and the next field read in its place";

/// `encoded` without the last of its limits, which are the defaults.
fn without_last_limit(encoded: &[u8]) -> Vec<u8> {
    let mut writer = Writer::default();
    Limits::defaults().write(&mut writer);
    replace(encoded, &writer.bytes, &without_last(&writer.bytes, 8))
}

/// The group `objects`.
pub(super) fn vectors() -> Vec<Vector> {
    [manifests(), manifest_rules(), jobs(), job_sizes(), outcomes(), statuses(), receipts(), calls(), every_object()]
        .into_iter()
        .flatten()
        .collect()
}

/// The sample encodings, one of each kind.
fn all_samples() -> [(&'static str, Vec<u8>); 5] {
    let (job, outcome) = (samples::job(), samples::outcome());
    let [call] = samples::calls(1).try_into().expect("one call was asked for");
    [
        ("manifest", samples::manifest().encode()),
        ("receipt", samples::receipt(&job, &outcome).encode()),
        ("job", job.encode()),
        ("outcome", outcome.encode()),
        ("call", call.encode()),
    ]
}

/// What is wrong with every kind of object in the same way.
fn every_object() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for (object, good) in all_samples() {
        vectors.push(accepted(object, "the sample", "order and width of every field", good.clone()));
        vectors.push(refused(object, "one byte after the end", "two files, one meaning", with_byte(&good, 0)));
        vectors.push(refused(object, "twice", "a decoder that stops at the end of the first", good.repeat(2)));
        vectors.push(refused(object, "empty", "reading from nothing", vec![]));
        if object == "call" {
            continue; // it has no format
        }
        let defined = good[0];
        for (name, format) in [
            ("the format before".to_owned(), [defined - 1, 0]),
            ("the format after".to_owned(), [defined + 1, 0]),
            (format!("format {defined}, big-endian"), [0, defined]),
            (format!("format {defined} in both bytes"), [defined, defined]),
        ] {
            let encoding = [&format, &good[2..]].concat();
            vectors.push(refused(object, &name, "what is not understood is not signed for", encoding));
        }
    }
    vectors
}

/// The group `object_truncations`: every proper prefix of these is refused.
pub(super) fn truncations() -> Vec<Vector> {
    let all = all_samples().into_iter().map(|(object, good)| {
        for length in 0..good.len() {
            assert!(decode(object, &good[..length]).is_err(), "{object} cut at {length}");
        }
        let to = u32::try_from(good.len()).expect("samples are short");
        Vector::new(format!("{object}: every truncation"), "a field that is read as zero, empty or absent when the bytes end")
            .text("object", object)
            .bytes("encoding", &good)
            .with("from", Json::Number(0))
            .with("to", Json::Number(to))
            .refused(object)
    });
    all.collect()
}

fn manifests() -> Vec<Vector> {
    let bare = samples::bare_manifest();
    let encoded = bare.encode();
    let count = encoded.len() - 36; // the count of tests stands before the publisher
    let edit_count = |value: u32| [&encoded[..count], &value.to_le_bytes(), &encoded[count + 4..]].concat();
    let long = |length: usize| {
        let tests = vec![TestCase { args: strings(&["a"]), ..test_case("long") }];
        let rest = Manifest { tests, ..bare.clone() }.encode().len() - 1;
        let tests = vec![TestCase { args: vec!["a".repeat(length - rest)], ..test_case("long") }];
        Manifest { tests, ..bare.clone() }.encode()
    };
    let cases = |count: usize| {
        let tests = (0..count).map(|number| test_case(&format!("case-{number}"))).collect();
        Manifest { tests, ..bare.clone() }.encode()
    };
    let text = |old: &[u8], new: &[u8]| replace(&encoded, old, new);
    const UTF8: &str = "text that is not UTF-8, accepted or repaired";
    vec![
        accepted("manifest", "no test cases", "an empty list", encoded.clone()),
        accepted("manifest", "1,048,576 bytes", "the longest manifest", long(1_048_576)),
        refused("manifest", "1,048,577 bytes", "one byte above the longest", long(1_048_577)),
        accepted("manifest", "256 test cases", "the most test cases", cases(256)),
        refused("manifest", "257 test cases", "one above the most", cases(257)),
        refused("manifest", "a count of 2³²−1 test cases", "memory reserved for a count before the data is seen", edit_count(u32::MAX)),
        refused("manifest", "a count of 2³¹ test cases", "a count read as signed", edit_count(1 << 31)),
        refused("manifest", "a count of 1 and no test case", "an element made of the bytes of the next field", edit_count(1)),
        refused(
            "manifest",
            "a name of 2³²−1 bytes",
            "memory reserved for a length before the data is seen",
            text(b"\x06\0\0\0sample", b"\xff\xff\xff\xffsample"),
        ),
        refused(
            "manifest",
            "a name one byte longer than it is",
            "a string that swallows the next field",
            text(b"\x06\0\0\0sample", b"\x07\0\0\0sample"),
        ),
        refused(
            "manifest",
            "a name length in big-endian",
            "the order of bytes in a length",
            text(b"\x06\0\0\0sample", b"\0\0\0\x06sample"),
        ),
        refused("manifest", "22 limits", FEWER, without_last_limit(&encoded)),
        refused("manifest", "FF in the name", UTF8, text(b"sample", b"sampl\xff")),
        refused("manifest", "profile assay-2", "a module signed for another profile", text(b"assay-1", b"assay-2")),
        refused("manifest", "profile ASSAY-1", "profiles compared without case", text(b"assay-1", b"ASSAY-1")),
        refused("manifest", "profile with NUL", "profiles compared as C strings", text(b"\x07\0\0\0assay-1", b"\x08\0\0\0assay-1\0")),
        refused("manifest", "no profile", "absence taken for the default", text(b"\x07\0\0\0assay-1", b"\0\0\0\0")),
        refused("manifest", "name in capitals", "encoding.md, section 5", text(b"sample", b"SAMPLE")),
        refused("manifest", "empty name", "encoding.md, section 5", text(b"\x06\0\0\0sample", b"\0\0\0\0")),
        refused("manifest", "version v1.0.0", "encoding.md, section 5", text(b"\x05\0\0\x001.0.0", b"\x06\0\0\0v1.0.0")),
    ]
}

fn manifest_rules() -> Vec<Vector> {
    let with = |tests: Vec<TestCase>| Manifest { tests, ..samples::bare_manifest() }.encode();
    let one = |edit: &dyn Fn(&mut TestCase)| {
        let mut case = test_case("one");
        edit(&mut case);
        with(vec![case])
    };
    let mut lengths = samples::manifest();
    lengths.tests[1].inputs[0].blob.bytes += 1;
    let arg = with(vec![TestCase { args: strings(&["argument"]), ..test_case("one") }]);
    const SORTED: &str = "two encodings, one meaning";
    const UTF8: &str = "text that is not UTF-8, accepted or repaired";
    vec![
        accepted(
            "manifest",
            "test cases in any order",
            "test cases are not sorted: the order is the author's",
            with(vec![test_case("b"), test_case("a")]),
        ),
        refused(
            "manifest",
            "two test cases of one name",
            "a test case that hides another",
            with(vec![test_case("a"), test_case("b"), test_case("a")]),
        ),
        accepted(
            "manifest",
            "test case names that differ in case",
            "names compared without case",
            with(vec![test_case("a"), test_case("A")]),
        ),
        refused("manifest", "empty test case name", "encoding.md, section 5", with(vec![test_case("")])),
        refused("manifest", "environment not sorted", SORTED, one(&|case| case.env = env(&[("B", ""), ("A", "")]))),
        refused("manifest", "environment with one name twice", SORTED, one(&|case| case.env = env(&[("A", "1"), ("A", "2")]))),
        refused(
            "manifest",
            "environment sorted without case",
            "sorting by alphabet instead of bytes",
            one(&|case| case.env = env(&[("a", ""), ("B", "")])),
        ),
        accepted(
            "manifest",
            "environment sorted bytewise",
            "sorting by alphabet instead of bytes",
            one(&|case| case.env = env(&[("B", ""), ("a", "")])),
        ),
        accepted(
            "manifest",
            "a name before its extension",
            "the shorter name comes first",
            one(&|case| case.env = env(&[("A", ""), ("A0", "")])),
        ),
        refused(
            "manifest",
            "a name after its extension",
            "the shorter name comes first",
            one(&|case| case.env = env(&[("A0", ""), ("A", "")])),
        ),
        accepted(
            "manifest",
            "U+FF5E before U+1F600",
            "sorting by UTF-16 units, where surrogates come first",
            one(&|case| case.env = env(&[("～", ""), ("😀", "")])),
        ),
        refused(
            "manifest",
            "U+1F600 before U+FF5E",
            "sorting by UTF-16 units, where surrogates come first",
            one(&|case| case.env = env(&[("😀", ""), ("～", "")])),
        ),
        accepted(
            "manifest",
            "é in two normal forms",
            "names changed by Unicode normalisation",
            one(&|case| case.env = env(&[("e\u{301}", ""), ("\u{e9}", "")])),
        ),
        refused(
            "manifest",
            "environment name with =",
            "NAME=VALUE that splits in another place",
            one(&|case| case.env = env(&[("A=B", "")])),
        ),
        refused("manifest", "empty environment name", "encoding.md, section 5", one(&|case| case.env = env(&[("", "x")]))),
        accepted("manifest", "environment value with =", "only the name is without =", one(&|case| case.env = env(&[("A", "B=C")]))),
        refused("manifest", "environment value with NUL", "a C string that ends early", one(&|case| case.env = env(&[("A", "x\0y")]))),
        refused("manifest", "argument with NUL", "a C string that ends early", one(&|case| case.args = strings(&["x\0y"]))),
        accepted(
            "manifest",
            "arguments twice and unsorted",
            "arguments are a sequence",
            one(&|case| case.args = strings(&["b", "a", "b", ""])),
        ),
        refused("manifest", "inputs not sorted", SORTED, one(&|case| case.inputs = named(&[("b", b""), ("a", b"")]))),
        refused("manifest", "inputs with one name twice", SORTED, one(&|case| case.inputs = named(&[("a", b""), ("a", b"")]))),
        refused("manifest", "input name ..", "a path that leaves /in", one(&|case| case.inputs = named(&[("..", b"")]))),
        refused("manifest", "input name a/b", "a path below /in", one(&|case| case.inputs = named(&[("a/b", b"")]))),
        refused("manifest", "one blob with two lengths", "a manifest that describes no file", lengths.encode()),
        refused("manifest", "overlong NUL (C0 80) in an argument", UTF8, replace(&arg, b"argument", b"argume\xc0\x80")),
        refused("manifest", "surrogate (ED A0 80) in an argument", UTF8, replace(&arg, b"argument", b"argum\xed\xa0\x80")),
        refused("manifest", "above U+10FFFF (F4 90 80 80) in an argument", UTF8, replace(&arg, b"argument", b"argu\xf4\x90\x80\x80")),
        refused("manifest", "character cut off at the end of an argument", UTF8, replace(&arg, b"argument", b"argume\xe2\x82")),
        accepted(
            "manifest",
            "U+FEFF and U+FFFD in an argument",
            "a byte order mark removed, a replacement taken for an error",
            replace(&arg, b"argument", b"\xef\xbb\xbf\xef\xbf\xbdnt"),
        ),
    ]
}

fn jobs() -> Vec<Vector> {
    let job = samples::job();
    let encoded = job.encode();
    let with = |edit: &dyn Fn(&mut Job)| {
        let mut job = job.clone();
        edit(&mut job);
        job.encode()
    };
    let limit = |number: usize, value: u64| with(&|job| job.limits.0[number] = value);
    let inputs = encoded.len() - 2 * (8 + 32 + 4) - "greeting.txttable.csv".len() - 4; // where their count stands
    let edit_count = |value: u32| [&encoded[..inputs], &value.to_le_bytes(), &encoded[inputs + 4..]].concat();
    let nothing = with(&|job| {
        job.args.clear();
        job.env.clear();
        job.inputs.clear();
    });
    const SORTED: &str = "two encodings, one meaning: two ids for one question";
    const RANGE: &str = "a job with limits that no manifest can grant";
    vec![
        accepted("job", "no arguments, environment, inputs", "empty lists", nothing),
        accepted("job", "arguments in another order", "the order of arguments is part of the question", with(&|job| job.args.reverse())),
        refused("job", "environment not sorted", SORTED, with(&|job| job.env.reverse())),
        refused("job", "environment with one name twice", SORTED, with(&|job| job.env = env(&[("A", "1"), ("A", "1")]))),
        refused("job", "inputs not sorted", SORTED, with(&|job| job.inputs.reverse())),
        refused("job", "inputs with one name twice", SORTED, with(&|job| job.inputs[1] = job.inputs[0].clone())),
        refused("job", "input name .", "a name that is a directory", with(&|job| job.inputs = named(&[(".", b"")]))),
        refused("job", "argument with NUL", "a C string that ends early", with(&|job| job.args = strings(&["\0"]))),
        refused("job", "environment name with =", "NAME=VALUE that splits in another place", with(&|job| job.env = env(&[("=", "")]))),
        refused("job", "a count of 2³²−1 inputs", "memory reserved for a count before the data is seen", edit_count(u32::MAX)),
        refused("job", "one input less than there are", "bytes left over", edit_count(1)),
        refused("job", "one input more than there are", "a list that ends early", edit_count(3)),
        refused("job", "22 limits", FEWER, without_last_limit(&encoded)),
        refused("job", "fuel 0", RANGE, limit(0, 0)),
        accepted("job", "fuel at its floor", RANGE, limit(0, 1)),
        accepted("job", "fuel at its ceiling", RANGE, limit(0, 1_000_000_000_000_000)),
        refused("job", "fuel above its ceiling", RANGE, limit(0, 1_000_000_000_000_001)),
        refused("job", "memory_bytes 2⁶⁴−1", RANGE, limit(1, u64::MAX)),
        refused("job", "handles below their floor", RANGE, limit(12, 7)),
        refused("job", "host_calls 0", RANGE, limit(15, 0)),
        refused("job", "call_depth 0", RANGE, limit(22, 0)),
        accepted("job", "call_depth at its ceiling", RANGE, limit(22, 65_536)),
        refused("job", "call_depth above its ceiling", RANGE, limit(22, 65_537)),
    ]
}

/// Limits 4 to 7, of which package.md says "the job is refused".
fn job_sizes() -> Vec<Vector> {
    let with = |number: usize, limit: u64, edit: &dyn Fn(&mut Job)| {
        let mut job = Job { args: vec![], env: vec![], inputs: vec![], ..samples::job() };
        job.limits.0[number] = limit;
        edit(&mut job);
        job.encode()
    };
    // "job" and its NUL are 4 bytes; 11 and a NUL make 16.
    let args = |length: usize| with(4, 16, &|job| job.args = vec!["x".repeat(length)]);
    let empty_args = |count: usize| with(4, 16, &|job| job.args = vec![String::new(); count]);
    let vars = |limit: u64| with(5, limit, &|job| job.env = env(&[("A", "1"), ("BC", "")]));
    let two = |limit: u64| with(6, limit, &|job| job.inputs = named(&[("a", b""), ("b", b"")]));
    let big = |limit: u64, bytes: [u64; 2]| {
        with(7, limit, &|job| {
            job.inputs = named(&[("a", b""), ("b", b"")]);
            for (input, bytes) in job.inputs.iter_mut().zip(bytes) {
                input.blob.bytes = bytes;
            }
        })
    };
    let most_args = |length: usize| with(4, 1_048_576, &|job| job.args = vec!["x".repeat(length)]);
    const ARGS: &str = "args_bytes counts argv[0], which is `job`, and one NUL for each argument";
    const ENV: &str = "env_bytes counts NAME=VALUE and one NUL for each";
    const INPUTS: &str = "the limit `inputs`";
    const BYTES: &str = "input_bytes counts all inputs together";
    vec![
        accepted("job", "arguments of 16 bytes where 16 are allowed", ARGS, args(11)),
        refused("job", "arguments of 17 bytes where 16 are allowed", ARGS, args(12)),
        accepted("job", "12 empty arguments where 16 bytes are allowed", ARGS, empty_args(12)),
        refused("job", "13 empty arguments where 16 bytes are allowed", ARGS, empty_args(13)),
        accepted("job", "arguments at the ceiling", ARGS, most_args(1_048_576 - 5)),
        refused("job", "arguments above the ceiling", ARGS, most_args(1_048_576 - 4)),
        accepted("job", "environment of 8 bytes where 8 are allowed", ENV, vars(8)),
        refused("job", "environment of 8 bytes where 7 are allowed", ENV, vars(7)),
        accepted("job", "no environment where 0 bytes are allowed", ENV, with(5, 0, &|_| ())),
        accepted("job", "2 inputs where 2 are allowed", INPUTS, two(2)),
        refused("job", "2 inputs where 1 is allowed", INPUTS, two(1)),
        accepted("job", "no inputs where 0 are allowed", INPUTS, with(6, 0, &|_| ())),
        accepted("job", "inputs of 30 bytes where 30 are allowed", BYTES, big(30, [10, 20])),
        refused("job", "inputs of 31 bytes where 30 are allowed", BYTES, big(30, [10, 21])),
        refused("job", "inputs whose lengths add up to 2⁶⁴", "a sum that overflows to 0", big(30, [1 << 63, 1 << 63])),
        refused("job", "inputs whose lengths add up to 2⁶⁴ + 1", "a sum that overflows to something small", big(30, [u64::MAX, 2])),
    ]
}

fn outcomes() -> Vec<Vector> {
    let outcome = samples::outcome();
    let encoded = outcome.encode();
    let with = |outputs: &[(&str, &[u8])]| Outcome { outputs: named(outputs), ..outcome.clone() }.encode();
    let largest = Outcome {
        status: Status::Completed(u32::MAX),
        fuel: u64::MAX,
        outputs: vec![],
        stdout: Blob { bytes: u64::MAX, blake3: [0xff; 32] },
        stderr: Blob { bytes: u64::MAX, blake3: [0xff; 32] },
    };
    let longest_name = "n".repeat(255);
    let too_long_name = "n".repeat(256);
    let deep = ["d"; 1_000].join("/");
    let count = 2 + 1 + 4 + 8; // where the count of outputs stands
    let edit_count = |value: u32| [&encoded[..count], &value.to_le_bytes(), &encoded[count + 4..]].concat();
    const SORTED: &str = "two encodings, one meaning: two hashes for one answer";
    const NAMES: &str = "encoding.md, section 5: output names";
    vec![
        accepted("outcome", "the largest numbers", "numbers read as signed, or as doubles", largest.encode()),
        accepted("outcome", "no outputs", "an empty list", with(&[])),
        refused("outcome", "outputs not sorted", SORTED, with(&[("b", b""), ("a", b"")])),
        refused("outcome", "outputs with one name twice", SORTED, with(&[("a", b"1"), ("a", b"2")])),
        accepted("outcome", "a-b before a/b", "sorting by directory instead of bytes", with(&[("a-b", b""), ("a/b", b"")])),
        refused("outcome", "a/b before a-b", "sorting by directory instead of bytes", with(&[("a/b", b""), ("a-b", b"")])),
        accepted("outcome", "file name of 255 bytes", NAMES, with(&[(&longest_name, b"")])),
        refused("outcome", "file name of 256 bytes", NAMES, with(&[(&too_long_name, b"")])),
        accepted("outcome", "1,000 directories deep", "recursion over a path", with(&[(&deep, b"")])),
        refused("outcome", "output name /a", NAMES, with(&[("/a", b"")])),
        refused("outcome", "output name a/", NAMES, with(&[("a/", b"")])),
        refused("outcome", "output name a//b", NAMES, with(&[("a//b", b"")])),
        refused("outcome", "output name a/../b", "a path that leaves /out where outputs are written", with(&[("a/../b", b"")])),
        refused("outcome", "empty output name", NAMES, with(&[("", b"")])),
        refused("outcome", "output name with a line feed", "a name that forges a line of a report", with(&[("a\nb", b"")])),
        refused("outcome", "a count of 2³²−1 outputs", "memory reserved for a count before the data is seen", edit_count(u32::MAX)),
        refused("outcome", "one output less than there are", "the rest read as stdout", edit_count(1)),
        refused("outcome", "one output more than there are", "stdout read as an output", edit_count(3)),
    ]
}

fn statuses() -> Vec<Vector> {
    let with = |status: Status| Outcome { status, outputs: vec![], ..samples::outcome() };
    let completed = with(Status::Completed(0)).encode();
    // format ‖ tag ‖ exit code: another tag and other fields in their place
    let raw = |status: &[u8]| [&completed[..2], status, &completed[7..]].concat();
    let with_outputs = |status: Status| Outcome { status, ..samples::outcome() }.encode();
    const OUTPUTS: &str = "only a job that completed has outputs";
    const TAG: &str = "a tag that is not understood";
    const LIMITS: &str = "only limits 13, 14, 15, 18, 19 and 21 end a job";
    let mut vectors = vec![
        accepted("outcome", "out of fuel", "a variant without fields", with(Status::OutOfFuel).encode()),
        refused("outcome", "out of fuel with outputs", OUTPUTS, with_outputs(Status::OutOfFuel)),
        refused("outcome", "trapped with outputs", OUTPUTS, with_outputs(Status::Trapped(0))),
        refused("outcome", "limit exceeded with outputs", OUTPUTS, with_outputs(Status::LimitExceeded(13))),
        accepted("outcome", "exit code 1 with outputs", OUTPUTS, with_outputs(Status::Completed(1))),
        accepted("outcome", "depth exceeded", "a variant without fields", with(Status::DepthExceeded).encode()),
        refused("outcome", "depth exceeded with outputs", OUTPUTS, with_outputs(Status::DepthExceeded)),
        refused("outcome", "depth exceeded with the limit's number", "a variant without fields", raw(&[4, 22])),
        refused("outcome", "status 5", TAG, raw(&[5])),
        refused("outcome", "status 255", TAG, raw(&[255])),
        refused("outcome", "trap of kind 8", TAG, raw(&[1, 8])),
        refused("outcome", "trap of kind 255", TAG, raw(&[1, 255])),
        refused("outcome", "trap with a kind of four bytes", "the width of a kind", raw(&[1, 0, 0, 0, 0])),
        refused("outcome", "exit code of one byte", "the width of an exit code", raw(&[0, 0])),
        refused("outcome", "limit 0 exceeded", LIMITS, raw(&[3, 0])),
        refused("outcome", "limit 12 exceeded", LIMITS, raw(&[3, 12])),
        refused("outcome", "limit 16 exceeded", LIMITS, raw(&[3, 16])),
        refused("outcome", "limit 17 exceeded", LIMITS, raw(&[3, 17])),
        refused("outcome", "limit 20 exceeded", LIMITS, raw(&[3, 20])),
        refused("outcome", "limit 22 exceeded", "call_depth has a status of its own", raw(&[3, 22])),
        refused("outcome", "limit 23 exceeded", LIMITS, raw(&[3, 23])),
    ];
    for kind in 0..8 {
        let name = format!("trap of kind {kind}");
        vectors.push(accepted("outcome", &name, "execution.md, section 4", with(Status::Trapped(kind)).encode()));
    }
    for limit in [13, 14, 15, 18, 19, 21] {
        let name = format!("limit {limit} exceeded");
        vectors.push(accepted("outcome", &name, LIMITS, with(Status::LimitExceeded(limit)).encode()));
    }
    vectors
}

fn receipts() -> Vec<Vector> {
    let good = samples::receipt(&samples::job(), &samples::outcome());
    let encoded = good.encode();
    let most_calls = Receipt { calls: u64::MAX, ..good.clone() }.encode();
    let profile = |profile: String| Receipt { profile, ..good.clone() }.encode();
    vec![
        accepted("receipt", "2⁶⁴−1 calls", "numbers read as signed, or as doubles", most_calls),
        refused("receipt", "profile assay-2", "a receipt of another profile", profile("assay-2".to_string())),
        refused("receipt", "a profile as long as the receipt may be", "a receipt used as a container", profile("x".repeat(3_882))),
        refused(
            "receipt",
            "a profile of 2³²−1 bytes",
            "memory reserved for a length",
            replace(&encoded, b"\x07\0\0\0assay-1", b"\xff\xff\xff\xffassay-1"),
        ),
        refused("receipt", "without its last field", "a key that is read as zero", without_last(&encoded, 32)),
    ]
}

fn calls() -> Vec<Vector> {
    let [good] = samples::calls(1).try_into().expect("one call was asked for");
    let encoded = good.encode();
    let function = |function: &str| Call { function: function.to_string(), ..good.clone() }.encode();
    let largest = Call { index: u64::MAX, fuel: u64::MAX, ..good.clone() }.encode();
    vec![
        accepted("call", "the largest numbers", "numbers read as signed, or as doubles", largest),
        accepted("call", "an empty function", "an empty string", function("")),
        accepted("call", "another bit in the results", "results that are not hashed", flipped(&encoded, encoded.len() - 9)),
        refused("call", "FF in the function", "text that is not UTF-8", replace(&encoded, b"fd_write", b"fd_writ\xff")),
        refused(
            "call",
            "a function of 2³²−1 bytes",
            "memory reserved for a length",
            replace(&encoded, b"\x1f\0\0\0wasi", b"\xff\xff\xff\xffwasi"),
        ),
    ]
}
