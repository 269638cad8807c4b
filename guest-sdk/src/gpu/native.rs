//! Natively: the session and the CPU executor that a host would use, without a host around them.
//!
//! A thread has one session, as a job has one device. It lives as long as something hangs on it, so each test starts anew.

use std::cell::RefCell;
use std::fmt;
use std::rc::{Rc, Weak};

use assay_gpu::cpu::CpuDevice;
use assay_gpu::{BindingRange, BufferId, Fault, Session, SessionLimits};

use super::Range;

thread_local! {
    static SESSION: RefCell<Weak<RefCell<Session>>> = const { RefCell::new(Weak::new()) };
}

/// The session of this thread.
#[derive(Clone)]
pub(super) struct Backend(Rc<RefCell<Session>>);

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Backend")
    }
}

impl Backend {
    pub(super) fn open() -> Result<Self, String> {
        if let Some(session) = SESSION.with_borrow(Weak::upgrade) {
            return Ok(Self(session));
        }
        let session = Rc::new(RefCell::new(new_session()?));
        SESSION.set(Rc::downgrade(&session));
        Ok(Self(session))
    }

    fn call<T>(&self, call: impl FnOnce(&mut Session) -> Result<T, Fault>) -> Result<T, String> {
        call(&mut self.0.borrow_mut()).map_err(|fault| fault.to_string())
    }

    pub(super) fn create_buffer(&self, bytes: u64) -> Result<u32, String> {
        self.call(|session| session.create_buffer(bytes))
    }

    pub(super) fn destroy_buffer(&self, buffer: u32) {
        // A handle of ours is destroyed once; after the end of the session nothing is left to free.
        let _ = self.call(|session| session.destroy_buffer(buffer));
    }

    pub(super) fn write_buffer(&self, buffer: u32, offset: u64, data: &[u8]) -> Result<(), String> {
        self.call(|session| session.write_buffer(buffer, offset, data))
    }

    pub(super) fn read_buffer(&self, buffer: u32, offset: u64, out: &mut [u8]) -> Result<(), String> {
        self.call(|session| session.read_buffer(buffer, offset, out))
    }

    pub(super) fn copy_buffer(&self, from: u32, from_offset: u64, to: u32, to_offset: u64, bytes: u64) -> Result<(), String> {
        self.call(|session| session.copy_buffer(from, from_offset, to, to_offset, bytes))
    }

    pub(super) fn clear_buffer(&self, buffer: u32, offset: u64, bytes: u64) -> Result<(), String> {
        self.call(|session| session.clear_buffer(buffer, offset, bytes))
    }

    pub(super) fn create_shader(&self, source: &str) -> Result<u32, String> {
        self.call(|session| session.create_shader(source))
    }

    pub(super) fn destroy_shader(&self, shader: u32) {
        let _ = self.call(|session| session.destroy_shader(shader));
    }

    pub(super) fn create_pipeline(&self, shader: u32, entry: &str, constants: &[(String, f64)]) -> Result<u32, String> {
        self.call(|session| session.create_pipeline(shader, entry, constants))
    }

    pub(super) fn destroy_pipeline(&self, pipeline: u32) {
        let _ = self.call(|session| session.destroy_pipeline(pipeline));
    }

    pub(super) fn dispatch(&self, pipeline: u32, ranges: &[Range], groups: [u32; 3]) -> Result<(), String> {
        let range = |range: &Range| BindingRange {
            group: range.group,
            binding: range.binding,
            buffer: BufferId(range.buffer.into()),
            offset: range.offset,
            bytes: range.bytes,
        };
        let ranges: Vec<BindingRange> = ranges.iter().map(range).collect();
        self.call(|session| session.dispatch(pipeline, &ranges, groups))
    }
}

fn new_session() -> Result<Session, String> {
    let device = CpuDevice::new(None).map_err(|error| error.to_string())?;
    Ok(Session::new(Box::new(device), SessionLimits::default()))
}
