//! Golden cases: a command line in a file, and beside it what must come of it.
//!
//! ```text
//! tests/cli/COMMAND/CASE.toml      what is set up, what is run
//!                   CASE.stdout    what it prints; no file: nothing
//!                   CASE.stderr    what it says; no file: nothing
//! ```
//!
//! | field of the `.toml` | |
//! |---|---|
//! | `args` | the command line; `[DIR]` stands for the working folder, `[HOME]` for the home folder, `[ROOT]` for the source tree, here as everywhere |
//! | `exit` | the exit code; 0 if not given |
//! | `stdin`, `env` | what the process gets |
//! | `files` | what lies in the working folder: `name = "text: …"`, `"hex: …"`, `"guest: NAME"` (`tests/cli/guests`), `"key: N"`; a name that begins with `~/` lies in the home folder |
//! | `before` | command lines that are run first and must end with 0 |
//! | `contents` | files that must be there at the end, and what is in them (`"[..]"`: anything) |
//! | `absent` | files that must not |
//! | `modes` | permissions of files at the end, in octal |
//!
//! In what is expected, `[..]` stands for any text in a line, and a line `...` for any lines. What differs from run to run or from machine to machine is replaced
//! before it is compared: hashes (`[hash]`), times (`[seconds]`), fuel (`[fuel]`). With `--json`, stdout must be one JSON object, which is shown indented.
//!
//! `BLESS=1` writes what was found, and keeps the lines that matched; `CASE=text` runs only the cases with that text in their name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::{Place, Ran, root, samples};

/// One case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    #[serde(skip)]
    path: PathBuf,
    args: Vec<String>,
    #[serde(default)]
    exit: i32,
    #[serde(default)]
    stdin: String,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    before: Vec<Vec<String>>,
    #[serde(default)]
    contents: BTreeMap<String, String>,
    #[serde(default)]
    absent: Vec<String>,
    #[serde(default)]
    modes: BTreeMap<String, String>,
}

/// The cases of `tests/cli`, by name; those that `CASE` asks for.
///
/// # Panics
/// When a file is not a case.
pub fn cases() -> Vec<Case> {
    let folder = root().join("tests/cli");
    let wanted = std::env::var("CASE").unwrap_or_default();
    let list =
        |folder: &Path| -> Vec<PathBuf> { std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect() };
    let mut paths: Vec<PathBuf> = list(&folder).iter().flat_map(|folder| list(folder)).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml") && path.to_string_lossy().contains(&wanted));
    paths.sort();
    assert!(!paths.is_empty(), "{} holds no cases {wanted:?}", folder.display());
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let case: Case = toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        Case { path, ..case }
    };
    paths.into_iter().map(read).collect()
}

impl Case {
    /// Its name: folder and file.
    pub fn name(&self) -> String {
        let name = self.path.strip_prefix(root().join("tests/cli")).unwrap_or(&self.path);
        name.with_extension("").display().to_string()
    }

    /// The command line.
    pub fn args(&self) -> &[String] {
        &self.args
    }

    /// The exit code it expects.
    pub fn exit(&self) -> i32 {
        self.exit
    }

    /// Sets up, runs and compares.
    pub fn check(&self) -> Result<(), String> {
        let place = Place::new();
        let outcome = self.set_up(&place).and_then(|()| self.compare(&place));
        outcome.map_err(|why| format!("== {}\n{why}", self.name()))
    }

    fn set_up(&self, place: &Place) -> Result<(), String> {
        for (name, content) in &self.files {
            let path = file(place, name);
            std::fs::create_dir_all(path.parent().unwrap_or(place.root())).map_err(|e| e.to_string())?;
            std::fs::write(&path, content_of(place, content)?).map_err(|e| e.to_string())?;
        }
        for args in &self.before {
            let ran = self.run(place, args);
            if ran.code != Some(0) {
                return Err(format!("before: {args:?}: {ran}"));
            }
        }
        Ok(())
    }

    fn run(&self, place: &Place, args: &[String]) -> Ran {
        let mut command = place.command(args.iter().map(|arg| filled(place, arg)));
        command.envs(self.env.iter().map(|(name, value)| (name, filled(place, value))));
        Ran::with_stdin(&mut command, self.stdin.as_bytes())
    }

    fn compare(&self, place: &Place) -> Result<(), String> {
        let ran = self.run(place, &self.args);
        let mut wrong = Vec::new();
        if ran.code != Some(self.exit) {
            wrong.push(format!("exit code {:?}, expected {}", ran.code, self.exit));
        }
        if ran.stderr.contains("panicked") {
            wrong.push("it panicked".to_owned());
        }
        let as_json = self.args.iter().take_while(|arg| *arg != "--").any(|arg| arg == "--json");
        let stdout = if as_json { json(place, &ran.stdout)? } else { normal(place, &ran.text()) };
        wrong.extend(self.against("stdout", &stdout).err());
        wrong.extend(self.against("stderr", &normal(place, &ran.stderr)).err());
        for (name, expected) in &self.contents {
            match std::fs::read_to_string(file(place, name)) {
                Ok(found) if matches(&filled(place, expected), &found) => {}
                other => wrong.push(format!("{name}: expected {expected:?}, found {other:?}")),
            }
        }
        wrong.extend(self.absent.iter().filter(|name| file(place, name).exists()).map(|name| format!("{name} is there")));
        for (name, expected) in &self.modes {
            let found = mode(&file(place, name));
            if found != *expected {
                wrong.push(format!("{name} has mode {found}, expected {expected}"));
            }
        }
        let left: Vec<_> = place.listing().into_keys().filter(|path| path.to_string_lossy().contains(".assay-")).collect();
        if !left.is_empty() {
            wrong.push(format!("left behind: {left:?}"));
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
    }

    /// Holds what was found against the file beside the case.
    fn against(&self, stream: &str, found: &str) -> Result<(), String> {
        let path = self.path.with_extension(stream);
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if matches(&expected, found) {
            return Ok(());
        }
        if std::env::var_os("BLESS").is_none() {
            return Err(format!("{stream} is not that of {} (BLESS=1 writes it):\n{}", path.display(), difference(&expected, found)));
        }
        let lines: Vec<&str> = expected.lines().collect();
        let kept = found.lines().enumerate().map(|(at, line)| match lines.get(at) {
            Some(old) if *old != "..." && line_matches(old, line) => *old,
            _ => line,
        });
        let text: String = kept.map(|line| format!("{line}\n")).collect();
        if text.is_empty() { std::fs::remove_file(&path) } else { std::fs::write(&path, text) }
            .map_err(|e| format!("{}: {e}", path.display()))
    }
}

fn file(place: &Place, name: &str) -> PathBuf {
    name.strip_prefix("~/").map_or_else(|| place.work(name), |name| place.home(name))
}

fn filled(place: &Place, text: &str) -> String {
    let folder = |path: PathBuf| path.display().to_string().trim_end_matches('/').to_owned();
    text.replace("[DIR]", &folder(place.work(""))).replace("[HOME]", &folder(place.home(""))).replace("[ROOT]", &folder(root().to_owned()))
}

fn content_of(place: &Place, text: &str) -> Result<Vec<u8>, String> {
    let (kind, rest) = text.split_once(':').ok_or_else(|| format!("{text:?} does not say what it is"))?;
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    match kind {
        "text" => Ok(filled(place, rest).into_bytes()),
        "hex" => hex::decode(rest.split_whitespace().collect::<String>()).map_err(|e| format!("{rest:?}: {e}")),
        "guest" => Ok(samples::guest(rest)),
        "key" => Ok(samples::key_file(rest.parse().map_err(|e| format!("{rest:?}: {e}"))?).into_bytes()),
        _ => Err(format!("{kind:?} is none of text, hex, guest, key")),
    }
}

fn mode(path: &Path) -> String {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).map_or_else(|e| e.to_string(), |metadata| format!("{:o}", metadata.permissions().mode() & 0o7777))
}

/// Text without what differs from run to run.
fn normal(place: &Place, text: &str) -> String {
    let mut text = text.to_owned();
    // The program's own path too: a test of another target folder gives the same.
    for (path, name) in
        [(place.work(""), "[DIR]"), (place.home(""), "[HOME]"), (place.root().to_owned(), "[PLACE]"), (root().to_owned(), "[ROOT]")]
    {
        text = text.replace(path.display().to_string().trim_end_matches('/'), name);
    }
    let lines: Vec<String> = text.lines().map(words).collect();
    lines.join("\n") + if text.ends_with('\n') { "\n" } else { "" }
}

/// A line with hashes, times and fuel replaced.
fn words(line: &str) -> String {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == ',';
    let mut parts: Vec<String> = Vec::new();
    for c in line.chars() {
        match parts.last_mut() {
            Some(last) if part(c) && last.ends_with(part) => last.push(c),
            _ => parts.push(c.to_string()),
        }
    }
    let count = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == ',');
    for at in 0..parts.len() {
        let unit = parts.get(at + 2).map(String::as_str);
        let word = parts[at].trim_end_matches(['.', ',']);
        let replaced = match word {
            hash if [16, 64].contains(&hash.len()) && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) => "[hash]",
            fuel if unit == Some("fuel") && count(fuel) => "[fuel]",
            seconds if unit == Some("s") && seconds.contains('.') && seconds.parse::<f64>().is_ok() => "[seconds]",
            _ => continue,
        };
        parts[at] = parts[at].replacen(&word.to_owned(), replaced, 1);
    }
    parts.concat()
}

/// Stdout of `--json`, indented and without what differs from run to run.
fn json(place: &Place, stdout: &[u8]) -> Result<String, String> {
    fn walk(place: &Place, value: &mut Value) {
        match value {
            Value::String(text) => *text = normal(place, text),
            Value::Array(items) => items.iter_mut().for_each(|item| walk(place, item)),
            Value::Object(fields) => {
                for (name, value) in fields {
                    match name.as_str() {
                        "seconds" | "compile_seconds" if value.is_f64() => *value = "[seconds]".into(),
                        "fuel" if value.is_u64() => *value = "[fuel]".into(),
                        _ => walk(place, value),
                    }
                }
            }
            _ => {}
        }
    }
    let mut value: Value =
        serde_json::from_slice(stdout).map_err(|e| format!("stdout is not one JSON object: {e}: {}", String::from_utf8_lossy(stdout)))?;
    if !value.is_object() {
        return Err(format!("stdout is not a JSON object: {value}"));
    }
    walk(place, &mut value);
    serde_json::to_string_pretty(&value).map(|text| text + "\n").map_err(|e| e.to_string())
}

/// Whether `found` is what `expected` says, wildcards included.
fn matches(expected: &str, found: &str) -> bool {
    fn lines(expected: &[&str], found: &[&str]) -> bool {
        match (expected, found) {
            ([], []) => true,
            (["...", rest @ ..], _) => (0..=found.len()).any(|skipped| lines(rest, &found[skipped..])),
            ([first, rest @ ..], [line, others @ ..]) => line_matches(first, line) && lines(rest, others),
            _ => false,
        }
    }
    lines(&expected.lines().collect::<Vec<_>>(), &found.lines().collect::<Vec<_>>())
}

fn line_matches(expected: &str, line: &str) -> bool {
    let Some((start, rest)) = expected.split_once("[..]") else { return expected == line };
    let Some(line) = line.strip_prefix(start) else { return false };
    (0..=line.len()).filter(|at| line.is_char_boundary(*at)).any(|at| line_matches(rest, &line[at..]))
}

/// Both texts, with a mark at each line that differs.
fn difference(expected: &str, found: &str) -> String {
    let (expected, found): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), found.lines().collect());
    let mut shown = String::new();
    for at in 0..expected.len().max(found.len()).min(80) {
        match (expected.get(at), found.get(at)) {
            (Some(a), Some(b)) if line_matches(a, b) => shown += &format!("    {b}\n"),
            (a, b) => {
                shown += &a.map(|line| format!("  - {line}\n")).unwrap_or_default();
                shown += &b.map(|line| format!("  + {line}\n")).unwrap_or_default();
            }
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{line_matches, matches, words};

    #[test]
    fn wildcards_match_what_they_stand_for_and_nothing_else() {
        assert!(line_matches("a [..] d", "a b c d") && !line_matches("a [..] d", "a b c"));
        assert!(line_matches("[..]", "") && !line_matches("", "x"));
        assert!(matches("a\n...\nz\n", "a\nb\nc\nz\n") && matches("a\n...\nz\n", "a\nz\n"));
        assert!(!matches("a\n...\nz\n", "a\nb\n") && !matches("", "a\n"));
    }

    #[test]
    fn what_differs_from_run_to_run_is_replaced_and_nothing_else() {
        assert_eq!(words("ended · 12,345 fuel · 7 host calls · 0.014 s"), "ended · [fuel] fuel · 7 host calls · [seconds] s");
        assert_eq!(words(&format!("hash {}, 16 bytes", "0a".repeat(32))), "hash [hash], 16 bytes");
        assert_eq!(words("the deadline of 1 s passed"), "the deadline of 1 s passed");
    }
}
