//! One kernel compiled for one adapter.
//!
//! On Vulkan the module goes to the driver as SPIR-V that naga wrote and [`crate::adapter::spirv`] patched, past wgpu's shader tooling: wgpu has no other way to carry decorations. So nothing
//! checks the module after us, and nothing adds bounds checks; strict IR has them. Where the adapter has no passthrough, wgpu gets the naga module, and the driver no decorations;
//! the tiers `guarded` and `soft` can do without.

use std::borrow::Cow;
use std::collections::HashMap;
use std::num::NonZeroU64;

use naga::back::spv;

use crate::adapter::facts::Facts;
use crate::adapter::gpu::Gpu;
use crate::adapter::listing::Adapter;
use crate::adapter::spirv;
use crate::adapter::stage::{self, Staged};
use crate::adapter::tier::{Plan, Primitive, Way};
use crate::device::{BindingRange, BufferId, DeviceError};
use crate::kernel::{Access, Kernel};

/// Bind groups kept per pipeline: more than a program that cycles through a few buffers needs.
const BIND_GROUPS_MAX: usize = 16;

/// A compiled kernel and how to bind it.
pub(crate) struct Pipeline {
    /// `None` where the CPU does it all.
    pub pipeline: Option<wgpu::ComputePipeline>,
    pub layout: wgpu::BindGroupLayout,
    /// How each binding is used, in the kernel's order, and how many bytes of it a uniform binding sees.
    pub bindings: Vec<(Access, u64)>,
    /// It can pass its loop budget.
    pub has_loops: bool,
    /// As in [`Staged`].
    pub trusted_iterations: Option<u32>,
    pub bind_groups: HashMap<Vec<BindingRange>, wgpu::BindGroup>,
}

/// What of an adapter decides how a kernel is compiled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub plan: Plan,
    pub facts: Facts,
    /// SPIR-V goes past wgpu.
    pub passthrough: bool,
}

impl Pipeline {
    /// Compiles `kernel`.
    pub fn new(gpu: &Gpu, kernel: &Kernel, target: &Target) -> Result<Self, DeviceError> {
        fits(gpu, kernel)?;
        let failed = |error: String| DeviceError(format!("a kernel could not be made for the GPU {}: {error}", gpu.name));
        let staged = stage::stage(kernel, &target.plan, target.facts.lanes).map_err(|error| failed(error.to_string()))?;
        let bindings = kernel.bindings.iter().map(|binding| (binding.access, binding.bytes_min.next_multiple_of(16))).collect();
        let layout = bind_group_layout(gpu, kernel);
        let mut made = Self {
            pipeline: None,
            layout,
            bindings,
            has_loops: staged.has_loops,
            trusted_iterations: staged.trusted_iterations,
            bind_groups: HashMap::new(),
        };
        if made.trusted_iterations == Some(0) {
            return Ok(made);
        }
        let entry = staged.entry().to_owned();
        let module = if target.passthrough {
            let words = write_spirv(&staged, target).map_err(failed)?;
            pass_through(gpu, words, &entry, kernel.workgroup_size)
        } else {
            gpu.device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: None,
                source: wgpu::ShaderSource::Naga(Cow::Owned(staged.module)),
            })
        };
        gpu.check("when a kernel was compiled")?;
        let pipeline_layout = gpu.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(&made.layout)],
            immediate_size: 0,
        });
        let pipeline = gpu.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some(&entry),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            cache: None,
        });
        gpu.check("when a kernel was compiled")?;
        made.pipeline = Some(pipeline);
        Ok(made)
    }

    /// Drops what refers to `buffer`.
    pub fn forget(&mut self, buffer: BufferId) {
        self.bind_groups.retain(|ranges, _| ranges.iter().all(|range| range.buffer != buffer));
    }

    /// The bind group of `ranges` with the status buffer.
    pub fn bind(
        &mut self,
        gpu: &Gpu,
        ranges: &[BindingRange],
        buffers: &HashMap<BufferId, wgpu::Buffer>,
        status: &wgpu::Buffer,
    ) -> Result<wgpu::BindGroup, DeviceError> {
        if let Some(known) = self.bind_groups.get(ranges) {
            return Ok(known.clone());
        }
        let mut entries = Vec::with_capacity(ranges.len() + 1);
        for (index, (range, (access, uniform_bytes))) in ranges.iter().zip(&self.bindings).enumerate() {
            let buffer = buffers.get(&range.buffer).ok_or_else(|| DeviceError("no such buffer".to_owned()))?;
            let (bytes, max, space) = match access {
                Access::Uniform => (range.bytes.min(*uniform_bytes), gpu.limits.max_uniform_buffer_binding_size, "uniform"),
                Access::Read | Access::ReadWrite => (range.bytes, gpu.limits.max_storage_buffer_binding_size, "storage"),
            };
            if bytes > max {
                return Err(DeviceError(format!(
                    "a {space} binding of {bytes} bytes is above the {max} bytes that the GPU {} allows",
                    gpu.name
                )));
            }
            let resource = wgpu::BufferBinding { buffer, offset: range.offset, size: NonZeroU64::new(bytes) };
            entries.push(wgpu::BindGroupEntry { binding: index as u32, resource: wgpu::BindingResource::Buffer(resource) });
        }
        entries.push(wgpu::BindGroupEntry { binding: self.bindings.len() as u32, resource: status.as_entire_binding() });
        let group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor { label: None, layout: &self.layout, entries: &entries });
        gpu.check("when buffers were bound")?;
        if self.bind_groups.len() >= BIND_GROUPS_MAX {
            self.bind_groups.clear();
        }
        self.bind_groups.insert(ranges.to_vec(), group.clone());
        Ok(group)
    }
}

/// Whether the adapter's limits hold what the kernel declares: with passthrough nobody else asks.
fn fits(gpu: &Gpu, kernel: &Kernel) -> Result<(), DeviceError> {
    let limits = &gpu.limits;
    let [x, y, z] = kernel.workgroup_size;
    let invocations = u64::from(x) * u64::from(y) * u64::from(z);
    let uniforms = kernel.bindings.iter().filter(|binding| binding.access == Access::Uniform).count() as u64;
    let storages = kernel.bindings.len() as u64 - uniforms + 1;
    let workgroup_bytes: u64 = kernel
        .module
        .global_variables
        .iter()
        .filter(|(_, global)| global.space == naga::AddressSpace::WorkGroup)
        .map(|(_, global)| u64::from(kernel.module.types[global.ty].inner.size(kernel.module.to_ctx())).next_multiple_of(16))
        .sum();
    let checks = [
        ("invocations in a workgroup", invocations, u64::from(limits.max_compute_invocations_per_workgroup)),
        ("invocations in x", u64::from(x), u64::from(limits.max_compute_workgroup_size_x)),
        ("invocations in y", u64::from(y), u64::from(limits.max_compute_workgroup_size_y)),
        ("invocations in z", u64::from(z), u64::from(limits.max_compute_workgroup_size_z)),
        ("bytes of workgroup memory", workgroup_bytes, u64::from(limits.max_compute_workgroup_storage_size)),
        ("storage buffers, the status buffer counted", storages, u64::from(limits.max_storage_buffers_per_shader_stage)),
        ("uniform buffers", uniforms, u64::from(limits.max_uniform_buffers_per_shader_stage)),
    ];
    match checks.into_iter().find(|(_, has, max)| has > max) {
        None => Ok(()),
        Some((what, has, max)) => Err(DeviceError(format!("a kernel has {has} {what}; the GPU {} allows {max}", gpu.name))),
    }
}

fn bind_group_layout(gpu: &Gpu, kernel: &Kernel) -> wgpu::BindGroupLayout {
    let entry = |binding: usize, access: Access| wgpu::BindGroupLayoutEntry {
        binding: binding as u32,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer {
            ty: match access {
                Access::Uniform => wgpu::BufferBindingType::Uniform,
                Access::Read => wgpu::BufferBindingType::Storage { read_only: true },
                Access::ReadWrite => wgpu::BufferBindingType::Storage { read_only: false },
            },
            has_dynamic_offset: false,
            min_binding_size: None,
        },
        count: None,
    };
    let mut entries: Vec<_> = kernel.bindings.iter().enumerate().map(|(index, binding)| entry(index, binding.access)).collect();
    entries.push(entry(kernel.bindings.len(), Access::ReadWrite));
    gpu.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: None, entries: &entries })
}

/// The SPIR-V that `adapter`'s driver would get for `kernel` under `plan`, to look at what its compiler makes of it. Its bindings are numbered in the order of the kernel's, in set 0, and the
/// status binding comes last.
///
/// # Errors
/// The plan does not take the kernel.
pub fn spirv_of(kernel: &Kernel, plan: Plan, adapter: &Adapter) -> Result<Vec<u32>, DeviceError> {
    let staged = stage::stage(kernel, &plan, adapter.facts.lanes).map_err(|error| DeviceError(error.to_string()))?;
    write_spirv(&staged, &Target { plan, facts: adapter.facts, passthrough: true }).map_err(DeviceError)
}

/// SPIR-V with strict's decorations. Nothing is checked twice: indices are clamped, divisors safe and loops bounded by the lowering.
fn write_spirv(staged: &Staged, target: &Target) -> Result<Vec<u32>, String> {
    let mut capabilities = vec![spv::Capability::Shader, spv::Capability::Matrix];
    if target.facts.packed_dot && target.facts.spirv_1_3 {
        capabilities.extend([spv::Capability::DotProduct, spv::Capability::DotProductInput4x8BitPacked]);
    }
    if target.plan.way(Primitive::Fma) == Way::Double {
        capabilities.push(spv::Capability::Float64);
    }
    let unchecked = naga::proc::BoundsCheckPolicy::Unchecked;
    let options = spv::Options {
        lang_version: if target.facts.spirv_1_3 { (1, 3) } else { (1, 0) },
        flags: spv::WriterFlags::empty(),
        capabilities: Some(capabilities.into_iter().collect()),
        bounds_check_policies: naga::proc::BoundsCheckPolicies {
            index: unchecked,
            buffer: unchecked,
            image_load: unchecked,
            binding_array: unchecked,
        },
        zero_initialize_workgroup_memory: if target.facts.zeroes_workgroup_memory {
            spv::ZeroInitializeWorkgroupMemoryMode::Native
        } else {
            spv::ZeroInitializeWorkgroupMemoryMode::Polyfill
        },
        force_loop_bounding: false,
        emit_int_div_checks: false,
        ..spv::Options::default()
    };
    let chosen = spv::PipelineOptions { shader_stage: naga::ShaderStage::Compute, entry_point: staged.entry().to_owned() };
    let words = spv::write_vec(&staged.module, &staged.info, &options, Some(&chosen)).map_err(|error| error.to_string())?;
    spirv::patch(&words, target.facts.float_modes).map_err(|error| error.to_string())
}

fn pass_through(gpu: &Gpu, words: Vec<u32>, entry: &str, workgroup_size: [u32; 3]) -> wgpu::ShaderModule {
    let [x, y, z] = workgroup_size;
    let descriptor = wgpu::ShaderModuleDescriptorPassthrough {
        label: None,
        spirv: Some(Cow::Owned(words)),
        entry_points: Cow::Owned(vec![wgpu::PassthroughShaderEntryPoint { name: Cow::Owned(entry.to_owned()), workgroup_size: (x, y, z) }]),
        ..Default::default()
    };
    // SAFETY: the words were written by naga from a module that its validator accepted, and patched by whole instructions. They use no capability that the device does not have, access
    // no memory out of bounds because strict IR clamps every index, loop no more than the budget, and declare the bindings of the layout that the pipeline is made with.
    unsafe { gpu.device.create_shader_module_passthrough(descriptor) }
}
