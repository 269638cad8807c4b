//! The host of a job: WASI preview 1 in memory, the same on every machine (`specs/execution.md`, sections 5 to 8).
//!
//! ```text
//! engine ── call(function, words, memory, fuel) ──> fuel, host_calls ──> checks of all values and pointers ──> typed function ──> reply
//!                                                         │                           │                              │
//!                                                  OutOfFuel, limit              argument bytes                 result bytes
//!                                                                                     └────── transcript ───────────┘
//! ```
//!
//! The host knows no engine. It is given words and the bytes of linear memory, and answers with a word; wasmtime, wasmi and a fuzzer with a `Vec<u8>` drive the same
//! one. Nothing here reads a clock, a file or entropy of the machine; the only way out of the job is what [`Host::finish`] returns, and what an
//! [`Observer`] is shown cannot change it.
//!
//! A call ends in one of four ways:
//!
//! ```text
//! errno                    the guest is told and goes on; if it is not 0, nothing has changed but fuel and the transcript
//! Exit, Limit, OutOfFuel   the job ends, the same on every machine
//! Abstain                  this machine gives no result; says nothing about the job
//! ```

use assay_protocol::hash::Kind;
use assay_protocol::limits::Limits;
use assay_protocol::transcript::Builder;

use self::argument::{Buffer, Lists};
use self::clock::VirtualClock;
use self::failure::Halt;
use self::filesystem::Filesystem;
use self::function::PARAMS_MAX;
use self::record::Digest;
use self::stream::Stream;
use self::strings::Strings;

mod abi;
mod argument;
mod clock;
mod errno;
mod failure;
mod filesystem;
mod function;
mod gpu;
mod guest;
mod input;
mod poll;
mod preview1;
mod record;
mod stream;
mod strings;

pub use self::errno::Errno;
pub use self::function::{Function, Signature, ValueType};
pub use self::gpu::OpenDevice;
pub use self::input::{InputData, InputFault};

/// Fuel that every call costs before it is performed.
pub const CALL_FUEL: u64 = 500;
/// Bytes of arguments and results that cost one unit of fuel after it.
pub const BYTES_PER_FUEL: u64 = 4;
/// Alignment that guest memory must have in the host. Every engine's has; the generated code looks at host addresses.
const MEMORY_ALIGN: usize = 8;

/// What a job is given.
pub struct HostConfig {
    /// The job's limits.
    pub limits: Limits,
    /// The job's arguments, without `argv[0]`.
    pub args: Vec<String>,
    /// The job's environment, in its order.
    pub env: Vec<(String, String)>,
    /// The job's inputs by name, in any order; names are unique.
    pub inputs: Vec<(String, Box<dyn InputData>)>,
    /// The job's id, which seeds the random stream.
    pub job_id: [u8; 32],
    /// Keep each call in the transcript, not only the root.
    pub keep_calls: bool,
    /// Who watches.
    pub observer: Box<dyn Observer + Send>,
    /// Opens the device for GPU calls. Which one it is changes nothing but how long they take.
    pub gpu: OpenDevice,
}

/// Someone who watches a job run. What they do has no way back into it.
pub trait Observer {
    /// The job wrote to stdout.
    fn stdout(&mut self, _bytes: &[u8]) {}

    /// The job wrote to stderr.
    fn stderr(&mut self, _bytes: &[u8]) {}

    /// The job says how far it is.
    fn progress(&mut self, _done: u64, _total: u64) {}
}

/// Nobody watches.
impl Observer for () {}

/// A call that was performed; the guest goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply {
    /// What the function returns: its errno, or nothing.
    pub value: Option<u32>,
    /// Fuel that the call costs, both charges together; to be added to the fuel used.
    pub charge: u64,
}

/// The job ends in this call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// `proc_exit`: Completed.
    #[error("the job exited with code {code}")]
    Exit {
        /// The exit code.
        code: u32,
        /// Fuel that the call costs, as in [`Reply::charge`].
        charge: u64,
    },
    /// LimitExceeded.
    #[error("the job passed the limit {}", Limits::name_of(*limit).unwrap_or("of an unknown number"))]
    Limit {
        /// Number of the limit: one of [`Limits::ENDING`].
        limit: u8,
        /// Fuel that the call costs, as in [`Reply::charge`].
        charge: u64,
    },
    /// OutOfFuel: the fuel used, with the charges of this call, reached the limit.
    #[error("the job used up its fuel")]
    OutOfFuel,
    /// This machine gives no result.
    #[error("{reason}")]
    Abstain {
        /// What happened, and what to do.
        reason: String,
    },
}

/// What a job leaves behind.
#[derive(Debug)]
pub struct Finished {
    /// The regular files below `/out` by their path there, sorted; empty unless asked for.
    pub outputs: Vec<(String, Vec<u8>)>,
    /// All it wrote to stdout.
    pub stdout: Vec<u8>,
    /// All it wrote to stderr.
    pub stderr: Vec<u8>,
    /// Its host calls.
    pub transcript: Builder,
}

/// The host of one run.
pub struct Host {
    limits: Limits,
    arguments: Strings,
    environment: Strings,
    inputs: Vec<Box<dyn InputData>>,
    files: Filesystem,
    clock: VirtualClock,
    random: blake3::OutputReader,
    stdout: Stream,
    stderr: Stream,
    observer: Box<dyn Observer + Send>,
    gpu: gpu::Gpu,
    transcript: Builder,
    /// Argument and result bytes of the call at hand.
    words: Digest,
    results: Digest,
    /// Buffers of the call at hand.
    buffers: Vec<Buffer>,
    /// Fuel used when the call at hand began.
    fuel_used: u64,
    /// Why the call at hand ends the job.
    halt: Option<Halt>,
}

impl Host {
    /// A job before its first call.
    pub fn new(config: HostConfig) -> Self {
        let HostConfig { limits, mut inputs, .. } = config;
        inputs.sort_by(|a, b| a.0.cmp(&b.0));
        let table: Vec<(&str, u64)> = inputs.iter().map(|(name, data)| (name.as_str(), data.len())).collect();
        let files = Filesystem::new(&limits, &table, VirtualClock::realtime_at_start());
        Self {
            limits,
            arguments: Strings::new(std::iter::once("job").chain(config.args.iter().map(String::as_str))),
            environment: Strings::new(config.env.iter().map(|(name, value)| format!("{name}={value}"))),
            inputs: inputs.into_iter().map(|(_, data)| data).collect(),
            files,
            clock: VirtualClock::default(),
            random: Kind::Random.hasher().update(&config.job_id).finalize_xof(),
            stdout: Stream::new(limits.stdout_bytes, Limits::STDOUT_BYTES),
            stderr: Stream::new(limits.stderr_bytes, Limits::STDERR_BYTES),
            observer: config.observer,
            gpu: gpu::Gpu::new(config.gpu),
            transcript: Builder::new(config.keep_calls),
            words: Digest::new(),
            results: Digest::new(),
            buffers: Vec::new(),
            fuel_used: 0,
            halt: None,
        }
    }

    /// Performs one call: `args` are its words as wasm passes them, `memory` is all of linear memory, `fuel_used` what the engine counted so far with
    /// all earlier charges.
    ///
    /// Charges: [`CALL_FUEL`] before the call, then the work of a GPU call, then one unit for each [`BYTES_PER_FUEL`] bytes of arguments and results. All are in
    /// the charge that is returned, and all have been held against the limit here. A call that finds no fuel (for its work too), or that is one more than
    /// `host_calls`, is not performed and is not in the transcript; fuel is looked at first.
    pub fn call(&mut self, function: Function, args: &[u64], memory: &mut [u8], fuel_used: u64) -> Result<Reply, Stop> {
        let mut words = [0; PARAMS_MAX];
        let words = self.admit(function, args, memory, fuel_used, &mut words)?;
        self.fuel_used = fuel_used;
        let ending = self.perform(function, words, memory);
        match &self.halt {
            Some(Halt::Abstain(reason)) => return Err(Stop::Abstain { reason: reason.clone() }),
            Some(Halt::OutOfFuel) => return Err(Stop::OutOfFuel),
            Some(Halt::Exit(_) | Halt::Limit(_)) | None => {}
        }
        if !matches!(ending, Ending::Return(None | Some(0))) {
            self.results.clear();
        }
        if let Ending::Return(Some(errno)) = ending
            && errno != 0
        {
            self.results.push(&errno.to_le_bytes());
        }
        let (args, argument_bytes) = self.words.finish();
        let (results, result_bytes) = self.results.finish();
        self.transcript.push(function.full_name(), args, results, fuel_used);
        let charge = (CALL_FUEL + argument_bytes.saturating_add(result_bytes) / BYTES_PER_FUEL).saturating_add(self.gpu.take_work());
        if fuel_used.saturating_add(charge) >= self.limits.fuel {
            return Err(Stop::OutOfFuel);
        }
        match ending {
            Ending::Return(value) => Ok(Reply { value, charge }),
            Ending::Exit(code) => Err(Stop::Exit { code, charge }),
            Ending::Limit(limit) => Err(Stop::Limit { limit, charge }),
        }
    }

    /// Ends the run. Outputs are gathered only if the job completed: otherwise it has none.
    ///
    /// # Errors
    /// [`Stop::Abstain`] when this machine has no memory for the outputs.
    pub fn finish(self, completed: bool) -> Result<Finished, Stop> {
        let mut outputs = Vec::new();
        for output in if completed { self.files.into_outputs() } else { Vec::new() } {
            let name = output.name.clone();
            let reason = || format!("this machine ran out of memory for the output {name:?}");
            let bytes = output.into_bytes().map_err(|_| Stop::Abstain { reason: reason() })?;
            outputs.push((name, bytes));
        }
        Ok(Finished { outputs, stdout: self.stdout.into_bytes(), stderr: self.stderr.into_bytes(), transcript: self.transcript })
    }

    /// Number of calls performed so far.
    pub fn calls(&self) -> u64 {
        self.transcript.calls()
    }

    /// Decides whether a call is performed at all, and brings its words into the form of the transcript.
    fn admit<'w>(
        &mut self,
        function: Function,
        args: &[u64],
        memory: &[u8],
        fuel_used: u64,
        words: &'w mut [u64; PARAMS_MAX],
    ) -> Result<&'w [u64], Stop> {
        if fuel_used.saturating_add(CALL_FUEL) >= self.limits.fuel {
            return Err(Stop::OutOfFuel);
        }
        if self.calls() >= self.limits.host_calls {
            return Err(Stop::Limit { limit: Limits::HOST_CALLS, charge: CALL_FUEL });
        }
        let params = function.signature().params;
        if args.len() != params.len() || params.len() > PARAMS_MAX {
            let reason = format!("a fault of this program: {} was called with {} words", function.full_name(), args.len());
            return Err(Stop::Abstain { reason });
        }
        if memory.as_ptr().align_offset(MEMORY_ALIGN) != 0 {
            let reason = format!("the engine's memory does not start at a multiple of {MEMORY_ALIGN} bytes");
            return Err(Stop::Abstain { reason });
        }
        for ((word, arg), param) in words.iter_mut().zip(args).zip(params) {
            *word = match param {
                ValueType::I32 => arg & u64::from(u32::MAX),
                ValueType::I64 => *arg,
            };
        }
        Ok(&words[..params.len()])
    }

    fn perform(&mut self, function: Function, words: &[u64], memory: &mut [u8]) -> Ending {
        self.words.clear();
        self.results.clear();
        for word in words {
            self.words.push(&word.to_le_bytes());
        }
        let lists = Lists { arguments: &self.arguments, environment: &self.environment };
        if let Err(errno) = argument::check(function.arguments(), words, memory, &lists, &mut self.buffers, &mut self.words) {
            self.gpu.note(function, errno);
            return Ending::Return(Some(errno as u32));
        }
        if function.signature().result.is_some() {
            self.results.push(&0_u32.to_le_bytes());
        }
        let mut guest = wiggle::GuestMemory::Unshared(memory);
        match function.invoke(self, &mut guest, words) {
            Ok(value) => Ending::Return(value.map(|errno| errno as u32)),
            Err(error) => self.ending(&error),
        }
    }

    /// What an error of the generated code means: the job was halted, or it refused an argument that the checks had passed.
    fn ending(&mut self, error: &wiggle::error::Error) -> Ending {
        match &self.halt {
            Some(Halt::Exit(code)) => Ending::Exit(*code),
            Some(Halt::Limit(limit)) => Ending::Limit(*limit),
            Some(Halt::OutOfFuel | Halt::Abstain(_)) => Ending::Return(None),
            // Whatever the generated code refuses, the checks before the call should have refused. What it changed until then is not known, so there is no result.
            None => {
                self.halt = Some(Halt::Abstain(format!("a fault of this program: {error}; please report it")));
                Ending::Return(None)
            }
        }
    }

    /// Fuel that the work of the call at hand may cost: what is left after the first charge and that of the argument bytes.
    fn fuel_for_work(&self) -> u64 {
        let charged = CALL_FUEL.saturating_add(self.words.bytes() / BYTES_PER_FUEL);
        self.limits.fuel.saturating_sub(self.fuel_used).saturating_sub(charged).saturating_sub(1)
    }

    /// Notes why the job ends; the error carries nothing but the way out of the generated code.
    fn halt(&mut self, halt: Halt) -> wiggle::error::Error {
        self.halt = Some(halt);
        wiggle::error::Error::msg("the job ends in this call")
    }
}

/// How a call that was performed ended.
#[derive(Debug, Clone, Copy)]
enum Ending {
    Return(Option<u32>),
    Exit(u32),
    Limit(u8),
}
