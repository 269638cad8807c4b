//! `job.toml`: what an author says about a job. For people; never hashed or signed.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use assay_protocol::Hash;
use assay_protocol::limits::Limits;
use assay_protocol::manifest::EnvVar;
use assay_protocol::names;
use serde::Deserialize;

use crate::failure::Failure;
use crate::job_files;

/// Longest `job.toml`, in bytes.
const MAX_BYTES: u64 = 1_048_576;

/// A `job.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobToml {
    /// Name of the package.
    pub name: String,
    /// Version of the package.
    pub version: String,
    /// How the module is made.
    #[serde(default)]
    pub build: Build,
    #[serde(default)]
    limits: BTreeMap<String, u64>,
    /// Known answers.
    #[serde(default, rename = "test")]
    pub tests: Vec<Test>,
}

/// How the module is made.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// The binary target; needed when the Cargo package has several.
    pub bin: Option<String>,
    /// Cargo features.
    #[serde(default)]
    pub features: Vec<String>,
    /// Cargo's `opt-level`: "0" to "3", "s" or "z". Default "3".
    pub opt_level: Option<String>,
    /// Whether the compiler may use 128-bit SIMD. Default true.
    pub simd: Option<bool>,
    /// A module that something else compiled (C, Zig, TinyGo): its path. Then Cargo is not called.
    pub module: Option<PathBuf>,
}

/// A test case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// Its name.
    pub name: String,
    /// Arguments.
    #[serde(default)]
    pub args: Vec<String>,
    /// Environment.
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// Inputs: name and path from the folder of `job.toml`.
    #[serde(default)]
    pub inputs: BTreeMap<String, PathBuf>,
    /// The outcome hash it must give. Without one, `assay build` runs the case and records what it gives.
    outcome: Option<String>,
    /// What `assay build` requires of a case before it records its outcome.
    #[serde(default)]
    pub expect: Expect,
}

/// What must be true of a test case whose outcome hash is not given.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The exit code; 0 if not given.
    pub exit_code: Option<u32>,
    /// The whole of stdout.
    pub stdout: Option<String>,
    /// BLAKE3 of outputs by name.
    #[serde(default)]
    pub outputs: BTreeMap<String, String>,
}

impl Test {
    /// The environment as a job has it.
    pub fn env(&self) -> Vec<EnvVar> {
        self.env.iter().map(|(name, value)| EnvVar { name: name.clone(), value: value.clone() }).collect()
    }

    /// The outcome hash, if one is given.
    pub fn outcome(&self) -> Result<Option<Hash>, Failure> {
        let parsed = self.outcome.as_deref().map(Hash::from_hex).transpose();
        parsed.map_err(|why| malformed(format!("test {:?}: outcome: {why}", self.name)))
    }
}

fn malformed(why: impl Into<String>) -> Failure {
    Failure::refused("job.toml", why)
        .hint("the fields of job.toml are described in the README under `job.toml`; `assay new` writes one that works")
}

impl JobToml {
    /// Reads `folder/job.toml`.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join("job.toml");
        if !path.exists() {
            return Err(Failure::usage(format!("there is no {}", path.display()))
                .hint("give the folder of a job, or make one with `assay new NAME`"));
        }
        let bytes = job_files::read(&path, "job.toml", MAX_BYTES)?;
        let text = String::from_utf8(bytes).map_err(|e| malformed(format!("{} is not UTF-8: {e}", path.display())))?;
        Self::parse(&text).map_err(|failure| failure.about(path.display()))
    }

    /// Reads the text of a `job.toml`.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let parsed: Self = toml::from_str(text).map_err(|e| malformed(shortened(e.to_string().trim_end())))?;
        names::package_name(&parsed.name).map_err(|why| malformed(format!("it {why}")))?;
        names::package_version(&parsed.version).map_err(|why| malformed(format!("it {why}")))?;
        for test in &parsed.tests {
            names::test_case_name(&test.name).map_err(|why| malformed(format!("it {why}")))?;
            for input in test.inputs.keys() {
                names::input_name(input).map_err(|why| malformed(format!("test {:?} {why}", test.name)))?;
            }
            for path in test.inputs.values() {
                inside(path).map_err(|why| malformed(format!("test {:?}: inputs: {why}", test.name)))?;
            }
            test.outcome()?;
        }
        if let Some(level) = parsed.build.opt_level.as_deref().filter(|level| !["0", "1", "2", "3", "s", "z"].contains(level)) {
            return Err(malformed(format!("build.opt_level is {level:?}; it is one of \"0\", \"1\", \"2\", \"3\", \"s\", \"z\"")));
        }
        if let Some(module) = &parsed.build.module {
            inside(module).map_err(|why| malformed(format!("build.module: {why}")))?;
        }
        parsed.limits()?;
        Ok(parsed)
    }

    /// The limits: defaults, and what the file changes.
    pub fn limits(&self) -> Result<Limits, Failure> {
        let mut limits = Limits::default();
        for (name, value) in &self.limits {
            set_limit(&mut limits, name, *value).map_err(|why| malformed(format!("limits: {why}")))?;
        }
        limits.validate().map_err(|why| malformed(format!("it {why}")))?;
        Ok(limits)
    }
}

/// A message that quotes the file, with lines that are cut: a line of a hostile file can be as long as the file.
fn shortened(message: &str) -> String {
    let cut = |line: &str| match line.char_indices().nth(160) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    };
    message.lines().take(12).map(cut).collect::<Vec<_>>().join("\n")
}

/// A path must stay in the folder of `job.toml`: what it names is packed, signed and handed out, and a stranger's `job.toml` must not pick a secret.
fn inside(path: &Path) -> Result<(), String> {
    let stays = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if stays { Ok(()) } else { Err(format!("{} leaves the folder of job.toml", path.display())) }
}

/// Sets one limit by name.
pub fn set_limit(limits: &mut Limits, name: &str, value: u64) -> Result<(), String> {
    match limits.by_name(name) {
        Some(place) => {
            *place = value;
            Ok(())
        }
        None => {
            let known: Vec<_> = Limits::TABLE.iter().map(|spec| spec.name).collect();
            Err(format!("there is no limit {name:?}; the limits are {}", known.join(", ")))
        }
    }
}
