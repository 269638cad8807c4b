//! The job natively: the shader runs on the CPU executor, and its pictures are held against plain iteration in f64.

use assay_guest::Result;
use assay_guest::testing::Job;
use image::{ImageFormat, RgbImage};
use mandelbrot::{OUTPUT, Request, draw, job};

/// The shader's picture.
fn drawn(request: &Request) -> RgbImage {
    let pixels = Job::new().run(|| draw(request)).result.expect("the shader draws");
    RgbImage::from_raw(request.size[0], request.size[1], pixels).expect("three bytes a pixel")
}

const ESCAPE: f64 = 1e4;
const STOPS: [[f64; 3]; 6] =
    [[0.0, 0.0004, 0.1274], [0.0105, 0.1484, 0.6323], [0.8517, 1.0, 1.0], [1.0, 0.4097, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0004, 0.1274]];
const PLACES: [f64; 6] = [0.0, 0.16, 0.42, 0.6425, 0.8575, 1.0];

/// The colour of a point, in linear light: no reference orbit, nothing but z² + c.
fn colour(request: &Request, [x, y]: [f64; 2], step: f64) -> [f64; 3] {
    let ([mut zx, mut zy], [mut dx, mut dy]) = ([0.0f64; 2], [0.0f64; 2]);
    for n in 1..=request.iterations {
        (dx, dy) = (2.0 * (zx * dx - zy * dy) + step, 2.0 * (zx * dy + zy * dx));
        (zx, zy) = (zx * zx - zy * zy + x, 2.0 * zx * zy + y);
        let square = zx * zx + zy * zy;
        if square > ESCAPE {
            let smooth = f64::from(n) - (square.ln() / ESCAPE.ln()).log2();
            let at = (f64::from(request.cycles) * smooth.max(1.0).log2() + f64::from(request.phase)).rem_euclid(1.0);
            let k = PLACES.iter().skip(1).position(|&place| at < place).unwrap_or(4);
            let t = (at - PLACES[k]) / (PLACES[k + 1] - PLACES[k]);
            let t = t * t * (3.0 - 2.0 * t);
            let gap = 0.5 * square.sqrt() * square.ln() / dx.hypot(dy);
            let (ax, ay) = (zx * dx + zy * dy, zy * dx - zx * dy);
            let facing = (ay - ax) * std::f64::consts::FRAC_1_SQRT_2 / ax.hypot(ay);
            let light = (0.35 + 0.75 * (facing + 1.5) / 2.5) * (0.7 * gap).clamp(0.0, 1.0).powf(0.35);
            return [0, 1, 2].map(|i| light * (STOPS[k][i] * (1.0 - t) + STOPS[k + 1][i] * t));
        }
    }
    [0.0; 3]
}

fn srgb(linear: f64) -> u8 {
    let value = if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    (255.0 * value.clamp(0.0, 1.0)).round() as u8
}

/// The same picture in f64, moved by `(right, down)` pixels.
fn plain(request: &Request, (right, down): (f64, f64)) -> RgbImage {
    let [width, height] = request.size;
    let step = request.span / f64::from(width);
    let samples = request.samples;
    RgbImage::from_fn(width, height, |x, y| {
        let mut sum = [0.0; 3];
        for (sy, sx) in (0..samples).flat_map(|sy| (0..samples).map(move |sx| (sy, sx))) {
            let within = |sample: u32| (f64::from(sample) + 0.5) / f64::from(samples);
            let across = f64::from(x) + within(sx) - 0.5 * f64::from(width) + right;
            let up = 0.5 * f64::from(height) - f64::from(y) - within(sy) - down;
            let found = colour(request, [request.centre[0] + across * step, request.centre[1] + up * step], step);
            sum = [0, 1, 2].map(|i| sum[i] + found[i]);
        }
        image::Rgb(sum.map(|sum| srgb(sum / f64::from(samples * samples))))
    })
}

/// Mean absolute difference of two pictures, per channel, 0 to 255.
fn difference(a: &RgbImage, b: &RgbImage) -> f64 {
    let sum: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.as_raw().len() as f64
}

fn small(centre: [f64; 2], span: f64, samples: u32) -> Request {
    Request { centre, span, samples, size: [64, 48], iterations: 600, ..Request::default() }
}

/// Shallow, deep, and so deep that f32 could not tell one pixel's c from the next: they are all the picture that f64 draws.
#[test]
fn the_picture_is_that_of_plain_iteration() {
    let deep = Request::default();
    for request in [
        small([-0.6, 0.0], 3.2, 2),
        small([0.3, 0.0], 3.0, 1),
        small([-0.743_643_887_037_158, 0.131_825_904_205_312], 3e-3, 1),
        Request { iterations: 1500, ..small(deep.centre, deep.span, 1) },
        Request { iterations: 1500, ..small(deep.centre, 1e-8, 1) },
    ] {
        let picture = drawn(&request);
        let off = difference(&picture, &plain(&request, (0.0, 0.0)));
        assert!(off < 1.0, "{request:?}: {off}");
        // The measure can tell: moved by a pixel the picture is much further off.
        let moved = difference(&picture, &plain(&request, (1.0, 1.0)));
        assert!(moved > 3.0 * off + 2.0, "{request:?}: {off}, moved {moved}");
    }
}

#[test]
fn a_picture_is_written() {
    let args = ["--size", "70x100", "--iterations", "400"];
    let ran = Job::new().args(args).run(job);
    ran.result.as_ref().expect("the job succeeds");
    let picture = image::load_from_memory_with_format(ran.output(OUTPUT), ImageFormat::Png).expect("a PNG").to_rgb8();
    assert_eq!(picture.dimensions(), (70, 100));
    assert_eq!(picture, drawn(&Request { size: [70, 100], iterations: 400, ..Request::default() }));
    assert_eq!(ran.progress, [(64, 100), (100, 100)]);
    assert_eq!(ran.stdout_text(), "mandelbrot.png: 70×100 around -0.16070135 +1.0375665 i, 6e-6 wide\n");
    assert_eq!(Job::new().args(args).run(job).outputs, ran.outputs, "the same again");
}

#[test]
fn arguments() -> Result<()> {
    let parse = |args: &[&str]| Request::parse(&args.iter().map(|&arg| arg.to_owned()).collect::<Vec<_>>());
    assert_eq!(parse(&[])?, Request::default());
    let request = parse(&["--x", "-1.5", "--y", "0", "--span", "1e-12", "--size", "1x8192", "--samples", "4", "--iterations", "20000"])?;
    assert_eq!((request.centre, request.span, request.size), ([-1.5, 0.0], 1e-12, [1, 8192]));
    let bad = [
        &["--x"][..],
        &["--x", "3"],
        &["--y", "NaN"],
        &["--span", "0"],
        &["--span", "9"],
        &["--size", "100"],
        &["--size", "0x10"],
        &["--size", "8193x1"],
        &["--samples", "5"],
        &["--iterations", "20001"],
        &["--cycles", "inf"],
        &["--phase", "-1"],
        &["--zoom", "2"],
    ];
    for bad in bad {
        let error = parse(bad).expect_err("refused").to_string();
        assert!(error.contains(bad[0]), "{error}");
    }
    Ok(())
}
