//! Paths of geometric Brownian motion, each with its mirror image.

use crate::closed_form::Call;
use crate::estimate::{Estimate, Pair};
use crate::normal::Normals;

/// A running simulation.
#[derive(Clone, Debug)]
pub struct Simulation {
    normals: Normals,
    call: Call,
    days: u32,
    /// Of the logarithm of the price, per day.
    drift: f64,
    /// Of the logarithm of the price, per day and unit of the random number.
    deviation: f64,
    discount: f64,
    /// What the paths so far gave.
    pub totals: Totals,
}

/// What a number of paths gave. One sample is the mean of a path and its mirror image, because the two depend on each other.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    european: Pair,
    asian: Pair,
}

/// What one path pays.
#[derive(Clone, Copy)]
struct Payoffs {
    european: f64,
    arithmetic: f64,
    geometric: f64,
}

/// A path under way.
#[derive(Clone, Copy, Default)]
struct Path {
    /// ln(price / spot).
    height: f64,
    sum: f64,
    sum_of_heights: f64,
}

impl Path {
    fn step(&mut self, rise: f64) {
        self.height += rise;
        self.sum += libm::exp(self.height);
        self.sum_of_heights += self.height;
    }

    fn payoffs(&self, call: &Call, days: u32) -> Payoffs {
        let pays = |relative: f64| (call.spot * relative - call.strike).max(0.0);
        let days = f64::from(days);
        Payoffs {
            european: pays(libm::exp(self.height)),
            arithmetic: pays(self.sum / days),
            geometric: pays(libm::exp(self.sum_of_heights / days)),
        }
    }
}

impl Simulation {
    /// A simulation without paths yet.
    pub fn new(call: &Call, days: u32, seed: u64) -> Simulation {
        let step_years = call.years / f64::from(days);
        Simulation {
            normals: Normals::new(seed),
            call: *call,
            days,
            drift: (call.rate - 0.5 * call.volatility * call.volatility) * step_years,
            deviation: call.volatility * step_years.sqrt(),
            discount: libm::exp(-call.rate * call.years),
            totals: Totals::default(),
        }
    }

    /// Simulates one path and its mirror image.
    pub fn step(&mut self) {
        let [mut path, mut mirrored] = [Path::default(); 2];
        for _ in 0..self.days {
            let random = self.deviation * self.normals.next_number();
            path.step(self.drift + random);
            mirrored.step(self.drift - random);
        }
        let [a, b] = [path, mirrored].map(|path| path.payoffs(&self.call, self.days));
        let mean = |a: f64, b: f64| self.discount * 0.5 * (a + b);
        self.totals.european.add([mean(a.european, b.european), 0.0]);
        self.totals.asian.add([mean(a.arithmetic, b.arithmetic), mean(a.geometric, b.geometric)]);
    }
}

impl Totals {
    /// Paths simulated, each counted once with its mirror image.
    pub fn pairs(&self) -> u64 {
        self.asian.count()
    }

    /// The European call.
    pub fn european(&self) -> Estimate {
        self.european.first()
    }

    /// The call on the arithmetic mean, as simulated.
    pub fn asian(&self) -> Estimate {
        self.asian.first()
    }

    /// The same, with the geometric mean's call, of known price, as control variate.
    pub fn asian_controlled(&self, geometric: f64) -> Estimate {
        self.asian.first_controlled(geometric)
    }
}
