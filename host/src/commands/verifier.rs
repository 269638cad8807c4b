//! `assay verifier`: a verifier's side of the ledger.

use super::{verifier_draw, verifier_seat, verifier_verdict};
use crate::cli::{Verifier, VerifierCommand};
use crate::failure::Failure;
use crate::settlement::session::Session;

/// Runs the command.
pub fn run(arguments: &Verifier, as_json: bool) -> Result<(), Failure> {
    Session::run(&arguments.chain, as_json, |session| carried_out(session, arguments))
}

fn carried_out(session: &mut Session, arguments: &Verifier) -> Result<(), Failure> {
    match &arguments.command {
        VerifierCommand::Register { stake } => verifier_seat::register(session, *stake),
        VerifierCommand::Topup { amount, seat } => verifier_seat::top_up(session, *amount, *seat),
        VerifierCommand::Leave { seat } => verifier_seat::leave(session, *seat),
        VerifierCommand::Withdraw { seat } => verifier_seat::withdraw(session, *seat),
        VerifierCommand::Claim { seat } => verifier_seat::claim(session, *seat),
        VerifierCommand::Draw { job } => verifier_draw::run(session, job),
        VerifierCommand::Commit(verdict) => verifier_verdict::commit(session, verdict),
        VerifierCommand::Reveal { job } => verifier_verdict::reveal(session, job),
        VerifierCommand::Tally { job } => verifier_verdict::tally(session, job),
        VerifierCommand::Status => verifier_seat::status(session),
    }
}
