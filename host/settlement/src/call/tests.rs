use std::collections::BTreeMap;

use assay_settlement_interface::account::{Account, Dispute, Job, Member, Proposal, Round, state};
use assay_settlement_interface::instruction::{
    AddDevice, INSTRUCTIONS, Instruction as Any, OpenJob, Prove, Reveal, SetModel, UpdateDevice, UpdateProvider,
};
use assay_settlement_interface::params::DEFAULTS;

use super::*;

fn at() -> Addresses {
    Addresses::new(Pubkey::from([1; 32]), Pubkey::from([2; 32]), Pubkey::from([3; 32]))
}

/// An account of a kind with every field 0.
fn zeros<T: Account>() -> T {
    let mut bytes = vec![0; T::LENGTH];
    bytes[..2].copy_from_slice(&[T::KIND, 1]);
    T::read(&bytes).unwrap()
}

fn all() -> Vec<Instruction> {
    let at = at();
    let key = |n: u8| Pubkey::from([n; 32]);
    let (owner, guardian, payer, provider) = (key(10), key(11), key(12), key(13));
    let job =
        Job { requester: [20; 32], nonce: 5, state: state::job::ACCEPTED, provider: [13; 32], device: [14; 32], rounds: 2, ..zeros() };
    let address = at.of_job(&job);
    let round = Round { job: address.to_bytes(), number: 1, payer: [12; 32], ..zeros() };
    let committee = Committee { round, members: vec![Member::drawn(3), Member::drawn(4)] };
    let dispute = Dispute { job: address.to_bytes(), provider: [13; 32], payer: [12; 32], ..zeros() };
    let open =
        OpenJob { nonce: 5, currency: 1, model: 9, tier: 0, country: [0; 2], package: [1; 32], job: [2; 32], price_hour: 3, hours: 4 };
    let proposal = Proposal { id: 8, ..proposed(&at, &Action::PayFees { currency: 1, amount: 6, owner: owner.to_bytes() }) };
    vec![
        at.initialise(&payer, &guardian, &DEFAULTS),
        at.pause(&guardian),
        at.resume(&payer),
        at.set_model(&guardian, &SetModel { id: 7, model_kind: 0, enabled: 1, multiplier_milli: 10_000, name: [0; 32] }),
        at.register_provider(&owner, *b"DE", *b"EU"),
        at.update_provider(&owner, &UpdateProvider { status: 1, country: *b"DE", continent: *b"EU" }),
        at.attest_provider(&guardian, &provider, true, 2),
        at.add_device(&owner, 0, &AddDevice { model: 7, quantity: 8, price_io: 1, price_iosd: 2 }),
        at.update_device(&owner, 0, 7, &UpdateDevice { status: 0, quantity: 8, price_io: 1, price_iosd: 2 }),
        at.attest_device(&guardian, &provider, 0, true),
        at.stake(&owner, 100),
        at.request_unstake(&owner, 100),
        at.withdraw(&owner),
        at.open_job(&owner, &open),
        at.accept_job(&owner, 0, &address),
        at.prove(&owner, &job, &Prove { outcome: [1; 32], transcript: [2; 32], fuel: 3, profile: [0; 16] }),
        at.cancel_job(&job, Some(&owner)),
        at.expire_job(&job),
        at.sample(&payer, &job),
        at.draw(&job, &round, &[5, 6]),
        at.commit(&owner, 3, &round, [9; 32]),
        at.reveal(&owner, 3, &round, &Reveal { code: 1, outcome: [1; 32], receipt: [2; 32], call: 3, salt: [4; 32] }),
        at.tally(&payer, &job, &committee),
        at.redraw(&payer, &job, &round),
        at.challenge(&payer, &job),
        at.appeal(&owner, &job),
        at.settle(&job, &owner),
        at.execute_slash(&job, &dispute, &committee),
        at.punish(&round, 1, 4),
        at.close_round(&round),
        at.close_job(&job, Some(&dispute)),
        at.register_seat(&owner, 3, 100),
        at.top_up_seat(&owner, 3, 100),
        at.leave_seat(&owner, 3),
        at.withdraw_seat(&owner, 3),
        at.claim_seat(&owner, 3, 2),
        at.advance(),
        at.heartbeat(&owner),
        at.lapse(&provider),
        at.claim(&owner),
        at.propose(&owner, 8, &Action::SetGuardian(guardian.to_bytes())),
        at.cast_vote(&owner, 8, true),
        at.execute(&payer, &proposal),
        at.close_vote(8, &owner),
    ]
}

#[test]
fn every_instruction_has_a_method_with_the_accounts_of_the_interface() {
    let calls = all();
    assert_eq!(calls.len(), INSTRUCTIONS.len());
    for (call, info) in calls.iter().zip(INSTRUCTIONS) {
        assert_eq!(Any::read(&call.data).unwrap().info().name, info.name);
        assert_eq!(call.program_id, at().program);
        let (fixed, more) = call.accounts.split_at(info.accounts.len());
        for (meta, account) in fixed.iter().zip(info.accounts) {
            assert_eq!((meta.is_signer, meta.is_writable), (account.signer, account.writable), "{} {}", info.name, account.name);
        }
        assert_eq!(more.is_empty(), info.more.is_empty(), "{}", info.name);
        assert!(more.iter().all(|meta| !meta.is_signer));
        // The vault and the token program, which pay fees out.
        let reads = more.iter().filter(|meta| !meta.is_writable).count();
        assert_eq!(reads, if info.name == "Execute" { 2 } else { 0 }, "{}", info.name);
    }
}

/// Accounts with one name are one account, whichever instruction they go with.
#[test]
fn names_mean_the_same_everywhere() {
    let mut seen: BTreeMap<&str, Pubkey> = BTreeMap::new();
    for (call, info) in all().iter().zip(INSTRUCTIONS) {
        for (meta, account) in call.accounts.iter().zip(info.accounts) {
            if STANDARD.contains(&account.name) {
                assert_eq!(*seen.entry(account.name).or_insert(meta.pubkey), meta.pubkey, "{} {}", info.name, account.name);
            }
        }
    }
    assert_eq!(seen.len(), STANDARD.len());
    assert_eq!(seen["config"], crate::address::config(&at().program));
}

#[test]
fn currencies_have_their_own_accounts() {
    let at = at();
    let owner = Pubkey::from([10; 32]);
    let open = |currency| OpenJob {
        nonce: 5,
        currency,
        model: 9,
        tier: 0,
        country: [0; 2],
        package: [1; 32],
        job: [2; 32],
        price_hour: 3,
        hours: 4,
    };
    let (io, iosd) = (at.open_job(&owner, &open(0)), at.open_job(&owner, &open(1)));
    assert_eq!((io.accounts[4].pubkey, iosd.accounts[4].pubkey), (at.tokens[1], at.tokens[2]));
    assert_ne!(io.accounts[3].pubkey, iosd.accounts[3].pubkey);
    assert_eq!((at.fees(0), at.fees(1)), (at.tokens[3], at.tokens[4]));
}

#[test]
fn an_open_job_ends_with_the_first_accounts() {
    let job = Job { requester: [20; 32], ..zeros() };
    assert_eq!(at().cancel_job(&job, None).accounts.len(), 7);
    assert_eq!(at().expire_job(&job).accounts.len(), 6);
    assert_eq!(at().close_job(&job, None).accounts.len(), 3);
}

#[test]
fn a_proposal_says_what_it_needs() {
    let at = at();
    let payer = Pubkey::from([1; 32]);
    let mut name = [0; 32];
    name[0] = b'X';
    let change = ModelChange { id: 258, kind: 1, enabled: 1, multiplier_milli: 3, name };
    assert_eq!(at.execute(&payer, &proposed(&at, &Action::SetModel(change))).accounts[3].pubkey, at.model(258));
    let owner = Pubkey::from([9; 32]);
    let pays = at.execute(&payer, &proposed(&at, &Action::PayFees { currency: 1, amount: 1, owner: owner.to_bytes() }));
    assert_eq!((pays.accounts[3].pubkey, pays.accounts[4].pubkey), (at.tokens[4], at.wallet(&owner, 1)));
    assert_eq!(at.execute(&payer, &proposed(&at, &Action::SetParam { number: 5, value: 1 })).accounts.len(), 3);
}

/// The largest committee fits into one transaction, with a price and a limit before it.
#[test]
fn the_largest_committee_fits() {
    let at = at();
    let key = |n: u8| Pubkey::from([n; 32]);
    let job = Job { requester: [20; 32], provider: [13; 32], ..zeros() };
    let address = at.of_job(&job);
    let round = Round { job: address.to_bytes(), ..zeros() };
    let committee = Committee { round, members: (0..16).map(Member::drawn).collect() };
    let dispute = Dispute { provider: [13; 32], ..zeros() };
    let candidates: Vec<u32> = (0..crate::draw::AT_ONCE as u32).collect();
    let length = |instruction: Instruction| {
        let budget = |n: usize| Instruction { program_id: key(99), accounts: vec![], data: vec![0; n] };
        let message = solana_sdk::message::Message::new(&[budget(5), budget(9), instruction], Some(&key(98)));
        1 + 64 + message.serialize().len()
    };
    for (name, one) in [
        ("tally", at.tally(&key(98), &job, &committee)),
        ("slash", at.execute_slash(&job, &dispute, &committee)),
        ("draw", at.draw(&job, &round, &candidates)),
    ] {
        assert!(length(one.clone()) <= crate::wire::LENGTH_MAX, "{name}: {}", length(one));
    }
}

/// The proposal that an instruction makes.
fn proposed(at: &Addresses, action: &Action) -> Proposal {
    let made = at.propose(&Pubkey::from([1; 32]), 0, action);
    match Any::read(&made.data) {
        Ok(Any::Propose(propose)) => Proposal { action: propose.action, payload: propose.payload, ..zeros() },
        other => panic!("{other:?}"),
    }
}
