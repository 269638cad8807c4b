//! The static profile of a module: what its functions cost to write and to run through once, before anything runs.
//!
//! What the pass finds on its way is counted here and not written: the same bodies, shapes and repairs.

use super::cost::{Cost, LENGTH_BASE};
use super::module::Module;
use super::shape::{self, Kind, tag};
use super::write::Function;
use super::{Instruments, MeteringError};

/// What is known of one function before it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionCost {
    /// Its index, imports counted.
    pub index: u32,
    /// Bytes of its body, as the code section has it.
    pub body_bytes: u64,
    /// Instructions that validation can reach.
    pub instructions: u64,
    /// What these cost together, each executed once and every length 0.
    pub static_cost: u64,
    /// Loops.
    pub loops: u64,
    /// Loops that pay for all their iterations at once (`specs/metering.md`, section 3).
    pub counted_loops: u64,
    /// Check points written into it: its entry if it calls anything, one for each loop, one for each instruction whose cost depends on a length. Host calls have theirs in the host.
    pub check_points: u64,
    /// Places where a NaN is made canonical.
    pub nan_repairs: u64,
    /// What it counts in call depth while it is active: 0 if it calls nothing.
    pub weight: u64,
}

/// What is known of a module before it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticProfile {
    /// The functions that the module defines, in their order.
    pub functions: Vec<FunctionCost>,
    /// Bytes of the module.
    pub module_bytes: u64,
    /// Bytes of it with its instruments.
    pub metered_bytes: u64,
}

impl StaticProfile {
    /// The sum of one number over all functions.
    pub fn total(&self, of: impl Fn(&FunctionCost) -> u64) -> u64 {
        self.functions.iter().map(of).sum()
    }

    /// The functions by falling static cost.
    pub fn by_cost(&self) -> Vec<&FunctionCost> {
        let mut sorted: Vec<&FunctionCost> = self.functions.iter().collect();
        sorted.sort_by_key(|function| std::cmp::Reverse(function.static_cost));
        sorted
    }
}

/// The static profile of a valid module.
///
/// # Errors
/// When `wasm` is not a valid module of the profile, or too long with its instruments.
pub fn profile(wasm: &[u8]) -> Result<StaticProfile, MeteringError> {
    let module = Module::read(wasm, Instruments::default())?;
    let (metered, _, functions) = super::write_observed(&module, count)?;
    Ok(StaticProfile { functions, module_bytes: wasm.len() as u64, metered_bytes: metered.wasm.len() as u64 })
}

fn count(function: &Function<'_, '_>) -> FunctionCost {
    let Function { body, shape, repairs, index, weight, .. } = function;
    let (mut instructions, mut static_cost, mut lengths) = (0, 0, 0);
    let mut dead = false;
    for (special, own) in body.specials.iter().zip(&shape.of) {
        if *own == tag::DEAD {
            continue;
        }
        if !std::mem::take(&mut dead) {
            instructions += u64::from(special.between);
            static_cost += i64::from(special.before);
        }
        instructions += 1;
        static_cost += match special.cost {
            Cost::Fixed(cost) => i64::from(cost),
            Cost::Length(_) => LENGTH_BASE,
        };
        lengths += u64::from(matches!(special.cost, Cost::Length(_)));
        dead = shape::ends_path(&special.op);
    }
    let loops = || shape.blocks.iter().filter(|block| block.kind == Kind::Loop);
    let all_loops = loops().count() as u64;
    FunctionCost {
        index: *index,
        body_bytes: body.bytes.len() as u64,
        instructions,
        static_cost: static_cost.cast_unsigned(),
        loops: all_loops,
        counted_loops: loops().filter(|block| block.counted.is_some()).count() as u64,
        check_points: u64::from(shape.calls) + all_loops + lengths,
        nan_repairs: repairs.marks.iter().map(|mark| u64::from(mark.repair.result != 0) + u64::from(mark.repair.stored != 0)).sum(),
        weight: u64::from(weight.cast_unsigned()),
    }
}
