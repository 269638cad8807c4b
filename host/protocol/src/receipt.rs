//! The receipt: a provider's signed claim of an outcome (`specs/receipt.md`, sections 4 and 5).
//!
//! Participants: the provider, who signs what it computed; the requester, who signed what it asked; a verifier, who checks both and runs the job again. Goal: a
//! reader with this one file knows what is claimed, and that the claim is whole. Non-goals: whether the claim is true (only re-execution says), and when it was made.

use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::SigningKey;

use crate::encoding::{Canonical, Parts, expect_magic};
use crate::hash::Kind;
use crate::job::Job;
use crate::manifest::{Manifest, format_and_profile};
use crate::outcome::Outcome;
use crate::sign::Signed;
use crate::{Hash, Refusal};

/// First bytes of a receipt file. Format 1 had jobs of format 1.
pub const MAGIC: [u8; 8] = *b"\x7fASSAYR\x02";
/// Longest receipt file, in bytes.
pub const MAX_FILE_BYTES: u64 = 72 * 1_048_576;

/// What a provider signs.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Receipt {
    /// 1.
    pub format: u16,
    /// The profile.
    pub profile: String,
    /// Hash of the package's manifest.
    pub package: Hash,
    /// The job's id.
    pub job: Hash,
    /// The outcome hash.
    pub outcome: Hash,
    /// The transcript root.
    pub transcript: Hash,
    /// Number of host calls.
    pub calls: u64,
    /// Ed25519 public key of the provider.
    pub provider: [u8; 32],
}

impl Receipt {
    /// The receipt's hash: what the provider signs.
    pub fn hash(&self) -> Hash {
        Kind::Receipt.hash(&self.encode())
    }
}

impl Canonical for Receipt {
    const NAME: &'static str = "receipt";
    const MAX_BYTES: usize = 4096;

    fn validate(&self) -> Result<(), String> {
        format_and_profile(self.format, 1, &self.profile)
    }
}

/// A receipt file whose checks hold: the receipt with what its hashes stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptFile {
    /// The signed claim.
    pub receipt: Receipt,
    /// The provider's signature.
    pub signature: [u8; 64],
    /// The job that `receipt.job` names.
    pub job: Job,
    /// Ed25519 public key of who asked.
    pub requester: [u8; 32],
    /// The requester's signature over the job.
    pub request: [u8; 64],
    /// The outcome that `receipt.outcome` names.
    pub outcome: Outcome,
}

impl ReceiptFile {
    /// Reads a receipt file and makes the checks `receipt.magic` to `receipt.outcome`, in that order.
    pub fn read(file: &[u8]) -> Result<Self, Refusal> {
        expect_magic(file, &MAGIC, "receipt.magic", "receipt")?;
        let mut parts = Parts::new(file, "receipt.length");
        parts.take("the magic number", 8)?;
        let receipt = parts.prefixed("the receipt", Receipt::MAX_BYTES)?;
        let signature = parts.array("the provider's signature")?;
        let job = parts.prefixed("the job", Job::MAX_BYTES)?;
        let requester = parts.array("the requester's key")?;
        let request = parts.array("the requester's signature")?;
        let outcome = parts.prefixed("the outcome", Outcome::MAX_BYTES)?;
        parts.end()?;

        let undecodable = |why| Refusal::new("receipt.decode", why);
        let read = Self {
            receipt: Receipt::decode(receipt).map_err(undecodable)?,
            signature,
            job: Job::decode(job).map_err(undecodable)?,
            requester,
            request,
            outcome: Outcome::decode(outcome).map_err(undecodable)?,
        };
        read.check()?;
        Ok(read)
    }

    fn check(&self) -> Result<(), Refusal> {
        let receipt = &self.receipt;
        Signed::Receipt
            .verify(&receipt.provider, &receipt.hash(), &self.signature)
            .map_err(|why| Refusal::new("receipt.signature", why))?;
        let job = self.job.id();
        if job != receipt.job {
            let detail = format!("the job in the file is {job}, the receipt is for {}", receipt.job);
            return Err(Refusal::new("receipt.job", detail));
        }
        format_and_profile(self.job.format, crate::job::FORMAT, &self.job.profile)
            .map_err(|why| Refusal::new("receipt.job", format!("the job {why}")))?;
        Signed::Job.verify(&self.requester, &job, &self.request).map_err(|why| Refusal::new("receipt.job", why))?;
        let outcome = self.outcome.hash();
        if outcome != receipt.outcome {
            let detail = format!("the outcome in the file is {outcome}, the receipt claims {}", receipt.outcome);
            return Err(Refusal::new("receipt.outcome", detail));
        }
        Ok(())
    }

    /// Check `receipt.package`: whether this is a receipt for a job of that package.
    pub fn is_of(&self, manifest: &Manifest) -> Result<(), Refusal> {
        let refuse = |detail| Err(Refusal::new("receipt.package", detail));
        let hash = manifest.hash();
        if hash != self.receipt.package {
            return refuse(format!("the receipt is for package {}, this is {hash} ({})", self.receipt.package, manifest.name));
        }
        if manifest.module.blake3 != self.job.module {
            return refuse(format!("the job runs module {}, the package holds {}", self.job.module, manifest.module.blake3));
        }
        self.job.limits.within(&manifest.limits).or_else(|why| refuse(format!("the job {why}")))
    }

    /// A signed receipt file: the provider's key signs the claim, the requester's the job.
    pub fn sign(package: Hash, job: Job, outcome: Outcome, transcript: (Hash, u64), provider: &SigningKey, requester: &SigningKey) -> Self {
        let receipt = Receipt {
            format: 1,
            profile: crate::PROFILE.to_owned(),
            package,
            job: job.id(),
            outcome: outcome.hash(),
            transcript: transcript.0,
            calls: transcript.1,
            provider: provider.verifying_key().to_bytes(),
        };
        Self {
            signature: Signed::Receipt.sign(provider, &receipt.hash()),
            request: Signed::Job.sign(requester, &receipt.job),
            requester: requester.verifying_key().to_bytes(),
            receipt,
            job,
            outcome,
        }
    }

    /// The file's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        let prefixed = |file: &mut Vec<u8>, part: &[u8]| {
            let length = u32::try_from(part.len()).expect("every part has a maximum below 4 GiB");
            file.extend_from_slice(&length.to_le_bytes());
            file.extend_from_slice(part);
        };
        prefixed(&mut file, &self.receipt.encode());
        file.extend_from_slice(&self.signature);
        prefixed(&mut file, &self.job.encode());
        file.extend_from_slice(&self.requester);
        file.extend_from_slice(&self.request);
        prefixed(&mut file, &self.outcome.encode());
        file
    }
}
