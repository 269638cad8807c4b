//! Buffers: memory of the device, typed by what its elements are.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Bound, RangeBounds};

use bytemuck::Pod;

use super::backend::Backend;
use super::failed;
use crate::error::Result;

/// Elements of type `T` in the device's memory. Dropping it frees the memory.
///
/// `T` is laid out as WGSL lays it out, or the shader reads something else: `f32`, `i32`, `u32`, arrays of them (`[f32; 4]` for a `vec4f`), and structs that are
/// `#[repr(C)]` and have WGSL's padding in them. Deriving [`Pod`] asks for exactly that (`#[bytemuck(crate = "assay_guest::bytemuck")]`).
pub struct Buffer<T: Pod> {
    backend: Backend,
    handle: u32,
    len: usize,
    elements: PhantomData<T>,
}

/// Part of a buffer, to be bound.
#[derive(Clone, Copy, Debug)]
pub struct BufferSlice<'b> {
    pub(super) handle: u32,
    /// Bytes.
    pub(super) offset: u64,
    pub(super) bytes: u64,
    buffer: PhantomData<&'b ()>,
}

/// Bytes of `count` elements.
fn bytes_of<T>(count: usize) -> u64 {
    (count as u64).saturating_mul(size_of::<T>() as u64)
}

impl<T: Pod> Buffer<T> {
    pub(super) fn create(backend: &Backend, len: usize) -> Result<Self> {
        let bytes = bytes_of::<T>(len);
        let handle = backend.create_buffer(bytes).map_err(failed("cannot create a buffer"))?;
        Ok(Self { backend: backend.clone(), handle, len, elements: PhantomData })
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Never: there is no empty buffer.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Writes `elements`, the first of them in place `at`.
    ///
    /// # Errors
    /// Elements past the end; a place or a length that in bytes is not a multiple of 4.
    pub fn write(&self, at: usize, elements: &[T]) -> Result<()> {
        let bytes = bytemuck::cast_slice(elements);
        self.backend.write_buffer(self.handle, bytes_of::<T>(at), bytes).map_err(failed("cannot write to a buffer"))
    }

    /// All elements, after everything dispatched before.
    ///
    /// # Errors
    /// Natively, when a limit was passed before.
    pub fn read(&self) -> Result<Vec<T>> {
        self.read_range(..)
    }

    /// Some of the elements.
    ///
    /// # Errors
    /// A range past the end; one that in bytes is not aligned to 4.
    pub fn read_range(&self, range: impl RangeBounds<usize>) -> Result<Vec<T>> {
        let (start, end) = self.bounds(&range);
        let mut elements = if end <= self.len { vec![T::zeroed(); end.saturating_sub(start)] } else { Vec::new() };
        if elements.is_empty() && end != start {
            return Err(failed("cannot read from a buffer")(format!("elements {start} to {end} of {}", self.len)));
        }
        self.read_into(start, &mut elements)?;
        Ok(elements)
    }

    /// Fills `elements` from the buffer, the first of them from place `at`.
    ///
    /// # Errors
    /// As [`Self::read_range`].
    pub fn read_into(&self, at: usize, elements: &mut [T]) -> Result<()> {
        let bytes = bytemuck::cast_slice_mut(elements);
        self.backend.read_buffer(self.handle, bytes_of::<T>(at), bytes).map_err(failed("cannot read from a buffer"))
    }

    /// Copies `len` elements, from place `at`, to place `to_at` of another buffer, without a way over the job's own memory.
    ///
    /// # Errors
    /// A range past either end; one that in bytes is not aligned to 4; a buffer copied to itself.
    pub fn copy_to(&self, at: usize, to: &Buffer<T>, to_at: usize, len: usize) -> Result<()> {
        let [from_offset, to_offset, bytes] = [at, to_at, len].map(bytes_of::<T>);
        self.backend.copy_buffer(self.handle, from_offset, to.handle, to_offset, bytes).map_err(failed("cannot copy a buffer"))
    }

    /// Sets all elements to zero.
    ///
    /// # Errors
    /// Natively, when a limit was passed before.
    pub fn clear(&self) -> Result<()> {
        self.backend.clear_buffer(self.handle, 0, bytes_of::<T>(self.len)).map_err(failed("cannot clear a buffer"))
    }

    /// Part of the buffer, to be bound: elements in `range`, the first of which starts at a multiple of 256 bytes. A range past the end is refused by the dispatch.
    pub fn slice(&self, range: impl RangeBounds<usize>) -> BufferSlice<'_> {
        let (start, end) = self.bounds(&range);
        let bytes = bytes_of::<T>(end.saturating_sub(start));
        BufferSlice { handle: self.handle, offset: bytes_of::<T>(start), bytes, buffer: PhantomData }
    }

    fn bounds(&self, range: &impl RangeBounds<usize>) -> (usize, usize) {
        let start = match range.start_bound() {
            Bound::Included(start) => *start,
            Bound::Excluded(before) => before.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(last) => last.saturating_add(1),
            Bound::Excluded(end) => *end,
            Bound::Unbounded => self.len,
        };
        (start, end)
    }
}

impl<'b, T: Pod> From<&'b Buffer<T>> for BufferSlice<'b> {
    fn from(buffer: &'b Buffer<T>) -> Self {
        buffer.slice(..)
    }
}

impl<T: Pod> Drop for Buffer<T> {
    fn drop(&mut self) {
        self.backend.destroy_buffer(self.handle);
    }
}

impl<T: Pod> fmt::Debug for Buffer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffer").field("handle", &self.handle).field("len", &self.len).finish_non_exhaustive()
    }
}
