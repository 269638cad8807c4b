//! What a kernel is run on: the CPU executor, and one adapter through plain wgpu and by every tier that passes the self-test on it.

use anyhow::{Context, Result};
use assay_gpu::Device;
use assay_gpu::adapter::{self, Adapter, AdapterDevice, Admission, Opening, Tier};
use assay_gpu::cpu::CpuDevice;
use assay_gpu::raw::RawDevice;
use serde_json::{Value, json};

/// One of them.
pub struct Side {
    /// `cpu`, `raw`, or the tier.
    pub name: &'static str,
    kind: Kind,
}

enum Kind {
    Strict(Box<dyn Device>),
    Raw(Box<RawDevice>),
}

impl Side {
    /// The device.
    pub fn device(&mut self) -> &mut dyn Device {
        match &mut self.kind {
            Kind::Strict(device) => device.as_mut(),
            Kind::Raw(device) => device.as_mut(),
        }
    }

    /// Constants of the pipelines that are made next; a strict kernel has its own built in.
    pub fn set_constants(&mut self, constants: &[(String, f64)]) {
        if let Kind::Raw(device) = &mut self.kind {
            device.set_constants(constants);
        }
    }
}

/// All of them, the CPU executor first.
pub struct Sides {
    /// In the order in which they run.
    pub list: Vec<Side>,
    adapter: Option<Adapter>,
    /// The self-test's verdict on each tier alone.
    tiers: Vec<(Tier, Admission)>,
}

impl Sides {
    /// Opens what there is: of the adapters the one that `wanted` means, or the first, real GPUs before software.
    ///
    /// # Errors
    /// A wanted adapter is not there; a device does not open.
    pub fn open(wanted: Option<&str>) -> Result<Self> {
        let mut adapters = adapter::list();
        let chosen = match wanted {
            Some(wanted) => Some(adapter::select(&adapters, wanted)?.index),
            None => (!adapters.is_empty()).then_some(0),
        };
        let adapter = chosen.map(|index| adapters.swap_remove(index));
        let mut list = vec![Side { name: "cpu", kind: Kind::Strict(Box::new(CpuDevice::new(None)?)) }];
        let mut tiers = Vec::new();
        if let Some(adapter) = &adapter {
            list.push(Side { name: "raw", kind: Kind::Raw(Box::new(RawDevice::open(&adapter.identity.name)?)) });
            for tier in Tier::ALL {
                eprintln!("bench: self-test of {} at tier {tier}", adapter.identity.name);
                let verdict = adapter::examine(adapter, &[tier], true);
                if let Some(plan) = verdict.plan {
                    let device = AdapterDevice::open(adapter, Opening::of(plan)).with_context(|| format!("tier {tier}"))?;
                    list.push(Side { name: name_of(tier), kind: Kind::Strict(Box::new(device)) });
                }
                tiers.push((tier, verdict));
            }
        }
        Ok(Self { list, adapter, tiers })
    }

    /// Says what there is.
    pub fn print(&self) {
        let Some(adapter) = &self.adapter else { return println!("\nNo adapter here: the CPU executor alone.") };
        println!("\n{}\n", adapter.identity);
        for (tier, verdict) in &self.tiers {
            println!("- self-test, {tier}: {} ({:.1} s)", verdict.summary(), verdict.self_test_ms as f64 / 1e3);
        }
    }

    /// The adapter for the data of a run.
    pub fn adapter_json(&self) -> Value {
        let Some(adapter) = &self.adapter else { return Value::Null };
        let mut shown = json!(adapter.identity);
        shown["self_test"] = json!(self.tiers.iter().map(|(_, verdict)| verdict).collect::<Vec<_>>());
        shown
    }
}

/// A tier as a side is called.
fn name_of(tier: Tier) -> &'static str {
    match tier {
        Tier::Native => "native",
        Tier::Guarded => "guarded",
        Tier::Soft => "soft",
    }
}
