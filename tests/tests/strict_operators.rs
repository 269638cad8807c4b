//! Every operation of two and three operands on all combinations of special values and a million random patterns: the CPU executor against the reference of the
//! specification, and adapters against the CPU executor, without one differing word.
//!
//! `OPERATOR=text` runs only the operations with that text in their name.

use std::time::Instant;

use assay_gpu::cpu::CpuDevice;
use assay_gpu::{BindingRange, BufferId, Device, DispatchEnd, Kernel, Shader};
use assay_tests::adapter;
use assay_tests::operators::{OPERATIONS, Operation, operands};
use rayon::prelude::*;

/// Operands of each operation: a multiple of 64.
const COUNT: usize = 1 << 20;

/// A device with the operands in its memory.
struct Loaded {
    device: Box<dyn Device>,
    lists: Vec<BufferId>,
    result: BufferId,
}

impl Loaded {
    fn new(mut device: Box<dyn Device>, words: &[Vec<u32>; 3]) -> Self {
        let bytes = 4 * COUNT as u64;
        let mut list = |words: &Vec<u32>| {
            let buffer = device.create_buffer(bytes).expect("memory");
            device.write_buffer(buffer, 0, bytemuck::cast_slice(words)).expect("written");
            buffer
        };
        let lists = words.iter().map(&mut list).collect();
        let result = device.create_buffer(bytes).expect("memory");
        Self { device, lists, result }
    }

    fn results(&mut self, kernel: &Kernel) -> Result<Vec<u32>, String> {
        let pipeline = self.device.create_pipeline(kernel).map_err(|e| e.to_string())?;
        let range = |binding: &assay_gpu::Binding| {
            let buffer = self.lists.get(binding.binding as usize).copied().filter(|_| binding.binding < 3).unwrap_or(self.result);
            BindingRange { group: 0, binding: binding.binding, buffer, offset: 0, bytes: 4 * COUNT as u64 }
        };
        let ranges: Vec<_> = kernel.bindings.iter().map(range).collect();
        let end = self.device.dispatch(pipeline, &ranges, [(COUNT / 64) as u32, 1, 1]).map_err(|e| e.to_string())?;
        self.device.destroy_pipeline(pipeline);
        if end != DispatchEnd::Done {
            return Err(format!("{end:?}"));
        }
        let mut words = vec![0u32; COUNT];
        self.device.read_buffer(self.result, 0, bytemuck::cast_slice_mut(&mut words)).map_err(|e| e.to_string())?;
        Ok(words)
    }
}

/// The first difference, with its operands, and how many there are.
fn difference(operation: &Operation, words: &[Vec<u32>; 3], found: &[u32], expected: &[u32]) -> Option<String> {
    let count = found.iter().zip(expected).filter(|(a, b)| a != b).count();
    let at = found.iter().zip(expected).position(|(a, b)| a != b)?;
    let operands: Vec<String> = words[..operation.operands()].iter().map(|list| format!("{:08x}", list[at])).collect();
    Some(format!("{} of {operands:?} is {:08x}, expected {:08x}; {count} of {COUNT} differ", operation.wgsl, found[at], expected[at]))
}

#[test]
fn operations_are_what_the_specification_says() {
    let wanted = std::env::var("OPERATOR").unwrap_or_default();
    let words = operands(COUNT);
    let mut cpu = Loaded::new(Box::new(CpuDevice::new(None).expect("the CPU executor works")), &words);
    let mut adapters: Vec<(String, Loaded)> = Vec::new();
    for admitted in adapter::best("operations on adapters") {
        adapters.push((admitted.name(), Loaded::new(admitted.open(), &words)));
    }
    let mut wrong = Vec::new();
    let operations: Vec<&Operation> = OPERATIONS.iter().filter(|operation| operation.name.contains(&wanted)).collect();
    let start = Instant::now();
    for operation in &operations {
        let checked = Shader::new(&operation.shader()).and_then(|shader| shader.kernel("main", &[], 1 << 20));
        let result = checked.map_err(|e| e.to_string()).and_then(|kernel| {
            let found = cpu.results(&kernel)?;
            let expected: Vec<u32> =
                (0..COUNT).into_par_iter().map(|at| (operation.expected)([words[0][at], words[1][at], words[2][at]])).collect();
            if let Some(why) = difference(operation, &words, &found, &expected) {
                return Err(format!("CPU executor: {why}"));
            }
            for (name, adapter) in &mut adapters {
                if let Some(why) = difference(operation, &words, &adapter.results(&kernel)?, &found) {
                    return Err(format!("{name} against the CPU executor: {why}"));
                }
            }
            Ok(())
        });
        if let Err(why) = result {
            wrong.push(format!("{}: {why}", operation.name));
        }
    }
    println!(
        "{} operations on {COUNT} operands each, {} adapters, {:.1} s",
        operations.len(),
        adapters.len(),
        start.elapsed().as_secs_f64()
    );
    assert!(wrong.is_empty(), "{} of {} operations:\n{}", wrong.len(), operations.len(), wrong.join("\n"));
}
