//! How fast the embedded ledger is: `cargo run --release -p assay-settlement --example ledger_speed [PROGRAM.so]`.
//!
//! Transfers of tokens, and with a program heartbeats and jobs that are opened and cancelled.

use std::time::Instant;

use assay_settlement::embedded::{Durability, Embedded};
use assay_settlement::ledger::{Ledger, Spec};
use assay_settlement::reads::Reads;
use assay_settlement::token::Token;
use assay_settlement_interface::instruction::OpenJob;
use assay_settlement_interface::params::DEFAULTS;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

const TRANSACTIONS: u64 = 10_000;
const ACCOUNTS: usize = 100_000;

/// The settlement program's own instructions.
fn program(so: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir_in(".")?;
    let (owner, wallet) = (Keypair::new(), Keypair::new());
    let mut ledger = Embedded::init(folder.path(), so, &owner.pubkey(), &DEFAULTS, 0)?;
    let at = ledger.at().clone();
    for key in [&owner, &wallet] {
        ledger.airdrop(&key.pubkey(), Token::Sol.units(1_000_000_000_000))?;
        ledger.airdrop(&key.pubkey(), Token::Io.units(1_000_000_000_000))?;
    }
    ledger.send(&Spec::new(&[at.register_provider(&owner.pubkey(), *b"DE", *b"EU")], &owner))?;
    ledger.set_durability(Durability::Grouped(256))?;
    let start = Instant::now();
    for _ in 0..TRANSACTIONS {
        ledger.send(&Spec::new(&[at.heartbeat(&owner.pubkey())], &owner))?;
    }
    ledger.flush()?;
    println!("heartbeats             {:8.0} transactions/s", TRANSACTIONS as f64 / start.elapsed().as_secs_f64());
    let start = Instant::now();
    for nonce in 0..TRANSACTIONS / 2 {
        let open = OpenJob {
            nonce,
            currency: 0,
            model: u16::MAX,
            tier: 0,
            country: [0; 2],
            package: [1; 32],
            job: [2; 32],
            price_hour: 1_000,
            hours: 1,
        };
        ledger.send(&Spec::new(&[at.open_job(&wallet.pubkey(), &open)], &wallet))?;
        let job = ledger.job(&at.job(&wallet.pubkey(), nonce))?;
        ledger.send(&Spec::new(&[at.cancel_job(&job, None)], &wallet))?;
    }
    ledger.flush()?;
    println!("jobs opened, cancelled {:8.0} transactions/s", TRANSACTIONS as f64 / start.elapsed().as_secs_f64());
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir_in(".")?;
    let so = match std::env::args().nth(1) {
        Some(path) => std::fs::read(path)?,
        None => litesvm::LiteSVM::new().accounts_db().try_program_elf_bytes(&spl_token_interface::ID)?.to_vec(),
    };
    if std::env::args().nth(1).is_some() {
        program(&so)?;
    }
    let mut ledger = Embedded::init_bare(folder.path(), &so, 0)?;
    let (one, two) = (Keypair::new(), Keypair::new());
    ledger.airdrop(&one.pubkey(), Token::Sol.units(1_000_000_000_000))?;
    for wallet in [&one, &two] {
        ledger.airdrop(&wallet.pubkey(), Token::Io.units(1_000_000_000))?;
    }
    let at = ledger.at().clone();
    let (source, destination) = (at.wallet(&one.pubkey(), 0), at.wallet(&two.pubkey(), 0));
    let send = |ledger: &mut Embedded, count: u64| -> Result<f64, Box<dyn std::error::Error>> {
        let start = Instant::now();
        for n in 0..count {
            let pay =
                spl_token_interface::instruction::transfer(&spl_token_interface::ID, &source, &destination, &one.pubkey(), &[], 1 + n % 7)?;
            ledger.send(&Spec::new(&[pay], &one))?;
        }
        ledger.flush()?;
        Ok(count as f64 / start.elapsed().as_secs_f64())
    };
    println!("each on the disk       {:8.0} transactions/s", send(&mut ledger, TRANSACTIONS / 10)?);
    for group in [16, 256] {
        ledger.set_durability(Durability::Grouped(group))?;
        println!("in groups of {group:3}       {:8.0} transactions/s", send(&mut ledger, TRANSACTIONS)?);
    }
    let start = Instant::now();
    for n in 0..ACCOUNTS {
        let mut wallet = [9; 32];
        wallet[..8].copy_from_slice(&(n as u64).to_le_bytes());
        ledger.airdrop(&Pubkey::from(wallet), Token::Io.units(1))?;
    }
    ledger.flush()?;
    println!("{ACCOUNTS} token accounts  {:8.0} accounts/s", ACCOUNTS as f64 / start.elapsed().as_secs_f64());
    drop(ledger);
    let start = Instant::now();
    let mut ledger = Embedded::open(folder.path(), &so)?;
    println!("opened from journal    {:8.0} ms: {:?}", start.elapsed().as_secs_f64() * 1e3, ledger.recovery());
    let start = Instant::now();
    ledger.compact()?;
    println!("compacted              {:8.0} ms", start.elapsed().as_secs_f64() * 1e3);
    drop(ledger);
    let start = Instant::now();
    let ledger = Embedded::open(folder.path(), &so)?;
    println!("opened from snapshot   {:8.0} ms: {:?}", start.elapsed().as_secs_f64() * 1e3, ledger.recovery());
    Ok(())
}
