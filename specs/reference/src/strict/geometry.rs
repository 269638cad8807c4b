//! Vectors and matrices: from the first component to the last, columns first.

use super::arithmetic::abs;

/// ((a0 b0 + a1 b1) + a2 b2) + a3 b3.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut products = a.iter().zip(b).map(|(a, b)| a * b);
    let first = products.next().unwrap_or(0.0);
    products.fold(first, |sum, product| sum + product)
}

/// sqrt(dot(v, v)); of a scalar its absolute value.
pub fn length(v: &[f32]) -> f32 {
    if let [x] = v { abs(*x) } else { dot(v, v).sqrt() }
}

fn zip(a: &[f32], b: &[f32], operation: impl Fn(f32, f32) -> f32) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| operation(*a, *b)).collect()
}

/// length(a - b).
pub fn distance(a: &[f32], b: &[f32]) -> f32 {
    length(&zip(a, b, |a, b| a - b))
}

/// v / length(v), component by component.
pub fn normalize(v: &[f32]) -> Vec<f32> {
    let length = length(v);
    v.iter().map(|x| x / length).collect()
}

/// a.yzx * b.zxy - a.zxy * b.yzx.
pub fn cross(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// n where dot(i, reference) < 0, else -n.
pub fn face_forward(n: &[f32], i: &[f32], reference: &[f32]) -> Vec<f32> {
    let front = dot(i, reference) < 0.0;
    n.iter().map(|x| if front { *x } else { -x }).collect()
}

/// i - (2 dot(n, i)) n.
pub fn reflect(i: &[f32], n: &[f32]) -> Vec<f32> {
    let twice = 2.0 * dot(n, i);
    zip(i, n, |i, n| i - twice * n)
}

/// With d = dot(n, i) and k = 1 - (ratio * ratio) (1 - d * d): zeros where k < 0, else ratio * i - (ratio * d + sqrt(k)) * n.
pub fn refract(i: &[f32], n: &[f32], ratio: f32) -> Vec<f32> {
    let d = dot(n, i);
    let k = 1.0 - (ratio * ratio) * (1.0 - d * d);
    if k < 0.0 {
        return vec![0.0; i.len()];
    }
    let along = ratio * d + k.sqrt();
    zip(i, n, |i, n| ratio * i - along * n)
}

/// Columns, first to last.
pub type Matrix = Vec<Vec<f32>>;

/// (m0 v0 + m1 v1) + …, row by row.
pub fn matrix_times_vector(m: &Matrix, v: &[f32]) -> Vec<f32> {
    let mut columns = m.iter().zip(v).map(|(column, x)| column.iter().map(|y| y * x).collect::<Vec<f32>>());
    let first = columns.next().unwrap_or_default();
    columns.fold(first, |sum, column| zip(&sum, &column, |a, b| a + b))
}

/// dot(v, column), column by column.
pub fn vector_times_matrix(v: &[f32], m: &Matrix) -> Vec<f32> {
    m.iter().map(|column| dot(v, column)).collect()
}

/// a times each column of b.
pub fn matrix_times_matrix(a: &Matrix, b: &Matrix) -> Matrix {
    b.iter().map(|column| matrix_times_vector(a, column)).collect()
}

/// Rows for columns.
pub fn transpose(m: &Matrix) -> Matrix {
    let rows = m.first().map_or(0, Vec::len);
    (0..rows).map(|row| m.iter().map(|column| column[row]).collect()).collect()
}

/// Along the first row, recursively: ((m0 d0 - m1 d1) + m2 d2) - m3 d3, where d is the determinant without that column and row.
pub fn determinant(m: &Matrix) -> f32 {
    if let [only] = m.as_slice() {
        return only[0];
    }
    let mut sum = 0.0;
    for (place, column) in m.iter().enumerate() {
        let others = m.iter().enumerate().filter(|(other, _)| *other != place);
        let minor: Matrix = others.map(|(_, other)| other[1..].to_vec()).collect();
        let product = column[0] * determinant(&minor);
        sum = match place {
            0 => product,
            _ if place % 2 == 0 => sum + product,
            _ => sum - product,
        };
    }
    sum
}
