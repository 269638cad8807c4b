//! The GPU calls of `assay_v1` (`specs/guest-interface.md`): from words and guest memory to a [`Session`] of `assay-gpu`, and its faults back to an errno, or to the
//! end of the job.
//!
//! ```text
//! Handle → badf   Invalid → inval   Refused → notsup   Quota → nospc     the guest is told, and can ask for the words: `gpu_last_error`
//! Work → OutOfFuel   Limit → LimitExceeded                               the job ends, the same on every machine
//! Abstain, or no device                                                  this machine gives no result
//! ```
//!
//! The device is opened by the first call that needs one, so a job without GPU calls starts nothing.

use assay_gpu::{BindingRange, BufferId, Device, Fault, Session, SessionLimits};
use assay_protocol::limits::Limits;
use wiggle::GuestMemory;

use super::Host;
use super::argument::{self, RANGE_BYTES};
use super::errno::{Errno, Refusal};
use super::failure::{Failure, Halt};
use super::function::Function;
use super::guest::{bytes, bytes_mut};

/// Opens the device of a job, at its first GPU call. What it says when it cannot is why this machine abstains.
pub type OpenDevice = Box<dyn FnOnce() -> Result<Box<dyn Device>, String> + Send>;

/// The GPU side of a host.
pub(super) struct Gpu {
    open: Option<OpenDevice>,
    session: Option<Session>,
    /// What the last GPU call that failed had to say.
    last_error: String,
}

impl Gpu {
    pub(super) fn new(open: OpenDevice) -> Self {
        Self { open: Some(open), session: None, last_error: String::new() }
    }

    /// Fuel that the call at hand costs besides what every call does.
    pub(super) fn take_work(&mut self) -> u64 {
        self.session.as_mut().map_or(0, Session::take_work)
    }

    /// A call was refused for an argument, before anybody knew what it was about.
    pub(super) fn note(&mut self, function: Function, errno: Errno) {
        if function.is_gpu() && function != Function::GpuLastError {
            let why = match errno {
                Errno::Fault => "lies outside memory",
                Errno::Ilseq => "is not UTF-8",
                _ => "is misaligned, or not a value it may have",
            };
            self.last_error = format!("{}: an argument {why}", function.name());
        }
    }

    /// The session, with as much work left as there is fuel.
    fn session(&mut self, limits: &Limits, work: u64) -> Result<&mut Session, Failure> {
        if self.session.is_none() {
            let abstain = |why: String| Failure::Halt(Halt::Abstain(why));
            let open = self.open.take().ok_or(Refusal::Internal("a device was opened and is gone"))?;
            self.session = Some(Session::new(open().map_err(abstain)?, session_limits(limits)));
        }
        let session = self.session.as_mut().ok_or(Refusal::Internal("a session was made and is gone"))?;
        session.set_work(work);
        Ok(session)
    }

    fn answer<T>(&mut self, answer: Result<T, Fault>) -> Result<T, Failure> {
        let fault = match answer {
            Ok(value) => return Ok(value),
            Err(fault) => fault,
        };
        let errno = match &fault {
            Fault::Handle(_) => Errno::Badf,
            Fault::Invalid(_) => Errno::Inval,
            Fault::Refused(_) => Errno::Notsup,
            Fault::Quota(_) => Errno::Nospc,
            Fault::Work => return Err(Failure::Halt(Halt::OutOfFuel)),
            Fault::Limit(name) => {
                let number = Limits::number_of(name).ok_or(Refusal::Internal("a session passed a limit that no manifest has"))?;
                return Err(Failure::Halt(Halt::Limit(number)));
            }
            Fault::Abstain(why) => return Err(Failure::Halt(Halt::Abstain(why.clone()))),
        };
        self.last_error = fault.to_string();
        Err(errno.into())
    }
}

fn session_limits(limits: &Limits) -> SessionLimits {
    SessionLimits {
        buffer_bytes: limits.gpu_buffer_bytes,
        objects: limits.gpu_objects,
        dispatches: limits.gpu_dispatches,
        invocations: limits.gpu_invocations,
        shader_bytes: limits.shader_bytes,
        // The ceiling of the limit is 2^30.
        loop_iterations: u32::try_from(limits.gpu_loop_iterations).unwrap_or(u32::MAX),
    }
}

/// Words of a call by their types.
struct Words<'a>(&'a [u64]);

impl Words<'_> {
    fn long(&self, index: usize) -> u64 {
        self.0.get(index).copied().unwrap_or(0)
    }

    /// An `i32` parameter; the host cut it to 32 bits before.
    fn word(&self, index: usize) -> u32 {
        self.long(index) as u32
    }
}

/// Performs a GPU call whose values and pointers have been checked.
pub(crate) fn call(host: &mut Host, memory: &mut GuestMemory<'_>, function: Function, args: &[u64]) -> Result<(), Failure> {
    let words = Words(args);
    match function {
        Function::GpuBufferCreate => host.gpu_new(memory, words.word(1), |session| session.create_buffer(words.long(0))),
        Function::GpuBufferDestroy => host.gpu(|session| session.destroy_buffer(words.word(0))),
        Function::GpuBufferWrite => {
            let data = bytes(memory, words.word(2), words.word(3))?;
            host.gpu(|session| session.write_buffer(words.word(0), words.long(1), data))
        }
        Function::GpuBufferRead => {
            let room = bytes_mut(memory, words.word(2), words.word(3))?;
            host.gpu(|session| session.read_buffer(words.word(0), words.long(1), room))?;
            host.results.push(room);
            Ok(())
        }
        Function::GpuBufferCopy => {
            host.gpu(|session| session.copy_buffer(words.word(0), words.long(1), words.word(2), words.long(3), words.long(4)))
        }
        Function::GpuBufferClear => host.gpu(|session| session.clear_buffer(words.word(0), words.long(1), words.long(2))),
        Function::GpuShaderCreate => {
            let source = host.gpu_text(memory, function, words.word(0), words.word(1))?;
            host.gpu_new(memory, words.word(2), |session| session.create_shader(&source))
        }
        Function::GpuShaderDestroy => host.gpu(|session| session.destroy_shader(words.word(0))),
        Function::GpuPipelineCreate => {
            let entry = host.gpu_text(memory, function, words.word(1), words.word(2))?;
            let constants = host.gpu_constants(memory, words.word(3), words.word(4))?;
            host.gpu_new(memory, words.word(5), |session| session.create_pipeline(words.word(0), &entry, &constants))
        }
        Function::GpuPipelineDestroy => host.gpu(|session| session.destroy_pipeline(words.word(0))),
        Function::GpuDispatch => host.gpu_dispatch(memory, &words),
        Function::GpuLastError => host.gpu_last_error(memory, &words),
        _ => Err(Refusal::Internal("a call that is no GPU call").into()),
    }
}

impl Host {
    /// One call of the session, with the fuel that is left after what every call costs.
    fn gpu<T>(&mut self, call: impl FnOnce(&mut Session) -> Result<T, Fault>) -> Result<T, Failure> {
        let work = self.fuel_for_work();
        let answer = call(self.gpu.session(&self.limits, work)?);
        self.gpu.answer(answer)
    }

    /// One call that gives a handle, which goes to `pointer`.
    fn gpu_new(
        &mut self,
        memory: &mut GuestMemory<'_>,
        pointer: u32,
        call: impl FnOnce(&mut Session) -> Result<u32, Fault>,
    ) -> Result<(), Failure> {
        let handle = self.gpu(call)?.to_le_bytes();
        bytes_mut(memory, pointer, 4)?.copy_from_slice(&handle);
        self.results.push(&handle);
        Ok(())
    }

    fn gpu_text(&mut self, memory: &GuestMemory<'_>, function: Function, pointer: u32, length: u32) -> Result<String, Failure> {
        let text = bytes(memory, pointer, length)?;
        match std::str::from_utf8(text) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => {
                self.gpu.note(function, Errno::Ilseq);
                Err(Errno::Ilseq.into())
            }
        }
    }

    fn gpu_constants(&mut self, memory: &GuestMemory<'_>, pointer: u32, count: u32) -> Result<Vec<(String, f64)>, Failure> {
        let mut constants = Vec::with_capacity(count as usize);
        for constant in argument::constants(bytes(memory, pointer, count.saturating_mul(argument::CONSTANT_BYTES))?) {
            let name = self.gpu_text(memory, Function::GpuPipelineCreate, constant.name.pointer, constant.name.length)?;
            constants.push((name, constant.value));
        }
        Ok(constants)
    }

    fn gpu_dispatch(&mut self, memory: &GuestMemory<'_>, words: &Words<'_>) -> Result<(), Failure> {
        let pipeline = words.word(0);
        let records = bytes(memory, words.word(1), words.word(2).saturating_mul(RANGE_BYTES))?;
        let range = |range: argument::Range| BindingRange {
            group: range.group,
            binding: range.binding,
            buffer: BufferId(range.buffer.into()),
            offset: range.offset,
            bytes: range.bytes,
        };
        let ranges: Vec<BindingRange> = argument::ranges(records).map(range).collect();
        // The handle alone would say what runs only to who has followed all calls before.
        if let Some(identity) = self.gpu(|session| Ok(session.identity(pipeline)))? {
            self.words.push(&identity);
        }
        let groups = [words.word(3), words.word(4), words.word(5)];
        self.gpu(|session| session.dispatch(pipeline, &ranges, groups))
    }

    fn gpu_last_error(&mut self, memory: &mut GuestMemory<'_>, words: &Words<'_>) -> Result<(), Failure> {
        let text = self.gpu.last_error.as_bytes();
        // A fault's text is cut to 64 KiB.
        let length = text.len() as u32;
        let told = &text[..length.min(words.word(1)) as usize];
        let told_bytes = told.len() as u32;
        bytes_mut(memory, words.word(0), told_bytes)?.copy_from_slice(told);
        bytes_mut(memory, words.word(2), 4)?.copy_from_slice(&length.to_le_bytes());
        self.results.push(told);
        self.results.push(&length.to_le_bytes());
        Ok(())
    }
}
