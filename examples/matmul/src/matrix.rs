//! Matrices, and NumPy's file format for them (`.npy`, version 1.0), so that `numpy.load` and `numpy.save` stand at either end of the job.

use std::io::Write;

use assay_guest::{Error, Result};

/// Largest side of a matrix that is read.
pub const SIDE_MAX: usize = 4096;

/// A matrix, row after row.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix<T> {
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// `[row][column]`
    pub values: Vec<T>,
}

/// What a matrix can be of.
pub trait Element: Copy + Default + PartialOrd {
    /// NumPy's name.
    const DESCR: &'static str;
    /// Bytes of one.
    const BYTES: usize;
    /// From its bytes; zero where they are too few.
    fn read(bytes: &[u8]) -> Self;
    /// Its bytes.
    fn write(self, to: &mut Vec<u8>);

    /// Whether they are the same number, or neither is one.
    fn same(self, other: Self) -> bool {
        let nan = |value: Self| value.partial_cmp(&value).is_none();
        self == other || (nan(self) && nan(other))
    }
}

macro_rules! element {
    ($($type:ty = $descr:literal),*) => {$(
        impl Element for $type {
            const DESCR: &'static str = $descr;
            const BYTES: usize = size_of::<$type>();
            fn read(bytes: &[u8]) -> Self {
                bytes.try_into().map(<$type>::from_le_bytes).unwrap_or_default()
            }
            fn write(self, to: &mut Vec<u8>) {
                to.extend(self.to_le_bytes());
            }
        }
    )*};
}
element!(f32 = "<f4", i8 = "|i1", i32 = "<i4");

impl<T: Element> Matrix<T> {
    /// A matrix of `value(row, column)`.
    pub fn from_fn(rows: usize, columns: usize, mut value: impl FnMut(usize, usize) -> T) -> Self {
        let values = (0..rows * columns).map(|at| value(at / columns, at % columns)).collect();
        Self { rows, columns, values }
    }

    /// The element at a place, zero outside: a matrix is as if padded with zeros.
    pub fn at(&self, row: usize, column: usize) -> T {
        let inside = row < self.rows && column < self.columns;
        if inside { self.values.get(row * self.columns + column).copied().unwrap_or_default() } else { T::default() }
    }

    /// Of this size from the upper left corner, with zeros beyond the edge.
    #[must_use]
    pub fn resized(&self, rows: usize, columns: usize) -> Self {
        Self::from_fn(rows, columns, |row, column| self.at(row, column))
    }

    /// Rows for columns.
    #[must_use]
    pub fn transposed(&self) -> Self {
        Self::from_fn(self.columns, self.rows, |row, column| self.at(column, row))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Not this format, another type of element, no matrix, a side of 0 or above [`SIDE_MAX`], too short or too long.
    pub fn from_npy(name: &str, bytes: &[u8]) -> Result<Self> {
        let refused = |why: &str| Error::job(format!("{name} {why}; numpy.save makes what is wanted"));
        let header = Header::read(bytes).ok_or_else(|| refused("is no .npy file of version 1.0"))?;
        if header.descr != T::DESCR || header.fortran_order {
            let order = if header.fortran_order { "column by column" } else { "row by row" };
            return Err(refused(&format!("holds {} {order}, the job wants {} row by row", header.descr, T::DESCR)));
        }
        let [rows, columns] = header.shape[..] else {
            return Err(refused(&format!("has {} dimensions, not 2", header.shape.len())));
        };
        if !(1..=SIDE_MAX).contains(&rows) || !(1..=SIDE_MAX).contains(&columns) {
            return Err(refused(&format!("is {rows}×{columns}; sides are from 1 to {SIDE_MAX}")));
        }
        if header.data.len() != rows * columns * T::BYTES {
            return Err(refused(&format!(
                "ends with {} bytes of numbers, {rows}×{columns} take {}",
                header.data.len(),
                rows * columns * T::BYTES
            )));
        }
        Ok(Self { rows, columns, values: header.data.chunks_exact(T::BYTES).map(T::read).collect() })
    }

    /// The file's bytes.
    pub fn to_npy(&self) -> Vec<u8> {
        let dictionary = format!("{{'descr': '{}', 'fortran_order': False, 'shape': ({}, {}), }}", T::DESCR, self.rows, self.columns);
        // The numbers begin at a multiple of 64 bytes; the header is spaces up to there, and a line feed.
        let length = (10 + dictionary.len() + 1).next_multiple_of(64) - 10;
        let mut bytes = Vec::with_capacity(10 + length + self.values.len() * T::BYTES);
        bytes.extend(b"\x93NUMPY\x01\x00");
        bytes.extend((length as u16).to_le_bytes());
        let _ = writeln!(bytes, "{dictionary:<width$}", width = length - 1);
        for &value in &self.values {
            value.write(&mut bytes);
        }
        bytes
    }
}

/// What stands before the numbers.
struct Header<'a> {
    descr: &'a str,
    fortran_order: bool,
    shape: Vec<usize>,
    data: &'a [u8],
}

impl<'a> Header<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (length, rest) = bytes.strip_prefix(b"\x93NUMPY\x01\x00")?.split_first_chunk::<2>()?;
        let (dictionary, data) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
        let dictionary = std::str::from_utf8(dictionary).ok()?;
        let after = |key: &str| dictionary.split_once(&format!("'{key}':")).map(|(_, rest)| rest.trim_start());
        let descr = after("descr")?.strip_prefix('\'')?.split_once('\'')?.0;
        let fortran_order = after("fortran_order")?.starts_with("True");
        let (shape, _) = after("shape")?.strip_prefix('(')?.split_once(')')?;
        let sides = shape.split(',').map(str::trim).filter(|side| !side.is_empty());
        Some(Self { descr, fortran_order, shape: sides.map(|side| side.parse().ok()).collect::<Option<_>>()?, data })
    }
}
