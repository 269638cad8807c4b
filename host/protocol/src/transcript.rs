//! The transcript: a Merkle tree over the host calls of a run (`specs/receipt.md`, section 3).
//!
//! Participants: the provider, who commits to a root; a verifier, who runs the job again; an arbiter, who is shown where the two first differ. Goal: the first
//! call that differs is found in log₂(n) steps. Non-goal: the content of the calls; the tree holds hashes, re-execution brings the content.
//!
//! **Why a tree that grows at the right edge?** A run does not know how many calls it will make. [`Builder`] keeps one complete subtree for each set bit
//! of the number of calls so far, so it needs 2 KiB however long the run.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::encoding::expect_magic;
use crate::hash::Kind;
use crate::{Hash, Refusal};

/// First bytes of a transcript file.
pub const MAGIC: [u8; 8] = *b"\x7fASSAYT\x01";

/// One host call.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Call {
    /// 0, 1, 2, …
    pub index: u64,
    /// `module.name`.
    pub function: String,
    /// BLAKE3 of the argument bytes.
    pub args: Hash,
    /// BLAKE3 of the result bytes.
    pub results: Hash,
    /// Fuel used before the call.
    pub fuel: u64,
}

impl Call {
    /// The leaf's hash.
    pub fn leaf(&self) -> Hash {
        leaf(self.index, &self.function, &self.args.0, &self.results.0, self.fuel)
    }
}

fn leaf(index: u64, function: &str, args: &[u8; 32], results: &[u8; 32], fuel: u64) -> Hash {
    let length = u32::try_from(function.len()).unwrap_or(u32::MAX);
    let mut hasher = Kind::Call.hasher();
    hasher.update(&index.to_le_bytes());
    hasher.update(&length.to_le_bytes());
    hasher.update(function.as_bytes());
    hasher.update(args);
    hasher.update(results);
    hasher.update(&fuel.to_le_bytes());
    Hash(*hasher.finalize().as_bytes())
}

fn node(left: &Hash, right: &Hash) -> Hash {
    let mut hasher = Kind::TranscriptNode.hasher();
    hasher.update(&left.0);
    hasher.update(&right.0);
    Hash(*hasher.finalize().as_bytes())
}

fn root(calls: u64, top: &Hash) -> Hash {
    let mut hasher = Kind::TranscriptRoot.hasher();
    hasher.update(&calls.to_le_bytes());
    hasher.update(&top.0);
    Hash(*hasher.finalize().as_bytes())
}

/// Grows a transcript call by call.
#[derive(Debug, Clone)]
pub struct Builder {
    calls: u64,
    /// Complete subtrees, largest first: one for each set bit of `calls`.
    subtrees: Vec<Hash>,
    kept: Option<Vec<Call>>,
}

impl Builder {
    /// An empty transcript; keeps the calls themselves if `keep_calls`, at about 150 bytes each.
    pub fn new(keep_calls: bool) -> Self {
        Self { calls: 0, subtrees: Vec::new(), kept: keep_calls.then(Vec::new) }
    }

    /// Appends a call.
    pub fn push(&mut self, function: &'static str, args: [u8; 32], results: [u8; 32], fuel: u64) {
        let hash = leaf(self.calls, function, &args, &results, fuel);
        if let Some(kept) = &mut self.kept {
            kept.push(Call { index: self.calls, function: function.to_owned(), args: Hash(args), results: Hash(results), fuel });
        }
        self.push_leaf(hash);
    }

    fn push_leaf(&mut self, mut hash: Hash) {
        for _ in 0..self.calls.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                hash = node(&left, &hash);
            }
        }
        self.subtrees.push(hash);
        self.calls += 1;
    }

    /// Number of calls so far.
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// The root over the calls so far.
    pub fn root(&self) -> Hash {
        let top = self.subtrees.iter().rev().copied().reduce(|right, left| node(&left, &right));
        root(self.calls, &top.unwrap_or(Hash([0; 32])))
    }

    /// The calls, if they were kept.
    pub fn into_calls(self) -> Option<Vec<Call>> {
        self.kept
    }
}

/// A complete transcript, with all nodes of its tree.
#[derive(Debug, Clone)]
pub struct Transcript {
    /// The job whose run this is.
    pub job: Hash,
    calls: Vec<Call>,
    /// `levels[l][i]` is the hash of calls `i·2^l` up to `(i+1)·2^l`; a level holds complete subtrees only.
    levels: Vec<Vec<Hash>>,
}

impl Transcript {
    /// The tree over `calls`.
    pub fn new(job: Hash, calls: Vec<Call>) -> Self {
        let mut levels = vec![calls.iter().map(Call::leaf).collect::<Vec<_>>()];
        while let Some(last) = levels.last()
            && last.len() > 1
        {
            levels.push(last.chunks_exact(2).map(|pair| node(&pair[0], &pair[1])).collect());
        }
        Self { job, calls, levels }
    }

    /// The calls.
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// The root.
    pub fn root(&self) -> Hash {
        let mut builder = Builder::new(false);
        for call in &self.calls {
            // Rebuilt from the leaves' values: a stored index is only a claim.
            builder.push_leaf(call.leaf());
        }
        builder.root()
    }

    /// The first call that differs: its index, and how many pairs of hashes were compared to find it. `None` when the transcripts are equal.
    pub fn first_difference(&self, other: &Self) -> Option<(u64, u32)> {
        let shared = self.calls.len().min(other.calls.len());
        let (mut at, mut compared) = (0, 0);
        // Skip the largest equal subtrees from the left; inside the first unequal one, halve.
        while at < shared {
            let mut level = largest_subtree(at, shared);
            loop {
                compared += 1;
                let place = at >> level;
                let equal = self.levels[level].get(place) == other.levels[level].get(place);
                if equal {
                    at += 1 << level;
                    break;
                }
                if level == 0 {
                    return Some((at as u64, compared));
                }
                level -= 1;
            }
        }
        (self.calls.len() != other.calls.len()).then_some((shared as u64, compared))
    }

    /// The file's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        file.extend_from_slice(&self.job.0);
        file.extend(borsh::to_vec(&self.calls).expect("writing to a Vec cannot fail"));
        file
    }

    /// Reads a transcript file.
    pub fn decode(file: &[u8]) -> Result<Self, Refusal> {
        expect_magic(file, &MAGIC, "transcript.magic", "transcript")?;
        let rest = file.get(8..).unwrap_or_default();
        let (job, calls) =
            rest.split_first_chunk::<32>().ok_or_else(|| Refusal::new("transcript.length", "the file ends before the job id"))?;
        let calls: Vec<Call> =
            borsh::from_slice(calls).map_err(|e| Refusal::new("transcript.decode", format!("the calls do not decode: {e}")))?;
        for (place, call) in calls.iter().enumerate() {
            if call.index != place as u64 {
                let detail = format!("call {place} says it is call {}", call.index);
                return Err(Refusal::new("transcript.decode", detail));
            }
        }
        Ok(Self::new(Hash(*job), calls))
    }
}

/// The level of the largest complete subtree that begins at `at` and ends within `count` calls.
fn largest_subtree(at: usize, count: usize) -> usize {
    let aligned = if at == 0 { usize::BITS - 1 } else { at.trailing_zeros() };
    let fits = (count - at).ilog2();
    aligned.min(fits) as usize
}
