//! `metering.json`: modules, and the fuel, status and bits that they give.
//!
//! Every vector has one shape. `module` is `wat`, compiled; it imports nothing and exports `run`, which has
//! no parameters. It is instantiated, its start function runs, then `run`, on one account as a job's `_start`.
//! `results` are the values of `run`, each as its bits in hexadecimal, the highest first.
//!
//! **The account made visible.** What a trap gives is a sum of slices, which hides what was executed but
//! shows check points: with a `fuel` of 65,536·k + 1 the remainder is 0, so a trap gives 0 as long as no check
//! point was passed after anything was executed. [`SHARP`] is such a number.

mod check_points;
mod cost;
mod counted_loops;
mod depth;
mod nan;
mod outcome;

use super::json::{Json, Vector};
use super::render;
use crate::metering::{Limits, NoImports, Status, run_job};

/// The file's text.
pub(super) fn file() -> String {
    let groups = vec![
        ("cost", cost::cases()),
        ("check_points", check_points::cases()),
        ("counted_loops", counted_loops::cases()),
        ("fuel_of_outcome", outcome::cases()),
        ("depth", depth::cases()),
        ("nan", nan::cases()),
    ];
    let vectors = |cases: Vec<Case>| cases.into_iter().map(vector).collect();
    render("specs/metering.md", groups.into_iter().map(|(name, cases)| (name, vectors(cases))).collect())
}

/// A limit that is never met, and whose remainder is 0: (10¹² − 1) rounded down to slices, plus 1.
const PLENTY: u64 = 15_258_789 * SLICE + 1;
/// The remainder is 0, and there is one slice to pay.
const SHARP: u64 = SLICE + 1;
/// Section 4.
const SLICE: u64 = 65_536;

/// What a vector asks, and what is stated as its answer: by hand, from the page.
struct Case {
    name: String,
    guards: &'static str,
    wat: String,
    fuel: u64,
    call_depth: u64,
    expected: Expected,
}

/// The answer.
#[derive(Clone)]
enum Expected {
    /// Fuel and the results' bits.
    Returned(u64, Vec<String>),
    /// The kind, and the fuel that was paid.
    Trapped(&'static str, u64),
    OutOfFuel,
    /// Fuel at the entry.
    DepthExceeded(u64),
}

/// The answer of a `run` without results.
fn returned(fuel: u64) -> Expected {
    Expected::Returned(fuel, Vec::new())
}

/// An `unreachable`, when so much was paid.
fn unreachable(paid: u64) -> Expected {
    Expected::Trapped("unreachable", paid)
}

fn case(name: impl Into<String>, guards: &'static str, wat: impl Into<String>, fuel: u64, expected: Expected) -> Case {
    Case { name: name.into(), guards, wat: wat.into(), fuel, call_depth: 1_000, expected }
}

/// A module whose `run` has a body and no results. It has a memory of one page, a table of four functions, which
/// are null, a global, and segments that may be copied once.
fn body(text: &str) -> String {
    format!(
        "(module (memory 1 2) (table 4 8 funcref) (global $g (mut i32) (i32.const 0)) (data $d \"0123456789abcdef\") \
         (elem $e func $f $f) (func $f) (func (export \"run\") \
         (local $c i32) (local $b i32) (local $d i32) (local $l i64) (local $x f32) (local $y f64) (local $v v128) {text}))"
    )
}

fn vector(case: Case) -> Vector {
    let Case { name, guards, wat, fuel, call_depth, expected } = case;
    let module = wat::parse_str(&wat).unwrap_or_else(|error| panic!("{name}: {error}"));
    let limits = Limits { fuel, call_depth, memory_bytes: 1 << 30, table_elements: 1_000_000 };
    let (ended, _) = run_job(&module, "run", limits, NoImports).unwrap_or_else(|why| panic!("{name}: {why}"));
    let (status, trap, stated, results) = match expected {
        Expected::Returned(fuel, results) => ("Returned", None, fuel, results),
        Expected::Trapped(kind, paid) => ("Trapped", Some(kind), paid, Vec::new()),
        Expected::OutOfFuel => ("OutOfFuel", None, fuel, Vec::new()),
        Expected::DepthExceeded(fuel) => ("DepthExceeded", None, fuel, Vec::new()),
    };
    let found = match &ended.status {
        Status::Returned(values) => ("Returned", None, ended.fuel, values.iter().map(|value| value.to_hex()).collect()),
        Status::Trapped(kind) => ("Trapped", Some(*kind), ended.fuel, Vec::new()),
        Status::OutOfFuel => ("OutOfFuel", None, ended.fuel, Vec::new()),
        Status::DepthExceeded => ("DepthExceeded", None, ended.fuel, Vec::new()),
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(found, (status, trap, stated, results.clone()), "{name}: found and stated\n{wat}");
    let vector = Vector::new(name, guards)
        .text("wat", &wat)
        .bytes("module", &module)
        .with(
            "limits",
            Json::Object(vec![
                ("fuel", Json::u64(limits.fuel)),
                ("call_depth", Json::u64(limits.call_depth)),
                ("memory_bytes", Json::u64(limits.memory_bytes)),
                ("table_elements", Json::u64(limits.table_elements)),
            ]),
        )
        .text("status", status);
    let vector = match trap {
        Some(kind) => vector.text("trap", kind),
        None => vector,
    };
    vector.u64("fuel", stated).with("results", Json::List(results.into_iter().map(Json::Text).collect()))
}
