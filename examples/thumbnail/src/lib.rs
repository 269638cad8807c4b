//! Makes a small picture of every input: decode, resize, encode.
//!
//! Resizing uses the Catmull-Rom filter, which needs nothing but additions and multiplications: unlike Lanczos, whose sine comes from the C
//! library natively, it gives the same pixels natively and in the sandbox.

use std::io::{Seek, Write};

use assay_guest::{Error, Input, Result};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

/// Widest and highest picture that is decoded, in pixels. A file of a few bytes can claim any size.
const SIDE_PIXELS_MAX: u32 = 16_384;

/// Most memory that decoding one picture may take, in bytes.
const DECODE_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// What the arguments ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Width of the small picture, in pixels. Its height follows; no picture is enlarged.
    pub width: u32,
    /// JPEG quality, 1 to 100.
    pub quality: u8,
}

impl Options {
    /// Reads `[--width PIXELS] [--quality 1..100]`.
    ///
    /// # Errors
    /// A sentence that names the argument at fault.
    pub fn parse(args: &[String]) -> Result<Options> {
        let mut options = Options { width: 160, quality: 85 };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let value = args.next().map(String::as_str).unwrap_or_default();
            let number = value.parse::<u32>().unwrap_or(0);
            match arg.as_str() {
                "--width" if (1..=SIDE_PIXELS_MAX).contains(&number) => options.width = number,
                "--width" => return Err(Error::job(format!("--width `{value}`: give it 1 to {SIDE_PIXELS_MAX} pixels"))),
                "--quality" if (1..=100).contains(&number) => options.quality = u8::try_from(number).unwrap_or(100),
                "--quality" => return Err(Error::job(format!("--quality `{value}`: give it 1 to 100"))),
                other => return Err(Error::job(format!("unknown argument `{other}`: there are --width and --quality"))),
            }
        }
        Ok(options)
    }
}

/// The job: every input to `thumbs/NAME`, in the input's own format.
///
/// # Errors
/// A sentence that names the input at fault.
pub fn job() -> Result<()> {
    let options = Options::parse(&assay_guest::args())?;
    let entries = assay_guest::inputs()?;
    if entries.is_empty() {
        return Err(Error::job("there is no picture: give the job one with --input photo.png=PATH"));
    }
    let steps = entries.len() as u64 * 3;
    let mut stdout = assay_guest::stdout();
    for (n, entry) in (0u64..).zip(&entries) {
        let (format, picture) = decode(assay_guest::input(&entry.name)?)?;
        assay_guest::progress(n * 3 + 1, steps);

        let small = shrink(&picture, options.width);
        assay_guest::progress(n * 3 + 2, steps);

        let bytes = encode(&small, format, options.quality).map_err(|error| Error::job(format!("{}: {error}", entry.name)))?;
        let mut output = assay_guest::output(&format!("thumbs/{}", entry.name))?;
        output.write_all(&bytes)?;
        output.finish()?;
        assay_guest::progress(n * 3 + 3, steps);

        let [from, to] = [&picture, &small].map(|p| format!("{}×{}", p.width(), p.height()));
        writeln!(stdout, "{}: {from}, {} bytes -> {to}, {} bytes", entry.name, entry.bytes, bytes.len())?;
    }
    stdout.finish()
}

/// Decodes a PNG or JPEG, whatever its name, and turns it upright.
///
/// # Errors
/// A sentence that names the input.
pub fn decode(input: Input) -> Result<(ImageFormat, DynamicImage)> {
    let name = input.name().to_owned();
    let failed = |error: image::ImageError| Error::job(format!("{name} is no PNG or JPEG picture that can be decoded: {error}"));
    let mut reader = ImageReader::new(input).with_guessed_format()?;
    let Some(format @ (ImageFormat::Png | ImageFormat::Jpeg)) = reader.format() else {
        return Err(Error::job(format!("{name} is neither PNG nor JPEG: convert it first")));
    };
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_PIXELS_MAX);
    limits.max_image_height = Some(SIDE_PIXELS_MAX);
    limits.max_alloc = Some(DECODE_BYTES_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(&failed)?;
    // Cameras write the picture as the sensor saw it and note how it was held.
    let orientation = decoder.orientation().map_err(&failed)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(&failed)?;
    picture.apply_orientation(orientation);
    Ok((format, picture))
}

/// The picture at `width`, or as it is where that would enlarge it.
pub fn shrink(picture: &DynamicImage, width: u32) -> DynamicImage {
    if width >= picture.width() {
        return picture.clone();
    }
    // Height bounds nothing: the width decides.
    picture.resize(width, u32::MAX, FilterType::CatmullRom)
}

fn encode(picture: &DynamicImage, format: ImageFormat, quality: u8) -> image::ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    match format {
        // JPEG knows neither transparency nor 16 bits.
        ImageFormat::Jpeg => picture.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality))?,
        _ => picture.write_with_encoder(PngEncoder::new(&mut bytes))?,
    }
    Ok(bytes)
}

/// Inputs are what the decoder asks for; this line fails to compile if that changes.
const _: fn() = || {
    fn decodable<R: std::io::BufRead + Seek>() {}
    decodable::<Input>();
};
