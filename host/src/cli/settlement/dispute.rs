//! `assay dispute`

use clap::{Args, Subcommand};

use super::Chain;
use crate::settlement::reference::JobReference;

/// `assay dispute`
#[derive(Debug, Args)]
pub struct Dispute {
    #[command(flatten)]
    pub chain: Chain,
    #[command(subcommand)]
    pub command: DisputeCommand,
}

/// Its commands.
#[derive(Debug, Subcommand)]
pub enum DisputeCommand {
    /// List disputes.
    List,
    /// Show what was claimed, what was found, and what can happen next.
    Show {
        /// The job.
        job: JobReference,
    },
    /// Appeal to a larger committee, with a bond. The provider's.
    Appeal {
        /// The job.
        job: JobReference,
    },
    /// Burn the frozen stake of a lie and refund the requester. Anyone's.
    Execute {
        /// The job.
        job: JobReference,
    },
    /// Fine who contradicted a proof that an appeal confirmed. Anyone's.
    Punish {
        /// The job.
        job: JobReference,
    },
}
