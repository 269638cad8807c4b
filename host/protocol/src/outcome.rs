//! The outcome: what execution decides (`specs/receipt.md`, section 2).

use borsh::{BorshDeserialize, BorshSerialize};

use crate::encoding::{Canonical, strictly_sorted};
use crate::hash::{Blob, Kind, NamedBlob};
use crate::limits::Limits;
use crate::manifest::known_format;
use crate::{Hash, names};

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = false)]
pub enum Status {
    /// It returned, or called `proc_exit`.
    Completed {
        /// 0 is success.
        exit_code: u32,
    },
    /// The module trapped.
    Trapped {
        /// Why.
        kind: TrapKind,
    },
    /// It used all of its fuel.
    OutOfFuel,
    /// It passed a limit that ends a job.
    LimitExceeded {
        /// The limit's number.
        limit: u8,
    },
    /// Its calls went deeper than `call_depth`.
    DepthExceeded,
}

/// Why a module trapped (`specs/execution.md`, section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = false)]
pub enum TrapKind {
    /// `unreachable`.
    Unreachable,
    /// A memory access, or a data segment, out of bounds.
    MemoryOutOfBounds,
    /// A table access, an element segment or an indirect call out of bounds.
    TableOutOfBounds,
    /// An indirect call to a null element.
    IndirectCallToNull,
    /// An indirect call of another type.
    BadSignature,
    /// Signed division overflow, or a float that does not fit.
    IntegerOverflow,
    /// Division by zero.
    IntegerDivisionByZero,
    /// A NaN converted to an integer.
    BadConversionToInteger,
}

impl TrapKind {
    /// The name in JSON and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::MemoryOutOfBounds => "memory_out_of_bounds",
            Self::TableOutOfBounds => "table_out_of_bounds",
            Self::IndirectCallToNull => "indirect_call_to_null",
            Self::BadSignature => "bad_signature",
            Self::IntegerOverflow => "integer_overflow",
            Self::IntegerDivisionByZero => "integer_division_by_zero",
            Self::BadConversionToInteger => "bad_conversion_to_integer",
        }
    }
}

impl Status {
    /// The name in JSON and messages.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Completed { .. } => "completed",
            Self::Trapped { .. } => "trapped",
            Self::OutOfFuel => "out_of_fuel",
            Self::LimitExceeded { .. } => "limit_exceeded",
            Self::DepthExceeded => "depth_exceeded",
        }
    }

    /// Whether the job did what it was asked to.
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Completed { exit_code: 0 })
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Completed { exit_code } => write!(f, "completed with exit code {exit_code}"),
            Self::Trapped { kind } => write!(f, "trapped: {}", kind.name().replace('_', " ")),
            Self::OutOfFuel => f.write_str("out of fuel"),
            Self::LimitExceeded { limit } => write!(f, "limit {} exceeded", Limits::name_of(*limit).unwrap_or("unknown")),
            Self::DepthExceeded => f.write_str("call depth exceeded"),
        }
    }
}

/// What execution decides. Equal on every machine.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Outcome {
    /// 1.
    pub format: u16,
    /// How the job ended.
    pub status: Status,
    /// Fuel used (`specs/metering.md`, section 4).
    pub fuel: u64,
    /// Regular files below `/out`, sorted by name; none unless completed.
    pub outputs: Vec<NamedBlob>,
    /// What it wrote to stdout.
    pub stdout: Blob,
    /// What it wrote to stderr.
    pub stderr: Blob,
}

impl Outcome {
    /// The outcome hash: what two machines compare.
    pub fn hash(&self) -> Hash {
        Kind::Outcome.hash(&self.encode())
    }

    /// What differs between two outcomes, for a person; `ours` and `theirs` name the two.
    pub fn differences(&self, other: &Self, ours: &str, theirs: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut compare = |what: String, a: String, b: String| {
            if a != b {
                found.push(format!("{what}: {ours} {a}, {theirs} {b}"));
            }
        };
        let blob = |blob: Option<&Blob>| blob.map_or("none".to_owned(), |b| format!("{} ({} bytes)", b.blake3, b.bytes));
        compare("status".into(), self.status.to_string(), other.status.to_string());
        compare("fuel".into(), self.fuel.to_string(), other.fuel.to_string());
        compare("stdout".into(), blob(Some(&self.stdout)), blob(Some(&other.stdout)));
        compare("stderr".into(), blob(Some(&self.stderr)), blob(Some(&other.stderr)));
        let names: std::collections::BTreeSet<&str> = self.outputs.iter().chain(&other.outputs).map(|o| o.name.as_str()).collect();
        for name in names {
            compare(format!("output {name:?}"), blob(self.output(name)), blob(other.output(name)));
        }
        found
    }

    /// The output called `name`.
    pub fn output(&self, name: &str) -> Option<&Blob> {
        self.outputs.iter().find(|output| output.name == name).map(|output| &output.blob)
    }
}

impl Canonical for Outcome {
    const NAME: &'static str = "outcome";
    const MAX_BYTES: usize = 64 * 1_048_576;

    fn validate(&self) -> Result<(), String> {
        known_format(self.format, 1)?;
        if let Status::LimitExceeded { limit } = self.status
            && !Limits::ENDING.contains(&limit)
        {
            return Err(format!("names limit {limit}, which does not end a job"));
        }
        if !matches!(self.status, Status::Completed { .. }) && !self.outputs.is_empty() {
            return Err("has outputs, but did not complete".to_owned());
        }
        for output in &self.outputs {
            names::output_name(&output.name)?;
        }
        strictly_sorted("output", self.outputs.iter().map(|output| output.name.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a status is called, everywhere it is shown, and the byte it is encoded as.
    #[test]
    fn statuses_are_called_and_encoded_as_specified() {
        let table = [
            (Status::Completed { exit_code: 0 }, 0, "completed", "completed with exit code 0"),
            (Status::Trapped { kind: TrapKind::BadSignature }, 1, "trapped", "trapped: bad signature"),
            (Status::OutOfFuel, 2, "out_of_fuel", "out of fuel"),
            (Status::LimitExceeded { limit: Limits::HOST_CALLS }, 3, "limit_exceeded", "limit host_calls exceeded"),
            (Status::DepthExceeded, 4, "depth_exceeded", "call depth exceeded"),
        ];
        for (status, tag, name, shown) in table {
            assert_eq!(borsh::to_vec(&status).unwrap()[0], tag, "{name}");
            assert_eq!((status.name(), &*status.to_string()), (name, shown));
            assert_eq!(status.is_success(), tag == 0, "{name}");
        }
        assert_eq!(borsh::to_vec(&Status::DepthExceeded).unwrap(), [4], "without fields");
        assert!(borsh::from_slice::<Status>(&[5]).is_err());
    }
}
