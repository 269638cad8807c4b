//! Arguments and environment as a guest sees them: strings that end in NUL, one after another, and a table of where each begins.

/// A list of strings.
#[derive(Debug)]
pub(crate) struct Strings {
    starts: Vec<u32>,
    bytes: Vec<u8>,
}

impl Strings {
    /// Lays out the list. The limits of a job keep it far below 4 GiB.
    pub(crate) fn new<S: AsRef<str>>(strings: impl IntoIterator<Item = S>) -> Self {
        let mut list = Self { starts: Vec::new(), bytes: Vec::new() };
        for string in strings {
            list.starts.push(list.byte_count());
            list.bytes.extend_from_slice(string.as_ref().as_bytes());
            list.bytes.push(0);
        }
        list
    }

    /// How many strings there are.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    /// How many bytes they take with their NULs.
    pub(crate) fn byte_count(&self) -> u32 {
        u32::try_from(self.bytes.len()).unwrap_or(u32::MAX)
    }

    /// The strings.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The table of pointers, for strings that stand at `base`.
    pub(crate) fn pointers(&self, base: u32) -> Vec<u8> {
        self.starts.iter().flat_map(|start| base.wrapping_add(*start).to_le_bytes()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laid_out_as_the_standard_says() {
        let strings = Strings::new(["job", "", "ä"]);
        assert_eq!((strings.count(), strings.byte_count()), (3, 8));
        assert_eq!(strings.bytes(), "job\0\0ä\0".as_bytes());
        assert_eq!(strings.pointers(0x100), [0, 1, 0, 0, 4, 1, 0, 0, 5, 1, 0, 0]);
        assert_eq!(Strings::new([""; 0]).count(), 0);
    }
}
