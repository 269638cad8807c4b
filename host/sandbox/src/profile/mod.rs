//! Where the fuel of a run went: by function, and by stack of calls.
//!
//! A profiled module is the metered one with probes ([`crate::metering`]); its outcome and transcript are the same. [`profiler`] follows the run, [`stacks`] and [`amount`] hold what it
//! finds, [`folded`] writes it for flamegraph tools, [`attach`] is all that knows the engine.
//!
//! **Fuel is attributed exactly:** the amounts of all stacks add up to the outcome's fuel. What an outcome counts and no function used goes to the function on top at the end: of OutOfFuel the
//! rest of the limit, of Trapped the rest of the last slice that was paid for. What a Trapped does not count, because it was used and not yet paid for, is in no stack.

mod amount;
mod attach;
mod folded;
mod profiler;
mod stacks;

use crate::host::Function;
use crate::names::FunctionNames;

use self::stacks::{Frame, Stacks};

pub(crate) use self::attach::{attach, host_call};
pub use self::folded::Folded;
pub(crate) use self::profiler::Profiler;
pub use self::stacks::{DEPTH_MAX, NODES_MAX};

/// Who was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Callee {
    /// A function that the module defines, by its index.
    Module(u32),
    /// A function of the host.
    Host(Function),
}

impl Callee {
    /// By its place among the functions of a module and those of the host behind them.
    fn at(place: u32, of_module: u32) -> Self {
        match place.checked_sub(of_module).and_then(|host| Function::ALL.get(host as usize)) {
            Some(function) => Self::Host(*function),
            None => Self::Module(place),
        }
    }

    /// What it is called.
    pub fn name(self, names: &FunctionNames) -> String {
        match self {
            Self::Module(index) => names.get(index),
            Self::Host(function) => function.full_name().to_owned(),
        }
    }
}

/// What one function used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FunctionFuel {
    /// The function.
    pub callee: Callee,
    /// Fuel while it was on top.
    pub own: u64,
    /// Fuel while it was anywhere on the stack; where it stands there more than once, once.
    pub with_callees: u64,
    /// How often it was called.
    pub calls: u64,
}

/// Where the fuel of a run went.
#[derive(Debug, Clone)]
pub struct FuelProfile {
    /// Fuel of the outcome.
    pub fuel: u64,
    /// The functions that were called, by falling fuel of their own.
    pub functions: Vec<FunctionFuel>,
    stacks: Stacks,
    of_module: u32,
}

impl FuelProfile {
    /// The stacks for flamegraph tools.
    pub fn folded(&self, names: &FunctionNames) -> Folded {
        folded::write(self, names, folded::BYTES_MAX)
    }

    /// Whether fuel was used below [`DEPTH_MAX`] frames.
    pub fn is_cut_in_depth(&self) -> bool {
        self.stacks.has(Frame::Deeper)
    }
}
