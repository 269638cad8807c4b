//! Generated programs, biased to what the instruments are clever about, three ways: reference, and what the host writes in wasmtime and in wasmi.
//!
//! ```text
//! SEEDS=1000..3000 cargo test -p assay-tests --test metering_programs -- --nocapture three_ways    others than those that are always run
//! MODULE=file.wat cargo test -p assay-tests --test metering_programs -- --nocapture named          a module that exports `run`
//! ```

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::AssertUnwindSafe;
use std::sync::Mutex;

use assay_tests::metered::{Engines, programs};
use assay_tests::{oracles, seeds};
use rayon::prelude::*;

/// Runs the programs of these seeds; what differs is written out. Says how often they ended in which way.
fn run(range: Range<u64>) {
    let ends = Mutex::new(BTreeMap::<&str, usize>::new());
    let wrong = Mutex::new(Vec::new());
    let engines = Engines::new();
    let threads = rayon::ThreadPoolBuilder::new().stack_size(assay_tests::metered::compiled::STACK_BYTES + (32 << 20)).build();
    threads.expect("threads").install(|| {
        range.into_par_iter().for_each(|seed| {
            let bytes = seeds::bytes("assay tests metered programs", seed, 6_000);
            let Ok(wasm) = programs::program(&mut arbitrary::Unstructured::new(&bytes)) else { return };
            let all = std::panic::catch_unwind(AssertUnwindSafe(|| oracles::metered_three_ways(&engines, &wasm, "run")));
            match all {
                Ok(all) => {
                    let mut ends = ends.lock().expect("no panic here");
                    all.into_iter().for_each(|end| *ends.entry(end).or_default() += 1);
                }
                Err(_) => {
                    let found = std::env::temp_dir().join(format!("assay-metering-{seed}.wasm"));
                    std::fs::write(&found, &wasm).expect("a writable folder for what was found");
                    wrong.lock().expect("no panic here").push(found);
                }
            }
        });
    });
    let (ends, wrong) = (ends.into_inner().expect("no panic"), wrong.into_inner().expect("no panic"));
    println!("{ends:?}");
    assert!(wrong.is_empty(), "{} programs differ: {wrong:?}", wrong.len());
    let often = |end: &str| ends.get(end).copied().unwrap_or_default();
    for end in ["returned", "trapped", "out of fuel", "depth exceeded"] {
        assert!(often(end) >= 20, "{end}: {ends:?}");
    }
    // A fault of wasmi's; see there.
    assert!(often("not translated") * 10 < often("returned"), "{ends:?}");
}

#[test]
fn programs_three_ways() {
    let Ok(seeds) = std::env::var("SEEDS") else { return run(0..300) };
    let (from, to) = seeds.split_once("..").expect("SEEDS=from..to");
    run(from.parse().expect("a number")..to.parse().expect("a number"));
}

/// Does nothing without one.
#[test]
fn the_module_that_is_named() {
    let Ok(path) = std::env::var("MODULE") else { return };
    let wasm = wat::parse_file(&path).unwrap_or_else(|error| panic!("{error}"));
    let engines = Engines::new();
    println!("{:?}", assay_tests::metered::with_stack(|| oracles::metered_three_ways(&engines, &wasm, "run")));
}
