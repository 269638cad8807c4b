//! The CPU executor: strict IR to WebAssembly with SIMD128, run by wasmtime on all cores. It needs no driver, and it defines what is right.
//!
//! ```text
//! strict IR --build--> scalars, structured statements --structure, shape--> what is uniform, what blends --region--> cut at barriers --emit--> wasm
//! ```
//!
//! Invocations that are neighbours in `local_invocation_index` share the lanes of vector registers, as ispc does it: what is the same for all of them is computed
//! once, what differs evenly is a scalar and a stride, and the rest is a vector; control flow that varies between lanes becomes masks.
//!
//! **Why WebAssembly?** A code generator of our own with a trusted engine below it: whatever a kernel does, and whatever fault the generator has, the engine keeps it
//! inside the executor's memory, and the same module means the same on every machine. Everything a kernel computes is exact by the wasm specification; the one relaxed
//! instruction in use (fused multiply-add) is pinned to its deterministic form. LLVM would vectorise wider, and would have to be trusted and shipped.

mod build;
// One number counts a pack's vectors in several arrays at once.
#[expect(clippy::needless_range_loop, reason = "an iterator over one of the arrays would hide the others")]
mod emit;
mod engine;
mod failure;
mod ir;
mod memory;
mod pool;
mod race;
mod region;
mod select;
mod shape;
mod structure;

use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use wasmtime::{Engine, Module};

use self::failure::Failure;
use self::memory::{Block, Memory};
use self::pool::{Job, Pool};
pub use self::race::{AccessKind, Race, RaceAccess};
use self::race::{Detector, Sites};
use crate::device::{BindingRange, BufferId, Device, DeviceError, DispatchEnd, PipelineId};
use crate::kernel::Kernel;

/// Nanoseconds of work from which on other threads are woken: waking one costs about ten microseconds.
const PARALLEL_NANOSECONDS: f64 = 50_000.0;
/// What an invocation is taken to cost before one has been measured. Only how work is spread depends on it.
const INVOCATION_NANOSECONDS: f64 = 20.0;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Buffer {
    block: Block,
    bytes: u64,
}

struct Pipeline {
    module: Module,
    layout: emit::Layout,
    slots: Vec<ir::Slot>,
    launch: Block,
    table: Option<Block>,
    invocations: u64,
    sites: Sites,
    /// Nanoseconds of one workgroup on one thread, as measured so far.
    group_nanoseconds: Option<f64>,
}

/// The CPU as a device.
pub struct CpuDevice {
    engine: Engine,
    memory: Memory,
    pool: Pool,
    buffers: HashMap<BufferId, Buffer>,
    pipelines: HashMap<PipelineId, Pipeline>,
    /// Memory of each thread.
    threads: Vec<Option<Block>>,
    /// What looks for races, if anything does.
    detector: Option<Arc<Mutex<Detector>>>,
    next: u64,
}

impl CpuDevice {
    /// A device that uses `threads` threads, or as many as there are cores.
    ///
    /// # Errors
    /// The engine does not work on this machine, or there is no address space for its memory.
    pub fn new(threads: Option<usize>) -> Result<Self, DeviceError> {
        let threads = threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).clamp(1, 1024);
        Self::build(threads, None)
    }

    /// A device that looks for races while it runs, on one thread and at a fraction of the speed. What it finds is the same on every machine.
    ///
    /// # Errors
    /// As [`CpuDevice::new`].
    pub fn detecting_races() -> Result<Self, DeviceError> {
        Self::build(1, Some(Arc::new(Mutex::new(Detector::default()))))
    }

    /// The races found since the last call, in the order in which they were found: one for each pair of places in the source. None unless the device detects them.
    pub fn take_races(&mut self) -> Vec<Race> {
        self.detector.as_ref().map_or_else(Vec::new, |detector| lock(detector).take())
    }

    fn build(threads: usize, detector: Option<Arc<Mutex<Detector>>>) -> Result<Self, DeviceError> {
        let engine = engine::engine()?;
        let memory = Memory::new(&engine)?;
        let pool = Pool::new(engine.clone(), memory.shared().clone(), threads, detector.clone());
        let threads = vec![None; threads];
        Ok(Self { engine, memory, pool, buffers: HashMap::new(), pipelines: HashMap::new(), threads, detector, next: 1 })
    }

    /// The WebAssembly module that a kernel becomes, for people who want to see it.
    ///
    /// # Errors
    /// A kernel that the executor cannot compile.
    pub fn wasm(kernel: &Kernel) -> Result<Vec<u8>, DeviceError> {
        Ok(emit::compile(build::build(kernel)?, false)?.wasm)
    }

    fn next_id(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    fn buffer(&self, buffer: BufferId, offset: u64, bytes: u64) -> Result<u64, Failure> {
        let Some(found) = self.buffers.get(&buffer) else {
            return Err(Failure::Misuse(format!("buffer {}, which does not exist", buffer.0)));
        };
        match offset.checked_add(bytes) {
            Some(end) if end <= found.bytes => Ok(u64::from(found.block.base) + offset),
            _ => Err(Failure::Misuse(format!("bytes beyond the end of buffer {}", buffer.0))),
        }
    }

    fn compile(&mut self, kernel: &Kernel) -> Result<Pipeline, Failure> {
        let compiled = emit::compile(build::build(kernel)?, self.detector.is_some())?;
        let module = Module::new(&self.engine, &compiled.wasm).map_err(|error| Failure::Engine(format!("{error:#}")))?;
        let launch = self.memory.allocate(u64::from(emit::Layout::launch_bytes(compiled.slots.len())))?;
        let table = if compiled.table.is_empty() { None } else { Some(self.memory.allocate(compiled.table.len() as u64 * 4)?) };
        if let Some(table) = table {
            self.memory.write_words(table.base, &compiled.table)?;
        }
        let invocations = compiled.workgroup_size.iter().map(|size| u64::from(*size)).product();
        let (layout, slots, sites) = (compiled.layout, compiled.slots, compiled.sites);
        Ok(Pipeline { module, layout, slots, launch, table, invocations, sites, group_nanoseconds: None })
    }

    /// Memory for the first `count` threads, of at least `bytes` each.
    fn thread_memory(&mut self, count: usize, bytes: u32) -> Result<Vec<u32>, Failure> {
        let mut bases = Vec::with_capacity(count);
        for thread in 0..count {
            let block = match self.threads[thread] {
                Some(block) if block.bytes >= u64::from(bytes) => block,
                old => {
                    if let Some(old) = old {
                        self.threads[thread] = None;
                        self.memory.release(old);
                    }
                    let block = self.memory.allocate(u64::from(bytes))?;
                    self.threads[thread] = Some(block);
                    block
                }
            };
            bases.push(block.base);
        }
        Ok(bases)
    }

    fn run(&mut self, id: PipelineId, bindings: &[BindingRange], groups: [u32; 3]) -> Result<DispatchEnd, Failure> {
        let unknown = || Failure::Misuse(format!("pipeline {}, which does not exist", id.0));
        let pipeline = self.pipelines.get(&id).ok_or_else(unknown)?;
        let mut words = vec![0, groups[0], groups[1], groups[2]];
        for slot in &pipeline.slots {
            let status = slot.group == crate::kernel::STATUS_GROUP && slot.binding == crate::kernel::STATUS_BINDING;
            if status {
                words.extend([0, 0]);
                continue;
            }
            let Some(range) = bindings.iter().find(|range| range.group == slot.group && range.binding == slot.binding) else {
                return Err(Failure::Misuse(format!("a dispatch without binding {} of group {}", slot.binding, slot.group)));
            };
            let base = self.buffer(range.buffer, range.offset, range.bytes)?;
            words.extend([base as u32, range.bytes as u32]);
        }
        words.extend([pipeline.table.map_or(0, |table| table.base), 0]);
        let total = groups.iter().map(|count| u64::from(*count)).product::<u64>();
        if total == 0 {
            return Ok(DispatchEnd::Done);
        }
        let group_nanoseconds = pipeline.group_nanoseconds.unwrap_or(INVOCATION_NANOSECONDS * pipeline.invocations as f64);
        let parallel = total > 1 && group_nanoseconds * total as f64 > PARALLEL_NANOSECONDS;
        let count = if parallel { self.pool.threads().min(usize::try_from(total).unwrap_or(usize::MAX)) } else { 1 };
        let (module, launch, bytes) = (pipeline.module.clone(), pipeline.launch.base, pipeline.layout.thread_bytes);
        let threads = self.thread_memory(count, bytes)?;
        self.memory.write_words(launch, &words)?;
        let chunk = if count == 1 { total.min(1 << 30) } else { (total / (count as u64 * 8)).clamp(1, 1 << 20) };
        if let (Some(detector), Some(pipeline)) = (&self.detector, self.pipelines.get(&id)) {
            let bases = pipeline.slots.iter().enumerate().map(|(slot, _)| words[4 + 2 * slot]).collect();
            lock(detector).start(pipeline.sites.clone(), groups, bases, threads[0]);
        }
        let job = Job { pipeline: id.0, module, launch, threads, total, chunk, next: AtomicU64::new(0) };
        let start = Instant::now();
        let result = self.pool.run(job)?;
        let nanoseconds = start.elapsed().as_nanos() as f64 * count as f64 / total as f64;
        if let Some(pipeline) = self.pipelines.get_mut(&id) {
            pipeline.group_nanoseconds = Some(pipeline.group_nanoseconds.map_or(nanoseconds, |before| before * 0.5 + nanoseconds * 0.5));
        }
        let mut flag = [0; 4];
        self.memory.read(u64::from(launch), &mut flag)?;
        match result {
            _ if flag != [0; 4] => Ok(DispatchEnd::LoopBudgetExceeded),
            Ok(()) => Ok(DispatchEnd::Done),
            Err(trap) => Err(Failure::Trap(trap)),
        }
    }
}

impl Device for CpuDevice {
    fn name(&self) -> &str {
        "cpu"
    }

    fn create_buffer(&mut self, bytes: u64) -> Result<BufferId, DeviceError> {
        let block = self.memory.allocate(bytes)?;
        let id = BufferId(self.next_id());
        self.buffers.insert(id, Buffer { block, bytes });
        Ok(id)
    }

    fn destroy_buffer(&mut self, buffer: BufferId) {
        if let Some(buffer) = self.buffers.remove(&buffer) {
            self.memory.release(buffer.block);
        }
    }

    fn write_buffer(&mut self, buffer: BufferId, offset: u64, data: &[u8]) -> Result<(), DeviceError> {
        let at = self.buffer(buffer, offset, data.len() as u64)?;
        Ok(self.memory.write(at, data)?)
    }

    fn read_buffer(&mut self, buffer: BufferId, offset: u64, out: &mut [u8]) -> Result<(), DeviceError> {
        let at = self.buffer(buffer, offset, out.len() as u64)?;
        Ok(self.memory.read(at, out)?)
    }

    fn copy_buffer(&mut self, from: BufferId, from_offset: u64, to: BufferId, to_offset: u64, bytes: u64) -> Result<(), DeviceError> {
        let from = self.buffer(from, from_offset, bytes)?;
        let to = self.buffer(to, to_offset, bytes)?;
        Ok(self.memory.copy(from, to, bytes)?)
    }

    fn create_pipeline(&mut self, kernel: &Kernel) -> Result<PipelineId, DeviceError> {
        let pipeline = self.compile(kernel)?;
        let id = PipelineId(self.next_id());
        self.pipelines.insert(id, pipeline);
        Ok(id)
    }

    fn destroy_pipeline(&mut self, pipeline: PipelineId) {
        if let Some(found) = self.pipelines.remove(&pipeline) {
            self.pool.forget(pipeline.0);
            self.memory.release(found.launch);
            if let Some(table) = found.table {
                self.memory.release(table);
            }
        }
    }

    fn dispatch(&mut self, pipeline: PipelineId, bindings: &[BindingRange], groups: [u32; 3]) -> Result<DispatchEnd, DeviceError> {
        Ok(self.run(pipeline, bindings, groups)?)
    }
}
