//! Shaders, pipelines, and what is bound when a pipeline is dispatched.

use std::fmt;

use super::backend::Backend;
use super::buffer::BufferSlice;
use super::{Range, failed};
use crate::error::Result;

/// A module in WGSL that was read and found to be strict. Dropping it frees it; pipelines made of it go on.
pub struct ShaderModule {
    backend: Backend,
    handle: u32,
}

impl ShaderModule {
    pub(super) fn create(backend: &Backend, wgsl: &str) -> Result<Self> {
        let handle = backend.create_shader(wgsl).map_err(failed("cannot create a shader module"))?;
        Ok(Self { backend: backend.clone(), handle })
    }
}

impl Drop for ShaderModule {
    fn drop(&mut self) {
        self.backend.destroy_shader(self.handle);
    }
}

impl fmt::Debug for ShaderModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShaderModule").field("handle", &self.handle).finish_non_exhaustive()
    }
}

/// A pipeline in the making: [`crate::gpu::Device::create_compute_pipeline`].
#[derive(Debug)]
#[must_use = "nothing is made before `build`"]
pub struct ComputePipelineBuilder<'s> {
    shader: &'s ShaderModule,
    entry_point: String,
    constants: Vec<(String, f64)>,
}

impl<'s> ComputePipelineBuilder<'s> {
    pub(super) fn new(shader: &'s ShaderModule) -> Self {
        Self { shader, entry_point: String::new(), constants: Vec::new() }
    }

    /// Which entry point; may be left out when the shader has only one.
    pub fn entry_point(mut self, name: &str) -> Self {
        name.clone_into(&mut self.entry_point);
        self
    }

    /// The value of an `override`: by its name, or by the decimal number of its `@id`.
    pub fn constant(mut self, name: &str, value: impl Into<f64>) -> Self {
        self.constants.push((name.to_owned(), value.into()));
        self
    }

    /// Compiles the entry point.
    ///
    /// # Errors
    /// An entry point or a constant that the shader does not have, a constant given twice or out of range, a workgroup too large: the message has every reason. The
    /// limit `gpu_objects`.
    pub fn build(self) -> Result<ComputePipeline> {
        let backend = &self.shader.backend;
        let handle = backend
            .create_pipeline(self.shader.handle, &self.entry_point, &self.constants)
            .map_err(failed(format!("cannot create a pipeline of entry point `{}`", self.entry_point)))?;
        Ok(ComputePipeline { backend: backend.clone(), handle })
    }
}

/// An entry point with its constants, compiled. Dropping it frees it.
pub struct ComputePipeline {
    backend: Backend,
    handle: u32,
}

impl ComputePipeline {
    /// Binds a buffer, or a slice of one, to `@group(group) @binding(binding)`; more can be bound to what this gives.
    pub fn bind<'b>(&'b self, group: u32, binding: u32, buffer: impl Into<BufferSlice<'b>>) -> Bindings<'b> {
        self.bindings().bind(group, binding, buffer)
    }

    /// Nothing bound yet.
    pub fn bindings(&self) -> Bindings<'_> {
        Bindings { pipeline: self, ranges: Vec::new() }
    }
}

impl Drop for ComputePipeline {
    fn drop(&mut self) {
        self.backend.destroy_pipeline(self.handle);
    }
}

impl fmt::Debug for ComputePipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ComputePipeline").field("handle", &self.handle).finish_non_exhaustive()
    }
}

/// A pipeline with what is bound to it. Can be dispatched any number of times, and cloned.
#[derive(Clone, Debug)]
#[must_use = "nothing runs before `dispatch`"]
pub struct Bindings<'b> {
    pipeline: &'b ComputePipeline,
    ranges: Vec<Range>,
}

impl<'b> Bindings<'b> {
    /// Binds a buffer, or a slice of one, to `@group(group) @binding(binding)`.
    pub fn bind(mut self, group: u32, binding: u32, buffer: impl Into<BufferSlice<'b>>) -> Self {
        let BufferSlice { handle, offset, bytes, .. } = buffer.into();
        self.ranges.push(Range { group, binding, buffer: handle, reserved: 0, offset, bytes });
        self
    }

    /// Runs the pipeline on `x`·`y`·`z` workgroups. With a 0 among them nothing runs.
    ///
    /// # Errors
    /// A binding of the entry point without a buffer, one it does not have, or two buffers for one; a range too short, past the end of its buffer or not aligned; a
    /// buffer that is written and bound a second time; more than 65,535 workgroups in one dimension. Nothing has run then.
    pub fn dispatch(&self, workgroups: [u32; 3]) -> Result<()> {
        self.pipeline.backend.dispatch(self.pipeline.handle, &self.ranges, workgroups).map_err(failed("cannot dispatch"))
    }
}
