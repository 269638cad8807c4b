//! Random numbers that are the same for the same seed everywhere.

/// SplitMix64: small, well distributed, and the same everywhere.
pub(crate) struct Random(pub u64);

impl Random {
    /// The next 32 bits.
    pub fn word(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 32) as u32
    }

    /// A number below `bound`, nearly uniform.
    pub fn below(&mut self, bound: u32) -> u32 {
        self.word() % bound
    }

    /// A float's bits, its biased exponent in `from..to`.
    pub fn float(&mut self, from: u32, to: u32) -> u32 {
        let exponent = from + self.below(to - from);
        (self.word() & 0x807f_ffff) | exponent << 23
    }
}
