//! Adapters of this machine: admitted, refused, cached. Without an adapter these tests say so and pass: there is nothing to test.
#![allow(clippy::unwrap_used, reason = "in a test the line says what failed")]
#![cfg(feature = "adapters")]

use assay_gpu::adapter::{self, Adapter, DeviceKind, Primitive, Tier, Way};

/// The adapters, or a message that there are none.
fn adapters() -> Vec<Adapter> {
    let found = adapter::list();
    if found.is_empty() {
        eprintln!("SKIPPED: no Vulkan adapter on this machine");
    }
    found
}

#[test]
fn every_adapter_is_admitted_at_some_tier() {
    for adapter in &adapters() {
        let admission = adapter::examine(adapter, &Tier::ALL, true);
        eprintln!("{} ({:?}): {} in {} ms", adapter.identity, adapter, admission.summary(), admission.self_test_ms);
        for tier in &admission.tiers {
            eprintln!("  {} {}: {:#?}", tier.tier, if tier.passed { "passed" } else { "failed" }, tier.notes);
        }
        assert!(admission.plan.is_some());
        if adapter.identity.name.contains("llvmpipe") {
            assert_eq!(admission.tier(), Some(Tier::Native));
            assert_eq!(admission.plan.unwrap().way(Primitive::Fma), Way::Double, "lavapipe's fma is not fused");
            assert_eq!(admission.plan.unwrap().way(Primitive::Loops), Way::Guarded, "lavapipe ends loops after 65,535 passes");
        }
    }
}

#[test]
fn guarded_and_soft_pass_as_well() {
    for adapter in &adapters() {
        for tier in [Tier::Guarded] {
            for passthrough in [true, false] {
                let admission = adapter::examine(adapter, &[tier], passthrough);
                eprintln!("{} passthrough {passthrough}: {} in {} ms", adapter.identity.name, admission.summary(), admission.self_test_ms);
                for note in admission.tiers.iter().flat_map(|tier| &tier.notes) {
                    eprintln!("  {note}");
                }
                assert!(admission.plan.is_some());
            }
        }
    }
}

#[test]
fn a_driver_on_the_processor_is_never_chosen_by_itself() {
    let adapters = adapters();
    if let Some((chosen, _)) = adapter::auto(&adapters, None) {
        assert_ne!(chosen.identity.kind, DeviceKind::Cpu);
    }
}
