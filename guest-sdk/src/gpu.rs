//! Compute shaders in WGSL, with one result on every machine (cargo feature `gpu`).
//!
//! The names are wgpu's, the rest is shorter, since there is one device, one queue, and nothing to wait for: a dispatch has run when the next call looks at its
//! buffers. What a shader may be is said in `specs/strict-wgsl.md`; what a call may be, in `specs/guest-interface.md`.
//!
//! ```no_run
//! use assay_guest::gpu;
//!
//! /// Doubles numbers.
//! fn double(numbers: &[f32]) -> assay_guest::Result<Vec<f32>> {
//!     let device = gpu::device()?;
//!     let shader = device.create_shader_module(
//!         "override factor: f32;
//!          @group(0) @binding(0) var<storage, read> from: array<f32>;
//!          @group(0) @binding(1) var<storage, read_write> to: array<f32>;
//!          @compute @workgroup_size(64)
//!          fn main(@builtin(global_invocation_id) id: vec3u) {
//!              if id.x < arrayLength(&to) { to[id.x] = factor * from[id.x]; }
//!          }",
//!     )?;
//!     let pipeline = device.create_compute_pipeline(&shader).entry_point("main").constant("factor", 2.0).build()?;
//!     let from = device.create_buffer_init(numbers)?;
//!     let to = device.create_buffer::<f32>(numbers.len())?;
//!     pipeline.bind(0, 0, &from).bind(0, 1, &to).dispatch([numbers.len().div_ceil(64) as u32, 1, 1])?;
//!     to.read()
//! }
//! ```
//!
//! **Where it runs.** In the sandbox the host decides between a GPU and its processor; a job cannot tell, since the bits are the same. Natively, under `cargo test`,
//! it is the same CPU executor that a host uses, under the limits a manifest has by default. There a limit that would end the job is an error instead, and every
//! later call gives it again until all that hangs on the device is dropped.

mod buffer;
mod pipeline;

#[cfg(target_family = "wasm")]
#[path = "gpu/sandbox.rs"]
mod backend;
#[cfg(not(target_family = "wasm"))]
#[path = "gpu/native.rs"]
mod backend;

pub use buffer::{Buffer, BufferSlice};
pub use bytemuck::{Pod, Zeroable};
pub use pipeline::{Bindings, ComputePipeline, ComputePipelineBuilder, ShaderModule};

use crate::error::{Error, Result};
use backend::Backend;

/// The job's device: creates buffers, shaders and pipelines. Cheap to clone.
#[derive(Clone)]
pub struct Device {
    backend: Backend,
}

/// The device. There is one for a job; each call gives the same.
///
/// # Errors
/// Natively, when the CPU executor does not start. In the sandbox a machine without a device gives no result at all, so there is nothing for a job to handle.
pub fn device() -> Result<Device> {
    let backend = Backend::open().map_err(failed("cannot open a device"))?;
    Ok(Device { backend })
}

impl Device {
    /// A buffer of `len` elements, all of them zero.
    ///
    /// # Errors
    /// A size of 0, or in bytes not a multiple of 4, or above 1 GiB; the limits `gpu_buffer_bytes` and `gpu_objects`.
    pub fn create_buffer<T: Pod>(&self, len: usize) -> Result<Buffer<T>> {
        Buffer::create(&self.backend, len)
    }

    /// A buffer that holds `content`.
    ///
    /// # Errors
    /// As [`Self::create_buffer`].
    pub fn create_buffer_init<T: Pod>(&self, content: &[T]) -> Result<Buffer<T>> {
        let buffer = Buffer::create(&self.backend, content.len())?;
        buffer.write(0, content)?;
        Ok(buffer)
    }

    /// Reads and checks a module in WGSL.
    ///
    /// # Errors
    /// A source that is not strict WGSL: the message has every reason, with line, column and what to write instead. The limits `shader_bytes` and `gpu_objects`.
    pub fn create_shader_module(&self, wgsl: &str) -> Result<ShaderModule> {
        ShaderModule::create(&self.backend, wgsl)
    }

    /// Builds a pipeline from one entry point of `shader`.
    pub fn create_compute_pipeline<'s>(&self, shader: &'s ShaderModule) -> ComputePipelineBuilder<'s> {
        ComputePipelineBuilder::new(shader)
    }
}

/// Puts what was tried in front of the host's message.
fn failed(what: impl Into<String>) -> impl FnOnce(String) -> Error {
    move |message| Error::Gpu { what: what.into(), message }
}

/// A range bound to a binding, in the layout of `specs/guest-interface.md`, section 3.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Range {
    group: u32,
    binding: u32,
    buffer: u32,
    reserved: u32,
    offset: u64,
    bytes: u64,
}
