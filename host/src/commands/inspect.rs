//! `assay inspect`: what a file is, what it says, who signed it.

use assay_protocol::keypair;
use assay_protocol::limits::Limits;
use assay_protocol::package::{self, Package};
use assay_protocol::receipt::{self, ReceiptFile};
use assay_protocol::transcript::{self, Transcript};
use assay_sandbox::metering::{self, StaticProfile};
use assay_sandbox::{Facts, FunctionNames, PrepareError, admit};
use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::say::out;
use crate::{cli, fuel_tables, job_files, report};

/// Runs the command.
pub fn run(arguments: &cli::Inspect, as_json: bool) -> Result<(), Failure> {
    let file = job_files::read(&arguments.file, "file", package::MAX_BYTES)?;
    let mut costs = None;
    let mut shown = if job_files::is_module(&file) {
        let shown = module(&file)?;
        costs = Some(Costs::of(&file)?);
        shown
    } else if file.starts_with(&receipt::MAGIC) {
        receipt(&ReceiptFile::read(&file).map_err(|refusal| Failure::from(refusal).about(arguments.file.display()))?)
    } else if file.starts_with(&transcript::MAGIC) {
        transcript(&Transcript::decode(&file).map_err(|refusal| Failure::from(refusal).about(arguments.file.display()))?)
    } else {
        let read = Package::read(&file).map_err(|refusal| super::run::unreadable(&arguments.file, refusal))?;
        let shown = package(&read)?;
        costs = Some(Costs::of(read.module)?);
        shown
    };
    if let Some(costs) = &costs {
        shown["metering"] = fuel_tables::static_json(&costs.profile, &costs.names);
    }
    if as_json {
        report::print_json(&shown);
        return Ok(());
    }
    // For people, the functions of a module are a table.
    if let Some(metering) = shown.get_mut("metering").and_then(Value::as_object_mut) {
        metering.remove("functions");
    }
    print(&shown, 0);
    for line in costs.iter().flat_map(|costs| fuel_tables::static_lines(&costs.profile, &costs.names)) {
        out!("  {line}");
    }
    Ok(())
}

/// What the functions of an admitted module cost.
struct Costs {
    profile: StaticProfile,
    names: FunctionNames,
}

impl Costs {
    fn of(module: &[u8]) -> Result<Self, Failure> {
        Ok(Self { profile: metering::profile(module).map_err(PrepareError::from)?, names: FunctionNames::read(module) })
    }
}

fn limits(limits: &Limits) -> Value {
    let named = Limits::TABLE.iter().zip(limits.values()).map(|(spec, value)| (spec.name.to_owned(), json!(value)));
    Value::Object(named.collect::<Map<_, _>>())
}

fn facts(facts: &Facts) -> Value {
    json!({
        "bytes": facts.bytes,
        "imports": facts.imports,
        "exports": facts.exports.iter().map(|(name, kind)| format!("{name} ({kind})")).collect::<Vec<_>>(),
        "functions": facts.functions,
        "code_bytes": facts.code_bytes,
        "data_bytes": facts.data_bytes,
        "memory_bytes_at_start": facts.memory_bytes,
        "table_elements_at_start": facts.table_elements,
        "start_section": facts.start,
        "custom_sections": facts.custom_sections,
    })
}

fn module(file: &[u8]) -> Result<Value, Failure> {
    let ceilings = {
        let mut most = Limits::default();
        for spec in Limits::TABLE {
            if let Some(value) = most.by_name(spec.name) {
                *value = spec.ceiling;
            }
        }
        most
    };
    let admitted = admit(file, &ceilings)?;
    Ok(json!({
        "kind": "module",
        "signer": "none: a bare module is unsigned",
        "blake3": assay_protocol::Hash::of_blob(file).to_string(),
        "admitted": true,
        "profile": assay_protocol::PROFILE,
        "module": facts(&admitted),
    }))
}

fn package(package: &Package<'_>) -> Result<Value, Failure> {
    let manifest = &package.manifest;
    let admitted = admit(package.module, &manifest.limits)?;
    let tests = manifest.tests.iter().map(|case| {
        json!({
            "name": case.name,
            "args": case.args,
            "env": case.env.iter().map(|var| format!("{}={}", var.name, var.value)).collect::<Vec<_>>(),
            "inputs": report::named_blobs(&case.inputs),
            "outcome_hash": case.outcome.to_string(),
        })
    });
    Ok(json!({
        "kind": "package",
        "name": manifest.name,
        "version": manifest.version,
        "profile": manifest.profile,
        "package_hash": package.hash.to_string(),
        "signer": keypair::show(&manifest.publisher),
        "signature": "valid",
        "module_blake3": manifest.module.blake3.to_string(),
        "module": facts(&admitted),
        "limits": limits(&manifest.limits),
        "tests": tests.collect::<Vec<_>>(),
    }))
}

fn receipt(file: &ReceiptFile) -> Value {
    let (receipt, job) = (&file.receipt, &file.job);
    json!({
        "kind": "receipt",
        "profile": receipt.profile,
        "signer": keypair::show(&receipt.provider),
        "signature": "valid",
        "requester": keypair::show(&file.requester),
        "package_hash": receipt.package.to_string(),
        "job": receipt.job.to_string(),
        "outcome_hash": receipt.outcome.to_string(),
        "transcript_root": receipt.transcript.to_string(),
        "calls": receipt.calls,
        "outcome": report::outcome_json(&file.outcome),
        "module_blake3": job.module.to_string(),
        "args": job.args,
        "env": job.env.iter().map(|var| format!("{}={}", var.name, var.value)).collect::<Vec<_>>(),
        "inputs": report::named_blobs(&job.inputs),
        "limits": limits(&job.limits),
    })
}

fn transcript(transcript: &Transcript) -> Value {
    let mut functions: std::collections::BTreeMap<&str, u64> = std::collections::BTreeMap::new();
    for call in transcript.calls() {
        *functions.entry(&call.function).or_default() += 1;
    }
    json!({
        "kind": "transcript",
        "job": transcript.job.to_string(),
        "transcript_root": transcript.root().to_string(),
        "calls": transcript.calls().len(),
        "functions": functions,
    })
}

/// Prints JSON as indented lines. Strings of a stranger's are escaped, so they cannot drive the terminal.
fn print(value: &Value, indent: usize) {
    let pad = " ".repeat(indent);
    let Value::Object(fields) = value else { return };
    for (name, value) in fields {
        let name = name.escape_debug();
        match value {
            Value::Object(_) => {
                out!("{pad}{name}:");
                print(value, indent + 2);
            }
            Value::Array(items) if items.is_empty() => out!("{pad}{name}: none"),
            Value::Array(items) => {
                out!("{pad}{name}:");
                for item in items {
                    match item {
                        Value::Object(_) => {
                            out!("{pad}  -");
                            print(item, indent + 4);
                        }
                        Value::String(text) => out!("{pad}  {}", text.escape_debug()),
                        other => out!("{pad}  {other}"),
                    }
                }
            }
            Value::String(text) => out!("{pad}{name}: {}", text.escape_debug()),
            Value::Number(number) => out!("{pad}{name}: {}", number.as_u64().map_or(number.to_string(), report::grouped)),
            other => out!("{pad}{name}: {other}"),
        }
    }
}
