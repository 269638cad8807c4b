//! The list of a directory as `fd_readdir` gives it.

use std::sync::Arc;

use super::node::Ino;

/// Bytes of the standard's `dirent`, before the name.
const HEADER_BYTES: usize = 24;

/// What an entry is; the values are the standard's `filetype`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum FileType {
    CharacterDevice = 2,
    Directory = 3,
    RegularFile = 4,
}

/// One entry.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) name: Arc<str>,
    pub(crate) ino: Ino,
    pub(crate) file_type: FileType,
}

/// The entries of a directory at one moment: `.`, `..`, then the names bytewise.
#[derive(Debug, Default)]
pub(crate) struct Listing(pub(crate) Vec<Entry>);

impl Listing {
    /// Writes entries from number `cookie` on, until they or the buffer end; the last one is cut off where the buffer ends. Returns the bytes written.
    pub(crate) fn write(&self, cookie: u64, buffer: &mut [u8]) -> usize {
        let first = usize::try_from(cookie).unwrap_or(usize::MAX);
        let mut written = 0;
        for (index, entry) in self.0.iter().enumerate().skip(first) {
            let header = header(index as u64 + 1, entry);
            for part in [&header[..], entry.name.as_bytes()] {
                let free = buffer.get_mut(written..).unwrap_or_default();
                let take = part.len().min(free.len());
                free[..take].copy_from_slice(&part[..take]);
                written += take;
            }
            if written == buffer.len() {
                break;
            }
        }
        written
    }
}

/// `d_next`, `d_ino`, `d_namlen`, `d_type`, then zeros: what a guest can see is never left open.
fn header(next: u64, entry: &Entry) -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    let name_bytes = u32::try_from(entry.name.len()).unwrap_or(u32::MAX);
    header[..8].copy_from_slice(&next.to_le_bytes());
    header[8..16].copy_from_slice(&entry.ino.0.to_le_bytes());
    header[16..20].copy_from_slice(&name_bytes.to_le_bytes());
    header[20] = entry.file_type as u8;
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing() -> Listing {
        let entry = |name: &str, ino, file_type| Entry { name: name.into(), ino: Ino(ino), file_type };
        Listing(vec![entry(".", 4, FileType::Directory), entry("..", 1, FileType::Directory), entry("file", 9, FileType::RegularFile)])
    }

    #[test]
    fn entries_are_the_standards_bytes() {
        let mut buffer = [0xAA; 200];
        assert_eq!(listing().write(0, &mut buffer), 25 + 26 + 28);
        assert_eq!(buffer[51..79], *b"\x03\0\0\0\0\0\0\0\x09\0\0\0\0\0\0\0\x04\0\0\0\x04\0\0\0file");
        assert_eq!(buffer[79..], [0xAA; 121]);
    }

    /// Every length of buffer gives the beginning of the same bytes.
    #[test]
    fn a_short_buffer_cuts_the_last_entry_off() {
        let mut all = [0; 79];
        listing().write(0, &mut all);
        for length in 0..79 {
            let mut buffer = vec![0xAA; length];
            assert_eq!(listing().write(0, &mut buffer), length);
            assert_eq!(buffer, all[..length]);
        }
    }

    #[test]
    fn a_cookie_past_the_end_gives_nothing() {
        let mut buffer = [0; 100];
        assert_eq!(listing().write(2, &mut buffer), 28);
        assert_eq!(listing().write(3, &mut buffer), 0);
        assert_eq!(listing().write(u64::MAX, &mut buffer), 0);
    }
}
