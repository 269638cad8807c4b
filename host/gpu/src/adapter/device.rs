//! An adapter as a [`Device`].

use std::collections::HashMap;

use crate::adapter::gpu::Gpu;
use crate::adapter::listing::Adapter;
use crate::adapter::pipeline::{Pipeline, Target};
use crate::adapter::tier::{Plan, Primitive, Tier, Way};
use crate::adapter::twin::{self, Before, Twin};
use crate::device::{BindingRange, BufferId, Device, DeviceError, DispatchEnd, PipelineId};
use crate::kernel::{Access, Kernel};

/// `array<atomic<u32>, 4>`
const STATUS_BYTES: u64 = 16;
/// Buffers that are kept to be used again, at most, and their bytes.
const SPARES_MAX: usize = 32;
const SPARE_BYTES_MAX: u64 = 64 << 20;

/// How an [`AdapterDevice`] is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// Tier and ways, as admission found them.
    pub plan: Plan,
    /// SPIR-V goes past wgpu where the adapter allows it. Off only to test the other path; the tier `native` does not exist without.
    pub passthrough: bool,
}

impl Opening {
    /// By `plan`, with passthrough.
    pub fn of(plan: Plan) -> Self {
        Self { plan, passthrough: true }
    }
}

/// A wgpu adapter that computes strictly by a plan. What it was not admitted for, it may compute wrongly: see [`crate::adapter::admit`].
pub struct AdapterDevice {
    gpu: Gpu,
    target: Target,
    status: wgpu::Buffer,
    status_read: wgpu::Buffer,
    buffers: HashMap<BufferId, wgpu::Buffer>,
    pipelines: HashMap<PipelineId, Pipeline>,
    /// Kernels whose loops the driver is not trusted with.
    twin: Twin,
    done_on_cpu: u64,
    /// Buffers of earlier copies, to be used again: the next dispatch most likely needs the same.
    spare: Vec<(BufferId, u64)>,
    next: u64,
}

/// Whether `adapter` has f64.
pub(crate) fn has_doubles(adapter: &Adapter) -> bool {
    adapter.wgpu.features().contains(wgpu::Features::SHADER_F64)
}

impl AdapterDevice {
    /// A device on `adapter`.
    ///
    /// # Errors
    /// The driver gives none; the plan wants what the adapter lacks.
    pub fn open(adapter: &Adapter, opening: Opening) -> Result<Self, DeviceError> {
        let passthrough = opening.passthrough && adapter.wgpu.features().contains(wgpu::Features::PASSTHROUGH_SHADERS);
        let doubles = opening.plan.way(Primitive::Fma) == Way::Double;
        let mut features = wgpu::Features::empty();
        features.set(wgpu::Features::PASSTHROUGH_SHADERS, passthrough);
        features.set(wgpu::Features::SHADER_F64, doubles);
        if doubles && !has_doubles(adapter) {
            return Err(DeviceError(format!("the GPU {} has no f64", adapter.identity.name)));
        }
        if opening.plan.tier == Tier::Native && !passthrough {
            return Err(DeviceError(format!("the GPU {} takes no SPIR-V as it is, which the tier native needs", adapter.identity.name)));
        }
        let gpu = Gpu::open(adapter, features)?;
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
        let status = gpu.buffer(STATUS_BYTES, usage)?;
        let status_read = gpu.buffer(STATUS_BYTES, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST)?;
        let target = Target { plan: opening.plan, facts: adapter.facts, passthrough };
        Ok(Self {
            gpu,
            target,
            status,
            status_read,
            buffers: HashMap::new(),
            pipelines: HashMap::new(),
            twin: Twin::default(),
            done_on_cpu: 0,
            spare: Vec::new(),
            next: 0,
        })
    }

    /// The plan it was opened with.
    pub fn plan(&self) -> Plan {
        self.target.plan
    }

    fn id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn buffer(&self, id: BufferId) -> Result<&wgpu::Buffer, DeviceError> {
        self.buffers.get(&id).ok_or_else(|| DeviceError("no such buffer".to_owned()))
    }

    /// Has copies take the place of the `ranges` for which `wanted` is true: the copies, and what is to be copied there before the dispatch.
    fn set_apart(
        &mut self,
        ranges: &mut [BindingRange],
        wanted: impl Fn(usize) -> bool,
    ) -> Result<Vec<(BufferId, BindingRange)>, DeviceError> {
        let mut copies = Vec::new();
        for (_, range) in ranges.iter_mut().enumerate().filter(|(index, _)| wanted(*index)) {
            let copy = self.take_spare(range.bytes)?;
            copies.push((copy, *range));
            (range.buffer, range.offset) = (copy, 0);
        }
        Ok(copies)
    }

    /// A dispatch by the driver, after what is in the ranges of `kept` was copied to the buffers there. A buffer that one binding writes wgpu does not bind read-only as well, even where the
    /// ranges are apart: what is read of it is copied likewise.
    fn run(
        &mut self,
        pipeline: PipelineId,
        access: &[Access],
        bindings: &[BindingRange],
        groups: [u32; 3],
        kept: &[(BufferId, BindingRange)],
    ) -> Result<DispatchEnd, DeviceError> {
        let is_written = |index: usize| access[index] == Access::ReadWrite;
        let written: Vec<BufferId> =
            bindings.iter().enumerate().filter(|(index, _)| is_written(*index)).map(|(_, range)| range.buffer).collect();
        let mut ranges = bindings.to_vec();
        let read = self.set_apart(&mut ranges, |index| !is_written(index) && written.contains(&bindings[index].buffer))?;
        let end = self.submit(pipeline, &ranges, groups, kept.iter().chain(&read));
        self.give_spares(read);
        end
    }

    /// A dispatch by a driver that may end loops on its own: what it writes is kept aside before, and where it may have done so, all is done again on the CPU.
    fn run_watched(
        &mut self,
        pipeline: PipelineId,
        access: &[Access],
        bindings: &[BindingRange],
        groups: [u32; 3],
    ) -> Result<DispatchEnd, DeviceError> {
        let mut all = bindings.to_vec();
        let kept = self.set_apart(&mut all, |index| access[index] == Access::ReadWrite)?;
        let mut end = self.run(pipeline, access, bindings, groups, &kept);
        if end == Ok(DispatchEnd::LoopBudgetExceeded) {
            end = twin::read_all(self, &all).and_then(|words| self.run_on_cpu(pipeline, access, bindings, groups, words));
        }
        self.give_spares(kept);
        end
    }

    /// A buffer of `bytes` with anything in it.
    fn take_spare(&mut self, bytes: u64) -> Result<BufferId, DeviceError> {
        match self.spare.iter().position(|(_, spare)| *spare == bytes) {
            Some(at) => Ok(self.spare.swap_remove(at).0),
            None => self.create_buffer(bytes),
        }
    }

    fn give_spares(&mut self, copies: Vec<(BufferId, BindingRange)>) {
        self.spare.extend(copies.into_iter().map(|(copy, range)| (copy, range.bytes)));
        while self.spare.iter().map(|(_, bytes)| bytes).sum::<u64>() > SPARE_BYTES_MAX || self.spare.len() > SPARES_MAX {
            let (oldest, _) = self.spare.remove(0);
            self.destroy_buffer(oldest);
        }
    }

    /// A dispatch on the CPU, from `words`; what it writes goes to the buffers.
    fn run_on_cpu(
        &mut self,
        pipeline: PipelineId,
        access: &[Access],
        bindings: &[BindingRange],
        groups: [u32; 3],
        words: Vec<Vec<u8>>,
    ) -> Result<DispatchEnd, DeviceError> {
        self.done_on_cpu += 1;
        let kernel = self.twin.kernel(pipeline).ok_or_else(|| DeviceError("no such pipeline".to_owned()))?;
        let (end, after) = self.twin.execute(pipeline, &Before { kernel: &kernel, bindings, groups, words })?;
        for ((range, bytes), _) in bindings.iter().zip(&after).zip(access).filter(|(_, access)| **access == Access::ReadWrite) {
            self.write_buffer(range.buffer, range.offset, bytes)?;
        }
        Ok(end)
    }

    fn submit<'a>(
        &mut self,
        pipeline: PipelineId,
        ranges: &[BindingRange],
        groups: [u32; 3],
        copies: impl Iterator<Item = &'a (BufferId, BindingRange)>,
    ) -> Result<DispatchEnd, DeviceError> {
        let doing = "when a kernel ran";
        let Some(compiled) = self.pipelines.get_mut(&pipeline) else { return Err(DeviceError("no such pipeline".to_owned())) };
        let group = compiled.bind(&self.gpu, ranges, &self.buffers, &self.status)?;
        let has_loops = compiled.has_loops;
        let Some(program) = &compiled.pipeline else { return Err(DeviceError("the pipeline is not for this GPU".to_owned())) };
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: None });
        for (copy, range) in copies {
            let (Some(from), Some(to)) = (self.buffers.get(&range.buffer), self.buffers.get(copy)) else {
                return Err(DeviceError("no such buffer".to_owned()));
            };
            encoder.copy_buffer_to_buffer(from, range.offset, to, 0, range.bytes);
        }
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label: None, timestamp_writes: None });
            pass.set_pipeline(program);
            pass.set_bind_group(0, &group, &[]);
            pass.dispatch_workgroups(groups[0], groups[1], groups[2]);
        }
        if !has_loops {
            let submission = self.gpu.queue.submit([encoder.finish()]);
            self.gpu.wait(submission, doing)?;
            return Ok(DispatchEnd::Done);
        }
        encoder.copy_buffer_to_buffer(&self.status, 0, &self.status_read, 0, 4);
        let submission = self.gpu.queue.submit([encoder.finish()]);
        let mut word = [0; 4];
        self.gpu.read_mapped(&self.status_read, submission, &mut word, doing)?;
        if word == [0; 4] {
            return Ok(DispatchEnd::Done);
        }
        self.gpu.write(&self.status, 0, &[0; 4])?;
        Ok(DispatchEnd::LoopBudgetExceeded)
    }
}

impl Device for AdapterDevice {
    fn name(&self) -> &str {
        &self.gpu.name
    }

    fn create_buffer(&mut self, bytes: u64) -> Result<BufferId, DeviceError> {
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
        let buffer = self.gpu.buffer(bytes, usage)?;
        let id = BufferId(self.id());
        self.buffers.insert(id, buffer);
        Ok(id)
    }

    fn destroy_buffer(&mut self, buffer: BufferId) {
        if let Some(gone) = self.buffers.remove(&buffer) {
            for pipeline in self.pipelines.values_mut() {
                pipeline.forget(buffer);
            }
            gone.destroy();
        }
    }

    fn write_buffer(&mut self, buffer: BufferId, offset: u64, data: &[u8]) -> Result<(), DeviceError> {
        self.gpu.write(self.buffer(buffer)?, offset, data)
    }

    fn read_buffer(&mut self, buffer: BufferId, offset: u64, out: &mut [u8]) -> Result<(), DeviceError> {
        let buffer = self.buffer(buffer)?.clone();
        self.gpu.read(&buffer, offset, out)
    }

    fn copy_buffer(&mut self, from: BufferId, from_offset: u64, to: BufferId, to_offset: u64, bytes: u64) -> Result<(), DeviceError> {
        let (from, to) = (self.buffer(from)?, self.buffer(to)?);
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: None });
        encoder.copy_buffer_to_buffer(from, from_offset, to, to_offset, bytes);
        self.gpu.queue.submit([encoder.finish()]);
        self.gpu.check("when a buffer was copied")
    }

    fn create_pipeline(&mut self, kernel: &Kernel) -> Result<PipelineId, DeviceError> {
        let pipeline = Pipeline::new(&self.gpu, kernel, &self.target)?;
        let id = PipelineId(self.id());
        if pipeline.trusted_iterations.is_some() {
            self.twin.add(id, kernel);
        }
        self.pipelines.insert(id, pipeline);
        Ok(id)
    }

    fn destroy_pipeline(&mut self, pipeline: PipelineId) {
        self.pipelines.remove(&pipeline);
        self.twin.remove(pipeline);
    }

    fn dispatch(&mut self, pipeline: PipelineId, bindings: &[BindingRange], groups: [u32; 3]) -> Result<DispatchEnd, DeviceError> {
        let known = self.pipelines.get(&pipeline).ok_or_else(|| DeviceError("no such pipeline".to_owned()))?;
        let access: Vec<Access> = known.bindings.iter().map(|(access, _)| *access).collect();
        if access.len() != bindings.len() {
            return Err(DeviceError(format!("{} bindings where the kernel has {}", bindings.len(), access.len())));
        }
        let max = self.gpu.limits.max_compute_workgroups_per_dimension;
        if groups.iter().any(|count| *count > max) {
            return Err(DeviceError(format!("{groups:?} workgroups; the GPU {} allows {max} in a dimension", self.gpu.name)));
        }
        match known.trusted_iterations {
            None => self.run(pipeline, &access, bindings, groups, &[]),
            Some(0) => {
                let words = twin::read_all(self, bindings)?;
                self.run_on_cpu(pipeline, &access, bindings, groups, words)
            }
            Some(_) => self.run_watched(pipeline, &access, bindings, groups),
        }
    }

    fn done_on_cpu(&self) -> u64 {
        self.done_on_cpu
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::adapter::{examine, list};

    /// Stands in for a driver that hangs: one that gets no time.
    #[test]
    fn a_driver_that_does_not_answer_is_lost() {
        let source = "@group(0) @binding(0) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    for (var i = 0u; i < 2000u; i++) { out[id.x] = (out[id.x] * 3u) ^ i; }
}";
        let kernel = crate::Shader::new(source).unwrap().kernel("main", &[], 1 << 20).unwrap();
        for adapter in &list() {
            let Some(plan) = examine(adapter, &[Tier::Native, Tier::Guarded], true).plan else { continue };
            let mut device = AdapterDevice::open(adapter, Opening::of(plan)).unwrap();
            let buffer = device.create_buffer(1 << 20).unwrap();
            let pipeline = device.create_pipeline(&kernel).unwrap();
            let range = BindingRange { group: 0, binding: 0, buffer, offset: 0, bytes: 1 << 20 };
            device.gpu.wait_max = Duration::ZERO;
            let error = device.dispatch(pipeline, &[range], [4096, 1, 1]).unwrap_err().to_string();
            assert!(error.contains("lost") && error.contains("has not answered"), "{error}");
            let error = device.read_buffer(buffer, 0, &mut [0; 4]).unwrap_err().to_string();
            assert!(error.contains("was lost"), "{error}");
        }
    }
}
