//! The host's side of the account: what the three added globals say before, during and after a run (metering.md, sections 2, 4 and 5).

use assay_reference::metering::{Ended, Limits, Status, Value};

/// Fuel is paid in slices of this much.
const SLICE: i64 = 65_536;

/// What the added globals hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    /// Fuel that is not paid for yet; negative once more was asked for than there is.
    pub(super) reserve: i64,
    /// What is left of what was paid for.
    pub(super) slice: i64,
    /// The limit of depth; −1 once it was passed.
    pub(super) depth: i32,
}

/// More was charged than there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OutOfFuel;

impl Counts {
    /// What they hold before a run: the remainder is paid, the slices are not.
    ///
    /// # Panics
    /// When the limits are none that a job can have.
    pub(super) fn begin(limits: &Limits) -> Counts {
        let all = i64::try_from(limits.fuel).expect("a job's fuel has a ceiling") - 1;
        assert!(all >= 0, "a job's fuel has a floor of 1");
        let depth = i32::try_from(limits.call_depth).expect("a job's depth has a ceiling");
        Counts { reserve: all - all % SLICE, slice: all % SLICE, depth }
    }

    /// C, where the slice is current: after a return, in a host call, where the depth is exceeded.
    pub(super) fn used(&self, limits: &Limits) -> u64 {
        (limits.fuel.cast_signed() - 1 - self.reserve - self.slice).cast_unsigned()
    }

    /// What was paid for.
    fn paid(&self, limits: &Limits) -> u64 {
        (limits.fuel.cast_signed() - 1 - self.reserve).cast_unsigned()
    }

    /// A charge and the check point after it; a charge of 0 is a check point alone.
    pub(super) fn charge(&mut self, charge: u64) -> Result<(), OutOfFuel> {
        let left = self.reserve + self.slice;
        if left < 0 || charge > left.cast_unsigned() {
            return Err(OutOfFuel);
        }
        self.slice -= charge.cast_signed();
        if self.slice < 0 {
            self.reserve += self.slice & -SLICE;
            self.slice &= SLICE - 1;
        }
        Ok(())
    }

    /// Section 4: what the end of a run means, and its fuel. A return is a check point.
    pub(super) fn ended<S>(&mut self, limits: &Limits, end: End<S>) -> Ended<S> {
        let out_of_fuel = Ended { status: Status::OutOfFuel, fuel: limits.fuel };
        match end {
            End::Returned(values) => match self.charge(0) {
                Ok(()) => Ended { status: Status::Returned(values), fuel: self.used(limits) },
                Err(OutOfFuel) => out_of_fuel,
            },
            End::Stopped(stop) => Ended { status: Status::Stopped(stop), fuel: self.used(limits) },
            End::OutOfFuel => out_of_fuel,
            End::Trapped(_) if self.reserve < 0 => out_of_fuel,
            End::Trapped(_) if self.depth == -1 => Ended { status: Status::DepthExceeded, fuel: self.used(limits) },
            End::Trapped(kind) => Ended { status: Status::Trapped(kind), fuel: self.paid(limits) },
            End::CannotSay(why) => Ended { status: Status::CannotSay(why), fuel: 0 },
        }
    }
}

/// How a run of an instrumented module ended, in an engine's words.
pub(super) enum End<S> {
    Returned(Vec<Value>),
    /// By its name in execution.md, section 4. What the instruments end looks like a trap, too.
    Trapped(&'static str),
    /// The host ended it, and has charged.
    Stopped(S),
    /// The host found no fuel for a charge.
    OutOfFuel,
    /// The engine came to an end of its own.
    CannotSay(String),
}
