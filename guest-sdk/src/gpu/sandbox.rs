//! In the sandbox: the calls of `assay_v1`, whose types and layouts are those of `specs/guest-interface.md`.

use super::Range;

#[link(wasm_import_module = "assay_v1")]
// SAFETY: the declarations are the types that specs/guest-interface.md gives the imports. Each pointer is followed by the number of bytes or records that the host
// reads or fills behind it; the host touches nothing else.
unsafe extern "C" {
    fn gpu_buffer_create(bytes: u64, buffer: *mut u32) -> u32;
    safe fn gpu_buffer_destroy(buffer: u32) -> u32;
    fn gpu_buffer_write(buffer: u32, offset: u64, data: *const u8, length: usize) -> u32;
    fn gpu_buffer_read(buffer: u32, offset: u64, data: *mut u8, length: usize) -> u32;
    safe fn gpu_buffer_copy(from: u32, from_offset: u64, to: u32, to_offset: u64, bytes: u64) -> u32;
    safe fn gpu_buffer_clear(buffer: u32, offset: u64, bytes: u64) -> u32;
    fn gpu_shader_create(source: *const u8, length: usize, shader: *mut u32) -> u32;
    safe fn gpu_shader_destroy(shader: u32) -> u32;
    fn gpu_pipeline_create(
        shader: u32,
        entry: *const u8,
        entry_length: usize,
        constants: *const Constant,
        constant_count: usize,
        pipeline: *mut u32,
    ) -> u32;
    safe fn gpu_pipeline_destroy(pipeline: u32) -> u32;
    fn gpu_dispatch(pipeline: u32, ranges: *const Range, range_count: usize, x: u32, y: u32, z: u32) -> u32;
    fn gpu_last_error(text: *mut u8, room: usize, length: *mut u32) -> u32;
}

/// A constant of a pipeline, as the host reads it.
#[repr(C)]
struct Constant {
    name: *const u8,
    name_length: usize,
    value: f64,
}

/// The host. It is one, so there is nothing to hold.
#[derive(Clone, Debug)]
pub(super) struct Backend;

/// An errno, or the host's text for it.
fn answer(errno: u32) -> Result<(), String> {
    if errno == 0 { Ok(()) } else { Err(last_error(errno)) }
}

#[cold]
fn last_error(errno: u32) -> String {
    let mut length = 0_u32;
    // SAFETY: no room is offered, so only `length` is written, which lives here.
    let asked = unsafe { gpu_last_error(std::ptr::null_mut(), 0, &raw mut length) };
    let mut text = vec![0; length as usize];
    // SAFETY: the host writes at most `text.len()` bytes into `text`, and `length`.
    let told = unsafe { gpu_last_error(text.as_mut_ptr(), text.len(), &raw mut length) };
    match (asked, told) {
        (0, 0) if !text.is_empty() => String::from_utf8_lossy(&text).into_owned(),
        _ => format!("the host gives errno {errno}"),
    }
}

impl Backend {
    pub(super) fn open() -> Result<Self, String> {
        Ok(Self)
    }

    pub(super) fn create_buffer(&self, bytes: u64) -> Result<u32, String> {
        let mut buffer = 0;
        // SAFETY: the host writes one u32 to `buffer`.
        answer(unsafe { gpu_buffer_create(bytes, &raw mut buffer) })?;
        Ok(buffer)
    }

    pub(super) fn destroy_buffer(&self, buffer: u32) {
        // A handle of ours is destroyed once, so it does not fail.
        let _ = gpu_buffer_destroy(buffer);
    }

    pub(super) fn write_buffer(&self, buffer: u32, offset: u64, data: &[u8]) -> Result<(), String> {
        // SAFETY: the host reads the bytes of `data`.
        answer(unsafe { gpu_buffer_write(buffer, offset, data.as_ptr(), data.len()) })
    }

    pub(super) fn read_buffer(&self, buffer: u32, offset: u64, out: &mut [u8]) -> Result<(), String> {
        // SAFETY: the host fills the bytes of `out`.
        answer(unsafe { gpu_buffer_read(buffer, offset, out.as_mut_ptr(), out.len()) })
    }

    pub(super) fn copy_buffer(&self, from: u32, from_offset: u64, to: u32, to_offset: u64, bytes: u64) -> Result<(), String> {
        answer(gpu_buffer_copy(from, from_offset, to, to_offset, bytes))
    }

    pub(super) fn clear_buffer(&self, buffer: u32, offset: u64, bytes: u64) -> Result<(), String> {
        answer(gpu_buffer_clear(buffer, offset, bytes))
    }

    pub(super) fn create_shader(&self, source: &str) -> Result<u32, String> {
        let mut shader = 0;
        // SAFETY: the host reads the bytes of `source` and writes one u32 to `shader`.
        answer(unsafe { gpu_shader_create(source.as_ptr(), source.len(), &raw mut shader) })?;
        Ok(shader)
    }

    pub(super) fn destroy_shader(&self, shader: u32) {
        let _ = gpu_shader_destroy(shader);
    }

    pub(super) fn create_pipeline(&self, shader: u32, entry: &str, constants: &[(String, f64)]) -> Result<u32, String> {
        let constants: Vec<Constant> =
            constants.iter().map(|(name, value)| Constant { name: name.as_ptr(), name_length: name.len(), value: *value }).collect();
        let mut pipeline = 0;
        // SAFETY: the host reads the bytes of `entry`, the records of `constants` and the names they point to, which are borrowed here, and writes one u32.
        let errno =
            unsafe { gpu_pipeline_create(shader, entry.as_ptr(), entry.len(), constants.as_ptr(), constants.len(), &raw mut pipeline) };
        answer(errno)?;
        Ok(pipeline)
    }

    pub(super) fn destroy_pipeline(&self, pipeline: u32) {
        let _ = gpu_pipeline_destroy(pipeline);
    }

    pub(super) fn dispatch(&self, pipeline: u32, ranges: &[Range], [x, y, z]: [u32; 3]) -> Result<(), String> {
        // SAFETY: the host reads the records of `ranges`.
        answer(unsafe { gpu_dispatch(pipeline, ranges.as_ptr(), ranges.len(), x, y, z) })
    }
}
