//! Profiles: a profiled run has the outcome of one that is not, and its amounts are those that a person adds up from the cost table of `specs/metering.md`.
#![allow(clippy::unwrap_used, reason = "a test that panics says what went wrong")]

use assay_protocol::job::Job;
use assay_protocol::limits::Limits;
use assay_protocol::outcome::{Status, TrapKind};
use assay_sandbox::{Execution, FunctionNames, Prepared, Request, Sandbox, metering};

/// A host call without arguments, whose result is an errno: 500, and 4 bytes.
const YIELD: &str = r#"(import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32))) (memory (export "memory") 1)"#;
const EXIT: &str = r#"(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32))) (memory (export "memory") 1)"#;
/// Costs 2.
const LEAF: &str = "(func $leaf (param i32) (result i32) (i32.mul (i32.add (local.get 0) (i32.const 1)) (i32.const 3)))";

/// A run that was profiled.
struct Profiled {
    execution: Execution,
    folded: String,
    /// Name, fuel of its own, fuel with callees, calls; in the order of the table.
    functions: Vec<(String, u64, u64, u64)>,
}

/// Runs a module, with and without profile.
fn run(module: &str, limits: Limits) -> Profiled {
    let sandbox = Sandbox::new(None).unwrap();
    let wasm = wat::parse_str(module).unwrap();
    let run = |prepared: &Prepared| {
        let job = Job::new(prepared.hash(), limits, Vec::new(), Vec::new(), Vec::new()).unwrap();
        let request = Request { job: &job, inputs: Vec::new(), keep_calls: false, observer: Box::new(()), gpu: assay_sandbox::cpu() };
        sandbox.run(prepared, request).unwrap()
    };
    let plain = run(&sandbox.prepare(&wasm, &limits).unwrap());
    let execution = run(&sandbox.prepare_profiled(&wasm, assay_protocol::Hash::of_blob(&wasm), &limits).unwrap());
    assert!(plain.profile.is_none());
    assert_eq!(plain.outcome, execution.outcome);
    assert_eq!((plain.transcript_root, plain.calls), (execution.transcript_root, execution.calls));
    let names = FunctionNames::read(&wasm);
    let profile = execution.profile.as_ref().unwrap();
    let folded = profile.folded(&names);
    let sum: u64 = folded.text.lines().map(|line| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap()).sum();
    assert_eq!(sum, execution.outcome.fuel, "{}", folded.text);
    let functions = profile.functions.iter().map(|f| (f.callee.name(&names), f.own, f.with_callees, f.calls)).collect();
    Profiled { folded: folded.text, functions, execution }
}

fn completed(module: &str) -> Profiled {
    let profiled = run(module, Limits::default());
    assert!(matches!(profiled.execution.outcome.status, Status::Completed { .. }), "{}", profiled.execution.outcome.status);
    profiled
}

fn rows(expected: &[(&str, u64, u64, u64)]) -> Vec<(String, u64, u64, u64)> {
    expected.iter().map(|(name, own, with, calls)| ((*name).to_owned(), *own, *with, *calls)).collect()
}

#[test]
fn a_tree_of_calls_is_added_up_by_hand() {
    let profiled = completed(&format!(
        "(module {YIELD} {LEAF}
           (func $middle (param i32) (result i32) (i32.add (call $leaf (local.get 0)) (call $leaf (i32.const 5))))
           (func $main (export \"_start\")
             (drop (call $middle (i32.const 1))) (drop (call $leaf (i32.const 2))) (drop (call $yield))))"
    ));
    let host = "wasi_snapshot_preview1.sched_yield";
    // main: 3 calls of 2. middle: 2 calls of 2, and an addition.
    let expected = [(host, 501, 501, 1), ("main", 6, 518, 1), ("leaf", 6, 6, 3), ("middle", 5, 9, 1)];
    assert_eq!(profiled.functions, rows(&expected));
    assert_eq!(profiled.folded, format!("main;{host} 501\nmain 6\nmain;middle 5\nmain;middle;leaf 4\nmain;leaf 2\n"));
}

/// f(n): an `if`, and unless n is 0 a subtraction and a call.
const RECURSION: &str = "(func $f (param i32) (if (local.get 0) (then (call $f (i32.sub (local.get 0) (i32.const 1))))))";

#[test]
fn recursion_counts_once_with_callees() {
    let profiled = completed(&format!("(module {RECURSION} (func $main (export \"_start\") (call $f (i32.const 3))))"));
    assert_eq!(profiled.functions, rows(&[("f", 13, 13, 4), ("main", 2, 15, 1)]));
    assert_eq!(profiled.folded, "main;f 4\nmain;f;f 4\nmain;f;f;f 4\nmain 2\nmain;f;f;f;f 1\n");
}

#[test]
fn what_is_deep_is_cut_in_the_stacks_and_whole_in_the_table() {
    let profiled = completed(&format!("(module {RECURSION} (func $main (export \"_start\") (call $f (i32.const 1000))))"));
    assert_eq!(profiled.functions, rows(&[("f", 4001, 4001, 1001), ("main", 2, 4003, 1)]));
    assert!(profiled.execution.profile.unwrap().is_cut_in_depth());
    // 255 of f are told apart, the other 746 are not.
    let deepest = profiled.folded.lines().find(|line| line.contains(";[deeper] ")).unwrap();
    assert_eq!((deepest.matches(";f").count(), deepest.rsplit_once(' ').unwrap().1), (255, "2981"));
}

#[test]
fn two_functions_that_call_each_other_have_all_of_it() {
    let profiled = completed(
        "(module
           (func $even (param i32) (if (local.get 0) (then (call $odd (i32.sub (local.get 0) (i32.const 1))))))
           (func $odd (param i32) (if (local.get 0) (then (call $even (i32.sub (local.get 0) (i32.const 1))))))
           (func $main (export \"_start\") (call $even (i32.const 5))))",
    );
    assert_eq!(profiled.functions, rows(&[("even", 12, 21, 3), ("odd", 9, 17, 3), ("main", 2, 23, 1)]));
}

#[test]
fn an_exit_from_the_depths_ends_every_function() {
    let profiled = run(
        &format!("(module {EXIT} (func $deep (call $exit (i32.const 7)) (unreachable)) (func $main (export \"_start\") (call $deep)))"),
        Limits::default(),
    );
    assert_eq!(profiled.execution.outcome.status, Status::Completed { exit_code: 7 });
    let host = "wasi_snapshot_preview1.proc_exit";
    assert_eq!(profiled.functions, rows(&[(host, 502, 502, 1), ("main", 2, 506, 1), ("deep", 2, 504, 1)]));
}

#[test]
fn of_a_trap_the_rest_of_the_slice_is_on_top() {
    let module =
        format!("(module {LEAF} (func $bad (drop (call $leaf (i32.const 1))) (unreachable)) (func $main (export \"_start\") (call $bad)))");
    let profiled = run(&module, Limits { fuel: 1_000_000, ..Limits::default() });
    assert_eq!(profiled.execution.outcome.status, Status::Trapped { kind: TrapKind::Unreachable });
    assert_eq!(profiled.execution.outcome.fuel, 16_959);
    // Executed: 2 by main, 2 by bad, 2 by leaf.
    let expected = [("bad", 16_959 - 4, 16_957, 1), ("main", 2, 16_959, 1), ("leaf", 2, 2, 1)];
    assert_eq!(profiled.functions, rows(&expected));
}

#[test]
fn what_a_trap_has_not_paid_for_is_in_no_stack() {
    let nothing = format!("(module {LEAF} (func $main (export \"_start\") (drop (call $leaf (i32.const 1))) (unreachable)))");
    let profiled = run(&nothing, Limits { fuel: 65_537, ..Limits::default() });
    assert_eq!((profiled.execution.outcome.fuel, &*profiled.folded), (0, ""));
    assert_eq!(profiled.functions, rows(&[("leaf", 0, 0, 1), ("main", 0, 0, 1)]));

    // The check point of the fill pays for 65,536, of which the fill used 65,528: two calls of 2 and 2 are paid for, three are not.
    let some = format!(
        "(module {LEAF} (memory 16)
           (func $main (export \"_start\") (memory.fill (i32.const 0) (i32.const 1) (i32.const 1048320)) {} (unreachable)))",
        "(drop (call $leaf (i32.const 1)))".repeat(5)
    );
    let profiled = run(&some, Limits { fuel: 131_073, ..Limits::default() });
    assert_eq!(profiled.execution.outcome.fuel, 65_536);
    assert_eq!(profiled.functions, rows(&[("main", 65_532, 65_536, 1), ("leaf", 4, 4, 5)]));
}

#[test]
fn out_of_fuel_is_the_limit() {
    let module =
        format!("(module {YIELD} (func $spin (loop $l (br $l))) (func $main (export \"_start\") (drop (call $yield)) (call $spin)))");
    let profiled = run(&module, Limits { fuel: 10_000, ..Limits::default() });
    assert_eq!(profiled.execution.outcome.status, Status::OutOfFuel);
    assert_eq!(profiled.functions[0], ("spin".to_owned(), 10_000 - 505, 10_000 - 505, 1));
    // A host call that finds no fuel is on top.
    for fuel in [400, 502, 503] {
        let profiled = run(&module, Limits { fuel, ..Limits::default() });
        let host = ("wasi_snapshot_preview1.sched_yield".to_owned(), fuel - 2, fuel - 2, 1);
        assert_eq!((profiled.execution.outcome.status, &profiled.functions[0]), (Status::OutOfFuel, &host));
    }
    // A leaf has no check point: it runs past the limit, and what is past it counts for nobody.
    let straight =
        format!("(module {LEAF} (func $main (export \"_start\") {} (loop $l (br $l))))", "(drop (call $leaf (i32.const 1)))".repeat(10));
    let profiled = run(&straight, Limits { fuel: 17, ..Limits::default() });
    assert_eq!(profiled.functions, rows(&[("main", 9, 17, 1), ("leaf", 8, 8, 10)]));
}

#[test]
fn calls_through_tables_and_host_functions_in_them() {
    let profiled = completed(&format!(
        "(module {YIELD} {LEAF} (type $none (func (result i32))) (type $one (func (param i32) (result i32)))
           (table 3 funcref) (elem (i32.const 0) $leaf $yield)
           (func $main (export \"_start\")
             (drop (call_indirect (type $one) (i32.const 4) (i32.const 0)))
             (drop (call_indirect (type $none) (i32.const 1)))))"
    ));
    let host = "wasi_snapshot_preview1.sched_yield";
    assert_eq!(profiled.functions, rows(&[(host, 501, 501, 1), ("main", 8, 511, 1), ("leaf", 2, 2, 1)]));
    assert_eq!(profiled.folded, format!("main;{host} 501\nmain 8\nmain;leaf 2\n"));
}

#[test]
fn a_start_function_has_a_stack_of_its_own() {
    let profiled = completed(&format!(
        "(module {LEAF} (func $first (drop (call $leaf (i32.const 1)))) (start $first)
           (func $main (export \"_start\") (drop (call $leaf (i32.const 1))) (drop (call $leaf (i32.const 1)))))"
    ));
    assert_eq!(profiled.folded, "main 4\nmain;leaf 4\nfirst 2\nfirst;leaf 2\n");
}

#[test]
fn every_way_out_of_a_function_is_told() {
    let profiled = completed(
        "(module
           (func $many (param i32) (result i32 i64)
             (block (br_if 0 (local.get 0)) (return (i32.const 1) (i64.const 2)))
             (br_if 0 (i32.const 3) (i64.const 4) (i32.eq (local.get 0) (i32.const 1)))
             (drop) (drop)
             (br_table 0 0 (i32.const 1) (i64.const 2) (i32.const 1)))
           (func $main (export \"_start\") (local i32)
             (loop $more
               (call $many (local.get 0)) (drop) (drop)
               (br_if $more (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 3))))))",
    );
    // many(0): br_if. many(1): br_if, eq, br_if. many(2): these and br_table. main: thrice call, add, lt_u, br_if.
    assert_eq!(profiled.functions, rows(&[("main", 15, 24, 1), ("many", 9, 9, 3)]));
}

#[test]
fn too_deep_is_the_count_at_the_entry() {
    let module = format!("(module {RECURSION} (func $main (export \"_start\") (call $f (i32.const 1000))))");
    let profiled = run(&module, Limits { call_depth: 100, ..Limits::default() });
    assert_eq!(profiled.execution.outcome.status, Status::DepthExceeded);
    assert_eq!(profiled.functions, rows(&[("f", 99 * 4, 99 * 4, 100), ("main", 2, 99 * 4 + 2, 1)]));
}

/// The table of probes is no table of the job's: neither its limit nor its own names see it.
#[test]
fn the_table_of_probes_takes_nothing_from_the_job() {
    let tables = "(table 0 funcref)".repeat(63);
    let grow = format!(
        "(module {EXIT} (table $t (export \"assay.probes\") 1 9 funcref) {tables} (func $main (export \"_start\")
           (drop (table.grow $t (ref.func $main) (i32.const 4)))
           (call $exit (i32.add (i32.mul (i32.const 10) (table.size $t)) (table.grow $t (ref.null func) (i32.const 1))))))"
    );
    for table_elements in [4, 5, 6] {
        run(&grow, Limits { table_elements, ..Limits::default() });
    }
}

#[test]
fn a_segment_that_traps_is_nobodys() {
    let profiled = run("(module (memory 1) (data (i32.const 65536) \"x\") (func (export \"_start\")))", Limits::default());
    assert_eq!(profiled.folded, format!("[instantiation] {}\n", profiled.execution.outcome.fuel));
    assert!(profiled.functions.is_empty());
}

#[test]
fn a_static_profile_counts_what_is_there() {
    let wasm = wat::parse_str(format!(
        "(module {YIELD} {LEAF}
           (func $main (export \"_start\") (local f64) (local i32)
             (drop (call $yield))
             (loop $counted (local.set 1 (i32.add (local.get 1) (i32.const 1))) (br_if $counted (i32.ne (local.get 1) (i32.const 10))))
             (loop $open (br_if $open (i32.eqz (local.get 1))))
             (memory.fill (i32.const 0) (i32.const 0) (i32.const 9))
             (f64.store (i32.const 0) (f64.div (local.get 0) (local.get 0)))
             (return)
             (drop (i32.div_u (i32.const 1) (i32.const 1)))))"
    ))
    .unwrap();
    let profile = metering::profile(&wasm).unwrap();
    let [leaf, main] = &profile.functions[..] else { panic!("{profile:?}") };
    assert_eq!((leaf.index, leaf.static_cost, leaf.instructions, leaf.check_points, leaf.weight), (1, 2, 6, 0, 0));
    // call 2, add, ne, br_if, eqz, br_if, fill 8, div 8, store.
    assert_eq!((main.index, main.static_cost), (2, 2 + 3 + 2 + 8 + 8 + 1));
    assert_eq!((main.loops, main.counted_loops, main.check_points, main.nan_repairs), (2, 1, 4, 1));
    assert_eq!((profile.module_bytes, profile.total(|f| f.static_cost)), (wasm.len() as u64, 26));
    assert!(profile.metered_bytes > profile.module_bytes);
    assert_eq!(profile.by_cost()[0], main);
}
