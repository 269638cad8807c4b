//! What a dispatch may bind: every range in itself, then all of them against the pipeline, then against each other.

use std::collections::BTreeMap;

use super::{Fault, invalid};
use crate::device::{BindingRange, BufferId};
use crate::kernel::{Access, Binding};

/// Most ranges of a dispatch.
pub const BINDINGS_MAX: usize = 16;
/// Longest range bound to a `var<uniform>`, bytes.
pub const UNIFORM_BYTES_MAX: u64 = 65_536;
/// Groups are numbered below this.
const GROUPS: u32 = 4;
/// Bindings of a group are numbered below this.
const GROUP_BINDINGS: u32 = 16;
/// Offsets of ranges are multiples of this, bytes.
const OFFSET_ALIGN: u64 = 256;

/// The ranges in the order of the pipeline's `bindings`, by the device's buffers. `buffer` gives id and size of the buffer that a handle names.
pub(super) fn bind(
    bindings: &[Binding],
    ranges: &[BindingRange],
    buffer: impl Fn(u32) -> Result<(BufferId, u64), Fault>,
) -> Result<Vec<BindingRange>, Fault> {
    if ranges.len() > BINDINGS_MAX {
        return invalid(format!("{} ranges are bound: at most {BINDINGS_MAX} are allowed", ranges.len()));
    }
    let mut by_place = BTreeMap::new();
    for range in ranges {
        let checked = check(range, &buffer)?;
        if by_place.insert((range.group, range.binding), checked).is_some() {
            return invalid(format!("{} is bound twice", place(range.group, range.binding)));
        }
    }
    let mut bound = Vec::with_capacity(bindings.len());
    for binding in bindings {
        let Some(range) = by_place.remove(&(binding.group, binding.binding)) else {
            return invalid(format!("{} ({}) is not bound", place(binding.group, binding.binding), binding.name));
        };
        fits(binding, &range)?;
        bound.push(range);
    }
    if let Some((group, binding)) = by_place.keys().next() {
        return invalid(format!("{} is bound, and the entry point does not use it", place(*group, *binding)));
    }
    no_alias(bindings, &bound)?;
    Ok(bound)
}

fn place(group: u32, binding: u32) -> String {
    format!("@group({group}) @binding({binding})")
}

fn check(range: &BindingRange, buffer: &impl Fn(u32) -> Result<(BufferId, u64), Fault>) -> Result<BindingRange, Fault> {
    let BindingRange { group, binding, offset, bytes, .. } = *range;
    let here = place(group, binding);
    if group >= GROUPS || binding >= GROUP_BINDINGS {
        return invalid(format!("{here}: groups go from 0 to {}, bindings from 0 to {}", GROUPS - 1, GROUP_BINDINGS - 1));
    }
    let handle =
        u32::try_from(range.buffer.0).map_err(|_| Fault::Handle(format!("{here}: no handle is as large as {}", range.buffer.0)))?;
    let (id, size) = buffer(handle)?;
    if !offset.is_multiple_of(OFFSET_ALIGN) {
        return invalid(format!("{here}: the offset {offset} is not a multiple of {OFFSET_ALIGN}"));
    }
    if bytes == 0 || !bytes.is_multiple_of(4) {
        return invalid(format!("{here}: a range of {bytes} bytes: its size must be a multiple of 4, and not 0"));
    }
    if offset.checked_add(bytes).is_none_or(|end| end > size) {
        return invalid(format!("{here}: {bytes} bytes at offset {offset} pass the end of buffer {handle}, at {size}"));
    }
    Ok(BindingRange { buffer: id, ..*range })
}

fn fits(binding: &Binding, range: &BindingRange) -> Result<(), Fault> {
    let here = || format!("{} ({})", place(binding.group, binding.binding), binding.name);
    if range.bytes < binding.bytes_min {
        return invalid(format!("{}: a range of {} bytes; the shader needs at least {}", here(), range.bytes, binding.bytes_min));
    }
    if binding.access == Access::Uniform && range.bytes > UNIFORM_BYTES_MAX {
        return invalid(format!("{}: a range of {} bytes; a uniform has at most {UNIFORM_BYTES_MAX}", here(), range.bytes));
    }
    Ok(())
}

/// A buffer that one binding may write is read by no other, and written by another only where the two do not overlap: the rule of WebGPU, where a buffer has one
/// usage during a dispatch.
fn no_alias(bindings: &[Binding], bound: &[BindingRange]) -> Result<(), Fault> {
    for (index, (one, a)) in bindings.iter().zip(bound).enumerate() {
        for (other, b) in bindings.iter().zip(bound).skip(index + 1) {
            let writes = [one.access, other.access].map(|access| access == Access::ReadWrite);
            if a.buffer != b.buffer || writes == [false, false] {
                continue;
            }
            let both = format!("{} ({}) and {} ({})", place(a.group, a.binding), one.name, place(b.group, b.binding), other.name);
            if writes != [true, true] {
                return invalid(format!("{both} bind one buffer, one for reading and one for writing: use two buffers"));
            }
            // Both ends lie in the buffer, so neither sum overflows.
            if a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes {
                return invalid(format!("{both} overlap, and are written: bind ranges that do not"));
            }
        }
    }
    Ok(())
}
