//! Every kernel of `tests/corpus` on every back end: the pinned hashes on the CPU executor with any number of threads, not one differing word on adapters, and what
//! plain code says it should be.
//!
//! `BLESS=1` writes the hashes that the CPU executor gives, once its results passed their checks; `CASE=text` runs only the kernels with that text in their name.

use std::collections::BTreeMap;
use std::time::Instant;

use assay_gpu::cpu::CpuDevice;
use assay_gpu::{Kernel, Shader};
use assay_tests::adapter;
use assay_tests::corpus::run::{Buffers, run};
use assay_tests::corpus::{self, Case, check};

/// Fails with all that was found, not with the first of it.
fn every(cases: &[Case], mut one: impl FnMut(&Case) -> Result<String, String>) {
    let mut wrong = Vec::new();
    for case in cases {
        let start = Instant::now();
        match one(case) {
            Ok(said) => println!("{:20} {:6.1} ms {said}", case.name, start.elapsed().as_secs_f64() * 1e3),
            Err(why) => {
                println!("{:20} WRONG {why}", case.name);
                wrong.push(format!("== {}\n{why}", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} kernels:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn all_cases() -> bool {
    std::env::var_os("CASE").is_none()
}

#[test]
fn there_are_enough_kernels_and_no_check_without_one() {
    if !all_cases() {
        return;
    }
    let cases = corpus::cases();
    assert!(cases.len() >= 45, "only {} kernels", cases.len());
    for (name, _) in check::CHECKS {
        assert!(cases.iter().any(|case| case.name == name), "a check of {name}, which is not in the corpus");
    }
    for tag in corpus::TAGS {
        assert!(cases.iter().filter(|case| case.is(tag)).count() >= 3, "{tag} is hardly tested");
    }
}

/// Once lowered, a kernel is in strict IR, and lowering it again changes nothing but names.
#[test]
fn lowering_is_idempotent() {
    every(&corpus::cases(), |case| {
        for (entry, kernel) in case.kernels()? {
            let once = kernel.wgsl().map_err(|e| format!("{entry}: printing: {e}"))?;
            let again = Shader::new(&once).map_err(|e| format!("{entry}: read again: {e}"))?;
            let [point] = again.entry_points() else { return Err(format!("{entry}: {} entry points", again.entry_points().len())) };
            let twice = again.kernel(&point.name, &[], corpus::LOOP_ITERATIONS).map_err(|e| format!("{entry}: lowered again: {e}"))?;
            let twice = twice.wgsl().map_err(|e| format!("{entry}: printing again: {e}"))?;
            if let Some((a, b)) = once.lines().zip(twice.lines()).find(|(a, b)| a != b) {
                return Err(format!("{entry}: lowered again, `{a}` became `{b}`"));
            }
            if once.lines().count() != twice.lines().count() {
                return Err(format!("{entry}: lowered again, it has another length"));
            }
        }
        Ok(String::new())
    });
}

/// The hashes of what a run left, after its check.
fn hashes(case: &Case, kernels: &BTreeMap<String, Kernel>, after: &Buffers) -> Result<BTreeMap<String, String>, String> {
    if let Some(check) = check::of(&case.name) {
        check(&Buffers(case.data()?), after)?;
    }
    Ok(after.hashes(&case.written(kernels)?))
}

#[test]
fn the_cpu_executor_gives_the_pinned_hashes() {
    let bless = std::env::var_os("BLESS").is_some_and(|value| value == "1");
    let mut one_thread = CpuDevice::new(Some(1)).expect("the CPU executor works");
    let mut all_threads = CpuDevice::new(Some(4)).expect("the CPU executor works");
    every(&corpus::cases(), |case| {
        let kernels = case.kernels()?;
        let first = run(case, &kernels, &mut one_thread)?;
        let found = hashes(case, &kernels, &first)?;
        for (what, many) in [("twice", false), ("four threads", true), ("four threads, twice", true)] {
            let device = if many { &mut all_threads } else { &mut one_thread };
            let differing = run(case, &kernels, device)?.differing(&first);
            if !differing.is_empty() {
                return Err(format!("{what}: other words than one thread gave, {differing:?}"));
            }
        }
        if found != case.expected {
            if !bless {
                return Err(format!("hashes {found:?}, pinned are {:?} (BLESS=1 writes them)", case.expected));
            }
            case.bless(&found)?;
        }
        Ok(String::new())
    });
}

#[test]
fn the_race_detector_is_silent() {
    let mut device = CpuDevice::detecting_races().expect("the CPU executor works");
    every(&corpus::cases(), |case| {
        let kernels = case.kernels()?;
        let found = run(case, &kernels, &mut device)?.hashes(&case.written(&kernels)?);
        if let Some(race) = device.take_races().first() {
            return Err(format!("a race: {race}"));
        }
        if found == case.expected { Ok(String::new()) } else { Err("other hashes than those pinned".to_owned()) }
    });
}

#[test]
fn adapters_give_the_same_words() {
    let mut cpu = CpuDevice::new(None).expect("the CPU executor works");
    for admitted in adapter::best("the corpus on adapters") {
        println!("{}", admitted.name());
        let mut device = admitted.open();
        let mut on_cpu = Vec::new();
        every(&corpus::cases(), |case| {
            let kernels = case.kernels()?;
            let before = device.done_on_cpu();
            let differing = run(case, &kernels, device.as_mut())?.differing(&run(case, &kernels, &mut cpu)?);
            if !differing.is_empty() {
                return Err(format!("differing words: {differing:?}"));
            }
            let count = device.done_on_cpu() - before;
            if count == 0 {
                return Ok(String::new());
            }
            on_cpu.push((case.name.clone(), count));
            Ok(format!("{count} dispatches on the CPU"))
        });
        // What the CPU did for an adapter shows nothing about the adapter.
        assert!(!all_cases() || on_cpu.len() <= 6, "{}: the CPU does too much of it: {on_cpu:?}", admitted.name());
    }
}
