//! How often a counted loop runs (section 3).

/// The least N ≥ 1 with `counter` + N · `step` ≡ `bound` modulo 2³², if there is one.
///
/// N is found bit by bit, from the lowest: adding 2^i to N adds 2^i · `step`, whose lowest set bit is bit
/// i + t where `step` has t zeros at its end. So bit i of N is what decides bit i + t of the sum, and no
/// later bit of N touches it again. Bits of N from 32 − t on change nothing: the solutions repeat every 2^(32 − t).
pub fn iterations(counter: u32, step: u32, bound: u32) -> Option<u64> {
    if step == 0 {
        return None;
    }
    let mut way = bound.wrapping_sub(counter); // what is still to go
    let zeros = step.trailing_zeros();
    let period = 1_u64 << (32 - zeros);
    let mut n = 0_u64;
    for bit in 0..32 - zeros {
        if way >> (bit + zeros) & 1 == 1 {
            n |= 1 << bit;
            way = way.wrapping_sub(step << bit);
        }
    }
    match (way, n) {
        (0, 0) => Some(period),
        (0, n) => Some(n),
        // The way is no multiple of 2^t, so no multiple of the step.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::iterations;

    /// The definition itself: go on until it holds.
    fn by_walking(counter: u32, step: u32, bound: u32, most: u64) -> Option<u64> {
        let mut value = counter;
        (1..=most).find(|_| {
            value = value.wrapping_add(step);
            value == bound
        })
    }

    #[test]
    fn the_first_hit_is_the_one_that_walking_finds() {
        // Numbers that repeat in each build; their low bits are as mixed as their high ones.
        let mut state = 1_u64;
        let mut next = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 32) as u32
        };
        for round in 0..4_000 {
            let counter = next();
            // Steps of every number of zeros at the end, negative ones among them.
            let step = (next() | 1) << (round % 32);
            let hits = u64::from(next() % 700) + 1;
            let bound = counter.wrapping_add(step.wrapping_mul(hits as u32));
            let walked = by_walking(counter, step, bound, hits).expect("it was built to be hit");
            assert_eq!(iterations(counter, step, bound), Some(walked), "{counter} + n · {step} = {bound}");
        }
    }

    #[test]
    fn steps_with_many_zeros_have_short_periods_so_that_walking_decides_whether_there_is_one() {
        for zeros in 22..32 {
            for odd in [1_u32, 3, 0xffff_fff1] {
                let step = odd << zeros;
                for way in [0, 1, 1 << (zeros - 1), 1 << zeros, 3 << zeros, 0x8000_0000, 0x8000_0001, u32::MAX] {
                    let walked = by_walking(7, step, 7_u32.wrapping_add(way), 1 << (32 - zeros));
                    assert_eq!(iterations(7, step, 7_u32.wrapping_add(way)), walked, "step {step:#x}, way {way:#x}");
                }
            }
        }
    }

    #[test]
    fn all_the_way_round() {
        assert_eq!(iterations(5, 1, 5), Some(1 << 32));
        assert_eq!(iterations(5, u32::MAX, 5), Some(1 << 32));
        assert_eq!(iterations(5, 1, 4), Some((1 << 32) - 1));
        assert_eq!(iterations(5, 2, 5), Some(1 << 31));
        assert_eq!(iterations(5, 2, 6), None);
        assert_eq!(iterations(5, 0x8000_0000, 5), Some(2));
        assert_eq!(iterations(0, 3, 1), Some(2_863_311_531)); // 3 · 2,863,311,531 = 2 · 2³² + 1
        assert_eq!(iterations(1, 0, 1), None);
    }
}
