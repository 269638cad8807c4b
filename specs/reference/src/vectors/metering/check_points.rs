//! Section 2: where C is compared with the limit, and where it is not.
//!
//! Most end in an `unreachable` under [`SHARP`]: 0 was paid if every check point passed came before any cost,
//! 65,536 otherwise.

use super::{Case, Expected, SHARP, SLICE, body, case, returned, unreachable};

pub(super) fn cases() -> Vec<Case> {
    [nowhere_else(), entry(), reach(), loops(), lengths(), ends()].into_iter().flatten().collect()
}

/// An instruction of cost 1.
const ONE: &str = "local.get $c i32.eqz drop";

fn trapping(name: &str, guards: &'static str, text: &str, paid: u64) -> Case {
    case(name, guards, body(&format!("{text} unreachable")), SHARP, unreachable(paid))
}

fn nowhere_else() -> Vec<Case> {
    const ELSE: &str = "a check point where there is none";
    let five = format!("{ONE} {ONE} {ONE} {ONE} {ONE}");
    vec![
        trapping("a function that calls nothing has no check point", ELSE, ONE, 0),
        trapping("blocks and branches are no check points", ELSE, &format!("{ONE} block i32.const 1 if br 1 end end {ONE}"), 0),
        trapping("a call of a function that calls nothing is no check point", ELSE, &format!("{ONE} call $f {ONE}"), 0),
        trapping("the return of a function is no check point", ELSE, "call $f call $f call $f", 0),
        trapping("global.set, stores and division are no check points", ELSE, "i32.const 6 i32.const 3 i32.div_u global.set $g", 0),
        case("a trap past the limit is a trap", "fuel compared at a trap", body(&format!("{five} unreachable")), 3, unreachable(2)),
        case(
            "division by zero past the limit is a trap",
            "fuel compared at a trap",
            body(&format!("{five} i32.const 1 i32.const 0 i32.div_u drop")),
            3,
            Expected::Trapped("integer_division_by_zero", 2),
        ),
        case("what is past the limit is out of fuel at the end", "no check point at the end", body(&five), 3, Expected::OutOfFuel),
    ]
}

/// `run` pays 1 and calls `$g`, which has this body.
fn callee(text: &str) -> String {
    format!(
        "(module (type $t (func)) (table 1 funcref) (func $leaf) (func (export \"run\") (local $c i32) {ONE} call $g) \
         (func $g (local $c i32) {text}))"
    )
}

fn entry() -> Vec<Case> {
    const ENTRY: &str = "no check point at an entry, or one where nothing is called";
    let one = |name: &str, text: &str, paid: u64| case(name, ENTRY, callee(text), SHARP, unreachable(paid));
    let later = callee("i32.const 0 if call $leaf end unreachable");
    vec![
        one("a function that may call has a check point", "i32.const 0 if call $leaf end unreachable", SLICE),
        one(
            "a function that may call through a table has one",
            "i32.const 0 if i32.const 0 call_indirect (type $t) end unreachable",
            SLICE,
        ),
        one("a function that calls nothing has none", "i32.const 0 if nop end unreachable", 0),
        // C at the entry of $g: the instruction 1, the call 2
        case("out of fuel at an entry", ENTRY, later.clone(), 3, Expected::OutOfFuel),
        case("fuel left at an entry", ENTRY, later, 4, unreachable(3)),
        // $g: 3 at its entry, then 2 for the call of a function that calls nothing
        case("fuel ends between entry and call", ENTRY, callee("call $leaf unreachable"), 4, unreachable(3)),
    ]
}

fn reach() -> Vec<Case> {
    const REACH: &str = "a call or loop that cannot be reached, or that validation takes as reachable";
    let one = |name: &str, text: &str, paid: u64| case(name, REACH, callee(text), SHARP, unreachable(paid));
    vec![
        one("a call after unreachable", "unreachable call $leaf", 0),
        one("a call after return, in its block", "block i32.const 1 br_if 0 return call $leaf end unreachable", 0),
        one("a call after br, in its block", "block br 0 call $leaf end unreachable", 0),
        one("a call after br_table, in its block", "block i32.const 0 br_table 0 call $leaf end unreachable", 0),
        one("a call in a block after br", "block br 0 block call $leaf end end unreachable", 0),
        one("a call in a loop after br", "block br 0 loop call $leaf end end unreachable", 0),
        one("a call in both ways of an if after br", "block br 0 i32.const 1 if call $leaf else call $leaf end end unreachable", 0),
        one("a call after a block after br", "block br 0 block end call $leaf end unreachable", 0),
        one("a call after br_if", "block i32.const 1 br_if 0 call $leaf end unreachable", SLICE),
        one(
            "a call after the end of a block that nothing leaves",
            "i32.const 0 if block unreachable end call $leaf end unreachable",
            SLICE,
        ),
        one("a call after the end of a block that is left by br", "i32.const 0 if block br 0 end call $leaf end unreachable", SLICE),
        one("a call after the end of a loop that nothing leaves", "i32.const 1 if unreachable else loop br 0 end call $leaf end", SLICE),
        one("a call in else, where then ends in return", "i32.const 1 if unreachable else call $leaf end", SLICE),
        one("a call after an if whose ways both end in unreachable", "i32.const 1 if unreachable else unreachable end call $leaf", SLICE),
        one("a loop after unreachable is no check point", "block br 0 loop end end unreachable", 0),
    ]
}

fn loops() -> Vec<Case> {
    const LOOP: &str = "no check point at the start of a loop, from above or by a branch";
    // 1 each: i32.add, i32.lt_u, br_if
    let going = "loop local.get $c i32.const 1 i32.add local.tee $c i32.const 2 i32.lt_u br_if 0 end";
    let cost = |fuel: u64, expected: Expected| case(format!("a loop of 2 iterations of 3, fuel {fuel}"), LOOP, body(going), fuel, expected);
    let traps = |name: &str, text: &str, paid: u64| trapping(name, LOOP, text, paid);
    let counted = "loop local.get $c i32.const 1 i32.add local.tee $c i32.const 5 i32.ne br_if 0 end";
    vec![
        traps("a loop reached before any cost", "loop end", 0),
        traps("a loop reached after a cost", &format!("{ONE} loop end"), SLICE),
        traps("a loop reached by a branch", going, SLICE),
        traps("the check point is before the first instruction of the loop", &format!("loop {ONE} end {ONE}"), 0),
        traps("the end of a loop is no check point", &format!("loop {ONE} block br 0 end end"), 0),
        traps("a branch out of a loop is no check point", &format!("block loop {ONE} br 1 end end"), 0),
        cost(3, Expected::OutOfFuel),
        cost(4, Expected::OutOfFuel),
        cost(6, Expected::OutOfFuel),
        cost(7, returned(6)),
        case("a loop that goes round for ever", LOOP, body("loop br 0 end"), 100_000, Expected::OutOfFuel),
        case(
            "recursion that goes on for ever",
            "a cycle of calls without a check point",
            "(module (func $run (export \"run\") call $run))",
            1_000,
            Expected::OutOfFuel,
        ),
        case("a counted loop, and out of fuel before it", LOOP, body(&format!("{counted} unreachable")), 15, Expected::OutOfFuel),
        case("a counted loop, and fuel left", LOOP, body(&format!("{counted} unreachable")), 16, unreachable(15)),
        traps("a counted loop is a check point with its cost", counted, SLICE),
        case(
            "a counted loop inside of one that is not, each time it is reached",
            LOOP,
            // inner: 3 iterations of 2 = 6; outer: i32.add, i32.lt_u, br_if = 3; twice
            body(
                "loop i32.const 3 local.set $b loop local.get $b i32.const -1 i32.add local.tee $b br_if 0 end \
                 local.get $c i32.const 1 i32.add local.tee $c i32.const 2 i32.lt_u br_if 0 end",
            ),
            19,
            returned(18),
        ),
    ]
}

fn lengths() -> Vec<Case> {
    const LENGTH: &str = "no check point at an instruction with a length, or one before its cost or after its trap";
    let each = |name: &str, text: &str| trapping(&format!("{name} is a check point, with its cost in C"), LENGTH, text, SLICE);
    let fill = "i32.const 0 i32.const 0 i32.const 0 memory.fill";
    let fails = "i32.const 65537 i32.const 0 i32.const 0 memory.fill";
    let bounds = |paid: u64| Expected::Trapped("memory_out_of_bounds", paid);
    vec![
        each("memory.fill", fill),
        each("memory.copy", "i32.const 0 i32.const 0 i32.const 0 memory.copy"),
        each("memory.init", "i32.const 0 i32.const 0 i32.const 0 memory.init $d"),
        each("memory.grow", "i32.const 0 memory.grow drop"),
        each("table.fill", "i32.const 0 ref.null func i32.const 0 table.fill 0"),
        each("table.copy", "i32.const 0 i32.const 0 i32.const 0 table.copy"),
        each("table.init", "i32.const 0 i32.const 0 i32.const 0 table.init $e"),
        each("table.grow", "ref.null func i32.const 0 table.grow drop"),
        case("out of fuel at memory.fill", LENGTH, body(&format!("{fill} unreachable")), 8, Expected::OutOfFuel),
        case("fuel left at memory.fill", LENGTH, body(&format!("{fill} unreachable")), 9, unreachable(8)),
        case("out of fuel at memory.fill goes before its trap", LENGTH, body(fails), 8, Expected::OutOfFuel),
        case("memory.fill that traps has been paid for", LENGTH, body(fails), SHARP, bounds(SLICE)),
        case("a load that traps has not", LENGTH, body("i32.const 65536 i32.load drop"), SHARP, bounds(0)),
    ]
}

fn ends() -> Vec<Case> {
    const END: &str = "no check point at the end, or an account that begins anew";
    // 1: i32.eqz in each
    let two = "(module (func $s i32.const 0 i32.eqz drop) (start $s) (func (export \"run\") i32.const 0 i32.eqz drop))";
    let trap = "(module (func $s i32.const 0 i32.eqz drop) (start $s) (func (export \"run\") unreachable))";
    vec![
        case("the end of the start function", END, two, 1, Expected::OutOfFuel),
        case("the end of run after a start function", END, two, 2, Expected::OutOfFuel),
        case("fuel left after both", END, two, 3, returned(2)),
        case("the end of the start function is a check point", END, trap, SHARP, unreachable(SLICE)),
        case(
            "a trap in the start function",
            END,
            "(module (func $s unreachable) (start $s) (func (export \"run\")))",
            SHARP,
            unreachable(0),
        ),
    ]
}
