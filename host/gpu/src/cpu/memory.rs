//! The memory that all buffers and all threads' variables lie in: one shared linear memory of up to 4 GiB, so that a kernel addresses any of it with 32 bits and
//! the engine's guard pages catch whatever would leave it.
//!
//! Blocks are given out first fit, aligned to 256 bytes, and joined with their neighbours when they come back. Memory that was never given out is zero as it is.

use std::collections::BTreeMap;

use wasmtime::{Engine, MemoryType, SharedMemory};

use super::failure::Failure;

/// Alignment of blocks: what a binding's offset is aligned to.
const ALIGN: u64 = 256;
const PAGE: u64 = 65536;
const PAGES_MAX: u64 = 65536;
/// Kept free behind the last block, since a vector may be read where fewer bytes are needed.
const SLACK: u64 = 256;

/// A block of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    pub base: u32,
    pub bytes: u64,
}

/// Memory and who has which part of it.
pub(super) struct Memory {
    shared: SharedMemory,
    /// Free blocks below `top`: base to bytes.
    free: BTreeMap<u64, u64>,
    /// From here on nothing was ever given out.
    top: u64,
    pages: u64,
}

impl Memory {
    pub(super) fn new(engine: &Engine) -> Result<Self, Failure> {
        let ty = MemoryType::shared(1, PAGES_MAX as u32);
        let shared = SharedMemory::new(engine, ty).map_err(|error| Failure::Engine(format!("{error:#}")))?;
        // Address 0 stays unused, so that nothing lies where a forgotten base would point.
        Ok(Self { shared, free: BTreeMap::new(), top: ALIGN, pages: 1 })
    }

    pub(super) fn shared(&self) -> &SharedMemory {
        &self.shared
    }

    /// A block of zeros.
    pub(super) fn allocate(&mut self, bytes: u64) -> Result<Block, Failure> {
        let wanted = bytes.max(1).next_multiple_of(ALIGN);
        let found = self.free.iter().find(|(_, free)| **free >= wanted).map(|(base, free)| (*base, *free));
        if let Some((base, free)) = found {
            self.free.remove(&base);
            if free > wanted {
                self.free.insert(base + wanted, free - wanted);
            }
            let block = Block { base: base as u32, bytes: wanted };
            self.fill_zero(block);
            return Ok(block);
        }
        let end = self.top.checked_add(wanted).and_then(|end| end.checked_add(SLACK)).ok_or(Failure::Memory(bytes))?;
        let pages = end.div_ceil(PAGE);
        if pages > PAGES_MAX {
            return Err(Failure::Memory(bytes));
        }
        if pages > self.pages {
            self.shared.grow(pages - self.pages).map_err(|_| Failure::Memory(bytes))?;
            self.pages = pages;
        }
        let block = Block { base: self.top as u32, bytes: wanted };
        self.top += wanted;
        Ok(block)
    }

    /// Takes a block back.
    pub(super) fn release(&mut self, block: Block) {
        let (mut base, mut bytes) = (u64::from(block.base), block.bytes);
        if let Some((before, length)) = self.free.range(..base).next_back().map(|(base, bytes)| (*base, *bytes))
            && before + length == base
        {
            self.free.remove(&before);
            base = before;
            bytes += length;
        }
        if let Some(length) = self.free.remove(&(base + bytes)) {
            bytes += length;
        }
        self.free.insert(base, bytes);
    }

    fn range(&self, at: u64, bytes: u64) -> Option<*mut u8> {
        let data = self.shared.data();
        let end = at.checked_add(bytes)?;
        if end > data.len() as u64 {
            return None;
        }
        Some(data.as_ptr().cast::<u8>().cast_mut().wrapping_add(at as usize))
    }

    fn fill_zero(&mut self, block: Block) {
        if let Some(start) = self.range(u64::from(block.base), block.bytes) {
            // SAFETY: `range` has checked that the bytes lie inside the memory, which never moves nor shrinks. `&mut self` belongs to the device, which runs kernels
            // only inside its own `&mut self` calls: no kernel runs now, so nobody else touches the bytes.
            unsafe { std::ptr::write_bytes(start, 0, block.bytes as usize) }
        }
    }

    /// Writes `data` at `at`.
    pub(super) fn write(&mut self, at: u64, data: &[u8]) -> Result<(), Failure> {
        let Some(start) = self.range(at, data.len() as u64) else { return Err(Failure::Misuse("a write beyond its memory".to_owned())) };
        // SAFETY: as in `fill_zero`; `data` is the caller's and cannot overlap the memory, of which no reference exists.
        unsafe { std::ptr::copy_nonoverlapping(data.as_ptr(), start, data.len()) }
        Ok(())
    }

    /// Reads into `out` from `at`.
    pub(super) fn read(&self, at: u64, out: &mut [u8]) -> Result<(), Failure> {
        let Some(start) = self.range(at, out.len() as u64) else { return Err(Failure::Misuse("a read beyond its memory".to_owned())) };
        // SAFETY: as in `write`; the device's `read_buffer` holds `&mut self`, so no kernel runs.
        unsafe { std::ptr::copy_nonoverlapping(start, out.as_mut_ptr(), out.len()) }
        Ok(())
    }

    /// Copies inside.
    pub(super) fn copy(&mut self, from: u64, to: u64, bytes: u64) -> Result<(), Failure> {
        let (Some(source), Some(target)) = (self.range(from, bytes), self.range(to, bytes)) else {
            return Err(Failure::Misuse("a copy beyond its memory".to_owned()));
        };
        // SAFETY: both ranges were checked, no kernel runs, and `copy` allows them to overlap.
        unsafe { std::ptr::copy(source, target, bytes as usize) }
        Ok(())
    }

    pub(super) fn write_words(&mut self, at: u32, words: &[u32]) -> Result<(), Failure> {
        self.write(u64::from(at), bytemuck::cast_slice(words))
    }
}
