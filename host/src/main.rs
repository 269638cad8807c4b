//! `assay`: runs strangers' WebAssembly jobs and proves the answer.
//!
//! Thin: parses the command line, runs one command, gives its exit code. Each command is a file in `commands/`.

mod atomic_file;
mod cli;
mod commands;
mod failure;
mod folders;
mod fuel_tables;
mod gpu;
mod guest_build;
mod job_files;
mod job_toml;
mod key_files;
mod package_tests;
mod report;
mod say;
mod settlement;
mod shader;
mod watch;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return unparsed(&error),
    };
    tracing_subscriber::fmt()
        // Only our own warnings by default: what the engine logs about a stranger's module is the stranger's to choose, and what the embedded ledger logs is in the refusal.
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("ASSAY_LOG")
                .unwrap_or_else(|_| "error,litesvm=off,assay=warn,assay_sandbox=warn".into()),
        )
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .without_time()
        .init();
    let as_json = cli.json;
    let code = match commands::run(cli) {
        Ok(()) => 0,
        Err(failure) => failure.report(as_json),
    };
    if say::lost() {
        return ExitCode::from(failure::Failure::abstained("what was meant for stdout could not be written").report(false));
    }
    ExitCode::from(code)
}

/// Help and version are answers; anything else is a usage error, in JSON where that was asked for.
fn unparsed(error: &clap::Error) -> ExitCode {
    let wants_json = std::env::args_os().take_while(|arg| arg != "--").any(|arg| arg == "--json");
    if error.use_stderr() && wants_json {
        return ExitCode::from(failure::Failure::usage(error.to_string().trim_end()).report(true));
    }
    // Nobody left to tell if this fails.
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}
