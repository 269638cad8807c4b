//! naga IR to strict IR, one pass for every back end (`specs/strict-wgsl.md`, section 12).
//!
//! | in the source | in strict IR |
//! |---|---|
//! | `exp(v)`, `min(a, b)` on f32, `x % y`, … | a call of a prelude function for each component |
//! | `m * v`, `dot`, `length`, … | additions and multiplications, left to right |
//! | `a[i]` | `a[min(u32(i), n - 1)]` |
//! | `x / y`, `x << n` on integers | divisor and amount made safe first |
//! | a store of f32 to a storage buffer | `assay_canonical` of each component |
//! | `loop { … }` | `loop { if assay_tick() { break; } … }` |
//!
//! **Why is the result printed and lowered again in tests?** A rule that recognises what it made itself is a rule whose meaning is local. So each of them tests
//! for its own result (a clamp that is there already, a divisor already guarded) instead of relying on a mark.

mod access;
mod binary;
mod canonical;
mod counted;
mod expression;
mod finish;
mod flow;
mod math;
mod matrix;
mod names;
pub mod rewrite;
mod same;
mod shape;

use std::collections::{HashMap, HashSet};

use naga::valid::{FunctionInfo, ModuleInfo};
use naga::{EntryPoint, Expression, Function, Handle, Literal, Module, Override, Span};

pub use flow::{calls, expanded_size, has_barrier, is_ours};
pub use names::number_results;

use crate::evaluate::{self as constants, Value};
use crate::front::edits::SpanMap;
use crate::front::{WORKGROUP_BYTES_MAX, bytes};
use crate::prelude::Prelude;
use rewrite::{Copier, EXPRESSIONS_MAX, Finding, Hook, Imports, Step};

/// What is lowered, and with which values.
#[derive(Debug)]
pub struct Request<'s> {
    /// The source, validated.
    pub module: &'s Module,
    /// naga's analysis of it.
    pub info: &'s ModuleInfo,
    /// Index of the entry point.
    pub entry: usize,
    /// A value for every override.
    pub overrides: HashMap<Handle<Override>, Literal>,
    /// Workgroup size, evaluated.
    pub workgroup_size: [u32; 3],
    /// Loop budget of one invocation.
    pub loop_iterations: u32,
    /// Values of global expressions that depend on overrides.
    pub values: HashMap<Handle<Expression>, Vec<Literal>>,
    /// The way from the module's spans to the source.
    pub spans: &'s SpanMap,
    /// Which calls of `quantizeToF16` mean nothing.
    pub markers: &'s Markers,
}

/// Calls of `quantizeToF16` that were put into the text to stop naga from folding.
#[derive(Debug, Clone, Default)]
pub enum Markers {
    /// There are none.
    #[default]
    None,
    /// Those that start at one of these bytes of the text.
    At(HashSet<u32>),
    /// All of them.
    All,
}

impl Markers {
    /// Whether the call at `span` is one.
    fn contains(&self, span: Span) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::At(places) => {
                span.to_range().and_then(|range| u32::try_from(range.start).ok()).is_some_and(|start| places.contains(&start))
            }
        }
    }
}

/// Lowers one entry point.
///
/// # Errors
/// What cannot be expressed in strict IR.
pub fn lower(request: &Request<'_>) -> Step<(Module, ModuleInfo)> {
    let prelude = Prelude::get()?;
    let source = request.module;
    let entry = source.entry_points.get(request.entry).ok_or_else(|| Finding::internal("no such entry point"))?;
    let mut target = Module::default();
    let mut imports = Imports::new(source, request.overrides.clone());
    let barriers = flow::barriers(source);
    let budget = prelude.module.overrides.iter().map(|(handle, _)| (handle, Literal::U32(request.loop_iterations))).collect();
    let mut prelude_imports = Imports::new(&prelude.module, budget);
    prelude_imports.spans = SpanMap::Dropped;
    imports.values = request.values.clone();
    imports.spans = request.spans.clone();
    let markers = request.markers;

    let entry_info = request.info.get_entry_point(request.entry);
    for (handle, global) in source.global_variables.iter() {
        if !entry_info[handle].is_empty() && !flow::is_ours(global.name.as_deref()) {
            imports.global(&mut target, handle)?;
        }
    }
    // All of the prelude, in its own order, so that the order in the text does not tell what was tried; what is not called is dropped at the end.
    for (function, _) in prelude.module.functions.iter() {
        prelude_imports.function(&mut target, function)?;
    }
    let workgroup_bytes: u64 = workgroup_bytes(&target);
    if workgroup_bytes > WORKGROUP_BYTES_MAX {
        let message =
            format!("the entry point uses {workgroup_bytes} bytes of workgroup memory; at most {WORKGROUP_BYTES_MAX} are allowed");
        return Err(Finding::new("size", Span::UNDEFINED, message, "use smaller arrays, or a storage buffer"));
    }
    let mut operations = 0;
    for handle in flow::reachable(source, &entry.function) {
        let function = &source.functions[handle];
        if flow::is_ours(function.name.as_deref()) {
            continue;
        }
        let mut hook = Lowering {
            prelude,
            prelude_imports: &mut prelude_imports,
            info: &request.info[handle],
            barriers: &barriers,
            markers,
            entry: false,
            charges: HashSet::new(),
        };
        let made = Copier::copy(source, function, &mut target, &mut imports, &mut hook)?;
        operations += made.expressions.len();
        if operations > EXPRESSIONS_MAX {
            let message = format!("the shader becomes more than {EXPRESSIONS_MAX} operations");
            return Err(Finding::new("size", source.functions.get_span(handle), message, "use loops instead of repeated code"));
        }
        let made = target.functions.append(made, request.spans.map(source.functions.get_span(handle)));
        imports.set_function(handle, made);
    }
    let function = flow::without_entry_check(source, &entry.function);
    let mut hook = Lowering {
        prelude,
        prelude_imports: &mut prelude_imports,
        info: entry_info,
        barriers: &barriers,
        markers,
        entry: !flow::has_barrier(&entry.function.body, &barriers),
        charges: HashSet::new(),
    };
    let made = Copier::copy(source, &function, &mut target, &mut imports, &mut hook)?;
    target.entry_points.push(EntryPoint {
        function: made,
        workgroup_size: request.workgroup_size,
        workgroup_size_overrides: None,
        ..entry.clone()
    });
    finish::finish(target)
}

/// Bytes of all workgroup variables of a module.
fn workgroup_bytes(module: &Module) -> u64 {
    let variables = module.global_variables.iter().filter(|(_, global)| global.space == naga::AddressSpace::WorkGroup);
    variables.map(|(_, global)| bytes(module, global.ty)).fold(0, u64::saturating_add)
}

/// What expressions of a function without side effects are, lowered and folded: one literal for a scalar, several for a vector.
///
/// # Errors
/// What cannot be expressed in strict IR.
pub fn evaluate(
    module: &Module,
    info: &FunctionInfo,
    function: &Function,
    wanted: &[Handle<Expression>],
    overrides: HashMap<Handle<Override>, Literal>,
    markers: &Markers,
) -> Step<Vec<Option<Vec<Literal>>>> {
    let prelude = Prelude::get()?;
    let mut prelude_imports =
        Imports::new(&prelude.module, prelude.module.overrides.iter().map(|(handle, _)| (handle, Literal::U32(1))).collect());
    let (mut target, mut imports) = (Module::default(), Imports::new(module, overrides));
    let mut hook = Lowering {
        prelude,
        prelude_imports: &mut prelude_imports,
        info,
        barriers: &HashMap::new(),
        markers,
        entry: false,
        charges: HashSet::new(),
    };
    Copier::evaluate(module, function, &mut target, &mut imports, &mut hook, wanted)
}

/// The hook that lowers.
struct Lowering<'r, 's> {
    prelude: &'static Prelude,
    prelude_imports: &'r mut Imports<'static>,
    info: &'s FunctionInfo,
    barriers: &'r HashMap<Handle<Function>, bool>,
    markers: &'r Markers,
    /// An entry point that may return at once when the dispatch has failed already.
    entry: bool,
    /// Results of `assay_charge` in the source.
    charges: HashSet<Handle<Expression>>,
}

impl Lowering<'_, '_> {
    /// The prelude function called `name`, in the target.
    fn prelude(&mut self, copier: &mut Copier<'_, '_>, name: &str) -> Step<Handle<Function>> {
        let function = self.prelude.function(name)?;
        self.prelude_imports.function(copier.target, function)
    }

    /// Calls the prelude function `name`.
    fn call(&mut self, copier: &mut Copier<'_, '_>, name: &str, arguments: &[Handle<Expression>]) -> Step<Handle<Expression>> {
        if let Some(literal) = self.constant_call(copier, name, arguments)? {
            return Ok(copier.build.literal(literal));
        }
        let function = self.prelude(copier, name)?;
        Ok(copier.build.call(function, arguments.to_vec()))
    }

    /// What the prelude function gives for literals, where that is a literal.
    fn constant_call(&self, copier: &Copier<'_, '_>, name: &str, arguments: &[Handle<Expression>]) -> Step<Option<Literal>> {
        let literals = arguments.iter().map(|&argument| copier.build.as_literal(argument).map(Value::Scalar)).collect::<Option<Vec<_>>>();
        let Some(literals) = literals else { return Ok(None) };
        let function = self.prelude.function(name)?;
        let value = constants::call(&self.prelude.module, function, &literals).and_then(|value| value.scalar());
        Ok(value.filter(|literal| !matches!(literal, Literal::F32(value) if !value.is_finite())))
    }
}

impl Hook for Lowering<'_, '_> {
    fn expression(&mut self, copier: &mut Copier<'_, '_>, old: Handle<Expression>) -> Step<Option<Handle<Expression>>> {
        self.lower_expression(copier, old)
    }

    fn statement(&mut self, copier: &mut Copier<'_, '_>, statement: &naga::Statement) -> Step<bool> {
        self.lower_statement(copier, statement)
    }

    fn enter(&mut self, copier: &mut Copier<'_, '_>) -> Step<()> {
        if self.entry { self.entry_check(copier) } else { Ok(()) }
    }

    fn callee(&mut self, copier: &mut Copier<'_, '_>, function: Handle<Function>) -> Step<Handle<Function>> {
        match flow::prelude_name(copier.source.functions[function].name.as_deref()) {
            Some(name) => self.prelude(copier, &name),
            None => copier.imports.function(copier.target, function),
        }
    }
}
