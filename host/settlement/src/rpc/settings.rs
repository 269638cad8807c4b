//! How to reach a cluster, and how patiently.

use std::path::PathBuf;
use std::time::Duration;

use solana_commitment_config::CommitmentConfig;
use solana_sdk::pubkey::Pubkey;

use super::backoff::Backoff;
use super::deliver::Patience;
use super::fees::Priority;
use super::submission::Level;

/// How to reach a cluster, and how to send.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The node's URL.
    pub url: String,
    /// The settlement program.
    pub program: Pubkey,
    /// How sure a block must be to be read from. A transaction counts at this level too, but never below [`Level::Confirmed`]: [`Self::counts`].
    pub level: Level,
    /// Below this each cluster has its outbox.
    pub outboxes: PathBuf,
    /// For one answer.
    pub timeout: Duration,
    /// For the first question, which tells whether there is a cluster at all: somebody may have mistyped its URL, and waits.
    pub patience_connect: Duration,
    /// For a question in all, with all its repetitions.
    pub patience_read: Duration,
    /// For a transaction.
    pub patience: Patience,
    /// What is offered for being taken first.
    pub priority: Priority,
    /// How often a transaction is signed anew when it expired.
    pub signings_max: u32,
}

impl Settings {
    /// With defaults for all that need not be said.
    pub fn new(url: impl Into<String>, program: Pubkey, outboxes: impl Into<PathBuf>) -> Self {
        let backoff = Backoff { least: Duration::from_millis(500), most: Duration::from_secs(15) };
        Self {
            url: url.into(),
            program,
            level: Level::Confirmed,
            outboxes: outboxes.into(),
            timeout: Duration::from_secs(30),
            patience_connect: Duration::from_secs(5),
            patience_read: Duration::from_secs(60),
            patience: Patience { poll: Duration::from_millis(500), backoff, most: Duration::from_secs(180) },
            priority: Priority { percentile: 75, price_max: 1_000_000 },
            signings_max: 3,
        }
    }
}

impl Settings {
    /// How sure a block must be for a transaction in it to be made. One node's word is not enough for money, whatever is good enough to look at.
    pub fn counts(&self) -> Level {
        self.level.max(Level::Confirmed)
    }
}

/// A URL without what may be a secret: path, query and credentials.
pub(super) fn shown(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}")
}

pub(super) fn commitment(level: Level) -> CommitmentConfig {
    match level {
        Level::Processed => CommitmentConfig::processed(),
        Level::Confirmed => CommitmentConfig::confirmed(),
        Level::Finalized => CommitmentConfig::finalized(),
    }
}
