//! Keeps naga's constant evaluator, which asks the host's libm, away from functions of floats.
//!
//! naga folds `sin(1.0)` while it reads the text, and nothing of the call is left in its IR. So the text is edited before naga sees it:
//!
//! * where a constant is required (`const`, module scope, …), the call is replaced by a literal that our evaluator computed. The arguments are found by asking
//!   naga: `let probe = quantizeToF16(ARGUMENT);` in the same scope leaves the folded argument in the IR, since naga does not fold `quantizeToF16`. Innermost calls
//!   first, round after round.
//! * everywhere else the first argument is wrapped in `quantizeToF16(…)`, which stops naga from folding the call; the lowering takes the wrapper off and folds by
//!   our own rules.
//!
//! **Why edit text?** naga offers no hook between parsing and folding, and a constant needed for an array's length cannot wait. Editing is crude, but what it relies
//! on is narrow: the extent of a call, and one built-in that naga leaves alone, which a test watches.

use std::collections::HashSet;

use naga::{Expression, Function, Handle, Literal, Module, TypeInner};

use super::edits::Edits;
use super::scan::{Kind, Token, tokens};
use crate::evaluate::builtin;
use crate::lower::rewrite::Finding;

/// Built-ins that take floats alone and that naga folds.
const FUNCTIONS: [&str; 34] = [
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "ceil",
    "cos",
    "cosh",
    "cross",
    "degrees",
    "distance",
    "exp",
    "exp2",
    "floor",
    "fma",
    "fract",
    "inverseSqrt",
    "length",
    "log",
    "log2",
    "normalize",
    "pow",
    "radians",
    "round",
    "saturate",
    "sin",
    "sinh",
    "sqrt",
    "step",
    "tan",
    "tanh",
    "trunc",
];

/// What stops naga from folding.
pub const MARKER: &str = "quantizeToF16";

/// Rounds of replacement, at most: how deep constant calls may depend on each other.
const ROUNDS_MAX: usize = 64;

/// The edited text and how it came about.
#[derive(Debug, Default)]
pub struct Edited {
    /// The edits.
    pub edits: Edits,
    /// The text for naga.
    pub text: String,
    /// Byte offsets in `text` of the markers.
    pub markers: HashSet<u32>,
}

/// A call of a built-in; token indices.
pub(super) struct Call {
    name: usize,
    pub open: usize,
    pub close: usize,
    /// Ranges of the arguments.
    pub arguments: Vec<(usize, usize)>,
    context: Context,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    /// Outside functions.
    Module,
    /// In the local `const` declaration whose keyword is this token.
    Local(usize),
    /// Where a constant is required, but no statement can be put before it.
    Elsewhere,
    /// Where any expression may stand.
    Runtime,
}

/// Edits `source`, beyond the `edits` that are made already.
///
/// # Errors
/// Constant calls that have no finite value, or that cannot be evaluated where they stand.
pub fn edit(source: &str, mut edits: Edits) -> Result<Edited, Finding> {
    let mut kept = HashSet::new();
    for _ in 0..ROUNDS_MAX {
        let text = edits.apply(source);
        let back = edits.way_back();
        let tokens = tokens(&text);
        let calls = calls(&tokens);
        let open: Vec<&Call> =
            calls.iter().filter(|call| call.context != Context::Runtime && !kept.contains(&back.original(tokens[call.name].at))).collect();
        if open.is_empty() {
            return Ok(mark(source, edits, &tokens, &calls));
        }
        let ready = ready(&tokens, &open).map_err(|finding| located(finding, &edits))?;
        let Some(values) = probe(&text, &tokens, &ready) else {
            // The text does not parse, and whoever parses it next says why.
            return Ok(Edited { text: source.to_owned(), ..Edited::default() });
        };
        let mut made = Vec::new();
        for (call, arguments) in ready.iter().zip(values) {
            let (start, end) = (back.original(tokens[call.name].at), back.original(tokens[call.close].at) + 1);
            let Some(arguments) = arguments else {
                kept.insert(start);
                continue;
            };
            let name = tokens[call.name].text;
            let Some(result) = builtin(name, &arguments)? else {
                let place = naga::Span::new(u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX));
                return Err(Finding::new(
                    "constant-call",
                    place,
                    format!("`{name}` of these constants has no finite value"),
                    "constants have to be finite",
                ));
            };
            made.push((start, end, literal_text(&result)));
        }
        for (start, end, literal) in made {
            edits.replace(start, end, literal);
        }
    }
    Err(Finding::new(
        "constant-call",
        naga::Span::UNDEFINED,
        format!("more than {ROUNDS_MAX} constants that depend on each other call functions"),
        "write some of them as literals",
    ))
}

/// A finding of the edited text, placed in the source.
fn located(finding: Finding, edits: &Edits) -> Finding {
    let map = super::edits::SpanMap::Edited(std::sync::Arc::new(edits.way_back()));
    Finding { span: map.map(finding.span), ..finding }
}

/// The calls, in order of their names.
fn calls(tokens: &[Token<'_>]) -> Vec<Call> {
    let declared = declared(tokens);
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut local_const: Option<usize> = None;
    let mut required = false;
    for (index, token) in tokens.iter().enumerate() {
        match token.text {
            "{" => {
                depth += 1;
                required = false;
            }
            "}" => depth = depth.saturating_sub(1),
            "const" if depth > 0 => local_const = Some(index),
            "const_assert" | "case" if depth > 0 => required = true,
            ";" => {
                local_const = None;
                required = false;
            }
            _ if calls_one_of(&FUNCTIONS, tokens, index, &declared) => {
                let context = match local_const {
                    _ if depth == 0 => Context::Module,
                    Some(at) if at > 0 && tokens[at - 1].text != "(" => Context::Local(at),
                    Some(_) => Context::Elsewhere,
                    None if required || in_template(tokens, index) => Context::Elsewhere,
                    None if in_struct(tokens, index) => Context::Module,
                    None => Context::Runtime,
                };
                found.extend(call(tokens, index, context));
            }
            _ => {}
        }
    }
    found
}

/// Whether a token is the name in a call of one of these built-ins, which the source has not `declared` itself.
pub(super) fn calls_one_of(functions: &[&str], tokens: &[Token<'_>], index: usize, declared: &HashSet<&str>) -> bool {
    let token = tokens[index];
    let member = index > 0 && matches!(tokens[index - 1].text, "." | "fn" | "@");
    token.kind == Kind::Word
        && functions.contains(&token.text)
        && !declared.contains(token.text)
        && tokens.get(index + 1).is_some_and(|next| next.text == "(")
        && !member
}

/// Names that the source declares as functions, and that are therefore not the built-ins.
pub(super) fn declared<'s>(tokens: &[Token<'s>]) -> HashSet<&'s str> {
    tokens.windows(2).filter(|pair| matches!(pair[0].text, "fn" | "alias" | "struct")).map(|pair| pair[1].text).collect()
}

/// Whether a token stands in an attribute of a member of a struct.
fn in_struct(tokens: &[Token<'_>], index: usize) -> bool {
    let mut depth = 0_usize;
    for at in (0..index).rev() {
        match tokens[at].text {
            "}" => depth += 1,
            "{" if depth > 0 => depth -= 1,
            "{" => return at >= 2 && tokens[at - 2].text == "struct",
            ";" => return false,
            _ => {}
        }
    }
    false
}

/// Whether a token stands in the length of an array type.
fn in_template(tokens: &[Token<'_>], index: usize) -> bool {
    let mut at = index;
    let mut depth = 0_usize;
    while at > 0 {
        at -= 1;
        match tokens[at].text {
            ";" | "{" | "}" | "=" => return false,
            ")" => depth += 1,
            "(" => depth = depth.saturating_sub(1),
            "array" if depth == 0 => {
                return tokens.get(at + 1).is_some_and(|next| next.text == "<") && !tokens[at..index].iter().any(|token| token.text == ">");
            }
            _ => {}
        }
    }
    false
}

pub(super) fn call(tokens: &[Token<'_>], name: usize, context: Context) -> Option<Call> {
    let open = name + 1;
    let (mut depth, mut from) = (0_usize, open + 1);
    let mut arguments = Vec::new();
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => {
                depth -= 1;
                if depth == 0 {
                    if from < index {
                        arguments.push((from, index));
                    }
                    return Some(Call { name, open, close: index, arguments, context });
                }
            }
            // A comma between template arguments (`vec3<f32>`, `array<f32, 2>`) parts nothing; one after an open `<` is of that kind.
            "," if depth == 1 && !open_template(&tokens[from..index]) => {
                arguments.push((from, index));
                from = index + 1;
            }
            ";" => return None,
            _ => {}
        }
    }
    None
}

/// Whether a template list has begun and not ended.
fn open_template(tokens: &[Token<'_>]) -> bool {
    let starts = tokens
        .windows(2)
        .filter(|pair| pair[1].text == "<" && matches!(pair[0].text, "array" | "vec2" | "vec3" | "vec4" | "ptr" | "atomic"))
        .count();
    starts > tokens.iter().filter(|token| token.text == ">").count()
}

/// Calls whose arguments depend on no other open call.
fn ready<'c>(tokens: &[Token<'_>], open: &[&'c Call]) -> Result<Vec<&'c Call>, Finding> {
    let tainted = tainted(tokens, open);
    let inner = |call: &Call| open.iter().any(|other| other.name > call.open && other.name < call.close);
    let names = |call: &Call| tokens[call.open..call.close].iter().any(|token| token.kind == Kind::Word && tainted.contains(token.text));
    let ready: Vec<&Call> = open.iter().copied().filter(|call| !inner(call) && !names(call)).collect();
    if let Some(call) = ready.iter().find(|call| call.context == Context::Elsewhere) {
        let (name, span) = (tokens[call.name].text, tokens[call.name].span());
        return Err(Finding::new(
            "constant-call",
            span,
            format!("`{name}` is called where a constant is required"),
            "declare it as a `const` before, and use its name here",
        ));
    }
    match (ready.is_empty(), open.first()) {
        (true, Some(call)) => {
            let span = tokens[call.name].span();
            Err(Finding::new("constant-call", span, "constants of one name depend on each other", "give each constant a name of its own"))
        }
        _ => Ok(ready),
    }
}

/// Names of constants whose value depends on an open call. By name alone, whatever the scope: too many rather than too few.
fn tainted<'s>(tokens: &[Token<'s>], open: &[&Call]) -> HashSet<&'s str> {
    let mut declarations = Vec::new();
    for (index, pair) in tokens.windows(2).enumerate() {
        if matches!(pair[0].text, "const" | "override") || (pair[0].text == ">" && pair[1].kind == Kind::Word) || pair[0].text == "var" {
            let end = tokens.iter().skip(index).position(|token| token.text == ";").map_or(tokens.len(), |length| index + length);
            declarations.push((pair[1].text, index, end));
        }
    }
    let mut tainted: HashSet<&str> = HashSet::new();
    loop {
        let before = tainted.len();
        for &(name, start, end) in &declarations {
            let calls = open.iter().any(|call| call.name > start && call.name < end);
            if calls || tokens[(start + 2).min(end)..end].iter().any(|token| token.kind == Kind::Word && tainted.contains(token.text)) {
                tainted.insert(name);
            }
        }
        if tainted.len() == before {
            return tainted;
        }
    }
}

/// The arguments of each call, as naga folds them; `None` for a call where one is not a constant. `None` for all where the text does not parse.
fn probe(text: &str, tokens: &[Token<'_>], calls: &[&Call]) -> Option<Vec<Option<Vec<Vec<f32>>>>> {
    let mut edits = Edits::default();
    let mut at_end = String::from("\nfn assay_probe() {\n");
    for (number, call) in calls.iter().enumerate() {
        for (position, &(from, to)) in call.arguments.iter().enumerate() {
            let argument = text.get(tokens[from].at..tokens[to].at)?;
            let statement = format!("let assay_probe_{number}_{position} = {MARKER}({argument}\n);\n");
            match call.context {
                Context::Local(keyword) => edits.insert(tokens[keyword].at, &statement),
                _ => at_end.push_str(&statement),
            }
        }
    }
    at_end.push_str("}\n");
    let probed = edits.apply(text) + &at_end;
    let module = naga::front::wgsl::parse_str(&probed).ok()?;
    let functions = module.functions.iter().map(|(_, function)| function).chain(module.entry_points.iter().map(|entry| &entry.function));
    let mut found: Vec<Option<Vec<Vec<f32>>>> = calls.iter().map(|call| Some(vec![Vec::new(); call.arguments.len()])).collect();
    for function in functions {
        for (&handle, name) in &function.named_expressions {
            let Some((number, position)) = name.strip_prefix("assay_probe_").and_then(|rest| rest.split_once('_')) else { continue };
            let (number, position) = (number.parse::<usize>().ok()?, position.parse::<usize>().ok()?);
            let value = match function.expressions[handle] {
                Expression::Math { arg, .. } => floats(&module, function, arg),
                _ => None,
            };
            match (value, found.get_mut(number)?) {
                (Some(value), Some(arguments)) => *arguments.get_mut(position)? = value,
                (None, slot) => *slot = None,
                (Some(_), None) => {}
            }
        }
    }
    Some(found)
}

/// The components of a constant in a function.
fn floats(module: &Module, function: &Function, handle: Handle<Expression>) -> Option<Vec<f32>> {
    let zeros = |ty: &TypeInner| match *ty {
        TypeInner::Scalar(_) => Some(vec![0.0]),
        TypeInner::Vector { size, .. } => Some(vec![0.0; size as usize]),
        _ => None,
    };
    match function.expressions[handle] {
        Expression::Literal(Literal::F32(value)) => Some(vec![value]),
        Expression::ZeroValue(ty) => zeros(&module.types[ty].inner),
        Expression::Splat { size, value } => Some(vec![*floats(module, function, value)?.first()?; size as usize]),
        Expression::Compose { ref components, .. } => {
            let parts = components.iter().map(|&component| floats(module, function, component)).collect::<Option<Vec<_>>>()?;
            Some(parts.concat())
        }
        Expression::Constant(constant) => global_floats(module, module.constants[constant].init),
        _ => None,
    }
}

fn global_floats(module: &Module, handle: Handle<Expression>) -> Option<Vec<f32>> {
    match module.global_expressions[handle] {
        Expression::Literal(Literal::F32(value)) => Some(vec![value]),
        Expression::ZeroValue(ty) => match module.types[ty].inner {
            TypeInner::Scalar(_) => Some(vec![0.0]),
            TypeInner::Vector { size, .. } => Some(vec![0.0; size as usize]),
            _ => None,
        },
        Expression::Splat { size, value } => Some(vec![*global_floats(module, value)?.first()?; size as usize]),
        Expression::Compose { ref components, .. } => {
            let parts = components.iter().map(|&component| global_floats(module, component)).collect::<Option<Vec<_>>>()?;
            Some(parts.concat())
        }
        Expression::Constant(constant) => global_floats(module, module.constants[constant].init),
        _ => None,
    }
}

/// A literal, or a vector of literals.
pub fn literal_text(parts: &[f32]) -> String {
    match parts {
        [only] => format!("({only:?}f)"),
        parts => format!("vec{}<f32>({})", parts.len(), parts.iter().map(|part| format!("{part:?}f")).collect::<Vec<_>>().join(", ")),
    }
}

/// Wraps the first argument of every call that may be evaluated at run time.
fn mark(source: &str, mut edits: Edits, tokens: &[Token<'_>], calls: &[Call]) -> Edited {
    let back = edits.way_back();
    let first = |call: &Call| call.arguments.first().map(|&(from, to)| (back.original(tokens[from].at), back.original(tokens[to].at)));
    let places: Vec<(usize, usize)> = calls.iter().filter(|call| call.context == Context::Runtime).filter_map(first).collect();
    for &(from, to) in &places {
        edits.insert(from, &format!("{MARKER}("));
        edits.insert(to, ")");
    }
    let made = edits.way_back();
    let markers = places.iter().filter_map(|&(from, _)| made.place_of(from).and_then(|at| u32::try_from(at).ok())).collect();
    Edited { text: edits.apply(source), edits, markers }
}
