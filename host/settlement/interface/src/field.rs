//! Fields of fixed length, in Borsh: what layouts are made of.

/// A field that always takes the same number of bytes.
pub trait Field: Copy {
    /// Bytes that it takes.
    const LEN: usize;
    /// Its type, as the specification writes it.
    const TYPE: &'static str;
    /// Reads it from exactly [`Self::LEN`] bytes.
    fn get(bytes: &[u8]) -> Self;
    /// Writes it to exactly [`Self::LEN`] bytes.
    fn put(self, bytes: &mut [u8]);
}

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

macro_rules! integers {
    ($($ty:ty),*) => {$(
        impl Field for $ty {
            const LEN: usize = size_of::<Self>();
            const TYPE: &'static str = stringify!($ty);
            #[inline(always)]
            fn get(bytes: &[u8]) -> Self {
                let mut own = [0; size_of::<Self>()];
                own.copy_from_slice(bytes);
                Self::from_le_bytes(own)
            }
            #[inline(always)]
            fn put(self, bytes: &mut [u8]) {
                bytes.copy_from_slice(&self.to_le_bytes());
            }
        }
    )*};
}
integers!(u8, u16, u32, u64, u128, i64);

macro_rules! bytes {
    ($($n:literal)*) => {$(
        impl Field for [u8; $n] {
            const LEN: usize = $n;
            const TYPE: &'static str = concat!("bytes[", stringify!($n), "]");
            #[inline(always)]
            fn get(bytes: &[u8]) -> Self {
                let mut own = [0; $n];
                own.copy_from_slice(bytes);
                own
            }
            #[inline(always)]
            fn put(self, bytes: &mut [u8]) {
                bytes.copy_from_slice(&self);
            }
        }
    )*};
}
bytes!(2 16 32 64 160);

macro_rules! arrays {
    ($([$ty:ty; $n:literal])*) => {$(
        impl Field for [$ty; $n] {
            const LEN: usize = $n * size_of::<$ty>();
            const TYPE: &'static str = concat!(stringify!($ty), "[", stringify!($n), "]");
            fn get(bytes: &[u8]) -> Self {
                let mut own = [0; $n];
                for (own, bytes) in own.iter_mut().zip(bytes.chunks_exact(size_of::<$ty>())) {
                    *own = <$ty as Field>::get(bytes);
                }
                own
            }
            fn put(self, bytes: &mut [u8]) {
                for (own, bytes) in self.into_iter().zip(bytes.chunks_exact_mut(size_of::<$ty>())) {
                    own.put(bytes);
                }
            }
        }
    )*};
}
arrays!([u64; 3] [u64; 4] [i64; 4] [u64; 47]);

/// A struct whose fields have fixed lengths, one behind the other from byte `$start` on.
macro_rules! layout {
    ($(#[doc = $about:literal])* $name:ident from $start:literal { $($(#[doc = $doc:literal])* $field:ident: $ty:ty,)* }) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name {
            $($(#[doc = $doc])* pub $field: $ty,)*
        }

        impl $name {
            /// Length in bytes.
            pub const LEN: usize = $start $(+ <$ty as $crate::Field>::LEN)*;

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

            /// Reads the fields from bytes of at least [`Self::LEN`].
            #[allow(unused_assignments, unused_mut, unused_variables)]
            #[inline(always)]
            fn get_fields(bytes: &[u8]) -> Self {
                let mut at = $start;
                Self {
                    $($field: { let from = at; at += <$ty as $crate::Field>::LEN; <$ty as $crate::Field>::get(&bytes[from..at]) },)*
                }
            }

            /// Writes the fields to bytes of at least [`Self::LEN`].
            #[allow(unused_assignments, unused_mut, unused_variables)]
            #[inline(always)]
            fn put_fields(&self, bytes: &mut [u8]) {
                let mut at = $start;
                $({ let from = at; at += <$ty as $crate::Field>::LEN; $crate::Field::put(self.$field, &mut bytes[from..at]); })*
            }
        }
    };
}
pub(crate) use layout;
