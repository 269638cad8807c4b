//! Which adapters may compute, and by which plan: the self-test's verdict, and where it is kept.

use std::path::Path;

use crate::adapter::cache;
use crate::adapter::device::{AdapterDevice, Opening, has_doubles};
use crate::adapter::listing::{Adapter, DeviceKind, Identity};
use crate::adapter::self_test;
use crate::adapter::tier::{Plan, Tier};
use crate::device::{Device, DeviceError};

/// What the self-test found of one tier.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TierReport {
    /// The tier.
    pub tier: Tier,
    /// Whether every case gave the right words.
    pub passed: bool,
    /// What was not exact and how it is done instead, then, unless it passed, why the tier failed.
    pub notes: Vec<String>,
}

/// The verdict on an adapter.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Admission {
    /// The adapter and its driver.
    pub identity: Identity,
    /// How it computes strictly; `None`: it does not, and is not to be used.
    pub plan: Option<Plan>,
    /// The tiers that were tried, best first.
    pub tiers: Vec<TierReport>,
    /// A result that differed when a dispatch was executed again: the adapter was admitted once and is no longer.
    pub revoked: Option<String>,
    /// Milliseconds that the self-test took.
    pub self_test_ms: u64,
}

impl Admission {
    /// The tier it is admitted at.
    pub fn tier(&self) -> Option<Tier> {
        self.plan.map(|plan| plan.tier)
    }

    /// One line for people: the tier and its detours, or why there is none.
    pub fn summary(&self) -> String {
        if let Some(reason) = &self.revoked {
            return format!("not admitted any more: {reason}");
        }
        let Some(plan) = self.plan else {
            let reasons: Vec<String> =
                self.tiers.iter().filter_map(|tier| Some(format!("{}: {}", tier.tier, tier.notes.last()?))).collect();
            return format!("not admitted; {}", reasons.join("; "));
        };
        let detours: Vec<String> = plan.detours().iter().map(|(primitive, way)| way.of(*primitive)).collect();
        if detours.is_empty() { plan.tier.to_string() } else { format!("{} ({})", plan.tier, detours.join(", ")) }
    }
}

/// Tests `adapter`, or takes the verdict of an earlier test of the same adapter, driver and version of ours from the folder `cache`. An entry that is damaged or of
/// another version counts as none.
pub fn admit(adapter: &Adapter, cache: Option<&Path>) -> Admission {
    if let Some(known) = cache.and_then(|folder| cache::load(folder, &adapter.identity)) {
        return known;
    }
    let admission = examine(adapter, &Tier::ALL, true);
    if let Some(folder) = cache {
        cache::store(folder, &admission);
    }
    admission
}

/// Tests `adapter` at `tiers`, in their order, until one passes. `passthrough` as in [`Opening`].
pub fn examine(adapter: &Adapter, tiers: &[Tier], passthrough: bool) -> Admission {
    let started = std::time::Instant::now();
    let mut open =
        |plan: Plan| -> Result<Box<dyn Device>, DeviceError> { Ok(Box::new(AdapterDevice::open(adapter, Opening { plan, passthrough })?)) };
    let (plan, tiers) = self_test::examine(tiers, has_doubles(adapter), &mut open);
    let self_test_ms = started.elapsed().as_millis() as u64;
    tracing::debug!(adapter = adapter.identity.name, ?plan, self_test_ms, "self-test");
    Admission { identity: adapter.identity.clone(), plan, tiers, revoked: None, self_test_ms }
}

/// Takes an adapter's admission away, for as long as its driver and our version stay: it gave a wrong result.
pub fn revoke(identity: &Identity, cache: &Path, reason: &str) {
    let tiers = cache::load(cache, identity).map_or(Vec::new(), |known| known.tiers);
    cache::store(cache, &Admission { identity: identity.clone(), plan: None, tiers, revoked: Some(reason.to_owned()), self_test_ms: 0 });
}

/// The best admitted adapter that is a GPU and no driver on the processor: the first in [`crate::adapter::list`]'s order. `None`: the CPU executor is what runs kernels here.
pub fn auto<'a>(adapters: &'a [Adapter], cache: Option<&Path>) -> Option<(&'a Adapter, Plan)> {
    let real = adapters.iter().filter(|adapter| adapter.identity.kind != DeviceKind::Cpu);
    real.into_iter().find_map(|adapter| Some((adapter, admit(adapter, cache).plan?)))
}
