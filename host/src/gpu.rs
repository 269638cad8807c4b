//! Which device GPU calls run on.
//!
//! ```text
//!            ┌ auto ─► the best GPU that is admitted ─► else the CPU executor
//! --gpu ─────┼ cpu ──► the CPU executor
//!            ├ NAME ─► the adapter of that name (the only way to a software adapter: the CPU executor is the better one) ─► else abstain
//!            └ off ──► a job that makes a GPU call abstains
//! ```
//!
//! **Architecture invariant:** the choice decides how long a job takes, never what comes out of it. A device is opened by the first GPU call of a job: a job without
//! one never starts a driver.

mod back_end;
mod races;

use std::convert::Infallible;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use assay_gpu::Device;
use assay_sandbox::OpenDevice;
use serde_json::{Value, json};

pub use back_end::{BackEnd, back_ends, for_check, judged};
pub use races::{Races, races};

/// `--gpu`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// The best admitted GPU, or the CPU executor.
    Auto,
    /// The CPU executor.
    Cpu,
    /// Nothing.
    Off,
    /// The adapter that this text means.
    Adapter(String),
}

impl FromStr for Choice {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            // An empty variable is as good as none.
            "" | "auto" => Self::Auto,
            "cpu" => Self::Cpu,
            "off" => Self::Off,
            name => Self::Adapter(name.to_owned()),
        })
    }
}

/// `--gpu-recheck`: the share of an adapter's dispatches that the CPU executor repeats.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate(pub f64);

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.trim().parse::<f64>().ok();
        let rate = match text.split_once('/') {
            _ if text.is_empty() => Some(1.0 / 64.0),
            Some((part, whole)) => number(part).zip(number(whole)).map(|(part, whole)| part / whole),
            None => number(text),
        };
        // A quotient of zeros is NaN, which no range holds.
        rate.filter(|rate| (0.0..=1.0).contains(rate))
            .map(Self)
            .ok_or_else(|| format!("{text:?} is not a share between 0 and 1, such as 1/64 or 0.25"))
    }
}

/// The GPU side of one run: what was chosen, and what came of it.
#[derive(Debug, Clone)]
pub struct Gpu {
    choice: Choice,
    recheck: Rate,
    used: Arc<Mutex<Option<Used>>>,
    rechecked: Arc<AtomicU64>,
}

/// The device that a job's GPU calls ran on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// `cpu`, or the adapter's name.
    pub device: String,
    /// How the adapter is strict.
    pub tier: Option<String>,
    /// Dispatches of the adapter that the CPU executor repeated.
    pub rechecked: u64,
}

impl Gpu {
    /// For one run.
    pub fn new(choice: &Choice, recheck: Rate) -> Self {
        Self { choice: choice.clone(), recheck, used: Arc::default(), rechecked: Arc::default() }
    }

    /// For a run on the CPU executor, whatever adapter was chosen; with `--gpu off`, on nothing.
    pub fn on_cpu(arguments: &crate::cli::GpuArguments) -> Self {
        let choice = if arguments.gpu == Choice::Off { Choice::Off } else { Choice::Cpu };
        Self::new(&choice, arguments.gpu_recheck)
    }

    /// Opens what was chosen, when the job asks for it.
    pub fn opener(&self) -> OpenDevice {
        if self.choice == Choice::Off {
            return assay_sandbox::no_gpu();
        }
        let own = self.clone();
        Box::new(move || own.open())
    }

    fn open(&self) -> Result<Box<dyn Device>, String> {
        let back_end = match &self.choice {
            Choice::Off | Choice::Cpu => BackEnd::cpu(),
            Choice::Auto => back_end::best().unwrap_or_else(BackEnd::cpu),
            Choice::Adapter(wanted) => back_end::named(wanted)?,
        };
        let device = back_end.open(self.recheck, &self.rechecked).map_err(|e| e.0)?;
        let used = Used { device: back_end.name, tier: back_end.tier, rechecked: 0 };
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Some(used);
        Ok(device)
    }

    /// What the job's GPU calls ran on, if it made any.
    pub fn used(&self) -> Option<Used> {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        Some(Used { rechecked: self.rechecked.load(Ordering::Relaxed), ..used })
    }

    /// The same for JSON: null for a job that made no GPU call.
    pub fn used_json(&self) -> Value {
        self.used().map_or(Value::Null, |used| json!({ "device": used.device, "tier": used.tier, "rechecked": used.rechecked }))
    }
}

impl std::fmt::Display for Used {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", crate::shader::diagnostics::harmless(&self.device))?;
        self.tier.iter().try_for_each(|tier| write!(f, " · {tier}"))?;
        match self.rechecked {
            0 => Ok(()),
            1 => write!(f, " · 1 dispatch repeated on the CPU"),
            more => write!(f, " · {more} dispatches repeated on the CPU"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Choice, Rate};

    #[test]
    fn choices() {
        let parsed = ["", "auto", "cpu", "off", "llvmpipe"].map(|text| text.parse::<Choice>());
        assert_eq!(parsed, [Choice::Auto, Choice::Auto, Choice::Cpu, Choice::Off, Choice::Adapter("llvmpipe".to_owned())].map(Ok));
    }

    #[test]
    fn rates_are_shares() {
        for (text, rate) in [("", 1.0 / 64.0), ("1/64", 1.0 / 64.0), ("0", 0.0), ("1", 1.0), ("0.25", 0.25)] {
            assert_eq!(text.parse(), Ok(Rate(rate)), "{text:?}");
        }
        for wrong in ["2", "-0.1", "1/0", "0/0", "nan", "x", "1/2/3", "inf"] {
            assert!(wrong.parse::<Rate>().is_err(), "{wrong:?}");
        }
    }
}
