//! Random sequences of file operations, against the model.

mod model;

use proptest::prelude::*;

use model::ops::{OP_BYTES, Op};

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    /// Whatever a guest does with files, it sees what the model says.
    #[test]
    fn every_sequence_sees_what_the_model_sees(bytes in prop::collection::vec(any::<[u8; OP_BYTES]>(), 60..140)) {
        let ops: Vec<Op> = bytes.iter().map(Op::decode).collect();
        model::compare(&ops);
    }
}

/// The comparison reaches what it is meant to: each error that the file system has, and success of every operation.
#[test]
fn the_generator_reaches_every_error_and_every_success() {
    let mut errnos = std::collections::BTreeSet::new();
    let mut successes = std::collections::BTreeSet::new();
    let mut state = 1_u64;
    for _ in 0..300 {
        let mut oracle = model::oracle::Oracle::new(model::small_limits(), &model::INPUTS);
        Op::prologue().iter().for_each(|op| drop(oracle.perform(op, 0)));
        for index in 0..100 {
            let mut bytes = [0; OP_BYTES];
            for byte in &mut bytes {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *byte = (state >> 56) as u8;
            }
            let op = Op::decode(&bytes);
            let name = format!("{op:?}").split(' ').next().unwrap_or_default().to_owned();
            match oracle.perform(&op, index) {
                model::Seen::Errno(errno) => errnos.insert(errno),
                _ => successes.insert(name),
            };
        }
    }
    let expected = [8, 10, 20, 28, 31, 33, 37, 44, 51, 54, 55, 69, 70, 76];
    assert_eq!(errnos.into_iter().collect::<Vec<_>>(), expected);
    assert_eq!(successes.len(), 24, "all but Readlink, which never succeeds: {successes:?}");
}
