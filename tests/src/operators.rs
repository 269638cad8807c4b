//! Every operation of two and three operands, with what it must give: the specification's reference, which shares no code with the executor.
//!
//! Operands are words. Random ones are of several kinds, since uniform bits hardly ever meet: neighbours (cancellation), moderate numbers, small integers. Special ones
//! are combined with each other completely.

use assay_reference::strict::{
    arithmetic as a, bits::bits, circular, conversions as c, exponential, integers as i, inverse_circular, logarithm, packing, power,
};

use crate::corpus::data::Stream;
use crate::shaders::oracle::SPECIAL;

/// An operation: of which types, how WGSL writes it, what it must give.
pub struct Operation {
    /// Its name.
    pub name: &'static str,
    /// Types of the operands: one letter each, `f`, `i`, `u`; then that of the result.
    pub types: &'static str,
    /// An expression of `a`, `b`, `c`.
    pub wgsl: &'static str,
    /// The result's bits.
    pub expected: fn([u32; 3]) -> u32,
}

macro_rules! float {
    ($name:literal, $wgsl:literal, |$x:ident| $value:expr) => {
        Operation {
            name: $name,
            types: "ff",
            wgsl: $wgsl,
            expected: |[x, _, _]| {
                let $x = f32::from_bits(x);
                bits($value)
            },
        }
    };
    ($name:literal, $wgsl:literal, |$x:ident, $y:ident| $value:expr) => {
        Operation {
            name: $name,
            types: "fff",
            wgsl: $wgsl,
            expected: |[x, y, _]| {
                let ($x, $y) = (f32::from_bits(x), f32::from_bits(y));
                bits($value)
            },
        }
    };
    ($name:literal, $wgsl:literal, |$x:ident, $y:ident, $z:ident| $value:expr) => {
        Operation {
            name: $name,
            types: "ffff",
            wgsl: $wgsl,
            expected: |[x, y, z]| {
                let ($x, $y, $z) = (f32::from_bits(x), f32::from_bits(y), f32::from_bits(z));
                bits($value)
            },
        }
    };
}

macro_rules! compare {
    ($name:literal, $wgsl:literal, |$x:ident, $y:ident| $value:expr) => {
        Operation {
            name: $name,
            types: "ffu",
            wgsl: $wgsl,
            expected: |[x, y, _]| {
                let ($x, $y) = (f32::from_bits(x), f32::from_bits(y));
                u32::from($value)
            },
        }
    };
}

macro_rules! signed {
    ($name:literal, $wgsl:literal, |$x:ident, $y:ident| $value:expr) => {
        Operation {
            name: $name,
            types: "iii",
            wgsl: $wgsl,
            expected: |[x, y, _]| {
                let ($x, $y) = (x.cast_signed(), y.cast_signed());
                i32::cast_unsigned($value)
            },
        }
    };
}

macro_rules! unsigned {
    ($name:literal, $wgsl:literal, |$x:ident, $y:ident| $value:expr) => {
        Operation { name: $name, types: "uuu", wgsl: $wgsl, expected: |[$x, $y, _]| $value }
    };
}

/// All operations.
#[expect(clippy::eq_op, reason = "what compilers fold is what is tested")]
pub const OPERATIONS: [Operation; 104] = [
    float!("add", "a + b", |x, y| x + y),
    float!("subtract", "a - b", |x, y| x - y),
    float!("multiply", "a * b", |x, y| x * y),
    float!("divide", "a / b", |x, y| x / y),
    float!("remainder", "a % b", |x, y| a::rem(x, y)),
    float!("min", "min(a, b)", |x, y| a::min(x, y)),
    float!("max", "max(a, b)", |x, y| a::max(x, y)),
    float!("pow", "pow(a, b)", |x, y| power::pow(x, y)),
    float!("atan2", "atan2(a, b)", |x, y| inverse_circular::atan2(x, y)),
    float!("step", "step(a, b)", |x, y| a::step(x, y)),
    // What compilers contract, reassociate or fold, if nobody stops them.
    float!("multiply, add", "a * b + c", |x, y, z| x * y + z),
    float!("multiply, subtract from", "c - a * b", |x, y, z| z - x * y),
    float!("add, add", "a + b + c", |x, y, z| x + y + z),
    float!("add, subtract the same", "(a + b) - a", |x, y| (x + y) - x),
    float!("subtract, add the same", "(a - b) + b", |x, y| (x - y) + y),
    float!("multiply, divide by the same", "(a * b) / b", |x, y| (x * y) / y),
    float!("minus itself times zero", "a - a * 0.0", |x| x - x * 0.0),
    float!("minus itself", "a - a", |x| x - x),
    float!("by itself", "a / a", |x| x / x),
    float!("times one plus zero", "a * 1.0 + 0.0", |x| x * 1.0 + 0.0),
    float!("zero minus", "0.0 - a", |x| 0.0 - x),
    float!("product of three", "a * b * c", |x, y, z| x * y * z),
    float!("reciprocal", "1.0 / a", |x| 1.0 / x),
    float!("divide by a constant", "a / 3.0", |x| x / 3.0),
    float!("two-sum", "(a - ((a + b) - ((a + b) - a))) + (b - ((a + b) - a))", |x, y| {
        let s = x + y;
        let t = s - x;
        (x - (s - t)) + (y - t)
    }),
    float!("fma", "fma(a, b, c)", |x, y, z| x.mul_add(y, z)),
    float!("fma, exact rest", "fma(a, b, -(a * b))", |x, y| x.mul_add(y, -(x * y))),
    float!("mix", "mix(a, b, c)", |x, y, z| a::mix(x, y, z)),
    float!("clamp", "clamp(a, b, c)", |x, y, z| a::clamp(x, y, z)),
    float!("smoothstep", "smoothstep(a, b, c)", |x, y, z| a::smoothstep(x, y, z)),
    Operation {
        name: "select",
        types: "ffuf",
        wgsl: "select(a, b, (c & 1u) == 1u)",
        expected: |[x, y, z]| bits(f32::from_bits(if z & 1 == 1 { y } else { x })),
    },
    Operation {
        name: "ldexp",
        types: "fif",
        wgsl: "ldexp(a, b)",
        expected: |[x, y, _]| bits(a::ldexp(f32::from_bits(x), y.cast_signed())),
    },
    Operation { name: "bits of", types: "fu", wgsl: "bitcast<u32>(a)", expected: |[x, ..]| bits(f32::from_bits(x)) },
    Operation { name: "number of bits", types: "uf", wgsl: "bitcast<f32>(a)", expected: |[x, ..]| bits(f32::from_bits(x)) },
    Operation {
        name: "dot of 2",
        types: "ffff",
        wgsl: "dot(vec2<f32>(a, b), vec2<f32>(b, c))",
        expected: |[x, y, z]| {
            let (x, y, z) = (f32::from_bits(x), f32::from_bits(y), f32::from_bits(z));
            bits(x * y + y * z)
        },
    },
    Operation {
        name: "dot of 4",
        types: "ffff",
        wgsl: "dot(vec4<f32>(a, b, c, a), vec4<f32>(b, c, a, c))",
        expected: |[x, y, z]| {
            let (x, y, z) = (f32::from_bits(x), f32::from_bits(y), f32::from_bits(z));
            bits(((x * y + y * z) + z * x) + x * z)
        },
    },
    Operation {
        name: "unorm bytes",
        types: "fffu",
        wgsl: "pack4x8unorm(vec4<f32>(a, b, c, 0.5))",
        expected: |[x, y, z]| packing::pack4x8unorm([f32::from_bits(x), f32::from_bits(y), f32::from_bits(z), 0.5]),
    },
    Operation {
        name: "snorm bytes",
        types: "fffu",
        wgsl: "pack4x8snorm(vec4<f32>(a, b, c, -0.5))",
        expected: |[x, y, z]| packing::pack4x8snorm([f32::from_bits(x), f32::from_bits(y), f32::from_bits(z), -0.5]),
    },
    Operation {
        name: "two halves",
        types: "ffu",
        wgsl: "pack2x16float(vec2<f32>(a, b))",
        expected: |[x, y, _]| packing::pack2x16float([f32::from_bits(x), f32::from_bits(y)]),
    },
    Operation { name: "a half", types: "uf", wgsl: "unpack2x16float(a).y", expected: |[x, ..]| bits(packing::unpack2x16float(x)[1]) },
    float!("quantizeToF16", "quantizeToF16(a)", |x| packing::quantize_to_f16(x)),
    compare!("equal", "select(0u, 1u, a == b)", |x, y| x == y),
    compare!("not equal", "select(0u, 1u, a != b)", |x, y| x != y),
    compare!("less", "select(0u, 1u, a < b)", |x, y| x < y),
    compare!("less or equal", "select(0u, 1u, a <= b)", |x, y| x <= y),
    compare!("greater", "select(0u, 1u, a > b)", |x, y| x > y),
    compare!("greater or equal", "select(0u, 1u, a >= b)", |x, y| x >= y),
    compare!("not less", "select(0u, 1u, !(a < b))", |x, y| x.partial_cmp(&y) != Some(std::cmp::Ordering::Less)),
    signed!("signed add", "a + b", |x, y| x.wrapping_add(y)),
    signed!("signed subtract", "a - b", |x, y| x.wrapping_sub(y)),
    signed!("signed multiply", "a * b", |x, y| x.wrapping_mul(y)),
    signed!("signed divide", "a / b", |x, y| i::divide_signed(x, y)),
    signed!("signed remainder", "a % b", |x, y| i::rem_signed(x, y)),
    signed!("signed divide by 7", "a / 7", |x, _y| i::divide_signed(x, 7)),
    signed!("signed divide by -1", "a / -1", |x, _y| i::divide_signed(x, -1)),
    signed!("signed remainder by -16", "a % -16", |x, _y| i::rem_signed(x, -16)),
    signed!("signed min", "min(a, b)", |x, y| x.min(y)),
    signed!("signed max", "max(a, b)", |x, y| x.max(y)),
    signed!("signed compare", "select(select(0, 1, a < b), 2, a >= b && a != b)", |x, y| i32::from(x < y) + 2 * i32::from(x > y)),
    signed!("signed abs, negate", "abs(a) - (-b)", |x, y| i::abs(x).wrapping_add(y)),
    signed!("signed and, or, xor", "((a & b) | ~a) ^ b", |x, y| ((x & y) | !x) ^ y),
    signed!("signed first bits", "firstLeadingBit(a) * 64 + firstTrailingBit(b)", |x, y| i::first_leading_bit_signed(x)
        .wrapping_mul(64)
        .wrapping_add(i::first_trailing_bit(y.cast_unsigned()).cast_signed())),
    Operation { name: "signed shift left", types: "iui", wgsl: "a << b", expected: |[x, y, _]| i::shift_left(x, y) },
    Operation {
        name: "signed shift right",
        types: "iui",
        wgsl: "a >> b",
        expected: |[x, y, _]| i::shift_right_signed(x.cast_signed(), y).cast_unsigned(),
    },
    Operation {
        name: "signed clamp",
        types: "iiii",
        wgsl: "clamp(a, b, c)",
        expected: |[x, y, z]| i::clamp_signed(x.cast_signed(), y.cast_signed(), z.cast_signed()).cast_unsigned(),
    },
    Operation {
        name: "signed extractBits",
        types: "iuui",
        wgsl: "extractBits(a, b, c)",
        expected: |[x, y, z]| i::extract_bits_signed(x.cast_signed(), y, z).cast_unsigned(),
    },
    unsigned!("unsigned add", "a + b", |x, y| x.wrapping_add(y)),
    unsigned!("unsigned subtract", "a - b", |x, y| x.wrapping_sub(y)),
    unsigned!("unsigned multiply", "a * b", |x, y| x.wrapping_mul(y)),
    unsigned!("unsigned divide", "a / b", |x, y| i::divide_unsigned(x, y)),
    unsigned!("unsigned remainder", "a % b", |x, y| i::rem_unsigned(x, y)),
    unsigned!("unsigned divide by 641", "a / 641u", |x, _y| x / 641),
    unsigned!("unsigned min", "min(a, b)", |x, y| x.min(y)),
    unsigned!("unsigned max", "max(a, b)", |x, y| x.max(y)),
    unsigned!("unsigned compare", "select(select(0u, 1u, a < b), 2u, a > b)", |x, y| if x < y { 1 } else { u32::from(x > y) * 2 }),
    unsigned!("unsigned shift left", "a << b", |x, y| i::shift_left(x, y)),
    unsigned!("unsigned shift right", "a >> b", |x, y| i::shift_right_unsigned(x, y)),
    unsigned!("unsigned first bits", "firstLeadingBit(a) * 64u + firstTrailingBit(b)", |x, y| i::first_leading_bit_unsigned(x)
        .wrapping_mul(64)
        .wrapping_add(i::first_trailing_bit(y))),
    unsigned!("counts of bits", "countOneBits(a) * 4096u + countLeadingZeros(b) * 64u + countTrailingZeros(a)", |x, y| x.count_ones()
        * 4096
        + y.leading_zeros() * 64
        + x.trailing_zeros()),
    unsigned!("reverseBits", "reverseBits(a) ^ b", |x, y| x.reverse_bits() ^ y),
    unsigned!("dot4U8Packed", "dot4U8Packed(a, b)", |x, y| i::dot4_unsigned(x, y)),
    Operation {
        name: "dot4I8Packed",
        types: "uui",
        wgsl: "dot4I8Packed(a, b)",
        expected: |[x, y, _]| i::dot4_signed(x, y).cast_unsigned(),
    },
    Operation { name: "unsigned clamp", types: "uuuu", wgsl: "clamp(a, b, c)", expected: |[x, y, z]| i::clamp_unsigned(x, y, z) },
    Operation { name: "extractBits", types: "uuuu", wgsl: "extractBits(a, b, c)", expected: |[x, y, z]| i::extract_bits_unsigned(x, y, z) },
    Operation { name: "insertBits", types: "uuuu", wgsl: "insertBits(a, ~a, b, c)", expected: |[x, y, z]| i::insert_bits(x, !x, y, z) },
    Operation { name: "to i32", types: "fi", wgsl: "i32(a)", expected: |[x, ..]| c::f32_to_i32(f32::from_bits(x)).cast_unsigned() },
    Operation { name: "to u32", types: "fu", wgsl: "u32(a)", expected: |[x, ..]| c::f32_to_u32(f32::from_bits(x)) },
    Operation { name: "from i32", types: "if", wgsl: "f32(a)", expected: |[x, ..]| bits(c::i32_to_f32(x.cast_signed())) },
    Operation { name: "from u32", types: "uf", wgsl: "f32(a)", expected: |[x, ..]| bits(c::u32_to_f32(x)) },
    float!("sqrt", "sqrt(a)", |x| x.sqrt()),
    float!("inverseSqrt", "inverseSqrt(a)", |x| a::inverse_sqrt(x)),
    float!("round", "round(a) + 0.5 * floor(b)", |x, y| a::round(x) + 0.5 * a::floor(y)),
    float!("ceil, trunc", "ceil(a) - trunc(b)", |x, y| a::ceil(x) - a::trunc(y)),
    float!("fract, sign", "fract(a) * sign(b)", |x, y| a::fract(x) * a::sign(y)),
    float!("abs, negate", "abs(a) - (-b)", |x, y| a::abs(x) - (-y)),
    float!("exp", "exp(a)", |x| exponential::exp(x)),
    float!("exp2", "exp2(a)", |x| exponential::exp2(x)),
    float!("log", "log(a)", |x| logarithm::log(x)),
    float!("log2", "log2(a)", |x| logarithm::log2(x)),
    float!("sin", "sin(a)", |x| circular::sin(x)),
    float!("cos", "cos(a)", |x| circular::cos(x)),
    float!("tan", "tan(a)", |x| circular::tan(x)),
    float!("tanh", "tanh(a)", |x| exponential::tanh(x)),
    float!("atan", "atan(a)", |x| inverse_circular::atan(x)),
];

impl Operation {
    /// How many operands it has.
    pub fn operands(&self) -> usize {
        self.types.len() - 1
    }

    /// A shader that applies it to every index.
    pub fn shader(&self) -> String {
        let named = |letter: u8| match letter {
            b'f' => "f32",
            b'i' => "i32",
            _ => "u32",
        };
        let types: Vec<&str> = self.types.bytes().map(named).collect();
        let (result, operands) = types.split_last().expect("a type of the result");
        let mut text = String::new();
        let mut body = String::new();
        for (at, kind) in operands.iter().enumerate() {
            text += &format!("@group(0) @binding({at}) var<storage, read> list{at}: array<{kind}>;\n");
            body += &format!("    let {} = list{at}[id.x];\n", ["a", "b", "c"][at]);
        }
        text += &format!("@group(0) @binding(3) var<storage, read_write> result: array<{result}>;\n");
        text += &format!(
            "@compute @workgroup_size(64)\nfn main(@builtin(global_invocation_id) id: vec3<u32>) {{\n{body}    result[id.x] = {};\n}}\n",
            self.wgsl
        );
        text
    }
}

/// Operands: all combinations of special values, then random ones up to `count`, a multiple of 64.
pub fn operands(count: usize) -> [Vec<u32>; 3] {
    let mut lists = [Vec::new(), Vec::new(), Vec::new()];
    for x in SPECIAL {
        for y in SPECIAL {
            for z in SPECIAL {
                lists.iter_mut().zip([x, y, z]).for_each(|(list, word)| list.push(word));
            }
        }
    }
    let mut stream = Stream::new("operators", "operands");
    while lists[0].len() < count {
        let triple = triple(&mut stream);
        lists.iter_mut().zip(triple).for_each(|(list, word)| list.push(word));
    }
    lists
}

fn triple(stream: &mut Stream) -> [u32; 3] {
    let x = stream.word();
    let kind = stream.word();
    let special = |word: u32| SPECIAL[word as usize % SPECIAL.len()];
    match kind & 7 {
        // Neighbours, of equal or opposite sign.
        0 => [x, x.wrapping_add(kind >> 8 & 31).wrapping_sub(16) ^ kind & 0x8000_0000, x.wrapping_sub(kind >> 16 & 15) ^ 0x8000_0000],
        // The neighbourhood of the smallest normal number, and factors near 1.
        1 => [0x0080_0000 + (x & 0x00ff_ffff) - 0x007f_0000, 0x3f00_0000 | x >> 8, stream.word() & 0x80ff_ffff],
        2 => [stream.float(-100.0, 100.0).to_bits(), stream.float(-10.0, 10.0).to_bits(), stream.float(-1.0, 1.0).to_bits()],
        3 => [stream.float(-4.0, 4.0).to_bits(), stream.float(0.0, 1000.0).to_bits(), x & 63],
        4 => [x, special(kind >> 8), special(kind >> 16)],
        5 => [special(kind >> 8), x, stream.word()],
        6 => [x, kind >> 8 & 63, kind >> 16 & 63],
        _ => [x, stream.word(), stream.word()],
    }
}
