//! # Fields of fixed length, one after the other (settlement.md, section 1)
//!
//! Every account and every instruction is a row of fields without prefixes or padding, so one macro
//! states a layout once: the struct, how it is read and written, and the names of its fields.

use crate::encoding::{Malformed, Reader, Writer};

/// An address, a hash, a wallet: 32 bytes.
pub type Key = [u8; 32];

/// A field's value, as a vector shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// An integer of at most 32 bits.
    Small(u32),
    /// A wider integer.
    Wide(u128),
    /// An integer with a sign.
    Signed(i64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// An array of integers or keys.
    List(Vec<Value>),
}

/// What a field can be.
pub trait Field: Sized {
    /// Takes the field from the front.
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed>;
    /// Adds the field.
    fn write(&self, writer: &mut Writer);
    /// The field, to be shown.
    fn value(&self) -> Value;
}

macro_rules! integer {
    ($($integer:ty, $value:expr;)*) => {$(
        impl Field for $integer {
            fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
                Ok(<$integer>::from_le_bytes(reader.array()?))
            }
            fn write(&self, writer: &mut Writer) {
                writer.raw(&self.to_le_bytes());
            }
            fn value(&self) -> Value {
                $value(*self)
            }
        }
    )*};
}

integer! {
    u8, |value| Value::Small(u32::from(value));
    u16, |value| Value::Small(u32::from(value));
    u32, Value::Small;
    u64, |value| Value::Wide(u128::from(value));
    u128, Value::Wide;
    i64, Value::Signed;
}

impl<const N: usize> Field for [u8; N] {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        reader.array()
    }
    fn write(&self, writer: &mut Writer) {
        writer.raw(self);
    }
    fn value(&self) -> Value {
        Value::Bytes(self.to_vec())
    }
}

macro_rules! array {
    ($($element:ty),*) => {$(
        impl<const N: usize> Field for [$element; N] {
            fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
                let mut array = [<$element>::default(); N];
                for element in &mut array {
                    *element = Field::read(reader)?;
                }
                Ok(array)
            }
            fn write(&self, writer: &mut Writer) {
                for element in self {
                    element.write(writer);
                }
            }
            fn value(&self) -> Value {
                Value::List(self.iter().map(Field::value).collect())
            }
        }
    )*};
}

array!(u64, i64, Key);

/// A row of fields.
pub trait Layout: Sized {
    /// Takes all fields from the front.
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed>;
    /// Adds all fields.
    fn write(&self, writer: &mut Writer);
    /// Names and values.
    fn fields(&self) -> Vec<(&'static str, Value)>;
}

/// States a struct whose fields stand one after the other.
macro_rules! layout {
    ($(#[$about:meta])* $layout:ident { $($(#[$what:meta])* $field:ident: $field_type:ty,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $layout { $($(#[$what])* pub $field: $field_type,)* }

        impl $crate::settlement::layout::Layout for $layout {
            fn read(reader: &mut $crate::encoding::Reader<'_>) -> Result<Self, $crate::encoding::Malformed> {
                Ok($layout { $($field: $crate::settlement::layout::Field::read(reader)?,)* })
            }
            fn write(&self, writer: &mut $crate::encoding::Writer) {
                $($crate::settlement::layout::Field::write(&self.$field, writer);)*
            }
            fn fields(&self) -> Vec<(&'static str, $crate::settlement::layout::Value)> {
                vec![$((stringify!($field), $crate::settlement::layout::Field::value(&self.$field)),)*]
            }
        }
    };
}

pub(super) use layout;
