//! The program's command line, held against golden cases in `tests/cli`: dropping a file in adds a case (`assay_tests::program::golden`).
//!
//! What is promised whatever the cases say stands here: every command and every exit code has cases, JSON has the fields that others rely on, completions
//! complete, and a reader that goes away is no reason to panic.

use std::collections::BTreeSet;
use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use assay_tests::program::{Place, Ran, every, golden, samples, say};
use assay_tests::vectors;
use serde_json::Value;

#[test]
fn golden_cases() {
    every(&golden::cases(), golden::Case::check);
}

/// The commands that `assay --help` lists.
fn commands() -> BTreeSet<String> {
    let help = Place::new().run(["--help"]).ok().text();
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // A description that goes on in the next line stands further to the right.
    let listed = listed.filter(|line| !line.starts_with("   "));
    let names: BTreeSet<String> = listed.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    assert!(names.contains("run"), "no commands in:\n{help}");
    names
}

/// The demo builds all examples; `tests/examples.rs` runs it. `help` is clap's.
#[test]
fn every_command_has_cases_for_people_for_programs_and_for_help() {
    if std::env::var_os("CASE").is_some() {
        return say("only some cases are asked for: whether all commands have some is not looked at");
    }
    let cases = golden::cases();
    let has = |command: &str, json: bool| {
        cases.iter().any(|case| {
            let own = || case.args().iter().take_while(|arg| *arg != "--");
            own().any(|arg| arg == command)
                && own().any(|arg| arg == "--json") == json
                && case.exit() != 2
                && !own().any(|arg| arg == "--help")
        })
    };
    for command in commands().iter().filter(|command| *command != "demo" && *command != "help") {
        assert!(has(command, false), "{command} has no case");
        assert!(has(command, true), "{command} has no case with --json");
    }
    for command in commands().iter().filter(|command| *command != "help") {
        assert!(cases.iter().any(|case| case.args() == [command, "--help"]), "{command} has no case of its help");
    }
    for code in 0..=4 {
        for json in [false, true] {
            let seen = cases.iter().any(|case| case.exit() == code && case.args().iter().any(|arg| arg == "--json") == json);
            assert!(seen, "exit code {code} has no case (--json: {json})");
        }
    }
}

fn fields(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap_or_else(|| panic!("not an object: {value}")).keys().map(String::as_str).collect()
}

fn is_hash(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}

fn is_blob(value: &Value) -> bool {
    fields(value) == BTreeSet::from(["blake3", "bytes"]) && is_hash(&value["blake3"]) && value["bytes"].is_u64()
}

/// The contract of `assay run --json`: what it promises is there, of that type, and says what the status says.
fn keeps_contract(said: &Value) {
    for hash in ["job", "outcome_hash", "transcript_root"] {
        assert!(is_hash(&said[hash]), "{hash} in {said}");
    }
    assert!(said["profile"] == "assay-1" && said["seconds"].is_f64() && said["calls"].is_u64(), "{said}");
    outcome_keeps_contract(&said["outcome"]);
}

/// The same for an outcome, wherever it is shown.
fn outcome_keeps_contract(outcome: &Value) {
    assert!(outcome["fuel"].is_u64() && is_blob(&outcome["stdout"]) && is_blob(&outcome["stderr"]), "{outcome}");
    let outputs = outcome["outputs"].as_array().expect("outputs is an array");
    assert!(outputs.iter().all(|output| output["name"].is_string() && output["bytes"].is_u64() && is_hash(&output["blake3"])), "{outcome}");
    let own: BTreeSet<&str> =
        fields(outcome).difference(&BTreeSet::from(["status", "fuel", "outputs", "stdout", "stderr"])).copied().collect();
    let expected = match outcome["status"].as_str().expect("status is text") {
        "completed" => BTreeSet::from(["exit_code"]),
        "trapped" => BTreeSet::from(["trap"]),
        "limit_exceeded" => BTreeSet::from(["limit"]),
        "out_of_fuel" | "depth_exceeded" => BTreeSet::new(),
        other => panic!("unknown status {other}"),
    };
    assert_eq!(own, expected, "{outcome}");
}

/// Receipts of the vectors, one of each status, are shown by the status's name, to people and to programs.
#[test]
fn inspect_shows_every_status() {
    let place = Place::new();
    let groups = vectors::groups("receipt.json");
    let (_, receipts) = groups.iter().find(|(name, _)| name == "receipts").expect("a group of the file");
    let names = ["the sample", "exit code 1", "trapped", "out of fuel", "limit exceeded", "depth exceeded"];
    let statuses = ["completed", "completed", "trapped", "out_of_fuel", "limit_exceeded", "depth_exceeded"];
    for (name, status) in names.into_iter().zip(statuses) {
        let vector = receipts.iter().find(|vector| vector["name"] == name).expect("a vector of that name");
        place.write("job.receipt", vectors::bytes(vector, "file"));
        let said = place.run(["inspect", "--json", "job.receipt"]).ok().json();
        outcome_keeps_contract(&said["outcome"]);
        assert_eq!(said["outcome"]["status"], status, "{name}");
        let text = place.run(["inspect", "job.receipt"]).ok().text();
        assert!(text.lines().any(|line| line == format!("  status: {status}")), "{name}:\n{text}");
    }
}

#[test]
fn json_of_runs_keeps_its_contract() {
    let place = Place::new();
    let cases = [
        ("files", vec![], 0, "completed"),
        ("exit3", vec![], 1, "completed"),
        ("trap", vec![], 1, "trapped"),
        ("endless", vec!["--limit", "fuel=1000"], 1, "out_of_fuel"),
        ("hello", vec!["--limit", "stdout_bytes=0"], 1, "limit_exceeded"),
    ];
    for (guest, more, code, status) in cases {
        let module = place.write(format!("{guest}.wasm"), samples::guest(guest));
        let mut args = vec!["run", "--json", module.to_str().expect("a path in UTF-8")];
        args.extend(more);
        let ran = place.run(args);
        assert_eq!(ran.code, Some(code), "{guest}: {ran}");
        keeps_contract(&ran.json());
        assert_eq!(ran.json()["outcome"]["status"], status, "{guest}");
    }
}

/// A package of the guest, and a receipt for a run of it.
fn packed(place: &Place, guest: &str) {
    place.write("module.wasm", samples::guest(guest));
    place.write("job.toml", samples::job_toml("sample"));
    place.write("key.json", samples::key_file(1));
    place.run(["build", "--key", "key.json"]).ok();
    std::fs::rename(place.work("target/assay/sample.assay"), place.work("sample.assay")).expect("the package is there");
    place.run(["run", "sample.assay", "--receipt", "job.receipt", "--key", "key.json"]).ok();
}

#[test]
fn run_verify_and_check_agree_on_the_outcome() {
    let place = Place::new();
    packed(&place, "files");
    let ran = place.run(["--json", "run", "sample.assay"]).ok().json();
    let verified = place.run(["--json", "verify", "job.receipt", "sample.assay"]).ok().json();
    let checked = place.run(["--json", "check", "sample.assay"]).ok().json();
    let inspected = place.run(["--json", "inspect", "job.receipt"]).ok().json();
    keeps_contract(&verified);
    for field in ["job", "outcome", "outcome_hash", "transcript_root", "calls"] {
        assert_eq!(ran[field], verified[field], "{field}");
        assert_eq!(ran[field], inspected[field], "{field}");
    }
    assert_eq!(checked["cases"][0]["outcome_hash"], ran["outcome_hash"]);
    assert_eq!(ran["outcome"]["outputs"][0]["blake3"], blake3::hash(b"first\n").to_hex().as_str());
}

/// Without the receipt's key the receipt is still the same claim: a second provider's receipt names the same outcome.
#[test]
fn two_providers_claim_the_same() {
    let place = Place::new();
    packed(&place, "hello");
    place.write("other.json", samples::key_file(2));
    place.run(["run", "sample.assay", "--receipt", "other.receipt", "--key", "other.json"]).ok();
    let (one, two) =
        (place.run(["--json", "inspect", "job.receipt"]).ok().json(), place.run(["--json", "inspect", "other.receipt"]).ok().json());
    assert_eq!((&one["job"], &one["outcome_hash"], &one["transcript_root"]), (&two["job"], &two["outcome_hash"], &two["transcript_root"]));
    assert_eq!((one["signer"].as_str(), two["signer"].as_str()), (Some(&*samples::public_key(1)), Some(&*samples::public_key(2))));
    assert_ne!(place.read("job.receipt"), place.read("other.receipt"));
}

/// A failure is an outcome like any other: it gets a receipt, and whoever runs the job again finds the same failure.
#[test]
fn a_failed_job_gets_a_receipt_that_verifies() {
    for (guest, expect) in [("exit3", "expect.exit_code = 3\n"), ("trap", "outcome = \"00\"\n")] {
        let place = Place::new();
        place.write("module.wasm", samples::guest(guest));
        place.write("key.json", samples::key_file(1));
        // A trap is nothing that `expect` can name, so its outcome hash is stated.
        let hash = place.run(["--json", "run", "module.wasm"]).json()["outcome_hash"].as_str().expect("a hash").to_owned();
        place.write("job.toml", samples::job_toml("sample") + &expect.replace("00", &hash));
        place.run(["build", "--key", "key.json"]).ok();
        let ran = place.run(["run", "target/assay/sample.assay", "--receipt", "job.receipt", "--key", "key.json"]);
        assert_eq!(ran.code, Some(1), "{ran}");
        place.run(["verify", "job.receipt", "target/assay/sample.assay"]).ok();
        place.run(["check", "target/assay/sample.assay"]).ok();
    }
}

/// On a fresh machine Rust has no wasm target: `assay build` adds it, and says so. Here a `rustc` that tells of an empty toolchain stands before the real one,
/// and a `rustup` that writes down what it was asked.
#[test]
fn build_adds_the_wasm_target_or_says_what_to_do() {
    let place = Place::new();
    place.write("job.toml", "name = \"tiny\"\nversion = \"1\"\n");
    place.write("Cargo.toml", "[package]\nname = \"tiny\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n");
    place.write("src/main.rs", "fn main() {}\n");
    place.write("key.json", samples::key_file(1));
    let toolchain = place.root().join("toolchain-of-tests");
    let tool = |name: &str, script: &str| {
        let path = place.root().join("tools").join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders can be made");
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a script");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a script of ours");
    };
    tool("fake-rustc", &format!("[ \"$*\" = \"--print sysroot\" ] && echo {} && exit; exec rustc \"$@\"", toolchain.display()));
    let build = || {
        let mut command = place.command(["build", "--key", "key.json"]);
        let path = format!("{}:{}", place.root().join("tools").display(), std::env::var("PATH").unwrap_or_default());
        Ran::of(command.env("PATH", path).env("RUSTC", place.root().join("tools/fake-rustc")))
    };
    tool("rustup", "echo no network >&2; exit 1");
    let ran = build();
    assert!(ran.code == Some(4) && ran.stderr.contains("what to do: run `rustup target add wasm32-wasip1`"), "{ran}");
    assert!(!place.work("target/assay").exists());

    tool("rustup", &format!("echo \"$@\" >asked; mkdir -p {}/lib/rustlib/wasm32-wasip1/lib", toolchain.display()));
    let ran = build().ok();
    assert!(ran.stderr.contains("adding Rust's wasm32-wasip1 target"), "{ran}");
    assert_eq!(place.read("asked"), b"target add wasm32-wasip1 --toolchain toolchain-of-tests\n");
    std::fs::remove_file(place.work("asked")).expect("it was asked");
    build().ok();
    assert!(!place.work("asked").exists(), "once for a toolchain");
}

#[test]
fn bash_completes_commands_and_options() {
    let place = Place::new();
    let script = place.write("assay.bash", place.run(["completions", "bash"]).ok().stdout);
    let complete = |words: &str, at: usize| {
        let ask = format!(
            "source {}; COMP_WORDS=({words}); COMP_CWORD={at}; _assay assay \"${{COMP_WORDS[{at}]}}\" \"${{COMP_WORDS[{at}-1]}}\"; echo \"${{COMPREPLY[*]}}\"",
            script.display()
        );
        Ran::of(place.other("bash").args(["--norc", "-c", &ask])).text().trim().to_owned()
    };
    if Command::new("bash").arg("--version").stdout(Stdio::null()).status().is_err() {
        return say("there is no bash here: its completions are not tried");
    }
    assert_eq!(complete("assay ver", 1), "verify verifier");
    assert_eq!(complete("assay insp", 1), "inspect");
    assert_eq!(complete("assay run --rec", 2), "--receipt");
    assert_eq!(complete("assay keys s", 2), "show");
}

/// The other end of a pipe may go away (`assay inspect … | head -1`), and a disk may be full: that is no panic, and does not change what is written to files.
#[test]
fn output_that_nobody_takes_is_no_reason_to_panic() {
    let place = Place::new();
    packed(&place, "hello");
    let commands: [&[&str]; 10] = [
        &["inspect", "sample.assay"],
        &["inspect", "--json", "sample.assay"],
        &["check", "sample.assay"],
        &["verify", "job.receipt", "sample.assay"],
        &["run", "sample.assay"],
        &["keys", "show", "key.json"],
        &["build", "--key", "key.json"],
        &["doctor"],
        &["completions", "bash"],
        &["new", "job"],
    ];
    let full = || File::options().write(true).open("/dev/full").ok();
    let gone = || std::io::pipe().map(|(_, writer)| writer).expect("pipes can be made");
    if full().is_none() {
        say("there is no /dev/full here: a full disk is not tried");
    }
    let mut wrong = Vec::new();
    for args in commands {
        // Each time one stream goes nowhere and the other is looked at.
        let mut judge = |case: &str, command: &mut Command| {
            let _ = std::fs::remove_dir_all(place.work("job"));
            let ran = command.stdin(Stdio::null()).output().expect("the program starts");
            let said = String::from_utf8_lossy(&ran.stderr).into_owned() + &String::from_utf8_lossy(&ran.stdout);
            if said.contains("panicked") || !matches!(ran.status.code(), Some(0 | 4)) {
                wrong.push(format!("{args:?} with {case}: {:?}\n{said}", ran.status));
            }
        };
        judge("stdout into a closed pipe", place.command(args).stdout(gone()));
        judge("stderr into a closed pipe", place.command(args).stderr(gone()));
        if let (Some(out), Some(err)) = (full(), full()) {
            judge("stdout on a full disk", place.command(args).stdout(out));
            judge("stderr on a full disk", place.command(args).stderr(err));
        }
    }
    assert!(wrong.is_empty(), "{} runs did not end well; the first of them:\n{}", wrong.len(), wrong.first().map_or("", String::as_str));
}
