//! Convolution, pooling, blur, resize.

use super::{near, same, sizes};
use crate::corpus::run::Buffers;

/// A pixel of a plane, nothing outside.
fn pixel(plane: &[f64], width: usize, height: usize, x: i64, y: i64) -> f64 {
    if x < 0 || y < 0 || x >= width as i64 || y >= height as i64 { 0.0 } else { plane[y as usize * width + x as usize] }
}

pub fn conv2d(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [width, height, channels_in, channels_out] = sizes(before, "shape");
    let (image, weights, bias) = (before.f64("image"), before.f64("weights"), before.f64("bias"));
    let mut result = Vec::new();
    for out in 0..channels_out {
        for at in 0..width * height {
            let mut sum = bias[out];
            for channel in 0..channels_in {
                let plane = &image[channel * width * height..][..width * height];
                for k in 0..9 {
                    let (x, y) = ((at % width + k % 3) as i64 - 1, (at / width + k / 3) as i64 - 1);
                    sum += weights[(out * channels_in + channel) * 9 + k] * pixel(plane, width, height, x, y);
                }
            }
            result.push(sum.max(0.0));
        }
    }
    near("result", &after.f32("result"), &result, 1e-4, 0.0)
}

pub fn depthwise_conv(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [width, height, out_width, out_height, channels4, stride] = sizes(before, "shape");
    let (image, weights) = (before.f64("image"), before.f64("weights"));
    let channels = 4 * channels4;
    let mut result = Vec::new();
    for at in 0..out_width * out_height * channels {
        let (channel, x, y) = (at % channels, at / channels % out_width, at / channels / out_width);
        let mut sum = 0.0;
        for k in 0..25 {
            let (x, y) = ((x * stride + k % 5) as i64 - 2, (y * stride + k / 5) as i64 - 2);
            if x >= 0 && y >= 0 && x < width as i64 && y < height as i64 {
                sum += weights[k * channels + channel] * image[(y as usize * width + x as usize) * channels + channel];
            }
        }
        result.push(sum.clamp(0.0, 6.0));
    }
    near("result", &after.f32("result"), &result, 1e-4, 0.0)
}

pub fn pooling(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [width, height, out_width, out_height] = sizes(before, "shape");
    let planes = before.f32("planes");
    let (mut largest, mut places, mut means) = (Vec::new(), Vec::new(), Vec::new());
    for plane in planes.chunks_exact(width * height) {
        for at in 0..out_width * out_height {
            let mut best = (f32::MIN, 0);
            for k in 0..9 {
                let (x, y) = (at % out_width * 2 + k % 3, at / out_width * 2 + k / 3);
                if x < width && y < height && plane[y * width + x] > best.0 {
                    best = (plane[y * width + x], (y * width + x) as u32);
                }
            }
            largest.push(best.0);
            places.push(best.1);
        }
        means.push(plane.iter().map(|value| f64::from(*value)).sum::<f64>() / plane.len() as f64);
    }
    same("largest", &after.f32("largest"), &largest)?;
    same("places", &after.u32("places"), &places)?;
    near("means", &after.f32("means"), &means, 1e-5, 0.0)
}

/// Both passes in f64; the bytes may differ by one step after each.
pub fn blur(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let (width, height) = (300, 200);
    let weights = before.f64("weights");
    let pass = |source: &[f64], dx: i64, dy: i64| {
        let mut blurred = vec![0.0; source.len()];
        for y in 0..height {
            for x in 0..width {
                for offset in -7i64..=7 {
                    let (sx, sy) = ((x + dx * offset).clamp(0, width - 1), (y + dy * offset).clamp(0, height - 1));
                    for channel in 0..4 {
                        blurred[((y * width + x) * 4 + channel) as usize] +=
                            weights[offset.unsigned_abs() as usize] * source[((sy * width + sx) * 4 + channel) as usize];
                    }
                }
            }
        }
        blurred
    };
    let image: Vec<f64> = before.bytes("image").iter().map(|byte| f64::from(*byte)).collect();
    let blurred = pass(&pass(&image, 1, 0), 0, 1);
    let found: Vec<f32> = after.bytes("blurred").iter().map(|byte| f32::from(*byte)).collect();
    near("blurred", &found, &blurred, 1.01, 0.0)
}

pub fn resize(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [width, height, to_width, to_height] = sizes(before, "params");
    let source = before.f64("source");
    let mut resized = Vec::new();
    for plane in source.chunks_exact(width * height) {
        let at = |x: f64, y: f64| plane[(y.clamp(0.0, height as f64 - 1.0) as usize) * width + x.clamp(0.0, width as f64 - 1.0) as usize];
        for i in 0..to_width * to_height {
            let x = ((i % to_width) as f64 + 0.5) * width as f64 / to_width as f64 - 0.5;
            let y = ((i / to_width) as f64 + 0.5) * height as f64 / to_height as f64 - 0.5;
            let (cx, cy) = (x.floor(), y.floor());
            let row = |y: f64| at(cx, y) + (at(cx + 1.0, y) - at(cx, y)) * (x - cx);
            resized.push(row(cy) + (row(cy + 1.0) - row(cy)) * (y - cy));
        }
    }
    // Where the place is rounded to the other side of a pixel, the result is nearly the same.
    near("resized", &after.f32("resized"), &resized, 1e-4, 0.0)
}
