//! The account of a run: C, check points, depth, and what a trap has paid.

use super::cost::Length;
use super::iterations::iterations;
use super::told::Told;

/// Fuel is paid in slices of this much (section 4).
const SLICE: u64 = 65_536;

/// Why a run ends early, by its own account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// C ≥ `fuel` at a check point.
    OutOfFuel,
    /// The depth is above `call_depth` on entry to a function.
    DepthExceeded,
}

/// The account.
#[derive(Debug)]
pub(super) struct Account {
    /// The limit on C.
    fuel: u64,
    /// The limit on the depth.
    call_depth: u64,
    /// C: the cost of everything executed so far, and what the host charged.
    used: u64,
    /// C at the last check point that did not end the run; 0 before the first.
    covered: u64,
    /// The sum of the weights of the active functions that call.
    depth: u64,
    /// The depth before each call that has not returned.
    ///
    /// So nothing need be told where a function is left, which it can be in many ways.
    waiting: Vec<u64>,
}

impl Account {
    /// Nothing used, nothing active.
    pub(super) fn new(fuel: u64, call_depth: u64) -> Account {
        Account { fuel, call_depth, used: 0, covered: 0, depth: 0, waiting: Vec::new() }
    }

    /// C.
    pub(super) fn used(&self) -> u64 {
        self.used
    }

    /// The limit on C.
    pub(super) fn fuel(&self) -> u64 {
        self.fuel
    }

    /// What a trap gives now.
    pub(super) fn paid(&self) -> u64 {
        paid(self.fuel, self.covered)
    }

    /// No function is active; C stays.
    pub(super) fn forget_depth(&mut self) {
        self.depth = 0;
        self.waiting.clear();
    }

    /// A check point.
    pub(super) fn check(&mut self) -> Result<(), Over> {
        if self.used >= self.fuel {
            return Err(Over::OutOfFuel);
        }
        self.covered = self.used;
        Ok(())
    }

    /// What the host charges for a call, and the check point after it.
    pub(super) fn charge(&mut self, charge: u64) -> Result<(), Over> {
        self.add(charge);
        self.check()
    }

    /// What the copy tells; `a` and `b` as [`Told`] says.
    pub(super) fn told(&mut self, told: Told, a: u32, b: u32) -> Result<(), Over> {
        match told {
            Told::Instruction { cost } => self.add(cost),
            Told::Call { cost } => {
                self.add(cost);
                self.waiting.push(self.depth);
            }
            Told::Back => self.depth = self.waiting.pop().unwrap_or(0),
            Told::Entry { weight } => return self.enter(weight),
            Told::Loop => return self.check(),
            Told::Length(length) => return self.length(length, a),
            Told::CountedLoop { step, body_cost } => return self.counted_loop(iterations(a, step, b), body_cost),
        }
        Ok(())
    }

    fn enter(&mut self, weight: u64) -> Result<(), Over> {
        self.check()?;
        self.depth += weight;
        if self.depth > self.call_depth { Err(Over::DepthExceeded) } else { Ok(()) }
    }

    fn length(&mut self, length: Length, n: u32) -> Result<(), Over> {
        self.add(length.cost(n));
        self.check()
    }

    fn counted_loop(&mut self, iterations: Option<u64>, body_cost: u64) -> Result<(), Over> {
        // A loop that never ends costs more than every limit.
        self.add(iterations.map_or(u64::MAX, |n| n.saturating_mul(body_cost)));
        self.check()
    }

    /// Adds to C. Where it would pass 2⁶⁴ − 1 it stays there: no limit is above.
    fn add(&mut self, cost: u64) {
        self.used = self.used.saturating_add(cost);
    }
}

/// What is paid when the last check point passed was at C = `covered`: the least (`fuel` − 1) mod 65,536 +
/// 65,536·k that is at least that.
pub fn paid(fuel: u64, covered: u64) -> u64 {
    // A limit of 0 does not occur: package.md has a floor of 1. With it nothing can have been paid.
    let mut sum = fuel.saturating_sub(1) % SLICE;
    if covered > sum {
        sum += (covered - sum).div_ceil(SLICE) * SLICE;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::{Account, Over, paid};
    use crate::metering::told::Told;

    #[test]
    fn the_remainder_is_paid_first() {
        assert_eq!(paid(1, 0), 0);
        assert_eq!(paid(2, 0), 1);
        assert_eq!(paid(2, 1), 1);
        assert_eq!(paid(65_536, 0), 65_535);
        assert_eq!(paid(65_536, 65_535), 65_535);
        assert_eq!(paid(65_537, 0), 0);
        assert_eq!(paid(65_537, 1), 65_536);
        assert_eq!(paid(100_000, 34_463), 34_463); // 99,999 − 65,536 = 34,463
        assert_eq!(paid(100_000, 34_464), 99_999);
        assert_eq!(paid(u64::MAX, u64::MAX - 1), u64::MAX - 1);
    }

    #[test]
    fn what_is_paid_covers_and_is_less_than_fuel() {
        for fuel in [1, 2, 3, 1_000, 65_535, 65_536, 65_537, 65_538, 131_072, 131_073, 1_000_000] {
            for covered in [0, 1, 2, 999, 65_534, 65_535, 65_536, 131_071, 131_072, 999_999] {
                if covered < fuel {
                    let sum = paid(fuel, covered);
                    assert!(sum >= covered && sum < fuel, "{fuel}, {covered}: {sum}");
                    assert!(sum < 65_536 || sum - 65_536 < covered, "{fuel}, {covered}: {sum} is a slice too many");
                    assert_eq!((fuel - 1 - sum) % 65_536, 0, "{fuel}, {covered}: {sum}");
                }
            }
        }
    }

    #[test]
    fn fuel_comes_before_depth() {
        let mut account = Account::new(1, 0);
        assert_eq!(account.told(Told::Entry { weight: 1 }, 0, 0), Err(Over::DepthExceeded));
        let mut account = Account::new(1, 0);
        assert_eq!(account.told(Told::Instruction { cost: 1 }, 0, 0), Ok(()));
        assert_eq!(account.told(Told::Entry { weight: 1 }, 0, 0), Err(Over::OutOfFuel));
    }

    #[test]
    fn a_charge_that_would_wrap_is_out_of_fuel() {
        let mut account = Account::new(u64::MAX, 1);
        assert_eq!(account.charge(5), Ok(()));
        assert_eq!(account.charge(u64::MAX - 1), Err(Over::OutOfFuel));
    }
}
