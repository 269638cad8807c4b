//! Brings functions of one naga module into another.
//!
//! naga wants a function to stand before those that call it, and offers no insertion at the front; so the target's arena of functions is built anew: the imported ones, then its
//! own, with the calls of its own turned to their new places. Expressions stay where they are. What can be imported is what `exact.wgsl` and `soft.wgsl` consist of: scalars and
//! vectors, locals, private globals, calls.

use std::collections::{HashMap, HashSet};

use naga::{Arena, Block, Expression, Function, GlobalVariable, Handle, Module, Statement, Type, TypeInner};

/// A source that uses what an import does not handle: a defect of our own WGSL, found by its first test.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot import: {0}")]
pub struct ImportError(pub String);

/// The target with its new functions: by name in the source, and private globals that came along, likewise.
pub(crate) struct Imported {
    pub functions: HashMap<String, Handle<Function>>,
    pub globals: HashMap<String, Handle<GlobalVariable>>,
}

/// Imports the functions called `names` and all they call into `target`.
pub(crate) fn import(target: &mut Module, source: &Module, names: &HashSet<String>) -> Result<Imported, ImportError> {
    let needed = closure(source, names)?;
    let mut imported = Imported { functions: HashMap::new(), globals: HashMap::new() };
    let mut functions = Arena::new();
    let mut places = HashMap::new();
    for (handle, function) in source.functions.iter().filter(|(handle, _)| needed.contains(handle)) {
        let copy = copy_function(function, target, source, &places, &mut imported.globals)?;
        let place = functions.append(copy, naga::Span::UNDEFINED);
        places.insert(handle, place);
        imported.functions.insert(function.name.clone().unwrap_or_default(), place);
    }
    let mut own = HashMap::new();
    for (handle, mut function, span) in target.functions.drain() {
        turn_calls(&mut function, &own)?;
        own.insert(handle, functions.append(function, span));
    }
    target.functions = functions;
    for entry_point in &mut target.entry_points {
        turn_calls(&mut entry_point.function, &own)?;
    }
    Ok(imported)
}

/// `names` and what they call, as handles.
fn closure(source: &Module, names: &HashSet<String>) -> Result<HashSet<Handle<Function>>, ImportError> {
    let by_name: HashMap<&str, Handle<Function>> =
        source.functions.iter().filter_map(|(handle, function)| function.name.as_deref().map(|name| (name, handle))).collect();
    let mut needed = HashSet::new();
    let mut open = Vec::new();
    for name in names {
        open.push(*by_name.get(name.as_str()).ok_or_else(|| ImportError(format!("there is no function {name}")))?);
    }
    while let Some(handle) = open.pop() {
        if needed.insert(handle) {
            open.extend(source.functions[handle].expressions.iter().filter_map(|(_, expression)| match expression {
                Expression::CallResult(called) => Some(*called),
                _ => None,
            }));
        }
    }
    Ok(needed)
}

fn copy_function(
    function: &Function,
    target: &mut Module,
    source: &Module,
    places: &HashMap<Handle<Function>, Handle<Function>>,
    globals: &mut HashMap<String, Handle<GlobalVariable>>,
) -> Result<Function, ImportError> {
    let mut copy = function.clone();
    for argument in &mut copy.arguments {
        argument.ty = copy_type(argument.ty, target, source)?;
    }
    if let Some(result) = &mut copy.result {
        result.ty = copy_type(result.ty, target, source)?;
    }
    for (_, local) in copy.local_variables.iter_mut() {
        local.ty = copy_type(local.ty, target, source)?;
    }
    for (_, expression) in copy.expressions.iter_mut() {
        match expression {
            Expression::ZeroValue(ty) | Expression::Compose { ty, .. } => *ty = copy_type(*ty, target, source)?,
            Expression::GlobalVariable(handle) => *handle = copy_global(*handle, target, source, globals)?,
            Expression::Constant(_) | Expression::Override(_) => return Err(ImportError("a constant".to_owned())),
            _ => {}
        }
    }
    copy.diagnostic_filter_leaf = None;
    copy.named_expressions.clear();
    turn_calls(&mut copy, places)?;
    Ok(copy)
}

fn copy_type(ty: Handle<Type>, target: &mut Module, source: &Module) -> Result<Handle<Type>, ImportError> {
    match &source.types[ty].inner {
        inner @ (TypeInner::Scalar(_) | TypeInner::Vector { .. }) => {
            Ok(target.types.insert(Type { name: None, inner: inner.clone() }, naga::Span::UNDEFINED))
        }
        other => Err(ImportError(format!("the type {other:?}"))),
    }
}

fn copy_global(
    handle: Handle<GlobalVariable>,
    target: &mut Module,
    source: &Module,
    globals: &mut HashMap<String, Handle<GlobalVariable>>,
) -> Result<Handle<GlobalVariable>, ImportError> {
    let global = &source.global_variables[handle];
    let name = global.name.clone().unwrap_or_default();
    if global.space != naga::AddressSpace::Private || global.init.is_some() {
        return Err(ImportError(format!("the variable {name}")));
    }
    if let Some(known) = globals.get(&name) {
        return Ok(*known);
    }
    let ty = copy_type(global.ty, target, source)?;
    let place = target.global_variables.append(GlobalVariable { ty, ..global.clone() }, naga::Span::UNDEFINED);
    globals.insert(name, place);
    Ok(place)
}

fn turn_calls(function: &mut Function, places: &HashMap<Handle<Function>, Handle<Function>>) -> Result<(), ImportError> {
    let place = |handle: Handle<Function>| places.get(&handle).copied().ok_or_else(|| ImportError("a call of what comes later".to_owned()));
    for (_, expression) in function.expressions.iter_mut() {
        if let Expression::CallResult(called) = expression {
            *called = place(*called)?;
        }
    }
    let mut failed = None;
    each_statement(&mut function.body, &mut |statement| {
        if let Statement::Call { function, .. } = statement {
            match place(*function) {
                Ok(handle) => *function = handle,
                Err(error) => failed = Some(error),
            }
        }
    });
    failed.map_or(Ok(()), Err)
}

/// Shows every statement of a block to `visit`, those inside others included.
fn each_statement(block: &mut Block, visit: &mut impl FnMut(&mut Statement)) {
    for statement in block.iter_mut() {
        visit(statement);
        match statement {
            Statement::Block(inner) => each_statement(inner, visit),
            Statement::If { accept, reject, .. } => {
                each_statement(accept, visit);
                each_statement(reject, visit);
            }
            Statement::Switch { cases, .. } => {
                for case in cases {
                    each_statement(&mut case.body, visit);
                }
            }
            Statement::Loop { body, continuing, .. } => {
                each_statement(body, visit);
                each_statement(continuing, visit);
            }
            _ => {}
        }
    }
}
