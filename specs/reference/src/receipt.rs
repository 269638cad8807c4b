//! # The receipt (receipt.md, sections 4 and 5)
//!
//! ```text
//! magic ‖ u32 ‖ Receipt ‖ signature ‖ u32 ‖ Job ‖ requester ‖ signature ‖ u32 ‖ Outcome ‖ end
//! ```
//!
//! A receipt is four hashes under a signature; the file adds the job and the outcome that they are hashes of.
//! [`read`] makes the checks of section 5 that need nothing but the file; [`is_of`] is the one
//! that needs the package. The others need the inputs, or run the job: they are no concern of bytes.

use crate::encoding::{Malformed, Reader, Writer};
use crate::hashing::{self, Hash};
use crate::job::{self, Job};
use crate::manifest::{Manifest, check_length};
use crate::outcome::{self, Outcome};
use crate::signing::{self, Kind};
use crate::{PROFILE, Refused};

/// First bytes of a receipt file: 7F "ASSAYR", format 2.
pub const MAGIC: [u8; 8] = *b"\x7fASSAYR\x02";
/// Longest receipt within the file, bytes.
pub const LONGEST: u64 = 4096;

/// What a provider signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Profile: "assay-1".
    pub profile: String,
    /// Hash of the manifest.
    pub package: Hash,
    /// Job id.
    pub job: Hash,
    /// Outcome hash.
    pub outcome: Hash,
    /// Transcript root.
    pub transcript: Hash,
    /// Leaves of the transcript.
    pub calls: u64,
    /// Ed25519 public key of who signs.
    pub provider: [u8; 32],
}

impl Receipt {
    /// Decodes a receipt and makes sure of the rules of section 4.
    pub fn decode(bytes: &[u8]) -> Result<Receipt, Malformed> {
        check_length("receipt", bytes, LONGEST)?;
        let mut reader = Reader::new(bytes);
        reader.format(1)?;
        let receipt = Receipt {
            profile: reader.string()?,
            package: reader.array()?,
            job: reader.array()?,
            outcome: reader.array()?,
            transcript: reader.array()?,
            calls: reader.u64()?,
            provider: reader.array()?,
        };
        reader.end()?;
        if receipt.profile != PROFILE {
            return Err(Malformed(format!("profile {:?}", receipt.profile)));
        }
        Ok(receipt)
    }

    /// The one encoding.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.u16(1);
        writer.string(&self.profile);
        writer.raw(&self.package);
        writer.raw(&self.job);
        writer.raw(&self.outcome);
        writer.raw(&self.transcript);
        writer.u64(self.calls);
        writer.raw(&self.provider);
        writer.bytes
    }

    /// What the provider signs.
    pub fn hash(&self) -> Hash {
        hashing::object(hashing::RECEIPT, &self.encode())
    }
}

/// A receipt file that passed every check that needs nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptFile {
    /// What the provider signed.
    pub receipt: Receipt,
    /// The question.
    pub job: Job,
    /// Ed25519 public key of who asked.
    pub requester: [u8; 32],
    /// The answer.
    pub outcome: Outcome,
}

/// Decodes and checks a receipt file: `receipt.magic` to `receipt.outcome`.
pub fn read(file: &[u8]) -> Result<ReceiptFile, Refused> {
    if !file.starts_with(&MAGIC) {
        return Err(Refused::by("receipt.magic", "not a receipt of format 2"));
    }
    let parts = Parts::split(file).map_err(|why| Refused::by("receipt.length", why))?;

    let malformed = |why| Refused::by("receipt.decode", why);
    let receipt = Receipt::decode(parts.receipt).map_err(malformed)?;
    let job = Job::decode(parts.job).map_err(malformed)?;
    let outcome = Outcome::decode(parts.outcome).map_err(malformed)?;

    signing::verifies(&receipt.provider, Kind::Receipt, &receipt.hash(), &parts.provider_signature)
        .map_err(|why| Refused::by("receipt.signature", why))?;

    if job.id() != receipt.job {
        return Err(Refused::by("receipt.job", "it hashes to another id"));
    }
    if job.profile != PROFILE {
        let why = format!("profile {:?}", job.profile);
        return Err(Refused::by("receipt.job", why));
    }
    signing::verifies(&parts.requester, Kind::Job, &receipt.job, &parts.requester_signature)
        .map_err(|why| Refused::by("receipt.job", why))?;

    if outcome.hash() != receipt.outcome {
        return Err(Refused::by("receipt.outcome", "it has another hash"));
    }
    Ok(ReceiptFile { receipt, job, requester: parts.requester, outcome })
}

/// The check `receipt.package`: is this a receipt of a job of that package?
pub fn is_of(file: &ReceiptFile, manifest: &Manifest) -> Result<(), Refused> {
    let refuse = |why: &str| Err(Refused::by("receipt.package", why));
    if manifest.hash() != file.receipt.package {
        return refuse("another manifest hash");
    }
    if manifest.module.blake3 != file.job.module {
        return refuse("its module is not the job's");
    }
    match file.job.limits.above(&manifest.limits) {
        Some(why) => refuse(&why),
        None => Ok(()),
    }
}

/// The parts of a receipt file, each still as bytes.
struct Parts<'a> {
    receipt: &'a [u8],
    provider_signature: [u8; 64],
    job: &'a [u8],
    requester: [u8; 32],
    requester_signature: [u8; 64],
    outcome: &'a [u8],
}

impl<'a> Parts<'a> {
    fn split(file: &'a [u8]) -> Result<Parts<'a>, Malformed> {
        let mut reader = Reader::new(file);
        reader.take(8)?; // the magic
        let parts = Parts {
            receipt: prefixed(&mut reader, "receipt", LONGEST)?,
            provider_signature: reader.array()?,
            job: prefixed(&mut reader, "job", job::LONGEST)?,
            requester: reader.array()?,
            requester_signature: reader.array()?,
            outcome: prefixed(&mut reader, "outcome", outcome::LONGEST)?,
        };
        reader.end()?;
        Ok(parts)
    }
}

/// `u32 length ‖ part`.
fn prefixed<'a>(reader: &mut Reader<'a>, part: &str, longest: u64) -> Result<&'a [u8], Malformed> {
    let length = u64::from(reader.u32()?);
    if length > longest {
        return Err(Malformed(format!("{part} of {length} bytes")));
    }
    reader.take(length)
}

/// Puts a file together from its parts, whatever they are: also files that must be refused.
pub fn assemble(
    receipt: &[u8],
    provider_signature: &[u8; 64],
    job: &[u8],
    requester: &[u8; 32],
    requester_signature: &[u8; 64],
    outcome: &[u8],
) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.raw(&MAGIC);
    writer.count(receipt.len());
    writer.raw(receipt);
    writer.raw(provider_signature);
    writer.count(job.len());
    writer.raw(job);
    writer.raw(requester);
    writer.raw(requester_signature);
    writer.count(outcome.len());
    writer.raw(outcome);
    writer.bytes
}
