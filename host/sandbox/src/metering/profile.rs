//! The static profile of a module: what its functions cost to write and to run through once, before anything runs.
//!
//! What the pass finds on its way is counted here and not written: the same bodies, shapes and repairs.

use rayon::prelude::*;

use super::body::Body;
use super::cost::{Cost, LENGTH_BASE};
use super::module::Module;
use super::nan::Repairs;
use super::shape::{Kind, Shape, tag};
use super::{BATCH, Instruments, MeteringError, weight};

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
    let batches = module.bodies.par_chunks(BATCH).enumerate();
    let functions: Vec<Vec<FunctionCost>> =
        batches.map(|(batch, bodies)| survey(&module, batch * BATCH, bodies)).collect::<wasmparser::Result<_>>()?;
    let (metered, _) = super::write_module(&module)?;
    Ok(StaticProfile {
        functions: functions.into_iter().flatten().collect(),
        module_bytes: wasm.len() as u64,
        metered_bytes: metered.wasm.len() as u64,
    })
}

/// Functions of the module, from the one at place `first` on.
fn survey<'a>(module: &Module<'a>, first: usize, bodies: &[wasmparser::FunctionBody<'a>]) -> wasmparser::Result<Vec<FunctionCost>> {
    let mut body = Body::default();
    let mut shape = Shape::default();
    let mut repairs = Repairs::default();
    let mut functions = Vec::with_capacity(bodies.len());
    for (i, function) in bodies.iter().enumerate() {
        let ty = module.type_of(first + i);
        body.read(function, module.ty(ty).params())?;
        shape.read(&body);
        repairs.find(module, &body, &shape, ty);
        functions.push(count(module, module.index(first + i), &body, &shape, &repairs));
    }
    Ok(functions)
}

fn count(module: &Module<'_>, index: u32, body: &Body<'_>, shape: &Shape, repairs: &Repairs) -> FunctionCost {
    let live = || body.costs.iter().zip(&shape.of).filter(|(_, own)| **own != tag::DEAD).map(|(cost, _)| *cost);
    let price = |cost: Cost| match cost {
        Cost::Fixed(cost) => u64::from(cost),
        Cost::Length(_) => LENGTH_BASE.cast_unsigned(),
    };
    let loops = || shape.blocks.iter().filter(|block| block.kind == Kind::Loop);
    let lengths = live().filter(|cost| matches!(cost, Cost::Length(_))).count();
    FunctionCost {
        index,
        body_bytes: body.bytes.len() as u64,
        instructions: live().count() as u64,
        static_cost: live().map(price).sum(),
        loops: loops().count() as u64,
        counted_loops: loops().filter(|block| block.counted.is_some()).count() as u64,
        check_points: (usize::from(shape.calls) + loops().count() + lengths) as u64,
        nan_repairs: (0..body.len())
            .map(|i| repairs.after(i))
            .map(|repair| u64::from(repair.result != 0) + u64::from(repair.stored != 0))
            .sum(),
        weight: if shape.calls { u64::from(weight(module, body, shape).cast_unsigned()) } else { 0 },
    }
}
