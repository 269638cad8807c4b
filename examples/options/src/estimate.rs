//! Means with their standard errors, one value at a time.

use std::fmt;

/// A mean and how far it is likely to be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Its standard error.
    pub error: f64,
}

impl Estimate {
    /// By how many standard errors the mean differs from `exact`.
    pub fn off(&self, exact: f64) -> f64 {
        // Without spread (an option so far out that no path reaches it) there is no unit to measure by: equal, or hopelessly off.
        match self.mean - exact {
            difference if self.error > 0.0 => difference / self.error,
            difference if difference.abs() < 1e-9 => 0.0,
            difference => difference.signum() * f64::INFINITY,
        }
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.4} ± {:.4}", self.mean, self.error)
    }
}

/// Means, variances and covariance of pairs of values, by Welford's updates: no sum of squares, hence no cancellation.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pair {
    count: u64,
    mean: [f64; 2],
    squares: [f64; 2],
    product: f64,
}

impl Pair {
    /// Adds a pair.
    pub fn add(&mut self, values: [f64; 2]) {
        self.count += 1;
        let count = self.count as f64;
        let [before, other] = [values[0] - self.mean[0], values[1] - self.mean[1]];
        self.mean[0] += before / count;
        self.mean[1] += other / count;
        self.squares[0] += before * (values[0] - self.mean[0]);
        self.squares[1] += other * (values[1] - self.mean[1]);
        self.product += before * (values[1] - self.mean[1]);
    }

    /// How many pairs were added.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The mean of the first value.
    pub fn first(&self) -> Estimate {
        self.estimate(self.mean[0], self.squares[0])
    }

    /// The mean of the first value, corrected by how far the second is from its known mean. The factor is that of the least squares.
    pub fn first_controlled(&self, known: f64) -> Estimate {
        if self.squares[1] == 0.0 {
            return self.first();
        }
        let factor = self.product / self.squares[1];
        let left = (self.squares[0] - factor * self.product).max(0.0);
        self.estimate(self.mean[0] - factor * (self.mean[1] - known), left)
    }

    fn estimate(&self, mean: f64, squares: f64) -> Estimate {
        let count = self.count as f64;
        Estimate { mean, error: (squares / (count - 1.0) / count).sqrt() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let mut pair = Pair::default();
        for values in [[1.0, 2.0], [2.0, 4.0], [6.0, 3.0]] {
            pair.add(values);
        }
        // Squares of −2 −1 3: 14; of −1 1 0: 2; product 2 − 1 + 0 = 1.
        assert_eq!(pair.first(), Estimate { mean: 3.0, error: (14.0f64 / 2.0 / 3.0).sqrt() });
        assert_eq!(pair.first_controlled(5.0), Estimate { mean: 4.0, error: (13.5f64 / 2.0 / 3.0).sqrt() });
    }

    #[test]
    fn a_perfect_control_leaves_no_error() {
        let mut pair = Pair::default();
        for x in 0..10 {
            pair.add([f64::from(2 * x + 1), f64::from(x)]);
        }
        let estimate = pair.first_controlled(100.0);
        assert!((estimate.mean - 201.0).abs() < 1e-9 && estimate.error < 1e-6, "{estimate:?}");
    }

    #[test]
    fn far_from_zero_the_variance_survives() {
        let mut pair = Pair::default();
        for x in [1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0] {
            pair.add([x, 0.0]);
        }
        assert_eq!(pair.first(), Estimate { mean: 1e9 + 2.0, error: (1.0f64 / 3.0).sqrt() });
        assert_eq!(pair.first_controlled(0.0), pair.first());
    }

    #[test]
    fn off_without_spread() {
        let nothing = Estimate { mean: 0.0, error: 0.0 };
        assert_eq!((nothing.off(0.0), nothing.off(1.0)), (0.0, f64::NEG_INFINITY));
    }
}
