//! Threads that share a dispatch: each takes the next few workgroups until none are left.
//!
//! The caller takes part, so that a small dispatch needs nobody else and costs no more than a call. Threads are started when a dispatch first wants them. Which
//! thread runs what cannot be seen in any result: workgroups of a dispatch may not depend on each other, but through atomics whose order does not matter.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use wasmtime::{Engine, Module, SharedMemory};

use super::engine::{Runner, Watch};
use super::failure::Failure;

/// A dispatch while it runs.
pub(super) struct Job {
    pub pipeline: u64,
    pub module: Module,
    pub launch: u32,
    /// Memory of each thread that takes part.
    pub threads: Vec<u32>,
    pub total: u64,
    pub chunk: u64,
    pub next: AtomicU64,
}

struct State {
    job: Option<Arc<Job>>,
    /// Counts jobs, so that a thread takes part in each once.
    number: u64,
    /// Threads that have yet to finish the job.
    busy: usize,
    failure: Option<String>,
    stop: bool,
}

struct Shared {
    engine: Engine,
    memory: SharedMemory,
    watch: Watch,
    state: Mutex<State>,
    wake: Condvar,
    done: Condvar,
    /// Instances of each thread, the caller's first.
    runners: Vec<Mutex<HashMap<u64, Runner>>>,
}

/// The threads.
pub(super) struct Pool {
    shared: Arc<Shared>,
    handles: Vec<std::thread::JoinHandle<()>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// Takes workgroups until none are left or something fails.
    fn work(&self, job: &Job, thread: usize) -> Result<(), String> {
        let mut runners = lock(&self.runners[thread]);
        let runner = match runners.entry(job.pipeline) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => entry
                .insert(Runner::new(&self.engine, &job.module, &self.memory, self.watch.clone()).map_err(|failure| failure.to_string())?),
        };
        loop {
            let first = job.next.fetch_add(job.chunk, Ordering::Relaxed);
            if first >= job.total {
                return Ok(());
            }
            let count = job.chunk.min(job.total - first);
            let ran = runner.run((job.launch as i32, job.threads[thread] as i32, first as i64, count as i32));
            if ran.is_err() {
                // Nobody needs to start another.
                job.next.store(job.total, Ordering::Relaxed);
                return ran;
            }
        }
    }

    fn serve(&self, thread: usize) {
        let mut seen = 0;
        loop {
            let job = {
                let mut state = lock(&self.state);
                loop {
                    if state.stop {
                        return;
                    }
                    if state.number != seen
                        && let Some(job) = state.job.clone()
                    {
                        seen = state.number;
                        if thread < job.threads.len() {
                            break job;
                        }
                    }
                    state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            };
            let result = self.work(&job, thread);
            let mut state = lock(&self.state);
            if let Err(failure) = result {
                state.failure.get_or_insert(failure);
            }
            state.busy -= 1;
            if state.busy == 0 {
                self.done.notify_all();
            }
        }
    }
}

impl Pool {
    pub(super) fn new(engine: Engine, memory: SharedMemory, threads: usize, watch: Watch) -> Self {
        let runners = (0..threads.max(1)).map(|_| Mutex::new(HashMap::new())).collect();
        let state = State { job: None, number: 0, busy: 0, failure: None, stop: false };
        let shared = Shared { engine, memory, watch, state: Mutex::new(state), wake: Condvar::new(), done: Condvar::new(), runners };
        Self { shared: Arc::new(shared), handles: Vec::new() }
    }

    /// Threads that can take part, the caller included.
    pub(super) fn threads(&self) -> usize {
        self.shared.runners.len()
    }

    /// Runs a job to its end. The inner error is a trap's text.
    pub(super) fn run(&mut self, job: Job) -> Result<Result<(), String>, Failure> {
        let helpers = job.threads.len() - 1;
        if helpers == 0 {
            return Ok(self.shared.work(&job, 0));
        }
        while self.handles.len() < helpers {
            let (shared, thread) = (self.shared.clone(), self.handles.len() + 1);
            let spawned = std::thread::Builder::new().name(format!("assay-cpu-{thread}")).spawn(move || shared.serve(thread));
            self.handles.push(spawned.map_err(|error| Failure::Engine(format!("no thread: {error}")))?);
        }
        let job = Arc::new(job);
        {
            let mut state = lock(&self.shared.state);
            state.job = Some(job.clone());
            state.number += 1;
            state.busy = helpers;
            state.failure = None;
        }
        self.shared.wake.notify_all();
        let own = self.shared.work(&job, 0);
        let mut state = lock(&self.shared.state);
        while state.busy > 0 {
            state = self.shared.done.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.job = None;
        Ok(match state.failure.take() {
            Some(failure) => Err(failure),
            None => own,
        })
    }

    /// Frees the instances of a pipeline.
    pub(super) fn forget(&self, pipeline: u64) {
        for runners in &self.shared.runners {
            lock(runners).remove(&pipeline);
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        lock(&self.shared.state).stop = true;
        self.shared.wake.notify_all();
        for handle in self.handles.drain(..) {
            // A thread that panicked has said so; there is nothing more to do with it here.
            let _ = handle.join();
        }
    }
}
