//! How a command ends when it does not end well.
//!
//! | exit code | meaning | whose fault |
//! |---|---|---|
//! | 0 | done | |
//! | 1 | the job failed, hashes differ, or the ledger's rules refuse | the job, or who claimed or asked something else |
//! | 2 | usage | the caller |
//! | 3 | refused input: bad signature, unknown import, malformed file | who made the input |
//! | 4 | this machine abstains, or the ledger does not answer | this machine, or the cluster |

use assay_protocol::Refusal;
use assay_sandbox::{Abstain, AdmissionError, PrepareError};
use serde_json::{Value, json};

use crate::say::note;
use crate::watch;

/// The exit code of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The job failed, or hashes differ.
    Failed = 1,
    /// The caller asked for something that cannot be.
    Usage = 2,
    /// An input is refused.
    Refused = 3,
    /// This machine gives no result.
    Abstained = 4,
}

/// Why a command did not do what it was asked to.
#[derive(Debug, Clone)]
pub struct Failure {
    code: Code,
    check: Option<String>,
    message: String,
    hint: Option<String>,
    /// What the command had sent before it failed.
    before: Option<Box<Before>>,
    /// Set when the command has printed its report, JSON included, and only the exit code is left to give.
    reported: bool,
}

/// What was sent: for people, and for programs.
#[derive(Debug, Clone)]
struct Before {
    lines: Vec<String>,
    transactions: Vec<Value>,
}

impl Failure {
    fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, check: None, message: message.into(), hint: None, before: None, reported: false }
    }

    /// The job failed, or hashes differ.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Code::Failed, message)
    }

    /// The caller's mistake.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Code::Usage, message)
    }

    /// An input is refused by `check`.
    pub fn refused(check: &str, message: impl Into<String>) -> Self {
        Self { check: Some(check.to_owned()), ..Self::new(Code::Refused, message) }
    }

    /// This machine cannot.
    pub fn abstained(message: impl Into<String>) -> Self {
        Self::new(Code::Abstained, message)
    }

    /// Ends with `code`; everything there is to say has been said.
    pub fn silent(code: Code) -> Self {
        Self { reported: true, ..Self::new(code, "") }
    }

    /// Names the check or rule behind it.
    #[must_use]
    pub fn by(mut self, check: &str) -> Self {
        self.check = Some(check.to_owned());
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says what was sent before it failed: lines for people, transactions for programs.
    #[must_use]
    pub fn after(mut self, lines: Vec<String>, transactions: Vec<Value>) -> Self {
        self.before = Some(Box::new(Before { lines, transactions }));
        self
    }

    /// Says which file it is about.
    #[must_use]
    pub fn about(mut self, what: impl std::fmt::Display) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// What is wrong, in words.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Prints the failure, as JSON on stdout or for people on stderr, and gives the exit code.
    pub fn report(&self, as_json: bool) -> u8 {
        let code = self.code as u8;
        if self.reported {
            return code;
        }
        if as_json {
            let mut error = json!({ "exit_code": code, "check": self.check, "message": self.message, "hint": self.hint });
            if let Some(before) = &self.before {
                error["transactions"] = json!(before.transactions);
            }
            crate::report::print_json(&json!({ "error": error }));
            return code;
        }
        let label = match self.code {
            Code::Refused => "refused",
            Code::Abstained => "abstained",
            Code::Failed => "failed",
            Code::Usage => "error",
        };
        let check = self.check.as_ref().map(|check| format!(" by {check}")).unwrap_or_default();
        // A message can repeat text of a hostile file; it must not drive the terminal.
        let mut said = format!("assay: {label}{check}: {}\n", self.message);
        for line in self.before.iter().flat_map(|before| &before.lines) {
            said.push_str(&format!("  {line}\n"));
        }
        if let Some(hint) = &self.hint {
            said.push_str(&format!("  what to do: {hint}\n"));
        }
        note!("{}", String::from_utf8_lossy(&watch::visible(said.trim_end().replace('\r', "\\r").as_bytes())));
        code
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::refused(refusal.check, refusal.detail)
    }
}

impl From<AdmissionError> for Failure {
    fn from(error: AdmissionError) -> Self {
        let hint = match error.check {
            "module.import" => "compile for wasm32-wasip1; a job has no network, no threads and no other host functions",
            "module.feature" => "compile without that feature, for example for Rust: no -C target-feature beyond what `assay build` sets",
            "module.limits" | "module.length" => "raise the limit in job.toml and build again, or make the module smaller",
            "module.export" => "build a command (a program with main) for wasm32-wasip1",
            "module.format" => "the file is damaged or not a WebAssembly module; build it again",
            _ => "split large functions, or build with less inlining",
        };
        Self::refused(error.check, error.detail).hint(hint)
    }
}

impl From<PrepareError> for Failure {
    fn from(error: PrepareError) -> Self {
        match error {
            PrepareError::Refused(refused) => refused.into(),
            PrepareError::Abstain(_) => Self::abstained(error.to_string()).hint("run `assay doctor` to see what this machine can do"),
        }
    }
}

impl From<Abstain> for Failure {
    fn from(abstain: Abstain) -> Self {
        Self::abstained(abstain.0)
            .hint("no result is not a result: nothing was hashed or signed; another machine may be able to run the job")
    }
}
