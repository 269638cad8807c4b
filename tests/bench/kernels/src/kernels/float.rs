//! Floating point, and a picture filter: what a vector unit is for.

use crate::{Generator, fold};

#[derive(Clone, Copy)]
struct Body {
    place: [f64; 3],
    speed: [f64; 3],
    mass: f64,
}

/// A sun and four planets over `n` steps of time: square roots, divisions and a long chain of f64.
#[inline(never)]
pub(crate) fn nbody(n: u32) -> u64 {
    let body = |x: f64, y: f64, mass: f64| Body { place: [x, y, 0.1 * x], speed: [-0.3 * y, 0.3 * x, 0.02 * y], mass };
    let mut bodies =
        [body(0.0, 0.0, 39.0), body(4.8, -1.2, 0.04), body(8.3, 4.1, 0.01), body(12.9, -15.1, 0.002), body(15.4, -25.9, 0.002)];
    for _ in 0..n {
        step(&mut bodies, 0.001);
    }
    bodies.iter().flat_map(|body| body.place).fold(0, |sum, x| fold(sum, x.to_bits()))
}

fn step(bodies: &mut [Body; 5], dt: f64) {
    for i in 0..5 {
        for j in i + 1..5 {
            let mut apart = [0.0; 3];
            for (k, apart) in apart.iter_mut().enumerate() {
                *apart = bodies[i].place[k] - bodies[j].place[k];
            }
            let squared = apart[0] * apart[0] + apart[1] * apart[1] + apart[2] * apart[2] + 0.01;
            let pull = dt / (squared * squared.sqrt());
            let (mass_i, mass_j) = (bodies[i].mass, bodies[j].mass);
            for (k, apart) in apart.iter().enumerate() {
                bodies[i].speed[k] -= apart * mass_j * pull;
                bodies[j].speed[k] += apart * mass_i * pull;
            }
        }
    }
    for body in bodies {
        for k in 0..3 {
            body.place[k] += dt * body.speed[k];
        }
    }
}

/// The Mandelbrot set on `n` × `n` points.
#[inline(never)]
pub(crate) fn mandelbrot(n: u32) -> u64 {
    let scale = 2.5 / f64::from(n);
    let mut sum = 0;
    for row in 0..n {
        for column in 0..n {
            let (cr, ci) = (f64::from(column) * scale - 1.9, f64::from(row) * scale - 1.25);
            let (mut r, mut i, mut steps) = (0.0_f64, 0.0_f64, 0_u64);
            while steps < 400 && r * r + i * i <= 4.0 {
                (r, i) = (r * r - i * i + cr, 2.0 * r * i + ci);
                steps += 1;
            }
            sum = fold(sum, steps);
        }
    }
    sum
}

/// The product of two `n` × `n` matrices of f32, rows inside: the compiler can use vectors without reordering a sum.
#[inline(never)]
pub(crate) fn matmul(n: u32) -> u64 {
    let n = n as usize;
    let mut generator = Generator::new(7);
    let mut matrix = || -> Vec<f32> { (0..n * n).map(|_| generator.below(1 << 20) as f32 / 65_536.0 - 8.0).collect() };
    let (a, b) = (matrix(), matrix());
    let mut c = vec![0.0_f32; n * n];
    for (row_a, row_c) in a.chunks_exact(n).zip(c.chunks_exact_mut(n)) {
        for (factor, row_b) in row_a.iter().zip(b.chunks_exact(n)) {
            for (c, b) in row_c.iter_mut().zip(row_b) {
                *c += factor * b;
            }
        }
    }
    c.iter().fold(0, |sum, x| fold(sum, u64::from(x.to_bits())))
}

/// A 3 × 3 blur over a grey picture of a megapixel, `n` times.
#[inline(never)]
pub(crate) fn blur(n: u32) -> u64 {
    const WIDTH: usize = 1024;
    let mut generator = Generator::new(9);
    let mut picture: Vec<u8> = (0..WIDTH * WIDTH).map(|_| generator.next() as u8).collect();
    let mut blurred = picture.clone();
    for _ in 0..n {
        for row in 1..WIDTH - 1 {
            let above = &picture[(row - 1) * WIDTH..][..WIDTH];
            let here = &picture[row * WIDTH..][..WIDTH];
            let below = &picture[(row + 1) * WIDTH..][..WIDTH];
            let target = &mut blurred[row * WIDTH..][..WIDTH];
            for (x, target) in target.iter_mut().enumerate().take(WIDTH - 1).skip(1) {
                let column = |x: usize| u16::from(above[x]) + 2 * u16::from(here[x]) + u16::from(below[x]);
                *target = ((column(x - 1) + 2 * column(x) + column(x + 1)) / 16) as u8;
            }
        }
        std::mem::swap(&mut picture, &mut blurred);
    }
    picture.iter().fold(0, |sum, x| fold(sum, u64::from(*x)))
}
