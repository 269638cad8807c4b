//! What the host writes into a module counts as the reference of metering says, in wasmtime and in wasmi.

use assay_reference::metering::{Ended, Limits, NoImports, Status};
use assay_tests::metered::made_up::MadeUp;
use assay_tests::metered::{self, Engines, Prepared};
use assay_tests::{modules, seeds};
use std::convert::Infallible;

const LIMITS: Limits = Limits { fuel: 1_000_000, call_depth: 1_000, memory_bytes: 1 << 24, table_elements: 10_000 };

fn run(text: &str, limits: Limits) -> Ended<Infallible> {
    let wasm = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    Prepared::new(&Engines::new(), &wasm).run_job("run", limits, || NoImports).unwrap_or_else(|why| panic!("{why}\n{text}"))
}

/// Only an import's export declares it here: what `ref.func` gives must still be something that can be called through a table.
#[test]
fn a_reference_to_an_import_that_only_an_export_declares() {
    let text = r#"(module (import "m" "f" (func $f)) (export "f" (func $f)) (table 1 funcref)
        (func (export "run") i32.const 0 ref.func $f table.set 0 i32.const 0 call_indirect))"#;
    assert_eq!(run(text, LIMITS), Ended { status: Status::Returned(Vec::new()), fuel: 5 });
}

/// Vectors that are made of the other width's lanes, or of integers', and meet a NaN whose bits arithmetic left open.
#[test]
fn vectors_of_several_shapes_and_open_nans() {
    // As f64x2 these are numbers; as f32x4 every other lane is a NaN with a payload.
    let numbers = "(f64x2.splat (f64.const 0x1.000007fa00001p0))";
    let nan = "(f32x4.sqrt (f32x4.splat (local.get 0)))";
    let doubled = "(f64x2.sqrt (f64x2.splat (local.get 1)))";
    let bodies = [
        format!("(f32x4.convert_i32x4_s {nan})"),
        format!("(f32x4.convert_i32x4_u {nan})"),
        format!("(f64x2.convert_low_i32x4_s {nan})"),
        format!("(f64x2.convert_low_i32x4_u {doubled})"),
        format!("(select {numbers} {nan} (i32.const 1))"),
        format!("(select {nan} {numbers} (i32.const 0))"),
        format!("(local.set 2 {nan}) (if (i32.const 1) (then (local.set 2 {numbers}))) (local.get 2)"),
        format!("(f32x4.pmin {numbers} {nan})"),
        format!("(f32x4.replace_lane 1 {numbers} (f32.sqrt (local.get 0)))"),
        format!("(select (f64x2.add {numbers} {numbers}) {nan} (i32.const 1))"),
        format!("(f64x2.replace_lane 1 {nan} (f64.sqrt (local.get 1)))"),
        format!("(f64x2.pmax {nan} {doubled})"),
        format!("(f32x4.neg {doubled})"),
        format!("(f64x2.abs (f32x4.neg {nan}))"),
        format!("(f32x4.splat (f32x4.extract_lane 1 {doubled}))"),
    ];
    let mut wrong = Vec::new();
    for body in bodies {
        let text = format!(
            "(module (func (export \"run\") (result v128) (local f32 f64 v128)
                (local.set 0 (f32.const -1)) (local.set 1 (f64.const -1)) {body}))"
        );
        if std::panic::catch_unwind(|| run(&text, LIMITS)).is_err() {
            wrong.push(body);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An address that is one of several results of a call, and not the last: what is stored there is repaired there.
#[test]
fn a_nan_stored_at_an_address_that_is_not_the_last_result() {
    let call = ["call $two", "i32.const 0 call_indirect (type $t)"];
    let stores = ["drop f64.const -1 f64.sqrt f64.store", "drop f32.const -1 f32.sqrt f32.store"];
    // The last one first, and then the one below.
    let twice = "f64.const -1 f64.sqrt f64.store f64.const 1 f64.store";
    for body in call.iter().flat_map(|call| stores.iter().chain([&twice]).map(move |store| format!("{call} {store}"))) {
        run(
            &format!(
                r#"(module (memory (export "memory") 1) (table 2 funcref) (elem (i32.const 0) $two) (type $t (func (result i32 i32)))
                (func $two (type $t) i32.const 8 i32.const 100)
                (func (export "run") {body}))"#
            ),
            LIMITS,
        );
    }
}

/// What is put into the last of many locals comes to the first only after as many rounds: more than the analysis follows.
#[test]
fn a_nan_on_its_way_through_many_locals() {
    let each = |one: &dyn Fn(usize) -> String| (1..14).map(one).collect::<String>();
    let moves = each(&|i| format!("(local.set {i} (local.get {}))", i + 1));
    let stores = each(&|i| format!("(f64.store (i32.const {}) (local.get {i}))", 16 * i));
    let text = format!(
        r#"(module (memory (export "memory") 1) (data (i32.const 0) "\01\00\00\00\00\00\f4\ff") (func (export "run") (local i32 {})
            (local.set 0 (i32.const 40)) (local.set 3 (f64.load (i32.const 0)))
            (loop {moves} (local.set 14 (f64.sqrt (local.get 14)))
                (if (i32.eq (local.get 0) (i32.const 17)) (then (local.set 14 (f64.load (i32.const 0)))))
                (if (i32.eq (local.get 0) (i32.const 33)) (then (local.set 14 (f64.sqrt (f64.const -1)))))
                (if (i32.and (local.get 0) (i32.const 1)) (then (local.set 14 (f64.neg (local.get 14)))))
                {stores}
                (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br_if 0 (local.get 0)))))"#,
        "f64 ".repeat(14)
    );
    run(&text, LIMITS);
}

/// Jobs out of wasm-smith, as the second engine meets them, too: with room, and with limits that end them.
#[test]
fn generated_jobs() {
    let engines = Engines::new();
    let mut ends = std::collections::BTreeMap::<&str, usize>::new();
    metered::with_stack(|| {
        for seed in 0..200 {
            let bytes = seeds::bytes("assay tests generated modules", seed, 6_000);
            let Ok(wasm) = modules::job(&mut arbitrary::Unstructured::new(&bytes)) else { continue };
            let prepared = Prepared::new(&engines, &wasm);
            let mut job = |fuel: u64, call_depth| {
                let limits = Limits { fuel: fuel.max(1), call_depth, memory_bytes: 32 << 20, table_elements: 10_000 };
                println!("seed {seed}, {limits:?}");
                let ended = prepared.run_job("_start", limits, MadeUp::default).expect("a comparison");
                *ends.entry(ended.status.name()).or_default() += 1;
                ended
            };
            let ended = job(1_000_000_007, 500);
            for fuel in [ended.fuel + 1, ended.fuel, ended.fuel.saturating_sub(1), ended.fuel / 2, ended.fuel / 7, 65_537] {
                job(fuel, 500);
            }
            for depth in 0..12 {
                job(1_000_000_007, depth);
            }
        }
    });
    println!("{ends:?}");
    assert!(ends.len() == 5 && ends.values().all(|count| *count >= 20), "{ends:?}");
}
