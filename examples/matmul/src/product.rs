//! The product of two matrices: on the GPU, and element by element in plain Rust.

use assay_guest::Result;
use assay_guest::gpu::{self, Pod};

use crate::matrix::{Element, Matrix};

/// Rows and columns of C that a workgroup makes: what the shaders' sides are multiples of.
const TILE: usize = 64;

/// Matrices that can be multiplied.
pub trait Factor: Element {
    /// What the product is of.
    type Product: Element + Pod;
    /// The shader: one entry point, with the bindings of [`multiply`].
    const SHADER: &'static str;

    /// A or B transposed and B as the shader reads them, from matrices of whole tiles.
    fn packed(a: &Matrix<Self>, b: &Matrix<Self>) -> [Vec<u32>; 2];

    /// `sum + a·b`, as the shader computes it.
    fn add_product(sum: Self::Product, a: Self, b: Self) -> Self::Product;
}

impl Factor for f32 {
    type Product = f32;
    const SHADER: &'static str = include_str!("shaders/float.wgsl");

    fn packed(a: &Matrix<f32>, b: &Matrix<f32>) -> [Vec<u32>; 2] {
        [a, b].map(|matrix| matrix.values.iter().map(|value| value.to_bits()).collect())
    }

    fn add_product(sum: f32, a: f32, b: f32) -> f32 {
        sum + a * b
    }
}

impl Factor for i8 {
    type Product = i32;
    const SHADER: &'static str = include_str!("shaders/int8.wgsl");

    fn packed(a: &Matrix<i8>, b: &Matrix<i8>) -> [Vec<u32>; 2] {
        [a, &b.transposed()].map(|matrix| {
            let (words, _) = matrix.values.as_chunks::<4>();
            words.iter().map(|&bytes| u32::from_le_bytes(bytes.map(|byte| byte as u8))).collect()
        })
    }

    fn add_product(sum: i32, a: i8, b: i8) -> i32 {
        sum.wrapping_add(i32::from(a) * i32::from(b))
    }
}

/// A·B on the GPU; the columns of A are as many as the rows of B.
///
/// Zeros that fill up the last tiles change nothing: they add 0 to sums that begin at 0, and are cut off from the product.
///
/// # Errors
/// What the device says.
pub fn multiply<T: Factor>(a: &Matrix<T>, b: &Matrix<T>) -> Result<Matrix<T::Product>> {
    let [rows, inner, columns] = [a.rows, a.columns, b.columns].map(|side| side.next_multiple_of(TILE));
    let [packed_a, packed_b] = T::packed(&a.resized(rows, inner), &b.resized(inner, columns));

    let device = gpu::device()?;
    let shader = device.create_shader_module(T::SHADER)?;
    let pipeline = device.create_compute_pipeline(&shader).entry_point("multiply").build()?;
    let shape = device.create_buffer_init(&[rows as u32, inner as u32, columns as u32])?;
    let (packed_a, packed_b) = (device.create_buffer_init(&packed_a)?, device.create_buffer_init(&packed_b)?);
    let product = device.create_buffer::<T::Product>(rows * columns)?;
    let bound = pipeline.bind(0, 0, &shape).bind(0, 1, &packed_a).bind(0, 2, &packed_b).bind(0, 3, &product);
    bound.dispatch([(columns / TILE) as u32, (rows / TILE) as u32, 1])?;

    Ok(Matrix { rows, columns, values: product.read()? }.resized(a.rows, b.columns))
}

/// One element of A·B: the plain loop.
pub fn element<T: Factor>(a: &Matrix<T>, b: &Matrix<T>, row: usize, column: usize) -> T::Product {
    (0..a.columns).fold(T::Product::default(), |sum, k| T::add_product(sum, a.at(row, k), b.at(k, column)))
}
