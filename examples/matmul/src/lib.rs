//! Multiplies two matrices on the GPU: f32 in tiles of vec4, or signed bytes by `dot4I8Packed`.
//!
//! The matrices are inputs (`a.npy`, `b.npy`), or random numbers of a seed. Before the product is written, some of its elements are computed again in plain Rust
//! and must be the same to the last bit: strict WGSL adds in the order that the shader says, and so does Rust.

mod matrix;
mod product;
mod random;
mod request;

use std::io::Write;

use assay_guest::{Error, Result};

pub use matrix::{Element, Matrix, SIDE_MAX};
pub use product::{Factor, element, multiply};
pub use random::Random;
pub use request::{Numbers, Request};

/// The inputs the job reads, if they are there.
pub const INPUTS: [&str; 2] = ["a.npy", "b.npy"];

/// How many elements of the product are computed again.
const AGAIN: usize = 64;

/// The job: the product to `c.npy`, its size and hash to stdout.
///
/// # Errors
/// A sentence that names the argument or the input at fault.
pub fn job() -> Result<()> {
    let request = Request::parse(&assay_guest::args())?;
    let mut random = Random::new(request.seed);
    match request.numbers {
        Numbers::Float => product_of(&request, "f32", || random.unit()),
        Numbers::Int8 => product_of(&request, "int8", || random.byte()),
    }
}

fn product_of<T: Factor>(request: &Request, numbers: &str, mut random: impl FnMut() -> T) -> Result<()> {
    let [a, b] = match inputs()? {
        Some([a, b]) => [Matrix::from_npy(INPUTS[0], &a)?, Matrix::from_npy(INPUTS[1], &b)?],
        None => [(request.rows, request.inner), (request.inner, request.columns)]
            .map(|(rows, columns)| Matrix::from_fn(rows, columns, |_, _| random())),
    };
    if a.columns != b.rows {
        return Err(Error::job(format!("A is {}×{} and B {}×{}: A needs as many columns as B rows", a.rows, a.columns, b.rows, b.columns)));
    }
    let c = multiply(&a, &b)?;
    let operations = 2 * a.rows * a.columns * b.columns;
    for at in places(c.values.len()) {
        let (row, column) = (at / c.columns, at % c.columns);
        if !c.at(row, column).same(element(&a, &b, row, column)) {
            return Err(Error::job(format!("row {row}, column {column} of the product is not what plain Rust computes")));
        }
    }
    let bytes = c.to_npy();
    let mut output = assay_guest::output("c.npy")?;
    output.write_all(&bytes)?;
    output.finish()?;

    let mut stdout = assay_guest::stdout();
    writeln!(stdout, "{numbers}: {}×{} · {}×{}, {:.3} billion operations", a.rows, a.columns, b.rows, b.columns, operations as f64 / 1e9)?;
    writeln!(stdout, "{} elements again in plain Rust: the same", places(c.values.len()).count())?;
    writeln!(stdout, "c.npy: {}×{}, BLAKE3 {}", c.rows, c.columns, blake3::hash(&bytes))?;
    stdout.finish()
}

/// Both inputs, or none.
fn inputs() -> Result<Option<[Vec<u8>; 2]>> {
    let given = assay_guest::inputs()?;
    match INPUTS.map(|name| given.iter().any(|entry| entry.name == name)) {
        [false, false] => Ok(None),
        // Of one alone, the other's absence is the error.
        _ => Ok(Some([assay_guest::input(INPUTS[0])?.bytes()?, assay_guest::input(INPUTS[1])?.bytes()?])),
    }
}

/// Places spread over `count` elements, the first and the last among them.
fn places(count: usize) -> impl Iterator<Item = usize> {
    let again = AGAIN.min(count);
    (0..again).map(move |n| if again == 1 { 0 } else { n * (count - 1) / (again - 1) })
}
