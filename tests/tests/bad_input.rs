//! Bad input, as a user meets it: files that are cut, extended, flipped, wrongly signed or something else altogether.
//!
//! | whatever is wrong with it | |
//! |---|---|
//! | exit code | 3, or 2 where the caller named something that cannot be |
//! | stderr | one message, which names the check, and what to do; nothing that could drive a terminal, no panic |
//! | stdout | nothing |
//! | files | as before: nothing new, nothing changed, nothing half-written |
//!
//! Each case is a process of its own. The loops are systematic and the random ones seeded, so a failure repeats.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use assay_protocol::encoding::Canonical;
use assay_protocol::hash::Blob;
use assay_protocol::manifest::Manifest;
use assay_protocol::outcome::Status;
use assay_protocol::package::{self, Package};
use assay_protocol::receipt::ReceiptFile;
use assay_protocol::transcript::Transcript;
use assay_tests::program::{Place, Ran, every, samples};

/// What is good before it is made bad: a package, a receipt for a run of it with one input, and that run's transcript.
struct Good {
    package: Vec<u8>,
    receipt: Vec<u8>,
    transcript: Vec<u8>,
}

const TEXT: &str = "Whose woods these are";
const VERIFY: [&str; 5] = ["verify", "job.receipt", "sample.assay", "--input", "text=text"];

fn good() -> &'static Good {
    static GOOD: OnceLock<Good> = OnceLock::new();
    GOOD.get_or_init(|| {
        let place = Place::new();
        place.write("module.wasm", samples::guest("copy"));
        place.write("job.toml", samples::job_toml("sample") + "inputs = { text = \"text\" }\n");
        place.write("text", TEXT);
        place.write("key.json", samples::key_file(1));
        place.run(["build", "--key", "key.json"]).ok();
        let run = ["run", "target/assay/sample.assay", "--input", "text=text", "--key", "key.json", "--receipt", "r", "--transcript", "t"];
        place.run(run).ok();
        Good { package: place.read("target/assay/sample.assay"), receipt: place.read("r"), transcript: place.read("t") }
    })
}

/// A place with all that is good in it.
fn place() -> Place {
    let place = Place::new();
    let good = good();
    place.write("sample.assay", &good.package);
    place.write("job.receipt", &good.receipt);
    place.write("job.transcript", &good.transcript);
    place.write("text", TEXT);
    place.write("key.json", samples::key_file(1));
    place
}

/// What is wrong with how the program refused, if anything. `codes` are the exit codes it may give, `check` begins the name of the check of exit code 3.
fn misbehaviour(ran: &Ran, codes: &[i32], check: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if !ran.code.is_some_and(|code| codes.contains(&code)) {
        wrong.push(format!("exit code {:?}, expected one of {codes:?}", ran.code));
    }
    if ran.stderr.contains("panicked") {
        wrong.push("it panicked".to_owned());
    }
    if let Some(c) = ran.stderr.chars().find(|c| c.is_control() && *c != '\n') {
        wrong.push(format!("stderr has the control character {c:?}"));
    }
    if ran.stderr.len() > 4096 {
        wrong.push(format!("the message is {} bytes long", ran.stderr.len()));
    }
    // That a bare module is unsigned is said before anything can be wrong with it.
    let messages: Vec<&str> = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with("assay: ") || line.starts_with("error: "))
        .filter(|line| !line.contains("is a bare module:"))
        .collect();
    let begins = match ran.code {
        Some(2) => ["assay: error: ".to_owned(), "error: ".to_owned()],
        Some(3) => [format!("assay: refused by {check}"), "-".to_owned()],
        Some(4) => ["assay: abstained: ".to_owned(), "-".to_owned()],
        _ => return wrong,
    };
    match messages.as_slice() {
        [one] if begins.iter().any(|begin| one.starts_with(begin)) => {}
        other => wrong.push(format!("its messages are {other:?}, expected one that begins with {:?}", begins[0])),
    }
    if ran.code == Some(3) && !ran.stdout.is_empty() {
        wrong.push("it wrote to stdout".to_owned());
    }
    wrong
}

/// Runs the program on something bad: it must refuse, and change nothing.
fn refuses(place: &Place, args: &[&str], codes: &[i32], check: &str) -> Result<(), String> {
    refuses_command(place, &mut place.command(args), codes, check)
}

fn refuses_command(place: &Place, command: &mut Command, codes: &[i32], check: &str) -> Result<(), String> {
    let before = place.listing();
    let ran = Ran::of(command);
    let mut wrong = misbehaviour(&ran, codes, check);
    let after = place.listing();
    if before != after && ran.code != Some(0) {
        let changed: Vec<_> = after.iter().filter(|(path, content)| before.get(*path) != Some(content)).map(|(path, _)| path).collect();
        wrong.push(format!("files were changed: {changed:?}, {} before, {} after", before.len(), after.len()));
    }
    if wrong.is_empty() { Ok(()) } else { Err(format!("{:?}:\n{}\n{ran}", command.get_args(), wrong.join("\n"))) }
}

/// One way to damage bytes.
#[derive(Debug, Clone, Copy)]
enum Damage {
    /// One bit is another.
    Flip(usize),
    /// Only so many bytes are left.
    Cut(usize),
    /// So many zeros follow.
    Extend(usize),
}

impl Damage {
    fn of(self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        match self {
            Self::Flip(bit) => bytes[bit / 8] ^= 1 << (bit % 8),
            Self::Cut(length) => bytes.truncate(length),
            Self::Extend(more) => bytes.resize(bytes.len() + more, 0),
        }
        bytes
    }
}

/// Damages all over `length` bytes, about `count` of them. The strides are odd, so that every bit of a byte has its turn.
fn damages(length: usize, count: usize) -> Vec<Damage> {
    let stride = |whole: usize, count: usize| (whole / count.max(1)).max(1) | 1;
    let flips = (0..length * 8).step_by(stride(length * 8, count * 3 / 4)).map(Damage::Flip);
    let cuts = (0..length).step_by(stride(length, count / 4)).map(Damage::Cut);
    flips.chain(cuts).chain([1, 64, 4096].map(Damage::Extend)).collect()
}

#[test]
fn a_damaged_package_is_refused() {
    let cases: Vec<(usize, Damage)> = damages(good().package.len(), 240).into_iter().enumerate().collect();
    let commands: [&[&str]; 4] =
        [&["run", "sample.assay", "--out", "out"], &["check", "sample.assay"], &["inspect", "sample.assay"], &VERIFY];
    every(&cases, |(at, damage)| {
        let place = place();
        place.write("sample.assay", damage.of(&good().package));
        refuses(&place, commands[at % commands.len()], &[3], "package.").map_err(|why| format!("{damage:?}: {why}"))
    });
}

#[test]
fn a_damaged_receipt_is_refused() {
    let cases: Vec<(usize, Damage)> = damages(good().receipt.len(), 240).into_iter().enumerate().collect();
    every(&cases, |(at, damage)| {
        let place = place();
        place.write("job.receipt", damage.of(&good().receipt));
        // `inspect` tells files apart by their first bytes: a receipt damaged there is no receipt to it.
        let args: &[&str] =
            if at % 2 == 0 || !damage.of(&good().receipt).starts_with(b"\x7fASSAYR\x02") { &VERIFY } else { &["inspect", "job.receipt"] };
        refuses(&place, args, &[3], "receipt.").map_err(|why| format!("{damage:?}: {why}"))
    });
}

/// A transcript is not signed; the receipt commits to it.
#[test]
fn a_damaged_transcript_is_refused() {
    every(&damages(good().transcript.len(), 40), |damage| {
        let place = place();
        place.write("job.transcript", damage.of(&good().transcript));
        let args = [&VERIFY[..], &["--transcript", "job.transcript"]].concat();
        refuses(&place, &args, &[3], "transcript.").map_err(|why| format!("{damage:?}: {why}"))
    });
}

#[test]
fn a_damaged_key_file_is_refused_and_not_repeated() {
    let key = samples::key_file(1);
    every(&damages(key.len(), 60), |damage| {
        let place = place();
        let damaged = damage.of(key.as_bytes());
        // Cut inside the closing bracket's line, or followed by white space, it would still be whole; zeros are not white space.
        place.write("key.json", &damaged);
        let ran = place.run(["keys", "show", "key.json"]);
        if (ran.stderr.clone() + &ran.text()).contains("1,1,1") {
            return Err(format!("{damage:?}: the message repeats the secret: {ran}"));
        }
        refuses(&place, &["keys", "show", "key.json"], &[3], "key.file").map_err(|why| format!("{damage:?}: {why}"))?;
        refuses(&place, &["run", "sample.assay", "--receipt", "new.receipt", "--key", "key.json"], &[3], "key.file")
    });
}

#[test]
fn what_is_no_key_file_is_refused() {
    let numbers = |count: usize, number: &str| format!("[{}]", vec![number; count].join(","));
    let key = samples::key_file(1);
    let mut cases: Vec<Vec<u8>> = [
        String::new(),
        "[]".to_owned(),
        "null".to_owned(),
        "\"[1]\"".to_owned(),
        "{\"key\": [1]}".to_owned(),
        numbers(63, "1"),
        numbers(64, "1"),
        numbers(65, "1"),
        numbers(64, "-1"),
        numbers(64, "256"),
        numbers(64, "1.0"),
        numbers(64, "1e2"),
        numbers(64, "99999999999999999999999"),
        numbers(1, &key),
        "[".repeat(4000),
        "[".repeat(100_000),
        " ".repeat(4096) + &key,
        key.clone() + &key,
        key.replace(']', ",]"),
        format!("\u{feff}{key}"),
        samples::public_key(1),
        samples::job_toml("key"),
    ]
    .map(String::into_bytes)
    .to_vec();
    cases.extend([vec![0xff; 64], vec![0; 10_000], samples::key(1).to_keypair_bytes().to_vec(), samples::guest("hello")]);
    // Two keys mixed: the public half is another's.
    let (one, two) = (samples::key(1).to_keypair_bytes(), samples::key(2).to_keypair_bytes());
    cases.push(serde_json::to_vec(&[&one[..32], &two[32..]].concat()).expect("numbers have a JSON form"));
    every(&cases, |content| {
        let place = place();
        place.write("key.json", content);
        refuses(&place, &["keys", "show", "key.json"], &[3], "key.file")?;
        let mut by_environment = place.command(["run", "sample.assay", "--receipt", "new.receipt"]);
        refuses_command(&place, by_environment.env("ASSAY_KEY", place.work("key.json")), &[3], "key.file")
    });
}

/// Files that are signed, but not by who they say, or not for what they are.
#[test]
fn wrongly_signed_files_are_refused() {
    let good = good();
    let read = Package::read(&good.package).expect("the good package is good");
    let encoded = read.manifest.encode();
    let with = |manifest: &Manifest, signature: &[u8]| {
        let encoded = manifest.encode();
        let length = u32::try_from(encoded.len()).expect("a small manifest");
        [package::MAGIC.as_slice(), &length.to_le_bytes(), &encoded, signature, &good.package[76 + encoded.len()..]].concat()
    };
    let other = Manifest { publisher: samples::key(2).verifying_key().to_bytes(), ..read.manifest.clone() };
    let signed_by_two =
        package::write(read.manifest.clone(), read.module, &[(Blob::of(TEXT.as_bytes()).blake3, TEXT.into())].into(), &samples::key(2))
            .expect("a good package");
    let signature_of_two = &signed_by_two[12 + encoded.len()..76 + encoded.len()];
    let receipt = ReceiptFile::read(&good.receipt).expect("the good receipt is good");
    let packages = [
        ("no signature", with(&read.manifest, &[0; 64])),
        ("another's signature", with(&read.manifest, signature_of_two)),
        ("another's name under the publisher's signature", with(&other, &read.signature)),
        ("a receipt's signature", with(&read.manifest, &receipt.signature)),
        ("a publisher that is no key", with(&Manifest { publisher: [0xff; 32], ..read.manifest.clone() }, &read.signature)),
        ("a publisher of small order", with(&Manifest { publisher: [0; 32], ..read.manifest.clone() }, &[0; 64])),
    ];
    every(&packages, |(name, bytes)| {
        let place = place();
        place.write("sample.assay", bytes);
        refuses(&place, &["run", "sample.assay"], &[3], "package.signature").map_err(|why| format!("{name}: {why}"))
    });
    let receipts = [
        ("no signature", ReceiptFile { signature: [0; 64], ..receipt.clone() }, "receipt.signature"),
        ("the job's signature", ReceiptFile { signature: receipt.request, ..receipt.clone() }, "receipt.signature"),
        (
            "another provider",
            {
                let mut other = receipt.clone();
                other.receipt.provider = samples::key(2).verifying_key().to_bytes();
                other
            },
            "receipt.signature",
        ),
        ("another requester", ReceiptFile { requester: samples::key(2).verifying_key().to_bytes(), ..receipt.clone() }, "receipt.job"),
        (
            "another job",
            {
                let mut other = receipt.clone();
                other.job.args.push("more".to_owned());
                other
            },
            "receipt.job",
        ),
        (
            "another outcome",
            {
                let mut other = receipt.clone();
                other.outcome.fuel += 1;
                other
            },
            "receipt.outcome",
        ),
    ];
    every(&receipts, |(name, receipt, check)| {
        let place = place();
        place.write("job.receipt", receipt.encode());
        refuses(&place, &VERIFY, &[3], check).map_err(|why| format!("{name}: {why}"))
    });
}

/// Whole and well signed, but false: only running the job again finds it. That is no refusal: the hashes differ, exit code 1.
#[test]
fn a_false_claim_is_found_by_running_the_job_again() {
    let receipt = ReceiptFile::read(&good().receipt).expect("the good receipt is good");
    let claim = |change: &dyn Fn(&mut ReceiptFile)| {
        let mut claimed = receipt.clone();
        change(&mut claimed);
        let transcript = (claimed.receipt.transcript, claimed.receipt.calls);
        ReceiptFile::sign(claimed.receipt.package, claimed.job, claimed.outcome, transcript, &samples::key(1), &samples::key(1)).encode()
    };
    let cases = [
        ("stdout", claim(&|r| r.outcome.stdout = Blob::of(b"something else")), "re-execution.outcome"),
        ("exit code", claim(&|r| r.outcome.status = Status::Completed { exit_code: 1 }), "re-execution.outcome"),
        ("fuel", claim(&|r| r.outcome.fuel -= 1), "re-execution.outcome"),
        ("transcript", claim(&|r| r.receipt.transcript.0[0] ^= 1), "re-execution.transcript"),
        ("calls", claim(&|r| r.receipt.calls += 1), "re-execution.transcript"),
    ];
    every(&cases, |(name, bytes, check)| {
        let place = place();
        place.write("job.receipt", bytes);
        let before = place.listing();
        let ran = place.run(VERIFY);
        let told = ran.text().contains(check) && ran.text().contains("NOT verified");
        if ran.code == Some(1) && told && place.listing() == before {
            Ok(())
        } else {
            Err(format!("{name}: expected exit code 1 by {check}: {ran}"))
        }
    });
}

/// Where the provider's transcript is at hand, the first host call that differs is named.
#[test]
fn the_first_call_that_differs_is_named() {
    let mut receipt = ReceiptFile::read(&good().receipt).expect("the good receipt is good");
    let transcript = Transcript::decode(&good().transcript).expect("the good transcript is good");
    let mut calls = transcript.calls().to_vec();
    let place = place();
    let differs = calls.iter().position(|call| call.function == "wasi_snapshot_preview1.fd_read").expect("the guest reads");
    calls[differs].results.0[0] ^= 1;
    let lie = Transcript::new(transcript.job, calls);
    receipt.receipt.transcript = lie.root();
    let claim = (receipt.receipt.transcript, receipt.receipt.calls);
    place.write(
        "job.receipt",
        ReceiptFile::sign(receipt.receipt.package, receipt.job, receipt.outcome, claim, &samples::key(1), &samples::key(1)).encode(),
    );
    place.write("job.transcript", lie.encode());
    let ran = place.run([&VERIFY[..], &["--transcript", "job.transcript"]].concat());
    let named = format!("first host call that differs: number {differs} (here wasi_snapshot_preview1.fd_read");
    assert!(ran.code == Some(1) && ran.text().contains(&named) && ran.text().contains("in its results"), "{ran}");
}

/// Files longer than they may be. They are sparse: their length costs nothing here.
#[test]
fn oversized_files_are_refused() {
    let cases: [(&str, u64, &[&str], &str); 5] = [
        ("sample.assay", 1_073_741_825, &["run", "sample.assay"], "package.length"),
        ("job.receipt", 72 * 1_048_576 + 1, &VERIFY, "receipt.length"),
        ("key.json", 1 << 40, &["keys", "show", "key.json"], "key.file"),
        ("job.toml", 1_048_577, &["build", "--key", "key.json"], "job.toml"),
        ("job.toml", 1 << 40, &["build", "--key", "key.json"], "job.toml"),
    ];
    // One after the other: a package may be a gibibyte long, and is read whole.
    for (file, bytes, args, check) in cases {
        let place = Place::new();
        for (name, content) in
            [("sample.assay", good().package.as_slice()), ("job.receipt", &good().receipt), ("key.json", samples::key_file(1).as_bytes())]
        {
            place.write(name, content);
        }
        if file == "job.toml" {
            place.write(file, samples::job_toml("sample"));
        }
        std::fs::File::options().write(true).open(place.work(file)).and_then(|file| file.set_len(bytes)).expect("a sparse file");
        let ran = place.run(args);
        let wrong = misbehaviour(&ran, &[3], check);
        assert!(wrong.is_empty() && !place.work("target").exists(), "{file} of {bytes} bytes: {wrong:?}\n{ran}");
    }
}

/// A generator of numbers (SplitMix64): seeded, so that a failure repeats.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).expect("below a usize")
    }
}

const JOB_TOML: &str = r#"name = "sample"
version = "0.1.0"

[build]
module = "module.wasm"
opt_level = "s"
simd = true

[limits]
fuel = 1_000_000
memory_bytes = 67_108_864

[[test]]
name = "copies"
args = ["one", "two"]
env = { A = "1" }
inputs = { text = "text" }
[test.expect]
exit_code = 0
stdout = "Whose woods these are"
outputs = {}
"#;

/// `JOB_TOML` with a few bytes changed, taken out, put in or moved.
fn mutated(seed: u64) -> Vec<u8> {
    const PUT_IN: [&str; 16] = [
        "\"",
        "'",
        "[",
        "]",
        "=",
        "\n",
        "\0",
        "\u{1b}[2J",
        "\\u0000",
        "-1",
        "9999999999999999999999",
        "../",
        "\u{202e}",
        "{",
        "é",
        "1e400",
    ];
    let mut random = Random(seed);
    let mut text = JOB_TOML.as_bytes().to_vec();
    for _ in 0..=random.below(3) {
        let at = random.below(text.len());
        match random.below(5) {
            0 => text[at] = random.next().to_le_bytes()[0],
            1 => drop(text.drain(at..(at + 1 + random.below(12)).min(text.len()))),
            2 => drop(text.splice(at..at, PUT_IN[random.below(PUT_IN.len())].bytes())),
            3 => text.truncate(at.max(1)),
            _ => {
                let line = JOB_TOML.lines().nth(random.below(JOB_TOML.lines().count())).unwrap_or_default();
                let start = text[..at].iter().rposition(|b| *b == b'\n').map_or(0, |place| place + 1);
                text.splice(start..start, format!("{line}\n").bytes());
            }
        }
    }
    text
}

fn job_folder(job_toml: &[u8]) -> Place {
    let place = place();
    place.write("module.wasm", samples::guest("copy"));
    place.write("job.toml", job_toml);
    place
}

/// A mutation may still be a job (0), or one whose test does not hold any more (1).
#[test]
fn a_mutated_job_toml_never_panics_and_builds_whole_or_nothing() {
    let place = job_folder(JOB_TOML.as_bytes());
    place.run(["build", "--key", "key.json"]).ok();
    let seeds: Vec<u64> = (0..200).collect();
    every(&seeds, |seed| {
        let text = mutated(*seed);
        let checked = refuses(&job_folder(&text), &["build", "--key", "key.json"], &[0, 1, 2, 3], "");
        checked.map_err(|why| format!("seed {seed}:\n{}\n{why}", String::from_utf8_lossy(&text)))
    });
}

#[test]
fn what_no_job_toml_may_say_is_refused() {
    let with = |from: &str, to: &str| JOB_TOML.replacen(from, to, 1).into_bytes();
    let tests: String = (0..257).map(|number| format!("[[test]]\nname = \"t{number}\"\noutcome = \"{}\"\n", "00".repeat(32))).collect();
    let cases: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"\0".to_vec(),
        vec![0xff; 100],
        b"\xef\xbb\xbf".to_vec(),
        samples::guest("hello"),
        ("x = ".to_owned() + &"[".repeat(100_000)).into_bytes(),
        ("x = ".to_owned() + &"{a=".repeat(100_000)).into_bytes(),
        (vec!["a"; 100_000].join(".") + " = 1").into_bytes(),
        format!("{} = 1", "a".repeat(500_000)).into_bytes(),
        with("sample", ""),
        with("sample", "-sample"),
        with("sample", "../sample"),
        with("sample", "Sample"),
        with("sample", &"s".repeat(65)),
        with("0.1.0", "v1"),
        with("0.1.0", "1\\u001b[2J"),
        with("\"0.1.0\"", "0.1"),
        with("\"s\"", "\"4\""),
        with("\"s\"", "\"s\\\" --cfg x\""),
        with("1_000_000", "0"),
        with("1_000_000", "-1"),
        with("1_000_000", "1.5"),
        with("1_000_000", "18446744073709551616"),
        with("1_000_000", "1_000_000_000_000_001"),
        with("fuel", "Fuel"),
        with("name = \"copies\"", "name = \"two words\""),
        with("A = \"1\"", "\"A=B\" = \"1\""),
        with("A = \"1\"", "\"\" = \"1\""),
        with("A = \"1\"", "A = \"\\u0000\""),
        with("\"one\"", "\"\\u0000\""),
        with("text = \"text\"", "\"../text\" = \"text\""),
        with("text = \"text\"", "\"..\" = \"text\""),
        with("text = \"text\"", "text = \"nowhere\""),
        with("text = \"text\"", "text = \".\""),
        with("env =", "outcome = \"00\"\nenv ="),
        with("env =", "surprise = 1\nenv ="),
        with("module.wasm", "nowhere.wasm"),
        with("module.wasm", "."),
        with("module.wasm", "text"),
        // Without its input the guest ends with 6.
        (samples::job_toml("sample") + "expect.exit_code = 6\n" + &tests).into_bytes(),
        (samples::job_toml("sample") + "expect.exit_code = 6\n[[test]]\nname = \"plain\"\nexpect.exit_code = 6\n").into_bytes(),
    ];
    every(&cases, |text| {
        let checked = refuses(&job_folder(text), &["build", "--key", "key.json"], &[2, 3], "");
        checked.map_err(|why| format!("{}\n{why}", String::from_utf8_lossy(&text[..text.len().min(600)])))
    });
}

/// A flip may give another good module, which then does what it does (0, 1, or 4 for one that calls too deeply); a cut never does.
#[test]
fn a_damaged_module_never_panics() {
    let module = samples::guest("files");
    let mut cases: Vec<(Vec<u8>, bool)> =
        damages(module.len(), 200).iter().map(|damage| (damage.of(&module), matches!(damage, Damage::Cut(_)))).collect();
    let mut random = Random(1);
    cases.extend((0..20).map(|_| {
        let noise = (0..random.below(300)).map(|_| random.next().to_le_bytes()[0]);
        (b"\0asm\x01\0\0\0".iter().copied().chain(noise).collect(), true)
    }));
    every(&cases, |(bytes, refused)| {
        let place = Place::new();
        place.write("module.wasm", bytes);
        let codes: &[i32] = if *refused { &[3] } else { &[0, 1, 3, 4] };
        let check = if bytes.starts_with(b"\0asm") { "module." } else { "package." };
        let before = place.listing();
        let ran = place.run(["run", "module.wasm", "--limit", "fuel=100000"]);
        let wrong = misbehaviour(&ran, codes, check);
        if wrong.is_empty() && before == place.listing() { Ok(()) } else { Err(format!("{}: {wrong:?}\n{ran}", hex::encode(bytes))) }
    });
}

/// Names inside a module are a stranger's words. They stand in messages, and in what `inspect` shows.
#[test]
fn names_in_a_module_do_not_drive_the_terminal() {
    let wat = [
        r#"(module (import "e\1b[2Jnv" "f\0d\0ax" (func)) (func (export "_start")))"#,
        r#"(module (import "wasi_snapshot_preview1" "\c2\9b31m" (func)) (func (export "_start")))"#,
        r#"(module (func (export "_st\07art")))"#,
        r#"(module (@custom "\1b]0;title\07" "x") (func (export "_start")) (func (export "\1b[31m")))"#,
    ];
    every(&wat, |wat| {
        let place = Place::new();
        place.write("module.wasm", wat::parse_str(wat).map_err(|e| e.to_string())?);
        for args in [["inspect", "module.wasm"], ["run", "module.wasm"]] {
            let ran = place.run(args);
            if let Some(c) = (ran.text() + &ran.stderr).chars().find(|c| c.is_control() && *c != '\n') {
                return Err(format!("{args:?} shows {c:?}: {ran:?}"));
            }
        }
        Ok(())
    });
}

#[test]
fn bad_inputs_are_refused_before_the_job_runs() {
    let run =
        |more: &[&'static str]| [&["run", "sample.assay", "--out", "out", "--receipt", "new.receipt", "--key", "key.json"], more].concat();
    let cases: Vec<(Vec<&str>, i32)> = vec![
        (run(&["--input", "text=nowhere"]), 2),
        (run(&["--input", "text=."]), 2),
        (run(&["--input", "text="]), 2),
        (run(&["--input", "=text"]), 2),
        (run(&["--input", "a/b=text"]), 2),
        (run(&["--input", "text=text", "--input", "text=key.json"]), 2),
        (run(&["--input", "text=text", "--limit", "input_bytes=20"]), 3),
        (run(&["--input", "text=text", "--limit", "inputs=0"]), 3),
        (run(&["--input", "text=/dev/zero", "--limit", "input_bytes=100000"]), 3),
        (run(&["--limit", "args_bytes=16", "--", "0123456789abcdef"]), 3),
        (run(&["--limit", "env_bytes=2", "--env", "A=1"]), 3),
        (run(&["--limit", "fuel=0"]), 2),
        (run(&["--limit", "fuel=18446744073709551616"]), 2),
        (run(&["--limit", "="]), 2),
        (run(&["--env", "="]), 2),
        (run(&["--deadline", "-1"]), 2),
        (run(&["--deadline", "soon"]), 2),
        (vec!["run", ""], 2),
        (vec!["run", "."], 2),
        (vec!["verify", "", ""], 2),
        (vec!["verify", "job.receipt", "job.receipt", "--input", "text=text"], 3),
        (vec!["verify", "job.receipt", "sample.assay"], 3),
        (vec!["verify", "job.receipt", "sample.assay", "--input", "text=key.json"], 3),
        (vec!["inspect", "text"], 3),
        (vec!["keys", "show", "."], 3),
        (vec!["build", "text"], 2),
        (vec!["new", ""], 2),
        (vec!["new", "a/b"], 2),
    ];
    every(&cases, |(args, code)| {
        let codes: &[i32] = if args.ends_with(&["."]) { &[2, 3] } else { &[*code] };
        refuses(&place(), args, codes, "")
    });
}

#[test]
fn arguments_that_are_not_utf8_are_refused() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let bad = OsStr::from_bytes(b"\xff\xfe");
    let place = place();
    let start: &[&str] = &["run", "sample.assay"];
    for more in [&["--", "x"][..], &["--env", "x"], &["--limit", "x"], &["--deadline", "x"]] {
        let mut args: Vec<&OsStr> = start.iter().chain(&more[..1]).map(OsStr::new).collect();
        args.push(bad);
        refuses_command(&place, &mut place.command(args), &[2], "").unwrap_or_else(|why| panic!("{why}"));
    }
}

/// Where something stands in the way of what is written, it is said, and nothing is left half-written.
#[test]
fn what_cannot_be_written_leaves_nothing_behind() {
    type Obstacle = fn(&Place);
    let cases: [(&str, Obstacle, &[&str]); 5] = [
        ("the folder of outputs is a file", |place| drop(place.write("out", "mine")), &["run", "sample.assay", "--out", "out"]),
        (
            "the receipt is a folder",
            |place| drop(place.write("new.receipt/x", "")),
            &["run", "sample.assay", "--receipt", "new.receipt", "--key", "key.json"],
        ),
        (
            "the receipt's folder is a file",
            |place| drop(place.write("a", "mine")),
            &["run", "sample.assay", "--receipt", "a/new.receipt", "--key", "key.json"],
        ),
        ("the key is a folder", |place| drop(place.write("new.json/x", "")), &["keys", "new", "new.json"]),
        ("the transcript's folder is a file", |place| drop(place.write("a", "mine")), &["run", "sample.assay", "--transcript", "a/t"]),
    ];
    for (name, obstacle, args) in cases {
        let place = place();
        obstacle(&place);
        let before = place.listing();
        let ran = place.run(args);
        assert!(matches!(ran.code, Some(2 | 4)) && !ran.stderr.contains("panicked") && ran.stderr.contains("assay: "), "{name}: {ran}");
        assert_eq!(before, place.listing(), "{name}: {ran}");
    }
}

/// A deadline that passes when the job has ended, while its outputs are being written: either it held (all is written) or it did not (nothing is).
#[test]
fn a_deadline_leaves_all_outputs_or_none() {
    let place = Place::new();
    place.write("many.wasm", samples::guest("many_files"));
    let args = ["run", "many.wasm", "--limit", "outputs=8000", "--limit", "files=8010", "--out", "out", "--deadline", "1"];
    let ran = place.run(args);
    let (whole, half) = names(&place.work("out"));
    assert!(half.is_empty(), "half-written: {half:?}; {ran}");
    match ran.code {
        Some(0) => assert_eq!(whole, 8_000),
        Some(4) => assert_eq!(whole, 0, "it abstained, and yet wrote outputs: {ran}"),
        _ => panic!("{ran}"),
    }
}

/// How many files of a folder are whole, and the names of those that are not.
fn names(folder: &Path) -> (usize, Vec<String>) {
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let (half, whole): (Vec<String>, Vec<String>) = names.partition(|name| name.starts_with(".assay-"));
    (whole.len(), half)
}

/// A broken environment is the caller's, and no reason to fail where a job needs nothing of it.
#[test]
fn a_broken_environment_does_not_stop_a_job() {
    let expected = place().run(["--json", "run", "sample.assay", "--input", "text=text"]).ok().json();
    let cases = [
        ("HOME", ""),
        ("HOME", "/nowhere"),
        ("ASSAY_CACHE", "/dev/null"),
        ("ASSAY_CACHE", ""),
        ("ASSAY_LOG", "[[["),
        ("ASSAY_KEY", "/nowhere"),
        ("TMPDIR", "/nowhere"),
        ("XDG_CACHE_HOME", "relative"),
        ("TERM", "\u{1b}"),
    ];
    every(&cases, |(name, value)| {
        let place = place();
        let before = place.listing();
        let mut command = place.command(["--json", "run", "sample.assay", "--input", "text=text"]);
        let ran = Ran::of(command.env(name, value));
        let mut wrong = Vec::new();
        if ran.code != Some(0) || ran.json()["outcome_hash"] != expected["outcome_hash"] {
            wrong.push("it does not end as it should");
        }
        if ran.stderr.contains('\u{1b}') {
            wrong.push("stderr has colours, though it is no terminal");
        }
        // An empty variable is as good as none, so then the cache is where it is by default.
        let by_default = |path: &Path| path.components().any(|part| part.as_os_str() == ".cache");
        let mut after = place.listing();
        after.retain(|path, _| before.contains_key(path) || !by_default(path));
        if before != after {
            wrong.push("it wrote something outside the cache");
        }
        if wrong.is_empty() { Ok(()) } else { Err(format!("{name}={value:?}: {wrong:?}: {ran}")) }
    });
}

/// With `--json` a refusal is one JSON object on stdout, which names the check.
#[test]
fn refusals_are_json_for_programs() {
    let flipped = |bytes: &[u8]| Damage::Flip(bytes.len() * 8 - 1).of(bytes);
    let cases: [(&str, Vec<u8>, &[&str], &str); 6] = [
        ("sample.assay", flipped(&good().package), &["check", "sample.assay"], "package.blob"),
        ("job.receipt", flipped(&good().receipt), &VERIFY, "receipt."),
        ("key.json", b"[]".to_vec(), &["keys", "show", "key.json"], "key.file"),
        ("job.toml", b"name = 1".to_vec(), &["build"], "job.toml"),
        ("bad.wasm", samples::guest("socket"), &["run", "bad.wasm"], "module.import"),
        ("text", b"another".to_vec(), &VERIFY, "job.inputs"),
    ];
    every(&cases, |(file, content, args, check)| {
        let place = place();
        place.write(file, content);
        let ran = place.run([&["--json"], *args].concat());
        let error = &ran.json()["error"];
        let named = error["check"].as_str().is_some_and(|found| found.starts_with(check));
        let whole =
            error["exit_code"] == 3 && error["message"].as_str().is_some_and(|message| !message.is_empty()) && error["hint"].is_string();
        if ran.code == Some(3) && named && whole && !ran.stderr.contains("refused") { Ok(()) } else { Err(format!("{args:?}: {ran}")) }
    });
}
