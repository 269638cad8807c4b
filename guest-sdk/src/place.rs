//! Where inputs come from and outputs go: decided anew at each call, per thread.
//!
//! | the job runs | inputs | outputs |
//! |---|---|---|
//! | in the sandbox | `/in` | `/out` |
//! | natively, within [`crate::testing::Job::run`] | memory | memory |
//! | natively otherwise | the folder `ASSAY_IN` names, else `./in` | the folder `ASSAY_OUT` names, else `./out` |

use std::path::PathBuf;

#[cfg(not(target_family = "wasm"))]
use crate::testing::memory::{Shared, current};

/// The surroundings of a call.
pub(crate) enum Place {
    /// Two folders: the sandbox's, or those of a native run.
    Folders {
        /// Holds the inputs.
        inputs: PathBuf,
        /// Receives the outputs.
        outputs: PathBuf,
    },
    /// The memory of the test that runs on this thread.
    #[cfg(not(target_family = "wasm"))]
    Memory(Shared),
}

impl Place {
    /// Where the caller is.
    #[cfg(target_family = "wasm")]
    pub(crate) fn here() -> Place {
        Place::Folders { inputs: PathBuf::from("/in"), outputs: PathBuf::from("/out") }
    }

    /// Where the caller is.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn here() -> Place {
        let folder = |variable: &str, default: &str| {
            std::env::var_os(variable).filter(|value| !value.is_empty()).map_or_else(|| PathBuf::from(default), PathBuf::from)
        };
        match current() {
            Some(memory) => Place::Memory(memory),
            None => Place::Folders { inputs: folder("ASSAY_IN", "./in"), outputs: folder("ASSAY_OUT", "./out") },
        }
    }
}
