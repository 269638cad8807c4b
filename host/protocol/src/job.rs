//! The job: everything that can change the outcome, and nothing else (`specs/receipt.md`, section 1).

use borsh::{BorshDeserialize, BorshSerialize};

use crate::Hash;
use crate::encoding::Canonical;
use crate::hash::{Kind, NamedBlob};
use crate::limits::Limits;
use crate::manifest::{EnvVar, arguments, inputs, known_format};

/// The format of this version's jobs. 1 had 16 limits.
pub const FORMAT: u16 = 2;

/// A question with one answer.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Job {
    /// [`FORMAT`].
    pub format: u16,
    /// The profile.
    pub profile: String,
    /// BLAKE3 of the module.
    pub module: Hash,
    /// What the job may use.
    pub limits: Limits,
    /// Arguments, without `argv[0]`.
    pub args: Vec<String>,
    /// Environment, sorted by name.
    pub env: Vec<EnvVar>,
    /// Inputs, sorted by name.
    pub inputs: Vec<NamedBlob>,
}

/// `argv[0]` of every job: where the file lay must not change the outcome.
pub const ARGV0: &str = "job";

impl Job {
    /// A job of this version's profile; sorts environment and inputs.
    pub fn new(module: Hash, limits: Limits, args: Vec<String>, mut env: Vec<EnvVar>, mut inputs: Vec<NamedBlob>) -> Result<Self, String> {
        env.sort_by(|a, b| a.name.cmp(&b.name));
        inputs.sort_by(|a, b| a.name.cmp(&b.name));
        let job = Self { format: FORMAT, profile: crate::PROFILE.to_owned(), module, limits, args, env, inputs };
        job.validate().map_err(|why| format!("the job {why}"))?;
        job.within_limits().map_err(|why| format!("the job {why}"))?;
        Ok(job)
    }

    /// The job's id.
    pub fn id(&self) -> Hash {
        Kind::Job.hash(&self.encode())
    }

    /// Refuses a job whose arguments, environment or inputs exceed its own limits.
    pub fn within_limits(&self) -> Result<(), String> {
        let with_nul = |bytes: usize| bytes as u64 + 1;
        let args = with_nul(ARGV0.len()) + self.args.iter().map(|arg| with_nul(arg.len())).sum::<u64>();
        let env = self.env.iter().map(|var| with_nul(var.name.len() + 1 + var.value.len())).sum();
        let input_bytes = self.inputs.iter().fold(0, |sum: u64, input| sum.saturating_add(input.blob.bytes));
        let used = [
            ("args_bytes", args, self.limits.args_bytes),
            ("env_bytes", env, self.limits.env_bytes),
            ("inputs", self.inputs.len() as u64, self.limits.inputs),
            ("input_bytes", input_bytes, self.limits.input_bytes),
        ];
        for (name, value, limit) in used {
            if value > limit {
                return Err(format!("exceeds its limit {name}: it has {value}, the limit is {limit}"));
            }
        }
        Ok(())
    }
}

impl Canonical for Job {
    const NAME: &'static str = "job";
    const MAX_BYTES: usize = 4 * 1_048_576;

    fn validate(&self) -> Result<(), String> {
        // The profile is the receipt's business (check `receipt.job`): a job of another profile is well formed.
        known_format(self.format, FORMAT)?;
        self.limits.validate()?;
        arguments(&self.args, &self.env)?;
        inputs(&self.inputs)?;
        self.within_limits()
    }
}
