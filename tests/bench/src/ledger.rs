//! The embedded ledger, next to litesvm alone: the same transactions, signed, with the same accounts. What ours does besides is to keep them: on disk, in order, over a crash.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use assay_settlement::embedded::{Durability, Embedded};
use assay_settlement::ledger::{Ledger, Spec};
use assay_settlement::token::Token;
use assay_settlement_interface::instruction::OpenJob;
use assay_settlement_interface::params::DEFAULTS;
use litesvm::LiteSVM;
use serde_json::{Value, json};
use solana_sdk::clock::Clock;
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;
use solana_sdk::transaction::Transaction;

use crate::table::Table;

const TRANSACTIONS: u64 = 10_000;
/// Each of these waits for the disk.
const SINGLY: u64 = 1_000;
/// Transactions of a frame of the journal.
const GROUP: usize = 256;
const ACCOUNTS: u64 = 100_000;
/// More than anybody spends here.
const RICH: u64 = 1_000_000_000_000;

/// What is sent: by number, so that it can be sent to both.
struct Kind<'a> {
    name: &'static str,
    signer: &'a Keypair,
    calls: Vec<Instruction>,
}

/// Measures all of it, and prints it.
pub fn measure() -> Result<Value> {
    let so = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../host/settlement/program/assay_settlement.so");
    let so = std::fs::read(&so).with_context(|| format!("cannot read {}", so.display()))?;
    let folder = tempfile::tempdir_in(".")?;
    let (owner, wallet, other) = (Keypair::new(), Keypair::new(), Keypair::new());
    let mut ledger = Embedded::init(folder.path(), &so, &owner.pubkey(), &DEFAULTS, 0)?;
    for key in [&owner, &wallet, &other] {
        ledger.airdrop(&key.pubkey(), Token::Sol.units(RICH))?;
        ledger.airdrop(&key.pubkey(), Token::Io.units(RICH))?;
    }
    let at = ledger.at().clone();
    ledger.send(&Spec::new(&[at.register_provider(&owner.pubkey(), *b"DE", *b"EU")], &owner))?;

    let pay = |n: u64| {
        let (from, to) = (at.wallet(&wallet.pubkey(), 0), at.wallet(&other.pubkey(), 0));
        spl_token_interface::instruction::transfer(&spl_token_interface::ID, &from, &to, &wallet.pubkey(), &[], 1 + n % 7)
    };
    let open = |nonce: u64| {
        let asked = OpenJob {
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
        at.open_job(&wallet.pubkey(), &asked)
    };
    let kinds = [
        Kind { name: "transfers of tokens", signer: &wallet, calls: (0..TRANSACTIONS).map(pay).collect::<Result<_, _>>()? },
        Kind { name: "heartbeats", signer: &owner, calls: (0..TRANSACTIONS).map(|_| at.heartbeat(&owner.pubkey())).collect() },
        Kind { name: "jobs opened and paid into escrow", signer: &wallet, calls: (0..TRANSACTIONS).map(open).collect() },
    ];

    let mut table = Table::new([
        "transactions a second",
        "embedded, groups of 256",
        "each on the disk",
        "litesvm alone, in memory",
        "groups ÷ litesvm",
    ]);
    let mut data = serde_json::Map::new();
    for kind in &kinds {
        let mut alone = alone(&ledger, &so, kind)?;
        let grouped = {
            ledger.set_durability(Durability::Grouped(GROUP))?;
            let (last, most) = kind.calls.split_at(SINGLY as usize);
            let grouped = ours(&mut ledger, kind.signer, most)?;
            ledger.set_durability(Durability::Each)?;
            let singly = ours(&mut ledger, kind.signer, last)?;
            (grouped, singly)
        };
        let raw = raw(&mut alone, kind)?;
        table.row([
            kind.name.to_owned(),
            format!("{:.0}", grouped.0),
            format!("{:.0}", grouped.1),
            format!("{raw:.0}"),
            format!("{:.2}", grouped.0 / raw),
        ]);
        data.insert(kind.name.to_owned(), json!({ "grouped": grouped.0, "singly": grouped.1, "litesvm": raw }));
    }
    println!("\n{table}");
    data.insert("recovery".to_owned(), recovery(ledger, folder.path(), &so)?);
    Ok(data.into())
}

/// A litesvm as it comes, with the accounts that the calls name.
fn alone(ledger: &Embedded, so: &[u8], kind: &Kind) -> Result<LiteSVM> {
    let mut svm = LiteSVM::new();
    svm.add_program(ledger.at().program, so).map_err(|error| anyhow!("{error}"))?;
    let clock = ledger.clock()?;
    svm.set_sysvar(&Clock { slot: clock.slot, unix_timestamp: clock.unix_timestamp, ..Clock::default() });
    let named: BTreeSet<Pubkey> = kind.calls.iter().flat_map(|call| &call.accounts).map(|meta| meta.pubkey).collect();
    for address in named {
        if let Some(account) = ledger.account(&address)?.filter(|account| !account.executable) {
            svm.set_account(address, account).map_err(|error| anyhow!("{error}"))?;
        }
    }
    Ok(svm)
}

/// Transactions a second on our ledger.
fn ours(ledger: &mut Embedded, signer: &Keypair, calls: &[Instruction]) -> Result<f64> {
    let start = Instant::now();
    for call in calls {
        ledger.send(&Spec::new(std::slice::from_ref(call), signer))?;
    }
    ledger.flush()?;
    Ok(calls.len() as f64 / start.elapsed().as_secs_f64())
}

/// The same on litesvm.
fn raw(svm: &mut LiteSVM, kind: &Kind) -> Result<f64> {
    let start = Instant::now();
    for call in &kind.calls {
        // Equal transactions differ by the blockhash, as on a cluster.
        svm.expire_blockhash();
        let transaction = Transaction::new_signed_with_payer(
            std::slice::from_ref(call),
            Some(&kind.signer.pubkey()),
            &[kind.signer],
            svm.latest_blockhash(),
        );
        svm.send_transaction(transaction).map_err(|failed| anyhow!("{}: {:?}", kind.name, failed.err))?;
    }
    Ok(kind.calls.len() as f64 / start.elapsed().as_secs_f64())
}

/// How long it takes to open a ledger with many accounts.
fn recovery(mut ledger: Embedded, folder: &Path, so: &[u8]) -> Result<Value> {
    ledger.set_durability(Durability::Grouped(GROUP))?;
    ledger.compact()?;
    for n in 0..ACCOUNTS {
        let mut wallet = [9; 32];
        wallet[..8].copy_from_slice(&n.to_le_bytes());
        ledger.airdrop(&Pubkey::from(wallet), Token::Io.units(1))?;
    }
    ledger.flush()?;
    drop(ledger);
    let mut times = Vec::new();
    for compacted in [false, true] {
        let start = Instant::now();
        let mut ledger = Embedded::open(folder, so)?;
        times.push(start.elapsed().as_secs_f64());
        if !compacted {
            ledger.compact()?;
        }
    }
    println!(
        "opened with {ACCOUNTS} accounts more: from the journal in {:.0} ms, from a snapshot in {:.0} ms",
        times[0] * 1e3,
        times[1] * 1e3
    );
    Ok(json!({ "accounts": ACCOUNTS, "journal_s": times[0], "snapshot_s": times[1] }))
}
