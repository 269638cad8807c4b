//! A job: the start function and then the export, on one account.

use super::ended::{Ended, Status};
use super::imports::Imports;
use super::limits::Limits;
use super::machine::Machine;

/// Instantiates a valid module, runs its start function and then `export` (a job's is `_start`), which has no parameters. C
/// goes on from one to the other.
///
/// # Errors
/// As [`Machine::new`].
pub fn run_job<I: Imports + 'static>(wasm: &[u8], export: &str, limits: Limits, imports: I) -> Result<(Ended<I::Stop>, I), String> {
    let (mut machine, started) = Machine::new(wasm, limits, imports)?;
    let ended = match started.status {
        Status::Returned(_) => machine.go_on(export),
        _ => started,
    };
    Ok((ended, machine.into_imports()))
}
