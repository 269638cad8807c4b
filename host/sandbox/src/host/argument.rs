//! What the arguments of a call are, and the checks that come before the call: first all values, then all pointers, each in the order of the arguments.
//!
//! ```text
//! values    an unknown enum value or flag, flags that exclude each other, too many buffers or subscriptions: inval;   a path too long: nametoolong
//! pointers  a range outside memory: fault;   a misaligned pointer: inval;   buffers over 2^32 - 1 bytes together: inval
//! then      the bytes that the call reads become argument bytes, and the call is performed
//! ```
//!
//! **Why here, when the generated code checks as well?** It checks each argument where it meets it, and a result's pointer when there is a result to
//! write: by then a file would have been read past, or created. A call that fails must have changed nothing. It also asks whether a pointer is
//! aligned *in the host's memory*; here the guest's number alone decides.

use assay_gpu::session::{BINDINGS_MAX, CONSTANTS_MAX, NAME_BYTES_MAX};

use super::errno::Errno;
use super::filesystem::path::PATH_BYTES_MAX;
use super::record::Digest;
use super::strings::Strings;

/// All flags of `fdflags`.
pub(crate) const FDFLAGS: u64 = 0x1f;
/// All flags of `rights`.
pub(crate) const RIGHTS: u64 = 0x3fff_ffff;
/// All flags of `sdflags`.
pub(crate) const SDFLAGS: u64 = 3;

/// Most buffers of a call.
const BUFFERS_MAX: u64 = 1024;
/// Most subscriptions of a call.
const SUBSCRIPTIONS_MAX: u64 = 4096;
/// Most bytes of all buffers of a call together: what its result can count.
const BUFFER_BYTES_MAX: u64 = u32::MAX as u64;
const IOVEC_BYTES: u64 = 8;
const SUBSCRIPTION_BYTES: u64 = 48;
const EVENT_BYTES: u64 = 32;
/// Bytes of one constant of a pipeline, and of one range of a dispatch.
pub(crate) const CONSTANT_BYTES: u32 = 16;
pub(crate) const RANGE_BYTES: u32 = 32;
/// What the records of the GPU calls are aligned to.
const RECORD_ALIGN: u64 = 8;

/// Which strings are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    Arguments,
    Environment,
}

/// What one argument is, as far as it can be checked before the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Argument {
    /// A handle or a number: any value will do.
    Any,
    /// A number below this.
    Enum(u64),
    /// No bits but these.
    Flags(u64),
    /// `oflags`: 4 bits; `creat` excludes `directory`.
    OpenFlags,
    /// `fstflags`: 4 bits; a time and its `now` exclude each other.
    TimeFlags,
    /// Where a result of fixed size goes.
    Out { bytes: u64, align: u64 },
    /// Pointer and length of bytes to be filled.
    Buffer,
    /// Pointer and length of a path.
    Path,
    /// Pointer and number of buffers to be filled.
    Scatter,
    /// Pointer and number of buffers to be read.
    Gather,
    /// The same, of a socket: nothing is ever read.
    SocketGather,
    /// Pointer to subscriptions, pointer to events, number of both.
    Subscriptions,
    /// Where the pointers to strings go, and where the strings go.
    Strings(List),
    /// Pointer and length of bytes to be read.
    Data,
    /// Pointer and number of a pipeline's constants.
    Constants,
    /// Pointer and number of a dispatch's ranges.
    Ranges,
}

/// A constant of a pipeline in guest memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Constant {
    pub(crate) name: Buffer,
    pub(crate) value: f64,
}

/// A range of a dispatch in guest memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range {
    pub(crate) group: u32,
    pub(crate) binding: u32,
    pub(crate) buffer: u32,
    reserved: u32,
    pub(crate) offset: u64,
    pub(crate) bytes: u64,
}

/// The constants in `records`, each [`CONSTANT_BYTES`] long.
pub(crate) fn constants(records: &[u8]) -> impl Iterator<Item = Constant> {
    records.as_chunks::<{ CONSTANT_BYTES as usize }>().0.iter().map(|record| Constant {
        name: Buffer { pointer: word_at(record, 0), length: word_at(record, 4) },
        value: f64::from_bits(long_at(record, 8)),
    })
}

/// The ranges in `records`, each [`RANGE_BYTES`] long.
pub(crate) fn ranges(records: &[u8]) -> impl Iterator<Item = Range> {
    records.as_chunks::<{ RANGE_BYTES as usize }>().0.iter().map(|record| Range {
        group: word_at(record, 0),
        binding: word_at(record, 4),
        buffer: word_at(record, 8),
        reserved: word_at(record, 12),
        offset: long_at(record, 16),
        bytes: long_at(record, 24),
    })
}

/// The u32 at `at`, little-endian; 0 where there is none.
fn word_at(record: &[u8], at: usize) -> u32 {
    record.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

/// The u64 at `at`, little-endian; 0 where there is none.
fn long_at(record: &[u8], at: usize) -> u64 {
    record.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// A buffer in guest memory, inside its bounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Buffer {
    pub(crate) pointer: u32,
    pub(crate) length: u32,
}

impl Argument {
    /// How many words of the call it takes.
    pub(crate) fn words(&self) -> usize {
        match self {
            Self::Any | Self::Enum(_) | Self::Flags(_) | Self::OpenFlags | Self::TimeFlags | Self::Out { .. } => 1,
            Self::Buffer | Self::Path | Self::Scatter | Self::Gather | Self::SocketGather | Self::Strings(_) => 2,
            Self::Data | Self::Constants | Self::Ranges => 2,
            Self::Subscriptions => 3,
        }
    }

    fn check_value(self, words: &[u64]) -> Result<(), Errno> {
        let word = |index: usize| words.get(index).copied().unwrap_or(0);
        let excluded = |both: u64| word(0) & both == both;
        let refused = match self {
            Self::Any | Self::Out { .. } | Self::Buffer | Self::Strings(_) | Self::Data => false,
            Self::Constants => word(1) > CONSTANTS_MAX as u64,
            Self::Ranges => word(1) > BINDINGS_MAX as u64,
            Self::Enum(count) => word(0) >= count,
            Self::Flags(known) => word(0) & !known != 0,
            Self::OpenFlags => word(0) > 0xf || excluded(0b11),
            Self::TimeFlags => word(0) > 0xf || excluded(0b11) || excluded(0b1100),
            Self::Scatter | Self::Gather | Self::SocketGather => word(1) > BUFFERS_MAX,
            Self::Subscriptions => word(2) == 0 || word(2) > SUBSCRIPTIONS_MAX,
            Self::Path if word(1) > PATH_BYTES_MAX as u64 => return Err(Errno::Nametoolong),
            Self::Path => false,
        };
        if refused { Err(Errno::Inval) } else { Ok(()) }
    }

    fn check_pointers(self, words: &[u64], memory: &[u8], strings: &Lists<'_>, buffers: &mut Vec<Buffer>) -> Result<(), Errno> {
        let word = |index: usize| words.get(index).copied().unwrap_or(0);
        match self {
            Self::Any | Self::Enum(_) | Self::Flags(_) | Self::OpenFlags | Self::TimeFlags => Ok(()),
            Self::Out { bytes, align } => range(memory, word(0), bytes, align).map(|_| ()),
            Self::Buffer | Self::Path | Self::Data => range(memory, word(0), word(1), 1).map(|_| ()),
            Self::Constants => check_constants(memory, word(0), word(1)),
            Self::Ranges => check_ranges(memory, word(0), word(1)),
            Self::Scatter | Self::Gather | Self::SocketGather => check_buffers(memory, word(0), word(1), buffers),
            Self::Subscriptions => {
                range(memory, word(0), word(2).saturating_mul(SUBSCRIPTION_BYTES), 8)?;
                range(memory, word(1), word(2).saturating_mul(EVENT_BYTES), 8).map(|_| ())
            }
            Self::Strings(list) => {
                let strings = strings.get(list);
                range(memory, word(0), u64::from(strings.count()) * 4, 4)?;
                range(memory, word(1), u64::from(strings.byte_count()), 1).map(|_| ())
            }
        }
    }

    /// Hands the bytes that the call reads to the record.
    fn record(self, words: &[u64], memory: &[u8], buffers: &[Buffer], record: &mut Digest) {
        let word = |index: usize| words.get(index).copied().unwrap_or(0);
        let mut push = |pointer: u64, length: u64| {
            if let Ok(bytes) = range(memory, pointer, length, 1) {
                record.push(bytes);
            }
        };
        match self {
            Self::Path | Self::Data => push(word(0), word(1)),
            Self::Ranges => push(word(0), word(1).saturating_mul(u64::from(RANGE_BYTES))),
            Self::Constants => {
                let records = range(memory, word(0), word(1).saturating_mul(u64::from(CONSTANT_BYTES)), RECORD_ALIGN).unwrap_or_default();
                for Constant { name, value } in constants(records) {
                    record.push(&name.length.to_le_bytes());
                    record.push(range(memory, u64::from(name.pointer), u64::from(name.length), 1).unwrap_or_default());
                    record.push(&value.to_bits().to_le_bytes());
                }
            }
            Self::Gather => buffers.iter().for_each(|buffer| push(u64::from(buffer.pointer), u64::from(buffer.length))),
            Self::Subscriptions => push(word(0), word(2).saturating_mul(SUBSCRIPTION_BYTES)),
            _ => {}
        }
    }
}

/// The strings a job can ask for.
pub(crate) struct Lists<'h> {
    pub(crate) arguments: &'h Strings,
    pub(crate) environment: &'h Strings,
}

impl Lists<'_> {
    fn get(&self, list: List) -> &Strings {
        match list {
            List::Arguments => self.arguments,
            List::Environment => self.environment,
        }
    }
}

/// Makes all checks, leaves the buffers of the call in `buffers`, and records the bytes that the call reads. A call that fails here reads none.
pub(crate) fn check(
    arguments: &[Argument],
    words: &[u64],
    memory: &[u8],
    lists: &Lists<'_>,
    buffers: &mut Vec<Buffer>,
    record: &mut Digest,
) -> Result<(), Errno> {
    buffers.clear();
    each(arguments, words, |argument, words| argument.check_value(words))?;
    each(arguments, words, |argument, words| argument.check_pointers(words, memory, lists, buffers))?;
    each(arguments, words, |argument, words| {
        argument.record(words, memory, buffers, record);
        Ok(())
    })
}

fn each(arguments: &[Argument], words: &[u64], mut act: impl FnMut(Argument, &[u64]) -> Result<(), Errno>) -> Result<(), Errno> {
    let mut rest = words;
    for argument in arguments {
        act(*argument, rest)?;
        rest = rest.get(argument.words()..).unwrap_or_default();
    }
    Ok(())
}

/// The bytes of a range: `fault` outside memory or where it wraps, then `inval` if the pointer is not aligned. An empty range must lie in memory too.
fn range(memory: &[u8], pointer: u64, length: u64, align: u64) -> Result<&[u8], Errno> {
    let start = usize::try_from(pointer).map_err(|_| Errno::Fault)?;
    let length = usize::try_from(length).map_err(|_| Errno::Fault)?;
    let end = start.checked_add(length).ok_or(Errno::Fault)?;
    let bytes = memory.get(start..end).ok_or(Errno::Fault)?;
    if !pointer.is_multiple_of(align) {
        return Err(Errno::Inval);
    }
    Ok(bytes)
}

/// A name is held to its longest length here, so that a list of names over the same bytes cannot have the host read more than the guest has.
fn check_constants(memory: &[u8], pointer: u64, count: u64) -> Result<(), Errno> {
    for Constant { name, .. } in constants(range(memory, pointer, count.saturating_mul(u64::from(CONSTANT_BYTES)), RECORD_ALIGN)?) {
        range(memory, u64::from(name.pointer), u64::from(name.length), 1)?;
        if name.length as usize > NAME_BYTES_MAX {
            return Err(Errno::Inval);
        }
    }
    Ok(())
}

fn check_ranges(memory: &[u8], pointer: u64, count: u64) -> Result<(), Errno> {
    let mut all = ranges(range(memory, pointer, count.saturating_mul(u64::from(RANGE_BYTES)), RECORD_ALIGN)?);
    if all.any(|range| range.reserved != 0) { Err(Errno::Inval) } else { Ok(()) }
}

fn check_buffers(memory: &[u8], pointer: u64, count: u64, buffers: &mut Vec<Buffer>) -> Result<(), Errno> {
    let array = range(memory, pointer, count.saturating_mul(IOVEC_BYTES), 4)?;
    let mut total = 0_u64;
    for entry in array.as_chunks::<8>().0 {
        let [a, b, c, d, e, f, g, h] = *entry;
        let buffer = Buffer { pointer: u32::from_le_bytes([a, b, c, d]), length: u32::from_le_bytes([e, f, g, h]) };
        range(memory, u64::from(buffer.pointer), u64::from(buffer.length), 1)?;
        total += u64::from(buffer.length);
        if total > BUFFER_BYTES_MAX {
            return Err(Errno::Inval);
        }
        buffers.push(buffer);
    }
    Ok(())
}
