//! What the host writes into the largest modules that admission lets through: it is done in bounded time, it is not much larger than the module, and it is still one
//! that the engines take.

use assay_protocol::limits::Limits;
use assay_sandbox::{Instruments, MeteringError, admit, instrument};
use std::time::{Duration, Instant};

/// In a build for tests, on a slow machine.
const TIME_MAX: Duration = Duration::from_secs(20);

/// What does not hold of a module. Nothing, it should be.
fn wrong(what: &str, text: &str) -> Vec<String> {
    checked(what, text, false)
}

/// The same; `refused` if what would be written is longer than an engine takes.
fn checked(what: &str, text: &str, refused: bool) -> Vec<String> {
    let wasm = wat::parse_str(text).unwrap_or_else(|error| panic!("{what}: {error}"));
    admit(&wasm, &Limits::default()).unwrap_or_else(|error| panic!("{what}: {error}"));
    let start = Instant::now();
    let metered = instrument(&wasm, Instruments::default());
    let took = start.elapsed();
    let metered = match metered {
        Ok(metered) => metered,
        // Refused by name, which takes no longer.
        Err(MeteringError::LongFunction { bytes, .. }) if refused => {
            println!("{what}: {} bytes would become {bytes}: refused in {took:?}", wasm.len());
            assert!(bytes > 7_654_321 && took < TIME_MAX, "{what}");
            return Vec::new();
        }
        Err(error) => panic!("{what}: {error}"),
    };
    assert!(!refused, "{what}: this was refused once; is the list of pieces still right?");
    let hundredths = metered.wasm.len() * 100 / wasm.len();
    println!("{what}: {} bytes become {} (× {}.{:02}) in {took:?}", wasm.len(), metered.wasm.len(), hundredths / 100, hundredths % 100);
    let mut wrong = Vec::new();
    if metered.wasm.len() > 12 * wasm.len() + 65_536 {
        wrong.push(format!("{what}: {} bytes become {}", wasm.len(), metered.wasm.len()));
    }
    if took > TIME_MAX {
        wrong.push(format!("{what}: it took {took:?}"));
    }
    if let Err(error) = wasmparser::Validator::new().validate_all(&metered.wasm) {
        wrong.push(format!("{what}: what is written is not valid: {error}"));
    }
    wrong
}

/// A job with one large function besides `_start`.
fn job(function: &str) -> String {
    format!("(module (memory (export \"memory\") 1) (table 4 funcref) (func $f) {function} (func (export \"_start\")))")
}

/// A body of nearly a mebibyte: one piece again and again.
fn long(before: &str, piece: &str, after: &str) -> String {
    let with = |times: usize| job(&format!("(func (param i32 i64 f32 f64 v128) {before} {} {after})", format!("{piece} ").repeat(times)));
    let length = |times| wat::parse_str(with(times)).expect("it is a module").len();
    with(1_048_000 / (length(3) - length(2)))
}

#[test]
fn the_longest_bodies() {
    let pieces = [
        ("stores of f64", "", "i32.const 0 local.get 3 local.get 3 f64.mul f64.store", "", false),
        ("arithmetic through a local", "local.get 3", "f64.floor local.tee 3", "drop", false),
        ("f64 looked at as bits", "local.get 3", "f64.sqrt i64.reinterpret_f64 f64.reinterpret_i64", "drop", true),
        ("f32 looked at as bits", "local.get 2", "f32.sqrt i32.reinterpret_f32 f32.reinterpret_i32", "drop", false),
        ("lanes of two widths", "local.get 4", "f64x2.sqrt f32x4.sqrt", "drop", true),
        ("memory.grow", "i32.const 0", "memory.grow", "drop", true),
        ("memory.fill", "", "i32.const 0 i32.const 0 i32.const 0 memory.fill", "", true),
    ];
    let checked = |(what, before, piece, after, refused)| checked(what, &long(before, piece, after), refused);
    let found: Vec<String> = pieces.into_iter().flat_map(checked).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn as_much_of_each_shape_as_admission_allows() {
    let nested =
        |opening: &str, within: &str, count: usize| format!("{} {within} {}", format!("{opening} ").repeat(count), "end ".repeat(count));
    let table = |targets: usize| format!("(func (param i32) block local.get 0 br_table {} end)", "0 ".repeat(targets + 1));
    let floats = "(local.set 1 (f64.add (local.get 1) (local.get 2))) (br_if 0 (local.get 0))";
    let shapes = [
        ("loops", format!("(func (param i32) {})", "loop local.get 0 br_if 0 end ".repeat(4_096))),
        ("loops that count", {
            let one = "loop local.get 0 i32.const 3 i32.add local.tee 0 br_if 0 end ";
            format!("(func (param i32) {})", one.repeat(4_096))
        }),
        ("calls", format!("(func {})", "call $f ".repeat(16_384))),
        ("indirect calls", format!("(func (param i32) {})", "local.get 0 call_indirect ".repeat(16_384))),
        ("branches", format!("(func (param i32) block {} end)", "local.get 0 br_if 0 ".repeat(32_768))),
        ("targets", table(16_383)),
        ("nesting", format!("(func (param i32) {})", nested("block", "local.get 0 br_if 999", 999))),
        ("nesting of loops and floats", format!("(func (param i32 f64 f64) {})", nested("loop", floats, 999))),
        ("locals", format!("(func (local {}))", "f64 ".repeat(20_000))),
        ("locals and loops", {
            let one = format!("loop {floats} end ");
            format!(
                "(func (param i32 f64 f64) (local {}) {} (drop (i64.reinterpret_f64 (local.get 1))))",
                "f64 ".repeat(19_997),
                one.repeat(4_096)
            )
        }),
    ];
    let found: Vec<String> = shapes.iter().flat_map(|(what, function)| wrong(what, &job(function))).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn many_functions_many_exports_and_many_types() {
    let many = |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<String>();
    let exported = many(99_000, &|i| format!("(func (export \"{i}\"))"));
    let types = many(90_000, &|_| "(type (func (param i32) (result i32 i64)))".to_owned());
    let segments = many(99_999, &|_| "(elem func)".to_owned());
    let found = [
        wrong("exports", &job(&exported)),
        wrong("segments", &job(&segments)),
        wrong("types", &format!("(module {types} (func (export \"_start\")))")),
    ]
    .concat();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn as_many_parameters_and_results_as_admission_allows() {
    let parameters = |count: usize| job(&format!("(func (param{}))", " i32".repeat(count)));
    let results = |count: usize| job(&format!("(func (result{}) {})", " i32".repeat(count), "i32.const 0 ".repeat(count)));
    let found = [wrong("parameters", &parameters(998)), wrong("results", &results(999))].concat();
    assert!(found.is_empty(), "{}", found.join("\n"));
    for text in [parameters(999), results(1_000), job(&"(elem func)".repeat(100_000))] {
        let error = admit(&wat::parse_str(text).expect("it is a module"), &Limits::default()).expect_err("too many");
        assert_eq!(error.check, "module.count", "{error}");
    }
}

/// What is above these is refused before anything is written.
#[test]
fn more_targets_than_admission_allows() {
    for targets in [16_385, 500_000] {
        let text = job(&format!("(func (param i32) block local.get 0 br_table {} end)", "0 ".repeat(targets + 1)));
        let error = admit(&wat::parse_str(text).expect("it is a module"), &Limits::default()).expect_err("too many");
        assert_eq!(error.check, "module.function", "{error}");
    }
}
