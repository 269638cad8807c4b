//! Fuel and depth of a run, as the module counts them (`specs/metering.md`, section 4).
//!
//! ```text
//!          paid for                      reserve
//! ├──────────────────────────┼──────────────────────────────┤  fuel − 1: what a job may use without being out of fuel
//! ├─ executed ──────┼─ slice ┤
//! ```
//!
//! Between functions of the module and the host both stand in globals of the instance; while it runs, only `reserve` is up to date.

use assay_protocol::limits::Limits;
use wasmtime::{AsContextMut, Global, Instance, Val};

use crate::metering::{AddedExports, SLICE};

/// The meter of one instance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meter {
    fuel: u64,
    reserve: Global,
    slice: Global,
    depth: Global,
}

/// Fuel that is paid for before anything is executed: what the limit is more than whole slices.
pub(crate) fn first_slice(fuel: u64) -> u64 {
    fuel.saturating_sub(1) % SLICE
}

impl Meter {
    /// Sets the meter of an instance that has executed nothing yet. `None` if the module is not one of ours.
    pub(crate) fn new(mut store: impl AsContextMut, instance: &Instance, names: &AddedExports, limits: &Limits) -> Option<Self> {
        let mut global = |name: &str| instance.get_global(&mut store, name);
        let meter =
            Self { fuel: limits.fuel, reserve: global(&names.reserve)?, slice: global(&names.slice)?, depth: global(&names.depth)? };
        let first = first_slice(limits.fuel);
        meter.set_fuel(&mut store, limits.fuel.saturating_sub(1) - first, first)?;
        meter.depth.set(&mut store, Val::I32(i32::try_from(limits.call_depth).ok()?)).ok()?;
        Some(meter)
    }

    fn set_fuel(&self, mut store: impl AsContextMut, reserve: u64, slice: u64) -> Option<()> {
        self.reserve.set(&mut store, Val::I64(reserve.cast_signed())).ok()?;
        self.slice.set(&mut store, Val::I64(slice.cast_signed())).ok()
    }

    fn read(global: Global, mut store: impl AsContextMut) -> i64 {
        match global.get(&mut store) {
            Val::I64(value) => value,
            Val::I32(value) => i64::from(value),
            _ => unreachable!("the globals of the meter are integers"),
        }
    }

    /// Whether a check point found that there is not enough.
    pub(crate) fn is_exhausted(&self, store: impl AsContextMut) -> bool {
        Self::read(self.reserve, store) < 0
    }

    /// Whether the entry of a function found that the calls are too deep.
    pub(crate) fn is_too_deep(&self, store: impl AsContextMut) -> bool {
        Self::read(self.depth, store) < 0
    }

    /// Fuel that is paid for.
    pub(crate) fn paid(&self, store: impl AsContextMut) -> u64 {
        (self.fuel - 1).saturating_add_signed(-Self::read(self.reserve, store))
    }

    /// Fuel that was used: exact where the module is not running. May be more than the limit.
    pub(crate) fn used(&self, mut store: impl AsContextMut) -> u64 {
        let slice = Self::read(self.slice, &mut store);
        self.paid(store).saturating_add_signed(-slice)
    }

    /// Notes what a host call costs: the caller has seen that it is there. Pays for it and for what was executed before.
    pub(crate) fn charge(&self, mut store: impl AsContextMut, charge: u64) {
        let slice = Self::read(self.slice, &mut store).saturating_sub_unsigned(charge);
        let reserve = Self::read(self.reserve, &mut store);
        let slices = slice.min(0) & -SLICE.cast_signed();
        let (reserve, slice) = (reserve + slices, slice - slices);
        let set = self.set_fuel(store, reserve.cast_unsigned(), slice.cast_unsigned());
        debug_assert!(set.is_some(), "the globals of the meter can be set");
    }
}
