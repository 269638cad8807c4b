//! What GPU calls can run on here.

use assay_gpu::cpu::CpuDevice;
use assay_gpu::{Device, DeviceError};
use assay_sandbox::OpenDevice;

use super::{Choice, Rate};
use crate::failure::Failure;

/// The CPU executor, or an adapter that is admitted.
pub struct BackEnd {
    /// `cpu`, or the adapter's name.
    pub name: String,
    /// How the adapter is strict.
    pub tier: Option<String>,
    /// The adapter's driver.
    pub driver: Option<String>,
    device: Option<Box<dyn Device>>,
}

impl BackEnd {
    /// The CPU executor.
    pub fn cpu() -> Self {
        Self { name: "cpu".to_owned(), tier: None, driver: None, device: None }
    }

    /// A device of its own; `recheck` of its dispatches are repeated on the CPU.
    pub fn open(&self, _recheck: Rate) -> Result<Box<dyn Device>, DeviceError> {
        Ok(Box::new(CpuDevice::new(None)?))
    }

    /// The same for a job, opened when it asks for it.
    pub fn opener(&self, recheck: Rate) -> OpenDevice {
        let own = Self { device: None, name: self.name.clone(), tier: self.tier.clone(), driver: self.driver.clone() };
        Box::new(move || own.open(recheck).map_err(|e| e.0))
    }

    /// A device that is opened once and kept.
    pub fn device(&mut self) -> Result<&mut dyn Device, DeviceError> {
        let device = match self.device.take() {
            Some(device) => device,
            None => self.open(Rate(0.0))?,
        };
        Ok(self.device.insert(device).as_mut())
    }
}

/// The best GPU that is admitted.
pub fn best() -> Option<BackEnd> {
    None
}

/// The adapter that a text means, if it is admitted.
pub fn named(wanted: &str) -> Result<BackEnd, String> {
    Err(format!("no adapter is called {wanted:?}: this machine has none; the CPU executor (--gpu cpu) gives the same results"))
}

/// For `assay shader check --backend`: the CPU first, and what was asked for besides it.
pub fn back_ends(wanted: &str) -> Result<Vec<BackEnd>, Failure> {
    match wanted {
        "all" | "cpu" => Ok(vec![BackEnd::cpu()]),
        name => Ok(vec![BackEnd::cpu(), named(name).map_err(Failure::abstained)?]),
    }
}

/// For `assay check --gpu`: the adapters besides the CPU.
pub fn for_check(choice: &Choice) -> Result<Vec<BackEnd>, Failure> {
    match choice {
        Choice::Auto | Choice::Cpu | Choice::Off => Ok(Vec::new()),
        Choice::Adapter(wanted) => Ok(vec![named(wanted).map_err(Failure::abstained)?]),
    }
}
