//! What a buffer holds at the start: the same on every machine, from the names of kernel and buffer alone.
//!
//! | filling | |
//! |---|---|
//! | `words = [64, -1, 0.5]` | these: integers as u32 or i32, floats as f32 |
//! | `zero = N` | N words of 0 |
//! | `sequence = N` | 0, 1, 2, … |
//! | `bits = N` | N random words |
//! | `u32 = N, below = M` | N random numbers below M |
//! | `f32 = N, range = [a, b]` | N random floats, a ≤ x < b |
//! | `made = "NAME", args = […]` | structured data by the functions below |
//!
//! Random words are BLAKE3's output stream keyed by the names, so a new kernel changes no other.

use serde::Deserialize;

/// How a buffer is filled.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Filling {
    /// Explicit words.
    Words {
        /// The words.
        words: Vec<Word>,
    },
    /// Zeros.
    Zero {
        /// How many words.
        zero: usize,
    },
    /// 0, 1, 2, …
    Sequence {
        /// How many words.
        sequence: usize,
    },
    /// Random words.
    Bits {
        /// How many words.
        bits: usize,
    },
    /// Random numbers below a bound.
    Below {
        /// How many.
        u32: usize,
        /// The bound.
        below: u32,
    },
    /// Random floats in a range.
    Floats {
        /// How many.
        f32: usize,
        /// From the first, to the second, which is left out.
        range: [f64; 2],
    },
    /// Structured data.
    Made {
        /// Which.
        made: String,
        /// Its numbers.
        #[serde(default)]
        args: Vec<usize>,
    },
}

/// One word in a list.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Word {
    /// A u32, or an i32 below 0.
    Integer(i64),
    /// An f32.
    Float(f64),
    /// `"round"`: the number of the round, from 0.
    Named(String),
}

impl Word {
    /// Its bits in a round.
    pub fn bits(&self, round: u32) -> Result<u32, String> {
        match self {
            Self::Integer(value) => {
                let bits = u32::try_from(*value).or_else(|_| i32::try_from(*value).map(i32::cast_unsigned));
                bits.map_err(|_| format!("{value} is no word"))
            }
            Self::Float(value) => Ok((*value as f32).to_bits()),
            Self::Named(name) if name == "round" => Ok(round),
            Self::Named(name) => Err(format!("{name:?} is no word")),
        }
    }
}

/// Random words: the same for the same names.
pub struct Stream(blake3::OutputReader);

impl Stream {
    /// The stream of a buffer of a kernel.
    pub fn new(kernel: &str, buffer: &str) -> Self {
        Self(blake3::Hasher::new_derive_key("assay corpus data").update(format!("{kernel}/{buffer}").as_bytes()).finalize_xof())
    }

    /// The next word.
    pub fn word(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u32) -> u32 {
        ((u64::from(self.word()) * u64::from(end)) >> 32) as u32
    }

    /// A float in `[from, to)`, rounded once.
    pub fn float(&mut self, from: f64, to: f64) -> f32 {
        (from + (to - from) * f64::from(self.word() >> 8) / 16_777_216.0) as f32
    }
}

impl Filling {
    /// The bytes.
    pub fn bytes(&self, kernel: &str, buffer: &str) -> Result<Vec<u8>, String> {
        let mut stream = Stream::new(kernel, buffer);
        let words: Vec<u32> = match self {
            Self::Words { words } => words.iter().map(|word| word.bits(0)).collect::<Result<_, _>>()?,
            Self::Zero { zero } => vec![0; *zero],
            Self::Sequence { sequence } => (0..*sequence as u32).collect(),
            Self::Bits { bits } => (0..*bits).map(|_| stream.word()).collect(),
            Self::Below { u32, below } => (0..*u32).map(|_| stream.below(*below)).collect(),
            Self::Floats { f32, range } => (0..*f32).map(|_| stream.float(range[0], range[1]).to_bits()).collect(),
            Self::Made { made, args } => self::made(made, args, kernel, &mut stream)?,
        };
        if words.is_empty() {
            return Err("it is empty".to_owned());
        }
        Ok(words.into_iter().flat_map(u32::to_le_bytes).collect())
    }
}

fn made(name: &str, args: &[usize], kernel: &str, stream: &mut Stream) -> Result<Vec<u32>, String> {
    match (name, args) {
        ("csr_starts", [rows, average]) => Ok(csr_starts(stream, *rows, *average)),
        ("positive_definite", [count, n]) => Ok(floats((0..*count).flat_map(|_| positive_definite(stream, *n)))),
        ("sorted_particles", [count, cells]) => Ok(floats(particles(kernel, *count, *cells).into_iter().flatten())),
        ("particle_cells", [count, cells]) => Ok(particle_cells(kernel, *count, *cells)),
        ("permutation", [n]) => Ok(permutation(stream, *n)),
        ("aes_sbox", []) => Ok(packed_bytes(&aes_sbox())),
        ("distances", [n, longest]) => Ok(distances(stream, *n, *longest)),
        ("dominant", [n]) => Ok(floats(dominant(stream, *n))),
        ("coarse_floats", [count, levels]) => Ok(floats((0..*count).map(|_| stream.below(*levels as u32) as f32 / 16.0 - 100.0))),
        ("half_scales", [count]) => Ok((0..*count).map(|_| 0x2000 | stream.below(0x0c00) | stream.below(16) << 16).collect()),
        ("spheres", [count]) => Ok(floats((0..*count).flat_map(|number| sphere(stream, number)))),
        _ => Err(format!("nothing is made by {name} {args:?}")),
    }
}

fn floats(values: impl IntoIterator<Item = f32>) -> Vec<u32> {
    values.into_iter().map(f32::to_bits).collect()
}

fn packed_bytes(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect()
}

/// Starts of the rows of a sparse matrix and its end: most rows are short, some are empty, a few are long.
fn csr_starts(stream: &mut Stream, rows: usize, average: usize) -> Vec<u32> {
    let mut left = rows * average;
    let mut starts = vec![0];
    for _ in 0..rows {
        let longest = if stream.below(32) == 0 { average * 12 } else { average };
        let length = (stream.below(longest as u32 + 1) as usize).min(left);
        left -= length;
        starts.push(starts[starts.len() - 1] + length as u32);
    }
    starts
}

/// B·Bᵀ + I.
fn positive_definite(stream: &mut Stream, n: usize) -> Vec<f32> {
    let b: Vec<f32> = (0..n * n).map(|_| stream.float(-1.0, 1.0)).collect();
    let element = |i: usize, j: usize| {
        let sum: f32 = (0..n).map(|k| b[i * n + k] * b[j * n + k]).sum();
        sum + if i == j { 1.0 } else { 0.0 }
    };
    (0..n * n).map(|at| element(at / n, at % n)).collect()
}

/// Particles in the unit square, sorted by the cell of a grid that they lie in.
fn particles(kernel: &str, count: usize, cells: usize) -> Vec<[f32; 2]> {
    let mut stream = Stream::new(kernel, "particles");
    let mut list: Vec<[f32; 2]> = (0..count).map(|_| [stream.float(0.0, 1.0), stream.float(0.0, 1.0)]).collect();
    list.sort_by_key(|particle| cell(*particle, cells));
    list
}

fn cell(particle: [f32; 2], cells: usize) -> usize {
    let size = 1.0 / cells as f32;
    let [x, y] = particle.map(|value| ((value / size).floor() as usize).min(cells - 1));
    y * cells + x
}

/// Index of the first particle of each cell, and the count.
fn particle_cells(kernel: &str, count: usize, cells: usize) -> Vec<u32> {
    let list: Vec<usize> = particles(kernel, count, cells).into_iter().map(|particle| cell(particle, cells)).collect();
    (0..=cells * cells).map(|cell| list.partition_point(|other| *other < cell) as u32).collect()
}

fn permutation(stream: &mut Stream, n: usize) -> Vec<u32> {
    let mut list: Vec<u32> = (0..n as u32).collect();
    for i in (1..n).rev() {
        list.swap(i, stream.below(i as u32 + 1) as usize);
    }
    list
}

/// The S-box of AES: the inverse in GF(2⁸), then an affine map.
pub fn aes_sbox() -> [u8; 256] {
    let times = |mut a: u8, mut b: u8| {
        let mut product = 0;
        while b != 0 {
            product ^= if b & 1 == 1 { a } else { 0 };
            a = a << 1 ^ if a & 0x80 == 0 { 0 } else { 0x1b };
            b >>= 1;
        }
        product
    };
    std::array::from_fn(|at| {
        let value = at as u8;
        let inverse = (0..=255).find(|other| times(value, *other) == 1).unwrap_or(0);
        inverse ^ inverse.rotate_left(1) ^ inverse.rotate_left(2) ^ inverse.rotate_left(3) ^ inverse.rotate_left(4) ^ 0x63
    })
}

/// Lengths of roads between n places; 1,000,000 where there is none.
fn distances(stream: &mut Stream, n: usize, longest: usize) -> Vec<u32> {
    let mut length = |from: usize, to: usize| match (from == to, stream.below(10)) {
        (true, _) => 0,
        (false, 0) => 1 + stream.below(longest as u32),
        (false, _) => 1_000_000,
    };
    (0..n * n).map(|at| length(at / n, at % n)).collect()
}

/// A matrix whose diagonal outweighs the rest of each row.
fn dominant(stream: &mut Stream, n: usize) -> Vec<f32> {
    let mut element = |at: usize| {
        let value = stream.float(-1.0, 1.0);
        if at.is_multiple_of(n + 1) { value + n as f32 } else { value }
    };
    (0..n * n).map(&mut element).collect()
}

/// Centre, radius, colour, material; the first is the ground.
fn sphere(stream: &mut Stream, number: usize) -> [f32; 8] {
    if number == 0 {
        return [0.0, -101.0, -1.0, 100.0, 0.6, 0.7, 0.4, 0.0];
    }
    let mut random = |from, to| stream.float(from, to);
    let radius = random(0.2, 0.6);
    let material = (number % 3) as f32 + random(0.0, 0.5);
    [random(-2.5, 2.5), radius - 1.0, random(-3.0, 0.5), radius, random(0.4, 1.0), random(0.4, 1.0), random(0.4, 1.0), material]
}
