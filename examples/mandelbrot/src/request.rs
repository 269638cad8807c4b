//! What the arguments ask for.

use assay_guest::{Error, Result};

/// The arguments, checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Request {
    /// Centre of the picture in the plane.
    pub centre: [f64; 2],
    /// Width of the picture in the plane.
    pub span: f64,
    /// Width and height in pixels.
    pub size: [u32; 2],
    /// Most iterations of a point.
    pub iterations: u32,
    /// Samples along each side of a pixel.
    pub samples: u32,
    /// Turns of the palette each time iterations double.
    pub cycles: f32,
    /// Where the palette begins, in turns.
    pub phase: f32,
}

impl Default for Request {
    /// A star of spirals at the antenna's third branch.
    fn default() -> Self {
        Self { centre: [-0.160_701_35, 1.037_566_5], span: 6e-6, size: [1024, 768], iterations: 1500, samples: 1, cycles: 1.0, phase: 0.08 }
    }
}

const USAGE: &str = "there are --x, --y, --span, --size WIDTHxHEIGHT, --iterations, --samples, --cycles and --phase";

impl Request {
    /// Reads the arguments.
    ///
    /// # Errors
    /// Names the argument at fault and what it may be.
    pub fn parse(args: &[String]) -> Result<Request> {
        let mut request = Request::default();
        let mut args = args.iter();
        while let Some(flag) = args.next() {
            let text = args.next().ok_or_else(|| Error::job(format!("argument `{flag}`: {USAGE}")))?;
            let refused = |wanted: &str| Error::job(format!("{flag} `{text}`: give it {wanted}"));
            let whole = |text: &str, most: u32| {
                let number = text.parse::<u32>().ok().filter(|number| (1..=most).contains(number));
                number.ok_or_else(|| refused(&format!("whole numbers from 1 to {most}")))
            };
            let real = |least: f64, most: f64| {
                let number = text.parse::<f64>().ok().filter(|number| (least..=most).contains(number));
                number.ok_or_else(|| refused(&format!("a number from {least} to {most}")))
            };
            match flag.as_str() {
                "--x" => request.centre[0] = real(-2.0, 2.0)?,
                "--y" => request.centre[1] = real(-2.0, 2.0)?,
                // Below that f64 cannot hold the centre.
                "--span" => request.span = real(1e-12, 8.0)?,
                "--size" => {
                    let (width, height) = text.split_once('x').ok_or_else(|| refused("WIDTHxHEIGHT, for example 1024x768"))?;
                    request.size = [whole(width, 8192)?, whole(height, 8192)?];
                }
                // 20,000 iterations of 16 samples stay below the default loop budget of an invocation, 2²⁰.
                "--iterations" => request.iterations = whole(text, 20_000)?,
                "--samples" => request.samples = whole(text, 4)?,
                "--cycles" => request.cycles = real(0.0, 100.0)? as f32,
                "--phase" => request.phase = real(0.0, 1.0)? as f32,
                other => return Err(Error::job(format!("unknown argument `{other}`: {USAGE}"))),
            }
        }
        Ok(request)
    }
}
