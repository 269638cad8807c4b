//! Every GPU call of the host, with plain memory and a device that runs nothing: that it works, that what it must refuse changes nothing, what its leaf and its fuel
//! are, and how a device ends a job.

mod model;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use assay_gpu::{BindingRange, BufferId, Device, DeviceError, DispatchEnd, Kernel, PipelineId};
use assay_protocol::Hash;
use assay_protocol::limits::Limits;
use assay_sandbox::OpenDevice;
use assay_sandbox::host::{BYTES_PER_FUEL, CALL_FUEL, Function as F, Host, HostConfig, Stop};

use model::client::{Client, DATA, MEMORY_BYTES, RESULT, VECTOR, config};
use model::idle_device::IdleDevice;

const BADF: u16 = 8;
const FAULT: u16 = 21;
const ILSEQ: u16 = 25;
const INVAL: u16 = 28;
const NOSPC: u16 = 51;
const NOTSUP: u16 = 58;
const R: u64 = RESULT as u64;
const V: u64 = VECTOR as u64;
const D: u64 = DATA as u64;
/// Where the source of the scene lies.
const SOURCE: u32 = 0x8000;
const S: u64 = SOURCE as u64;
const TEXT: &str = "@group(0) @binding(0) var<storage, read_write> a: array<u32>;
override n: u32 = 1;
@compute @workgroup_size(4) fn main() { a[0] += n; }";
const LENGTH: u64 = TEXT.len() as u64;

fn with_device(limits: Limits, gpu: OpenDevice) -> Client {
    Client { host: Host::new(HostConfig { gpu, ..config(limits, &[]) }), memory: vec![0; MEMORY_BYTES], fuel: 0 }
}

/// Buffers 1 and 2 of 1,024 bytes, shader 3, pipeline 4; a range and a constant in memory.
fn scene_on(mut client: Client) -> Client {
    client.put(SOURCE, TEXT.as_bytes());
    client.put(DATA, b"some data that is written");
    client.put(VECTOR, &[[0_u32, 0, 1, 0].map(u32::to_le_bytes).as_flattened(), &0_u64.to_le_bytes(), &256_u64.to_le_bytes()].concat());
    client.put(VECTOR + 64, &[&(DATA + 100).to_le_bytes()[..], &1_u32.to_le_bytes(), &5_f64.to_le_bytes()].concat());
    client.put(DATA + 100, b"n");
    for _ in 0..2 {
        assert_eq!(client.errno(F::GpuBufferCreate, &[1_024, R]), Ok(()));
    }
    assert_eq!(client.errno(F::GpuShaderCreate, &[S, LENGTH, R]), Ok(()));
    assert_eq!(client.errno(F::GpuPipelineCreate, &[3, D, 0, V + 64, 1, R]), Ok(()));
    client
}

fn scene() -> Client {
    scene_on(Client::new(Limits::default(), &[]))
}

/// A call that works in the scene, the index of each of its pointers with the alignment, and changes of one word with the errno they give.
type Case = (F, Vec<u64>, &'static [(usize, u64)], &'static [(usize, u64, u16)]);

fn cases() -> Vec<Case> {
    vec![
        (F::GpuBufferCreate, vec![64, R], &[(1, 4)], &[(0, 0, INVAL), (0, 63, INVAL), (0, u64::MAX, INVAL), (0, 1 << 29, NOSPC)]),
        (F::GpuBufferDestroy, vec![1], &[], &[(0, 3, BADF)]),
        (F::GpuBufferWrite, vec![1, 4, D, 8], &[(2, 1)], &[(0, 3, BADF), (1, 2, INVAL), (1, 1_020, INVAL), (3, 7, INVAL)]),
        (F::GpuBufferRead, vec![1, 4, D, 8], &[(2, 1)], &[(0, 4, BADF), (1, u64::MAX - 3, INVAL), (1, 1_020, INVAL), (3, 7, INVAL)]),
        (F::GpuBufferCopy, vec![1, 0, 2, 4, 8], &[], &[(0, 2, INVAL), (2, 9, BADF), (1, 1_020, INVAL), (3, 1_024, INVAL), (4, 2, INVAL)]),
        (F::GpuBufferClear, vec![1, 0, 8], &[], &[(0, 9, BADF), (1, 1_020, INVAL), (2, u64::MAX - 3, INVAL)]),
        (F::GpuShaderCreate, vec![S, LENGTH, R], &[(0, 1), (2, 4)], &[(1, LENGTH - 1, NOTSUP)]),
        (F::GpuShaderDestroy, vec![3], &[], &[(0, 1, BADF)]),
        (
            F::GpuPipelineCreate,
            vec![3, D, 0, V + 64, 1, R],
            &[(1, 1), (3, 8), (5, 4)],
            &[(0, 4, BADF), (2, 4, NOTSUP), (2, 1_025, INVAL), (4, 257, INVAL)],
        ),
        (F::GpuPipelineDestroy, vec![4], &[], &[(0, 3, BADF)]),
        (F::GpuDispatch, vec![4, V, 1, 1, 1, 1], &[(1, 8)], &[(0, 3, BADF), (2, 0, INVAL), (2, 17, INVAL), (3, 65_536, INVAL)]),
        (F::GpuLastError, vec![D, 100, R], &[(0, 1), (2, 4)], &[]),
    ]
}

/// Everything of the device that a guest could notice.
fn probe(client: &mut Client) -> Vec<Vec<u8>> {
    let mut seen = Vec::new();
    for buffer in 1..5 {
        client.memory[DATA as usize..][..1_024].fill(0);
        let answer = client.errno(F::GpuBufferRead, &[buffer, 0, D, 1_024]);
        seen.push([format!("{answer:?}").into_bytes(), client.get(DATA, 1_024)].concat());
    }
    for (function, args) in
        [(F::GpuPipelineCreate, vec![3, D, 0, V, 0, R]), (F::GpuDispatch, vec![4, V, 1, 0, 0, 0]), (F::GpuBufferCreate, vec![4, R])]
    {
        let answer = client.errno(function, &args);
        seen.push(format!("{answer:?} {}", client.word(RESULT, 4)).into_bytes());
    }
    seen
}

/// A refused call says so, writes nothing to memory, and leaves the device as it was.
fn refused(function: F, args: &[u64], errno: u16) {
    let (mut with, mut without) = (scene(), scene());
    let before = with.memory.clone();
    assert_eq!(with.errno(function, args), Err(errno), "{function:?} {args:x?}");
    assert!(with.memory == before, "{function:?} {args:x?} wrote to memory");
    let said = last_error(&mut with);
    assert!(!said.is_empty(), "{function:?} {args:x?} has nothing to say");
    without.memory.copy_from_slice(&with.memory);
    assert_eq!(probe(&mut with), probe(&mut without), "{function:?} {args:x?} changed something");
}

fn last_error(client: &mut Client) -> String {
    assert_eq!(client.errno(F::GpuLastError, &[0xf000, 4_096, R]), Ok(()));
    let length = client.word(RESULT, 4);
    String::from_utf8(client.get(0xf000, length.min(4_096))).expect("UTF-8")
}

#[test]
fn every_call_works_and_is_tested() {
    let mut tested: Vec<F> = cases().iter().map(|case| case.0).collect();
    for (function, args, ..) in cases() {
        assert_eq!(scene().errno(function, &args), Ok(()), "{function:?}");
    }
    tested.sort();
    let all: Vec<F> = F::ALL.iter().copied().filter(|function| function.name().starts_with("gpu_")).collect();
    assert_eq!(tested, all);
}

#[test]
fn pointers_are_checked_before_anything_happens() {
    for (function, args, pointers, _) in cases() {
        for &(index, align) in pointers {
            let change = |value: u64| {
                let mut args = args.clone();
                args[index] = value;
                args
            };
            if function != F::GpuLastError {
                for pointer in [MEMORY_BYTES as u64 + 8, u64::from(u32::MAX) + 1 - align, 0x8000_0000] {
                    refused(function, &change(pointer), FAULT);
                }
            }
            if align > 1 && function != F::GpuLastError {
                refused(function, &change(args[index] + align / 2), INVAL);
            }
        }
    }
    let mut client = scene();
    assert_eq!(client.errno(F::GpuLastError, &[MEMORY_BYTES as u64, 1, R]), Err(FAULT));
    assert_eq!(client.errno(F::GpuLastError, &[D, 1, R + 2]), Err(INVAL));
    assert_eq!(last_error(&mut client), "", "its own failures are not told");
}

#[test]
fn values_are_refused_and_nothing_happens() {
    for (function, args, _, changes) in cases() {
        for &(index, value, errno) in changes {
            let mut args = args.clone();
            args[index] = value;
            refused(function, &args, errno);
        }
    }
}

#[test]
fn text_must_be_utf8_and_reserved_bytes_zero() {
    let mut client = scene();
    client.put(DATA + 100, b"\xff");
    assert_eq!(client.errno(F::GpuPipelineCreate, &[3, D, 0, V + 64, 1, R]), Err(ILSEQ));
    assert_eq!(last_error(&mut client), "gpu_pipeline_create: an argument is not UTF-8");
    assert_eq!(client.errno(F::GpuShaderCreate, &[D + 100, 1, R]), Err(ILSEQ));
    assert_eq!(client.errno(F::GpuPipelineCreate, &[3, D + 100, 1, V, 0, R]), Err(ILSEQ));
    client.put(VECTOR + 15, &[1]);
    assert_eq!(client.errno(F::GpuDispatch, &[4, V, 1, 1, 1, 1]), Err(INVAL));
    assert_eq!(last_error(&mut client), "gpu_dispatch: an argument is misaligned, or not a value it may have");
}

#[test]
fn leaves_carry_the_bytes_of_the_specification() {
    let ok = [0_u8; 4];
    let leaf = |function: F, args: &[u64], read: &[u8], results: &[u8], work: u64| {
        let mut client = scene();
        let data = client.get(DATA, 8);
        let reply = client.call(function, args).expect("goes on");
        let words: Vec<u8> = args.iter().flat_map(|word| word.to_le_bytes()).chain(read.iter().copied()).collect();
        assert_eq!(reply.charge, CALL_FUEL + (words.len() + results.len()) as u64 / BYTES_PER_FUEL + work, "{function:?}");
        let calls = client.host.finish(true).expect("memory").transcript.into_calls().expect("kept");
        let last = calls.last().expect("one call");
        assert_eq!(last.function, function.full_name());
        assert_eq!(last.args, Hash::of_blob(&words), "argument bytes of {function:?}");
        assert_eq!(last.results, Hash::of_blob(results), "result bytes of {function:?}");
        data
    };
    let handle = [ok, 5_u32.to_le_bytes()].concat();
    leaf(F::GpuBufferCreate, &[640, R], b"", &handle, 10);
    leaf(F::GpuBufferDestroy, &[1], b"", &ok, 0);
    leaf(F::GpuBufferWrite, &[1, 4, D, 8], b"some dat", &ok, 0);
    leaf(F::GpuBufferWrite, &[9, 4, D, 8], b"some dat", &[8, 0, 0, 0], 0);
    leaf(F::GpuBufferRead, &[1, 4, D, 8], b"", &[ok.as_slice(), &[0; 8]].concat(), 0);
    leaf(F::GpuBufferCopy, &[1, 0, 2, 4, 128], b"", &ok, 2);
    leaf(F::GpuBufferClear, &[1, 0, 64], b"", &ok, 1);
    leaf(F::GpuShaderCreate, &[S, LENGTH, R], TEXT.as_bytes(), &handle, 100 * LENGTH);
    leaf(F::GpuShaderCreate, &[S, 5, R], &TEXT.as_bytes()[..5], &[58, 0, 0, 0], 500);
    let constant = [&1_u32.to_le_bytes()[..], b"n", &5_f64.to_le_bytes()].concat();
    leaf(F::GpuPipelineCreate, &[3, D, 0, V + 64, 1, R], &constant, &handle, 1_000 * LENGTH);
    let record = scene().get(VECTOR, 32);
    let identity = assay_gpu::session::pipeline_identity(TEXT, "main", &[("n".to_owned(), 5.0)]);
    leaf(F::GpuDispatch, &[4, V, 1, 2, 3, 1], &[record.as_slice(), &identity].concat(), &ok, 24);
    leaf(F::GpuDispatch, &[3, V, 1, 2, 3, 1], &record, &[8, 0, 0, 0], 0);
    leaf(F::GpuLastError, &[D, 100, R], b"", &[0; 8], 0);
}

/// The last unit of fuel that work may cost, and the first that it may not.
#[test]
fn work_that_finds_no_fuel_is_not_performed() {
    let args = [4, V, 1, 100, 1, 1];
    let cost = {
        let mut client = scene();
        let before = client.fuel;
        client.call(F::GpuDispatch, &args).expect("goes on");
        (before, client.fuel)
    };
    // The result's errno is one unit more than what is known before the call.
    for (fuel, expected_calls) in [(cost.1 + 1, Some(5)), (cost.1, Some(5)), (cost.1 - 1, Some(4)), (cost.0 + CALL_FUEL + 1, Some(4))] {
        let mut client = scene_on(Client::new(Limits { fuel, ..Limits::default() }, &[]));
        let ended = client.call(F::GpuDispatch, &args);
        assert_eq!(ended.is_ok(), fuel > cost.1, "with {fuel}");
        assert!(ended.is_ok() || ended == Err(Stop::OutOfFuel));
        assert_eq!(Some(client.host.calls()), expected_calls, "with {fuel}: a call without fuel for its work is not in the transcript");
    }
}

#[test]
fn limits_end_the_job_and_the_call_is_a_leaf() {
    for (limits, number, groups) in [
        (Limits { gpu_dispatches: 0, ..Limits::default() }, Limits::GPU_DISPATCHES, 0),
        (Limits { gpu_invocations: 7, ..Limits::default() }, Limits::GPU_INVOCATIONS, 2),
    ] {
        let mut client = scene_on(Client::new(limits, &[]));
        let ended = client.call(F::GpuDispatch, &[4, V, 1, groups, 1, 1]);
        assert!(matches!(ended, Err(Stop::Limit { limit, charge }) if limit == number && charge >= CALL_FUEL), "{ended:?}");
        assert_eq!(client.host.calls(), 5);
    }
}

#[test]
fn a_device_is_opened_by_the_first_call_that_needs_it() {
    let opened = Arc::new(AtomicU32::new(0));
    let counter = opened.clone();
    let gpu: OpenDevice = Box::new(move || {
        counter.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(IdleDevice::default()))
    });
    let mut client = with_device(Limits::default(), gpu);
    assert_eq!(last_error(&mut client), "");
    assert_eq!(client.errno(F::GpuBufferCreate, &[4, R + 2]), Err(INVAL));
    client.call(F::SchedYield, &[]).expect("goes on");
    assert_eq!(opened.load(Ordering::SeqCst), 0);
    scene_on(client);
    assert_eq!(opened.load(Ordering::SeqCst), 1);

    let mut client = with_device(Limits::default(), assay_sandbox::no_gpu());
    let ended = client.call(F::GpuBufferCreate, &[4, R]);
    assert!(matches!(&ended, Err(Stop::Abstain { reason }) if reason.contains("--gpu")), "{ended:?}");
    assert_eq!(client.host.calls(), 0);
}

/// Fails whatever it is asked to run.
struct Lost(IdleDevice, Result<DispatchEnd, DeviceError>);

impl Device for Lost {
    fn name(&self) -> &str {
        "lost"
    }
    fn create_buffer(&mut self, bytes: u64) -> Result<BufferId, DeviceError> {
        self.0.create_buffer(bytes)
    }
    fn destroy_buffer(&mut self, buffer: BufferId) {
        self.0.destroy_buffer(buffer);
    }
    fn write_buffer(&mut self, buffer: BufferId, offset: u64, data: &[u8]) -> Result<(), DeviceError> {
        self.0.write_buffer(buffer, offset, data)
    }
    fn read_buffer(&mut self, buffer: BufferId, offset: u64, out: &mut [u8]) -> Result<(), DeviceError> {
        self.0.read_buffer(buffer, offset, out)
    }
    fn copy_buffer(&mut self, from: BufferId, from_offset: u64, to: BufferId, to_offset: u64, bytes: u64) -> Result<(), DeviceError> {
        self.0.copy_buffer(from, from_offset, to, to_offset, bytes)
    }
    fn create_pipeline(&mut self, kernel: &Kernel) -> Result<PipelineId, DeviceError> {
        self.0.create_pipeline(kernel)
    }
    fn destroy_pipeline(&mut self, pipeline: PipelineId) {
        self.0.destroy_pipeline(pipeline);
    }
    fn dispatch(&mut self, _: PipelineId, _: &[BindingRange], _: [u32; 3]) -> Result<DispatchEnd, DeviceError> {
        self.1.clone()
    }
}

#[test]
fn how_a_dispatch_ends_decides_between_outcome_and_abstention() {
    let ends = |end: Result<DispatchEnd, DeviceError>| {
        let gpu: OpenDevice = Box::new(|| Ok(Box::new(Lost(IdleDevice::default(), end))));
        let mut client = scene_on(with_device(Limits::default(), gpu));
        let ended = client.call(F::GpuDispatch, &[4, V, 1, 1, 1, 1]);
        (ended, client.host.calls())
    };
    let (ended, calls) = ends(Ok(DispatchEnd::LoopBudgetExceeded));
    assert!(matches!(ended, Err(Stop::Limit { limit: Limits::GPU_LOOP_ITERATIONS, .. })), "{ended:?}");
    assert_eq!(calls, 5, "it is a leaf");
    let (ended, calls) = ends(Err(DeviceError("the device was lost".to_owned())));
    assert_eq!(ended, Err(Stop::Abstain { reason: "the device was lost".to_owned() }));
    assert_eq!(calls, 4);
}
