//! Simulated steps.

use super::{near, sizes};
use crate::corpus::run::Buffers;

pub fn heat(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [width, height] = sizes(before, "plate");
    let mut now = before.f64("even");
    for _ in 0..10 {
        let mut next = now.clone();
        for y in 1..height - 1 {
            for x in 1..width - 1 {
                let i = y * width + x;
                next[i] += 0.2 * (now[i - 1] + now[i + 1] + now[i - width] + now[i + width] - 4.0 * now[i]);
            }
        }
        now = next;
    }
    near("even", &after.f32("even"), &now, 1e-3, 0.0)
}

pub fn nbody(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let bodies = before.f64("bodies");
    let mut moved = bodies.clone();
    for (body, new) in bodies.chunks_exact(8).zip(moved.chunks_exact_mut(8)) {
        let mut acceleration = [0.0; 3];
        for other in bodies.chunks_exact(8) {
            let offset: [f64; 3] = std::array::from_fn(|i| other[i] - body[i]);
            let square = offset.iter().map(|x| x * x).sum::<f64>() + 0.001;
            acceleration.iter_mut().zip(offset).for_each(|(sum, x)| *sum += x * other[3] / (square * square.sqrt()));
        }
        for i in 0..3 {
            new[4 + i] += acceleration[i] * 0.01;
            new[i] += new[4 + i] * 0.01;
        }
    }
    near("moved", &after.f32("moved"), &moved, 1e-3, 1e-4)
}
