//! What commands print: one JSON object, or lines for people.

use assay_protocol::Hash;
use assay_protocol::hash::{Blob, NamedBlob};
use assay_protocol::job::Job;
use assay_protocol::outcome::{Outcome, Status};
use assay_sandbox::Execution;
use serde_json::{Value, json};

/// Prints one JSON object on stdout.
pub fn print_json(value: &Value) {
    crate::say::to_stdout(format_args!("{value}"));
}

/// A number with separators: `12,345,678`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

fn blob(blob: &Blob) -> Value {
    json!({ "bytes": blob.bytes, "blake3": blob.blake3.to_string() })
}

/// Inputs or outputs, as every command shows them.
pub fn named_blobs(list: &[NamedBlob]) -> Value {
    list.iter().map(|named| json!({ "name": named.name, "bytes": named.blob.bytes, "blake3": named.blob.blake3.to_string() })).collect()
}

/// The outcome as `assay run --json` shows it.
pub fn outcome_json(outcome: &Outcome) -> Value {
    let mut shown = json!({
        "status": outcome.status.name(),
        "fuel": outcome.fuel,
        "outputs": named_blobs(&outcome.outputs),
        "stdout": blob(&outcome.stdout),
        "stderr": blob(&outcome.stderr),
    });
    match outcome.status {
        Status::Completed { exit_code } => shown["exit_code"] = json!(exit_code),
        Status::Trapped { kind } => shown["trap"] = json!(kind.name()),
        Status::LimitExceeded { limit } => shown["limit"] = json!(assay_protocol::limits::Limits::name_of(limit)),
        Status::OutOfFuel | Status::DepthExceeded => {}
    }
    shown
}

/// One run as `assay run --json` shows it.
pub fn execution_json(job: &Job, execution: &Execution, seconds: f64) -> Value {
    json!({
        "job": job.id().to_string(),
        "profile": job.profile,
        "outcome": outcome_json(&execution.outcome),
        "outcome_hash": execution.outcome.hash().to_string(),
        "transcript_root": execution.transcript_root.to_string(),
        "calls": execution.calls,
        "seconds": seconds,
    })
}

/// A hash, short enough for a line among others.
pub fn short(hash: &Hash) -> String {
    hash.to_string()[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let shown = [0, 999, 1000, 123_456, 1_234_567].map(grouped);
        assert_eq!(shown, ["0", "999", "1,000", "123,456", "1,234,567"]);
    }
}
