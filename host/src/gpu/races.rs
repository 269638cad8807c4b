//! Data races: a dispatch in which two invocations touch one word in no defined order has no defined result.

use std::sync::{Arc, Mutex, PoisonError};

use assay_gpu::cpu::CpuDevice;
use assay_gpu::{BindingRange, BufferId, Device, DeviceError, DispatchEnd, Kernel, PipelineId};
use assay_sandbox::OpenDevice;

use crate::shader::plan::Plan;
use crate::shader::trial;

/// Most races that are kept of one job or trial: each names two places of a shader, and more of them say nothing new.
const KEPT_MAX: usize = 1_000;

/// The races of a job: it runs on a device that looks for them, and what that finds is seen from outside the sandbox.
#[derive(Debug, Clone, Default)]
pub struct Races(Arc<Mutex<Vec<String>>>);

impl Races {
    /// Opens the device that looks for them.
    pub fn opener(&self) -> OpenDevice {
        let found = self.clone();
        Box::new(move || {
            let device = CpuDevice::detecting_races().map_err(|e| e.0)?;
            Ok(Box::new(Watched { device, found }))
        })
    }

    /// What was found so far.
    pub fn found(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, device: &mut CpuDevice) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for race in device.take_races() {
            let said = race.to_string();
            // A kernel that is dispatched often has the same race each time.
            if kept.len() < KEPT_MAX && !kept.contains(&said) {
                kept.push(said);
            }
        }
    }
}

/// The races of one trial.
pub fn races(plan: &Plan) -> Result<Vec<String>, DeviceError> {
    let found = Races::default();
    let mut device = Watched { device: CpuDevice::detecting_races()?, found: found.clone() };
    trial::once(&mut device, plan)?;
    Ok(found.found())
}

/// The device that looks for races, and passes on what it finds after each dispatch.
struct Watched {
    device: CpuDevice,
    found: Races,
}

impl Device for Watched {
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
        self.device.create_pipeline(kernel)
    }

    fn destroy_pipeline(&mut self, pipeline: PipelineId) {
        self.device.destroy_pipeline(pipeline);
    }

    fn dispatch(&mut self, pipeline: PipelineId, bindings: &[BindingRange], groups: [u32; 3]) -> Result<DispatchEnd, DeviceError> {
        let end = self.device.dispatch(pipeline, bindings, groups);
        self.found.note(&mut self.device);
        end
    }
}
