//! Names that naga's printer leaves as they are, so that a printed kernel lowers to the same text again.
//!
//! The printer makes names unique by appending numbers, and parts a number from a name that ends in a digit: each round would change them. So they are unique
//! before it sees them: the author's names first, the prelude's after them, since the prelude comes in anew with its own names each time.

use std::collections::HashSet;
use std::fmt::Write as _;

use naga::{Expression, Function, Module};

use super::flow::is_ours;

/// Makes every name of the module unique, but for members of structs.
pub fn make_unique(module: &mut Module) {
    let mut names = Names::default();
    let types: Vec<_> = module.types.iter().map(|(handle, ty)| (handle, ty.clone())).collect();
    for (handle, mut ty) in types {
        if ty.name.is_some() && matches!(ty.inner, naga::TypeInner::Struct { .. }) {
            let before = ty.name.clone();
            names.take(&mut ty.name);
            if ty.name != before {
                module.types.replace(handle, ty);
            }
        }
    }
    for (_, constant) in module.constants.iter_mut() {
        names.take(&mut constant.name);
    }
    for ours in [false, true] {
        for (_, global) in module.global_variables.iter_mut() {
            if is_ours(global.name.as_deref()) == ours {
                names.take(&mut global.name);
            }
        }
        for (_, function) in module.functions.iter_mut() {
            if is_ours(function.name.as_deref()) == ours {
                names.take(&mut function.name);
            }
        }
    }
    for entry in &module.entry_points {
        names.used.insert(entry.name.clone());
    }
    for entry in &mut module.entry_points {
        names.inside(&mut entry.function);
    }
    for ours in [false, true] {
        for (_, function) in module.functions.iter_mut() {
            if is_ours(function.name.as_deref()) == ours {
                names.inside(function);
            }
        }
    }
}

#[derive(Default)]
struct Names {
    used: HashSet<String>,
}

impl Names {
    fn inside(&mut self, function: &mut Function) {
        for argument in &mut function.arguments {
            self.take(&mut argument.name);
        }
        for (_, local) in function.local_variables.iter_mut() {
            self.take(&mut local.name);
        }
        let mut named: Vec<_> = function.named_expressions.iter().map(|(handle, name)| (*handle, name.clone())).collect();
        // The printer has names of its own for these; a name that is not printed must not make another one unique.
        let unprinted = |handle: &naga::Handle<Expression>| {
            let expression = &function.expressions[*handle];
            expression.needs_pre_emit() || matches!(expression, Expression::CallResult(_) | Expression::WorkGroupUniformLoadResult { .. })
        };
        named.retain(|(handle, _)| !unprinted(handle));
        let kept: HashSet<_> = named.iter().map(|(handle, _)| *handle).collect();
        function.named_expressions.retain(|handle, _| kept.contains(handle));
        named.sort_by_key(|(handle, _)| handle.index());
        for (handle, name) in named {
            let mut name = Some(name);
            self.take(&mut name);
            if let Some(name) = name {
                function.named_expressions.insert(handle, name);
            }
        }
    }

    fn take(&mut self, name: &mut Option<String>) {
        let base = sanitized(name.as_deref().unwrap_or("unnamed"));
        let mut unique = base.clone();
        let mut count = 0_u32;
        while !self.used.insert(unique.clone()) {
            count += 1;
            unique = format!("{base}_{}", letters(count));
        }
        *name = Some(unique);
    }
}

/// The form that naga's printer bases its name on.
fn sanitized(name: &str) -> String {
    let trimmed = name.trim_start_matches(|c: char| c.is_numeric()).trim_end_matches('_');
    let mut made = String::new();
    for c in trimmed.chars() {
        if c.is_ascii_alphanumeric() {
            made.push(c);
        } else if c == '_' {
            if !made.ends_with('_') {
                made.push('_');
            }
        } else {
            let _ = write!(made, "u{:04x}_", u32::from(c));
        }
    }
    let made = made.trim_end_matches('_').trim_start_matches('_');
    if made.is_empty() { "unnamed".to_owned() } else { made.to_owned() }
}

/// 1 is `b`, 25 is `z`, 26 is `ba`: no digits, since the printer treats them specially.
fn letters(mut count: u32) -> String {
    let mut made = Vec::new();
    while count > 0 {
        made.push(char::from(b'a' + u8::try_from(count % 26).unwrap_or(0)));
        count /= 26;
    }
    made.iter().rev().collect()
}

/// Numbers the names that the printer made from handles (`_e12`) in the order in which they appear in a function.
pub fn number_results(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    let mut known: Vec<String> = Vec::new();
    for line in text.split_inclusive('\n') {
        if line.starts_with("fn ") {
            known.clear();
        }
        for word in line.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
            let end = word.len() - word.chars().last().filter(|c| !(c.is_ascii_alphanumeric() || *c == '_')).map_or(0, char::len_utf8);
            let (name, rest) = word.split_at(end);
            let is_result =
                name.strip_prefix("_e").is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()));
            if !is_result {
                made.push_str(word);
                continue;
            }
            let number = known.iter().position(|other| other == name).unwrap_or_else(|| {
                known.push(name.to_owned());
                known.len() - 1
            });
            let _ = write!(made, "_e{number}{rest}");
        }
    }
    made
}
