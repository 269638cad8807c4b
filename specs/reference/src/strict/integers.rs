//! Integers: 32 bits, wrapping; and their functions.

/// x / y; x / 0 = x.
pub fn divide_unsigned(x: u32, y: u32) -> u32 {
    x.checked_div(y).unwrap_or(x)
}

/// x % y; x % 0 = 0.
pub fn rem_unsigned(x: u32, y: u32) -> u32 {
    x.checked_rem(y).unwrap_or(0)
}

/// x / y toward zero; x / 0 = x, and the least number divided by -1 is itself.
pub fn divide_signed(x: i32, y: i32) -> i32 {
    if y == 0 { x } else { x.wrapping_div(y) }
}

/// x % y with the sign of x; x % 0 = 0, and the least number modulo -1 is 0.
pub fn rem_signed(x: i32, y: i32) -> i32 {
    if y == 0 { 0 } else { x.wrapping_rem(y) }
}

/// x << (amount modulo 32).
pub fn shift_left(x: u32, amount: u32) -> u32 {
    x << (amount & 31)
}

/// x >> (amount modulo 32), zeros from above.
pub fn shift_right_unsigned(x: u32, amount: u32) -> u32 {
    x >> (amount & 31)
}

/// x >> (amount modulo 32), the sign from above.
pub fn shift_right_signed(x: i32, amount: u32) -> i32 {
    x >> (amount & 31)
}

/// |x|; the least number stays.
pub fn abs(x: i32) -> i32 {
    x.wrapping_abs()
}

/// min(max(x, low), high), also where low > high.
pub fn clamp_signed(x: i32, low: i32, high: i32) -> i32 {
    x.max(low).min(high)
}

/// min(max(x, low), high), also where low > high.
pub fn clamp_unsigned(x: u32, low: u32, high: u32) -> u32 {
    x.max(low).min(high)
}

/// The number of the highest 1, or -1 (all ones) where there is none.
pub fn first_leading_bit_unsigned(x: u32) -> u32 {
    31_u32.wrapping_sub(x.leading_zeros())
}

/// The number of the highest bit that differs from the sign, or -1 for 0 and -1.
pub fn first_leading_bit_signed(x: i32) -> i32 {
    let different = if x < 0 { !x } else { x };
    31 - different.leading_zeros() as i32
}

/// The number of the lowest 1, or -1 (all ones) where there is none.
pub fn first_trailing_bit(x: u32) -> u32 {
    if x == 0 { u32::MAX } else { x.trailing_zeros() }
}

/// What bits an offset and a count name: those below 32.
fn field(offset: u32, count: u32) -> (u32, u32) {
    let start = offset.min(32);
    (start, count.min(32 - start))
}

/// `count` bits of x from `offset` on, zeros above.
pub fn extract_bits_unsigned(x: u32, offset: u32, count: u32) -> u32 {
    let (start, width) = field(offset, count);
    ((u64::from(x) >> start) & ((1_u64 << width) - 1)) as u32
}

/// `count` bits of x from `offset` on, the highest of them above.
pub fn extract_bits_signed(x: i32, offset: u32, count: u32) -> i32 {
    let (start, width) = field(offset, count);
    if width == 0 {
        return 0;
    }
    (x << (32 - width - start)) >> (32 - width)
}

/// x with `count` bits from `offset` on replaced by the low bits of `bits`.
pub fn insert_bits(x: u32, bits: u32, offset: u32, count: u32) -> u32 {
    let (start, width) = field(offset, count);
    let mask = (((1_u64 << width) - 1) << start) as u32;
    let moved = (u64::from(bits) << start) as u32;
    (x & !mask) | (moved & mask)
}

/// The sum of the products of four signed bytes of x and y.
pub fn dot4_signed(x: u32, y: u32) -> i32 {
    let products = x.to_le_bytes().into_iter().zip(y.to_le_bytes());
    products.map(|(x, y)| i32::from(x.cast_signed()) * i32::from(y.cast_signed())).sum()
}

/// The sum of the products of four unsigned bytes of x and y.
pub fn dot4_unsigned(x: u32, y: u32) -> u32 {
    let products = x.to_le_bytes().into_iter().zip(y.to_le_bytes());
    products.map(|(x, y)| u32::from(x) * u32::from(y)).sum()
}
