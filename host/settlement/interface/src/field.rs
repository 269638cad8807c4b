//! Fields of fixed length, in Borsh: what layouts are made of.
//!
//! A layout is its bytes: no padding, no alignment. So the program looks at accounts where they lie, and copies nothing.

use bytemuck::Pod;

/// A field that always takes the same number of bytes, which in memory are those on the chain.
pub trait Field: Pod {
    /// Bytes that it takes.
    const LEN: usize = size_of::<Self>();
    /// Its type, as the specification writes it.
    const TYPE: &'static str;
    /// Reads it from exactly [`Self::LEN`] bytes.
    #[inline(always)]
    fn get(bytes: &[u8]) -> Self {
        bytemuck::pod_read_unaligned(bytes)
    }
}

// Integers are little-endian on the chain, so they are in memory.
#[cfg(target_endian = "big")]
compile_error!("accounts are read in place: this needs a little-endian processor");

/// What the specification says of a field.
#[derive(Debug, Clone, Copy)]
pub struct FieldInfo {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub ty: &'static str,
    /// Where it starts.
    pub at: usize,
    /// Bytes that it takes.
    pub len: usize,
    /// What it means.
    pub doc: &'static str,
}

macro_rules! fields {
    ($($ty:ty: $name:expr),* $(,)?) => {$(
        impl Field for $ty {
            const TYPE: &'static str = $name;
        }
    )*};
}
macro_rules! integers {
    ($($ty:ident)*) => { fields!($($ty: stringify!($ty)),*); };
}
macro_rules! bytes {
    ($($n:literal)*) => { fields!($([u8; $n]: concat!("bytes[", stringify!($n), "]")),*); };
}
macro_rules! arrays {
    ($([$ty:ident; $n:literal])*) => { fields!($([$ty; $n]: concat!(stringify!($ty), "[", stringify!($n), "]")),*); };
}
integers!(u8 u16 u32 u64 u128 i64);
bytes!(2 16 32 64 160);
arrays!([u64; 3] [u64; 4] [i64; 4] [u64; 47]);

/// A struct whose fields have fixed lengths, one behind the other from byte `$start` on: in memory it is what lies from there on.
macro_rules! layout {
    ($(#[doc = $about:literal])* $name:ident from $start:literal { $($(#[doc = $doc:literal])* $field:ident: $ty:ty,)* }) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
        #[repr(C, packed)]
        pub struct $name {
            $($(#[doc = $doc])* pub $field: $ty,)*
        }

        impl $name {
            /// Length in bytes, with what stands before the fields.
            pub const LEN: usize = $start + size_of::<Self>();

            /// What the specification says of each field.
            #[allow(unused_assignments, unused_mut)]
            pub const FIELDS: &'static [$crate::FieldInfo] = &{
                let mut at = $start;
                $(let $field = $crate::FieldInfo {
                    name: stringify!($field),
                    ty: <$ty as $crate::Field>::TYPE,
                    at: { let own = at; at += <$ty as $crate::Field>::LEN; own },
                    len: <$ty as $crate::Field>::LEN,
                    doc: concat!($($doc),*),
                };)*
                let _ = at;
                [$($field),*]
            };
        }
    };
}
pub(crate) use layout;
