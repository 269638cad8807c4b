//! Expressions that a compiler loves to rewrite: fused, reassociated, folded, or with NaN, infinities and the sign of zero assumed away.

use super::operators::{self, Expression};
use super::{Case, canonical};
use crate::adapter::tier::Primitive;

const CONTRACTION: [Expression; 9] = [
    ("bits(x * y + z)", |x, y, z| canonical(x * y + z)),
    ("bits(x * y - z)", |x, y, z| canonical(x * y - z)),
    ("bits(z - x * y)", |x, y, z| canonical(z - x * y)),
    ("bits(x * y + y * z)", |x, y, z| canonical(x * y + y * z)),
    ("bits(x * x - y * y)", |x, y, _| canonical(x * x - y * y)),
    ("bits((x + ONE) * y)", |x, y, _| canonical((x + 1.0) * y)),
    // RADV fuses a product with a power of two whatever it is told, as if that were always exact: it is not where it overflows.
    ("bits(x * TWO + y)", |x, y, _| canonical(x * 2.0 + y)),
    ("bits(y - x * EIGHT)", |x, y, _| canonical(y - x * 8.0)),
    ("bits(x * HALF - y)", |x, y, _| canonical(x * 0.5 - y)),
];
const REASSOCIATION: [Expression; 8] = [
    ("bits((x + y) - x)", |x, y, _| canonical((x + y) - x)),
    ("bits((x - y) + y)", |x, y, _| canonical((x - y) + y)),
    // What a sum lost (TwoSum): 0 to a compiler that computes with real numbers.
    ("bits((x - ((x + y) - ((x + y) - x))) + (y - ((x + y) - x)))", |x, y, _| {
        let sum = x + y;
        let part = sum - x;
        canonical((x - (sum - part)) + (y - part))
    }),
    ("bits((x + y) + z)", |x, y, z| canonical((x + y) + z)),
    ("bits(x + (y + z))", |x, y, z| canonical(x + (y + z))),
    ("bits((x * y) * z)", |x, y, z| canonical((x * y) * z)),
    ("bits(x * z + y * z)", |x, y, z| canonical(x * z + y * z)),
    ("bits((x * THREE) * THIRD)", |x, _, _| canonical((x * 3.0) * 0.333_333_34)),
];
const FOLDING: [Expression; 15] = [
    ("bits(x - x)", |x, _, _| canonical(minus(x, x))),
    ("bits(x * ZERO)", |x, _, _| canonical(x * 0.0)),
    ("bits(x + ZERO)", |x, _, _| canonical(x + 0.0)),
    ("bits(ZERO - x)", |x, _, _| canonical(0.0 - x)),
    ("bits(x - ZERO)", |x, _, _| canonical(x - 0.0)),
    ("bits(x * ONE)", |x, _, _| canonical(x)),
    ("bits(x * -ONE)", |x, _, _| canonical(-x)),
    ("bits(-(x - y))", |x, y, _| canonical(-(x - y))),
    ("bits(x + x - x)", |x, _, _| canonical(x + x - x)),
    ("bits(x * HUGE * HUGE)", |x, _, _| canonical(x * 1e30 * 1e30)),
    ("bits(x * TINY * TINY)", |x, _, _| canonical(x * 1e-30 * 1e-30)),
    ("bits((x + HUGE) - HUGE)", |x, _, _| canonical((x + 1e30) - 1e30)),
    // Mesa takes `select(0, -1, c)` for `-f32(c)`, which is -0 where c is false.
    ("bits(select(ZERO, -ONE, x < y))", |x, y, _| canonical(if x < y { -1.0 } else { 0.0 })),
    ("bits(select(-ONE, ZERO, x < y) * z)", |x, y, z| canonical(if x < y { 0.0 } else { -1.0 } * z)),
    ("bits(sign(x) * y)", |x, y, _| canonical(sign(x) * y)),
];
/// Fused, where a factor or the summand is a zero that a compiler sees.
const FUSED: [Expression; 3] = [
    ("bits(fma(x, y, ZERO))", |x, y, _| canonical(x.mul_add(y, 0.0))),
    ("bits(fma(x, ZERO, y))", |x, y, _| canonical(x.mul_add(0.0, y))),
    ("bits(fma(x, y, -ZERO))", |x, y, _| canonical(x.mul_add(y, -0.0))),
];
const DIVISION: [Expression; 8] = [
    ("bits((x * y) / y)", |x, y, _| canonical((x * y) / y)),
    ("bits((x / y) * y)", |x, y, _| canonical((x / y) * y)),
    ("bits(x / x)", |x, _, _| canonical(by(x, x))),
    ("bits(x / THREE)", |x, _, _| canonical(x / 3.0)),
    ("bits(x / TEN)", |x, _, _| canonical(x / 10.0)),
    ("bits(x / ZERO)", |x, _, _| canonical(x / 0.0)),
    ("bits(ZERO / x)", |x, _, _| canonical(0.0 / x)),
    ("bits(ONE / (ONE / x))", |x, _, _| canonical(1.0 / (1.0 / x))),
];
const ROOTS: [Expression; 3] = [
    ("bits(sqrt(x) * sqrt(x))", |x, _, _| canonical(x.sqrt() * x.sqrt())),
    ("bits(sqrt(x * x))", |x, _, _| canonical((x * x).sqrt())),
    ("bits(ONE / sqrt(x))", |x, _, _| canonical(1.0 / x.sqrt())),
];
const ORDER: [Expression; 9] = [
    ("flag(x != x)", |x, _, _| u32::from(x.is_nan())),
    ("flag(!(x >= y))", |x, y, _| u32::from(x < y || x.is_nan() || y.is_nan())),
    ("flag(x - y < ZERO)", |x, y, _| u32::from(x - y < 0.0)),
    ("flag(x * y == ZERO)", |x, y, _| u32::from(x * y == 0.0)),
    ("flag(x + ONE > x)", |x, _, _| u32::from(x + 1.0 > x)),
    ("bits(min(x, y))", |x, y, _| canonical(min(x, y))),
    ("bits(max(x, y))", |x, y, _| canonical(max(x, y))),
    ("bits(clamp(x, y, z))", |x, y, z| canonical(min(max(x, y), z))),
    ("bits(select(x, y, y < x))", |x, y, _| canonical(if y < x { y } else { x })),
];

fn sign(x: f32) -> f32 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else {
        0.0
    }
}

/// `a - b` where both are one expression, which a linter takes for a mistake.
fn minus(a: f32, b: f32) -> f32 {
    a - b
}

/// `a / b`, likewise.
fn by(a: f32, b: f32) -> f32 {
    a / b
}

fn min(a: f32, b: f32) -> f32 {
    if b < a || a.is_nan() { b } else { a }
}

fn max(a: f32, b: f32) -> f32 {
    if a < b || a.is_nan() { b } else { a }
}

/// A fused and an unfused sum beside each other, at workgroup sizes that compilers treat apart.
const MIXED: [Expression; 3] = [CONTRACTION[0], REASSOCIATION[0], ("bits(fma(x, y, z))", |x, y, z| canonical(x.mul_add(y, z)))];

const WORKGROUPS: [[u32; 3]; 5] = [[1, 1, 1], [7, 3, 1], [32, 1, 1], [8, 8, 4], [1024, 1, 1]];

/// Zeros that a compiler can see: in the text, in what variables start with, by a call and by unrolling a loop.
pub(super) fn zeros() -> Vec<Case> {
    let plain = operators::case("constant zeros", Some(Primitive::Constants), &FOLDING, 1 << 12, [64, 1, 1]);
    let hidden = operators::case("zeros that come to light", Some(Primitive::Constants), &UNROLLED, 1 << 12, [64, 1, 1]);
    vec![plain, Case { wgsl: hidden.wgsl.clone() + UNROLLED_FUNCTIONS, ..hidden }]
}

const UNROLLED: [Expression; 6] = [
    ("bits(product_sum(x, y))", |x, y, _| canonical(((0.0 + x * y) + x * y) + x * y)),
    ("bits(tile(x, y))", |x, y, _| canonical((0.0 + x * y) + (0.0 - x))),
    ("bits(ramp(x))", |x, _, _| canonical((0.0 * x + 1.0 * x) + 2.0 * x)),
    ("bits(scaled(x, 0.0))", |x, _, _| canonical(x * 0.0)),
    ("bits(kept + x)", |x, _, _| canonical(0.0 + x)),
    ("bits(x * f32(x != x))", |x, _, _| canonical(x * if x.is_nan() { 1.0 } else { 0.0 })),
];

const UNROLLED_FUNCTIONS: &str = "
var<private> kept: f32;
fn product_sum(x: f32, y: f32) -> f32 { var sum = 0.0; for (var i = 0; i < 3; i++) { sum = sum + x * y; } return sum; }
fn tile(x: f32, y: f32) -> f32 {
  var tile: array<vec2<f32>, 2>;
  for (var i = 0; i < 2; i++) { tile[i].x = tile[i].x + x * y; tile[i].y = tile[i].y - x; }
  return tile[0].x + tile[1].y;
}
fn ramp(x: f32) -> f32 { return (f32(first(0u)) * x + f32(first(1u)) * x) + f32(first(2u)) * x; }
fn first(n: u32) -> u32 { var i = 0u; loop { if (i == n) { break; } i = i + 1u; } return i; }
fn scaled(x: f32, factor: f32) -> f32 { return x * factor; }
";

pub(super) fn cases() -> Vec<Case> {
    let families: [(&str, Option<Primitive>, &[Expression]); 6] = [
        ("contraction", None, &CONTRACTION),
        ("reassociation", None, &REASSOCIATION),
        ("rewritten division", Some(Primitive::Divide), &DIVISION),
        ("rewritten square root", Some(Primitive::Sqrt), &ROOTS),
        ("order", Some(Primitive::Compare), &ORDER),
        ("fused zeros", Some(Primitive::Constants), &FUSED),
    ];
    let mut cases = Vec::new();
    for (name, blames, expressions) in families {
        cases.push(operators::case(name, blames, expressions, 1 << 13, [64, 1, 1]));
        cases.push(operators::vectors(&format!("{name} in vectors"), blames, expressions, 1 << 12, 3..=3));
    }
    for workgroup in WORKGROUPS {
        let name = format!("contraction in workgroups of {workgroup:?}");
        cases.push(operators::case(&name, None, &MIXED, 1 << 12, workgroup));
    }
    cases
}
