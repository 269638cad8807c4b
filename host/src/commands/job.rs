//! `assay job`: jobs on the ledger.

use super::{job_end, job_open, job_prove, job_show};
use crate::cli::{Job, JobCommand};
use crate::failure::Failure;
use crate::settlement::session::Session;

/// Runs the command.
pub fn run(arguments: &Job, as_json: bool) -> Result<(), Failure> {
    Session::run(&arguments.chain, as_json, |session| carried_out(session, arguments))
}

fn carried_out(session: &mut Session, arguments: &Job) -> Result<(), Failure> {
    match &arguments.command {
        JobCommand::Open(arguments) => job_open::run(session, arguments),
        JobCommand::Accept { job, device } => job_prove::accept(session, job, *device),
        JobCommand::Prove { job, receipt } => job_prove::prove(session, job, receipt),
        JobCommand::Settle { job } => job_end::settle(session, job),
        JobCommand::Cancel { job } => job_end::cancel(session, job),
        JobCommand::Expire { job } => job_end::expire(session, job),
        JobCommand::Challenge { job } => job_end::challenge(session, job),
        JobCommand::Close { job } => job_end::close(session, job),
        JobCommand::Show { job } => job_show::show(session, job),
        JobCommand::List { mine } => job_show::list(session, *mine),
    }
}
