//! The memory a job runs in during a test: a stand-in for `/in`, `/out`, the streams and the host, one per thread at a time.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::rc::Rc;

use crate::error::Error;
use crate::input::InputEntry;
use crate::progress::Meter;

/// The memory, shared between the test and the readers and writers the job holds.
pub(crate) type Shared = Rc<RefCell<Memory>>;

thread_local! {
    static CURRENT: RefCell<Option<Shared>> = const { RefCell::new(None) };
}

#[derive(Debug)]
pub(crate) struct Memory {
    inputs: BTreeMap<String, Rc<[u8]>>,
    pub(crate) args: Vec<String>,
    pub(crate) env: BTreeMap<String, String>,
    output_bytes: u64,
    pub(crate) outputs: BTreeMap<String, Vec<u8>>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) logs: Vec<String>,
    pub(crate) progress: Vec<(u64, u64)>,
    pub(crate) meter: Meter,
    pub(crate) lost: Option<Error>,
}

/// The memory of the test that runs on this thread, if one does.
pub(crate) fn current() -> Option<Shared> {
    CURRENT.with_borrow(Clone::clone)
}

/// Runs `job` with `memory` as this thread's, and gives it back. A test within a test sees its own; a panic puts the outer one back.
pub(crate) fn within<R>(memory: Memory, job: impl FnOnce() -> R) -> (R, Memory) {
    struct Restore(Option<Shared>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0.take());
        }
    }

    let shared = Rc::new(RefCell::new(memory));
    let restore = Restore(CURRENT.replace(Some(shared.clone())));
    let result = job();
    drop(restore);
    // Taken out rather than unwrapped: the job may have returned an output that still holds the memory.
    let memory = shared.replace(Memory::new(&BTreeMap::new(), &[], &BTreeMap::new(), None));
    (result, memory)
}

impl Memory {
    pub(crate) fn new(
        inputs: &BTreeMap<String, Rc<[u8]>>,
        args: &[String],
        env: &BTreeMap<String, String>,
        output_bytes: Option<u64>,
    ) -> Memory {
        Memory {
            inputs: inputs.clone(),
            args: args.to_vec(),
            env: env.clone(),
            output_bytes: output_bytes.unwrap_or(u64::MAX),
            outputs: BTreeMap::new(),
            stdout: Vec::new(),
            logs: Vec::new(),
            progress: Vec::new(),
            meter: Meter::new(),
            lost: None,
        }
    }

    pub(crate) fn input(&self, name: &str) -> Option<Rc<[u8]>> {
        self.inputs.get(name).cloned()
    }

    pub(crate) fn inputs(&self) -> Vec<InputEntry> {
        self.inputs.iter().map(|(name, bytes)| InputEntry { name: name.clone(), bytes: bytes.len() as u64 }).collect()
    }

    /// Creates an empty output, as the file system would: not below a file, and not where a folder is.
    fn create(&mut self, name: &str) -> io::Result<()> {
        for other in self.outputs.keys() {
            if is_below(name, other) {
                return Err(io::ErrorKind::NotADirectory.into());
            }
            if is_below(other, name) {
                return Err(io::ErrorKind::IsADirectory.into());
            }
        }
        self.outputs.insert(name.to_owned(), Vec::new());
        Ok(())
    }

    fn append(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let used: u64 = self.outputs.values().map(|bytes| bytes.len() as u64).sum();
        if used.saturating_add(bytes.len() as u64) > self.output_bytes {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.outputs.entry(name.to_owned()).or_default().extend_from_slice(bytes);
        Ok(())
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Writes to an output, or to stdout, in memory.
pub(crate) struct Writer {
    memory: Shared,
    /// None is stdout.
    output: Option<String>,
}

impl Writer {
    pub(crate) fn output(memory: Shared, name: &str) -> io::Result<Writer> {
        memory.borrow_mut().create(name)?;
        Ok(Writer { memory, output: Some(name.to_owned()) })
    }

    pub(crate) fn stdout(memory: Shared) -> Writer {
        Writer { memory, output: None }
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut memory = self.memory.borrow_mut();
        match &self.output {
            Some(name) => memory.append(name, bytes)?,
            None => memory.stdout.extend_from_slice(bytes),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
