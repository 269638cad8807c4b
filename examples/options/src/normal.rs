//! Normally distributed random numbers: PCG32, then Marsaglia's polar method.
//!
//! **Why not a ziggurat?** It is faster, and its tails call the standard library's logarithm, which would make a native run differ from the
//! sandbox now and then. The polar method needs one logarithm and one square root for two numbers, and no tables.

use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;

/// The stream of PCG: any odd number will do, and the same one gives the same numbers.
const STREAM: u64 = 0x0a02_bdbf_7bb3_c0a7;

/// A stream of independent standard normal numbers.
#[derive(Clone, Debug)]
pub struct Normals {
    generator: Pcg32,
    spare: Option<f64>,
}

impl Normals {
    /// The stream that belongs to `seed`.
    pub fn new(seed: u64) -> Normals {
        Normals { generator: Pcg32::new(seed, STREAM), spare: None }
    }

    /// The next number.
    pub fn next_number(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            // A point in the square; inside the circle it is a random direction and a random radius.
            let (x, y) = (self.between_minus_one_and_one(), self.between_minus_one_and_one());
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                let factor = (-2.0 * libm::log(square) / square).sqrt();
                self.spare = Some(y * factor);
                return x * factor;
            }
        }
    }

    /// Uniform, of 2⁵³ values.
    fn between_minus_one_and_one(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1u64 << 52) as f64;
        (self.generator.next_u64() >> 11) as f64 * STEP - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_tails() {
        let mut normals = Normals::new(7);
        let numbers: Vec<f64> = (0..400_000).map(|_| normals.next_number()).collect();
        let mean_of = |power: i32| numbers.iter().map(|x| x.powi(power)).sum::<f64>() / numbers.len() as f64;
        // Five standard errors of each moment: sqrt((E[x^2k] - E[x^k]^2) / n).
        for (power, expected, error) in [(1, 0.0, 1.0), (2, 1.0, 2.0f64.sqrt()), (3, 0.0, 15.0f64.sqrt()), (4, 3.0, 96.0f64.sqrt())] {
            let off = (mean_of(power) - expected) / (error / (numbers.len() as f64).sqrt());
            assert!(off.abs() < 5.0, "moment {power} is off by {off} standard errors");
        }
        let beyond = numbers.iter().filter(|x| x.abs() > 1.959_964).count() as f64 / numbers.len() as f64;
        assert!((beyond - 0.05).abs() < 5.0 * (0.05f64 * 0.95 / numbers.len() as f64).sqrt(), "{beyond}");
        // Neighbours come from one point of the circle, and still know nothing of each other.
        let product = numbers.chunks_exact(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / (numbers.len() / 2) as f64;
        assert!(product.abs() < 5.0 / ((numbers.len() / 2) as f64).sqrt(), "{product}");
    }

    #[test]
    fn seeds_give_different_streams_and_the_same_one_the_same() {
        let first = |seed| Normals::new(seed).next_number();
        assert_eq!(first(1).to_bits(), first(1).to_bits());
        assert_ne!(first(1).to_bits(), first(2).to_bits());
    }
}
