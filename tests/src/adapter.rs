//! The adapters of this machine for tests that want one, at each tier that admits them.
//!
//! Where there is none, such a test says `SKIPPED` and passes; with `ASSAY_REQUIRE_ADAPTER` in the environment, as CI has it, it fails.

use std::sync::LazyLock;

use assay_gpu::Device;
use assay_gpu::adapter::{Adapter, AdapterDevice, Opening, Plan, Tier, examine, list};
use assay_sandbox::OpenDevice;

static ADAPTERS: LazyLock<Vec<Adapter>> = LazyLock::new(list);

/// An adapter at a tier that admits it.
#[derive(Clone, Copy)]
pub struct Admitted {
    adapter: &'static Adapter,
    plan: Plan,
}

static ADMITTED: LazyLock<Vec<Admitted>> = LazyLock::new(|| {
    let at = |adapter: &'static Adapter, tier: Tier| Some(Admitted { adapter, plan: examine(adapter, &[tier], true).plan? });
    ADAPTERS.iter().flat_map(|adapter| Tier::ALL.into_iter().filter_map(move |tier| at(adapter, tier))).collect()
});

impl Admitted {
    /// Adapter and tier, for messages.
    pub fn name(&self) -> String {
        format!("{} ({})", self.adapter.identity.name, self.plan.tier)
    }

    /// What `--gpu` calls it.
    pub fn index(&self) -> String {
        self.adapter.index.to_string()
    }

    /// How it reaches strictness here.
    pub fn tier(&self) -> Tier {
        self.plan.tier
    }

    /// A device of its own.
    pub fn open(&self) -> Box<dyn Device> {
        Box::new(AdapterDevice::open(self.adapter, Opening::of(self.plan)).unwrap_or_else(|error| panic!("{}: {error}", self.name())))
    }

    /// The same for a job.
    pub fn opener(&self) -> OpenDevice {
        let this = *self;
        Box::new(move || Ok(this.open()))
    }
}

/// Every adapter at every tier that admits it. None: `what` is skipped, which is said.
///
/// # Panics
/// If there is none and `ASSAY_REQUIRE_ADAPTER` is set; if an adapter is there that no tier admits and it is set.
pub fn admitted(what: &str) -> &'static [Admitted] {
    if ADMITTED.is_empty() {
        let why = if ADAPTERS.is_empty() { "no adapter" } else { "no adapter that is admitted" };
        assert!(std::env::var_os("ASSAY_REQUIRE_ADAPTER").is_none(), "{what}: {why}, and ASSAY_REQUIRE_ADAPTER is set");
        eprintln!("SKIPPED: {what}: {why}");
    }
    &ADMITTED
}

/// Every adapter at the best tier that admits it; otherwise as [`admitted`].
pub fn best(what: &str) -> Vec<Admitted> {
    let mut best: Vec<Admitted> = Vec::new();
    for one in admitted(what) {
        if best.iter().all(|before| !std::ptr::eq(before.adapter, one.adapter)) {
            best.push(*one);
        }
    }
    best
}
