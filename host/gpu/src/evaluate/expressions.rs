//! Constant expressions of a module that depend on overrides.

use std::collections::HashMap;

use naga::valid::{Capabilities, ValidationFlags, Validator};
use naga::{Block, Expression, Function, Handle, Literal, Module, Override, Statement};

use crate::lower::rewrite::{Finding, Step, remap_expression};
use crate::lower::{Markers, evaluate};

/// The literals of a global expression (one for a scalar, several for a vector), with `overrides` known. `None` where one is not finite.
///
/// # Errors
/// An operation that constants cannot have.
pub fn global(
    module: &Module,
    expression: Handle<Expression>,
    overrides: &HashMap<Handle<Override>, Literal>,
) -> Step<Option<Vec<Literal>>> {
    if let Expression::Literal(literal) = module.global_expressions[expression] {
        return Ok(Some(vec![literal]));
    }
    // The same expression in a function, so that it can be lowered as any other.
    let mut function = Function { name: Some("evaluate".to_owned()), ..Function::default() };
    let mut copied = HashMap::new();
    let wanted = copy(module, expression, &mut function, &mut copied)?;
    let mut alone = Module {
        types: module.types.clone(),
        constants: module.constants.clone(),
        overrides: module.overrides.clone(),
        global_expressions: module.global_expressions.clone(),
        ..Module::default()
    };
    let handle = alone.functions.append(function, naga::Span::UNDEFINED);
    let capabilities = Capabilities::SHADER_FLOAT16_IN_FLOAT32;
    let info = Validator::new(ValidationFlags::all() & !ValidationFlags::CONSTANTS, capabilities).validate(&alone).map_err(|error| {
        let span = module.global_expressions.get_span(expression);
        Finding::new("constant", span, format!("this constant expression cannot be evaluated: {}", error.as_inner()), "")
    })?;
    let values = evaluate(&alone, &info[handle], &alone.functions[handle], &[wanted], overrides.clone(), &Markers::None)?;
    Ok(values.into_iter().next().flatten())
}

fn copy(
    module: &Module,
    expression: Handle<Expression>,
    function: &mut Function,
    copied: &mut HashMap<Handle<Expression>, Handle<Expression>>,
) -> Step<Handle<Expression>> {
    if let Some(known) = copied.get(&expression) {
        return Ok(*known);
    }
    let made = remap_expression(&module.global_expressions[expression], |operand| copy(module, operand, function, copied))?;
    let is_leaf = made.needs_pre_emit();
    let from = function.expressions.len();
    let handle = function.expressions.append(made, module.global_expressions.get_span(expression));
    if !is_leaf {
        let mut emit = Block::from_vec(vec![Statement::Emit(function.expressions.range_from(from))]);
        function.body.append(&mut emit);
    }
    copied.insert(expression, handle);
    Ok(handle)
}
