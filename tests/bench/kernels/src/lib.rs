//! Kernels that the benchmark runs natively and in the sandbox.
//!
//! Each is a pure function of one number, written as an ordinary author would write it: plain Rust over the standard library, no intrinsics, no `unsafe`. The
//! same source is compiled twice, so a kernel's result is an oracle as well: native and sandboxed have to agree on all 64 bits.
//!
//! What a kernel must not do: read a clock, entropy or an environment, depend on the width of `usize` or on addresses, or make a NaN (its bits would be the
//! processor's own natively).

#[path = "kernels/compress.rs"]
mod compress;
#[path = "kernels/float.rs"]
mod float;
#[path = "kernels/hashing.rs"]
mod hashing;
#[path = "kernels/integer.rs"]
mod integer;
#[path = "kernels/machine.rs"]
mod machine;
#[path = "kernels/memory.rs"]
mod memory;
#[path = "kernels/parsing.rs"]
mod parsing;
#[path = "kernels/sorting.rs"]
mod sorting;
#[path = "kernels/words.rs"]
mod words;

/// One kernel.
#[derive(Debug, Clone, Copy)]
pub struct Kernel {
    /// Its name in tables.
    pub name: &'static str,
    /// What it stands for.
    pub kind: &'static str,
    /// The kernel.
    pub run: fn(u32) -> u64,
    /// The work that takes about 50 ms natively on the machine of `specs/PERFORMANCE.md`.
    pub n: u32,
}

macro_rules! kernels {
    ($($name:literal, $kind:literal, $run:path, $n:expr;)*) => {
        /// All kernels, in the order of the tables.
        pub const KERNELS: &[Kernel] = &[$(Kernel { name: $name, kind: $kind, run: $run, n: $n }),*];
    };
}

kernels! {
    "mix", "64-bit integer mixing", integer::mix, 15_000_000;
    "collatz", "integer, unpredictable branches", integer::collatz, 500_000;
    "fib", "recursion", integer::fib, 37;
    "nbody", "f64, scalar", float::nbody, 900_000;
    "mandelbrot", "f64, scalar, branches", float::mandelbrot, 440;
    "matmul", "f32, SIMD-able", float::matmul, 800;
    "blur", "u8 picture, SIMD-able", float::blur, 160;
    "stream", "memory-bound, f64", memory::stream, 8;
    "sieve", "memory-bound, bytes", memory::sieve, 14_000_000;
    "chase", "dependent loads, 1 MiB", memory::chase, 8_000_000;
    "search", "binary search, branches", sorting::search, 600_000;
    "sort", "sorting, unstable", sorting::unstable, 3_000_000;
    "merge", "sorting, stable, by key", sorting::stable, 600_000;
    "interpreter", "bytecode loop, indirect branches", machine::interpreter, 1_500_000;
    "sha256", "hashing, 32-bit", hashing::sha256, 12_000_000;
    "arx", "hashing, BLAKE3's compression", hashing::arx, 600_000;
    "csv", "parsing numbers", parsing::csv, 100;
    "json", "parsing structure", parsing::json, 50;
    "words", "strings and a hash map", words::count, 3;
    "lz", "compression and back", compress::lz, 5;
}

/// A small generator (SplitMix64), so that kernels make their own data and need no input.
#[derive(Debug, Clone)]
pub(crate) struct Generator(u64);

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        integer::finish(self.0)
    }

    /// A number below `bound`, which is at most 2³².
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        ((self.next() >> 32) * bound) >> 32
    }
}

/// Folds `value` into a checksum.
pub(crate) fn fold(sum: u64, value: u64) -> u64 {
    (sum.rotate_left(5) ^ value).wrapping_mul(0x517c_c1b7_2722_0a95)
}

/// What the benchmark calls in the module.
#[cfg(target_family = "wasm")]
pub mod export {
    /// Runs kernel `index` on `n`.
    #[unsafe(no_mangle)]
    pub extern "C" fn run_kernel(index: u32, n: u32) -> u64 {
        let kernel = &crate::KERNELS[index as usize];
        (std::hint::black_box(kernel.run))(std::hint::black_box(n))
    }
}

#[cfg(test)]
mod tests {
    use super::KERNELS;

    /// Known answers at small sizes: a kernel that the compiler could throw away, or that changed by accident, shows here.
    #[test]
    fn kernels_compute() {
        for kernel in KERNELS {
            let (one, two) = ((kernel.run)(10), (kernel.run)(11));
            assert_ne!(one, two, "{} ignores its argument", kernel.name);
            assert_eq!(one, (kernel.run)(10), "{} is not a function", kernel.name);
        }
    }
}
