//! Prices that need no simulation: what Monte Carlo is held against.

/// A call option and its market.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Call {
    /// Price of the underlying now.
    pub spot: f64,
    /// Price at which the holder may buy.
    pub strike: f64,
    /// Interest rate, continuous, per year.
    pub rate: f64,
    /// Volatility, per square root of a year.
    pub volatility: f64,
    /// Time to expiry.
    pub years: f64,
}

/// The cumulative normal distribution, to about the precision of f64 (it is the error function, scaled).
pub fn normal_distribution(x: f64) -> f64 {
    0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
}

/// The European call: Black and Scholes, 1973.
pub fn european(call: &Call) -> f64 {
    let drift = (call.rate - 0.5 * call.volatility * call.volatility) * call.years;
    of_lognormal(call, drift, call.volatility * call.volatility * call.years)
}

/// The call on the geometric mean of `days` equidistant prices, the last at expiry: Kemna and Vorst, 1990.
///
/// The mean of lognormal prices is lognormal again. With Wᵢ at i·T/n, the mean of the Wᵢ has variance T (n+1)(2n+1) / 6n².
pub fn geometric_asian(call: &Call, days: u32) -> f64 {
    let n = f64::from(days);
    let drift = (call.rate - 0.5 * call.volatility * call.volatility) * call.years * (n + 1.0) / (2.0 * n);
    let variance = call.volatility * call.volatility * call.years * (n + 1.0) * (2.0 * n + 1.0) / (6.0 * n * n);
    of_lognormal(call, drift, variance)
}

/// Discounted expectation of max(X − strike, 0), where ln(X / spot) is normal with these two.
fn of_lognormal(call: &Call, mean: f64, variance: f64) -> f64 {
    let deviation = variance.sqrt();
    let d2 = (libm::log(call.spot / call.strike) + mean) / deviation;
    let d1 = d2 + deviation;
    let forward = call.spot * libm::exp(mean + 0.5 * variance);
    libm::exp(-call.rate * call.years) * (forward * normal_distribution(d1) - call.strike * normal_distribution(d2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_distribution_from_tables() {
        for (x, expected) in [(0.0, 0.5), (1.0, 0.841_344_746_068_543), (-1.959_963_984_540_054, 0.025), (-6.0, 9.865_876_450_376_98e-10)] {
            assert!((normal_distribution(x) / expected - 1.0).abs() < 1e-13, "{x}");
        }
    }

    /// Hull, *Options, Futures, and Other Derivatives*: 42, 40, 10 %, 20 %, half a year gives 4.76.
    #[test]
    fn european_from_the_textbook() {
        let call = Call { spot: 42.0, strike: 40.0, rate: 0.1, volatility: 0.2, years: 0.5 };
        assert!((european(&call) - 4.759_422).abs() < 1e-6, "{}", european(&call));
    }

    #[test]
    fn the_mean_of_one_price_is_that_price() {
        let call = Call { spot: 90.0, strike: 100.0, rate: -0.01, volatility: 0.4, years: 2.0 };
        assert!((geometric_asian(&call, 1) / european(&call) - 1.0).abs() < 1e-14);
    }

    /// With endlessly many prices the variance is a third, the drift a half.
    #[test]
    fn geometric_asian_in_the_limit() {
        let call = Call { spot: 100.0, strike: 100.0, rate: 0.05, volatility: 0.2, years: 1.0 };
        let limit = of_lognormal(&call, 0.5 * (0.05 - 0.02), 0.04 / 3.0);
        assert!((geometric_asian(&call, u32::MAX) - limit).abs() < 1e-7);
    }
}
