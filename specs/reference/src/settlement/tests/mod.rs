//! The model, from Initialise to the last CloseJob.

mod lives;
mod random;
mod world;

use super::amounts::{self, Price};
use super::draw;
use super::parameters;

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
