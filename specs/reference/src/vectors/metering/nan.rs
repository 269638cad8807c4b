//! Section 6: the bits of NaN.
//!
//! The operands are the NaNs of a width: quiet and signalling, of either sign, with payloads; and what makes a NaN of numbers.

use super::{Case, Expected, PLENTY, case};

pub(super) fn cases() -> Vec<Case> {
    [scalars(), lanes(), between(), kept(), kept_lanes()].into_iter().flatten().collect()
}

/// Constants of one width: for text, and as bits.
struct Width {
    float: &'static str,
    lanes: &'static str,
    integer: &'static str,
    digits: usize,
    canonical: &'static str,
    /// Quiet, signalling, negative with a payload, negative signalling.
    nans: [&'static str; 4],
    nan_bits: [&'static str; 4],
    /// 1, 2, 1.5, 2.25, −1, 3, 0.5.
    bits: [&'static str; 7],
}

const SINGLE: Width = Width {
    float: "f32",
    lanes: "f32x4",
    integer: "i32",
    digits: 8,
    canonical: "7fc00000",
    nans: ["nan", "nan:0x200001", "-nan:0x7abcde", "-nan:0x1"],
    nan_bits: ["7fc00000", "7fa00001", "fffabcde", "ff800001"],
    bits: ["3f800000", "40000000", "3fc00000", "40100000", "bf800000", "40400000", "3f000000"],
};

const DOUBLE: Width = Width {
    float: "f64",
    lanes: "f64x2",
    integer: "i64",
    digits: 16,
    canonical: "7ff8000000000000",
    nans: ["nan", "nan:0x4000000000001", "-nan:0xfabcdef012345", "-nan:0x1"],
    nan_bits: ["7ff8000000000000", "7ff4000000000001", "ffffabcdef012345", "fff0000000000001"],
    bits: [
        "3ff0000000000000",
        "4000000000000000",
        "3ff8000000000000",
        "4002000000000000",
        "bff0000000000000",
        "4008000000000000",
        "3fe0000000000000",
    ],
};

const WIDTHS: [&Width; 2] = [&SINGLE, &DOUBLE];

const CANONICAL: &str = "the bits of a NaN as a processor makes them";
const KEPT: &str = "a NaN made canonical, or quiet, where its bits are to be kept";

/// What makes a NaN of numbers, for each instruction of two operands.
const MADE: [(&str, &[(&str, &str)]); 6] = [
    ("add", &[("inf", "-inf"), ("-inf", "inf")]),
    ("sub", &[("inf", "inf"), ("-inf", "-inf")]),
    ("mul", &[("0", "inf"), ("-inf", "0")]),
    ("div", &[("0", "0"), ("inf", "-inf"), ("-0", "0")]),
    ("min", &[]),
    ("max", &[]),
];

const UNARY: [&str; 5] = ["sqrt", "ceil", "floor", "trunc", "nearest"];

/// 8 for division and root.
fn cost(name: &str) -> u64 {
    if matches!(name, "div" | "sqrt") { 8 } else { 1 }
}

/// A `run` of these results.
fn run(name: impl Into<String>, guards: &'static str, types: &str, text: &str, fuel: u64, results: Vec<String>) -> Case {
    let wat = format!(
        "(module (memory 1) (global $x (mut f32) (f32.const 0)) (global $y (mut f64) (f64.const 0)) \
         (func (export \"run\") (result {types}) (local $x f32) (local $y f64) (local $v v128) {text}))"
    );
    case(name, guards, wat, PLENTY, Expected::Returned(fuel, results))
}

fn scalars() -> Vec<Case> {
    let mut cases = Vec::new();
    for width in WIDTHS {
        let Width { float, canonical, nans, .. } = width;
        let many = |name: String, texts: Vec<String>, each: u64| {
            let count = texts.len();
            let results = vec![(*canonical).to_string(); count];
            run(name, CANONICAL, &vec![*float; count].join(" "), &texts.join(" "), each * count as u64, results)
        };
        for (name, made) in MADE {
            let two = |x: &str, y: &str| format!("{float}.const {x} {float}.const {y} {float}.{name}");
            let mut texts = Vec::new();
            for nan in nans {
                texts.extend([two(nan, "1"), two("1", nan), two(nan, "-inf"), two(nan, nans[1]), two(nans[2], nan)]);
            }
            texts.extend(made.iter().map(|(x, y)| two(x, y)));
            cases.push(many(format!("{float}.{name}"), texts, cost(name)));
        }
        for name in UNARY {
            let mut texts: Vec<String> = nans.iter().map(|nan| format!("{float}.const {nan} {float}.{name}")).collect();
            if name == "sqrt" {
                texts.extend(["-1", "-inf"].map(|x| format!("{float}.const {x} {float}.sqrt")));
            }
            cases.push(many(format!("{float}.{name}"), texts, cost(name)));
        }
    }
    cases
}

/// A vector from lanes' bits, lane 0 first.
fn constant(width: &Width, lanes: &[&str]) -> String {
    let lanes: Vec<String> = lanes.iter().map(|bits| format!("0x{bits}")).collect();
    let shape = if width.digits == 8 { "i32x4" } else { "i64x2" };
    format!("v128.const {shape} {}", lanes.join(" "))
}

/// The same as a result: the highest lane first.
fn lanes_hex(lanes: &[&str]) -> String {
    lanes.iter().rev().copied().collect()
}

fn lanes() -> Vec<Case> {
    let mut cases = Vec::new();
    for width in WIDTHS {
        let [one, two, middle, square, minus, three, half] = width.bits;
        let [_, signalling, payload, negative] = width.nan_bits;
        let nan = width.canonical;
        let binary = [("add", three), ("sub", minus), ("mul", two), ("div", half), ("min", one), ("max", two)];
        // Numbers in one lane, NaN in the others: of the first operand, of the second, of both.
        let x = vec![[one, signalling, one, negative], [payload, one, signalling, one]];
        let y = vec![[two, one, payload, signalling], [payload, two, one, two]];
        for (name, number) in binary {
            cases.push(lanes_case(width, name, &[x.clone(), y.clone()], &[[number, nan, nan, nan], [nan, number, nan, number]]));
        }
        let unary = [("sqrt", middle), ("ceil", three), ("floor", two), ("trunc", two), ("nearest", two)];
        for (name, number) in unary {
            let x = vec![[square, signalling, payload, negative], [negative, square, signalling, square]];
            cases.push(lanes_case(width, name, &[x], &[[number, nan, nan, nan], [nan, number, nan, number]]));
        }
    }
    cases
}

fn lanes_case(width: &Width, name: &str, operands: &[Vec<[&str; 4]>], expected: &[[&str; 4]]) -> Case {
    let lanes = if width.digits == 8 { 4 } else { 2 };
    let mut text = Vec::new();
    for vector in 0..expected.len() {
        text.extend(operands.iter().map(|operand| constant(width, &operand[vector][..lanes])));
        text.push(format!("{}.{name}", width.lanes));
    }
    let results = expected.iter().map(|expected| lanes_hex(&expected[..lanes])).collect();
    let types = vec!["v128"; expected.len()].join(" ");
    run(format!("{}.{name}", width.lanes), CANONICAL, &types, &text.join(" "), cost(name) * expected.len() as u64, results)
}

/// From one width to the other.
fn between() -> Vec<Case> {
    let [_, s1, s2, s3] = SINGLE.nan_bits;
    let [_, d1, d2, d3] = DOUBLE.nan_bits;
    let (nan, wide) = (SINGLE.canonical, DOUBLE.canonical);
    let all = |width: &Width, name: &str| width.nans.map(|nan| format!("{}.const {nan} {name}", width.float)).join(" ");
    vec![
        run("f32.demote_f64", CANONICAL, "f32 f32 f32 f32", &all(&DOUBLE, "f32.demote_f64"), 4, vec![nan.into(); 4]),
        run("f64.promote_f32", CANONICAL, "f64 f64 f64 f64", &all(&SINGLE, "f64.promote_f32"), 4, vec![wide.into(); 4]),
        run(
            "f32x4.demote_f64x2_zero",
            CANONICAL,
            "v128 v128",
            &format!(
                "{} f32x4.demote_f64x2_zero {} f32x4.demote_f64x2_zero",
                constant(&DOUBLE, &[d1, DOUBLE.bits[0]]),
                constant(&DOUBLE, &[d2, d3])
            ),
            2,
            vec![lanes_hex(&[nan, SINGLE.bits[0], "00000000", "00000000"]), lanes_hex(&[nan, nan, "00000000", "00000000"])],
        ),
        run(
            "f64x2.promote_low_f32x4",
            CANONICAL,
            "v128 v128",
            &format!(
                "{} f64x2.promote_low_f32x4 {} f64x2.promote_low_f32x4",
                constant(&SINGLE, &[s1, SINGLE.bits[0], s2, s3]),
                constant(&SINGLE, &[s2, s3, s1, s1])
            ),
            2,
            vec![lanes_hex(&[wide, DOUBLE.bits[0]]), lanes_hex(&[wide, wide])],
        ),
    ]
}

/// The bits with their sign turned, or taken, or set.
fn with_sign(bits: &str, negative: bool) -> String {
    let first = u8::from_str_radix(&bits[..1], 16).expect("a digit");
    format!("{:x}{}", if negative { first | 8 } else { first & 7 }, &bits[1..])
}

/// For each NaN of a width one expression, which gives bits that are stated.
fn each(width: &Width, name: String, fuel: u64, text: impl Fn(&str) -> String, bits: impl Fn(&str) -> String) -> Case {
    let texts: Vec<String> = width.nans.iter().map(|nan| text(&format!("{}.const {nan}", width.float))).collect();
    let results = width.nan_bits.iter().map(|nan| bits(nan)).collect();
    run(name, KEPT, &[width.float; 4].join(" "), &texts.join(" "), 4 * fuel, results)
}

fn kept() -> Vec<Case> {
    let mut cases = Vec::new();
    for width in WIDTHS {
        let Width { float, integer, .. } = width;
        let local = if *float == "f32" { "$x" } else { "$y" };
        let same = |bits: &str| bits.to_string();
        let keep = |name: &str, fuel: u64, text: &dyn Fn(&str) -> String| each(width, format!("{float}: {name}"), fuel, text, same);
        cases.extend([
            each(width, format!("{float}.abs"), 1, |nan| format!("{nan} {float}.abs"), |bits| with_sign(bits, false)),
            each(width, format!("{float}.neg"), 1, |nan| format!("{nan} {float}.neg"), |bits| with_sign(bits, !is_negative(bits))),
            each(
                width,
                format!("{float}.copysign from −1"),
                1,
                |nan| format!("{nan} {float}.const -1 {float}.copysign"),
                |bits| with_sign(bits, true),
            ),
            each(
                width,
                format!("{float}.copysign to 1"),
                1,
                |nan| format!("{float}.const 1 {nan} {float}.copysign"),
                |bits| with_sign(width.bits[0], is_negative(bits)),
            ),
            keep("constants", 0, &|nan| nan.to_string()),
            keep("locals", 0, &|nan| format!("{nan} local.set {local} local.get {local} local.tee {local}")),
            keep("globals", 2, &|nan| format!("{nan} global.set {local} global.get {local}")),
            keep("blocks", 1, &|nan| format!("block (result {float}) {nan} br 0 end")),
            keep("select", 1, &|nan| format!("{nan} {float}.const 0 i32.const 1 select")),
            keep("select, the other", 1, &|nan| format!("{float}.const 0 {nan} i32.const 0 select")),
            keep("store and load", 2, &|nan| format!("i32.const 0 {nan} {float}.store i32.const 0 {float}.load")),
            keep("to an integer's bits and back", 2, &|nan| format!("{nan} {integer}.reinterpret_{float} {float}.reinterpret_{integer}")),
            keep("to a lane and back", 2, &|nan| format!("{nan} {0}.splat {0}.extract_lane 1", width.lanes)),
            keep("in a replaced lane", 2, &|nan| format!("local.get $v {nan} {0}.replace_lane 1 {0}.extract_lane 1", width.lanes)),
        ]);
        let called = format!(
            "(module (table 1 funcref) (elem (i32.const 0) func $f) (func $f (param {float}) (result {float}) local.get 0) \
             (func (export \"run\") (result {float} {float}) {float}.const {} call $f {float}.const {} i32.const 0 \
             call_indirect (param {float}) (result {float})))",
            width.nans[1], width.nans[3]
        );
        let results = [width.nan_bits[1], width.nan_bits[3]].map(str::to_string).to_vec();
        cases.push(case(format!("{float}: parameters and results"), KEPT, called, PLENTY, Expected::Returned(2 + 4, results)));
    }
    cases
}

fn is_negative(bits: &str) -> bool {
    bits.starts_with('f')
}

fn kept_lanes() -> Vec<Case> {
    let mut cases = Vec::new();
    for width in WIDTHS {
        let count = if width.digits == 8 { 4 } else { 2 };
        let [_, signalling, payload, negative] = width.nan_bits;
        let one = width.bits[0];
        let nans = &[signalling, payload, negative, width.canonical][..count];
        let (v, result) = (constant(width, nans), lanes_hex(nans));
        let ones = constant(width, &[one; 4][..count]);
        let ones_hex = lanes_hex(&[one; 4][..count]);
        let lanes = width.lanes;
        let signs = |negative: &dyn Fn(&str) -> bool| {
            let changed: Vec<String> = nans.iter().map(|bits| with_sign(bits, negative(bits))).collect();
            lanes_hex(&changed.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let mut one_case = |name: &str, text: String, expected: &str| {
            cases.push(run(format!("{lanes}: {name}"), KEPT, "v128", &text, 1, vec![expected.to_string()]));
        };
        one_case("abs", format!("{v} {lanes}.abs"), &signs(&|_| false));
        one_case("neg", format!("{v} {lanes}.neg"), &signs(&|bits| !is_negative(bits)));
        // pmin is the second if that is less, pmax if that is greater, and otherwise the first: a NaN is neither.
        for name in ["pmin", "pmax"] {
            one_case(&format!("{name} of NaN and 1"), format!("{v} {ones} {lanes}.{name}"), &result);
            one_case(&format!("{name} of 1 and NaN"), format!("{ones} {v} {lanes}.{name}"), &ones_hex);
        }
        one_case("or with nothing", format!("{v} local.get $v v128.or"), &result);
        one_case("select", format!("{v} {ones} i32.const 1 select"), &result);
        one_case("bitselect", format!("{ones} {v} local.get $v v128.bitselect"), &result);
        let shuffle = "i8x16.shuffle 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31";
        one_case("shuffle", format!("{ones} {v} {shuffle}"), &result);
        let order = "v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15";
        one_case("swizzle", format!("{v} {order} i8x16.swizzle"), &result);
    }
    cases
}
