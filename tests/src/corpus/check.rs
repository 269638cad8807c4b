//! What the kernels should compute: plain code that shares nothing with the executor. Integers exactly; floats against f64, within what rounding explains.
//!
//! A check is found by the kernel's name. Kernels without one are held by their hashes alone, on every back end.

mod cipher;
mod digest;
mod graph;
mod image;
mod linear;
mod network;
mod order;
mod physics;
mod sequence;
mod solver;

use super::run::Buffers;

/// Holds what a kernel left in its buffers against what was in them.
pub type Check = fn(before: &Buffers, after: &Buffers) -> Result<(), String>;

/// All checks, by the name of the kernel.
pub const CHECKS: [(&str, Check); 49] = [
    ("aes", cipher::aes),
    ("attention", network::attention),
    ("batch_norm", network::batch_norm),
    ("binomial_option", sequence::binomial_option),
    ("bitonic_sort", order::bitonic_sort),
    ("black_scholes", sequence::black_scholes),
    ("blake3", digest::blake3),
    ("blur", image::blur),
    ("chacha20", cipher::chacha20),
    ("cholesky", solver::cholesky),
    ("conjugate_gradient", solver::conjugate_gradient),
    ("conv2d", image::conv2d),
    ("crc32", digest::crc32),
    ("depthwise_conv", image::depthwise_conv),
    ("dequantise_int4", linear::dequantise_int4),
    ("embedding", network::embedding),
    ("fft", linear::fft),
    ("floyd_warshall", graph::floyd_warshall),
    ("gelu", network::gelu),
    ("gemv", linear::gemv),
    ("heat", physics::heat),
    ("histogram", order::histogram),
    ("jacobi", solver::jacobi),
    ("keccak", digest::keccak),
    ("kmeans", order::kmeans),
    ("layer_norm", network::layer_norm),
    ("levenshtein", sequence::levenshtein),
    ("life", graph::life),
    ("matmul_fma", linear::matmul_fma),
    ("matmul_int8", linear::matmul_int8),
    ("matmul_naive", linear::matmul),
    ("matmul_tiled", linear::matmul),
    ("matmul_vec4", linear::matmul_vec4),
    ("monte_carlo_pi", sequence::monte_carlo_pi),
    ("nbody", physics::nbody),
    ("pooling", image::pooling),
    ("prefix_sum", order::prefix_sum),
    ("radix_sort", order::radix_sort),
    ("reduction", order::reduction),
    ("resize", image::resize),
    ("rms_norm", network::rms_norm),
    ("rope", network::rope),
    ("sha256", digest::sha256),
    ("smith_waterman", sequence::smith_waterman),
    ("softmax", network::softmax),
    ("spmv", linear::spmv),
    ("swiglu", network::swiglu),
    ("top_k", order::top_k),
    ("transpose", linear::transpose),
];

/// The check of a kernel.
pub fn of(kernel: &str) -> Option<Check> {
    CHECKS.iter().find(|(name, _)| *name == kernel).map(|(_, check)| *check)
}

/// Both lists are equal.
fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &[T], expected: &[T]) -> Result<(), String> {
    if found.len() != expected.len() {
        return Err(format!("{what}: {} elements, expected {}", found.len(), expected.len()));
    }
    match found.iter().zip(expected).enumerate().find(|(_, (a, b))| a != b) {
        Some((at, (a, b))) => Err(format!("{what}[{at}] is {a:?}, expected {b:?}")),
        None => Ok(()),
    }
}

/// Every number is within `absolute + relative · |expected|` of what is expected.
fn near(what: &str, found: &[f32], expected: &[f64], absolute: f64, relative: f64) -> Result<(), String> {
    if found.len() != expected.len() {
        return Err(format!("{what}: {} elements, expected {}", found.len(), expected.len()));
    }
    // A NaN is wrong.
    let near = |a: f32, b: f64| (f64::from(a) - b).abs() <= absolute + relative * b.abs();
    let wrong = |(_, (a, b)): &(usize, (&f32, &f64))| !near(**a, **b);
    match found.iter().zip(expected).enumerate().find(wrong) {
        Some((at, (a, b))) => Err(format!("{what}[{at}] is {a}, expected {b}")),
        None => Ok(()),
    }
}

/// Whole numbers of a parameter block.
fn sizes<const N: usize>(before: &Buffers, name: &str) -> [usize; N] {
    let words = before.u32(name);
    std::array::from_fn(|at| words[at] as usize)
}
