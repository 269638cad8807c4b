//! Products, sparse and dense; the Fourier transform; transposition.

use super::{near, same, sizes};
use crate::corpus::run::Buffers;

fn product(a: &[f64], b: &[f64], [m, n, k]: [usize; 3]) -> Vec<f64> {
    let mut c = vec![0.0; m * n];
    for i in 0..m {
        for l in 0..k {
            let factor = a[i * k + l];
            for j in 0..n {
                c[i * n + j] += factor * b[l * n + j];
            }
        }
    }
    c
}

pub fn matmul(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let c = product(&before.f64("a"), &before.f64("b"), sizes(before, "size"));
    near("c", &after.f32("c"), &c, 1e-4, 0.0)
}

pub fn matmul_vec4(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [m, n4, k4] = sizes(before, "size");
    let c = product(&before.f64("a"), &before.f64("b"), [m, 4 * n4, 4 * k4]);
    near("c", &after.f32("c"), &c, 1e-4, 0.0)
}

pub fn matmul_fma(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let product = product(&before.f64("a"), &before.f64("b"), sizes(before, "params"));
    let c: Vec<f64> = product.iter().zip(before.f64("c")).map(|(ab, c)| 0.75 * ab - 0.5 * c).collect();
    near("c", &after.f32("c"), &c, 1e-4, 0.0)
}

pub fn matmul_int8(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [m, n, k4] = sizes(before, "size");
    let bytes = |name: &str| before.bytes(name).iter().map(|byte| i32::from(byte.cast_signed())).collect::<Vec<_>>();
    let (a, b) = (bytes("a"), bytes("b"));
    let k = 4 * k4;
    let sum = |at: usize| (0..k).map(|l| a[at / n * k + l] * b[at % n * k + l]).sum::<i32>();
    let sums: Vec<i32> = (0..m * n).map(sum).collect();
    same("sums", &after.i32("sums"), &sums)?;
    let (rows, columns) = (before.f32("a_scale"), before.f32("b_scale"));
    let c: Vec<f32> = sums.iter().enumerate().map(|(at, sum)| *sum as f32 * rows[at / n] * columns[at % n]).collect();
    same("c", &after.f32("c"), &c)
}

pub fn gemv(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [rows, columns] = sizes(before, "size");
    let y = product(&before.f64("matrix"), &before.f64("x"), [rows, 1, columns]);
    near("y", &after.f32("y"), &y, 1e-4, 0.0)
}

pub fn dequantise_int4(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [rows, blocks] = sizes(before, "size");
    let (packed, scales, x) = (before.u32("packed_weights"), before.u32("scales"), before.f64("x"));
    let mut y = vec![0.0; rows];
    for (row, y) in y.iter_mut().enumerate() {
        for block in 0..blocks {
            let scale = scales[row * blocks + block];
            // f16, normal numbers alone.
            let factor = 2f64.powi((scale >> 10 & 31) as i32 - 15) * (1.0 + f64::from(scale & 1023) / 1024.0);
            for i in 0..32 {
                let weight = packed[(row * blocks + block) * 4 + i / 8] >> (i % 8 * 4) & 15;
                *y += factor * (f64::from(weight) - f64::from(scale >> 16 & 15)) * x[block * 32 + i];
            }
        }
    }
    near("y", &after.f32("y"), &y, 1e-3, 1e-5)
}

pub fn spmv(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let (starts, columns) = (before.u32("row_starts"), before.u32("columns"));
    let (values, x) = (before.f64("values"), before.f64("x"));
    let row = |ends: &[u32]| (ends[0] as usize..ends[1] as usize).map(|i| values[i] * x[columns[i] as usize]).sum();
    near("y", &after.f32("y"), &starts.windows(2).map(row).collect::<Vec<f64>>(), 1e-4, 0.0)
}

pub fn transpose(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [width, height] = sizes(before, "size");
    let matrix = before.u32("matrix");
    let transposed: Vec<u32> = (0..width * height).map(|at| matrix[at % height * width + at / height]).collect();
    same("transposed", &after.u32("transposed"), &transposed)
}

/// Every 17th point of every 9th transform, by the definition.
pub fn fft(before: &Buffers, after: &Buffers) -> Result<(), String> {
    const POINTS: usize = 512;
    let (signal, spectrum) = (before.f64("signal"), after.f32("spectrum"));
    for transform in (0..signal.len() / (2 * POINTS)).step_by(9) {
        let base = transform * 2 * POINTS;
        for k in (0..POINTS).step_by(17) {
            let mut sum = [0.0, 0.0];
            for t in 0..POINTS {
                let angle = -2.0 * std::f64::consts::PI * ((k * t) % POINTS) as f64 / POINTS as f64;
                let (re, im) = (signal[base + 2 * t], signal[base + 2 * t + 1]);
                sum[0] += re * angle.cos() - im * angle.sin();
                sum[1] += re * angle.sin() + im * angle.cos();
            }
            near("spectrum", &spectrum[base + 2 * k..base + 2 * k + 2], &sum, 1e-3, 0.0)?;
        }
    }
    Ok(())
}
