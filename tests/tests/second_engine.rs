//! Metered modules give the same outcome and fuel in two engines that share no code: every conformance guest, every hostile guest that has an outcome, and generated
//! modules.

use assay_protocol::limits::Limits;
use assay_protocol::outcome::Status;
use assay_sandbox::Sandbox;
use assay_tests::guests::{self, Ended};
use assay_tests::oracles;
use assay_tests::second_engine::{self, Second};
use assay_tests::seeds;

/// More than any of these guests uses of wasmi's own fuel.
const PATIENCE: u64 = 2_000_000_000;

/// Compares the guests of a folder. Returns how many have an outcome, and those of them for which the second engine's patience was too little.
fn compare(folder: &str) -> (usize, Vec<String>) {
    let sandbox = Sandbox::new(None).expect("the engine starts");
    let (mut executed, mut given_up) = (0, Vec::new());
    for guest in guests::folder(folder) {
        let Ended::Executed(first) = guest.run(&sandbox) else { continue };
        executed += 1;
        match second_engine::run(&guest.wasm, &guest.job(), guest.inputs(), PATIENCE) {
            Second::Result(second) => second_engine::assert_same(&guest.name, &first, &second),
            Second::Nothing(why) => given_up.push(format!("{}: {why}", guest.name)),
        }
    }
    (executed, given_up)
}

#[test]
fn conformance_guests() {
    let (_, given_up) = compare("conformance");
    assert!(given_up.is_empty(), "{given_up:#?}");
}

#[test]
fn hostile_guests() {
    let (executed, given_up) = compare("hostile");
    assert!(executed >= 90, "only {executed} have an outcome");
    assert!(given_up.is_empty(), "{given_up:#?}");
}

#[test]
fn generated_modules() {
    let (mut generated, mut compared) = (0, 0);
    for seed in 0..150 {
        let bytes = seeds::bytes("assay tests generated modules", seed, 6_000);
        if let Ok(module) = assay_tests::modules::job(&mut arbitrary::Unstructured::new(&bytes)) {
            generated += 1;
            compared += usize::from(oracles::both_engines(&module));
        }
    }
    println!("{compared} of {generated} generated modules were compared");
    assert!(compared >= 100, "only {compared} of {generated} generated modules had a result in both engines");
}

/// When this fails, wasmi is mended: take the work-around out of `second_engine.rs`.
#[test]
fn the_fault_of_the_second_engine_is_still_there() {
    let text = r#"(module
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (global $seven (mut i32) (i32.const 7))
        (func (export "_start") (local $zero i32)
            (call $exit (select (global.get $seven) (local.get $zero) (i32.eqz (local.get $zero))))))"#;
    let wasm = wat::parse_str(text).expect("it is a module");
    let job = guests::plain_job(&wasm, Limits::default());
    let exit_code = |second| match second {
        Second::Result(run) => run.status,
        Second::Nothing(why) => panic!("{why}"),
    };
    assert_ne!(exit_code(second_engine::run_as_it_is(&wasm, &job, Vec::new(), PATIENCE)), Status::Completed { exit_code: 7 });
    assert_eq!(exit_code(second_engine::run(&wasm, &job, Vec::new(), PATIENCE)), Status::Completed { exit_code: 7 });
}
