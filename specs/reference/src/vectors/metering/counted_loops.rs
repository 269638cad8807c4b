//! Section 3: what is counted, what is nearly so and is not, and how often it runs.
//!
//! What a loop costs in the end is the same either way. So the loops here load from past the end of memory in
//! their first iteration: a counted loop has paid for all of them by then, under [`SHARP`] 65,536, and one that
//! is not counted has passed a check point at C = 0.

use super::{Case, Expected, PLENTY, SHARP, SLICE, body, case, returned};

pub(super) fn cases() -> Vec<Case> {
    [accepted(), refused(), bodies(), iterations(), costs()].into_iter().flatten().collect()
}

/// Traps, at a cost of 1.
const TRAP: &str = "i32.const 65536 i32.load drop";

fn traps(name: &str, guards: &'static str, wat: String, paid: u64) -> Case {
    case(name, guards, wat, SHARP, Expected::Trapped("memory_out_of_bounds", paid))
}

fn accepted() -> Vec<Case> {
    const COUNTS: &str = "a pattern that counts, taken as one that does not";
    let one = |name: &str, text: &str| {
        traps(name, COUNTS, body(&format!("i32.const 4 local.set $c i32.const 9 local.set $b loop {TRAP} {text} end")), SLICE)
    };
    let parameter = "(module (memory 1) (func $p (param $c i32) (param $b i32) loop i32.const 65536 i32.load drop \
                     local.get $c i32.const 1 i32.add local.tee $c local.get $b i32.ne br_if 0 end) \
                     (func (export \"run\") i32.const 1 i32.const 4 call $p))";
    vec![
        one("local.set, then counter and local", "local.get $c i32.const 1 i32.add local.set $c local.get $c local.get $b i32.ne br_if 0"),
        one("local.set, then local and counter", "local.get $c i32.const 1 i32.add local.set $c local.get $b local.get $c i32.ne br_if 0"),
        one(
            "local.set, then counter and constant",
            "local.get $c i32.const 1 i32.add local.set $c local.get $c i32.const 9 i32.ne br_if 0",
        ),
        one(
            "local.set, then constant and counter",
            "local.get $c i32.const 1 i32.add local.set $c i32.const 9 local.get $c i32.ne br_if 0",
        ),
        one("local.set, then the counter alone", "local.get $c i32.const -1 i32.add local.set $c local.get $c br_if 0"),
        one("local.tee, drop, then the counter alone", "local.get $c i32.const -1 i32.add local.tee $c drop local.get $c br_if 0"),
        one("the setting and a local", "local.get $c i32.const 1 i32.add local.tee $c local.get $b i32.ne br_if 0"),
        one("a local and the setting", "local.get $b local.get $c i32.const 1 i32.add local.tee $c i32.ne br_if 0"),
        one("the setting and a constant", "local.get $c i32.const 1 i32.add local.tee $c i32.const 9 i32.ne br_if 0"),
        one("a constant and the setting", "i32.const 9 local.get $c i32.const 1 i32.add local.tee $c i32.ne br_if 0"),
        one("the setting alone", "local.get $c i32.const -1 i32.add local.tee $c br_if 0"),
        one(
            "instructions after the setting, and nop",
            "local.get $c i32.const 4 i32.add local.set $c nop i32.const 1 global.set $g local.get $c i32.const 8 i32.ne br_if 0",
        ),
        one(
            "other locals set as often as they like",
            "local.get $d local.tee $d local.set $d local.get $d i32.const 1 i32.add local.set $d \
             local.get $c i32.const 1 i32.add local.tee $c local.get $b i32.ne br_if 0",
        ),
        one(
            "select and stores",
            "local.get $b local.get $d local.get $c select drop i32.const 0 i32.const 1 i32.store \
             local.get $c i32.const 1 i32.add local.tee $c local.get $b i32.ne br_if 0",
        ),
        traps("parameters as counter and bound", COUNTS, parameter.into(), SLICE),
        traps(
            "a value below on the stack",
            COUNTS,
            body(&format!(
                "i32.const 4 local.set $c i32.const 3 loop {TRAP} local.get $c i32.const -1 i32.add local.tee $c br_if 0 end drop"
            )),
            SLICE,
        ),
    ]
}

const NEAR: &str = "a loop taken as counted that is not";
/// The counter and its step on the stack.
const SUM: &str = "local.get $c i32.const 1 i32.add";
/// An end that counts.
const ENDING: &str = "local.get $c i32.const 1 i32.add local.tee $c local.get $b i32.ne br_if 0";

/// A loop of this body, which is not counted.
fn near(name: &str, text: &str) -> Case {
    traps(name, NEAR, body(&format!("i32.const 9 local.set $b loop {TRAP} {text} end")), 0)
}

/// Near in the setting or in the end.
fn refused() -> Vec<Case> {
    vec![
        near("the counter is set twice", &format!("{SUM} local.set $c {ENDING}")),
        near("the counter is set once more by a constant", &format!("i32.const 1 local.set $c {ENDING}")),
        near("the counter is set once more by local.tee", &format!("local.get $d local.tee $c drop {ENDING}")),
        near("the step is 0", "local.get $c i32.const 0 i32.add local.tee $c local.get $b i32.ne br_if 0"),
        near("the counter is an i64", "local.get $l i64.const 1 i64.add local.tee $l i64.const 9 i64.ne br_if 0"),
        near("the step is a local", "local.get $c local.get $d i32.add local.tee $c local.get $b i32.ne br_if 0"),
        near("the step stands before the counter", "i32.const 1 local.get $c i32.add local.tee $c local.get $b i32.ne br_if 0"),
        near("the step is subtracted", "local.get $c i32.const 1 i32.sub local.tee $c br_if 0"),
        near("the step is added to another local", "local.get $d i32.const 1 i32.add local.tee $c local.get $b i32.ne br_if 0"),
        near("the sum is set to another local", &format!("{SUM} local.set $d local.get $c local.get $b i32.ne br_if 0")),
        near("a nop among the four", "local.get $c i32.const 1 nop i32.add local.tee $c local.get $b i32.ne br_if 0"),
        near("a second sum in between", "local.get $c i32.const 1 i32.add i32.const 1 i32.add local.tee $c local.get $b i32.ne br_if 0"),
        near("the bound is set in the body", &format!("local.get $b local.set $b {ENDING}")),
        near("the bound counts too", &format!("local.get $b i32.const 1 i32.add local.set $b {ENDING}")),
        near("the bound is the counter", &format!("{SUM} local.set $c local.get $c local.get $c i32.ne br_if 0")),
        near("the bound is the counter, after the setting", &format!("{SUM} local.tee $c local.get $c i32.ne br_if 0")),
        near("the bound is the counter, before the setting", &format!("local.get $c {SUM} local.tee $c i32.ne br_if 0")),
        near("the bound is a global", &format!("{SUM} local.tee $c global.get $g i32.ne br_if 0")),
        near("two constants", &format!("{SUM} local.set $c i32.const 1 i32.const 1 i32.ne br_if 0")),
        near("two locals that the body does not set", &format!("{SUM} local.set $c local.get $b local.get $d i32.ne br_if 0")),
        near("a constant alone", &format!("{SUM} local.set $c i32.const 0 br_if 0")),
        near("a local alone that the body does not set", &format!("{SUM} local.set $c local.get $d br_if 0")),
        near("another comparison: i32.lt_u", &format!("{SUM} local.tee $c local.get $b i32.lt_u br_if 0")),
        near("another comparison: i32.eq", &format!("{SUM} local.tee $c local.get $b i32.eq br_if 0")),
        near("another comparison: i32.eqz", &format!("{SUM} local.tee $c i32.eqz br_if 0")),
        near("another comparison: i32.sub", &format!("{SUM} local.tee $c local.get $b i32.sub br_if 0")),
        near("twice turned", &format!("{SUM} local.tee $c local.get $b i32.ne i32.eqz i32.eqz br_if 0")),
        near("a nop before br_if", &format!("{SUM} local.tee $c local.get $b i32.ne nop br_if 0")),
        near("a nop before i32.ne", &format!("{SUM} local.tee $c local.get $b nop i32.ne br_if 0")),
        near("a nop after br_if", &format!("{ENDING} nop")),
        near("compared before it is set", &format!("local.get $c local.get $b i32.ne {SUM} local.set $c br_if 0")),
        near("the condition is kept in a local", &format!("{SUM} local.tee $c local.get $b i32.ne local.set $d local.get $d br_if 0")),
    ]
}

/// The end counts; what stands before it, or the block, does not.
fn bodies() -> Vec<Case> {
    let before = |name: &str, text: &str| near(name, &format!("{text} {ENDING}"));
    vec![
        before("a block", "block end"),
        before("an if", "local.get $d if end"),
        before("a loop", "loop end"),
        before("a br_if that is not taken", "i32.const 0 br_if 0"),
        before("a br_if that is not taken, outward", "i32.const 0 br_if 1"),
        before("a call", "call $f"),
        before("memory.fill", "i32.const 0 i32.const 0 i32.const 0 memory.fill"),
        before("memory.grow", "i32.const 0 memory.grow drop"),
        before("table.fill", "i32.const 0 ref.null func i32.const 0 table.fill 0"),
        traps(
            "br_if leaves the loop and an outer one begins again",
            NEAR,
            body(&format!("loop loop {TRAP} {SUM} local.tee $c local.get $b i32.ne br_if 1 end end")),
            0,
        ),
        traps(
            "the block type is a type of nothing, by its index",
            NEAR,
            format!(
                "(module (type $nothing (func)) (memory 1) (func (export \"run\") (local $c i32) (local $b i32) \
                 i32.const 9 local.set $b loop (type $nothing) {TRAP} {ENDING} end))"
            ),
            0,
        ),
        traps("the loop has a result", NEAR, body(&format!("loop (result i32) i32.const 1 {TRAP} {ENDING} end drop")), 0),
        traps(
            "the loop has a parameter",
            NEAR,
            body(&format!("i32.const 1 loop (param i32) drop {TRAP} i32.const 1 {ENDING} drop end")),
            0,
        ),
    ]
}

/// Loops of cost 3 an iteration: i32.add, i32.ne, br_if. Counter, step, bound, N.
const RUNS: [(u32, u32, u32, u64); 14] = [
    (0, 1, 1, 1),
    (0, 1, 10, 10),
    (10, u32::MAX, 0, 10),
    (5, 1, 4, (1 << 32) - 1),
    (5, 1, 5, 1 << 32),
    (5, u32::MAX, 5, 1 << 32),
    (0, 2, 10, 5),
    (1, 2, 1, 1 << 31),
    (0, 3, 1, 2_863_311_531),
    (0, 0xffff_fffd, 9, (1 << 32) - 3),
    (8, 12, 0, 715_827_882),
    (0, 0x8000_0000, 0, 2),
    (7, 0x8000_0000, 0x8000_0007, 1),
    (0, 0x1_0000, 0, 1 << 16),
];

/// Counter, step and bound of loops that never end.
const ENDLESS: [(u32, u32, u32); 5] = [(0, 2, 1), (1, 2, 0), (0, 12, 2), (3, 0x8000_0000, 4), (0, 0xffff_fffc, 0xffff_fffe)];

fn iterations() -> Vec<Case> {
    const NUMBER: &str = "another number of iterations, or a number where there is none";
    let text = |counter: u32, step: u32, bound: u32, before: &str| {
        body(&format!(
            "i32.const {counter} local.set $c i32.const {bound} local.set $b \
             loop {before} local.get $c i32.const {step} i32.add local.tee $c local.get $b i32.ne br_if 0 end"
        ))
    };
    let name = |counter: u32, step: u32, bound: u32| format!("from {counter} by {step} to {bound}");
    let mut cases = Vec::new();
    for (counter, step, bound, n) in RUNS {
        if n <= 1 << 16 {
            let name = format!("{}: runs {n} times", name(counter, step, bound));
            cases.push(case(name, NUMBER, text(counter, step, bound, ""), PLENTY, returned(3 * n)));
        }
        // 4 an iteration with the load. A limit of one more than the cost: all of it is paid, one less: out of fuel.
        let wat = text(counter, step, bound, TRAP);
        let name = format!("{}: has paid for {n} times", name(counter, step, bound));
        cases.push(case(name.clone(), NUMBER, wat.clone(), 4 * n + 1, Expected::Trapped("memory_out_of_bounds", 4 * n)));
        cases.push(case(format!("{name}, out of fuel"), NUMBER, wat, 4 * n, Expected::OutOfFuel));
    }
    for (counter, step, bound) in ENDLESS {
        let name = format!("{}: never", name(counter, step, bound));
        cases.push(case(name.clone(), NUMBER, text(counter, step, bound, ""), 1_000_000_000_000_000, Expected::OutOfFuel));
        let wat = text(counter, step, bound, TRAP);
        cases.push(case(format!("{name}, and a trap on its way"), NUMBER, wat, 1_000_000_000_000_000, Expected::OutOfFuel));
    }
    cases
}

fn costs() -> Vec<Case> {
    const COST: &str = "another cost of an iteration";
    let counting = "local.get $c i32.const -1 i32.add local.tee $c br_if 0";
    let three = |text: &str| body(&format!("i32.const 3 local.set $c loop {text} {counting} end"));
    vec![
        case("add and br_if", COST, three(""), PLENTY, returned(3 * 2)),
        case("a division besides", COST, three("i32.const 6 i32.const 3 i32.div_u drop"), PLENTY, returned(3 * 10)),
        case("what costs nothing besides", COST, three("nop local.get $d local.set $d"), PLENTY, returned(3 * 2)),
        case(
            "i32.ne besides",
            COST,
            body("loop local.get $c i32.const 1 i32.add local.tee $c i32.const 3 i32.ne br_if 0 end"),
            PLENTY,
            returned(3 * 3),
        ),
        case(
            "what comes after the loop costs as always",
            COST,
            body(&format!("i32.const 3 local.set $c loop {counting} end local.get $c i32.eqz drop")),
            PLENTY,
            returned(7),
        ),
    ]
}
