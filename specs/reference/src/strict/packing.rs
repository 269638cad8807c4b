//! Several small numbers in a word, the first in the lowest bits; binary16.

use super::arithmetic::{clamp, floor, max};
use super::bits::{power_of_two, power_of_two_wide};
use super::conversions::{f32_to_i32, f32_to_u32};

/// The nearest binary16, the even one of two; 65,520 and more is infinity; NaN is 7e00.
pub fn half_bits(x: f32) -> u32 {
    if x.is_nan() {
        return 0x7e00;
    }
    let sign = if x.is_sign_negative() { 0x8000 } else { 0 };
    let magnitude = f64::from(x.abs());
    if magnitude >= 65_520.0 {
        return sign | 0x7c00;
    }
    // a half is an integer times a quantum: 2^-24, or 2^-10 of the power of two below it
    let exponent = ((magnitude.to_bits() >> 52) as i32 - 1023).max(-14);
    let count = nearest_even(magnitude / power_of_two_wide(exponent - 10));
    // a count of 1,024 or more carries its leading 1 into the exponent, and 2,048 into the next one
    sign | ((((exponent + 14) as u32) << 10) + count)
}

fn nearest_even(x: f64) -> u32 {
    let whole = x as u32;
    let rest = x - f64::from(whole);
    whole + u32::from(rest > 0.5 || (rest == 0.5 && whole % 2 == 1))
}

/// The number that a binary16 is; only its low 16 bits count.
pub fn half_value(half: u32) -> f32 {
    let sign = if half & 0x8000 != 0 { -1.0 } else { 1.0 };
    let (exponent, fraction) = ((half >> 10) & 31, half & 0x3ff);
    match exponent {
        31 if fraction != 0 => f32::from_bits(super::bits::NAN),
        31 => f32::INFINITY * sign,
        0 => fraction as f32 * power_of_two(-24) * sign,
        _ => (1024 + fraction) as f32 * power_of_two(exponent as i32 - 25) * sign,
    }
}

/// There and back.
pub fn quantize_to_f16(x: f32) -> f32 {
    half_value(half_bits(x))
}

/// Two binary16.
pub fn pack2x16float(v: [f32; 2]) -> u32 {
    half_bits(v[0]) | (half_bits(v[1]) << 16)
}

/// Two binary16.
pub fn unpack2x16float(word: u32) -> [f32; 2] {
    [half_value(word & 0xffff), half_value(word >> 16)]
}

/// floor(0.5 + scale * clamp(x, -1, 1)): of a NaN the scale's negative, as clamp has it.
pub fn snorm(x: f32, scale: f32) -> i32 {
    f32_to_i32(floor(0.5 + scale * clamp(x, -1.0, 1.0)))
}

/// floor(0.5 + scale * clamp(x, 0, 1)).
pub fn unorm(x: f32, scale: f32) -> u32 {
    f32_to_u32(floor(0.5 + scale * clamp(x, 0.0, 1.0)))
}

fn join<const N: usize>(parts: [u32; N]) -> u32 {
    let bits = 32 / N as u32;
    let mask = u32::MAX >> (32 - bits);
    parts.into_iter().rev().fold(0, |word, part| if bits == 32 { part } else { (word << bits) | (part & mask) })
}

/// Four numbers from -1 to 1.
pub fn pack4x8snorm(v: [f32; 4]) -> u32 {
    join(v.map(|x| snorm(x, 127.0) as u32))
}

/// Four numbers from 0 to 1.
pub fn pack4x8unorm(v: [f32; 4]) -> u32 {
    join(v.map(|x| unorm(x, 255.0)))
}

/// Two numbers from -1 to 1.
pub fn pack2x16snorm(v: [f32; 2]) -> u32 {
    join(v.map(|x| snorm(x, 32767.0) as u32))
}

/// Two numbers from 0 to 1.
pub fn pack2x16unorm(v: [f32; 2]) -> u32 {
    join(v.map(|x| unorm(x, 65535.0)))
}

/// max(part / 127, -1).
pub fn unpack4x8snorm(word: u32) -> [f32; 4] {
    word.to_le_bytes().map(|part| max(f32::from(part.cast_signed()) / 127.0, -1.0))
}

/// part / 255.
pub fn unpack4x8unorm(word: u32) -> [f32; 4] {
    word.to_le_bytes().map(|part| f32::from(part) / 255.0)
}

fn halves(word: u32) -> [u16; 2] {
    [word as u16, (word >> 16) as u16]
}

/// max(part / 32767, -1).
pub fn unpack2x16snorm(word: u32) -> [f32; 2] {
    halves(word).map(|part| max(f32::from(part.cast_signed()) / 32767.0, -1.0))
}

/// part / 65535.
pub fn unpack2x16unorm(word: u32) -> [f32; 2] {
    halves(word).map(|part| f32::from(part) / 65535.0)
}

/// The low bytes of four integers, as they are.
pub fn pack4x8(v: [u32; 4]) -> u32 {
    join(v)
}

/// Four signed integers, each first brought into -128 ..= 127.
pub fn pack4x8_signed_clamp(v: [i32; 4]) -> u32 {
    join(v.map(|x| x.clamp(-128, 127) as u32))
}

/// Four unsigned integers, each first brought into 0 ..= 255.
pub fn pack4x8_unsigned_clamp(v: [u32; 4]) -> u32 {
    join(v.map(|x| x.min(255)))
}

/// Four signed bytes.
pub fn unpack4x8_signed(word: u32) -> [i32; 4] {
    word.to_le_bytes().map(|part| i32::from(part.cast_signed()))
}

/// Four unsigned bytes.
pub fn unpack4x8_unsigned(word: u32) -> [u32; 4] {
    word.to_le_bytes().map(u32::from)
}
