// Prelude of strict WGSL, part 1: what is not a transcendental function. Exact primitives only (section 12 of specs/strict-wgsl.md); imported as it stands, so
// shift amounts are masked and indices are in range by construction. No name ends in a digit where naga would have to change it, except in conversions.

@group(0) @binding(100) var<storage, read_write> assay_status: array<atomic<u32>, 4>;
var<private> assay_ticks: u32;
var<private> assay_ticks_uniform: u32;
override assay_loop_iterations: u32;

// Loop budget.

fn assay_tick() -> bool {
    assay_ticks = assay_ticks + 1u;
    if assay_ticks > assay_loop_iterations {
        atomicStore(&assay_status[0], 1u);
        return true;
    }
    return false;
}

fn assay_tick_uniform() -> bool {
    assay_ticks_uniform = assay_ticks_uniform + 1u;
    if assay_ticks_uniform > assay_loop_iterations {
        atomicStore(&assay_status[0], 1u);
        return true;
    }
    return false;
}

// Charges the iterations of a counted loop at once. Saturates far above any budget and far below the end of u32, so that a budget once passed stays passed.
fn assay_charge(iterations: u32) -> bool {
    let sum = assay_ticks + iterations;
    assay_ticks = select(min(sum, 0x80000000u), 0x80000000u, sum < iterations);
    if assay_ticks > assay_loop_iterations {
        atomicStore(&assay_status[0], 1u);
        return true;
    }
    return false;
}

fn assay_stopped() -> bool {
    return atomicLoad(&assay_status[0]) != 0u;
}

// Bits.

fn assay_bits(x: f32) -> u32 {
    return select(bitcast<u32>(x), 0x7fc00000u, x != x);
}

fn assay_canonical(x: f32) -> f32 {
    return bitcast<f32>(assay_bits(x));
}

// Order.

fn assay_min(a: f32, b: f32) -> f32 {
    return select(select(a, b, a != a), b, b < a);
}

fn assay_max(a: f32, b: f32) -> f32 {
    return select(select(a, b, a != a), b, a < b);
}

fn assay_clamp(x: f32, low: f32, high: f32) -> f32 {
    return assay_min(assay_max(x, low), high);
}

fn assay_sign(x: f32) -> f32 {
    return select(select(0.0, -1.0, x < 0.0), 1.0, x > 0.0);
}

// Conversions.

fn assay_f32_to_i32(x: f32) -> i32 {
    let number = select(x, 0.0, x != x);
    return i32(select(select(number, -2147483648.0, number < -2147483648.0), 2147483520.0, number > 2147483520.0));
}

fn assay_f32_to_u32(x: f32) -> u32 {
    let number = select(x, 0.0, x != x);
    return u32(select(select(number, 0.0, number < 0.0), 4294967040.0, number > 4294967040.0));
}

// 2^n for n in -126..=127.
fn assay_power_of_two(n: i32) -> f32 {
    return bitcast<f32>(u32(n + 127i) << 23u);
}

fn assay_frexp_exponent(x: f32) -> i32 {
    let magnitude = abs(x);
    if !(magnitude > 0.0) || magnitude > 3.4028234663852886e38 {
        return 0i;
    }
    if magnitude < 1.1754943508222875e-38 {
        return i32(bitcast<u32>(magnitude * 16777216.0) >> 23u) - 150i;
    }
    return i32(bitcast<u32>(magnitude) >> 23u) - 126i;
}

fn assay_frexp_fraction(x: f32) -> f32 {
    let magnitude = abs(x);
    if !(magnitude > 0.0) || magnitude > 3.4028234663852886e38 {
        return x;
    }
    let normal = select(x, x * 16777216.0, magnitude < 1.1754943508222875e-38);
    return bitcast<f32>((bitcast<u32>(normal) & 0x807fffffu) | 0x3f000000u);
}

// x * 2^n, rounded once.
fn assay_ldexp(x: f32, n: i32) -> f32 {
    let magnitude = abs(x);
    if !(magnitude > 0.0) || magnitude > 3.4028234663852886e38 {
        return x;
    }
    let fraction = assay_frexp_fraction(x);
    let exponent = assay_frexp_exponent(x) + min(max(n, -1000i), 1000i);
    if exponent >= -125i {
        let bounded = min(exponent, 200i);
        let half = bounded >> 1u;
        return (fraction * assay_power_of_two(half)) * assay_power_of_two(bounded - half);
    }
    let least = fraction * assay_power_of_two(-125i);
    return least * assay_power_of_two(max(exponent, -160i) + 125i);
}

// x - y * trunc(x / y), exactly; the sign of x. NaN where x is infinite or y is 0; x where y is infinite.
//
// A quotient below 2^11 times the two halves of the divisor is exact, and so are both differences; rounding can only make the quotient one too large.
fn assay_rem(x: f32, y: f32) -> f32 {
    let a = abs(x);
    let b = abs(y);
    let quotient = trunc(a / b);
    let high = bitcast<f32>(bitcast<u32>(b) & 0xfffff000u);
    let near = (a - quotient * high) - quotient * (b - high);
    var rest = select(select(near, near + b, near < 0.0), a, a < b);
    if quotient >= 2048.0 {
        rest = select(near, select(near, assay_rem_far(a, b), a <= 3.4028234663852886e38), b > 0.0);
    }
    return bitcast<f32>(bitcast<u32>(rest) | (bitcast<u32>(x) & 0x80000000u));
}

// a modulo b for positive finite numbers with a >= b, by integers: eight bits of the quotient at a time, at most 35 times.
fn assay_rem_far(a: f32, b: f32) -> f32 {
    let a_exponent = bitcast<u32>(a) >> 23u;
    let b_exponent = bitcast<u32>(b) >> 23u;
    // 1 where b is 0: the caller drops the result then, and a divisor is never 0.
    let divisor = max((bitcast<u32>(b) & 0x7fffffu) | select(0u, 0x800000u, b_exponent != 0u), 1u);
    var rest = ((bitcast<u32>(a) & 0x7fffffu) | select(0u, 0x800000u, a_exponent != 0u)) % divisor;
    var left = min(max(a_exponent, 1u) - max(b_exponent, 1u), 280u);
    loop {
        if left == 0u {
            break;
        }
        let step = min(left, 8u);
        rest = (rest << step) % divisor;
        left = left - step;
    }
    let scale = i32(max(b_exponent, 1u)) - 150i;
    let half = scale >> 1u;
    return (f32(rest) * assay_power_of_two(half)) * assay_power_of_two(scale - half);
}

// Integers.

fn assay_first_leading_bit_unsigned(x: u32) -> u32 {
    return 31u - countLeadingZeros(x);
}

fn assay_first_leading_bit_signed(x: i32) -> i32 {
    return bitcast<i32>(31u - countLeadingZeros(bitcast<u32>(select(x, ~x, x < 0i))));
}

fn assay_first_trailing_bit(x: u32) -> u32 {
    return select(countTrailingZeros(x), 0xffffffffu, x == 0u);
}

fn assay_extract_unsigned(x: u32, offset: u32, count: u32) -> u32 {
    let start = min(offset, 32u);
    let width = min(count, 32u - start);
    let moved = (x << ((32u - width - start) & 31u)) >> ((32u - width) & 31u);
    return select(moved, 0u, width == 0u);
}

fn assay_extract_signed(x: i32, offset: u32, count: u32) -> i32 {
    let start = min(offset, 32u);
    let width = min(count, 32u - start);
    let moved = (x << ((32u - width - start) & 31u)) >> ((32u - width) & 31u);
    return select(moved, 0i, width == 0u);
}

fn assay_insert(x: u32, bits: u32, offset: u32, count: u32) -> u32 {
    let start = min(offset, 32u);
    let width = min(count, 32u - start);
    let mask = (0xffffffffu >> ((32u - width) & 31u)) << (start & 31u);
    return select((x & ~mask) | ((bits << (start & 31u)) & mask), x, width == 0u);
}

// binary16.

fn assay_half_bits(x: f32) -> u32 {
    let bits = assay_bits(x);
    let sign = (bits >> 16u) & 0x8000u;
    let magnitude = bits & 0x7fffffffu;
    if magnitude > 0x7f800000u {
        return 0x7e00u;
    }
    if magnitude >= 0x47800000u {
        return sign | 0x7c00u;
    }
    if magnitude >= 0x38800000u {
        let rebiased = magnitude - 0x38000000u;
        return sign | ((rebiased + 0x0fffu + ((rebiased >> 13u) & 1u)) >> 13u);
    }
    if magnitude <= 0x33000000u {
        return sign;
    }
    let shift = 126u - (magnitude >> 23u);
    let mantissa = (magnitude & 0x7fffffu) | 0x800000u;
    let kept = mantissa >> (shift & 31u);
    let rounding = (1u << ((shift - 1u) & 31u)) - 1u + (kept & 1u);
    return sign | ((mantissa + rounding) >> (shift & 31u));
}

fn assay_half_value(half: u32) -> f32 {
    let exponent = (half >> 10u) & 31u;
    let mantissa = half & 0x3ffu;
    let sign = (half & 0x8000u) << 16u;
    if exponent == 31u {
        return bitcast<f32>(select(sign | 0x7f800000u, 0x7fc00000u, mantissa != 0u));
    }
    if exponent == 0u {
        return bitcast<f32>(sign | bitcast<u32>(f32(mantissa) * 0.000000059604644775390625));
    }
    return bitcast<f32>(sign | ((exponent + 112u) << 23u) | (mantissa << 13u));
}

fn assay_quantize_to_half(x: f32) -> f32 {
    return assay_half_value(assay_half_bits(x));
}

// Packing.

fn assay_snorm(x: f32, scale: f32) -> u32 {
    return bitcast<u32>(assay_f32_to_i32(floor(0.5 + scale * assay_clamp(x, -1.0, 1.0))));
}

fn assay_unorm(x: f32, scale: f32) -> u32 {
    return assay_f32_to_u32(floor(0.5 + scale * assay_clamp(x, 0.0, 1.0)));
}

fn assay_bytes(x: u32, y: u32, z: u32, w: u32) -> u32 {
    return (x & 255u) | ((y & 255u) << 8u) | ((z & 255u) << 16u) | ((w & 255u) << 24u);
}

fn assay_from_snorm(x: i32, scale: f32) -> f32 {
    return assay_max(f32(x) / scale, -1.0);
}

fn assay_from_unorm(x: u32, scale: f32) -> f32 {
    return f32(x) / scale;
}
