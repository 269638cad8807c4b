//! The program `assay`, run as a user runs it: a process, in a place of its own.
//!
//! ```text
//! executable()   builds the program once for each test process, and says so
//! Place          a home, a cache, a working folder: nothing of the user's is read, nothing is left behind
//! Ran            how a process ended: exit code, stdout, stderr
//! golden         cases in files: a command line, what it must print, and how it must end
//! ```
//!
//! **Why build it here?** Cargo tells an integration test where a program is only when both belong to one package. These tests belong to the workspace, so they
//! ask Cargo for the program themselves. They ask for the whole workspace, and for a test beside the program (`--workspace --bin assay --test cli`): Cargo then
//! chooses the same features of the dependencies as it did for the tests, those of dev-dependencies included, and compiles nothing a second time.

pub mod golden;
mod place;
pub mod samples;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use place::{Place, Ran};

/// The root of the source tree.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the root")
}

/// The program. Built at the first call, by the profile of the tests; or the one that `ASSAY_EXECUTABLE` names, to test one that was built otherwise.
///
/// # Panics
/// When it cannot be built: there is nothing to test then.
pub fn executable() -> &'static Path {
    static EXECUTABLE: OnceLock<PathBuf> = OnceLock::new();
    EXECUTABLE.get_or_init(|| match std::env::var_os("ASSAY_EXECUTABLE") {
        Some(path) => PathBuf::from(path).canonicalize().expect("ASSAY_EXECUTABLE names a program"),
        None => build(),
    })
}

fn build() -> PathBuf {
    say("building the program assay");
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(["build", "--workspace", "--bin", "assay", "--test", "cli", "--message-format=json-render-diagnostics"])
        .current_dir(root())
        .stdout(Stdio::piped());
    // What Cargo says about the package of the running test is not about what is built now.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_")
            || ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_CRATE_NAME", "CARGO_BIN_NAME", "CARGO_PRIMARY_PACKAGE"]
                .contains(&&*text)
        {
            command.env_remove(&name);
        }
    }
    if let Some(profile) = profile() {
        command.args(["--profile", &profile]);
    }
    if let Some(target) = target_folder() {
        command.arg("--target-dir").arg(target);
    }
    let output = command.spawn().and_then(std::process::Child::wait_with_output).expect("cargo starts");
    assert!(output.status.success(), "cargo cannot build the program assay: {command:?}");
    let messages = String::from_utf8_lossy(&output.stdout).into_owned();
    let found = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact" && message["target"]["name"] == "assay")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from));
    found.expect("cargo says where the program is")
}

/// The folder Cargo builds into: a test lies in TARGET/PROFILE/deps, or in TARGET/TRIPLE/PROFILE/deps.
pub fn target_folder() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    own.ancestors().skip(3).find(|folder| folder.join(".rustc_info.json").is_file()).map(Path::to_owned)
}

/// The profile of the tests, by the name of its folder, if it is not Cargo's default.
fn profile() -> Option<String> {
    let own = std::env::current_exe().ok()?;
    let name = own.ancestors().nth(2)?.file_name()?.to_str()?;
    (name != "debug").then(|| name.to_owned())
}

/// Says something at once, past libtest's capture: a test that builds for a minute, or skips what this machine cannot do, must not be silent about it.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "  [assay tests] {line}");
}

/// Checks `items` on all cores, and panics with every failure at the end.
///
/// # Panics
/// When `check` gives an error for an item.
pub fn every<T: Sync>(items: &[T], check: impl Fn(&T) -> Result<(), String> + Sync) {
    executable();
    let next = AtomicUsize::new(0);
    let failures = std::sync::Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(why) = check(item) {
                        failures.lock().expect("no worker panics while it holds this").push(why);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().expect("all workers have ended");
    let shown: Vec<String> = failures.iter().take(20).map(|why| why.chars().take(3000).collect()).collect();
    assert!(failures.is_empty(), "{} of {} cases fail; the first of them:\n\n{}", failures.len(), items.len(), shown.join("\n\n"));
}
