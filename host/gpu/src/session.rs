//! One job's use of a device: handles, quotas, and every check of what a guest asks for (`specs/guest-interface.md`).
//!
//! ```text
//! sandbox's host calls ─┐                        ┌─ Invalid, Handle, Refused, Quota   the caller is told; nothing changed
//!                       ├──> Session ── checks ──┼─ Work, Limit                       the job ends, the same on every machine
//! guest SDK, natively  ─┘       │                └─ Abstain                           this machine cannot go on
//!                               └── Device: told only what it may rely on
//! ```
//!
//! **Why here and not in each caller?** The sandbox and the SDK's native side refuse the same things with the same words because they ask the same session, and a
//! device has nothing left to check: whatever reaches it lies inside buffers, is aligned, complete, and does not alias.
//!
//! Every check comes before anything is done, so a call that fails has changed nothing. After a call that ends the job, the session answers every call alike.

use std::collections::BTreeMap;

use crate::device::{BindingRange, BufferId, Device, DeviceError, DispatchEnd, PipelineId};
use crate::kernel::{Binding, Kernel};
use crate::refusal::Refused;
use crate::shader::Shader;

mod binding;
mod identity;
mod work;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use binding::{BINDINGS_MAX, UNIFORM_BYTES_MAX};
pub use identity::pipeline_identity;
pub use work::{BYTES_PER_WORK, WORK_PER_PIPELINE_BYTE, WORK_PER_SHADER_BYTE};

/// Longest buffer, bytes.
pub const BUFFER_BYTES_MAX: u64 = 1 << 30;
/// Most workgroups of a dispatch in one dimension.
pub const GROUPS_MAX: u32 = 65_535;
/// Most constants of a pipeline.
pub const CONSTANTS_MAX: usize = 256;
/// Longest name of an entry point or a constant, bytes.
pub const NAME_BYTES_MAX: usize = 1_024;
/// Longest text of a fault, bytes; a longer one is cut.
pub const MESSAGE_BYTES_MAX: usize = 65_536;
/// Zeros that a clear writes at a time.
const ZEROS: &[u8] = &[0; 65_536];

/// What one session may use. Counts and bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Bytes of all live buffers together.
    pub buffer_bytes: u64,
    /// Live buffers, shaders and pipelines together.
    pub objects: u64,
    /// Dispatches over the session's life.
    pub dispatches: u64,
    /// Invocations over the session's life.
    pub invocations: u64,
    /// Bytes of one shader's source.
    pub shader_bytes: u64,
    /// Loop iterations of one invocation.
    pub loop_iterations: u32,
}

impl Default for SessionLimits {
    /// What a manifest states when its author says nothing (`specs/package.md`, section 3).
    fn default() -> Self {
        Self {
            buffer_bytes: 268_435_456,
            objects: 256,
            dispatches: 1_000_000,
            invocations: 1 << 40,
            shader_bytes: 1_048_576,
            loop_iterations: 1_048_576,
        }
    }
}

/// Why a call of a session failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The caller's mistake; nothing changed, the session goes on.
    #[error("{0}")]
    Invalid(String),
    /// A handle that names nothing, or something of another kind; nothing changed, the session goes on.
    #[error("{0}")]
    Handle(String),
    /// A shader or its use is refused; the text has every reason. Nothing changed, the session goes on.
    #[error("{0}")]
    Refused(String),
    /// A quota that is answered with an error (`gpu_buffer_bytes`, `gpu_objects`, `shader_bytes`); nothing changed, the session goes on.
    #[error("{0}")]
    Quota(String),
    /// The call costs more work than was left; it was not performed.
    #[error("the work of the call is more than what is left")]
    Work,
    /// A quota that ends the job, by the name of the limit in `specs/package.md`: `gpu_dispatches`, `gpu_invocations`, `gpu_loop_iterations`.
    #[error("the job passed the limit {0}")]
    Limit(&'static str),
    /// This machine cannot go on.
    #[error("{0}")]
    Abstain(String),
}

impl From<DeviceError> for Fault {
    fn from(error: DeviceError) -> Self {
        Self::Abstain(error.0)
    }
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        let text = cut(refused.to_string());
        // Not the shader's fault: this program's, or of a machine without a thread left. Another machine would compile it.
        if refused.reasons.iter().any(|reason| reason.rule == "internal") { Self::Abstain(text) } else { Self::Refused(text) }
    }
}

fn invalid<T>(message: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Invalid(message.into()))
}

/// A text of at most [`MESSAGE_BYTES_MAX`] bytes.
fn cut(mut text: String) -> String {
    if text.len() > MESSAGE_BYTES_MAX {
        let end = (0..=MESSAGE_BYTES_MAX - "\n…".len()).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push_str("\n…");
    }
    text
}

/// What a handle names.
enum Object {
    Buffer(Buffer),
    Shader(Shader),
    Pipeline(Pipeline),
}

impl Object {
    fn kind(&self) -> &'static str {
        match self {
            Self::Buffer(_) => "a buffer",
            Self::Shader(_) => "a shader",
            Self::Pipeline(_) => "a pipeline",
        }
    }
}

#[derive(Clone, Copy)]
struct Buffer {
    id: BufferId,
    bytes: u64,
}

struct Pipeline {
    id: PipelineId,
    bindings: Vec<Binding>,
    /// Invocations of a workgroup.
    workgroup: u64,
    identity: [u8; 32],
}

/// What the session has used of its limits.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Used {
    buffer_bytes: u64,
    dispatches: u64,
    invocations: u64,
}

/// A device in use by one job. Handles are numbers from 1, of all kinds together, never reused.
pub struct Session {
    device: Box<dyn Device>,
    limits: SessionLimits,
    objects: BTreeMap<u32, Object>,
    /// The last handle that was given.
    last: u32,
    used: Used,
    work: work::Work,
    /// Why the session has ended.
    ended: Option<Fault>,
}

impl Session {
    /// A session on `device`.
    pub fn new(device: Box<dyn Device>, limits: SessionLimits) -> Self {
        Self { device, limits, objects: BTreeMap::new(), last: 0, used: Used::default(), work: work::Work::default(), ended: None }
    }

    /// Name of the device, for people.
    pub fn device_name(&self) -> &str {
        self.device.name()
    }

    /// Its limits.
    pub fn limits(&self) -> &SessionLimits {
        &self.limits
    }

    /// Sets the most work that the next calls may cost together; without it, it has no end. A call that would cost more is not performed ([`Fault::Work`]).
    pub fn set_work(&mut self, units: u64) {
        self.work.set(units);
    }

    /// The work done since this was asked last, in units of fuel (`specs/guest-interface.md`, section 4).
    pub fn take_work(&mut self) -> u64 {
        self.work.take()
    }

    /// A zeroed buffer of `bytes`.
    ///
    /// # Errors
    /// 0, not a multiple of 4, above [`BUFFER_BYTES_MAX`]; the quotas `gpu_buffer_bytes` and `gpu_objects`.
    pub fn create_buffer(&mut self, bytes: u64) -> Result<u32, Fault> {
        self.lasting(|session| {
            if bytes == 0 || !bytes.is_multiple_of(4) {
                return invalid(format!("a buffer of {bytes} bytes: its size must be a multiple of 4, and not 0"));
            }
            if bytes > BUFFER_BYTES_MAX {
                return invalid(format!("a buffer of {bytes} bytes: a buffer has at most {BUFFER_BYTES_MAX}"));
            }
            session.room_for_one()?;
            let (live, most) = (session.used.buffer_bytes, session.limits.buffer_bytes);
            if bytes > most.saturating_sub(live) {
                return Err(Fault::Quota(format!(
                    "a buffer of {bytes} bytes beside {live} in use would pass the limit gpu_buffer_bytes, {most}"
                )));
            }
            session.work.spend(bytes / BYTES_PER_WORK)?;
            let id = session.device.create_buffer(bytes)?;
            session.used.buffer_bytes = live + bytes;
            Ok(session.keep(Object::Buffer(Buffer { id, bytes })))
        })
    }

    /// Frees a buffer; its handle names nothing from then on.
    ///
    /// # Errors
    /// A handle that names no buffer.
    pub fn destroy_buffer(&mut self, buffer: u32) -> Result<(), Fault> {
        self.lasting(|session| {
            let Buffer { id, bytes } = session.buffer(buffer)?;
            session.objects.remove(&buffer);
            session.used.buffer_bytes = session.used.buffer_bytes.saturating_sub(bytes);
            session.device.destroy_buffer(id);
            Ok(())
        })
    }

    /// Writes `data` at `offset`. No bytes: nothing happens.
    ///
    /// # Errors
    /// A handle that names no buffer; offset or length not a multiple of 4; a range that passes the buffer's end.
    pub fn write_buffer(&mut self, buffer: u32, offset: u64, data: &[u8]) -> Result<(), Fault> {
        self.lasting(|session| {
            let id = session.range(buffer, offset, data.len() as u64)?;
            if !data.is_empty() {
                session.device.write_buffer(id, offset, data)?;
            }
            Ok(())
        })
    }

    /// Reads into `out` from `offset`, after everything dispatched before. No bytes: nothing happens.
    ///
    /// # Errors
    /// As [`Self::write_buffer`].
    pub fn read_buffer(&mut self, buffer: u32, offset: u64, out: &mut [u8]) -> Result<(), Fault> {
        self.lasting(|session| {
            let id = session.range(buffer, offset, out.len() as u64)?;
            if !out.is_empty() {
                session.device.read_buffer(id, offset, out)?;
            }
            Ok(())
        })
    }

    /// Copies `bytes` from one buffer to another. No bytes: nothing happens.
    ///
    /// # Errors
    /// As [`Self::write_buffer`], of both; a buffer copied to itself.
    pub fn copy_buffer(&mut self, from: u32, from_offset: u64, to: u32, to_offset: u64, bytes: u64) -> Result<(), Fault> {
        self.lasting(|session| {
            let source = session.range(from, from_offset, bytes)?;
            let target = session.range(to, to_offset, bytes)?;
            if from == to {
                return invalid(format!("buffer {from} is copied to itself: source and target must be two buffers"));
            }
            session.work.spend(bytes / BYTES_PER_WORK)?;
            if bytes != 0 {
                session.device.copy_buffer(source, from_offset, target, to_offset, bytes)?;
            }
            Ok(())
        })
    }

    /// Fills a range with zeros. No bytes: nothing happens.
    ///
    /// # Errors
    /// As [`Self::write_buffer`].
    pub fn clear_buffer(&mut self, buffer: u32, offset: u64, bytes: u64) -> Result<(), Fault> {
        self.lasting(|session| {
            let id = session.range(buffer, offset, bytes)?;
            session.work.spend(bytes / BYTES_PER_WORK)?;
            let end = offset + bytes;
            let mut at = offset;
            while at < end {
                let take = (end - at).min(ZEROS.len() as u64);
                // Not cut: it is at most the length of a slice.
                session.device.write_buffer(id, at, &ZEROS[..take as usize])?;
                at += take;
            }
            Ok(())
        })
    }

    /// Reads and checks a WGSL module.
    ///
    /// # Errors
    /// The quotas `shader_bytes` and `gpu_objects`; a source that is refused, with every reason.
    pub fn create_shader(&mut self, source: &str) -> Result<u32, Fault> {
        self.lasting(|session| {
            let (bytes, most) = (source.len() as u64, session.limits.shader_bytes);
            if bytes > most {
                return Err(Fault::Quota(format!("a shader of {bytes} bytes passes the limit shader_bytes, {most}")));
            }
            session.room_for_one()?;
            session.work.spend(bytes * WORK_PER_SHADER_BYTE)?;
            let shader = Shader::new(source)?;
            Ok(session.keep(Object::Shader(shader)))
        })
    }

    /// Frees a shader; pipelines made of it go on.
    ///
    /// # Errors
    /// A handle that names no shader.
    pub fn destroy_shader(&mut self, shader: u32) -> Result<(), Fault> {
        self.lasting(|session| {
            session.shader(shader)?;
            session.objects.remove(&shader);
            Ok(())
        })
    }

    /// Makes one entry point of a shader ready to be dispatched. An empty `entry` is the only one there is. `constants` gives values of overrides by name.
    ///
    /// # Errors
    /// A handle that names no shader; names too long or given twice, a constant that is not finite; the quota `gpu_objects`; an entry point or constant that the
    /// shader does not have, or that is refused.
    pub fn create_pipeline(&mut self, shader: u32, entry: &str, constants: &[(String, f64)]) -> Result<u32, Fault> {
        self.lasting(|session| {
            let shader = session.shader(shader)?.clone();
            let entry = entry_point(&shader, entry)?;
            let constants = identity::sorted(constants)?;
            session.room_for_one()?;
            session.work.spend((shader.source().len() as u64).saturating_mul(WORK_PER_PIPELINE_BYTE))?;
            let kernel = shader.kernel(&entry, &constants, session.limits.loop_iterations)?;
            session.add_kernel(&kernel, pipeline_identity(shader.source(), &entry, &constants))
        })
    }

    /// Frees a pipeline.
    ///
    /// # Errors
    /// A handle that names no pipeline.
    pub fn destroy_pipeline(&mut self, pipeline: u32) -> Result<(), Fault> {
        self.lasting(|session| {
            let id = session.pipeline(pipeline)?.id;
            session.objects.remove(&pipeline);
            session.device.destroy_pipeline(id);
            Ok(())
        })
    }

    /// What a pipeline computes, as a hash that every machine gives alike: [`pipeline_identity`]. `None` for a handle that names no pipeline.
    pub fn identity(&self, pipeline: u32) -> Option<[u8; 32]> {
        self.pipeline(pipeline).ok().map(|pipeline| pipeline.identity)
    }

    /// Runs a pipeline on `groups` workgroups. `ranges` name buffers by handle in [`BindingRange::buffer`], in any order. A dimension of 0 runs nothing, and counts as
    /// a dispatch.
    ///
    /// # Errors
    /// The handle, the groups, then the ranges one by one, then all of them together: `specs/guest-interface.md`, section 6. Then the limits.
    pub fn dispatch(&mut self, pipeline: u32, ranges: &[BindingRange], groups: [u32; 3]) -> Result<(), Fault> {
        self.lasting(|session| {
            let found = session.pipeline(pipeline)?;
            if let Some(most) = groups.iter().copied().find(|count| *count > GROUPS_MAX) {
                return invalid(format!("a dispatch of {most} workgroups in one dimension: at most {GROUPS_MAX} are allowed"));
            }
            let bound = binding::bind(&found.bindings, ranges, |handle| session.buffer(handle).map(|buffer| (buffer.id, buffer.bytes)))?;
            let (id, workgroup) = (found.id, found.workgroup);
            // Below 2^48 workgroups of at most 2^10 invocations.
            let invocations = groups.iter().map(|count| u64::from(*count)).product::<u64>().saturating_mul(workgroup);
            session.count_dispatch(invocations)?;
            if invocations == 0 {
                return Ok(());
            }
            match session.device.dispatch(id, &bound, groups)? {
                DispatchEnd::Done => Ok(()),
                DispatchEnd::LoopBudgetExceeded => Err(Fault::Limit("gpu_loop_iterations")),
            }
        })
    }

    /// Compiles a kernel; there is room for it.
    fn add_kernel(&mut self, kernel: &Kernel, identity: [u8; 32]) -> Result<u32, Fault> {
        let id = self.device.create_pipeline(kernel)?;
        let workgroup = kernel.workgroup_size.iter().map(|size| u64::from(*size)).product();
        Ok(self.keep(Object::Pipeline(Pipeline { id, bindings: kernel.bindings.clone(), workgroup, identity })))
    }

    /// Performs a call unless the session has ended, and notes if the call ends it.
    fn lasting<T>(&mut self, call: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        if let Some(fault) = &self.ended {
            return Err(fault.clone());
        }
        let answer = call(self);
        if let Err(fault @ (Fault::Work | Fault::Limit(_) | Fault::Abstain(_))) = &answer {
            self.ended = Some(fault.clone());
        }
        answer
    }

    fn room_for_one(&self) -> Result<(), Fault> {
        let most = self.limits.objects;
        if self.objects.len() as u64 >= most {
            return Err(Fault::Quota(format!("one buffer, shader or pipeline more than the limit gpu_objects, {most}")));
        }
        if self.last == u32::MAX {
            return Err(Fault::Quota("no handle is left: they are not reused".to_owned()));
        }
        Ok(())
    }

    /// Gives `object` the next handle; [`Self::room_for_one`] has said that there is one.
    fn keep(&mut self, object: Object) -> u32 {
        self.last = self.last.saturating_add(1);
        self.objects.insert(self.last, object);
        self.last
    }

    fn count_dispatch(&mut self, invocations: u64) -> Result<(), Fault> {
        let dispatches = self.used.dispatches + 1;
        if dispatches > self.limits.dispatches {
            return Err(Fault::Limit("gpu_dispatches"));
        }
        let total = self.used.invocations.saturating_add(invocations);
        if total > self.limits.invocations {
            return Err(Fault::Limit("gpu_invocations"));
        }
        self.work.spend(invocations)?;
        self.used.dispatches = dispatches;
        self.used.invocations = total;
        Ok(())
    }

    fn buffer(&self, handle: u32) -> Result<Buffer, Fault> {
        match self.objects.get(&handle) {
            Some(Object::Buffer(buffer)) => Ok(*buffer),
            other => Err(not_a("a buffer", handle, other)),
        }
    }

    fn shader(&self, handle: u32) -> Result<&Shader, Fault> {
        match self.objects.get(&handle) {
            Some(Object::Shader(shader)) => Ok(shader),
            other => Err(not_a("a shader", handle, other)),
        }
    }

    fn pipeline(&self, handle: u32) -> Result<&Pipeline, Fault> {
        match self.objects.get(&handle) {
            Some(Object::Pipeline(pipeline)) => Ok(pipeline),
            other => Err(not_a("a pipeline", handle, other)),
        }
    }

    /// The buffer of a range that lies in it and is aligned.
    fn range(&self, handle: u32, offset: u64, bytes: u64) -> Result<BufferId, Fault> {
        let buffer = self.buffer(handle)?;
        if !offset.is_multiple_of(4) || !bytes.is_multiple_of(4) {
            return invalid(format!("buffer {handle}: {bytes} bytes at offset {offset}: both must be multiples of 4"));
        }
        if offset.checked_add(bytes).is_none_or(|end| end > buffer.bytes) {
            return invalid(format!("buffer {handle}: {bytes} bytes at offset {offset} pass its end, at {}", buffer.bytes));
        }
        Ok(buffer.id)
    }
}

fn not_a(wanted: &str, handle: u32, found: Option<&Object>) -> Fault {
    match found {
        Some(object) => Fault::Handle(format!("handle {handle} is {}, not {wanted}", object.kind())),
        None => Fault::Handle(format!("handle {handle} names nothing: it was never given, or what it named was destroyed")),
    }
}

/// The name of an entry point, which may be left out where there is one only.
fn entry_point(shader: &Shader, name: &str) -> Result<String, Fault> {
    if name.len() > NAME_BYTES_MAX {
        return invalid(format!("the name of an entry point has {} bytes: at most {NAME_BYTES_MAX} are allowed", name.len()));
    }
    if !name.is_empty() {
        return Ok(name.to_owned());
    }
    match shader.entry_points() {
        [only] => Ok(only.name.clone()),
        all => {
            let names: Vec<&str> = all.iter().map(|entry| entry.name.as_str()).collect();
            Err(Fault::Refused(cut(format!("the shader has {} compute entry points ({}): name one", names.len(), names.join(", ")))))
        }
    }
}
