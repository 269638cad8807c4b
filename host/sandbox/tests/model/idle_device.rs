//! A device that keeps buffers in memory and runs nothing: what the host does around a device is tested without one.

use std::collections::BTreeMap;

use assay_gpu::{BindingRange, BufferId, Device, DeviceError, DispatchEnd, Kernel, PipelineId};
use assay_sandbox::OpenDevice;

/// The device.
#[derive(Default)]
pub struct IdleDevice {
    buffers: BTreeMap<BufferId, Vec<u8>>,
    next: u64,
}

/// Opens one.
pub fn idle() -> OpenDevice {
    Box::new(|| Ok(Box::new(IdleDevice::default())))
}

impl IdleDevice {
    fn id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn bytes(&mut self, buffer: BufferId, offset: u64, length: usize) -> &mut [u8] {
        &mut self.buffers.get_mut(&buffer).expect("the session knows its buffers")[offset as usize..][..length]
    }
}

impl Device for IdleDevice {
    fn name(&self) -> &str {
        "idle"
    }

    fn create_buffer(&mut self, bytes: u64) -> Result<BufferId, DeviceError> {
        let id = BufferId(self.id());
        self.buffers.insert(id, vec![0; bytes as usize]);
        Ok(id)
    }

    fn destroy_buffer(&mut self, buffer: BufferId) {
        self.buffers.remove(&buffer).expect("the session knows its buffers");
    }

    fn write_buffer(&mut self, buffer: BufferId, offset: u64, data: &[u8]) -> Result<(), DeviceError> {
        self.bytes(buffer, offset, data.len()).copy_from_slice(data);
        Ok(())
    }

    fn read_buffer(&mut self, buffer: BufferId, offset: u64, out: &mut [u8]) -> Result<(), DeviceError> {
        out.copy_from_slice(self.bytes(buffer, offset, out.len()));
        Ok(())
    }

    fn copy_buffer(&mut self, from: BufferId, from_offset: u64, to: BufferId, to_offset: u64, bytes: u64) -> Result<(), DeviceError> {
        assert_ne!(from, to);
        let data = self.bytes(from, from_offset, bytes as usize).to_vec();
        self.bytes(to, to_offset, data.len()).copy_from_slice(&data);
        Ok(())
    }

    fn create_pipeline(&mut self, _: &Kernel) -> Result<PipelineId, DeviceError> {
        Ok(PipelineId(self.id()))
    }

    fn destroy_pipeline(&mut self, _: PipelineId) {}

    fn dispatch(&mut self, _: PipelineId, bindings: &[BindingRange], _: [u32; 3]) -> Result<DispatchEnd, DeviceError> {
        for range in bindings {
            assert!(range.bytes > 0 && range.offset + range.bytes <= self.buffers[&range.buffer].len() as u64, "{range:?}");
        }
        Ok(DispatchEnd::Done)
    }
}
