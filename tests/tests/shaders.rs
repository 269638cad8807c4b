//! Generated shaders on every back end, a bounded number of them.
//!
//! `SHADERS=n` runs another number, `SHADER=k` the one of that number alone and prints it.

use std::time::Instant;

use arbitrary::Unstructured;
use assay_tests::shaders::oracle::{Held, holds};

/// Shaders of a plain run: about 30 s in the test profile.
const SHADERS: u64 = 150;

/// Bytes that are the same each time.
fn bytes(number: u64) -> Vec<u8> {
    let mut bytes = vec![0; 200 + (number as usize * 37) % 3000];
    blake3::Hasher::new_derive_key("assay generated shaders").update(&number.to_le_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

#[test]
fn generated_shaders_have_one_result() {
    if let Some(one) = number("SHADER") {
        let program = assay_tests::shaders::generate(&mut Unstructured::new(&bytes(one))).expect("a program");
        println!("{}", program.source);
        println!("{:?}", holds(&bytes(one)));
        return;
    }
    let start = Instant::now();
    let mut failed = Vec::new();
    let (mut over_budget, mut refused, mut runs, mut on_cpu) = (0, 0, 0, 0);
    let count = number("SHADERS").unwrap_or(SHADERS);
    for number in 0..count {
        match std::panic::catch_unwind(|| holds(&bytes(number))) {
            Ok(Held::Ran { back_ends, done_on_cpu }) => {
                runs += back_ends as u64;
                on_cpu += done_on_cpu;
            }
            Ok(Held::OverBudget) => over_budget += 1,
            Ok(Held::Refused) => refused += 1,
            Err(_) => failed.push(number),
        }
    }
    println!(
        "{count} shaders, {over_budget} of them over the loop budget, {refused} refused, {runs} runs on back ends, {on_cpu} of them done by the CPU for an adapter, {:.1} s",
        start.elapsed().as_secs_f64()
    );
    assert!(failed.is_empty(), "{} of {count} fail (SHADER=n shows one): {failed:?}", failed.len());
    assert!(refused * 50 <= count, "{refused} of {count} shaders break a rule");
    assert!(on_cpu * 5 <= runs, "the CPU does {on_cpu} of {runs} runs for adapters: that shows nothing");
    assert!(over_budget * 5 <= count, "{over_budget} of {count} shaders have no result");
}
