//! Why a call is refused: an errno that the guest sees, or a reason for which this machine gives no result.
//!
//! **Why two channels?** An errno is part of the outcome and equal on every machine. A machine that runs out of memory has nothing to say about the outcome;
//! were that an errno, two honest machines would disagree. The types keep the two apart: nothing converts one into the other.

/// The error numbers of the standard that this host gives. The values are the standard's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum Errno {
    /// The handle is not open, or not open for this.
    Badf = 8,
    /// One of `/`, `/in`, `/out`, `/tmp` would be removed or renamed.
    Busy = 10,
    /// Something of that name exists.
    Exist = 20,
    /// A range outside guest memory.
    Fault = 21,
    /// A path that is not UTF-8.
    Ilseq = 25,
    /// An argument has no meaning.
    Inval = 28,
    /// A directory where a file is needed.
    Isdir = 31,
    /// No handle is free.
    Mfile = 33,
    /// A path or one of its components is too long.
    Nametoolong = 37,
    /// Nothing of that name exists.
    Noent = 44,
    /// A quota would be passed.
    Nospc = 51,
    /// A file where a directory is needed.
    Notdir = 54,
    /// The directory has entries.
    Notempty = 55,
    /// The function does nothing in this profile.
    Notsup = 58,
    /// The place is read-only.
    Rofs = 69,
    /// A character device has no position.
    Spipe = 70,
    /// The handle lacks the right, or the path leaves its directory.
    Notcapable = 76,
}

/// Why an operation was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The guest is told.
    Errno(Errno),
    /// This machine could not provide the memory that the limits allow.
    HostMemory,
    /// A rule of this program does not hold: its own fault, never the guest's.
    Internal(&'static str),
}

impl From<Errno> for Refusal {
    fn from(errno: Errno) -> Self {
        Self::Errno(errno)
    }
}

impl From<std::collections::TryReserveError> for Refusal {
    fn from(_: std::collections::TryReserveError) -> Self {
        Self::HostMemory
    }
}
