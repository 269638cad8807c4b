//! The CPU executor beside an adapter: a dispatch done there from the words that its buffers had before.

use std::collections::HashMap;
use std::sync::Arc;

use crate::cpu::CpuDevice;
use crate::device::{BindingRange, Device, DeviceError, DispatchEnd, PipelineId};
use crate::kernel::Kernel;

/// A dispatch as it was asked for, with the words its bindings had before.
pub(crate) struct Before<'a> {
    pub kernel: &'a Kernel,
    pub bindings: &'a [BindingRange],
    pub groups: [u32; 3],
    pub words: Vec<Vec<u8>>,
}

/// The executor, made when it is first needed, and the kernels of an adapter's pipelines.
#[derive(Default)]
pub(crate) struct Twin {
    kernels: HashMap<PipelineId, Arc<Kernel>>,
    cpu: Option<CpuDevice>,
    compiled: HashMap<PipelineId, PipelineId>,
}

impl Twin {
    /// Notes the kernel of the adapter's `pipeline`.
    pub fn add(&mut self, pipeline: PipelineId, kernel: &Kernel) {
        self.kernels.insert(pipeline, Arc::new(kernel.clone()));
    }

    /// The kernel of a pipeline, if it was noted.
    pub fn kernel(&self, pipeline: PipelineId) -> Option<Arc<Kernel>> {
        self.kernels.get(&pipeline).cloned()
    }

    /// Forgets a pipeline.
    pub fn remove(&mut self, pipeline: PipelineId) {
        self.kernels.remove(&pipeline);
        if let (Some(compiled), Some(cpu)) = (self.compiled.remove(&pipeline), &mut self.cpu) {
            cpu.destroy_pipeline(compiled);
        }
    }

    /// Runs the dispatch; gives its end and the bytes of each binding after it.
    pub fn execute(&mut self, pipeline: PipelineId, before: &Before<'_>) -> Result<(DispatchEnd, Vec<Vec<u8>>), DeviceError> {
        let cpu = match &mut self.cpu {
            Some(cpu) => cpu,
            empty => empty.insert(CpuDevice::new(None)?),
        };
        let compiled = match self.compiled.get(&pipeline) {
            Some(known) => *known,
            None => {
                let made = cpu.create_pipeline(before.kernel)?;
                self.compiled.insert(pipeline, made);
                made
            }
        };
        execute(cpu, compiled, before)
    }
}

/// The bytes of each binding.
pub(crate) fn read_all(device: &mut dyn Device, bindings: &[BindingRange]) -> Result<Vec<Vec<u8>>, DeviceError> {
    bindings.iter().map(|range| read(device, range)).collect()
}

/// The bytes of a binding.
pub(crate) fn read(device: &mut dyn Device, range: &BindingRange) -> Result<Vec<u8>, DeviceError> {
    let mut bytes = vec![0; usize::try_from(range.bytes).map_err(|_| DeviceError("a binding does not fit in memory".to_owned()))?];
    device.read_buffer(range.buffer, range.offset, &mut bytes)?;
    Ok(bytes)
}

/// Runs the dispatch on `cpu`, in buffers of its own: bindings do not alias, so that each may have one.
pub(crate) fn execute(cpu: &mut CpuDevice, pipeline: PipelineId, before: &Before<'_>) -> Result<(DispatchEnd, Vec<Vec<u8>>), DeviceError> {
    let mut ranges = Vec::new();
    let mut run = || {
        for (range, bytes) in before.bindings.iter().zip(&before.words) {
            let buffer = cpu.create_buffer(range.bytes)?;
            ranges.push(BindingRange { buffer, offset: 0, ..*range });
            cpu.write_buffer(buffer, 0, bytes)?;
        }
        let end = cpu.dispatch(pipeline, &ranges, before.groups)?;
        Ok((end, read_all(cpu, &ranges)?))
    };
    let result = run();
    ranges.iter().for_each(|range| cpu.destroy_buffer(range.buffer));
    result
}
