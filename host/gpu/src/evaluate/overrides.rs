//! Values of overrides: given, or from their initialisers.

use std::collections::HashMap;

use naga::{Handle, Literal, Module, Override, Scalar, Span, TypeInner};

use crate::lower::rewrite::{Finding, Step};

/// A value for every override of `module`.
///
/// # Errors
/// Unknown names, values out of range, overrides without a value.
pub fn overrides(module: &Module, given: &[(String, f64)]) -> Step<HashMap<Handle<Override>, Literal>> {
    let mut values = HashMap::new();
    for (name, value) in given {
        let found = module.overrides.iter().find(|(_, item)| match item.id {
            Some(id) => *name == id.to_string(),
            None => item.name.as_deref() == Some(name),
        });
        let Some((handle, item)) = found else {
            let hint = format!("it has: {}", known(module));
            return Err(Finding::new("constant", Span::UNDEFINED, format!("the shader has no override {name:?}"), hint));
        };
        let span = module.overrides.get_span(handle);
        let TypeInner::Scalar(scalar) = module.types[item.ty].inner else {
            return Err(Finding::internal("an override that is not a scalar"));
        };
        let Some(literal) = converted(scalar, *value) else {
            return Err(Finding::new(
                "constant",
                span,
                format!("the value {value} of the override {name:?} is out of range"),
                "give one that its type can hold",
            ));
        };
        if values.insert(handle, literal).is_some() {
            return Err(Finding::new("constant", span, format!("the override {name:?} is given twice"), "give it once"));
        }
    }
    // In the order of their declarations, which is the order in which they may refer to each other.
    for (handle, item) in module.overrides.iter() {
        if values.contains_key(&handle) {
            continue;
        }
        let span = module.overrides.get_span(handle);
        let name = item.name.clone().unwrap_or_default();
        let Some(init) = item.init else {
            return Err(Finding::new(
                "constant",
                span,
                format!("the override {name:?} has no value"),
                "give it one with the pipeline, or an initialiser",
            ));
        };
        match super::global(module, init, &values)?.as_deref() {
            Some([literal]) => values.insert(handle, *literal),
            _ => return Err(Finding::new("constant", span, format!("the initialiser of the override {name:?} has no finite value"), "")),
        };
    }
    Ok(values)
}

fn known(module: &Module) -> String {
    let names: Vec<_> =
        module.overrides.iter().filter_map(|(_, item)| item.id.map(|id| id.to_string()).or_else(|| item.name.clone())).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// The value in the override's type: integers truncated towards 0, f32 rounded; `None` out of range.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the guards keep values in range; f32 is checked after rounding"
)]
fn converted(scalar: Scalar, value: f64) -> Option<Literal> {
    let whole = value.trunc();
    Some(match scalar {
        Scalar::BOOL => Literal::Bool(value != 0.0 && !value.is_nan()),
        Scalar::I32 if whole >= f64::from(i32::MIN) && whole <= f64::from(i32::MAX) => Literal::I32(whole as i32),
        Scalar::U32 if whole >= 0.0 && whole <= f64::from(u32::MAX) => Literal::U32(whole as u32),
        Scalar::F32 if (value as f32).is_finite() => Literal::F32(value as f32),
        _ => return None,
    })
}
