//! Every account of every call, replaced by every other account that there is, forged, without its signature, read-only, twice, or not there: refused, or of no effect.
//!
//! Calls are those of the table of what is taken, in worlds that have two of everything; places come from the calls themselves, so nothing is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use assay_settlement_interface::account::ACCOUNTS;
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::INSTRUCTIONS;
use assay_tests_settlement::cases::taken;
use assay_tests_settlement::world::*;
use solana_sdk::account::{AccountSharedData, ReadableAccount, WritableAccount};
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;

/// Accounts that an instruction names and, in some of its forms, has no use for: whatever is passed there changes nothing.
const UNUSED: &[(&str, &str)] = &[
    // Only an appeal reviews a round.
    ("Draw", "previous"),
    ("Tally", "previous"),
    // Only a contradiction, or an appeal, has a dispute; only a racy outcome is marked.
    ("Tally", "dispute"),
    ("Tally", "mark"),
    // Only an appeal changes what is staked.
    ("Tally", "totals"),
    // A round without a bond pays nobody.
    ("CloseRound", "destination"),
    // A sample's seed was set when it was decided that there is one.
    ("Draw", "slot_hashes"),
    // More candidates than are wanted are not looked at.
    ("Draw", "more"),
];

/// Whether a refusal says that something is wrong with the accounts.
fn is_of_accounts(refusal: Refusal) -> bool {
    (Refusal::MissingAccount.code()..=Refusal::Duplicate.code()).contains(&refusal.code())
}

/// All forms of all calls.
fn forms() -> impl Iterator<Item = (&'static str, usize, World, Instruction)> {
    INSTRUCTIONS.iter().flat_map(|info| {
        let forms = (0..).map_while(move |form| Some((form, taken(info.name, form)?)));
        forms.map(move |(form, situation)| {
            let (world, call) = situation();
            (info.name, form, world, call)
        })
    })
}

/// Name of the account at a place.
fn account(name: &str, place: usize) -> &'static str {
    let info = INSTRUCTIONS.iter().find(|info| info.name == name).expect("an instruction");
    info.accounts.get(place).map_or("more", |account| account.name)
}

/// What was found wrong, and which accounts had no effect.
#[derive(Default)]
struct Found {
    wrong: Vec<String>,
    without_effect: BTreeSet<(&'static str, &'static str)>,
    tried: u64,
    reasons: BTreeMap<String, u64>,
}

impl Found {
    /// A call with one account changed: refused for its accounts, or of the same effect.
    fn judge(&mut self, name: &'static str, place: usize, what: &str, usual: &Effect, effect: &Effect) {
        self.tried += 1;
        *self.reasons.entry(format!("{:?}", effect.answer)).or_default() += 1;
        let account = account(name, place);
        match &effect.answer {
            Answer::Refused(refusal) if is_of_accounts(*refusal) => {}
            Answer::Taken if effect.changes == usual.changes => drop(self.without_effect.insert((name, account))),
            other => self.wrong.push(format!("{name}: {account} {what}: {other:?}")),
        }
    }

    fn end(self) {
        println!("{} calls: {:?}\nwithout effect: {:?}", self.tried, self.reasons, self.without_effect);
        assert!(self.wrong.is_empty(), "{} wrong:\n{}", self.wrong.len(), self.wrong.join("\n"));
        let unknown: Vec<_> = self.without_effect.iter().filter(|pair| !UNUSED.contains(pair)).collect();
        assert!(unknown.is_empty(), "these accounts make no difference: {unknown:?}");
    }
}

#[test]
fn signatures_and_flags_are_asked_for() {
    let mut found = Found::default();
    for (name, _, world, call) in forms() {
        let usual = world.simulate(std::slice::from_ref(&call));
        for place in 0..call.accounts.len() {
            let mut other = call.clone();
            let meta = &mut other.accounts[place];
            if meta.is_signer {
                meta.is_signer = false;
                found.judge(name, place, "without a signature", &usual, &world.simulate(&[other.clone()]));
                other = call.clone();
            }
            if other.accounts[place].is_writable {
                other.accounts[place].is_writable = false;
                found.judge(name, place, "read-only", &usual, &world.simulate(&[other]));
            }
        }
    }
    found.end();
}

#[test]
fn accounts_that_are_missing_are_missed() {
    let mut found = Found::default();
    for (name, _, world, call) in forms() {
        let usual = world.simulate(std::slice::from_ref(&call));
        for place in 0..call.accounts.len() {
            let mut other = call.clone();
            other.accounts.truncate(place);
            let effect = world.simulate(&[other]);
            // Fewer candidates are looked at, and fewer members than there are.
            let fewer = effect.answer == Answer::Taken && name == "Draw" || effect.answer == Answer::Refused(Refusal::WrongSeats);
            if !(fewer && account(name, place) == "more") {
                found.judge(name, place, "is missing", &usual, &effect);
            }
        }
    }
    found.end();
}

/// Accounts that could be passed in place of others: all of the program's but for most seats, wallets, token accounts, mints, programs, sysvars, and one that is not there.
fn others(world: &World, call: &Instruction) -> BTreeSet<Pubkey> {
    let named: BTreeSet<Pubkey> = call.accounts.iter().map(|meta| meta.pubkey).collect();
    let mut all = named.clone();
    for kind in ACCOUNTS {
        let here = world.svm.accounts_db().inner.iter();
        let mut of_kind: Vec<Pubkey> = here
            .filter(|(_, account)| *account.owner() == PROGRAM && account.data().first() == Some(&kind.kind))
            .map(|(address, _)| *address)
            .collect();
        of_kind.sort_unstable();
        of_kind.retain(|address| !named.contains(address));
        all.extend(of_kind.into_iter().take(5));
    }
    for wallet in [GUARDIAN, PAYER, OWNER, OTHER_OWNER, REQUESTER, OTHER_REQUESTER, CHALLENGER, STRANGER, holder(0)] {
        all.extend([wallet, world.at.wallet(&wallet, 0), world.at.wallet(&wallet, 1)]);
    }
    all.extend(world.at.tokens);
    all.extend([world.at.io_mint, world.at.iosd_mint, world.at.vault, PROGRAM, Pubkey::new_from_array([0x55; 32])]);
    all.extend([solana_sdk_ids::system_program::ID, spl_token_interface::ID, assay_settlement::call::SLOT_HASHES]);
    all
}

#[test]
fn every_account_in_the_place_of_every_other() {
    let mut wrong = Vec::new();
    let mut without_effect = BTreeSet::new();
    let (mut tried, mut as_the_model) = (0, 0);
    for (name, form, world, call) in forms() {
        let usual = world.simulate(std::slice::from_ref(&call));
        let others = others(&world, &call);
        for place in 0..call.accounts.len() {
            // Nobody can sign for what is no wallet.
            let may_sign = |key: &Pubkey| {
                world.svm.accounts_db().get_account_ref(key).is_some_and(|account| {
                    account.data().is_empty() && !account.executable() && *account.owner() == solana_sdk_ids::system_program::ID
                })
            };
            let signs = call.accounts[place].is_signer;
            for other in others.iter().filter(|other| **other != call.accounts[place].pubkey && (!signs || may_sign(other))) {
                let mut confused = call.clone();
                confused.accounts[place].pubkey = *other;
                let effect = world.simulate(std::slice::from_ref(&confused));
                let modelled = world.model_of(&confused);
                tried += 1;
                let account = account(name, place);
                let ended = match (&effect.answer, &modelled) {
                    // Another party, another job: what they say is done for those that were named.
                    (Answer::Taken, Ok(model)) => {
                        as_the_model += 1;
                        world.compare_effect(&effect, model)
                    }
                    (Answer::Taken, Err(by)) => {
                        let unused = UNUSED.contains(&(name, account)) && effect.changes == usual.changes;
                        without_effect.insert((name, account));
                        if unused { Ok(()) } else { Err(format!("it is taken, and the model says {by}")) }
                    }
                    (Answer::Refused(refusal), Err(by)) if is_of_accounts(*refusal) || by.found.contains(&refusal.code()) => Ok(()),
                    // The program stops at what it finds first, and the model at what it cannot see past.
                    (Answer::Refused(_), Err(by)) if by.blind => Ok(()),
                    (refused, Err(by)) if refused.is_allowed(by) => Ok(()),
                    (refused, Err(by)) => Err(format!("{refused:?}, and the model says {by}")),
                    (refused, Ok(_)) => Err(format!("{refused:?}, and the model takes it")),
                };
                if let Err(why) = ended {
                    let kind = world.bytes(other).map(|bytes| bytes[0]);
                    wrong.push(format!("{name} {form}: {other} (kind {kind:?}) as {account}: {why}"));
                }
            }
        }
    }
    println!("{tried} calls, {as_the_model} taken as the model takes them; without effect: {without_effect:?}");
    let first: Vec<_> = wrong.iter().take(60).cloned().collect();
    assert!(wrong.is_empty(), "{} of {tried} wrong:\n{}", wrong.len(), first.join("\n"));
}

/// Accounts at the right address that are not what is there: what could be made by nobody, and must not be believed all the same.
fn forgeries(account: &AccountSharedData) -> Vec<(&'static str, AccountSharedData)> {
    let with = |change: &dyn Fn(&mut AccountSharedData)| {
        let mut forged = account.clone();
        change(&mut forged);
        forged
    };
    let data = |change: &dyn Fn(&mut Vec<u8>)| {
        with(&|forged| {
            let mut data = forged.data().to_vec();
            change(&mut data);
            forged.set_data_from_slice(&data);
        })
    };
    let program = *account.owner() == PROGRAM;
    let mut all = vec![
        ("of the system program", with(&|forged| forged.set_owner(solana_sdk_ids::system_program::ID))),
        ("of another program", with(&|forged| forged.set_owner(STRANGER))),
        ("shorter", data(&|data| data.truncate(data.len() - 1))),
        ("longer", data(&|data| data.push(0))),
        ("empty", data(&|data| data.clear())),
        ("of zeros", data(&|data| data.fill(0))),
    ];
    if program {
        all.push(("of another kind", data(&|data| data[0] = data[0] % 12 + 1)));
        all.push(("of no kind", data(&|data| data[0] = 0)));
        all.push(("of another version", data(&|data| data[1] = 2)));
    } else {
        all.push(("of the settlement program", with(&|forged| forged.set_owner(PROGRAM))));
        all.push(("of another mint", data(&|data| data[0] ^= 1)));
        all.push(("of another owner", data(&|data| data[32] ^= 1)));
    }
    all
}

#[test]
fn forged_accounts_are_not_believed() {
    let mut found = Found::default();
    for (name, _, mut world, call) in forms() {
        let usual = world.simulate(std::slice::from_ref(&call));
        // The program's own token accounts are known by their addresses: nobody but the token program writes them.
        let own: BTreeSet<Pubkey> = world.at.tokens.into_iter().collect();
        for place in 0..call.accounts.len() {
            let address = call.accounts[place].pubkey;
            let Some(account) = world.svm.accounts_db().get_account(&address) else { continue };
            let tokens = *account.owner() == spl_token_interface::ID && account.data().len() == 165 && !own.contains(&address);
            if *account.owner() != PROGRAM && !tokens {
                continue;
            }
            for (what, forged) in forgeries(&account) {
                let mut effect = world.simulate_with(std::slice::from_ref(&call), &address, forged);
                // What was forged is not what was there before: it does not count as an effect, unless it is one.
                effect.changes.remove(&address);
                let mut usual = usual.clone();
                usual.changes.remove(&address);
                // An account of another program is none of ours: it cannot be told from a place where something is to be made.
                let made = [Refusal::Exists, Refusal::VacantSeats].map(Answer::Refused);
                if !made.contains(&effect.answer) {
                    found.judge(name, place, what, &usual, &effect);
                }
            }
        }
    }
    found.end();
}

/// Lamports at the address of an account that is to be made are in nobody's way.
#[test]
fn lamports_sent_ahead_do_not_block() {
    let mut made = BTreeSet::new();
    for (name, form, mut world, call) in forms() {
        let usual = world.simulate(std::slice::from_ref(&call));
        let fresh = usual.changes.iter().filter(|(address, (owner, ..))| {
            let program = *owner == PROGRAM || *owner == spl_token_interface::ID;
            program && world.svm.accounts_db().get_account_ref(address).is_none()
        });
        for (address, (owner, rent, data)) in fresh.map(|(address, account)| (*address, account.clone())).collect::<Vec<_>>() {
            made.insert(name);
            for lamports in [1, rent - 1, rent, rent + 1_000_000] {
                let ahead = AccountSharedData::new(lamports, 0, &solana_sdk_ids::system_program::ID);
                let effect = world.simulate_with(std::slice::from_ref(&call), &address, ahead);
                assert_eq!(effect.answer, Answer::Taken, "{name} {form}, {lamports} lamports");
                assert_eq!(effect.changes[&address], (owner, rent.max(lamports), data.clone()), "{name} {form}");
            }
        }
    }
    let all =
        "Initialise SetModel RegisterProvider AddDevice OpenJob Sample Tally Redraw Challenge Appeal RegisterSeat Propose CastVote Execute";
    assert_eq!(made, all.split(' ').collect());
}

fn lamports_for(address: &Pubkey) -> Instruction {
    solana_system_interface::instruction::transfer(&STRANGER, address, 10_000_000)
}

/// What was closed is not used again in the same transaction, even if somebody pays its rent.
#[test]
fn nothing_closed_comes_back() {
    for (name, closed) in [("CloseRound", "round"), ("CloseJob", "job"), ("CloseVote", "vote")] {
        let (mut world, call) = taken(name, 0).expect("it is there")();
        let info = INSTRUCTIONS.iter().find(|info| info.name == name).expect("it is there");
        let place = info.accounts.iter().position(|account| account.name == closed).expect("it is there");
        let address = call.accounts[place].pubkey;
        for calls in [vec![call.clone(), call.clone()], vec![call.clone(), lamports_for(&address), call.clone()]] {
            let Answer::Refused(refusal) = world.simulate(&calls).answer else { panic!("{name} is taken twice") };
            assert!(is_of_accounts(refusal), "{name}: {refusal:?}");
        }
        world.must(call.clone());
        assert!(world.bytes(&address).is_none());
        assert!(matches!(world.send(&call), Answer::Refused(refusal) if is_of_accounts(refusal)), "{name}");
    }
}

/// A job of the same number can be opened again, and is a new one: nothing of the old one is left.
#[test]
fn a_closed_job_is_opened_again_as_a_new_one() {
    let (mut world, close) = taken("CloseJob", 1).expect("it is there")();
    let open = world.at.open_job(&REQUESTER, &plain(1, 1));
    let effect = world.simulate(&[close.clone(), open.clone()]);
    assert_eq!(effect.answer, Answer::Taken);
    world.must(close);
    world.must(open);
    let job = world.at.job(&REQUESTER, 1);
    let (state, rounds, currency, contradicted) =
        (world.job(&job).state, world.job(&job).rounds, world.job(&job).currency, world.job(&job).contradicted);
    assert_eq!((state, rounds, currency, contradicted), (0, 0, 1, 0));
    assert!(world.bytes(&world.at.dispute(&job)).is_none() && world.bytes(&world.at.round(&job, 0)).is_none());
}

/// The rent of what is closed goes to who paid it.
#[test]
fn rent_goes_back_to_who_paid_it() {
    for (name, form, receiver) in
        [("CloseRound", 0, PAYER), ("CloseRound", 1, CHALLENGER), ("CloseJob", 0, REQUESTER), ("CloseVote", 0, OWNER)]
    {
        let (mut world, call) = taken(name, form).expect("it is there")();
        let before = world.lamports(&receiver);
        let closed = world.simulate(std::slice::from_ref(&call)).changes.into_iter().find(|(_, (_, lamports, _))| *lamports == 0);
        let (address, _) = closed.expect("an account that is closed");
        let rent = world.lamports(&address);
        world.must(call);
        assert_eq!(world.lamports(&receiver), before + rent, "{name} {form}");
    }
}
