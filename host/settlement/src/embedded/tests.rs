use std::collections::BTreeMap;

use assay_protocol::ledger_files::journal::{HEADER_LEN, frames};
use assay_protocol::ledger_files::snapshot::Snapshot;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use super::*;
use crate::error::Refused;
use crate::reads::Reads;
use crate::token::Token;

/// A program that loads, in place of ours: these tests are of the ledger, and send tokens and SOL.
fn program() -> Vec<u8> {
    litesvm::LiteSVM::new().accounts_db().try_program_elf_bytes(&spl_token_interface::ID).unwrap().to_vec()
}

/// A ledger with mints and nobody on it.
fn ledger(folder: &Path) -> Embedded {
    Embedded::init_bare(folder, &program(), 1_000).unwrap()
}

fn transfer(from: &Keypair, to: &Pubkey, lamports: u64) -> [solana_sdk::instruction::Instruction; 1] {
    [solana_system_interface::instruction::transfer(&from.pubkey(), to, lamports)]
}

fn tokens(at: &Addresses, from: &Keypair, to: &Pubkey, units: u64) -> [solana_sdk::instruction::Instruction; 1] {
    let (source, destination) = (at.wallet(&from.pubkey(), 0), at.wallet(to, 0));
    [spl_token_interface::instruction::transfer(&spl_token_interface::ID, &source, &destination, &from.pubkey(), &[], units).unwrap()]
}

/// Something of everything; the ledger after each step.
fn history(ledger: &mut Embedded) -> Vec<Snapshot> {
    let (one, two) = (Keypair::new(), Keypair::new());
    let at = ledger.at().clone();
    let mut states = vec![ledger.machine.snapshot()];
    let mut step = |ledger: &mut Embedded, act: &mut dyn FnMut(&mut Embedded)| {
        act(ledger);
        states.push(ledger.machine.snapshot());
    };
    step(ledger, &mut |l| l.airdrop(&one.pubkey(), Token::Sol.units(10_000_000_000)).unwrap());
    step(ledger, &mut |l| l.airdrop(&one.pubkey(), Token::Io.units(1_000)).unwrap());
    step(ledger, &mut |l| l.airdrop(&two.pubkey(), Token::Io.units(5)).unwrap());
    step(ledger, &mut |l| {
        l.send(&Spec::new(&transfer(&one, &two.pubkey(), 2_000_000_000), &one)).unwrap();
    });
    step(ledger, &mut |l| l.warp(60).unwrap());
    step(ledger, &mut |l| {
        l.send(&Spec::new(&tokens(&at, &one, &two.pubkey(), 7), &one)).unwrap();
    });
    step(ledger, &mut |l| {
        let intent = Some([4; 32]);
        l.send(&Spec { intent, ..Spec::new(&tokens(&at, &one, &two.pubkey(), 1), &one) }).map(drop).unwrap();
    });
    step(ledger, &mut |l| l.skip(9).unwrap());
    // The whole wallet, but for the fee: the account is gone.
    step(ledger, &mut |l| {
        l.send(&Spec::new(&transfer(&two, &one.pubkey(), 2_000_000_000 - 5_000), &two)).unwrap();
    });
    states
}

#[test]
fn a_closed_ledger_opens_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = ledger(folder.path());
    let states = history(&mut first);
    drop(first);
    let mut again = Embedded::open(folder.path(), &program()).unwrap();
    assert_eq!(again.machine.snapshot(), *states.last().unwrap());
    assert_eq!((again.recovery().frames, again.recovery().dropped), (9, 0));
    again.compact().unwrap();
    drop(again);
    let compacted = Embedded::open(folder.path(), &program()).unwrap();
    assert_eq!(compacted.machine.snapshot(), *states.last().unwrap());
    assert_eq!(compacted.recovery().frames, 0);
}

/// A process that dies leaves the journal cut anywhere; what is found then is the ledger after some step, and after every step whose receipt was given.
#[test]
fn a_cut_journal_is_a_ledger_of_before() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = ledger(folder.path());
    let states = history(&mut first);
    let journal = std::fs::read(journal_path(folder.path())).unwrap();
    drop(first);
    let header = Header::read(&journal, LEDGER_MAGIC).unwrap();
    let bodies = frames(&journal, &header).unwrap().bodies;
    let ends: Vec<usize> = std::iter::once(HEADER_LEN).chain(bodies.iter().map(|body| body.end + 32)).collect();
    assert_eq!(ends.len(), states.len());
    let cuts = ends.iter().flat_map(|end| [end.wrapping_sub(1), *end, end + 1]).chain((0..journal.len()).step_by(997));
    let cuts: std::collections::BTreeSet<usize> = cuts.filter(|cut| *cut <= journal.len()).collect();
    for cut in cuts {
        std::fs::write(journal_path(folder.path()), &journal[..cut]).unwrap();
        let opened = Embedded::open(folder.path(), &program());
        if cut < ends[0] {
            assert!(matches!(opened, Err(LedgerError::Damaged { .. })), "cut at {cut}");
            continue;
        }
        let opened = opened.unwrap();
        let whole = ends.iter().filter(|end| **end <= cut).count() - 1;
        assert_eq!(opened.machine.snapshot(), states[whole], "cut at {cut}");
        assert_eq!(opened.recovery().dropped as usize, cut - ends[whole]);
    }
}

/// Between the new snapshot and the new journal, the old journal is still there.
#[test]
fn a_crash_while_compacting_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = ledger(folder.path());
    let states = history(&mut first);
    let journal = std::fs::read(journal_path(folder.path())).unwrap();
    let old = std::fs::read(snapshot::path(folder.path())).unwrap();
    first.compact().unwrap();
    drop(first);
    std::fs::write(journal_path(folder.path()), &journal).unwrap();
    let opened = Embedded::open(folder.path(), &program()).unwrap();
    assert_eq!(opened.machine.snapshot(), *states.last().unwrap());
    assert_eq!(opened.recovery().frames, 0);
    drop(opened);
    // The other way round something is missing, and that is noticed.
    let mut again = Embedded::open(folder.path(), &program()).unwrap();
    again.compact().unwrap();
    drop(again);
    std::fs::write(snapshot::path(folder.path()), &old).unwrap();
    assert!(matches!(Embedded::open(folder.path(), &program()), Err(LedgerError::Damaged { .. })));
}

#[test]
fn a_damaged_snapshot_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(ledger(folder.path()));
    let path = snapshot::path(folder.path());
    let good = std::fs::read(&path).unwrap();
    for at in (0..good.len()).step_by(7) {
        let mut wrong = good.clone();
        wrong[at] ^= 0x10;
        std::fs::write(&path, &wrong).unwrap();
        let refused = snapshot::read(folder.path()).err();
        assert!(matches!(refused, Some(LedgerError::Damaged { .. } | LedgerError::Version { .. })), "byte {at}");
    }
    for end in (0..good.len()).step_by(13) {
        std::fs::write(&path, &good[..end]).unwrap();
        assert!(matches!(snapshot::read(folder.path()), Err(LedgerError::Damaged { .. })), "cut at {end}");
    }
}

#[test]
fn a_folder_has_one_writer_and_one_ledger() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Embedded::open(folder.path(), &program()), Err(LedgerError::NoLedger(_))));
    let first = ledger(folder.path());
    assert!(matches!(Embedded::open(folder.path(), &program()), Err(LedgerError::Locked(_))));
    drop(first);
    assert!(matches!(Embedded::make(folder.path(), &program(), 0, |_| Ok(())), Err(LedgerError::Exists(_))));
    assert!(Embedded::open(folder.path(), &program()).is_ok());
}

/// What is left is refused, and nothing is made in its place; but a set-up that was cut short can be done again.
#[test]
fn a_journal_without_its_snapshot_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = ledger(folder.path());
    let fresh = std::fs::read(journal_path(folder.path())).unwrap();
    history(&mut first);
    let grown = std::fs::read(journal_path(folder.path())).unwrap();
    first.compact().unwrap();
    drop(first);
    let compacted = std::fs::read(journal_path(folder.path())).unwrap();
    std::fs::remove_file(snapshot::path(folder.path())).unwrap();
    let torn = [&fresh[..], &[1]].concat();
    for left in [&grown, &compacted, &torn, &fresh[..9].to_vec(), &Vec::new()] {
        std::fs::write(journal_path(folder.path()), left).unwrap();
        let opened = Embedded::open(folder.path(), &program()).err();
        assert!(matches!(&opened, Some(LedgerError::Damaged { why, .. }) if why.contains("without its snapshot")), "{opened:?}");
        let made = Embedded::init_bare(folder.path(), &program(), 0).err();
        assert!(matches!(made, Some(LedgerError::Damaged { .. })), "{made:?}");
        assert_eq!(&std::fs::read(journal_path(folder.path())).unwrap(), left);
        assert!(Embedded::is_in(folder.path()).unwrap());
    }
    std::fs::write(journal_path(folder.path()), &fresh).unwrap();
    assert!(matches!(Embedded::open(folder.path(), &program()), Err(LedgerError::NoLedger(_))));
    drop(ledger(folder.path()));
    assert!(Embedded::open(folder.path(), &program()).is_ok());
}

#[test]
fn a_set_up_that_fails_leaves_no_ledger() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Embedded::make(folder.path(), &program(), 0, |_| Err(LedgerError::Overflow)).is_err());
    assert!(matches!(Embedded::open(folder.path(), &program()), Err(LedgerError::NoLedger(_))));
    assert!(matches!(Embedded::make(folder.path(), b"no program", 0, |_| Ok(())), Err(LedgerError::Program(_))));
}

#[test]
fn a_signed_transaction_counts_once_and_not_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = ledger(folder.path());
    let (one, two) = (Keypair::new(), Pubkey::new_unique());
    ledger.airdrop(&one.pubkey(), Token::Sol.units(10_000_000_000)).unwrap();
    let signed = wire::sign(&Spec::new(&transfer(&one, &two, 1_000_000_000), &one), ledger.blockhash()).unwrap();
    ledger.send_signed(signed.clone()).unwrap();
    assert!(matches!(ledger.send_signed(signed.clone()), Err(LedgerError::Already(_))));
    drop(ledger);
    let mut ledger = Embedded::open(folder.path(), &program()).unwrap();
    assert!(matches!(ledger.send_signed(signed.clone()), Err(LedgerError::Already(_))), "after a restart as well");
    ledger.skip(149).unwrap();
    assert!(matches!(ledger.send_signed(signed.clone()), Err(LedgerError::Already(_) | LedgerError::Expired(_))));
    ledger.skip(1_000).unwrap();
    assert!(matches!(ledger.send_signed(signed), Err(LedgerError::Already(_) | LedgerError::Expired(_))));
    assert_eq!(ledger.lamports(&two).unwrap(), 1_000_000_000);
    let mut forged = wire::sign(&Spec::new(&transfer(&one, &two, 1), &one), ledger.blockhash()).unwrap();
    forged.signatures[0] = Signature::from([7; 64]);
    assert!(matches!(ledger.send_signed(forged), Err(LedgerError::Refused(Refused::Transaction(_)))));
    assert!(matches!(ledger.send_signed(Transaction::default()), Err(LedgerError::Unsendable(_))));
}

#[test]
fn an_intent_is_met_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = ledger(folder.path());
    let (one, two) = (Keypair::new(), Pubkey::new_unique());
    ledger.airdrop(&one.pubkey(), Token::Sol.units(10_000_000_000)).unwrap();
    let pay = transfer(&one, &two, 1_000_000_000);
    let spec = Spec { intent: Some([1; 32]), ..Spec::new(&pay, &one) };
    let receipt = ledger.send(&spec).unwrap();
    assert_eq!(ledger.send(&spec).unwrap(), receipt);
    drop(ledger);
    let mut ledger = Embedded::open(folder.path(), &program()).unwrap();
    assert_eq!(ledger.send(&spec).unwrap(), receipt);
    ledger.compact().unwrap();
    assert_eq!(ledger.lamports(&two).unwrap(), 1_000_000_000);
    ledger.send(&Spec { intent: Some([2; 32]), ..spec }).unwrap();
    ledger.send(&Spec { intent: None, ..spec }).unwrap();
    assert_eq!(ledger.lamports(&two).unwrap(), 3_000_000_000);
}

/// Every file of a ledger.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

#[test]
fn a_rehearsal_is_seen_by_itself_and_by_nobody_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = ledger(folder.path());
    let (one, two) = (Keypair::new(), Pubkey::new_unique());
    ledger.set_durability(Durability::Grouped(100)).unwrap();
    ledger.airdrop(&one.pubkey(), Token::Sol.units(10_000_000_000)).unwrap();
    ledger.rehearse().unwrap();
    let (before, clock) = (files(folder.path()), ledger.clock().unwrap());
    let pay = transfer(&one, &two, 1_000_000_000);
    ledger.send(&Spec { intent: Some([1; 32]), ..Spec::new(&pay, &one) }).unwrap();
    ledger.send(&Spec::new(&transfer(&one, &two, 8_000_000_000), &one)).unwrap();
    assert!(ledger.send(&Spec::new(&pay, &one)).is_err(), "it finds what the ones before it left");
    ledger.warp(60).unwrap();
    assert_eq!(ledger.clock().unwrap().unix_timestamp, clock.unix_timestamp + 60);
    assert_eq!(ledger.lamports(&two).unwrap(), 9_000_000_000);
    ledger.compact().unwrap();
    ledger.flush().unwrap();
    drop(ledger);
    assert_eq!(files(folder.path()), before);
    let again = Embedded::open(folder.path(), &program()).unwrap();
    assert_eq!((again.lamports(&two).unwrap(), again.lamports(&one.pubkey()).unwrap()), (0, 10_000_000_000), "what was there before stays");
    assert_eq!(again.clock().unwrap(), clock);
}

#[test]
fn a_simulation_says_what_would_change() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = ledger(folder.path());
    let (one, two) = (Keypair::new(), Pubkey::new_unique());
    ledger.airdrop(&one.pubkey(), Token::Sol.units(10_000_000_000)).unwrap();
    let said = ledger.simulate(&Spec::new(&transfer(&one, &two, 1_000_000_000), &one)).unwrap();
    let lamports: BTreeMap<Pubkey, (u64, u64)> = said.effects.iter().map(|effect| (effect.address, effect.lamports())).collect();
    assert_eq!(lamports, BTreeMap::from([(one.pubkey(), (10_000_000_000, 8_999_995_000)), (two, (0, 1_000_000_000))]));
    assert_eq!((said.fee, said.refused), (5_000, None));
    assert!(said.effects.iter().any(|effect| effect.before.is_none()), "an account that it makes");
    // All of it, but for the fee: the account is gone.
    let said = ledger.simulate(&Spec::new(&transfer(&one, &two, 10_000_000_000 - 5_000), &one)).unwrap();
    assert!(said.effects.iter().any(|effect| effect.address == one.pubkey() && effect.after.is_none()), "{:?}", said.effects);
    let refused = ledger.simulate(&Spec::new(&transfer(&one, &two, 20_000_000_000), &one)).unwrap();
    assert!(refused.refused.is_some() && refused.effects.is_empty());
}

#[test]
fn what_is_refused_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = ledger(folder.path());
    let (one, two) = (Keypair::new(), Pubkey::new_unique());
    ledger.airdrop(&one.pubkey(), Token::Sol.units(10_000_000_000)).unwrap();
    let before = ledger.machine.snapshot();
    let [first] = transfer(&one, &two, 1_000_000_000);
    let [second] = transfer(&one, &two, 100_000_000_000);
    let both = [first, second];
    let spec = Spec::new(&both, &one);
    let refused = ledger.simulate(&spec).unwrap().refused;
    assert!(matches!(refused, Some(Refused::Instruction { instruction: 1, .. })), "{refused:?}");
    assert!(matches!(ledger.send(&spec), Err(LedgerError::Refused(Refused::Instruction { instruction: 1, .. }))));
    let poor = Keypair::new();
    assert!(matches!(ledger.send(&Spec::new(&transfer(&poor, &two, 1), &poor)), Err(LedgerError::Refused(Refused::Transaction(_)))));
    let many: Vec<_> = (0..60).flat_map(|_| transfer(&one, &Pubkey::new_unique(), 1_000_000_000)).collect();
    assert!(matches!(ledger.send(&Spec::new(&many, &one)), Err(LedgerError::Unsendable(_))));
    assert_eq!(ledger.machine.snapshot(), before);
}

/// What the engine came with is not on the disk, so nothing may change it.
#[test]
fn the_engine_is_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = ledger(folder.path());
    let one = Keypair::new();
    ledger.airdrop(&one.pubkey(), Token::Sol.units(10_000_000_000)).unwrap();
    let engine: Vec<Pubkey> = ledger.machine.engine().copied().collect();
    assert!(engine.len() > 20);
    for address in engine {
        assert!(ledger.send(&Spec::new(&transfer(&one, &address, 1_000_000_000), &one)).is_err(), "{address}");
        assert!(matches!(ledger.airdrop(&address, Token::Sol.units(1)), Err(LedgerError::Unsendable(_))), "{address}");
    }
    ledger.skip(1).unwrap();
    drop(ledger);
    Embedded::open(folder.path(), &program()).unwrap();
}

#[test]
fn a_wallet_gets_a_token_account() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = ledger(folder.path());
    let at = ledger.at().clone();
    let (one, two) = (Keypair::new(), Pubkey::new_unique());
    ledger.airdrop(&one.pubkey(), Token::Sol.units(10_000_000_000)).unwrap();
    for _ in 0..2 {
        ledger.send(&Spec::new(&[at.open_tokens(&one.pubkey(), &two, 1)], &one)).unwrap();
    }
    ledger.airdrop(&two, Token::Iosd.units(5)).unwrap();
    assert_eq!(ledger.balance(&at, &two, Token::Iosd).unwrap().units, 5);
}

#[test]
fn a_faucet_keeps_supply_and_balances_equal() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = ledger(folder.path());
    let at = ledger.at().clone();
    let (one, two) = (Pubkey::new_unique(), Pubkey::new_unique());
    let supply = |ledger: &Embedded, mint: &Pubkey| {
        let account = ledger.account(mint).unwrap().unwrap();
        <spl_token_interface::state::Mint as solana_program_pack::Pack>::unpack(&account.data).unwrap().supply
    };
    ledger.airdrop(&one, "12.5 IO".parse().unwrap()).unwrap();
    ledger.airdrop(&one, "0.5 IO".parse().unwrap()).unwrap();
    ledger.airdrop(&two, "3 IOSD".parse().unwrap()).unwrap();
    assert_eq!(ledger.balance(&at, &one, Token::Io).unwrap().to_string(), "13 IO");
    assert_eq!(ledger.balance(&at, &two, Token::Iosd).unwrap().to_string(), "3 IOSD");
    assert_eq!(ledger.balance(&at, &two, Token::Io).unwrap().to_string(), "0 IO");
    assert_eq!(supply(&ledger, &at.io_mint), 1_300_000_000);
    assert_eq!(supply(&ledger, &at.iosd_mint), 3_000_000);
    assert!(matches!(ledger.airdrop(&two, Token::Io.units(u64::MAX)), Err(LedgerError::Overflow)));
    assert_eq!(supply(&ledger, &at.io_mint), 1_300_000_000);
}

#[test]
fn time_moves_when_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = ledger(folder.path());
    let start = ledger.clock().unwrap();
    assert_eq!(start.unix_timestamp, 1_000);
    ledger.warp(60).unwrap();
    assert_eq!(ledger.clock().unwrap(), Clock { slot: start.slot + 150, unix_timestamp: 1_060 });
    ledger.skip(1).unwrap();
    assert_eq!(ledger.clock().unwrap(), Clock { slot: start.slot + 151, unix_timestamp: 1_060 });
    let hashes = ledger.slot_hashes().unwrap();
    assert_eq!((hashes.len(), hashes[0].0), (152, start.slot + 150));
    ledger.machine.refresh().unwrap();
    let sysvar = ledger.account(&crate::call::SLOT_HASHES).unwrap().unwrap();
    assert_eq!(read_slot_hashes(&sysvar.data), Some(hashes));
}

/// Grouped, a crash loses the last ones whole, and no flush loses none.
#[test]
fn groups_are_on_the_disk_together() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = ledger(folder.path());
    first.set_durability(Durability::Grouped(4)).unwrap();
    let states = history(&mut first);
    let on_disk = std::fs::read(journal_path(folder.path())).unwrap();
    drop(first);
    let closed = Embedded::open(folder.path(), &program()).unwrap();
    assert_eq!(closed.machine.snapshot(), *states.last().unwrap(), "closing flushes");
    drop(closed);
    std::fs::write(journal_path(folder.path()), on_disk).unwrap();
    assert_eq!(Embedded::open(folder.path(), &program()).unwrap().machine.snapshot(), states[8], "two groups of four");
}

/// What was committed is said to be, though the disk has no room to write the journal anew.
#[test]
fn a_journal_that_cannot_be_written_anew_fails_no_transaction() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = ledger(folder.path());
    ledger.journal_max = 0;
    ledger.snapshot_length = 0;
    let beside = folder.path().join("snapshot.new");
    std::fs::create_dir(&beside).unwrap();
    let one = Pubkey::new_unique();
    ledger.airdrop(&one, Token::Sol.units(3)).unwrap();
    assert!(ledger.compact().is_err());
    std::fs::remove_dir(&beside).unwrap();
    ledger.airdrop(&one, Token::Sol.units(4)).unwrap();
    drop(ledger);
    let again = Embedded::open(folder.path(), &program()).unwrap();
    assert_eq!((again.lamports(&one).unwrap(), again.recovery().frames), (7, 0));
}

/// A ledger that had come to the end of time could not be opened again.
#[test]
fn time_does_not_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = ledger(folder.path());
    for refused in [first.skip(u64::MAX), first.skip(1 << 63), first.warp(u64::MAX), first.warp(1 << 63)] {
        assert!(matches!(refused, Err(LedgerError::Unsendable(_))), "{refused:?}");
    }
    first.skip(1 << 62).unwrap();
    first.airdrop(&Pubkey::new_unique(), Token::Sol.units(1)).unwrap();
    first.compact().unwrap();
    let slot = first.clock().unwrap().slot;
    drop(first);
    assert_eq!(Embedded::open(folder.path(), &program()).unwrap().clock().unwrap().slot, slot);
}

/// A place that cannot be looked at is not an empty one.
#[cfg(unix)]
#[test]
fn no_ledger_is_made_where_one_may_be() {
    let folder = tempfile::tempdir().unwrap();
    let path = snapshot::path(folder.path());
    std::os::unix::fs::symlink(&path, &path).unwrap();
    assert!(matches!(Embedded::init_bare(folder.path(), &program(), 0), Err(LedgerError::Io { .. })));
    assert!(matches!(Embedded::open(folder.path(), &program()), Err(LedgerError::Io { .. })));
    assert!(!journal_path(folder.path()).exists());
}
