// Ways to an exact primitive through hardware that is not exact, or that a compiler has rearranged. `assay_zero_a` and `assay_zero_b` hold zeros that no compiler can
// know to be zeros where the tier is `guarded`; elsewhere `opaque_a` and `opaque_b` return what they are given.

fn guarded_add(a: f32, b: f32) -> f32 { return opaque_a(a) + opaque_b(b); }

fn guarded_subtract(a: f32, b: f32) -> f32 { return opaque_a(a) - opaque_b(b); }

fn guarded_multiply(a: f32, b: f32) -> f32 { return opaque_a(a) * opaque_b(b); }

fn guarded_divide(a: f32, b: f32) -> f32 { return opaque_a(a) / opaque_b(b); }

fn guarded_fma(a: f32, b: f32, c: f32) -> f32 { return fma(opaque_a(a), opaque_b(b), opaque_a(c)); }

fn guarded_sqrt(a: f32) -> f32 { return sqrt(opaque_a(a)); }

fn guarded_equal(a: f32, b: f32) -> bool { return opaque_a(a) == opaque_b(b); }

// Not `!=`, which naga writes so that it is false for NaN.
fn guarded_not_equal(a: f32, b: f32) -> bool { return !(opaque_a(a) == opaque_b(b)); }

fn guarded_less(a: f32, b: f32) -> bool { return opaque_a(a) < opaque_b(b); }

fn guarded_less_equal(a: f32, b: f32) -> bool { return opaque_a(a) <= opaque_b(b); }

fn guarded_greater(a: f32, b: f32) -> bool { return opaque_a(a) > opaque_b(b); }

fn guarded_greater_equal(a: f32, b: f32) -> bool { return opaque_a(a) >= opaque_b(b); }

fn guarded_floor(a: f32) -> f32 { return floor(opaque_a(a)); }

fn guarded_ceil(a: f32) -> f32 { return ceil(opaque_a(a)); }

fn guarded_trunc(a: f32) -> f32 { return trunc(opaque_a(a)); }

fn guarded_round(a: f32) -> f32 { return round(opaque_a(a)); }

// Division by an approximate quotient, repaired by the exact remainder that a fused fma gives.
// For exponents away from the ends nothing below over- or underflows, half a unit of the quotient included. `y` errs by 2.5 units (WGSL's bound), so `q0` by about 5 and `q1`, one Newton step later, by less
// than one; then `r1` is exact (a classical result), and comparing it with half a unit times |b| says whether q1 or its neighbour is nearest. A quotient of two floats is
// never halfway between two floats, so there is no tie.
fn residual_divide(a: f32, b: f32) -> f32 {
  let bits_a = bitcast<u32>(a);
  let bits_b = bitcast<u32>(b);
  if (((bits_a >> 23u) & 0xffu) - 79u <= 96u && ((bits_b >> 23u) & 0xffu) - 79u <= 96u) {
    let y = 1.0 / b;
    let q0 = opaque_a(a * y);
    let r0 = fma(-q0, b, a);
    let q1 = opaque_b(fma(r0, y, q0));
    let r1 = fma(-q1, b, a);
    let bits_q = bitcast<u32>(q1);
    let bits_r = bitcast<u32>(r1);
    let outward = ((bits_r ^ bits_b ^ bits_q) >> 31u) == 0u;
    // Half a unit of q1; a quarter below a power of two, where the unit is half as large.
    let narrow = !outward && (bits_q & 0x7fffffu) == 0u;
    let half = bitcast<f32>((bits_q & 0x7f800000u) - select(24u << 23u, 25u << 23u, narrow));
    let far = bitcast<f32>(bits_r & 0x7fffffffu) > bitcast<f32>(bits_b & 0x7fffffffu) * half;
    return bitcast<f32>(select(bits_q, select(bits_q - 1u, bits_q + 1u, outward), far));
  }
  return remainder_divide(a, b);
}

// Likewise. a = s² + r; a lies above the middle between s and its upper neighbour exactly when r > s·unit, and below the lower middle when r <= -s·unit.
fn residual_sqrt(a: f32) -> f32 {
  let bits_a = bitcast<u32>(a);
  if (bits_a < 0x7f800000u && bits_a >= 0x21800000u) {
    let s0 = opaque_a(sqrt(a));
    let y = 0.5 / s0;
    let r0 = fma(-s0, s0, a);
    let s1 = opaque_b(fma(r0, y, s0));
    let r1 = fma(-s1, s1, a);
    let bits_s = bitcast<u32>(s1);
    let unit = bitcast<f32>((bits_s & 0x7f800000u) - (23u << 23u));
    let narrow = bitcast<f32>((bits_s & 0x7f800000u) - (24u << 23u));
    let above = r1 > s1 * unit;
    let below = r1 <= -(s1 * select(unit, narrow, (bits_s & 0x7fffffu) == 0u));
    return bitcast<f32>(select(select(bits_s, bits_s - 1u, below), bits_s + 1u, above));
  }
  return remainder_sqrt(a);
}

// Division by an approximate quotient of the significands, repaired by the integer remainder. Right for every quotient that errs by less than 64 of its 2^26 units.
fn remainder_divide(x: f32, y: f32) -> f32 {
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
  var quotient = u32(f32(dividend) / f32(divisor) * 33554432.0);
  var rest = (dividend << 25u) - quotient * divisor;
  if (rest >= 0x80000000u) {
    let steps = (divisor - 1u - rest) / divisor;
    quotient = quotient - steps;
    rest = rest + steps * divisor;
  } else {
    let steps = rest / divisor;
    quotient = quotient + steps;
    rest = rest - steps * divisor;
  }
  return bitcast<f32>(soft_round_pack(sign, exponent, (quotient << 5u) | select(0u, 1u, rest != 0u)));
}

// Right for every root that errs by less than 32 of its 2^25 units.
fn remainder_sqrt(x: f32) -> f32 {
  let a = bitcast<u32>(x);
  if ((a & 0x7fffffffu) == 0u || a == 0x7f800000u) { return x; }
  if (a > 0x7f800000u) { return bitcast<f32>(0x7fc00000u); }
  let ua = soft_unpack(a);
  let odd = u32((ua.x + 1) & 1);
  let radicand = u32(ua.y) << odd;
  let exponent = ((ua.x - 127 - i32(odd)) >> 1u) + 126;
  // floor(sqrt(radicand * 2^25)), and what is left of radicand * 2^25 modulo 2^32.
  var root = u32(sqrt(f32(radicand)) * 5792.6187);
  var rest = bitcast<i32>((radicand << 25u) - root * root);
  for (var step = 0u; step < 32u; step = step + 1u) {
    if (rest >= 0) { break; }
    root = root - 1u;
    rest = rest + bitcast<i32>(2u * root + 1u);
  }
  for (var step = 0u; step < 32u; step = step + 1u) {
    if (rest <= bitcast<i32>(2u * root)) { break; }
    rest = rest - bitcast<i32>(2u * root + 1u);
    root = root + 1u;
  }
  return bitcast<f32>(soft_round_pack(0u, exponent, (root << 6u) | select(0u, 1u, rest != 0)));
}

// fma through f64: the product is exact, the sum is rounded once more than it should be. That matters only where the sum lies exactly halfway between two f32; there the
// sum's own error, which TwoSum gives, says to which side (Boldo and Melquiond).
fn double_fma(x: f32, y: f32, z: f32) -> f32 {
  let product = f64(x) * f64(y);
  let addend = f64(z);
  let sum = product + addend;
  let part = sum - product;
  let error = (product - (sum - part)) + (addend - part);
  let near = f32(sum);
  let magnitude = bitcast<u32>(near) & 0x7fffffffu;
  if (magnitude >= 0x7f800000u) {
    // Infinite, though the exact sum may lie just below the halfway point above the largest f32.
    let back_up = (sum == 3.4028235677973366e38lf && error < 0.0lf) || (sum == -3.4028235677973366e38lf && error > 0.0lf);
    return select(near, bitcast<f32>(bitcast<u32>(near) - 1u), back_up);
  }
  let rest = sum - f64(near);
  let far_sum = f64(near) + rest * 2.0lf;
  let far = f32(far_sum);
  let halfway = rest != 0.0lf && f64(far) == far_sum;
  let same_side = (error > 0.0lf && rest > 0.0lf) || (error < 0.0lf && rest < 0.0lf);
  return select(near, far, halfway && same_side);
}
