//! A driver that ends loops on its own (llvmpipe does) gives no wrong result: loops run to their end, and endless ones pass their budget.
#![allow(clippy::unwrap_used, reason = "in a test the line says what failed")]

use assay_gpu::adapter::{AdapterDevice, Opening, Tier, examine, list};
use assay_gpu::{BindingRange, Device, DispatchEnd, Shader};

const TURNS: &str = "
@group(0) @binding(0) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(32) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let turns = out[id.x];
  var done = 0u;
  while (done != turns) { done += 1u; }
  out[id.x] = out[id.x] + done;
}";

#[test]
fn loops_run_to_their_end_or_pass_their_budget() {
    let adapters = list();
    if adapters.is_empty() {
        assert!(std::env::var_os("ASSAY_REQUIRE_ADAPTER").is_none(), "there is no adapter, and ASSAY_REQUIRE_ADAPTER is set");
        eprintln!("SKIPPED: long loops on adapters: there is no adapter");
    }
    for (adapter, tier) in adapters.iter().flat_map(|adapter| Tier::ALL.map(|tier| (adapter, tier))) {
        let Some(plan) = examine(adapter, &[tier], true).plan else { continue };
        let mut device = AdapterDevice::open(adapter, Opening::of(plan)).unwrap();
        let kernel = Shader::new(TURNS).unwrap().kernel("main", &[], 200_001).unwrap();
        let pipeline = device.create_pipeline(&kernel).unwrap();
        let buffer = device.create_buffer(256).unwrap();
        let range = BindingRange { group: 0, binding: 0, buffer, offset: 0, bytes: 256 };
        for turns in [100_u32, 5_000, 66_000, 200_000] {
            let words: Vec<u32> = (0..64).map(|id| turns - (id & 3)).collect();
            device.write_buffer(buffer, 0, bytemuck::cast_slice(&words)).unwrap();
            assert_eq!(device.dispatch(pipeline, &[range], [2, 1, 1]), Ok(DispatchEnd::Done), "{} {tier} {turns}", adapter.identity.name);
            let mut out = vec![0_u32; 64];
            device.read_buffer(buffer, 0, bytemuck::cast_slice_mut(&mut out)).unwrap();
            let expected: Vec<u32> = words.iter().map(|word| 2 * word).collect();
            assert_eq!(out, expected, "{} {tier} {turns}", adapter.identity.name);
        }
        for turns in [200_001_u32, u32::MAX] {
            device.write_buffer(buffer, 0, bytemuck::cast_slice(&[turns; 64])).unwrap();
            assert_eq!(device.dispatch(pipeline, &[range], [2, 1, 1]), Ok(DispatchEnd::LoopBudgetExceeded), "{tier} {turns}");
        }
    }
}
