//! Alignment and distance of sequences; prices; random numbers.

use super::{near, same};
use crate::corpus::run::Buffers;

pub fn levenshtein(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let (first, second) = (before.u32("first"), before.u32("second"));
    let distance = |(a, b): (&[u32], &[u32])| {
        let mut row: Vec<u32> = (0..=b.len() as u32).collect();
        for (i, x) in (1..).zip(a) {
            let mut diagonal = std::mem::replace(&mut row[0], i);
            for (j, y) in b.iter().enumerate() {
                let best = (diagonal + u32::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
                diagonal = std::mem::replace(&mut row[j + 1], best);
            }
        }
        row[b.len()]
    };
    let distances: Vec<u32> = first.chunks_exact(128).zip(second.chunks_exact(128)).map(distance).collect();
    same("distances", &after.u32("distances"), &distances)
}

pub fn smith_waterman(before: &Buffers, after: &Buffers) -> Result<(), String> {
    const N: usize = 96;
    let scores = before.i32("scores");
    let bases = |name: &str| before.bytes(name).iter().map(|byte| byte & 3).collect::<Vec<u8>>();
    let mut expected = Vec::new();
    for (query, target) in bases("queries").chunks_exact(N).zip(bases("targets").chunks_exact(N)) {
        let border = [-1000; N + 1];
        let (mut h, mut e, mut f) = ([[0; N + 1]; N + 1], [border; N + 1], [border; N + 1]);
        let mut best = [0, 0, 0];
        for i in 1..=N {
            for j in 1..=N {
                e[i][j] = (h[i][j - 1] - scores[2]).max(e[i][j - 1] - scores[3]);
                f[i][j] = (h[i - 1][j] - scores[2]).max(f[i - 1][j] - scores[3]);
                let similarity = scores[usize::from(query[i - 1] != target[j - 1])];
                h[i][j] = 0.max(h[i - 1][j - 1] + similarity).max(e[i][j]).max(f[i][j]);
                if h[i][j] > best[0] {
                    best = [h[i][j], i as i32, j as i32];
                }
            }
        }
        expected.extend(best);
    }
    same("best", &after.i32("best"), &expected)
}

/// Abramowitz and Stegun 26.2.17, as the kernel.
fn cumulative(d: f64) -> f64 {
    let k = 1.0 / (1.0 + 0.231_641_9 * d.abs());
    let series = k * (0.319_381_530 + k * (-0.356_563_782 + k * (1.781_477_937 + k * (-1.821_255_978 + k * 1.330_274_429))));
    let tail = 0.398_942_28 * (-0.5 * d * d).exp() * series;
    if d > 0.0 { 1.0 - tail } else { tail }
}

pub fn black_scholes(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let (rate, volatility) = (0.02, 0.3);
    let price = |option: &[f64]| {
        let (spot, strike, years) = (option[0], option[1], option[2]);
        let deviation = volatility * f64::sqrt(years);
        let d1 = ((spot / strike).ln() + (rate + 0.5 * volatility * volatility) * years) / deviation;
        let (n1, n2) = (cumulative(d1), cumulative(d1 - deviation));
        let discounted = strike * (-rate * years).exp();
        [spot * n1 - discounted * n2, discounted * (1.0 - n2) - spot * (1.0 - n1)]
    };
    let prices: Vec<f64> = before.f64("options").chunks_exact(3).flat_map(price).collect();
    near("prices", &after.f32("prices"), &prices, 1e-4, 1e-5)
}

pub fn binomial_option(before: &Buffers, after: &Buffers) -> Result<(), String> {
    const STEPS: i32 = 255;
    let price = |option: &[f64]| {
        let (spot, strike, years, volatility) = (option[0], option[1], option[2], option[3]);
        let dt = years / f64::from(STEPS);
        let up = (volatility * dt.sqrt()).exp();
        let growth = (0.03 * dt).exp();
        let p = (growth - 1.0 / up) / (up - 1.0 / up);
        let exercise = |step: i32, i: i32| strike - spot * up.powi(2 * i - step);
        let mut values: Vec<f64> = (0..=STEPS).map(|i| exercise(STEPS, i).max(0.0)).collect();
        for step in (0..STEPS).rev() {
            for i in 0..=step as usize {
                values[i] = ((p * values[i + 1] + (1.0 - p) * values[i]) / growth).max(exercise(step, i as i32));
            }
        }
        values[0]
    };
    let prices: Vec<f64> = before.f64("options").chunks_exact(4).map(price).collect();
    near("prices", &after.f32("prices"), &prices, 1e-3, 0.0)
}

/// The same stream of numbers and the same count of hits.
pub fn monte_carlo_pi(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let params = before.u32("params");
    let (mut hits, mut last) = (0, Vec::new());
    for invocation in 0..4096u32 {
        let mut state = params[0] ^ invocation.wrapping_mul(0x9e37_79b9);
        let mut next = || {
            let old = state;
            state = old.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
            let word = (old >> ((old >> 28) + 4) ^ old).wrapping_mul(277_803_737);
            word >> 22 ^ word
        };
        next();
        let mut point = [0.0f32; 2];
        for _ in 0..params[1] {
            point = [next(), next()].map(|word| (word >> 8) as f32 / 16_777_216.0);
            hits += u32::from(point[0] * point[0] + point[1] * point[1] < 1.0);
        }
        last.extend(point);
    }
    same("hits", &after.u32("hits"), &[hits])?;
    same("last_points", &after.f32("last_points"), &last)?;
    near("pi", &[4.0 * hits as f32 / 1_048_576.0], &[std::f64::consts::PI], 0.01, 0.0)
}
