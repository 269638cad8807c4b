//! Every operator and built-in of strict WGSL against the reference: not one differing word, for a million patterns and all special values of each.
//!
//! `CASE=text` takes only the expressions with that text in them.

use assay_gpu::Device;
use assay_gpu::cpu::CpuDevice;
use assay_reference::strict::expressions::{Expression, GROUPS};
use assay_tests::expressions::evaluate;
use assay_tests::vectors;

/// Samples of each expression, in pieces of this many.
const SAMPLES: u32 = 1 << 20;
const PIECE: u32 = 1 << 18;

fn cpu() -> CpuDevice {
    CpuDevice::new(None).expect("the CPU executor works")
}

fn expressions() -> impl Iterator<Item = &'static Expression> {
    let wanted = std::env::var("CASE").unwrap_or_default();
    GROUPS.into_iter().flat_map(|(_, list)| list).filter(move |expression| expression.wgsl.contains(&wanted))
}

/// What is wrong with an expression on a device: how many words differ, and the first of them.
fn differing(device: &mut dyn Device, expression: &Expression) -> Result<(), String> {
    let (mut count, mut first) = (0_u64, None);
    for start in (0..SAMPLES).step_by(PIECE as usize) {
        let samples: Vec<[u32; 4]> = (start..start + PIECE).map(|index| expression.sample(index)).collect();
        let results = evaluate(device, expression.wgsl, &samples)?;
        for (sample, result) in samples.iter().zip(results) {
            let expected = (expression.compute)(*sample);
            if result != expected {
                count += 1;
                first.get_or_insert((*sample, result, expected));
            }
        }
    }
    match first {
        None => Ok(()),
        Some((sample, result, expected)) => Err(format!("{count} words differ; of {sample:08x?}, {result:08x} instead of {expected:08x}")),
    }
}

fn every_expression(device: &mut dyn Device) {
    let wrong: Vec<String> = expressions().filter_map(|e| differing(device, e).err().map(|why| format!("{}: {why}", e.wgsl))).collect();
    assert!(wrong.is_empty(), "{} expressions:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_cpu_executor_computes_what_the_reference_computes() {
    every_expression(&mut cpu());
}

#[test]
fn the_cpu_executor_answers_the_vectors() {
    let mut device = cpu();
    for (group, list) in vectors::groups("strict.json") {
        for vector in &list {
            let words = |text: &str| text.split(' ').map(|word| u32::from_str_radix(word, 16).expect("hexadecimal")).collect::<Vec<u32>>();
            let results = words(vectors::text(vector, "results"));
            let columns: Vec<Vec<u32>> =
                vector["arguments"].as_array().expect("a list").iter().map(|text| words(text.as_str().expect("text"))).collect();
            let word = |place: usize, index: usize| columns.get(place).map_or(0, |column| column[index]);
            let samples: Vec<[u32; 4]> = (0..results.len()).map(|index| std::array::from_fn(|place| word(place, index))).collect();
            let wgsl = vectors::text(vector, "wgsl");
            let found = evaluate(&mut device, wgsl, &samples).unwrap_or_else(|why| panic!("{group}, {wgsl}: {why}"));
            for ((sample, found), expected) in samples.iter().zip(found).zip(results) {
                assert!(found == expected, "{group}, {wgsl}: of {sample:08x?}, {found:08x} instead of {expected:08x}");
            }
        }
    }
}
