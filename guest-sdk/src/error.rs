//! What can go wrong in a job's dealings with its host, each with the party at fault and what to do.
//!
//! [`std::io::Error`] travels through `?` in both directions: writers and readers of this crate wrap [`Error`] in it, so the name of the
//! output survives `writeln!`, and converting back takes it out again.

use std::fmt;
use std::io;

use crate::names;

/// The result of a job and of most calls of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call of this crate failed, or the job itself ([`Error::job`]).
///
/// [`fmt::Display`] says what, where and what to do; [`std::error::Error::source`] gives the error of the file system behind it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The job's code asks for an input by a name that no input can have.
    InputName {
        /// What was asked for.
        name: String,
    },
    /// The requester gave the job no input of this name.
    NoInput {
        /// What was asked for.
        name: String,
        /// The names there are, sorted.
        given: Vec<String>,
    },
    /// An input could not be opened or read.
    Read {
        /// The input.
        name: String,
        /// What the file system said.
        source: io::Error,
    },
    /// An input was to be read as text and is not UTF-8.
    NotText {
        /// The input.
        name: String,
        /// Offset of the first byte that is not UTF-8.
        offset: usize,
    },
    /// An input does not fit into the job's memory in one piece.
    TooLarge {
        /// The input.
        name: String,
        /// Its size in bytes.
        bytes: u64,
    },
    /// The folder of the inputs could not be listed. Does not happen in the sandbox.
    List {
        /// The folder.
        folder: String,
        /// What the file system said.
        source: io::Error,
    },
    /// The job's code wants to write an output by a name that no output can have.
    OutputName {
        /// What was asked for.
        name: String,
    },
    /// An output could not be created.
    Create {
        /// The output.
        name: String,
        /// What the file system said.
        source: io::Error,
    },
    /// An output, or stdout, could not be written.
    Write {
        /// "output `NAME`" or "stdout".
        target: String,
        /// What the file system said.
        source: io::Error,
    },
    /// A call to the device failed. Only with the feature `gpu`.
    Gpu {
        /// What was tried.
        what: String,
        /// What the host said: for a shader every reason, with line and column.
        message: String,
    },
    /// Some other reading or writing failed in the job's code.
    Io(io::Error),
    /// The job gives up for a reason of its own: see [`Error::job`].
    Job(String),
}

impl Error {
    /// A failure of the job's own, with the sentence that whoever asked for the job will read.
    ///
    /// ```
    /// let error = assay_guest::Error::job("prices.csv has no column `close`; add one, or name it with --column");
    /// assert!(error.to_string().contains("`close`"));
    /// ```
    pub fn job(message: impl fmt::Display) -> Error {
        Error::Job(message.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::InputName { name } => {
                write!(f, "{name:?} cannot be the name of an input: {}; correct it in the job's code", names::INPUT_RULE)
            }
            Error::NoInput { name, given } if given.is_empty() => {
                write!(f, "there is no input `{name}`; the job was given none: pass it with `--input {name}=PATH`")
            }
            Error::NoInput { name, given } => {
                write!(f, "there is no input `{name}`; the job was given `{}`: pass it with `--input {name}=PATH`", given.join("`, `"))
            }
            Error::Read { name, .. } => write!(f, "cannot read input `{name}`"),
            Error::NotText { name, offset } => {
                write!(f, "input `{name}` is not UTF-8 text (byte {offset}): convert it to UTF-8, or read it as bytes in the job's code")
            }
            Error::TooLarge { name, bytes } => write!(
                f,
                "input `{name}` ({bytes} bytes) does not fit into memory in one piece: read it in parts in the job's code, or raise `memory_bytes` in job.toml"
            ),
            Error::List { folder, .. } => {
                write!(f, "cannot list the inputs in {folder}: create the folder, or name another in ASSAY_IN")
            }
            Error::OutputName { name } => {
                write!(f, "{name:?} cannot be the name of an output: {}; correct it in the job's code", names::OUTPUT_RULE)
            }
            Error::Create { name, source } => {
                write!(f, "cannot create output `{name}`{}", hint(source, "`outputs` and `files`"))
            }
            Error::Write { target, source } => {
                write!(f, "cannot write {target}{}", hint(source, "`output_bytes`"))
            }
            Error::Gpu { what, message } => write!(f, "{what}: {message}"),
            // Transparent: the sentence is all there is to say.
            Error::Io(source) => source.fmt(f),
            Error::Job(message) => f.write_str(message),
        }
    }
}

/// A full file system is the one failure of writing that the author can do something about.
fn hint(source: &io::Error, limits: &str) -> String {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => format!(" (a limit is reached: raise {limits} in job.toml)"),
        _ => String::new(),
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Read { source, .. } | Error::List { source, .. } | Error::Create { source, .. } | Error::Write { source, .. } => {
                Some(source)
            }
            Error::Io(source) => source.source(),
            _ => None,
        }
    }
}

impl From<io::Error> for Error {
    /// Takes out the [`Error`] that a reader or writer of this crate put in.
    fn from(error: io::Error) -> Error {
        error.downcast::<Error>().unwrap_or_else(Error::Io)
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> io::Error {
        let kind = match &error {
            Error::Read { source, .. } | Error::List { source, .. } | Error::Create { source, .. } | Error::Write { source, .. } => {
                source.kind()
            }
            Error::Io(source) => source.kind(),
            Error::NoInput { .. } => io::ErrorKind::NotFound,
            Error::InputName { .. } | Error::OutputName { .. } => io::ErrorKind::InvalidInput,
            Error::NotText { .. } => io::ErrorKind::InvalidData,
            Error::TooLarge { .. } => io::ErrorKind::OutOfMemory,
            Error::Gpu { .. } | Error::Job(_) => io::ErrorKind::Other,
        };
        match error {
            Error::Io(source) => source,
            error => io::Error::new(kind, error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn travels_through_io_error_and_back() {
        let there = io::Error::from(Error::Write { target: "output `a`".to_owned(), source: io::ErrorKind::StorageFull.into() });
        assert_eq!(there.kind(), io::ErrorKind::StorageFull);
        let back = Error::from(there);
        assert_eq!(back.to_string(), "cannot write output `a` (a limit is reached: raise `output_bytes` in job.toml)");
        assert!(back.source().is_some());
    }

    #[test]
    fn foreign_io_errors_keep_their_text() {
        let error = Error::from(io::Error::other("the decoder gave up"));
        assert_eq!(error.to_string(), "the decoder gave up");
        assert_eq!(io::Error::from(error).to_string(), "the decoder gave up");
    }

    #[test]
    fn a_missing_input_names_what_there_is() {
        let given = vec!["a.csv".to_owned(), "b.csv".to_owned()];
        let text = Error::NoInput { name: "c.csv".to_owned(), given }.to_string();
        assert_eq!(text, "there is no input `c.csv`; the job was given `a.csv`, `b.csv`: pass it with `--input c.csv=PATH`");
    }
}
