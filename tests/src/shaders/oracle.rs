//! What must hold of a generated shader, on every back end.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use arbitrary::Unstructured;
use assay_gpu::adapter::Tier;
use assay_gpu::cpu::CpuDevice;
use assay_gpu::{Access, BindingRange, BufferId, Device, DispatchEnd, Kernel, Refused, Shader};

use super::{Program, generate};
use crate::adapter;
use crate::corpus::LOOP_ITERATIONS;
use crate::corpus::data::Stream;

/// Words at which something changes: floats and integers alike, since everything is read as everything.
pub const SPECIAL: [u32; 32] = [
    0,
    0x8000_0000,
    1,
    0x8000_0001,
    0x007f_ffff,
    0x0080_0000,
    0x8080_0000,
    0x3f7f_ffff,
    0x3f80_0000,
    0x3f80_0001,
    0xbf80_0000,
    0x4000_0000,
    0x3f00_0000,
    0x4b00_0000,
    0x4b80_0000,
    0x4eff_ffff,
    0x4f00_0000,
    0xcf00_0000,
    0x4f7f_ffff,
    0x4f80_0000,
    0x7f7f_ffff,
    0xff7f_ffff,
    0x7f80_0000,
    0xff80_0000,
    0x7fc0_0000,
    0xffc0_1234,
    0x7f80_0001,
    0x7fff_ffff,
    0xffff_ffff,
    31,
    32,
    0x4049_0fdb,
];

/// A back end under test, and what it is called.
pub struct BackEnd {
    /// Its name.
    pub name: String,
    /// It.
    pub device: Box<dyn Device>,
    /// One shader in so many goes through it.
    pub share: u8,
}

/// The back ends that every shader goes through; the first is what the others are held against.
static BACK_ENDS: LazyLock<Mutex<Vec<BackEnd>>> = LazyLock::new(|| Mutex::new(back_ends()));

/// The CPU executor as a race detector, which must stay silent: the shaders are free of races by construction.
static DETECTOR: LazyLock<Mutex<CpuDevice>> = LazyLock::new(|| Mutex::new(CpuDevice::detecting_races().expect("the CPU executor works")));

fn back_ends() -> Vec<BackEnd> {
    let cpu = |threads| BackEnd {
        name: format!("CPU executor, {threads} threads"),
        device: Box::new(CpuDevice::new(Some(threads)).expect("the CPU executor works")),
        share: 1,
    };
    let mut list = vec![cpu(1), cpu(3)];
    for admitted in adapter::admitted("generated shaders on adapters") {
        let share = match admitted.tier() {
            Tier::Native => 1,
            Tier::Guarded => 5,
            Tier::Soft => 17,
        };
        list.push(BackEnd { name: admitted.name(), device: admitted.open(), share });
    }
    list
}

/// What became of a shader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It ran.
    Ran {
        /// On so many back ends.
        back_ends: usize,
        /// For so many of them, adapters, the CPU did it: that shows nothing.
        done_on_cpu: u64,
    },
    /// It breaks a rule that the generator does not know to keep.
    Refused,
    /// It passed its loop budget, so that it has no result.
    OverBudget,
}

/// A shader from bytes: valid, lowered the same twice, and of one result.
///
/// # Panics
/// When something does not hold: with the shader.
pub fn holds(bytes: &[u8]) -> Held {
    let mut unstructured = Unstructured::new(bytes);
    let program = generate(&mut unstructured).expect("choices are made when bytes have ended");
    match check(&program) {
        Ok(held) => held,
        Err(why) => panic!("{why}\n\n// groups {:?}, constants {:?}\n{}", program.groups, program.constants, program.source),
    }
}

fn check(program: &Program) -> Result<Held, String> {
    // What the generator does not keep track of: values of constants (an index, a shift, a divisor), and the sum of sizes.
    let unlucky = |refused: &Refused| refused.reasons.iter().all(|reason| ["invalid", "size"].contains(&reason.rule));
    let shader = match Shader::new(&program.source) {
        Err(refused) if unlucky(&refused) => return Ok(Held::Refused),
        read => read.map_err(|e| format!("refused: {e}"))?,
    };
    let kernel = match shader.kernel("main", &program.constants, LOOP_ITERATIONS) {
        Err(refused) if unlucky(&refused) => return Ok(Held::Refused),
        lowered => lowered.map_err(|e| format!("not lowered: {e}"))?,
    };
    idempotent(&kernel)?;
    let buffers = data(program, &kernel);
    let mut back_ends = BACK_ENDS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut first: Option<Vec<Vec<u8>>> = None;
    let chance = blake3::hash(program.source.as_bytes()).as_bytes()[0];
    let (mut ran, mut done_on_cpu) = (0, 0);
    for back_end in back_ends.iter_mut().filter(|back_end| chance.is_multiple_of(back_end.share)) {
        ran += 1;
        let device = back_end.device.as_mut();
        let before = device.done_on_cpu();
        let found = run(device, &kernel, &buffers, program.groups).map_err(|e| format!("{}: {e}", back_end.name))?;
        done_on_cpu += device.done_on_cpu() - before;
        match (&first, found) {
            (None, None) => return Ok(Held::OverBudget),
            (Some(_), None) => return Err(format!("{}: over the loop budget, and the first back end was not", back_end.name)),
            (None, Some(found)) => first = Some(found),
            (Some(first), Some(found)) => same(&kernel, first, &found).map_err(|e| format!("{}: {e}", back_end.name))?,
        }
    }
    let mut detector = DETECTOR.lock().unwrap_or_else(PoisonError::into_inner);
    let found = run(&mut *detector, &kernel, &buffers, program.groups).map_err(|e| format!("race detector: {e}"))?;
    if let Some(race) = detector.take_races().first() {
        return Err(format!("a race that is none: {race}"));
    }
    if let (Some(first), Some(found)) = (&first, found) {
        same(&kernel, first, &found).map_err(|e| format!("race detector: {e}"))?;
    }
    Ok(Held::Ran { back_ends: ran, done_on_cpu })
}

/// Lowered again, a lowered shader stays as it is.
pub fn idempotent(kernel: &Kernel) -> Result<(), String> {
    let once = kernel.wgsl().map_err(|e| format!("printing: {e}"))?;
    let shader = Shader::new(&once).map_err(|e| format!("what the lowering made is refused: {e}\n{once}"))?;
    let entry = shader.entry_points().first().ok_or("no entry point")?.name.clone();
    let again = shader.kernel(&entry, &[], kernel.loop_iterations).map_err(|e| format!("not lowered again: {e}\n{once}"))?;
    let twice = again.wgsl().map_err(|e| format!("printing again: {e}"))?;
    match once.lines().zip(twice.lines()).find(|(a, b)| a != b) {
        Some((a, b)) => Err(format!("lowered again, `{}` became `{}`\n{once}", a.trim(), b.trim())),
        None if once.len() != twice.len() => Err(format!("lowered again, it has another length\n{once}")),
        None => Ok(()),
    }
}

fn word(stream: &mut Stream) -> u32 {
    match stream.below(6) {
        0 | 1 => SPECIAL[stream.below(SPECIAL.len() as u32) as usize],
        2 => stream.below(20),
        3 => stream.float(-10.0, 10.0).to_bits(),
        4 => stream.float(-1.0, 1.0).to_bits(),
        _ => stream.word(),
    }
}

/// What the bindings hold at the start, in their order.
fn data(program: &Program, kernel: &Kernel) -> Vec<Vec<u8>> {
    let seed = blake3::hash(program.source.as_bytes()).to_hex();
    let bytes = |binding: &assay_gpu::Binding| {
        let elements = program.elements.iter().find(|(name, _)| *name == binding.name).map_or(1, |(_, count)| u64::from(*count));
        let bytes = binding.bytes_min + binding.stride.map_or(0, |stride| u64::from(stride) * (elements - 1));
        let mut stream = Stream::new(&seed, &binding.name);
        (0..bytes.div_ceil(4)).flat_map(|_| word(&mut stream).to_le_bytes()).collect()
    };
    kernel.bindings.iter().map(bytes).collect()
}

/// What a kernel leaves in its buffers; `None` when it passed its loop budget.
pub fn run(device: &mut dyn Device, kernel: &Kernel, data: &[Vec<u8>], groups: [u32; 3]) -> Result<Option<Vec<Vec<u8>>>, String> {
    let said = |e: assay_gpu::DeviceError| e.to_string();
    let pipeline = device.create_pipeline(kernel).map_err(said)?;
    let mut buffers: Vec<BufferId> = Vec::new();
    let mut outcome = (|| {
        let mut ranges = Vec::new();
        for (binding, bytes) in kernel.bindings.iter().zip(data) {
            let buffer = device.create_buffer(bytes.len() as u64).map_err(said)?;
            buffers.push(buffer);
            device.write_buffer(buffer, 0, bytes).map_err(said)?;
            ranges.push(BindingRange { group: binding.group, binding: binding.binding, buffer, offset: 0, bytes: bytes.len() as u64 });
        }
        if device.dispatch(pipeline, &ranges, groups).map_err(said)? == DispatchEnd::LoopBudgetExceeded {
            return Ok(None);
        }
        let mut left = Vec::new();
        for (buffer, bytes) in buffers.iter().zip(data) {
            let mut out = vec![0; bytes.len()];
            device.read_buffer(*buffer, 0, &mut out).map_err(said)?;
            left.push(out);
        }
        Ok(Some(left))
    })();
    buffers.into_iter().for_each(|buffer| device.destroy_buffer(buffer));
    device.destroy_pipeline(pipeline);
    if let Ok(Some(left)) = &mut outcome
        && left.len() != data.len()
    {
        outcome = Err("not every buffer was read".to_owned());
    }
    outcome
}

fn same(kernel: &Kernel, first: &[Vec<u8>], found: &[Vec<u8>]) -> Result<(), String> {
    let mut wrong = BTreeMap::new();
    for ((binding, first), found) in kernel.bindings.iter().zip(first).zip(found) {
        let words = first.chunks_exact(4).zip(found.chunks_exact(4)).enumerate();
        let differing: Vec<_> = words.filter(|(_, (a, b))| a != b).collect();
        if let Some((at, (a, b))) = differing.first() {
            let shown = |four: &[u8]| format!("{:08x}", u32::from_le_bytes([four[0], four[1], four[2], four[3]]));
            wrong
                .insert(&binding.name, format!("{} words differ, the first is [{at}]: {} and not {}", differing.len(), shown(b), shown(a)));
        }
        if binding.access != Access::ReadWrite && first != found {
            return Err(format!("{} was written", binding.name));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(format!("{wrong:?}")) }
}
