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
//! **What is made.** A transaction counts as made, and its receipt is given, when a block that two thirds of the stake voted for has it (`confirmed`): undoing that takes a third of all stake to vote for two chains, which
//! costs it that stake, and has never happened. Who wants the certainty of `finalized`, some 13 s later, sets it as commitment. `processed` is for reading only: one node's block is often left behind.
//!
//! **Who reads does not wait.** Only what sends opens the outbox, and holds its lock from then on.
//!
//! When a transaction may be signed anew is decided in [`submission`]. The node is believed: one that lies about what is in the finalized chain can make a payment seem lost. Who cannot trust one runs their own.
//!
//! Calls block. From async code, call from a thread where that is allowed.

mod backoff;
mod cluster;
mod decode;
mod deliver;
mod fees;
mod outbox;
mod question;
mod sending;
mod settings;
mod simulation;
pub mod submission;
mod transport;

use assay_settlement_interface::Key;
use solana_rpc_client_api::client_error::Error;
use solana_rpc_client_api::config::{RpcAccountInfoConfig, RpcProgramAccountsConfig, UiAccountEncoding};
use solana_rpc_client_api::filter::{Memcmp, MemcmpEncodedBytes, RpcFilterType};
use solana_sdk::account::Account;
use solana_sdk::clock::Slot;
use solana_sdk::hash::Hash;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Signature;

use self::cluster::{Fault, Node, fault};
use self::outbox::Outbox;
use self::settings::{commitment, shown};
use self::submission::Genesis;
use crate::call::SLOT_HASHES;
use crate::embedded::read_slot_hashes;
use crate::error::LedgerError;
use crate::ledger::{Clock, Filter, Ledger, Receipt, Simulation, Spec, matches};

pub use self::backoff::Backoff;
pub use self::deliver::Patience;
pub use self::fees::Priority;
pub use self::outbox::folder as outbox_folder;
pub use self::settings::Settings;

/// Accounts that a node gives at once.
const ACCOUNTS_MAX: usize = 100;

/// Public clusters, by how the hash of their first block begins in base 58 (as CAIP-2 names them).
const PUBLIC: [(&str, &str); 3] = [
    ("5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", "mainnet-beta"),
    ("4uhcVJyU9pJkvQyS88uRDiswHXSCkY3z", "testnet"),
    ("EtWTRABZaYq6iMfeYKouRu166VU2xqa1", "devnet"),
];

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
    genesis: Genesis,
    /// Opened by the first that sends.
    outbox: Option<Outbox>,
    settings: Settings,
    shown: String,
}

impl RpcLedger {
    /// Reaches a cluster, to read from it. What an earlier process may have left in the outbox is not touched: [`Self::resume`].
    pub fn connect(settings: Settings) -> Result<Self, LedgerError> {
        if !(settings.url.starts_with("http://") || settings.url.starts_with("https://")) {
            return Err(LedgerError::Rpc {
                url: shown(&settings.url),
                step: "be reached",
                why: "the URL must start with http:// or https://".into(),
            });
        }
        let shown = shown(&settings.url);
        let node = Node::new(&settings.url, settings.timeout, commitment(settings.level)).map_err(|fault| LedgerError::Rpc {
            url: shown.clone(),
            step: "be reached",
            why: fault.why(),
        })?;
        let which = || node.client.get_genesis_hash().map_err(|error| fault(&error));
        let genesis = question::ask(&node, &settings, &shown, "say which it is", settings.patience_connect, which)?.to_bytes();
        Ok(Self { node, genesis, outbox: None, settings, shown })
    }

    /// The name of a public cluster, whatever the URL that leads there; none of any other.
    pub fn public(&self) -> Option<&'static str> {
        let genesis = Hash::new_from_array(self.genesis).to_string();
        PUBLIC.iter().find(|(begins, _)| genesis.starts_with(begins)).map(|(_, name)| *name)
    }

    /// The outbox. Opening it takes its lock, or says who has it.
    fn outbox(&mut self) -> Result<&mut Outbox, LedgerError> {
        match &mut self.outbox {
            Some(outbox) => Ok(outbox),
            none => {
                let opened = Outbox::open(&outbox::folder(&self.settings.outboxes, &self.genesis), &self.genesis)?;
                Ok(none.insert(opened))
            }
        }
    }

    /// Transactions that may still land.
    pub fn pending(&mut self) -> Result<Vec<Signature>, LedgerError> {
        Ok(self.outbox()?.pending().iter().map(|begun| Signature::from(begun.signature)).collect())
    }

    /// Finds out what became of what an earlier process left in the outbox. What has not expired is sent again.
    pub fn resume(&mut self) -> Result<Vec<Settled>, LedgerError> {
        let pending = self.outbox()?.pending();
        pending.iter().map(|begun| self.settle(begun)).collect()
    }

    /// How accounts are to be written, and how sure they must be.
    fn shape(&self) -> RpcAccountInfoConfig {
        let commitment = Some(commitment(self.settings.level));
        RpcAccountInfoConfig { encoding: Some(UiAccountEncoding::Base64), commitment, ..RpcAccountInfoConfig::default() }
    }

    fn ask<T>(&self, step: &'static str, question: impl Fn() -> Result<T, Error>) -> Result<T, LedgerError> {
        self.ask_node(step, || question().map_err(|error| fault(&error)))
    }

    fn ask_node<T>(&self, step: &'static str, question: impl Fn() -> Result<T, Fault>) -> Result<T, LedgerError> {
        question::ask(&self.node, &self.settings, &self.shown, step, self.settings.patience_read, question)
    }

    fn failed(&self, step: &'static str, fault: Fault) -> LedgerError {
        LedgerError::Rpc { url: self.shown.clone(), step, why: fault.why() }
    }
}

impl Ledger for RpcLedger {
    fn program(&self) -> Pubkey {
        self.settings.program
    }

    fn accounts(&self, addresses: &[Pubkey]) -> Result<Vec<Option<Account>>, LedgerError> {
        let wrong = |why: &str| self.failed("give accounts", Fault::Never(why.into()));
        let mut found = Vec::with_capacity(addresses.len());
        for some in addresses.chunks(ACCOUNTS_MAX) {
            let ask = || self.node.client.get_multiple_ui_accounts_with_config(some, self.shape());
            let answer = self.ask("give accounts", ask)?.value;
            if answer.len() != some.len() {
                return Err(wrong("other accounts than were asked for"));
            }
            for account in answer {
                let decoded = account.map(|account| decode::account(&account).ok_or_else(|| wrong("accounts that cannot be decoded")));
                found.push(decoded.transpose()?);
            }
        }
        Ok(found)
    }

    fn accounts_of(&self, kind: u8, length: Option<usize>, filters: &[Filter<'_>]) -> Result<Vec<(Pubkey, Account)>, LedgerError> {
        let memcmp = |at: usize, bytes: &[u8]| RpcFilterType::Memcmp(Memcmp::new(at, MemcmpEncodedBytes::Bytes(bytes.to_vec())));
        let mut wanted = vec![memcmp(0, &[kind])];
        wanted.extend(length.map(|length| RpcFilterType::DataSize(length as u64)));
        wanted.extend(filters.iter().map(|filter| memcmp(filter.at, filter.bytes)));
        let config =
            RpcProgramAccountsConfig { filters: Some(wanted), account_config: self.shape(), ..RpcProgramAccountsConfig::default() };
        let program = self.settings.program;
        let answer =
            self.ask("give the program's accounts", || self.node.client.get_program_ui_accounts_with_config(&program, config.clone()))?;
        let decoded = answer.into_iter().map(|(address, account)| Some((address, decode::account(&account)?))).collect::<Option<Vec<_>>>();
        let wrong = |why: &str| self.failed("give the program's accounts", Fault::Never(why.into()));
        let mut found = decoded.ok_or_else(|| wrong("accounts that cannot be decoded"))?;
        if !found.iter().all(|(_, account)| account.owner == program && matches(&account.data, kind, length, filters)) {
            return Err(wrong("accounts that were not asked for"));
        }
        found.sort_unstable_by_key(|(address, _)| *address);
        Ok(found)
    }

    fn clock(&self) -> Result<Clock, LedgerError> {
        let address = solana_sdk_ids::sysvar::clock::ID;
        let missing = LedgerError::Missing { what: "clock", address };
        let account = self.account(&address)?.ok_or(missing)?;
        read_clock(&account.data).ok_or(LedgerError::Foreign { what: "clock", address, why: "it is cut short" })
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
        self.try_out(spec)
    }

    fn send(&mut self, spec: &Spec<'_>) -> Result<Receipt, LedgerError> {
        if let Some(receipt) = self.met(spec)? {
            return Ok(receipt);
        }
        let tried = self.ask_for(spec, &[])?;
        if let Some(refused) = tried.refused {
            return Err(refused.into());
        }
        let price = self.price(spec.instructions);
        let (instructions, added) = fees::with_budget(spec.instructions, fees::limit(tried.units), price);
        for _ in 0..self.settings.signings_max.max(1) {
            if let Some(receipt) = self.attempt(spec, &instructions, added, tried.units)? {
                return Ok(receipt);
            }
        }
        let why = format!("{} signings of it expired before a block took it: try again later, or offer more", self.settings.signings_max);
        Err(LedgerError::Rpc { url: self.shown.clone(), step: "take a transaction", why })
    }
}

/// Reads the sysvar: slot, start of the epoch, epoch, epoch of the leader schedule, time.
fn read_clock(bytes: &[u8]) -> Option<Clock> {
    let word = |at: usize| Some(u64::from_le_bytes(*bytes.get(8 * at..)?.first_chunk()?));
    Some(Clock { slot: word(0)?, unix_timestamp: word(4)?.cast_signed() })
}

#[cfg(test)]
mod tests;
