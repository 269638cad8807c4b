//! Where the bytes of an input come from.

use std::sync::Arc;

/// An input could not be read as the job names it: the file changed, or the disk failed. The host abstains; a guest never learns of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an input cannot be read as the job names it: {0}")]
pub struct InputFault(
    /// What is wrong, and where.
    pub String,
);

/// The bytes of one input, read where they lie: a large input is never held in memory as a whole.
pub trait InputData: Send {
    /// Length in bytes. The same at every call.
    fn len(&self) -> u64;

    /// Fills `buffer` with the bytes from `offset` on; the host asks only for bytes that exist. Whoever implements this answers for the bytes being
    /// those whose hash the job names.
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<(), InputFault>;

    /// Whether it holds no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn copy_from(bytes: &[u8], offset: u64, buffer: &mut [u8]) -> Result<(), InputFault> {
    let start = usize::try_from(offset).ok();
    let end = start.and_then(|start| start.checked_add(buffer.len()));
    let range = start.zip(end).and_then(|(start, end)| bytes.get(start..end));
    let range = range.ok_or_else(|| InputFault(format!("bytes {offset} and on were asked for, it has {}", bytes.len())))?;
    buffer.copy_from_slice(range);
    Ok(())
}

macro_rules! in_memory {
    ($($type:ty),*) => {
        $(impl InputData for $type {
            fn len(&self) -> u64 {
                <[u8]>::len(self) as u64
            }

            fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<(), InputFault> {
                copy_from(self, offset, buffer)
            }
        })*
    };
}

in_memory!(Vec<u8>, Arc<[u8]>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_past_the_end_are_a_fault_and_never_a_panic() {
        let mut input: Arc<[u8]> = Arc::from(&b"abc"[..]);
        let mut buffer = [0; 2];
        assert_eq!(input.read_at(1, &mut buffer), Ok(()));
        assert_eq!(&buffer, b"bc");
        assert!(input.read_at(2, &mut buffer).is_err());
        assert!(input.read_at(u64::MAX, &mut buffer).is_err());
        assert!(input.read_at(3, &mut []).is_ok());
        assert!(Vec::<u8>::new().is_empty());
    }
}
