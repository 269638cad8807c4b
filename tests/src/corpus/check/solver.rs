//! Systems of equations.

use super::{near, sizes};
use crate::corpus::run::Buffers;

pub fn cholesky(before: &Buffers, after: &Buffers) -> Result<(), String> {
    const N: usize = 32;
    let (matrices, factors) = (before.f32("matrices"), after.f64("matrices"));
    for (matrix, l) in matrices.chunks_exact(N * N).zip(factors.chunks_exact(N * N)) {
        let element = |at: usize| (0..N).map(|k| l[at / N * N + k] * l[at % N * N + k]).sum::<f64>();
        // The product against the matrix: the other way round, so that the found value is the one in f32.
        near("L Lᵀ", matrix, &(0..N * N).map(element).collect::<Vec<_>>(), 1e-4, 1e-5)?;
    }
    Ok(())
}

pub fn jacobi(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let (matrix, right_side) = (before.f64("matrix"), before.f64("right_side"));
    let n = right_side.len();
    let mut x = vec![0.0; n];
    for _ in 0..20 {
        let row = |i: usize| {
            let others = (0..n).filter(|j| *j != i).map(|j| matrix[i * n + j] * x[j]).sum::<f64>();
            (right_side[i] - others) / matrix[i * n + i]
        };
        x = (0..n).map(row).collect();
    }
    near("x", &after.f32("x"), &x, 1e-6, 1e-4)
}

/// The same steps in f64.
pub fn conjugate_gradient(before: &Buffers, after: &Buffers) -> Result<(), String> {
    let [width, height] = sizes(before, "grid");
    let apply = |p: &[f64]| -> Vec<f64> {
        let at = |x: usize, y: usize| if x == 0 || y == 0 || x > width || y > height { 0.0 } else { p[(y - 1) * width + x - 1] };
        let value = |i: usize| {
            let (x, y) = (i % width + 1, i / width + 1);
            4.0 * at(x, y) - at(x - 1, y) - at(x + 1, y) - at(x, y - 1) - at(x, y + 1)
        };
        (0..width * height).map(value).collect()
    };
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let mut r = before.f64("r");
    let (mut x, mut p) = (vec![0.0; r.len()], r.clone());
    let mut residual = product(&r, &r);
    for _ in 0..11 {
        let ap = apply(&p);
        let alpha = residual / product(&p, &ap);
        x.iter_mut().zip(&p).for_each(|(x, p)| *x += alpha * p);
        r.iter_mut().zip(&ap).for_each(|(r, ap)| *r -= alpha * ap);
        let next = product(&r, &r);
        let beta = next / residual;
        residual = next;
        p.iter_mut().zip(&r).for_each(|(p, r)| *p = r + beta * *p);
    }
    near("x", &after.f32("x"), &x, 1e-3, 1e-3)?;
    near("residual", &after.f32("scalars")[..1], &[residual], 0.0, 1e-2)
}
