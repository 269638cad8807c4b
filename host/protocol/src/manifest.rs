//! The manifest: what a publisher signs (`specs/package.md`, section 2).

use borsh::{BorshDeserialize, BorshSerialize};

use crate::encoding::{Canonical, strictly_sorted};
use crate::hash::{Blob, Kind, NamedBlob};
use crate::limits::Limits;
use crate::{Hash, PROFILE, names};

/// The format of this version's manifests. 1 had 16 limits.
pub const FORMAT: u16 = 2;
/// Most test cases a manifest may have.
pub const MAX_TEST_CASES: usize = 256;

/// One environment variable.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct EnvVar {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A known answer: the module's contract.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TestCase {
    /// Its name, unique in the manifest.
    pub name: String,
    /// Arguments, without `argv[0]`.
    pub args: Vec<String>,
    /// Environment, sorted by name.
    pub env: Vec<EnvVar>,
    /// Inputs, sorted by name; their content stands in the package.
    pub inputs: Vec<NamedBlob>,
    /// The outcome hash the case must give under the manifest's limits.
    pub outcome: Hash,
}

/// What a publisher signs.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u16,
    /// The profile, [`PROFILE`].
    pub profile: String,
    /// Name of the package.
    pub name: String,
    /// Version of the package.
    pub version: String,
    /// The module.
    pub module: Blob,
    /// The most a job of this package may use.
    pub limits: Limits,
    /// Known answers.
    pub tests: Vec<TestCase>,
    /// Ed25519 public key of who signs.
    pub publisher: [u8; 32],
}

impl Manifest {
    /// The manifest's hash: what the publisher signs and receipts name as the package.
    pub fn hash(&self) -> Hash {
        Kind::Manifest.hash(&self.encode())
    }

    /// The distinct blobs of the test cases' inputs, in the order in which they stand in the package.
    pub fn blobs(&self) -> Vec<Blob> {
        let mut seen = std::collections::HashSet::new();
        let inputs = self.tests.iter().flat_map(|case| &case.inputs);
        inputs.map(|input| input.blob).filter(|blob| seen.insert(blob.blake3)).collect()
    }
}

impl Canonical for Manifest {
    const NAME: &'static str = "manifest";
    const MAX_BYTES: usize = 1_048_576;

    fn validate(&self) -> Result<(), String> {
        format_and_profile(self.format, FORMAT, &self.profile)?;
        names::package_name(&self.name)?;
        names::package_version(&self.version)?;
        if self.tests.len() > MAX_TEST_CASES {
            return Err(format!("has {} test cases; the most allowed is {MAX_TEST_CASES}", self.tests.len()));
        }
        let mut seen = std::collections::HashSet::new();
        let mut lengths = std::collections::HashMap::new();
        for case in &self.tests {
            names::test_case_name(&case.name)?;
            if !seen.insert(&case.name) {
                return Err(format!("has two test cases named {:?}", case.name));
            }
            arguments(&case.args, &case.env)?;
            inputs(&case.inputs)?;
            for input in &case.inputs {
                // One hash with two lengths would make the file's layout ambiguous.
                if *lengths.entry(input.blob.blake3).or_insert(input.blob.bytes) != input.blob.bytes {
                    return Err(format!("gives the blob {} two lengths", input.blob.blake3));
                }
            }
        }
        Ok(())
    }
}

/// The rule for `format`, the same in every object.
pub(crate) fn known_format(format: u16, known: u16) -> Result<(), String> {
    if format != known {
        return Err(format!("has format {format}; this version of assay reads format {known}"));
    }
    Ok(())
}

/// The rule for `format` and `profile`, the same in every object that has both.
pub(crate) fn format_and_profile(format: u16, known: u16, profile: &str) -> Result<(), String> {
    known_format(format, known)?;
    if profile != PROFILE {
        return Err(format!("is for profile {profile:?}; this version of assay executes {PROFILE:?}"));
    }
    Ok(())
}

/// The rules for arguments and environment.
pub(crate) fn arguments(args: &[String], env: &[EnvVar]) -> Result<(), String> {
    for arg in args {
        names::text("an argument", arg)?;
    }
    for var in env {
        names::env_name(&var.name)?;
        names::text("an environment value", &var.value)?;
    }
    strictly_sorted("environment variable", env.iter().map(|var| var.name.as_str()))
}

/// The rules for a list of inputs.
pub(crate) fn inputs(list: &[NamedBlob]) -> Result<(), String> {
    for input in list {
        names::input_name(&input.name)?;
    }
    strictly_sorted("input", list.iter().map(|input| input.name.as_str()))
}
