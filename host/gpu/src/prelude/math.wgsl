// # Transcendental functions of strict WGSL
//
// Each function is a fixed sequence of exact primitives, so that every machine that has the primitives has the function: specs/strict-wgsl.md, section 3, and
// specs/reference/src/strict/ hold the same sequences. Nothing here may be reordered, factored out or contracted: it changes bits, and bits are the product.
//
// Straight-line code with `select` on purpose: the CPU executor runs four invocations in one SIMD register, and a branch costs more than what it saves.
// The one branch is the reduction of huge arguments. A bound is written `select(x, high, high < x)`, which is one instruction (pmin) on the CPU.
//
// Adding and subtracting 12582912 = 1.5 * 2^23 rounds to the nearest integer, ties to even, and leaves that integer in the low bits of the sum.
//
// `bitcast<u32>` of an f32 shows the bits of a NaN, which differ between machines. It stands here only where the value is a number, or where a NaN makes the
// result NaN, or another branch of a `select` be taken, whatever its bits are. So no NaN's bits reach a result.

// ---- scaling ----

// p * 2^n for 0.5 <= |p| <= 2 and -200 <= n <= 200, rounded once: the first product is exact. The low 9 bits of `n` count, so a sum with 12582912 will do.
fn assay_scale(p: f32, n: u32) -> f32 {
    let half = (n >> 1u) << 23u;
    let other = (n << 23u) - half;
    return (p * bitcast<f32>(half + 0x3f800000u)) * bitcast<f32>(other + 0x3f800000u);
}

// The sign bit of x as 1 or -1.
fn assay_unit(x: f32) -> f32 {
    return bitcast<f32>((bitcast<u32>(x) & 0x80000000u) | 0x3f800000u);
}

// x with its 12 leading significant bits only: the product of two such values is exact.
fn assay_leading(x: f32) -> f32 {
    return bitcast<f32>(bitcast<u32>(x) & 0xfffff000u);
}

// ---- exponentials ----

// e^r - 1 for |r| <= 0.3466.
fn assay_exp_fraction(r: f32) -> f32 {
    let r2 = r * r;
    let even = 0.4999998f + r2 * (0.041671455f + r2 * 0.0013657043f);
    let odd = 0.16666518f + r2 * 0.008368954f;
    return r + r2 * (even + r * odd);
}

// e^x * 2^shift, for -8 <= shift <= 8: x = n ln 2 + r.
fn assay_exp_shifted(x: f32, shift: u32) -> f32 {
    let floored = select(x, -104.0f, x < -104.0f);
    let a = select(floored, 90.0f, 90.0f < floored);
    let t = a * 1.442695f + 12582912.0f;
    let n = t - 12582912.0f;
    let r = (a - n * 0.69314575f) - n * 1.4286068e-6f;
    return assay_scale(1.0f + assay_exp_fraction(r), bitcast<u32>(t) + shift);
}

fn assay_exp(x: f32) -> f32 {
    return assay_exp_shifted(x, 0u);
}

// 2^r for |r| <= 0.5, exact at 0.
fn assay_exp2_fraction(r: f32) -> f32 {
    let r2 = r * r;
    let even = 0.6931472f + r2 * (0.05550358f + r2 * 0.0013391643f);
    let odd = 0.2402265f + r2 * (0.009618076f + r2 * 0.00015457191f);
    return 1.0f + r * (even + r * odd);
}

fn assay_exp2(x: f32) -> f32 {
    let floored = select(x, -160.0f, x < -160.0f);
    let a = select(floored, 129.0f, 129.0f < floored);
    let t = a + 12582912.0f;
    return assay_scale(assay_exp2_fraction(a - (t - 12582912.0f)), bitcast<u32>(t));
}

// ---- logarithms ----

// The bits of a positive x, multiplied by 2^23 where x is subnormal.
fn assay_log_bits(x: f32) -> u32 {
    return bitcast<u32>(select(x, x * 8388608.0f, x < 1.1754944e-38f));
}

// The exponent k in x = 2^k m with m from sqrt(1/2) to sqrt(2), from the bits of x.
fn assay_log_exponent(bits: u32) -> i32 {
    return bitcast<i32>(bits - 0x3f3504f3u) >> 23u;
}

// ln(1 + r + low) - r for r from sqrt(1/2) - 1 to sqrt(2) - 1 and a low much below r + 1.
fn assay_log_tail(r: f32, low: f32) -> f32 {
    let r2 = r * r;
    let even = -0.4999999f + r2 * (-0.25001794f + r2 * (-0.16569698f + r2 * -0.14312772f));
    let odd = 0.3333395f + r2 * (0.19962054f + r2 * (0.14917457f + r2 * 0.087424025f));
    return r2 * (even + r * odd) + (low - low * r);
}

// ln(high + low) for a positive high and a low below its last place.
fn assay_log_sum(high: f32, low: f32) -> f32 {
    let bits = bitcast<u32>(high);
    let k = assay_log_exponent(bits);
    let r = bitcast<f32>(bits - (bitcast<u32>(k) << 23u)) - 1.0f;
    let l = low * bitcast<f32>(bitcast<u32>(127i - k) << 23u);
    let n = f32(k);
    return n * 0.69314575f + (r + (assay_log_tail(r, l) + n * 1.4286068e-6f));
}

// What a logarithm answers outside its domain: r for 0 < x < infinity; -infinity at either zero, infinity at infinity, NaN for the rest.
fn assay_log_special(x: f32, r: f32) -> f32 {
    let outside = bitcast<f32>(select(0x7fc00000u, 0xff800000u, x == 0.0f));
    return select(outside, select(r, x, x > 3.4028235e38f), x > 0.0f);
}

fn assay_log(x: f32) -> f32 {
    let bits = assay_log_bits(x);
    let k = assay_log_exponent(bits);
    let r = bitcast<f32>(bits - (bitcast<u32>(k) << 23u)) - 1.0f;
    let r2 = r * r;
    let even = -0.4999999f + r2 * (-0.25001794f + r2 * (-0.16569698f + r2 * -0.14312772f));
    let odd = 0.3333395f + r2 * (0.19962054f + r2 * (0.14917457f + r2 * 0.087424025f));
    let n = f32(k) - select(0.0f, 23.0f, x < 1.1754944e-38f);
    let y = n * 0.69314575f + (r + (r2 * (even + r * odd) + n * 1.4286068e-6f));
    return assay_log_special(x, y);
}

fn assay_log2(x: f32) -> f32 {
    let bits = assay_log_bits(x);
    let k = assay_log_exponent(bits);
    let r = bitcast<f32>(bits - (bitcast<u32>(k) << 23u)) - 1.0f;
    let r2 = r * r;
    let even = 0.442695f + r2 * (0.48091167f + r2 * (0.2878939f + r2 * (0.21585171f + r2 * 0.12589283f)));
    let odd = -0.72134733f + r2 * (-0.36070526f + r2 * (-0.23890279f + r2 * -0.20758082f));
    let n = f32(k) - select(0.0f, 23.0f, x < 1.1754944e-38f);
    return assay_log_special(x, n + (r + r * (even + r * odd)));
}

// ---- power ----

// 2^(y log2 x), the logarithm and the product in two words each. NaN for a negative x.
fn assay_pow(x: f32, y: f32) -> f32 {
    // log2 x = high + low, high of 12 bits; with s = (m - 1) / (m + 1), ln m = (2/3) s (3 + s^2 + tail)
    let bits = assay_log_bits(x);
    let k = assay_log_exponent(bits);
    let n = f32(k) - select(0.0f, 23.0f, x < 1.1754944e-38f);
    let m = bitcast<f32>(bits - (bitcast<u32>(k) << 23u));
    let f = m - 1.0f;
    let d = m + 1.0f;
    let v = 1.0f / d;
    let s = f * v;
    let s_high = assay_leading(s);
    let d_high = assay_leading(d);
    let d_low = f - (d_high - 2.0f);
    let s_low = v * ((f - s_high * d_high) - s_high * d_low);
    let s2 = s * s;
    let series = (s2 * s2) * (0.6000002f + s2 * (0.42843658f + s2 * 0.3456435f));
    let tail = series + s_low * (s_high + s);
    let square = s_high * s_high;
    let t_high = assay_leading((3.0f + square) + tail);
    let t_low = tail - ((t_high - 3.0f) - square);
    let u = s_high * t_high;
    let w = s_low * t_high + t_low * s;
    let p_high = assay_leading(u + w);
    let p_low = w - (p_high - u);
    let z_high = 0.9616699f * p_high;
    let z_low = 0.00012677205f * p_high + p_low * 0.9617967f;
    let high = assay_leading((z_high + z_low) + n);
    let low = z_low - ((high - n) - z_high);
    // the product; beyond 2^32 only the sign of y matters
    let y_floor = select(y, -4294967300.0f, y < -4294967300.0f);
    let b = select(y_floor, 4294967300.0f, 4294967300.0f < y_floor);
    let b_high = assay_leading(b);
    let e_low = (b - b_high) * high + b * low;
    let e_high = b_high * high;
    let e = e_low + e_high;
    let e_floor = select(e, -160.0f, e < -160.0f);
    let a = select(e_floor, 160.0f, 160.0f < e_floor);
    let t = a + 12582912.0f;
    let r = select((e_high - (t - 12582912.0f)) + e_low, 0.0f, a != e);
    let power = assay_scale(assay_exp2_fraction(r), bitcast<u32>(t));
    // 0 and infinity to any power, any power 0, NaN
    let of_zero = bitcast<f32>(select(0u, 0x7f800000u, y < 0.0f));
    let of_infinity = bitcast<f32>(select(0x7f800000u, 0u, y < 0.0f));
    let of_ends = select(select(power, of_infinity, x > 3.4028235e38f), of_zero, x == 0.0f);
    let of_all = select(select(of_ends, 1.0f, y == 0.0f), y, y != y);
    return select(bitcast<f32>(select(0x7fc00000u, 0u, x >= 0.0f)), of_all, x >= 0.0f);
}

// ---- circular functions ----

// Word i - 1 of 1/(2 pi) in base 2^32, most significant first; word 0 is 0.
fn assay_turn_word(i: u32) -> u32 {
    let a = select(select(0u, 0x28be60dbu, i == 1u), 0x9391054au, i == 2u);
    let b = select(select(a, 0x7f09d5f4u, i == 3u), 0x7d4d3770u, i == 4u);
    return select(select(select(b, 0x36d8a566u, i == 5u), 0x4f10e410u, i == 6u), 0x7f9458eau, i == 7u);
}

// The high word of a * b for a below 2^24.
fn assay_product_high(a: u32, b: u32) -> u32 {
    let a_low = a & 0xffffu;
    let a_high = a >> 16u;
    let b_low = b & 0xffffu;
    let b_high = b >> 16u;
    let first = a_high * b_low + ((a_low * b_low) >> 16u);
    let second = a_low * b_high + (first & 0xffffu);
    return a_high * b_high + (first >> 16u) + (second >> 16u);
}

// |x| / (2 pi) modulo 1 in units of 2^-64 (high word, low word), for finite |x| >= 2^-9: exact product of the significand by 96 bits of 1/(2 pi).
fn assay_turns(x: f32) -> vec2<u32> {
    let bits = bitcast<u32>(x) & 0x7fffffffu;
    let significand = (bits & 0x7fffffu) | 0x800000u;
    let place = (bits >> 23u) - 118u;
    let i = place >> 5u;
    let left = place & 31u;
    let right = 31u - left;
    let w0 = assay_turn_word(i);
    let w1 = assay_turn_word(i + 1u);
    let w2 = assay_turn_word(i + 2u);
    let w3 = assay_turn_word(i + 3u);
    let f0 = (w0 << left) | ((w1 >> 1u) >> right);
    let f1 = (w1 << left) | ((w2 >> 1u) >> right);
    let f2 = (w2 << left) | ((w3 >> 1u) >> right);
    let carried = assay_product_high(significand, f2);
    let low = significand * f1 + carried;
    let carry = select(0u, 1u, low < carried);
    return vec2<u32>(significand * f0 + assay_product_high(significand, f1) + carry, low);
}

// 2 pi times the signed fraction (high, low) of a turn, |fraction| <= 1/4, in two words. The leading word times the leading bits of 2 pi is exact.
fn assay_turns_to_radians(high: u32, low: u32) -> vec2<f32> {
    let mask = bitcast<u32>(bitcast<i32>(high) >> 31u);
    let h = high ^ mask;
    let a = assay_leading(f32(h));
    let rest = f32(bitcast<i32>(h - u32(a))) + f32(low ^ mask) * 2.3283064e-10f;
    let first = a * 1.4624675e-9f;
    let second = a * 4.5059881e-13f + rest * 1.4629181e-9f;
    let r = first + second;
    let unit = bitcast<f32>((mask & 0x80000000u) | 0x3f800000u);
    return vec2<f32>(r * unit, (second - (r - first)) * unit);
}

// sin r for |r| <= pi/2, negated where the low bit of `half_turns` is set.
fn assay_sin_reduced(r: f32, half_turns: u32) -> f32 {
    let r2 = r * r;
    let p = -0.1666666f + r2 * (0.008333069f + r2 * (-0.00019809778f + r2 * 2.606103e-6f));
    return bitcast<f32>(bitcast<u32>(r + (r * r2) * p) ^ (half_turns << 31u));
}

fn assay_sin(x: f32) -> f32 {
    let t = x * 0.31830987f + 12582912.0f;
    let n = t - 12582912.0f;
    var r = (((x - n * 3.140625f) - n * 0.0009675026f) - n * 1.5099067e-7f) - n * 5.126688e-12f;
    var half_turns = bitcast<u32>(t);
    if abs(x) > 6400.0f {
        let turns = assay_turns(x);
        half_turns = (turns.x + 0x40000000u) >> 31u;
        r = assay_turns_to_radians(turns.x - (half_turns << 31u), turns.y).x * assay_unit(x) + (x - x);
    }
    return select(assay_sin_reduced(r, half_turns), x, x == 0.0f);
}

// Of abs(x), so that it is even.
fn assay_cos(x: f32) -> f32 {
    let a = abs(x);
    let t = (a * 0.31830987f - 0.5f) + 12582912.0f;
    let n = (t - 12582912.0f) * 2.0f + 1.0f;
    var r = (((a - n * 1.5703125f) - n * 0.0004837513f) - n * 7.5495336e-8f) - n * 2.563344e-12f;
    var half_turns = bitcast<u32>(t) + 1u;
    if a > 6400.0f {
        let turns = assay_turns(a);
        let quarter_more = turns.x + 0x40000000u;
        half_turns = (quarter_more + 0x40000000u) >> 31u;
        r = assay_turns_to_radians(quarter_more - (half_turns << 31u), turns.y).x + (x - x);
    }
    return assay_sin_reduced(r, half_turns);
}

fn assay_tan(x: f32) -> f32 {
    let t = x * 0.63661975f + 12582912.0f;
    let n = t - 12582912.0f;
    let first = (x - n * 1.5703125f) - n * 0.0004837513f;
    let second = n * 7.5495336e-8f;
    var r = first - second;
    var low = ((first - r) - second) - n * 2.563344e-12f;
    var quarter_turns = bitcast<u32>(t);
    if abs(x) > 6400.0f {
        let turns = assay_turns(x);
        quarter_turns = (turns.x + 0x20000000u) >> 30u;
        let radians = assay_turns_to_radians(turns.x - (quarter_turns << 30u), turns.y);
        r = radians.x * assay_unit(x) + (x - x);
        low = radians.y * assay_unit(x);
    }
    let r2 = r * r;
    let r4 = r2 * r2;
    let even = 0.33333156f + r4 * (0.05340762f + r4 * 0.003096775f);
    let odd = 0.1333884f + r4 * (0.024443964f + r4 * 0.00939958f);
    let tangent = r + ((r * r2) * (even + r2 * odd) + (low + low * r2));
    let upright = (quarter_turns & 1u) == 0u;
    let quotient = select(-1.0f, tangent, upright) / select(tangent, 1.0f, upright);
    return select(quotient, x, x == 0.0f);
}

// ---- inverse circular functions ----

// atan q + low for 0 <= q <= 1 and a tiny low.
fn assay_atan_unit(q: f32, low: f32) -> f32 {
    let q2 = q * q;
    let q4 = q2 * q2;
    let even = -0.33333153f + q4 * (-0.14211023f + q4 * (-0.07551952f + q4 * -0.016366003f));
    let odd = 0.19993769f + q4 * (0.1066588f + q4 * (0.04320876f + q4 * 0.0029202034f));
    return q + ((q * q2) * (even + q2 * odd) + low);
}

fn assay_atan(x: f32) -> f32 {
    let a = abs(x);
    let steep = a > 1.0f;
    let r = assay_atan_unit(select(a, 1.0f / a, steep), select(0.0f, 4.371139e-8f, steep));
    return select(r, 1.5707964f - r, steep) * assay_unit(x);
}

// The angle of the point (x, y), from -pi to pi; the signs of zeros count.
fn assay_atan2(y: f32, x: f32) -> f32 {
    let ax = abs(x);
    let ay = abs(y);
    let steep = ay > ax;
    let small = select(ay, ax, steep);
    let large = select(ax, ay, steep);
    let q = select(select(small / large, 1.0f, small == large), small, large == 0.0f);
    let r = assay_atan_unit(q, select(0.0f, 4.371139e-8f, steep));
    let right = select(r, 1.5707964f - r, steep);
    let angle = select(right, 3.1415927f - (right + 8.742278e-8f), bitcast<i32>(x) < 0i);
    return angle * assay_unit(y);
}

// What asin and acos share for a = |x|: asin a, or (pi - 2 asin s) / 2 with s = sqrt((1 - a) / 2), as the sum of the two words.
fn assay_asin_tail(z: f32, s: f32) -> f32 {
    let z2 = z * z;
    let even = 0.16666752f + z2 * (0.04546902f + z2 * 0.042157013f);
    let odd = 0.0749531f + z2 * 0.024185503f;
    return (s * z) * (even + z * odd);
}

fn assay_asin(x: f32) -> f32 {
    let a = abs(x);
    let outer = a > 0.5f;
    let z = select(a * a, (1.0f - a) * 0.5f, outer);
    let s = select(a, sqrt(z), outer);
    let e = assay_asin_tail(z, s);
    let r = select(s + e, (1.5707964f - 2.0f * s) - (2.0f * e + 4.371139e-8f), outer);
    return r * assay_unit(x);
}

fn assay_acos(x: f32) -> f32 {
    let a = abs(x);
    let outer = a > 0.5f;
    let z = select(a * a, (1.0f - a) * 0.5f, outer);
    let s = select(a, sqrt(z), outer);
    let p = s + assay_asin_tail(z, s);
    let signed = p * assay_unit(x);
    let twice = 2.0f * p;
    let far = select(twice, 3.1415927f - (twice + 8.742278e-8f), x < 0.0f);
    return select(1.5707964f - (signed + 4.371139e-8f), far, outer);
}

// ---- hyperbolic functions ----

fn assay_sinh(x: f32) -> f32 {
    let x2 = x * x;
    let near = x + (x * x2) * (0.16666716f + x2 * (0.008330274f + x2 * 0.00020372833f));
    let half = assay_exp_shifted(abs(x), 0xffffffffu);
    return select((half - 0.25f / half) * assay_unit(x), near, abs(x) < 1.0f);
}

fn assay_cosh(x: f32) -> f32 {
    let half = assay_exp_shifted(abs(x), 0xffffffffu);
    return half + 0.25f / half;
}

// E / (2 - E) with E = 1 - e^-2|x|.
fn assay_tanh(x: f32) -> f32 {
    let a = abs(x);
    let b = select(a, 10.0f, 10.0f < a) * -2.0f;
    let t = b * 1.442695f + 12582912.0f;
    let n = t - 12582912.0f;
    let fraction = assay_exp_fraction((b - n * 0.69314575f) - n * 1.4286068e-6f);
    let power = bitcast<f32>((bitcast<u32>(t) << 23u) + 0x3f800000u);
    let e = (1.0f - power) - power * fraction;
    return (e / (2.0f - e)) * assay_unit(x);
}

// ln(1 + t) for t >= 0: the rounding error of 1 + t goes along.
fn assay_log_one_plus(t: f32) -> f32 {
    let u = 1.0f + t;
    let low = select(t - (u - 1.0f), 1.0f - (u - t), t > 1.0f);
    return assay_log_sum(u, low);
}

fn assay_asinh(x: f32) -> f32 {
    let a = abs(x);
    let huge = a > 4096.0f;
    let a2 = a * a;
    let t = a + a2 / (1.0f + sqrt(a2 + 1.0f));
    let r = select(assay_log_one_plus(t), assay_log(a) + 0.6931472f, huge);
    return r * assay_unit(x);
}

fn assay_acosh(x: f32) -> f32 {
    let d = x - 1.0f;
    let t = d + sqrt(d * (d + 2.0f));
    let r = select(assay_log_one_plus(t), assay_log(x) + 0.6931472f, x > 4096.0f);
    return select(bitcast<f32>(select(0x7fc00000u, 0u, x >= 1.0f)), r, x >= 1.0f);
}

fn assay_atanh(x: f32) -> f32 {
    let a = abs(x);
    let r = 0.5f * assay_log_one_plus((2.0f * a) / (1.0f - a));
    let edge = bitcast<f32>(select(0x7fc00000u, 0x7f800000u, a == 1.0f));
    return select(edge, r, a < 1.0f) * assay_unit(x);
}

// ---- algebraic ----

fn assay_inverse_sqrt(x: f32) -> f32 {
    return 1.0f / sqrt(x);
}
