//! Every operator and scalar built-in as a WGSL expression beside the reference's answer: what the vectors and the tests of back ends are made from.
//!
//! An expression is written over four words `a b c d`, the same as numbers `x y z w` (`bitcast<f32>`), and the first two as signed `i j`. Its value is taken
//! as a word: `bitcast<u32>`.

use super::bits::bits;
use super::error::{SPECIAL, mixed};
use super::{arithmetic as f, circular, conversions, exponential, geometry, integers as n, inverse_circular, logarithm, packing, power};

/// What an argument is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argument {
    /// Any bits, read as a number.
    Number,
    /// A number from -2 to 2.
    Near,
    /// Any word.
    Word,
    /// A word, mostly below 40: offsets, counts, shift amounts, exponents.
    Count,
}

/// An expression and its meaning.
pub struct Expression {
    /// WGSL.
    pub wgsl: &'static str,
    /// What its words are filled with, from `a` on.
    pub arguments: &'static [Argument],
    /// The word it gives.
    pub compute: fn([u32; 4]) -> u32,
}

use Argument::{Count, Near, Number, Word};

const fn row(wgsl: &'static str, arguments: &'static [Argument], compute: fn([u32; 4]) -> u32) -> Expression {
    Expression { wgsl, arguments, compute }
}

/// A word as a number.
fn x(word: u32) -> f32 {
    f32::from_bits(word)
}

/// A number's word.
fn u(x: f32) -> u32 {
    bits(x)
}

/// A signed number's word.
fn s(i: i32) -> u32 {
    i.cast_unsigned()
}

/// A word as a signed number.
fn i(word: u32) -> i32 {
    word.cast_signed()
}

/// Operators and functions of numbers.
pub const NUMBERS: &[Expression] = &[
    row("x + y", &[Number, Number], |[a, b, ..]| u(x(a) + x(b))),
    row("x - y", &[Number, Number], |[a, b, ..]| u(x(a) - x(b))),
    row("x * y", &[Number, Number], |[a, b, ..]| u(x(a) * x(b))),
    row("x / y", &[Number, Number], |[a, b, ..]| u(x(a) / x(b))),
    row("x % y", &[Number, Number], |[a, b, ..]| u(f::rem(x(a), x(b)))),
    row("-x", &[Number], |[a, ..]| u(-x(a))),
    row("select(0u, 1u, x < y)", &[Number, Number], |[a, b, ..]| u32::from(x(a) < x(b))),
    row("select(0u, 1u, x <= y)", &[Number, Number], |[a, b, ..]| u32::from(x(a) <= x(b))),
    row("select(0u, 1u, x > y)", &[Number, Number], |[a, b, ..]| u32::from(x(a) > x(b))),
    row("select(0u, 1u, x >= y)", &[Number, Number], |[a, b, ..]| u32::from(x(a) >= x(b))),
    row("select(0u, 1u, x == y)", &[Number, Number], |[a, b, ..]| u32::from(x(a) == x(b))),
    row("select(0u, 1u, x != y)", &[Number, Number], |[a, b, ..]| u32::from(x(a) != x(b))),
    row("x * y + z", &[Number, Number, Number], |[a, b, c, _]| u(x(a) * x(b) + x(c))),
    row("(x + y) - x", &[Number, Number], |[a, b, ..]| u((x(a) + x(b)) - x(a))),
    row("x - x * 0.0", &[Number], |[a, ..]| u(x(a) - x(a) * 0.0)),
    row("(x * y) / y", &[Number, Number], |[a, b, ..]| u((x(a) * x(b)) / x(b))),
    row("fma(x, y, z)", &[Number, Number, Number], |[a, b, c, _]| u(f::fma(x(a), x(b), x(c)))),
    row("fma(x, y, -(x * y))", &[Near, Near], |[a, b, ..]| u(f::fma(x(a), x(b), -(x(a) * x(b))))),
    row("abs(x)", &[Number], |[a, ..]| u(f::abs(x(a)))),
    row("sqrt(x)", &[Number], |[a, ..]| u(x(a).sqrt())),
    row("floor(x)", &[Number], |[a, ..]| u(f::floor(x(a)))),
    row("ceil(x)", &[Number], |[a, ..]| u(f::ceil(x(a)))),
    row("trunc(x)", &[Number], |[a, ..]| u(f::trunc(x(a)))),
    row("round(x)", &[Number], |[a, ..]| u(f::round(x(a)))),
    row("round(x * 8.0)", &[Near], |[a, ..]| u(f::round(x(a) * 8.0))),
    row("fract(x)", &[Number], |[a, ..]| u(f::fract(x(a)))),
    row("modf(x).fract", &[Number], |[a, ..]| u(f::modf(x(a)).0)),
    row("modf(x).whole", &[Number], |[a, ..]| u(f::modf(x(a)).1)),
    row("frexp(x).fract", &[Number], |[a, ..]| u(f::frexp(x(a)).0)),
    row("frexp(x).exp", &[Number], |[a, ..]| s(f::frexp(x(a)).1)),
    row("ldexp(x, j)", &[Number, Count], |[a, b, ..]| u(f::ldexp(x(a), i(b)))),
    row("min(x, y)", &[Number, Number], |[a, b, ..]| u(f::min(x(a), x(b)))),
    row("max(x, y)", &[Number, Number], |[a, b, ..]| u(f::max(x(a), x(b)))),
    row("clamp(x, y, z)", &[Number, Number, Number], |[a, b, c, _]| u(f::clamp(x(a), x(b), x(c)))),
    row("saturate(x)", &[Near], |[a, ..]| u(f::saturate(x(a)))),
    row("sign(x)", &[Number], |[a, ..]| u(f::sign(x(a)))),
    row("step(x, y)", &[Number, Number], |[a, b, ..]| u(f::step(x(a), x(b)))),
    row("mix(x, y, z)", &[Number, Number, Near], |[a, b, c, _]| u(f::mix(x(a), x(b), x(c)))),
    row("smoothstep(x, y, z)", &[Near, Near, Near], |[a, b, c, _]| u(f::smoothstep(x(a), x(b), x(c)))),
    row("radians(x)", &[Number], |[a, ..]| u(f::radians(x(a)))),
    row("degrees(x)", &[Number], |[a, ..]| u(f::degrees(x(a)))),
    row("inverseSqrt(x)", &[Number], |[a, ..]| u(f::inverse_sqrt(x(a)))),
    row("quantizeToF16(x)", &[Number], |[a, ..]| u(packing::quantize_to_f16(x(a)))),
];

/// Functions that are what their algorithm gives.
pub const TRANSCENDENTAL: &[Expression] = &[
    row("exp(x)", &[Number], |[a, ..]| u(exponential::exp(x(a)))),
    row("exp2(x)", &[Number], |[a, ..]| u(exponential::exp2(x(a)))),
    row("log(x)", &[Number], |[a, ..]| u(logarithm::log(x(a)))),
    row("log2(x)", &[Number], |[a, ..]| u(logarithm::log2(x(a)))),
    row("pow(x, y)", &[Number, Number], |[a, b, ..]| u(power::pow(x(a), x(b)))),
    row("pow(abs(x), y * 16.0)", &[Near, Near], |[a, b, ..]| u(power::pow(f::abs(x(a)), x(b) * 16.0))),
    row("sin(x)", &[Number], |[a, ..]| u(circular::sin(x(a)))),
    row("cos(x)", &[Number], |[a, ..]| u(circular::cos(x(a)))),
    row("tan(x)", &[Number], |[a, ..]| u(circular::tan(x(a)))),
    row("asin(x)", &[Near], |[a, ..]| u(inverse_circular::asin(x(a)))),
    row("acos(x)", &[Near], |[a, ..]| u(inverse_circular::acos(x(a)))),
    row("atan(x)", &[Number], |[a, ..]| u(inverse_circular::atan(x(a)))),
    row("atan2(x, y)", &[Number, Number], |[a, b, ..]| u(inverse_circular::atan2(x(a), x(b)))),
    row("atan2(x, y) ", &[Near, Near], |[a, b, ..]| u(inverse_circular::atan2(x(a), x(b)))),
    row("sinh(x)", &[Number], |[a, ..]| u(exponential::sinh(x(a)))),
    row("cosh(x)", &[Number], |[a, ..]| u(exponential::cosh(x(a)))),
    row("tanh(x)", &[Number], |[a, ..]| u(exponential::tanh(x(a)))),
    row("asinh(x)", &[Number], |[a, ..]| u(logarithm::asinh(x(a)))),
    row("acosh(x)", &[Number], |[a, ..]| u(logarithm::acosh(x(a)))),
    row("atanh(x)", &[Near], |[a, ..]| u(logarithm::atanh(x(a)))),
];

/// Vectors and matrices, where the order of operations shows.
pub const VECTORS: &[Expression] = &[
    row("dot(vec2<f32>(x, y), vec2<f32>(z, w))", &[Near; 4], |[a, b, c, d]| u(geometry::dot(&[x(a), x(b)], &[x(c), x(d)]))),
    row("dot(vec4<f32>(x, y, z, w), vec4<f32>(w, x, y, z))", &[Near; 4], |[a, b, c, d]| {
        u(geometry::dot(&[x(a), x(b), x(c), x(d)], &[x(d), x(a), x(b), x(c)]))
    }),
    row("length(x)", &[Number], |[a, ..]| u(geometry::length(&[x(a)]))),
    row("length(vec3<f32>(x, y, z))", &[Near; 3], |[a, b, c, _]| u(geometry::length(&[x(a), x(b), x(c)]))),
    row("distance(vec2<f32>(x, y), vec2<f32>(z, w))", &[Near; 4], |[a, b, c, d]| u(geometry::distance(&[x(a), x(b)], &[x(c), x(d)]))),
    row("normalize(vec4<f32>(x, y, z, w)).y", &[Near; 4], |[a, b, c, d]| u(geometry::normalize(&[x(a), x(b), x(c), x(d)])[1])),
    row("cross(vec3<f32>(x, y, z), vec3<f32>(w, z, x)).z", &[Near; 4], |[a, b, c, d]| {
        u(geometry::cross([x(a), x(b), x(c)], [x(d), x(c), x(a)])[2])
    }),
    row("faceForward(vec2<f32>(x, y), vec2<f32>(z, w), vec2<f32>(y, z)).x", &[Near; 4], |[a, b, c, d]| {
        u(geometry::face_forward(&[x(a), x(b)], &[x(c), x(d)], &[x(b), x(c)])[0])
    }),
    row("reflect(vec2<f32>(x, y), vec2<f32>(z, w)).x", &[Near; 4], |[a, b, c, d]| u(geometry::reflect(&[x(a), x(b)], &[x(c), x(d)])[0])),
    row("refract(vec2<f32>(x, y), vec2<f32>(z, w), 0.75).y", &[Near; 4], |[a, b, c, d]| {
        u(geometry::refract(&[x(a), x(b)], &[x(c), x(d)], 0.75)[1])
    }),
    row("determinant(mat2x2<f32>(x, y, z, w))", &[Near; 4], |[a, b, c, d]| {
        u(geometry::determinant(&vec![vec![x(a), x(b)], vec![x(c), x(d)]]))
    }),
    row("determinant(mat3x3<f32>(x, y, z, w, x + y, z, y, w, x))", &[Near; 4], |[a, b, c, d]| {
        let [x, y, z, w] = [a, b, c, d].map(x);
        u(geometry::determinant(&vec![vec![x, y, z], vec![w, x + y, z], vec![y, w, x]]))
    }),
    row("(mat2x2<f32>(x, y, z, w) * vec2<f32>(y, z)).x", &[Near; 4], |[a, b, c, d]| {
        u(geometry::matrix_times_vector(&vec![vec![x(a), x(b)], vec![x(c), x(d)]], &[x(b), x(c)])[0])
    }),
    row("(vec2<f32>(y, z) * mat2x2<f32>(x, y, z, w)).x", &[Near; 4], |[a, b, c, d]| {
        u(geometry::vector_times_matrix(&[x(b), x(c)], &vec![vec![x(a), x(b)], vec![x(c), x(d)]])[0])
    }),
    row("(mat2x2<f32>(x, y, z, w) * mat2x2<f32>(w, z, y, x))[1].x", &[Near; 4], |[a, b, c, d]| {
        let [x, y, z, w] = [a, b, c, d].map(x);
        u(geometry::matrix_times_matrix(&vec![vec![x, y], vec![z, w]], &vec![vec![w, z], vec![y, x]])[1][0])
    }),
    row("transpose(mat2x3<f32>(x, y, z, w, x, y))[2].y", &[Near; 4], |[a, b, c, d]| {
        let [x, y, z, w] = [a, b, c, d].map(x);
        u(geometry::transpose(&vec![vec![x, y, z], vec![w, x, y]])[2][1])
    }),
];

/// Operators and functions of integers.
pub const INTEGERS: &[Expression] = &[
    row("i + j", &[Word, Word], |[a, b, ..]| a.wrapping_add(b)),
    row("i - j", &[Word, Word], |[a, b, ..]| a.wrapping_sub(b)),
    row("i * j", &[Word, Word], |[a, b, ..]| a.wrapping_mul(b)),
    row("-i", &[Word], |[a, ..]| a.wrapping_neg()),
    row("i / j", &[Word, Word], |[a, b, ..]| s(n::divide_signed(i(a), i(b)))),
    row("i % j", &[Word, Word], |[a, b, ..]| s(n::rem_signed(i(a), i(b)))),
    row("a / b", &[Word, Word], |[a, b, ..]| n::divide_unsigned(a, b)),
    row("a % b", &[Word, Word], |[a, b, ..]| n::rem_unsigned(a, b)),
    row("a << b", &[Word, Count], |[a, b, ..]| n::shift_left(a, b)),
    row("a >> b", &[Word, Count], |[a, b, ..]| n::shift_right_unsigned(a, b)),
    row("i >> b", &[Word, Count], |[a, b, ..]| s(n::shift_right_signed(i(a), b))),
    row("(a & b) | (c ^ ~a)", &[Word, Word, Word], |[a, b, c, _]| (a & b) | (c ^ !a)),
    row("select(0u, 1u, i < j)", &[Word, Word], |[a, b, ..]| u32::from(i(a) < i(b))),
    row("select(0u, 1u, a < b)", &[Word, Word], |[a, b, ..]| u32::from(a < b)),
    row("abs(i)", &[Word], |[a, ..]| s(n::abs(i(a)))),
    row("sign(i)", &[Word], |[a, ..]| s(i(a).signum())),
    row("min(i, j)", &[Word, Word], |[a, b, ..]| s(i(a).min(i(b)))),
    row("max(a, b)", &[Word, Word], |[a, b, ..]| a.max(b)),
    row("clamp(i, j, 1000i)", &[Word, Word], |[a, b, ..]| s(n::clamp_signed(i(a), i(b), 1000))),
    row("clamp(a, b, c)", &[Word, Word, Word], |[a, b, c, _]| n::clamp_unsigned(a, b, c)),
    row("countOneBits(a)", &[Word], |[a, ..]| a.count_ones()),
    row("reverseBits(a)", &[Word], |[a, ..]| a.reverse_bits()),
    row("countLeadingZeros(a)", &[Word], |[a, ..]| a.leading_zeros()),
    row("countTrailingZeros(a)", &[Word], |[a, ..]| a.trailing_zeros()),
    row("firstLeadingBit(a)", &[Word], |[a, ..]| n::first_leading_bit_unsigned(a)),
    row("firstLeadingBit(i)", &[Word], |[a, ..]| s(n::first_leading_bit_signed(i(a)))),
    row("firstTrailingBit(a)", &[Word], |[a, ..]| n::first_trailing_bit(a)),
    row("extractBits(a, b, c)", &[Word, Count, Count], |[a, b, c, _]| n::extract_bits_unsigned(a, b, c)),
    row("extractBits(i, b, c)", &[Word, Count, Count], |[a, b, c, _]| s(n::extract_bits_signed(i(a), b, c))),
    row("insertBits(a, b, c, d)", &[Word, Word, Count, Count], |[a, b, c, d]| n::insert_bits(a, b, c, d)),
    row("dot4I8Packed(a, b)", &[Word, Word], |[a, b, ..]| s(n::dot4_signed(a, b))),
    row("dot4U8Packed(a, b)", &[Word, Word], |[a, b, ..]| n::dot4_unsigned(a, b)),
];

/// Between numbers, integers and packed words.
pub const CONVERSIONS: &[Expression] = &[
    row("i32(x)", &[Number], |[a, ..]| s(conversions::f32_to_i32(x(a)))),
    row("u32(x)", &[Number], |[a, ..]| conversions::f32_to_u32(x(a))),
    row("f32(i)", &[Word], |[a, ..]| u(conversions::i32_to_f32(i(a)))),
    row("f32(a)", &[Word], |[a, ..]| u(conversions::u32_to_f32(a))),
    row("bitcast<u32>(x)", &[Number], |[a, ..]| conversions::bitcast_to_u32(x(a))),
    row("select(0u, 1u, bool(x))", &[Number], |[a, ..]| u32::from(x(a) != 0.0)),
    row("pack2x16float(vec2<f32>(x, y))", &[Number, Near], |[a, b, ..]| packing::pack2x16float([x(a), x(b)])),
    row("unpack2x16float(a).x", &[Word], |[a, ..]| u(packing::unpack2x16float(a)[0])),
    row("unpack2x16float(a).y", &[Word], |[a, ..]| u(packing::unpack2x16float(a)[1])),
    row("pack4x8snorm(vec4<f32>(x, y, z, w))", &[Near, Near, Near, Number], |w| packing::pack4x8snorm(w.map(x))),
    row("pack4x8unorm(vec4<f32>(x, y, z, w))", &[Near, Near, Near, Number], |w| packing::pack4x8unorm(w.map(x))),
    row("pack2x16snorm(vec2<f32>(x, y))", &[Near, Number], |[a, b, ..]| packing::pack2x16snorm([x(a), x(b)])),
    row("pack2x16unorm(vec2<f32>(x, y))", &[Near, Number], |[a, b, ..]| packing::pack2x16unorm([x(a), x(b)])),
    row("unpack4x8snorm(a).y", &[Word], |[a, ..]| u(packing::unpack4x8snorm(a)[1])),
    row("unpack4x8unorm(a).w", &[Word], |[a, ..]| u(packing::unpack4x8unorm(a)[3])),
    row("unpack2x16snorm(a).x", &[Word], |[a, ..]| u(packing::unpack2x16snorm(a)[0])),
    row("unpack2x16unorm(a).y", &[Word], |[a, ..]| u(packing::unpack2x16unorm(a)[1])),
    row("pack4xI8(vec4<i32>(i, j, i + 1i, j + 1i))", &[Word, Word], |[a, b, ..]| {
        packing::pack4x8([a, b, a.wrapping_add(1), b.wrapping_add(1)])
    }),
    row("pack4xU8(vec4<u32>(a, b, c, d))", &[Word; 4], packing::pack4x8),
    row("pack4xI8Clamp(vec4<i32>(i, j, i >> 24u, j >> 20u))", &[Word, Word], |[a, b, ..]| {
        packing::pack4x8_signed_clamp([i(a), i(b), i(a) >> 24, i(b) >> 20])
    }),
    row("pack4xU8Clamp(vec4<u32>(a, b, a >> 24u, b >> 20u))", &[Word, Word], |[a, b, ..]| {
        packing::pack4x8_unsigned_clamp([a, b, a >> 24, b >> 20])
    }),
    row("unpack4xI8(a).z", &[Word], |[a, ..]| s(packing::unpack4x8_signed(a)[2])),
    row("unpack4xU8(a).w", &[Word], |[a, ..]| packing::unpack4x8_unsigned(a)[3]),
];

/// The groups, by name.
pub const GROUPS: [(&str, &[Expression]); 5] =
    [("numbers", NUMBERS), ("transcendental", TRANSCENDENTAL), ("vectors", VECTORS), ("integers", INTEGERS), ("conversions", CONVERSIONS)];

/// Words that break integer functions.
const SPECIAL_WORDS: [u32; 12] = [0, 1, 2, 31, 32, 33, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, 0xffff_fffe, 0xffff_ffff, 0x0001_0000];

impl Expression {
    /// The words of sample number `index`. First every special value of each argument against every one of the next; then words without visible order,
    /// of a distribution that suits the argument.
    pub fn sample(&self, index: u32) -> [u32; 4] {
        let mut words = [0; 4];
        let mut rest = index;
        for (place, argument) in self.arguments.iter().enumerate() {
            let special: &[u32] = if matches!(argument, Number | Near) { &SPECIAL } else { &SPECIAL_WORDS };
            words[place] = special[rest as usize % special.len()];
            rest /= special.len() as u32;
        }
        if rest > 0 || self.specials() <= index {
            for (place, argument) in self.arguments.iter().enumerate() {
                words[place] = argument.word(index.wrapping_mul(4).wrapping_add(place as u32));
            }
        }
        words
    }

    /// How many samples of special values there are: all pairs, and as many of more arguments.
    pub fn specials(&self) -> u32 {
        if self.arguments.len() == 1 { 28 } else { 28 * 28 }
    }
}

impl Argument {
    fn word(self, index: u32) -> u32 {
        let word = mixed(index);
        match self {
            Number if word.is_multiple_of(8) => SPECIAL[(word >> 8) as usize % SPECIAL.len()],
            Number if word % 8 < 4 => ((word >> 8) as f32 / 65_536.0 - 128.0).to_bits(), // ordinary magnitudes
            Number => mixed(!index),
            Near if word.is_multiple_of(16) => SPECIAL[(word >> 8) as usize % SPECIAL.len()],
            Near => ((word >> 8) as f32 / 4_194_304.0 - 2.0).to_bits(),
            Word if word.is_multiple_of(16) => SPECIAL_WORDS[(word >> 8) as usize % SPECIAL_WORDS.len()],
            Word => mixed(!index),
            Count if word.is_multiple_of(8) => mixed(!index),
            Count => (word >> 8) % 40,
        }
    }
}
