//! A wgpu device that never panics: every failure of wgpu or the driver becomes a [`DeviceError`].
//!
//! wgpu reports mistakes and exhausted memory to a handler, a lost device to a callback, and panics where neither is set, or where it waits for a device that is gone. All three
//! end here. A recorded failure is taken by the next [`Gpu::check`]; a lost device stays lost.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::adapter::listing::Adapter;
use crate::device::DeviceError;

/// Bytes moved to or from the device in one piece.
const CHUNK_BYTES: u64 = 16 << 20;
/// How long a driver may take for one submission. Loops are bounded, and drivers of displays give up after seconds; what takes this long has hung.
const WAIT_MAX: Duration = Duration::from_secs(600);

#[derive(Default)]
struct Failures {
    error: Option<String>,
    lost: Option<String>,
}

/// A device, its queue, and what went wrong on it.
pub(crate) struct Gpu {
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    pub limits: wgpu::Limits,
    pub name: String,
    /// How long it may take for one submission.
    pub wait_max: Duration,
    failures: Arc<Mutex<Failures>>,
    staging: Option<wgpu::Buffer>,
}

impl Gpu {
    /// A new device on `adapter`, with all its limits and those of `features` that it has.
    pub fn open(adapter: &Adapter, features: wgpu::Features) -> Result<Self, DeviceError> {
        let name = adapter.identity.name.clone();
        let limits = adapter.wgpu.limits();
        let request = adapter.wgpu.request_device(&wgpu::DeviceDescriptor {
            label: None,
            required_features: adapter.wgpu.features() & features,
            required_limits: limits.clone(),
            experimental_features: wgpu::ExperimentalFeatures::disabled(),
            memory_hints: wgpu::MemoryHints::MemoryUsage,
            trace: wgpu::Trace::Off,
        });
        let (device, queue) =
            pollster::block_on(request).map_err(|error| DeviceError(format!("the GPU {name} gives no device: {error}")))?;
        let failures = Arc::new(Mutex::new(Failures::default()));
        let record = Arc::clone(&failures);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            let mut failures = record.lock().unwrap_or_else(PoisonError::into_inner);
            failures.error.get_or_insert_with(|| error.to_string());
        }));
        let record = Arc::clone(&failures);
        device.set_device_lost_callback(move |reason, message| {
            if reason != wgpu::DeviceLostReason::Destroyed {
                record.lock().unwrap_or_else(PoisonError::into_inner).lost.get_or_insert(message);
            }
        });
        Ok(Self { device, queue, limits, name, wait_max: WAIT_MAX, failures, staging: None })
    }

    /// What went wrong since the last check, if anything did, while `doing`.
    pub fn check(&self, doing: &str) -> Result<(), DeviceError> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lost) = &failures.lost {
            return Err(DeviceError(format!("the GPU {} was lost {doing}: {lost}", self.name)));
        }
        match failures.error.take() {
            None => Ok(()),
            Some(error) => Err(DeviceError(format!("the GPU {} failed {doing}: {error}", self.name))),
        }
    }

    /// Waits until `submission` has run and its callbacks were called.
    pub fn wait(&self, submission: wgpu::SubmissionIndex, doing: &str) -> Result<(), DeviceError> {
        let poll = || self.device.poll(wgpu::PollType::Wait { submission_index: Some(submission), timeout: Some(self.wait_max) });
        // wgpu panics when it waits for a device that is gone. No state of ours is touched inside, and the device is not used again.
        let waited = catch_unwind(AssertUnwindSafe(poll));
        self.check(doing)?;
        match waited {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(wgpu::PollError::Timeout)) => {
                let lost = format!("it has not answered for {} s", self.wait_max.as_secs());
                // Dropped, wgpu would wait for it once more.
                std::mem::forget((self.device.clone(), self.queue.clone()));
                self.failures.lock().unwrap_or_else(PoisonError::into_inner).lost.get_or_insert(lost);
                self.check(doing)
            }
            Ok(Err(error)) => Err(DeviceError(format!("the GPU {} failed {doing}: {error}", self.name))),
            Err(_) => {
                let lost = "wgpu could not wait for it".to_owned();
                self.failures.lock().unwrap_or_else(PoisonError::into_inner).lost.get_or_insert(lost);
                self.check(doing)
            }
        }
    }

    /// A buffer of `bytes`, zero where it is read before it was written.
    pub fn buffer(&self, bytes: u64, usage: wgpu::BufferUsages) -> Result<wgpu::Buffer, DeviceError> {
        if bytes > self.limits.max_buffer_size {
            let max = self.limits.max_buffer_size;
            return Err(DeviceError(format!("a buffer of {bytes} bytes is above the {max} bytes that the GPU {} allows", self.name)));
        }
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor { label: None, size: bytes, usage, mapped_at_creation: false });
        self.check(&format!("when a buffer of {bytes} bytes was made"))?;
        Ok(buffer)
    }

    /// Writes `data`, in pieces: wgpu keeps a copy of what is written until it was submitted.
    pub fn write(&self, buffer: &wgpu::Buffer, offset: u64, data: &[u8]) -> Result<(), DeviceError> {
        let mut at = offset;
        for chunk in data.chunks(CHUNK_BYTES as usize) {
            self.queue.write_buffer(buffer, at, chunk);
            at += chunk.len() as u64;
            self.check("when a buffer was written")?;
            if data.len() as u64 > CHUNK_BYTES {
                self.wait(self.queue.submit([]), "when a buffer was written")?;
            }
        }
        Ok(())
    }

    /// Reads into `out`, after all that was submitted before.
    pub fn read(&mut self, buffer: &wgpu::Buffer, offset: u64, out: &mut [u8]) -> Result<(), DeviceError> {
        let staging = self.staging(out.len() as u64)?;
        let mut at = offset;
        for chunk in out.chunks_mut(CHUNK_BYTES as usize) {
            let bytes = chunk.len() as u64;
            let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: None });
            encoder.copy_buffer_to_buffer(buffer, at, &staging, 0, bytes);
            let submission = self.queue.submit([encoder.finish()]);
            self.read_mapped(&staging, submission, chunk, "when a buffer was read")?;
            at += bytes;
        }
        Ok(())
    }

    /// Maps `staging` once `submission` has run, and copies its start to `out`.
    pub fn read_mapped(
        &self,
        staging: &wgpu::Buffer,
        submission: wgpu::SubmissionIndex,
        out: &mut [u8],
        doing: &str,
    ) -> Result<(), DeviceError> {
        let range = 0..out.len() as u64;
        staging.map_async(wgpu::MapMode::Read, range.clone(), |_| {});
        let waited = self.wait(submission, doing);
        let copied = waited.and_then(|()| match staging.get_mapped_range(range) {
            Ok(mapped) => {
                out.copy_from_slice(&mapped);
                Ok(())
            }
            Err(error) => Err(DeviceError(format!("the GPU {} failed {doing}: {error}", self.name))),
        });
        staging.unmap();
        copied
    }

    /// The buffer through which everything is read: made on first use, made anew when more fits in one piece than before.
    fn staging(&mut self, bytes: u64) -> Result<wgpu::Buffer, DeviceError> {
        let wanted = bytes.clamp(64 << 10, CHUNK_BYTES).next_power_of_two();
        if let Some(buffer) = self.staging.as_ref().filter(|buffer| buffer.size() >= wanted) {
            return Ok(buffer.clone());
        }
        self.staging = None;
        let buffer = self.buffer(wanted, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST)?;
        self.staging = Some(buffer.clone());
        Ok(buffer)
    }
}
