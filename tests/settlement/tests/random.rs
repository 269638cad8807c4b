//! Random sequences of calls, sent to the program and to the model: both take the same, refuse the same, and have the same after it; and the invariants hold.
//!
//! A run without `SEEDS` sends 250,000 instructions at least. Longer: `SEEDS=1000..3000 cargo test -p assay-tests-settlement --test random -- --nocapture`.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use assay_settlement_interface::instruction::INSTRUCTIONS;
use assay_tests_settlement::actors::{self, Dice};
use assay_tests_settlement::world::World;
use proptest::collection::vec;
use proptest::prelude::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

/// Instructions that a run without `SEEDS` sends at least.
const INSTRUCTIONS_MIN: u64 = 250_000;
/// The longest sequence.
const LENGTH_MAX: usize = 6_000;
/// Everything is compared after so many calls; what a call names is compared after each.
const COMPARE_EVERY: usize = 64;
/// How often each instruction is taken at least in a run without `SEEDS`.
const TAKEN_MIN: u64 = 20;

/// What a run has counted.
#[derive(Default)]
struct Counts {
    sent: u64,
    taken: BTreeMap<u8, u64>,
    refused: BTreeMap<(&'static str, String), u64>,
}

/// One step after the other. The error names the step that fails.
fn play(world: &mut World, steps: &[u64], mut told: impl FnMut(&'static str, String)) -> Result<u64, String> {
    let mut sent = 0;
    for (number, step) in steps.iter().enumerate() {
        let mut dice = Dice::new(*step);
        actors::wait(world, &mut dice);
        let Some(call) = actors::next(world, &mut dice) else { continue };
        let before = world.time;
        let answer = world.try_send(&call).map_err(|why| format!("step {number}, at {before}: {why}"))?;
        sent += 1;
        told(world.name(&call), format!("{answer:?}"));
        let held = if number % COMPARE_EVERY == 0 { world.compare_all() } else { world.model.invariants() };
        held.map_err(|why| format!("step {number}, {}: {why}", world.name(&call)))?;
    }
    world.compare_all().map_err(|why| format!("at the end: {why}"))?;
    Ok(sent)
}

/// Plays the sequence of a seed, and a shorter one that fails too, if it fails.
fn run(template: &World, seed: u64, counts: &Mutex<Counts>) {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases: 1, max_shrink_iters: shrinks(), failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let steps = vec(proptest::num::u64::ANY.no_shrink(), 1..=LENGTH_MAX);
    let world = || {
        let mut world = template.clone();
        world.salt = seed;
        world
    };
    let failed = std::cell::Cell::new(false);
    let result = runner.run(&steps, |steps| {
        let mut world = world();
        let taken_before = world.taken.clone();
        let mut refused = BTreeMap::new();
        let sent = play(&mut world, &steps, |name, answer| *refused.entry((name, answer)).or_insert(0) += 1);
        let sent = sent.map_err(|why| {
            if !failed.replace(true) {
                println!("seed {seed}: {why}; a shorter sequence is looked for");
            }
            TestCaseError::fail(why)
        })?;
        let mut counts = counts.lock().expect("no panic here");
        counts.sent += sent;
        for (tag, taken) in &world.taken {
            *counts.taken.entry(*tag).or_default() += taken - taken_before.get(tag).copied().unwrap_or(0);
        }
        for (reason, times) in refused {
            *counts.refused.entry(reason).or_default() += times;
        }
        Ok(())
    });
    if let Err(TestError::Fail(why, steps)) = result {
        let mut story = String::new();
        let _ = play(&mut world(), &steps, |name, answer| story.push_str(&format!("  {name}: {answer}\n")));
        panic!("seed {seed}: {why}\nafter {} steps:\n{story}steps: {steps:?}", steps.len());
    }
    assert!(result.is_ok(), "seed {seed}: {result:?}");
}

/// How many shorter sequences are tried when one fails.
fn shrinks() -> u32 {
    std::env::var("SHRINKS").map_or(100, |text| text.parse().expect("a number"))
}

/// The seeds that were asked for.
fn seeds() -> Option<(u64, u64)> {
    let text = std::env::var("SEEDS").ok()?;
    let (from, to) = text.split_once("..").expect("SEEDS is FROM..TO");
    Some((from.parse().expect("a number"), to.parse().expect("a number")))
}

#[test]
fn the_program_does_what_the_model_does() {
    let started = std::time::Instant::now();
    let asked = seeds();
    let (from, to) = asked.unwrap_or((0, u64::MAX));
    let next = AtomicU64::new(from);
    let counts = Mutex::new(Counts::default());
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    let done = || asked.is_none() && counts.lock().expect("no panic here").sent >= INSTRUCTIONS_MIN;
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let template = actors::world();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= to || done() {
                        break;
                    }
                    run(&template, seed, &counts);
                }
            });
        }
    });
    let counts = counts.into_inner().expect("it is there");
    println!("{} instructions a second", counts.sent / started.elapsed().as_secs().max(1));
    println!("{} instructions of {} sequences", counts.sent, next.into_inner() - from);
    for info in INSTRUCTIONS {
        let reasons: Vec<String> = counts
            .refused
            .iter()
            .filter(|((name, answer), _)| *name == info.name && answer != "Taken")
            .map(|((_, answer), times)| format!("{} {times}", answer.trim_start_matches("Refused(").trim_end_matches(')')))
            .collect();
        println!("{:18} taken {:6}  {}", info.name, counts.taken.get(&info.tag).unwrap_or(&0), reasons.join(", "));
    }
    if asked.is_none() {
        assert!(counts.sent >= INSTRUCTIONS_MIN);
        let rare = INSTRUCTIONS.iter().filter(|info| info.name != "Initialise");
        let rare: Vec<_> = rare.filter(|info| counts.taken.get(&info.tag).is_none_or(|taken| *taken < TAKEN_MIN)).collect();
        assert!(rare.is_empty(), "taken less than {TAKEN_MIN} times: {:?}", rare.iter().map(|info| info.name).collect::<Vec<_>>());
    }
}
