//! Runs WGSL on the CPU executor, through the lowering, with buffers at bindings 0, 1, … of group 0.
#![allow(dead_code, reason = "each test file uses its own part")]

use assay_gpu::cpu::CpuDevice;
use assay_gpu::{BindingRange, Device, DispatchEnd, Shader};

pub const BUDGET: u32 = 1 << 20;

pub fn run_on(device: &mut CpuDevice, source: &str, buffers: &[Vec<u32>], groups: [u32; 3], budget: u32) -> (DispatchEnd, Vec<Vec<u32>>) {
    let shader = Shader::new(source).unwrap_or_else(|refused| panic!("{refused}\n{source}"));
    let entry = shader.entry_points()[0].name.clone();
    let kernel = shader.kernel(&entry, &[], budget).unwrap_or_else(|refused| panic!("{refused}\n{source}"));
    let pipeline = device.create_pipeline(&kernel).unwrap_or_else(|error| panic!("{error}\n{source}"));
    let mut ranges = Vec::new();
    for (binding, words) in buffers.iter().enumerate() {
        let bytes = words.len() as u64 * 4;
        let buffer = device.create_buffer(bytes).expect("there is memory");
        device.write_buffer(buffer, 0, bytemuck::cast_slice(words)).expect("the range lies in the buffer");
        ranges.push(BindingRange { group: 0, binding: binding as u32, buffer, offset: 0, bytes });
    }
    let end = device.dispatch(pipeline, &ranges, groups).unwrap_or_else(|error| panic!("{error}\n{source}"));
    let mut out = Vec::new();
    for (range, words) in ranges.iter().zip(buffers) {
        let mut words = vec![0_u32; words.len()];
        device.read_buffer(range.buffer, 0, bytemuck::cast_slice_mut(&mut words)).expect("the range lies in the buffer");
        device.destroy_buffer(range.buffer);
        out.push(words);
    }
    device.destroy_pipeline(pipeline);
    (end, out)
}

/// Runs to its end.
pub fn run(source: &str, buffers: &[Vec<u32>], groups: [u32; 3]) -> Vec<Vec<u32>> {
    let mut device = CpuDevice::new(Some(2)).expect("the CPU executor works");
    let (end, out) = run_on(&mut device, source, buffers, groups, BUDGET);
    assert_eq!(end, DispatchEnd::Done, "{source}");
    out
}

/// Numbers with every bit pattern likely, special values first.
pub fn patterns(count: usize, seed: u64) -> Vec<u32> {
    const SPECIAL: [u32; 32] = [
        0,
        0x8000_0000,
        1,
        0x8000_0001,
        0x007f_ffff,
        0x0080_0000,
        0x0080_0001,
        0x3f80_0000,
        0xbf80_0000,
        0x3f80_0001,
        0x3f7f_ffff,
        0x4b00_0000,
        0x4b80_0001,
        0x7f7f_ffff,
        0xff7f_ffff,
        0x7f80_0000,
        0xff80_0000,
        0x7fc0_0000,
        0xffc0_1234,
        0x7f80_0001,
        0x4f00_0000,
        0xcf00_0000,
        0x4eff_ffff,
        0x4f80_0000,
        0x4f7f_ffff,
        0xffff_ffff,
        0x7fff_ffff,
        2,
        3,
        31,
        0x3f00_0000,
        0x3fc0_0000,
    ];
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..count)
        .map(|index| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let random = (state >> 16) as u32;
            match state % 8 {
                0 => SPECIAL[(random % 32) as usize],
                1 => random % 64,
                2 => 0x3f00_0000 | random & 0x01ff_ffff,
                _ if index < 32 => SPECIAL[index],
                _ => random,
            }
        })
        .collect()
}
