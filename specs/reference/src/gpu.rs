//! # Compute shaders in a job (guest-interface.md)
//!
//! What a call's records look like, what a pipeline is known by, what a call costs, and which
//! dispatches are refused. Nothing here computes a shader.

use crate::encoding::Writer;
use crate::hashing::{self, Hash};

/// A value for an override.
#[derive(Debug, Clone, PartialEq)]
pub struct Constant {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: f64,
}

/// Section 3: what is read of the constants, and so stands in the argument bytes.
pub fn constant_bytes(constants: &[Constant]) -> Vec<u8> {
    let mut writer = Writer::default();
    for constant in constants {
        writer.string(&constant.name);
        writer.u64(constant.value.to_bits());
    }
    writer.bytes
}

/// Section 3: what a pipeline is known by. `entry` is the name of the entry point that was chosen.
pub fn identity(source: &str, entry: &str, constants: &[Constant]) -> Hash {
    let mut sorted = constants.to_vec();
    sorted.sort_by(|one, other| one.name.as_bytes().cmp(other.name.as_bytes()));
    let mut writer = Writer::default();
    writer.raw(&hashing::blob(source.as_bytes()));
    writer.string(entry);
    writer.u32(u32::try_from(sorted.len()).expect("there are at most 256"));
    writer.raw(&constant_bytes(&sorted));
    hashing::blob(&writer.bytes)
}

/// A range of a buffer for a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// `@group`.
    pub group: u32,
    /// `@binding`.
    pub binding: u32,
    /// Handle of the buffer.
    pub buffer: u32,
    /// Where it begins, bytes.
    pub offset: u64,
    /// How long it is, bytes.
    pub bytes: u64,
}

impl Range {
    /// Section 3: the record in guest memory.
    pub fn record(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        for word in [self.group, self.binding, self.buffer, 0] {
            writer.u32(word);
        }
        writer.u64(self.offset);
        writer.u64(self.bytes);
        writer.bytes
    }
}

/// What a call costs besides what every call does (section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Bytes created, copied or cleared.
    Bytes(u64),
    /// Bytes of a source that is read.
    Shader(u64),
    /// Bytes of the source of the shader that becomes a pipeline.
    Pipeline(u64),
    /// Workgroups in x, y, z; invocations of one in x, y, z.
    Dispatch([u32; 3], [u32; 3]),
}

impl Work {
    /// In units of fuel.
    pub fn units(self) -> u64 {
        match self {
            Work::Bytes(bytes) => bytes / 64,
            Work::Shader(bytes) => bytes * 100,
            Work::Pipeline(bytes) => bytes * 1_000,
            Work::Dispatch(groups, size) => groups.iter().chain(&size).map(|count| u64::from(*count)).product(),
        }
    }
}

/// How an entry point uses a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// `var<uniform>`.
    Uniform,
    /// `var<storage, read>`.
    Read,
    /// `var<storage, read_write>`.
    ReadWrite,
}

/// A binding of an entry point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// `@group`.
    pub group: u32,
    /// `@binding`.
    pub binding: u32,
    /// How it is used.
    pub access: Access,
    /// Least size of a range, bytes.
    pub bytes_min: u64,
}

/// Section 6, steps 1 to 5: the errno of a dispatch whose pipeline is alive, or that it is performed.
/// `buffers` gives handle and size of each buffer that is alive.
pub fn dispatch(bindings: &[Binding], buffers: &[(u32, u64)], ranges: &[Range], groups: [u32; 3]) -> Result<(), &'static str> {
    if groups.iter().any(|count| *count > 65_535) {
        return Err("inval");
    }
    for (place, range) in ranges.iter().enumerate() {
        if range.group > 3 || range.binding > 15 {
            return Err("inval");
        }
        let Some((_, size)) = buffers.iter().find(|(handle, _)| *handle == range.buffer) else {
            return Err("badf");
        };
        let end = u128::from(range.offset) + u128::from(range.bytes);
        let misaligned = !range.offset.is_multiple_of(256) || !range.bytes.is_multiple_of(4);
        let twice = ranges[..place].iter().any(|before| (before.group, before.binding) == (range.group, range.binding));
        if misaligned || range.bytes == 0 || end > u128::from(*size) || twice {
            return Err("inval");
        }
    }
    let of = |binding: &Binding| ranges.iter().find(|range| (range.group, range.binding) == (binding.group, binding.binding));
    for binding in bindings {
        match of(binding) {
            None => return Err("inval"),
            Some(range) if range.bytes < binding.bytes_min => return Err("inval"),
            Some(range) if binding.access == Access::Uniform && range.bytes > 65_536 => return Err("inval"),
            Some(_) => {}
        }
    }
    // All are bound, none twice; so more ranges than bindings are too many.
    if ranges.len() > bindings.len() {
        return Err("inval");
    }
    for one in bindings {
        for other in bindings.iter().filter(|other| (other.group, other.binding) != (one.group, one.binding)) {
            let (Some(a), Some(b)) = (of(one), of(other)) else { continue };
            let disjoint = a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset;
            let refused = match (one.access, other.access) {
                (Access::ReadWrite, Access::ReadWrite) => !disjoint,
                (Access::ReadWrite, _) => true,
                _ => false,
            };
            if a.buffer == b.buffer && refused {
                return Err("inval");
            }
        }
    }
    Ok(())
}
