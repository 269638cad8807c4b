//! Integers: wrapping, division by zero, shifts beyond the width, counting bits, packed products.

use std::fmt::Write as _;

use super::Case;
use crate::adapter::random::Random;
use crate::device::DispatchEnd;

/// Pairs of words.
const PAIRS: usize = 1 << 13;

/// An expression over a, b (u32) and c, d (the same as i32), giving a u32.
type Expression = (&'static str, fn(u32, u32) -> u32);

fn signed(operation: fn(i32, i32) -> i32, a: u32, b: u32) -> u32 {
    operation(a as i32, b as i32) as u32
}

fn bytes_dot(a: u32, b: u32, product: fn(u8, u8) -> i32) -> u32 {
    a.to_le_bytes().into_iter().zip(b.to_le_bytes()).fold(0i32, |sum, (a, b)| sum.wrapping_add(product(a, b))) as u32
}

const EXPRESSIONS: [Expression; 27] = [
    ("a + b", u32::wrapping_add),
    ("a - b", u32::wrapping_sub),
    ("a * b", u32::wrapping_mul),
    ("a / b", |a, b| a.checked_div(b).unwrap_or(a)),
    ("a % b", |a, b| a.checked_rem(b).unwrap_or(0)),
    ("bitcast<u32>(c / d)", |a, b| signed(|c, d| if d == 0 { c } else { c.wrapping_div(d) }, a, b)),
    ("bitcast<u32>(c % d)", |a, b| signed(|c, d| if d == 0 { 0 } else { c.wrapping_rem(d) }, a, b)),
    ("bitcast<u32>(c * d)", u32::wrapping_mul),
    ("a << (b & 63u)", |a, b| a << (b & 31)),
    ("a >> (b & 63u)", |a, b| a >> (b & 31)),
    ("bitcast<u32>(c >> (b & 63u))", |a, b| ((a as i32) >> (b & 31)) as u32),
    ("a & b", |a, b| a & b),
    ("a | b", |a, b| a | b),
    ("a ^ b", |a, b| a ^ b),
    ("~a", |a, _| !a),
    ("bitcast<u32>(-c)", |a, _| a.wrapping_neg()),
    ("min(a, b)", u32::min),
    ("bitcast<u32>(max(c, d))", |a, b| signed(i32::max, a, b)),
    ("bitcast<u32>(abs(c))", |a, _| (a as i32).wrapping_abs() as u32),
    ("countOneBits(a)", |a, _| a.count_ones()),
    ("reverseBits(a)", |a, _| a.reverse_bits()),
    ("countLeadingZeros(a)", |a, _| a.leading_zeros()),
    ("countTrailingZeros(a)", |a, _| a.trailing_zeros()),
    ("bitcast<u32>(dot4I8Packed(a, b))", |a, b| bytes_dot(a, b, |a, b| i32::from(a as i8) * i32::from(b as i8))),
    ("dot4U8Packed(a, b)", |a, b| bytes_dot(a, b, |a, b| i32::from(a) * i32::from(b))),
    ("select(0u, 1u, a < b)", |a, b| u32::from(a < b)),
    ("select(0u, 1u, c < d)", |a, b| u32::from((a as i32) < (b as i32))),
];

const SPECIAL: [u32; 16] =
    [0, 1, 2, 3, 31, 32, 33, 0x7f, 0x80, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, 0xffff_fffe, 0xffff_ffff];

pub(super) fn cases() -> Vec<Case> {
    let mut random = Random(2);
    let mut pairs: Vec<[u32; 2]> = SPECIAL.into_iter().flat_map(|a| SPECIAL.map(|b| [a, b])).collect();
    while pairs.len() < PAIRS {
        let [a, b] = [random.word(), random.word()];
        // Every second divisor is small: quotients of two random words are nearly all 0 or 1.
        pairs.push([a, if pairs.len().is_multiple_of(2) { b } else { b >> (a & 31) }]);
    }
    let columns = EXPRESSIONS.len();
    let mut body = String::new();
    for (column, (text, _)) in EXPRESSIONS.iter().enumerate() {
        // Writing to a String does not fail.
        let _ = writeln!(body, "  out[{columns}u * i + {column}u] = {text};");
    }
    let wgsl = format!(
        "@group(0) @binding(0) var<storage, read> first: array<u32>;
@group(0) @binding(1) var<storage, read> second: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {{
  let i = id.x;
  if (i >= arrayLength(&first)) {{ return; }}
  let a = first[i];
  let b = second[i];
  let c = bitcast<i32>(a);
  let d = bitcast<i32>(b);
{body}}}
"
    );
    let expected: Vec<u32> = pairs.iter().flat_map(|[a, b]| EXPRESSIONS.map(|(_, model)| model(*a, *b))).collect();
    vec![Case {
        name: "integers".to_owned(),
        blames: None,
        wgsl,
        inputs: (0..2).map(|operand| pairs.iter().map(|pair| pair[operand]).collect()).collect(),
        before: vec![0; expected.len()],
        groups: [pairs.len().div_ceil(64) as u32, 1, 1],
        loop_iterations: 1 << 20,
        end: DispatchEnd::Done,
        expected,
        long: false,
        columns: EXPRESSIONS.iter().map(|(text, _)| (*text).to_owned()).collect(),
    }]
}
