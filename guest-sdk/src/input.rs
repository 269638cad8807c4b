//! Inputs: read-only, in any order, any number of times.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use crate::error::{Error, Result};
use crate::names::is_input_name;
use crate::place::Place;

/// Bytes asked for at once. Each request is a host call, which costs fuel and a line in the transcript, so few large ones are best.
const BUFFER_BYTES: usize = 64 * 1024;

/// An input, open for reading. Buffered: [`BufRead`] works on it directly, and small reads are cheap.
///
/// ```
/// use std::io::BufRead;
///
/// # let ran = assay_guest::testing::Job::new().input("names.txt", "Ada\nGrace\n").run(|| -> assay_guest::Result<()> {
/// let mut longest = 0;
/// for line in assay_guest::input("names.txt")?.lines() {
///     longest = longest.max(line?.len());
/// }
/// assert_eq!(longest, 5);
/// # Ok(()) });
/// # ran.result.unwrap();
/// ```
pub struct Input {
    name: String,
    len: u64,
    reader: BufReader<Source>,
}

enum Source {
    File(File),
    #[cfg(not(target_family = "wasm"))]
    Memory(io::Cursor<std::rc::Rc<[u8]>>),
}

/// One of the inputs the job was given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InputEntry {
    /// Its name, good for [`input`].
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Opens the input `name`.
///
/// # Errors
/// [`Error::InputName`] if no input can have that name, [`Error::NoInput`] if the job was not given it, [`Error::Read`] otherwise.
///
/// ```
/// # let ran = assay_guest::testing::Job::new().input("numbers.txt", "1 2 3").run(|| -> assay_guest::Result<()> {
/// let text = assay_guest::input("numbers.txt")?.text()?;
/// assert_eq!(text, "1 2 3");
/// # Ok(()) });
/// # ran.result.unwrap();
/// ```
pub fn input(name: &str) -> Result<Input> {
    if !is_input_name(name) {
        return Err(Error::InputName { name: name.to_owned() });
    }
    let (source, len) = match Place::here() {
        Place::Folders { inputs, .. } => {
            let refused = |source: io::Error| match source.kind() {
                io::ErrorKind::NotFound => no_input(name),
                _ => Error::Read { name: name.to_owned(), source },
            };
            let file = File::open(inputs.join(name)).map_err(refused)?;
            let metadata = file.metadata().map_err(refused)?;
            if metadata.is_dir() {
                return Err(Error::Read { name: name.to_owned(), source: io::ErrorKind::IsADirectory.into() });
            }
            (Source::File(file), metadata.len())
        }
        #[cfg(not(target_family = "wasm"))]
        Place::Memory(memory) => {
            let bytes = memory.borrow().input(name).ok_or_else(|| no_input(name))?;
            let len = bytes.len() as u64;
            (Source::Memory(io::Cursor::new(bytes)), len)
        }
    };
    Ok(Input { name: name.to_owned(), len, reader: BufReader::with_capacity(BUFFER_BYTES, source) })
}

/// All inputs the job was given, sorted by name.
///
/// Natively, files whose name no input can have are left out, as are folders.
///
/// # Errors
/// [`Error::List`] if the folder cannot be read, which does not happen in the sandbox.
///
/// ```
/// let job = assay_guest::testing::Job::new().input("b.txt", "bee").input("a.txt", "");
/// let ran = job.run(assay_guest::inputs);
/// let names: Vec<String> = ran.result.unwrap().into_iter().map(|entry| entry.name).collect();
/// assert_eq!(names, ["a.txt", "b.txt"]);
/// ```
pub fn inputs() -> Result<Vec<InputEntry>> {
    let mut entries = match Place::here() {
        Place::Folders { inputs, .. } => list(&inputs).map_err(|source| Error::List { folder: inputs.display().to_string(), source })?,
        #[cfg(not(target_family = "wasm"))]
        Place::Memory(memory) => memory.borrow().inputs(),
    };
    entries.sort();
    Ok(entries)
}

fn list(folder: &std::path::Path) -> io::Result<Vec<InputEntry>> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        // Follows symbolic links, which exist only natively; a dangling one is no input.
        let Ok(metadata) = std::fs::metadata(entry.path()) else { continue };
        if metadata.is_file() && is_input_name(&name) {
            entries.push(InputEntry { name, bytes: metadata.len() });
        }
    }
    Ok(entries)
}

fn no_input(name: &str) -> Error {
    // Where even the listing fails there is nothing to name, and the missing input is still the news.
    let given = inputs().unwrap_or_default().into_iter().map(|entry| entry.name).collect();
    Error::NoInput { name: name.to_owned(), given }
}

impl Input {
    /// The input's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The input's size in bytes, however much has been read.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether the input has no bytes at all.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All bytes from the current position to the end.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if memory does not suffice, [`Error::Read`] otherwise.
    ///
    /// ```
    /// # let ran = assay_guest::testing::Job::new().input("data.bin", [1u8, 2, 3]).run(|| -> assay_guest::Result<()> {
    /// assert_eq!(assay_guest::input("data.bin")?.bytes()?, [1, 2, 3]);
    /// # Ok(()) });
    /// # ran.result.unwrap();
    /// ```
    // By value, so that `std::io::Read::bytes` is not preferred where that trait is in scope.
    pub fn bytes(mut self) -> Result<Vec<u8>> {
        let too_large = |name: &str, len| Error::TooLarge { name: name.to_owned(), bytes: len };
        let rest = self.len.saturating_sub(self.stream_position()?);
        let rest = usize::try_from(rest).map_err(|_| too_large(&self.name, self.len))?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(rest).map_err(|_| too_large(&self.name, self.len))?;
        self.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The text from the current position to the end.
    ///
    /// # Errors
    /// [`Error::NotText`] if it is not UTF-8, otherwise those of [`Input::bytes`].
    pub fn text(self) -> Result<String> {
        let name = self.name.clone();
        let bytes = self.bytes()?;
        String::from_utf8(bytes).map_err(|error| Error::NotText { name, offset: error.utf8_error().valid_up_to() })
    }
}

fn named(name: &str, source: io::Error) -> io::Error {
    Error::Read { name: name.to_owned(), source }.into()
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer).map_err(|error| named(&self.name, error))
    }

    fn read_exact(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        self.reader.read_exact(buffer).map_err(|error| named(&self.name, error))
    }

    fn read_to_end(&mut self, bytes: &mut Vec<u8>) -> io::Result<usize> {
        self.reader.read_to_end(bytes).map_err(|error| named(&self.name, error))
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let name = &self.name;
        self.reader.fill_buf().map_err(|error| named(name, error))
    }

    fn consume(&mut self, amount: usize) {
        self.reader.consume(amount);
    }
}

impl Seek for Input {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.reader.seek(position).map_err(|error| named(&self.name, error))
    }

    // The buffered reader's own: its default would throw the buffer away and read it again.
    fn stream_position(&mut self) -> io::Result<u64> {
        self.reader.stream_position().map_err(|error| named(&self.name, error))
    }

    fn seek_relative(&mut self, offset: i64) -> io::Result<()> {
        self.reader.seek_relative(offset).map_err(|error| named(&self.name, error))
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("name", &self.name).field("len", &self.len).finish_non_exhaustive()
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Source::File(file) => file.read(buffer),
            #[cfg(not(target_family = "wasm"))]
            Source::Memory(cursor) => cursor.read(buffer),
        }
    }

    fn read_to_end(&mut self, bytes: &mut Vec<u8>) -> io::Result<usize> {
        match self {
            Source::File(file) => file.read_to_end(bytes),
            #[cfg(not(target_family = "wasm"))]
            Source::Memory(cursor) => cursor.read_to_end(bytes),
        }
    }
}

impl Seek for Source {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        match self {
            Source::File(file) => file.seek(position),
            #[cfg(not(target_family = "wasm"))]
            Source::Memory(cursor) => cursor.seek(position),
        }
    }
}
