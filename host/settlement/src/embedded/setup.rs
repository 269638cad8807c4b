//! Making an embedded ledger, and opening one again.

use std::io::ErrorKind;
use std::path::Path;

use assay_protocol::ledger_files::entry::{self, Change, Entry, Stored};
use assay_protocol::ledger_files::journal::{HEADER_LEN, Header, LEDGER_MAGIC};
use assay_protocol::ledger_files::passed_over;
use assay_protocol::ledger_files::snapshot::Saved;
use assay_settlement_interface::params::Params;
use solana_program_pack::Pack;
use solana_sdk::hash::Hash;
use solana_sdk::program_option::COption;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;
use spl_token_interface::state::Mint;

use super::machine::Machine;
use super::{Durability, Embedded, JOURNAL_MAX, Recovery, journal_path, snapshot};
use crate::address::Addresses;
use crate::error::LedgerError;
use crate::journal::{Journal, file};
use crate::ledger::Spec;
use crate::token::Token;
use crate::wire;

/// The program on every embedded ledger: nobody has a key for this address, or for the mints'.
pub const PROGRAM: Pubkey = Pubkey::from_str_const("AssaySett1ement1111111111111111111111111111");
/// The mint of IO on every embedded ledger.
pub const IO_MINT: Pubkey = Pubkey::from_str_const("AssayMint1o11111111111111111111111111111111");
/// The mint of IOSD on every embedded ledger.
pub const IOSD_MINT: Pubkey = Pubkey::from_str_const("AssayMint1osd111111111111111111111111111111");

/// What the set-up's own wallet has for rent and fees.
const SETUP_LAMPORTS: u64 = 1_000_000_000;

/// A mint without tokens.
fn mint(machine: &Machine, address: &Pubkey, token: Token, authority: COption<Pubkey>) -> Change {
    let state =
        Mint { mint_authority: authority, supply: 0, decimals: token.decimals(), is_initialized: true, freeze_authority: COption::None };
    let mut data = vec![0; Mint::LEN];
    state.pack_into_slice(&mut data);
    let account = Stored { lamports: machine.rent(Mint::LEN), owner: spl_token_interface::ID.to_bytes(), executable: false, data };
    Change { address: address.to_bytes(), account: Some(account) }
}

/// Both mints: the vault mints IO, nobody IOSD.
fn mints(machine: &Machine) -> Vec<Change> {
    vec![mint(machine, &IO_MINT, Token::Io, COption::Some(machine.at.vault)), mint(machine, &IOSD_MINT, Token::Iosd, COption::None)]
}

fn random() -> Result<[u8; 16], LedgerError> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|error| LedgerError::Unsendable(format!("no randomness: {error}")))?;
    Ok(id)
}

/// Refuses a journal in a folder without a snapshot: what was acknowledged goes on from a snapshot that is lost, and a ledger made in its place would destroy it.
/// A journal that is nothing but a header with base 0 is what a set-up leaves that was cut short before it made the snapshot: of that nobody has heard.
fn no_orphan(folder: &Path) -> Result<(), LedgerError> {
    let path = journal_path(folder);
    let bytes = match std::fs::read(&path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(()),
        read => read.map_err(file::io("read", &path))?,
    };
    let cut_short = bytes.len() == HEADER_LEN && Header::read(&bytes, LEDGER_MAGIC).is_ok_and(|header| header.base == 0);
    if cut_short {
        return Ok(());
    }
    let why = "it is a journal without its snapshot: the file `snapshot` beside it is lost".to_owned();
    Err(LedgerError::Damaged { path, at: 0, why })
}

impl Embedded {
    /// Makes a ledger in a folder: mints, the program `so`, its accounts. `now` is the time that it starts with, in seconds since 1970.
    pub fn init(folder: &Path, so: &[u8], guardian: &Pubkey, params: &Params, now: i64) -> Result<Self, LedgerError> {
        Self::make(folder, so, now, |machine| {
            let payer = Keypair::new();
            let wallet = Stored { lamports: SETUP_LAMPORTS, owner: [0; 32], executable: false, data: Vec::new() };
            let mut changes = mints(machine);
            changes.push(Change { address: payer.pubkey().to_bytes(), account: Some(wallet) });
            machine.apply(&Entry::Written { changes })?;
            machine.refresh()?;
            let initialise = [machine.at.initialise(&payer.pubkey(), guardian, params)];
            let transaction = wire::sign(&Spec::new(&initialise, &payer), Hash::new_from_array(machine.slots.blockhash()))?;
            let entry = machine.execute(transaction, None)?;
            machine.apply(&entry)?;
            // What is left of the wallet is nobody's.
            machine.apply(&Entry::Written { changes: vec![Change { address: payer.pubkey().to_bytes(), account: None }] })
        })
    }

    /// Makes a ledger with the two mints and the program, which is not initialised: for measurements and tests of the ledger itself.
    pub fn init_bare(folder: &Path, so: &[u8], now: i64) -> Result<Self, LedgerError> {
        Self::make(folder, so, now, |machine| machine.apply(&Entry::Written { changes: mints(machine) }))
    }

    /// Makes a ledger whose first state `fill` makes. Nothing is in the folder before that is done: a set-up that is refused leaves none behind.
    pub(super) fn make(
        folder: &Path,
        so: &[u8],
        now: i64,
        fill: impl FnOnce(&mut Machine) -> Result<(), LedgerError>,
    ) -> Result<Self, LedgerError> {
        let lock = file::lock(folder)?;
        if snapshot::exists(folder)? {
            return Err(LedgerError::Exists(folder.to_owned()));
        }
        no_orphan(folder)?;
        let id = random()?;
        let mut machine = Machine::new(so, Addresses::new(PROGRAM, IO_MINT, IOSD_MINT), &id, now)?;
        fill(&mut machine)?;
        // The snapshot's name makes the ledger: all else is there by then.
        let journal = Journal::create(&journal_path(folder), Header { magic: LEDGER_MAGIC, id, base: 0 }, &[])?;
        let first = Saved { id, frames: 0, snapshot: machine.snapshot() };
        let snapshot_length = snapshot::write(folder, &first)?;
        let recovery = Recovery { frames: 0, dropped: 0, accounts: first.snapshot.accounts.len() };
        Ok(Self {
            machine,
            journal,
            id,
            folder: folder.to_owned(),
            durability: Durability::Each,
            pending: Vec::new(),
            snapshot_length,
            recovery,
            broken: false,
            journal_max: JOURNAL_MAX,
            rehearsing: false,
            _lock: lock,
        })
    }

    /// Opens the ledger in a folder, with the program `so`. Another program than it was made with is an upgrade.
    pub fn open(folder: &Path, so: &[u8]) -> Result<Self, LedgerError> {
        if !snapshot::exists(folder)? {
            no_orphan(folder)?;
            return Err(LedgerError::NoLedger(folder.to_owned()));
        }
        let lock = file::lock(folder)?;
        let (saved, snapshot_length) = snapshot::read(folder)?;
        let path = journal_path(folder);
        let damaged = |path: &Path, why: String| LedgerError::Damaged { path: path.to_owned(), at: 0, why };
        let (journal, content) = Journal::open(&path, LEDGER_MAGIC)?;
        let passed = passed_over(&saved, &content.header, content.bodies.len()).map_err(|why| damaged(&path, why.to_string()))?;
        let id = saved.id;
        let mut machine = Machine::restore(so, &id, saved.snapshot).map_err(|why| damaged(&snapshot::path(folder), why.to_owned()))?;
        let frames = &content.bodies[passed..];
        for body in frames {
            let entries = entry::from_body(body).map_err(|why| damaged(&path, why.to_string()))?;
            let apply = |entry| machine.check(entry).and_then(|()| machine.apply(entry));
            entries.iter().try_for_each(apply).map_err(|why| damaged(&path, why.to_string()))?;
        }
        machine.refresh()?;
        let recovery = Recovery { frames: frames.len() as u64, dropped: content.dropped, accounts: machine.size() };
        Ok(Self {
            machine,
            journal,
            id,
            folder: folder.to_owned(),
            durability: Durability::Each,
            pending: Vec::new(),
            snapshot_length,
            recovery,
            broken: false,
            journal_max: JOURNAL_MAX,
            rehearsing: false,
            _lock: lock,
        })
    }
}
