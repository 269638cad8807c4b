//! Generated host calls: bytes become a sequence of calls on a bare [`Host`], with a `Vec` for memory and no engine at all.
//!
//! Most words of a call are likely to mean something (an open handle, a pointer to a path that exists, a flag), a few are anything. What a call must never do
//! is checked after each: see [`run`].

use std::collections::BTreeSet;

use arbitrary::{Result, Unstructured};
use assay_protocol::Hash;
use assay_protocol::limits::Limits;
use assay_sandbox::host::{CALL_FUEL, Errno, Function, Host, HostConfig, Stop};

const MEMORY_BYTES: usize = 2 * 65_536;
/// Where the paths lie that calls are likely to name, each in a place of this size.
const PATHS: u32 = 0x1000;
const PATH_BYTES: u32 = 64;
const PATH_TEXTS: &[&str] = &[
    "tmp",
    "out",
    "in",
    ".",
    "..",
    "tmp/a",
    "tmp/b",
    "tmp/d",
    "tmp/d/a",
    "tmp/d/..",
    "out/a",
    "out/b",
    "out/d/",
    "in/data",
    "in/stdin",
    "tmp/../out/a",
    "../tmp",
    "/tmp",
    "tmp/a/",
    "tmp//d/./a",
    "tmp/\u{1}",
    "tmp/\u{e4}",
];
/// Where lists of buffers lie: each names some of the memory behind it.
const LISTS: u32 = 0x3000;
/// Where subscriptions lie.
const SUBSCRIPTIONS: u32 = 0x4000;
/// Where shaders lie, each in a place of this size, and behind them the name of an entry point.
const SOURCES: u32 = 0x5000;
const SOURCE_BYTES: u32 = 256;
const SHADERS: &[&str] = &[
    "@compute @workgroup_size(1) fn main() {}",
    "@group(0) @binding(0) var<storage, read_write> a: array<u32>; @compute @workgroup_size(4) fn main() { a[0] = 1u; }",
    "@group(0) @binding(0) var<storage, read_write> a: array<u32>; @group(0) @binding(1) var<storage, read> b: array<u32>;
     override n: u32 = 1; @compute @workgroup_size(n) fn main() { a[0] = b[1]; }",
    "fn main() { \u{e4} }",
];
/// Where constants lie, whose names are among the paths, and ranges.
const CONSTANTS: u32 = 0x6000;
const RANGES: u32 = 0x6100;
/// Where results go and data comes from.
const SPACE: u32 = 0x8000;
const ERRNOS: &[Errno] = &[
    Errno::Badf,
    Errno::Busy,
    Errno::Exist,
    Errno::Fault,
    Errno::Ilseq,
    Errno::Inval,
    Errno::Isdir,
    Errno::Mfile,
    Errno::Nametoolong,
    Errno::Noent,
    Errno::Nospc,
    Errno::Notdir,
    Errno::Notempty,
    Errno::Notsup,
    Errno::Rofs,
    Errno::Spipe,
    Errno::Notcapable,
];

/// What a sequence of calls did, as far as anybody can see.
#[derive(Debug, PartialEq, Eq)]
pub struct Trace {
    /// What each call returned and charged.
    pub replies: Vec<(Function, Option<u32>, u64)>,
    /// How it ended, if a call ended it.
    pub stop: Option<Stop>,
    /// Root of the transcript.
    pub root: Hash,
    /// Outputs.
    pub outputs: Vec<(String, Vec<u8>)>,
    /// Memory at the end.
    pub memory: Hash,
}

/// Performs the calls that `bytes` stand for.
///
/// # Panics
/// When a call breaks a rule: an errno nobody knows; memory that changed although the call failed; a charge below that of a call; a stop whose limit does not end
/// jobs; an abstention, since nothing here can be this machine's fault.
pub fn run(bytes: &[u8]) -> Trace {
    let mut u = Unstructured::new(bytes);
    let mut memory = memory();
    let mut before = memory.clone();
    let mut host = host(&mut u);
    let known: BTreeSet<u32> = ERRNOS.iter().map(|errno| *errno as u32).chain([0]).collect();
    let (mut replies, mut stop, mut fuel) = (Vec::new(), None, 0);
    while !u.is_empty() && stop.is_none() {
        let Ok((function, words)) = call(&mut u, &mut memory) else { break };
        before.copy_from_slice(&memory);
        match host.call(function, &words, &mut memory, fuel) {
            Ok(reply) => {
                let errno = reply.value.unwrap_or(0);
                assert!(known.contains(&errno), "{function:?}({words:x?}) gives the unknown errno {errno}");
                assert!(errno == 0 || memory == before, "{function:?}({words:x?}) fails with {errno} and writes to memory");
                assert!(reply.charge >= CALL_FUEL, "{function:?}({words:x?}) costs {}", reply.charge);
                fuel += reply.charge;
                replies.push((function, reply.value, reply.charge));
            }
            Err(Stop::Abstain { reason }) => panic!("{function:?}({words:x?}) abstains: {reason}"),
            Err(ending) => {
                if let Stop::Limit { limit, .. } = ending {
                    assert!(Limits::ENDING.contains(&limit), "{function:?} passes limit {limit}");
                }
                stop = Some(ending);
            }
        }
    }
    let finished = host.finish(true).expect("few bytes, so this machine has room for them");
    let memory = Hash::of_blob(&memory);
    Trace { replies, stop, root: finished.transcript.root(), outputs: finished.outputs, memory }
}

/// Small quotas, so that they are met.
fn host(u: &mut Unstructured<'_>) -> Host {
    let small = u.arbitrary::<u8>().unwrap_or(0);
    let limits = Limits {
        handles: 8 + u64::from(small % 4),
        files: 4 + u64::from(small % 8),
        outputs: u64::from(small % 3) + 1,
        output_bytes: 100_000,
        scratch_bytes: 300_000,
        stdout_bytes: 200_000,
        stderr_bytes: 200_000,
        gpu_objects: 6,
        gpu_buffer_bytes: 2_000,
        gpu_dispatches: 50,
        gpu_invocations: 10_000,
        ..Limits::default()
    };
    Host::new(HostConfig {
        limits,
        args: vec!["one".to_owned(), "\u{e4}".to_owned()],
        env: vec![("K".to_owned(), "V".to_owned())],
        inputs: vec![("data".to_owned(), Box::new(b"some data".to_vec())), ("stdin".to_owned(), Box::new(vec![7_u8; 100]))],
        job_id: [9; 32],
        keep_calls: false,
        observer: Box::new(()),
        gpu: crate::file_system_model::idle_device::idle(),
    })
}

fn memory() -> Vec<u8> {
    let mut memory = vec![0; MEMORY_BYTES];
    let mut put = |place: u32, bytes: &[u8]| memory[place as usize..][..bytes.len()].copy_from_slice(bytes);
    for (index, text) in PATH_TEXTS.iter().enumerate() {
        put(PATHS + index as u32 * PATH_BYTES, text.as_bytes());
    }
    for index in 0..64_u32 {
        put(LISTS + index * 8, &(SPACE + index * 700).to_le_bytes());
        put(LISTS + index * 8 + 4, &(index * index * 20).to_le_bytes());
    }
    for index in 0..16_u32 {
        let subscription = SUBSCRIPTIONS + index * 48;
        put(subscription, &u64::from(index).to_le_bytes());
        put(subscription + 8, &[(index % 3) as u8]);
        put(subscription + 16, &(index % 5).to_le_bytes());
        put(subscription + 24, &u64::from(index * 1_000).to_le_bytes());
        put(subscription + 40, &[(index / 4 % 2) as u8]);
    }
    for (index, source) in SHADERS.iter().enumerate() {
        put(SOURCES + index as u32 * SOURCE_BYTES, source.as_bytes());
    }
    put(SOURCES + SHADERS.len() as u32 * SOURCE_BYTES, b"main");
    for index in 0..8_u32 {
        put(CONSTANTS + index * 16, &(PATHS + index * PATH_BYTES).to_le_bytes());
        put(CONSTANTS + index * 16 + 4, &1_u32.to_le_bytes());
        put(CONSTANTS + index * 16 + 8, &f64::from(index).to_le_bytes());
    }
    for index in 0..16_u32 {
        let range = RANGES + index * 32;
        put(range + 4, &(index % 2).to_le_bytes());
        put(range + 8, &(index / 2).to_le_bytes());
        put(range + 16, &(u64::from(index / 4 % 2) * 256).to_le_bytes());
        put(range + 24, &(64 * u64::from(index % 5)).to_le_bytes());
    }
    memory
}

/// What each word of a call is likely to be, one letter for each argument; see [`argument`].
fn roles(function: Function) -> &'static str {
    use Function as F;
    match function {
        F::ArgsGet | F::ArgsSizesGet | F::EnvironGet | F::EnvironSizesGet => "oo",
        F::ClockResGet => "so",
        F::ClockTimeGet => "sno",
        F::FdAdvise => "hnns",
        F::FdAllocate => "hnn",
        F::FdClose | F::FdDatasync | F::FdSync => "h",
        F::FdFdstatGet | F::FdFilestatGet | F::FdPrestatGet | F::FdTell => "ho",
        F::FdFdstatSetFlags | F::SockShutdown => "hs",
        F::FdFdstatSetRights => "hrr",
        F::FdFilestatSetSize => "hn",
        F::FdFilestatSetTimes => "hnns",
        F::FdPread | F::FdPwrite => "hlno",
        F::FdPrestatDirName => "hb",
        F::FdRead | F::FdWrite => "hlo",
        F::FdReaddir => "hbno",
        F::FdRenumber => "hh",
        F::FdSeek => "hnso",
        F::PathCreateDirectory | F::PathRemoveDirectory | F::PathUnlinkFile => "dp",
        F::PathFilestatGet => "dzpo",
        F::PathFilestatSetTimes => "dzpnns",
        F::PathLink => "dzpdp",
        F::PathOpen => "dzpsrrzo",
        F::PathReadlink => "dpbo",
        F::PathRename => "dpdp",
        F::PathSymlink => "pdp",
        F::PollOneoff => "qoso",
        F::RandomGet => "b",
        F::SockAccept => "hzo",
        F::SockRecv => "hlzoo",
        F::SockSend => "hlzo",
        F::ProcExit | F::ProcRaise => "s",
        F::SchedYield => "",
        F::Progress => "nn",
        F::GpuBufferCreate => "uo",
        F::GpuBufferDestroy | F::GpuShaderDestroy | F::GpuPipelineDestroy => "g",
        F::GpuBufferWrite | F::GpuBufferRead => "guw",
        F::GpuBufferCopy => "guguu",
        F::GpuBufferClear => "guu",
        F::GpuShaderCreate => "xo",
        F::GpuPipelineCreate => "gmco",
        F::GpuDispatch => "gysss",
        F::GpuLastError => "bo",
    }
}

fn call(u: &mut Unstructured<'_>, memory: &mut [u8]) -> Result<(Function, Vec<u64>)> {
    if u.ratio(1, 16)? {
        // The guest writes to its own memory.
        let place = u.int_in_range(0..=MEMORY_BYTES - 8)?;
        let value: [u8; 8] = u.arbitrary()?;
        memory[place..place + 8].copy_from_slice(&value);
    }
    let mut function = *u.choose(Function::ALL)?;
    // What takes handles away, or ends the job, would soon leave nothing to call.
    let takes_away = matches!(function, Function::ProcExit | Function::FdClose | Function::FdRenumber | Function::FdFdstatSetRights);
    if takes_away && u.ratio(7, 8)? {
        function = Function::PathOpen;
    }
    let mut words = Vec::new();
    for role in roles(function).chars() {
        argument(u, role, &mut words)?;
    }
    if u.ratio(1, 8)? && !words.is_empty() {
        let place = u.int_in_range(0..=words.len() - 1)?;
        words[place] =
            *u.choose(&[u64::MAX, 1 << 31, 1 << 63, u64::from(u32::MAX) - 7, MEMORY_BYTES as u64, MEMORY_BYTES as u64 - 4, 7, 1025, 4097])?;
    }
    assert_eq!(words.len(), function.signature().params.len(), "the roles of {function:?} are not its arguments");
    Ok((function, words))
}

/// The words of one argument.
fn argument(u: &mut Unstructured<'_>, role: char, words: &mut Vec<u64>) -> Result<()> {
    let small = u64::from(u.arbitrary::<u8>()?);
    match role {
        // a handle; one of a directory, which at the start is 3
        'h' => words.push(small % 9),
        'd' => words.push(if small < 200 { 3 } else { small % 9 }),
        // a small number: an enumeration, flags, a count
        's' => words.push(small % 10),
        // mostly 0
        'z' => words.push(if small < 224 { 0 } else { small % 8 }),
        // a size, an offset, a time
        'n' => words.push(if small < 192 { small * 5 } else { u.arbitrary()? }),
        // rights: all, or some
        'r' => words.push(if small < 192 { 0x0fff_ffff } else { u64::from(u.arbitrary::<u32>()?) & 0x0fff_ffff }),
        // where a result goes
        'o' => words.push(u64::from(SPACE) + small * 8),
        // a buffer, a path, a list of buffers, subscriptions
        'b' => words.extend([u64::from(SPACE) + small, u64::from(u.arbitrary::<u8>()?)]),
        'p' => {
            let index = small as usize % PATH_TEXTS.len();
            words.extend([u64::from(PATHS) + index as u64 * u64::from(PATH_BYTES), PATH_TEXTS[index].len() as u64]);
        }
        // a handle of the device; a size or an offset in a buffer of it; bytes for one
        'g' => words.push(small % 9),
        'u' => words.push(if small < 224 { small % 16 * 64 } else { small }),
        'w' => words.extend([u64::from(SPACE) + small, u64::from(u.arbitrary::<u8>()? & 0x7c)]),
        // a shader's source, the name of an entry point; constants; ranges
        'x' => {
            let source = SHADERS[small as usize % SHADERS.len()];
            words.extend([u64::from(SOURCES) + small % SHADERS.len() as u64 * u64::from(SOURCE_BYTES), source.len() as u64]);
        }
        'm' => words.extend([u64::from(SOURCES) + SHADERS.len() as u64 * u64::from(SOURCE_BYTES), if small < 224 { 4 } else { small % 4 }]),
        'c' => words.extend([u64::from(CONSTANTS) + small % 4 * 16, if small < 192 { 0 } else { small % 4 }]),
        'y' => words.extend([u64::from(RANGES) + small % 8 * 32, small / 32 % 4]),
        'l' => words.extend([u64::from(LISTS) + small % 56 * 8, small / 56]),
        _ => words.push(u64::from(SUBSCRIPTIONS) + small % 6 * 48),
    }
    Ok(())
}
