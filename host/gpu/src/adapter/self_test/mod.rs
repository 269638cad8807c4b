//! The self-test of an adapter, through the production path: shader, lowering, pipeline, dispatch.
//!
//! ```text
//! plan := best of the tier
//! for each case:  run ── same words ──► next case
//!                     └─ different ───► blames a primitive with another way: plan := that way, the case again
//!                                       else: the tier has failed
//! the cases before the last change once more
//! ```
//!
//! Expectations are computed here, in Rust, whose f32 is IEEE binary32. The cases for built-in functions with an algorithm of ours are compared with the CPU executor instead, which
//! defines them.

mod functions;
mod integers;
mod loops;
mod memory;
mod operators;
pub(crate) mod patterns;
#[cfg(test)]
mod tests;
mod traps;

use crate::adapter::admission::TierReport;
use crate::adapter::tier::{Plan, Primitive, Tier};
use crate::cpu::CpuDevice;
use crate::device::{BindingRange, Device, DeviceError, DispatchEnd};
use crate::kernel::Kernel;
use crate::refusal::Refused;
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
    /// Long code: left out for the tier `soft`, where every operation is a page of it and drivers take seconds to compile what adds nothing to what the others say.
    pub long: bool,
    /// Words of output per index of the inputs, and what each of them is: only to say what failed.
    pub columns: Vec<String>,
}

/// How a case failed, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mismatch(pub String);

/// A case with its kernel.
pub(crate) struct Prepared {
    pub case: Case,
    pub kernel: Kernel,
}

/// All cases, in the order in which they build on each other, lowered; what the CPU executor has to say is in them.
///
/// # Errors
/// A shader of ours is refused, or the CPU executor does not work here.
pub(crate) fn prepare() -> Result<Vec<Prepared>, DeviceError> {
    let mut cpu = CpuDevice::new(None)?;
    // What is likeliest to change the plan comes first.
    let mut all = traps::zeros();
    all.extend(loops::cases());
    all.extend(operators::cases());
    all.extend(traps::cases());
    all.extend(integers::cases());
    all.extend(memory::cases());
    all.extend(functions::cases());
    let prepare = |mut case: Case| {
        let kernel = lower(&case)?;
        if case.expected.is_empty() {
            case.expected = execute(&mut cpu, &case, &kernel)?.1;
        }
        Ok(Prepared { case, kernel })
    };
    all.into_iter().map(prepare).collect()
}

/// Looks for a plan with which a device computes every case, tier by tier. `open` gives a device that works by a plan.
pub(crate) fn examine(tiers: &[Tier], doubles: bool, open: Open<'_>) -> (Option<Plan>, Vec<TierReport>) {
    let mut reports = Vec::new();
    let cases = match prepare() {
        Ok(cases) => cases,
        Err(error) => {
            let failed = |tier: &Tier| TierReport { tier: *tier, passed: false, notes: vec![error.to_string()] };
            return (None, tiers.iter().map(failed).collect());
        }
    };
    for tier in tiers {
        let mut notes = Vec::new();
        let found = examine_tier(*tier, doubles, &cases, open, &mut notes);
        if let Err(reason) = &found {
            notes.push(reason.clone());
        }
        reports.push(TierReport { tier: *tier, passed: found.is_ok(), notes });
        if let Ok(plan) = found {
            return (Some(plan), reports);
        }
    }
    (None, reports)
}

/// Gives a device for a plan.
pub(crate) type Open<'a> = &'a mut dyn FnMut(Plan) -> Result<Box<dyn Device>, DeviceError>;

fn examine_tier(tier: Tier, doubles: bool, cases: &[Prepared], open: Open<'_>, notes: &mut Vec<String>) -> Result<Plan, String> {
    let text = |error: DeviceError| error.to_string();
    let mut plan = Plan::best(tier, doubles);
    let mut device = open(plan).map_err(text)?;
    let cases: Vec<&Prepared> = cases.iter().filter(|prepared| tier != Tier::Soft || !prepared.case.long).collect();
    let mut unseen = 0;
    for (index, prepared) in cases.iter().enumerate() {
        while let Err(mismatch) = run(device.as_mut(), prepared).map_err(text)? {
            let next = prepared.case.blames.and_then(|primitive| Some((primitive, plan.next(primitive, doubles)?)));
            let Some((primitive, next)) = next else { return Err(mismatch.0) };
            plan = next;
            unseen = index;
            notes.push(format!("{}; instead: {}", mismatch.0, plan.way(primitive).of(primitive)));
            device = open(plan).map_err(text)?;
        }
    }
    for prepared in &cases[..unseen] {
        run(device.as_mut(), prepared).map_err(text)?.map_err(|mismatch| mismatch.0)?;
    }
    Ok(plan)
}

/// Compiles a case by the production path.
fn lower(case: &Case) -> Result<Kernel, DeviceError> {
    let refused = |error: Refused| DeviceError(format!("the self-test's shader {:?} is refused: {error}", case.name));
    Shader::new(&case.wgsl).map_err(refused)?.kernel("main", &[], case.loop_iterations).map_err(refused)
}

/// Runs a case.
pub(crate) fn run(device: &mut dyn Device, prepared: &Prepared) -> Result<Result<(), Mismatch>, DeviceError> {
    let (end, out) = execute(device, &prepared.case, &prepared.kernel)?;
    Ok(judge(&prepared.case, end, &out))
}

/// How a case ends on a device, and its output.
fn execute(device: &mut dyn Device, case: &Case, kernel: &Kernel) -> Result<(DispatchEnd, Vec<u32>), DeviceError> {
    let mut ranges = Vec::new();
    for (binding, words) in kernel.bindings.iter().zip(case.inputs.iter().chain([&case.before])) {
        let bytes = 4 * words.len() as u64;
        let buffer = device.create_buffer(bytes)?;
        device.write_buffer(buffer, 0, bytemuck::cast_slice(words))?;
        ranges.push(BindingRange { group: binding.group, binding: binding.binding, buffer, offset: 0, bytes });
    }
    let pipeline = device.create_pipeline(kernel)?;
    let end = device.dispatch(pipeline, &ranges, case.groups)?;
    let mut out = vec![0u32; case.before.len()];
    if let Some(range) = ranges.last() {
        device.read_buffer(range.buffer, 0, bytemuck::cast_slice_mut(&mut out))?;
    }
    device.destroy_pipeline(pipeline);
    ranges.into_iter().for_each(|range| device.destroy_buffer(range.buffer));
    Ok((end, out))
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
