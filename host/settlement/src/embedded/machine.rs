//! The ledger in memory: the engine with the program, and what a cluster would know besides.
//!
//! ```text
//!  transaction ── checks: signatures, size, age, not sent before ── execute (changes nothing) ──► Entry ── apply ──► accounts, slot, hashes
//!                                    │                                  │                          ▲
//!                                    └── LedgerError ◄── Refused ───────┘               the journal, after a restart
//! ```
//!
//! [`Machine::execute`] finds out what a transaction does without doing it; [`Machine::apply`] does what an [`Entry`] says. Between the two the entry goes to disk. What is live and what is recovered went
//! through the same `apply`, so they cannot differ.
//!
//! litesvm's own history, blockhash and clock are not used: they would be lost on a restart.

use std::collections::{HashMap, HashSet, VecDeque};

use assay_protocol::ledger_files::entry::{Change, Entry, Stored};
use assay_protocol::ledger_files::snapshot::{AGE_MAX, DONE_MAX, Done, Snapshot};
use litesvm::{LiteSVM, MAINNET_DEFAULT_SLOT};
use solana_sdk::account::{Account, AccountSharedData, ReadableAccount};
use solana_sdk::clock;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::transaction::Transaction;

use super::account;
use super::slots::Slots;
use crate::address::Addresses;
use crate::call::SLOT_HASHES;
use crate::error::{LedgerError, Refused};
use crate::ledger::{Effect, Simulation};
use crate::wire;

/// No time that is told to pass ends behind this slot: transactions need some after it.
const SLOT_MAX: u64 = 1 << 63;

/// See above.
pub struct Machine {
    svm: LiteSVM,
    /// The deployment.
    pub at: Addresses,
    /// Slot, time, hashes.
    pub slots: Slots,
    /// Accounts that the engine came with: programs, sysvars, features. Nothing that is committed changes them, or a restart would not find them so.
    engine: HashSet<Pubkey>,
    /// All others.
    ours: HashSet<Pubkey>,
    recent: VecDeque<(u64, [u8; 64])>,
    recent_set: HashSet<[u8; 64]>,
    done: HashMap<[u8; 32], Done>,
    done_order: VecDeque<[u8; 32]>,
    /// The engine's sysvars are behind `slots`.
    stale: bool,
}

impl Machine {
    /// A ledger with nothing but the program on it.
    pub fn new(so: &[u8], at: Addresses, id: &[u8; 16], time: i64) -> Result<Self, LedgerError> {
        let mut svm = LiteSVM::new().with_blockhash_check(false).with_transaction_history(0);
        svm.add_program(at.program, so).map_err(|error| LedgerError::Program(error.to_string()))?;
        let engine = svm.accounts_db().inner.keys().copied().collect();
        let slots = Slots::first(MAINNET_DEFAULT_SLOT + 1, time, id);
        let mut machine = Self {
            svm,
            at,
            slots,
            engine,
            ours: HashSet::new(),
            recent: VecDeque::new(),
            recent_set: HashSet::new(),
            done: HashMap::new(),
            done_order: VecDeque::new(),
            stale: true,
        };
        machine.refresh()?;
        Ok(machine)
    }

    /// The ledger that was written down. What is damaged in it was noticed before; what cannot be on this engine is refused here.
    pub fn restore(so: &[u8], id: &[u8; 16], snapshot: Snapshot) -> Result<Self, &'static str> {
        let at = Addresses::new(snapshot.program.into(), snapshot.io_mint.into(), snapshot.iosd_mint.into());
        let mut machine = Self::new(so, at, id, snapshot.time).map_err(|_| "the program does not load")?;
        // A program is visible from the slot on at which the engine loaded it.
        machine.slots = Slots::restore(snapshot.slot, snapshot.time, snapshot.hashes);
        if machine.slots.slot <= MAINNET_DEFAULT_SLOT {
            machine.slots.pass(MAINNET_DEFAULT_SLOT + 1 - machine.slots.slot, 0);
        }
        for (address, account) in snapshot.accounts {
            let change = Change { address, account: Some(account) };
            let entry = Entry::Written { changes: vec![change] };
            machine.check(&entry).and_then(|()| machine.apply(&entry)).map_err(|_| "one of its accounts is not one that a ledger has")?;
        }
        for (slot, signature) in snapshot.recent {
            machine.remember(slot, signature);
        }
        for done in snapshot.done {
            machine.fulfil(done);
        }
        machine.stale = true;
        Ok(machine)
    }

    /// All of it, to be written down.
    pub fn snapshot(&self) -> Snapshot {
        let mut accounts: Vec<([u8; 32], Stored)> =
            self.ours.iter().filter_map(|address| Some((address.to_bytes(), account::stored(self.account(address)?)))).collect();
        accounts.sort_unstable_by_key(|(address, _)| *address);
        Snapshot {
            program: self.at.program.to_bytes(),
            io_mint: self.at.io_mint.to_bytes(),
            iosd_mint: self.at.iosd_mint.to_bytes(),
            slot: self.slots.slot,
            time: self.slots.time,
            hashes: self.slots.hashes().copied().collect(),
            recent: self.recent.iter().copied().collect(),
            done: self.done_order.iter().filter_map(|intent| self.done.get(intent).cloned()).collect(),
            accounts,
        }
    }

    /// An account.
    pub fn account(&self, address: &Pubkey) -> Option<&AccountSharedData> {
        self.svm.accounts_db().get_account_ref(address)
    }

    /// The program's accounts, but for the program.
    pub fn of_program(&self) -> impl Iterator<Item = (&Pubkey, &AccountSharedData)> {
        let account = |address| Some((address, self.account(address)?));
        self.ours.iter().filter_map(account).filter(|(_, account)| *account.owner() == self.at.program)
    }

    /// Accounts that the engine came with.
    #[cfg(test)]
    pub fn engine(&self) -> impl Iterator<Item = &Pubkey> {
        self.engine.iter()
    }

    /// How many accounts it has.
    pub fn size(&self) -> usize {
        self.ours.len()
    }

    /// Lamports that an account of so many bytes must hold.
    pub fn rent(&self, length: usize) -> u64 {
        self.svm.minimum_balance_for_rent_exemption(length)
    }

    /// What was committed with an intent.
    pub fn fulfilled(&self, intent: &[u8; 32]) -> Option<&Done> {
        self.done.get(intent)
    }

    /// What a signed transaction would do.
    pub fn simulate(&self, transaction: Transaction) -> Simulation {
        let message = transaction.message.clone();
        let (meta, refused, effects) = match self.svm.simulate_transaction(transaction) {
            Ok(done) => (done.meta, None, done.post_accounts.iter().filter_map(|(address, after)| self.effect(address, after)).collect()),
            Err(failed) => {
                let refused = Refused::new(&failed.err, &self.at.program, |at| wire::invoked(&message, at));
                (failed.meta, Some(refused), Vec::new())
            }
        };
        Simulation { units: meta.compute_units_consumed, logs: meta.logs, refused, fee: meta.fee, effects }
    }

    fn effect(&self, address: &Pubkey, after: &AccountSharedData) -> Option<Effect> {
        self.change(address, after).map(|change| Effect {
            address: *address,
            before: self.account(address).map(|account| account.clone().into()),
            after: change.account.is_some().then(|| after.clone().into()),
        })
    }

    /// Finds out what a signed transaction does.
    pub fn execute(&self, transaction: Transaction, intent: Option<[u8; 32]>) -> Result<Entry, LedgerError> {
        let signature = *transaction.signatures.first().ok_or_else(|| LedgerError::Unsendable("it is not signed".into()))?;
        wire::check(&transaction)?;
        if self.recent_set.contains(signature.as_array()) {
            return Err(LedgerError::Already(signature));
        }
        if !self.slots.is_recent(&transaction.message.recent_blockhash.to_bytes()) {
            return Err(LedgerError::Expired(signature));
        }
        let message = transaction.message.clone();
        let done = self.svm.simulate_transaction(transaction).map_err(|failed| {
            tracing::debug!(error = %failed.err, logs = ?failed.meta.logs, "refused");
            Refused::new(&failed.err, &self.at.program, |at| wire::invoked(&message, at))
        })?;
        let changes = done.post_accounts.iter().filter_map(|(address, after)| self.change(address, after)).collect();
        let (units, fee) = (done.meta.compute_units_consumed, done.meta.fee);
        let entry = Entry::Transaction { signature: *signature.as_array(), intent, units, fee, changes };
        self.check(&entry)?;
        Ok(entry)
    }

    /// Refuses what must not be written: programs, which this ledger has one of, accounts that are the engine's, and times that there are none of.
    pub fn check(&self, entry: &Entry) -> Result<(), LedgerError> {
        if let Entry::Pass { slots, seconds } = entry {
            let slot = self.slots.slot.checked_add(*slots).filter(|slot| *slot <= SLOT_MAX);
            slot.and(self.slots.time.checked_add_unsigned(*seconds))
                .ok_or_else(|| LedgerError::Unsendable("no clock goes as far as that".into()))?;
        }
        for change in entry.changes() {
            let address = Pubkey::from(change.address);
            if let Some(Err(why)) = change.account.as_ref().map(Stored::validate) {
                return Err(LedgerError::Unsendable(format!("it would write {address}, which {why}")));
            }
            if self.engine.contains(&address) {
                return Err(LedgerError::Unsendable(format!("it would change {address}, which is a part of the embedded ledger itself")));
            }
        }
        Ok(())
    }

    /// What is different of an account that a transaction may have changed.
    fn change(&self, address: &Pubkey, after: &AccountSharedData) -> Option<Change> {
        let before = self.account(address);
        let gone = after.lamports() == 0;
        let same = match before {
            None => gone,
            Some(before) => {
                before.lamports() == after.lamports()
                    && before.owner() == after.owner()
                    && before.executable() == after.executable()
                    && before.data() == after.data()
            }
        };
        (!same).then(|| Change { address: address.to_bytes(), account: (!gone).then(|| account::stored(after)) })
    }

    /// Does what an entry says, but for the engine's sysvars: [`Self::refresh`].
    pub fn apply(&mut self, entry: &Entry) -> Result<(), LedgerError> {
        self.stale = true;
        match entry {
            Entry::Transaction { signature, intent, units, fee, changes } => {
                self.write_all(changes)?;
                let slot = self.slots.slot;
                self.remember(slot, *signature);
                if let Some(intent) = *intent {
                    self.fulfil(Done { intent, signature: *signature, units: *units, fee: *fee, slot });
                }
                self.slots.end(signature);
            }
            Entry::Pass { slots, seconds } => self.slots.pass(*slots, *seconds),
            Entry::Written { changes } => self.write_all(changes)?,
        }
        Ok(())
    }

    /// Brings the engine's clock and slot hashes up to date.
    pub fn refresh(&mut self) -> Result<(), LedgerError> {
        if !self.stale {
            return Ok(());
        }
        let hashes =
            Account { lamports: 1, data: self.slots.sysvar(), owner: solana_sdk_ids::sysvar::ID, executable: false, rent_epoch: 0 };
        self.svm.set_account(SLOT_HASHES, hashes).map_err(|error| LedgerError::Program(error.to_string()))?;
        let now = clock::Clock { slot: self.slots.slot, unix_timestamp: self.slots.time, ..clock::Clock::default() };
        self.svm.set_sysvar(&now);
        self.stale = false;
        Ok(())
    }

    fn write_all(&mut self, changes: &[Change]) -> Result<(), LedgerError> {
        changes.iter().try_for_each(|change| self.write(change.address.into(), change.account.as_ref()))
    }

    fn write(&mut self, address: Pubkey, stored: Option<&Stored>) -> Result<(), LedgerError> {
        let account = match stored {
            Some(stored) => {
                self.ours.insert(address);
                account::engine(stored)
            }
            None => {
                self.ours.remove(&address);
                Account::default()
            }
        };
        self.svm.set_account(address, account).map_err(|error| LedgerError::Program(error.to_string()))
    }

    /// Keeps a signature for as long as its transaction could be sent again.
    fn remember(&mut self, slot: u64, signature: [u8; 64]) {
        let oldest = slot.saturating_sub(AGE_MAX as u64);
        while let Some((_, old)) = self.recent.pop_front_if(|(of, _)| *of < oldest) {
            self.recent_set.remove(&old);
        }
        self.recent.push_back((slot, signature));
        self.recent_set.insert(signature);
    }

    fn fulfil(&mut self, done: Done) {
        if self.done_order.len() == DONE_MAX
            && let Some(old) = self.done_order.pop_front()
        {
            self.done.remove(&old);
        }
        self.done_order.push_back(done.intent);
        self.done.insert(done.intent, done);
    }
}
