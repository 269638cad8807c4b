//! The part of `assay doctor` about GPU calls: the CPU executor, which every machine has, and the adapters.

use std::sync::Arc;

use assay_gpu::Shader;
use assay_gpu::adapter::{Adapter, Admission, DeviceKind};
use assay_gpu::cpu::CpuDevice;
use assay_gpu::data::Values;
use serde_json::{Value, json};

use super::doctor::Finding;
use crate::gpu;
use crate::shader::diagnostics::harmless;
use crate::shader::plan::Plan;
use crate::shader::trial;

/// A shader that touches what strict WGSL defines, and whose result is known.
const SELF_TEST: &str = include_str!("../../self_test/self_test.wgsl");
/// BLAKE3 of what it writes. A machine that gets another one must not run jobs with GPU calls.
const SELF_TEST_RESULT: &str = include_str!("../../self_test/result.txt");

/// An adapter with the verdict on it.
pub type Judged = (Arc<Adapter>, Admission);

/// The adapters of this machine; `None` where the environment says to leave them alone.
pub fn adapters() -> Option<Vec<Judged>> {
    let chosen = std::env::var("ASSAY_GPU").unwrap_or_default();
    (!matches!(chosen.as_str(), "off" | "cpu")).then(gpu::judged)
}

/// Whether the CPU executor gives what it must.
pub fn executor() -> Finding {
    let (ok, detail) = match try_executor() {
        Ok(found) if found == SELF_TEST_RESULT.trim() => (true, format!("gives the known result {found}")),
        Ok(found) => {
            (false, format!("gives {found} instead of {}; this machine must not run jobs, please report it", SELF_TEST_RESULT.trim()))
        }
        Err(why) => (false, why),
    };
    Finding { name: "executor", ok, needed: true, detail }
}

fn try_executor() -> Result<String, String> {
    let kernel = Shader::new(SELF_TEST).and_then(|shader| shader.kernel("main", &[], 1 << 20)).map_err(|e| e.to_string())?;
    let mut plan = Plan::new("main", kernel, None, &[]).map_err(|failure| failure.message().to_owned())?;
    plan.fill(0, Values::Moderate);
    let mut device = CpuDevice::new(None).map_err(|e| e.0)?;
    let trial = trial::run(&mut device, &plan).map_err(|e| e.0)?;
    let mut hasher = blake3::Hasher::new();
    for (_, data) in &trial.written {
        hasher.update(data);
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// One finding for each adapter, or one that says there is none and how to get one.
pub fn findings(adapters: Option<&[Judged]>) -> Vec<Finding> {
    let none = |detail: String| vec![Finding { name: "gpu", ok: false, needed: false, detail }];
    let Some(adapters) = adapters else { return none("adapters are left alone: ASSAY_GPU says so; GPU calls run on the CPU".to_owned()) };
    if adapters.is_empty() {
        return none(
            "no Vulkan adapter: GPU calls run on the CPU. A GPU needs its maker's Vulkan driver and the loader (libvulkan1); to try a software adapter, apt install mesa-vulkan-drivers"
                .to_owned(),
        );
    }
    let default = default_of(adapters);
    adapters.iter().enumerate().map(|(index, judged)| finding(judged, default == Some(index))).collect()
}

/// The adapter that `--gpu auto` takes.
fn default_of(adapters: &[Judged]) -> Option<usize> {
    adapters.iter().position(|(adapter, admission)| adapter.identity.kind != DeviceKind::Cpu && admission.plan.is_some())
}

fn finding((adapter, admission): &Judged, default: bool) -> Finding {
    let use_of_it = match (admission.plan.is_some(), adapter.identity.kind) {
        (false, _) => "",
        (true, DeviceKind::Cpu) => "; computes on the processor, so it is used only when named",
        (true, _) if default => "; used for GPU calls",
        (true, _) => "; used when named",
    };
    let mut detail = harmless(&format!("{}: {}{use_of_it}", adapter.identity, admission.summary()));
    for tier in admission.tiers.iter().filter(|tier| !tier.passed) {
        for note in &tier.notes {
            detail.push_str(&format!("\n                   {}: {}", tier.tier, harmless(note)));
        }
    }
    Finding { name: "gpu", ok: admission.plan.is_some(), needed: false, detail }
}

/// The adapters as JSON shows them: null where they were left alone.
pub fn as_json(adapters: Option<&[Judged]>) -> Value {
    let Some(adapters) = adapters else { return Value::Null };
    let default = default_of(adapters);
    let one = |(index, (adapter, admission)): (usize, &Judged)| {
        let identity = &adapter.identity;
        let tiers: Vec<Value> = admission
            .tiers
            .iter()
            .map(|tier| json!({ "tier": tier.tier.to_string(), "passed": tier.passed, "notes": tier.notes }))
            .collect();
        json!({
            "index": adapter.index, "name": identity.name, "kind": identity.kind.to_string(), "driver": identity.driver,
            "driver_info": identity.driver_info, "tier": admission.tier().map(|tier| tier.to_string()), "plan": admission.plan,
            "summary": admission.summary(), "tiers": tiers, "self_test_ms": admission.self_test_ms, "revoked": admission.revoked,
            "used_by_default": default == Some(index),
        })
    };
    adapters.iter().enumerate().map(one).collect()
}
