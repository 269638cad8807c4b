//! The CPU executor against raw lavapipe over the corpus: nanoseconds of CPU time of the whole process, so that a busy machine does not matter much.
//!
//! `CASE=matmul LP_NUM_THREADS=1 cargo run --release -p assay-tests --example cpu_speed`; `RAW=0` leaves lavapipe out.

use std::collections::BTreeMap;
use std::time::Instant;

use assay_gpu::cpu::CpuDevice;
use assay_gpu::raw::RawDevice;
use assay_gpu::{Device, Kernel};
use assay_tests::corpus::run::Loaded;
use assay_tests::corpus::{Case, cases};

/// CPU time of all threads of this process, nanoseconds.
fn cpu_time() -> u64 {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux");
    tasks
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok())
        .filter_map(|text| text.split(' ').next()?.parse::<u64>().ok())
        .sum()
}

/// The least of several runs, milliseconds.
fn measure(case: &Case, kernels: &BTreeMap<String, Kernel>, device: &mut dyn Device) -> Result<f64, String> {
    let loaded = Loaded::new(case, kernels, device)?;
    loaded.fill(device)?;
    loaded.dispatch(device)?;
    let mut best = f64::MAX;
    let start = Instant::now();
    for round in 0..20 {
        loaded.fill(device)?;
        loaded.read(device)?;
        let before = cpu_time();
        loaded.dispatch(device)?;
        best = best.min((cpu_time() - before) as f64 / 1e6);
        if round >= 2 && start.elapsed().as_millis() > 400 {
            break;
        }
    }
    loaded.free(device);
    Ok(best)
}

fn lavapipe() -> Option<RawDevice> {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = wgpu::Backends::VULKAN;
    let instance = wgpu::Instance::new(descriptor);
    let found = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::VULKAN));
    let name = found.iter().map(|adapter| adapter.get_info().name).find(|name| name.contains("llvmpipe"))?;
    RawDevice::open(&name).ok()
}

fn main() {
    let with_raw = std::env::var("RAW").as_deref() != Ok("0");
    let mut logs = Vec::new();
    println!("{:24} {:>10} {:>10} {:>7}   compile", "", "cpu ms", "raw ms", "ratio");
    for case in cases() {
        let kernels = match case.kernels() {
            Ok(kernels) => kernels,
            Err(why) => {
                println!("{:24} {why}", case.name);
                continue;
            }
        };
        let mut cpu = CpuDevice::new(Some(1)).expect("a device");
        let start = Instant::now();
        let compile: Vec<_> = kernels.values().map(|kernel| cpu.create_pipeline(kernel).map(|_| ())).collect();
        let compiled = start.elapsed().as_secs_f64() * 1e3;
        if let Some(Err(error)) = compile.into_iter().find(Result::is_err) {
            println!("{:24} {error}", case.name);
            continue;
        }
        let ours = measure(&case, &kernels, &mut cpu);
        let theirs = if with_raw {
            lavapipe().map(|mut raw| {
                raw.set_constants(&case.constants());
                measure(&case, &kernels, &mut raw)
            })
        } else {
            None
        };
        match (ours, theirs) {
            (Ok(ours), Some(Ok(theirs))) => {
                logs.push((theirs / ours).ln());
                println!("{:24} {ours:10.3} {theirs:10.3} {:7.2}   {compiled:.1} ms", case.name, theirs / ours);
            }
            (Ok(ours), None) => println!("{:24} {ours:10.3}   {compiled:.1} ms", case.name),
            (ours, theirs) => println!("{:24} {ours:?} {theirs:?}", case.name),
        }
    }
    if !logs.is_empty() {
        println!("geometric mean {:.3} over {}", (logs.iter().sum::<f64>() / logs.len() as f64).exp(), logs.len());
    }
}
