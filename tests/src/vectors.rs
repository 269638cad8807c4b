//! The vectors of `specs/vectors/`, and the oracle that holds `host/protocol` against `specs/reference`.
//!
//! An oracle here is a *verdict*: what a file is to whoever reads it, which is either all the hashes that
//! follow from it or the name of the check that refuses it. Two implementations agree on a file when
//! their verdicts are equal; nothing else about them is compared. Tests and fuzz targets use the same.

pub mod guest;
pub mod mutation;

use assay_protocol::encoding::Canonical;
use assay_protocol::manifest::Manifest;
use assay_protocol::package::Package;
use assay_protocol::receipt::ReceiptFile;
use assay_protocol::transcript::Transcript;
use assay_protocol::{Hash, Refusal};
use assay_reference as reference;
use serde_json::Value;
use std::path::PathBuf;

/// What a file is: named values in hexadecimal, or the check that refuses it.
pub type Verdict = Result<Vec<(&'static str, String)>, String>;

/// The committed text of a vector file.
pub fn committed(file: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../specs/vectors").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The groups of a vector file: each with its name and its vectors.
pub fn groups(file: &str) -> Vec<(String, Vec<Value>)> {
    let value: Value = serde_json::from_str(&committed(file)).expect("a vector file is JSON");
    let groups = value["groups"].as_object().expect("a vector file has groups");
    let list = |value: &Value| value.as_array().expect("a group is a list").clone();
    groups.iter().map(|(name, vectors)| (name.clone(), list(vectors))).collect()
}

/// A text field of a vector.
pub fn text<'a>(vector: &'a Value, field: &str) -> &'a str {
    vector[field].as_str().unwrap_or_else(|| panic!("{}: no text in {field}", vector["name"]))
}

/// A u64 field, which is written as text.
pub fn number(vector: &Value, field: &str) -> u64 {
    text(vector, field).parse().expect("decimal digits")
}

/// A field of bytes: hexadecimal, or a list of hexadecimal and repetitions.
pub fn bytes(vector: &Value, field: &str) -> Vec<u8> {
    let hex = |text: &str| hex::decode(text).expect("hexadecimal");
    let part = |part: &Value| match part {
        Value::String(text) => hex(text),
        _ => hex(part["repeat"].as_str().expect("what is repeated")).repeat(part["times"].as_u64().expect("how often") as usize),
    };
    match &vector[field] {
        Value::String(text) => hex(text),
        Value::Array(parts) => parts.iter().flat_map(part).collect(),
        _ => panic!("{}: no bytes in {field}", vector["name"]),
    }
}

/// A field of exactly `N` bytes.
pub fn array<const N: usize>(vector: &Value, field: &str) -> [u8; N] {
    bytes(vector, field).try_into().unwrap_or_else(|_| panic!("{}: {field} has not {N} bytes", vector["name"]))
}

/// What the host says of a package file.
pub fn host_package(file: &[u8]) -> Verdict {
    let package = Package::read(file).map_err(check)?;
    let mut values = vec![("manifest_hash", package.hash.to_string()), ("module_hash", Hash::of_blob(package.module).to_string())];
    for blob in package.manifest.blobs() {
        let content = package.blob(&blob.blake3).expect("every blob of the manifest is in the package");
        values.push(("blob", Hash::of_blob(content).to_string()));
    }
    values.push(("encoding", hex::encode(package.manifest.encode())));
    Ok(values)
}

/// What the reference says of a package file.
pub fn reference_package(file: &[u8]) -> Verdict {
    let package = reference::package::read(file).map_err(|refused| refused.check.to_string())?;
    let mut values =
        vec![("manifest_hash", hex::encode(package.hash)), ("module_hash", hex::encode(reference::hashing::blob(&package.module)))];
    values.extend(package.blobs.iter().map(|blob| ("blob", hex::encode(reference::hashing::blob(blob)))));
    values.push(("encoding", hex::encode(package.manifest.encode())));
    Ok(values)
}

/// What the host says of a receipt file, alone and beside `package` (an encoded manifest).
pub fn host_receipt(file: &[u8], package: Option<&[u8]>) -> Verdict {
    let read = ReceiptFile::read(file).map_err(check)?;
    if let Some(encoded) = package {
        let manifest = Manifest::decode(encoded).expect("the manifest of a package that was read");
        read.is_of(&manifest).map_err(check)?;
    }
    let receipt = &read.receipt;
    Ok(vec![
        ("receipt_hash", receipt.hash().to_string()),
        ("package", receipt.package.to_string()),
        ("job_id", read.job.id().to_string()),
        ("outcome_hash", read.outcome.hash().to_string()),
        ("transcript_root", receipt.transcript.to_string()),
        ("calls", receipt.calls.to_string()),
        ("provider", hex::encode(receipt.provider)),
        ("requester", hex::encode(read.requester)),
    ])
}

/// What the reference says of a receipt file, alone and beside `package` (an encoded manifest).
pub fn reference_receipt(file: &[u8], package: Option<&[u8]>) -> Verdict {
    let check = |refused: reference::Refused| refused.check.to_string();
    let read = reference::receipt::read(file).map_err(check)?;
    if let Some(encoded) = package {
        let manifest = reference::manifest::Manifest::decode(encoded).expect("the manifest of a package that was read");
        reference::receipt::is_of(&read, &manifest).map_err(check)?;
    }
    let receipt = &read.receipt;
    Ok(vec![
        ("receipt_hash", hex::encode(receipt.hash())),
        ("package", hex::encode(receipt.package)),
        ("job_id", hex::encode(read.job.id())),
        ("outcome_hash", hex::encode(read.outcome.hash())),
        ("transcript_root", hex::encode(receipt.transcript)),
        ("calls", receipt.calls.to_string()),
        ("provider", hex::encode(receipt.provider)),
        ("requester", hex::encode(read.requester)),
    ])
}

/// What the host says of a transcript file.
pub fn host_transcript(file: &[u8]) -> Verdict {
    let transcript = Transcript::decode(file).map_err(check)?;
    Ok(vec![("job", transcript.job.to_string()), ("calls", transcript.calls().len().to_string()), ("root", transcript.root().to_string())])
}

/// What the reference says of a transcript file.
pub fn reference_transcript(file: &[u8]) -> Verdict {
    let transcript = reference::transcript::Transcript::read(file).map_err(|refused| refused.check.to_string())?;
    Ok(vec![("job", hex::encode(transcript.job)), ("calls", transcript.calls.len().to_string()), ("root", hex::encode(transcript.root()))])
}

/// Oracle: host and reference agree on these bytes, taken as each kind of file.
///
/// # Panics
/// When they do not, with both verdicts.
pub fn agree_on(file: &[u8]) {
    assert_eq!(host_package(file), reference_package(file), "host and reference on a package");
    assert_eq!(host_receipt(file, None), reference_receipt(file, None), "host and reference on a receipt");
    assert_eq!(host_transcript(file), reference_transcript(file), "host and reference on a transcript");
}

fn check(refusal: Refusal) -> String {
    refusal.check.to_string()
}
