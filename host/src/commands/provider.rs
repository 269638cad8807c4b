//! `assay provider`: a provider's side of the ledger.

use serde_json::json;

use super::provider_estimate;
use crate::cli::Provider;
use crate::failure::Failure;
use crate::report;
use crate::say::out;
use crate::settlement::models::{self, Kind};

/// Runs the command.
pub fn run(arguments: &Provider, as_json: bool) -> Result<(), Failure> {
    match arguments {
        Provider::Estimate(arguments) => provider_estimate::run(arguments, as_json),
        Provider::Models => list(as_json),
    }
}

fn list(as_json: bool) -> Result<(), Failure> {
    let models = models::table()?;
    let kind = |kind: Kind| if kind == Kind::Gpu { "GPU" } else { "CPU" };
    if as_json {
        let list: Vec<_> = models.iter().map(|model| json!({ "id": model.id, "name": model.name, "kind": kind(model.kind), "multiplier": f64::from(model.multiplier_milli) / 1e3 })).collect();
        report::print_json(&json!({ "models": list }));
        return Ok(());
    }
    out!("{:>5}  {:<32}  {:<4}  {:>10}", "id", "model", "pool", "multiplier");
    for model in &models {
        out!("{:>5}  {:<32}  {:<4}  {:>10}", model.id, model.name, kind(model.kind), f64::from(model.multiplier_milli) / 1e3);
    }
    Ok(())
}
