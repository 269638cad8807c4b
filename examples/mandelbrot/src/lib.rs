//! Draws the Mandelbrot set on the GPU, far deeper than f32 could tell two pixels apart, and writes a PNG.
//!
//! The host iterates the picture's centre in f64; the shader iterates each pixel's difference from it in f32 (perturbation). Chaos is the point: an orbit of a
//! thousand steps doubles a difference in the last bit about a thousand times, so on ordinary WGSL two GPUs draw different pictures. Here each pixel is the same.

mod drawing;
mod orbit;
mod request;

use std::io::Write;

use assay_guest::{Error, Result};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};

pub use drawing::draw;
pub use request::Request;

/// The output the job writes.
pub const OUTPUT: &str = "mandelbrot.png";

/// The job: arguments to a picture.
///
/// # Errors
/// A sentence that names the argument at fault.
pub fn job() -> Result<()> {
    let request = Request::parse(&assay_guest::args())?;
    let pixels = draw(&request)?;
    let [width, height] = request.size;
    let mut png = Vec::new();
    let encoder = PngEncoder::new(&mut png);
    encoder.write_image(&pixels, width, height, ExtendedColorType::Rgb8).map_err(|error| Error::job(format!("{OUTPUT}: {error}")))?;
    let mut output = assay_guest::output(OUTPUT)?;
    output.write_all(&png)?;
    output.finish()?;

    let [x, y] = request.centre;
    let mut stdout = assay_guest::stdout();
    writeln!(stdout, "{OUTPUT}: {width}×{height} around {x} {y:+} i, {:e} wide", request.span)?;
    stdout.finish()
}
