//! What a back end can do: buffers, pipelines, dispatches. Implemented by the CPU executor and by wgpu adapters.
//!
//! A device is driven by a [`crate::Session`], which has checked every argument against the rules of `specs/guest-interface.md`; a device may rely on that and need
//! not repeat it (ids exist, ranges lie inside buffers and are aligned, bindings are complete, large enough and do not alias).

use crate::kernel::Kernel;

/// A buffer of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BufferId(pub u64);

/// A compiled kernel of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PipelineId(pub u64);

/// A range of a buffer, bound to a kernel's binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BindingRange {
    /// `@group`
    pub group: u32,
    /// `@binding`
    pub binding: u32,
    /// The buffer.
    pub buffer: BufferId,
    /// Start, bytes; a multiple of 256.
    pub offset: u64,
    /// Length, bytes; a multiple of 4, not 0.
    pub bytes: u64,
}

/// How a dispatch ended: the same on every device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DispatchEnd {
    /// All invocations ended.
    Done,
    /// An invocation passed its loop budget; the content of the buffers bound for writing is not defined.
    LoopBudgetExceeded,
}

/// This machine cannot go on: lost device, out of memory, driver error, a result that differed when it was re-executed. Says nothing about the job.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DeviceError(pub String);

/// A back end with its buffers and pipelines.
pub trait Device: Send {
    /// What it is, for people: `cpu`, or the adapter's name.
    fn name(&self) -> &str;

    /// A new buffer of `bytes` (a multiple of 4, not 0), all zero.
    fn create_buffer(&mut self, bytes: u64) -> Result<BufferId, DeviceError>;

    /// Frees a buffer.
    fn destroy_buffer(&mut self, buffer: BufferId);

    /// Writes `data` at `offset`; both multiples of 4.
    fn write_buffer(&mut self, buffer: BufferId, offset: u64, data: &[u8]) -> Result<(), DeviceError>;

    /// Reads into `out` from `offset`; both multiples of 4. Waits for everything dispatched before.
    fn read_buffer(&mut self, buffer: BufferId, offset: u64, out: &mut [u8]) -> Result<(), DeviceError>;

    /// Copies between two different buffers; offsets and `bytes` are multiples of 4.
    fn copy_buffer(&mut self, from: BufferId, from_offset: u64, to: BufferId, to_offset: u64, bytes: u64) -> Result<(), DeviceError>;

    /// Compiles a kernel.
    fn create_pipeline(&mut self, kernel: &Kernel) -> Result<PipelineId, DeviceError>;

    /// Frees a pipeline.
    fn destroy_pipeline(&mut self, pipeline: PipelineId);

    /// Runs `groups` workgroups and waits until it is known how the dispatch ended. `bindings` are in the order of the kernel's bindings. No dimension of `groups` is 0
    /// or above 65,535.
    fn dispatch(&mut self, pipeline: PipelineId, bindings: &[BindingRange], groups: [u32; 3]) -> Result<DispatchEnd, DeviceError>;

    /// Of its dispatches, those that it had the CPU executor do, for it is not trusted with them itself.
    fn done_on_cpu(&self) -> u64 {
        0
    }
}
