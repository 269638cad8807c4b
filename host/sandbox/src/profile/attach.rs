//! Between the engine and the profiler: the two functions that probes call, and the calls of the host's own.

use wasmtime::{Caller, Func, Instance, Ref, Store};

use crate::meter::Meter;
use crate::metering::probe::{ENTER, LEAVE};
use crate::run::{End, State};

fn fault(what: &str) -> wasmtime::Error {
    wasmtime::Error::new(End::Abstain(format!("a fault of this program: {what}; please report it")))
}

/// Fills the table of the export `probes`.
pub(crate) fn attach(store: &mut Store<State>, instance: &Instance, probes: &str) -> wasmtime::Result<()> {
    let table = instance.get_table(&mut *store, probes).ok_or_else(|| fault("a profiled module has no probes"))?;
    let enter = Func::wrap(&mut *store, |mut caller: Caller<'_, State>, function: u32, left: i64| {
        tell(&mut caller, left, |profiler, used, paid| profiler.enter(function, used, paid))
    });
    let leave = Func::wrap(&mut *store, |mut caller: Caller<'_, State>, left: i64| {
        tell(&mut caller, left, |profiler, used, paid| profiler.leave(used, paid))
    });
    table.set(&mut *store, ENTER, Ref::Func(Some(enter)))?;
    table.set(&mut *store, LEAVE, Ref::Func(Some(leave)))
}

/// One event, with `left` of the slice.
fn tell(caller: &mut Caller<'_, State>, left: i64, event: impl FnOnce(&mut super::Profiler, u64, u64) -> bool) -> wasmtime::Result<()> {
    let Some(meter) = caller.data().meter else { return Err(fault("a probe before the meter was set")) };
    let paid = meter.paid(&mut *caller);
    let used = paid.saturating_add_signed(left.saturating_neg());
    let followed = caller.data_mut().profiler.as_mut().is_some_and(|profiler| event(profiler, used, paid));
    if followed { Ok(()) } else { Err(fault("a probe that nobody follows")) }
}

/// The begin or the end of a host call, if anybody follows.
pub(crate) fn host_call(caller: &mut Caller<'_, State>, meter: Meter, event: impl FnOnce(&mut super::Profiler, u64, u64)) {
    if caller.data().profiler.is_none() {
        return;
    }
    let (used, paid) = (meter.used(&mut *caller), meter.paid(&mut *caller));
    if let Some(profiler) = &mut caller.data_mut().profiler {
        event(profiler, used, paid);
    }
}
