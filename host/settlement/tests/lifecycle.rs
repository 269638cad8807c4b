//! The real program on the embedded ledger, through this crate alone: a job that is sampled, judged and paid; a lie that is found out and burned; a restart in between.

use std::path::Path;

use assay_settlement::draw::{self, Next, sha256};
use assay_settlement::embedded::{Durability, Embedded};
use assay_settlement::token::{Amount, Token};
use assay_settlement::{Addresses, Ledger, LedgerError, Reads, Spec};
use assay_settlement_interface::account::{Job, state};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::{AddDevice, OpenJob, Prove, Reveal, SetModel};
use assay_settlement_interface::params::DEFAULTS;
use assay_settlement_interface::rules::round::{Place, commitment};
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

const NOW: i64 = 1_800_000_000;

fn so() -> Vec<u8> {
    std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/program/assay_settlement.so")).expect("the program is built")
}

fn io(text: &str) -> Amount {
    Token::Io.parse(text).expect("an amount")
}

fn key(n: u8) -> Keypair {
    Keypair::new_from_array([n; 32])
}

struct World {
    ledger: Embedded,
    at: Addresses,
    guardian: Keypair,
    provider: Keypair,
    requester: Keypair,
    verifiers: Vec<Keypair>,
}

impl World {
    fn new(folder: &Path) -> Self {
        let guardian = key(1);
        let ledger = Embedded::init(folder, &so(), &guardian.pubkey(), &DEFAULTS, NOW).expect("a ledger");
        let at = ledger.addresses().expect("it is initialised");
        assert_eq!(at, *ledger.at());
        let verifiers = (10..18).map(key).collect();
        let mut world = Self { ledger, at, guardian, provider: key(2), requester: key(3), verifiers };
        world.people();
        world
    }

    fn send(&mut self, signer: &Keypair, instruction: Instruction) -> Result<(), LedgerError> {
        self.ledger.send(&Spec::new(&[instruction], signer)).map(drop)
    }

    fn does(&mut self, signer: &Keypair, instruction: Instruction) {
        self.send(signer, instruction).expect("it is allowed");
    }

    fn refused(&mut self, signer: &Keypair, instruction: Instruction) -> Refusal {
        match self.send(signer, instruction) {
            Err(LedgerError::Refused(refused)) => refused.refusal().unwrap_or_else(|| panic!("{refused}")),
            other => panic!("{other:?}"),
        }
    }

    /// Wallets with tokens, a model, a provider with an attested device, seats.
    fn people(&mut self) {
        let at = self.at.clone();
        let wallets: Vec<Pubkey> =
            [&self.guardian, &self.provider, &self.requester].into_iter().chain(&self.verifiers).map(Signer::pubkey).collect();
        for wallet in wallets {
            for amount in [Token::Sol.units(100_000_000_000), io("10000"), Token::Iosd.units(1_000_000_000)] {
                self.ledger.airdrop(&wallet, amount).expect("a faucet");
            }
        }
        let mut name = [0; 32];
        name[..4].copy_from_slice(b"H100");
        let (guardian, provider) = (key(1), key(2));
        self.does(
            &guardian,
            at.set_model(&guardian.pubkey(), &SetModel { id: 1, model_kind: 0, enabled: 1, multiplier_milli: 10_000, name }),
        );
        self.does(&provider, at.register_provider(&provider.pubkey(), *b"DE", *b"EU"));
        let device = AddDevice { model: 1, quantity: 1, price_io: io("2").units, price_iosd: 1_000_000 };
        self.does(&provider, at.add_device(&provider.pubkey(), 0, &device));
        self.does(&provider, at.stake(&provider.pubkey(), io("2000").units));
        self.does(&guardian, at.attest_device(&guardian.pubkey(), &at.provider(&provider.pubkey()), 0, true));
        self.does(&provider, at.heartbeat(&provider.pubkey()));
        for n in 0..self.verifiers.len() {
            let verifier = key(10 + n as u8);
            self.does(&verifier, at.register_seat(&verifier.pubkey(), n as u32, io("2000").units));
        }
    }

    /// A job that the provider has proved with `outcome`.
    fn proved(&mut self, nonce: u64, outcome: [u8; 32]) -> Pubkey {
        let at = self.at.clone();
        let (provider, requester) = (key(2), key(3));
        let open = OpenJob {
            nonce,
            currency: state::currency::IO,
            model: 1,
            tier: 0,
            country: [0; 2],
            package: [5; 32],
            job: [6; 32],
            price_hour: io("2").units,
            hours: 3,
        };
        self.does(&requester, at.open_job(&requester.pubkey(), &open));
        let address = at.job(&requester.pubkey(), nonce);
        assert_eq!(self.refused(&requester, at.open_job(&requester.pubkey(), &open)), Refusal::Exists);
        self.does(&provider, at.accept_job(&provider.pubkey(), 0, &address));
        let job = self.job(&address);
        self.does(
            &provider,
            at.prove(&provider.pubkey(), &job, &Prove { outcome, transcript: [8; 32], fuel: 9, profile: *b"assay-1\0\0\0\0\0\0\0\0\0" }),
        );
        address
    }

    fn job(&self, address: &Pubkey) -> Job {
        self.ledger.job(address).expect("the job")
    }

    /// Draws the open round of a job, has all of its members say `outcome`, and counts it.
    fn judge(&mut self, address: &Pubkey, outcome: [u8; 32]) {
        let at = self.at.clone();
        let guardian = key(1);
        let number = self.job(address).rounds - 1;
        let round = at.round(address, number);
        loop {
            let committee = self.ledger.round(&round).expect("the round");
            match draw::next(&committee.round, &self.ledger.slot_hashes().expect("hashes")) {
                Next::Wait => self.ledger.skip(1).expect("a slot"),
                Next::Seats(seats) => self.does(&guardian, at.draw(&self.job(address), &committee.round, &seats)),
                Next::Anew => self.does(&guardian, at.draw(&self.job(address), &committee.round, &[])),
                Next::Nobody => break,
            }
        }
        let job = self.job(address);
        let committee = self.ledger.round(&round).expect("the round");
        let verdict = |seat: u32| Reveal { code: 1, outcome, receipt: [4; 32], call: 7, salt: [seat as u8; 32] };
        for member in &committee.members {
            let place = Place { job: address.to_bytes(), opened_at: job.opened_at, number, seat: member.seat };
            let holder = key(10 + member.seat as u8);
            self.does(
                &holder,
                at.commit(&holder.pubkey(), member.seat, &committee.round, commitment(sha256, &place, &verdict(member.seat))),
            );
        }
        for member in &committee.members {
            let holder = key(10 + member.seat as u8);
            self.does(&holder, at.reveal(&holder.pubkey(), member.seat, &committee.round, &verdict(member.seat)));
        }
        let committee = self.ledger.round(&round).expect("the round");
        self.does(&guardian, at.tally(&guardian.pubkey(), &job, &committee));
    }

    fn io_of(&self, wallet: &Keypair) -> u64 {
        self.ledger.balance(&self.at, &wallet.pubkey(), Token::Io).expect("a balance").units
    }
}

/// Waits for the slot that draws, and decides whether the proof is sampled.
fn sample(world: &mut World, address: &Pubkey) {
    let at = world.at.clone();
    let guardian = key(1);
    let job = world.job(address);
    assert_eq!(world.refused(&guardian, at.sample(&guardian.pubkey(), &job)), Refusal::SlotNotYet);
    world.ledger.skip(9).expect("slots");
    world.does(&guardian, at.sample(&guardian.pubkey(), &job));
    assert_eq!(world.job(address).sampled, state::sampled::YES, "a new provider is always checked");
}

#[test]
fn an_honest_job_is_paid() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut world = World::new(folder.path());
    let (before, provider, requester) = (world.io_of(&world.provider), key(2), key(3));
    let address = world.proved(1, [1; 32]);
    sample(&mut world, &address);
    world.judge(&address, [1; 32]);
    assert_eq!(world.job(&address).state, state::job::CONFIRMED);
    let at = world.at.clone();
    let job = world.job(&address);
    assert_eq!(world.refused(&requester, at.settle(&job, &provider.pubkey())), Refusal::TooEarly);
    // The ledger is closed and opened: nothing is different.
    drop(world.ledger);
    world.ledger = Embedded::open(folder.path(), &so()).expect("the ledger");
    world.ledger.warp(86_401).expect("a day");
    world.does(&requester, at.settle(&job, &provider.pubkey()));
    // 3 hours at 2 IO, less 0.25 %.
    assert_eq!(world.io_of(&provider) - before, io("5.985").units);
    let round = world.ledger.round(&at.round(&address, 0)).expect("the round").round;
    world.does(&requester, at.close_round(&round));
    let job = world.job(&address);
    world.does(&requester, at.close_job(&job, None));
    assert!(matches!(world.ledger.job(&address), Err(LedgerError::Missing { .. })));
    assert!(world.ledger.rounds(&[]).expect("rounds").is_empty());
    assert_eq!(world.ledger.all::<assay_settlement_interface::account::Seat>("seat", &[]).expect("seats").len(), 8);
}

#[test]
fn a_lie_is_burned() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut world = World::new(folder.path());
    world.ledger.set_durability(Durability::Grouped(64)).expect("groups");
    let (before, guardian) = (world.io_of(&world.requester), key(1));
    let address = world.proved(1, [1; 32]);
    sample(&mut world, &address);
    world.judge(&address, [2; 32]);
    assert_eq!(world.job(&address).state, state::job::DISPUTED);
    let at = world.at.clone();
    let dispute = world.ledger.dispute(&at, &address).expect("reads").expect("a dispute");
    assert_eq!((dispute.frozen, dispute.found, dispute.call), (io("2000").units, [2; 32], 7));
    let committee = world.ledger.round(&at.round(&address, dispute.round)).expect("the round");
    let job = world.job(&address);
    assert_eq!(world.refused(&guardian, at.execute_slash(&job, &dispute, &committee)), Refusal::TooEarly);
    world.ledger.warp(2_592_001).expect("30 days");
    world.does(&guardian, at.execute_slash(&job, &dispute, &committee));
    assert_eq!(world.job(&address).state, state::job::REFUNDED);
    assert_eq!(world.io_of(&world.requester), before, "all of it is back");
    let provider = world.ledger.provider(&at.provider(&world.provider.pubkey())).expect("the provider");
    assert_eq!((provider.stake, provider.good), (0, 0));
    // 20 % of 2,000 IO went to three seats.
    let earned: u64 = (0..8).map(|seat| world.ledger.seat(&at, seat).expect("a seat").earned[0]).sum();
    assert_eq!(earned / 3 * 3, io("400").units / 3 * 3);
    world.does(&guardian, at.close_round(&committee.round));
    let (job, dispute) = (world.job(&address), world.ledger.dispute(&at, &address).expect("reads"));
    world.does(&guardian, at.close_job(&job, dispute.as_ref()));
    assert!(world.ledger.dispute(&at, &address).expect("reads").is_none());
}

/// The token program's reasons come through, as words.
#[test]
fn who_has_no_tokens_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut world = World::new(folder.path());
    let (at, provider) = (world.at.clone(), key(2));
    let sent = world.send(&provider, at.stake(&provider.pubkey(), io("1000000").units));
    let refused = sent.expect_err("it has 8,000").to_string();
    assert!(refused.contains("insufficient tokens"), "{refused}");
}

#[test]
fn a_program_that_is_refused_makes_no_ledger() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut params = DEFAULTS;
    params[0] = 0;
    let refused = Embedded::init(folder.path(), &so(), &key(1).pubkey(), &params, NOW);
    let refused = refused.map(drop).expect_err("no stake at all");
    assert!(matches!(&refused, LedgerError::Refused(refused) if refused.refusal() == Some(Refusal::Parameter)), "{refused}");
    assert!(matches!(Embedded::open(folder.path(), &so()), Err(LedgerError::NoLedger(_))));
}
