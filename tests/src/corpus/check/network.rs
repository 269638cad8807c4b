//! Layers of neural networks.

use super::{near, same, sizes};
use crate::corpus::run::Buffers;

/// Applies `layer` to each row.
fn by_row(values: &[f64], columns: usize, layer: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    values.chunks_exact(columns).flat_map(layer).collect()
}

pub fn softmax(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [columns] = sizes(before, "params");
    let rows = by_row(&before.f64("scores"), columns, |row| {
        let largest = row.iter().fold(f64::MIN, |a, b| a.max(*b));
        let powers: Vec<f64> = row.iter().map(|x| ((x - largest) * 0.125).exp()).collect();
        let sum: f64 = powers.iter().sum();
        powers.iter().map(|power| power / sum).collect()
    });
    near("probabilities", &after.f32("probabilities"), &rows, 1e-9, 1e-5)
}

fn moments(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (mean, values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / values.len() as f64)
}

pub fn layer_norm(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [columns] = sizes(before, "params");
    let (gamma, beta) = (before.f64("gamma"), before.f64("beta"));
    let rows = by_row(&before.f64("input"), columns, |row| {
        let (mean, variance) = moments(row);
        row.iter().enumerate().map(|(i, x)| (x - mean) / (variance + 1e-5).sqrt() * gamma[i] + beta[i]).collect()
    });
    near("output", &after.f32("output"), &rows, 1e-5, 1e-5)
}

pub fn rms_norm(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [columns4] = sizes(before, "params");
    let weight = before.f64("weight");
    let rows = by_row(&before.f64("hidden"), 4 * columns4, |row| {
        let mean = row.iter().map(|x| x * x).sum::<f64>() / row.len() as f64;
        row.iter().zip(&weight).map(|(x, w)| x / (mean + 1e-6).sqrt() * w).collect()
    });
    near("hidden", &after.f32("hidden"), &rows, 1e-6, 1e-5)
}

pub fn batch_norm(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [batch, channels, area] = sizes(before, "shape");
    let (input, affine) = (before.f64("input"), before.f64("affine"));
    let mut output = vec![0.0; input.len()];
    for channel in 0..channels {
        let places: Vec<usize> = (0..batch * area).map(|i| (i / area * channels + channel) * area + i % area).collect();
        let (mean, variance) = moments(&places.iter().map(|at| input[*at]).collect::<Vec<_>>());
        for at in places {
            output[at] = ((input[at] - mean) * affine[2 * channel] / (variance + 1e-5).sqrt() + affine[2 * channel + 1]).max(0.0);
        }
    }
    near("output", &after.f32("output"), &output, 1e-4, 1e-5)
}

pub fn attention(before: &Buffers, after: &Buffers) -> Result<(), String> {
    const HEAD: usize = 32;
    let (queries, keys, values) = (before.f64("queries"), before.f64("keys"), before.f64("values"));
    let mut output = Vec::new();
    for (token, query) in queries.chunks_exact(HEAD).enumerate() {
        let score = |key: &[f64]| query.iter().zip(key).map(|(a, b)| a * b).sum::<f64>() * 0.176_776_69;
        let weights: Vec<f64> = keys.chunks_exact(HEAD).take(token + 1).map(|key| score(key).exp()).collect();
        let total: f64 = weights.iter().sum();
        output.extend((0..HEAD).map(|i| weights.iter().enumerate().map(|(at, w)| w * values[at * HEAD + i]).sum::<f64>() / total));
    }
    near("output", &after.f32("output"), &output, 1e-5, 1e-4)
}

pub fn gelu(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let gelu = |x: &f64| 0.5 * x * (1.0 + (0.797_884_560_802_865_4 * (x + 0.044715 * x * x * x)).tanh());
    near("output", &after.f32("output"), &before.f64("input").iter().map(gelu).collect::<Vec<_>>(), 2e-6, 1e-5)
}

pub fn swiglu(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [_, width] = sizes(before, "params");
    let rows = by_row(&before.f64("projected"), 2 * width, |row| {
        let (gate, up) = row.split_at(width);
        gate.iter().zip(up).map(|(gate, up)| gate / (1.0 + (-gate).exp()) * up).collect()
    });
    near("gated", &after.f32("gated"), &rows, 1e-6, 1e-5)
}

pub fn rope(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [_, heads, half, first] = sizes(before, "params");
    let mut q = before.f64("q");
    for (number, head) in q.chunks_exact_mut(2 * half).enumerate() {
        for pair in 0..half {
            // The angle is rounded as in f32, where a few ULP of it are the largest error by far.
            let angle = (number / heads + first) as f64 * 10_000f64.powf(-(pair as f64) / half as f64);
            let (a, b) = (head[pair], head[pair + half]);
            head[pair] = a * angle.cos() - b * angle.sin();
            head[pair + half] = a * angle.sin() + b * angle.cos();
        }
    }
    near("q", &after.f32("q"), &q, 1e-3, 0.0)
}

pub fn embedding(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [tokens, width4, vocabulary] = sizes(before, "params");
    let (ids, table, positions) = (before.u32("ids"), before.f32("table"), before.f32("positions"));
    let width = 4 * width4;
    let value = |at: usize| {
        let word = Some(ids[at / width] as usize).filter(|word| *word < vocabulary).unwrap_or(0);
        table[word * width + at % width] + positions[at]
    };
    same("output", &after.f32("output"), &(0..tokens * width).map(value).collect::<Vec<_>>())
}
