//! A place to run the program in, and how a run ended.
//!
//! ```text
//! TEMPORARY/home     HOME, with nothing in it
//!           cache    ASSAY_CACHE
//!           tmp      TMPDIR
//!           work     the working folder
//! ```
//!
//! The environment is empty but for `PATH` and what Rust's tools need to find themselves: a key, a cache or a setting of whoever runs the tests is not seen.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// After this long a process is taken to hang. Long, because a guest may have to be compiled by a slow machine.
const PATIENCE: Duration = Duration::from_secs(600);

/// Where a process runs.
pub struct Place {
    /// Removed with all that is in it at the end.
    _folder: tempfile::TempDir,
    root: PathBuf,
}

impl Default for Place {
    fn default() -> Self {
        Self::new()
    }
}

impl Place {
    /// An empty one.
    ///
    /// # Panics
    /// When there is no room for temporary files.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("assay-tests-").tempdir().expect("a temporary folder");
        // Paths in messages are compared: no symbolic link in them.
        let root = folder.path().canonicalize().expect("the temporary folder has a path");
        let place = Self { _folder: folder, root };
        for part in ["home", "tmp", "work"] {
            std::fs::create_dir(place.root.join(part)).expect("a folder in the temporary folder");
        }
        place
    }

    /// The working folder, or what lies in it.
    pub fn work(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join("work").join(path)
    }

    /// The home folder, or what lies in it.
    pub fn home(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join("home").join(path)
    }

    /// The folder of compiled modules.
    pub fn cache(&self) -> PathBuf {
        self.root.join("cache")
    }

    /// The whole of it.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Writes a file below the working folder; missing folders are made.
    ///
    /// # Panics
    /// When it cannot.
    pub fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.work(path);
        std::fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("folders can be made");
        std::fs::write(&path, content).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        path
    }

    /// Reads a file below the working folder.
    ///
    /// # Panics
    /// When it is not there.
    pub fn read(&self, path: impl AsRef<Path>) -> Vec<u8> {
        let path = self.work(path);
        std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// The program, to be run here.
    pub fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = self.other(super::executable());
        command.args(args);
        command
    }

    /// Another program, to be run here.
    pub fn other(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().current_dir(self.work(""));
        command.env("HOME", self.home("")).env("ASSAY_CACHE", self.cache()).env("TMPDIR", self.root.join("tmp"));
        for name in ["PATH", "RUSTUP_TOOLCHAIN"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        for (name, default) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            let standard = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(default).into_os_string());
            if let Some(value) = std::env::var_os(name).or(standard) {
                command.env(name, value);
            }
        }
        command
    }

    /// Runs the program here.
    pub fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Ran {
        Ran::of(&mut self.command(args))
    }

    /// Every file and folder outside the cache, with the BLAKE3 of what is in it: two listings are equal if nothing was changed between them.
    pub fn listing(&self) -> BTreeMap<PathBuf, String> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path == self.cache() {
                    continue;
                }
                let shown = path.strip_prefix(&self.root).unwrap_or(&path).to_owned();
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    found.insert(shown, "folder".to_owned());
                    folders.push(path);
                } else {
                    let content =
                        std::fs::read(&path).map_or_else(|e| e.to_string(), |content| blake3::hash(&content).to_hex().to_string());
                    found.insert(shown, content);
                }
            }
        }
        found
    }
}

/// How a process ended.
#[derive(Debug, Clone)]
pub struct Ran {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to stdout.
    pub stdout: Vec<u8>,
    /// What it wrote to stderr.
    pub stderr: String,
}

impl Ran {
    /// Runs a process with nothing on stdin.
    pub fn of(command: &mut Command) -> Self {
        Self::with_stdin(command, &[])
    }

    /// Runs a process. One that hangs is killed, and the test with it.
    ///
    /// # Panics
    /// When it does not start or does not end.
    pub fn with_stdin(command: &mut Command, stdin: &[u8]) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|e| panic!("{command:?} does not start: {e}"));
        let (mut input, mut output, mut errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let ended = std::thread::scope(|scope| {
            scope.spawn(|| {
                // A process that does not read its stdin is no error of ours.
                let _ = input.as_mut().map(|pipe| pipe.write_all(stdin));
                drop(input);
            });
            scope.spawn(|| output.as_mut().map(|pipe| pipe.read_to_end(&mut stdout)));
            scope.spawn(|| errors.as_mut().map(|pipe| pipe.read_to_end(&mut stderr)));
            wait(&mut child)
        });
        let code = ended.unwrap_or_else(|| panic!("{command:?} did not end in {PATIENCE:?}")).code();
        Self { code, stdout, stderr: String::from_utf8_lossy(&stderr).into_owned() }
    }

    /// Stdout as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Stdout as the one JSON object that `--json` promises.
    ///
    /// # Panics
    /// When it is anything else.
    pub fn json(&self) -> Value {
        let value: Value = serde_json::from_slice(&self.stdout).unwrap_or_else(|e| panic!("stdout is not one JSON object: {e}: {self}"));
        assert!(value.is_object(), "stdout is not a JSON object: {self}");
        value
    }

    /// This, if it ended well.
    ///
    /// # Panics
    /// When it did not.
    pub fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{self}");
        self
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit code {:?}\nstdout: {}\nstderr: {}", self.code, self.text(), self.stderr)
    }
}

fn wait(child: &mut Child) -> Option<std::process::ExitStatus> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return Some(status);
        }
        if started.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
