//! Fuel computed by hand from the page, and what the machine says.

use super::{Ended, Halt, HostCall, Imports, Limits, Machine, NoImports, Reply, Status, Value, facts, run_job};

const LIMITS: Limits = Limits { fuel: 1_000_000, call_depth: 1_000, memory_bytes: 1 << 20, table_elements: 100 };

fn bytes(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn run_with<I: Imports + 'static>(text: &str, limits: Limits, imports: I) -> (Ended<I::Stop>, I) {
    run_job(&bytes(text), "run", limits, imports).expect("a valid module")
}

fn run(text: &str, limits: Limits) -> Ended<std::convert::Infallible> {
    run_with(text, limits, NoImports).0
}

/// A module of one function without results.
fn body(text: &str) -> String {
    format!("(module (memory 1 2) (table 4 funcref) (func (export \"run\") (local $a i32) (local $b i32) (local $l i64) {text}))")
}

#[track_caller]
fn returns(text: &str, fuel: u64) {
    let ended = run(text, LIMITS);
    assert!(matches!(ended.status, Status::Returned(_)), "{:?}", ended.status);
    assert_eq!(ended.fuel, fuel);
    // Neither less nor more decides: the limit itself is out of fuel, one more is enough.
    assert_eq!(run(text, Limits { fuel, ..LIMITS }), Ended { status: Status::OutOfFuel, fuel });
    assert_eq!(run(text, Limits { fuel: fuel + 1, ..LIMITS }), ended);
}

#[test]
fn what_leaves_no_work_behind_costs_nothing() {
    let ended = run(&body("i32.const 1 local.tee $a drop nop block loop end end local.get $b drop ref.null func drop return"), LIMITS);
    assert_eq!(ended.fuel, 0);
}

#[test]
fn arithmetic_costs_1_and_division_8() {
    returns(&body("local.get $a i32.const 3 i32.add i32.const 7 i32.div_u drop"), 1 + 8);
    returns(&body("f64.const 2 f64.sqrt f64.const 3 f64.div f64.const 1 f64.mul drop"), 8 + 8 + 1);
}

#[test]
fn branches() {
    // if 1, in the branch taken i32.clz 1; br 1
    returns(&body("block i32.const 1 if local.get $a i32.clz drop br 1 else local.get $a i32.eqz i32.eqz drop end end"), 3);
    // if 1, else branch 2
    returns(&body("i32.const 0 if local.get $a i32.clz drop else local.get $a i32.eqz i32.eqz drop end"), 3);
    // br_table 2
    returns(&body("block block local.get $a br_table 0 1 end local.get $a i32.clz drop end"), 3);
}

#[test]
fn bytes_pages_and_elements() {
    // 8 + 33 / 16
    returns(&body("i32.const 0 i32.const 1 i32.const 33 memory.fill"), 10);
    // 8 + 4,096
    returns(&body("i32.const 1 memory.grow drop"), 4_104);
    // 8 + 4
    returns(&body("i32.const 0 ref.null func i32.const 4 table.fill 0"), 12);
    // 8 + 97, though it fails: it would pass the limit. Then i32.ne 1, if 1
    returns(&body("ref.null func i32.const 97 table.grow 0 i32.const -1 i32.ne if unreachable end"), 8 + 97 + 1 + 1);
}

#[test]
fn a_loop_that_counts_pays_at_once_and_one_that_does_not_as_it_goes() {
    // i32.add 1 and br_if 1, five times; and i32.ne 1 where the bound is not 0
    returns(&body("i32.const 5 local.set $a loop local.get $a i32.const -1 i32.add local.tee $a br_if 0 end"), 5 * 2);
    returns(&body("loop local.get $a i32.const 1 i32.add local.tee $a i32.const 5 i32.ne br_if 0 end"), 5 * 3);
    // i32.lt_u is not among what counts; the cost is the same, the check points are not
    let plain = body("loop local.get $a i32.const 1 i32.add local.tee $a i32.const 5 i32.lt_u br_if 0 end");
    returns(&plain, 5 * 3);
    // the check point before the fourth iteration, with 3 · 3, passes; the fifth's, with 4 · 3, does not
    assert_eq!(run(&plain, Limits { fuel: 12, ..LIMITS }).status, Status::OutOfFuel);
    let [one] = facts(&bytes(&plain)).expect("valid")[..] else { panic!("one function") };
    assert_eq!((one.loops, one.counted_loops), (1, 0));
}

#[test]
fn a_counted_loop_that_traps_has_paid_for_all_iterations() {
    // i32.add 1, i32.load 1, i32.ne 1, br_if 1 = 4, for 100,000 iterations; the memory ends at 65,536
    let text = body("loop local.get $a i32.load drop local.get $a i32.const 1 i32.add local.tee $a i32.const 100000 i32.ne br_if 0 end");
    let ended = run(&text, LIMITS);
    assert_eq!(ended.status, Status::Trapped("memory_out_of_bounds"));
    // r = 999,999 mod 65,536 = 16,959; 16,959 + 6 · 65,536 = 410,175 is the least that covers 400,000
    assert_eq!(ended.fuel, 410_175);
    // As it goes: at the start of iteration 65,533 + 1 the address is 65,533, which does not fit; C there is 65,533 · 4 = 262,132.
    let text = text.replace("i32.ne", "i32.lt_u");
    assert_eq!(run(&text, LIMITS).fuel, 16_959 + 4 * 65_536);
}

#[test]
fn a_loop_that_never_hits_its_bound_is_out_of_fuel_when_it_begins() {
    let text =
        body("loop i32.const 0 i32.load offset=65536 drop local.get $a i32.const 2 i32.add local.tee $a i32.const 5 i32.ne br_if 0 end");
    assert_eq!(run(&text, Limits { fuel: u64::MAX, ..LIMITS }), Ended { status: Status::OutOfFuel, fuel: u64::MAX });
}

#[test]
fn recursion_is_counted_by_weight() {
    let text = "(module (func $f (param i32) local.get 0 if local.get 0 i32.const 1 i32.sub call $f end)
        (func (export \"run\") i32.const 9 call $f))";
    // run calls: 2. $f: if 1, and nine times i32.sub 1 and call 2; the tenth only if 1.
    returns(text, 2 + 9 * 4 + 1);
    // run is 1 deep, and ten activations of $f
    assert!(matches!(run(text, Limits { call_depth: 11, ..LIMITS }).status, Status::Returned(_)));
    // C on entry to the tenth: 2 + 9 · 4
    assert_eq!(run(text, Limits { call_depth: 10, ..LIMITS }), Ended { status: Status::DepthExceeded, fuel: 38 });
    assert_eq!(run(text, Limits { call_depth: 0, ..LIMITS }), Ended { status: Status::DepthExceeded, fuel: 0 });
}

#[test]
fn depth_is_given_back_on_every_way_out() {
    let text = "(module (func $leaf)
        (func $a (param i32) call $leaf block local.get 0 br_table 0 1 end return)
        (func $b call $leaf i32.const 1 if return end unreachable)
        (func $c call $leaf br 0)
        (func $d (result i32 i32) call $leaf i32.const 1 i32.const 2)
        (func (export \"run\") i32.const 0 call $a i32.const 1 call $a call $b call $c call $d drop drop call $b))";
    // The six calls cost 12, each leaf call 2; br_table 2 twice, if 1 twice, br 1.
    returns(text, 12 + 6 * 2 + 4 + 2 + 1);
    assert!(matches!(run(text, Limits { call_depth: 2, ..LIMITS }).status, Status::Returned(_)));
    assert_eq!(run(text, Limits { call_depth: 1, ..LIMITS }), Ended { status: Status::DepthExceeded, fuel: 2 });
}

#[test]
fn weights() {
    let text = "(module (type $t (func (param i32)))
        (func $f0) (func (param i64) (local i32 i32) local.get 0 drop)
        (func (result i32) call $f0 i32.const 1)
        (func unreachable call $f0))";
    let found = facts(&bytes(text)).expect("valid");
    assert!(found.iter().all(|one| one.weight == 1));
    assert_eq!(found.iter().map(|one| one.calls).collect::<Vec<_>>(), [false, false, true, false]);
    let locals = |count: usize| format!("(module (func (param i32) (local {})))", "i32 ".repeat(count));
    assert_eq!(facts(&bytes(&locals(62))).expect("valid")[0].weight, 1);
    assert_eq!(facts(&bytes(&locals(63))).expect("valid")[0].weight, 2);
    // A body of nops and its end, with one byte that says there are no locals.
    let nops = |count: usize| format!("(module (func {}))", "nop ".repeat(count));
    assert_eq!(facts(&bytes(&nops(509))).expect("valid")[0].weight, 1);
    assert_eq!(facts(&bytes(&nops(510))).expect("valid")[0].weight, 2);
}

/// Charges 500 for each call; the third ends the run.
struct Third {
    fuel_used: Vec<u64>,
}

impl Imports for Third {
    type Stop = &'static str;

    fn call(&mut self, call: HostCall<'_>) -> Result<Reply, Halt<&'static str>> {
        assert_eq!((call.module, call.name, call.memory.len()), ("env", "h", 65_536));
        self.fuel_used.push(call.fuel_used);
        call.memory[0] += 1;
        match self.fuel_used.len() {
            3 => Err(Halt { stop: "third", charge: 500 }),
            _ => Ok(Reply { value: Some(call.args[0] as u32 + 1), charge: 500 + call.args[0] }),
        }
    }
}

#[test]
fn host_calls_are_the_same_through_a_call_a_table_and_a_reference() {
    let text = "(module (type $t (func (param i32) (result i32))) (import \"env\" \"h\" (func $h (type $t)))
        (memory (export \"memory\") 1) (table 4 funcref) (elem (i32.const 1) func $h) (elem declare func $h)
        (func (export \"run\") (result i32)
          i32.const 10 call $h
          i32.const 1 call_indirect (type $t)
          i32.const 0 ref.func $h table.set 0
          i32.const 0 call_indirect (type $t)))";
    let imports = || Third { fuel_used: Vec::new() };
    let (ended, host) = run_with(text, LIMITS, imports());
    // call 2, charge 510, call_indirect 4, charge 511, table.set 1, call_indirect 4, charge 500
    assert_eq!(host.fuel_used, [2, 516, 1_032]);
    assert_eq!(ended, Ended { status: Status::Stopped("third"), fuel: 1_532 });
    // Out of fuel goes before the end by the host.
    let out = |fuel: u64| run_with(text, Limits { fuel, ..LIMITS }, imports());
    assert_eq!(out(1_532).0, Ended { status: Status::OutOfFuel, fuel: 1_532 });
    assert_eq!(out(1_533).0.status, Status::Stopped("third"));
    // At its begin a call finds C = 1,032: it is not performed.
    assert_eq!(out(1_032).1.fuel_used.len(), 2);
    assert_eq!(out(1_033).1.fuel_used.len(), 3);
    // The host is not part of the depth.
    assert_eq!(run_with(text, Limits { call_depth: 1, ..LIMITS }, imports()).0.status, Status::Stopped("third"));
}

#[test]
fn an_import_that_is_exported_is_a_host_call_too() {
    let text =
        "(module (import \"env\" \"h\" (func $h (param i32) (result i32))) (memory (export \"memory\") 1) (export \"run\" (func $h)))";
    let (mut machine, started) = Machine::new(&bytes(text), LIMITS, Third { fuel_used: Vec::new() }).expect("valid");
    assert_eq!(started, Ended { status: Status::Returned(vec![]), fuel: 0 });
    assert_eq!(machine.invoke("run", &[Value::I32(7)]), Ended { status: Status::Returned(vec![Value::I32(8)]), fuel: 507 });
    assert_eq!(machine.invoke("run", &[Value::I32(1)]).fuel, 501);
    assert_eq!(machine.imports().fuel_used, [0, 0]);
}

#[test]
fn the_start_function_and_the_export_share_an_account() {
    let text = "(module (global $g (mut i32) (i32.const 0)) (func $s i32.const 5 global.set $g) (start $s)
        (func (export \"run\") (result i32) global.get $g i32.const 0 i32.div_u))";
    // global.set 1; at the end of the start function C = 1
    assert_eq!(run(text, Limits { fuel: 1, ..LIMITS }), Ended { status: Status::OutOfFuel, fuel: 1 });
    assert_eq!(run(text, Limits { fuel: 2, ..LIMITS }), Ended { status: Status::Trapped("integer_division_by_zero"), fuel: 1 });
    // 65,537 has the remainder 0, so the check point at the end of the start function has paid a slice.
    assert_eq!(run(text, Limits { fuel: 65_537, ..LIMITS }).fuel, 65_536);
}

#[test]
fn a_trap_of_instantiation_gives_the_remainder() {
    let text = "(module (memory 1) (data (i32.const 65536) \"x\") (func (export \"run\")))";
    assert_eq!(run(text, LIMITS), Ended { status: Status::Trapped("memory_out_of_bounds"), fuel: 16_959 });
    let text = "(module (table 1 funcref) (func $f (export \"run\")) (elem (i32.const -1) func $f))";
    assert_eq!(run(text, LIMITS), Ended { status: Status::Trapped("table_out_of_bounds"), fuel: 16_959 });
}

#[test]
fn growth_ends_at_the_limits_and_not_before() {
    let text = "(module (memory (export \"memory\") 1) (table $t 10 funcref) (table $u 10 60 funcref)
        (func (export \"pages\") (param i32) (result i32) local.get 0 memory.grow)
        (func (export \"t\") (param i32) (result i32) ref.null func local.get 0 table.grow $t)
        (func (export \"u\") (param i32) (result i32) ref.null func local.get 0 table.grow $u))";
    let (mut machine, _) = Machine::new(&bytes(text), LIMITS, NoImports).expect("valid");
    let mut ask = |export: &str, n: u32| match machine.invoke(export, &[Value::I32(n)]).status {
        Status::Returned(values) => values[0],
        other => panic!("{other:?}"),
    };
    assert_eq!(ask("pages", 16), Value::I32(u32::MAX));
    assert_eq!(ask("pages", 15), Value::I32(1));
    assert_eq!(ask("pages", 1), Value::I32(u32::MAX));
    assert_eq!(ask("pages", 0), Value::I32(16));
    assert_eq!(ask("u", 51), Value::I32(u32::MAX));
    assert_eq!(ask("u", 50), Value::I32(10));
    assert_eq!(ask("t", 31), Value::I32(u32::MAX));
    assert_eq!(ask("t", 30), Value::I32(10));
    assert_eq!(ask("t", 1), Value::I32(u32::MAX));
}

#[test]
fn deep_recursion_ends_by_depth() {
    let text = "(module (func $f (export \"run\") (local v128 v128 v128 v128) call $f))";
    let ended = run(text, Limits { fuel: u64::MAX, call_depth: 300_000, ..LIMITS });
    assert_eq!(ended, Ended { status: Status::DepthExceeded, fuel: 600_000 });
}

/// Values that the interpreter is known to get wrong when a comparison with zero meets a `select`.
#[test]
fn select_after_a_comparison_with_zero() {
    let text = "(module (func (export \"run\") (result i32) (local $a i32) (local $n i32)
        loop
          i32.const 10 i32.const 20 local.get $n i32.eqz select local.get $a i32.add local.set $a
          local.get $n i32.const 1 i32.add local.tee $n i32.const 3 i32.ne br_if 0
        end
        i32.const 100 i32.const 200 local.get $n i32.const 0 i32.ne select local.get $a i32.add))";
    let ended = run(text, LIMITS);
    assert_eq!(ended.status, Status::Returned(vec![Value::I32(150)]));
    // In the loop eqz, select, add, add, ne, br_if = 6; then ne, select, add.
    assert_eq!(ended.fuel, 3 * 6 + 3);
}
