//! Images and labels, as the data set has them: lines of 64 shades from 0 to 16 and the digit that was meant, separated by commas.

use std::io::BufRead;

use assay_guest::{Error, Input, Result};

use crate::model::{CLASSES, SIDE};

/// The darkest shade.
const SHADE_MAX: u8 = 16;

/// What an input holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Images {
    /// Shades from 0 to 1: `[image][y][x]`.
    pub pixels: Vec<f32>,
    /// The digit that was meant, of each image.
    pub labels: Vec<usize>,
}

impl Images {
    /// Reads an input.
    ///
    /// # Errors
    /// Names the line at fault; no line at all.
    pub fn read(input: Input) -> Result<Images> {
        let name = input.name().to_owned();
        let mut images = Images::default();
        for (at, line) in (1usize..).zip(input.lines()) {
            let line = line?;
            let refused = |why: &str| Error::job(format!("{name} line {at}: {why}"));
            let numbers: Vec<u8> = line
                .split(',')
                .map(|field| field.trim().parse::<u8>().map_err(|_| refused(&format!("`{field}` is not a whole number from 0 to 255"))))
                .collect::<Result<_>>()?;
            let Some((&label, shades)) = numbers.split_last().filter(|(_, shades)| shades.len() == SIDE * SIDE) else {
                return Err(refused(&format!("{} fields; 64 shades and a digit are needed", numbers.len())));
            };
            if usize::from(label) >= CLASSES {
                return Err(refused(&format!("{label} is not a digit")));
            }
            if let Some(shade) = shades.iter().find(|&&shade| shade > SHADE_MAX) {
                return Err(refused(&format!("shade {shade} is more than {SHADE_MAX}")));
            }
            images.pixels.extend(shades.iter().map(|&shade| f32::from(shade) / f32::from(SHADE_MAX)));
            images.labels.push(usize::from(label));
        }
        if images.labels.is_empty() {
            return Err(Error::job(format!("{name} has no line")));
        }
        Ok(images)
    }
}
