//! Which ledger is meant, and opening it.
//!
//! ```text
//! --url, $ASSAY_LEDGER ─┬─ embedded, embedded:DIR ─► this machine, the default folder or that one
//!                       ├─ config ─► the URL of Solana's configuration
//!                       └─ mainnet-beta, testnet, devnet, localhost, http(s)://… ─► a cluster, with --program
//! neither ─► the embedded ledger in the default folder, if it was made; else Solana's configuration, if there is one; else an error that says how to make a ledger
//! ```

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use assay_settlement::embedded::Embedded;
use assay_settlement::rpc::{RpcLedger, Settings, Settled};
use assay_settlement::solana_config::cluster_url;
use assay_settlement::{Ledger, LedgerError};

use crate::cli::Chain;
use crate::failure::Failure;
use crate::say::note;
use crate::{folders, key_files};

/// The program that embedded ledgers run: built from `host/settlement/program`.
pub const PROGRAM: &[u8] = include_bytes!("../../settlement/program/assay_settlement.so");

/// How long to wait for another process that has the ledger open: commands take less.
const LOCKED: Duration = Duration::from_secs(10);

/// After so long, it is said that a command waits.
const QUIET: Duration = Duration::from_secs(1);

/// Where a ledger is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a folder of this machine.
    Embedded(PathBuf),
    /// Behind a URL.
    Cluster(String),
}

/// A ledger that is open.
pub enum Open {
    /// On this machine.
    Embedded(Box<Embedded>),
    /// On a cluster.
    Cluster {
        /// It.
        ledger: Box<RpcLedger>,
        /// What an earlier command left uncertain there was found out, or is known to be so still.
        resumed: bool,
    },
}

impl Place {
    /// What `--url` says, or what is there.
    pub fn of(chain: &Chain) -> Result<Self, Failure> {
        match chain.url.as_deref().filter(|url| !url.is_empty()) {
            Some(url) => Self::named(url),
            None => Self::found(),
        }
    }

    fn named(url: &str) -> Result<Self, Failure> {
        if let Some(folder) = url.strip_prefix("embedded:").filter(|folder| !folder.is_empty()) {
            return Ok(Self::Embedded(PathBuf::from(folder)));
        }
        Ok(match url {
            "embedded" => Self::default_folder()?,
            "config" => {
                let configured = key_files::solana()?.and_then(|config| config.json_rpc_url);
                let url = configured.ok_or_else(|| {
                    Failure::usage("Solana's configuration names no cluster")
                        .hint("set one with `solana config set --url URL`, or name it here with --url")
                })?;
                return Self::cluster(&url);
            }
            _ => return Self::cluster(url),
        })
    }

    fn cluster(url: &str) -> Result<Self, Failure> {
        let full = cluster_url(url);
        let host = full.strip_prefix("https://").or_else(|| full.strip_prefix("http://"));
        let is_url = host.is_some_and(|host| {
            !host.starts_with(['/', '?', '#']) && !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || c.is_control())
        });
        if !is_url {
            return Err(Failure::usage(format!("{url:?} is no ledger"))
                .hint("write embedded, embedded:DIR, config, mainnet-beta, testnet, devnet, localhost, or a URL"));
        }
        Ok(Self::Cluster(full))
    }

    fn default_folder() -> Result<Self, Failure> {
        folders::ledger()
            .map(Self::Embedded)
            .ok_or_else(|| Failure::usage("there is no home folder to keep a ledger in").hint("name a folder with --url embedded:DIR"))
    }

    fn found() -> Result<Self, Failure> {
        if let Some(folder) = folders::ledger() {
            not_a_file(&folder)?;
            // Where it cannot be told, nothing is sent elsewhere instead.
            let is_there = Embedded::is_in(&folder).map_err(explained)?;
            if is_there {
                return Ok(Self::Embedded(folder));
            }
        }
        match key_files::solana()?.and_then(|config| config.json_rpc_url) {
            Some(url) => Self::cluster(&url),
            None => Err(Failure::usage("there is no ledger yet")
                .hint("make one on this machine with `assay ledger init`, or name a cluster with --url")),
        }
    }

    /// Where a new ledger goes: the embedded one, unless a cluster is named.
    pub fn to_make(chain: &Chain) -> Result<Self, Failure> {
        match chain.url.as_deref().filter(|url| !url.is_empty()) {
            Some(url) => Self::named(url),
            None => Self::default_folder(),
        }
    }

    /// Names the ledger among all that this user has, for files that are kept for it.
    pub fn name(&self) -> String {
        match self {
            Self::Embedded(folder) => format!("embedded:{}", folder.canonicalize().unwrap_or_else(|_| folder.clone()).display()),
            Self::Cluster(url) => url.clone(),
        }
    }

    /// The same, fit to be shown: what may be secret in a URL, its path and query, is left out.
    pub fn shown(&self) -> String {
        match self {
            Self::Embedded(_) => self.name(),
            Self::Cluster(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
                let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
                let host = host.rsplit('@').next().unwrap_or(host);
                format!("{scheme}://{host}")
            }
        }
    }

    /// What is asked of an embedded ledger that there cannot be: options of a cluster, and a file where its folder should be.
    pub fn check(&self, chain: &Chain) -> Result<(), Failure> {
        let Self::Embedded(folder) = self else { return Ok(()) };
        // The variable stays set while one goes from ledger to ledger; what is written on this command line is meant.
        let of_environment = std::env::var("ASSAY_PROGRAM").is_ok_and(|text| text.parse().ok() == chain.program);
        let option = match (chain.program, chain.priority_fee_max) {
            (Some(_), _) if !of_environment => "--program",
            (_, Some(_)) => "--priority-fee-max",
            _ => return not_a_file(folder),
        };
        Err(Failure::usage(format!("{option} is for clusters, and {} is on this machine", self.name()))
            .hint(format!("leave {option} out, or name a cluster with --url")))
    }

    /// Opens it.
    pub fn open(&self, chain: &Chain) -> Result<Open, Failure> {
        self.check(chain)?;
        match self {
            Self::Embedded(folder) => {
                let mut ledger = locked(|| Embedded::open(folder, PROGRAM))?;
                if chain.dry_run {
                    ledger.rehearse()?;
                }
                Ok(Open::Embedded(Box::new(ledger)))
            }
            Self::Cluster(url) => Ok(Open::Cluster { ledger: Box::new(cluster(url, chain)?), resumed: false }),
        }
    }
}

/// A page that shows a transaction, on the clusters that the public can see.
fn link(cluster: &str, signature: &str) -> String {
    let page = format!("https://explorer.solana.com/tx/{signature}");
    if cluster == "mainnet-beta" { page } else { format!("{page}?cluster={cluster}") }
}

/// Connects to a cluster, to read from it.
fn cluster(url: &str, chain: &Chain) -> Result<RpcLedger, Failure> {
    let program = chain.program.ok_or_else(|| {
        Failure::usage("which program on that cluster?").hint("name the settlement program with --program ADDRESS, or in ASSAY_PROGRAM")
    })?;
    let outboxes = folders::data().ok_or_else(|| {
        Failure::usage("there is no home folder to note in what is sent")
            .hint("set HOME or XDG_DATA_HOME: without the note an outage could cost a payment twice")
    })?;
    let mut settings = Settings::new(url, program, outboxes.join("outbox"));
    if let Some(most) = chain.priority_fee_max {
        settings.priority.price_max = most;
    }
    if let Some(level) = key_files::solana()?.and_then(|config| config.commitment) {
        settings.level = level;
    }
    Ok(RpcLedger::connect(settings)?)
}

/// Finds out what an earlier command left uncertain. Another command that is sending is waited for.
fn resume(ledger: &mut RpcLedger) -> Result<(), Failure> {
    for settled in locked(|| ledger.resume())? {
        match settled {
            Settled::Landed(receipt) => note!("assay: {}, which was uncertain, is on the ledger", receipt.signature),
            Settled::Failed(signature) => note!("assay: {signature}, which was uncertain, is on the ledger, failed, and changed nothing"),
            Settled::Expired(signature) => note!("assay: {signature}, which was uncertain, never took place"),
            Settled::Uncertain(signature) => note!("assay: {signature} is still uncertain"),
        }
    }
    Ok(())
}

/// A ledger is a folder, in folders.
fn not_a_file(folder: &Path) -> Result<(), Failure> {
    let file = folder.ancestors().find(|path| path.exists()).filter(|path| !path.is_dir());
    file.map_or(Ok(()), |file| {
        Err(Failure::usage(format!("{} is a file, and a ledger is a folder", file.display())).hint("name a folder with --url embedded:DIR"))
    })
}

/// Opens what one process at a time has open; while another has it, waits, and says so if it takes long enough to wonder.
fn locked<T>(mut open: impl FnMut() -> Result<T, LedgerError>) -> Result<T, Failure> {
    let (started, mut said) = (Instant::now(), false);
    loop {
        match open() {
            Err(LedgerError::Locked(folder)) if started.elapsed() < LOCKED => {
                if !said && started.elapsed() > QUIET {
                    note!("assay: another command has {} open: waiting for it, at most {} s", folder.display(), LOCKED.as_secs());
                    said = true;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            opened => return opened.map_err(explained),
        }
    }
}

/// What the system does not allow is of who asks, and not of the disk.
pub(crate) fn explained(error: LedgerError) -> Failure {
    match &error {
        LedgerError::Io { path, error: cause, .. } if cause.kind() == ErrorKind::PermissionDenied => {
            let user = "a ledger is its owner's alone: even to read it, a command takes its lock, for which the folder must be writable";
            Failure::abstained(format!("{error}: {user}")).hint(format!(
                "run this as the user who made {}, or ask them; a copy of the folder that is yours can be read",
                path.display()
            ))
        }
        _ => error.into(),
    }
}

impl Open {
    /// To look at.
    pub fn ledger(&self) -> &dyn Ledger {
        match self {
            Self::Embedded(embedded) => embedded.as_ref(),
            Self::Cluster { ledger, .. } => ledger.as_ref(),
        }
    }

    /// To send to. What an earlier command left uncertain there is found out first.
    pub fn sender(&mut self) -> Result<&mut dyn Ledger, Failure> {
        match self {
            Self::Embedded(embedded) => Ok(embedded.as_mut()),
            Self::Cluster { ledger, resumed } => {
                if !*resumed {
                    resume(ledger)?;
                    *resumed = true;
                }
                Ok(ledger.as_mut())
            }
        }
    }

    /// Whether it is a cluster, where nothing can be tried out but what could be sent next.
    pub fn is_cluster(&self) -> bool {
        matches!(self, Self::Cluster { .. })
    }

    /// The name of the public cluster that it is, if it is one.
    pub fn public(&self) -> Option<&'static str> {
        match self {
            Self::Embedded(_) => None,
            Self::Cluster { ledger, .. } => ledger.public(),
        }
    }

    /// A page that shows a transaction, on clusters that the public can see.
    pub fn explorer(&self, signature: &str) -> Option<String> {
        self.public().map(|cluster| link(cluster, signature))
    }

    /// What only an embedded ledger does.
    pub fn embedded(&mut self, what: &str) -> Result<&mut Embedded, Failure> {
        match self {
            Self::Embedded(embedded) => Ok(embedded),
            Self::Cluster { .. } => Err(Failure::usage(format!("{what} is for embedded ledgers, and this is a cluster"))
                .hint("name the embedded one with --url embedded")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_mean_ledgers() {
        let named = |url: &str| Place::named(url).ok();
        assert_eq!(named("embedded:/tmp/l"), Some(Place::Embedded("/tmp/l".into())));
        assert_eq!(named("devnet"), Some(Place::Cluster("https://api.devnet.solana.com".into())));
        assert_eq!(named("http://localhost:8899"), Some(Place::Cluster("http://localhost:8899".into())));
        assert_eq!(named("ftp://x"), None);
        for none in ["nowhere", "http://", "https:///path", "http://two words", "http://a\n"] {
            assert_eq!(named(none), None, "{none}");
        }
    }

    #[test]
    fn what_is_not_permitted_is_explained() {
        let error = LedgerError::Io { step: "open", path: "/l/lock".into(), error: ErrorKind::PermissionDenied.into() };
        let failure = explained(error);
        assert!(failure.message().contains("/l/lock") && failure.message().contains("its owner's alone"), "{failure:?}");
    }

    #[test]
    fn links_are_for_what_the_public_sees_and_secrets_are_not_shown() {
        assert_eq!(link("devnet", "S"), "https://explorer.solana.com/tx/S?cluster=devnet");
        assert_eq!(link("mainnet-beta", "S"), "https://explorer.solana.com/tx/S");
        assert_eq!(Place::Cluster("https://user:pw@rpc.example/v1/KEY?api-key=K".into()).shown(), "https://rpc.example");
    }
}
