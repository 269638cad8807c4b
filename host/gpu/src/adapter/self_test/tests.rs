//! The self-test can pass, and it can fail: here on devices that are wrong on purpose, built from the CPU executor and a kernel changed behind its back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use naga::{BinaryOperator, Expression, Literal, MathFunction, Module};

use super::{examine, prepare, run};
use crate::adapter::recheck::{Recheck, Rechecking};
use crate::adapter::tier::{Plan, Primitive, Tier, Way};
use crate::cpu::CpuDevice;
use crate::device::{BindingRange, BufferId, Device, DeviceError, DispatchEnd, PipelineId};
use crate::kernel::Kernel;

#[test]
fn the_cpu_executor_passes_every_case() {
    let cases = prepare().unwrap();
    let mut cpu = CpuDevice::new(None).unwrap();
    let mut failed = Vec::new();
    for prepared in &cases {
        match run(&mut cpu, prepared) {
            Ok(Ok(())) => {}
            Ok(Err(mismatch)) => failed.push(mismatch.0),
            Err(error) => failed.push(format!("{}: {error}", prepared.case.name)),
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// The CPU executor with a compiler's mistake.
struct Mistaken {
    cpu: CpuDevice,
    mistake: fn(&mut Module),
}

impl Device for Mistaken {
    fn name(&self) -> &str {
        "mistaken"
    }
    fn create_buffer(&mut self, bytes: u64) -> Result<BufferId, DeviceError> {
        self.cpu.create_buffer(bytes)
    }
    fn destroy_buffer(&mut self, buffer: BufferId) {
        self.cpu.destroy_buffer(buffer);
    }
    fn write_buffer(&mut self, buffer: BufferId, offset: u64, data: &[u8]) -> Result<(), DeviceError> {
        self.cpu.write_buffer(buffer, offset, data)
    }
    fn read_buffer(&mut self, buffer: BufferId, offset: u64, out: &mut [u8]) -> Result<(), DeviceError> {
        self.cpu.read_buffer(buffer, offset, out)
    }
    fn copy_buffer(&mut self, from: BufferId, from_offset: u64, to: BufferId, to_offset: u64, bytes: u64) -> Result<(), DeviceError> {
        self.cpu.copy_buffer(from, from_offset, to, to_offset, bytes)
    }
    fn create_pipeline(&mut self, kernel: &Kernel) -> Result<PipelineId, DeviceError> {
        let mut kernel = kernel.clone();
        (self.mistake)(&mut kernel.module);
        self.cpu.create_pipeline(&kernel)
    }
    fn destroy_pipeline(&mut self, pipeline: PipelineId) {
        self.cpu.destroy_pipeline(pipeline);
    }
    fn dispatch(&mut self, pipeline: PipelineId, bindings: &[BindingRange], groups: [u32; 3]) -> Result<DispatchEnd, DeviceError> {
        self.cpu.dispatch(pipeline, bindings, groups)
    }
}

/// Changes each expression of a module by `change`, which sees the expressions before it as well.
fn each(module: &mut Module, change: impl Fn(&naga::Arena<Expression>, &Expression) -> Option<Expression>) {
    let functions = module.functions.iter_mut().map(|(_, function)| function);
    for function in functions.chain(module.entry_points.iter_mut().map(|entry| &mut entry.function)) {
        let before = function.expressions.clone();
        for (_, expression) in function.expressions.iter_mut() {
            if let Some(changed) = change(&before, expression) {
                *expression = changed;
            }
        }
    }
}

/// `x * y + z` becomes `fma(x, y, z)`.
fn contract(module: &mut Module) {
    each(module, |all, expression| {
        let Expression::Binary { op: BinaryOperator::Add, left, right } = *expression else { return None };
        let Expression::Binary { op: BinaryOperator::Multiply, left: x, right: y } = all[left] else { return None };
        // Of floats: those that the kernel made from bits.
        matches!(all[x], Expression::As { kind: naga::ScalarKind::Float, .. } | Expression::Load { .. }).then_some(())?;
        matches!(all[right], Expression::As { kind: naga::ScalarKind::Float, .. } | Expression::Binary { .. }).then_some(())?;
        Some(Expression::Math { fun: MathFunction::Fma, arg: x, arg1: Some(y), arg2: Some(right), arg3: None })
    });
}

/// `x - x` becomes 0.
fn fold(module: &mut Module) {
    each(module, |_, expression| match *expression {
        Expression::Binary { op: BinaryOperator::Subtract, left, right } if left == right => {
            Some(Expression::Math { fun: MathFunction::Abs, arg: left, arg1: None, arg2: None, arg3: None })
        }
        _ => None,
    });
}

/// `round` becomes `floor`.
fn misround(module: &mut Module) {
    each(module, |_, expression| match *expression {
        Expression::Math { fun: MathFunction::Round, arg, .. } => {
            Some(Expression::Math { fun: MathFunction::Floor, arg, arg1: None, arg2: None, arg3: None })
        }
        _ => None,
    });
}

/// Shifts are not masked: by 63 they give what shifting by 0 does.
fn unmask(module: &mut Module) {
    each(module, |_, expression| match *expression {
        Expression::Literal(Literal::U32(31)) => Some(Expression::Literal(Literal::U32(30))),
        _ => None,
    });
}

fn verdict(mistake: fn(&mut Module), mends: Option<(Primitive, Way)>) -> (Option<Plan>, String) {
    let mut open = |plan: Plan| -> Result<Box<dyn Device>, DeviceError> {
        let mended = mends.is_some_and(|(primitive, way)| plan.way(primitive) == way);
        Ok(Box::new(Mistaken { cpu: CpuDevice::new(Some(1))?, mistake: if mended { |_| {} } else { mistake } }))
    };
    let (plan, reports) = examine(&[Tier::Native], true, &mut open);
    (plan, reports.iter().flat_map(|report| report.notes.clone()).collect::<Vec<_>>().join("; "))
}

#[test]
fn a_compiler_that_contracts_is_caught() {
    let (plan, notes) = verdict(contract, None);
    assert_eq!(plan, None, "{notes}");
    assert!(notes.contains("contraction"), "{notes}");
}

#[test]
fn a_compiler_that_folds_is_caught() {
    let (plan, notes) = verdict(fold, None);
    assert_eq!(plan, None, "{notes}");
    assert!(notes.contains("x - x"), "{notes}");
}

#[test]
fn integers_are_tested_too() {
    let (plan, notes) = verdict(unmask, None);
    assert_eq!(plan, None, "{notes}");
}

#[test]
fn one_primitive_that_is_wrong_goes_another_way() {
    let (plan, notes) = verdict(misround, Some((Primitive::Round, Way::Integer)));
    assert_eq!(plan, Some(Plan::best(Tier::Native, true).with(Primitive::Round, Way::Integer)), "{notes}");
    assert!(notes.contains("instead: floor, ceil, trunc and round by integers"), "{notes}");
    // And without a way that helps, the tier fails.
    assert_eq!(verdict(misround, None).0, None);
}

const DIVIDED: &str = "@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) { out[id.x] = round(out[id.x]); }";

fn rechecked(source: &str, share: f64, mistake: fn(&mut Module)) -> (Result<DispatchEnd, DeviceError>, u64) {
    let kernel = crate::Shader::new(source).unwrap().kernel("main", &[], 1000).unwrap();
    let checked = Arc::new(AtomicU64::new(0));
    let inner = Mistaken { cpu: CpuDevice::new(Some(1)).unwrap(), mistake };
    let mut device = Rechecking::new(Box::new(inner), Recheck { share, seed: 7, admission: None, checked: Arc::clone(&checked) });
    let buffer = device.create_buffer(16).unwrap();
    device.write_buffer(buffer, 0, bytemuck::cast_slice(&[0.5f32, 0.75, 1.5, 2.5])).unwrap();
    let pipeline = device.create_pipeline(&kernel).unwrap();
    let mut end = Ok(DispatchEnd::Done);
    for _ in 0..100 {
        end = device.dispatch(pipeline, &[BindingRange { group: 0, binding: 0, buffer, offset: 0, bytes: 16 }], [1, 1, 1]);
        if end.is_err() {
            break;
        }
    }
    (end, checked.load(Ordering::Relaxed))
}

#[test]
fn a_wrong_dispatch_is_found_when_it_is_executed_again() {
    let (end, _) = rechecked(DIVIDED, 1.0, misround);
    let error = end.unwrap_err().to_string();
    assert!(error.contains("`out` differ, the first at word 1: 0x00000000, and on the CPU 0x3f800000"), "{error}");
    assert!(error.contains("not trusted any more"), "{error}");
}

#[test]
fn right_dispatches_pass_and_only_the_share_is_executed_again() {
    assert_eq!(rechecked(DIVIDED, 1.0, |_| {}), (Ok(DispatchEnd::Done), 100));
    assert_eq!(rechecked(DIVIDED, 0.0, misround), (Ok(DispatchEnd::Done), 0));
    let (end, checked) = rechecked(DIVIDED, 0.25, |_| {});
    assert_eq!(end, Ok(DispatchEnd::Done));
    assert!((10..45).contains(&checked), "{checked}");
}

#[test]
fn a_race_is_the_kernels_fault() {
    let racy = "@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) { out[0] = round(f32(id.x) + 0.75); out[id.x] = round(out[id.x]); }";
    let error = rechecked(racy, 1.0, misround).0.unwrap_err().to_string();
    assert!(error.contains("the kernel has a race"), "{error}");
}
