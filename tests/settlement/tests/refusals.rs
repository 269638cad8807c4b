//! Every instruction is taken, and refused for each of the reasons that its line names. What is taken is compared with the model, account by account and token by token.

use std::collections::BTreeSet;

use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::INSTRUCTIONS;
use assay_tests_settlement::cases::{all_named, refused, taken};
use assay_tests_settlement::world::{Answer, GUARDIAN};

/// Reasons that every instruction may be refused for, so that no line names them (`specs/settlement.md`, section 13). `--test confusion` makes all of these.
const OF_ALL: &[&str] = &[
    "Instruction",
    "MissingAccount",
    "NotOurs",
    "WrongKind",
    "WrongAddress",
    "NotSigned",
    "NotWritable",
    "Duplicate",
    "WrongTokens",
    "Paused",
    "Overflow",
];

#[test]
fn every_instruction_is_taken() {
    for info in INSTRUCTIONS {
        let mut forms = 0;
        while let Some(situation) = taken(info.name, forms) {
            let (mut world, call) = situation();
            let answer = world.try_send(&call).and_then(|answer| world.compare_all().map(|()| answer));
            assert_eq!(answer, Ok(Answer::Taken), "{}, form {forms}", info.name);
            assert_eq!(call.data.len(), info.length, "{}", info.name);
            forms += 1;
        }
        assert!(forms > 0, "{}", info.name);
    }
}

#[test]
fn every_reason_is_given() {
    let mut wrong = Vec::new();
    for case in refused() {
        let named = format!("{} {} {}", case.name, case.refusal.name(), case.what);
        // A situation that cannot be reached is a failure of this case alone.
        let Ok((mut world, call)) = std::panic::catch_unwind(case.situation) else {
            wrong.push(format!("{named}: its situation is not reached"));
            continue;
        };
        match world.try_send(&call).and_then(|answer| world.compare_all().map(|()| answer)) {
            Ok(Answer::Refused(refusal)) if refusal == case.refusal && world.name(&call) == case.name => {}
            Ok(other) => wrong.push(format!("{named}: {other:?} of {}", world.name(&call))),
            Err(why) => wrong.push(format!("{named}: {why}")),
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_reason_has_a_case() {
    let named = all_named();
    let cases: BTreeSet<(&str, &str)> = refused().iter().map(|case| (case.name, case.refusal.name())).collect();
    let without: Vec<_> = named.difference(&cases).collect();
    assert!(without.is_empty(), "named, without a case: {without:?}");
    let unnamed: Vec<_> = cases.difference(&named).filter(|(_, reason)| !OF_ALL.contains(reason)).collect();
    assert!(unnamed.is_empty(), "cases that no line names: {unnamed:?}");
    println!("{} reasons named, {} cases", named.len(), refused().len());
}

#[test]
fn every_instruction_waits_for_the_end_of_a_pause() {
    for info in INSTRUCTIONS.iter().filter(|info| !["Initialise", "Pause", "Resume"].contains(&info.name)) {
        let (mut world, call) = taken(info.name, 0).expect("it is there")();
        world.must(world.at.pause(&GUARDIAN));
        assert_eq!(world.send(&call), Answer::Refused(Refusal::Paused), "{}", info.name);
        // No time passes in a pause.
        world.pass(1_000_000);
        world.must(world.at.resume(&GUARDIAN));
        assert_eq!(world.send(&call), Answer::Taken, "{}", info.name);
    }
}

#[test]
fn bytes_that_are_no_instruction_are_refused() {
    for info in INSTRUCTIONS {
        let (mut world, call) = taken(info.name, 0).expect("it is there")();
        let mut longer = call.clone();
        longer.data.push(0);
        let mut shorter = call.clone();
        shorter.data.pop();
        for wrong in [longer, shorter] {
            assert_eq!(world.send(&wrong), Answer::Refused(Refusal::Instruction), "{}", info.name);
        }
    }
    let (mut world, mut call) = taken("Pause", 0).expect("it is there")();
    for data in [vec![], vec![44], vec![255]] {
        call.data = data;
        assert_eq!(world.send(&call), Answer::Refused(Refusal::Instruction));
    }
}
