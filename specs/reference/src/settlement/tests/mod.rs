//! The model, from Initialise to the last CloseJob.

mod lives;
mod random;
mod world;

use super::addresses::{Addresses, Derived};
use super::amounts::{self, Price};
use super::turn::Refused;
use super::{draw, parameters, refusals};

#[test]
fn nothing_is_lost_at_the_edges_of_sums() {
    for price in [0, 1, 39, 40, 41, 399, 400, 401, 1_000_000_007] {
        for bps in [0, 1, 25, 1_000] {
            let paid = Price::of(price, 3, bps, 200, bps).expect("small");
            let all = u128::from(paid.total().expect("small"));
            let sum = |ended: amounts::Ended| u128::from(ended.provider) + u128::from(ended.fees) + u128::from(ended.requester);
            assert_eq!(sum(amounts::settled(paid)), all);
            for hours in 0..5 {
                assert_eq!(sum(amounts::cancelled(paid, price, hours)), all);
            }
        }
    }
    for frozen in 0..50 {
        for quorum in 0..7 {
            for challenged in [false, true] {
                let split = amounts::slashed(frozen, 7_777, challenged, quorum);
                assert_eq!(split.challenger + split.each * quorum + split.burned, frozen);
            }
        }
    }
}

#[test]
fn sums_that_are_too_large_are_none() {
    assert_eq!(Price::of(u64::MAX, 2, 0, 0, 0), None);
    assert_eq!(Price::of(u64::MAX, 1, 1, 0, 0), None);
    assert_eq!(amounts::needed(u64::MAX, u32::MAX, u32::MAX), None);
    assert_eq!(amounts::score(u64::MAX, 100_000, 100_000), None);
    assert_eq!(amounts::per_score(1, 0), None);
    assert_eq!(amounts::earned(1, 0, 1), None);
}

#[test]
fn the_defaults_keep_the_rules() {
    let defaults = parameters::defaults();
    assert!(parameters::in_range(&defaults) && parameters::keeps_rules(&defaults));
}

#[test]
fn who_is_not_trusted_is_always_sampled() {
    for good in 0..10 {
        assert!(draw::sampled(&[0xff; 32], good, 10, 1));
    }
    assert!(!draw::sampled(&[0xff; 32], 10, 10, 1));
    assert_eq!(draw::candidate(&[1; 32], 0, 0), None);
}

/// From the tests of Solana's own crate: `BPFLoaderUpgradeab1e11111111111111111111111`.
#[test]
fn addresses_are_those_of_the_cluster() {
    let loader = "02a8f6914e88a1b0e210153ef763ae2b00c2b93d16c124d2c0537a1004800000";
    let mut program = [0; 32];
    hex::decode_to_slice(loader, &mut program).expect("32 bytes");
    assert_eq!(crate::base58::encode(&program), "BPFLoaderUpgradeab1e11111111111111111111111");
    let at = Derived { program };
    let shown = |seeds: &[&[u8]], bump| at.with(seeds, bump).map(|address| crate::base58::encode(&address));
    assert_eq!(shown(&[b""], 1).as_deref(), Some("BwqrghZA2htAcqq8dzP1WDAhTXYTYWj7CHxF5j7TDBAe"));
    assert_eq!(shown(&["☉".as_bytes()], 0).as_deref(), Some("13yWmRpaTR4r5nAktwLqMpRNr28tnVUZw26rTvPSSB19"));
    let (address, bump) = at.address(&[b"config"]);
    assert_eq!(at.with(&[b"config"], bump), Some(address));
    assert!((bump.saturating_add(1)..=255).all(|higher| higher == bump || at.with(&[b"config"], higher).is_none()));
}

#[test]
fn a_program_may_refuse_for_any_reason_that_applies_and_no_other() {
    let refused = |found: &[u32]| Refused { found: found.iter().copied().collect(), ..Refused::default() };
    let two = refused(&[refusals::ZERO, refusals::TERMINATED]);
    assert!(two.allows(refusals::ZERO) && two.allows(refusals::TERMINATED));
    assert!(!two.allows(refusals::VALUE) && !two.allows(refusals::WRONG_KIND));
    // Which of them is seen first, of accounts that do not belong together, means little.
    let shape = refused(&[refusals::WRONG_ADDRESS]);
    assert!(shape.allows(refusals::NOT_SIGNED) && !shape.allows(refusals::EXISTS) && !shape.allows(refusals::ZERO));
    // Who sums first may find that a sum is too large; who cannot see an account may be told anything.
    assert!(Refused { unsummed: true, ..two.clone() }.allows(refusals::OVERFLOW));
    // The token program's answer is no refusal of the page.
    assert!(refusals::ALL.iter().all(|(number, _, _)| *number > refusals::TOKENS_MISSING));
    assert!(!refused(&[refusals::TOKENS_MISSING]).allows(refusals::INSTRUCTION));
    assert!(Refused { blind: true, ..two }.allows(refusals::VALUE));
}
