//! A device whose dispatches are, now and then, executed again on the CPU.
//!
//! The self-test of an adapter is evidence and no proof, and hardware ages. So a random share of the dispatches of real jobs is run by the CPU executor as well, on the same buffers, and
//! every word compared. Nobody can tell beforehand which, so a device that is wrong in one dispatch of a thousand is caught in time; one that is caught is not trusted any more.
//!
//! A difference may be the kernel's own fault: where two invocations race, there is no right result. So before an adapter loses its admission, the race detector runs the dispatch.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::adapter::admission::revoke;
use crate::adapter::listing::Identity;
use crate::adapter::random::Random;
use crate::adapter::twin::{self, Before, Twin};
use crate::cpu::CpuDevice;
use crate::device::{BindingRange, BufferId, Device, DeviceError, DispatchEnd, PipelineId};
use crate::kernel::{Access, Kernel};

/// How dispatches are chosen, and what is done about a difference.
#[derive(Debug, Clone)]
pub struct Recheck {
    /// Share of the dispatches, 0 to 1.
    pub share: f64,
    /// Decides which: from the host's entropy, so that no job can know.
    pub seed: u64,
    /// The adapter whose admission in this folder is revoked on a difference.
    pub admission: Option<(Identity, PathBuf)>,
    /// Counts the dispatches that were executed again.
    pub checked: Arc<AtomicU64>,
}

/// Another device, with a share of its dispatches executed again on the CPU.
pub struct Rechecking {
    device: Box<dyn Device>,
    recheck: Recheck,
    random: Random,
    twin: Twin,
}

impl Rechecking {
    /// Watches `device`.
    pub fn new(device: Box<dyn Device>, recheck: Recheck) -> Self {
        let random = Random(recheck.seed);
        Self { device, recheck, random, twin: Twin::default() }
    }

    fn chosen(&mut self) -> bool {
        f64::from(self.random.word()) < self.recheck.share * 4_294_967_296.0
    }

    /// The dispatch on the device and on the CPU, compared.
    fn dispatch_twice(&mut self, pipeline: PipelineId, bindings: &[BindingRange], groups: [u32; 3]) -> Result<DispatchEnd, DeviceError> {
        let words = twin::read_all(self.device.as_mut(), bindings)?;
        let end = self.device.dispatch(pipeline, bindings, groups)?;
        let after = twin::read_all(self.device.as_mut(), bindings)?;
        let Some(kernel) = self.twin.kernel(pipeline) else { return Ok(end) };
        let before = Before { kernel: &kernel, bindings, groups, words };
        let (right_end, right) = self.twin.execute(pipeline, &before)?;
        self.recheck.checked.fetch_add(1, Ordering::Relaxed);
        let difference = if end == right_end {
            // After an exceeded budget the contents are not defined.
            (end == DispatchEnd::Done).then(|| first_difference(&before, &after, &right)).flatten()
        } else {
            Some(format!("it ended as {end:?}, and on the CPU as {right_end:?}"))
        };
        match difference {
            None => Ok(end),
            Some(difference) => Err(self.refuse(&before, &difference)),
        }
    }

    /// What to say of a difference; the admission is revoked unless the kernel is racy.
    fn refuse(&self, before: &Before<'_>, difference: &str) -> DeviceError {
        let (entry, name) = (before.kernel.module.entry_points.first().map_or("", |entry| entry.name.as_str()), self.device.name());
        let fingerprint: String = before.kernel.fingerprint[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let what = format!(
            "a dispatch of {entry:?} (kernel {fingerprint}, {:?} workgroups) on the GPU {name} was executed again on the CPU: {difference}",
            before.groups
        );
        if let Some(race) = race(before) {
            return DeviceError(format!("{what}; the kernel has a race, so that no result is right: {race}"));
        }
        tracing::error!(gpu = name, kernel = fingerprint, difference, "a GPU gave a wrong result");
        if let Some((identity, folder)) = &self.recheck.admission {
            revoke(identity, folder, &what);
        }
        DeviceError(format!("{what}; the GPU is not trusted any more"))
    }
}

fn first_difference(before: &Before<'_>, got: &[Vec<u8>], right: &[Vec<u8>]) -> Option<String> {
    for ((binding, got), right) in before.kernel.bindings.iter().zip(got).zip(right) {
        if binding.access != Access::ReadWrite || got == right {
            continue;
        }
        let words = |bytes: &[u8]| bytes.as_chunks().0.iter().map(|word| u32::from_le_bytes(*word)).collect::<Vec<_>>();
        let (got, right) = (words(got), words(right));
        let differing: Vec<usize> = (0..got.len().min(right.len())).filter(|at| got[*at] != right[*at]).collect();
        let at = *differing.first()?;
        let (name, count) = (&binding.name, differing.len());
        return Some(format!(
            "{count} words of `{name}` differ, the first at word {at}: {:#010x}, and on the CPU {:#010x}",
            got[at], right[at]
        ));
    }
    None
}

/// A race in the dispatch, if there is one. A detector that does not work finds none: then the difference stands.
fn race(before: &Before<'_>) -> Option<String> {
    let mut cpu = CpuDevice::detecting_races().ok()?;
    let pipeline = cpu.create_pipeline(before.kernel).ok()?;
    twin::execute(&mut cpu, pipeline, before).ok()?;
    cpu.take_races().first().map(ToString::to_string)
}

impl Device for Rechecking {
    fn name(&self) -> &str {
        self.device.name()
    }

    fn create_buffer(&mut self, bytes: u64) -> Result<BufferId, DeviceError> {
        self.device.create_buffer(bytes)
    }

    fn destroy_buffer(&mut self, buffer: BufferId) {
        self.device.destroy_buffer(buffer);
    }

    fn write_buffer(&mut self, buffer: BufferId, offset: u64, data: &[u8]) -> Result<(), DeviceError> {
        self.device.write_buffer(buffer, offset, data)
    }

    fn read_buffer(&mut self, buffer: BufferId, offset: u64, out: &mut [u8]) -> Result<(), DeviceError> {
        self.device.read_buffer(buffer, offset, out)
    }

    fn copy_buffer(&mut self, from: BufferId, from_offset: u64, to: BufferId, to_offset: u64, bytes: u64) -> Result<(), DeviceError> {
        self.device.copy_buffer(from, from_offset, to, to_offset, bytes)
    }

    fn create_pipeline(&mut self, kernel: &Kernel) -> Result<PipelineId, DeviceError> {
        let pipeline = self.device.create_pipeline(kernel)?;
        if self.recheck.share > 0.0 {
            self.twin.add(pipeline, kernel);
        }
        Ok(pipeline)
    }

    fn destroy_pipeline(&mut self, pipeline: PipelineId) {
        self.twin.remove(pipeline);
        self.device.destroy_pipeline(pipeline);
    }

    fn dispatch(&mut self, pipeline: PipelineId, bindings: &[BindingRange], groups: [u32; 3]) -> Result<DispatchEnd, DeviceError> {
        if self.chosen() { self.dispatch_twice(pipeline, bindings, groups) } else { self.device.dispatch(pipeline, bindings, groups) }
    }

    fn done_on_cpu(&self) -> u64 {
        self.device.done_on_cpu()
    }
}
