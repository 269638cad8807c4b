//! The trained network: its shape, and the file that holds its weights.
//!
//! `model.bin` is nothing but little-endian binary32, the parts in the order of [`Model`]'s fields, each row-major. There is one network of this shape, so a
//! header would say nothing; the length is checked.

use assay_guest::{Error, Input, Result};

/// Pixels along each side of an image.
pub const SIDE: usize = 8;
/// Planes after the first convolution.
pub const PLANES_1: usize = 12;
/// Planes after the second.
pub const PLANES_2: usize = 24;
/// Places along each side of a plane after pooling.
pub const SMALL_SIDE: usize = SIDE / 2;
/// What the dense layer sees of an image.
pub const FEATURES: usize = PLANES_2 * SMALL_SIDE * SMALL_SIDE;
/// Digits.
pub const CLASSES: usize = 10;

/// Numbers in each part of the file, in order.
const PARTS: [usize; 6] = [PLANES_1 * 9, PLANES_1, PLANES_2 * PLANES_1 * 9, PLANES_2, CLASSES * FEATURES, CLASSES];

/// Weights and biases.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// First convolution: `[plane][1][3][3]`.
    pub conv1: Vec<f32>,
    /// `[plane]`
    pub bias1: Vec<f32>,
    /// Second convolution: `[plane][plane before][3][3]`.
    pub conv2: Vec<f32>,
    /// `[plane]`
    pub bias2: Vec<f32>,
    /// Dense layer: `[class][feature]`.
    pub dense: Vec<f32>,
    /// `[class]`
    pub bias3: Vec<f32>,
}

impl Model {
    /// Reads the file.
    ///
    /// # Errors
    /// Another length than the network has, a weight that is no number.
    pub fn read(input: Input) -> Result<Model> {
        let name = input.name().to_owned();
        let bytes = input.bytes()?;
        let wanted = 4 * PARTS.iter().sum::<usize>();
        if bytes.len() != wanted {
            return Err(Error::job(format!("{name} has {} bytes, the network has {wanted}: see train/train.py", bytes.len())));
        }
        let (words, _) = bytes.as_chunks::<4>();
        let mut numbers = words.iter().map(|&word| f32::from_le_bytes(word));
        if let Some(at) = numbers.clone().position(|number| !number.is_finite()) {
            return Err(Error::job(format!("{name}: weight {at} is not a finite number")));
        }
        let [conv1, bias1, conv2, bias2, dense, bias3] = PARTS.map(|count| numbers.by_ref().take(count).collect());
        Ok(Model { conv1, bias1, conv2, bias2, dense, bias3 })
    }
}
