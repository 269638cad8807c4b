//! How a call that does not succeed ends: by an errno, or by the end of the job.

use super::Host;
use super::abi::types;
use super::errno::{Errno, Refusal};
use super::input::InputFault;

/// Why the job ends in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Halt {
    /// `proc_exit`.
    Exit(u32),
    /// A limit that ends the job, by its number.
    Limit(u8),
    /// The work of the call is more than the fuel left: it was not performed.
    OutOfFuel,
    /// This machine cannot go on.
    Abstain(String),
}

/// How a typed function fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    Errno(Errno),
    Halt(Halt),
}

impl From<Errno> for Failure {
    fn from(errno: Errno) -> Self {
        Self::Errno(errno)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Errno(errno) => Self::Errno(errno),
            Refusal::HostMemory => Self::Halt(Halt::Abstain(
                "this machine ran out of memory for files of the job that its limits allow; free memory, or run it on a larger machine"
                    .to_owned(),
            )),
            Refusal::Internal(what) => Self::Halt(Halt::Abstain(format!("a fault of this program: {what}; please report it"))),
        }
    }
}

impl From<InputFault> for Failure {
    fn from(fault: InputFault) -> Self {
        Self::Halt(Halt::Abstain(fault.to_string()))
    }
}

impl From<wiggle::GuestError> for Failure {
    fn from(error: wiggle::GuestError) -> Self {
        Self::Errno(errno_of(&error))
    }
}

/// What a guest is told of a value or pointer that the generated code refuses.
fn errno_of(error: &wiggle::GuestError) -> Errno {
    use wiggle::GuestError as E;
    match error {
        E::PtrOverflow | E::PtrOutOfBounds(_) | E::SliceLengthsDiffer => Errno::Fault,
        E::InvalidFlagValue(_) | E::InvalidEnumValue(_) | E::PtrNotAligned(..) | E::TryFromIntError(_) => Errno::Inval,
        E::InvalidUtf8(_) => Errno::Ilseq,
        E::InFunc { err, .. } => errno_of(err),
    }
}

impl wiggle::GuestErrorType for types::Errno {
    fn success() -> Self {
        Self::Success
    }
}

impl types::UserErrorConversion for Host {
    fn errno_from_failure(&mut self, failure: Failure) -> Result<types::Errno, wiggle::error::Error> {
        match failure {
            Failure::Errno(errno) => Ok(errno.into()),
            Failure::Halt(halt) => Err(self.halt(halt)),
        }
    }
}

impl From<Errno> for types::Errno {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::Badf => Self::Badf,
            Errno::Busy => Self::Busy,
            Errno::Exist => Self::Exist,
            Errno::Fault => Self::Fault,
            Errno::Ilseq => Self::Ilseq,
            Errno::Inval => Self::Inval,
            Errno::Isdir => Self::Isdir,
            Errno::Mfile => Self::Mfile,
            Errno::Nametoolong => Self::Nametoolong,
            Errno::Noent => Self::Noent,
            Errno::Nospc => Self::Nospc,
            Errno::Notdir => Self::Notdir,
            Errno::Notempty => Self::Notempty,
            Errno::Notsup => Self::Notsup,
            Errno::Rofs => Self::Rofs,
            Errno::Spipe => Self::Spipe,
            Errno::Notcapable => Self::Notcapable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_standards() {
        use Errno::{
            Badf, Busy, Exist, Fault, Ilseq, Inval, Isdir, Mfile, Nametoolong, Noent, Nospc, Notcapable, Notdir, Notempty, Notsup, Rofs,
            Spipe,
        };
        let all = [
            Badf,
            Busy,
            Exist,
            Fault,
            Ilseq,
            Inval,
            Isdir,
            Mfile,
            Nametoolong,
            Noent,
            Nospc,
            Notdir,
            Notempty,
            Notsup,
            Rofs,
            Spipe,
            Notcapable,
        ];
        for errno in all {
            assert_eq!(u16::from(types::Errno::from(errno)), errno as u16);
        }
    }
}
