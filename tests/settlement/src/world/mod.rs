//! A cluster of one process: litesvm without a disk, fees or signatures, and the model that judges what comes of each call.

mod compare;
mod jobs;
mod parties;
mod reads;
mod rounds;
mod simulate;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::Path;

use assay_reference::settlement::addresses::Derived;
use assay_reference::settlement::ledger::Ledger as Model;
use assay_settlement::Addresses;
use assay_settlement::call::SLOT_HASHES;
use assay_settlement_interface::Key;
use assay_settlement_interface::instruction::INSTRUCTIONS;
use assay_settlement_interface::params::Params;
use litesvm::{LiteSVM, MAINNET_DEFAULT_SLOT};
use sha2::{Digest, Sha256};
use solana_sdk::account::Account;
use solana_sdk::clock::Clock;
use solana_sdk::pubkey::Pubkey;

pub use self::compare::{Answer, transaction};
pub use self::jobs::{CLAIMED, PACKAGE, Say, plain, proof};
pub use self::parties::*;
pub use self::simulate::Effect;

/// Where the program is. Nobody has a key for it.
pub const PROGRAM: Pubkey = Pubkey::from_str_const("AssaySett1ement1111111111111111111111111111");
const IO_MINT: Pubkey = Pubkey::from_str_const("AssayMint1o11111111111111111111111111111111");
const IOSD_MINT: Pubkey = Pubkey::from_str_const("AssayMint1osd111111111111111111111111111111");

/// The cluster's time at the start.
const START: i64 = 1_800_000_000;
/// Hashes that a cluster keeps.
const KEPT: usize = 512;

/// SHA-256 of the parts: what the rules of the interface ask for.
pub fn hash(parts: &[&[u8]]) -> Key {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

/// The program, as it is committed.
pub fn so() -> Vec<u8> {
    let path = so_path();
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Where it lies.
pub fn so_path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../host/settlement/program/assay_settlement.so")
}

/// Addresses and their bumps, by seeds.
type Found = HashMap<Vec<Vec<u8>>, (Key, u8)>;

/// The model's addresses. Each is searched for once.
#[derive(Debug, Clone)]
struct Known {
    derived: Derived,
    found: RefCell<Found>,
}

impl assay_reference::settlement::addresses::Addresses for Known {
    fn address(&self, seeds: &[&[u8]]) -> (Key, u8) {
        let name: Vec<Vec<u8>> = seeds.iter().map(|seed| seed.to_vec()).collect();
        *self.found.borrow_mut().entry(name).or_insert_with(|| self.derived.address(seeds))
    }
}

/// See above.
#[derive(Clone)]
pub struct World {
    /// The engine.
    pub svm: LiteSVM,
    /// Where accounts are.
    pub at: Addresses,
    /// What the reference makes of the same calls.
    pub model: Model,
    known: Known,
    /// The cluster's time.
    pub time: i64,
    /// The slot that is being made.
    pub slot: u64,
    hashes: VecDeque<(u64, Key)>,
    /// What hashes of slots are made of.
    pub salt: u64,
    /// The most units that each instruction took.
    pub units: BTreeMap<u8, u64>,
    /// Calls that were taken, by tag.
    pub taken: BTreeMap<u8, u64>,
}

impl World {
    /// The program, two mints and wallets. Not initialised.
    pub fn bare() -> Self {
        let mut svm = LiteSVM::new().with_sigverify(false).with_blockhash_check(false).with_transaction_history(0);
        svm.add_program(PROGRAM, &so()).expect("it is there");
        let mut world = Self {
            svm,
            at: Addresses::new(PROGRAM, IO_MINT, IOSD_MINT),
            model: Model::default(),
            known: Known { derived: Derived { program: PROGRAM.to_bytes() }, found: RefCell::default() },
            time: START,
            slot: MAINNET_DEFAULT_SLOT + 10,
            hashes: VecDeque::new(),
            salt: 0,
            units: BTreeMap::new(),
            taken: BTreeMap::new(),
        };
        world.pass_slots(KEPT as u64);
        world.make_mints();
        for n in 0..WALLETS {
            world.make_wallet(&wallet(n));
        }
        world
    }

    /// Initialised with these parameters; nobody has registered.
    pub fn new(params: &Params) -> Self {
        let mut world = Self::bare();
        let initialise = world.at.initialise(&PAYER, &GUARDIAN, params);
        world.must(initialise);
        world
    }

    /// Lets time pass. Nothing happens to slots.
    pub fn pass(&mut self, seconds: i64) {
        self.time += seconds;
        self.show_clock();
    }

    /// Makes it so late, in the cluster's time.
    pub fn at_time(&mut self, time: i64) {
        self.time = time;
        self.show_clock();
    }

    /// Makes it so late, in protocol time.
    pub fn at_protocol_time(&mut self, time: i64) {
        self.at_time(time + self.config().paused_s as i64);
    }

    /// Protocol time.
    pub fn now(&self) -> i64 {
        self.time - self.config().paused_s as i64
    }

    /// Lets slots pass, with a hash for each.
    pub fn pass_slots(&mut self, slots: u64) {
        for _ in 0..slots {
            let hash = hash(&[b"slot", &self.salt.to_le_bytes(), &self.slot.to_le_bytes()]);
            self.hashes.push_front((self.slot, hash));
            self.slot += 1;
        }
        self.show_hashes();
    }

    /// Lets a slot pass for which there will be no hash: no leader made it.
    pub fn skip_slot(&mut self) {
        self.slot += 1;
        self.show_hashes();
    }

    /// The hashes that are kept, the newest first.
    pub fn hashes(&self) -> impl DoubleEndedIterator<Item = &(u64, Key)> {
        self.hashes.iter()
    }

    /// The sysvar: a count, then slots and hashes, the newest first, in an account that has room for all.
    fn show_hashes(&mut self) {
        self.hashes.truncate(KEPT);
        let mut data = Vec::with_capacity(8 + KEPT * 40);
        data.extend((self.hashes.len() as u64).to_le_bytes());
        for (slot, hash) in &self.hashes {
            data.extend(slot.to_le_bytes());
            data.extend(hash);
        }
        data.resize(8 + KEPT * 40, 0);
        let sysvar = Account { lamports: 1, data, owner: solana_sdk_ids::sysvar::ID, executable: false, rent_epoch: 0 };
        self.svm.set_account(SLOT_HASHES, sysvar).expect("it is there");
        self.model.clock.slot_hashes = self.hashes.iter().copied().collect();
        self.show_clock();
    }

    fn show_clock(&mut self) {
        self.svm.set_sysvar(&Clock { slot: self.slot, unix_timestamp: self.time, ..Clock::default() });
        self.model.clock.unix_timestamp = self.time;
        self.model.clock.slot = self.slot;
    }
}
