//! Random numbers for matrices that nobody gave: PCG-XSH-RR 64/32, a stream for each seed.

/// The generator.
pub struct Random {
    state: u64,
}

impl Random {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        let mut random = Self { state: seed.wrapping_add(0x5851_F42D_4C95_7F2D) };
        random.word();
        random
    }

    /// 32 random bits.
    pub fn word(&mut self) -> u32 {
        let state = self.state;
        self.state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        let shifted = (((state >> 18) ^ state) >> 27) as u32;
        shifted.rotate_right((state >> 59) as u32)
    }

    /// A number from -1 to 1, a multiple of 2^-23.
    pub fn unit(&mut self) -> f32 {
        // 24 bits, so that the conversion is exact.
        (self.word() >> 8) as f32 / 8_388_608.0 - 1.0
    }

    /// Any byte.
    pub fn byte(&mut self) -> i8 {
        (self.word() >> 24) as u8 as i8
    }
}
