//! The reference: the orbit of the picture's centre, in f64.

/// The points Z₀ = 0, Z₁ = C, … as the shader reads them. At least two, at most `iterations` + 1, and no further than where the orbit leaves.
pub fn orbit(centre: [f64; 2], iterations: u32) -> Vec<[f32; 2]> {
    let [x, y] = centre;
    let (mut zx, mut zy) = (0.0, 0.0);
    let mut points = vec![[0.0, 0.0]];
    for _ in 0..iterations {
        (zx, zy) = (zx * zx - zy * zy + x, 2.0 * zx * zy + y);
        points.push([zx as f32, zy as f32]);
        if zx * zx + zy * zy > 4.0 {
            break;
        }
    }
    points
}
