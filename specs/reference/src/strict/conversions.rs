//! Between f32, integers and bits.

use super::bits;

/// Toward zero, bounded by what an i32 holds that is also an f32: NaN is 0.
pub fn f32_to_i32(x: f32) -> i32 {
    if x.is_nan() {
        return 0;
    }
    if x > 2_147_483_520.0 {
        return 2_147_483_520;
    }
    x as i32 // Rust's cast is toward zero, and ends at i32::MIN
}

/// Toward zero, bounded by what a u32 holds that is also an f32: NaN is 0.
pub fn f32_to_u32(x: f32) -> u32 {
    if x.is_nan() {
        return 0;
    }
    if x > 4_294_967_040.0 {
        return 4_294_967_040;
    }
    x as u32
}

/// The nearest f32, the even one of two.
pub fn i32_to_f32(x: i32) -> f32 {
    x as f32
}

/// The nearest f32, the even one of two.
pub fn u32_to_f32(x: u32) -> f32 {
    x as f32
}

/// `bitcast<u32>`: the one NaN is what any NaN shows.
pub fn bitcast_to_u32(x: f32) -> u32 {
    bits::bits(x)
}

/// `bitcast<f32>`.
pub fn bitcast_to_f32(x: u32) -> f32 {
    bits::number(x)
}
