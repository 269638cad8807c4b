//! # The files of a ledger (ledger-files.md)
//!
//! A snapshot and a journal are an embedded ledger; a journal alone is an outbox. Each function here reads
//! a whole file, or a whole body of a frame, as the page says it, without a thought for time or memory: where
//! the page says "anywhere behind it", every byte is looked at.
//!
//! | file | section |
//! |---|---|
//! | [`journal`] | 2 and 3: header, frames, torn or damaged |
//! | [`entries`] | 4: what an embedded ledger commits |
//! | [`slots`] | 4: slots, time and hashes after entries |
//! | [`snapshot`] | 5, and what it says of both together |
//! | [`outbox`] | 6, and the fewest frames of section 7 |

pub mod entries;
pub mod journal;
pub mod outbox;
pub mod slots;
pub mod snapshot;

use crate::encoding::{Malformed, Reader, Writer};
use crate::{Refused, hashing};

/// Names of the checks of a file's start: length, magic, version, hash.
struct Start {
    length: &'static str,
    magic: &'static str,
    version: &'static str,
}

impl Start {
    /// The checks, in their order.
    fn check(&self, file: &[u8], magic: &[u8; 8]) -> Result<(), Refused> {
        if file.len() < 68 {
            return Err(Refused::by(self.length, format!("{} bytes", file.len())));
        }
        if file[..8] != *magic {
            return Err(Refused::by(self.magic, "another kind of file"));
        }
        if file[8..12] != [1, 0, 0, 0] {
            return Err(Refused::by(self.version, format!("version {:?}", &file[8..12])));
        }
        Ok(())
    }
}

/// `option T`.
fn option<'a, T>(reader: &mut Reader<'a>, some: impl FnOnce(&mut Reader<'a>) -> Result<T, Malformed>) -> Result<Option<T>, Malformed> {
    match reader.u8()? {
        0 => Ok(None),
        1 => some(reader).map(Some),
        other => Err(Malformed::because(format!("an option that starts with {other}"))),
    }
}

/// Writes `option T`.
fn write_option<T>(writer: &mut Writer, value: Option<&T>, some: impl FnOnce(&mut Writer, &T)) {
    writer.u8(u8::from(value.is_some()));
    if let Some(value) = value {
        some(writer, value);
    }
}

/// `u32 length ‖ bytes`.
fn data(reader: &mut Reader<'_>) -> Result<Vec<u8>, Malformed> {
    let length = reader.u32()?;
    Ok(reader.take(u64::from(length))?.to_vec())
}

/// Writes `u32 length ‖ bytes`.
fn write_data(writer: &mut Writer, bytes: &[u8]) {
    writer.count(bytes.len());
    writer.raw(bytes);
}

/// BLAKE3 of parts, one behind the other.
fn hash(parts: &[&[u8]]) -> hashing::Hash {
    hashing::blob(&parts.concat())
}
