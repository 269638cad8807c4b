//! # The job (receipt.md, section 1)
//!
//! The question: everything that can change the outcome and nothing else, so that all who ask it get one id.

use crate::encoding::{Malformed, Reader, Writer};
use crate::hashing::{self, Hash};
use crate::limits::Limits;
use crate::manifest::{EnvVar, NamedBlob, check_args, check_env, check_inputs, check_length};

/// Longest job, bytes.
pub const LONGEST: u64 = 4 * 1_048_576;

/// A question with one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Profile. Whether it is ours is for the check `receipt.job`.
    pub profile: String,
    /// BLAKE3 of the module.
    pub module: Hash,
    /// What it may use.
    pub limits: Limits,
    /// Arguments, without `argv[0]`.
    pub args: Vec<String>,
    /// Environment, sorted by name, unique.
    pub env: Vec<EnvVar>,
    /// Inputs, sorted by name, unique.
    pub inputs: Vec<NamedBlob>,
}

impl Job {
    /// Decodes a job and makes sure of the rules of section 1.
    pub fn decode(bytes: &[u8]) -> Result<Job, Malformed> {
        check_length("job", bytes, LONGEST)?;
        let mut reader = Reader::new(bytes);
        reader.format(2)?;
        let job = Job {
            profile: reader.string()?,
            module: reader.array()?,
            limits: Limits::read(&mut reader)?,
            args: reader.list(Reader::string)?,
            env: reader.list(EnvVar::read)?,
            inputs: reader.list(NamedBlob::read)?,
        };
        reader.end()?;
        if let Some(why) = job.limits.out_of_range() {
            return Err(Malformed(why));
        }
        check_args(&job.args)?;
        check_env(&job.env)?;
        check_inputs(&job.inputs)?;
        job.check_size()?;
        Ok(job)
    }

    /// The one encoding.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.u16(2);
        writer.string(&self.profile);
        writer.raw(&self.module);
        self.limits.write(&mut writer);
        writer.list(&self.args, |writer, arg| writer.string(arg));
        writer.list(&self.env, |writer, var| var.write(writer));
        writer.list(&self.inputs, |writer, input| input.write(writer));
        writer.bytes
    }

    /// The job's id.
    pub fn id(&self) -> Hash {
        hashing::object(hashing::JOB, &self.encode())
    }

    /// The limits of which the table says "the job is refused", held against the job itself.
    /// `argv[0]`, which is `job`, counts as an argument. Sums are of 128 bits: they cannot overflow.
    fn check_size(&self) -> Result<(), Malformed> {
        let with_nul = |length: usize| length as u128 + 1;
        let args = self.args.iter().map(|arg| with_nul(arg.len()));
        let env = self.env.iter().map(|var| with_nul(var.name.len() + "=".len() + var.value.len()));
        let used: [(usize, u128); 4] = [
            (4, with_nul("job".len()) + args.sum::<u128>()),
            (5, env.sum()),
            (6, self.inputs.len() as u128),
            (7, self.inputs.iter().map(|input| u128::from(input.blob.bytes)).sum()),
        ];
        for (number, used) in used {
            let limit = self.limits.0[number];
            if used > u128::from(limit) {
                let name = crate::limits::TABLE[number].name;
                return Err(Malformed(format!("{name}: {used} used of {limit}")));
            }
        }
        Ok(())
    }
}
