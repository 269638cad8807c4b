//! `assay completions`: a completion script for a shell.

use clap::CommandFactory;
use serde_json::json;

use crate::failure::Failure;
use crate::{cli, report};

/// Runs the command.
pub fn run(arguments: &cli::Completions, as_json: bool) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut cli::Cli::command(), "assay", &mut script);
    let script = String::from_utf8_lossy(&script);
    if as_json {
        report::print_json(&json!({ "shell": arguments.shell.to_string(), "script": script }));
    } else {
        crate::say::to_stdout(format_args!("{}", script.trim_end()));
    }
    Ok(())
}
