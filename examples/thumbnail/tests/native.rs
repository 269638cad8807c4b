//! The job natively, on the pictures in `data/`.

use assay_guest::testing::{Job, Ran};
use assay_guest::{Error, Result};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use thumbnail::{Options, job};

fn data(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name);
    std::fs::read(path).expect("the file is in the repository")
}

fn refusal(ran: &Ran<(), Error>) -> String {
    ran.result.as_ref().expect_err("it is refused").to_string()
}

/// Mean absolute difference of two pictures of the same size, per channel, 0 to 255.
fn difference(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.as_raw().len() as f64
}

/// A thumbnail made in the plainest way: the mean of the pixels each small pixel covers.
fn mean_of_boxes(picture: &RgbImage, factor: u32) -> RgbImage {
    RgbImage::from_fn(picture.width() / factor, picture.height() / factor, |x, y| {
        let mut sums = [0u32; 3];
        for (dx, dy) in (0..factor).flat_map(|dx| (0..factor).map(move |dy| (dx, dy))) {
            let pixel = picture.get_pixel(x * factor + dx, y * factor + dy);
            for (sum, channel) in sums.iter_mut().zip(pixel.0) {
                *sum += u32::from(channel);
            }
        }
        Rgb(sums.map(|sum| (sum / (factor * factor)) as u8))
    })
}

/// The checksum of PNG chunks, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), step))
}

#[test]
fn two_photos() {
    let photos = Job::new().input("astronaut.png", data("astronaut.png")).input("rocket.jpg", data("rocket.jpg"));
    let ran = photos.run(job);
    assert!(ran.result.is_ok(), "{:?}", ran.result);
    assert_eq!(ran.outputs.keys().collect::<Vec<_>>(), ["thumbs/astronaut.png", "thumbs/rocket.jpg"]);
    assert!(ran.stdout_text().starts_with("astronaut.png: 512×512, 791555 bytes -> 160×160, "), "{}", ran.stdout_text());
    assert_eq!(ran.progress, (1..=6).map(|step| (step, 6)).collect::<Vec<_>>());

    let rocket = image::load_from_memory_with_format(ran.output("thumbs/rocket.jpg"), ImageFormat::Jpeg).expect("a JPEG");
    assert_eq!((rocket.width(), rocket.height()), (160, 107));
    assert_eq!(photos.run(job).outputs, ran.outputs, "the same again");
}

#[test]
fn the_small_picture_looks_like_the_large_one() {
    let ran = Job::new().input("a", data("astronaut.png")).args(["--width", "64"]).run(job);
    let small = image::load_from_memory(ran.output("thumbs/a")).expect("a PNG").to_rgb8();
    let large = image::load_from_memory(&data("astronaut.png")).expect("a PNG").to_rgb8();
    let expected = mean_of_boxes(&large, 8);
    assert!(difference(&small, &expected) < 5.0, "{}", difference(&small, &expected));
    // The measure can tell: a picture that is shifted by one small pixel is much further off.
    let mut shifted = expected.clone();
    shifted.as_flat_samples_mut().samples.rotate_right(3 * 64 + 3);
    assert!(difference(&small, &shifted) > 10.0, "{}", difference(&small, &shifted));
}

#[test]
fn transparent_and_16_bit_pictures_stay_so_in_png() {
    for picture in [DynamicImage::new_rgba8(40, 20), DynamicImage::new_rgb16(40, 20), DynamicImage::new_luma8(40, 20)] {
        let mut png = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut png, ImageFormat::Png).expect("encoded");
        let ran = Job::new().input("a", png.into_inner()).args(["--width", "10"]).run(job);
        let small = image::load_from_memory(ran.output("thumbs/a")).expect("a PNG");
        assert_eq!((small.width(), small.height(), small.color()), (10, 5, picture.color()));
    }
}

#[test]
fn small_pictures_are_not_enlarged() {
    let ran = Job::new().input("rocket.jpg", data("rocket.jpg")).args(["--width", "5000"]).run(job);
    assert!(ran.stdout_text().contains("-> 640×427"), "{}", ran.stdout_text());
}

#[test]
fn bad_input_is_refused_by_name() {
    let refused = |bytes: &[u8]| refusal(&Job::new().input("photo.png", bytes).run(job));
    assert!(refused(b"").contains("photo.png is neither PNG nor JPEG"));
    assert!(refused(b"GIF89a and more").contains("photo.png is neither PNG nor JPEG"));
    assert!(refused(&data("truncated.png")).contains("photo.png is no PNG or JPEG picture that can be decoded"));
    // A header that claims 2 billion by 2 billion pixels must not cost memory. Its checksum is right, so that nothing else is wrong with it.
    let mut bomb = data("truncated.png");
    bomb[16..24].fill(0x7f);
    let checksum = crc32(&bomb[12..29]).to_be_bytes();
    bomb[29..33].copy_from_slice(&checksum);
    let said = refused(&bomb);
    assert!(said.contains("photo.png is no PNG or JPEG picture that can be decoded") && said.contains("limit"), "{said}");
    assert!(refusal(&Job::new().run(job)).contains("--input photo.png=PATH"));
}

#[test]
fn arguments() -> Result<()> {
    let parse = |args: &[&str]| Options::parse(&args.iter().map(|&arg| arg.to_owned()).collect::<Vec<_>>());
    assert_eq!(parse(&[])?, Options { width: 160, quality: 85 });
    assert_eq!(parse(&["--quality", "1", "--width", "16384"])?, Options { width: 16_384, quality: 1 });
    for bad in [&["--width"][..], &["--width", "0"], &["--width", "16385"], &["--width", "x"], &["--quality", "101"], &["-w", "3"]] {
        let error = parse(bad).expect_err("refused").to_string();
        assert!(error.contains(bad[0]), "{error}");
    }
    Ok(())
}
