//! What one job costs in lamports, from its opening to its end: fees of the transactions, and rent that comes back when its accounts are closed.
//!
//! `cargo test -p assay-tests-settlement --test costs -- --nocapture` prints what `specs/PERFORMANCE.md` says.

use std::collections::BTreeMap;

use assay_settlement_interface::account::state::sampled;
use assay_settlement_interface::instruction::INSTRUCTIONS;
use assay_settlement_interface::params::{DEFAULTS, Param};
use assay_tests_settlement::world::{OWNER, PAYER, REQUESTER, Say, World};
use solana_sdk::pubkey::Pubkey;

/// What the cluster takes for a signature.
const SIGNATURE: u64 = 5_000;

/// Lamports of one job.
#[derive(Debug, PartialEq, Eq)]
struct Cost {
    transactions: u64,
    /// At least one for each transaction: whoever sends it.
    signatures: u64,
    /// Rent of its accounts, all of it while the job lives.
    rent: u64,
    /// Rent that has not come back when all is closed.
    kept: u64,
}

/// Who pays rent.
const PAYERS: [Pubkey; 2] = [REQUESTER, PAYER];

fn lamports(world: &World) -> u64 {
    PAYERS.iter().map(|wallet| world.lamports(wallet)).sum()
}

/// A job from its opening to the closing of its accounts.
fn life(world: &mut World, nonce: u64) -> (u8, Cost) {
    let (had, taken) = (lamports(world), world.taken.clone());
    let job = world.proved(nonce);
    world.wait_for_draw();
    world.must(world.at.sample(&PAYER, &world.job(&job)));
    let was = world.job(&job).sampled;
    if was == sampled::YES {
        world.judge(&job, &[Say::Same; 3]);
    }
    let rent = had - lamports(world);
    let until = world.job(&job).challenge_until;
    world.at_protocol_time(until + 1);
    world.settle(&job);
    if was == sampled::YES {
        let round = world.round(&world.last_round(&job)).round;
        world.must(world.at.close_round(&round));
    }
    world.must(world.at.close_job(&world.job(&job), None));
    let sent: BTreeMap<u8, u64> = world.taken.iter().map(|(tag, count)| (*tag, count - taken.get(tag).copied().unwrap_or(0))).collect();
    let signers = |tag: u8| INSTRUCTIONS[usize::from(tag)].accounts.iter().filter(|account| account.signer).count().max(1) as u64;
    let signatures = sent.iter().map(|(tag, count)| signers(*tag) * count).sum();
    let cost = Cost { transactions: sent.values().sum(), signatures, rent, kept: had - lamports(world) };
    (was, cost)
}

#[test]
fn a_job_costs_fees_and_lends_its_rent() {
    let mut params = DEFAULTS;
    params[Param::TrustedAfter as usize] = 1;
    let mut world = World::new(&params);
    world.add_models();
    world.add_provider(&OWNER);
    world.add_seats(9);
    let mut seen = BTreeMap::new();
    for nonce in 0..60 {
        let (was, cost) = life(&mut world, nonce);
        // Whether one is sampled is drawn; what it costs is not.
        assert_eq!(*seen.entry(was).or_insert_with(|| format!("{cost:?}")), format!("{cost:?}"));
        assert_eq!(cost.kept, 0, "rent stays behind");
        if was == sampled::NO || nonce == 0 {
            println!(
                "{}: {} transactions, {} lamports of fees ({} signatures), {} lamports of rent while it lives, all of which comes back",
                if was == sampled::YES { "a job that is sampled" } else { "a job that is not" },
                cost.transactions,
                cost.signatures * SIGNATURE,
                cost.signatures,
                cost.rent,
            );
        }
        if was == sampled::NO {
            break;
        }
    }
    assert_eq!(seen.keys().copied().collect::<Vec<_>>(), [sampled::NO, sampled::YES], "both ends were seen");
}
