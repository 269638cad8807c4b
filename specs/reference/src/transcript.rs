//! # The transcript (receipt.md, section 3)
//!
//! ```text
//! top(1) = the leaf
//! top(n) = node(top of the first k leaves, top of the other n − k),  k the largest power of two below n
//! top(0) = 32 zero bytes
//! root   = derive_key("… transcript root v1", u64 n ‖ top(n))
//! ```
//!
//! Five leaves, so k = 4:
//!
//! ```text
//!            top
//!          ┌──┴──┐
//!        node    4
//!      ┌──┴──┐
//!    node   node
//!    ┌┴┐    ┌┴┐
//!    0 1    2 3
//! ```
//!
//! The number of leaves goes into the root, so no tree of one size is ever a tree of another.
//! An implementation that must be fast keeps one subtree for each bit of n and descends from the top to
//! find a difference. Here the definition itself is run, leaf by leaf.

use crate::Refused;
use crate::encoding::{Malformed, Reader, Writer};
use crate::hashing::{self, Hash};

/// First bytes of a transcript file: 7F "ASSAYT", format 1.
pub const MAGIC: [u8; 8] = *b"\x7fASSAYT\x01";

/// One host call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// 0, 1, 2, …
    pub index: u64,
    /// `module.name`.
    pub function: String,
    /// BLAKE3 of the argument bytes.
    pub args: Hash,
    /// BLAKE3 of the result bytes.
    pub results: Hash,
    /// Fuel used before the call.
    pub fuel: u64,
}

impl Call {
    /// Reads one.
    pub fn read(reader: &mut Reader<'_>) -> Result<Call, Malformed> {
        Ok(Call { index: reader.u64()?, function: reader.string()?, args: reader.array()?, results: reader.array()?, fuel: reader.u64()? })
    }

    /// Writes one.
    pub fn write(&self, writer: &mut Writer) {
        writer.u64(self.index);
        writer.string(&self.function);
        writer.raw(&self.args);
        writer.raw(&self.results);
        writer.u64(self.fuel);
    }

    /// Decodes one call that stands alone.
    pub fn decode(bytes: &[u8]) -> Result<Call, Malformed> {
        let mut reader = Reader::new(bytes);
        let call = Call::read(&mut reader)?;
        reader.end()?;
        Ok(call)
    }

    /// The one encoding.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        self.write(&mut writer);
        writer.bytes
    }

    /// The leaf.
    pub fn leaf(&self) -> Hash {
        hashing::object(hashing::CALL, &self.encode())
    }
}

/// An inner node over its two children.
pub fn node(left: &Hash, right: &Hash) -> Hash {
    hashing::object(hashing::TRANSCRIPT_NODE, &[*left, *right].concat())
}

/// The top of the tree over these leaves.
pub fn top(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => [0; 32],
        [leaf] => *leaf,
        _ => {
            let mut k = 1;
            while k * 2 < leaves.len() {
                k *= 2;
            }
            let (first, other) = leaves.split_at(k);
            node(&top(first), &top(other))
        }
    }
}

/// The root over these leaves: what a receipt calls `transcript`.
pub fn root(leaves: &[Hash]) -> Hash {
    let count = (leaves.len() as u64).to_le_bytes();
    let content = [count.as_slice(), &top(leaves)].concat();
    hashing::object(hashing::TRANSCRIPT_ROOT, &content)
}

/// The index of the first call that differs. Where one transcript is the beginning of the other, that
/// is the first call which only one of them has. None when they are equal.
pub fn first_difference(one: &[Call], other: &[Call]) -> Option<u64> {
    let longest = one.len().max(other.len());
    (0..longest).find(|index| one.get(*index) != other.get(*index)).map(|index| index as u64)
}

/// A transcript file: a job's id and its calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript {
    /// The job's id.
    pub job: Hash,
    /// Its host calls, in order.
    pub calls: Vec<Call>,
}

impl Transcript {
    /// The root over the calls.
    pub fn root(&self) -> Hash {
        root(&self.calls.iter().map(Call::leaf).collect::<Vec<_>>())
    }

    /// Decodes a transcript file. Checks: `transcript.magic`, `transcript.length`, `transcript.decode`.
    pub fn read(file: &[u8]) -> Result<Transcript, Refused> {
        let Some(rest) = file.strip_prefix(&MAGIC) else {
            return Err(Refused::by("transcript.magic", "not a transcript of format 1"));
        };
        let mut reader = Reader::new(rest);
        let job = reader.array().map_err(|why| Refused::by("transcript.length", why))?;
        let malformed = |why| Refused::by("transcript.decode", why);
        let calls = reader.list(Call::read).map_err(malformed)?;
        reader.end().map_err(malformed)?;
        for (place, call) in calls.iter().enumerate() {
            if call.index != place as u64 {
                let why = format!("call {} in place {place}", call.index);
                return Err(Refused::by("transcript.decode", why));
            }
        }
        Ok(Transcript { job, calls })
    }

    /// The file's bytes.
    pub fn write(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.raw(&MAGIC);
        writer.raw(&self.job);
        writer.list(&self.calls, |writer, call| call.write(writer));
        writer.bytes
    }
}
