//! The way of a job on a cluster, through the client and real JSON-RPC.
//!
//! The cluster is installed from the registry of Node's packages. Where that cannot be had, the test says so and passes: whoever runs it sees which.

// Test code: what cannot be unwrapped is a failed test.
#![allow(clippy::unwrap_used)]

mod surfnet;

use std::io::Write;

use assay_settlement::rpc::{RpcLedger, Settings};
use assay_settlement::{Addresses, Ledger, LedgerError, Reads, Spec};
use assay_settlement_interface::account::state;
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::SetModel;
use assay_settlement_interface::params::{DEFAULTS, Param, Params};
use assay_settlement_interface::rules::draw;
use assay_settlement_interface::rules::round::{Place, commitment};
use assay_tests_settlement::world::{CLAIMED, device_of, hash, name, plain, proof, so_path};
use solana_program_pack::Pack;
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;
use spl_token_interface::instruction as token;
use spl_token_interface::instruction::AuthorityType;
use spl_token_interface::state::Mint;

use self::surfnet::Surfnet;

/// Verifiers.
const SEATS: u32 = 4;
/// What each wallet gets of each token.
const EACH: u64 = 1_000_000_000_000;

/// Says that this is not tested here: past the test harness, which keeps what tests print.
fn skip(why: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: a_job_lives_on_a_cluster: no cluster on this machine: {why}");
}

struct Cluster {
    surfnet: Surfnet,
    ledger: RpcLedger,
    at: Addresses,
    _outboxes: tempfile::TempDir,
}

impl Cluster {
    fn send(&mut self, instructions: &[Instruction], payer: &Keypair, signers: &[&Keypair]) -> Result<(), LedgerError> {
        self.ledger.send(&Spec { signers, ..Spec::new(instructions, payer) }).map(drop)
    }

    fn must(&mut self, instruction: Instruction, payer: &Keypair) {
        self.send(&[instruction], payer, &[]).expect("it is there");
    }

    /// A mint, whose tokens go to wallets, and whose authority becomes another then.
    fn mint(&mut self, mint: &Keypair, wallets: &[Pubkey], authority: Option<Pubkey>) {
        let payer = self.surfnet.payer.insecure_clone();
        let (own, key) = (payer.pubkey(), mint.pubkey());
        let rent = self.ledger.rent(Mint::LEN).expect("it is there");
        let program = spl_token_interface::ID;
        let create = [
            solana_system_interface::instruction::create_account(&own, &key, rent, Mint::LEN as u64, &program),
            token::initialize_mint2(&program, &key, &own, None, 8).expect("it is there"),
        ];
        self.send(&create, &payer, &[mint]).expect("it is there");
        let currency = u8::from(key == self.at.iosd_mint);
        for some in wallets.chunks(4) {
            let give = some.iter().flat_map(|wallet| {
                let tokens = self.at.wallet(wallet, currency);
                [
                    self.at.open_tokens(&own, wallet, currency),
                    token::mint_to(&program, &key, &tokens, &own, &[], EACH).expect("it is there"),
                ]
            });
            let give: Vec<Instruction> = give.collect();
            self.send(&give, &payer, &[]).expect("it is there");
        }
        let give_away =
            token::set_authority(&program, &key, authority.as_ref(), AuthorityType::MintTokens, &own, &[]).expect("it is there");
        self.must(give_away, &payer);
    }

    /// Waits until a slot has a hash.
    fn wait_for_slot(&self, slot: u64) {
        for _ in 0..600 {
            if self.ledger.slot_hashes().expect("it is there").first().is_some_and(|(newest, _)| *newest >= slot) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("slot {slot} does not come");
    }
}

fn params() -> Params {
    let mut params = DEFAULTS;
    params[Param::DrawDelaySlots as usize] = 2;
    params[Param::SeatStake as usize] = 1_000;
    params
}

fn start() -> Result<Cluster, String> {
    let surfnet = Surfnet::start(&so_path())?;
    let (io, iosd) = (Keypair::new(), Keypair::new());
    let outboxes = tempfile::tempdir().expect("it is there");
    let mut settings = Settings::new(&surfnet.url, surfnet.program, outboxes.path());
    // A cluster of one, on this machine: it need not be waited for as others.
    settings.patience.poll = std::time::Duration::from_millis(30);
    let ledger = RpcLedger::connect(settings).expect("it is there");
    let at = Addresses::new(surfnet.program, io.pubkey(), iosd.pubkey());
    let mut cluster = Cluster { surfnet, ledger, at, _outboxes: outboxes };
    let wallets: Vec<Pubkey> = (0..4 + SEATS).map(|n| key(n).pubkey()).collect();
    for wallet in &wallets {
        cluster.surfnet.fund(wallet, 10_000_000_000);
    }
    let vault = cluster.at.vault;
    cluster.mint(&io, &wallets, Some(vault));
    cluster.mint(&iosd, &wallets, None);
    Ok(cluster)
}

/// The key of a wallet: 0 the guardian's, 1 the provider's, 2 the requester's, 3 anyone's, then the verifiers'.
fn key(n: u32) -> Keypair {
    Keypair::new_from_array(hash(&[b"wallet", &n.to_le_bytes()]))
}

#[test]
fn a_job_lives_on_a_cluster() {
    let mut cluster = match start() {
        Ok(cluster) => cluster,
        Err(why) => return skip(&why),
    };
    let (guardian, owner, requester, anyone) = (key(0), key(1), key(2), key(3));
    let at = cluster.at.clone();
    let provider = at.provider(&owner.pubkey());

    cluster.must(at.initialise(&anyone.pubkey(), &guardian.pubkey(), &params()), &anyone);
    assert_eq!(cluster.ledger.addresses().expect("it is there"), at);
    let model = SetModel { id: 7, model_kind: 0, enabled: 1, multiplier_milli: 1_250, name: name("A GPU") };
    cluster.must(at.set_model(&guardian.pubkey(), &model), &guardian);
    cluster.must(at.register_provider(&owner.pubkey(), *b"DE", *b"EU"), &owner);
    cluster.must(at.add_device(&owner.pubkey(), 0, &device_of(7, 2)), &owner);
    cluster.must(at.stake(&owner.pubkey(), 60_000_000_000), &owner);
    cluster.must(at.attest_device(&guardian.pubkey(), &provider, 0, true), &guardian);
    for seat in 0..SEATS {
        let holder = key(4 + seat);
        cluster.must(at.register_seat(&holder.pubkey(), seat, 5_000_000_000), &holder);
    }
    // A second later, so that all of them were there before the proof.
    std::thread::sleep(std::time::Duration::from_millis(1_100));

    let job = at.job(&requester.pubkey(), 1);
    cluster.must(at.open_job(&requester.pubkey(), &plain(1, 1)), &requester);
    cluster.must(at.accept_job(&owner.pubkey(), 0, &job), &owner);
    let accepted = cluster.ledger.job(&job).expect("it is there");
    cluster.must(at.prove(&owner.pubkey(), &accepted, &proof()), &owner);

    // Refused, as it is on chain.
    let proved = cluster.ledger.job(&job).expect("it is there");
    let early = cluster.send(&[at.settle(&proved, &owner.pubkey())], &anyone, &[]).unwrap_err();
    let LedgerError::Refused(refused) = early else { panic!("{early}") };
    assert_eq!(refused.refusal(), Some(Refusal::NotDrawn));

    cluster.wait_for_slot(proved.draw_slot);
    cluster.must(at.sample(&anyone.pubkey(), &proved), &anyone);
    let round = at.round(&job, 0);
    while cluster.ledger.round(&round).expect("it is there").round.state <= state::round::DRAWING {
        let waiting = cluster.ledger.round(&round).expect("it is there").round;
        let hashes = cluster.ledger.slot_hashes().expect("it is there");
        let (_, slot_hash) = hashes.iter().rev().find(|(slot, _)| *slot >= waiting.draw_slot).expect("it is there");
        let drawing = waiting.state == state::round::DRAWING;
        let seed = if drawing { waiting.seed } else { draw::seed(hash, &waiting.job, waiting.number, slot_hash) };
        let candidates: Vec<u32> =
            (0..4).map(|i| draw::candidate(hash, &seed, waiting.cursor + i, waiting.seats).expect("it is there")).collect();
        cluster.must(at.draw(&proved, &waiting, &candidates), &anyone);
    }
    let committee = cluster.ledger.round(&round).expect("it is there");
    assert_eq!(committee.members.len(), 3);
    let verdict = assay_settlement_interface::instruction::Reveal {
        code: state::code::OUTCOME,
        outcome: CLAIMED,
        receipt: [3; 32],
        call: state::NO_CALL,
        salt: [4; 32],
    };
    for member in &committee.members {
        let holder = key(4 + member.seat);
        let place = Place { job: job.to_bytes(), opened_at: proved.opened_at, number: 0, seat: member.seat };
        let committed = commitment(hash, &place, &verdict);
        cluster.must(at.commit(&holder.pubkey(), member.seat, &committee.round, committed), &holder);
    }
    for member in &committee.members {
        let holder = key(4 + member.seat);
        cluster.must(at.reveal(&holder.pubkey(), member.seat, &committee.round, &verdict), &holder);
    }
    let revealed = cluster.ledger.round(&round).expect("it is there");
    cluster.must(at.tally(&anyone.pubkey(), &proved, &revealed), &anyone);
    let confirmed = cluster.ledger.job(&job).expect("it is there");
    assert_eq!(confirmed.state, state::job::CONFIRMED);

    cluster.surfnet.travel_to(confirmed.challenge_until + 10);
    cluster.must(at.settle(&confirmed, &owner.pubkey()), &anyone);
    let settled = cluster.ledger.job(&job).expect("it is there");
    assert_eq!(settled.state, state::job::SETTLED);
    // P − R, in IOSD; the requester paid P + R + F + V, and has back what of V cannot be divided by three.
    let price = plain(1, 1).price_hour * 3;
    assert_eq!(cluster.ledger.tokens(&at.wallet(&owner.pubkey(), 1)).expect("it is there"), EACH + price - settled.reservation);
    let paid = price + settled.reservation + settled.foreign + proved.verification;
    assert_eq!(cluster.ledger.tokens(&at.wallet(&requester.pubkey(), 1)).expect("it is there"), EACH - paid + proved.verification % 3);
    let seat = cluster.ledger.seat(&at, committee.members[0].seat).expect("it is there");
    assert_eq!({ seat.earned[2] }, proved.verification / 3);
    cluster.must(at.claim_seat(&key(4 + seat.index).pubkey(), seat.index, 2), &key(4 + seat.index));
    cluster.must(at.close_round(&cluster.ledger.round(&round).expect("it is there").round), &anyone);
    cluster.must(at.close_job(&cluster.ledger.job(&job).expect("it is there"), None), &anyone);
    assert!(cluster.ledger.account(&job).expect("it is there").is_none());
}
