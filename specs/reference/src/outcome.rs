//! # The outcome (receipt.md, section 2)
//!
//! The answer. Its hash is what two machines compare, so everything that a job can do to its
//! surroundings stands in it, and nothing that a machine could choose.

use crate::encoding::{Malformed, Reader, Writer, check_sorted};
use crate::hashing::{self, Hash};
use crate::manifest::{Blob, NamedBlob, check_length, check_name};
use crate::names;

/// Longest outcome, bytes.
pub const LONGEST: u64 = 64 * 1_048_576;
/// How many kinds of trap there are (execution.md, section 4): 0 to 7.
pub const TRAP_KINDS: u8 = 8;

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// 0: it returned, or called `proc_exit`.
    Completed(u32),
    /// 1: it trapped; the kind of trap.
    Trapped(u8),
    /// 2: it used all of its fuel.
    OutOfFuel,
    /// 3: it passed this limit: 13, 14, 15, 18, 19 or 21.
    LimitExceeded(u8),
    /// 4: its calls went deeper than `call_depth`.
    DepthExceeded,
}

impl Status {
    fn read(reader: &mut Reader<'_>) -> Result<Status, Malformed> {
        match reader.u8()? {
            0 => Ok(Status::Completed(reader.u32()?)),
            1 => match reader.u8()? {
                kind if kind < TRAP_KINDS => Ok(Status::Trapped(kind)),
                kind => Err(Malformed(format!("trap of kind {kind}"))),
            },
            2 => Ok(Status::OutOfFuel),
            3 => match reader.u8()? {
                limit @ (13..=15 | 18 | 19 | 21) => Ok(Status::LimitExceeded(limit)),
                limit => Err(Malformed(format!("limit {limit} ends no job"))),
            },
            4 => Ok(Status::DepthExceeded),
            tag => Err(Malformed(format!("status {tag}"))),
        }
    }

    fn write(self, writer: &mut Writer) {
        match self {
            Status::Completed(exit_code) => {
                writer.u8(0);
                writer.u32(exit_code);
            }
            Status::Trapped(kind) => {
                writer.u8(1);
                writer.u8(kind);
            }
            Status::OutOfFuel => writer.u8(2),
            Status::LimitExceeded(limit) => {
                writer.u8(3);
                writer.u8(limit);
            }
            Status::DepthExceeded => writer.u8(4),
        }
    }
}

/// What execution decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How the job ended.
    pub status: Status,
    /// Fuel used (metering.md, section 4).
    pub fuel: u64,
    /// Regular files below `/out`, sorted by name, unique; none unless Completed.
    pub outputs: Vec<NamedBlob>,
    /// What it wrote to stdout.
    pub stdout: Blob,
    /// What it wrote to stderr.
    pub stderr: Blob,
}

impl Outcome {
    /// Decodes an outcome and makes sure of the rules of section 2.
    pub fn decode(bytes: &[u8]) -> Result<Outcome, Malformed> {
        check_length("outcome", bytes, LONGEST)?;
        let mut reader = Reader::new(bytes);
        reader.format(1)?;
        let outcome = Outcome {
            status: Status::read(&mut reader)?,
            fuel: reader.u64()?,
            outputs: reader.list(NamedBlob::read)?,
            stdout: Blob::read(&mut reader)?,
            stderr: Blob::read(&mut reader)?,
        };
        reader.end()?;
        if !matches!(outcome.status, Status::Completed(_)) && !outcome.outputs.is_empty() {
            return Err(Malformed::because("outputs, but not Completed"));
        }
        for output in &outcome.outputs {
            check_name("output name", names::output_name, &output.name)?;
        }
        let output_names = outcome.outputs.iter().map(|output| output.name.as_str());
        check_sorted("outputs", output_names)?;
        Ok(outcome)
    }

    /// The one encoding.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.u16(1);
        self.status.write(&mut writer);
        writer.u64(self.fuel);
        writer.list(&self.outputs, |writer, output| output.write(writer));
        self.stdout.write(&mut writer);
        self.stderr.write(&mut writer);
        writer.bytes
    }

    /// The outcome hash: what two machines compare.
    pub fn hash(&self) -> Hash {
        hashing::object(hashing::OUTCOME, &self.encode())
    }
}
