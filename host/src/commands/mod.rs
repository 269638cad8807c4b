//! One file a command.

mod build;
mod check;
mod completions;
mod demo;
mod demo_settlement;
mod dispute;
mod doctor;
mod doctor_gpu;
mod gov;
mod inspect;
mod job;
mod job_end;
mod job_open;
mod job_prove;
mod job_show;
mod keys;
mod ledger;
mod ledger_guard;
mod ledger_init;
mod ledger_init_cluster;
mod ledger_status;
mod new;
mod provider;
mod provider_device;
mod provider_estimate;
mod provider_rewards;
mod provider_stake;
mod provider_status;
mod run;
mod shader;
mod shader_check;
mod verifier;
mod verifier_draw;
mod verifier_seat;
mod verifier_verdict;
mod verify;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use assay_sandbox::Sandbox;

use crate::cli::{Cli, Command};
use crate::failure::Failure;
use crate::folders;

/// Runs the command.
pub fn run(cli: Cli) -> Result<(), Failure> {
    let as_json = cli.json;
    match cli.command {
        Command::New(arguments) => new::run(&arguments, as_json),
        Command::Build(arguments) => build::run(&arguments, as_json),
        Command::Run(arguments) => run::run(arguments, as_json),
        Command::Verify(arguments) => verify::run(&arguments, as_json),
        Command::Check(arguments) => check::run(&arguments, as_json),
        Command::Inspect(arguments) => inspect::run(&arguments, as_json),
        Command::Shader(arguments) => shader::run(&arguments, as_json),
        Command::Keys(arguments) => keys::run(&arguments, as_json),
        Command::Ledger(arguments) => ledger::run(&arguments, as_json),
        Command::Provider(arguments) => provider::run(&arguments, as_json),
        Command::Job(arguments) => job::run(&arguments, as_json),
        Command::Verifier(arguments) => verifier::run(&arguments, as_json),
        Command::Dispute(arguments) => dispute::run(&arguments, as_json),
        Command::Gov(arguments) => gov::run(&arguments, as_json),
        Command::Doctor => doctor::run(as_json),
        Command::Completions(arguments) => completions::run(&arguments, as_json),
        Command::Demo => demo::run(as_json),
    }
}

/// The sandbox with this user's cache.
fn sandbox() -> Result<Sandbox, Failure> {
    Ok(Sandbox::new(folders::cache())?)
}

/// Ends this process with "abstained" when its time has passed, compilation included, unless it is called off first.
///
/// A job cannot be stopped from within its process (the engine's means for it would cost every job speed). Nothing is written before a job has ended, so ending the
/// process leaves nothing half-done; what is written then is written with the deadline called off.
struct Deadline(Option<Arc<AtomicBool>>);

impl Deadline {
    fn start(seconds: Option<u64>, as_json: bool) -> Self {
        let Some(seconds) = seconds else { return Self(None) };
        let decided = Arc::new(AtomicBool::new(false));
        let here = decided.clone();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_secs(seconds));
            if !here.swap(true, Ordering::SeqCst) {
                let failure = Failure::abstained(format!("the deadline of {seconds} s passed before the job ended"))
                    .hint("give it longer with --deadline, or less to do");
                std::process::exit(i32::from(failure.report(as_json)));
            }
        });
        Self(Some(decided))
    }

    /// The job has ended in time. If the deadline was first, the process is ending and this does not return.
    fn call_off(self) {
        if self.0.is_some_and(|decided| decided.swap(true, Ordering::SeqCst)) {
            loop {
                std::thread::park();
            }
        }
    }
}
