//! A guest without an engine: calls the host with plain memory.

use std::sync::Arc;

use assay_protocol::limits::Limits;
use assay_sandbox::host::{Function, Host, HostConfig, InputData, Reply, Stop};

use super::Seen;
use super::ops::Op;

/// Bytes of guest memory.
pub const MEMORY_BYTES: usize = 128 * 1024;
/// Where results of fixed size go; two paths; the buffers of a transfer; their bytes.
pub const RESULT: u32 = 0x100;
pub const PATH: u32 = 0x1000;
pub const OTHER_PATH: u32 = 0x3000;
pub const VECTOR: u32 = 0x5000;
pub const DATA: u32 = 0x6000;

/// A host and the memory it is called with.
pub struct Client {
    pub host: Host,
    pub memory: Vec<u8>,
    pub fuel: u64,
}

/// A job with these inputs and nothing else.
pub fn config(limits: Limits, inputs: &[(&str, &[u8])]) -> HostConfig {
    let input = |&(name, data): &(&str, &[u8])| (name.to_owned(), Box::new(Arc::<[u8]>::from(data)) as Box<dyn InputData>);
    HostConfig {
        limits,
        args: vec!["one".to_owned(), "two words".to_owned()],
        env: vec![("KEY".to_owned(), "value".to_owned())],
        inputs: inputs.iter().map(input).collect(),
        job_id: [7; 32],
        keep_calls: true,
        observer: Box::new(()),
        gpu: super::idle_device::idle(),
    }
}

impl Client {
    pub fn new(limits: Limits, inputs: &[(&str, &[u8])]) -> Self {
        Self { host: Host::new(config(limits, inputs)), memory: vec![0; MEMORY_BYTES], fuel: 0 }
    }

    /// One call.
    pub fn call(&mut self, function: Function, args: &[u64]) -> Result<Reply, Stop> {
        let reply = self.host.call(function, args, &mut self.memory, self.fuel)?;
        self.fuel += reply.charge;
        Ok(reply)
    }

    /// One call that goes on, and its errno.
    pub fn errno(&mut self, function: Function, args: &[u64]) -> Result<(), u16> {
        match self.call(function, args).expect("the job goes on").value {
            Some(0) => Ok(()),
            Some(errno) => Err(errno as u16),
            None => panic!("{function:?} has no errno"),
        }
    }

    pub fn put(&mut self, at: u32, bytes: &[u8]) -> [u64; 2] {
        let start = at as usize;
        self.memory[start..start + bytes.len()].copy_from_slice(bytes);
        [u64::from(at), bytes.len() as u64]
    }

    pub fn get(&self, at: u32, length: u64) -> Vec<u8> {
        self.memory[at as usize..][..length as usize].to_vec()
    }

    pub fn word(&self, at: u32, bytes: usize) -> u64 {
        let mut word = [0; 8];
        word[..bytes].copy_from_slice(&self.memory[at as usize..][..bytes]);
        u64::from_le_bytes(word)
    }

    /// Lays out buffers of these lengths one after another from [`DATA`] on.
    pub fn vector(&mut self, lengths: &[u32]) -> [u64; 2] {
        let mut at = DATA;
        for (index, length) in lengths.iter().enumerate() {
            let entry = VECTOR + 8 * index as u32;
            self.put(entry, &at.to_le_bytes());
            self.put(entry + 4, &length.to_le_bytes());
            at += length;
        }
        [u64::from(VECTOR), lengths.len() as u64]
    }

    fn answered(&self, answer: Result<(), u16>, then: impl FnOnce(&Self) -> Seen) -> Seen {
        match answer {
            Ok(()) => then(self),
            Err(errno) => Seen::Errno(errno),
        }
    }

    fn transfer(&mut self, function: Function, fd: u32, lengths: &[u32], offset: Option<u64>) -> Result<u64, u16> {
        let [vector, count] = self.vector(lengths);
        let mut args = vec![u64::from(fd), vector, count];
        args.extend(offset);
        args.push(u64::from(RESULT));
        self.errno(function, &args).map(|()| self.word(RESULT, 4))
    }

    fn read(&mut self, function: Function, fd: u32, lengths: &[u32], offset: Option<u64>) -> Seen {
        match self.transfer(function, fd, lengths, offset) {
            Ok(read) => Seen::Bytes(self.get(DATA, read)),
            Err(errno) => Seen::Errno(errno),
        }
    }

    fn write(&mut self, function: Function, fd: u32, lengths: &[u32], offset: Option<u64>, fill: u8) -> Seen {
        let total: u32 = lengths.iter().sum();
        self.put(DATA, &vec![fill; total as usize]);
        match self.transfer(function, fd, lengths, offset) {
            Ok(written) => Seen::Words(vec![written]),
            Err(errno) => Seen::Errno(errno),
        }
    }

    fn filestat(&self) -> Seen {
        let words = [(0, 8), (8, 8), (16, 1), (24, 8), (32, 8), (40, 8), (48, 8), (56, 8)];
        Seen::Words(words.iter().map(|&(at, bytes)| self.word(RESULT + at, bytes)).collect())
    }

    fn path_call(&mut self, function: Function, fd: u32, path: &str) -> Seen {
        let [at, length] = self.put(PATH, path.as_bytes());
        let answer = self.errno(function, &[u64::from(fd), at, length]);
        self.answered(answer, |_| Seen::Words(Vec::new()))
    }

    /// Performs an operation; `fill` is the byte it writes.
    pub fn perform(&mut self, op: &Op, fill: u8) -> Seen {
        use Function as F;
        let result = u64::from(RESULT);
        let nothing = |_: &Self| Seen::Words(Vec::new());
        match op {
            Op::Open { fd, path, oflags, rights, inheriting, fdflags } => {
                let [at, length] = self.put(PATH, path.as_bytes());
                let (oflags, fdflags) = (u64::from(*oflags), u64::from(*fdflags));
                let answer = self.errno(F::PathOpen, &[u64::from(*fd), 1, at, length, oflags, *rights, *inheriting, fdflags, result]);
                self.answered(answer, |client| Seen::Words(vec![client.word(RESULT, 4)]))
            }
            Op::Close { fd } => {
                let answer = self.errno(F::FdClose, &[u64::from(*fd)]);
                self.answered(answer, nothing)
            }
            Op::Read { fd, lengths } => self.read(F::FdRead, *fd, lengths, None),
            Op::Pread { fd, offset, length } => self.read(F::FdPread, *fd, &[*length], Some(*offset)),
            Op::Write { fd, lengths } => self.write(F::FdWrite, *fd, lengths, None, fill),
            Op::Pwrite { fd, offset, length } => self.write(F::FdPwrite, *fd, &[*length], Some(*offset), fill),
            Op::Seek { fd, delta, whence } => {
                let answer = self.errno(F::FdSeek, &[u64::from(*fd), delta.cast_unsigned(), u64::from(*whence), result]);
                self.answered(answer, |client| Seen::Words(vec![client.word(RESULT, 8)]))
            }
            Op::Tell { fd } => {
                let answer = self.errno(F::FdTell, &[u64::from(*fd), result]);
                self.answered(answer, |client| Seen::Words(vec![client.word(RESULT, 8)]))
            }
            Op::MakeDirectory { fd, path } => self.path_call(F::PathCreateDirectory, *fd, path),
            Op::RemoveDirectory { fd, path } => self.path_call(F::PathRemoveDirectory, *fd, path),
            Op::Unlink { fd, path } => self.path_call(F::PathUnlinkFile, *fd, path),
            Op::Rename { fd, old, new_fd, new } => {
                let ([old, old_length], [new, new_length]) = (self.put(PATH, old.as_bytes()), self.put(OTHER_PATH, new.as_bytes()));
                let answer = self.errno(F::PathRename, &[u64::from(*fd), old, old_length, u64::from(*new_fd), new, new_length]);
                self.answered(answer, nothing)
            }
            Op::Stat { fd, path } => {
                let [at, length] = self.put(PATH, path.as_bytes());
                let answer = self.errno(F::PathFilestatGet, &[u64::from(*fd), 0, at, length, result]);
                self.answered(answer, Self::filestat)
            }
            Op::Fstat { fd } => {
                let answer = self.errno(F::FdFilestatGet, &[u64::from(*fd), result]);
                self.answered(answer, Self::filestat)
            }
            _ => self.perform_attribute(op),
        }
    }

    fn perform_attribute(&mut self, op: &Op) -> Seen {
        use Function as F;
        let result = u64::from(RESULT);
        let nothing = |_: &Self| Seen::Words(Vec::new());
        match op {
            Op::SetSize { fd, size } => {
                let answer = self.errno(F::FdFilestatSetSize, &[u64::from(*fd), *size]);
                self.answered(answer, nothing)
            }
            Op::Allocate { fd, offset, length } => {
                let answer = self.errno(F::FdAllocate, &[u64::from(*fd), *offset, *length]);
                self.answered(answer, nothing)
            }
            Op::SetTimes { fd, times, flags } => {
                let answer = self.errno(F::FdFilestatSetTimes, &[u64::from(*fd), times[0], times[1], u64::from(*flags)]);
                self.answered(answer, nothing)
            }
            Op::PathSetTimes { fd, path, times, flags } => {
                let [at, length] = self.put(PATH, path.as_bytes());
                let args = [u64::from(*fd), 0, at, length, times[0], times[1], u64::from(*flags)];
                let answer = self.errno(F::PathFilestatSetTimes, &args);
                self.answered(answer, nothing)
            }
            Op::Readdir { fd, cookie, length } => {
                let answer = self.errno(F::FdReaddir, &[u64::from(*fd), u64::from(DATA), u64::from(*length), *cookie, result]);
                self.answered(answer, |client| Seen::Bytes(client.get(DATA, client.word(RESULT, 4))))
            }
            Op::Renumber { fd, to } => {
                let answer = self.errno(F::FdRenumber, &[u64::from(*fd), u64::from(*to)]);
                self.answered(answer, nothing)
            }
            Op::Fdstat { fd } => {
                let answer = self.errno(F::FdFdstatGet, &[u64::from(*fd), result]);
                let words = [(0, 1), (2, 2), (8, 8), (16, 8)];
                self.answered(answer, |client| Seen::Words(words.iter().map(|&(at, bytes)| client.word(RESULT + at, bytes)).collect()))
            }
            Op::SetFlags { fd, flags } => {
                let answer = self.errno(F::FdFdstatSetFlags, &[u64::from(*fd), u64::from(*flags)]);
                self.answered(answer, nothing)
            }
            Op::SetRights { fd, rights, inheriting } => {
                let answer = self.errno(F::FdFdstatSetRights, &[u64::from(*fd), *rights, *inheriting]);
                self.answered(answer, nothing)
            }
            Op::Readlink { fd, path } => {
                let [at, length] = self.put(PATH, path.as_bytes());
                let answer = self.errno(F::PathReadlink, &[u64::from(*fd), at, length, u64::from(DATA), 64, result]);
                self.answered(answer, nothing)
            }
            _ => {
                let answer = self.errno(F::ClockTimeGet, &[0, 0, result]);
                self.answered(answer, |client| Seen::Words(vec![client.word(RESULT, 8)]))
            }
        }
    }

    /// The outputs at the end.
    pub fn outputs(self) -> Vec<(String, Vec<u8>)> {
        self.host.finish(true).expect("memory").outputs
    }
}
