//! # Integers, strings and lists as bytes (encoding.md, section 1)
//!
//! ```text
//! u8 u16 u32 u64   little-endian
//! bytes[n]         n bytes
//! string           u32 length ‖ UTF-8
//! list of T        u32 count ‖ each T
//! ```
//!
//! A [`Reader`] walks over bytes that a stranger sent. Each step either takes what is there or says
//! what is missing, and nothing is reserved for a length that the bytes left cannot hold. A list's
//! count is compared with the *bytes* left, since no element takes less than one.

use std::fmt;

/// Bytes that are not the encoding of what was asked for; the text says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed(pub String);

impl Malformed {
    /// Malformed because of `why`.
    pub fn because(why: impl fmt::Display) -> Malformed {
        Malformed(why.to_string())
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

/// Takes an encoding apart, from the front.
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader at the first of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    /// The number of bytes not yet taken.
    pub fn remaining(&self) -> u64 {
        self.rest.len() as u64
    }

    /// The next `count` bytes.
    pub fn take(&mut self, count: u64) -> Result<&'a [u8], Malformed> {
        let remaining = self.remaining();
        let split = usize::try_from(count).ok().and_then(|count| self.rest.split_at_checked(count));
        let Some((taken, rest)) = split else {
            return Err(Malformed(format!("{count} bytes wanted where {remaining} remain")));
        };
        self.rest = rest;
        Ok(taken)
    }

    /// `bytes[N]`.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N as u64)?);
        Ok(array)
    }

    /// `u8`.
    pub fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    /// `u16`.
    pub fn u16(&mut self) -> Result<u16, Malformed> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    /// `u32`.
    pub fn u32(&mut self) -> Result<u32, Malformed> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// `u64`.
    pub fn u64(&mut self) -> Result<u64, Malformed> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// `string`.
    pub fn string(&mut self) -> Result<String, Malformed> {
        let length = self.u32()?;
        let bytes = self.take(u64::from(length))?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_string()),
            Err(error) => Err(Malformed(format!("text is not UTF-8: {error}"))),
        }
    }

    /// `list of T`, where `element` reads one T.
    pub fn list<T>(&mut self, mut element: impl FnMut(&mut Reader<'a>) -> Result<T, Malformed>) -> Result<Vec<T>, Malformed> {
        let count = self.u32()?;
        if u64::from(count) > self.remaining() {
            return Err(Malformed(format!("a list of {count} where {} bytes remain", self.remaining())));
        }
        let mut list = Vec::new();
        for _ in 0..count {
            list.push(element(self)?);
        }
        Ok(list)
    }

    /// `format: u16`, which is `defined` for every object of its kind.
    pub fn format(&mut self, defined: u16) -> Result<(), Malformed> {
        match self.u16()? {
            format if format == defined => Ok(()),
            other => Err(Malformed(format!("format {other}, where only {defined} is defined"))),
        }
    }

    /// The object ends here: no byte may be left over.
    pub fn end(self) -> Result<(), Malformed> {
        match self.remaining() {
            0 => Ok(()),
            left => Err(Malformed(format!("{left} bytes left over after the end"))),
        }
    }
}

/// Puts an encoding together.
#[derive(Default)]
pub struct Writer {
    /// The bytes so far.
    pub bytes: Vec<u8>,
}

impl Writer {
    /// Bytes as they are, without a length in front.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// `u8`.
    pub fn u8(&mut self, value: u8) {
        self.raw(&value.to_le_bytes());
    }

    /// `u16`.
    pub fn u16(&mut self, value: u16) {
        self.raw(&value.to_le_bytes());
    }

    /// `u32`.
    pub fn u32(&mut self, value: u32) {
        self.raw(&value.to_le_bytes());
    }

    /// `u64`.
    pub fn u64(&mut self, value: u64) {
        self.raw(&value.to_le_bytes());
    }

    /// A length or count. What we write ourselves always fits: the longest object has 64 MiB.
    pub fn count(&mut self, count: usize) {
        self.u32(u32::try_from(count).expect("no object is as long as 4 GiB"));
    }

    /// `string`.
    pub fn string(&mut self, text: &str) {
        self.count(text.len());
        self.raw(text.as_bytes());
    }

    /// `list of T`, where `element` writes one T.
    pub fn list<T>(&mut self, list: &[T], element: impl Fn(&mut Writer, &T)) {
        self.count(list.len());
        for item in list {
            element(self, item);
        }
    }
}

/// The rule "sorted, unique": each name comes after the one before it, compared as bytes.
pub fn check_sorted<'n>(what: &str, names: impl IntoIterator<Item = &'n str>) -> Result<(), Malformed> {
    let mut before: Option<&str> = None;
    for name in names {
        if let Some(before) = before
            && before.as_bytes() >= name.as_bytes()
        {
            return Err(Malformed(format!("{what}: {name:?} stands after {before:?}, but they must be sorted and unique")));
        }
        before = Some(name);
    }
    Ok(())
}
