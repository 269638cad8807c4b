//! `assay verifier`

use std::path::PathBuf;

use assay_protocol::Hash;
use clap::{ArgGroup, Args, Subcommand};

use super::{Chain, hash, io};
use crate::settlement::reference::JobReference;

/// `assay verifier`
#[derive(Debug, Args)]
pub struct Verifier {
    #[command(flatten)]
    pub chain: Chain,
    #[command(subcommand)]
    pub command: VerifierCommand,
}

/// Its commands.
#[derive(Debug, Subcommand)]
pub enum VerifierCommand {
    /// Take a seat, with a stake.
    Register {
        /// How much; by default the least.
        #[arg(long, value_name = "AMOUNT", value_parser = io, allow_hyphen_values = true)]
        stake: Option<u64>,
    },
    /// Add to a seat's stake.
    Topup {
        /// How much: 200 or 200IO.
        #[arg(value_parser = io, allow_hyphen_values = true)]
        amount: u64,
        /// Which of one's seats.
        #[arg(long, value_name = "N")]
        seat: Option<u32>,
    },
    /// Start to leave a seat.
    Leave {
        /// Which of one's seats.
        #[arg(long, value_name = "N")]
        seat: Option<u32>,
    },
    /// Take stake and earnings out of a seat that was left.
    Withdraw {
        /// Which of one's seats.
        #[arg(long, value_name = "N")]
        seat: Option<u32>,
    },
    /// Take earnings out of one's seats.
    Claim {
        /// Only this seat.
        #[arg(long, value_name = "N")]
        seat: Option<u32>,
    },
    /// Decide whether a proof is checked, and draw the committee. Anyone's.
    Draw {
        /// The job.
        job: JobReference,
    },
    /// Commit to a verdict. It stays hidden until it is revealed.
    Commit(Verdict),
    /// Reveal what was committed to.
    Reveal {
        /// The job.
        job: JobReference,
    },
    /// Count the verdicts. Anyone's.
    Tally {
        /// The job.
        job: JobReference,
    },
    /// Show one's seats, and the rounds that wait for them.
    Status,
}

/// `assay verifier commit`
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("said").required(true).args(["receipt", "outcome", "indeterminate", "abstain"])))]
pub struct Verdict {
    /// The job.
    pub job: JobReference,
    /// The receipt of one's own run: the provider's is refused, and one that another key has signed is warned of.
    #[arg(long, value_name = "FILE")]
    pub receipt: Option<PathBuf>,
    /// The outcome hash of one's own run.
    #[arg(long, value_name = "HEX", value_parser = hash)]
    pub outcome: Option<Hash>,
    /// The job has no defined outcome: this dispatch is racy.
    #[arg(long, value_name = "CALL")]
    pub indeterminate: Option<u64>,
    /// This machine cannot run it.
    #[arg(long)]
    pub abstain: bool,
    /// The first host call that differs from the provider's: `assay verify --transcript` names it.
    #[arg(long, value_name = "N", conflicts_with_all = ["indeterminate", "abstain"])]
    pub call: Option<u64>,
}
