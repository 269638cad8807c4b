//! Stdout and stderr of a job: kept up to a limit.

use super::errno::Refusal;

/// What was written so far.
#[derive(Debug)]
pub(crate) struct Stream {
    bytes: Vec<u8>,
    most: u64,
    /// The limit's number, for the outcome.
    pub(crate) limit: u8,
}

impl Stream {
    /// Nothing written.
    pub(crate) fn new(most: u64, limit: u8) -> Self {
        Self { bytes: Vec::new(), most, limit }
    }

    /// Keeps what still fits and returns how many bytes that was; fewer than given means that the limit has been passed.
    pub(crate) fn write(&mut self, data: &[u8]) -> Result<usize, Refusal> {
        let room = self.most.saturating_sub(self.bytes.len() as u64);
        let take = usize::try_from(room).unwrap_or(usize::MAX).min(data.len());
        self.bytes.try_reserve(take)?;
        self.bytes.extend_from_slice(&data[..take]);
        Ok(take)
    }

    /// What was written.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_bytes_up_to_the_limit() {
        let mut stream = Stream::new(5, 13);
        assert_eq!(stream.write(b"abc"), Ok(3));
        assert_eq!(stream.write(b"de"), Ok(2));
        assert_eq!(stream.write(b""), Ok(0));
        assert_eq!(stream.write(b"f"), Ok(0));
        assert_eq!(stream.into_bytes(), b"abcde");
    }
}
