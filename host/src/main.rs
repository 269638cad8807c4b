//! `assay`: runs strangers' WebAssembly jobs and proves the answer.
//!
//! Thin: parses the command line, runs one command, gives its exit code. Each command is a file in `commands/`.

mod atomic_file;
mod cli;
mod commands;
mod failure;
mod folders;
mod guest_build;
mod job_files;
mod job_toml;
mod key_files;
mod package_tests;
mod report;
mod watch;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_env("ASSAY_LOG").unwrap_or_else(|_| "warn".into()))
        .with_writer(std::io::stderr)
        .without_time()
        .init();
    let as_json = cli.json;
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => ExitCode::from(failure.report(as_json)),
    }
}
