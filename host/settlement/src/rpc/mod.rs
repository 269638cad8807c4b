//! A Solana cluster as a ledger, through JSON-RPC.
//!
//! ```text
//! send:  intent met? ─► its receipt       open? ─► find out first
//!        simulate ─► refused? ─► budget and price ─► sign ─► outbox, synced ─► deliver ─► Landed ─► outbox ─► receipt
//!                                                     ▲                           ├──► Refused, Failed ─► outbox ─► error
//!                                                     └──── Expired ─► outbox ────┤
//!                                                                                 └──► Uncertain: stays in the outbox; resume asks again
//! ```
//!
//! When a transaction may be signed anew is decided in [`submission`]. The node is believed: one that lies about what is in the finalized chain can make a payment seem lost. Who cannot trust one runs their own.
//!
//! Calls block. From async code, call from a thread where that is allowed.

mod backoff;
mod cluster;
mod deliver;
mod fees;
mod outbox;
pub mod submission;

use std::path::PathBuf;
use std::time::Duration;

use assay_settlement_interface::Key;
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client_api::client_error::Error;
use solana_rpc_client_api::config::{RpcAccountInfoConfig, RpcProgramAccountsConfig, RpcSimulateTransactionConfig, UiAccountEncoding};
use solana_rpc_client_api::filter::{Memcmp, MemcmpEncodedBytes, RpcFilterType};
use solana_sdk::account::Account;
use solana_sdk::clock::{self, Slot};
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Signature;
use solana_sdk::transaction::{Transaction, TransactionError};

use self::cluster::{Cluster, Fault, Node, fault};
use self::deliver::{Delivered, deliver};
use self::outbox::{Begun, End, Outbox, Standing};
use self::submission::{Level, Submission};
use crate::call::SLOT_HASHES;
use crate::embedded::read_slot_hashes;
use crate::error::{LedgerError, Refused};
use crate::ledger::{Clock, Filter, Ledger, Receipt, Simulation, Spec};
use crate::wire;

pub use self::backoff::Backoff;
pub use self::deliver::Patience;
pub use self::fees::Priority;
pub use self::outbox::folder as outbox_folder;

/// Accounts that a node gives at once.
const ACCOUNTS_MAX: usize = 100;

/// How to reach a cluster, and how to send.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The node's URL.
    pub url: String,
    /// The settlement program.
    pub program: Pubkey,
    /// How sure a block must be to be read from, and a transaction to count.
    pub level: Level,
    /// Below this each cluster has its outbox.
    pub outboxes: PathBuf,
    /// For one answer.
    pub timeout: Duration,
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
            patience_read: Duration::from_secs(60),
            patience: Patience { poll: Duration::from_millis(500), backoff, most: Duration::from_secs(180) },
            priority: Priority { percentile: 75, price_max: 1_000_000 },
            signings_max: 3,
        }
    }
}

/// What became of a transaction of the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It is on the ledger.
    Landed(Receipt),
    /// It is, and failed: it changed nothing.
    Failed(Signature),
    /// It never will be.
    Expired(Signature),
    /// It is not known yet.
    Uncertain(Signature),
}

/// The ledger.
pub struct RpcLedger {
    node: Node,
    outbox: Outbox,
    settings: Settings,
    shown: String,
}

/// A URL without what may be a secret: path, query and credentials.
fn shown(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}")
}

fn commitment(level: Level) -> CommitmentConfig {
    match level {
        Level::Processed => CommitmentConfig::processed(),
        Level::Confirmed => CommitmentConfig::confirmed(),
        Level::Finalized => CommitmentConfig::finalized(),
    }
}

impl RpcLedger {
    /// Reaches a cluster, and opens its outbox. What is in that is not touched: [`Self::resume`].
    pub fn connect(settings: Settings) -> Result<Self, LedgerError> {
        if !(settings.url.starts_with("http://") || settings.url.starts_with("https://")) {
            return Err(LedgerError::Rpc { url: shown(&settings.url), step: "be reached", why: "the URL must start with http:// or https://".into() });
        }
        let node = Node::new(&settings.url, settings.timeout, commitment(settings.level));
        let shown = shown(&settings.url);
        let genesis = ask(&node, &settings, &shown, "say which it is", || node.client.get_genesis_hash())?.to_bytes();
        let outbox = Outbox::open(&outbox::folder(&settings.outboxes, &genesis), &genesis)?;
        Ok(Self { node, outbox, settings, shown })
    }

    /// Transactions that may still land.
    pub fn pending(&self) -> Vec<Signature> {
        self.outbox.pending().iter().map(|begun| Signature::from(begun.signature)).collect()
    }

    /// Finds out what became of what an earlier process left in the outbox. What has not expired is sent again.
    pub fn resume(&mut self) -> Result<Vec<Settled>, LedgerError> {
        let pending = self.outbox.pending();
        pending.iter().map(|begun| self.settle(begun)).collect()
    }

    fn settle(&mut self, begun: &Begun) -> Result<Settled, LedgerError> {
        let signature = Signature::from(begun.signature);
        let mut submission = Submission::resumed(begun.last_valid, begun.signed, self.settings.level);
        Ok(match deliver(&self.node, &self.settings.patience, &mut submission, &signature, &begun.wire) {
            Delivered::Landed(slot) => Settled::Landed(self.landed(&signature, slot, 0)?),
            Delivered::Failed(_) => self.ended(signature, End::Failed, Settled::Failed(signature))?,
            Delivered::Refused(_) | Delivered::Expired => self.ended(signature, End::Expired, Settled::Expired(signature))?,
            Delivered::Uncertain(_) => Settled::Uncertain(signature),
        })
    }

    fn ended<T>(&mut self, signature: Signature, end: End, what: T) -> Result<T, LedgerError> {
        self.outbox.end(signature.as_array(), end)?;
        Ok(what)
    }

    fn landed(&mut self, signature: &Signature, slot: u64, expected_units: u64) -> Result<Receipt, LedgerError> {
        let (units, fee) = self.node.cost(signature).unwrap_or((expected_units, 0));
        self.outbox.end(signature.as_array(), End::Landed { units, fee, slot })?;
        Ok(Receipt { signature: *signature, units, fee, slot })
    }

    fn ask<T>(&self, step: &'static str, question: impl Fn() -> Result<T, Error>) -> Result<T, LedgerError> {
        ask(&self.node, &self.settings, &self.shown, step, question)
    }

    fn refused(&self, error: &TransactionError, transaction: &Transaction, added: usize) -> Refused {
        let refused = Refused::new(error, &self.settings.program, |at| wire::invoked(&transaction.message, at));
        fees::without_budget(refused, added)
    }

    fn price(&self, instructions: &[Instruction]) -> u64 {
        let metas = instructions.iter().flat_map(|one| &one.accounts);
        let mut writable: Vec<Pubkey> = metas.filter(|meta| meta.is_writable).map(|meta| meta.pubkey).collect();
        writable.sort_unstable();
        writable.dedup();
        writable.truncate(128);
        // Who cannot be asked what others pay is paid nothing more.
        let paid = self.node.client.get_recent_prioritization_fees(&writable).unwrap_or_default();
        self.settings.priority.price(paid.into_iter().map(|fee| fee.prioritization_fee).collect())
    }

    /// Signs it with a fresh blockhash, writes it down, hands it on until its end is known.
    fn attempt(&mut self, spec: &Spec<'_>, instructions: &[Instruction], added: usize, units: u64) -> Result<Option<Receipt>, LedgerError> {
        let blockhash = self.node.blockhash().map_err(|fault| self.failed("give a blockhash", fault))?;
        let transaction = wire::sign_these(spec, instructions, blockhash.hash)?;
        let signature = *transaction.signatures.first().ok_or_else(|| LedgerError::Unsendable("it is not signed".into()))?;
        let wire = wire::bytes(&transaction);
        self.outbox.begin(Begun {
            signature: *signature.as_array(),
            intent: spec.intent,
            last_valid: blockhash.last_valid,
            signed: blockhash.slot,
            wire: wire.clone(),
        })?;
        let mut submission = Submission::new(blockhash.last_valid, blockhash.slot, self.settings.level);
        match deliver(&self.node, &self.settings.patience, &mut submission, &signature, &wire) {
            Delivered::Landed(slot) => Ok(Some(self.landed(&signature, slot, units)?)),
            Delivered::Failed(error) => {
                let refused = self.refused(&error, &transaction, added);
                self.ended(signature, End::Failed, Err(refused.into()))?
            }
            Delivered::Refused(error) => {
                let refused = self.refused(&error, &transaction, added);
                self.ended(signature, End::Refused, Err(refused.into()))?
            }
            Delivered::Expired => self.ended(signature, End::Expired, Ok(None))?,
            Delivered::Uncertain(why) => Err(LedgerError::Uncertain { signature, why }),
        }
    }

    fn failed(&self, step: &'static str, fault: Fault) -> LedgerError {
        LedgerError::Rpc { url: self.shown.clone(), step, why: fault.why() }
    }

    /// What an intent is owed: a receipt if it is met; an error while that is open.
    fn met(&mut self, spec: &Spec<'_>) -> Result<Option<Receipt>, LedgerError> {
        let Some(intent) = spec.intent else { return Ok(None) };
        match self.outbox.standing(&intent) {
            Standing::Free => Ok(None),
            Standing::Met(signature, End::Landed { units, fee, slot }) => {
                Ok(Some(Receipt { signature: Signature::from(signature), units, fee, slot }))
            }
            Standing::Met(..) => Ok(None),
            Standing::Open(begun) => match self.settle(&begun)? {
                Settled::Landed(receipt) => Ok(Some(receipt)),
                Settled::Failed(_) | Settled::Expired(_) => Ok(None),
                Settled::Uncertain(signature) => Err(LedgerError::Uncertain { signature, why: "an earlier attempt is open".into() }),
            },
        }
    }
}

/// Puts a question until it is answered, cannot be, or the time for it is over.
fn ask<T>(
    node: &Node,
    settings: &Settings,
    shown: &str,
    step: &'static str,
    question: impl Fn() -> Result<T, Error>,
) -> Result<T, LedgerError> {
    let until = node.elapsed().saturating_add(settings.patience_read);
    let mut attempt = 0;
    loop {
        let fault = match question() {
            Ok(answer) => return Ok(answer),
            Err(error) => fault(&error),
        };
        let delay = settings.patience.backoff.delay(attempt, backoff::luck());
        if matches!(fault, Fault::Never(_)) || node.elapsed().saturating_add(delay) >= until {
            return Err(LedgerError::Rpc { url: shown.to_owned(), step, why: fault.why() });
        }
        tracing::debug!(url = shown, step, ?fault, "asking again");
        node.pause(delay);
        attempt += 1;
    }
}

impl Ledger for RpcLedger {
    fn program(&self) -> Pubkey {
        self.settings.program
    }

    fn accounts(&self, addresses: &[Pubkey]) -> Result<Vec<Option<Account>>, LedgerError> {
        let mut found = Vec::with_capacity(addresses.len());
        for some in addresses.chunks(ACCOUNTS_MAX) {
            let answer = self.ask("give accounts", || self.node.client.get_multiple_accounts(some))?;
            if answer.len() != some.len() {
                return Err(self.failed("give accounts", Fault::Never("other accounts than were asked for".into())));
            }
            found.extend(answer);
        }
        Ok(found)
    }

    fn accounts_of(&self, kind: u8, length: Option<usize>, filters: &[Filter<'_>]) -> Result<Vec<(Pubkey, Account)>, LedgerError> {
        let memcmp = |at: usize, bytes: &[u8]| RpcFilterType::Memcmp(Memcmp::new(at, MemcmpEncodedBytes::Bytes(bytes.to_vec())));
        let mut wanted = vec![memcmp(0, &[kind])];
        wanted.extend(length.map(|length| RpcFilterType::DataSize(length as u64)));
        wanted.extend(filters.iter().map(|filter| memcmp(filter.at, filter.bytes)));
        let config = RpcProgramAccountsConfig {
            filters: Some(wanted),
            account_config: RpcAccountInfoConfig {
                encoding: Some(UiAccountEncoding::Base64),
                commitment: Some(commitment(self.settings.level)),
                ..RpcAccountInfoConfig::default()
            },
            ..RpcProgramAccountsConfig::default()
        };
        let program = self.settings.program;
        let answer = self.ask("give the program's accounts", || {
            self.node.client.get_program_ui_accounts_with_config(&program, config.clone())
        })?;
        let decoded = answer.into_iter().map(|(address, account)| Some((address, account.to_account()?))).collect::<Option<Vec<_>>>();
        let undecodable = || self.failed("give the program's accounts", Fault::Never("accounts that cannot be decoded".into()));
        let mut found = decoded.ok_or_else(undecodable)?;
        found.sort_unstable_by_key(|(address, _)| *address);
        Ok(found)
    }

    fn clock(&self) -> Result<Clock, LedgerError> {
        let address = solana_sdk_ids::sysvar::clock::ID;
        let missing = LedgerError::Missing { what: "clock", address };
        let account = self.account(&address)?.ok_or(missing)?;
        let now = read_clock(&account.data);
        let now = now.ok_or(LedgerError::Foreign { what: "clock", address, why: "it is of another length" })?;
        Ok(Clock { slot: now.slot, unix_timestamp: now.unix_timestamp })
    }

    fn slot_hashes(&self) -> Result<Vec<(Slot, Key)>, LedgerError> {
        let missing = LedgerError::Missing { what: "slot hashes", address: SLOT_HASHES };
        let account = self.account(&SLOT_HASHES)?.ok_or(missing)?;
        let foreign = LedgerError::Foreign { what: "slot hashes", address: SLOT_HASHES, why: "they are cut short" };
        read_slot_hashes(&account.data).ok_or(foreign)
    }

    fn rent(&self, length: usize) -> Result<u64, LedgerError> {
        self.ask("say what storage costs", || self.node.client.get_minimum_balance_for_rent_exemption(length))
    }

    fn simulate(&self, spec: &Spec<'_>) -> Result<Simulation, LedgerError> {
        let (instructions, added) = fees::with_budget(spec.instructions, fees::UNITS_MAX, 0);
        let transaction = wire::unsigned(spec, &instructions)?;
        let config = RpcSimulateTransactionConfig {
            replace_recent_blockhash: true,
            commitment: Some(commitment(self.settings.level)),
            ..RpcSimulateTransactionConfig::default()
        };
        let answer = self.ask("simulate a transaction", || self.node.client.simulate_transaction_with_config(&transaction, config.clone()))?;
        let refused = answer.value.err.map(|error| self.refused(&error.into(), &transaction, added));
        Ok(Simulation { units: answer.value.units_consumed.unwrap_or(0), logs: answer.value.logs.unwrap_or_default(), refused })
    }

    fn send(&mut self, spec: &Spec<'_>) -> Result<Receipt, LedgerError> {
        if let Some(receipt) = self.met(spec)? {
            return Ok(receipt);
        }
        let simulation = self.simulate(spec)?;
        if let Some(refused) = simulation.refused {
            return Err(refused.into());
        }
        let price = self.price(spec.instructions);
        let (instructions, added) = fees::with_budget(spec.instructions, fees::limit(simulation.units), price);
        for _ in 0..self.settings.signings_max.max(1) {
            if let Some(receipt) = self.attempt(spec, &instructions, added, simulation.units)? {
                return Ok(receipt);
            }
        }
        let why = format!("{} signings of it expired before a block took it: try again later, or offer more", self.settings.signings_max);
        Err(LedgerError::Rpc { url: self.shown.clone(), step: "take a transaction", why })
    }
}

/// Reads the sysvar: slot, start of the epoch, epoch, epoch of the leader schedule, time.
fn read_clock(bytes: &[u8]) -> Option<clock::Clock> {
    let word = |at: usize| Some(u64::from_le_bytes(*bytes.get(8 * at..)?.first_chunk()?));
    Some(clock::Clock {
        slot: word(0)?,
        epoch_start_timestamp: word(1)?.cast_signed(),
        epoch: word(2)?,
        leader_schedule_epoch: word(3)?,
        unix_timestamp: word(4)?.cast_signed(),
    })
}

#[cfg(test)]
mod tests;
