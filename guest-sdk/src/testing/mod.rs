//! Runs a job natively, in memory, within a test: no wasm, no sandbox, no files.
//!
//! The job sees what it would see in the sandbox, as far as it asks this crate: inputs, arguments and environment are those given here, and
//! what it writes is handed back. Jobs on different threads know nothing of each other, so tests run in parallel. What the job does past this
//! crate (`std::fs`, `println!`, threads of its own) is not caught; `assay check` runs the same job in the real sandbox.
//!
//! ```
//! use std::io::Write;
//!
//! fn job() -> assay_guest::Result<()> {
//!     let text = assay_guest::input("poem.txt")?.text()?;
//!     writeln!(assay_guest::output("shout.txt")?, "{}", text.to_uppercase())?;
//!     Ok(())
//! }
//!
//! let job_with_poem = assay_guest::testing::Job::new().input("poem.txt", "so much depends");
//! let ran = job_with_poem.run(job);
//! assert!(ran.result.is_ok());
//! assert_eq!(ran.output("shout.txt"), b"SO MUCH DEPENDS\n");
//! ```

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::error::Error;
use crate::names;

pub(crate) mod memory;

use memory::Memory;

/// What a job is given: built up, then [`Job::run`] any number of times.
#[derive(Clone, Debug, Default)]
pub struct Job {
    inputs: BTreeMap<String, Rc<[u8]>>,
    args: Vec<String>,
    env: BTreeMap<String, String>,
    output_bytes: Option<u64>,
}

/// What a job left behind.
#[derive(Debug)]
pub struct Ran<T, E> {
    /// What the job returned.
    pub result: Result<T, E>,
    /// The outputs by name, those of a failed job included.
    pub outputs: BTreeMap<String, Vec<u8>>,
    /// What went to [`crate::stdout`].
    pub stdout: Vec<u8>,
    /// The lines of the log, `[level] text`.
    pub logs: Vec<String>,
    /// The reports of progress that would have reached the host, as `(done, total)`.
    pub progress: Vec<(u64, u64)>,
    /// Why an output that was dropped without `finish` is cut short, if one is. [`crate::run`] would fail the job for it.
    pub lost: Option<Error>,
}

impl Job {
    /// A job without inputs, arguments and environment.
    pub fn new() -> Job {
        Job::default()
    }

    /// Gives the job an input.
    ///
    /// # Panics
    /// If no input can have that name: the host would refuse the job.
    #[must_use]
    pub fn input(mut self, name: &str, bytes: impl AsRef<[u8]>) -> Job {
        assert!(names::is_input_name(name), "{name:?} cannot be the name of an input: {}", names::INPUT_RULE);
        self.inputs.insert(name.to_owned(), Rc::from(bytes.as_ref()));
        self
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Job {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<String>>(mut self, args: impl IntoIterator<Item = A>) -> Job {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Job {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Limits all outputs together, as `output_bytes` in job.toml does: a write that would pass it writes nothing and fails.
    #[must_use]
    pub fn output_bytes(mut self, bytes: u64) -> Job {
        self.output_bytes = Some(bytes);
        self
    }

    /// Runs `job` on this thread and gives what it left behind.
    pub fn run<T, E>(&self, job: impl FnOnce() -> Result<T, E>) -> Ran<T, E> {
        let (result, memory) = memory::within(Memory::new(&self.inputs, &self.args, &self.env, self.output_bytes), job);
        Ran { result, outputs: memory.outputs, stdout: memory.stdout, logs: memory.logs, progress: memory.progress, lost: memory.lost }
    }
}

impl<T, E> Ran<T, E> {
    /// The bytes of an output.
    ///
    /// # Panics
    /// If the job did not write it; the message names those it did write.
    pub fn output(&self, name: &str) -> &[u8] {
        match self.outputs.get(name) {
            Some(bytes) => bytes,
            None => panic!("the job wrote no output `{name}`, but {:?}", self.outputs.keys().collect::<Vec<_>>()),
        }
    }

    /// The text of an output.
    ///
    /// # Panics
    /// If the job did not write it, or not as UTF-8.
    pub fn output_text(&self, name: &str) -> &str {
        std::str::from_utf8(self.output(name)).unwrap_or_else(|error| panic!("output `{name}` is not text: {error}"))
    }

    /// The text of stdout.
    ///
    /// # Panics
    /// If it is not UTF-8.
    pub fn stdout_text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap_or_else(|error| panic!("stdout is not text: {error}"))
    }

    /// The exit code that [`crate::run`] would give: 0, or 1 if the job failed or lost an output.
    pub fn exit_code(&self) -> u8 {
        u8::from(self.result.is_err() || self.lost.is_some())
    }
}
