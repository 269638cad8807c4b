//! Types of generated shaders: values that expressions have, and what variables hold.

use std::fmt;

/// A scalar type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scalar {
    /// `f32`
    F,
    /// `i32`
    I,
    /// `u32`
    U,
    /// `bool`
    B,
}

/// Type of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One value.
    One(Scalar),
    /// A vector of 2, 3 or 4.
    Vector(u8, Scalar),
    /// A matrix of f32: columns, rows.
    Matrix(u8, u8),
}

/// What a variable holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Store {
    /// A value.
    Value(Shape),
    /// A fixed number of the same.
    Array(Box<Store>, u32),
    /// As many as the buffer has: about this number.
    Runtime(Box<Store>, u32),
    /// A struct: its name and members.
    Struct(String, Vec<(String, Store)>),
    /// What only `atomicLoad` reads.
    Atomics(Scalar, u32),
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F => "f32",
            Self::I => "i32",
            Self::U => "u32",
            Self::B => "bool",
        })
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(scalar) => write!(f, "{scalar}"),
            Self::Vector(size, scalar) => write!(f, "vec{size}<{scalar}>"),
            Self::Matrix(columns, rows) => write!(f, "mat{columns}x{rows}<f32>"),
        }
    }
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(shape) => write!(f, "{shape}"),
            Self::Array(inner, length) => write!(f, "array<{inner}, {length}>"),
            Self::Runtime(inner, _) => write!(f, "array<{inner}>"),
            Self::Struct(name, _) => f.write_str(name),
            Self::Atomics(scalar, length) => write!(f, "array<atomic<{scalar}>, {length}>"),
        }
    }
}

impl Shape {
    /// The scalar that it is made of.
    pub fn scalar(self) -> Scalar {
        match self {
            Self::One(scalar) | Self::Vector(_, scalar) => scalar,
            Self::Matrix(..) => Scalar::F,
        }
    }

    /// The same shape of another scalar; matrices stay.
    pub fn of(self, scalar: Scalar) -> Self {
        match self {
            Self::One(_) => Self::One(scalar),
            Self::Vector(size, _) => Self::Vector(size, scalar),
            Self::Matrix(..) => self,
        }
    }
}
