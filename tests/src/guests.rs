//! Guests in text form, one file each, that say themselves how they are run and what must come of it.
//!
//! ```text
//! ;; What it does, and what must happen.
//! ;; expect: completed 0 | trapped KIND | out_of_fuel | limit_exceeded LIMIT | depth_exceeded | abstain | refused CHECK
//! ;; limits: fuel=1000000 handles=16        what differs from the defaults
//! ;; args: one two                          without argv[0]
//! ;; env: NAME=VALUE                        once for each
//! ;; input: NAME=TEXT                       once for each; \xx is a byte in hexadecimal
//! ;; stdout: N bytes                        also stderr, outputs (files), calls
//! ;; detail: TEXT                           stands in the refusal or the reason to abstain
//! ```
//!
//! **Why in the file?** Dropping a file into a folder adds a test, and whoever reads the attack reads beside it what must come of it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use assay_protocol::Hash;
use assay_protocol::hash::{Blob, NamedBlob};
use assay_protocol::job::Job;
use assay_protocol::limits::Limits;
use assay_protocol::manifest::EnvVar;
use assay_protocol::outcome::Status;
use assay_sandbox::{Execution, Input, OpenDevice, PrepareError, Prepared, Request, Sandbox};

/// A guest and how it is to be run.
pub struct Guest {
    /// Name of its file, without `.wat`.
    pub name: String,
    /// Where it stands.
    pub path: PathBuf,
    /// In binary form.
    pub wasm: Vec<u8>,
    /// Its limits.
    pub limits: Limits,
    args: Vec<String>,
    env: Vec<EnvVar>,
    inputs: Vec<(String, Vec<u8>)>,
    claims: Vec<(String, String)>,
}

/// How running a guest ended.
#[derive(Debug)]
pub enum Ended {
    /// Not admitted: the check, and what it said.
    Refused(&'static str, String),
    /// This machine gave no result, and why.
    Abstained(String),
    /// It has an outcome.
    Executed(Box<Execution>),
}

impl Ended {
    /// In the words of `;; expect:`.
    pub fn summary(&self) -> String {
        match self {
            Self::Refused(check, _) => format!("refused {check}"),
            Self::Abstained(_) => "abstain".to_owned(),
            Self::Executed(execution) => match execution.outcome.status {
                Status::Completed { exit_code } => format!("completed {exit_code}"),
                Status::Trapped { kind } => format!("trapped {}", kind.name()),
                Status::OutOfFuel => "out_of_fuel".to_owned(),
                Status::LimitExceeded { limit } => format!("limit_exceeded {}", Limits::name_of(limit).unwrap_or("unknown")),
                Status::DepthExceeded => "depth_exceeded".to_owned(),
            },
        }
    }

    /// Everything that two runs must agree on: hashes for an outcome, nothing of the engine's for the rest.
    pub fn identity(&self) -> String {
        match self {
            Self::Refused(check, detail) => format!("refused {check}: {detail}"),
            Self::Abstained(_) => "abstain".to_owned(),
            Self::Executed(e) => format!("{} {} after {} calls", e.outcome.hash(), e.transcript_root, e.calls),
        }
    }
}

/// The guests of a folder below `tests/`, by name.
pub fn folder(name: &str) -> Vec<Guest> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "wat"));
    paths.sort();
    assert!(!paths.is_empty(), "{} holds no guests", folder.display());
    paths.iter().map(|path| Guest::read(path)).collect()
}

impl Guest {
    /// Reads one file.
    ///
    /// # Panics
    /// When it is not a guest: tests have nothing to do with such a file.
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let wasm = wat::parse_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut guest = Self {
            name,
            path: path.to_owned(),
            wasm,
            limits: Limits::default(),
            args: Vec::new(),
            env: Vec::new(),
            inputs: Vec::new(),
            claims: Vec::new(),
        };
        for line in text.lines().map_while(|line| line.strip_prefix(";;")) {
            if let Some((key, value)) = line.trim().split_once(": ") {
                guest.directive(key, value.trim());
            }
        }
        guest
    }

    fn directive(&mut self, key: &str, value: &str) {
        let broken = || panic!("{}: {key}: {value:?} is not NAME=VALUE", self.path.display());
        let pair = |text: &str| text.split_once('=').map_or_else(broken, |(name, value)| (name.to_owned(), value.to_owned()));
        match key {
            "limits" => {
                for (name, number) in value.split_whitespace().map(pair) {
                    let place = self.limits.by_name(&name).unwrap_or_else(|| panic!("{}: no limit {name}", self.path.display()));
                    *place = number.parse().unwrap_or_else(|_| panic!("{}: {name} is no number", self.path.display()));
                }
            }
            "args" => self.args = value.split_whitespace().map(str::to_owned).collect(),
            "env" => {
                let (name, value) = pair(value);
                self.env.push(EnvVar { name, value });
            }
            "input" => {
                let (name, text) = pair(value);
                self.inputs.push((name, unescape(&text)));
            }
            "expect" | "stdout" | "stderr" | "outputs" | "calls" | "detail" => self.claims.push((key.to_owned(), value.to_owned())),
            _ => {} // prose with a colon in it
        }
    }

    /// The job it is run as.
    pub fn job(&self) -> Job {
        let inputs = self.inputs.iter().map(|(name, content)| NamedBlob { name: name.clone(), blob: Blob::of(content) });
        Job::new(Hash::of_blob(&self.wasm), self.limits, self.args.clone(), self.env.clone(), inputs.collect())
            .unwrap_or_else(|why| panic!("{}: {why}", self.path.display()))
    }

    /// The content of its inputs, in the order of the job.
    pub fn inputs(&self) -> Vec<Vec<u8>> {
        let mut inputs = self.inputs.clone();
        inputs.sort();
        inputs.into_iter().map(|(_, content)| content).collect()
    }

    /// Admits and runs it.
    pub fn run(&self, sandbox: &Sandbox) -> Ended {
        execute(sandbox, &self.wasm, &self.job(), self.inputs())
    }

    /// The same on another device than the CPU executor.
    pub fn run_on(&self, sandbox: &Sandbox, gpu: OpenDevice) -> Ended {
        execute_on(sandbox, &self.wasm, &self.job(), self.inputs(), gpu)
    }

    /// The same, saying where the fuel went.
    pub fn run_profiled(&self, sandbox: &Sandbox) -> Ended {
        let job = self.job();
        ended(sandbox, sandbox.prepare_profiled(&self.wasm, job.module, &job.limits), &job, self.inputs(), assay_sandbox::cpu())
    }

    /// What does not hold of a run, line by line; empty if all does.
    pub fn broken_claims(&self, ended: &Ended) -> String {
        let mut broken = String::new();
        for (key, expected) in &self.claims {
            let found = match (key.as_str(), ended) {
                ("expect", ended) => ended.summary(),
                ("detail", Ended::Refused(_, detail) | Ended::Abstained(detail)) if detail.contains(expected) => expected.clone(),
                ("detail", Ended::Refused(_, detail) | Ended::Abstained(detail)) => detail.clone(),
                ("stdout", Ended::Executed(execution)) => format!("{} bytes", execution.stdout.len()),
                ("stderr", Ended::Executed(execution)) => format!("{} bytes", execution.stderr.len()),
                ("outputs", Ended::Executed(execution)) => execution.outputs.len().to_string(),
                ("calls", Ended::Executed(execution)) => execution.calls.to_string(),
                (_, ended) => ended.summary(),
            };
            if found != *expected {
                let _ = writeln!(broken, "{}: {key} is {found:?}, expected {expected:?}", self.name);
            }
        }
        broken
    }

    /// Whether it says what must come of it.
    pub fn expects_something(&self) -> bool {
        self.claims.iter().any(|(key, _)| key == "expect")
    }
}

/// Admits and runs a module, keeping the calls of its transcript.
pub fn execute(sandbox: &Sandbox, wasm: &[u8], job: &Job, inputs: Vec<Vec<u8>>) -> Ended {
    execute_on(sandbox, wasm, job, inputs, assay_sandbox::cpu())
}

/// The same on a device.
pub fn execute_on(sandbox: &Sandbox, wasm: &[u8], job: &Job, inputs: Vec<Vec<u8>>, gpu: OpenDevice) -> Ended {
    ended(sandbox, sandbox.prepare(wasm, &job.limits), job, inputs, gpu)
}

fn ended(sandbox: &Sandbox, prepared: Result<Prepared, PrepareError>, job: &Job, inputs: Vec<Vec<u8>>, gpu: OpenDevice) -> Ended {
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(PrepareError::Refused(error)) => return Ended::Refused(error.check, error.detail),
        Err(PrepareError::Abstain(why)) => return Ended::Abstained(why),
    };
    let inputs = inputs.into_iter().map(Input::from_bytes).collect();
    match sandbox.run(&prepared, Request { job, inputs, keep_calls: true, observer: Box::new(()), gpu }) {
        Ok(execution) => Ended::Executed(Box::new(execution)),
        Err(abstain) => Ended::Abstained(abstain.0),
    }
}

/// A job without arguments, environment and inputs.
pub fn plain_job(wasm: &[u8], limits: Limits) -> Job {
    Job::new(Hash::of_blob(wasm), limits, Vec::new(), Vec::new(), Vec::new()).expect("nothing in it can be refused")
}

fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(place) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..place]);
        let digits = rest.get(place + 1..place + 3).expect("two hexadecimal digits after \\");
        bytes.push(u8::from_str_radix(digits, 16).expect("two hexadecimal digits after \\"));
        rest = &rest[place + 3..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}
