//! Progress: how far the job is, for whoever watches.
//!
//! A job reports after every row; the host should hear of it a thousand times at most. The meter keeps the value at which the next
//! per-mille begins, so a report that changes nothing costs two comparisons: no division, no host call, hence no fuel to speak of.
//!
//! **Why not by time?** A clock would make the number of host calls, and so the fuel, differ between a fast machine and a slow one.

use std::cell::Cell;

use crate::abi;
use crate::place::Place;

thread_local! {
    static METER: Cell<Meter> = const { Cell::new(Meter::new()) };
}

/// Tells that `done` of `total` is done: rows, bytes, paths, whatever the job counts. `assay run` shows it as a bar.
///
/// Call it as often as you like; only a change of a per-mille, a smaller `done` (a new phase) or another `total` reaches the host.
/// `done` above `total` counts as all of it, and so does a `total` of 0. Natively it does nothing, except that a test can look at it.
///
/// ```
/// let ran = assay_guest::testing::Job::new().run(|| -> assay_guest::Result<()> {
///     for row in 0..1_000_000 {
///         assay_guest::progress(row + 1, 1_000_000);
///     }
///     Ok(())
/// });
/// assert_eq!(ran.progress.len(), 1_001);
/// assert_eq!(ran.progress.last(), Some(&(1_000_000, 1_000_000)));
/// ```
pub fn progress(done: u64, total: u64) {
    // The common case goes no further than this.
    if METER.get().quiet(done, total) && !in_test() {
        return;
    }
    report(done, total);
}

#[cold]
fn report(done: u64, total: u64) {
    match Place::here() {
        Place::Folders { .. } => {
            METER.set(Meter::after(done, total));
            abi::progress(done, total);
        }
        #[cfg(not(target_family = "wasm"))]
        Place::Memory(memory) => {
            let mut memory = memory.borrow_mut();
            if !memory.meter.quiet(done, total) {
                memory.meter = Meter::after(done, total);
                memory.progress.push((done, total));
            }
        }
    }
}

#[cfg(target_family = "wasm")]
fn in_test() -> bool {
    false
}

#[cfg(not(target_family = "wasm"))]
fn in_test() -> bool {
    crate::testing::memory::current().is_some()
}

/// What the host was told last, as far as it decides whether to tell it again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter {
    total: u64,
    /// `done` of the last report.
    from: u64,
    /// The first `done` above it that is worth a report.
    until: u64,
}

impl Meter {
    /// Nothing was told yet: every report is news.
    pub(crate) const fn new() -> Meter {
        Meter { total: 0, from: 1, until: 0 }
    }

    /// Whether a report would tell nothing new.
    pub(crate) fn quiet(&self, done: u64, total: u64) -> bool {
        total == self.total && self.from <= done && done < self.until
    }

    /// The meter once `(done, total)` has been told.
    pub(crate) fn after(done: u64, total: u64) -> Meter {
        let until = match per_mille(done, total) {
            // Complete: nothing above it is news. (`u64::MAX` itself is told again, which harms nobody.)
            1000 => u64::MAX,
            // The least d with d * 1000 / total at least one more: rounded up. At most `total`, so it fits.
            told => u64::try_from(((u128::from(told) + 1) * u128::from(total)).div_ceil(1000)).unwrap_or(u64::MAX),
        };
        Meter { total, from: done, until }
    }
}

fn per_mille(done: u64, total: u64) -> u64 {
    if done >= total {
        return 1000;
    }
    // Below 1000, because done < total.
    u64::try_from(u128::from(done) * 1000 / u128::from(total)).unwrap_or(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(reports: impl IntoIterator<Item = (u64, u64)>) -> Vec<(u64, u64)> {
        let mut meter = Meter::new();
        let mut told = Vec::new();
        for (done, total) in reports {
            if !meter.quiet(done, total) {
                meter = Meter::after(done, total);
                told.push((done, total));
            }
        }
        told
    }

    /// The threshold is a short cut for comparing per-mille; here it is held against the comparison itself.
    #[test]
    fn tells_exactly_when_the_per_mille_changes() {
        for total in [1, 2, 3, 7, 999, 1000, 1001, 12_345] {
            let expected: Vec<_> =
                (0..=total).filter(|&d| d == 0 || per_mille(d, total) != per_mille(d - 1, total)).map(|d| (d, total)).collect();
            assert_eq!(told((0..=total).map(|done| (done, total))), expected, "total {total}");
        }
    }

    #[test]
    fn largest_numbers() {
        let total = u64::MAX;
        let reports = [(0, total), (1, total), (total / 1000, total), (total / 1000 + 1, total), (total - 1, total), (total, total)];
        assert_eq!(told(reports), [(0, total), (total / 1000 + 1, total), (total - 1, total), (total, total)]);
    }

    #[test]
    fn going_back_and_a_new_total_are_told() {
        assert_eq!(told([(5, 10), (5, 10), (4, 10), (4, 20), (20, 20), (25, 20)]), [(5, 10), (4, 10), (4, 20), (20, 20)]);
    }

    #[test]
    fn nothing_to_do_is_complete() {
        assert_eq!(told([(0, 0), (0, 0), (1, 0)]), [(0, 0)]);
    }
}
