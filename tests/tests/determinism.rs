//! The same job gives the same outcome, whatever the surroundings of the process that runs it.
//!
//! The job is `tests/guests/std_program`, a plain Rust program that reports all that std lets it see. Runs are compared by their receipts, to the byte: one key
//! signs them all, Ed25519 has no randomness, and a receipt commits to job, outcome, transcript root and number of host calls.
//!
//! Where this machine cannot offer a variation (another user without root, one core without `taskset`), the test says so and goes on.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use assay_tests::program::{Place, Ran, executable, root, samples, say};

/// A copy of the guest's source in `folder` of a place.
fn copy_guest(place: &Place, folder: &str) {
    let source = root().join("tests/guests/std_program");
    for file in ["Cargo.toml", "Cargo.lock", "job.toml", "src/main.rs", "data/words.txt"] {
        place.write(Path::new(folder).join(file), std::fs::read(source.join(file)).unwrap_or_else(|e| panic!("{file}: {e}")));
    }
}

/// The package, built once, and the receipt of a first run of it, which had an empty cache and left one entry there.
struct Base {
    package: Vec<u8>,
    receipt: Vec<u8>,
    entry: (OsString, Vec<u8>),
}

const WORDS: &str = "the woods are lovely dark and deep\n";

fn base() -> &'static Base {
    static BASE: OnceLock<Base> = OnceLock::new();
    BASE.get_or_init(|| {
        say("building the guest std_program");
        let place = Place::new();
        copy_guest(&place, "job");
        place.write("key.json", samples::key_file(1));
        let built = place.run(["--json", "build", "job", "--key", "key.json"]).ok();
        let package = place.read(built.json()["package"].as_str().expect("the package has a path"));
        let place = given(&package);
        place.run(ARGS).ok();
        let entry = only_entry(&place);
        let content = std::fs::read(&entry).expect("an entry");
        Base { package, receipt: place.read("job.receipt"), entry: (entry.file_name().expect("an entry has a name").to_owned(), content) }
    })
}

/// What every run is given. What differs is where and how.
const ARGS: [&str; 16] = [
    "run",
    "std-program.assay",
    "--input",
    "stdin=words.txt",
    "--input",
    "words.txt=words.txt",
    "--env",
    "PLACE=here",
    "--key",
    "key.json",
    "--receipt",
    "job.receipt",
    "--json",
    "--",
    "one",
    "two words",
];

fn given(package: &[u8]) -> Place {
    let place = Place::new();
    place.write("std-program.assay", package);
    place.write("words.txt", WORDS);
    place.write("key.json", samples::key_file(2));
    place
}

/// A place with the package and its input, and an empty cache.
fn cold() -> Place {
    given(&base().package)
}

/// The same, with the module compiled already: most variations are not about that.
fn warm() -> Place {
    let place = cold();
    let (name, content) = &base().entry;
    std::fs::create_dir(place.cache()).and_then(|()| std::fs::write(place.cache().join(name), content)).expect("a cache");
    place
}

/// The command line with the program's name: what `sh`, `taskset` and the like are told to run.
fn whole() -> Vec<String> {
    let program = executable().display().to_string();
    std::iter::once(program).chain(ARGS.map(str::to_owned)).collect()
}

/// Runs it in a place of its own, changed by `change`, and holds its receipt against the first run's.
fn same(what: &str, change: impl FnOnce(&mut Command) -> &mut Command) {
    let place = warm();
    let mut command = place.command(ARGS);
    change(&mut command);
    let ran = Ran::of(&mut command).ok();
    assert!(place.read("job.receipt") == base().receipt, "another receipt with {what}: {ran}");
}

/// Runs it through a shell: `script` ends in `exec "$@"` with what it changes around it.
fn same_by_shell(what: &str, script: &str) {
    let place = warm();
    let ran = Ran::of(place.other("sh").args(["-c", script, "sh"]).args(whole()));
    assert_eq!(ran.code, Some(0), "{what}: {ran}");
    assert!(place.read("job.receipt") == base().receipt, "another receipt with {what}: {ran}");
}

#[test]
fn the_guest_sees_what_it_is_meant_to_see() {
    let place = warm();
    let mut args = ARGS.to_vec();
    args.splice(2..2, ["--out", "out"]);
    let ran = place.run(args).ok();
    let report = String::from_utf8(place.read("out/report.txt")).expect("a report in UTF-8");
    assert!(ran.stderr.starts_with(&report[..500]), "stdout of the job is the report's beginning: {ran}");
    for line in [
        "args [\"job\", \"one\", \"two words\"]",
        "env [(\"PLACE\", \"here\")]",
        "wall clock 1767225600s",
        "a sleep of 1.5 s took 1.5",
        "map {",
        "nan 7ff8000000000000",
    ] {
        assert!(report.contains(line), "no {line:?} in {report}");
    }
    // Not only the same because nothing random is in it: another job sees other randomness.
    let mut other = ARGS;
    other[15] = "others";
    place.run(other).ok();
    let seeds = |text: &str| text.lines().filter(|line| line.starts_with("seed ")).map(str::to_owned).collect::<BTreeSet<_>>();
    let other = Ran::of(&mut place.command(other)).ok();
    assert_eq!((seeds(&report).len(), seeds(&other.stderr).len()), (3, 3));
    assert!(seeds(&report).is_disjoint(&seeds(&other.stderr)), "{other}");
}

#[test]
fn in_any_environment() {
    same("another time zone", |c| c.env("TZ", "Pacific/Kiritimati"));
    same("another locale", |c| c.env("LANG", "tr_TR.UTF-8").env("LC_ALL", "de_DE.UTF-8").env("LC_NUMERIC", "de_DE"));
    same("another home", |c| c.env("HOME", "/nowhere/at/all"));
    same("no home", |c| c.env_remove("HOME"));
    same("no PATH", |c| c.env_remove("PATH"));
    same("variables of Rust, of the allocator and of terminals", |c| {
        for (name, value) in [
            ("RUST_BACKTRACE", "full"),
            ("RUST_LOG", "trace"),
            ("ASSAY_LOG", "info"),
            ("RAYON_NUM_THREADS", "7"),
            ("MALLOC_PERTURB_", "165"),
            ("MALLOC_ARENA_MAX", "1"),
            ("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0"),
            ("RUSTFLAGS", "-C debuginfo=2"),
            ("SOURCE_DATE_EPOCH", "1"),
            ("COLUMNS", "20"),
            ("TERM", "dumb"),
            ("NO_COLOR", "1"),
            ("PLACE", "not here"),
            ("WASMTIME_BACKTRACE_DETAILS", "1"),
            ("LD_BIND_NOW", "1"),
        ] {
            c.env(name, value);
        }
        c
    });
    same("ten thousand variables", |c| c.envs((0..10_000).map(|number| (format!("JUNK_{number}"), "x"))));
}

#[test]
fn in_any_folder() {
    let place = warm();
    std::fs::create_dir_all(place.work("ä folder/with a space")).expect("a folder");
    for folder in ["/", "ä folder/with a space"] {
        let at = |file: &str| place.work(file).display().to_string();
        let args = ARGS.map(|arg| match arg {
            "std-program.assay" | "key.json" | "job.receipt" => at(arg),
            "stdin=words.txt" | "words.txt=words.txt" => arg.replace("=words.txt", &format!("={}", at("words.txt"))),
            other => other.to_owned(),
        });
        Ran::of(place.command(args).current_dir(place.work(folder))).ok();
        assert!(place.read("job.receipt") == base().receipt, "another receipt in {folder}");
    }
    // And under other names of its files.
    place.write("elsewhere/p", &base().package);
    place.write("elsewhere/w", WORDS);
    let args = ARGS.map(|arg| arg.replace("std-program.assay", "elsewhere/p").replace("=words.txt", "=elsewhere/w"));
    place.run(args).ok();
    assert!(place.read("job.receipt") == base().receipt, "another receipt under other names");
}

#[test]
fn with_any_streams_and_limits_of_the_process() {
    same_by_shell("stdin closed", "exec \"$@\" <&-");
    same_by_shell("stdin full of something else", "yes | \"$@\"");
    same_by_shell("stdout and stderr closed", "exec \"$@\" >&- 2>&-");
    same_by_shell("stdout in a file", "exec \"$@\" >said 2>&1");
    same_by_shell("stdout into a pipe that is slow", "\"$@\" 2>&1 | (sleep 1; cat)");
    same_by_shell("umask 077", "umask 077; exec \"$@\"");
    same_by_shell("umask 0", "umask 0; exec \"$@\"");
    same_by_shell("few open files", "ulimit -n 32; exec \"$@\"");
    same_by_shell("a small stack", "ulimit -s 512; exec \"$@\"");
    same_by_shell("low priority", "exec nice -n 19 \"$@\"");
    same("streams that go nowhere", |c| c.stdin(Stdio::null()));
}

/// Without the memory that the profile promises a job, this machine has no result; never another one.
#[test]
fn with_too_little_memory_it_abstains() {
    for kibibytes in [600_000, 2_000_000, 6_000_000] {
        let place = cold();
        let script = format!("ulimit -v {kibibytes}; exec \"$@\"");
        let ran = Ran::of(place.other("sh").args(["-c", &script, "sh"]).args(whole()));
        match ran.code {
            Some(0) => assert!(place.read("job.receipt") == base().receipt, "another receipt with {kibibytes} KiB: {ran}"),
            Some(4) => assert!(!place.work("job.receipt").exists(), "it abstained, and yet signed: {ran}"),
            _ => panic!("{kibibytes} KiB: {ran}"),
        }
    }
}

#[test]
fn on_any_number_of_cores() {
    if Command::new("taskset").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        return say("there is no taskset here: runs on one core are not compared");
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if cores == 1 {
        say("this machine has one core: runs on two are not compared");
    }
    let all = format!("0-{}", cores - 1);
    for set in ["0", &all] {
        let place = cold();
        let ran = Ran::of(place.other("taskset").args(["-c", set]).args(whole()));
        if ran.stderr.contains("failed to set") {
            say(&format!("this process may not run on cores {set}: {}", ran.stderr.trim()));
            continue;
        }
        assert!(ran.code == Some(0) && place.read("job.receipt") == base().receipt, "another receipt on cores {set}: {ran}");
    }
}

#[test]
fn as_any_user() {
    const NOBODY: u32 = 65_534;
    let place = warm();
    // Another user can neither enter a temporary folder nor the source tree: it gets its own program, and folders that are open to all.
    let program = place.root().join("assay");
    std::fs::copy(executable(), &program).expect("the program can be copied");
    for folder in [place.root().to_owned(), place.work(""), place.home("")] {
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o777)).expect("a folder of ours");
    }
    for file in ["std-program.assay", "words.txt", "key.json"] {
        std::fs::set_permissions(place.work(file), std::fs::Permissions::from_mode(0o644)).expect("a file of ours");
    }
    let mut command = place.other(&program);
    command.args(ARGS).uid(NOBODY).gid(NOBODY);
    match command.stdin(Stdio::null()).output() {
        Err(e) if e.kind() == std::io::ErrorKind::PermissionDenied => {
            say("not root, or the temporary folder is closed to others: runs as another user are not compared")
        }
        Err(e) => panic!("{command:?}: {e}"),
        Ok(ran) => {
            assert!(ran.status.success(), "{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
            let owner = std::fs::metadata(place.work("job.receipt")).expect("the receipt is there").uid();
            assert_eq!(owner, NOBODY, "it ran as another user");
            assert!(place.read("job.receipt") == base().receipt, "another receipt as another user");
        }
    }
}

#[test]
fn eight_at_once_with_one_cold_cache() {
    let place = cold();
    let children: Vec<_> = (0..8)
        .map(|number| {
            let receipt = format!("{number}.receipt");
            let args = ARGS.map(|arg| if arg == "job.receipt" { receipt.clone() } else { arg.to_owned() });
            place.command(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts")
        })
        .collect();
    for mut child in children {
        assert!(child.wait().expect("a child can be waited for").success());
    }
    for number in 0..8 {
        assert!(place.read(format!("{number}.receipt")) == base().receipt, "another receipt in process {number}");
    }
    let entries: Vec<PathBuf> = entries(&place);
    assert!(entries.len() == 1, "one module, one entry, no leftovers: {entries:?}");
}

/// The files of a place's cache.
fn entries(place: &Place) -> Vec<PathBuf> {
    std::fs::read_dir(place.cache()).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

fn only_entry(place: &Place) -> PathBuf {
    match entries(place).as_slice() {
        [only] => only.clone(),
        other => panic!("one module has one entry in the cache: {other:?}"),
    }
}

/// An entry holds native code: a damaged one is found before any of it runs, and built again.
#[test]
fn a_damaged_cache_entry_is_built_again() {
    let place = cold();
    let first = place.run(ARGS).ok();
    let entry = only_entry(&place);
    let good = std::fs::read(&entry).expect("an entry");
    let inode = || std::fs::metadata(&entry).expect("an entry").ino();
    let built = inode();
    let second = place.run(ARGS).ok();
    assert_eq!(inode(), built, "a good entry is used, not built again");
    assert_eq!(first.json()["outcome_hash"], second.json()["outcome_hash"]);

    // Magic 0..8, hash 8..40, length of the facts 40..44, facts from 44 on, then code (host/sandbox/src/cache.rs).
    let facts = u32::from_le_bytes(good[40..44].try_into().expect("four bytes")) as usize;
    let code = 44 + facts;
    let middle = code + (good.len() - code) / 2;
    let mut damaged: Vec<(String, Vec<u8>)> = Vec::new();
    for (region, at) in [
        ("magic", 0),
        ("magic", 7),
        ("hash", 8),
        ("hash", 39),
        ("length", 40),
        ("length", 43),
        ("facts", 44),
        ("facts", code - 1),
        ("code", code),
        ("code", middle),
        ("code", good.len() - 1),
    ] {
        let mut bytes = good.clone();
        bytes[at] ^= 0x10;
        damaged.push((format!("{region}, byte {at}"), bytes));
    }
    damaged.extend(
        [0, 7, 8, 39, 40, 43, 44, code, middle, good.len() - 1].map(|length| (format!("cut to {length}"), good[..length].to_vec())),
    );
    damaged.push(("a byte more".to_owned(), [good.as_slice(), &[0]].concat()));
    damaged.push(("zeros".to_owned(), vec![0; good.len()]));
    for (what, bytes) in damaged {
        std::fs::write(&entry, &bytes).expect("the entry can be damaged");
        let _ = std::fs::remove_file(place.work("job.receipt"));
        let ran = place.run(ARGS).ok();
        assert!(place.read("job.receipt") == base().receipt, "another receipt with a damaged entry ({what}): {ran}");
        assert!(std::fs::read(only_entry(&place)).expect("an entry") != bytes, "the damaged entry ({what}) is still there");
        let rebuilt = inode();
        place.run(ARGS).ok();
        assert_eq!(inode(), rebuilt, "the entry built after damage ({what}) is used");
    }
}

/// A whole entry under another module's name is as wrong as a damaged one: its code is another module's.
#[test]
fn a_cache_entry_of_another_module_is_not_run() {
    let place = Place::new();
    for guest in ["hello", "exit3"] {
        place.write(format!("{guest}.wasm"), samples::guest(guest));
    }
    place.run(["run", "hello.wasm"]).ok();
    let hello = only_entry(&place);
    let expected = place.run(["--json", "run", "exit3.wasm"]).json();
    let exit3 = entries(&place).into_iter().find(|path| *path != hello).expect("a second entry");
    std::fs::copy(&hello, &exit3).expect("entries can be copied");
    let found = place.run(["--json", "run", "exit3.wasm"]).json();
    assert_eq!(
        found["outcome_hash"], expected["outcome_hash"],
        "the module in whose place it stood was run as if it were this one: {found}"
    );
}

#[test]
fn a_cache_that_cannot_be_used_changes_nothing() {
    same("no folder for the cache", |c| c.env("ASSAY_CACHE", "/dev/null/cache"));
    let place = warm();
    // Where the entry should be there is a folder.
    place.run(ARGS).ok();
    let entry = only_entry(&place);
    std::fs::remove_file(&entry).and_then(|()| std::fs::create_dir(&entry)).expect("a folder in the entry's place");
    place.run(ARGS).ok();
    assert!(place.read("job.receipt") == base().receipt);
}

#[test]
fn verify_and_check_find_the_same() {
    let place = warm();
    place.write("job.receipt", &base().receipt);
    let inputs = ["--input", "stdin=words.txt", "--input", "words.txt=words.txt"];
    place.run([&["verify", "job.receipt", "std-program.assay"], &inputs[..]].concat()).ok();
    place.run(["check", "std-program.assay"]).ok();
}

/// The same source gives the same module wherever it lies and whoever builds it: the job id begins with the module's hash.
#[test]
fn a_build_in_another_folder_gives_the_same_module() {
    let place = warm();
    copy_guest(&place, "another folder/much/deeper/down");
    let mut command = place.command(["--json", "build", "another folder/much/deeper/down", "--key", "key.json"]);
    let built = Ran::of(command.env("RUSTFLAGS", "-C debuginfo=2").env("TZ", "Asia/Kathmandu").env("CARGO_BUILD_JOBS", "1")).ok();
    place.write("base.assay", &base().package);
    let base = place.run(["--json", "inspect", "base.assay"]).ok().json();
    assert_eq!(built.json()["module"]["blake3"], base["module_blake3"]);
    assert_eq!(built.json()["tests"][0]["outcome_hash"], base["tests"][0]["outcome_hash"]);
}

/// What the README promises a newcomer, from nothing to a verified receipt.
#[test]
fn a_new_job_builds_tests_runs_and_verifies() {
    let place = Place::new();
    place.run(["new", "my-job"]).ok();
    let job = place.work("my-job");
    let target = place.root().join("target");
    let here =
        |program: &Path, args: &[&str]| Ran::of(place.other(program).args(args).current_dir(&job).env("CARGO_TARGET_DIR", &target)).ok();
    let tested = here(Path::new("cargo"), &["test", "--offline"]);
    assert!(tested.text().contains("1 passed"), "the job's own test ran natively: {tested}");
    let assay = |args: &[&str]| here(executable(), args);
    let built = assay(&["--json", "build"]).json();
    let package = built["package"].as_str().expect("the package has a path").to_owned();
    let input = ["--input", "greeting.txt=data/greeting.txt"];
    let ran =
        assay(&[&["run", &package], &input[..], &["--out", "out", "--receipt", "job.receipt", "--json", "--", "--shout"]].concat()).json();
    assert_eq!(place.read("my-job/out/reversed.txt"), b"DLROW ,OLLEH\n");
    assert_eq!(ran["outcome_hash"], built["tests"][0]["outcome_hash"], "a run with the test's input and arguments is that test");
    let verified = assay(&[&["verify", "job.receipt", &package, "--outputs", "out", "--json"], &input[..]].concat()).json();
    assert_eq!(verified["verified"], true);
    assay(&["check", &package]);
    // The same job made again elsewhere is the same module.
    std::fs::create_dir(place.work("elsewhere")).expect("a folder");
    Ran::of(place.command(["new", "my-job"]).current_dir(place.work("elsewhere"))).ok();
    let again = Ran::of(place.command(["--json", "build", "my-job"]).current_dir(place.work("elsewhere"))).ok().json();
    assert_eq!(again["module"], built["module"]);
}
