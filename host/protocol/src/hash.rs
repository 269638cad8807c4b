//! Hashes: BLAKE3, one context for each kind of object.

use blake3::hazmat::HasherExt;
use borsh::{BorshDeserialize, BorshSerialize};

/// A BLAKE3 hash, 32 bytes, shown as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The hash of a blob: plain BLAKE3, what `b3sum` prints.
    pub fn of_blob(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// Reads 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Result<Self, String> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| format!("{text:?} is not a hash: a hash is 64 hexadecimal digits"))?;
        Ok(Self(bytes))
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

/// A kind of object that is hashed, with the context that keeps it apart from every other kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A package's manifest.
    Manifest,
    /// A job.
    Job,
    /// An outcome.
    Outcome,
    /// One host call, a leaf of a transcript.
    Call,
    /// An inner node of a transcript.
    TranscriptNode,
    /// The root of a transcript.
    TranscriptRoot,
    /// A receipt.
    Receipt,
    /// The random stream of a job.
    Random,
}

impl Kind {
    /// All kinds, in the order of their numbers.
    const ALL: [Self; 8] =
        [Self::Manifest, Self::Job, Self::Outcome, Self::Call, Self::TranscriptNode, Self::TranscriptRoot, Self::Receipt, Self::Random];

    /// The `derive_key` context of this kind.
    pub const fn context(self) -> &'static str {
        match self {
            Self::Manifest => "assay 2026-11-23 manifest v1",
            Self::Job => "assay 2026-11-23 job v1",
            Self::Outcome => "assay 2026-11-23 outcome v1",
            Self::Call => "assay 2026-11-23 call v1",
            Self::TranscriptNode => "assay 2026-11-23 transcript node v1",
            Self::TranscriptRoot => "assay 2026-11-23 transcript root v1",
            Self::Receipt => "assay 2026-11-23 receipt v1",
            Self::Random => "assay 2026-11-23 random v1",
        }
    }

    /// A hasher for this kind.
    pub fn hasher(self) -> blake3::Hasher {
        blake3::Hasher::new_from_context_key(self.context_key())
    }

    /// The key that the context derives. Derived once for a kind: a transcript has a leaf for each host call, and half of a leaf's cost was this.
    fn context_key(self) -> &'static blake3::hazmat::ContextKey {
        static KEYS: std::sync::LazyLock<[blake3::hazmat::ContextKey; 8]> =
            std::sync::LazyLock::new(|| Kind::ALL.map(|kind| blake3::hazmat::hash_derive_key_context(kind.context())));
        &KEYS[self as usize]
    }

    /// The hash of an encoding of this kind.
    pub fn hash(self, encoding: &[u8]) -> Hash {
        Hash(*self.hasher().update(encoding).finalize().as_bytes())
    }
}

/// A blob by its length and hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Blob {
    /// Length in bytes.
    pub bytes: u64,
    /// Plain BLAKE3 of the content.
    pub blake3: Hash,
}

impl Blob {
    /// Describes `content`.
    pub fn of(content: &[u8]) -> Self {
        Self { bytes: content.len() as u64, blake3: Hash::of_blob(content) }
    }
}

/// A blob with a name: an input or an output.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct NamedBlob {
    /// The input's or output's name.
    pub name: String,
    /// Its content.
    pub blob: Blob,
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn a_kinds_hash_is_blake3_with_its_context() {
        for kind in Kind::ALL {
            assert_eq!(kind.hash(b"content").0, blake3::derive_key(kind.context(), b"content"));
        }
    }
}
