//! Second stage: strict IR to what one adapter computes exactly, by its [`Plan`].
//!
//! Every float operation whose way is not the hardware's becomes a call. It is replaced *in place*: the expression at handle h turns into `CallResult` at h, and the `Emit` range that
//! covered h is split around the new `Call`. So nothing that refers to h changes, and the stage is one walk over a function. All bindings move to group 0, numbered from 0,
//! because that is how wgpu numbers what a driver sees, and a module that bypasses wgpu must agree.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroU32;

use naga::valid::{Capabilities, FunctionInfo, ModuleInfo, ValidationFlags, Validator};
use naga::{
    AddressSpace, Arena, ArraySize, Block, Expression, Function, GlobalVariable, Handle, MemoryDecorations, Module, Range, ResourceBinding,
    Scalar, ScalarKind, Span, Statement, StorageAccess, Type, TypeInner,
};

use crate::adapter::hide::hide_zeros;
use crate::adapter::import::{ImportError, Imported, import};
use crate::adapter::loops;
use crate::adapter::nesting;
use crate::adapter::primitives::{self, HIDDEN_ZERO, Operation, ZEROS};
use crate::adapter::size;
use crate::adapter::tier::{Plan, Primitive, Way};
use crate::kernel::{Kernel, STATUS_BINDING, STATUS_GROUP};

/// Why a kernel has no form for an adapter. Always a defect of ours: a kernel is in strict IR.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StageError {
    /// Our helper functions.
    #[error("the helper functions do not parse: {0}")]
    Helpers(String),
    /// An import failed.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The kernel has no status binding, or one that is not listed.
    #[error("the kernel is not in strict IR: {0}")]
    NotStrict(String),
    /// The result is not valid.
    #[error("the rewritten kernel is not valid: {0}")]
    Invalid(String),
}

/// A kernel as an adapter gets it.
pub(crate) struct Staged {
    pub module: Module,
    pub info: ModuleInfo,
    /// It can set the status word.
    pub has_loops: bool,
    /// The smaller loop budget it has instead of the kernel's, where the driver is not trusted with that ([`loops`], [`nesting`], [`size`]). 0: nothing it does is to be trusted.
    pub trusted_iterations: Option<u32>,
}

/// Where the status binding stands after the others, all in group 0.
pub(crate) fn status_index(kernel: &Kernel) -> u32 {
    kernel.bindings.len() as u32
}

impl Staged {
    /// Name of its entry point.
    pub fn entry(&self) -> &str {
        self.module.entry_points.first().map_or("", |entry_point| &entry_point.name)
    }
}

/// Rewrites `kernel` by `plan`.
pub(crate) fn stage(kernel: &Kernel, plan: &Plan, lanes: u32) -> Result<Staged, StageError> {
    let mut staged = rewrite(kernel, plan)?;
    // After that, so that the functions that came in are seen.
    let watched = plan.way(Primitive::Loops) == Way::Guarded;
    if size::expanded(&staged.module) > size::EXPRESSIONS_MAX || watched && nesting::depth(&staged.module) > nesting::TRUSTED {
        staged.trusted_iterations = Some(0);
    } else if watched {
        let trusted = loops::trusted_iterations(&staged.module, lanes);
        if trusted < kernel.loop_iterations {
            let lowered = loops::lower_budget(&mut staged.module, kernel.loop_iterations, trusted);
            staged.trusted_iterations = Some(if lowered { trusted } else { 0 });
        }
    }
    Ok(staged)
}

fn rewrite(kernel: &Kernel, plan: &Plan) -> Result<Staged, StageError> {
    let has_loops = has_loops(&kernel.module);
    let mut zeros = Vec::new();
    let (mut module, mut info) = (kernel.module.clone(), kernel.info.clone());
    if plan.way(Primitive::Constants) == Way::Guarded {
        let (hidden, zero) = hide_zeros(&module, &info)?;
        zeros.push((zero, HIDDEN_ZERO));
        info = validate(&hidden)?;
        module = hidden;
    }
    let calls = find_all(&module, &info, plan)?;
    let names: HashSet<String> = calls.values().flat_map(|calls| calls.values().map(|call| call.name.clone())).collect();
    let status = rebind(&mut module, kernel)?;
    if names.is_empty() && zeros.is_empty() {
        return Ok(Staged { module, info, has_loops, trusted_iterations: None });
    }
    let helpers = primitives::module(plan.tier).map_err(StageError::Helpers)?;
    let before: Vec<Handle<Function>> = module.functions.iter().map(|(handle, _)| handle).collect();
    let imported = import(&mut module, helpers, &names)?;
    let after: Vec<Handle<Function>> = module.functions.iter().map(|(handle, _)| handle).skip(imported.functions.len()).collect();
    for (old, new) in before.iter().zip(after) {
        replace(module.functions.get_mut(new), calls.get(&Some(*old)), &imported);
    }
    zeros.extend(ZEROS.iter().filter_map(|(name, word)| Some((*imported.globals.get(*name)?, *word))));
    let status = match status {
        None if !zeros.is_empty() => Some(add_status(&mut module, status_index(kernel))),
        known => known,
    };
    if let Some(entry_point) = module.entry_points.first_mut() {
        replace(&mut entry_point.function, calls.get(&None), &imported);
        load_zeros(&mut entry_point.function, status, &zeros);
    }
    let info = validate(&module)?;
    Ok(Staged { module, info, has_loops, trusted_iterations: None })
}

fn validate(module: &Module) -> Result<ModuleInfo, StageError> {
    let mut validator = Validator::new(ValidationFlags::all(), Capabilities::FLOAT64);
    validator.validate(module).map_err(|error| StageError::Invalid(error.emit_to_string("")))
}

/// Calls that take the place of expressions, for each function; `None` is the entry point's.
type Calls = HashMap<Option<Handle<Function>>, HashMap<Handle<Expression>, Call>>;

fn find_all(module: &Module, info: &ModuleInfo, plan: &Plan) -> Result<Calls, StageError> {
    let mut calls = Calls::new();
    for (handle, function) in module.functions.iter() {
        calls.insert(Some(handle), find(function, module, &info[handle], plan));
    }
    calls.insert(None, find(&entry(module)?.function, module, info.get_entry_point(0), plan));
    Ok(calls)
}

fn entry(module: &Module) -> Result<&naga::EntryPoint, StageError> {
    module.entry_points.first().ok_or_else(|| StageError::NotStrict("it has no entry point".to_owned()))
}

/// Without a loop there is no budget to pass.
fn has_loops(module: &Module) -> bool {
    let functions = module.functions.iter().map(|(_, function)| function);
    functions.chain(module.entry_points.iter().map(|entry_point| &entry_point.function)).any(|function| block_has_loops(&function.body))
}

pub(crate) fn block_has_loops(block: &Block) -> bool {
    block.iter().any(|statement| match statement {
        Statement::Loop { .. } => true,
        Statement::Block(inner) => block_has_loops(inner),
        Statement::If { accept, reject, .. } => block_has_loops(accept) || block_has_loops(reject),
        Statement::Switch { cases, .. } => cases.iter().any(|case| block_has_loops(&case.body)),
        _ => false,
    })
}

/// A call that takes an expression's place.
struct Call {
    name: String,
    arguments: Vec<Handle<Expression>>,
}

/// The expressions of `function` that become calls.
fn find(function: &Function, module: &Module, info: &FunctionInfo, plan: &Plan) -> HashMap<Handle<Expression>, Call> {
    let mut calls = HashMap::new();
    for (handle, expression) in function.expressions.iter() {
        let Some((operation, arguments)) = operation(expression, module, info) else { continue };
        let Some(prefix) = plan.way(operation.primitive).prefix() else { continue };
        let shape = arguments.first().map(|argument| info[*argument].ty.inner_with(&module.types));
        let suffix = match shape {
            Some(TypeInner::Vector { size, .. }) => format!("_{}", *size as u8),
            _ => String::new(),
        };
        calls.insert(handle, Call { name: format!("{prefix}_{}{suffix}", operation.name), arguments });
    }
    calls
}

/// The float operation that an expression is, with its operands.
fn operation(expression: &Expression, module: &Module, info: &FunctionInfo) -> Option<(&'static Operation, Vec<Handle<Expression>>)> {
    let kind = |handle: Handle<Expression>| info[handle].ty.inner_with(&module.types).scalar_kind();
    match *expression {
        Expression::Binary { op, left, right } if kind(left) == Some(ScalarKind::Float) => {
            Some((primitives::binary(op)?, vec![left, right]))
        }
        Expression::Unary { op, expr } if kind(expr) == Some(ScalarKind::Float) => Some((primitives::unary(op)?, vec![expr])),
        Expression::Math { fun, arg, arg1, arg2, .. } if kind(arg) == Some(ScalarKind::Float) => {
            Some((primitives::math(fun)?, [Some(arg), arg1, arg2].into_iter().flatten().collect()))
        }
        Expression::As { expr, kind: to, convert: Some(_) } => Some((primitives::conversion(kind(expr)?, to)?, vec![expr])),
        _ => None,
    }
}

fn replace(function: &mut Function, calls: Option<&HashMap<Handle<Expression>, Call>>, imported: &Imported) {
    let Some(calls) = calls.filter(|calls| !calls.is_empty()) else { return };
    for (handle, call) in calls {
        if let Some(called) = imported.functions.get(&call.name) {
            *function.expressions.get_mut(*handle) = Expression::CallResult(*called);
        }
    }
    let mut body = std::mem::take(&mut function.body);
    split_emits(&mut body, calls, imported, &function.expressions);
    function.body = body;
}

/// Splits the `Emit` ranges of a block and of those inside it around the new calls.
fn split_emits(block: &mut Block, calls: &HashMap<Handle<Expression>, Call>, imported: &Imported, arena: &Arena<Expression>) {
    let mut out = Block::with_capacity(block.len());
    for (mut statement, span) in std::mem::take(block).span_into_iter() {
        match &mut statement {
            Statement::Emit(range) => {
                split_emit(&mut out, range, span, calls, imported, arena);
                continue;
            }
            Statement::Block(inner) => split_emits(inner, calls, imported, arena),
            Statement::If { accept, reject, .. } => {
                split_emits(accept, calls, imported, arena);
                split_emits(reject, calls, imported, arena);
            }
            Statement::Switch { cases, .. } => cases.iter_mut().for_each(|case| split_emits(&mut case.body, calls, imported, arena)),
            Statement::Loop { body, continuing, .. } => {
                split_emits(body, calls, imported, arena);
                split_emits(continuing, calls, imported, arena);
            }
            _ => {}
        }
        out.push(statement, span);
    }
    *block = out;
}

fn split_emit(
    out: &mut Block,
    range: &Range<Expression>,
    span: Span,
    calls: &HashMap<Handle<Expression>, Call>,
    imported: &Imported,
    arena: &Arena<Expression>,
) {
    let indices = range.index_range();
    let mut start = indices.start;
    let emit = |from: u32, to: u32, out: &mut Block| {
        if from < to {
            out.push(Statement::Emit(Range::from_index_range(from..to, arena)), span);
        }
    };
    for handle in range.clone() {
        let index = handle.index() as u32;
        if let Some((call, called)) = calls.get(&handle).and_then(|call| Some((call, imported.functions.get(&call.name)?))) {
            emit(start, index, out);
            out.push(Statement::Call { function: *called, arguments: call.arguments.clone(), result: Some(handle) }, span);
            start = index + 1;
        }
    }
    emit(start, indices.end, out);
}

/// Moves every binding to group 0: the kernel's in their order, then the status binding, which is returned, where the kernel has one.
fn rebind(module: &mut Module, kernel: &Kernel) -> Result<Option<Handle<GlobalVariable>>, StageError> {
    let mut status = None;
    for (handle, global) in module.global_variables.iter_mut() {
        let Some(binding) = &mut global.binding else { continue };
        let index = if (binding.group, binding.binding) == (STATUS_GROUP, STATUS_BINDING) {
            status = Some(handle);
            status_index(kernel)
        } else {
            let place = kernel.bindings.iter().position(|known| (known.group, known.binding) == (binding.group, binding.binding));
            place.ok_or_else(|| StageError::NotStrict(format!("@group({}) @binding({}) is not listed", binding.group, binding.binding)))?
                as u32
        };
        *binding = ResourceBinding { group: 0, binding: index };
    }
    Ok(status)
}

/// The status binding of a kernel that had no use for one.
fn add_status(module: &mut Module, index: u32) -> Handle<GlobalVariable> {
    let word = module.types.insert(Type { name: None, inner: TypeInner::Atomic(Scalar::U32) }, Span::UNDEFINED);
    let size = ArraySize::Constant(NonZeroU32::MIN.saturating_add(3));
    let words = module.types.insert(Type { name: None, inner: TypeInner::Array { base: word, size, stride: 4 } }, Span::UNDEFINED);
    let status = GlobalVariable {
        name: Some("assay_status".to_owned()),
        space: AddressSpace::Storage { access: StorageAccess::LOAD | StorageAccess::STORE },
        binding: Some(ResourceBinding { group: 0, binding: index }),
        ty: words,
        init: None,
        memory_decorations: MemoryDecorations::empty(),
    };
    module.global_variables.append(status, Span::UNDEFINED)
}

/// Loads opaque zeros from words of the status binding, first thing in the entry point.
fn load_zeros(function: &mut Function, status: Option<Handle<GlobalVariable>>, zeros: &[(Handle<GlobalVariable>, u32)]) {
    let Some(status) = status.filter(|_| !zeros.is_empty()) else { return };
    let expressions = &mut function.expressions;
    let status = expressions.append(Expression::GlobalVariable(status), Span::UNDEFINED);
    let targets: Vec<_> =
        zeros.iter().map(|(global, _)| expressions.append(Expression::GlobalVariable(*global), Span::UNDEFINED)).collect();
    let mut body = Block::new();
    for ((_, word), target) in zeros.iter().zip(targets) {
        let from = expressions.len();
        let pointer = expressions.append(Expression::AccessIndex { base: status, index: *word }, Span::UNDEFINED);
        let value = expressions.append(Expression::Load { pointer }, Span::UNDEFINED);
        body.push(Statement::Emit(expressions.range_from(from)), Span::UNDEFINED);
        body.push(Statement::Store { pointer: target, value }, Span::UNDEFINED);
    }
    for (statement, span) in std::mem::take(&mut function.body).span_into_iter() {
        body.push(statement, span);
    }
    function.body = body;
}
