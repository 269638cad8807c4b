//! Canonical encoding: one object, one byte string.
//!
//! Borsh already fixes order and widths. What it leaves open is closed here: maximum lengths, trailing bytes, and rules such as "sorted, unique" that
//! each object states in [`Canonical::validate`]. A value that breaks its own rules cannot be decoded, so code behind this wall need not check again.

use borsh::{BorshDeserialize, BorshSerialize};

/// Why bytes were refused: the check that failed, and what about them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{check}: {detail}")]
pub struct Refusal {
    /// Name of the check, as in the tables of `specs/package.md`, section 4, `specs/receipt.md`, section 5, and `specs/ledger-files.md`, section 8.
    pub check: &'static str,
    /// What is wrong and where, for a person.
    pub detail: String,
}

impl Refusal {
    /// A refusal by `check`.
    pub fn new(check: &'static str, detail: impl Into<String>) -> Self {
        Self { check, detail: detail.into() }
    }
}

/// An object with exactly one encoding.
pub trait Canonical: BorshSerialize + BorshDeserialize {
    /// What the object is called in messages.
    const NAME: &'static str;
    /// Longest encoding, in bytes.
    const MAX_BYTES: usize;

    /// The rules of the object that its layout does not express.
    fn validate(&self) -> Result<(), String>;

    /// The encoding.
    fn encode(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("writing to a Vec cannot fail")
    }

    /// Decodes all of `bytes`, or says what is wrong with them.
    fn decode(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > Self::MAX_BYTES {
            return Err(format!("the {} is {} bytes long; the longest allowed is {}", Self::NAME, bytes.len(), Self::MAX_BYTES));
        }
        let value: Self = borsh::from_slice(bytes).map_err(|e| format!("the {} does not decode: {e}", Self::NAME))?;
        value.validate().map_err(|why| format!("the {} {why}", Self::NAME))?;
        Ok(value)
    }
}

/// Checks that `names` rise strictly, bytewise.
pub(crate) fn strictly_sorted<'a>(what: &str, names: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut last: Option<&str> = None;
    for name in names {
        match last {
            Some(previous) if previous == name => return Err(format!("names {what} {name:?} twice")),
            Some(previous) if previous > name => {
                return Err(format!("does not sort its {what}s: {name:?} stands behind {previous:?}"));
            }
            _ => last = Some(name),
        }
    }
    Ok(())
}

/// Walks a file that is a sequence of parts, remembering where it is, so that a truncated file says what is missing.
pub(crate) struct Parts<'a> {
    bytes: &'a [u8],
    offset: usize,
    check: &'static str,
}

impl<'a> Parts<'a> {
    /// A walk over `bytes`; a part that is not there is refused by `check`.
    pub(crate) fn new(bytes: &'a [u8], check: &'static str) -> Self {
        Self { bytes, offset: 0, check }
    }

    /// The next `count` bytes, which hold `what`.
    pub(crate) fn take(&mut self, what: &str, count: u64) -> Result<&'a [u8], Refusal> {
        let left = self.bytes.len() - self.offset;
        let wanted = usize::try_from(count).ok().filter(|wanted| *wanted <= left).ok_or_else(|| {
            Refusal::new(self.check, format!("the file ends early: {what} needs {count} bytes at offset {}, {left} are left", self.offset))
        })?;
        let part = &self.bytes[self.offset..self.offset + wanted];
        self.offset += wanted;
        Ok(part)
    }

    /// The next `N` bytes as an array.
    pub(crate) fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N], Refusal> {
        let part = self.take(what, N as u64)?;
        Ok(part.try_into().expect("take gives as many bytes as asked for"))
    }

    /// A part with its length as u32 in front.
    pub(crate) fn prefixed(&mut self, what: &str, max: usize) -> Result<&'a [u8], Refusal> {
        let length = u32::from_le_bytes(self.array(&format!("the length of {what}"))?);
        if length as usize > max {
            return Err(Refusal::new(
                self.check,
                format!("{what} claims {length} bytes at offset {}; the longest allowed is {max}", self.offset),
            ));
        }
        self.take(what, u64::from(length))
    }

    /// Requires that nothing is left.
    pub(crate) fn end(self) -> Result<(), Refusal> {
        match self.bytes.len() - self.offset {
            0 => Ok(()),
            left => Err(Refusal::new(self.check, format!("{left} bytes follow the end of the file's content at offset {}", self.offset))),
        }
    }
}

/// Checks the eight bytes at the start of a file.
pub(crate) fn expect_magic(bytes: &[u8], magic: &[u8; 8], check: &'static str, kind: &str) -> Result<(), Refusal> {
    if bytes.starts_with(magic) {
        return Ok(());
    }
    let [.., letter, format] = *magic;
    let found = match bytes {
        [0x7f, b'A', b'S', b'S', b'A', b'Y', same, other, ..] if *same == letter => format!("its format number is {other}"),
        [0x7f, b'A', b'S', b'S', b'A', b'Y', b'P', ..] => "it is an Assay package".to_owned(),
        [0x7f, b'A', b'S', b'S', b'A', b'Y', b'R', ..] => "it is an Assay receipt".to_owned(),
        [0x7f, b'A', b'S', b'S', b'A', b'Y', b'T', ..] => "it is an Assay transcript".to_owned(),
        [0, b'a', b's', b'm', ..] => "it is a WebAssembly module".to_owned(),
        [] => "it is empty".to_owned(),
        _ => "its first bytes are something else".to_owned(),
    };
    Err(Refusal::new(check, format!("this is not an Assay {kind} of format {format}: {found}")))
}
