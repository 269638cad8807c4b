//! # The manifest (package.md, section 2)
//!
//! What a publisher signs, with the small structs that jobs and outcomes use too. Each struct is
//! followed by how it is read and how it is written, field by field in the order of the page.

use crate::encoding::{Malformed, Reader, Writer, check_sorted};
use crate::hashing::{self, Hash};
use crate::limits::Limits;
use crate::{PROFILE, names};
use std::collections::{BTreeMap, BTreeSet};

/// Longest manifest, bytes.
pub const LONGEST: u64 = 1_048_576;
/// Most test cases in a manifest.
pub const MOST_TESTS: usize = 256;

/// Content, by its length and hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blob {
    /// Length in bytes.
    pub bytes: u64,
    /// Plain BLAKE3.
    pub blake3: Hash,
}

impl Blob {
    /// The blob of this content.
    pub fn of(content: &[u8]) -> Blob {
        Blob { bytes: content.len() as u64, blake3: hashing::blob(content) }
    }

    /// Reads one.
    pub fn read(reader: &mut Reader<'_>) -> Result<Blob, Malformed> {
        Ok(Blob { bytes: reader.u64()?, blake3: reader.array()? })
    }

    /// Writes one.
    pub fn write(&self, writer: &mut Writer) {
        writer.u64(self.bytes);
        writer.raw(&self.blake3);
    }
}

/// An input or an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedBlob {
    /// Its name.
    pub name: String,
    /// Its content.
    pub blob: Blob,
}

impl NamedBlob {
    /// Reads one.
    pub fn read(reader: &mut Reader<'_>) -> Result<NamedBlob, Malformed> {
        Ok(NamedBlob { name: reader.string()?, blob: Blob::read(reader)? })
    }

    /// Writes one.
    pub fn write(&self, writer: &mut Writer) {
        writer.string(&self.name);
        self.blob.write(writer);
    }
}

/// An environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvVar {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl EnvVar {
    /// Reads one.
    pub fn read(reader: &mut Reader<'_>) -> Result<EnvVar, Malformed> {
        Ok(EnvVar { name: reader.string()?, value: reader.string()? })
    }

    /// Writes one.
    pub fn write(&self, writer: &mut Writer) {
        writer.string(&self.name);
        writer.string(&self.value);
    }
}

/// A question with its known answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestCase {
    /// Unique in the manifest.
    pub name: String,
    /// Arguments, without `argv[0]`.
    pub args: Vec<String>,
    /// Environment, sorted by name, unique.
    pub env: Vec<EnvVar>,
    /// Inputs, sorted by name, unique.
    pub inputs: Vec<NamedBlob>,
    /// The outcome hash that it must give.
    pub outcome: Hash,
}

impl TestCase {
    fn read(reader: &mut Reader<'_>) -> Result<TestCase, Malformed> {
        Ok(TestCase {
            name: reader.string()?,
            args: reader.list(Reader::string)?,
            env: reader.list(EnvVar::read)?,
            inputs: reader.list(NamedBlob::read)?,
            outcome: reader.array()?,
        })
    }

    fn write(&self, writer: &mut Writer) {
        writer.string(&self.name);
        writer.list(&self.args, |writer, arg| writer.string(arg));
        writer.list(&self.env, |writer, var| var.write(writer));
        writer.list(&self.inputs, |writer, input| input.write(writer));
        writer.raw(&self.outcome);
    }
}

/// What a publisher signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Profile: "assay-1".
    pub profile: String,
    /// Package name.
    pub name: String,
    /// Package version.
    pub version: String,
    /// The module.
    pub module: Blob,
    /// What a job of this package may use at most.
    pub limits: Limits,
    /// Test cases, in the author's order.
    pub tests: Vec<TestCase>,
    /// Ed25519 public key.
    pub publisher: [u8; 32],
}

impl Manifest {
    /// Decodes a manifest and makes sure of every rule of section 2. Limits have a check of their own.
    pub fn decode(bytes: &[u8]) -> Result<Manifest, Malformed> {
        check_length("manifest", bytes, LONGEST)?;
        let mut reader = Reader::new(bytes);
        reader.format(2)?;
        let manifest = Manifest {
            profile: reader.string()?,
            name: reader.string()?,
            version: reader.string()?,
            module: Blob::read(&mut reader)?,
            limits: Limits::read(&mut reader)?,
            tests: reader.list(TestCase::read)?,
            publisher: reader.array()?,
        };
        reader.end()?;
        manifest.check_rules()?;
        Ok(manifest)
    }

    /// The one encoding.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.u16(2);
        writer.string(&self.profile);
        writer.string(&self.name);
        writer.string(&self.version);
        self.module.write(&mut writer);
        self.limits.write(&mut writer);
        writer.list(&self.tests, |writer, test| test.write(writer));
        writer.raw(&self.publisher);
        writer.bytes
    }

    /// What the publisher signs, and what a receipt calls `package`.
    pub fn hash(&self) -> Hash {
        hashing::object(hashing::MANIFEST, &self.encode())
    }

    /// The blobs that follow the module: each distinct one once, in the order in which the manifest first names it.
    pub fn blobs(&self) -> Vec<Blob> {
        let mut blobs: Vec<Blob> = Vec::new();
        let mut seen = BTreeSet::new();
        for input in self.tests.iter().flat_map(|test| &test.inputs) {
            if seen.insert(input.blob.blake3) {
                blobs.push(input.blob);
            }
        }
        blobs
    }

    fn check_rules(&self) -> Result<(), Malformed> {
        if self.profile != PROFILE {
            return Err(Malformed(format!("profile {:?}", self.profile)));
        }
        check_name("package name", names::package_name, &self.name)?;
        check_name("package version", names::package_version, &self.version)?;
        if self.tests.len() > MOST_TESTS {
            return Err(Malformed(format!("{} test cases", self.tests.len())));
        }
        let mut test_names = BTreeSet::new();
        let mut lengths = BTreeMap::new();
        for test in &self.tests {
            check_name("test case name", names::test_case_name, &test.name)?;
            if !test_names.insert(&test.name) {
                return Err(Malformed(format!("test case {:?} twice", test.name)));
            }
            check_args(&test.args)?;
            check_env(&test.env)?;
            check_inputs(&test.inputs)?;
            // One content has one length. A manifest that gives it two would describe no file.
            for NamedBlob { blob, .. } in &test.inputs {
                if *lengths.entry(blob.blake3).or_insert(blob.bytes) != blob.bytes {
                    return Err(Malformed::because("one blob with two lengths"));
                }
            }
        }
        Ok(())
    }
}

/// The rule "an object longer than its maximum is refused".
pub fn check_length(object: &str, bytes: &[u8], longest: u64) -> Result<(), Malformed> {
    match bytes.len() as u64 {
        length if length > longest => Err(Malformed(format!("the {object} has {length} bytes, where {longest} is the most"))),
        _ => Ok(()),
    }
}

/// A rule of names.rs, as an error.
pub fn check_name(what: &str, rule: fn(&str) -> bool, name: &str) -> Result<(), Malformed> {
    match rule(name) {
        true => Ok(()),
        false => Err(Malformed(format!("{name:?} is not a {what}"))),
    }
}

/// The rules of a list of arguments.
pub fn check_args(args: &[String]) -> Result<(), Malformed> {
    args.iter().try_for_each(|arg| check_name("argument", names::argument, arg))
}

/// The rules of an environment.
pub fn check_env(env: &[EnvVar]) -> Result<(), Malformed> {
    for var in env {
        check_name("environment name", names::environment_name, &var.name)?;
        check_name("environment value", names::argument, &var.value)?;
    }
    check_sorted("environment", env.iter().map(|var| var.name.as_str()))
}

/// The rules of a list of inputs.
pub fn check_inputs(inputs: &[NamedBlob]) -> Result<(), Malformed> {
    for input in inputs {
        check_name("input name", names::input_name, &input.name)?;
    }
    check_sorted("inputs", inputs.iter().map(|input| input.name.as_str()))
}
