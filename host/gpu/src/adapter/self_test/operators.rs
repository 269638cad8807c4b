//! Each exact primitive on built, special and random operands, alone and as vectors.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use super::{Case, canonical, patterns};
use crate::adapter::tier::Primitive;
use crate::device::DispatchEnd;

/// Triples per case: many of each built kind, and still milliseconds on a processor.
const TRIPLES: usize = 1 << 14;

/// An expression over x, y, z (floats), u and v (the words of x and y) in WGSL, and what it is in Rust. It means the same for scalars and for vectors.
pub(super) type Expression = (&'static str, fn(f32, f32, f32) -> u32);

fn flag(value: bool) -> u32 {
    u32::from(value)
}

const SIGN: [Expression; 3] = [
    ("bits(-x)", |x, _, _| canonical(-x)),
    ("bits(abs(y))", |_, y, _| canonical(y.abs())),
    ("bits(-abs(z))", |_, _, z| canonical(-z.abs())),
];
const COMPARE: [Expression; 9] = [
    ("flag(x == y)", |x, y, _| flag(x == y)),
    ("flag(x != y)", |x, y, _| flag(x != y)),
    ("flag(x < y)", |x, y, _| flag(x < y)),
    ("flag(x <= y)", |x, y, _| flag(x <= y)),
    ("flag(x > y)", |x, y, _| flag(x > y)),
    ("flag(x >= y)", |x, y, _| flag(x >= y)),
    ("flag(!(x < y))", |x, y, _| flag(x >= y || x.is_nan() || y.is_nan())),
    ("flag(z == z)", |_, _, z| flag(!z.is_nan())),
    ("flag(z > ZERO)", |_, _, z| flag(z > 0.0)),
];
const ARITHMETIC: [Expression; 3] =
    [("bits(x + y)", |x, y, _| canonical(x + y)), ("bits(x - y)", |x, y, _| canonical(x - y)), ("bits(x * y)", |x, y, _| canonical(x * y))];
const FROM_INTEGER: [Expression; 4] = [
    ("bits(from_u(u))", |x, _, _| (x.to_bits() as f32).to_bits()),
    ("bits(from_i(u))", |x, _, _| (x.to_bits() as i32 as f32).to_bits()),
    ("bits(from_u(v / SIXTY_FOUR))", |_, y, _| ((y.to_bits() / 64) as f32).to_bits()),
    ("bits(from_i(v / SIXTY_FOUR))", |_, y, _| ((y.to_bits() / 64) as i32 as f32).to_bits()),
];
const TO_INTEGER: [Expression; 4] = [
    ("to_u(x)", |x, _, _| to_u32(x)),
    ("to_i(x)", |x, _, _| to_i32(x)),
    ("to_u(abs(y))", |_, y, _| to_u32(y.abs())),
    ("to_i(z)", |_, _, z| to_i32(z)),
];
const ROUND: [Expression; 4] = [
    ("bits(floor(x))", |x, _, _| canonical(x.floor())),
    ("bits(ceil(x))", |x, _, _| canonical(x.ceil())),
    ("bits(trunc(x))", |x, _, _| canonical(x.trunc())),
    ("bits(round(x))", |x, _, _| canonical(x.round_ties_even())),
];
const FMA: [Expression; 2] =
    [("bits(fma(x, y, z))", |x, y, z| canonical(x.mul_add(y, z))), ("bits(fma(-y, z, x))", |x, y, z| canonical((-y).mul_add(z, x)))];
const DIVIDE: [Expression; 2] = [("bits(x / y)", |x, y, _| canonical(x / y)), ("bits(ONE / z)", |_, _, z| canonical(1.0 / z))];
const SQRT: [Expression; 3] = [
    ("bits(sqrt(x))", |x, _, _| canonical(x.sqrt())),
    ("bits(sqrt(abs(y)))", |_, y, _| canonical(y.abs().sqrt())),
    ("bits(sqrt(abs(z)))", |_, _, z| canonical(z.abs().sqrt())),
];

/// NaN to 0; clamped to the largest float below 2^32.
fn to_u32(x: f32) -> u32 {
    x.min(4_294_967_040.0) as u32 * u32::from(!x.is_nan())
}

/// NaN to 0; clamped to the largest float below 2^31.
fn to_i32(x: f32) -> u32 {
    if x.is_nan() { 0 } else { x.min(2_147_483_520.0) as i32 as u32 }
}

/// In the order in which they build on each other: a division repaired by `fma` needs a fused one.
pub(super) fn cases() -> Vec<Case> {
    let families: [(&str, Primitive, &[Expression]); 9] = [
        ("fma", Primitive::Fma, &FMA),
        ("negation and abs", Primitive::Sign, &SIGN),
        ("comparison", Primitive::Compare, &COMPARE),
        ("add, subtract, multiply", Primitive::Arithmetic, &ARITHMETIC),
        ("integer to float", Primitive::FromInteger, &FROM_INTEGER),
        ("float to integer", Primitive::ToInteger, &TO_INTEGER),
        ("rounding", Primitive::Round, &ROUND),
        ("division", Primitive::Divide, &DIVIDE),
        ("square root", Primitive::Sqrt, &SQRT),
    ];
    let mut cases = Vec::new();
    for (name, primitive, expressions) in families {
        cases.push(case(name, Some(primitive), expressions, TRIPLES, [64, 1, 1]));
        cases.push(vectors(&format!("{name} of vectors"), Some(primitive), expressions, TRIPLES / 4, 4..=4));
    }
    cases.push(vectors("add, subtract, multiply of short vectors", Some(Primitive::Arithmetic), &ARITHMETIC, TRIPLES / 4, 2..=3));
    cases
}

/// What expressions may name: as literals, so that a compiler may fold what it sees.
const CONSTANTS: [(&str, &str, &str); 11] = [
    ("ZERO", "f32", "0.0"),
    ("ONE", "f32", "1.0"),
    ("TWO", "f32", "2.0"),
    ("EIGHT", "f32", "8.0"),
    ("HALF", "f32", "0.5"),
    ("THREE", "f32", "3.0"),
    ("THIRD", "f32", "0.33333334"),
    ("TEN", "f32", "10.0"),
    ("HUGE", "f32", "1e30"),
    ("TINY", "f32", "1e-30"),
    ("SIXTY_FOUR", "u32", "64u"),
];
const CALLS: [&str; 6] = ["bits", "flag", "from_u", "from_i", "to_u", "to_i"];

const SCALAR: &str = "
fn bits(x: f32) -> u32 { return bitcast<u32>(x); }
fn flag(x: bool) -> u32 { return select(0u, 1u, x); }
fn from_u(x: u32) -> f32 { return f32(x); }
fn from_i(x: u32) -> f32 { return f32(bitcast<i32>(x)); }
fn to_u(x: f32) -> u32 { return u32(x); }
fn to_i(x: f32) -> u32 { return bitcast<u32>(i32(x)); }
";

/// `N` is the number of components.
const VECTOR: &str = "
fn bits(x: vecN<f32>) -> vecN<u32> { return bitcast<vecN<u32>>(x); }
fn flag(x: vecN<bool>) -> vecN<u32> { return select(vecN<u32>(0u), vecN<u32>(1u), x); }
fn from_u(x: vecN<u32>) -> vecN<f32> { return vecN<f32>(x); }
fn from_i(x: vecN<u32>) -> vecN<f32> { return vecN<f32>(bitcast<vecN<i32>>(x)); }
fn to_u(x: vecN<f32>) -> vecN<u32> { return vecN<u32>(x); }
fn to_i(x: vecN<f32>) -> vecN<u32> { return bitcast<vecN<u32>>(vecN<i32>(x)); }
";

const BINDINGS: &str = "
@group(0) @binding(0) var<storage, read> a: array<u32>;
@group(0) @binding(1) var<storage, read> b: array<u32>;
@group(0) @binding(2) var<storage, read> c: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<u32>;
";

/// A case that evaluates `expressions` on `count` triples, one an invocation.
pub(super) fn case(name: &str, blames: Option<Primitive>, expressions: &[Expression], count: usize, workgroup: [u32; 3]) -> Case {
    let columns = expressions.len();
    let mut body = String::new();
    for (column, (text, _)) in expressions.iter().enumerate() {
        // Writing to a String does not fail.
        let _ = writeln!(body, "  out[{columns}u * i + {column}u] = {text};");
    }
    let [width, height, depth] = workgroup;
    let invocations = width * height * depth;
    let constants: String = CONSTANTS.iter().map(|(name, _, value)| format!("const {name} = {value};\n")).collect();
    let wgsl = format!(
        "{BINDINGS}{constants}{SCALAR}
@compute @workgroup_size({width}, {height}, {depth})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {{
  let i = group.x * {invocations}u + local;
  if (i >= arrayLength(&a)) {{ return; }}
  let u = a[i];
  let v = b[i];
  let x = bitcast<f32>(u);
  let y = bitcast<f32>(v);
  let z = bitcast<f32>(c[i]);
{body}}}
"
    );
    build(name, blames, expressions, count, wgsl, invocations)
}

/// The same on vectors of each of `sizes`: an invocation takes as many triples as they have components.
pub(super) fn vectors(
    name: &str,
    blames: Option<Primitive>,
    expressions: &[Expression],
    count: usize,
    sizes: RangeInclusive<usize>,
) -> Case {
    let lanes: usize = sizes.clone().sum();
    let columns = expressions.len();
    let mut functions = String::new();
    let mut body = String::new();
    let mut first = 0;
    for size in sizes {
        // Every name gets the size at its end: WGSL has no overloads, and a constant has one type.
        let sized = |text: &str| {
            let calls = CALLS.iter().fold(text.to_owned(), |text, call| text.replace(&format!("{call}("), &format!("{call}{size}(")));
            CONSTANTS.iter().fold(calls, |text, (name, ..)| text.replace(name, &format!("{name}{size}")))
        };
        for (name, scalar, value) in CONSTANTS {
            let _ = writeln!(functions, "const {name}{size} = vec{size}<{scalar}>({value});");
        }
        functions += &sized(VECTOR).replace("vecN", &format!("vec{size}"));
        let load = |array: &str| (0..size).map(|lane| format!("{array}[{lanes}u * i + {}u]", first + lane)).collect::<Vec<_>>().join(", ");
        let _ = writeln!(body, "  {{\n  let u = vec{size}<u32>({});\n  let v = vec{size}<u32>({});", load("a"), load("b"));
        let _ = writeln!(body, "  let x = bitcast<vec{size}<f32>>(u);\n  let y = bitcast<vec{size}<f32>>(v);");
        let _ = writeln!(body, "  let z = bitcast<vec{size}<f32>>(vec{size}<u32>({}));", load("c"));
        for (column, (text, _)) in expressions.iter().enumerate() {
            let text = sized(text);
            let _ = writeln!(body, "  let r{column} = {text};");
            for (lane, component) in ["x", "y", "z", "w"].into_iter().take(size).enumerate() {
                let _ = writeln!(body, "  out[{columns}u * ({lanes}u * i + {}u) + {column}u] = r{column}.{component};", first + lane);
            }
        }
        body += "  }\n";
        first += size;
    }
    let wgsl = format!(
        "{BINDINGS}{functions}
@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {{
  let i = id.x;
  if ({lanes}u * i >= arrayLength(&a)) {{ return; }}
{body}}}
"
    );
    Case { long: true, ..build(name, blames, expressions, count, wgsl, 32 * lanes as u32) }
}

fn build(name: &str, blames: Option<Primitive>, expressions: &[Expression], count: usize, wgsl: String, triples_per_group: u32) -> Case {
    let mut triples = patterns::triples(count, 1);
    // No invocation reads beyond the end, whatever the sizes of its vectors.
    triples.truncate(triples.len() / 60 * 60);
    let mut expected = Vec::with_capacity(expressions.len() * triples.len());
    for [x, y, z] in &triples {
        expected.extend(expressions.iter().map(|(_, model)| model(f32::from_bits(*x), f32::from_bits(*y), f32::from_bits(*z))));
    }
    Case {
        name: name.to_owned(),
        blames,
        wgsl,
        inputs: (0..3).map(|operand| triples.iter().map(|triple| triple[operand]).collect()).collect(),
        before: vec![0; expected.len()],
        groups: [(triples.len() as u32).div_ceil(triples_per_group), 1, 1],
        loop_iterations: 1 << 20,
        end: DispatchEnd::Done,
        expected,
        long: false,
        columns: expressions.iter().map(|(text, _)| (*text).to_owned()).collect(),
    }
}
