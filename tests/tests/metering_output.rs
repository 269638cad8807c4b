//! What the host writes into a module, byte for byte: `specs/vectors/metering-output.json`.
//!
//! `BLESS=1 cargo test -p assay-tests --test metering_output` writes the hashes that differ. Before they are committed, [`metering::VERSION`] is one more.

use assay_sandbox::{Instruments, instrument, metering};
use serde_json::{Value, json};

/// Features of the instruments, and a small module for each.
const MODULES: [(&str, &str); 17] = [
    ("nothing to do", r#"(module (func (export "_start")))"#),
    (
        "charges of branches",
        r#"(module (func (export "run") (param i32 i32) (result i32)
            (if (local.get 0) (then (local.set 1 (i32.div_u (local.get 1) (i32.const 3)))) (else (local.set 1 (i32.eqz (local.get 1)))))
            (if (local.get 1) (then (return (i32.mul (local.get 0) (local.get 1)))))
            (block (br_if 0 (i32.clz (local.get 1))) (local.set 0 (i32.ctz (local.get 0))) (unreachable))
            (local.get 0)))"#,
    ),
    (
        "loops",
        r#"(module (func (export "run") (param i32 i64)
            (block (loop (br_if 1 (i32.eqz (local.get 0))) (local.set 0 (i32.shr_u (local.get 0) (i32.const 1)))
                (loop (local.set 1 (i64.mul (local.get 1) (local.get 1))) (br_if 0 (i64.eqz (local.get 1))))
                (br_if 0 (i32.and (local.get 0) (i32.const 4))) (br 0)))))"#,
    ),
    (
        "counted loops",
        r#"(module (memory 1) (func (export "run") (param i32 i32) (local i32)
            (loop (i32.store8 (local.get 2) (i32.const 7)) (br_if 0 (i32.ne (local.tee 2 (i32.add (local.get 2) (i32.const 1))) (local.get 0))))
            (loop (local.set 1 (i32.add (local.get 1) (i32.const -12))) (br_if 0 (local.get 1)))
            (loop (local.set 2 (i32.add (local.get 2) (i32.const 24))) (br_if 0 (i32.ne (i32.const 480) (local.get 2))))))"#,
    ),
    (
        "calls and depth",
        r#"(module (func $f (param i32) (result i32)
                (if (result i32) (local.get 0) (then (i32.add (call $f (i32.sub (local.get 0) (i32.const 1))) (i32.const 1))) (else (call $leaf))))
            (func $leaf (result i32) i32.const 5)
            (func (export "run") (result i32) i32.const 9 call $f))"#,
    ),
    (
        "weight",
        "(module (func $f) (func (export \"run\") (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
            i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) call $f))",
    ),
    (
        "imports in tables",
        r#"(module (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32))) (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
            (table 3 funcref) (elem (i32.const 0) $yield $own) (elem declare func $exit) (global funcref (ref.func $yield)) (func $own (result i32) i32.const 1)
            (func (export "run") (result i32) call $yield drop i32.const 2 ref.func $exit table.set 0 i32.const 0 call_indirect (result i32)))"#,
    ),
    (
        "start and an exported import",
        r#"(module (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32))) (export "yield" (func $yield)) (export "begin" (func $begin))
            (func $begin call $yield drop) (start $begin))"#,
    ),
    (
        "br_table",
        r#"(module (func (export "run") (param i32) (result i32)
            (block (block (loop (block (br_table 0 1 2 3 0 (local.get 0))) (local.set 0 (i32.popcnt (local.get 0))))) (return (i32.const 1))) (local.get 0)
            (br_table 0 0 (i32.const 1))))"#,
    ),
    (
        "dead code",
        r#"(module (func $f) (func (export "run") (block (br 0) (loop (call $f) (br 0))) (return) (if (i32.const 1) (then (drop (f64.sqrt (f64.const 1)))))))"#,
    ),
    (
        "NaN repaired where it is returned, passed and looked at",
        r#"(module (global $g (mut f64) (f64.const 0)) (func $f (param f32 f64)) (func (export "run") (param f32 f64) (result f32 f64)
            (call $f (f32.sqrt (local.get 0)) (f64.neg (f64.div (local.get 1) (local.get 1)))) (global.set $g (f64.promote_f32 (local.get 0)))
            (drop (i32.reinterpret_f32 (f32.abs (f32.neg (f32.add (local.get 0) (local.get 0))))))
            (f32.demote_f64 (local.get 1)) (f64.copysign (f64.ceil (local.get 1)) (local.get 1))))"#,
    ),
    (
        "NaN repaired in memory",
        r#"(module (memory 1) (func (export "run") (param f32 f64 i32)
            (f32.store offset=3 align=1 (local.get 2) (f32.mul (local.get 0) (local.get 0))) (f64.store (i32.const 8) (f64.neg (f64.sqrt (local.get 1))))
            (f64.store (i32.const 0) (block (result f64) (f32.store (i32.const 16) (f32.neg (f32.min (local.get 0) (local.get 0)))) (f64.max (local.get 1) (local.get 1))))
            (f64.store offset=4294967295 (local.get 2) (f64.floor (local.get 1)))))"#,
    ),
    (
        "NaN in locals around a loop",
        r#"(module (memory 1) (func (export "run") (param f64 i32) (local f64 f64)
            (local.set 2 (f64.load (i32.const 0)))
            (loop (local.set 3 (select (local.get 2) (local.get 0) (local.get 1))) (local.set 2 (f64.sub (local.get 2) (local.get 0)))
                (br_if 0 (local.tee 1 (i32.shl (local.get 1) (i32.const 1)))))
            (f64.store (i32.const 0) (local.get 2)) (f64.store (i32.const 8) (local.get 3))))"#,
    ),
    (
        "NaN in vectors",
        r#"(module (memory 1) (func (export "run") (param v128 f32 f64) (result v128) (local v128)
            (local.set 3 (f32x4.sqrt (local.get 0))) (v128.store (i32.const 0) (f64x2.neg (f64x2.sqrt (local.get 3))))
            (v128.store (i32.const 16) (f32x4.replace_lane 1 (f32x4.pmin (local.get 3) (local.get 0)) (f32.sqrt (local.get 1))))
            (drop (i64.reinterpret_f64 (f64x2.extract_lane 1 (f64x2.splat (f64.trunc (local.get 2))))))
            (v128.bitselect (f32x4.demote_f64x2_zero (local.get 0)) (f64x2.promote_low_f32x4 (local.get 3)) (f64x2.add (local.get 0) (local.get 0)))))"#,
    ),
    (
        "vectors of integers",
        r#"(module (func (export "run") (param v128 v128) (result v128) (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (i32x4.add (local.get 0) (local.get 1)) (local.get 1))))"#,
    ),
    (
        "costs by a length",
        r#"(module (memory 1 9) (table 1 funcref) (data $d "abc") (elem $e funcref (ref.null func)) (func (export "run") (param i32) (result i32)
            (memory.fill (i32.const 0) (i32.const 1) (local.get 0)) (memory.copy (i32.const 0) (i32.const 1) (local.get 0)) (memory.init $d (i32.const 0) (i32.const 0) (local.get 0))
            (table.init $e (i32.const 0) (i32.const 0) (local.get 0)) (table.copy (i32.const 0) (i32.const 0) (local.get 0)) (table.fill (i32.const 0) (ref.null func) (local.get 0))
            (i32.add (memory.grow (local.get 0)) (table.grow (ref.null func) (local.get 0)))))"#,
    ),
    (
        "names that are taken",
        r#"(module (func $f (export "assay.reserve") (export "assay.slice")) (memory (export "assay.depth") 1) (global (export "assay.slice'") i32 (i32.const 0))
            (func (export "assay.start")) (start $f))"#,
    ),
];

fn pinned(name: &str, text: &str) -> Value {
    let module = wat::parse_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
    wasmparser::Validator::new().validate_all(&module).unwrap_or_else(|error| panic!("{name}: {error}"));
    let written = instrument(&module, Instruments::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
    wasmparser::Validator::new().validate_all(&written.wasm).unwrap_or_else(|error| panic!("{name}: what is written: {error}"));
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    json!({
        "name": name,
        "wat": one_line,
        "module": hex::encode(&module),
        "output_bytes": written.wasm.len().to_string(),
        "output_blake3": blake3::hash(&written.wasm).to_hex().as_str(),
    })
}

/// The output is normative (specs/metering.md, section 7): who writes other instruments runs other modules, whose fuel, depth and NaNs have yet to be shown to be the same, and the cache of
/// compiled modules goes by [`metering::VERSION`]. So whoever changes the output of any module raises that version, and blesses the hashes here with it.
#[test]
fn output_is_pinned() {
    let outputs: Vec<Value> = MODULES.iter().map(|(name, text)| pinned(name, text)).collect();
    let found = json!({ "page": "specs/metering.md", "version": metering::VERSION, "groups": { "output": outputs } });
    let path = assay_tests::program::root().join("specs/vectors/metering-output.json");
    let committed = std::fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str::<Value>(&text).ok()).unwrap_or_default();
    if committed == found {
        return;
    }
    if std::env::var_os("BLESS").is_some_and(|value| value == "1") {
        let text = serde_json::to_string_pretty(&found).expect("JSON") + "\n";
        std::fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        return;
    }
    let of = |all: &Value, at: usize| all["groups"]["output"][at].clone();
    let differ: Vec<&str> =
        MODULES.iter().enumerate().filter(|(at, _)| of(&committed, *at) != of(&found, *at)).map(|(_, (name, _))| *name).collect();
    panic!("{} is not what is written now, of version {}; {differ:?} differ", path.display(), metering::VERSION);
}
