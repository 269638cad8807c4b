//! The self-test of an adapter, through the production path: shader, lowering, pipeline, dispatch.
//!
//! ```text
//! plan := best of the tier
//! for each case:  run ── same words ──► next case
//!                     └─ different ───► blames a primitive with another way: plan := that way, the case again
//!                                       else: the tier has failed
//! if the plan changed: all cases once more
//! ```
//!
//! Expectations are computed here, in Rust, whose f32 is IEEE binary32. The cases for built-in functions with an algorithm of ours are compared with the CPU executor instead, which
//! defines them.

mod integers;
mod memory;
mod operators;
mod patterns;
mod traps;

use crate::adapter::tier::Primitive;
use crate::device::{BindingRange, Device, DeviceError, DispatchEnd};
use crate::kernel::Kernel;
use crate::shader::Shader;

/// What a case has to compute.
pub(crate) struct Case {
    /// What is tested, for people.
    pub name: String,
    /// The primitive at fault when the case fails; `None`: the tier.
    pub blames: Option<Primitive>,
    /// The shader; its last binding is the output, the others are inputs.
    pub wgsl: String,
    /// Words of the bindings before the last.
    pub inputs: Vec<Vec<u32>>,
    /// Words of the output before.
    pub before: Vec<u32>,
    /// Workgroups.
    pub groups: [u32; 3],
    /// Loop budget.
    pub loop_iterations: u32,
    /// How it ends.
    pub end: DispatchEnd,
    /// Words of the output after; not looked at after an exceeded budget.
    pub expected: Vec<u32>,
    /// Words of output per index of the inputs, and what each of them is: only to say what failed.
    pub columns: Vec<String>,
}

/// How a case failed, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mismatch(pub String);

/// All cases.
pub(crate) fn cases() -> Vec<Case> {
    let mut all = operators::cases();
    all.extend(traps::cases());
    all.extend(integers::cases());
    all.extend(memory::cases());
    all
}

/// Compiles a case by the production path.
pub(crate) fn kernel(case: &Case) -> Result<Kernel, DeviceError> {
    let refused = |error: crate::refusal::Refused| DeviceError(format!("the self-test's shader {:?} is refused: {error}", case.name));
    Shader::new(&case.wgsl).map_err(refused)?.kernel("main", &[], case.loop_iterations).map_err(refused)
}

/// Runs a case.
pub(crate) fn run(device: &mut dyn Device, case: &Case, kernel: &Kernel) -> Result<Result<(), Mismatch>, DeviceError> {
    let mut buffers = Vec::new();
    for words in case.inputs.iter().chain([&case.before]) {
        let buffer = device.create_buffer(4 * words.len() as u64)?;
        device.write_buffer(buffer, 0, bytemuck::cast_slice(words))?;
        buffers.push((buffer, 4 * words.len() as u64));
    }
    let ranges: Vec<BindingRange> = kernel
        .bindings
        .iter()
        .zip(&buffers)
        .map(|(binding, (buffer, bytes))| BindingRange { group: binding.group, binding: binding.binding, buffer: *buffer, offset: 0, bytes: *bytes })
        .collect();
    let pipeline = device.create_pipeline(kernel)?;
    let end = device.dispatch(pipeline, &ranges, case.groups)?;
    let mut out = vec![0u32; case.before.len()];
    if let Some((buffer, _)) = buffers.last() {
        device.read_buffer(*buffer, 0, bytemuck::cast_slice_mut(&mut out))?;
    }
    device.destroy_pipeline(pipeline);
    buffers.into_iter().for_each(|(buffer, _)| device.destroy_buffer(buffer));
    Ok(judge(case, end, &out))
}

fn judge(case: &Case, end: DispatchEnd, out: &[u32]) -> Result<(), Mismatch> {
    if end != case.end {
        return Err(Mismatch(format!("{}: the dispatch ended as {end:?} where it had to as {:?}", case.name, case.end)));
    }
    let wrong = out.iter().zip(&case.expected).filter(|(got, wanted)| got != wanted).count();
    if case.end != DispatchEnd::Done || wrong == 0 {
        return Ok(());
    }
    let at = out.iter().zip(&case.expected).position(|(got, wanted)| got != wanted).unwrap_or_default();
    let columns = case.columns.len().max(1);
    let what = case.columns.get(at % columns).map_or("", String::as_str);
    let inputs: Vec<String> = case.inputs.iter().filter_map(|words| words.get(at / columns)).map(|word| format!("{word:#010x}")).collect();
    let (got, wanted, total) = (out[at], case.expected[at], out.len());
    let place = if inputs.is_empty() { format!("word {at}") } else { format!("of {}", inputs.join(", ")) };
    Err(Mismatch(format!("{}: {what} {place} gave {got:#010x}, right is {wanted:#010x} ({wrong} of {total} words differ)", case.name)))
}

/// `x`, or the one NaN: what a kernel lets see of a float.
pub(crate) fn canonical(x: f32) -> u32 {
    if x.is_nan() { 0x7fc0_0000 } else { x.to_bits() }
}
