//! asin, acos, atan, atan2.

use super::bits::unit;

/// pi and pi/2, and how much too large they are.
const PI: f32 = std::f32::consts::PI;
const PI_EXCESS: f32 = 8.742278e-8;
const HALF_PI: f32 = std::f32::consts::FRAC_PI_2;
const HALF_PI_EXCESS: f32 = 4.371139e-8;

/// atan q + low for 0 <= q <= 1.
fn atan_unit(q: f32, low: f32) -> f32 {
    let q2 = q * q;
    let q4 = q2 * q2;
    let even = -0.33333153 + q4 * (-0.14211023 + q4 * (-0.07551952 + q4 * -0.016366003));
    let odd = 0.19993769 + q4 * (0.1066588 + q4 * (0.04320876 + q4 * 0.0029202034));
    q + ((q * q2) * (even + q2 * odd) + low)
}

/// The angle whose tangent is q, or 1/q where `steep`.
fn first_octants(q: f32, steep: bool) -> f32 {
    if steep { HALF_PI - atan_unit(q, HALF_PI_EXCESS) } else { atan_unit(q, 0.0) }
}

/// atan.
pub fn atan(x: f32) -> f32 {
    let a = x.abs();
    let steep = a > 1.0;
    first_octants(if steep { 1.0 / a } else { a }, steep) * unit(x)
}

/// The angle of the point (x, y), from -pi to pi. The signs of zeros count.
pub fn atan2(y: f32, x: f32) -> f32 {
    let (ax, ay) = (x.abs(), y.abs());
    let steep = ay > ax;
    let (small, large) = if steep { (ax, ay) } else { (ay, ax) };
    let q = if large == 0.0 {
        small // a zero, or the NaN that y is
    } else if small == large {
        1.0
    } else {
        small / large
    };
    let right = first_octants(q, steep);
    let angle = if x.is_sign_negative() { PI - (right + PI_EXCESS) } else { right };
    angle * unit(y)
}

/// Half of the way to asin and acos: (z, s) with |x| in the inner half, or sqrt((1 - |x|)/2) in the outer; and s^3 P(s^2).
fn asin_parts(x: f32) -> (bool, f32, f32) {
    let a = x.abs();
    let outer = a > 0.5;
    let (z, s) = if outer {
        let z = (1.0 - a) * 0.5;
        (z, z.sqrt())
    } else {
        (a * a, a)
    };
    let z2 = z * z;
    let even = 0.16666752 + z2 * (0.04546902 + z2 * 0.042157013);
    let odd = 0.0749531 + z2 * 0.024185503;
    (outer, s, (s * z) * (even + z * odd))
}

/// asin; NaN beyond 1.
pub fn asin(x: f32) -> f32 {
    let (outer, s, e) = asin_parts(x);
    let r = if outer { (HALF_PI - 2.0 * s) - (2.0 * e + HALF_PI_EXCESS) } else { s + e };
    r * unit(x)
}

/// acos; NaN beyond 1.
pub fn acos(x: f32) -> f32 {
    let (outer, s, e) = asin_parts(x);
    let p = s + e;
    if !outer {
        return HALF_PI - (p * unit(x) + HALF_PI_EXCESS);
    }
    let twice = 2.0 * p;
    if x < 0.0 { PI - (twice + PI_EXCESS) } else { twice }
}
