//! A shader as plain wgpu runs it, unlowered: the other side of every comparison with strict execution. Never used for a result.
//!
//! A pipeline here is made of a kernel's *source*, and of its strict IR no more than the entry point's name.
//!
//! `assay shader check --raw` shows by it how many words plain WebGPU gives otherwise, and the benchmark what strictness costs. So it does what a careful user of
//! wgpu does and no more: bind groups are kept while the bindings stay, a dispatch is one submission and one wait.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::device::{BindingRange, BufferId, Device, DeviceError, DispatchEnd, PipelineId};
use crate::kernel::{Access, Binding, Kernel};

/// Longest part of a buffer that is read back at once, bytes.
const PART_BYTES: u64 = 64 * 1024 * 1024;

/// One adapter through plain wgpu.
pub struct RawDevice {
    name: String,
    device: wgpu::Device,
    queue: wgpu::Queue,
    /// The first error that nobody has been told of yet.
    error: Arc<Mutex<Option<String>>>,
    constants: Vec<(String, f64)>,
    next: u64,
    buffers: HashMap<BufferId, wgpu::Buffer>,
    pipelines: HashMap<PipelineId, Pipeline>,
    bound: Option<Bound>,
}

struct Pipeline {
    pipeline: wgpu::ComputePipeline,
    /// By group number, up to the highest used.
    layouts: Vec<wgpu::BindGroupLayout>,
}

/// The bind groups of the last dispatch.
struct Bound {
    pipeline: PipelineId,
    ranges: Vec<BindingRange>,
    groups: Vec<wgpu::BindGroup>,
}

impl RawDevice {
    /// Opens the first Vulkan adapter whose name is `adapter`.
    ///
    /// # Errors
    /// There is none, or its driver gives no device.
    pub fn open(adapter: &str) -> Result<Self, DeviceError> {
        let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
        descriptor.backends = wgpu::Backends::VULKAN;
        let instance = wgpu::Instance::new(descriptor);
        let found = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::VULKAN));
        let chosen = found.into_iter().find(|found| found.get_info().name == adapter);
        let chosen = chosen.ok_or_else(|| DeviceError(format!("there is no Vulkan adapter {adapter:?}")))?;
        let settings = wgpu::DeviceDescriptor { required_limits: chosen.limits(), ..Default::default() };
        let (device, queue) = pollster::block_on(chosen.request_device(&settings)).map_err(|e| DeviceError(format!("{adapter}: {e}")))?;
        let error = Arc::new(Mutex::new(None));
        let (uncaptured, lost) = (error.clone(), error.clone());
        device.on_uncaptured_error(Arc::new(move |e: wgpu::Error| note(&uncaptured, e.to_string())));
        device.set_device_lost_callback(move |reason, message| note(&lost, format!("device lost ({reason:?}): {message}")));
        Ok(Self {
            name: adapter.to_owned(),
            device,
            queue,
            error,
            constants: Vec::new(),
            next: 0,
            buffers: HashMap::new(),
            pipelines: HashMap::new(),
            bound: None,
        })
    }

    /// The constants of pipelines made from here on: a [`Kernel`] has them built in, its source has not.
    pub fn set_constants(&mut self, constants: &[(String, f64)]) {
        constants.clone_into(&mut self.constants);
    }

    fn id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// The error that was met since the last look, if there was one.
    fn checked<T>(&self, value: T) -> Result<T, DeviceError> {
        match self.error.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(error) => Err(DeviceError(format!("{}: {error}", self.name))),
            None => Ok(value),
        }
    }

    fn wait(&self) -> Result<(), DeviceError> {
        self.device.poll(wgpu::PollType::wait_indefinitely()).map_err(|e| DeviceError(format!("{}: {e}", self.name)))?;
        self.checked(())
    }

    fn buffer(&self, id: BufferId) -> Result<&wgpu::Buffer, DeviceError> {
        self.buffers.get(&id).ok_or_else(|| DeviceError("no such buffer".to_owned()))
    }

    fn layout(&self, bindings: &[Binding], group: u32) -> wgpu::BindGroupLayout {
        let entry = |binding: &Binding| wgpu::BindGroupLayoutEntry {
            binding: binding.binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty: match binding.access {
                    Access::Uniform => wgpu::BufferBindingType::Uniform,
                    Access::Read => wgpu::BufferBindingType::Storage { read_only: true },
                    Access::ReadWrite => wgpu::BufferBindingType::Storage { read_only: false },
                },
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        };
        let entries: Vec<_> = bindings.iter().filter(|binding| binding.group == group).map(entry).collect();
        self.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: None, entries: &entries })
    }

    fn bind(&mut self, id: PipelineId, ranges: &[BindingRange]) -> Result<(), DeviceError> {
        if self.bound.as_ref().is_some_and(|bound| bound.pipeline == id && bound.ranges == ranges) {
            return Ok(());
        }
        let pipeline = self.pipelines.get(&id).ok_or_else(|| DeviceError("no such pipeline".to_owned()))?;
        let mut groups = Vec::new();
        for (number, layout) in pipeline.layouts.iter().enumerate() {
            let mut entries = Vec::new();
            for range in ranges.iter().filter(|range| range.group as usize == number) {
                let buffer = self.buffer(range.buffer)?;
                let resource = wgpu::BufferBinding { buffer, offset: range.offset, size: std::num::NonZeroU64::new(range.bytes) };
                entries.push(wgpu::BindGroupEntry { binding: range.binding, resource: wgpu::BindingResource::Buffer(resource) });
            }
            groups.push(self.device.create_bind_group(&wgpu::BindGroupDescriptor { label: None, layout, entries: &entries }));
        }
        self.bound = Some(Bound { pipeline: id, ranges: ranges.to_vec(), groups });
        self.checked(())
    }
}

fn note(place: &Mutex<Option<String>>, error: String) {
    place.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
}

impl Device for RawDevice {
    fn name(&self) -> &str {
        &self.name
    }

    fn create_buffer(&mut self, bytes: u64) -> Result<BufferId, DeviceError> {
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
        let descriptor = wgpu::BufferDescriptor { label: None, size: bytes, usage, mapped_at_creation: false };
        let buffer = self.device.create_buffer(&descriptor);
        let id = BufferId(self.id());
        self.buffers.insert(id, buffer);
        self.checked(id)
    }

    fn destroy_buffer(&mut self, buffer: BufferId) {
        self.bound = None;
        self.buffers.remove(&buffer);
    }

    fn write_buffer(&mut self, buffer: BufferId, offset: u64, data: &[u8]) -> Result<(), DeviceError> {
        // It goes out with the next submission, as wgpu has it.
        self.queue.write_buffer(self.buffer(buffer)?, offset, data);
        self.checked(())
    }

    fn read_buffer(&mut self, buffer: BufferId, offset: u64, out: &mut [u8]) -> Result<(), DeviceError> {
        let buffer = self.buffer(buffer)?;
        let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
        let bytes = (out.len() as u64).min(PART_BYTES);
        let staging =
            self.device.create_buffer(&wgpu::BufferDescriptor { label: None, size: bytes.max(4), usage, mapped_at_creation: false });
        let mut at = offset;
        for part in out.chunks_mut(PART_BYTES as usize) {
            let bytes = part.len() as u64;
            let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            encoder.copy_buffer_to_buffer(buffer, at, &staging, 0, bytes);
            self.queue.submit([encoder.finish()]);
            // A failure to map shows as the error of the range below.
            staging.slice(..bytes).map_async(wgpu::MapMode::Read, |_| {});
            self.wait()?;
            let view = staging.slice(..bytes).get_mapped_range().map_err(|e| DeviceError(format!("{}: {e}", self.name)))?;
            part.copy_from_slice(&view);
            drop(view);
            staging.unmap();
            at += bytes;
        }
        self.checked(())
    }

    fn copy_buffer(&mut self, from: BufferId, from_offset: u64, to: BufferId, to_offset: u64, bytes: u64) -> Result<(), DeviceError> {
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(self.buffer(from)?, from_offset, self.buffer(to)?, to_offset, bytes);
        self.queue.submit([encoder.finish()]);
        self.wait()
    }

    fn create_pipeline(&mut self, kernel: &Kernel) -> Result<PipelineId, DeviceError> {
        let source = wgpu::ShaderSource::Wgsl(kernel.source.as_ref().into());
        let module = self.device.create_shader_module(wgpu::ShaderModuleDescriptor { label: None, source });
        self.checked(())?;
        let groups = kernel.bindings.iter().map(|binding| binding.group + 1).max().unwrap_or(0);
        let layouts: Vec<_> = (0..groups).map(|group| self.layout(&kernel.bindings, group)).collect();
        let all: Vec<_> = layouts.iter().map(Some).collect();
        let descriptor = wgpu::PipelineLayoutDescriptor { label: None, bind_group_layouts: &all, immediate_size: 0 };
        let layout = self.device.create_pipeline_layout(&descriptor);
        let constants: Vec<(&str, f64)> = self.constants.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let pipeline = self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: Some(&layout),
            module: &module,
            entry_point: kernel.module.entry_points.first().map(|entry| entry.name.as_str()),
            compilation_options: wgpu::PipelineCompilationOptions { constants: &constants, ..Default::default() },
            cache: None,
        });
        let id = PipelineId(self.id());
        self.pipelines.insert(id, Pipeline { pipeline, layouts });
        self.checked(id)
    }

    fn destroy_pipeline(&mut self, pipeline: PipelineId) {
        self.bound = None;
        self.pipelines.remove(&pipeline);
    }

    fn dispatch(&mut self, pipeline: PipelineId, bindings: &[BindingRange], groups: [u32; 3]) -> Result<DispatchEnd, DeviceError> {
        self.bind(pipeline, bindings)?;
        let (Some(compiled), Some(bound)) = (self.pipelines.get(&pipeline), &self.bound) else {
            return Err(DeviceError("no such pipeline".to_owned()));
        };
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&compiled.pipeline);
            for (number, group) in (0..).zip(&bound.groups) {
                pass.set_bind_group(number, group, &[]);
            }
            pass.dispatch_workgroups(groups[0], groups[1], groups[2]);
        }
        self.queue.submit([encoder.finish()]);
        self.wait()?;
        Ok(DispatchEnd::Done)
    }
}
