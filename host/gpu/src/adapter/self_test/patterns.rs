//! Numbers that tell exact arithmetic from nearly exact arithmetic.
//!
//! Random bits alone meet a tie once in millions, and the edge of the subnormals hardly more often. So most triples are built: halfway cases and their neighbours, cancellation,
//! results on both sides of 2^-126 and of the largest number; then all pairs of special values; then random bits.

use crate::adapter::random::Random;

/// Special values, as bits.
pub(crate) const SPECIAL: [u32; 56] = [
    0x0000_0000,
    0x8000_0000, // zeros
    0x0000_0001,
    0x8000_0001,
    0x0000_0002,
    0x0040_0000,
    0x007f_ffff,
    0x807f_ffff, // subnormals
    0x0080_0000,
    0x8080_0000,
    0x0080_0001,
    0x0100_0000, // smallest normal numbers
    0x3f80_0000,
    0xbf80_0000,
    0x3f80_0001,
    0x3f7f_ffff,
    0xbf80_0001, // around 1
    0x3f00_0000,
    0xbf00_0000,
    0x3effffff,
    0x3f00_0001,
    0x3fc0_0000,
    0xbfc0_0000,
    0x4000_0000,
    0x4020_0000,
    0x4040_0000,
    0x4060_0000,
    0xc020_0000, // halves, small integers
    0x3eaa_aaab,
    0x3dcc_cccd,
    0x4049_0fdb,
    0x41200000,
    0x7149_f2ca, // 1/3, 0.1, pi, 10, 1e30
    0x4afffffe,
    0x4aff_ffff,
    0x4b00_0000,
    0x4b00_0001,
    0x4b80_0000,
    0x4b7f_ffff, // 2^23 and 2^24
    0x4eff_ffff,
    0x4f00_0000,
    0xcf00_0000,
    0xcf00_0001,
    0x4f7f_ffff,
    0x4f80_0000, // 2^31 and 2^32
    0x5f80_0000,
    0x1f80_0000,
    0x2000_0000, // products at 1, at the edge of the subnormals and below them
    0x7f7f_ffff,
    0xff7f_ffff,
    0x7f00_0000, // largest
    0x7f80_0000,
    0xff80_0000, // infinities
    0x7fc0_0000,
    0xffc1_2345,
    0x7f80_0001, // NaN: canonical, negative with payload, signalling
];

/// Triples (x, y, z) as bits: all pairs of special values, then built and random ones up to `count`.
pub(crate) fn triples(count: usize, seed: u64) -> Vec<[u32; 3]> {
    let mut random = Random(seed);
    let mut all = Vec::with_capacity(count.max(SPECIAL.len() * SPECIAL.len()));
    for (index, x) in SPECIAL.into_iter().enumerate() {
        for (other, y) in SPECIAL.into_iter().enumerate() {
            all.push([x, y, SPECIAL[(index * 7 + other * 11) % SPECIAL.len()]]);
        }
    }
    while all.len() < count {
        let kind = all.len() % 12;
        all.push(built(kind, &mut random));
    }
    all
}

fn built(kind: usize, random: &mut Random) -> [u32; 3] {
    let nudge = |bits: u32, random: &mut Random| bits.wrapping_add(random.below(5)).wrapping_sub(2);
    match kind {
        // Sums halfway between two floats, and next to it: y is half a unit of x.
        0 | 1 => {
            let x = random.float(60, 200);
            let half = ((x >> 23 & 0xff) - 24) << 23 | random.word() & 0x8000_0000;
            [x, if kind == 0 { half } else { nudge(half, random) }, random.float(60, 200)]
        }
        // Cancellation: y nearly -x.
        2 => {
            let x = random.float(1, 254);
            [x, nudge(x ^ 0x8000_0000, random), nudge(x, random)]
        }
        // Products halfway: 13 by 12 bits. z nearly -x*y, which tells a fused from an unfused sum.
        3 | 4 => {
            let x = random.float(90, 160) & 0xffff_f800 | 0x800;
            let y = random.float(90, 160) & 0xffff_f000 | 0x1000;
            let product = (f32::from_bits(x) * f32::from_bits(y)).to_bits();
            [x, if kind == 3 { y } else { nudge(y, random) }, nudge(product ^ 0x8000_0000, random)]
        }
        // Products and quotients around 2^-126 and below.
        5 => {
            let x = random.float(20, 120);
            let exponent = 127u32.saturating_sub(x >> 23 & 0xff).clamp(1, 250);
            [x, (random.word() & 0x807f_ffff) | (exponent.saturating_sub(random.below(24)).max(1)) << 23, random.word() & 0x80ff_ffff]
        }
        6 => [random.word() & 0x81ff_ffff, random.float(110, 254), random.word() & 0x80ff_ffff],
        // Around the largest number.
        7 => [random.float(180, 254), random.float(190, 254), random.float(240, 255)],
        8 => [random.float(240, 255), random.float(1, 20), random.float(240, 255)],
        // Near numbers of one size, as most programs have them.
        9 | 10 => [random.float(120, 135), random.float(120, 135), random.float(120, 135)],
        _ => [random.word(), random.word(), random.word()],
    }
}
