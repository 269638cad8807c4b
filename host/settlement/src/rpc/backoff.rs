//! How long to wait before asking again: twice as long each time, up to a limit, and not all at one moment.

use std::time::Duration;

/// Waiting times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The first.
    pub least: Duration,
    /// The longest.
    pub most: Duration,
}

impl Backoff {
    /// Before attempt `attempt`, from 0. `luck` spreads it between half of it and all of it, so that many who were turned away together do not come back together.
    pub fn delay(&self, attempt: u32, luck: u32) -> Duration {
        let whole = self.least.saturating_mul(2_u32.saturating_pow(attempt.min(31))).min(self.most);
        let half = whole / 2;
        half + half.mul_f64(f64::from(luck) / f64::from(u32::MAX))
    }
}

/// Luck. Without randomness all wait the longest, which is as good for one.
pub fn luck() -> u32 {
    getrandom::u32().unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_doubles_up_to_its_limit() {
        let backoff = Backoff { least: Duration::from_millis(400), most: Duration::from_secs(10) };
        let waits = |luck| [0, 1, 2, 5, 40].map(|attempt| backoff.delay(attempt, luck).as_millis());
        assert_eq!(waits(0), [200, 400, 800, 5_000, 5_000]);
        assert_eq!(waits(u32::MAX), [400, 800, 1_600, 10_000, 10_000]);
    }
}
