//! Compute units of every instruction, worst seen, against limits; and the length of the program.

use std::collections::BTreeMap;

use assay_settlement_interface::instruction::INSTRUCTIONS;
use assay_settlement_interface::params::{DEFAULTS, Param};
use assay_tests_settlement::cases::taken;
use assay_tests_settlement::world::{CHALLENGER, OWNER, Say, World, so_path};

/// No instruction takes more.
const MOST: u64 = 60_000;
/// A proof takes no more: it is what a provider sends all day.
const PROVE: u64 = 3_000;
/// What the program has at most: it is paid for by the byte.
const LENGTH: u64 = 120_000;

/// Committees as large as they may be, in all three purposes.
fn largest() -> World {
    let mut params = DEFAULTS;
    for (size, quorum) in
        [(Param::SampleSize, Param::SampleQuorum), (Param::ChallengeSize, Param::ChallengeQuorum), (Param::AppealSize, Param::AppealQuorum)]
    {
        params[size as usize] = 16;
        params[quorum as usize] = 9;
    }
    let mut world = World::new(&params);
    world.add_models();
    world.add_provider(&OWNER);
    world.add_seats(38);
    world
}

/// Units of each instruction, and where the worst was seen.
fn measured() -> BTreeMap<u8, (u64, String)> {
    let mut most: BTreeMap<u8, (u64, String)> = BTreeMap::new();
    let mut add = |tag: u8, units: u64, of: String| {
        let seen = most.entry(tag).or_default();
        if units > seen.0 {
            *seen = (units, of);
        }
    };
    for info in INSTRUCTIONS {
        let mut form = 0;
        while let Some(situation) = taken(info.name, form) {
            let (mut world, call) = situation();
            world.must(call);
            for (tag, units) in &world.units {
                add(*tag, *units, format!("{} {form}", info.name));
            }
            form += 1;
        }
    }
    let mut world = largest();
    let job = world.proved(1);
    world.must(world.at.challenge(&CHALLENGER, &world.job(&job)));
    world.judge(&job, &[Say::Other(9)]);
    world.must(world.at.appeal(&OWNER, &world.job(&job)));
    world.judge(&job, &[Say::Other(8)]);
    let round = world.round(&world.at.round(&job, 0));
    world.must(world.at.execute_slash(&world.job(&job), &world.dispute(&job), &round));
    world.must(world.at.close_round(&round.round));
    for (tag, units) in &world.units {
        add(*tag, *units, "committees of 16".to_owned());
    }
    let mut world = largest();
    let job = world.proved(1);
    world.must(world.at.challenge(&CHALLENGER, &world.job(&job)));
    world.judge(&job, &[Say::Other(9)]);
    world.must(world.at.appeal(&OWNER, &world.job(&job)));
    world.judge(&job, &[Say::Racy]);
    for (tag, units) in &world.units {
        add(*tag, *units, "a racy appeal of 16".to_owned());
    }
    most
}

#[test]
fn no_instruction_takes_more_than_its_limit() {
    let most = measured();
    println!("{:18} {:>7}  worst in", "instruction", "units");
    for info in INSTRUCTIONS {
        let (units, of) = most.get(&info.tag).unwrap_or_else(|| panic!("{} was not measured", info.name));
        println!("{:18} {units:>7}  {of}", info.name);
    }
    let limit = |name: &str| if name == "Prove" { PROVE } else { MOST };
    let over: Vec<String> = INSTRUCTIONS
        .iter()
        .filter(|info| most[&info.tag].0 > limit(info.name))
        .map(|info| format!("{}: {} of {}", info.name, most[&info.tag].0, limit(info.name)))
        .collect();
    assert!(over.is_empty(), "over their limits: {over:?}");
}

#[test]
fn the_program_is_no_longer_than_its_limit() {
    let length = std::fs::metadata(so_path()).expect("it is there").len();
    println!("the program has {length} bytes of {LENGTH}");
    assert!(length <= LENGTH, "{length} bytes of {LENGTH}");
}
