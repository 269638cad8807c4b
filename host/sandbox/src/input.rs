//! Inputs, verified on every read.
//!
//! An input is named by its BLAKE3 before the job starts, and may be larger than memory. So it is hashed once from the file, keeping the hash of each
//! [`GROUP_BYTES`] group (BLAKE3 is a tree: a group's hash is a node of it), and each group is hashed again when the job reads it. **Why again?** The file is on
//! somebody's disk and can change between the two. A wrong byte would make an honest provider sign a wrong outcome and lose its stake; this way it abstains.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use assay_protocol::Hash;
use assay_protocol::hash::Blob;
use blake3::hazmat::{ChainingValue, HasherExt, Mode, left_subtree_len, merge_subtrees_non_root, merge_subtrees_root};
use rayon::prelude::*;

use crate::host::{InputData, InputFault};

/// Bytes that are hashed and verified together. A power of two of BLAKE3 chunks.
pub const GROUP_BYTES: u64 = 256 * 1024;
/// Verified groups kept in memory for each input.
const KEPT_GROUPS: usize = 4;

/// The content of an input.
#[derive(Debug, Clone)]
pub enum Input {
    /// In memory.
    Bytes(Arc<[u8]>),
    /// On disk, read and verified group by group.
    File(VerifiedFile),
}

impl Input {
    /// An input that is in memory already.
    pub fn from_bytes(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self::Bytes(bytes.into())
    }

    /// Opens and hashes the file at `path`. What is not a regular file (a pipe) is read into memory, at most `max_bytes` of it.
    pub fn open(path: &Path, max_bytes: u64) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let too_long = |bytes| {
            let message = format!("it has {bytes} bytes or more; the job's inputs may have {max_bytes} together");
            io::Error::new(io::ErrorKind::FileTooLarge, message)
        };
        if metadata.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"));
        }
        if metadata.is_file() && metadata.len() > max_bytes {
            return Err(too_long(metadata.len()));
        }
        if metadata.is_file() && metadata.len() > GROUP_BYTES {
            return VerifiedFile::hash(file, metadata.len()).map(Self::File);
        }
        let mut bytes = Vec::new();
        file.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > max_bytes {
            return Err(too_long(max_bytes.saturating_add(1)));
        }
        Ok(Self::Bytes(bytes.into()))
    }

    /// Its length and hash.
    pub fn blob(&self) -> Blob {
        match self {
            Self::Bytes(bytes) => Blob::of(bytes),
            Self::File(file) => Blob { bytes: file.bytes, blake3: file.root },
        }
    }

    /// As the host's file system reads it.
    pub fn into_data(self) -> Box<dyn InputData> {
        match self {
            Self::Bytes(bytes) => Box::new(bytes),
            Self::File(file) => Box::new(file),
        }
    }
}

/// A file of more than one group, with the hash of each.
#[derive(Debug, Clone)]
pub struct VerifiedFile {
    file: Arc<File>,
    bytes: u64,
    root: Hash,
    groups: Arc<[ChainingValue]>,
    /// Verified groups, the latest first.
    kept: Vec<(u64, Arc<[u8]>)>,
}

impl VerifiedFile {
    /// Hashes `file`, which is `bytes` long, on all cores in bounded memory.
    pub fn hash(file: File, bytes: u64) -> io::Result<Self> {
        let count = bytes.div_ceil(GROUP_BYTES);
        let groups = (0..count)
            .into_par_iter()
            .map_init(Vec::new, |buffer, group| {
                read_group(&file, bytes, group, buffer)?;
                Ok(group_hash(group, buffer))
            })
            .collect::<io::Result<Vec<_>>>()?;
        let root = root(&groups, bytes);
        Ok(Self { file: Arc::new(file), bytes, root, groups: groups.into(), kept: Vec::new() })
    }

    fn group(&mut self, group: u64) -> Result<Arc<[u8]>, InputFault> {
        if let Some(place) = self.kept.iter().position(|(kept, _)| *kept == group) {
            self.kept[..=place].rotate_right(1);
            return Ok(self.kept[0].1.clone());
        }
        let mut buffer = Vec::new();
        read_group(&self.file, self.bytes, group, &mut buffer).map_err(|e| InputFault(format!("an input file could not be read: {e}")))?;
        let expected = usize::try_from(group).ok().and_then(|group| self.groups.get(group));
        if expected != Some(&group_hash(group, &buffer)) {
            return Err(InputFault("an input file changed while the job ran".to_owned()));
        }
        let content: Arc<[u8]> = buffer.into();
        self.kept.truncate(KEPT_GROUPS - 1);
        self.kept.insert(0, (group, content.clone()));
        Ok(content)
    }
}

impl InputData for VerifiedFile {
    fn len(&self) -> u64 {
        self.bytes
    }

    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<(), InputFault> {
        let mut filled = 0;
        while filled < buf.len() {
            let at = offset + filled as u64;
            let content = self.group(at / GROUP_BYTES)?;
            let within = (at % GROUP_BYTES) as usize;
            let part = content
                .get(within..)
                .filter(|part| !part.is_empty())
                .ok_or_else(|| InputFault("an input was read past its end".to_owned()))?;
            let length = part.len().min(buf.len() - filled);
            buf[filled..filled + length].copy_from_slice(&part[..length]);
            filled += length;
        }
        Ok(())
    }
}

fn read_group(file: &File, bytes: u64, group: u64, buffer: &mut Vec<u8>) -> io::Result<()> {
    let offset = group * GROUP_BYTES;
    let length = GROUP_BYTES.min(bytes.saturating_sub(offset));
    buffer.resize(length as usize, 0);
    file.read_exact_at(buffer, offset)
}

fn group_hash(group: u64, content: &[u8]) -> ChainingValue {
    blake3::Hasher::new().set_input_offset(group * GROUP_BYTES).update(content).finalize_non_root()
}

/// The root of a file of more than one group from the groups' hashes.
fn root(groups: &[ChainingValue], bytes: u64) -> Hash {
    let (left, right) = halves(groups, bytes);
    Hash(*merge_subtrees_root(&left, &right, Mode::Hash).as_bytes())
}

fn halves(groups: &[ChainingValue], bytes: u64) -> (ChainingValue, ChainingValue) {
    let left_bytes = left_subtree_len(bytes);
    let (left, right) = groups.split_at((left_bytes / GROUP_BYTES) as usize);
    (subtree(left, left_bytes), subtree(right, bytes - left_bytes))
}

fn subtree(groups: &[ChainingValue], bytes: u64) -> ChainingValue {
    match groups {
        [group] => *group,
        _ => {
            let (left, right) = halves(groups, bytes);
            merge_subtrees_non_root(&left, &right, Mode::Hash)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use super::*;

    fn content(bytes: usize) -> Vec<u8> {
        (0..bytes).map(|i| (i * 31 + i / 251) as u8).collect()
    }

    #[test]
    fn root_is_blake3_at_every_boundary() {
        let g = GROUP_BYTES as usize;
        for bytes in [0, 1, g - 1, g, g + 1, 2 * g - 1, 2 * g, 2 * g + 1, 3 * g, 5 * g + 1023, 8 * g, 9 * g + 1] {
            let content = content(bytes);
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(&content).unwrap();
            let input = Input::open(file.path(), u64::MAX).unwrap();
            assert_eq!(input.blob(), Blob::of(&content), "{bytes}");
        }
    }

    #[test]
    fn reads_across_groups_and_refuses_a_changed_file() {
        let content = content(5 * GROUP_BYTES as usize + 77);
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&content).unwrap();
        let mut data = Input::open(file.path(), u64::MAX).unwrap().into_data();
        let mut buffer = vec![0; GROUP_BYTES as usize + 100];
        let offset = GROUP_BYTES - 50;
        data.read_at(offset, &mut buffer).unwrap();
        assert_eq!(buffer, content[offset as usize..][..buffer.len()]);

        file.as_file_mut().seek(io::SeekFrom::Start(4 * GROUP_BYTES + 9)).unwrap();
        file.write_all(&[content[4 * GROUP_BYTES as usize + 9] ^ 1]).unwrap();
        assert!(data.read_at(4 * GROUP_BYTES, &mut [0; 4]).is_err());
        assert!(data.read_at(3 * GROUP_BYTES, &mut [0; 4]).is_ok(), "other groups still verify");
    }

    #[test]
    fn longer_than_allowed_is_refused() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&content(1000)).unwrap();
        assert!(Input::open(file.path(), 1000).is_ok());
        assert_eq!(Input::open(file.path(), 999).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }
}
