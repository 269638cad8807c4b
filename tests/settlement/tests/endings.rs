//! From wherever random sequences lead, every job comes to its end by calls that anyone may send, and all stake gets out: nobody is locked out, and nothing is left behind (`specs/settlement.md`, section 15, 6 and 7).

use assay_settlement_interface::account::{Job, state};
use assay_tests_settlement::actors::{self, Dice, ending};

/// Sequences, and calls of each.
const SEQUENCES: u64 = 48;
const LENGTH: u64 = 700;
/// Worlds that are ended for each state of a job, as soon as one is in it.
const ENDINGS: usize = 6;

#[test]
fn everybody_gets_out() {
    let template = actors::world();
    let mut ended = [0; state::job::SETTLED as usize];
    for seed in 0..SEQUENCES {
        let mut world = template.clone();
        world.salt = 1_000_000 + seed;
        for number in 0..LENGTH {
            let mut dice = Dice::new(seed << 32 | number);
            actors::wait(&mut world, &mut dice);
            let Some(call) = actors::next(&world, &mut dice) else { continue };
            world.try_send(&call).unwrap_or_else(|why| panic!("seed {seed}, step {number}: {why}"));
            let states: Vec<_> = world.all::<Job>().iter().map(|(_, job)| usize::from(job.state)).collect();
            let missing = states.iter().any(|state| ended.get(*state).is_some_and(|count| *count < ENDINGS));
            if missing || number + 1 == LENGTH {
                states.iter().for_each(|state| ended.get_mut(*state).into_iter().for_each(|count| *count += 1));
                ending::end(&mut world.clone(), number % 2 == 1).unwrap_or_else(|why| panic!("seed {seed}, after step {number}: {why}"));
            }
        }
    }
    println!("jobs that were ended, by state: {ended:?}");
    // A test of states in which no job was is none.
    let rare: Vec<_> = ended.iter().enumerate().filter(|(_, count)| **count < ENDINGS).collect();
    assert!(rare.is_empty(), "less than {ENDINGS} jobs were ended from these states: {rare:?}");
}
