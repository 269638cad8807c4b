//! What GPU calls can run on here: the CPU executor, and the adapters that the self-test admits.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use assay_gpu::adapter::{self, Adapter, AdapterDevice, Admission, DeviceKind, Opening, Plan, Recheck, Rechecking};
use assay_gpu::cpu::CpuDevice;
use assay_gpu::raw::RawDevice;
use assay_gpu::{Device, DeviceError};
use assay_sandbox::OpenDevice;

use super::{Choice, Rate};
use crate::failure::Failure;
use crate::folders;

/// The CPU executor, or an adapter that is admitted.
pub struct BackEnd {
    /// `cpu`, or the adapter's name.
    pub name: String,
    /// How the adapter is strict.
    pub tier: Option<String>,
    /// The adapter's driver.
    pub driver: Option<String>,
    adapter: Option<(Arc<Adapter>, Plan)>,
    device: Option<Box<dyn Device>>,
}

impl BackEnd {
    /// The CPU executor.
    pub fn cpu() -> Self {
        Self { name: "cpu".to_owned(), tier: None, driver: None, adapter: None, device: None }
    }

    fn of(adapter: Arc<Adapter>, plan: Plan) -> Self {
        let identity = &adapter.identity;
        Self {
            name: identity.name.clone(),
            tier: Some(plan.tier.to_string()),
            driver: Some(format!("{} {}", identity.driver, identity.driver_info)),
            adapter: Some((adapter, plan)),
            device: None,
        }
    }

    /// Whether it is an adapter.
    pub fn is_adapter(&self) -> bool {
        self.adapter.is_some()
    }

    /// A device of its own; `recheck` of an adapter's dispatches are repeated on the CPU, and counted in `checked`.
    pub fn open(&self, recheck: Rate, checked: &Arc<AtomicU64>) -> Result<Box<dyn Device>, DeviceError> {
        open(self.adapter.as_ref(), recheck, checked)
    }

    /// The same for a job, opened when it asks for it.
    pub fn opener(&self, recheck: Rate) -> OpenDevice {
        let adapter = self.adapter.clone();
        Box::new(move || open(adapter.as_ref(), recheck, &Arc::default()).map_err(|e| e.0))
    }

    /// A device that is opened once and kept.
    pub fn device(&mut self) -> Result<&mut dyn Device, DeviceError> {
        let device = match self.device.take() {
            Some(device) => device,
            None => self.open(Rate(0.0), &Arc::default())?,
        };
        Ok(self.device.insert(device).as_mut())
    }

    /// The adapter as plain wgpu drives it.
    pub fn raw(&self, constants: &[(String, f64)]) -> Result<Box<dyn Device>, DeviceError> {
        let mut device = RawDevice::open(&self.name)?;
        device.set_constants(constants);
        Ok(Box::new(device))
    }
}

fn open(adapter: Option<&(Arc<Adapter>, Plan)>, recheck: Rate, checked: &Arc<AtomicU64>) -> Result<Box<dyn Device>, DeviceError> {
    let Some((adapter, plan)) = adapter else { return Ok(Box::new(CpuDevice::new(None)?)) };
    let device = Box::new(AdapterDevice::open(adapter, Opening::of(*plan))?);
    if recheck.0 == 0.0 {
        return Ok(device);
    }
    let mut seed = [0; 8];
    getrandom::fill(&mut seed)
        .map_err(|e| DeviceError(format!("the system gives no random numbers, which decide what the CPU repeats: {e}")))?;
    let admission = folders::adapters().map(|folder| (adapter.identity.clone(), folder));
    let recheck = Recheck { share: recheck.0, seed: u64::from_le_bytes(seed), admission, checked: Arc::clone(checked) };
    Ok(Box::new(Rechecking::new(device, recheck)))
}

/// Every adapter of this machine with the verdict on it, real GPUs first. Starts a driver, and for one that is not known yet runs the self-test.
pub fn judged() -> Vec<(Arc<Adapter>, Admission)> {
    let judge = |adapter: Adapter| {
        let admission = adapter::admit(&adapter, folders::adapters().as_deref());
        (Arc::new(adapter), admission)
    };
    adapter::list().into_iter().map(judge).collect()
}

/// The best GPU that is admitted: never a driver that computes on the processor, since the CPU executor does that better.
pub fn best() -> Option<BackEnd> {
    let real = adapter::list().into_iter().filter(|adapter| adapter.identity.kind != DeviceKind::Cpu);
    real.into_iter().find_map(|adapter| {
        let plan = adapter::admit(&adapter, folders::adapters().as_deref()).plan?;
        Some(BackEnd::of(Arc::new(adapter), plan))
    })
}

/// The adapter that a text means, if it is admitted.
pub fn named(wanted: &str) -> Result<BackEnd, String> {
    let mut adapters = adapter::list();
    let index = adapter::select(&adapters, wanted).map_err(|e| e.to_string())?.index;
    let adapter = adapters.swap_remove(index);
    let admission = adapter::admit(&adapter, folders::adapters().as_deref());
    match admission.plan {
        Some(plan) => Ok(BackEnd::of(Arc::new(adapter), plan)),
        None => Err(format!("the adapter {} computes nothing here: {}", adapter.identity.name, admission.summary())),
    }
}

/// For `assay shader check --backend`: the CPU first, and what was asked for besides it.
pub fn back_ends(wanted: &str) -> Result<Vec<BackEnd>, Failure> {
    let mut all = vec![BackEnd::cpu()];
    match wanted {
        "cpu" => {}
        "all" => all.extend(admitted()),
        name => all.push(named(name).map_err(unavailable)?),
    }
    Ok(all)
}

/// For `assay check --gpu`: the adapters besides the CPU.
pub fn for_check(choice: &Choice) -> Result<Vec<BackEnd>, Failure> {
    match choice {
        Choice::Cpu | Choice::Off => Ok(Vec::new()),
        Choice::Auto => Ok(admitted()),
        Choice::Adapter(wanted) => Ok(vec![named(wanted).map_err(unavailable)?]),
    }
}

fn admitted() -> Vec<BackEnd> {
    judged().into_iter().filter_map(|(adapter, admission)| Some(BackEnd::of(adapter, admission.plan?))).collect()
}

fn unavailable(why: String) -> Failure {
    Failure::abstained(why).hint("`assay doctor` lists the adapters; the CPU gives the same results")
}
