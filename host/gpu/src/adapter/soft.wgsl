// binary32 by integers: the last resort of every primitive, and all of the tier `soft`. Works wherever 32-bit integers work.
//
// After Berkeley SoftFloat 3 (J. Hauser): a significand is kept with its leading one at bit 30 and seven bits for rounding below, the last of them sticky. 64-bit values
// are vec2u(low, high). NaN is 0x7fc00000. `exponent` is one less than the biased exponent, because packing adds the leading one to it.

fn soft_jam(value: u32, distance: u32) -> u32 {
  if (distance > 30u) { return select(0u, 1u, value != 0u); }
  return (value >> distance) | select(0u, 1u, (value & ((1u << distance) - 1u)) != 0u);
}

fn soft_jam64(value: vec2u, distance: u32) -> vec2u {
  if (distance == 0u) { return value; }
  if (distance > 63u) { return vec2u(select(0u, 1u, (value.x | value.y) != 0u), 0u); }
  if (distance > 31u) {
    let lost = select(0u, 1u, value.x != 0u);
    return vec2u(soft_jam(value.y, distance - 32u) | lost, 0u);
  }
  let lost = select(0u, 1u, (value.x & ((1u << distance) - 1u)) != 0u);
  return vec2u((value.x >> distance) | (value.y << (32u - distance)) | lost, value.y >> distance);
}

fn soft_shift_left64(value: vec2u, distance: u32) -> vec2u {
  if (distance == 0u) { return value; }
  if (distance > 31u) { return vec2u(0u, value.x << (distance - 32u)); }
  return vec2u(value.x << distance, (value.y << distance) | (value.x >> (32u - distance)));
}

fn soft_add64(a: vec2u, b: vec2u) -> vec2u {
  let low = a.x + b.x;
  return vec2u(low, a.y + b.y + select(0u, 1u, low < a.x));
}

fn soft_subtract64(a: vec2u, b: vec2u) -> vec2u {
  return vec2u(a.x - b.x, a.y - b.y - select(0u, 1u, a.x < b.x));
}

fn soft_multiply64(a: u32, b: u32) -> vec2u {
  let al = a & 0xffffu;
  let ah = a >> 16u;
  let bl = b & 0xffffu;
  let bh = b >> 16u;
  let low = al * bl;
  let first = ah * bl + (low >> 16u);
  let second = al * bh + (first & 0xffffu);
  return vec2u((second << 16u) | (low & 0xffffu), ah * bh + (first >> 16u) + (second >> 16u));
}

fn soft_pack(sign: u32, exponent: i32, significand: u32) -> u32 {
  return (sign << 31u) + (bitcast<u32>(exponent) << 23u) + significand;
}

fn soft_round_pack(sign: u32, exponent_given: i32, significand_given: u32) -> u32 {
  var exponent = exponent_given;
  var significand = significand_given;
  if (exponent < 0) {
    significand = soft_jam(significand, bitcast<u32>(-exponent));
    exponent = 0;
  } else if (exponent > 0xfd || (exponent == 0xfd && significand + 0x40u >= 0x80000000u)) {
    return (sign << 31u) | 0x7f800000u;
  }
  let half = (significand & 0x7fu) == 0x40u;
  significand = (significand + 0x40u) >> 7u;
  if (half) { significand = significand & 0xfffffffeu; }
  if (significand == 0u) { exponent = 0; }
  return soft_pack(sign, exponent, significand);
}

fn soft_normalise_round_pack(sign: u32, exponent: i32, significand: u32) -> u32 {
  if (significand == 0u) { return sign << 31u; }
  let distance = countLeadingZeros(significand) - 1u;
  return soft_round_pack(sign, exponent - i32(distance), significand << distance);
}

// (exponent, significand) of a finite number that is not 0, with its leading one at bit 23.
fn soft_unpack(bits: u32) -> vec2i {
  let exponent = i32((bits >> 23u) & 0xffu);
  let fraction = bits & 0x7fffffu;
  if (exponent != 0) { return vec2i(exponent, i32(fraction | 0x800000u)); }
  let distance = countLeadingZeros(fraction) - 8u;
  return vec2i(1 - i32(distance), i32(fraction << distance));
}

fn soft_is_nan(bits: u32) -> bool {
  return (bits & 0x7fffffffu) > 0x7f800000u;
}

fn soft_add_magnitudes(a: u32, b: u32) -> u32 {
  let exponent_a = i32((a >> 23u) & 0xffu);
  let exponent_b = i32((b >> 23u) & 0xffu);
  let sign = a >> 31u;
  let fraction_a = a & 0x7fffffu;
  let fraction_b = b & 0x7fffffu;
  let difference = exponent_a - exponent_b;
  if (difference == 0) {
    if (exponent_a == 0) { return a + fraction_b; }
    if (exponent_a == 0xff) { return a; }
    return soft_round_pack(sign, exponent_a, (0x01000000u + fraction_a + fraction_b) << 6u);
  }
  var exponent = exponent_a;
  var large = fraction_a << 6u;
  var small = fraction_b << 6u;
  var small_exponent = exponent_b;
  var distance = difference;
  if (difference < 0) {
    exponent = exponent_b;
    large = fraction_b << 6u;
    small = fraction_a << 6u;
    small_exponent = exponent_a;
    distance = -difference;
  }
  if (exponent == 0xff) { return (sign << 31u) | 0x7f800000u; }
  if (small_exponent != 0) { small = small + 0x20000000u; } else { small = small << 1u; }
  small = soft_jam(small, bitcast<u32>(distance));
  var significand = 0x20000000u + large + small;
  if (significand < 0x40000000u) {
    exponent = exponent - 1;
    significand = significand << 1u;
  }
  return soft_round_pack(sign, exponent, significand);
}

// |a| - |b| with the sign of a; the caller has dealt with NaN.
fn soft_subtract_magnitudes(a: u32, b: u32) -> u32 {
  let exponent_a = i32((a >> 23u) & 0xffu);
  let exponent_b = i32((b >> 23u) & 0xffu);
  let fraction_a = a & 0x7fffffu;
  let fraction_b = b & 0x7fffffu;
  let sign = a >> 31u;
  let difference = exponent_a - exponent_b;
  if (difference == 0) {
    if (exponent_a == 0xff) { return 0x7fc00000u; }
    if (fraction_a == fraction_b) { return 0u; }
    let exponent = max(exponent_a, 1) - 1;
    if (fraction_a > fraction_b) { return soft_normalise_round_pack(sign, exponent, (fraction_a - fraction_b) << 7u); }
    return soft_normalise_round_pack(sign ^ 1u, exponent, (fraction_b - fraction_a) << 7u);
  }
  var sign_result = sign;
  var exponent = exponent_a;
  var large = fraction_a << 7u;
  var small = fraction_b << 7u;
  var small_exponent = exponent_b;
  var distance = difference;
  if (difference < 0) {
    sign_result = sign ^ 1u;
    exponent = exponent_b;
    large = fraction_b << 7u;
    small = fraction_a << 7u;
    small_exponent = exponent_a;
    distance = -difference;
  }
  if (exponent == 0xff) { return (sign_result << 31u) | 0x7f800000u; }
  if (small_exponent != 0) { small = small | 0x40000000u; } else { small = small << 1u; }
  let significand = (large | 0x40000000u) - soft_jam(small, bitcast<u32>(distance));
  return soft_normalise_round_pack(sign_result, exponent - 1, significand);
}

fn soft_add_bits(a: u32, b: u32) -> u32 {
  if (soft_is_nan(a) || soft_is_nan(b)) { return 0x7fc00000u; }
  if (((a ^ b) >> 31u) == 0u) { return soft_add_magnitudes(a, b); }
  return soft_subtract_magnitudes(a, b);
}

fn integer_add(a: f32, b: f32) -> f32 { return bitcast<f32>(soft_add_bits(bitcast<u32>(a), bitcast<u32>(b))); }

fn integer_subtract(a: f32, b: f32) -> f32 { return bitcast<f32>(soft_add_bits(bitcast<u32>(a), bitcast<u32>(b) ^ 0x80000000u)); }

fn integer_multiply(x: f32, y: f32) -> f32 {
  let a = bitcast<u32>(x);
  let b = bitcast<u32>(y);
  let sign = (a ^ b) >> 31u;
  let magnitude_a = a & 0x7fffffffu;
  let magnitude_b = b & 0x7fffffffu;
  if (magnitude_a > 0x7f800000u || magnitude_b > 0x7f800000u) { return bitcast<f32>(0x7fc00000u); }
  if (magnitude_a == 0x7f800000u || magnitude_b == 0x7f800000u) {
    return bitcast<f32>(select((sign << 31u) | 0x7f800000u, 0x7fc00000u, magnitude_a == 0u || magnitude_b == 0u));
  }
  if (magnitude_a == 0u || magnitude_b == 0u) { return bitcast<f32>(sign << 31u); }
  let ua = soft_unpack(a);
  let ub = soft_unpack(b);
  var exponent = ua.x + ub.x - 0x7f;
  let product = soft_multiply64(u32(ua.y) << 7u, u32(ub.y) << 8u);
  var significand = product.y | select(0u, 1u, product.x != 0u);
  if (significand < 0x40000000u) {
    exponent = exponent - 1;
    significand = significand << 1u;
  }
  return bitcast<f32>(soft_round_pack(sign, exponent, significand));
}

fn integer_divide(x: f32, y: f32) -> f32 {
  let a = bitcast<u32>(x);
  let b = bitcast<u32>(y);
  let sign = (a ^ b) >> 31u;
  let magnitude_a = a & 0x7fffffffu;
  let magnitude_b = b & 0x7fffffffu;
  if (magnitude_a > 0x7f800000u || magnitude_b > 0x7f800000u) { return bitcast<f32>(0x7fc00000u); }
  if (magnitude_a == 0x7f800000u || magnitude_b == 0u) {
    return bitcast<f32>(select((sign << 31u) | 0x7f800000u, 0x7fc00000u, magnitude_a == magnitude_b || (magnitude_a == 0u && magnitude_b == 0u)));
  }
  if (magnitude_b == 0x7f800000u || magnitude_a == 0u) { return bitcast<f32>(sign << 31u); }
  let ua = soft_unpack(a);
  let ub = soft_unpack(b);
  var exponent = ua.x - ub.x + 0x7e;
  var dividend = u32(ua.y);
  let divisor = u32(ub.y);
  if (dividend < divisor) {
    exponent = exponent - 1;
    dividend = dividend << 1u;
  }
  // Long division: 1 bit before the point, then 8, 8, 8 and 6 after it.
  var quotient = dividend / divisor;
  var rest = dividend - quotient * divisor;
  for (var step = 0u; step < 4u; step = step + 1u) {
    let bits = select(8u, 6u, step == 3u);
    rest = rest << bits;
    let digits = rest / divisor;
    rest = rest - digits * divisor;
    quotient = (quotient << bits) | digits;
  }
  return bitcast<f32>(soft_round_pack(sign, exponent, quotient | select(0u, 1u, rest != 0u)));
}

fn integer_sqrt(x: f32) -> f32 {
  let a = bitcast<u32>(x);
  if ((a & 0x7fffffffu) == 0u || a == 0x7f800000u) { return x; }
  if (a > 0x7f800000u) { return bitcast<f32>(0x7fc00000u); }
  let ua = soft_unpack(a);
  // a = significand * 2^(exponent - 150); made a square times an even power. (exponent - 127) odd: one bit more.
  let odd = u32((ua.x + 1) & 1);
  var radicand = u32(ua.y) << (7u + odd);
  let exponent = ((ua.x - 127 - i32(odd)) >> 1u) + 126;
  var root = 0u;
  var rest = 0u;
  // One bit of the root per two of the radicand, which has its point after bit 30: 1 + 30 bits are more than a word's square, so 26 are taken and the rest is sticky.
  for (var step = 0u; step < 26u; step = step + 1u) {
    rest = (rest << 2u) | (radicand >> 30u);
    radicand = radicand << 2u;
    let trial = (root << 2u) | 1u;
    root = root << 1u;
    if (rest >= trial) {
      rest = rest - trial;
      root = root | 1u;
    }
  }
  return bitcast<f32>(soft_round_pack(0u, exponent, (root << 5u) | select(0u, 1u, rest != 0u)));
}

fn integer_fma(x: f32, y: f32, z: f32) -> f32 {
  let a = bitcast<u32>(x);
  let b = bitcast<u32>(y);
  let c = bitcast<u32>(z);
  if (soft_is_nan(a) || soft_is_nan(b) || soft_is_nan(c)) { return bitcast<f32>(0x7fc00000u); }
  let magnitude_a = a & 0x7fffffffu;
  let magnitude_b = b & 0x7fffffffu;
  let magnitude_c = c & 0x7fffffffu;
  let sign_product = (a ^ b) >> 31u;
  let sign_c = c >> 31u;
  if (magnitude_a == 0x7f800000u || magnitude_b == 0x7f800000u) {
    let invalid = magnitude_a == 0u || magnitude_b == 0u || (magnitude_c == 0x7f800000u && sign_c != sign_product);
    return bitcast<f32>(select((sign_product << 31u) | 0x7f800000u, 0x7fc00000u, invalid));
  }
  if (magnitude_c == 0x7f800000u) { return z; }
  if (magnitude_a == 0u || magnitude_b == 0u) {
    return bitcast<f32>(select(c, 0u, magnitude_c == 0u && sign_c != sign_product));
  }
  let ua = soft_unpack(a);
  let ub = soft_unpack(b);
  var exponent_product = ua.x + ub.x - 0x7e;
  var product = soft_multiply64(u32(ua.y) << 7u, u32(ub.y) << 7u);
  if (product.y < 0x20000000u) {
    exponent_product = exponent_product - 1;
    product = soft_shift_left64(product, 1u);
  }
  if (magnitude_c == 0u) {
    let jammed = soft_jam64(product, 31u);
    return bitcast<f32>(soft_round_pack(sign_product, exponent_product - 1, jammed.x));
  }
  let uc = soft_unpack(c);
  let significand_c = u32(uc.y) << 6u;
  let wide_c = vec2u(0u, significand_c);
  let difference = exponent_product - uc.x;
  if (sign_product == sign_c) {
    var exponent = uc.x;
    var sum = product;
    if (difference <= 0) {
      sum = soft_add64(wide_c, soft_jam64(product, bitcast<u32>(-difference)));
    } else {
      exponent = exponent_product;
      sum = soft_add64(product, soft_jam64(wide_c, bitcast<u32>(difference)));
    }
    var significand = sum.y | select(0u, 1u, sum.x != 0u);
    if (significand < 0x40000000u) {
      exponent = exponent - 1;
      significand = significand << 1u;
    }
    return bitcast<f32>(soft_round_pack(sign_product, exponent, significand));
  }
  var sign = sign_product;
  var exponent = exponent_product;
  var rest = product;
  if (difference < 0) {
    sign = sign_c;
    exponent = uc.x;
    rest = soft_subtract64(wide_c, soft_jam64(product, bitcast<u32>(-difference)));
  } else if (difference == 0) {
    rest = soft_subtract64(product, wide_c);
    if ((rest.x | rest.y) == 0u) { return bitcast<f32>(0u); }
    if ((rest.y >> 31u) != 0u) {
      sign = sign ^ 1u;
      rest = soft_subtract64(vec2u(0u, 0u), rest);
    }
  } else {
    rest = soft_subtract64(product, soft_jam64(wide_c, bitcast<u32>(difference)));
  }
  let zeros = select(countLeadingZeros(rest.y), 32u + countLeadingZeros(rest.x), rest.y == 0u);
  let moved = soft_shift_left64(rest, zeros - 1u);
  return bitcast<f32>(soft_round_pack(sign, exponent - i32(zeros - 1u), moved.y | select(0u, 1u, moved.x != 0u)));
}

// Order of two numbers that are not NaN, as integers: the same for both zeros.
fn soft_key(bits: u32) -> i32 {
  let magnitude = bitcast<i32>(bits & 0x7fffffffu);
  return select(magnitude, -magnitude, (bits >> 31u) != 0u);
}

fn soft_ordered(a: f32, b: f32) -> bool { return !(soft_is_nan(bitcast<u32>(a)) || soft_is_nan(bitcast<u32>(b))); }

fn integer_equal(a: f32, b: f32) -> bool { return soft_ordered(a, b) && soft_key(bitcast<u32>(a)) == soft_key(bitcast<u32>(b)); }

fn integer_not_equal(a: f32, b: f32) -> bool { return !integer_equal(a, b); }

fn integer_less(a: f32, b: f32) -> bool { return soft_ordered(a, b) && soft_key(bitcast<u32>(a)) < soft_key(bitcast<u32>(b)); }

fn integer_less_equal(a: f32, b: f32) -> bool { return soft_ordered(a, b) && soft_key(bitcast<u32>(a)) <= soft_key(bitcast<u32>(b)); }

fn integer_greater(a: f32, b: f32) -> bool { return integer_less(b, a); }

fn integer_greater_equal(a: f32, b: f32) -> bool { return integer_less_equal(b, a); }

fn integer_negate(a: f32) -> f32 { return bitcast<f32>(bitcast<u32>(a) ^ 0x80000000u); }

fn integer_abs(a: f32) -> f32 { return bitcast<f32>(bitcast<u32>(a) & 0x7fffffffu); }

fn integer_trunc(a: f32) -> f32 {
  let bits = bitcast<u32>(a);
  let exponent = i32((bits >> 23u) & 0xffu) - 127;
  if (exponent < 0) { return bitcast<f32>(bits & 0x80000000u); }
  if (exponent > 22) { return a; }
  return bitcast<f32>(bits & ~(0x7fffffu >> u32(exponent)));
}

// Away from zero where `away` and something was cut off.
fn soft_trunc_away(a: f32, away: bool) -> f32 {
  let bits = bitcast<u32>(a);
  let exponent = i32((bits >> 23u) & 0xffu) - 127;
  if (exponent > 22) { return a; }
  if (exponent < 0) {
    let up = away && (bits & 0x7fffffffu) != 0u;
    return bitcast<f32>((bits & 0x80000000u) | select(0u, 0x3f800000u, up));
  }
  let mask = 0x7fffffu >> u32(exponent);
  if (away && (bits & mask) != 0u) { return bitcast<f32>((bits + mask) & ~mask); }
  return bitcast<f32>(bits & ~mask);
}

fn integer_floor(a: f32) -> f32 { return soft_trunc_away(a, (bitcast<u32>(a) >> 31u) != 0u); }

fn integer_ceil(a: f32) -> f32 { return soft_trunc_away(a, (bitcast<u32>(a) >> 31u) == 0u); }

fn integer_round(a: f32) -> f32 {
  let bits = bitcast<u32>(a);
  let exponent = i32((bits >> 23u) & 0xffu) - 127;
  if (exponent > 22) { return a; }
  if (exponent < -1) { return bitcast<f32>(bits & 0x80000000u); }
  if (exponent == -1) {
    // [0.5, 1): a half goes to zero, which is even.
    return bitcast<f32>((bits & 0x80000000u) | select(0x3f800000u, 0u, (bits & 0x7fffffu) == 0u));
  }
  let mask = 0x7fffffu >> u32(exponent);
  let unit = mask + 1u;
  let half = unit >> 1u;
  let rest = bits & mask;
  let whole = bits & ~mask;
  // In [1, 2) the unit's bit is the implicit one, which stands as the lowest bit of a biased exponent of 127: odd, as 1 is.
  if (rest > half || (rest == half && (whole & unit) != 0u)) { return bitcast<f32>(whole + unit); }
  return bitcast<f32>(whole);
}

fn soft_from_magnitude(sign: u32, magnitude: u32) -> f32 {
  if (magnitude == 0u) { return bitcast<f32>(0u); }
  let distance = countLeadingZeros(magnitude);
  let significand = soft_jam(magnitude << distance, 1u);
  return bitcast<f32>(soft_round_pack(sign, 127 + 31 - i32(distance) - 1, significand));
}

fn integer_from_u32(a: u32) -> f32 { return soft_from_magnitude(0u, a); }

fn integer_from_i32(a: i32) -> f32 {
  let bits = bitcast<u32>(a);
  return soft_from_magnitude(bits >> 31u, select(bits, 0u - bits, (bits >> 31u) != 0u));
}

// The number is in the type's range: whoever casts has clamped it.
fn soft_magnitude(bits: u32) -> u32 {
  let exponent = i32((bits >> 23u) & 0xffu) - 127;
  if (exponent < 0) { return 0u; }
  let significand = (bits & 0x7fffffu) | 0x800000u;
  if (exponent > 31) { return 0xffffffffu; }
  if (exponent >= 23) { return significand << u32(exponent - 23); }
  return significand >> u32(23 - exponent);
}

fn integer_to_u32(a: f32) -> u32 { return select(soft_magnitude(bitcast<u32>(a)), 0u, (bitcast<u32>(a) >> 31u) != 0u); }

fn integer_to_i32(a: f32) -> i32 {
  let magnitude = soft_magnitude(bitcast<u32>(a));
  return bitcast<i32>(select(magnitude, 0u - magnitude, (bitcast<u32>(a) >> 31u) != 0u));
}
