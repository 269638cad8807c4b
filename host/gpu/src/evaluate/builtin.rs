//! Built-in functions of constants: lowered like any other call, and folded.

use std::collections::HashMap;
use std::fmt::Write as _;

use naga::Literal;
use naga::valid::{Capabilities, ValidationFlags, Validator};

use crate::lower::rewrite::{Finding, Step};
use crate::lower::{Markers, evaluate};

/// What the built-in `name` gives for constant arguments, each a scalar or the components of a vector; `None` where that is not finite, or where naga rejects the
/// call (it is then the author who called it wrongly).
///
/// # Errors
/// Internal ones.
pub fn builtin(name: &str, arguments: &[Vec<f32>]) -> Step<Option<Vec<f32>>> {
    let mut text = format!("fn evaluate() {{ let result = {name}(");
    for (position, argument) in arguments.iter().enumerate() {
        let literal = crate::front::literal_text(argument);
        let _ = match position {
            // The marker keeps naga from folding.
            0 => write!(text, "{}({literal})", crate::front::MARKER),
            _ => write!(text, ", {literal}"),
        };
    }
    text.push_str("); }");
    let Ok(module) = naga::front::wgsl::parse_str(&text) else { return Ok(None) };
    let checked = Validator::new(ValidationFlags::all(), Capabilities::SHADER_FLOAT16_IN_FLOAT32).validate(&module);
    let Ok(info) = checked else { return Ok(None) };
    let found = module.functions.iter().find_map(|(handle, function)| {
        let named = function.named_expressions.iter().find(|(_, name)| name.as_str() == "result");
        named.map(|(&expression, _)| (handle, expression))
    });
    let Some((function, expression)) = found else { return Err(Finding::internal("the probe has no result")) };
    let values = evaluate(&module, &info[function], &module.functions[function], &[expression], HashMap::new(), &Markers::All)?;
    let Some(Some(literals)) = values.into_iter().next() else { return Ok(None) };
    Ok(literals.iter().map(|literal| if let Literal::F32(value) = literal { Some(*value) } else { None }).collect())
}
