//! A device that keeps buffers in memory and runs nothing: it notes what it was asked to run.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::device::{BindingRange, BufferId, Device, DeviceError, DispatchEnd, PipelineId};
use crate::kernel::Kernel;

/// One dispatch as the device saw it.
pub(super) type Dispatch = (PipelineId, Vec<BindingRange>, [u32; 3]);

/// What the device has, and has done.
#[derive(Default)]
pub(super) struct State {
    pub(super) buffers: BTreeMap<BufferId, Vec<u8>>,
    pub(super) pipelines: Vec<PipelineId>,
    pub(super) dispatches: Vec<Dispatch>,
    /// How the next dispatches end.
    pub(super) end: Option<Result<DispatchEnd, DeviceError>>,
    next: u64,
}

/// The device; the test holds its state as well.
#[derive(Default)]
pub(super) struct Mock(pub(super) Arc<Mutex<State>>);

impl State {
    fn id(&mut self) -> u64 {
        self.next += 1;
        1_000 + self.next
    }

    fn bytes(&mut self, buffer: BufferId, offset: u64, length: u64) -> &mut [u8] {
        assert!(offset.is_multiple_of(4) && length.is_multiple_of(4) && length > 0, "{offset}, {length}");
        let bytes = self.buffers.get_mut(&buffer).expect("the session knows its buffers");
        &mut bytes[offset as usize..][..length as usize]
    }
}

impl Mock {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().expect("no test panics while it holds the state")
    }
}

impl Device for Mock {
    fn name(&self) -> &str {
        "mock"
    }

    fn create_buffer(&mut self, bytes: u64) -> Result<BufferId, DeviceError> {
        assert!(bytes.is_multiple_of(4) && bytes > 0, "{bytes}");
        let mut state = self.state();
        let id = BufferId(state.id());
        // Large ones are never looked at.
        state.buffers.insert(id, vec![0; bytes.min(1 << 20) as usize]);
        Ok(id)
    }

    fn destroy_buffer(&mut self, buffer: BufferId) {
        self.state().buffers.remove(&buffer).expect("the session knows its buffers");
    }

    fn write_buffer(&mut self, buffer: BufferId, offset: u64, data: &[u8]) -> Result<(), DeviceError> {
        self.state().bytes(buffer, offset, data.len() as u64).copy_from_slice(data);
        Ok(())
    }

    fn read_buffer(&mut self, buffer: BufferId, offset: u64, out: &mut [u8]) -> Result<(), DeviceError> {
        out.copy_from_slice(self.state().bytes(buffer, offset, out.len() as u64));
        Ok(())
    }

    fn copy_buffer(&mut self, from: BufferId, from_offset: u64, to: BufferId, to_offset: u64, bytes: u64) -> Result<(), DeviceError> {
        let mut state = self.state();
        let data = state.bytes(from, from_offset, bytes).to_vec();
        state.bytes(to, to_offset, bytes).copy_from_slice(&data);
        Ok(())
    }

    fn create_pipeline(&mut self, _: &Kernel) -> Result<PipelineId, DeviceError> {
        let mut state = self.state();
        let id = PipelineId(state.id());
        state.pipelines.push(id);
        Ok(id)
    }

    fn destroy_pipeline(&mut self, pipeline: PipelineId) {
        self.state().pipelines.retain(|one| *one != pipeline);
    }

    fn dispatch(&mut self, pipeline: PipelineId, bindings: &[BindingRange], groups: [u32; 3]) -> Result<DispatchEnd, DeviceError> {
        let mut state = self.state();
        assert!(state.pipelines.contains(&pipeline));
        state.dispatches.push((pipeline, bindings.to_vec(), groups));
        state.end.clone().unwrap_or(Ok(DispatchEnd::Done))
    }
}
