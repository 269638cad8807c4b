//! Sorting, scanning, counting, choosing.

use super::{near, same, sizes};
use crate::corpus::run::Buffers;

pub fn prefix_sum(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let mut sum = 0u32;
    let mut sums = Vec::new();
    for value in before.u32("values") {
        sums.push(sum);
        sum = sum.wrapping_add(value);
    }
    same("values", &after.u32("values"), &sums)
}

pub fn reduction(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let (values, result) = (before.f32("values"), after.f32("result"));
    let sum: f64 = values.iter().map(|value| f64::from(*value)).sum();
    near("sum", &result[..1], &[sum], 1.0, 1e-4)?;
    let extremes = [values.iter().copied().fold(f32::MAX, f32::min), values.iter().copied().fold(f32::MIN, f32::max)];
    same("extremes", &result[1..3], &extremes)?;
    same("count", &after.u32("result")[3..], &[values.len() as u32])
}

pub fn histogram(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let luminance = |pixel: &u32| ((pixel & 255) * 77 + (pixel >> 8 & 255) * 150 + (pixel >> 16 & 255) * 29) >> 8;
    let values: Vec<u32> = before.u32("pixels").iter().map(luminance).collect();
    let mut histogram = vec![0; 256];
    values.iter().for_each(|value| histogram[*value as usize] += 1);
    same("histogram", &after.u32("histogram"), &histogram)?;
    let extremes = [values.iter().min(), values.iter().max()].map(|value| value.copied().unwrap_or(0));
    same("extremes", &after.u32("extremes"), &extremes)
}

pub fn radix_sort(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let mut pairs: Vec<(u32, u32)> = before.u32("keys").into_iter().zip(before.u32("values")).collect();
    pairs.sort_by_key(|(key, _)| *key);
    let (keys, values): (Vec<u32>, Vec<u32>) = pairs.into_iter().unzip();
    same("keys", &after.u32("keys"), &keys)?;
    same("values", &after.u32("values"), &values)
}

pub fn bitonic_sort(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let mut values = before.f32("values");
    values.sort_by(f32::total_cmp);
    same("values", &after.f32("values"), &values)
}

pub fn top_k(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [columns] = sizes(before, "columns");
    let mut expected = Vec::new();
    for row in before.f32("logits").chunks_exact(columns) {
        let mut entries: Vec<(usize, f32)> = row.iter().copied().enumerate().collect();
        entries.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        expected.extend(entries[..8].iter().flat_map(|(place, value)| [value.to_bits(), *place as u32]));
    }
    same("top", &after.u32("top"), &expected)
}

/// Every point belongs to the nearest of the centres that the round before the last left, which cannot be seen any more: so the rounds are gone through again.
pub fn kmeans(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let points = before.f64("points");
    let mut centres = before.f64("centres");
    let mut assigned = Vec::new();
    for _ in 0..4 {
        let squared = |point: &[f64], centre: &[f64]| (point[0] - centre[0]).powi(2) + (point[1] - centre[1]).powi(2);
        let nearest = |point: &[f64]| {
            let distances = centres.chunks_exact(2).map(|centre| squared(point, centre)).enumerate();
            distances.fold((0, f64::MAX), |best, (at, distance)| if distance < best.1 { (at, distance) } else { best }).0
        };
        assigned = points.chunks_exact(2).map(nearest).collect();
        for centre in 0..16 {
            let own: Vec<&[f64]> = points.chunks_exact(2).zip(&assigned).filter(|(_, to)| **to == centre).map(|(point, _)| point).collect();
            if !own.is_empty() {
                for i in 0..2 {
                    centres[2 * centre + i] = own.iter().map(|point| point[i]).sum::<f64>() / own.len() as f64;
                }
            }
        }
    }
    // A point between two centres may fall to either.
    near("centres", &after.f32("centres"), &centres, 1e-2, 0.0)?;
    let other = after.u32("assigned").iter().zip(&assigned).filter(|(a, b)| **a as usize != **b).count();
    if other > 20 { Err(format!("{other} points are assigned to other centres")) } else { Ok(()) }
}
