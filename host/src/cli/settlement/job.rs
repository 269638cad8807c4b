//! `assay job`

use std::path::PathBuf;

use assay_protocol::Hash;
use assay_settlement::token::Amount;
use clap::{Args, Subcommand};

use super::{Chain, Tier, country, hash};
use crate::cli::JobArguments;
use crate::job_files::limit_argument;
use crate::settlement::reference::JobReference;

/// `assay job`
#[derive(Debug, Args)]
pub struct Job {
    #[command(flatten)]
    pub chain: Chain,
    #[command(subcommand)]
    pub command: JobCommand,
}

/// Its commands. JOB is the address of a job's account, or the number of one of one's own jobs.
#[derive(Debug, Subcommand)]
pub enum JobCommand {
    /// Ask for a job to be run, and pay for it into escrow.
    Open(Box<Open>),
    /// Take a job for one of one's devices. The provider's.
    Accept {
        /// The job.
        job: JobReference,
        /// Number of the device; by default the first that fits.
        #[arg(long, value_name = "N")]
        device: Option<u32>,
    },
    /// Prove a job by its receipt. The provider's.
    Prove {
        /// The job.
        job: JobReference,
        /// The receipt: `assay run --receipt` wrote it.
        #[arg(long, value_name = "FILE")]
        receipt: PathBuf,
    },
    /// Pay a job out, if nothing stands against it. Anyone's. Where it is not decided yet whether the proof is checked, it pays for that draw first.
    Settle {
        /// The job.
        job: JobReference,
    },
    /// End a job before it is proved: hours begun are paid. The requester's.
    Cancel {
        /// The job.
        job: JobReference,
    },
    /// End a job whose time to be accepted or proved is over: all goes back to the requester. Anyone's.
    Expire {
        /// The job.
        job: JobReference,
    },
    /// Doubt a proof, with a bond: a committee runs the job again. Anyone's.
    Challenge {
        /// The job.
        job: JobReference,
    },
    /// Close a job that has ended, with its rounds: rent and bonds go back. Anyone's.
    Close {
        /// The job.
        job: JobReference,
    },
    /// Show a job, and what can happen next.
    Show {
        /// The job.
        job: JobReference,
    },
    /// List jobs.
    List {
        /// Only those that one's key has opened or accepted.
        #[arg(long)]
        mine: bool,
    },
}

/// `assay job open`
#[derive(Debug, Args)]
pub struct Open {
    /// The package.
    #[arg(long, value_name = "FILE.assay")]
    pub package: PathBuf,
    /// The job's id. Without it and without --receipt it is computed from the package and what the job is given.
    #[arg(long, value_name = "HEX", value_parser = hash, conflicts_with_all = ["receipt", "inputs", "env", "args", "limits"])]
    pub job: Option<Hash>,
    /// A receipt of the same job, which names its id.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["inputs", "env", "args", "limits"])]
    pub receipt: Option<PathBuf>,
    #[command(flatten)]
    pub given: JobArguments,
    /// A limit, as for `assay run`.
    #[arg(long = "limit", value_name = "NAME=VALUE", value_parser = limit_argument)]
    pub limits: Vec<(String, u64)>,
    /// What an hour is paid, with its token: 0.5IOSD or "12 IO".
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    pub price: Amount,
    /// How many hours.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub hours: u32,
    /// Only on devices of this model.
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
    /// Only by providers of this tier or a higher one.
    #[arg(long, value_enum, default_value_t = Tier::Low)]
    pub tier: Tier,
    /// Only by providers in this country.
    #[arg(long, value_name = "CC", value_parser = country)]
    pub country: Option<[u8; 2]>,
    /// The job's number; by default the next that is free.
    #[arg(long, value_name = "N")]
    pub nonce: Option<u64>,
}
