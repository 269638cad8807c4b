//! Fuel that was attributed to something, so that a trap can take back what was not paid for.
//!
//! ```text
//! paid for ──────────────────────┐
//! ├──────────────────────────────┤
//! ├─ used at the last event ───────────┤
//!                                ├─────┤  unpaid: counts if the run goes on, not if it traps (`specs/metering.md`, section 4)
//! ```
//!
//! Slices are paid for at check points, for all that was used up to there; so whatever was unpaid is paid for as soon as what is paid for changes. That is a new *epoch*, and what belongs to an
//! older one is settled.

/// A stretch of the run: from one count of fuel used to a later one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) from: u64,
    pub(super) to: u64,
    /// Fuel that is paid for at its end.
    pub(super) paid: u64,
    /// How often that changed before.
    pub(super) epoch: u64,
}

/// Fuel, and how much of it is unpaid.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Amount {
    fuel: u64,
    unpaid: u64,
    /// That of `unpaid`; older ones are paid for.
    epoch: u64,
}

impl Amount {
    pub(super) fn add(&mut self, span: Span) {
        self.fuel += span.to - span.from;
        let unpaid = span.to.saturating_sub(span.from.max(span.paid));
        if unpaid > 0 {
            if self.epoch != span.epoch {
                (self.unpaid, self.epoch) = (0, span.epoch);
            }
            self.unpaid += unpaid;
        }
    }

    /// Adds fuel that is paid for.
    pub(super) fn add_paid(&mut self, fuel: u64) {
        self.fuel += fuel;
    }

    /// Takes back what is unpaid in `epoch`, the last one.
    pub(super) fn take_back(&mut self, epoch: u64) {
        if self.epoch == epoch {
            self.fuel -= self.unpaid;
            self.unpaid = 0;
        }
    }

    pub(super) fn fuel(&self) -> u64 {
        self.fuel
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_above_the_line_of_the_last_epoch_is_taken_back() {
        let mut amount = Amount::default();
        amount.add(Span { from: 0, to: 10, paid: 4, epoch: 1 });
        amount.add(Span { from: 20, to: 30, paid: 25, epoch: 2 });
        amount.add(Span { from: 40, to: 50, paid: 25, epoch: 2 });
        let mut kept = amount;
        kept.take_back(3);
        assert_eq!(kept.fuel(), 30, "all of it is paid for");
        amount.take_back(2);
        assert_eq!(amount.fuel(), 15, "5 of the second and all of the third are not");
    }
}
