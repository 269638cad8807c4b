//! Section 5: depth and weight.

use super::{Case, Expected, PLENTY, case, returned, unreachable};

pub(super) fn cases() -> Vec<Case> {
    [limits(), weights(), free(), given_back()].into_iter().flatten().collect()
}

fn at(name: impl Into<String>, guards: &'static str, wat: impl Into<String>, call_depth: u64, expected: Expected) -> Case {
    Case { call_depth, ..case(name, guards, wat, PLENTY, expected) }
}

fn limits() -> Vec<Case> {
    const LIMIT: &str = "depth compared with another sign, or at another place";
    // run calls: 2. $f: if 1, and nine times i32.sub 1 and call 2; the tenth only if 1. 11 deep, with run.
    let wat = "(module (func $f (param i32) local.get 0 if local.get 0 i32.const 1 i32.sub call $f end) \
               (func (export \"run\") i32.const 9 call $f))";
    let leaf = "(module (func $leaf) (func (export \"run\") call $leaf))";
    let mut cases = vec![
        at("recursion 11 deep, limit 9", LIMIT, wat, 9, Expected::DepthExceeded(2 + 8 * 4)),
        at("recursion 11 deep, limit 10", LIMIT, wat, 10, Expected::DepthExceeded(2 + 9 * 4)),
        at("recursion 11 deep, limit 11", LIMIT, wat, 11, returned(2 + 9 * 4 + 1)),
        at("recursion 11 deep, limit 12", LIMIT, wat, 12, returned(2 + 9 * 4 + 1)),
        at("run itself counts", LIMIT, leaf, 0, Expected::DepthExceeded(0)),
        at("run and what calls nothing", LIMIT, leaf, 1, returned(2)),
        at("recursion that goes on for ever", LIMIT, "(module (func $f (export \"run\") call $f))", 1_000, Expected::DepthExceeded(2_000)),
    ];
    // 63 vectors handed on: each frame is large, and weighs 1. The last entry is after 10,000 calls.
    let large = format!(
        "(module (func $f (param {}) {} call $f) (func (export \"run\") (local $v v128) {} call $f))",
        vec!["v128"; 63].join(" "),
        (0..63).map(|place| format!("local.get {place}")).collect::<Vec<_>>().join(" "),
        vec!["local.get $v"; 63].join(" ")
    );
    const STACK: &str = "a native stack too small for the depth";
    cases.push(at("large frames, 10,000 deep", STACK, large, 10_000, Expected::DepthExceeded(20_000)));
    // Fuel at the entry of the function that is too deep: 2. Out of fuel goes before.
    let two = "(module (func $leaf) (func $f call $leaf) (func (export \"run\") call $f))";
    let both = |fuel: u64, expected: Expected| Case { fuel, ..at(format!("fuel {fuel} on the way too deep"), LIMIT, two, 1, expected) };
    cases.push(both(2, Expected::OutOfFuel));
    cases.push(both(3, Expected::DepthExceeded(2)));
    cases
}

/// `run` calls a function of these locals and this body, which calls `$leaf` in the end. 1 of the depth is for `run`.
fn weighing(parameters: &str, pushed: &str, locals: &str, text: &str) -> String {
    format!("(module (func $leaf) (func $f {parameters} {locals} {text} call $leaf) (func (export \"run\") {pushed} call $f))")
}

fn weights() -> Vec<Case> {
    const WEIGHT: &str = "another weight: of locals, of the body, or rounding";
    let mut cases = Vec::new();
    let mut both = |name: String, wat: String, weight: u64| {
        // Both calls are executed: 4. One less, and the run ends at the entry, where only the first was.
        cases.push(at(format!("{name}: fits in 1 + {weight}"), WEIGHT, wat.clone(), 1 + weight, returned(4)));
        cases.push(at(format!("{name}: does not fit in {weight}"), WEIGHT, wat, weight, Expected::DepthExceeded(2)));
    };
    let locals = |count: usize| format!("(local {})", vec!["i32"; count].join(" "));
    for (count, weight) in [(0, 1), (63, 1), (64, 2), (127, 2), (128, 3)] {
        both(format!("{count} locals"), weighing("", "", &locals(count), ""), weight);
    }
    for (count, weight) in [(62, 1), (63, 2)] {
        let wat = weighing("(param i64)", "i64.const 0", &locals(count), "");
        both(format!("{count} locals and a parameter"), wat, weight);
    }
    both("64 vectors".into(), weighing("", "", &format!("(local {})", vec!["v128"; 64].join(" ")), ""), 2);
    // Of the body: 1 byte that there are no locals, the call 2, the end 1. The call of $leaf, function 0, is 10 00.
    for (nops, weight) in [(507, 1), (508, 2), (1_019, 2), (1_020, 3)] {
        let wat = weighing("", "", "", &vec!["nop"; nops].join(" "));
        both(format!("a body of {} bytes", nops + 4), wat, weight);
    }
    // A group of locals takes 2 bytes, and is in the body; 507 nops would do without.
    for (nops, weight) in [(505, 1), (506, 2)] {
        let wat = weighing("", "", "(local i32)", &vec!["nop"; nops].join(" "));
        both(format!("a body of {} bytes, its locals among them", nops + 6), wat, weight);
    }
    both("64 locals and a body of 512 bytes".into(), weighing("", "", &locals(64), &vec!["nop"; 506].join(" ")), 3);
    cases.extend(results());
    cases
}

/// Results beyond the first of each call are values. What gives them is called only in a branch that is not taken.
fn results() -> Vec<Case> {
    const RESULTS: &str = "calls that put many values on the operand stack weigh nothing";
    let many = |count: usize| format!("(result {})", vec!["i32"; count].join(" "));
    let module = |results: usize, locals: usize, text: &str| {
        format!(
            "(module (type $many (func {})) (table 1 funcref) (func $many (type $many) unreachable) \
             (func $f (local {}) block i32.const 1 br_if 0 {text} unreachable end) (func (export \"run\") call $f))",
            many(results),
            vec!["i64"; locals].join(" ")
        )
    };
    let mut cases = Vec::new();
    let mut both = |name: &str, wat: String, weight: u64| {
        // run's call 2, br_if 1.
        cases.push(at(format!("{name}: fits in 1 + {weight}"), RESULTS, wat.clone(), 1 + weight, returned(3)));
        cases.push(at(format!("{name}: does not fit in {weight}"), RESULTS, wat, weight, Expected::DepthExceeded(2)));
    };
    both("a call with 64 results", module(64, 0, "call $many"), 1);
    both("a call with 65 results", module(65, 0, "call $many"), 2);
    both("two calls with 33 results", module(33, 0, "call $many call $many"), 2);
    both("two calls with 32 results", module(32, 0, "call $many call $many"), 1);
    both("a hundred calls with one result", module(1, 0, &vec!["call $many"; 100].join(" ")), 1);
    both("a call with 65 results through a table", module(65, 0, "i32.const 0 call_indirect (type $many)"), 2);
    both("a call with 33 results and 32 locals", module(33, 32, "call $many"), 2);
    both("a call with 33 results and 31 locals", module(33, 31, "call $many"), 1);
    both("a call with 65 results, and one that cannot be reached", module(65, 0, "call $many br 0 call $many"), 2);
    cases
}

fn free() -> Vec<Case> {
    const FREE: &str = "a function that calls nothing takes part";
    let leaf = format!("(module (func $leaf (local {})) (func (export \"run\") call $leaf))", vec!["i64"; 640].join(" "));
    vec![
        at("a function that calls nothing, of many locals", FREE, leaf, 1, returned(2)),
        at("run calls nothing, and the limit is 0", FREE, "(module (func (export \"run\")))", 0, returned(0)),
        at("a call that cannot be reached", FREE, "(module (func $leaf) (func (export \"run\") return call $leaf))", 0, returned(0)),
        at(
            "a call that is not executed takes part",
            "only what is executed taken",
            "(module (func $leaf) (func (export \"run\") i32.const 0 if call $leaf end))",
            0,
            Expected::DepthExceeded(0),
        ),
        at(
            "a call through a table takes part",
            "call_indirect forgotten",
            "(module (table 1 funcref) (func (export \"run\") i32.const 0 if i32.const 0 call_indirect end))",
            0,
            Expected::DepthExceeded(0),
        ),
    ]
}

fn given_back() -> Vec<Case> {
    const BACK: &str = "depth kept after a function is left";
    let left = |name: &str, result: &str, text: &str, fuel: u64| {
        let drops = "drop ".repeat(result.matches("i32").count());
        let wat = format!(
            "(module (func $leaf) (func $f {result} call $leaf {text}) \
             (func (export \"run\") call $f {drops} call $f {drops} call $f {drops}))"
        );
        // Three times: the call 2, the call of $leaf 2, and what the way out costs.
        at(format!("left {name}, three times"), BACK, wat, 2, returned(3 * (4 + fuel)))
    };
    let start = "(module (func $leaf) (func $s call $leaf) (start $s) (func (export \"run\") call $s))";
    let table = "(module (table 1 funcref) (elem (i32.const 0) func $f) (func $leaf) (func $f call $leaf) \
                 (func (export \"run\") i32.const 0 call_indirect i32.const 0 call_indirect))";
    vec![
        left("at its end", "", "", 0),
        left("by return", "", "return", 0),
        left("by return from a block", "", "block block return end end", 0),
        left("by br to its label", "", "block br 1 end", 1),
        left("by br_if to its label", "", "i32.const 1 br_if 0", 1),
        left("by br_table to its label", "", "block i32.const 7 br_table 0 1 end", 2),
        left("at its end, with results", "(result i32 i32)", "i32.const 1 i32.const 2", 0),
        left("by return, with results", "(result i32 i32)", "i32.const 1 i32.const 2 return", 0),
        left("by br with more on the stack", "(result i32)", "i32.const 1 i32.const 2 br 0", 1),
        at("called through a table, twice", BACK, table, 2, returned(2 * (4 + 2))),
        at("the start function and run", BACK, start, 2, returned(2 + 2 + 2)),
        at("the start function is deeper than run may be", BACK, start, 0, Expected::DepthExceeded(0)),
        Case {
            fuel: super::SHARP,
            ..at("a trap on the way", BACK, "(module (func $leaf unreachable) (func (export \"run\") call $leaf))", 1, unreachable(0))
        },
    ]
}
